"""The grader's own grade: how often is it wrong, exercise by exercise?

Known mistakes must be caught and named, independently written right answers accepted, and generated
mutants of the reference killed. All of them go through the real judge.
"""

import contextlib
import importlib
import json
import sys
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat
from traitlets.config import Config

from dlcourse import cells, planting, slicing
from dlcourse.course import CourseError
from dlcourse.judge.judge import Judge, locked_names
from dlcourse.judge.remote import Lost, Student
from dlcourse.judge.testcell import judge
from dlcourse.pool import Pool
from dlutils import mistakes

EQUIVALENT = Path("tests") / "equivalent_mutants.toml"
BARS = {"mistakes": 1.0, "alternatives": 1.0, "hints": 0.9, "mutants": 0.95}
OVERALL = 0.98  # of all mutants
SECONDS = 10  # for one test cell
MUTANT_SECONDS = 5  # a mutant that loops for ever is as dead


@dataclass(frozen=True)
class Answer:
    """One answer to grade: a mistake (with its hint), an alternative or a mutant (its change)."""

    exercise: str
    kind: str  # "mistakes", "alternatives" or "mutants"
    name: str
    source: str
    hint: str = ""


@dataclass
class Finding:
    """What the grader said to an answer: the messages of the checks that it failed."""

    answer: Answer
    messages: list = field(default_factory=list)

    @property
    def right(self):
        """Whether the verdict is the right one."""
        return bool(self.messages) != (self.answer.kind == "alternatives")

    @property
    def named(self):
        """Whether a message names the mistake."""
        return any(self.answer.hint in message for message in self.messages)


@dataclass
class Score:
    """One exercise's counts: (right verdicts, answers) of each kind, and hints named."""

    exercise: str
    counts: dict = field(default_factory=dict)
    wrong: list = field(default_factory=list)  # Findings with a wrong verdict, or unnamed

    def passes(self):
        """Whether every bar is reached."""
        return all(good >= BARS[kind] * total for kind, (good, total) in self.counts.items())


def answers(chapter, *, mutants=False):
    """All Answers of a chapter, exercise by exercise."""
    nb = nbformat.read(chapter.notebook, as_version=4)
    right = planting.reference(nb)
    excused = equivalent(chapter.root)
    alternatives = _alternatives(chapter.root)
    found = []
    for exercise, source in right.items():
        for one in mistakes.of(exercise):
            text = planting.as_answer(one, right)
            found.append(Answer(exercise, "mistakes", one.name, text, one.hint))
        for one in alternatives.get(exercise, []):
            text = _beside_its_forward(one, right)
            found.append(Answer(exercise, "alternatives", one.name, text))
        if mutants:
            from dlcourse.mutants import mutants as generate

            found += [
                Answer(exercise, "mutants", one.change, one.source)
                for one in generate(source)
                if (exercise, one.change) not in excused
            ]
    return found


def equivalent(root):
    """{(exercise, change): reason} of the mutants that compute what the reference does."""
    path = root / EQUIVALENT
    if not path.is_file():
        return {}
    listed = tomllib.loads(path.read_text("utf-8")).get("mutant", [])
    return {(one["exercise"], one["change"].strip()): one["reason"] for one in listed}


def run(chapters, *, mutants=False, jobs=2, settings=None, each=lambda: None):
    """The Scores of some chapters, `{chapter: [Score, ...]}`; `each()` after every answer's end."""
    work = []
    for chapter in chapters:
        if not chapter.notebook.is_file():
            raise CourseError(f"{chapter.name} is not built: run `dlcourse build {chapter.name}`.")
        by_exercise = {}
        for one in answers(chapter, mutants=mutants):
            by_exercise.setdefault(one.exercise, []).append(one)
        for listed in by_exercise.values():
            size = 40  # answers at a time: enough to share the work evenly
            work += [(chapter, listed[i : i + size]) for i in range(0, len(listed), size)]
    found = {}
    with Pool(jobs) as pool:
        work.reverse()
        while work or pool.running:
            while work and not pool.full:
                chapter, listed = work.pop()
                pool.submit((chapter, listed), examine, chapter, listed, settings or {})
            for (chapter, listed), findings in pool.results():
                if isinstance(findings, Exception):
                    raise findings
                for finding in findings:
                    key = chapter.name, finding.answer.exercise
                    found.setdefault(key, []).append(finding)
                each(len(listed))
    return {
        chapter.name: [
            score(exercise, found[chapter.name, exercise])
            for exercise in _exercises(chapter)
            if (chapter.name, exercise) in found
        ]
        for chapter in chapters
    }


def score(exercise, findings):
    """The Score of one exercise's Findings."""
    one = Score(exercise)
    for kind in ("mistakes", "hints", "alternatives", "mutants"):
        of_kind = [
            f for f in findings if f.answer.kind == ("mistakes" if kind == "hints" else kind)
        ]
        if of_kind or kind != "mutants":
            good = [f for f in of_kind if (f.named if kind == "hints" else f.right)]
            one.counts[kind] = len(good), len(of_kind)
    one.wrong = [
        f for f in findings if not f.right or (f.answer.kind == "mistakes" and not f.named)
    ]
    return one


def examine(chapter, listed, settings):
    """Grade answers to one exercise through the judge, all else being right -> Findings."""
    nb = nbformat.read(chapter.notebook, as_version=4)
    release = nbformat.read(chapter.release, as_version=4)
    room = Room(nb, release, Judge(config=Config({"Judge": settings})))
    try:
        return [Finding(one, room.grade(one)) for one in listed]
    finally:
        room.close()


class Room:
    """A student's process in which a chapter stands rightly answered; answers come and go."""

    def __init__(self, nb, release, judge_):
        self.checks = [cell for cell in nb.cells if cells.is_check(cell)]
        ready = slicing.needed(nb)
        self.ready = [
            cell
            for cell in ready.cells
            if cell.cell_type == "code" and not cells.is_check(cell) and not cells.is_skipped(cell)
        ]
        self.reference = planting.reference(nb)
        self.locks = locked_names(release)
        self.zygote = judge_.zygote()
        self.child = self.student = None

    def grade(self, answer):
        """The messages of the checks that an answer fails."""
        exercise, mutant = answer.exercise, answer.kind == "mutants"
        names = cells.taken(exercise)
        messages = []
        try:
            self._ready()
            self.student.seconds = MUTANT_SECONDS if mutant else SECONDS
            ran = self.student.run(f"del {exercise}\n{answer.source}", answer.name[:40], SECONDS)
            if ran.error:
                messages.append(f"its cell failed with {ran.error}")
            with _without_hints() if mutant else contextlib.nullcontext():
                for cell in self.checks:
                    if cells.exercise(cell) != exercise or ran.error or (mutant and messages):
                        continue
                    verdict = judge(cell.source, self.student, names)
                    if verdict.fraction < 1:
                        messages.append(verdict.message)
        except Lost:
            messages.append("the process was lost")
        self.close() if self.student.lost else self._restore()
        return messages

    def _ready(self):
        if self.student is not None:
            return
        self.child = self.zygote.spawn()
        self.student = Student(
            self.child.sock, seconds=SECONDS, interrupt=self.child.interrupt, grace=1.0
        )
        self.student.use("lock", tuple(self.locks))
        for index, cell in enumerate(self.ready):
            ran = self.student.run(cell.source, str(index), 60, given=not cells.is_solution(cell))
            if ran.error:
                raise CourseError(f"A cell of the chapter itself fails with {ran.error}.")
        self.student.meanings([], mark="right")

    def _restore(self):
        try:
            self.student.meanings([], recall="right")
        except Lost:
            self.close()

    def close(self):
        """End the process."""
        if self.child is not None:
            self.child.close()
        self.child = self.student = None


@contextlib.contextmanager
def _without_hints():
    """While this lasts no check looks for the mistake behind a wrong answer, most of its time."""
    of, mistakes.of = mistakes.of, lambda exercise: []
    try:
        yield
    finally:
        mistakes.of = of


def write_json(scores, path):
    """All counts, and every wrong verdict with what was said."""
    data = {
        chapter: [
            {
                "exercise": one.exercise,
                "counts": one.counts,
                "wrong": [asdict(f.answer) | {"messages": f.messages} for f in one.wrong],
            }
            for one in listed
        ]
        for chapter, listed in scores.items()
    }
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")


def passes(scores):
    """Whether every exercise reaches its bars, and all mutants together theirs."""
    listed = [one for found in scores.values() for one in found]
    pairs = [one.counts["mutants"] for one in listed if "mutants" in one.counts]
    killed, total = sum(good for good, _ in pairs), sum(all_ for _, all_ in pairs)
    return all(one.passes() for one in listed) and killed >= OVERALL * total


def _exercises(chapter):
    nb = nbformat.read(chapter.notebook, as_version=4)
    return [cells.exercise(cell) for cell in nb.cells if cells.is_solution(cell)]


def _beside_its_forward(one, right):
    """A right version as an answer; a backward comes with the forward that fills its cache."""
    pieces = [planting.as_answer(one, right)]
    if one.forward is not None:
        name = one.exercise.replace("_backward", "_forward")
        forward = mistakes.Mistake(name, "", one.forward)
        pieces.insert(0, planting.as_answer(forward, right))
    return "\n\n\n".join(pieces)


def _alternatives(root):
    """The independent right answers that the course's tests hold, `{exercise: [Mistake-like]}`."""
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        return importlib.import_module("tests.alternatives").all_alternatives()
    except ModuleNotFoundError:
        return {}
