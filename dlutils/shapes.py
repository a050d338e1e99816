"""One decorator by which public functions refuse wrong shapes in one sentence."""

import functools
import inspect

import numpy as np


def shapes(**specifications):
    """Check the shapes of arguments before the function runs.

    A specification names the axes: `@shapes(x="N D", W="D M", b="M")`. An axis name means the same
    size wherever it stands, a number means that size, a leading `...` any number of further axes,
    and the empty string a scalar. An argument that is None or not given is not checked.

    Raises ValueError with the argument, the shape it should have and the shape it has. The
    undecorated function stays reachable as `__wrapped__`.
    """

    def decorate(function):
        signature = inspect.signature(function)
        positions = {name: index for index, name in enumerate(signature.parameters)}
        plan = [(positions[name], name, axes.split()) for name, axes in specifications.items()]

        @functools.wraps(function)
        def checked(*args, **kwargs):
            values = args
            if kwargs or len(args) < len(positions):
                bound = signature.bind(*args, **kwargs).arguments
                values = [bound.get(name) for name in positions]
            sizes = {}
            for position, name, axes in plan:
                value = values[position]
                if value is not None:
                    shape = value.shape if type(value) is np.ndarray else np.shape(value)
                    if not _fits(shape, axes, sizes):
                        raise ValueError(_sentence(function.__name__, name, axes, sizes, shape))
            return function(*args, **kwargs)

        return checked

    return decorate


def _fits(shape, axes, sizes):
    """Whether the shape has the named axes; sizes of new names are remembered in `sizes`."""
    if axes and axes[0] == "...":
        axes = axes[1:]
        shape = shape[len(shape) - len(axes) :] if len(shape) >= len(axes) else None
    if shape is None or len(shape) != len(axes):
        return False
    return all(
        size == (int(axis) if axis.isdigit() else sizes.setdefault(axis, size))
        for size, axis in zip(shape, axes, strict=True)
    )


def _sentence(function, name, axes, sizes, shape):
    def tuple_of(items):
        return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"

    known = [f"{axis} = {sizes[axis]}" for axis in dict.fromkeys(axes) if axis in sizes]
    expected = f"have shape {tuple_of(axes)}" if axes else "be a single number"
    if known:
        expected += f" with {', '.join(known)}"
    return f"{function}: {name} must {expected}, got shape {tuple_of([str(n) for n in shape])}"
