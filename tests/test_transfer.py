"""Transfer learning; PyTorch's resizing is in test_torch_values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

sizes = st.integers(1, 9)


def parameters():
    rng = np.random.default_rng(0)
    shapes = {"body.W": (3, 4), "body.b": (4,), "head.W": (4, 5), "head.b": (5,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def test_features_are_what_the_last_layer_reads():
    layers = [lambda x: x + 1, lambda x: x * 10, lambda x: x * 0]
    np.testing.assert_array_equal(dl.extract_features(layers, np.ones(2)), [20, 20])
    np.testing.assert_array_equal(dl.extract_features(layers[:1], np.ones(2)), [1, 1])


def test_only_the_head_is_new():
    params = parameters()
    before = dict(params)
    new = dl.replace_head(params, 2, np.random.default_rng(1))
    assert new["head.W"].shape == (4, 2) and new["head.b"].tolist() == [0, 0]
    assert new["body.W"] is params["body.W"] and new["body.b"] is params["body.b"]
    assert params.keys() == before.keys() and all(params[n] is before[n] for n in before)


def test_frozen_parameters_stay_bit_for_bit_and_the_others_decay():
    params = parameters()
    grads = {name: np.ones_like(w) for name, w in params.items()}
    new = dl.frozen_step(params, grads, {"body.W", "body.b"}, lr=0.1, weight_decay=0.5)
    np.testing.assert_array_equal(new["body.W"], params["body.W"])
    expected = params["head.W"] - 0.1 * (1 + 0.5 * params["head.W"])
    np.testing.assert_allclose(new["head.W"], expected)


def test_resizing_by_hand():
    image = np.array([[[0.0, 4.0]]])
    np.testing.assert_array_equal(dl.resize_bilinear(image, 1, 4), [[[0, 1, 3, 4]]])
    np.testing.assert_array_equal(dl.resize_bilinear(image, 2, 1), [[[2], [2]]])


@given(sizes, sizes, sizes, sizes, st.integers(0, 99))
def test_laws_of_resizing(H, W, height, width, seed):
    images = np.random.default_rng(seed).normal(size=(2, H, W))
    resized = dl.resize_bilinear(images, height, width)
    assert resized.shape == (2, height, width)
    assert resized.min() >= images.min() - 1e-12 and resized.max() <= images.max() + 1e-12
    np.testing.assert_array_equal(dl.resize_bilinear(images, H, W), images)
    mirrored = dl.resize_bilinear(images[:, ::-1, ::-1], height, width)
    np.testing.assert_allclose(mirrored, resized[:, ::-1, ::-1], atol=1e-12)
    turned = dl.resize_bilinear(images.transpose(0, 2, 1), width, height)
    np.testing.assert_allclose(turned, resized.transpose(0, 2, 1), atol=1e-12)


def test_resizing_keeps_float32_and_turns_integers_into_floats():
    images = np.arange(4).reshape(1, 2, 2)
    assert dl.resize_bilinear(images.astype(np.float32), 3, 3).dtype == np.float32
    grey = dl.resize_bilinear(images.astype(np.uint8), 1, 1)
    assert grey.dtype == np.float32 and grey[0, 0, 0] == 1.5


def test_domain_gap_is_the_distance_of_means():
    a, b = np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([[4.0, 5.0]])
    assert dl.domain_gap(a, b) == 5.0
    with pytest.raises(ValueError, match=r"b must have shape \(M, D\) with D = 2"):
        dl.domain_gap(a, np.ones((3, 4)))


def test_autoencoder_loss_is_one_mean_per_sample():
    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    loss = dl.autoencoder_loss(x, lambda x: x[:, :1], lambda code: np.repeat(code, 2, axis=1))
    np.testing.assert_array_equal(loss, [0.5, 2.0])
    images = np.ones((3, 2, 2))
    assert dl.autoencoder_loss(images, lambda x: x, lambda x: 0 * x).tolist() == [1, 1, 1]
