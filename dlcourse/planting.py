"""Answers to plant into a submission: the reference's, a named mistake's, and a few accidents."""

import ast
import inspect
import re
import sys
import textwrap
from types import ModuleType

from dlcourse import cells

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


def reference(solutions):
    """The right answers of a chapter's built notebook, `{exercise: source}`, in order."""
    return {
        cells.exercise(cell): "\n".join(
            line for line in cell.source.split("\n") if line.strip() not in MARKERS
        )
        for cell in solutions.cells
        if cells.is_solution(cell)
    }


def as_answer(mistake, right):
    """A catalogued mistake as an answer: named like its exercise, with all that it needs before it.

    `right` holds the chapter's exercises, which the notebook has anyway.
    """
    home = sys.modules[mistake.implementation.__module__]
    source = _source(mistake.implementation)
    answer = re.sub(rf"\b{mistake.name}\b", mistake.exercise, source)
    return "\n\n\n".join([*_needs(source, home, {mistake.name, *right}), answer])


def with_syntax_error(source):
    """The first colon at a line's end is forgotten."""
    return re.sub(r":(?=\s*$)", "", source, count=1, flags=re.M)


def endless(exercise):
    """A function that never returns."""
    return f"def {exercise}(*inputs):\n    step = 1\n    while step > 0:\n        step += 1\n"


def noisy(exercise, source):
    """An answer that prints thousands of lines when defined, and its inputs at every call."""
    shout = f'for step in range(3000):\n    print("{exercise}, step", step)'
    if re.search(rf"^class {exercise}\b", source, flags=re.M):
        return f"{source}\n\n\n{shout}"
    return (
        f"{source}\n\n\n{shout}\n\n\nsilent_{exercise} = {exercise}\n\n\n"
        f"def {exercise}(*inputs):\n"
        f'    print("{exercise} is called with", inputs)\n'
        f"    return silent_{exercise}(*inputs)"
    )


def _source(thing):
    """A function's or class's source without its decorators."""
    text = textwrap.dedent(inspect.getsource(thing))
    return "\n".join(text.splitlines()[ast.parse(text).body[0].lineno - 1 :])


def _needs(source, home, known):
    """Imports and helpers that a piece of the module `home` needs, in order."""
    pieces = []
    for name in sorted(cells.used(source) - known):
        value = vars(home).get(name)
        if isinstance(value, ModuleType):
            pieces.append(f"import {value.__name__} as {name}")
        elif getattr(value, "__module__", "") == home.__name__:
            helper = _source(value)
            pieces += [*_needs(helper, home, {*known, name}), helper]
        elif value is not None and hasattr(value, "__module__"):
            pieces.append(f"from dlutils import {name}")
        elif value is not None:
            pieces.append(f"{name} = {value!r}")
    return list(dict.fromkeys(pieces))
