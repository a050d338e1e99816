"""What an argument that is no array must be: `@shapes(p=between(0, 1), stride=whole(1))`."""

import operator
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


def _comparison(compare):
    """A comparison that is False, too, for what cannot be compared: texts, None, arrays."""

    def holds(value):
        try:
            return bool(compare(value))
        except (TypeError, ValueError):
            return False

    return holds


class Rule(NamedTuple):
    """What is demanded, as "be a number from 0 to 1", and whether a value is that.

    `given(sizes)`, where there is one, is the further rule that follows from the sizes of `axes`,
    which may be other arguments, too.
    """

    text: str
    holds: Callable
    given: Callable | None = None
    axes: list | tuple = ()


def whole(low, at_most="", divides=""):
    """A whole number from low on, not above the sizes of axes, "H W", or a divisor of one."""

    def holds(value):
        try:
            return operator.index(value) >= low
        except TypeError:
            return False

    def given(sizes):
        if divides:
            size = sizes[divides]
            return Rule(f"divide {divides} = {size}", lambda value: size % value == 0)
        high = min(sizes[axis] for axis in axes)
        return Rule(f"be at most {high}", lambda value: value <= high)

    axes = (at_most or divides).split()
    return Rule(f"be a whole number, at least {low}", holds, given if axes else None, axes)


def between(low, high):
    """A number from low to high, both included."""
    return Rule(f"be a number from {low} to {high}", _comparison(lambda v: low <= v <= high))


def above(low):
    """A number greater than low."""
    return Rule(f"be a number above {low}", _comparison(lambda value: value > low))


def at_least(low):
    """A number not below low."""
    return Rule(f"be a number, at least {low}", _comparison(lambda value: value >= low))


def a_function(of):
    """Something to call, described by what it is called with: a_function("T")."""
    return Rule(f"be a function of {of}", callable)


share = Rule("be a number from 0 on, below 1", _comparison(lambda value: 0 <= value < 1))

model = Rule("be a layer or a model of layers", lambda value: hasattr(value, "walk"))

even = Rule(
    "be an even number",
    lambda value: whole(0).holds(value) and operator.index(value) % 2 == 0,
)

binary = Rule("be 0 or 1", _comparison(lambda value: value in (0, 1)))

generator = Rule(
    "be a numpy.random.Generator, as default_rng makes it",
    lambda value: isinstance(value, np.random.Generator),
)
