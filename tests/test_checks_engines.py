"""Checks of orders and gradients: what they accept, and what a failing student reads."""

import ast
import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

import dlutils
from dlutils import Node, Tensor, Value, checks
from tests.test_course import bare

ROOT = Path(__file__).parents[1]
EXAMPLE = [(), (), (0, 1), (2, 0), (3, 2)]


def order_of(answer, parents):
    use = checks.ordering(answer, checks.make_graph)
    return use(answer, parents)


def picked(*positions):
    """An answer that lists the nodes of EXAMPLE in a given order."""

    def answer(value):
        nodes = dlutils.topological_order(value)
        d, c = value.parents
        a, b = d.parents[1], c.parents[1]
        assert set(nodes) == {a, b, c, d, value}
        return [[a, b, c, d, value][i] for i in positions]

    return answer


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (1, 0, 2, 3, 4)])
def test_every_topological_order_is_right(order):
    assert order_of(picked(*order), EXAMPLE) == checks.engines.RIGHT_ORDER


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ((0, 1, 3, 2, 4), "[0, 1, 3, 2, 4], node 3 before its parent 2"),
        ((0, 1, 2, 2, 3, 4), "[0, 1, 2, 2, 3, 4], node 2 twice"),
        ((0, 1, 2, 3), "[0, 1, 2, 3], without node 4"),
        ((), "[], without node 0"),
    ],
)
def test_a_wrong_order_is_told_with_its_first_fault(order, fault):
    assert order_of(picked(*order), EXAMPLE) == fault


def test_what_is_no_list_of_nodes_is_told():
    assert order_of(lambda value: None, EXAMPLE) is None
    assert order_of(lambda value: {value}, EXAMPLE) == "something that is no list"
    strangers = order_of(lambda value: [Node(0.0)] * 12, [()])
    assert strangers.endswith("None, ...], with what is no node of the graph")


def test_the_answer_gets_nodes_of_the_students_own_and_the_reference_those_of_the_library():
    class Mine(Node):
        pass

    got = []

    def answer(value):
        got.append(type(value))
        return [value]

    use = checks.ordering(answer, lambda parents: [Mine(0.0) for _ in parents])
    assert use(answer, [()]) == use(dlutils.topological_order, [()])
    assert got == [Mine, Mine]  # asked twice


def test_the_notebooks_make_graph_is_that_of_the_checks():
    text = ROOT / "solutions/04_automatic_differentiation/automatic_differentiation.py"
    theirs = ast.parse(text.read_text(encoding="utf-8"))
    ours = ast.parse(inspect.getsource(checks.make_graph).replace("dlutils.Node", "Node"))
    found = [ast.dump(node) for node in theirs.body if getattr(node, "name", "") == "make_graph"]
    assert found == [ast.dump(ours.body[0])]
    node = next(n for n in theirs.body if getattr(n, "name", "") == "Node")
    library = ast.parse(inspect.getsource(Node)).body[0]
    assert bare(node) == bare(library)


def test_a_chain_is_longer_than_recursion_reaches():
    parents = checks.chain(5000)
    assert len(parents) == 5001 and parents[:3] == [(), (0,), (1,)]
    assert sys.getrecursionlimit() < 5000

    def recursive(value):
        return [node for parent in value.parents for node in recursive(parent)] + [value]

    assert "RecursionError" in order_of(recursive, parents)


def test_differentiate_gives_the_result_and_the_gradients_of_all_names():
    found = checks.differentiate(Value, "c = a * b; c + a", {"a": 2.0, "b": -3.0})
    assert found == {"result": -4.0, "a.grad": -2.0, "b.grad": 2.0, "c.grad": 1.0}


def test_differentiate_calls_backward_as_often_as_it_is_told():
    class Piling(Value):
        calls = 0

        def backward(self):
            Piling.calls += 1
            super().backward()

    checks.differentiate(Piling, "a", {"a": 1.0}, 3)
    assert Piling.calls == 3


def test_shapes_become_tensors_in_capitals_and_arrays_in_small_letters():
    found = checks.differentiate(Tensor, "x @ W", {"x": (4, 2), "W": (2, 3)})
    assert list(found) == ["result", "W.grad"]
    assert found["result"].shape == (4, 3) and found["W.grad"].shape == (2, 3)
    again = checks.differentiate(Tensor, "x @ W", {"x": (4, 2), "W": (2, 3)})
    np.testing.assert_array_equal(found["result"], again["result"])


def test_a_formula_brings_along_what_it_names():
    one, other = checks.formulas("a + c", "b", values={"a": 1.0, "b": 2.0}, times=2)
    assert one.arguments == {"formula": "a + c", "values": {"a": 1.0}, "times": 2}
    assert other.arguments == {"formula": "b", "values": {"b": 2.0}, "times": 2}


def test_a_failing_formula_is_named():
    class Wrong(Value):
        def __mul__(self, other):
            return Wrong(self.data * other.data, (self, other), (self.data, other.data))

    cases = checks.formulas("a + b", "a * b", values={"a": 2.0, "b": -3.0})
    with pytest.raises(checks.CheckFailed) as failure:
        checks.agrees("Value", Wrong, *cases, using=checks.differentiate)
    assert "formula = 'a * b', values = {'a': 2" in str(failure.value)
    assert "a.grad" in str(failure.value) and "own value as derivative" in str(failure.value)
