"""One decorator by which public functions refuse wrong shapes in one sentence."""

import functools
import inspect

import numpy as np


def shapes(**specifications):
    """Check the shapes of arguments before the function runs.

    A specification names the axes: `@shapes(x="N D", W="D M", b="M")`. An axis name means the same
    size wherever it stands, "4H" four times the size of H, a number that size, a leading `...` any
    number of further axes, the same ones wherever it stands, and the empty string a scalar. An
    argument that is None or not given is not checked.

    Raises ValueError with the argument, the shape it should have and the shape it has. The
    undecorated function stays reachable as `__wrapped__`.
    """

    def decorate(function):
        signature = inspect.signature(function)
        names = list(signature.parameters)
        plan = [(names.index(name), name, axes.split()) for name, axes in specifications.items()]
        passed = set()  # combinations of shapes that were found right before

        @functools.wraps(function)
        def checked(*args, **kwargs):
            values = args + (None,) * (len(names) - len(args))
            if kwargs:
                bound = signature.bind(*args, **kwargs).arguments
                values = [bound.get(name) for name in names]
            found = tuple([_shape(values[position]) for position, _, _ in plan])
            if found not in passed:
                _check(function.__name__, plan, found)
                passed.add(found)
            return function(*args, **kwargs)

        return checked

    return decorate


def _shape(value):
    if type(value) is np.ndarray:
        return value.shape
    return None if value is None else np.shape(value)


def _check(function, plan, found):
    """Raise a ValueError for the first shape that does not have the axes of its specification."""
    sizes = {}
    for (_, name, axes), shape in zip(plan, found, strict=True):
        known = sizes.copy()
        if shape is not None and not _fits(shape, axes, sizes):
            raise ValueError(_sentence(function, name, axes, known, shape))


def _fits(shape, axes, sizes):
    """Whether the shape has the named axes; sizes of new names are remembered in `sizes`."""
    if axes and axes[0] == "...":
        axes, further = axes[1:], max(0, len(shape) - len(axes) + 1)
        front, shape = shape[:further], shape[further:]
        if sizes.setdefault("...", front) != front:
            return False
    if len(shape) != len(axes):
        return False
    return all(_axis_fits(size, axis, sizes) for size, axis in zip(shape, axes, strict=True))


def _axis_fits(size, axis, sizes):
    name = axis.lstrip("0123456789")
    factor = int(axis[: len(axis) - len(name)] or 1)
    return size == factor * (sizes.setdefault(name, size // factor) if name else 1)


def _sentence(function, name, axes, sizes, shape):
    def tuple_of(items):
        return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"

    names = dict.fromkeys(axis.lstrip("0123456789") for axis in axes)
    known = [f"{name} = {sizes[name]}" for name in names if name in sizes]
    expected = f"have shape {tuple_of(axes)}" if axes else "be a single number"
    if known:
        expected += f" with {', '.join(known)}"
    return f"{function}: {name} must {expected}, got shape {tuple_of([str(n) for n in shape])}"
