"""Expressions that a reader types, and graphs that an engine of chapter 4 has recorded."""

import ast
import operator

from dlutils.autodiff import topological_order
from dlutils.plotting.graphs import GraphNode

MOST_BOXES = 40
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS = ("exp", "log", "tanh", "relu")
TEXTS = {"+": r"{} + {}", "-": r"{} - {}", "*": r"{} \times {}", "/": "{} / {}"}


def evaluate(text, names):
    """A typed formula like `tanh(a * b) + 2` as a calculation with the objects in `names`.

    It may hold names, numbers, + - * / **, brackets, and exp, log, tanh, relu, which are called as
    methods. Raises ValueError, in one sentence, for anything else.
    """
    try:
        result = _evaluate(ast.parse(text.strip(), mode="eval").body, names)
    except SyntaxError:
        raise ValueError(f"{text!r} is no formula that Python can read") from None
    if isinstance(result, int | float):
        raise ValueError(f"{text!r} uses none of {', '.join(names)}")
    return result


def expression_graph(value, names):
    """The boxes, for `draw_graph`, of all nodes that `value` was computed from.

    `names` holds nodes by name; other results are called v1, v2, ... in order. The nodes need
    `data`, `grad` and `parents`; `derivatives` and `operation` are shown where they are given.

    Raises ValueError where there are more than 40 nodes.
    """
    order = topological_order(value)
    if len(order) > MOST_BOXES:
        raise ValueError(f"{len(order)} boxes are too many to be drawn, at most {MOST_BOXES} fit")
    symbols = {node: name for name, node in names.items()}
    boxes, unnamed = {}, 0
    for node in order:
        if node not in symbols and not node.parents:
            symbols[node] = f"{node.data:.4g}"
        elif node not in symbols:
            unnamed += 1
            symbols[node] = f"v_{{{unnamed}}}"
        parents = tuple(boxes[parent] for parent in node.parents)
        formula = _formula(node, [symbols[parent] for parent in node.parents])
        label = f"${' = '.join(filter(None, [symbols[node], formula]))}$"
        local = tuple(getattr(node, "derivatives", ()))
        boxes[node] = GraphNode(label, parents, node.data, node.grad, local)
    return list(boxes.values())


def _formula(node, operands):
    """How a node was computed, as mathtext; "" where it does not say."""
    operation = getattr(node, "operation", "")
    if operation in TEXTS and len(operands) == 2:
        return TEXTS[operation].format(*operands)
    if operation.startswith("**"):
        return f"{operands[0]}^{{{operation[2:]}}}"
    return rf"\mathrm{{{operation}}}({', '.join(operands)})" if operation else ""


def _evaluate(node, names):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in names:
            raise ValueError(f"{node.id!r} is not known here; there are {', '.join(names)}")
        return names[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, names)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = _evaluate(node.left, names), _evaluate(node.right, names)
        if isinstance(node.op, ast.Pow) and not isinstance(right, int | float):
            raise ValueError("the exponent of ** must be a number")
        return OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Name):
        inner = _evaluate(node.args[0], names)
        if node.func.id in FUNCTIONS and not isinstance(inner, int | float):
            return getattr(inner, node.func.id)()
    raise ValueError(
        f"`{ast.unparse(node)}` is not possible here; there are + - * / **, "
        f"{', '.join(FUNCTIONS)} of {', '.join(names)}"
    )
