"""A whole class graded: every submission brought to an end, whatever the others hold.

The main thread talks to nbgrader and its gradebook, one submission after the other; the notebooks
are executed by a few threads beside it, each in a kernel of its own.
"""

import json
import os
import shutil
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress

from dlcourse import cells, client, course, execute, feedback, gradebook, submission
from dlcourse.autograde import Autograder
from dlcourse.course import CourseError
from dlcourse.repair import repair
from dlcourse.verdict import Result, max_points, record, results


class Batch:
    """The submissions of some chapters (all of them for no names), found and ready to be graded."""

    def __init__(self, root, names=None, *, timeout=execute.CELL_TIMEOUT, jobs=None):
        self.root = root
        self.timeout = timeout
        self.jobs = jobs or os.cpu_count() or 1
        self.config = gradebook.course_config(root)
        chapters = course.select(root, names)
        self.submissions, self.strays = submission.find(root, chapters, strays=not names)
        if not self.submissions and not self.strays:
            raise CourseError(
                f"Nothing to grade: {root / 'submitted'} holds no submission of "
                f"{', '.join(chapter.name for chapter in chapters) or 'any chapter'}."
            )
        self.releases = {}
        self.grader = Autograder(self.config)

    @property
    def flawless(self):
        """Whether there is nothing that the instructor should look at."""
        return not self.strays and not any(one.problems for one in self.submissions)

    def run(self):
        """Grade all submissions; yields each as it is done."""
        pool = ThreadPoolExecutor(self.jobs)
        running = {}
        try:
            for one in self.submissions:
                nb = self._begin(one)
                if nb is None:
                    yield one
                    continue
                future = pool.submit(
                    execute.grade, nb, folder=self.grader.folder(one), timeout=self.timeout
                )
                running[future] = one, nb
                if len(running) > self.jobs:
                    yield from self._collect(running)
            while running:
                yield from self._collect(running)
        finally:
            client.stop_all()
            pool.shutdown(cancel_futures=True)

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

    def _begin(self, one):
        """All that comes before execution, old grades forgotten first; None where it ends here."""
        shutil.rmtree(feedback.folder(self.config, one), ignore_errors=True)
        try:
            with gradebook.open_gradebook(self.config) as book:
                gradebook.forget(book, one.chapter.name, one.student)
            release = self._release(one.chapter)
            nb = submission.read(one, release)
            problems, notes = repair(nb, release)
            one.problems += problems
            one.notes += notes
            return self.grader.prepare(one, nb)
        except Exception as error:
            self._give_up(one, error)
            return None

    def _collect(self, running):
        """Record what has been executed, as soon as something has."""
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            one, nb = running.pop(future)
            try:
                one.notes += future.result()
                self.grader.record(one, nb)
                with gradebook.open_gradebook(self.config) as book:
                    one.results = gradebook.results(book, one.chapter, one.student, results(nb))
                one.graded = True
            except Exception as error:
                self._give_up(one, error)
            else:
                one.problems += feedback.write(self.config, one)
            yield one

    def _release(self, chapter):
        if chapter.name not in self.releases:
            try:
                self.releases[chapter.name] = gradebook.register(self.config, chapter)
            except CourseError as error:
                self.releases[chapter.name] = error
        found = self.releases[chapter.name]
        if isinstance(found, CourseError):
            raise found
        return found

    def _give_up(self, one, error):
        """Say in one sentence why a submission is not graded, and leave no grade standing."""
        sentence = str(error).strip().split("\n")[0]
        if not isinstance(error, CourseError):
            sentence = f"Not graded: {type(error).__name__}: {sentence}"
        one.problems.append(sentence)
        with suppress(Exception), gradebook.open_gradebook(self.config) as book:
            gradebook.forget(book, one.chapter.name, one.student)
        shutil.rmtree(self.grader.folder(one), ignore_errors=True)
        release = self.releases.get(one.chapter.name)
        if isinstance(release, dict):
            one.results = [
                Result(cells.exercise(cell), cells.grade_id(cell), None, max_points(cell), sentence)
                for cell in release.cells
                if cells.nbgrader(cell).get("grade")
            ]
