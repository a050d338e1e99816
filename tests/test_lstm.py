"""The LSTM: steps, sequences, and the fast form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


def arguments(N, T, D, H, seed=0, scale=1.0):
    """x, h0, Wx, Wh, b of these sizes."""
    rng = np.random.default_rng(seed)
    shapes = (N, T, D), (N, H), (D, 4 * H), (H, 4 * H), (4 * H,)
    return [scale * rng.normal(size=shape) for shape in shapes]


@given(*(st.integers(1, 4) for _ in range(4)), st.integers(0, 99))
def test_the_fast_form_equals_the_readable_one(N, T, D, H, seed):
    case = arguments(N, T, D, H, seed)
    h, cache = dl.lstm_forward(*case)
    fast, fast_cache = dl.lstm_forward_fast(*case)
    np.testing.assert_allclose(fast, h, atol=1e-12)
    dh = np.random.default_rng(seed).normal(size=h.shape)
    gradients = dl.lstm_backward_fast(dh, fast_cache)
    for gradient, expected in zip(gradients, dl.lstm_backward(dh, cache), strict=True):
        np.testing.assert_allclose(gradient, expected, atol=1e-10)


def test_a_sequence_is_its_steps_from_an_empty_cell():
    x, h0, *weights = arguments(2, 4, 3, 2)
    h, _ = dl.lstm_forward(x, h0, *weights)
    state, cell = h0, np.zeros_like(h0)
    for t in range(4):
        state, cell, _ = dl.lstm_step_forward(x[:, t], state, cell, *weights)
        np.testing.assert_allclose(h[:, t], state)


def test_gates_stand_in_the_order_i_f_o_g():
    """With b alone deciding, each gate can be opened and shut by itself."""
    x, h, c, zero = np.zeros((1, 1)), np.zeros((1, 1)), np.array([[0.5]]), np.zeros((1, 4))

    def step(i, f, o, g):
        h_next, c_next, _ = dl.lstm_step_forward(x, h, c, zero, zero, np.array([i, f, o, g]))
        return h_next.item(), c_next.item()

    shut, opened = -50.0, 50.0
    assert step(shut, opened, opened, 0.3) == pytest.approx((np.tanh(0.5), 0.5))
    assert step(shut, shut, opened, 0.3) == pytest.approx((0, 0))
    assert step(opened, shut, opened, 0.3) == pytest.approx((np.tanh(np.tanh(0.3)), np.tanh(0.3)))
    assert step(opened, opened, shut, 0.3) == pytest.approx((0, 0.5 + np.tanh(0.3)))


@pytest.mark.parametrize("forward", [dl.lstm_forward, dl.lstm_forward_fast])
def test_extreme_inputs_stay_finite(forward):
    h, _ = forward(*arguments(2, 3, 2, 2, scale=1e4))
    assert np.isfinite(h).all()


@pytest.mark.parametrize(
    ("forward", "backward"),
    [(dl.lstm_forward, dl.lstm_backward), (dl.lstm_forward_fast, dl.lstm_backward_fast)],
)
def test_inputs_stay_and_backward_may_be_called_twice(forward, backward):
    case = arguments(2, 3, 2, 2)
    before = [array.copy() for array in case]
    h, cache = forward(*case)
    dh = np.ones_like(h)
    first = backward(dh, cache)
    for again, gradient in zip(backward(dh, cache), first, strict=True):
        np.testing.assert_array_equal(again, gradient)
    assert np.all(dh == 1)
    for array, kept in zip(case, before, strict=True):
        np.testing.assert_array_equal(array, kept)


def test_forget_bias_is_set_in_a_copy():
    b = np.arange(8.0)
    np.testing.assert_array_equal(dl.init_forget_bias(b, 2), [0, 1, 1, 1, 4, 5, 6, 7])
    np.testing.assert_array_equal(b, np.arange(8.0))
    np.testing.assert_array_equal(dl.LSTM(3, 1, np.random.default_rng(0)).b, [0, 1, 0, 0])
