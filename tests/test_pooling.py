"""Max pooling and global average pooling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

PAIRS = [
    (dl.max_pool2d_forward, dl.max_pool2d_backward),
    (dl.max_pool2d_forward_naive, dl.max_pool2d_backward_naive),
]


@st.composite
def poolings(draw):
    """(x, size, stride); x has few different values, so there are ties."""
    size, stride = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    shape = [draw(st.integers(1, 2)), draw(st.integers(1, 2))]
    shape += [draw(st.integers(size, 8)), draw(st.integers(size, 8))]
    x = np.random.default_rng(draw(st.integers(0, 99))).integers(-2, 3, size=shape).astype(float)
    return x, size, stride


@given(poolings())
def test_the_fast_form_equals_the_readable_one(case):
    y, cache = dl.max_pool2d_forward(*case)
    expected, expected_cache = dl.max_pool2d_forward_naive(*case)
    np.testing.assert_array_equal(y, expected)
    dy = np.random.default_rng(1).normal(size=y.shape)
    dx = dl.max_pool2d_backward(dy, cache)
    np.testing.assert_allclose(dx, dl.max_pool2d_backward_naive(dy, expected_cache), atol=1e-12)
    assert dx.sum() == pytest.approx(dy.sum())


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_a_small_example_by_hand(forward, backward):
    x = np.array([[[[1.0, 5.0, 5.0], [0.0, 2.0, 5.0], [7.0, 7.0, -1.0]]]])
    y, cache = forward(x, 2, 1)
    np.testing.assert_array_equal(y, [[[[5, 5], [7, 7]]]])
    dx = backward(np.array([[[[1.0, 10.0], [100.0, 1000.0]]]]), cache)
    # the first of equal maxima in reading order, and sums where windows overlap
    np.testing.assert_array_equal(dx, [[[[0, 11, 0], [0, 0, 0], [100, 1000, 0]]]])


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_all_equal_and_negative_windows(forward, backward):
    y, cache = forward(np.full((1, 1, 2, 2), -3.0), 2, 2)
    np.testing.assert_array_equal(y, [[[[-3]]]])
    np.testing.assert_array_equal(backward(np.ones_like(y), cache), [[[[1, 0], [0, 0]]]])


def test_any_memory_layout_gives_the_same():
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(3, 2, 6, 4)), rng.normal(size=(3, 2, 3, 2))
    y, cache = dl.max_pool2d_forward(x, 2, 2)
    other, other_cache = dl.max_pool2d_forward(np.asfortranarray(x), 2, 2)
    np.testing.assert_array_equal(y, other)
    dx = dl.max_pool2d_backward(dy, cache)
    np.testing.assert_array_equal(dx, dl.max_pool2d_backward(dy, other_cache))


def test_a_window_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="must fit"):
        dl.max_pool2d_forward(np.zeros((1, 1, 2, 5)), 3, 1)
    with pytest.raises(ValueError, match="stride must be a whole number, at least 1"):
        dl.MaxPool2d(2, stride=0)


def test_global_average_pooling_is_the_mean_and_spreads_dy_evenly():
    x = np.arange(12.0).reshape(1, 2, 2, 3)
    y, cache = dl.global_average_pool_forward(x)
    np.testing.assert_allclose(y, [[2.5, 8.5]])
    dx = dl.global_average_pool_backward(np.array([[6.0, 12.0]]), cache)
    np.testing.assert_allclose(dx[0, 0], np.full((2, 3), 1.0))
    np.testing.assert_allclose(dx[0, 1], np.full((2, 3), 2.0))
    dx[0, 0, 0, 0] = 5  # a real array, not a read-only view of dy
