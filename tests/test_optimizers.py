"""The pure steps and clipping: first steps by hand, laws. PyTorch's paths: test_torch_values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import dlutils as dl

WITH_STATE = {
    "momentum": dl.momentum_step,
    "nesterov": dl.nesterov_step,
    "adagrad": dl.adagrad_step,
    "rmsprop": dl.rmsprop_step,
    "adam": dl.adam_step,
    "adamw": dl.adamw_step,
}
gradients = arrays.arrays(float, (3, 2), elements=st.floats(-1e3, 1e3))


def test_first_steps_by_hand():
    w, dw = np.array([1.0, -2.0]), np.array([0.5, -4.0])
    assert dl.sgd_step(w, dw, 0.1) == pytest.approx([0.95, -1.6])
    assert dl.momentum_step(w, dw, None, 0.1)[0] == pytest.approx([0.95, -1.6])
    assert dl.nesterov_step(w, dw, None, 0.1, 0.5)[0] == pytest.approx([0.925, -1.4])
    assert dl.adagrad_step(w, dw, None, 0.1)[0] == pytest.approx([0.9, -1.9])
    assert dl.rmsprop_step(w, dw, None, 0.1, decay=0.75)[0] == pytest.approx([0.8, -1.8])
    assert dl.adam_step(w, dw, None, 0.1)[0] == pytest.approx([0.9, -1.9])
    assert dl.adamw_step(w, dw, None, 0.1, weight_decay=0.5)[0] == pytest.approx([0.85, -1.8])


@pytest.mark.parametrize("name", WITH_STATE)
def test_neither_arguments_nor_an_old_state_change(name):
    step, rng = WITH_STATE[name], np.random.default_rng(0)
    w, dw = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    before = w.copy(), dw.copy()
    first, state = step(w, dw, None, 0.1)
    once, _ = step(first, dw, state, 0.1)
    dw_as_it_was = dw.copy()
    dw *= 7  # a state must not be the caller's gradient
    twice, _ = step(first, dw_as_it_was, state, 0.1)
    np.testing.assert_array_equal(once, twice)
    np.testing.assert_array_equal(w, before[0])
    np.testing.assert_array_equal(dw_as_it_was, before[1])


@pytest.mark.parametrize("name", WITH_STATE)
def test_float32_stays_float32(name):
    w = np.ones(3, np.float32)
    state = None
    for _ in range(3):
        w, state = WITH_STATE[name](w, w, state, 0.1)
    assert w.dtype == np.float32
    assert dl.sgd_step(w, w, 0.1).dtype == np.float32
    assert [g.dtype for g in dl.clip_by_norm([w, w.astype(float)], 0.1)] == [np.float32, float]


@pytest.mark.parametrize("name", ["sgd", *WITH_STATE])
def test_a_gradient_of_another_shape_is_refused(name):
    w, dw = np.ones((3, 1)), np.ones(3)
    with pytest.raises(ValueError, match=rf"{name}_step: dw must have shape"):
        if name == "sgd":
            dl.sgd_step(w, dw, 0.1)
        else:
            WITH_STATE[name](w, dw, None, 0.1)


@given(gradients, st.floats(0.01, 10), st.integers(1, 8))
def test_adam_moves_by_lr_at_most_under_a_constant_gradient(dw, lr, steps):
    w, state = np.zeros((3, 2)), None
    for _ in range(steps):
        new, state = dl.adam_step(w, dw, state, lr, beta1=0.7, beta2=0.4)
        assert np.abs(new - w).max() <= lr * (1 + 1e-9)
        w = new


@given(st.lists(gradients, min_size=1, max_size=3), st.floats(0.01, 1e4))
def test_clipping_never_enlarges_and_keeps_the_direction(grads, limit):
    clipped = dl.clip_by_norm(grads, limit)
    before, after = (np.concatenate([g.ravel() for g in gs]) for gs in (grads, clipped))
    assert np.linalg.norm(after) <= min(limit, np.linalg.norm(before)) * (1 + 1e-9)
    if np.linalg.norm(before) <= limit * (1 - 1e-9):
        np.testing.assert_array_equal(after, before)
    scale = np.linalg.norm(after) / max(np.linalg.norm(before), 1e-300)
    np.testing.assert_allclose(after, scale * before, rtol=1e-9, atol=1e-12)


def test_clipping_zeros_and_huge_float32_gradients():
    assert dl.clip_by_norm([np.zeros(2)], 1.0)[0].tolist() == [0.0, 0.0]
    huge = np.array([3e30, 4e30], np.float32)
    np.testing.assert_allclose(dl.clip_by_norm([huge], 5.0)[0], [3, 4], rtol=1e-6)


@pytest.mark.parametrize("step", [dl.momentum_step, dl.adagrad_step, dl.adam_step, dl.adamw_step])
def test_numpys_numbers_leave_float32_alone(step):
    w = np.ones(2, np.float32)
    stepped, state = step(w, w, None, np.float64(0.1))
    assert stepped.dtype == np.float32
    assert step(stepped, w, state, np.float64(0.1))[0].dtype == np.float32


def test_clipping_by_numpys_number_leaves_float32_alone():
    assert dl.clip_by_norm([np.ones(2, np.float32)], np.float64(0.1))[0].dtype == np.float32
