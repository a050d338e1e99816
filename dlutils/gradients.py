"""Gradients by finite differences, and how far two gradients are apart (chapter 3)."""

import copy

import numpy as np

from dlutils.rules import above
from dlutils.rules import model as a_model
from dlutils.shapes import refuses, shapes


def _not_float64(f, x, h=1e-5):
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        return f"x must be an array of float64, got {getattr(x, 'dtype', type(x).__name__)}"
    return None


@shapes(h=above(0))
@refuses(_not_float64)
def numerical_gradient(f, x, h=1e-5):
    """Central differences (f(x + h e_i) - f(x - h e_i)) / 2h of a scalar f -> shape of x.

    x, an array of float64 (in float32, differences this small are noise), is moved in place while f
    is called and restored exactly, unless f raises.
    """
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        below = f(x)
        x[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient


@shapes(analytic="...!", numeric="...")
def gradient_error(analytic, numeric):
    """Largest relative difference, max |a - n| / max(1e-8, |a| + |n|), of two equal shapes."""
    gap = np.abs(analytic - numeric)
    return np.max(gap / np.maximum(1e-8, np.abs(analytic) + np.abs(numeric)))


@shapes(layer=a_model, x="...!", tolerance=above(0))
def gradcheck(layer, x, tolerance=1e-6):
    """Compare a layer's dx and all its parameter gradients with differences -> largest error.

    Works on float64 copies; every call gets a fresh one, with the same random draws and running
    statistics, so Dropout and BatchNorm can be checked too. An error is the largest difference
    relative to the largest gradient of the same array, or to 1e-3 where all are smaller. Ids, x of
    ints, have no gradient: `backward` must return None then. Raises AssertionError with the name of
    the first gradient whose error is above the tolerance.
    """
    layer, x = _float64_layer(layer), _float64(x)
    used = copy.deepcopy(layer)
    dy = np.random.default_rng(0).normal(size=used(x).shape)
    analytic = {"x": used.backward(dy), **used.named_gradients()}
    moved = {"x": x, **layer.named_parameters()}
    if x.dtype.kind != "f":
        if analytic["x"] is not None:
            raise ValueError(f"gradcheck: x must hold floats for its gradient, got {x.dtype}")
        del moved["x"]

    def loss(_):
        return np.sum(dy * copy.deepcopy(layer)(x))

    return _largest_error(loss, moved, analytic, tolerance)


def gradcheck_functions(forward, backward, *arguments, tolerance=1e-6):
    """`gradcheck` of a pair: forward(*arguments) -> (y, cache), backward(dy, cache) -> gradients.

    The gradients belong to the leading arguments, in order; the other arguments are not checked.
    `forward` must not draw at random.
    """
    arguments = [_float64(value) for value in arguments]
    y, cache = forward(*arguments)
    dy = np.random.default_rng(0).normal(size=y.shape)
    gradients = backward(dy, cache)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    if len(gradients) > len(arguments):
        raise ValueError(
            f"gradcheck_functions: backward must return at most one gradient for each of the "
            f"{len(arguments)} arguments, got {len(gradients)}"
        )
    analytic = {f"(argument {i})": gradient for i, gradient in enumerate(gradients)}
    moved = dict(zip(analytic, arguments, strict=False))

    def loss(_):
        return np.sum(dy * forward(*arguments)[0])

    return _largest_error(loss, moved, analytic, tolerance)


def _float64(value):
    """A float64 copy of an array of floats; anything else as it is."""
    is_floats = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(np.float64) if is_floats else value


def _float64_layer(layer):
    layer = copy.deepcopy(layer)
    for _, part in layer.walk():
        for name in (*part.params, *part.buffers):
            setattr(part, name, _float64(getattr(part, name)))
    return layer


def _largest_error(loss, moved, analytic, tolerance):
    """Largest error of analytic[name], found by moving the array moved[name], over all names."""
    errors = {}
    for name, array in moved.items():
        numeric, gradient = numerical_gradient(loss, array), analytic[name]
        if np.shape(gradient) != numeric.shape:
            raise AssertionError(
                f"gradcheck: d{name} must have shape {numeric.shape}, got {np.shape(gradient)}"
            )
        scale = max(1e-3, np.abs(numeric).max(initial=0))
        errors[name] = np.abs(gradient - numeric).max(initial=0) / scale
        if not errors[name] <= tolerance:
            raise AssertionError(f"gradcheck: d{name} is off by {errors[name]:.2g} of its largest")
    return max(errors.values())
