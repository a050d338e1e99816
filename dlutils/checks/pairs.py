"""Backward functions: each reads a cache that only its own forward function knows how to write."""

import copy

import dlutils
from dlutils.checks.compare import difference
from dlutils.checks.report import NeedsFirst

LOOSE = 1e-3  # how far a forward's y may be off and still count as right here


def backward_pair(exercise, forward, backward, upstream=1, calls=1):
    """A `using=` of `agrees` and `unchanged` for `f_backward(dy, cache)`.

    The case holds dy (or the first `upstream` gradients) and then the arguments of `f_forward`. The
    student's own forward makes the cache, the last thing it returns, which stays opaque, and its y
    is not graded. Where that forward fails or is wrong, the reference's cache is tried as well, so
    that one mistake costs one exercise. The reference and the known mistakes get the reference's
    cache. With `calls=2` the backward is called twice with the same cache and the second result
    counts: a cache that was changed shows there.
    """
    forward_name = exercise.replace("_backward", "_forward")
    reference_forward = getattr(dlutils, forward_name)
    reference_backward = getattr(dlutils, exercise)

    def use(implementation, *arguments):
        dys, inputs = list(arguments[:upstream]), arguments[upstream:]
        if implementation is not backward or backward is reference_backward:
            return _gradients(implementation, dys, reference_forward(*inputs)[-1], calls)
        fresh_dys, fresh_inputs = copy.deepcopy((dys, inputs))
        *y, reference_cache = reference_forward(*fresh_inputs)
        own_cache, failed = None, None
        try:
            *own_y, own_cache = _pair(forward(*inputs))
        except Exception as error:
            failed = NeedsFirst(f"needs {forward_name} first: {_said(error, forward_name)}.")
        if failed is None and difference(y, own_y, LOOSE) is None:
            return _gradients(backward, dys, own_cache, calls)
        expected = reference_backward(*fresh_dys, reference_cache)
        try:
            found = _gradients(backward, *copy.deepcopy((fresh_dys, reference_cache)), calls)
            if difference(expected, found, LOOSE) is None:
                return found
        except Exception as error:  # it reads another cache than the reference's: its right
            if failed is not None:
                raise failed from error
        if failed is not None:
            raise failed
        return _gradients(backward, dys, own_cache, calls)

    return use


def _gradients(backward, dys, cache, calls):
    for _ in range(calls - 1):
        backward(*dys, cache)
    return backward(*dys, cache)


def _pair(returned):
    if not isinstance(returned, list | tuple) or len(returned) < 2:
        raise TypeError("no pair (y, cache)")
    return returned


def _said(error, name):
    if isinstance(error, NotImplementedError):
        return f"{name} is not written yet"
    return f"{name} raised {type(error).__name__}, or returned no pair (y, cache)"
