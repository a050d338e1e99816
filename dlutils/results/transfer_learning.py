"""Chapter 14: little labelled data, with and without what was learnt elsewhere.

The target is digits8x8: n of its training images, n / 10 of each digit, drawn by the seed. The
network has 64 pixels, two hidden layers of ReLUs and a head of 10; it starts from He's weights, or
from a network that was trained on MNIST or Fashion-MNIST at 8 x 8 pixels, with a new head.

Whatever is compared has the same budget, steps and learning rate alike: of four that were tried on
training images held out, the best or close to it for every start. Only a head that is kept is
tuned at a lower rate besides, since at the common one most of its lead is lost.
"""

from itertools import pairwise

import numpy as np

import dlutils as dl
from dlutils import datasets

SIZES = (64, 64, 64, 10)
SOURCES = ("scratch", "mnist", "fashion")
FEATURES = ("pixels", "autoencoder", "random", "mnist", "fashion")
COUNTS = (10, 20, 50, 100, 300)
SEEDS = range(10)
STEPS, LEARNING_RATE = 1000, 0.3  # of whole networks and of heads alike
KEPT_RATES = {"kept": LEARNING_RATE, "kept, gently": 0.1}  # with MNIST's own head
MARGIN, CODE = 5, 32  # the margin that leaves the smallest gap


def compute():
    """Test accuracies as plain data, one per seed, and of every margin the gap it leaves."""
    starts = {seed: _starts(seed) for seed in SEEDS}
    return {
        "counts": list(COUNTS),
        "margins": [_margin(margin) for margin in range(10)],
        "unseen": [_unseen(starts[seed]["mnist"]) for seed in SEEDS],
        "tuned": {
            name: [[_tuned(starts[seed][name], n, seed) for seed in SEEDS] for n in COUNTS]
            for name in SOURCES
        },
        "kept": {
            name: [[_kept(starts[seed]["mnist"], n, seed, lr) for seed in SEEDS] for n in COUNTS]
            for name, lr in KEPT_RATES.items()
        },
        "features": {
            name: [[_on_features(starts[seed][name], n, seed) for seed in SEEDS] for n in COUNTS]
            for name in FEATURES
        },
    }


def small(images, margin=MARGIN):
    """Images (N, 28, 28) without a margin, shrunk to rows of 64 pixels, as digits8x8 has them."""
    inner = slice(margin, 28 - margin)
    return dl.resize_bilinear(images[:, inner, inner], 8, 8).reshape(-1, 64)


def first_params(rng, sizes=SIZES):
    """{"layer1.W": ..., "layer1.b": ..., ..., "head.W", "head.b"}, float32, by He."""
    params = {}
    for number, (d, m) in enumerate(pairwise(sizes), start=1):
        name = "head" if number == len(sizes) - 1 else f"layer{number}"
        params[f"{name}.W"] = dl.he_init(d, m, rng).astype(np.float32)
        params[f"{name}.b"] = np.zeros(m, np.float32)
    return params


def pairs(params):
    """[(W, b), ...] in layer order, the head last, however the dict is ordered."""
    return [(params[f"{name}.W"], params[f"{name}.b"]) for name in _layer_names(params)]


def gradients(params, x, labels):
    """The gradient of the loss by every parameter, in a dict with the same names."""
    outputs = dl.mlp_forward(x, pairs(params))
    dlogits = dl.cross_entropy_backward(outputs[-1], labels)
    grads = dl.mlp_backward(dlogits, outputs, pairs(params))
    named = zip(_layer_names(params), grads, strict=True)
    return {
        f"{name}.{kind}": dw for name, pair in named for kind, dw in zip("Wb", pair, strict=True)
    }


def _layer_names(params):
    names = {name.rpartition(".")[0] for name in params}
    return sorted(names, key=lambda name: (name == "head", name))


def source_params(data, seed, epochs=10, margin=MARGIN):
    """A network trained on 8,000 (MNIST) or 5,000 (clothes) images of 64 pixels."""
    rng = np.random.default_rng(seed)
    params, x = first_params(rng), small(data.x_train, margin)
    for _ in range(epochs):
        for batch, labels in dl.minibatches(x, data.y_train, 50, rng):
            params = dl.frozen_step(params, gradients(params, batch, labels), (), 0.1, 0)
    return params


def draw(labels, n, seed):
    """Rows of n images, n / 10 of each class."""
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(np.flatnonzero(labels == k))[: n // 10] for k in range(10)]
    return np.concatenate(rows)


def tune(params, x, labels, steps=STEPS, lr=LEARNING_RATE):
    """Gradient descent on all images at once."""
    for _ in range(steps):
        params = dl.frozen_step(params, gradients(params, x, labels), (), lr, 0)
    return params


def accuracy(params, x, labels):
    return round(float(dl.accuracy(dl.mlp_forward(x, pairs(params))[-1], labels)), 4)


def autoencoder(x, seed, epochs=50):
    """Encoder (W, b) and decoder (V, c) that rebuild x, taught by the mean squared error."""
    rng = np.random.default_rng(seed)
    layers = pairs(first_params(rng, (64, CODE, 64)))
    state = [[None] * 2 for _ in layers]
    for _ in range(epochs):
        for batch, _ in dl.minibatches(x, np.zeros(len(x)), 50, rng):
            outputs = dl.mlp_forward(batch, layers)
            grads = dl.mlp_backward(2 * (outputs[-1] - batch) / batch.size, outputs, layers)
            for i, (arrays, slopes) in enumerate(zip(layers, grads, strict=True)):
                steps = [
                    dl.adam_step(w, dw, s, 0.003)
                    for w, dw, s in zip(arrays, slopes, state[i], strict=True)
                ]
                layers[i], state[i] = zip(*steps, strict=True)
    return layers


def _starts(seed):
    """The parameters that a seed starts from; those of an autoencoder are its encoder's."""
    rng = np.random.default_rng(0)  # of heads that are replaced
    (W, b), _ = autoencoder(datasets.digits8x8().x_train.reshape(-1, 64), seed)
    return {
        "scratch": first_params(np.random.default_rng(100 + seed)),
        "mnist": source_params(datasets.mnist(), seed),
        "fashion": source_params(datasets.fashion(), seed),
        "random": first_params(np.random.default_rng(100 + seed)),  # as scratch, for _on_features
        "pixels": first_params(rng, (64, 10)),
        "autoencoder": {"layer1.W": W, "layer1.b": b} | first_params(rng, (CODE, 10)),
    }


def _examples(n, seed):
    data = datasets.digits8x8()
    rows = draw(data.y_train, n, seed)
    return data.x_train[rows].reshape(-1, 64), data.y_train[rows]


def _test_images():
    data = datasets.digits8x8()
    return data.x_test.reshape(-1, 64), data.y_test


def _unseen(params):
    """Accuracy on the test images of a source's network as it is, its own head included."""
    return accuracy(params, *_test_images())


def _tuned(params, n, seed):
    """Accuracy on the test images after a new head and training of all layers."""
    params = dl.replace_head(params, 10, np.random.default_rng(200 + seed))
    return accuracy(tune(params, *_examples(n, seed)), *_test_images())


def _kept(params, n, seed, lr):
    """The same without a new head: the source's own names the target's classes already."""
    return accuracy(tune(params, *_examples(n, seed), lr=lr), *_test_images())


def _on_features(params, n, seed):
    """Accuracy on the test images with only a new head trained: everything below it stays."""
    params = dl.replace_head(params, 10, np.random.default_rng(200 + seed))
    head = {name: w for name, w in params.items() if name.startswith("head")}
    x, labels = _examples(n, seed)
    head = tune(head, _features(params, x), labels)
    x_test, y_test = _test_images()
    return accuracy(head, _features(params, x_test), y_test)


def _features(params, x):
    return dl.mlp_forward(x, pairs(params))[-2]


def _margin(margin):
    """How near MNIST comes to the target's training images, and how well it then reads them."""
    data, mnist = datasets.digits8x8(), datasets.mnist()
    x = data.x_train.reshape(-1, 64)
    networks = [source_params(mnist, seed, epochs=3, margin=margin) for seed in range(3)]
    return {
        "margin": margin,
        "gap": round(dl.domain_gap(small(mnist.x_train, margin), x), 4),
        "accuracy": [accuracy(params, x, data.y_train) for params in networks],
    }
