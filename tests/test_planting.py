"""Planted answers: a catalogued version, renamed to its exercise, with all that it needs."""

import pytest

from dlcourse import planting
from dlutils import mistakes
from tests import alternatives


def planted(exercise, name, right):
    listed = [*mistakes.of(exercise), *alternatives.all_alternatives()[exercise]]
    one = next(one for one in listed if one.name == name)
    names = {}
    source = planting.as_answer(one, right)
    exec(source, names)
    return source, names[exercise]


def test_only_the_definition_and_bare_uses_are_renamed():
    source, answer = planted("relu_backward", "heaviside", {})
    assert "np.heaviside(" in source and "def relu_backward(" in source
    assert answer(2.0, 3.0) == 2.0


def test_names_from_other_modules_are_imported_from_there():
    source, _ = planted("confusion_matrix", "by_counter", {})
    assert "from collections import Counter" in source


def test_a_mistake_that_spoils_the_right_version_does_not_call_itself():
    right = {"topological_order": "def topological_order(value):\n    return [1, 2, value]"}
    _, answer = planted("topological_order", "value_first", right)
    assert answer(3) == [3, 2, 1]


@pytest.mark.parametrize(
    "source, expected",
    [
        ("def old(x):\n    return old(x)", "def new(x):\n    return new(x)"),
        ("class old:\n    old = 1", "class new:\n    new = 1"),
        ("y = 'ü', old, x.old, 'old'", "y = 'ü', new, x.old, 'old'"),
        ("f(old=old)", "f(old=new)"),
    ],
)
def test_renamed(source, expected):
    assert planting._renamed(source, "old", "new") == expected
