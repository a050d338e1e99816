"""Cases for gated recurrent cells: a test cell states sizes instead of six shapes."""

import copy

import numpy as np

from dlutils.checks.calling import Case
from dlutils.checks.pairs import backward_pair


def lstm_case(N, D, H, T=None, seed=0, backward=False):
    """Random arguments of an LSTM: of one step, or of a sequence where T is given.

    With `backward=True` the gradients that arrive stand first: dh and, for a step, dc.
    """
    rng = np.random.default_rng(seed)
    shapes = _lstm_shapes(N, D, H, T, backward)
    return Case(**{name: rng.normal(size=shape) for name, shape in shapes.items()})


def lstm_example(T=None, backward=False):
    """The example of chapter 9: one unit whose weighted sums are 0, 2, 1, 1 for i, f, o, g."""
    values = {"dh": 1.0, "dc": 0.2, "x": 1.0, "h": 0.5, "c": 0.5, "h0": 0.5, "b": 0.0}
    values |= {"Wx": [[0, 1, 1, 0.5]], "Wh": [[0.0, 2, 0, 1]]}
    shapes = _lstm_shapes(1, 1, 1, T, backward)
    return Case(**{name: np.full(shape, values[name]) for name, shape in shapes.items()})


def _lstm_shapes(N, D, H, T, backward):
    if T is None:
        gradients, inputs = {"dh": (N, H), "dc": (N, H)}, {"x": (N, D), "h": (N, H), "c": (N, H)}
    else:
        gradients, inputs = {"dh": (N, T, H)}, {"x": (N, T, D), "h0": (N, H)}
    weights = {"Wx": (D, 4 * H), "Wh": (H, 4 * H), "b": (4 * H,)}
    return (gradients if backward else {}) | inputs | weights


def gru_case(N, D, H, seed=0):
    """Random arguments of one step of a GRU."""
    rng = np.random.default_rng(seed)
    shapes = {"x": (N, D), "h": (N, H), "Wx": (D, 3 * H), "Wh": (H, 3 * H), "b": (3 * H,)}
    return Case(**{name: rng.normal(size=shape) for name, shape in shapes.items()})


def outputs(count):
    """A `using=` of `agrees`: the `count` values that a forward function returns before its cache.

    What the cache holds is the function's own affair, but there must be one.
    """

    def use(answer, *arguments):
        returned = answer(*arguments)
        if returned is None:
            return None
        got = len(returned) if isinstance(returned, list | tuple) else 1
        if got != count + 1:
            values = "one value" if got == 1 else f"{got} values"
            raise TypeError(
                f"{count + 1} values are expected, the last one the cache, got {values}"
            )
        return tuple(returned[:count]) if count > 1 else returned[0]

    return use


def change_by_second_call(exercise, forward, backward, upstream=1):
    """A `measure=` of `holds`: how far the gradients of a second call with the same gradients and
    the same cache are from those of the first. The rest is as in `backward_pair`.
    """
    once = backward_pair(exercise, forward, backward, upstream)
    twice = backward_pair(exercise, forward, backward, upstream, calls=2)

    def measure(implementation, *arguments):
        first = once(implementation, *copy.deepcopy(arguments))
        second = twice(implementation, *copy.deepcopy(arguments))
        return max(np.max(np.abs(a - b)) for a, b in zip(first, second, strict=True))

    return measure
