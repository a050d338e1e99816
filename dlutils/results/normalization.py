"""Chapter 12: ten layers at five learning rates, and batch norm against layer norm by batch size.

Fashion-MNIST: 4,000 images train, 1,000 validate (and choose learning rates), 1,000 test.
"""

import numpy as np

from dlutils import datasets
from dlutils.containers import Sequential
from dlutils.initializers import he_init
from dlutils.layers import Linear, ReLU
from dlutils.loss_gradients import cross_entropy_and_gradient
from dlutils.metrics import accuracy
from dlutils.models import predict
from dlutils.normalization_layers import BatchNorm, LayerNorm
from dlutils.optimizer_classes import SGD
from dlutils.training import minibatches

SEEDS = range(3)
LEARNING_RATES = [0.001, 0.01, 0.1, 1, 10]
BATCH_SIZES = [2, 4, 8, 16, 64]
CHOICES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
NORMS = {"batch norm": BatchNorm, "layer norm": LayerNorm}


def compute():
    data = _data()
    return {
        "learning_rates": LEARNING_RATES,
        "deep": {
            name: [
                [_run(_network(9, *parts), lr, 50, 4, seed, data)[0] for seed in SEEDS]
                for lr in LEARNING_RATES
            ]
            for name, parts in DEEP.items()
        },
        "held": [_held(seed, data) for seed in SEEDS],
        "batch_sizes": BATCH_SIZES,
        "small": {
            name: [_best(_network(3, he_init, norm), size, data) for size in BATCH_SIZES]
            for name, norm in NORMS.items()
        },
        "growth": {
            name: [_growth(norm, seed, data) for seed in SEEDS] for name, norm in NORMS.items()
        },
    }


def tiny_init(n_in, n_out, rng):
    return rng.normal(0, 0.01, (n_in, n_out))


DEEP = {
    "batch norm, std 0.01": (tiny_init, BatchNorm),
    "batch norm, He": (he_init, BatchNorm),
    "no norm, He": (he_init, None),
    "no norm, std 0.01": (tiny_init, None),
}


def _data():
    fashion = datasets.fashion()
    mean, std = fashion.x_train.mean(), fashion.x_train.std()
    x, x_test = ((part.reshape(-1, 784) - mean) / std for part in (fashion.x_train, fashion.x_test))
    y = fashion.y_train
    return (x[:4000], y[:4000]), (x[4000:], y[4000:]), (x_test, fashion.y_test)


def _network(hidden, init, norm):
    """A function of rng: `hidden` layers of 64 units, each normed (or not), and 10 outputs."""

    def make(rng):
        layers, n_in = [], 784
        for _ in range(hidden):
            layers += [Linear(n_in, 64, rng, init=init), *([norm(64)] if norm else []), ReLU()]
            n_in = 64
        return Sequential(*layers, Linear(64, 10, rng, init=init))

    return make


def _best(make, size, data):
    """The rate that one more seed finds best in validation, and the test accuracy by seed.

    And what is left if prediction uses other statistics than the running ones: `recomputed`, those
    of all training images; `batches`, those of test batches of the same size.
    """
    found = [_run(make, lr, size, 2, 100, data)[0] for lr in CHOICES]
    lr, (train, _, (x, y)) = CHOICES[int(np.argmax(found))], data
    best = {"lr": lr, "validation": found, "accuracy": [], "recomputed": [], "batches": []}
    for seed in SEEDS:
        model = _trained(make, lr, size, 2, seed, data)
        best["accuracy"].append(_score(predict(model, x), y))
        model.train()
        logits = [model(x[start : start + size]) for start in range(0, len(x), size)]
        best["batches"].append(_score(np.concatenate(logits), y))
        for layer in model:
            if isinstance(layer, BatchNorm):
                layer.momentum = 0
        model(train[0])
        best["recomputed"].append(_score(predict(model, x), y))
    return best


def _growth(norm, seed, data):
    """How many times as long the first weights are after an epoch of batches of two, rate 0.003."""
    rng, (train, *_) = np.random.default_rng(seed), data
    model = _network(3, he_init, norm)(rng)
    first, *_ = model
    before, optimizer = np.linalg.norm(first.W), SGD(model, 0.003)
    for x, y in minibatches(*train, 2, rng):
        model.backward_params(cross_entropy_and_gradient(model(x), y)[1])
        optimizer.step()
    return round(float(np.linalg.norm(first.W) / before), 2)


def _run(make, lr, batch_size, epochs, seed, data):
    """Validation and test accuracy after plain steps of one learning rate."""
    model = _trained(make, lr, batch_size, epochs, seed, data)
    with np.errstate(all="ignore"):
        return [_score(predict(model, x), y) for x, y in data[1:]]


def _held(seed, data):
    """Validation accuracy of ten layers with batch norm at rate 10, the last of them at 0.1."""
    rng, (train, (x_val, y_val), _) = np.random.default_rng(seed), data
    model = _network(9, *DEEP["batch norm, std 0.01"])(rng)
    *hidden, last = model
    optimizers = SGD(Sequential(*hidden), 10), SGD(last, 0.1)
    for _ in range(4):
        for x, y in minibatches(*train, 50, rng):
            model.backward_params(cross_entropy_and_gradient(model(x), y)[1])
            for optimizer in optimizers:
                optimizer.step()
    return _score(predict(model, x_val), y_val)


def _trained(make, lr, batch_size, epochs, seed, data):
    rng, (train, *_) = np.random.default_rng(seed), data
    model = make(rng)
    optimizer = SGD(model, lr)
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for x, y in minibatches(*train, batch_size, rng):
                model.backward_params(cross_entropy_and_gradient(model(x), y)[1])
                optimizer.step()
    return model


def _score(logits, labels):
    return round(float(accuracy(np.nan_to_num(logits), labels)), 4)
