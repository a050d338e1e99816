"""Calling an answer: on copies of its inputs, its prints kept, its warnings and errors caught."""

import contextlib
import copy
import io
import warnings
from dataclasses import dataclass

import numpy as np


class Case:
    """The named arguments of one call, in the order of the exercise's signature."""

    def __init__(self, **arguments):
        self.arguments = arguments

    def copies(self):
        """Fresh deep copies of the arguments; a Generator's copy draws the same numbers."""
        return copy.deepcopy(list(self.arguments.values()))

    @property
    def size(self):
        """How many numbers the case holds: the measure by which the smallest case is found."""
        return sum(_size(value) for value in self.arguments.values())


def _size(value):
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, list | tuple):
        return sum(_size(part) for part in value)
    return 1


@dataclass
class Outcome:
    """What one call did: returned a value or raised an error, printed text, left its arguments."""

    value: object
    error: BaseException | None
    printed: str
    arguments: list
    case: Case


def plain_call(implementation, *arguments):
    """The default way to use an answer: call it."""
    return implementation(*arguments)


def call(implementation, case, using=plain_call):
    """Call an answer on copies of a case's arguments and record the Outcome.

    Every exception is caught, SystemExit and a bare StopIteration too, so that none can pass for
    success; only KeyboardInterrupt (a student or a time limit stops the cell) goes through.
    """
    arguments = case.copies()
    printed = io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        try:
            value, error = using(implementation, *arguments), None
        except KeyboardInterrupt:
            raise
        except BaseException as raised:
            value, error = None, raised
    return Outcome(value, error, printed.getvalue(), arguments, case)


@contextlib.contextmanager
def standing_on_reference(implementation, exercise, references):
    """Let the other exercises that an answer calls be the reference's while the block runs.

    So one mistake costs one exercise: a right `mlp_forward` is not failed for a wrong `relu`.
    Yields the names that were replaced. What only stands for an answer in another process (the
    judge's Proxy) knows itself how to do this there.
    """
    elsewhere = getattr(implementation, "_standing_on_reference_", None)
    if elsewhere is not None:
        with elsewhere(exercise, references) as names:
            yield list(names)
        return
    names_in_use = _globals(implementation)
    replaced = {
        name: names_in_use[name]
        for name, reference in references.items()
        if name != exercise and name in names_in_use and names_in_use[name] is not reference
    }
    names_in_use.update({name: references[name] for name in replaced})
    try:
        yield list(replaced)
    finally:
        names_in_use.update(replaced)


def _globals(implementation):
    """The module namespace in which a function, or a class's methods, look names up."""
    functions = [implementation, *getattr(implementation, "__dict__", {}).values()]
    return next((f.__globals__ for f in functions if hasattr(f, "__globals__")), {})
