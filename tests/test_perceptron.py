"""The neuron, the perceptron rule and its training (chapter 1)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlutils import (
    layer,
    neuron,
    perceptron_predict,
    perceptron_update,
    train_perceptron,
    xor_network,
)

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
seeds = st.integers(0, 10_000)


def separable(seed, samples=30, features=3):
    """Random samples with labels by a random hyperplane, those too near to it left out."""
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=features), rng.normal()
    x = rng.normal(size=(samples, features))
    z = x @ w + b
    kept = np.abs(z) > 0.1 * np.linalg.norm(w)
    return x[kept], (z[kept] > 0).astype(int), w, b


def test_neuron_by_hand():
    x = np.array([[1.0, 2.0], [-1.0, 0.0]])
    assert neuron(x, np.array([3.0, -1.0]), 0.5) == pytest.approx([1.5, -2.5])


@given(seeds)
def test_neuron_is_linear_in_its_inputs(seed):
    rng = np.random.default_rng(seed)
    x, y, w = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.normal(size=3)
    assert neuron(x + y, w, 0.7) == pytest.approx(neuron(x, w, 0.7) + neuron(y, w, 0.0))


def test_neuron_refuses_weights_that_do_not_fit():
    with pytest.raises(ValueError, match=r"neuron: w must have shape \(D,\) with D = 2, got"):
        neuron(np.ones((3, 2)), np.ones(3), 0.0)


def test_predict_is_0_on_the_boundary():
    x = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0]])
    answers = perceptron_predict(x, np.array([1.0, -1.0]), 0.0)
    assert answers.tolist() == [0, 1, 0]
    assert answers.dtype.kind == "i"


@given(seeds, st.floats(0.01, 100))
def test_scaling_weights_and_bias_changes_no_decision(seed, factor):
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=(20, 3)), rng.normal(size=3), rng.normal()
    assert np.array_equal(
        perceptron_predict(x, w, b), perceptron_predict(x, factor * w, factor * b)
    )


def test_update_by_hand():
    w, b = perceptron_update(np.array([1.0, -1.0]), 0.0, np.array([1.0, 2.0]), 1, 0.5)
    assert w == pytest.approx([1.5, 0.0])
    assert b == pytest.approx(0.5)


@given(seeds, st.integers(0, 1), st.floats(0.01, 10))
def test_update_moves_the_sum_towards_the_label_by_the_stated_amount(seed, y, lr):
    rng = np.random.default_rng(seed)
    w, b, x = rng.normal(size=4), rng.normal(), rng.normal(size=4)
    before = x @ w + b
    kept = w.copy()
    new_w, new_b = perceptron_update(w, b, x, y, lr)
    error = y - int(before > 0)
    assert x @ new_w + new_b - before == pytest.approx(lr * error * (x @ x + 1), abs=1e-9)
    assert np.array_equal(w, kept)


def test_training_on_and_by_hand():
    w, b, errors = train_perceptron(
        CORNERS, np.array([0, 0, 0, 1]), 20, 1.0, np.random.default_rng(0)
    )
    assert w.tolist() == [1, 1]
    assert b == -1
    assert errors == [1, 2, 2, 2, 0]


@settings(deadline=None)  # training takes longer on some samples than on others
@given(seeds)
def test_separable_samples_are_learnt_within_novikoffs_bound(seed):
    x, y, w, b = separable(seed)
    if len(x) == 0:
        return
    extended = np.column_stack([x, np.ones(len(x))])
    u = np.append(w, b) / np.linalg.norm(np.append(w, b))
    margin, radius = np.min(np.abs(extended @ u)), np.max(np.linalg.norm(extended, axis=1))
    bound = (radius / margin) ** 2
    learnt_w, learnt_b, errors = train_perceptron(
        x, y, int(bound) + 2, 0.3, np.random.default_rng(seed)
    )
    assert errors[-1] == 0
    assert sum(errors) <= bound
    assert np.array_equal(perceptron_predict(x, learnt_w, learnt_b), y)


def test_the_learning_rate_only_scales_the_weights():
    x, y, _, _ = separable(3)
    w, b, errors = train_perceptron(x, y, 50, 1.0, np.random.default_rng(1))
    w_small, b_small, errors_small = train_perceptron(x, y, 50, 0.25, np.random.default_rng(1))
    assert errors_small == errors
    assert w_small == pytest.approx(w / 4)
    assert b_small == pytest.approx(b / 4)


def test_training_draws_one_permutation_per_epoch():
    x, y = np.array([[1.0], [2.0], [3.0]]), np.array([1, 0, 1])
    rng, other = np.random.default_rng(5), np.random.default_rng(5)
    _, _, errors = train_perceptron(x, y, 7, 1.0, rng)
    for _ in errors:
        other.permutation(3)
    assert len(errors) == 7
    assert rng.random() == other.random()


def test_xor_is_never_learnt_by_one_neuron():
    _, _, errors = train_perceptron(
        CORNERS, np.array([0, 1, 1, 0]), 300, 1.0, np.random.default_rng(2)
    )
    assert len(errors) == 300
    assert min(errors) > 0


def test_xor_network_computes_xor():
    W1, b1, W2, b2 = xor_network()
    hidden = (layer(CORNERS, W1, b1) > 0).astype(int)
    assert (layer(hidden, W2, b2) > 0).astype(int).ravel().tolist() == [0, 1, 1, 0]


@given(seeds)
def test_a_layer_is_its_neurons_side_by_side(seed):
    rng = np.random.default_rng(seed)
    x, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    columns = [neuron(x, W[:, m], b[m]) for m in range(2)]
    assert layer(x, W, b) == pytest.approx(np.stack(columns, axis=1))


def test_layer_keeps_single_precision():
    x, W, b = np.ones((2, 3), np.float32), np.ones((3, 4), np.float32), np.ones(4, np.float32)
    assert layer(x, W, b).dtype == np.float32
