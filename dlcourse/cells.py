"""What a notebook's cells are: which are graded, for which exercise, and what names they bind."""

import ast
import builtins
import functools
import re
import symtable

HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
HIDDEN_TESTS = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS[^\n]*\n?", re.S)
STUB = "raise NotImplementedError"
NOT_GRADED = ("experiment", "play")
# Functions of given code, with which a test makes the arguments of an exercise; dlutils.checks has
# the same.
GIVEN = {"topological_order": ("make_graph",)}
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)  # what parsing raises
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def nbgrader(cell):
    """The cell's nbgrader metadata: an empty dict where there is none, or none that makes sense."""
    found = cell.get("metadata", {}).get("nbgrader")
    return found if isinstance(found, dict) else {}


def grade_id(cell):
    """nbgrader's name of the cell, or ""."""
    return str(nbgrader(cell).get("grade_id") or "")


def exercise(cell):
    """The exercise that a graded cell belongs to: `softmax` for `softmax-stability`."""
    return grade_id(cell).partition("-")[0]


def taken(exercise):
    """The names that the tests of an exercise may take from the student."""
    forward = exercise.replace("_backward", "_forward")
    return [*dict.fromkeys([exercise, forward, *GIVEN.get(exercise, ())])]


def is_solution(cell):
    """A code cell in which the student writes an exercise."""
    return cell.cell_type == "code" and bool(nbgrader(cell).get("solution"))


def is_check(cell):
    """A test cell: its outputs decide points."""
    found = nbgrader(cell)
    return cell.cell_type == "code" and bool(found.get("grade")) and not found.get("solution")


def is_answer(cell):
    """Free text that a person grades."""
    found = nbgrader(cell)
    return cell.cell_type == "markdown" and bool(found.get("grade"))


def is_skipped(cell):
    """Whether grading passes the cell by: experiments and playthings decide no points."""
    tags = cell.metadata.get("tags", [])
    return isinstance(tags, list) and any(tag in NOT_GRADED for tag in tags)


def given(release):
    """The sources of the course's own code cells: what no student wrote."""
    code = [cell for cell in release.cells if cell.cell_type == "code"]
    return {cell.source.strip() for cell in code if not is_solution(cell)} - {""}


def is_blank(cell):
    """Whether the stub still stands where the student's code should be."""
    return STUB in cell.source


def visible(source):
    """A test cell's source without its hidden tests."""
    return HIDDEN_TESTS.sub("", source.rstrip() + "\n").rstrip()


def hidden(source):
    """The hidden tests of a test cell's source, as text."""
    return "".join(HIDDEN_TESTS.findall(source.rstrip() + "\n"))


@functools.lru_cache(maxsize=1024)
def bound(source):
    """Names that a cell leaves in the notebook's namespace; none for a cell that does not parse."""
    return frozenset(bound_by(parse(source).body))


def bound_by(body):
    """Names that statements leave behind."""
    names = set()
    for node in _own_level(body):
        if isinstance(node, SCOPES):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


@functools.lru_cache(maxsize=1024)
def used(source):
    """Names that a cell, or a function in it, takes from the notebook's namespace."""
    try:
        table = symtable.symtable(_python(source), "cell", "exec")
    except BROKEN:
        return frozenset()
    return frozenset(_globals_of(table) - set(dir(builtins)))


def parse(source):
    """A cell's syntax tree, magics and shell lines left out; an empty one for broken code."""
    try:
        return ast.parse(_python(source))
    except BROKEN:
        return ast.Module([], [])


def _python(source):
    """A cell's text without magics and shell lines."""
    lines = source.split("\n")
    return "\n".join("" if line.lstrip()[:1] in ("%", "!") else line for line in lines)


def _own_level(body):
    """Every node of the cell's own level: what functions and classes hold inside stays inside."""
    for node in body:
        yield node
        if not isinstance(node, (*SCOPES, ast.Lambda)):
            yield from _own_level(ast.iter_child_nodes(node))


def _globals_of(table):
    at_top = table.get_type() == "module"
    names = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (at_top or symbol.is_global())
    }
    return names.union(*map(_globals_of, table.get_children()))
