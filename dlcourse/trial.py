"""What would the grader say? The reference submission with some of its answers replaced, graded.

Judged as a submission is, without a gradebook.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from traitlets.config import Config

from dlcourse import cells, submission, verdict
from dlcourse.course import CourseError
from dlcourse.judge.judge import Judge


@dataclass
class Outcome:
    """The results of all checks of a chapter, and those to show: tried, or lost because of it."""

    chapter: str
    tried: list
    results: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    @property
    def shown(self):
        return [r for r in self.results if r.exercise in self.tried or not r.passed]


def run(chapter, answers, settings=None):
    """Grade `EXERCISE=FILE` answers to a chapter, every other exercise being answered rightly.

    `settings` are the Judge's traits that differ from its own.
    """
    for path in (chapter.notebook, chapter.release):
        if not path.is_file():
            raise CourseError(f"{chapter.name} is not built: run `dlcourse build {chapter.name}`.")
    nb, release = submission.load(chapter.notebook), submission.load(chapter.release)
    slots = {cells.exercise(cell): cell for cell in nb.cells if cells.is_solution(cell)}
    texts = _read(answers, slots, chapter)
    _keep_pairs(slots, texts)
    for exercise, text in texts.items():
        slots[exercise].source = text
    outcome = Outcome(chapter.name, list(texts))
    judge = Judge(config=Config({"Judge": settings or {}}))
    outcome.notes = judge.grade(nb, release) + [
        f"The cell of {cells.exercise(cell)} failed: {said}"
        for cell in nb.cells
        if cells.is_solution(cell) and (said := verdict.failure(cell))
    ]
    outcome.results = verdict.results(nb)
    return outcome


def _keep_pairs(slots, texts):
    """Give a backward that is not tried its own forward back: only that one's cache it can read."""
    for exercise, slot in slots.items():
        forward = exercise.replace("_backward", "_forward")
        if forward != exercise and forward in texts and exercise not in texts:
            slot.source = f"{slots[forward].source}\n\n\n{slot.source}"


def write_json(outcome, path):
    """One record a check of the whole chapter."""
    records = [verdict.record(one, chapter=outcome.chapter) for one in outcome.results]
    path.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _read(answers, slots, chapter):
    """The files' texts by exercise."""
    texts = {}
    for answer in answers:
        exercise, equals, name = answer.partition("=")
        if not (equals and name):
            raise CourseError(f"{answer!r} does not say EXERCISE=FILE.py.")
        if exercise not in slots:
            raise CourseError(
                f"Unknown exercise {exercise!r}. {chapter.name} has: {', '.join(slots)}."
            )
        if exercise in texts:
            raise CourseError(f"{exercise} is answered twice.")
        try:
            texts[exercise] = Path(name).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise CourseError(f"{name} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise CourseError(f"{name} is not a text file in UTF-8.") from None
    return texts
