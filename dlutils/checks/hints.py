"""Naming the bug: which known mistake gives exactly what this answer gave?"""

import numpy as np

from dlutils import mistakes
from dlutils.checks.calling import call
from dlutils.checks.compare import as_numbers, difference


def hint(exercise, cases, outcomes, expected, using):
    """A sentence that names the mistake whose outcomes equal the answer's in all cases, or "".

    Where several known mistakes give the same outcomes on these inputs, it names them all (at most
    three): which of them it is, the inputs cannot tell. Raising the same kind of error is weak
    evidence: some case must show the same wrong value, or all errors the same message.
    """
    hints = []
    for mistake in mistakes.of(exercise):
        theirs = [call(mistake.implementation, case, using) for case in cases]
        wrong = any(
            outcome.error is None and difference(value, outcome.value) is not None
            for outcome, value in zip(theirs, expected, strict=True)
        )
        errors = [pair for pair in zip(theirs, outcomes, strict=True) if pair[0].error is not None]
        alike = bool(errors) and all(str(one.error) == str(other.error) for one, other in errors)
        if (wrong or alike) and all(map(_same_outcome, theirs, outcomes)):
            hints.append(mistake.hint)
    return sentence(hints)


def hint_for_changed(exercise, cases, outcomes, using):
    """Likewise for an answer that changes its inputs: which mistake leaves the same ones behind?

    Those that leave exactly the same numbers win over those that leave nearly the same.
    """
    exactly, nearly = [], []
    for mistake in mistakes.of(exercise):
        theirs = [call(mistake.implementation, case, using) for case in cases]
        if all(map(_changed_alike, cases, theirs, outcomes)):
            pairs = zip(theirs, outcomes, strict=True)
            same = all(identical(one.arguments, other.arguments) for one, other in pairs)
            (exactly if same else nearly).append(mistake.hint)
    return sentence(exactly or nearly)


def hint_for_accepting(exercise, cases, outcomes, error, using):
    """Likewise for an answer that does not raise: which mistake lets the same inputs through?"""
    hints = []
    for mistake in mistakes.of(exercise):
        theirs = [call(mistake.implementation, case, using) for case in cases]
        accepts = any(not isinstance(outcome.error, error) for outcome in theirs)
        if accepts and all(map(_same_outcome, theirs, outcomes)):
            hints.append(mistake.hint)
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


def _changed_alike(case, one, other):
    """Whether two calls changed the same arguments, and to the same values."""
    if changed_arguments(case, one) != changed_arguments(case, other):
        return False
    pairs = zip(one.arguments, other.arguments, strict=True)
    return all(identical(mine, theirs) or _same_value(mine, theirs) for mine, theirs in pairs)


def _same_outcome(one, other):
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error)
    return _same_value(one.value, other.value)


def _same_value(one, other):
    if difference(one, other, rtol=1e-6) is None:
        return True
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same_value, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same_value(one[k], other[k]) for k in one)
    a, b = as_numbers(one), as_numbers(other)
    if a is None or b is None or a.shape != b.shape:
        return False
    return np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True)
