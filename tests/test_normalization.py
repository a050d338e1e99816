"""Layer, batch, spatial and group norm; folding; the fast form and the layers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

SEEDS = st.integers(0, 99)


def inputs(shape, n, seed=0):
    """x, gamma, beta, running for n features or channels."""
    rng = np.random.default_rng(seed)
    x, gamma, beta = rng.normal(1, 2, size=shape), rng.normal(size=n), rng.normal(size=n)
    return x, gamma, beta, (rng.normal(size=n), rng.uniform(0.5, 2, size=n))


@given(SEEDS, st.floats(0.5, 20), st.floats(-5, 5))
def test_layer_norm_does_not_see_scale_and_shift(seed, scale, shift):
    x, gamma, beta, _ = inputs((3, 2, 6), 6, seed)
    y, _ = dl.layer_norm_forward(x, gamma, beta, eps=0)
    other, _ = dl.layer_norm_forward(scale * x + shift, gamma, beta, eps=0)
    np.testing.assert_allclose(other, y, atol=1e-9)


def test_layer_norm_makes_mean_0_and_variance_1_per_token():
    x, *_ = inputs((3, 2, 6), 6)
    y, _ = dl.layer_norm_forward(x, np.ones(6), np.zeros(6))
    np.testing.assert_allclose(y.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=-1), 1, atol=1e-4)


@pytest.mark.parametrize("forward", [dl.batch_norm_forward, dl.batch_norm_forward_fast])
def test_batch_norm_in_training(forward):
    x, gamma, beta, running = inputs((7, 3), 3)
    y, (mean, var), _ = forward(x, gamma, beta, running, 0.8, 0.1, True)
    scaled = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.1)
    np.testing.assert_allclose(y, gamma * scaled + beta)
    np.testing.assert_allclose(mean, 0.8 * running[0] + 0.2 * x.mean(axis=0))
    np.testing.assert_allclose(var, 0.8 * running[1] + 0.2 * x.var(axis=0))  # biased


@pytest.mark.parametrize("forward", [dl.batch_norm_forward, dl.batch_norm_forward_fast])
def test_batch_norm_in_prediction_treats_every_sample_by_itself(forward):
    x, gamma, beta, running = inputs((7, 3), 3)
    y, kept, _ = forward(x, gamma, beta, running, 0.8, 0.1, False)
    alone, _, _ = forward(x[2:3], gamma, beta, running, 0.8, 0.1, False)
    np.testing.assert_allclose(alone, y[2:3])
    np.testing.assert_array_equal(kept, running)


@given(SEEDS, st.booleans(), st.booleans())
def test_the_fast_form_equals_the_readable_ones(seed, train, images):
    shape = (3, 2, 2, 4) if images else (4, 2)
    x, gamma, beta, running = inputs(shape, 2, seed)
    forward = dl.spatial_batch_norm_forward if images else dl.batch_norm_forward
    backward = dl.spatial_batch_norm_backward if images else dl.batch_norm_backward
    y, new, cache = forward(x, gamma, beta, running, 0.9, 1e-5, train)
    dy = np.random.default_rng(1).normal(size=shape)
    for layout in (np.ascontiguousarray, np.asfortranarray):
        fast, fast_new, fast_cache = dl.batch_norm_forward_fast(
            layout(x), gamma, beta, running, 0.9, 1e-5, train
        )
        np.testing.assert_allclose(fast, y, atol=1e-12)
        np.testing.assert_allclose(fast_new, new, atol=1e-12)
        gradients = dl.batch_norm_backward_fast(layout(dy), fast_cache)
        for gradient, expected in zip(gradients, backward(dy, cache), strict=True):
            np.testing.assert_allclose(gradient, expected, atol=1e-9)


def test_spatial_batch_norm_is_per_channel_over_images_and_pixels():
    x, gamma, beta, running = inputs((4, 3, 5, 2), 3)
    y, _, _ = dl.spatial_batch_norm_forward(x, gamma, beta, running, 0.9, 1e-9, True)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), beta, atol=1e-9)
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), np.abs(gamma), atol=1e-6)


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("shape", [(1, 3), (4, 3), (1, 3, 1, 1), (2, 3, 2, 2)])
def test_constant_features_stay_finite_and_inputs_unchanged(shape, train):
    _, gamma, beta, running = inputs(shape, 3)
    x = np.full(shape, 1e4 / 3, np.float32)
    case = x, gamma.astype("f"), beta.astype("f"), *(r.astype("f") for r in running)
    before = [array.copy() for array in case]
    for forward, backward in [
        (dl.batch_norm_forward_fast, dl.batch_norm_backward_fast),
        (dl.batch_norm_forward, dl.batch_norm_backward)
        if len(shape) == 2
        else (dl.spatial_batch_norm_forward, dl.spatial_batch_norm_backward),
    ]:
        y, _, cache = forward(*case[:3], case[3:], 0.9, 1e-5, train)
        dy = np.ones_like(y)
        gradients = backward(dy, cache)
        assert np.isfinite(y).all()
        assert all(np.isfinite(d).all() for d in gradients)
        assert {a.dtype for a in (y, *gradients)} == {np.dtype(np.float32)}
        assert np.all(dy == 1)
    for array, kept in zip(case, before, strict=True):
        np.testing.assert_array_equal(array, kept)


def test_group_norm_between_its_extremes():
    """One group is layer norm over the image, a group per channel is one image's batch norm."""
    x, *_ = inputs((2, 4, 3, 2), 4)
    ones, zeros = np.ones(4), np.zeros(4)
    y, _ = dl.group_norm_forward(x, ones, zeros, 1, 1e-5)
    whole, _ = dl.layer_norm_forward(x.reshape(2, -1), np.ones(24), np.zeros(24))
    np.testing.assert_allclose(y.reshape(2, -1), whole)
    y, _ = dl.group_norm_forward(x[:1], ones, zeros, 4, 1e-5)
    alone, _, _ = dl.spatial_batch_norm_forward(x[:1], ones, zeros, (zeros, ones), 0.9, 1e-5, True)
    np.testing.assert_allclose(y, alone)


def test_groups_must_divide_the_channels():
    x, gamma, beta, _ = inputs((2, 4, 3, 2), 4)
    with pytest.raises(ValueError, match="groups must divide C = 4, got 3"):
        dl.group_norm_forward(x, gamma, beta, 3, 1e-5)


@given(SEEDS)
def test_a_folded_norm_predicts_the_same(seed):
    x, gamma, beta, running = inputs((5, 3), 4, seed)
    rng = np.random.default_rng(seed)
    W, b = rng.normal(size=(3, 4)), rng.normal(size=4)
    y, _, _ = dl.batch_norm_forward(x @ W + b, gamma, beta, running, 0.9, 1e-5, False)
    folded_W, folded_b = dl.fold_batch_norm(W, b, gamma, beta, running, 1e-5)
    np.testing.assert_allclose(x @ folded_W + folded_b, y, atol=1e-10)


def test_the_layer_learns_running_statistics_only_in_training():
    layer, rng = dl.BatchNorm(2, dtype=np.float64), np.random.default_rng(0)
    for _ in range(200):
        layer(rng.normal([5.0, -3.0], [1.0, 2.0], size=(64, 2)))
    np.testing.assert_allclose(layer.running_mean, [5, -3], atol=0.3)
    np.testing.assert_allclose(layer.running_var, [1, 4], atol=0.6)
    layer.eval()
    kept = layer.running_mean.copy()
    layer(np.zeros((3, 2)))
    np.testing.assert_array_equal(layer.running_mean, kept)


def test_the_layer_refuses_another_number_of_features():
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, ...\) with C = 3"):
        dl.BatchNorm(3)(np.zeros((2, 4)))


def test_the_layer_keeps_its_running_arrays_and_their_dtype():
    layer = dl.BatchNorm(3)
    held = layer.named_buffers()
    layer(np.random.default_rng(0).normal(1, 2, size=(8, 3)))  # float64
    assert layer.running_mean is held["running_mean"] and held["running_mean"].all()
    layer.eval()
    assert layer(np.ones((2, 3), np.float32)).dtype == np.float32


@pytest.mark.parametrize("make", [dl.BatchNorm, dl.LayerNorm])
def test_eps_of_numpys_does_not_promote(make):
    layer = make(3, eps=np.float64(1e-5))
    assert layer(np.ones((2, 3), np.float32)).dtype == np.float32
