"""Cases for convolution and pooling: whole numbers, the same for the same shapes."""

import numpy as np
import pytest

import dlutils
from dlutils import checks


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1), (3, 2)])
def test_dy_has_the_shape_of_the_output(stride, pad):
    case = checks.conv_case((2, 3, 6, 7), (4, 3, 3, 2), stride, pad, dy=True)
    dy, *inputs = case.arguments.values()
    assert dlutils.conv2d_forward(*inputs)[0].shape == dy.shape
    case = checks.pool_case((2, 3, 6, 7), 2, stride, dy=True)
    dy, *inputs = case.arguments.values()
    assert dlutils.max_pool2d_forward(*inputs)[0].shape == dy.shape


def test_conv_cases_are_whole_numbers_without_zeros_and_repeatable():
    one, other = (checks.conv_case((1, 2, 4, 5), (3, 2, 2, 2), 1, 1) for _ in "12")
    assert list(one.arguments) == ["x", "W", "b", "stride", "pad"]
    for name in ("x", "W", "b"):
        values = one.arguments[name]
        assert np.array_equal(values, np.round(values)) and np.all(values != 0)
        assert np.array_equal(values, other.arguments[name])


def test_pool_cases_have_ties_and_negative_windows():
    case = checks.pool_case((2, 3, 6, 9), 3, 2)
    assert list(case.arguments) == ["x", "size", "stride"]
    x = case.arguments["x"]
    y, _ = dlutils.max_pool2d_forward(x, 2, 1)
    assert y.min() < 0
    largest = sum(x[..., i : i + 5, j : j + 8] == y for i in (0, 1) for j in (0, 1))
    assert largest.max() > 1
