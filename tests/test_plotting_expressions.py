"""Typed formulas, and the graphs that an engine has recorded."""

import math

import pytest

from dlutils import Node, Value, plotting


@pytest.fixture
def names():
    return {"a": Value(2.0), "b": Value(-3.0)}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a * b + a", -4.0),
        ("-(a - 1)**2 / 4", -0.25),
        ("exp(log(a)) + relu(b)", 2.0),
        ("tanh(2 * 3 + a * 0)", math.tanh(6)),
        (" a ", 2.0),
    ],
)
def test_a_formula_is_computed_by_the_engine(names, formula, value):
    result = plotting.evaluate(formula, names)
    assert isinstance(result, Value) and result.data == pytest.approx(value)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("a +", "no formula that Python can read"),
        ("", "no formula that Python can read"),
        ("a + d", "'d' is not known here; there are a, b"),
        ("2 + 3", "uses none of a, b"),
        ("a ** b", "the exponent of ** must be a number"),
        ("sin(a)", "`sin(a)` is not possible here"),
        ("a.data", "`a.data` is not possible here"),
        ("exp(2)", "`exp(2)` is not possible here"),
        ("__import__('os')", "is not possible here"),
        ("a if b else 1", "is not possible here"),
        ("'a'", "is not possible here"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(names, formula, said):
    with pytest.raises(ValueError) as error:
        plotting.evaluate(formula, names)
    assert said in str(error.value)


def test_a_graph_has_a_box_for_every_node(names):
    result = plotting.evaluate("tanh(a * b) + 2**0.5 * a**3", names)
    result.backward()
    boxes = plotting.expression_graph(result, names)
    labels = [box.label for box in boxes]
    assert {"$a$", "$b$"} <= set(labels)
    assert sum(r"= a \times b$" in label for label in labels) == 1
    assert sum("mathrm{tanh}" in label for label in labels) == 1
    assert sum("a^{3}" in label for label in labels) == 1 and "$1.414$" in labels
    assert boxes[-1].gradient == 1.0 and len(boxes[-1].local) == 2


def test_named_results_keep_their_names_and_engines_of_another_make_are_drawn_too():
    class Bare:
        def __init__(self, data, *parents):
            self.data, self.grad, self.parents = data, 0.0, parents

    a = Bare(1.0)
    c = Bare(2.0, a, a)
    boxes = plotting.expression_graph(c, {"a": a, "c": c})
    assert [box.label for box in boxes] == ["$a$", "$c$"]
    assert boxes[1].parents == (boxes[0], boxes[0]) and boxes[1].local == ()


def test_too_many_boxes_are_refused():
    node = Node(1.0)
    for _ in range(60):
        node = Node(1.0, (node,))
    with pytest.raises(ValueError, match="61 boxes are too many"):
        plotting.expression_graph(node, {})
