"""The authoring rules: what a test cell may do, and how long the cells of a notebook may be.

A test cell runs in the student's own kernel and, in grading, away from it, where the names that it
takes from the student are stand-ins for the real things. It must mean the same in both places.
"""

import ast
import builtins
import re

from dlcourse.cells import HIDDEN, taken
from dlcourse.source import SOLUTION

BUILTINS = frozenset(dir(builtins))
MAX_TEST_LINES = 8
MAX_LINES = {"code": 15, "experiment": 15, "play": 25, "solution": 25}
MAX_CLASS_LINES = 60
MAX_WORDS = 120
MAX_CELLS = 75
MAX_EXERCISES = 12
FORBIDDEN = {"inspect", "isinstance", "issubclass", "type", "setattr", "delattr", "exec", "eval"}
BINDING = (
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.With,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Delete, ast.Global, ast.Try,
)  # fmt: skip


def check(cells):
    """Raise one CourseError, with file and line, for the first rule that a text breaks."""
    if len(cells) > MAX_CELLS:
        raise cells[-1].error(f"{len(cells)} cells, at most {MAX_CELLS} make a notebook.")
    exercises = [cell for cell in cells if cell.role == "solution"]
    if len(exercises) > MAX_EXERCISES:
        raise exercises[-1].error(f"{len(exercises)} exercises, at most {MAX_EXERCISES} allowed.")
    available = set()
    for cell in cells:
        if cell.role == "markdown":
            _check_prose(cell)
        elif cell.role == "check":
            _check_test(cell)
        elif cell.role != "answer":
            tree = _parse(cell)
            _check_length(cell, tree)
            if cell.role == "solution":
                _check_solution(cell, tree, available)
            if cell.role in ("code", "solution"):
                available |= bound_names(tree)


def bound_names(tree):
    """Names that a cell leaves behind in the notebook's namespace."""
    return set(_top_level(tree.body))


def _top_level(body):
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0]
        else:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id
                elif isinstance(part, ast.FunctionDef | ast.ClassDef):
                    yield part.name


def _parse(cell):
    try:
        return ast.parse(cell.source)
    except SyntaxError as error:
        raise cell.error(f"does not parse: {error.msg}.", error.lineno or 0) from None


def _code_lines(cell):
    lines = (line.strip() for line in cell.source.splitlines())
    return [line for line in lines if line and line not in (*SOLUTION, *HIDDEN)]


def _check_prose(cell):
    """At most 120 words at a time; formulas and code do not count as words."""
    text = re.sub(r"```.*?```|\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", " ", cell.source, flags=re.S)
    text = re.sub(r"^(\s*\||#).*$|\]\([^)]*\)", " ", text, flags=re.M)
    words = len(re.findall(r"[^\W\d_][\w'’-]*", text))
    if words > MAX_WORDS:
        raise cell.error(f"{words} words of prose at a time, at most {MAX_WORDS} allowed.")


def _check_length(cell, tree):
    lines, limit = len(_code_lines(cell)), MAX_LINES[cell.role]
    if cell.role == "solution":
        limit += sum(
            len((ast.get_docstring(n) or "").splitlines())
            for n in tree.body
            if isinstance(n, ast.FunctionDef | ast.ClassDef)
        )
        if any(isinstance(node, ast.ClassDef) for node in tree.body):
            limit = MAX_CLASS_LINES
    if lines > limit:
        raise cell.error(f"{lines} lines in a {cell.role} cell, at most {limit} allowed.")


def _check_solution(cell, tree, available):
    """The exercise is defined here, from what the student has: no test's or experiment's names."""
    own = bound_names(tree)
    if cell.exercise not in own:
        raise cell.error(f"the solution cell of {cell.exercise} does not define {cell.exercise}.")
    local = {
        part.arg if isinstance(part, ast.arg) else getattr(part, "id", getattr(part, "name", None))
        for part in ast.walk(tree)
        if isinstance(part, ast.arg | ast.FunctionDef | ast.ClassDef | ast.ExceptHandler)
        or (isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))
    }
    known = available | own | local | BUILTINS
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in known:
            raise cell.error(
                f"the solution of {cell.exercise} uses {node.id}, which no earlier cell "
                "other than tests, experiments and playthings binds.",
                node.lineno,
            )


def _check_test(cell):
    tree = _parse(cell)
    if (lines := len(_code_lines(cell))) > MAX_TEST_LINES:
        raise cell.error(f"{lines} lines in a test cell, at most {MAX_TEST_LINES} allowed.")
    for number, line in enumerate(cell.source.splitlines(), start=1):
        if len(line) > 100:
            raise cell.error("a line of a test cell is longer than 100 characters.", number)
    allowed = set(taken(cell.exercise))
    _check_names(cell, tree, allowed)
    _check_operators(cell, tree, allowed)
    _check_hidden_flags(cell, tree)


def _check_names(cell, tree, allowed):
    imported, local = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, BINDING):
            raise cell.error(
                "a test cell binds nothing but the modules it imports (no assignment, loop, def, "
                "class, with or try).",
                node.lineno,
            )
        if isinstance(node, ast.Import | ast.ImportFrom):
            _check_import(cell, node)
            imported |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.arg):
            local.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            local.add(node.id)  # a comprehension's variable
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Store):
            continue
        if node.id in FORBIDDEN:
            raise cell.error(f"a test cell must not use {node.id}.", node.lineno)
        if node.id not in imported | local | allowed | BUILTINS:
            raise cell.error(
                f"the test of {cell.exercise} uses {node.id}, which it neither imports nor may "
                f"take from the student (only {', '.join(sorted(allowed))}).",
                node.lineno,
            )


def _check_import(cell, node):
    """`import numpy as np` and `from dlutils import checks` leave modules behind; others do not."""
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{alias.name}" for alias in node.names]
        if names != ["dlutils.checks"]:
            raise cell.error(
                f"a test cell leaves only modules behind: {', '.join(names)} is not one.",
                node.lineno,
            )
    elif any(alias.name.split(".")[0] in FORBIDDEN for alias in node.names):
        raise cell.error("a test cell must not import inspect.", node.lineno)


def _check_operators(cell, tree, allowed):
    """No operator touches a student's object: its class would decide the verdict."""

    def from_student(node):
        node = node.func if isinstance(node, ast.Call) else node
        return isinstance(node, ast.Name) and node.id in allowed

    for node in ast.walk(tree):
        operands = []
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
        elif isinstance(node, ast.BinOp):
            operands = [node.left, node.right]
        elif isinstance(node, ast.BoolOp):
            operands = node.values
        elif isinstance(node, ast.UnaryOp | ast.Starred):
            operands = [node.operand if isinstance(node, ast.UnaryOp) else node.value]
        if any(map(from_student, operands)):
            raise cell.error(
                f"an operator works on the student's {cell.exercise}; pass it to a check.",
                node.lineno,
            )


def _check_hidden_flags(cell, tree):
    """Checks between the hidden markers say hidden=True, and only they."""
    lines = [line.strip() for line in cell.source.splitlines()]
    begin = lines.index(HIDDEN[0]) + 1 if HIDDEN[0] in lines else len(lines) + 1
    for node in tree.body:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
            continue
        says = any(keyword.arg == "hidden" for keyword in node.value.keywords)
        if says != (node.lineno > begin):
            where = "visible part has" if says else "hidden part lacks"
            raise cell.error(f"a check in the {where} hidden=True.", node.lineno)
