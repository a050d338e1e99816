"""Dropout by its laws: which numbers are dropped is chance, what becomes of the others is not."""

import copy

import numpy as np

import dlutils
from dlutils.checks.calling import Case
from dlutils.checks.compare import as_numbers, difference
from dlutils.checks.report import NeedsFirst

LARGE = 9.0  # how far above 1 a variance is makes no difference beyond this


def drop_case(*shape, p, train=True, back=False, holes=False, seed=0):
    """Random arguments of `dropout_forward`, none of x being near 0; with `back`, `dy` first.

    With `holes`, every second number of x is 0, as behind a ReLU.
    """
    rng = np.random.default_rng(seed)
    arguments = {name: _away_from_zero(shape, rng) for name in (("dy", "x") if back else ("x",))}
    if holes:
        arguments["x"].flat[::2] = 0
    return Case(**arguments, p=p, rng=np.random.default_rng(seed + 1), train=train)


def drop_factors(answer, x, p, rng, train):
    """All values that y / x takes, each once: 0 and 1 / (1 - p). A `using=` of `agrees`."""
    return {"values of y / x": _values(_y(answer(x, p, rng, train), x) / x)}


def drop_share(answer, x, p, rng, train):
    """The share of zeros in y, as a multiple of p, and the share of places in which a call with an
    equal generator gives the same. A `measure=` of `holds`.
    """
    again = copy.deepcopy(rng)
    first, second = (_y(answer(x, p, one, train), x) for one in (rng, again))
    return np.array([np.mean(first == 0) / p, np.mean(first == second)])


def drop_spread(answer, x, p, rng, train):
    """How much chance there is in two calls for x (N, D), as multiples of what independent draws
    have: in the shares of the rows, in those of the columns, and in where the two calls agree.
    """
    zeros = np.array([_zeros(answer, x, p, rng, train) for _ in "12"])
    (N, D), variance = x.shape, p * (1 - p)
    rows = np.mean(np.var(zeros.mean(axis=2), axis=1)) / (variance / D)
    columns = np.mean(np.var(zeros.mean(axis=1), axis=1)) / (variance / N)
    return np.minimum([rows, columns, _agreement(zeros, variance)], LARGE)


def drop_counts(answer, x, p, rng, train):
    """The variance of the number of zeros over 200 calls, and in how many places each call agrees
    with the one before, as multiples of what independent draws have.
    """
    zeros = np.array([_zeros(answer, x, p, rng, train) for _ in range(200)])
    variance = p * (1 - p)
    return np.array([np.var(zeros.sum(axis=1)) / (x.size * variance), _agreement(zeros, variance)])


def drop_pair(forward, backward, calls=1):
    """A `using=` of `agrees` and `unchanged` for `dropout_backward(dy, cache)`, 0 < p < 1.

    Gives the values that dx / dy takes where y was dropped and where it was kept: 0 and
    1 / (1 - p). The student's own forward makes the cache. Where that forward is wrong, so that one
    mistake costs one exercise, it is enough to be right by the reference's cache, or to multiply dy
    by what that forward multiplied x by. The reference and the known mistakes get the reference's
    cache. With `calls=2` the second of two calls with one cache counts.
    """

    def use(implementation, dy, x, p, rng, train):
        given = dy.copy()
        reference = dlutils.dropout_forward(x.copy(), p, copy.deepcopy(rng), train)

        def factors(function, y, cache):
            for _ in range(calls - 1):
                function(given.copy(), cache)
            return _factors(_array(function(dy, cache), "dx", given) / given, y)

        if implementation is not backward or backward is dlutils.dropout_backward:
            return factors(implementation, *reference)
        expected = {"where y was dropped": [0.0], "where y was kept": [1 / (1 - p)]}
        own, failed = None, None
        try:
            y, cache = own = _pair(forward(x, p, rng, train), x)
        except Exception as error:
            failed = NeedsFirst(f"needs dropout_forward first: {_said(error)}.")
        if own and difference(expected, _factors(y / x, y)) is None and _plausible(y, p):
            return factors(backward, y, cache)
        try:
            found = factors(backward, *copy.deepcopy(reference))
            if difference(expected, found) is None:
                return found
        except Exception as error:  # it reads another cache than the reference's: its right
            if failed:
                raise failed from error
        if failed or not _plausible(y, p):
            raise failed or NeedsFirst("needs dropout_forward first: it does not drop a share of p")
        found = factors(backward, y, cache)
        return expected if difference(_factors(y / x, y), found) is None else found

    return use


def _away_from_zero(shape, rng):
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2.0, shape)


def _values(ratios):
    """The distinct values, to four decimals: one list, however many numbers there are."""
    return np.unique(np.round(np.asarray(ratios, dtype=float), 4) + 0.0)


def _factors(ratios, y):
    zero = y == 0
    return {
        "where y was dropped": _values(ratios[zero]),
        "where y was kept": _values(ratios[~zero]),
    }


def _plausible(y, p):
    """Whether the share of zeros is about p, as far as chance allows."""
    return abs(np.mean(y == 0) - p) < 0.15


def _y(returned, x):
    return _pair(returned, x)[0]


def _zeros(answer, x, p, rng, train):
    zeros = _y(answer(x, p, rng, train), x) == 0
    if x.size > 100 and not np.any(zeros):
        raise ValueError("nothing is dropped")
    return zeros


def _agreement(zeros, variance):
    return np.mean(zeros[1:] == zeros[:-1]) / (1 - 2 * variance)


def _pair(returned, x):
    if returned is None:
        raise ValueError("it returned None: is the `return` missing?")
    if not isinstance(returned, list | tuple) or len(returned) != 2:
        many = isinstance(returned, list | tuple)
        got = f"{len(returned)} values" if many else f"one {type(returned).__name__}"
        raise ValueError(f"two values (y, cache) are expected, got {got}")
    return _array(returned[0], "y", x), returned[1]


def _array(returned, name, like):
    found = as_numbers(returned)
    if found is None:
        raise ValueError(f"{name} must be an array of numbers, got {type(returned).__name__}")
    if found.shape != like.shape:
        raise ValueError(f"{name} must have shape {like.shape}, got {found.shape}")
    return found


def _said(error):
    if isinstance(error, NotImplementedError):
        return "dropout_forward is not written yet"
    return f"dropout_forward raised {type(error).__name__}, or returned no pair (y, cache)"
