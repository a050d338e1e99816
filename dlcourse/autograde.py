"""nbgrader's autograde, with our repair and our execution in it.

The preprocessors stand in nbgrader_config.py, so that `nbgrader autograde` and formgrader's button
grade as `dlcourse grade` does. The batch runs the same preprocessors in two halves, around an
execution that it can do elsewhere: `Autograder.prepare` and `Autograder.record`.
"""

import shutil
from pathlib import Path

import nbformat
from nbconvert.writers import FilesWriter
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import determine_grade
from traitlets import Integer

from dlcourse import cells, execute, gradebook
from dlcourse.client import error
from dlcourse.course import Chapter
from dlcourse.repair import repair
from dlcourse.submission import check_chapter, quiet


class Repair(NbGraderPreprocessor):
    """Before all else: no old grade stays standing, and the graded cells are all there, once."""

    def preprocess(self, nb, resources):
        found = resources["nbgrader"]
        with gradebook.Gradebook(found["db_url"]) as book:
            gradebook.forget(book, found["assignment"], found["student"])
        chapter = Chapter(Path(course_root(self)), found["assignment"])
        notes = []
        if chapter.release.is_file():
            release = nbformat.read(chapter.release, as_version=4)
            check_chapter(chapter, nb, release)
            problems, notes = repair(nb, release)
            notes = [*problems, *notes]
        note(nb, notes, afresh=True)
        for sentence in notes:
            self.log.warning(sentence)
        return nb, resources


class Execute(NbGraderPreprocessor):
    """Executes a submission as dlcourse.execute decides, in place of nbgrader's own Execute."""

    timeout = Integer(execute.CELL_TIMEOUT, help="Seconds for one cell.").tag(config=True)

    def preprocess(self, nb, resources):
        folder = resources.get("metadata", {}).get("path")
        notes = execute.grade(nb, folder=folder, timeout=self.timeout)
        note(nb, notes)
        for sentence in notes:
            self.log.warning(sentence)
        settle(nb)
        return nb, resources


def note(nb, sentences, *, afresh=False):
    """Keep sentences in the notebook for its feedback; `afresh` drops what stood there."""
    kept = [] if afresh else nb.metadata.get("dlcourse_notes", [])
    nb.metadata["dlcourse_notes"] = [*kept, *sentences]


def settle(nb):
    """A result that is no score would raise inside nbgrader: it gives no points instead."""
    for cell in nb.cells:
        if cells.is_check(cell):
            try:
                determine_grade(cell)
            except (ValueError, KeyError, TypeError) as problem:
                cell.outputs = [
                    error("NoScore", f"The result of this test is no score: {problem}.")
                ]


def course_root(preprocessor):
    """The course's folder, as known to the converter that a preprocessor works for."""
    return preprocessor.parent.parent.coursedir.root


class Autograder:
    """nbgrader's Autograde converter for one submission at a time, in two halves."""

    def __init__(self, config):
        self.converter = Autograde(coursedir=CourseDirectory(config=config), config=config)
        self.converter.writer = FilesWriter(parent=self.converter, config=config)
        self.converter.exporter = self.converter.exporter_class(
            parent=self.converter, config=config
        )

    def folder(self, submission):
        """autograded/STUDENT/CHAPTER, where the graded notebook goes and the kernel starts."""
        return Path(self.converter._format_dest(submission.chapter.name, submission.student))

    def prepare(self, submission, nb):
        """nbgrader's first half: submission entered, files copied, tests overwritten."""
        name = submission.chapter.topic
        self.converter.coursedir.assignment_id = submission.chapter.name
        shutil.rmtree(self.folder(submission), ignore_errors=True)
        self.folder(submission).mkdir(parents=True)
        self.converter.notebooks = [str(submission.folder / f"{name}.ipynb")]
        with quiet():
            self.converter.init_assignment(submission.chapter.name, submission.student)
            text, _ = self._convert(submission, nb, self.converter.sanitize_preprocessors, "Repair")
        return nbformat.reads(text, as_version=4)

    def record(self, submission, nb):
        """nbgrader's second half: an executed notebook is scored, stored and written."""
        settle(nb)
        note(nb, [*submission.problems, *submission.notes], afresh=True)
        with quiet():
            text, resources = self._convert(
                submission, nb, self.converter.autograde_preprocessors, "Execute"
            )
            self.converter.write_single_notebook(text, resources)
            self.converter.set_permissions(submission.chapter.name, submission.student)

    def _convert(self, submission, nb, preprocessors, but):
        """Run the preprocessors, without the one that the batch has its own way for."""
        name = submission.chapter.topic
        exporter = self.converter.exporter
        exporter._preprocessors = []
        for preprocessor in preprocessors:
            if getattr(preprocessor, "__name__", preprocessor).rpartition(".")[2] != but:
                exporter.register_preprocessor(preprocessor)
        resources = self.converter.init_single_notebook_resources(
            str(submission.folder / f"{name}.ipynb")
        )
        resources["metadata"] = {"name": name, "path": str(self.folder(submission))}
        return exporter.from_notebook_node(nb, resources=resources)
