"""The gated recurrent unit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


def arguments(N, T, D, H, seed=0):
    """x, h0, Wx, Wh, b of these sizes."""
    rng = np.random.default_rng(seed)
    shapes = (N, T, D), (N, H), (D, 3 * H), (H, 3 * H), (3 * H,)
    return [rng.normal(size=shape) for shape in shapes]


@given(*(st.integers(1, 4) for _ in range(4)))
def test_a_sequence_is_its_steps(N, T, D, H):
    x, h0, *weights = arguments(N, T, D, H)
    h, _ = dl.gru_forward(x, h0, *weights)
    state = h0
    for t in range(T):
        state = dl.gru_step_forward(x[:, t], state, *weights)
        np.testing.assert_allclose(h[:, t], state, atol=1e-12)


def test_an_open_z_keeps_the_state_and_a_shut_one_writes_n():
    x, h, zero = np.zeros((1, 1)), np.array([[0.7]]), np.zeros((1, 3))
    kept = dl.gru_step_forward(x, h, zero, zero, np.array([0, 50.0, 0.3]))
    np.testing.assert_allclose(kept, h)
    written = dl.gru_step_forward(x, h, zero, zero, np.array([0, -50.0, 0.3]))
    np.testing.assert_allclose(written, [[np.tanh(0.3)]])


def test_r_acts_on_what_the_state_contributes_to_n():
    x, h, zero = np.zeros((1, 1)), np.array([[0.7]]), np.zeros((1, 3))
    Wh = np.array([[0, 0, 2.0]])
    opened = dl.gru_step_forward(x, h, zero, Wh, np.array([50.0, -50, 0.3]))
    np.testing.assert_allclose(opened, [[np.tanh(0.3 + 1.4)]])
    shut = dl.gru_step_forward(x, h, zero, Wh, np.array([-50.0, -50, 0.3]))
    np.testing.assert_allclose(shut, [[np.tanh(0.3)]])
