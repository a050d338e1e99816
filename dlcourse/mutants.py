"""Generated wrong answers: a reference solution with one small thing changed.

The operators are those of mutation testing, chosen for numerical code: comparisons, arithmetic,
constants, axes, slices, statements left out, arguments swapped, copies dropped, updates in place.
Changes that cannot change a result, whatever the solution, are not made: see `_Collector`.
"""

import difflib
from dataclasses import dataclass

import libcst as cst
from libcst import matchers as m

COMPARISONS = {
    cst.LessThan: (cst.LessThanEqual, cst.GreaterThan),
    cst.LessThanEqual: (cst.LessThan, cst.GreaterThanEqual),
    cst.GreaterThan: (cst.GreaterThanEqual, cst.LessThan),
    cst.GreaterThanEqual: (cst.GreaterThan, cst.LessThanEqual),
    cst.Equal: (cst.NotEqual,),
    cst.NotEqual: (cst.Equal,),
    cst.Is: (cst.IsNot,),
    cst.IsNot: (cst.Is,),
    cst.In: (cst.NotIn,),
    cst.NotIn: (cst.In,),
}
ARITHMETIC = {
    cst.Add: (cst.Subtract,),
    cst.Subtract: (cst.Add,),
    cst.Multiply: (cst.Divide,),
    cst.Divide: (cst.Multiply,),
    cst.FloorDivide: (cst.Divide,),
    cst.Modulo: (cst.Multiply,),
    cst.Power: (cst.Multiply,),
    cst.MatrixMultiply: (cst.Multiply,),
}
IN_PLACE = {
    cst.AddAssign: cst.SubtractAssign,
    cst.SubtractAssign: cst.AddAssign,
    cst.MultiplyAssign: cst.DivideAssign,
    cst.DivideAssign: cst.MultiplyAssign,
}
AUGMENTED = {
    cst.Add: cst.AddAssign,
    cst.Subtract: cst.SubtractAssign,
    cst.Multiply: cst.MultiplyAssign,
    cst.Divide: cst.DivideAssign,
}
UNCHANGED_CALLS = {"copy", "array", "asarray", "deepcopy", "list", "ascontiguousarray"}
NAMES = {"maximum": "minimum", "minimum": "maximum", "max": "min", "min": "max", "zeros": "ones",
         "ones": "zeros", "argmax": "argmin", "sum": "mean", "mean": "sum", "sin": "cos",
         "cos": "sin", "exp": "abs", "sqrt": "abs", "empty": "zeros", "zeros_like": "ones_like",
         "std": "var", "var": "std", "any": "all", "all": "any", "floor": "ceil", "tril": "triu",
         "cumsum": "sum", "argsort": "argmax", "sort": "copy"}  # fmt: skip
COMMUTING = {"maximum", "minimum", "max", "min", "logaddexp", "hypot", "swapaxes"}
EVEN = {"abs", "square", "norm"}
GUARD = 1e-4  # floats below it keep a division safe or are the step of a difference quotient


@dataclass(frozen=True)
class Mutant:
    """One changed version of a solution, and the change as a diff of the changed lines."""

    source: str
    change: str


def mutants(source):
    """All Mutants of a solution's source; each once."""
    tree = cst.parse_module(source)
    found = {}
    for node, replacement in _changes(tree):
        changed = tree.deep_replace(node, replacement).code
        if changed != source and _compiles(changed):
            found.setdefault(changed, Mutant(changed, difference(source, changed)))
    return list(found.values())


def difference(before, after):
    """The changed lines, `-` and `+`, without context or indentation."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(
        line[0] + " " + line[1:].strip()
        for line in lines
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    )


def _compiles(source):
    try:
        compile(source, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _changes(tree):
    """(node, replacement) pairs, docstrings and annotations apart."""
    collector = _Collector()
    tree.visit(collector)
    return collector.changes


class _Collector(cst.CSTVisitor):
    """Collects changes, but none of three families that compute the same by the laws of arithmetic.

    The two arguments of max(a, b) and its like do not change places, nor do a and b in |a - b| and
    (a - b)^2; and zip keeps its `strict`, which no arguments of the lengths promised can show.
    """

    def __init__(self):
        self.changes = []
        self.even = set()  # ids of differences whose sign is lost at once

    def add(self, node, replacement):
        self.changes.append((node, replacement))

    def visit_Annotation(self, node):
        return False

    def visit_SimpleStatementLine(self, node):
        if m.matches(node, m.SimpleStatementLine(body=[m.Expr(m.SimpleString())])):
            return False  # a docstring
        nothing = node.with_changes(body=[cst.Pass()])
        kept = (cst.Import, cst.ImportFrom, cst.Pass, cst.Raise)
        if not isinstance(node.body[0], (*kept, cst.Return)) or isinstance(node.body[0], cst.Raise):
            self.add(node, nothing)
        return True

    def visit_ComparisonTarget(self, node):
        for other in COMPARISONS.get(type(node.operator), ()):
            self.add(node.operator, other())

    def visit_BinaryOperation(self, node):
        for other in ARITHMETIC.get(type(node.operator), ()):
            self.add(node.operator, other())
        if m.matches(node, m.BinaryOperation(operator=m.Power(), right=m.Integer("2"))):
            self.even.add(id(node.left))
        directed = isinstance(node.operator, cst.MatrixMultiply | cst.Subtract | cst.Divide)
        if directed and not self._even(node):
            self.add(node, node.with_changes(left=_wrapped(node.right), right=_wrapped(node.left)))
        self.add(node, _wrapped(node.left))
        self.add(node, _wrapped(node.right))

    def _even(self, node):
        return isinstance(node.operator, cst.Subtract) and id(node) in self.even

    def visit_BooleanOperation(self, node):
        other = cst.Or() if isinstance(node.operator, cst.And) else cst.And()
        self.add(node.operator, other)

    def visit_UnaryOperation(self, node):
        self.add(node, _wrapped(node.expression))

    def visit_AugAssign(self, node):
        if other := IN_PLACE.get(type(node.operator)):
            self.add(node.operator, other())
        self.add(node, cst.Assign([cst.AssignTarget(node.target)], node.value))

    def visit_Assign(self, node):
        """`x = x + y` becomes `x += y`, which changes what others see of x."""
        value = node.value
        if (
            len(node.targets) == 1
            and isinstance(value, cst.BinaryOperation)
            and type(value.operator) in AUGMENTED
            and value.left.deep_equals(node.targets[0].target)
        ):
            operator = AUGMENTED[type(value.operator)]()
            self.add(node, cst.AugAssign(node.targets[0].target, operator, value.right))

    def visit_Integer(self, node):
        value = int(node.value, 0)
        for other in {value + 1, value - 1} - {value}:
            self.add(node, _number(other))

    def visit_Float(self, node):
        """Twice as much; a guard vanishes or grows by a million, twice of it is as good a guard."""
        value = float(node.value)
        others = [0.0, value * 1e6] if 0 < value < GUARD else [value * 2 if value else 1.0]
        for other in others:
            self.add(node, cst.Float(repr(other)))

    def visit_Name(self, node):
        if node.value in ("True", "False"):
            self.add(node, cst.Name("False" if node.value == "True" else "True"))

    def visit_IfExp(self, node):
        self.add(node, _wrapped(node.body))
        self.add(node, _wrapped(node.orelse))

    def visit_If(self, node):
        self.add(node, node.with_changes(test=cst.Name("False")))
        self.add(node, node.with_changes(test=cst.Name("True")))

    def visit_Slice(self, node):
        if node.lower is not None:
            self.add(node, node.with_changes(lower=None))
        if node.upper is not None:
            self.add(node, node.with_changes(upper=None))
        if node.step is not None:
            self.add(node, node.with_changes(step=None))

    def visit_Attribute(self, node):
        if node.attr.value in NAMES:
            self.add(node.attr, cst.Name(NAMES[node.attr.value]))
        if node.attr.value == "T":
            self.add(node, node.value)

    def visit_Call(self, node):
        name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        name = name.value if isinstance(name, cst.Name) else ""
        if name in UNCHANGED_CALLS:
            method = isinstance(node.func, cst.Attribute) and not node.args
            if method:
                self.add(node, node.func.value)
            elif node.args:
                self.add(node, _wrapped(node.args[0].value))
        if name in EVEN and node.args:
            self.even.add(id(node.args[0].value))
        for index, argument in enumerate(node.args):
            if argument.keyword is not None and not _is_strict(argument):
                rest = [one for i, one in enumerate(node.args) if i != index]
                self.add(node, node.with_changes(args=_commas(rest)))
        plain = [one for one in node.args if one.keyword is None and one.star == ""]
        if len(plain) >= 2 and not (name in COMMUTING and len(node.args) == 2):
            first, second, *rest = node.args
            swapped = [
                first.with_changes(value=second.value),
                second.with_changes(value=first.value),
                *rest,
            ]
            self.add(node, node.with_changes(args=swapped))

    def visit_Arg(self, node):
        return not _is_strict(node)

    def visit_Return(self, node):
        if isinstance(node.value, cst.Tuple) and len(node.value.elements) >= 2:
            first, second, *rest = node.value.elements
            elements = [
                first.with_changes(value=second.value),
                second.with_changes(value=first.value),
                *rest,
            ]
            self.add(node.value, node.value.with_changes(elements=elements))


def _is_strict(argument):
    return argument.keyword is not None and argument.keyword.value == "strict"


def _wrapped(node):
    """In parentheses, so that it stays one operand wherever it goes."""
    if isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.Integer) or (
        getattr(node, "lpar", ())
    ):
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _number(value):
    if value >= 0:
        return cst.Integer(str(value))
    return cst.UnaryOperation(
        cst.Minus(), cst.Integer(str(-value)), [cst.LeftParen()], [cst.RightParen()]
    )


def _commas(arguments):
    return [
        one.with_changes(comma=cst.MaybeSentinel.DEFAULT) if one is arguments[-1] else one
        for one in arguments
    ]
