"""nbgrader's autograde and generate_feedback, with our repair, our judge and our page in them.

The preprocessors stand in nbgrader_config.py, so that `nbgrader autograde` and formgrader's buttons
grade as `dlcourse grade` does.
"""

from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from dlcourse import cells, copies, feedback, gradebook, verdict, worker
from dlcourse.course import Chapter, CourseError
from dlcourse.judge.judge import Judge
from dlcourse.repair import overwrite, repair
from dlcourse.submission import check_chapter


class Repair(NbGraderPreprocessor):
    """Before all else: no old grade stays standing, and the graded cells are all there, once."""

    def preprocess(self, nb, resources):
        found = resources["nbgrader"]
        with Gradebook(found["db_url"]) as book:
            gradebook.forget(book, found["assignment"], found["student"])
        chapter = chapter_of(self, resources)
        release = release_of(chapter)
        check_chapter(chapter.name, nb, release)
        problems, notes = repair(nb, release)
        with Gradebook(found["db_url"]) as book:
            sources = gradebook.sources(book, chapter)
        notes = [*problems, *notes, *overwrite(nb, sources)]
        nb.metadata["dlcourse_notes"] = notes
        for sentence in notes:
            self.log.warning(sentence)
        return nb, resources


class Execute(NbGraderPreprocessor):
    """Runs a submission through the judge, in place of nbgrader's own Execute."""

    def preprocess(self, nb, resources):
        chapter = chapter_of(self, resources)
        release = release_of(chapter)
        notes = Judge(parent=self).grade(nb, release)
        nb.metadata["dlcourse_notes"] = [*nb.metadata.get("dlcourse_notes", []), *notes]
        flags = []
        if chapter.notebook.is_file():
            built = nbformat.read(chapter.notebook, as_version=4)
            own = {cells.exercise(c): c.source for c in built.cells if cells.is_solution(c)}
            flags = copies.flags(nb, own, cells.given(release))
        for sentence in [*notes, *flags]:
            self.log.warning(sentence)
        return nb, resources


class Finish(NbGraderPreprocessor):
    """After all else: the graded notebook as it is kept, without hidden tests."""

    def preprocess(self, nb, resources):
        worker.finish(nb, nb.metadata.get("dlcourse_notes", []))
        return nb, resources


class StudentView(NbGraderPreprocessor):
    """Reduces an autograded notebook to what its student may see, in `resources["feedback"]`."""

    def preprocess(self, nb, resources):
        found = resources["nbgrader"]
        chapter = chapter_of(self, resources)
        with Gradebook(found["db_url"]) as book:
            standing = gradebook.standing(book, chapter, found["student"], verdict.results(nb))
        resources["feedback"] = feedback.view(
            nb,
            release=release_of(chapter),
            student=found["student"],
            chapter=chapter.name,
            **standing,
        )
        return nb, resources


def chapter_of(preprocessor, resources):
    """The Chapter that a preprocessor works on, in the course that its converter knows."""
    root = Path(preprocessor.parent.parent.coursedir.root)
    return Chapter(root, resources["nbgrader"]["assignment"])


def release_of(chapter):
    """The chapter's notebook as students got it."""
    if not chapter.release.is_file():
        raise CourseError(f"{chapter.release} is missing: run `dlcourse build {chapter.name}`.")
    return nbformat.read(chapter.release, as_version=4)
