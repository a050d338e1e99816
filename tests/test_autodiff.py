"""The scalar engine: derivatives, reuse, order, long chains. PyTorch's are in test_torch_values."""

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlutils import Value, topological_order

numbers = st.floats(0.2, 1.9)  # below the constants of OPERATIONS, to tell the leaf from them


def difference(f, x, h=1e-5):
    return (f(x + h).data - f(x - h).data) / (2 * h)


OPERATIONS = {
    "value + number": lambda v: Value(v) + 2,
    "number + value": lambda v: 2 + Value(v),
    "value - number": lambda v: Value(v) - 2,
    "number - value": lambda v: 2 - Value(v),
    "value * number": lambda v: Value(v) * -3,
    "number * value": lambda v: -3 * Value(v),
    "numpy number * value": lambda v: np.float64(-3) * Value(v),
    "value / number": lambda v: Value(v) / 4,
    "number / value": lambda v: 4 / Value(v),
    "-value": lambda v: -Value(v),
    "value ** 3": lambda v: Value(v) ** 3,
    "value ** -1": lambda v: Value(v) ** -1,
    "value ** 0": lambda v: Value(v) ** 0,
    "value ** 0.5": lambda v: Value(v) ** 0.5,
    "exp": lambda v: Value(v).exp(),
    "log": lambda v: Value(v).log(),
    "tanh": lambda v: Value(v).tanh(),
    "relu": lambda v: Value(v).relu(),
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(x=numbers)
def test_every_operation_equals_its_difference(name, x):
    y = OPERATIONS[name](x)
    y.backward()
    leaf = next(parent for parent in topological_order(y) if parent.data == pytest.approx(x))
    assert leaf.grad == pytest.approx(difference(OPERATIONS[name], x), rel=1e-6, abs=1e-8)


@given(numbers, numbers)
def test_a_value_used_twice_collects_both_gradients(a, b):
    a, b = Value(a), Value(b)
    (a * b + a).backward()
    assert (a.grad, b.grad) == (b.data + 1, a.data)
    square = a * a
    square.backward()
    assert a.grad == 2 * a.data


def test_backward_starts_from_zero_every_time():
    a = Value(3.0)
    y = a * a + 1
    y.backward()
    y.backward()
    assert a.grad == 6.0
    (a * 2).backward()
    assert a.grad == 2.0


def test_relu_has_no_slope_at_zero_and_a_power_of_zero_none_at_all():
    for expression in (Value.relu, lambda v: v**0):
        zero = Value(0.0)
        expression(zero).backward()
        assert zero.grad == 0.0


def test_order_has_parents_first_and_each_value_once():
    a, b = Value(1.0), Value(2.0)
    c = a * b
    d = c + a
    e = d * c
    order = topological_order(e)
    assert len(order) == len(set(order)) == 5 and order[-1] is e
    for value in order:
        assert all(order.index(parent) < order.index(value) for parent in value.parents)


def test_a_wide_graph_is_walked_once():
    y = Value(1.0)
    for _ in range(60):  # 2^60 paths
        y = y + y
    y.backward()
    assert topological_order(y)[0].grad == 2.0**60


def test_a_chain_of_50_000_is_computed_and_freed():
    x = Value(2.0)
    y = x
    for _ in range(50_000):
        y = y + 1
    y.backward()
    assert (x.grad, y.data) == (1.0, 50_002.0)
    del y
    gc.collect()


def test_only_numbers_can_be_exponents():
    with pytest.raises(TypeError):
        Value(2.0) ** Value(3.0)
