"""A submission on its way to the grader: found on disk, read, and recognised."""

import json
import logging
import stat
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from dlcourse import cells
from dlcourse.course import Chapter, CourseError

MAX_BYTES = 50_000_000


@dataclass
class Submission:
    """One student's notebook of one chapter, and what the instructor should know about it."""

    student: str
    chapter: Chapter
    folder: Path
    problems: list = field(default_factory=list)  # to look at: grading ends with exit code 1
    notes: list = field(default_factory=list)
    flags: list = field(default_factory=list)  # on copies of the reference; for the instructor
    graded: bool = False
    kept: bool = False  # graded by an earlier run, nothing has changed since
    results: list = field(default_factory=list)

    @property
    def title(self):
        return f"{self.student}, {self.chapter.name}"


def find(root, chapters, *, strays=False):
    """The Submissions in submitted/STUDENT/CHAPTER, chapter by chapter, and sentences on the rest.

    Only with `strays` are there such sentences: all chapters must be known to tell what is odd.
    """
    known = {chapter.name: chapter for chapter in chapters}
    found, odd = [], []
    for student in _listing(root / "submitted"):
        if not student.is_dir():
            odd.append(f"{student.relative_to(root)} lies outside a student's folder: not graded.")
            continue
        for entry in _listing(student):
            if entry.is_dir() and entry.name in known:
                found.append(Submission(student.name, known[entry.name], entry))
            elif entry.is_dir():
                odd.append(
                    f"{entry.relative_to(root)}: the course has no such chapter: not graded."
                )
            elif entry.suffix == ".ipynb":
                odd.append(
                    f"{entry.relative_to(root)} lies outside a chapter's folder: not graded."
                )
    found.sort(key=lambda one: (one.chapter.name, one.student))
    return found, odd if strays else []


def inspect(nb, release, chapter, name, found):
    """Refuse the notebook of another chapter; what is odd but harmless goes to `found`.

    `release` is the chapter's notebook as students got it, `found` has problems and notes.
    """
    check_chapter(chapter, nb, release)
    kernel = nb.metadata.get("kernelspec")
    if not (isinstance(kernel, dict) and kernel.get("name")):
        found.problems.append(f"{name} names no kernel: graded with the course's.")
    if nb.metadata.pop("orig_nbformat", None):
        found.problems.append(f"{name} is in an old notebook format: converted.")
    ours, theirs = (_stamp(one).get("version") for one in (release, nb))
    if theirs and ours and theirs != ours:
        found.notes.append(f"Made with course version {theirs}, graded with {ours}.")


def load(path):
    """A notebook file in the present format, or one sentence on why it is none."""
    return parse(read(path), path.name)


def read(path):
    """The bytes of a notebook file, or one sentence on why it cannot be graded."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise CourseError(f"{path.name} is no file: not graded.")
        if found.st_size > MAX_BYTES:
            raise CourseError(f"{path.name} has more than {MAX_BYTES // 10**6} MB: not graded.")
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path.name} cannot be read: {error.strerror}.") from None


def parse(data, name):
    """The notebook in a file's bytes, or one sentence on why there is none."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
        # Half a surrogate pair, which JSON can spell, is no text and could not be written again.
        text = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
    except (ValueError, RecursionError):
        raise CourseError(f"{name} is not a notebook: it is not JSON.") from None
    try:
        with quiet():
            nb = nbformat.convert(nbformat.reader.reads(text), 4)
            nb.nbformat_minor = 5
            _, nb = nbformat.validator.normalize(nb, strip_invalid_metadata=True)
            nbformat.validate(nb)
    except Exception:  # whatever nbformat meets in a damaged file
        raise CourseError(f"{name} is JSON, but not a valid notebook.") from None
    nb.metadata.pop("orig_nbformat_minor", None)
    return nb


@contextmanager
def quiet():
    """Libraries narrate every file, and warn of what is repaired or reported here."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def _listing(folder):
    if not folder.is_dir():
        return []
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def choose(submission):
    """The file to grade: the one of the right name, else the only one there is."""
    name = f"{submission.chapter.topic}.ipynb"
    for path in (submission.folder, submission.folder.parent, *_listing(submission.folder)):
        if path.is_symlink():  # it may lead to the solutions, or to another student's work
            raise CourseError(f"{path.name} is a symbolic link: not graded.")
    files = [path for path in _listing(submission.folder) if path.suffix == ".ipynb"]
    named = [path for path in files if path.name == name]
    others = [path.name for path in files if path.name != name]
    if named:
        if others:
            submission.problems.append(f"Graded {name}, not {', '.join(others)}.")
        return named[0]
    if not files:
        raise CourseError(f"The folder holds no notebook; {name} was expected.")
    if len(files) > 1:
        raise CourseError(f"None of {', '.join(others)} is named {name}: which one counts?")
    submission.problems.append(f"Graded {files[0].name} as {name}.")
    return files[0]


def _stamp(nb):
    found = nb.metadata.get("dlcourse")
    return found if isinstance(found, dict) else {}


def check_chapter(expected, nb, release):
    """Refuse the notebook of another chapter: by its stamp, else by its graded cells."""
    says = _stamp(nb).get("chapter")
    if says and says != expected:
        raise CourseError(f"The notebook belongs to {says}, not to {expected}: not graded.")
    if says:
        return
    ids = {cells.grade_id(cell) for cell in release.cells} - {""}
    given = {cells.grade_id(cell) for cell in nb.cells} - {""}
    names = {cells.exercise(cell) for cell in release.cells if cells.is_solution(cell)}
    defined = set().union(*(cells.bound(c.source) for c in nb.cells if c.cell_type == "code"))
    if not (ids & given or names & defined):
        raise CourseError(f"The notebook holds no exercise of {expected}: not graded.")
