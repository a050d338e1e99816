"""A small course with one chapter, for the tests of the grading."""

import copy
import shutil
from pathlib import Path

import nbformat

from dlcourse import build, cells, course

ROOT = Path(__file__).parents[1]
CHAPTER = "01_small"
TEXT = '''\
# %% [markdown]
# # 1. A small chapter

# %%
import numpy as np

from dlutils import sigmoid

# %% [markdown]
# ## Exercise 1.1: neuron

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
checks.agrees("neuron", neuron, checks.case(x=np.full((4, 3), 17.25), w=np.ones(3), b=-8.125),
              hidden=True)
### END HIDDEN TESTS

# %% check="neuron" kind="purity" points=1
import numpy as np
from dlutils import checks
checks.unchanged("neuron", neuron, checks.case(x=np.ones((1, 2)), w=np.ones(2), b=0.5))

# %% experiment
slope = 0.25

# %% [markdown]
# ## Exercise 1.2: relu

# %% solution="relu"
def relu(x):
    """max(0, x)."""
    ### BEGIN SOLUTION
    return np.maximum(0.0, x)
    ### END SOLUTION

# %% check="relu" points=1
import numpy as np
from dlutils import checks
checks.agrees("relu", relu, checks.case(x=np.array([-1.0, 0.0, 2.5])))

# %% [markdown]
# Why is a line not enough?

# %% [markdown] answer="why" points=2
# ### BEGIN SOLUTION
# Because lines of lines are lines. Two points for saying so.
# ### END SOLUTION
'''
NEURON = "def neuron(x, w, b):\n    return x @ w + b\n"
RELU = "def relu(x):\n    return np.maximum(0.0, x)\n"


class SmallCourse:
    """A course folder with one built chapter, and ways to hand in work for it."""

    def __init__(self, root):
        self.root = root
        self.chapter = course.Chapter(root, CHAPTER)

    def copy(self, root):
        """A fresh course with the same built chapter and a gradebook without students."""
        for part in ("solutions", "course"):
            shutil.copytree(self.root / part, root / part)
        for file in (course.CONFIG, "gradebook.db"):
            shutil.copy(self.root / file, root)
        return SmallCourse(root)

    def worked(self, neuron=NEURON, relu=RELU, why="Because."):
        """The release with these sources in it; None leaves a cell untouched."""
        nb = nbformat.read(self.chapter.release, as_version=4)
        for cell in nb.cells:
            source = {"neuron": neuron, "relu": relu, "why": why}.get(cells.grade_id(cell))
            cell.source = source or cell.source
        return nb

    def hand_in(self, student, work, name="small.ipynb", folder=CHAPTER):
        """Put a notebook, or text that is none, where a student's submission belongs."""
        target = self.root / "submitted" / student / folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(work, str):
            work = nbformat.writes(work)
        target.write_text(work, encoding="utf-8")


def without(nb, *names):
    """A copy of a notebook without the graded cells of these ids."""
    nb = copy.deepcopy(nb)
    nb.cells = [cell for cell in nb.cells if cells.grade_id(cell) not in names]
    return nb


def build_small_course(root):
    """The course in an empty folder, built, with a gradebook without students."""
    shutil.copy(ROOT / course.CONFIG, root)
    chapter = course.Chapter(root, CHAPTER)
    chapter.text.parent.mkdir(parents=True)
    chapter.text.write_text(TEXT, encoding="utf-8")
    build.build(chapter)
    from dlcourse import gradebook

    gradebook.register(gradebook.course_config(root), chapter)
    return SmallCourse(root)
