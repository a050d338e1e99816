"""The optimisers for models: equal to the pure steps, on one buffer, with clipping."""

import numpy as np
import pytest

import dlutils as dl
from dlutils import optimizer_base

PAIRS = {
    "SGD": (dl.SGD, lambda w, dw, state, lr: (dl.sgd_step(w, dw, lr), None), {}),
    "Momentum": (dl.Momentum, dl.momentum_step, {"momentum": 0.6}),
    "Nesterov": (dl.Nesterov, dl.nesterov_step, {"momentum": 0.6}),
    "AdaGrad": (dl.AdaGrad, dl.adagrad_step, {"eps": 1e-3}),
    "RMSProp": (dl.RMSProp, dl.rmsprop_step, {"decay": 0.7, "eps": 1e-3}),
    "Adam": (dl.Adam, dl.adam_step, {"beta1": 0.6, "beta2": 0.8, "eps": 1e-3}),
    "AdamW": (dl.AdamW, dl.adamw_step, {"beta1": 0.6, "eps": 1e-3, "weight_decay": 0.2}),
}


def network(dtype=np.float64):
    rng = np.random.default_rng(0)
    return dl.Sequential(
        dl.Linear(4, 6, rng, dtype=dtype), dl.ReLU(), dl.Linear(6, 3, rng, dtype=dtype)
    )


def with_gradients(model, rng):
    """Random gradients in all layers, as a backward pass would leave them."""
    for _, layer in model.walk():
        for name in layer.params:
            W = getattr(layer, name)
            setattr(layer, f"d{name}", rng.normal(size=W.shape).astype(W.dtype))


@pytest.mark.parametrize("small", [1_000_000, 5], ids=["gradients joined", "one by one"])
@pytest.mark.parametrize("block", [1_000_000, 5], ids=["one block", "two threads"])
@pytest.mark.parametrize("name", PAIRS)
def test_several_steps_equal_the_pure_steps(name, block, small, monkeypatch):
    monkeypatch.setattr(optimizer_base, "BLOCK", block)
    monkeypatch.setattr(optimizer_base, "SMALL", small)
    make, step, settings = PAIRS[name]
    model, rng = network(), np.random.default_rng(1)
    expected = {key: w.copy() for key, w in model.named_parameters().items()}
    states = dict.fromkeys(expected)
    optimizer = make(model, lr=0.1, **settings)
    for lr in (0.1, 0.1, 0.05, 0.2):  # schedules change lr between steps
        with_gradients(model, rng)
        optimizer.lr = lr
        for key, dw in model.named_gradients().items():
            expected[key], states[key] = step(expected[key], dw, states[key], lr, **settings)
        optimizer.step()
    for key, w in model.named_parameters().items():
        np.testing.assert_allclose(w, expected[key], rtol=1e-12, atol=1e-14, err_msg=key)


@pytest.mark.parametrize("name", PAIRS)
def test_parameters_keep_values_shapes_and_dtype_and_share_one_buffer(name):
    model = network(np.float32)
    before = {key: w.copy() for key, w in model.named_parameters().items()}
    optimizer = PAIRS[name][0](model, lr=0.1)
    for key, w in model.named_parameters().items():
        assert w.base is optimizer.w and w.dtype == np.float32
        np.testing.assert_array_equal(w, before[key])
    with_gradients(model, np.random.default_rng(0))
    gradients = {key: dw.copy() for key, dw in model.named_gradients().items()}
    optimizer.step()
    for key, w in model.named_parameters().items():
        assert w.dtype == np.float32 and np.all(w != before[key])
        np.testing.assert_array_equal(model.named_gradients()[key], gradients[key])


def test_max_norm_clips_all_gradients_together():
    clipped, plain = network(), network()
    optimizers = dl.SGD(clipped, lr=1.0, max_norm=0.5), dl.SGD(plain, lr=1.0)
    with_gradients(clipped, np.random.default_rng(2))
    gradients = clipped.named_gradients()
    short = dl.clip_by_norm(list(gradients.values()), 0.5)
    for layer, name in optimizers[1].places:
        setattr(layer, f"d{name}", short.pop(0))
    for optimizer in optimizers:
        optimizer.step()
    for key, w in clipped.named_parameters().items():
        np.testing.assert_allclose(w, plain.named_parameters()[key], rtol=1e-12)


def test_part_of_a_model_can_be_trained():
    model = network()
    frozen = model.layers[0].W.copy()
    optimizer = dl.Adam(model.layers[2])
    with_gradients(model, np.random.default_rng(0))
    optimizer.step()
    np.testing.assert_array_equal(model.layers[0].W, frozen)


def test_models_without_or_with_mixed_parameters_are_refused():
    with pytest.raises(ValueError, match="SGD: model must have one dtype, got no parameters"):
        dl.SGD(dl.ReLU(), lr=0.1)
    rng = np.random.default_rng(0)
    mixed = dl.Sequential(dl.Linear(2, 2, rng), dl.Linear(2, 2, rng, dtype=np.float64))
    with pytest.raises(ValueError, match="Adam: model must have one dtype, got float32, float64"):
        dl.Adam(mixed)


def test_a_step_before_backward_says_what_is_missing():
    with pytest.raises(AttributeError, match=r"Linear has no dW: .* backward the gradients"):
        dl.Adam(network()).step()
