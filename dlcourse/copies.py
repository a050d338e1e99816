"""Copies of the reference, for the instructor to look at: whoever digs in the library finds it."""

import ast
import functools

from dlcourse import cells

LONG = 5  # statements: below, two people write the same


def flags(nb, solutions, given=frozenset()):
    """Sentences on answers that name the library's own version, or are the reference's code.

    Only the instructor reads them: the likeness is a reason to ask, no proof.

    `solutions` maps each exercise to the source of its solution cell, `given` holds the sources of
    the course's own cells.
    """
    found, alike = [], []
    for cell in nb.cells:
        own = cell.cell_type == "code" and cell.source.strip() not in given
        if not own or cells.is_check(cell):
            continue
        tree, exercise = cells.parse(cell.source), cells.exercise(cell)
        if named := sorted(_named(tree) & set(solutions)):
            where = f"the cell of {exercise}" if exercise else "a cell"
            found.append(f"{where} names the library's own {', '.join(named)}.")
        if cells.is_solution(cell) and exercise in solutions:
            ours = _reference(solutions[exercise], exercise)
            if ours and ours[0] > LONG and _code(tree, exercise) == ours:
                alike.append(exercise)
    if alike:
        found.append(f"the reference's code, word for word: {', '.join(alike)}.")
    return found


def _named(tree):
    """Names that code takes from dlutils."""
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dlutils":
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id == "dlutils":
                named.add(node.attr)
    return named


@functools.lru_cache(maxsize=256)
def _reference(source, exercise):
    return _code(cells.parse(source), exercise)


def _code(tree, exercise):
    """(number of statements, syntax tree without docstrings) of what defines the exercise."""
    for node in tree.body:
        if getattr(node, "name", None) == exercise:
            for part in ast.walk(node):
                if isinstance(part, cells.SCOPES) and ast.get_docstring(part) is not None:
                    part.body = part.body[1:]
            statements = sum(isinstance(part, ast.stmt) for part in ast.walk(node)) - 1
            return statements, ast.dump(node)
    return None
