"""The catalogue of mistakes: for every exercise, the wrong versions that students really write.

Each mistake is a small function (or class) with a hint that completes the sentence "This is what
you get when ...". The checks compare a failing answer with them to name the bug, and the tests of
the grader demand that every one of them loses points. One module per chapter, named like its
notebook.
"""

import importlib
import pkgutil
from dataclasses import dataclass

_CATALOGUE = {}


@dataclass(frozen=True)
class Mistake:
    """One wrong version of an exercise: `implementation` stands in for the student's answer."""

    exercise: str
    hint: str
    implementation: object

    @property
    def name(self):
        return self.implementation.__name__

    @property
    def chapter(self):
        """The topic of the chapter that the mistake belongs to: the name of its module."""
        return self.implementation.__module__.rpartition(".")[2]


def mistake(exercise, hint):
    """Enter the decorated function into the catalogue as a wrong version of `exercise`."""

    def enter(implementation):
        _CATALOGUE.setdefault(exercise, []).append(Mistake(exercise, hint, implementation))
        return implementation

    return enter


def catalogue():
    """All mistakes as `{exercise: [Mistake, ...]}`, in the order of the chapters' modules."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return _CATALOGUE


def of(exercise):
    """The known mistakes of one exercise (an empty list where there are none)."""
    return catalogue().get(exercise, [])
