"""What the loaders return: frozen records of arrays, texts and names."""

from dataclasses import dataclass, fields

import numpy as np


class Record:
    """Base of the records: shown as a table of fields with dtype and shape, not with their data.

    Every record is made afresh for its caller, who may change the arrays and lists in it.
    """

    def __repr__(self) -> str:
        width = max(len(field.name) for field in fields(self))
        lines = [
            f"  {field.name:{width}}  {_summary(getattr(self, field.name))}"
            for field in fields(self)
        ]
        return "\n".join([type(self).__name__, *lines])


@dataclass(frozen=True, eq=False, repr=False)
class Classification(Record):
    """Samples x with class labels y (N,), split into training and test rows."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    label_names: tuple[str, ...]  # label_names[y] is the class in words


@dataclass(frozen=True, eq=False, repr=False)
class Table(Classification):
    """A classification set whose x (N, D) has one named column per feature."""

    feature_names: tuple[str, ...]


def split(n_train: int, **columns) -> dict:
    """Each column as NAME_train, its first n_train rows, and NAME_test, the rest."""
    train = {f"{name}_train": rows[:n_train] for name, rows in columns.items()}
    test = {f"{name}_test": rows[n_train:] for name, rows in columns.items()}
    return train | test


def labels_of(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """The stored labels (N,) as int64."""
    return arrays["labels"].astype(np.int64)


def _summary(value) -> str:
    """One field in short form: `float32 (8000, 28, 28)`, `3400 str`, or a short value itself."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if len(repr(value)) <= 80:
        return repr(value)
    if isinstance(value, str):
        return f"{len(value)} characters"
    return f"{len(value)} {type(value[0]).__name__}"
