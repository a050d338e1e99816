"""The chapter that is attacked, and how an attack is graded: as any submission, page included."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import v4

from dlcourse import build, cells, course, gradebook, verdict, worker
from dlcourse.task import Task

ROOT = Path(__file__).parents[2]
CHAPTER = "01_target"
SECRET = "271.828125"  # stands in the hidden tests only
TEXT = '''\
# %% [markdown]
# # 1. The target

# %%
import numpy as np

# %% solution="neuron"
def neuron(x, w, b):
    """Weighted sums."""
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION

# %% check="neuron" points=2
import numpy as np
from dlutils import checks
checks.agrees("neuron", neuron, checks.case(x=np.ones((1, 2)), w=np.array([3.0, -1.0]), b=0.5))
### BEGIN HIDDEN TESTS
checks.agrees("neuron", neuron, checks.case(x=np.full((4, 3), 271.828125), w=np.ones(3), b=-8.125),
              hidden=True)
### END HIDDEN TESTS

# %% check="neuron" kind="purity" points=1
import numpy as np
from dlutils import checks
checks.unchanged("neuron", neuron, checks.case(x=np.ones((1, 2)), w=np.ones(2), b=0.5))

# %% solution="numerical_gradient"
def numerical_gradient(f, x, h=1e-5):
    """Central differences."""
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = h
        gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient
    ### END SOLUTION

# %% check="numerical_gradient" points=2
import numpy as np
from dlutils import checks
checks.agrees("numerical_gradient", numerical_gradient,
    checks.case(f=lambda x: x[0] ** 3 * x[1], x=np.array([1.0, 2.0]), h=0.5))
### BEGIN HIDDEN TESTS
checks.agrees("numerical_gradient", numerical_gradient,
    checks.case(f=lambda x: x[0] ** 2 * 271.828125, x=np.array([1.0, 2.0]), h=0.5), hidden=True)
### END HIDDEN TESTS

# %% solution="EarlyStopping"
class EarlyStopping:
    """Stop at the patience-th update without improvement."""
    ### BEGIN SOLUTION
    def __init__(self, patience):
        self.patience, self.best_loss, self.waited = patience, np.inf, 0

    def update(self, loss, params):
        better = loss < self.best_loss
        self.best_loss, self.waited = (loss, 0) if better else (self.best_loss, self.waited + 1)
        return self.waited >= self.patience
    ### END SOLUTION

# %% check="EarlyStopping" points=2
from dlutils import checks
checks.agrees("EarlyStopping", EarlyStopping, checks.case(patience=2, losses=[3.0, 2, 4, 5, 1]),
    using=lambda cls, patience, losses: (lambda s: [s.update(one, []) for one in losses])(
        cls(patience)))

# %% [markdown]
# Why is a line not enough?

# %% [markdown] answer="why" points=2
# ### BEGIN SOLUTION
# Because lines of lines are lines.
# ### END SOLUTION
'''
RIGHT = {"neuron-value": 2, "neuron-purity": 1, "numerical_gradient-value": 2,
         "EarlyStopping-value": 2}  # fmt: skip
WRONG = "def neuron(x, w, b):\n    return 0 * (x @ w)\n"


@dataclass
class Target:
    """The built chapter, registered, and its facts."""

    root: Path
    facts: object
    reference: dict  # exercise: source

    @property
    def chapter(self):
        return course.Chapter(self.root, CHAPTER)

    def honest(self):
        """The release with everything answered rightly."""
        nb = nbformat.read(self.chapter.release, as_version=4)
        for cell in nb.cells:
            if cells.is_solution(cell):
                cell.source = self.reference[cells.exercise(cell)]
        return nb

    def attack(self, *, before="", after="", **answers):
        """The honest notebook with other answers, and cells of the attacker's at both ends."""
        nb = self.honest()
        for cell in nb.cells:
            if cells.is_solution(cell):
                cell.source = answers.get(cells.exercise(cell), cell.source)
        if before:
            nb.cells.insert(1, v4.new_code_cell(before))
        if after:
            nb.cells.append(v4.new_code_cell(after))
        return nb

    def grade(self, work, *, sandbox=True, timeout=3):
        """The Outcome of a notebook, or of bytes that may be none."""
        data = work if isinstance(work, bytes) else nbformat.writes(work).encode()
        order = [name for name, one in self.facts.sources.items() if one.points is not None]
        marks = tuple(verdict.Mark(name, self.facts.sources[name].points) for name in order)
        task = Task("eve", CHAPTER, "target.ipynb", data, marks)
        return worker.grade(task, self.facts, {"timeout": timeout, "sandbox": sandbox})

    def points(self, work, **options):
        """Points by check."""
        return {one.check: one.points for one in self.grade(work, **options).results}


def build_target(root):
    """The chapter in an empty folder."""
    shutil.copy(ROOT / course.CONFIG, root)
    chapter = course.Chapter(root, CHAPTER)
    chapter.text.parent.mkdir(parents=True)
    chapter.text.write_text(TEXT, encoding="utf-8")
    build.build(chapter)
    facts = gradebook.facts(gradebook.course_config(root), chapter)
    return Target(root, facts, facts.solutions)


def said(outcome):
    """All that a student may read: page, graded notebook, messages."""
    return "\n".join([outcome.page, outcome.notebook, json.dumps(outcome.notes)])
