"""What surrounds the gradient: standardising, batches, L2, stopping, fitting, searching."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


def test_standardize_uses_the_statistics_of_train():
    train, test = np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([[5.0, 5.0]])
    scaled, scaled_test = dl.standardize(train, test)
    np.testing.assert_array_equal(scaled, [[-1, 0], [1, 0]])
    np.testing.assert_array_equal(scaled_test, [[3, 0]])
    (alone,) = dl.standardize(train)
    np.testing.assert_array_equal(alone, scaled)


@given(st.floats(-1e6, 1e6), st.integers(2, 50))
def test_constant_columns_become_exactly_0_in_spite_of_rounding(constant, N):
    (scaled,) = dl.standardize(np.full((N, 1), constant))
    np.testing.assert_array_equal(scaled, np.zeros((N, 1)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_standardized_columns_have_mean_0_and_variance_1(dtype):
    x = np.random.default_rng(0).integers(0, 200, size=(50, 3)).astype(dtype)
    (scaled,) = dl.standardize(x)
    assert scaled.dtype == (dtype if np.dtype(dtype).kind == "f" else np.float64)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(scaled.std(axis=0), 1, atol=1e-5)


@given(st.integers(1, 20), st.integers(1, 8), st.integers(0, 99))
def test_minibatches_visit_every_pair_once_in_the_drawn_order(N, batch_size, seed):
    x, y = np.arange(N)[:, None] * 10, np.arange(N)
    batches = list(dl.minibatches(x, y, batch_size, np.random.default_rng(seed)))
    assert all(len(x) == len(y) for x, y in batches)
    assert [len(y) for _, y in batches[:-1]] == [batch_size] * (len(batches) - 1)
    seen = np.concatenate([y for _, y in batches])
    np.testing.assert_array_equal(seen, np.random.default_rng(seed).permutation(N))
    np.testing.assert_array_equal(np.concatenate([x for x, _ in batches])[:, 0], 10 * seen)


def test_l2_penalty_spares_the_biases():
    W, b = np.array([[1.0, -2.0]]), np.array([3.0, 4.0])
    penalty, [(dW, db)] = dl.l2_penalty([(W, b)], 0.5)
    assert penalty == 1.25
    np.testing.assert_array_equal(dW, [[0.5, -1]])
    np.testing.assert_array_equal(db, [0, 0])
    numeric = dl.numerical_gradient(lambda W: dl.l2_penalty([(W, b)], 0.5)[0], W)
    np.testing.assert_allclose(dW, numeric, atol=1e-8)


def test_early_stopping_waits_exactly_patience_updates_and_keeps_a_copy():
    stopping, params = dl.EarlyStopping(patience=2), [(np.array([1.0]), np.array([0.0]))]
    assert not stopping.update(1.0, params)
    assert not stopping.update(0.5, params)
    params[0][0][0] = 99.0
    assert not stopping.update(0.5, params)  # equal is no improvement
    assert stopping.update(0.6, params)
    assert stopping.update(float("nan"), params)
    assert stopping.best_loss == 0.5 and stopping.best_params[0][0] == 1.0
    assert not stopping.update(0.4, params)


def test_fit_trains_and_evaluates_once_per_epoch():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 2))
    y = (x @ [1.0, -2.0] > 0).astype(int)
    start = [(np.zeros((2, 2)), np.zeros(2))]

    def gradients(params, x, y):
        activations = dl.mlp_forward(x, params)
        dlogits = dl.cross_entropy_backward(activations[-1], y)
        return dl.mlp_backward(dlogits, activations, params)

    params, history = dl.fit(
        start,
        gradients,
        lambda params, grads: dl.gradient_descent_step(params, grads, 1.0),
        lambda params: dl.accuracy(dl.mlp_forward(x, params)[-1], y),
        x,
        y,
        epochs=8,
        batch_size=10,
        rng=np.random.default_rng(1),
    )
    assert len(history) == 8 and history[-1] >= 0.95
    assert history[-1] == dl.accuracy(dl.mlp_forward(x, params)[-1], y)
    assert np.all(start[0][0] == 0)


def test_random_search_returns_the_first_best_of_log_uniform_settings():
    space = {"lr": (1e-4, 1.0), "l2": (1e-6, 1e-2)}
    best, results = dl.random_search(
        lambda settings: -round(abs(np.log10(settings["lr"]) + 2)),
        space,
        200,
        np.random.default_rng(0),
    )
    assert len(results) == 200
    scores = [score for _, score in results]
    assert best == results[scores.index(max(scores))][0]
    rng = np.random.default_rng(0)
    drawn = [np.exp(rng.uniform(np.log(a), np.log(b))) for a, b in space.values()]
    assert list(results[0][0].values()) == pytest.approx(drawn)
    below = np.mean([settings["lr"] < 1e-2 for settings, _ in results])
    assert 0.4 < below < 0.6  # half of a log-uniform law lies below the geometric mean


def test_a_score_that_is_nan_never_wins():
    scores = iter([np.nan, 1.0, np.nan])
    space, rng = {"lr": (0.1, 1.0)}, np.random.default_rng(0)
    best, results = dl.random_search(lambda _: next(scores), space, 3, rng)
    assert best is results[1][0] and [score for _, score in results] == [-np.inf, 1, -np.inf]
