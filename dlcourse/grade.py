"""A whole class graded: every submission brought to an end, whatever the others hold.

Workers judge the submissions (worker.py); this process alone writes to the gradebook. A submission
counts as finished when its graded notebook lies in autograded/, which is the last thing written.
"""

import functools
import json
import os
import shutil
from contextlib import ExitStack, suppress
from dataclasses import replace

import nbformat

from dlcourse import course, gradebook, submission, worker
from dlcourse.course import CourseError
from dlcourse.judge.judge import Judge, prepare
from dlcourse.judge.sandbox import SandboxUnavailable, find_sandbox
from dlcourse.pool import Pool
from dlcourse.record import Recorder
from dlcourse.task import Task
from dlcourse.verdict import Result, record, results


class Batch:
    """The submissions of some chapters (all of them for no names), found and ready to be graded.

    `settings` are the Judge's traits that differ from the course's configuration, `force` grades
    again what is graded already, `db` and `scheduler` are addresses of a gradebook and of Dask.
    """

    def __init__(
        self, root, names=None, *, settings=None, jobs=None, force=False, db=None, scheduler=None
    ):
        self.root = root
        self.scheduler = scheduler
        self.jobs = jobs or os.cpu_count() or 1
        self.force = force
        self.config = gradebook.course_config(root, db)
        judge = Judge(config=self.config)
        self.settings = {name: getattr(judge, name) for name in judge.trait_names(config=True)} | (
            settings or {}
        )
        self.chapters = course.select(root, names)
        self.submissions, self.strays = submission.find(root, self.chapters, strays=not names)
        if not self.submissions and not self.strays:
            raise CourseError(
                f"Nothing to grade: {root / 'submitted'} holds no submission of "
                f"{', '.join(chapter.name for chapter in self.chapters) or 'any chapter'}."
            )
        self.facts = {}  # chapter: Facts, or the CourseError that says why there are none

    @property
    def flawless(self):
        """Whether there is nothing that the instructor should look at."""
        return not self.strays and not any(one.problems for one in self.submissions)

    def run(self):
        """Grade all submissions; yields each as it is done."""
        where = None
        if self.settings["sandbox"] and not self.scheduler:
            where = find_sandbox()  # or say at once why there is none
        with ExitStack() as stack:
            todo, pool = self.submissions[::-1], None
            new = [one for one in todo if self.force or not self._is_touched(one)]
            if new:  # workers import and start their zygotes while the gradebook opens
                pool = stack.enter_context(self._workers(len(new), where))
            recorder = stack.enter_context(Recorder(self.config))
            while todo or (pool and pool.running):
                if todo and not (pool and pool.full):
                    one = todo.pop()
                    task = self._begin(one, recorder)
                    if task is None:
                        yield one
                        continue
                    pool = pool or stack.enter_context(self._workers(len(todo) + 1, where))
                    pool.submit(one, worker.grade, task, self._facts(one.chapter), self.settings)
                else:
                    yield from self._finish(pool.results(), recorder)

    def write_json(self, path):
        """One record a student and check."""
        path.write_text(json.dumps(self.records(), indent=1, ensure_ascii=False) + "\n", "utf-8")

    def records(self):
        """What `--json` writes: the results of all submissions, graded or not."""
        return [
            record(result, student=one.student, chapter=one.chapter.name)
            for one in self.submissions
            for result in one.results
        ]

    def write_csv(self, path):
        """The whole gradebook."""
        with gradebook.open_gradebook(self.config) as book:
            gradebook.export_csv(book, path)

    def _finish(self, results, recorder):
        """Record what workers have found."""
        for one, found in results:
            if isinstance(found, SandboxUnavailable):
                raise found
            self._record(one, found, recorder)
            yield one

    def _is_touched(self, one):
        """Whether an earlier run has left a graded notebook, of this submission or of an older."""
        return gradebook.graded_file(self.config, one).is_file()

    def _workers(self, count, where):
        """Processes here, or those of a Dask scheduler."""
        if self.scheduler:
            from dlcourse.cluster import Cluster

            return Cluster(self.scheduler)
        return Pool(min(self.jobs, count), functools.partial(prepare, self.settings, where))

    def _begin(self, one, recorder):
        """The Task of a submission, old grades forgotten first; None where it ends here."""
        try:
            facts = self._facts(one.chapter)
            path = submission.choose(one)
            task = Task(one.student, one.chapter.name, path.name, submission.read(path))
            if not self.force and self._is_finished(one, task, facts, recorder):
                return None
            self._clear(one)
            recorder.enter(one)
            marks, comments = recorder.by_hand(one)
            return replace(task, marks=marks, comments=comments)
        except Exception as error:
            self._give_up(one, error, recorder)
            return None

    def _is_finished(self, one, task, facts, recorder):
        """Whether an earlier run, perhaps an interrupted one, graded just this; results read."""
        path = gradebook.graded_file(self.config, one)
        try:
            nb = nbformat.read(path, as_version=4)
            if nb.metadata.get("dlcourse_graded") != task.digest(facts):
                return False
            if not self._page_file(one).is_file():
                return False
            one.results = recorder.standing(one, results(nb))["rows"]
        except Exception:  # no such file, or half a one: to be graded
            return False
        if any(row.waits and facts.sources[row.check].locked for row in one.results):
            return False
        one.graded = one.kept = True
        return True

    def _record(self, one, outcome, recorder):
        """Write what was found: the gradebook, the page, and last the graded notebook."""
        try:
            if isinstance(outcome, Exception):
                raise CourseError(f"Not graded: {outcome}.")
            one.problems += outcome.problems
            one.notes += outcome.notes
            one.flags += outcome.flags
            if outcome.failed:
                raise CourseError(one.problems.pop())
            recorder.write(one, outcome)
            standing = recorder.standing(one, outcome.results)
            one.results, one.graded = standing["rows"], True
        except Exception as error:
            self._give_up(one, error, recorder)
            return
        page = outcome.page
        if standing != outcome.standing:  # a penalty, or someone graded by hand meanwhile
            nb = nbformat.reads(outcome.notebook, as_version=4)
            page = worker.page(nb, self._facts(one.chapter), one.student, **standing)
        try:
            write_whole(self._page_file(one), page)
            write_whole(gradebook.graded_file(self.config, one), outcome.notebook)
        except OSError as error:
            one.problems.append(f"Graded, but no feedback could be written: {error}.")

    def _page_file(self, one):
        return gradebook.feedback_folder(self.config, one) / f"{one.chapter.topic}.html"

    def _facts(self, chapter):
        if chapter.name not in self.facts:
            try:
                self.facts[chapter.name] = gradebook.facts(self.config, chapter)
            except CourseError as error:
                self.facts[chapter.name] = error
        found = self.facts[chapter.name]
        if isinstance(found, CourseError):
            raise found
        return found

    def _clear(self, one):
        """Nothing of an earlier grading stays in the folders."""
        shutil.rmtree(gradebook.graded_file(self.config, one).parent, ignore_errors=True)
        shutil.rmtree(gradebook.feedback_folder(self.config, one), ignore_errors=True)

    def _give_up(self, one, error, recorder):
        """Say in one sentence why a submission is not graded, and leave no grade standing."""
        sentence = str(error).strip().split("\n")[0]
        if not isinstance(error, CourseError):
            sentence = f"Not graded: {type(error).__name__}: {sentence}"
        one.problems.append(sentence)
        one.graded = False
        with suppress(Exception):
            recorder.forget(one)
        self._clear(one)
        facts = self.facts.get(one.chapter.name)
        if facts is not None and not isinstance(facts, CourseError):
            one.results = [
                Result(name.partition("-")[0], name, None, source.points, sentence)
                for name, source in facts.sources.items()
                if source.points is not None
            ]


def write_whole(path, text):
    """All of a text file or nothing of it, in a folder that is made if it is missing."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path, data):
    """All of a file or nothing of it, in a folder that is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
