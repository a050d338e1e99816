"""Naming the bug: which known mistake gives exactly what this answer gave?"""

import numpy as np

from dlutils import mistakes
from dlutils.checks.calling import call
from dlutils.checks.compare import as_numbers, difference


def hint(exercise, cases, outcomes, expected, using):
    """A sentence that names the mistake whose outcomes equal the answer's in all cases, or "".

    Where several known mistakes give the same outcomes on these inputs, it names them all (at most
    three): which of them it is, the inputs cannot tell.
    """
    hints = []
    for mistake in mistakes.of(exercise):
        theirs = [call(mistake.implementation, case, using) for case in cases]
        wrong = any(
            outcome.error is not None or difference(value, outcome.value) is not None
            for outcome, value in zip(theirs, expected, strict=True)
        )
        if wrong and all(map(_same_outcome, theirs, outcomes)):
            hints.append(mistake.hint)
    return sentence(hints)


def hint_for_changed(exercise, cases, changed, using):
    """Likewise for an answer that changes its inputs: which mistake changes the same ones?"""
    hints = [
        mistake.hint
        for mistake in mistakes.of(exercise)
        if [changed_arguments(case, call(mistake.implementation, case, using)) for case in cases]
        == changed
    ]
    return sentence(hints)


def changed_arguments(case, outcome):
    """Names of the arguments that are not what they were before the call (Generators may draw)."""
    pairs = zip(case.arguments.items(), outcome.arguments, strict=True)
    return [name for (name, before), after in pairs if not identical(before, after)]


def identical(one, other):
    """Exactly equal, part by part, NaN equal to NaN; Generators and functions are not compared."""
    if isinstance(one, list | tuple):
        return (
            type(one) is type(other) and len(one) == len(other) and all(map(identical, one, other))
        )
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(identical(one[k], other[k]) for k in one)
    if isinstance(one, np.ndarray):
        same_kind = isinstance(other, np.ndarray) and one.shape == other.shape
        return same_kind and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, np.random.Generator) or callable(one):
        return True
    return bool(one == other)


def sentence(hints):
    """`This is what you get when A, or when B.`"""
    distinct = list(dict.fromkeys(hints))[:3]
    return f"This is what you get when {', or when '.join(distinct)}." if distinct else ""


def _same_outcome(one, other):
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error)
    return _same_value(one.value, other.value)


def _same_value(one, other):
    if difference(one, other, rtol=1e-6) is None:
        return True
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same_value, one, other))
    a, b = as_numbers(one), as_numbers(other)
    if a is None or b is None or a.shape != b.shape:
        return False
    return np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True)
