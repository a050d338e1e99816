"""A class of twelve to try the grading on: right answers, named mistakes, and the usual accidents.

The same course always gives the same class, so what every student must get is known.
"""

import copy
import shutil
from dataclasses import dataclass, field

import nbformat

from dlcourse import cells, course, planting
from dlcourse.course import CourseError
from dlutils import mistakes

MARKER = ".dlcourse-demo"
ANSWER = (
    "The number says how the model does on data like those it was measured on. Before I believe "
    "it, I ask which data these were, and whether anything was chosen by looking at them."
)
CARELESS = ("ben.okafor", "carla.rossi", "dmitri.volkov", "elif.yilmaz", "farah.naz")


@dataclass
class Work:
    """What one student hands in for a chapter; an exercise that is left out stays blank."""

    story: str
    answers: dict
    wrong: dict = field(default_factory=dict)  # {exercise: Mistake, or None if nothing of it works}
    words: str = ""
    deleted: str = ""  # a test cell
    version: str = ""


def make(folder, root):
    """Make the class in `folder`; returns (student, story) pairs."""
    chapters = [one for one in course.chapters(root) if one.notebook.is_file()]
    if not chapters:
        raise CourseError("No chapter is built yet: run `dlcourse build`.")
    _clear(folder)
    shutil.copy(root / course.CONFIG, folder)
    stories = {}
    for chapter in chapters:
        here = course.Chapter(folder, chapter.name)
        for source, target in ((chapter.notebook, here.notebook), (chapter.release, here.release)):
            if not source.is_file():
                raise CourseError(f"{source} is missing: run `dlcourse build {chapter.name}`.")
            target.parent.mkdir(parents=True)
            shutil.copy(source, target)
        release = nbformat.read(chapter.release, as_version=4)
        for student, work in plan(chapter, first=chapter == chapters[0]).items():
            target = folder / "submitted" / student / chapter.name / chapter.release.name
            target.parent.mkdir(parents=True)
            nbformat.write(hand_in(release, work), target)
            stories.setdefault(student, work.story)
    return list(stories.items())


def plan(chapter, *, first):
    """What the twelve hand in, `{student: Work}`; only the first chapter has the loop in it."""
    right = planting.reference(nbformat.read(chapter.notebook, as_version=4))
    names = list(right)
    class_ = {
        "amina.haddad": Work("everything right, the questions answered too", right, words=ANSWER)
    }
    for number, student in enumerate(CARELESS):
        class_[student] = _careless(number, right)
    class_["gustav.lind"] = Work("untouched", {})
    half = {name: right[name] for name in names[: (len(names) + 1) // 2]}
    class_["hana.kim"] = Work("the first half", half, words=ANSWER)
    last = names[-1]
    broken = planting.with_syntax_error(right[last])
    class_["ivan.petrov"] = Work(
        "a syntax error in the last exercise", right | {last: broken}, {last: None}
    )
    class_["jun.tanaka"] = Work("an infinite loop in the last exercise of the first chapter", right)
    if first:
        class_["jun.tanaka"].answers = right | {last: planting.endless(last)}
        class_["jun.tanaka"].wrong = {last: None}
    class_["kofi.mensah"] = Work(
        "right, but every call prints", {name: planting.noisy(name, right[name]) for name in names}
    )
    class_["lena.maier"] = Work(
        "right, one test cell deleted, an older course version",
        right,
        words=ANSWER,
        deleted=names[0],
        version="0.0.1",
    )
    return class_


def hand_in(release, work):
    """The release, worked on."""
    nb = copy.deepcopy(release)
    if work.version:
        nb.metadata["dlcourse"]["version"] = work.version
    for cell in nb.cells:
        if cells.is_solution(cell):
            cell.source = work.answers.get(cells.exercise(cell), cell.source)
        elif cells.is_answer(cell) and work.words:
            cell.source = work.words
    checks = [c for c in nb.cells if cells.is_check(c) and cells.exercise(c) == work.deleted]
    nb.cells = [cell for cell in nb.cells if not any(cell is one for one in checks[:1])]
    return nb


def _careless(number, right):
    """Two named mistakes, different ones for every student."""
    names = [name for name in right if mistakes.of(name)]
    wrong = {}
    for name in {names[number % len(names)], names[(number + 2) % len(names)]} if names else ():
        known = mistakes.of(name)
        wrong[name] = known[number % len(known)]
    planted = {name: planting.as_answer(mistake, right) for name, mistake in wrong.items()}
    story = "named mistakes: " + ", ".join(
        f"{wrong[name].name} ({name})" for name in right if name in wrong
    )
    return Work(story, right | planted, wrong)


def _clear(folder):
    """Only an empty folder or an earlier demo may be overwritten."""
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file; a demo needs a folder.")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / MARKER).is_file():
            raise CourseError(f"{folder} is not empty and no earlier demo: name another folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()
