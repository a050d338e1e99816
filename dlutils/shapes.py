"""One decorator by which public functions refuse bad arguments in one sentence."""

import functools
import inspect
from operator import itemgetter

import numpy as np

from dlutils.axes import Axes, form
from dlutils.rules import Rule

ABSENT = inspect.Parameter.empty


def shapes(**specifications):
    """Check arguments before the function runs, in the order of the specifications.

    A specification is a text about an array, `@shapes(x="N D", W="D M", b="M")`, in the language of
    `axes`; texts with commas between are about the first items of a tuple; or it is a rule about a
    number, `@shapes(p=between(0, 1))`. An array that is None or not given is not checked.

    Raises ValueError with the argument, what it must be and what it is. The undecorated function
    stays reachable as `__wrapped__`.
    """

    def decorate(function):
        check = _Check(function, specifications)

        @functools.wraps(function)
        def checked(*args, **kwargs):
            check(args, kwargs)
            return function(*args, **kwargs)

        return checked

    return decorate


def refuses(complaint):
    """Check what no specification can say: `complaint`, called alike, gives a sentence or None.

    Raises ValueError with the sentence. Stands below `shapes`, which then has checked the rest.
    """

    def decorate(function):
        @functools.wraps(function)
        def checked(*args, **kwargs):
            if sentence := complaint(*args, **kwargs):
                raise ValueError(f"{_name(function)}: {sentence}")
            return function(*args, **kwargs)

        return checked

    return decorate


def missing_names(name, given, *names):
    """The complaint about a dict that lacks names, for `refuses`; None where all are there."""
    missing = [one for one in names if one not in given]
    if missing:
        return f"{name} must hold {', '.join(missing)}, got {', '.join(given) or 'nothing'}"
    return None


class _Check:
    """What one function demands of its arguments.

    What only depends on shapes and dtypes is checked when they come for the first time; `passed`
    holds what was found right, each with the rules about numbers that are left for every call.
    """

    def __init__(self, function, specifications):
        self.function = _name(function)
        self.signature = inspect.signature(function)
        self.names = list(self.signature.parameters)
        self.defaults = tuple(p.default for p in self.signature.parameters.values())
        self.rules, self.arrays, self.passed = [], [], {}
        for name, specification in specifications.items():
            position = self.names.index(name)
            if isinstance(specification, Rule):
                optional = self.signature.parameters[name].default is None
                self.rules.append((position, name, specification, optional))
            else:
                self.arrays += _items(position, name, specification)
        self.items = [item for item, _, _ in self.arrays]
        axes = {axis for _, _, axes in self.arrays for axis in axes.names()}
        axes |= {axis for _, _, rule, _ in self.rules for axis in rule.axes}
        self.sizes = [(position, name) for position, name, *_ in self.rules if name in axes]

    def __call__(self, args, kwargs):
        values = args if len(args) == len(self.names) else args + self.defaults[len(args) :]
        if kwargs:
            given = self.signature.bind_partial(*args, **kwargs).arguments
            values = [given.get(*both) for both in zip(self.names, self.defaults, strict=True)]
        for position, name, rule, optional in self.rules:
            value = values[position]
            if not rule.holds(value) and value is not ABSENT and not (optional and value is None):
                self._refuse(name, rule.text, value)
        found = tuple([form(item(values)) for item in self.items])
        if self.sizes:
            found += tuple([values[position] for position, _ in self.sizes])
        left = self.passed.get(found)
        if left is None:
            left = self.passed[found] = self._fit(values, found)
        for item, name, rule in left:
            if not rule.holds(item(values)):
                self._refuse(name, rule.text, item(values))

    def _fit(self, values, found):
        """Refuse the first array that does not fit -> [(item, name, rule), ...] that are left."""
        given = [(name, values[position]) for position, name in self.sizes]
        sizes, further = {name: value for name, value in given if value is not ABSENT}, []
        for (item, name, axes), its_form in zip(self.arrays, found, strict=False):
            if its_form is None:
                continue
            if complaint := axes.complaint(its_form, sizes):
                self._refuse(name, *complaint)
            if rule := axes.numbers(sizes):
                further.append((item, name, rule))
        for position, name, rule, _ in self.rules:
            if rule.given and values[position] is not ABSENT:
                further.append((itemgetter(position), name, rule.given(sizes)))
        return further

    def _refuse(self, name, demand, got):
        if isinstance(got, np.ndarray) and got.ndim:
            got = f"{got.min()} to {got.max()}" if got.min() < got.max() else got.min()
        raise ValueError(f"{self.function}: {name} must {demand}, got {got!s:.60}")


def _items(position, name, text):
    """What a text demands -> [(function that picks from all values, name, Axes), ...]."""
    if "," not in text:
        return [(itemgetter(position), name, Axes(text))]

    def item(i):
        def pick(values):
            value = values[position]
            return value[i] if type(value) in (tuple, np.ndarray) and len(value) > i else None

        return pick

    parts = enumerate(part.strip() for part in text.split(","))
    return [(item(i), f"{name}[{i}]", Axes(part)) for i, part in parts if part not in ("", "_")]


def _name(function):
    """A function's name; for a method, that of its class."""
    owner, _, name = function.__qualname__.rpartition(".")
    return name if not owner or owner.endswith("<locals>") else owner.rpartition(".")[2]
