"""Dropout and what it says about uncertainty: laws and distributions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


def drop(x, p, seed=0, train=True):
    return dl.dropout_forward(x, p, np.random.default_rng(seed), train)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_a_share_of_p_is_dropped_and_the_mean_stays(p):
    y, _ = drop(np.ones((200, 300)), p)
    assert np.mean(y == 0) == pytest.approx(p, abs=0.01)
    assert y.mean() == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - p))


def test_every_number_has_a_draw_of_its_own():
    y, _ = drop(np.ones((50, 40)), 0.5)
    for axis in (0, 1):
        shares = np.mean(y == 0, axis=axis)
        assert 0 < shares.std() < 0.2
        assert shares.min() > 0 and shares.max() < 1


@given(st.floats(0, 1), st.integers(0, 99))
def test_backward_passes_dy_where_forward_passed_x(p, seed):
    x = np.random.default_rng(seed).normal(size=(4, 3)).astype(np.float32)
    y, cache = drop(x, p, seed)
    dx = dl.dropout_backward(np.ones_like(x), cache)
    np.testing.assert_allclose(dx * x, y, rtol=1e-6)
    assert y.dtype == dx.dtype == np.float32


def test_the_ends_of_p():
    x = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_array_equal(drop(x, 0)[0], x)
    y, cache = drop(x, 1)
    np.testing.assert_array_equal(y, np.zeros((4, 3)))
    np.testing.assert_array_equal(dl.dropout_backward(x, cache), np.zeros((4, 3)))


def test_prediction_drops_nothing_and_draws_nothing():
    x, rng = np.ones((4, 3)), np.random.default_rng(0)
    y, cache = dl.dropout_forward(x, 0.5, rng, False)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(dl.dropout_backward(x, cache), x)
    assert rng.random() == np.random.default_rng(0).random()


def test_a_numpy_scalar_p_does_not_promote():
    y, _ = drop(np.ones(5, np.float32), np.float64(0.5))
    assert y.dtype == np.float32


def test_the_layer_follows_train_and_eval():
    layer, x = dl.Dropout(0.5, np.random.default_rng(0)), np.ones((20, 10))
    assert np.any(layer(x) == 0)
    layer.eval()
    np.testing.assert_array_equal(layer(x), x)
    with pytest.raises(ValueError, match="p must be a number from 0 to 1"):
        dl.Dropout(1.5, np.random.default_rng(0))


def test_monte_carlo_averages_over_draws():
    def predict(x, rng):
        return dl.dropout_forward(x, 0.5, rng, True)[0]

    x = np.array([[1.0, -2.0]])
    mean = dl.monte_carlo_predict(predict, x, 4000, np.random.default_rng(0))
    np.testing.assert_allclose(mean, x, atol=0.1)
    rng = np.random.default_rng(3)
    expected = (predict(x, rng) + predict(x, rng)) / 2
    np.testing.assert_array_equal(
        dl.monte_carlo_predict(predict, x, 2, np.random.default_rng(3)), expected
    )


def test_max_norm_shortens_long_columns_only():
    W = np.array([[3.0, 0.3, 0.0], [4.0, 0.4, 0.0]])
    np.testing.assert_allclose(dl.max_norm(W, 2.0), [[1.2, 0.3, 0], [1.6, 0.4, 0]])
    np.testing.assert_array_equal(dl.max_norm(W, 10.0), W)


@given(st.lists(st.floats(0, 10), min_size=2, max_size=5))
def test_entropy_lies_between_certain_and_undecided(weights):
    p = np.array(weights) + 1e-3
    assert -1e-12 <= dl.predictive_entropy(p / p.sum()) <= np.log(len(p)) + 1e-12


def test_entropy_of_certain_and_undecided_predictions():
    p = np.array([[1.0, 0, 0, 0], [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0]])
    np.testing.assert_allclose(dl.predictive_entropy(p), [0, np.log(4), np.log(2)])


def test_entropy_bears_sums_that_are_rounded_above_1():
    assert dl.predictive_entropy(np.array([1 + 1e-7, 0.0])) == pytest.approx(0, abs=1e-6)
