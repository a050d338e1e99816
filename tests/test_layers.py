"""Every layer: gradients by differences, dtype, inputs left alone; and what layers share.

A new layer is added to LAYERS with an input; everything below then runs for it.
"""

import numpy as np
import pytest

import dlutils as dl


def normal(*shape):
    """An input of normal numbers; rounded away from 0, where a ReLU has no derivative."""
    x = np.random.default_rng(0).normal(size=shape)
    return x + 0.05 * np.sign(x)


# name: (rng, dtype) -> layer, and its input
LAYERS = {
    "Linear": (lambda rng, dtype: dl.Linear(3, 4, rng, dtype=dtype), normal(5, 3)),
    "ReLU": (lambda rng, dtype: dl.ReLU(), normal(2, 3, 2)),
    "Sigmoid": (lambda rng, dtype: dl.Sigmoid(), normal(4, 3)),
    "Tanh": (lambda rng, dtype: dl.Tanh(), normal(4, 3)),
    "Flatten": (lambda rng, dtype: dl.Flatten(), normal(2, 3, 2, 2)),
    "TimeDistributed": (
        lambda rng, dtype: dl.TimeDistributed(dl.Linear(3, 2, rng, dtype=dtype)),
        normal(2, 4, 3),
    ),
    "Sequential": (
        lambda rng, dtype: dl.Sequential(
            dl.Linear(3, 6, rng, dtype=dtype), dl.Tanh(), dl.Linear(6, 2, rng, dtype=dtype)
        ),
        normal(4, 3),
    ),
    "Conv2d": (
        lambda rng, dtype: dl.Conv2d(2, 3, (2, 3), rng, stride=2, pad=1, dtype=dtype),
        normal(2, 2, 5, 4),
    ),
    "MaxPool2d": (lambda rng, dtype: dl.MaxPool2d(2), normal(2, 2, 5, 4)),
    "MaxPool2d, overlapping": (lambda rng, dtype: dl.MaxPool2d(3, stride=2), normal(2, 2, 5, 7)),
    "GlobalAveragePool": (lambda rng, dtype: dl.GlobalAveragePool(), normal(2, 3, 2, 4)),
    "Embedding": (
        lambda rng, dtype: dl.Embedding(5, 3, rng, dtype=dtype),
        np.array([[0, 2, 2], [4, 0, 2]]),
    ),
    "RNN": (lambda rng, dtype: dl.RNN(3, 4, rng, dtype=dtype), normal(2, 5, 3)),
    "LSTM": (lambda rng, dtype: dl.LSTM(3, 4, rng, dtype=dtype), normal(2, 5, 3)),
    "GRU": (lambda rng, dtype: dl.GRU(3, 4, rng, dtype=dtype), normal(2, 5, 3)),
    "MultiHeadAttention": (
        lambda rng, dtype: dl.MultiHeadAttention(6, 2, rng, dl.causal_mask, dtype=dtype),
        normal(2, 4, 6),
    ),
    "TransformerBlock": (
        lambda rng, dtype: dl.TransformerBlock(6, 3, 5, rng, dl.causal_mask, dtype=dtype),
        normal(2, 4, 6),
    ),
    "Dropout": (lambda rng, dtype: dl.Dropout(0.4, rng), normal(4, 3)),
    "BatchNorm": (lambda rng, dtype: dl.BatchNorm(3, dtype=dtype), normal(5, 3)),
    "BatchNorm, images": (lambda rng, dtype: dl.BatchNorm(3, dtype=dtype), normal(2, 3, 2, 4)),
    "LayerNorm": (lambda rng, dtype: dl.LayerNorm(5, dtype=dtype), normal(2, 3, 5)),
}


def made(name, dtype=np.float64):
    """A layer from a fresh generator and its input; integers, such as ids, keep their dtype."""
    factory, x = LAYERS[name]
    return factory(np.random.default_rng(1), dtype), x.astype(dtype) if x.dtype.kind == "f" else x


def everything(layer, x):
    """The layer's y, dx, and gradients, for dy = 1 + y, as one list of arrays."""
    y = layer(x)
    return [y, layer.backward(1 + y), *layer.named_gradients().values()]


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_equal_differences(name):
    layer, x = made(name)
    assert dl.gradcheck(layer, x) < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_dtype_in_is_dtype_out(name, dtype):
    layer, x = made(name, dtype)
    arrays = [a for a in everything(layer, x) if a is not None]
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}


@pytest.mark.parametrize("name", LAYERS)
def test_inputs_and_parameters_stay_as_they_are(name):
    layer, x = made(name)
    before = x.copy(), {key: W.copy() for key, W in layer.named_parameters().items()}
    y = layer(x)
    dy = 1 + y
    layer.backward(dy)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(dy, 1 + y)
    for key, W in layer.named_parameters().items():
        np.testing.assert_array_equal(W, before[1][key])


@pytest.mark.parametrize("name", LAYERS)
def test_backward_params_leaves_the_same_gradients(name):
    layer, x = made(name)
    _, _, *gradients = everything(layer, x)
    layer, x = made(name)
    layer.backward_params(1 + layer(x))
    for gradient, expected in zip(layer.named_gradients().values(), gradients, strict=True):
        np.testing.assert_array_equal(gradient, expected)
