"""Sequential and TimeDistributed, and what all layers have from Layer."""

import numpy as np
import pytest

import dlutils as dl


def rng():
    return np.random.default_rng(0)


def test_parameters_and_gradients_are_named_by_their_place():
    inner = dl.Sequential(dl.ReLU(), dl.Linear(4, 2, rng()))
    model = dl.Sequential(dl.Linear(3, 4, rng()), inner)
    assert list(model.named_parameters()) == ["0.W", "0.b", "1.1.W", "1.1.b"]
    assert model.named_parameters()["1.1.W"] is inner.layers[1].W
    model.backward(model(np.ones((2, 3))))
    assert model.named_gradients()["0.b"] is model.layers[0].db
    assert [type(layer).__name__ for layer in model] == ["Linear", "Sequential"]


def test_modes_reach_every_layer():
    model = dl.Sequential(dl.TimeDistributed(dl.Dropout(0.5, rng())), dl.BatchNorm(2))
    model.eval()
    assert not any(layer.training for _, layer in model.walk())
    model.train()
    assert all(layer.training for _, layer in model.walk())
    assert list(model.named_buffers()) == ["1.running_mean", "1.running_var"]


def test_one_layer_in_two_places_is_refused():
    relu = dl.ReLU()
    with pytest.raises(ValueError, match="Sequential: layers must be different objects"):
        dl.Sequential(relu, dl.Linear(2, 2, rng()), relu)


def test_time_distributed_equals_the_layer_at_every_step():
    layer = dl.Linear(3, 2, rng())
    x = rng().normal(size=(4, 5, 3))
    y = dl.TimeDistributed(layer)(x)
    for t in range(5):
        np.testing.assert_allclose(y[:, t], layer(x[:, t]), rtol=1e-12)


def test_wrong_order_of_calls_and_wrong_shapes_are_explained():
    layer = dl.Linear(3, 2, rng())
    with pytest.raises(AttributeError, match="Linear has no cache: forward makes the cache"):
        layer.backward(np.ones((1, 2)))
    with pytest.raises(ValueError, match=r"W must have shape \(D, M\) with D = 4, got shape \(3"):
        layer(np.ones((1, 4)))
    with pytest.raises(NotImplementedError):
        dl.Layer()(1)


def test_layers_show_their_parameters():
    assert repr(dl.Linear(3, 2, rng())) == "Linear(W (3, 2), b (2,))"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float32_parameters_give_outputs_the_dtype_of_inputs(dtype):
    model = dl.Sequential(dl.Linear(3, 4, rng()), dl.Sigmoid(), dl.Linear(4, 2, rng()))
    assert model(np.ones((2, 3), dtype)).dtype == dtype


def test_a_sequence_shows_its_layers():
    model = dl.Sequential(dl.Linear(3, 4, rng()), dl.ReLU())
    assert repr(model) == "Sequential(Linear(W (3, 4), b (4,)), ReLU())"
