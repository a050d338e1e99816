"""Answers to plant into a submission: the reference's, a named mistake's, and a few accidents."""

import ast
import inspect
import re
import sys
import textwrap
from types import ModuleType

from dlcourse import cells

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


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

    `right` holds the chapter's exercises, which the notebook has anyway. A mistake that spoils what
    the right version gives gets that one under another name, lest it call itself for ever.
    """
    home = sys.modules[mistake.implementation.__module__]
    source = _source(mistake.implementation)
    pieces = [*_needs(source, home, {mistake.name, *right}), source]
    exercise, spoiled = mistake.exercise, f"right_{mistake.exercise}"
    if any(any(_places(piece, exercise, definitions=False)) for piece in pieces):
        pieces = [_renamed(piece, exercise, spoiled) for piece in pieces]
        pieces.insert(0, f"{right[exercise]}\n\n\n{spoiled} = {exercise}")
    return "\n\n\n".join(_renamed(piece, mistake.name, exercise) for piece in pieces)


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
    """A function's or class's source, without the decorator that enters it into a catalogue."""
    text = textwrap.dedent(inspect.getsource(thing))
    node = ast.parse(text).body[0]
    kept = [f"@{ast.unparse(one)}" for one in node.decorator_list if not _enters(one)]
    return "\n".join([*kept, *text.splitlines()[node.lineno - 1 :]])


def _enters(decorator):
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(name, ast.Name) and name.id in ("mistake", "alternative")


def _places(source, name, *, definitions=True):
    """(line, first byte) of each bare use of a name, and of its definition: no attributes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id == name:
            yield node.lineno - 1, node.col_offset
        elif definitions and isinstance(node, DEFINITIONS) and node.name == name:
            keyword = "class " if isinstance(node, ast.ClassDef) else "def "
            yield node.lineno - 1, node.col_offset + len(keyword)


def _renamed(source, old, new):
    lines = source.encode().split(b"\n")
    for row, start in sorted(_places(source, old), reverse=True):
        line = lines[row]
        lines[row] = line[:start] + new.encode() + line[start + len(old.encode()) :]
    return b"\n".join(lines).decode()


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
            library = value.__module__.partition(".")[0] == "dlutils"
            pieces.append(f"from {'dlutils' if library else value.__module__} import {name}")
        elif value is not None:
            pieces.append(f"{name} = {value!r}")
    return list(dict.fromkeys(pieces))
