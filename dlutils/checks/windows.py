"""Cases for functions that slide a window over images: shapes in, small whole numbers out."""

import numpy as np

from dlutils.checks.calling import Case
from dlutils.convolution import conv_output_size


def conv_case(x_shape, W_shape, stride, pad, dy=False):
    """Arguments of a convolution, after a dy of its output's shape where `dy` is true.

    Whole numbers from -9 to 9, so that a student can follow a case by hand; the same for the same
    shapes.
    """
    rng = np.random.default_rng([*x_shape, *W_shape, stride, pad])
    F, _, kh, kw = W_shape
    y_shape = (x_shape[0], F, *_positions(x_shape, kh, kw, stride, pad))
    arguments = {"dy": _whole(rng, y_shape)} if dy else {}
    arguments |= {"x": _whole(rng, x_shape), "W": _whole(rng, W_shape), "b": _whole(rng, (F,))}
    return Case(**arguments, stride=stride, pad=pad)


def pool_case(x_shape, size, stride, dy=False):
    """Arguments of max pooling, after a dy of its output's shape where `dy` is true.

    x holds few different numbers, so that windows have ties, and some windows only negative ones.
    """
    rng = np.random.default_rng([*x_shape, size, stride])
    y_shape = (*x_shape[:2], *_positions(x_shape, size, size, stride, 0))
    arguments = {"dy": _whole(rng, y_shape)} if dy else {}
    arguments["x"] = rng.integers(-5, 2, size=x_shape).astype(float)
    return Case(**arguments, size=size, stride=stride)


def _positions(x_shape, kh, kw, stride, pad):
    _, _, height, width = x_shape
    return conv_output_size(height, kh, stride, pad), conv_output_size(width, kw, stride, pad)


def _whole(rng, shape):
    """Whole numbers from -9 to 9 without 0."""
    return rng.integers(1, 10, size=shape) * rng.choice([-1.0, 1.0], size=shape)
