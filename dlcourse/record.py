"""The gradebook's one writer: a submission's grades, comments and penalty in one transaction.

What nbgrader's SaveAutoGrades and AssignLatePenalties do cell by cell, with a commit each.
"""

import logging
from contextlib import contextmanager

from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc

from dlcourse import gradebook
from dlcourse.submission import quiet


class Recorder:
    """An open gradebook to write to. Use it in a `with`."""

    def __init__(self, config):
        self.book = gradebook.open_gradebook(config)
        # Or all that is loaded would be loaded anew after every commit. What others may change, a
        # submission's marks, `gradebook.submitted` reads afresh each time.
        self.book.db().expire_on_commit = False
        self.chapters = {}  # name: what the gradebook holds of it, kept in memory by this
        self.penalties = AssignLatePenalties(config=config)
        self.penalties.log = logging.getLogger("dlcourse.silent")
        self.penalties.log.disabled = True
        self.penalties.init_plugin()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.book.close()

    def enter(self, submission):
        """The submission is known to the gradebook, and none of its automatic grades stands."""
        stamp = submission.folder / "timestamp.txt"
        text = stamp.read_text("utf-8").strip() if stamp.is_file() else ""
        timestamp = {"timestamp": parse_utc(text)} if text else {}
        with self._written(), quiet():  # nbgrader's own queries make SQLAlchemy warn
            self.book.update_or_create_student(submission.student)
            self.book.update_or_create_submission(
                submission.chapter.name, submission.student, **timestamp
            )
            for grade in self._notebook(submission).grades:
                grade.auto_score, grade.needs_manual_grade = None, True

    def by_hand(self, submission):
        """The Marks of an entered submission, and a grader's comments on it."""
        notebook = self._notebook(submission)
        words = {one.name: one.manual_comment for one in notebook.comments if one.manual_comment}
        return tuple(gradebook.marks(notebook)), words

    def write(self, submission, outcome):
        """The points of an Outcome, all or none."""
        points = {result.check: result.points for result in outcome.results}
        with self._written():
            notebook = self._notebook(submission)
            for grade in notebook.grades:
                by_hand = grade.cell.cell_type != "code" or grade.name not in points
                blank = grade.name in outcome.unanswered
                grade.auto_score = (0.0 if blank else None) if by_hand else points[grade.name]
                waits = grade.auto_score is None or grade.manual_score is not None
                grade.needs_manual_grade = waits
            for comment in notebook.comments:
                blank = comment.name in outcome.unanswered
                comment.auto_comment = "No response." if blank else None
            self.book.db.flush()
            self._penalise(submission, notebook)

    def standing(self, submission, automatic):
        """gradebook.standing of a submission."""
        self._remember(submission.chapter)
        return gradebook.standing(self.book, submission.chapter, submission.student, automatic)

    def forget(self, submission):
        """No automatic grade of the submission stands."""
        with self._written():
            gradebook.forget(self.book, submission.chapter.name, submission.student)

    def _penalise(self, submission, notebook):
        notebook.late_submission_penalty = None
        self.book.db.refresh(notebook, ["score"])
        late = notebook.assignment.total_seconds_late
        if late > 0:
            penalty = self.penalties.plugin_inst.late_submission_penalty(
                submission.student, notebook.score, late
            )
            if penalty is not None:
                penalty = self.penalties._check_late_penalty(notebook, penalty)
                notebook.late_submission_penalty = penalty

    def _notebook(self, submission):
        self._remember(submission.chapter)
        return gradebook.submitted(self.book, submission.chapter, submission.student)

    def _remember(self, chapter):
        """Keep a chapter's cells in memory, or each grade would ask the gradebook for its own."""
        if chapter.name not in self.chapters:
            notebook = self.book.find_notebook(chapter.topic, chapter.name)
            self.chapters[chapter.name] = notebook, notebook.source_cells, notebook._base_cells

    @contextmanager
    def _written(self):
        """Commit what the block did, or nothing of it."""
        try:
            yield
            self.book.db.commit()
        except BaseException:
            self.book.db.rollback()
            raise
