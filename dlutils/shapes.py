"""One decorator by which public functions refuse bad arguments in one sentence."""

import functools
import inspect
from operator import itemgetter

import numpy as np

from dlutils.axes import Axes, form
from dlutils.rules import Rule

ABSENT = inspect.Parameter.empty
NUMPYS = {*np.sctypeDict.values(), np.ndarray}  # types of numbers that may turn float32 to float64


def shapes(**specifications):
    """Check arguments before the function runs, in the order of the specifications.

    A specification is a text about an array, `@shapes(x="N D", W="D M", b="M")`, in the language of
    `axes`; texts with commas between are about the first items of a tuple; or it is a rule about a
    number, `@shapes(p=between(0, 1))`. An array that is None or not given is not checked.

    A number of numpy's is passed on as Python's, which never turns float32 into float64. Raises
    ValueError with the argument, what it must be and what it is. The undecorated function stays
    reachable as `__wrapped__`.
    """

    def decorate(function):
        check = _Check(function, specifications)

        @functools.wraps(function)
        def checked(*args, **kwargs):
            if check(args, kwargs):
                args, kwargs = check.plain(args, kwargs)
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
    holds what was found right, each with the rules about numbers that are left for every call, and
    whether there are numpy's numbers among those that are checked as arrays.
    """

    def __init__(self, function, specifications):
        self.function = _name(function)
        self.signature = inspect.signature(function)
        self.names = list(self.signature.parameters)
        self.is_method = self.names[:1] == ["self"]
        self.defaults = tuple(p.default for p in self.signature.parameters.values())
        self.rules, self.arrays, self.passed, self.without_axes = [], [], {}, []
        for name, specification in specifications.items():
            position = self.names.index(name)
            if isinstance(specification, Rule):
                optional = self.signature.parameters[name].default is None
                self.rules.append((position, name, specification, optional))
            else:
                self.arrays += _items(position, name, specification)
                if not specification:
                    self.without_axes.append(position)
        self.numbers = self.without_axes + [position for position, *_ in self.rules]
        self.items = [item for item, _, _ in self.arrays]
        axes = {axis for _, _, axes in self.arrays for axis in axes.names()}
        axes |= {axis for _, _, rule, _ in self.rules for axis in rule.axes}
        self.sizes = [(position, name) for position, name, *_ in self.rules if name in axes]

    def __call__(self, args, kwargs):
        """Refuse what does not fit -> whether a number is one of numpy's."""
        if self.is_method and args:
            self.function = type(args[0]).__name__  # perhaps a class that inherits the method
        values = args if len(args) == len(self.names) else args + self.defaults[len(args) :]
        if kwargs:
            given = self.signature.bind_partial(*args, **kwargs).arguments
            values = [given.get(*both) for both in zip(self.names, self.defaults, strict=True)]
        has_numpys = False
        for position, name, rule, optional in self.rules:
            value = values[position]
            if type(value) in NUMPYS:
                has_numpys = True
            if not rule.holds(value) and value is not ABSENT and not (optional and value is None):
                self._refuse(name, rule.text, repr(value) if isinstance(value, str) else value)
        found = tuple([form(item(values)) for item in self.items])
        if self.sizes:
            found += tuple([values[position] for position, _ in self.sizes])
        passed = self.passed.get(found)
        if passed is None:
            passed = self.passed[found] = self._fit(values, found), self._among_numbers(values)
        left, among_numbers = passed
        for item, name, rule in left:
            if not rule.holds(item(values)):
                self._refuse(name, rule.text, item(values))
        return has_numpys or among_numbers

    def _among_numbers(self, values):
        """Whether one of numpy's numbers is checked as an array without axes."""
        return any(_is_numpys(values[position]) for position in self.without_axes)

    def plain(self, args, kwargs):
        """The same arguments with Python's numbers for numpy's."""
        args, kwargs = list(args), dict(kwargs)
        for position in self.numbers:
            name = self.names[position]
            if position < len(args):
                args[position] = _plain(args[position])
            elif name in kwargs:
                kwargs[name] = _plain(kwargs[name])
        return args, kwargs

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
    of_cache = name == "cache" or name.endswith("_shape")
    if "," not in text:
        return [(itemgetter(position), name, Axes(text, of_cache))]

    def item(i):
        def pick(values):
            value = values[position]
            return value[i] if type(value) in (tuple, np.ndarray) and len(value) > i else None

        return pick

    parts = enumerate(part.strip() for part in text.split(","))
    return [
        (item(i), f"{name}[{i}]", Axes(part, of_cache))
        for i, part in parts
        if part not in ("", "_")
    ]


def _is_numpys(value):
    return isinstance(value, np.generic) or (type(value) is np.ndarray and value.ndim == 0)


def _plain(value):
    return value.item() if _is_numpys(value) else value


def _name(function):
    """A function's name; for a method, that of its class."""
    owner, _, name = function.__qualname__.rpartition(".")
    return name if not owner or owner.endswith("<locals>") else owner.rpartition(".")[2]
