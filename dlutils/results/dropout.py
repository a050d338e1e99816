"""Chapter 11: networks with and without dropout on MNIST, narrow and wide, on few and many images.

Networks of 784 inputs, two hidden layers of ReLUs and 10 outputs, trained in minibatches of 50. A
seed draws the images (from the first 6,000 of the training images), the weights, the order and the
masks. The last 2,000 training images validate; the test images serve only for what was chosen by
them.
"""

from itertools import pairwise

import numpy as np

import dlutils as dl
from dlutils import datasets

FEW, MANY = 500, 6000
NARROW, WIDE = 32, 256
STEPS = {FEW: 1000, MANY: 2000}
SEEDS = {FEW: range(5), MANY: range(3)}
RATES = {FEW: (0, 0.2, 0.4, 0.5, 0.6, 0.8), MANY: (0, 0.2, 0.5, 0.8)}
CHOSEN = (0.2, 0.5, 0.5)  # dropped of the pixels and of the two hidden layers
LEARNING_RATES, LIMIT = (0.1, 0.3, 0.6), 2.0


def compute():
    """Accuracies and losses as plain data, a list over seeds for each setting."""
    data = datasets.mnist()
    settings = [(units, images) for images in (FEW, MANY) for units in (NARROW, WIDE)]
    return {
        "rates": [
            {
                "units": units,
                "images": images,
                "p": list(RATES[images]),
                "runs": [
                    [_run(data, seed, (0, p, p), units, images) for seed in SEEDS[images]]
                    for p in RATES[images]
                ],
            }
            for units, images in settings
        ],
        "max_norm": [
            {
                "lr": lr,
                "limit": limit,
                "runs": [_limited(data, seed, lr, limit) for seed in SEEDS[FEW]],
            }
            for limit in (None, LIMIT)
            for lr in LEARNING_RATES
        ],
    }


def _run(data, seed, drop, units=WIDE, images=FEW):
    """Train one network and measure it on its own, the validation and the test images."""
    return _train(data, seed, drop, units, images)[0]


def _limited(data, seed, lr, limit):
    """The same for the chosen rates, and the share of columns that end longer than LIMIT, or at it.

    Where there is a limit, a column at it was shortened in the last step.
    """
    found, params = _train(data, seed, CHOSEN, WIDE, FEW, lr, limit)
    lengths = np.concatenate([np.linalg.norm(W, axis=0) for W, _ in params])
    return found | {"long": round(float(np.mean(lengths >= 0.9999 * LIMIT)), 4)}


def _train(data, seed, drop, units, images, lr=0.1, limit=None):
    """Accuracies and losses of one network, and its layers."""
    rng = np.random.default_rng(seed)
    pixels, labels = data.x_train.reshape(-1, 784), data.y_train
    rows = rng.permutation(MANY)[:images]
    x, y = pixels[rows], labels[rows]
    params, order = first_params((784, units, units, 10), rng), []
    with np.errstate(all="ignore"):
        for _ in range(STEPS[images]):
            if len(order) == 0:
                order = rng.permutation(images)
            chosen, order = order[:50], order[50:]
            params = step(params, gradients(params, x[chosen], y[chosen], drop, rng), lr, limit)
        found = {
            "train": _scores(params, x, y),
            "validation": _scores(params, pixels[MANY:], labels[MANY:]),
            "test": _scores(params, data.x_test.reshape(-1, 784), data.y_test),
        }
    return found, params


def first_params(sizes, rng):
    """Layers [(W, b), ...] in float32: normal weights of variance 2 / inputs, biases 0."""
    return [
        (rng.normal(0, np.sqrt(2 / d), (d, m)).astype(np.float32), np.zeros(m, np.float32))
        for d, m in pairwise(sizes)
    ]


def gradients(params, x, labels, drop, rng):
    """Gradients of the loss, the input of layer i being dropped with probability drop[i]."""
    inputs, caches = [], []
    for number, ((W, b), p) in enumerate(zip(params, drop, strict=True)):
        inputs.append(dl.relu(x) if number else x)
        kept, mask = dl.dropout_forward(inputs[-1], p, rng, p > 0)
        x, linear = dl.linear_forward(kept, W, b)
        caches.append((mask, linear))
    dy, grads = dl.cross_entropy_backward(x, labels), []
    for a, (mask, linear) in zip(reversed(inputs), reversed(caches), strict=True):
        dx, dW, db = dl.linear_backward(dy, linear)
        dy = dl.dropout_backward(dx, mask) * (a > 0)
        grads.append((dW, db))
    return grads[::-1]


def step(params, grads, lr, limit=None):
    """One step of gradient descent, after which columns longer than limit are shortened."""
    params = dl.gradient_descent_step(params, grads, lr)
    return params if limit is None else [(dl.max_norm(W, limit), b) for W, b in params]


def _scores(params, x, labels):
    """[accuracy, loss] without dropout; the loss is None where it is not finite."""
    logits = dl.mlp_forward(x, params)[-1]
    if not np.all(np.isfinite(logits)):
        return [float(np.mean(labels == 0)), None]
    return [
        round(float(dl.accuracy(logits, labels)), 4),
        round(float(dl.cross_entropy(logits, labels)), 4),
    ]
