"""The recurrent network, its loss, and sampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

rng = np.random.default_rng(0)
N, T, D, H = 3, 5, 2, 4
X, H0 = rng.normal(size=(N, T, D)), rng.normal(size=(N, H))
WEIGHTS = rng.normal(size=(D, H)), rng.normal(size=(H, H)), rng.normal(size=H)


def test_a_sequence_is_its_steps():
    h, _ = dl.rnn_forward(X, H0, *WEIGHTS)
    state = H0
    for t in range(T):
        state, _ = dl.rnn_step_forward(X[:, t], state, *WEIGHTS)
        np.testing.assert_allclose(h[:, t], state)


@given(st.integers(1, T - 1))
def test_a_sequence_may_be_cut_anywhere(cut):
    whole, _ = dl.rnn_forward(X, H0, *WEIGHTS)
    first, _ = dl.rnn_forward(X[:, :cut], H0, *WEIGHTS)
    second, _ = dl.rnn_forward(X[:, cut:], first[:, -1], *WEIGHTS)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole)


def test_no_gradient_flows_back_from_the_future():
    h, cache = dl.rnn_forward(X, H0, *WEIGHTS)
    dh = np.zeros_like(h)
    dh[:, 2] = 1
    dx, dh0, *_ = dl.rnn_backward(dh, cache)
    assert np.all(dx[:, 3:] == 0)
    assert np.all(dx[:, :3] != 0)
    assert np.all(dh0 != 0)


@given(st.integers(0, 20))
def test_the_loss_is_cross_entropy_over_kept_positions(seed):
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(size=(2, 3, 4)), rng.integers(4, size=(2, 3))
    mask = rng.random((2, 3)) < 0.5
    loss, dlogits = dl.temporal_cross_entropy(logits, labels, mask)
    assert np.all(dlogits[~mask] == 0)
    if mask.any():
        assert loss == pytest.approx(dl.cross_entropy(logits[mask], labels[mask]))
        changed = np.where(mask, labels, (labels + 1) % 4)
        assert dl.temporal_cross_entropy(logits, changed, mask)[0] == loss
    else:
        assert loss == 0


def test_nothing_kept_is_a_loss_of_zero():
    loss, dlogits = dl.temporal_cross_entropy(
        np.ones((1, 2, 3)), np.zeros((1, 2), int), np.zeros((1, 2), bool)
    )
    assert loss == 0
    np.testing.assert_array_equal(dlogits, np.zeros((1, 2, 3)))


def test_sampling_hands_each_token_and_state_to_the_next_step():
    seen = []

    def step(token, state):
        seen.append((token, state))
        logits = np.full(5, -1000.0)
        logits[(token + 1) % 5] = 0
        return logits, (state or 0) + 1

    tokens = dl.sample_sequence(step, 3, 4, 1.0, np.random.default_rng(0))
    assert tokens == [4, 0, 1, 2]
    assert seen == [(3, None), (4, 1), (0, 2), (1, 3)]
    assert dl.sample_sequence(step, 3, 0, 1.0, np.random.default_rng(0)) == []


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_follow_the_softmax_at_the_temperature(temperature):
    logits = np.array([0.0, 1.0, -1.0], np.float32)
    tokens = dl.sample_sequence(
        lambda token, state: (logits, state), 0, 4000, temperature, np.random.default_rng(1)
    )
    shares = np.bincount(tokens, minlength=3) / 4000
    np.testing.assert_allclose(shares, dl.softmax(logits / temperature), atol=0.03)


def test_a_low_temperature_takes_the_likeliest():
    logits = np.array([0.0, 0.1, 0.05])
    tokens = dl.sample_sequence(
        lambda token, state: (logits, state), 0, 50, 1e-4, np.random.default_rng(0)
    )
    assert tokens == [1] * 50


def test_the_layer_starts_from_zero():
    layer = dl.RNN(D, H, np.random.default_rng(0), dtype=np.float64)
    expected, _ = dl.rnn_forward(X, np.zeros((N, H)), layer.Wx, layer.Wh, layer.b)
    np.testing.assert_array_equal(layer(X), expected)


def test_wrong_shapes_are_refused_in_one_sentence():
    with pytest.raises(ValueError, match=r"rnn_forward: h0 must have shape \(N, H\) with N = 3"):
        dl.rnn_forward(X, H0[:2], *WEIGHTS)
