"""checks.several_steps and step_twice: the state is handed on, and its changes are seen."""

import numpy as np
import pytest

import dlutils as dl
from dlutils import checks

CASE = checks.random_case(0, w=(3,), gradients=[(3,)] * 3, lr=0.3, momentum=0.8)
LAW = "two steps from one state lead to the same w"


def verdict(answer):
    """The message of the check of values for this answer, "" where it passes."""
    try:
        checks.agrees("momentum_step", answer, CASE, using=checks.several_steps)
    except checks.CheckFailed as failure:
        return str(failure)
    return ""


def pure(answer):
    """Whether an answer leaves its inputs and its old state alone."""
    try:
        checks.unchanged("momentum_step", answer, CASE, using=checks.several_steps)
        checks.holds(
            "momentum_step", answer, LAW, CASE, measure=checks.step_twice, within=(0, 0)
        )  # fmt: skip
    except checks.CheckFailed:
        return False
    return True


def in_place(w, dw, state, lr, momentum=0.9):
    v = np.zeros_like(w) if state is None else state
    v *= momentum
    v += dw
    w -= lr * v
    return w, v


def test_every_step_gets_the_state_of_the_one_before():
    w = CASE.arguments["w"]
    found = checks.several_steps(dl.momentum_step, *CASE.copies())
    state = None
    for number, dw in enumerate(CASE.arguments["gradients"], start=1):
        w, state = dl.momentum_step(w, dw, state, 0.3, 0.8)
        np.testing.assert_array_equal(found[f"after step {number}"], w)


def test_values_written_in_place_are_right_and_not_pure():
    assert verdict(in_place) == "" and not pure(in_place)
    assert verdict(dl.momentum_step) == "" and pure(dl.momentum_step)


def test_a_state_changed_in_place_is_seen_although_w_is_a_copy():
    assert not pure(lambda w, *rest: in_place(w.copy(), *rest))


def test_an_old_gradient_that_a_later_step_changes_is_seen():
    def keeps_the_gradient(w, dw, state, lr, momentum=0.9):
        if state is not None:
            state *= momentum
            dw = dw + state
        return w - lr * dw, dw

    assert verdict(keeps_the_gradient) == "" and not pure(keeps_the_gradient)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda w, *rest: None, "returned None: is the `return` missing?"),
        (lambda w, *rest: w, "two values (w, state) are expected, got one ndarray"),
        (lambda w, *rest: (w, 1, 2), "two values (w, state) are expected, got 3 values"),
        (lambda w, *rest: ("no", w), "w must be an array of numbers, got str"),
        (lambda w, dw, state, lr, momentum: (w - lr * dw, None), "after step 2"),
    ],
)
def test_what_is_wrong_is_said(answer, sentence):
    assert sentence in verdict(answer)
