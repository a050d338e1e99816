"""nbgrader's gradebook: chapters registered, old grades forgotten, records read, a CSV written."""

import csv
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import contains_eager, selectinload
from traitlets.config import Config

from dlcourse import cells, verdict
from dlcourse.build import nbgrader_config
from dlcourse.course import CourseError
from dlcourse.submission import quiet
from dlcourse.task import Facts, Source

# nbgrader calls `alembic` by name when it makes a gradebook.
PROGRAMS = os.path.dirname(sys.executable)
if PROGRAMS not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = PROGRAMS + os.pathsep + os.environ.get("PATH", "")

PATIENCE = 60  # seconds that another program may keep an SQLite gradebook locked
COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def course_config(root, db=None):
    """The configuration of the course in `root`, whatever folder its file may name.

    `db` is the address of a gradebook elsewhere, `postgresql://USER@HOST/NAME`.
    """
    config = nbgrader_config(root)
    config.CourseDirectory.root = str(root)
    if db:
        # The driver that the cluster extra installs; SQLAlchemy's default is another one.
        config.CourseDirectory.db_url = re.sub("^postgres(ql)?:", "postgresql+psycopg:", db)
    return config


def open_gradebook(config):
    """The course's gradebook, made if there is none; to be used in a `with`."""
    coursedir = CourseDirectory(config=config)
    try:
        book = Gradebook(coursedir.db_url, coursedir.course_id)
    except SQLAlchemyError as error:
        reason = str(error).split("\n")[0]
        raise CourseError(f"The gradebook cannot be opened: {reason}") from None
    if book.engine.dialect.name == "sqlite":
        # Formgrader may be writing: wait for it rather than fail.
        event.listen(book.engine, "connect", _wait_for_others)
        book.engine.dispose()
    return book


def _wait_for_others(connection, _):
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")


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


def standing(book, chapter, student, automatic):
    """How a submission stands: rows, comments and penalty, as feedback.view takes them."""
    notebook = submitted(book, chapter, student)
    return {
        "rows": verdict.standing(marks(notebook), automatic),
        "comments": comments(notebook),
        "penalty": notebook.late_submission_penalty or 0,
    }


def comments(notebook):
    """What a grader, or nbgrader itself, said to the answers, by grade_id."""
    return {one.name: one.comment for one in notebook.comments if one.comment}


def facts(config, chapter):
    """The worker.Facts of a chapter, which is registered first if the gradebook is behind."""
    if not chapter.notebook.is_file():
        raise CourseError(f"{chapter.name} is not built: run `dlcourse build {chapter.name}`.")
    built = nbformat.read(chapter.notebook, as_version=4)
    if not _is_registered(config, chapter, built):
        release = nbformat.writes(register(config, chapter))
    elif chapter.release.is_file():
        release = chapter.release.read_text("utf-8")
    else:
        raise CourseError(f"{chapter.release} is missing: run `dlcourse build {chapter.name}`.")
    solutions = {cells.exercise(c): c.source for c in built.cells if cells.is_solution(c)}
    with open_gradebook(config) as book:
        return Facts(chapter.name, release, sources(book, chapter), solutions)


def sources(book, chapter):
    """The chapter's graded cells as the gradebook has them, `{grade_id: Source}`."""
    notebook = book.find_notebook(chapter.topic, chapter.name)
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    return {
        one.name: Source(one.cell_type, one.locked, one.source, one.checksum, points.get(one.name))
        for one in notebook.source_cells
    }


def _is_registered(config, chapter, built):
    """Whether the gradebook's graded cells are those of the built notebook."""
    with open_gradebook(config) as book:
        try:
            notebook = book.find_notebook(chapter.topic, chapter.name)
        except MissingEntry:
            return False
        known = {one.name: (one.cell_type, one.source) for one in notebook.source_cells}
        points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    graded = [cell for cell in built.cells if cells.grade_id(cell)]
    tests = {cells.grade_id(c): (c.cell_type, c.source) for c in graded if cells.is_check(c)}
    worth = {
        cells.grade_id(c): float(cells.nbgrader(c)["points"])
        for c in graded
        if cells.nbgrader(c).get("grade")
    }
    return (
        known.keys() == {cells.grade_id(cell) for cell in graded}
        and points == worth
        and all(known[name] == test for name, test in tests.items())
    )


def results(book, chapter, student, automatic):
    """A submission's Results (verdict.standing), messages from the `automatic` ones."""
    notebook = submitted(book, chapter, student)
    return verdict.standing(marks(notebook), automatic)


def submitted(book, chapter, student):
    """A submission's notebook as it is now, with all grades and comments in three queries."""
    return (
        book.db.query(SubmittedNotebook)
        .join(SubmittedNotebook.notebook)
        .join(SubmittedNotebook.assignment)
        .join(SubmittedAssignment.assignment)
        .join(SubmittedAssignment.student)
        .filter(
            Notebook.name == chapter.topic, Assignment.name == chapter.name, Student.id == student
        )
        .options(
            contains_eager(SubmittedNotebook.assignment),
            selectinload(SubmittedNotebook.grades),
            selectinload(SubmittedNotebook.comments),
        )
        .execution_options(populate_existing=True)
        .one()
    )


def marks(notebook):
    """The verdict.Marks of a submitted notebook, in the order of its cells."""
    grades = {grade.name: grade for grade in notebook.grades}
    ordered = [cell.name for cell in notebook.notebook.source_cells if cell.name in grades]
    return [
        verdict.Mark(
            name,
            float(grades[name].cell.max_score),
            grades[name].auto_score,
            grades[name].manual_score,
            grades[name].extra_credit,
        )
        for name in ordered
    ]


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


def feedback_folder(config, submission):
    """feedback/STUDENT/CHAPTER of a submission."""
    coursedir = CourseDirectory(config=config)
    return Path(
        coursedir.format_path(
            coursedir.feedback_directory, submission.student, submission.chapter.name
        )
    )


def graded_file(config, submission):
    """autograded/STUDENT/CHAPTER/TOPIC.ipynb of a submission."""
    coursedir = CourseDirectory(config=config)
    folder = coursedir.format_path(
        coursedir.autograded_directory, submission.student, submission.chapter.name
    )
    return Path(folder) / f"{submission.chapter.topic}.ipynb"
