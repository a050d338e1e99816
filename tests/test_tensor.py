"""The tensor engine: unbroadcasting, operations by differences, dtype, long chains."""

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlutils import Tensor, Value, numerical_gradient, unbroadcast

shape_pairs = arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4)


@given(shape_pairs, st.integers(0, 999))
def test_unbroadcast_is_the_transpose_of_broadcasting(pair, seed):
    """For every x and dy: <broadcast(x), dy> = <x, unbroadcast(dy)>."""
    (shape, _), result = pair
    rng = np.random.default_rng(seed)
    x, dy = rng.normal(size=shape), rng.normal(size=result)
    dx = unbroadcast(dy, shape)
    assert dx.shape == shape
    assert np.sum(np.broadcast_to(x, result) * dy) == pytest.approx(np.sum(x * dx), abs=1e-9)


OPERATIONS = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b * a,
    "number": lambda a, b: 2 * a * 3 + 1 + b,
    "relu": lambda a, b: a.relu() * b,
    "sum": lambda a, b: a.sum() * b.sum(axis=0),
    "sum keepdims": lambda a, b: a.sum(axis=-1, keepdims=True) * b,
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("shapes", [((3, 2), (3, 2)), ((3, 2), (2,)), ((1, 2), (3, 1))])
def test_gradients_equal_differences(name, shapes):
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=shape) for shape in shapes)
    A, B = Tensor(a), Tensor(b)
    OPERATIONS[name](A, B).backward()
    for array, tensor in ((a, A), (b, B)):
        numeric = numerical_gradient(
            lambda _: OPERATIONS[name](Tensor(a), Tensor(b)).data.sum(), array
        )
        np.testing.assert_allclose(tensor.grad, numeric, atol=1e-8)


@pytest.mark.parametrize(
    "shapes", [((3, 2), (2, 4)), ((5, 3, 2), (2, 4)), ((5, 1, 4, 2), (3, 2, 1))]
)
def test_matmul_gradients_equal_differences(shapes):
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=shape) for shape in shapes)
    A, B = Tensor(a), Tensor(b)
    y = A @ B
    (y * y).sum().backward()
    for array, tensor in ((a, A), (b, B)):
        numeric = numerical_gradient(lambda _: np.sum((a @ b) ** 2), array)
        np.testing.assert_allclose(tensor.grad, numeric, atol=1e-8)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_sum_over_any_axes(axis, keepdims):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    X = Tensor(x)
    y = X.sum(axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(y.data, x.sum(axis=axis, keepdims=keepdims))
    (y * y).backward()
    np.testing.assert_allclose(X.grad, 2 * x.sum(axis=axis, keepdims=True) + 0 * x)


def test_arrays_on_the_left():
    X = Tensor(np.ones((2, 3)))
    for y in (np.ones((4, 2)) @ X, np.full((2, 3), 2.0) * X, np.ones(3) + X):
        assert isinstance(y, Tensor)
        y.backward()
    np.testing.assert_array_equal(X.grad, np.ones((2, 3)))


def test_backward_starts_from_zero_every_time():
    X = Tensor(np.ones(3))
    y = (X * X).sum()
    y.backward()
    y.backward()
    np.testing.assert_array_equal(X.grad, [2.0, 2.0, 2.0])


def test_float32_stays_float32_and_integers_become_floats():
    X = Tensor(np.ones((2, 2), np.float32))
    y = ((2 * X + 1) @ X * 0.5).relu().sum(axis=0)
    y.backward()
    assert y.data.dtype == X.grad.dtype == np.float32
    assert Tensor([1, 2]).data.dtype == np.float64


def test_data_is_not_changed():
    x = np.arange(4.0).reshape(2, 2)
    X = Tensor(x)
    ((X @ X).relu() + X).backward()
    np.testing.assert_array_equal(x, np.arange(4.0).reshape(2, 2))


def test_both_engines_agree():
    a, b = Value(0.7), Value(-1.3)
    A, B = Tensor(0.7), Tensor(-1.3)
    for x, y in ((a, b), (A, B)):
        ((x * y + x).relu() + x * y * 2).backward()
    assert (a.grad, b.grad) == (A.grad, B.grad)


def test_a_chain_of_50_000_is_computed_and_freed():
    X = Tensor(np.ones(2))
    y = X
    for _ in range(50_000):
        y = y + 1.0
    y.backward()
    np.testing.assert_array_equal(X.grad, [1.0, 1.0])
    del y
    gc.collect()


def test_arrays_of_bools_leave_float32_alone():
    keep = np.array([True, False])
    assert (Tensor(np.ones(2, np.float32)) * keep).data.dtype == np.float32
    assert (keep * Tensor(np.ones(2, np.float32))).data.dtype == np.float32
    assert (Tensor(np.ones(2, np.float32)) * np.ones(2, int)).data.dtype == np.float64  # as numpy
