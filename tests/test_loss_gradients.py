"""Losses with gradients: by differences, at extremes. PyTorch's values: test_torch_values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

LOSSES = {
    "mse": (dl.mse_and_gradient, (4, 3), lambda rng: rng.normal(size=(4, 3))),
    "binary": (dl.binary_cross_entropy_and_gradient, (5,), lambda rng: rng.integers(2, size=5)),
    "one output": (
        dl.binary_cross_entropy_and_gradient,
        (5, 1),
        lambda rng: rng.integers(2, size=5),
    ),
    "cross": (dl.cross_entropy_and_gradient, (5, 4), lambda rng: rng.integers(4, size=5)),
}


@pytest.mark.parametrize("name", LOSSES)
@given(seed=st.integers(0, 9999))
def test_gradients_equal_differences(name, seed):
    loss, shape, make_target = LOSSES[name]
    rng = np.random.default_rng(seed)
    prediction, target = rng.normal(size=shape), make_target(rng)
    _, gradient = loss(prediction, target)
    numeric = dl.numerical_gradient(lambda p: loss(p, target)[0], prediction)
    np.testing.assert_allclose(gradient, numeric, atol=1e-8)


@pytest.mark.parametrize("name", LOSSES)
def test_a_step_against_the_gradient_lowers_the_loss(name):
    loss, shape, make_target = LOSSES[name]
    rng = np.random.default_rng(0)
    prediction, target = rng.normal(size=shape), make_target(rng)
    before, gradient = loss(prediction, target)
    assert loss(prediction - 0.1 * gradient, target)[0] < before


def test_extreme_logits_give_finite_values_and_gradients():
    logits = np.array([[1000.0, -1000, 0], [-1000, 1000, 0]])
    for labels, expected in (([0, 1], 0.0), ([1, 0], 2000.0)):
        loss, gradient = dl.cross_entropy_and_gradient(logits, np.array(labels))
        assert loss == expected and np.all(np.isfinite(gradient))
    loss, gradient = dl.binary_cross_entropy_and_gradient(logits[0], np.array([0, 1, 0]))
    assert loss == pytest.approx((2000 + np.log(2)) / 3) and np.all(np.isfinite(gradient))


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match="mse_loss_backward: target must have shape"):
        dl.mse_loss_backward(np.ones((3, 1)), np.ones(3))
    with pytest.raises(ValueError, match="target must have shape"):
        dl.binary_cross_entropy_and_gradient(np.ones((3, 1)), np.ones((3, 1)))


@pytest.mark.parametrize(
    ("loss", "target"),
    [
        (dl.mse_and_gradient, np.zeros(3)),
        (dl.binary_cross_entropy_and_gradient, np.array([0, 1, 1])),
        (dl.cross_entropy_and_gradient, np.array([0, 1, 1])),
    ],
)
def test_gradients_have_the_dtype_of_the_prediction(loss, target):
    shape = (3, 2) if loss is dl.cross_entropy_and_gradient else 3
    assert loss(np.zeros(shape, np.float32), target)[1].dtype == np.float32


def test_predictions_of_ints_keep_what_stands_behind_the_point():
    gradient = dl.mse_loss_backward(np.array([1, 2]), np.array([0.5, 2.5]))
    np.testing.assert_allclose(gradient, [0.5, -0.5])
