"""What grading does away from the gradebook: a submission read, repaired, judged, written up.

All comes in by argument and goes out by value, so it runs in a process beside (pool.py) or on
another machine (Dask).
"""

import functools
import json
import threading
from dataclasses import replace

import nbformat
from traitlets.config import Config

from dlcourse import cells, copies, feedback, repair, submission, verdict
from dlcourse.course import CourseError
from dlcourse.judge.judge import Judge
from dlcourse.judge.sandbox import SandboxUnavailable
from dlcourse.task import Outcome

# A judge redirects what its test cells print, for the whole process; Dask's workers have threads.
ONE_AT_A_TIME = threading.Lock()


def grade(task, facts, settings):
    """Grade one submission -> Outcome, whatever the submission holds.

    `settings` are the Judge's. Only what concerns all submissions alike is raised
    (SandboxUnavailable).
    """
    outcome = Outcome()
    try:
        with ONE_AT_A_TIME:
            _grade(task, facts, settings, outcome)
    except SandboxUnavailable:
        raise
    except CourseError as error:
        outcome.problems.append(str(error))
        outcome.failed = True
    except Exception as error:
        sentence = str(error).strip().split("\n")[0]
        outcome.problems.append(f"Not graded: {type(error).__name__}: {sentence}")
        outcome.failed = True
    return outcome


def _grade(task, facts, settings, outcome):
    release = _notebook(facts.release)
    nb = submission.parse(task.data, task.name)
    submission.inspect(nb, release, task.chapter, task.name, outcome)
    problems, notes = repair.repair(nb, release)
    outcome.problems += problems
    outcome.notes += notes + repair.overwrite(nb, facts.sources)
    nb.metadata["kernelspec"] = release.metadata.get("kernelspec", {})
    outcome.flags = copies.flags(nb, facts.solutions, cells.given(release))
    outcome.notes += _judge(json.dumps(settings, sort_keys=True)).grade(nb, release)
    outcome.results = verdict.results(nb)
    outcome.unanswered = {
        cells.grade_id(cell)
        for cell in nb.cells
        if cells.nbgrader(cell).get("solution")
        and (found := facts.sources.get(cells.grade_id(cell)))
        and cell.source.strip() == found.text.strip()
    }
    finish(nb, [*outcome.problems, *outcome.notes], task.digest(facts))
    # Valid by construction, and nbformat.writes would take 40 ms.
    outcome.notebook = json.dumps(nb, ensure_ascii=False)
    outcome.standing = _standing(task, outcome)
    outcome.page = page(nb, facts, task.student, **outcome.standing)


def _standing(task, outcome):
    """What gradebook.standing will say when the outcome is recorded."""
    points = {result.check: result.points for result in outcome.results}
    blank = outcome.unanswered
    marks = [
        replace(one, auto=points.get(one.check, 0.0 if one.check in blank else None))
        for one in task.marks
    ]
    words = dict.fromkeys(blank, "No response.") | task.comments
    return {
        "rows": verdict.standing(marks, outcome.results),
        "comments": words,
        "penalty": 0,
    }


def finish(nb, sentences, digest=""):
    """A graded notebook as it is kept: it may reach its student, so no hidden test stays in it."""
    nb.metadata["dlcourse_notes"] = list(sentences)
    if digest:
        nb.metadata["dlcourse_graded"] = digest
    for cell in nb.cells:
        if cells.is_check(cell):
            cell.source = cells.visible(cell.source)


def page(nb, facts, student, rows, comments, penalty):
    """The feedback page (HTML) of a graded notebook."""
    view = feedback.view(
        nb,
        release=_notebook(facts.release),
        student=student,
        chapter=facts.chapter,
        rows=rows,
        comments=comments,
        penalty=penalty,
    )
    return feedback.render(view)


@functools.lru_cache(maxsize=32)
def _notebook(text):
    return nbformat.reads(text, as_version=4)


@functools.lru_cache(maxsize=1)
def _judge(settings):
    return Judge(config=Config({"Judge": json.loads(settings)}))
