"""checks.step_network: any weights pass that compute the right thing, others are told why not."""

import numpy as np
import pytest

from dlutils import checks, xor_network

CORNERS = checks.case(x=np.array([[0, 0], [0, 1], [1, 0], [1, 1]]))


def verdict(*weights):
    """The message of the check for these weights, "" where they pass."""
    try:
        checks.agrees("xor_network", lambda: weights or None, CORNERS, using=checks.step_network)
    except checks.CheckFailed as failure:
        return str(failure)
    return ""


def test_the_reference_and_other_weights_pass(capsys):
    assert verdict(*xor_network()) == ""
    assert verdict([[1, -1], [-1, 1]], [-0.5, -0.5], [[1], [1]], [-0.5]) == ""
    assert "agrees with the reference" in capsys.readouterr().out


def test_a_wrong_answer_is_shown_with_its_hint():
    W1, b1, W2, _ = xor_network()
    message = verdict(W1, b1, W2, np.array([0.5]))
    assert "answers 1 for all four inputs" in message


@pytest.mark.parametrize(
    ("part", "value", "sentence"),
    [
        (0, np.ones((3, 2)), "W1 must have shape (2, H), got shape (3, 2)"),
        (1, np.ones((1, 2)), "b1 must have shape (H,) with H = 2, got shape (1, 2)"),
        (2, np.ones(2), "W2 must have shape (H, 1) with H = 2, got shape (2,)"),
        (3, 0.5, "b2 must have shape (1,), got shape ()"),
        (1, np.array([np.nan, 1.0]), "b1 must be an array of finite numbers"),
        (1, "no", "b1 must be an array of finite numbers"),
    ],
)
def test_wrong_shapes_are_named(part, value, sentence):
    weights = list(xor_network())
    weights[part] = value
    assert sentence in verdict(*weights)


def test_a_missing_part_and_a_missing_return_are_named():
    assert "four values (W1, b1, W2, b2) are expected, got 3" in verdict(*xor_network()[:3])
    assert "returned None" in verdict()
