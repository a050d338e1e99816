"""What travels between the batch and its workers: plain data, by value."""

import functools
import hashlib
import json
from dataclasses import asdict, dataclass, field

from dlutils import __version__


@dataclass(frozen=True)
class Source:
    """A graded cell as the gradebook has it: what a submission's cell must be."""

    cell_type: str
    locked: bool
    text: str
    checksum: str
    points: float | None


@dataclass(frozen=True)
class Facts:
    """What is known of a chapter: its release as JSON, its graded cells, its own solutions."""

    chapter: str
    release: str
    sources: dict  # grade_id: Source
    solutions: dict  # exercise: source of its solution cell

    @functools.cached_property
    def digest(self):
        """Changes with the tests, the points, the given code and the version of the grader."""
        given = [
            "".join(cell["source"])
            for cell in json.loads(self.release)["cells"]
            if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]
        ]
        parts = [given, {k: asdict(v) for k, v in self.sources.items()}, __version__]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Task:
    """One submission to grade: the bytes of its notebook file."""

    student: str
    chapter: str
    name: str  # of the file
    data: bytes
    marks: tuple = ()  # verdict.Marks that the gradebook has already: those by hand count
    comments: dict = field(default_factory=dict)  # a grader's words, by grade_id

    def digest(self, facts):
        """What a grade depends on: a submission with the same digest need not be graded again."""
        return hashlib.sha256(facts.digest.encode() + self.data).hexdigest()


@dataclass
class Outcome:
    """What a grading found. `notebook` is the graded one as text; "" where there is none."""

    notebook: str = ""
    results: list = field(default_factory=list)  # verdict.Results of the test cells
    standing: dict = field(default_factory=dict)  # how it stands with them, no penalty taken off
    page: str = ""  # the feedback on that
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    flags: list = field(default_factory=list)  # for the instructor alone
    unanswered: set = field(default_factory=set)  # solution cells that are as they were released
    failed: bool = False  # not graded: the last problem says why
