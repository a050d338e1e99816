"""Are two results the same, and if not, where do they differ?"""

from dataclasses import dataclass
from numbers import Number

import numpy as np

RTOL = 1e-4


@dataclass(frozen=True)
class Difference:
    """The first disagreement found: what kind it is, and where in the result it stands."""

    kind: str  # "type", "length", "shape", "not finite" or "values"
    path: tuple  # positions and keys that lead from the whole result to the part that differs
    expected: object
    got: object


def difference(expected, got, rtol=RTOL, path=()):
    """The first Difference between two results, or None where they agree.

    Arrays agree when their shapes are equal, not merely broadcastable, and
    |got - expected| <= rtol * |expected| + 1e-6 * max |expected|. dtypes are not compared. Lists
    and tuples are interchangeable. Nothing agrees with NaN or infinity.
    """
    if _is_numeric(expected):
        return _numeric_difference(expected, got, rtol, path)
    if isinstance(expected, list | tuple):
        return _sequence_difference(expected, got, rtol, path)
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return Difference("type", path, expected, got)
        if expected.keys() != got.keys():
            return Difference("length", path, expected, got)
        parts = (difference(expected[key], got[key], rtol, (*path, key)) for key in expected)
        return next((part for part in parts if part is not None), None)
    if type(expected) is not type(got):
        return Difference("type", path, expected, got)
    return None if expected == got else Difference("values", path, expected, got)


def as_numbers(value):
    """The value as an array of bools, ints or floats, or None where it is nothing of the kind."""
    if isinstance(value, str | bytes | dict | set) or value is None:
        return None
    try:
        array = np.asarray(value)
    except Exception:  # ragged lists, or an object that does not want to be an array
        return None
    return array if array.dtype.kind in "biuf" else None


def _is_numeric(value):
    """A number, an array, or a plain list of numbers (a list of arrays is compared in parts)."""
    if isinstance(value, list | tuple):
        return len(value) > 0 and all(isinstance(v, Number | np.number | np.bool_) for v in value)
    return isinstance(value, Number | np.ndarray | np.number | np.bool_)


def _numeric_difference(expected, got, rtol, path):
    wanted, found = as_numbers(expected), as_numbers(got)
    if found is None:
        return Difference("type", path, expected, got)
    if wanted.shape != found.shape:
        return Difference("shape", path, wanted, found)
    wanted, found = wanted.astype(float), found.astype(float)
    if not np.all(np.isfinite(found) & np.isfinite(wanted)):
        return Difference("not finite", path, wanted, found)
    scale = np.max(np.abs(wanted), initial=0.0) or 1e-3
    if np.all(np.abs(found - wanted) <= rtol * np.abs(wanted) + 1e-6 * scale):
        return None
    return Difference("values", path, wanted, found)


def _sequence_difference(expected, got, rtol, path):
    if not isinstance(got, list | tuple):
        return Difference("type", path, expected, got)
    if len(expected) != len(got):
        return Difference("length", path, expected, got)
    parts = (
        difference(e, g, rtol, (*path, i))
        for i, (e, g) in enumerate(zip(expected, got, strict=True))
    )
    return next((part for part in parts if part is not None), None)
