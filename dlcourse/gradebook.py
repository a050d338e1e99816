"""nbgrader's gradebook: chapters registered, old grades forgotten, records read, a CSV written."""

import csv
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from dlcourse import cells
from dlcourse.build import nbgrader_config
from dlcourse.course import CourseError
from dlcourse.submission import quiet
from dlcourse.verdict import Result

# nbgrader calls `alembic` by name when it makes a gradebook.
PROGRAMS = os.path.dirname(sys.executable)
if PROGRAMS not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = PROGRAMS + os.pathsep + os.environ.get("PATH", "")

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def course_config(root):
    """The configuration of the course in `root`, whatever folder its file may name."""
    config = nbgrader_config(root)
    config.CourseDirectory.root = str(root)
    return config


def open_gradebook(config):
    """The course's gradebook, made if there is none; to be used in a `with`."""
    coursedir = CourseDirectory(config=config)
    return Gradebook(coursedir.db_url, coursedir.course_id)


def register(config, chapter):
    """Enter a chapter's graded cells into the gradebook as they are now; returns its release.

    nbgrader's own generate_assignment does it, into a temporary folder. It refuses to add or remove
    cells once there are submissions, so those are brought in line first.
    """
    if not chapter.notebook.is_file():
        raise CourseError(f"{chapter.name} is not built: run `dlcourse build {chapter.name}`.")
    _follow_cells(config, chapter)
    with tempfile.TemporaryDirectory() as folder:
        changed = Config(config)
        changed.CourseDirectory.release_directory = folder
        changed.CourseDirectory.assignment_id = chapter.name
        converter = GenerateAssignment(coursedir=CourseDirectory(config=changed), config=changed)
        converter.force = True
        try:
            with quiet():
                converter.start()
        except NbGraderException as error:
            raise CourseError(
                f"{chapter.name} cannot be registered with nbgrader: {error}"
            ) from None
        return nbformat.read(next(Path(folder).rglob(f"{chapter.topic}.ipynb")), as_version=4)


def _follow_cells(config, chapter):
    """Give earlier submissions the checks that are new, and drop those that are gone."""
    graded = [c for c in nbformat.read(chapter.notebook, 4).cells if cells.grade_id(c)]
    now = {cells.grade_id(cell): cell for cell in graded}
    with open_gradebook(config) as book:
        try:
            notebook = book.find_notebook(chapter.topic, chapter.name)
        except MissingEntry:
            return
        if not notebook.submissions:
            return
        before = {source.name for source in notebook.source_cells}
        for cell in [*notebook.grade_cells, *notebook.solution_cells]:
            if cell.name not in now:
                for entry in [*cell.grades, *cell.comments]:
                    book.db.delete(entry)
                book.db.delete(cell)
        for source in notebook.source_cells:
            if source.name not in now:
                book.db.delete(source)
        book.db.commit()
        for name in now.keys() - before:
            _add_cell(book, chapter, notebook, name, cells.nbgrader(now[name]), now[name])


def _add_cell(book, chapter, notebook, name, marks, cell):
    where = (chapter.topic, chapter.name)
    if marks.get("grade"):
        added = book.add_grade_cell(
            name, *where, max_score=float(marks["points"]), cell_type=cell.cell_type
        )
        book.db.add_all(Grade(cell_id=added.id, notebook=one) for one in notebook.submissions)
    if marks.get("solution"):
        added = book.add_solution_cell(name, *where)
        book.db.add_all(Comment(cell_id=added.id, notebook=one) for one in notebook.submissions)
    book.add_source_cell(name, *where, cell_type=cell.cell_type, source=cell.source)
    book.db.commit()


def forget(book, chapter, student):
    """Take the automatic grades of a submission away, so that none outlives a failed grading."""
    try:
        submission = book.find_submission(chapter, student)
    except MissingEntry:
        return
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            grade.auto_score, grade.needs_manual_grade = None, True
    book.db.commit()


def results(book, chapter, student, automatic):
    """A submission's Results: grades from the gradebook, messages from the `automatic` Results.

    Questions graded by hand have points None until they are; a grade given by hand counts.
    """
    notebook = book.find_submission_notebook(chapter.topic, chapter.name, student)
    grades = {grade.name: grade for grade in notebook.grades}
    messages = {result.check: result.message for result in automatic}
    ordered = [cell.name for cell in notebook.notebook.source_cells if cell.name in grades]
    found = []
    for name in ordered:
        grade = grades[name]
        by_hand = grade.manual_score is not None
        waits = grade.auto_score is None and not by_hand
        message = messages.get(name, "")
        if waits:
            message = "To be graded by hand."
        elif by_hand:
            message = f"Graded by hand. {message}".rstrip()
        elif name not in messages and not grade.score:
            message = "No answer."
        found.append(
            Result(
                name.partition("-")[0],
                name,
                None if waits else float(grade.score),
                float(grade.max_score),
                message,
            )
        )
    return found


def export_csv(book, path):
    """All grades in the columns of `nbgrader export`, quoted where CSV asks for it."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for assignment in book.assignments:
            for student in book.students:
                writer.writerow(_row(book, assignment, student))


def _row(book, assignment, student):
    row = {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "raw_score": 0.0,
        "late_submission_penalty": 0.0,
        "score": 0.0,
        "max_score": assignment.max_score,
    }
    try:
        submission = book.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row
    penalty = submission.late_submission_penalty
    return row | {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
    }
