"""Laws: what must be true of an answer whose exact numbers are nobody's business."""

import numpy as np

from dlutils import mistakes
from dlutils.checks.calling import call
from dlutils.checks.compare import as_numbers
from dlutils.checks.hints import sentence
from dlutils.checks.report import describe_hidden, describe_outcome, short


def broken(outcome, within):
    """Why a measured outcome is outside its range: an error, no numbers, or the numbers; or ""."""
    if outcome.error is not None:
        return "error"
    measured = as_numbers(outcome.value)
    if measured is None or measured.size == 0:
        return "type"
    low, high = within
    if not np.all(np.isfinite(measured.astype(float))):
        return "not finite"
    return "" if np.all((low <= measured) & (measured <= high)) else "values"


def describe(law, outcome, within, hidden):
    """Lines that say which law does not hold; the measured number only in a visible case."""
    kind = broken(outcome, within)
    if kind == "error":
        if hidden:
            return [describe_hidden(outcome, None, (), None)]
        return describe_outcome(outcome, None, (), None)
    if hidden:
        return [f"{law}: this does not hold."]
    if kind == "type":
        return [f"{law}: got {short(outcome.value)}, expected numbers."]
    low, high = within
    wanted = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
    return [f"{law}: expected {wanted}, got {short(outcome.value)}."]


def hint(exercise, cases, outcomes, measure, within):
    """Names the known mistake that breaks the law in the same cases and by the same amount.

    Two random answers never give equal numbers, so measured values count as the same when they are
    no further apart than the range is wide.
    """
    hints = []
    for mistake in mistakes.of(exercise):
        theirs = [call(mistake.implementation, case, measure) for case in cases]
        pairs = list(zip(theirs, outcomes, strict=True))
        if any(broken(one, within) for one in theirs) and all(
            _alike(one, other, within) for one, other in pairs
        ):
            hints.append(mistake.hint)
    return sentence(hints)


def _alike(one, other, within):
    if broken(one, within) != broken(other, within):
        return False
    if one.error is not None:
        return type(one.error) is type(other.error)
    a, b = as_numbers(one.value), as_numbers(other.value)
    if a is None or b is None or a.shape != b.shape:
        return a is None and b is None
    low, high = within
    width = max(high - low, 1e-6 * max(abs(low), abs(high), 1.0))
    a, b = a.astype(float), b.astype(float)
    return bool(np.all((np.abs(a - b) <= width) | (np.isnan(a) & np.isnan(b))))
