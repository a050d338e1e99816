"""Ways to use an optimiser's step: several in a row, each with the state that the last one left."""

import numpy as np

from dlutils.checks.compare import as_numbers


def several_steps(step, w, gradients, *constants):
    """The weights after each step of `step(w, dw, state, *constants)`, the first with state None.

    A `using=` of `agrees`: the state is fed back and not looked at. Returns a dict, one entry a
    step. Raises ValueError where a step does not return two values, or its w is not numbers.
    """
    weights, state = {}, None
    for number, dw in enumerate(gradients, start=1):
        w, state = _pair(step(w, dw, state, *constants))
        weights[f"after step {number}"] = w.copy()  # the next step may write into w
    return weights


def step_twice(step, w, gradients, *constants):
    """How far apart two steps land that start from one state: 0 unless a step changes the state.

    A `measure=` of `holds`. The last of the gradients serves for both, those before it lead there.
    """
    *before, dw = gradients
    state = None
    for earlier in before:
        w, state = _pair(step(w.copy(), earlier.copy(), state, *constants))
    first, second = (_pair(step(w.copy(), dw.copy(), state, *constants))[0].copy() for _ in "12")
    if np.array_equal(first, second, equal_nan=True):
        return 0.0  # a wrong step, NaN included, may be pure
    return np.max(np.abs(first - second))


def _pair(result):
    if result is None:
        raise ValueError("it returned None: is the `return` missing?")
    if not isinstance(result, list | tuple) or len(result) != 2:
        many = isinstance(result, list | tuple)
        got = f"{len(result)} values" if many else f"one {type(result).__name__}"
        raise ValueError(f"two values (w, state) are expected, got {got}")
    w = as_numbers(result[0])
    if w is None:
        raise ValueError(f"w must be an array of numbers, got {type(result[0]).__name__}")
    return w, result[1]
