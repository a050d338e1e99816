"""Chapter 7: networks of equal size, of equal cost, on moved and on shuffled pixels; five seeds.

The learning rates are the best of 0.003, 0.01 and 0.03 on 1,000 training images held out
(`choose_rates`); the test images chose nothing.
"""

from dataclasses import replace

import numpy as np

from dlutils import datasets
from dlutils.containers import Sequential
from dlutils.convolution import Conv2d
from dlutils.layers import Flatten, Linear, ReLU
from dlutils.loss_gradients import cross_entropy_and_gradient
from dlutils.metrics import accuracy
from dlutils.models import predict
from dlutils.optimizer_classes import Adam
from dlutils.pooling import GlobalAveragePool, MaxPool2d
from dlutils.schedules import cosine_schedule
from dlutils.training_loop import train

EPOCHS, BATCH, SEEDS = 5, 64, range(5)
SHIFTS = range(7)


def mlp(hidden):
    """A network with one hidden layer on the pixels in a row."""
    return lambda rng: Sequential(
        Flatten(), Linear(784, hidden, rng), ReLU(), Linear(hidden, 10, rng)
    )


def lenet(rng):
    """Two convolutions with pooling, then a linear layer that knows every position."""
    return Sequential(
        *(Conv2d(1, 6, 5, rng), ReLU(), MaxPool2d(2)),
        *(Conv2d(6, 20, 5, rng), ReLU(), MaxPool2d(2)),
        *(Flatten(), Linear(320, 10, rng)),
    )


def averaging(rng):
    """Three convolutions, then the mean over the image, which forgets every position."""
    return Sequential(
        *(Conv2d(1, 8, 5, rng, pad=2), ReLU(), MaxPool2d(2)),
        *(Conv2d(8, 16, 5, rng, pad=2), ReLU(), MaxPool2d(2)),
        *(Conv2d(16, 19, 3, rng, pad=1), ReLU()),
        *(GlobalAveragePool(), Linear(19, 10, rng)),
    )


NETWORKS = {
    "MLP, same size": (mlp(8), 0.01),
    "MLP, same cost": (mlp(354), 0.01),
    "LeNet": (lenet, 0.01),
    "averaging": (averaging, 0.01),
}


def moved(images, columns):
    """The images (N, 1, H, W) moved right by so many columns; the gap is filled with 0."""
    result = np.zeros_like(images)
    result[..., columns:] = images[..., : images.shape[-1] - columns]
    return result


def trained(make, lr, x, y, seed):
    """A network made and trained with one seed on images x (N, 1, H, W) and labels y (N,)."""
    rng = np.random.default_rng(seed)
    network = make(rng)
    steps = EPOCHS * -(-len(x) // BATCH)
    train(
        network,
        cross_entropy_and_gradient,
        Adam(network, lr=lr),
        *(x, y, EPOCHS, BATCH, rng),
        schedule=lambda step: cosine_schedule(step, steps, lr, warmup=0),
        progress=False,
    )
    return network


def choose_rates():
    """Accuracy on held-out training images by network and learning rate, mean of two seeds."""
    data = datasets.mnist()
    x, y = data.x_train[:, None], data.y_train
    table = {}
    for name, (make, _) in NETWORKS.items():
        for lr in (0.003, 0.01, 0.03):
            scores = []
            for seed in (100, 101):
                network = trained(make, lr, x[:-1000], y[:-1000], seed)
                scores.append(float(accuracy(predict(network, x[-1000:]), y[-1000:])))
            table[f"{name}, lr {lr}"] = float(np.mean(scores))
            print(f"{name}, lr {lr}: {np.mean(scores):.4f}", flush=True)
    return table


def compute():
    """Accuracy on test images per network and seed: on MNIST by shift, shuffled, and on Fashion."""
    mnist, fashion = datasets.mnist(), datasets.fashion()
    order = np.random.default_rng(0).permutation(784)
    found = {"parameters": {}, "moved": {}, "shuffled": {}, "fashion": {}, "shifts": list(SHIFTS)}
    for name, (make, lr) in NETWORKS.items():
        sizes = make(np.random.default_rng(0)).named_parameters().values()
        found["parameters"][name] = sum(parameter.size for parameter in sizes)
        by_seed = [
            _scores(trained(make, lr, mnist.x_train[:, None], mnist.y_train, seed), mnist, SHIFTS)
            for seed in SEEDS
        ]
        found["moved"][name] = by_seed
        if name != "averaging":
            found["shuffled"][name] = _over_seeds(make, lr, _shuffled(mnist, order))
            found["fashion"][name] = _over_seeds(make, lr, fashion)
    return found


def _over_seeds(make, lr, data):
    return [
        _scores(trained(make, lr, data.x_train[:, None], data.y_train, seed), data, [0])[0]
        for seed in SEEDS
    ]


def _scores(network, data, shifts):
    images = data.x_test[:, None]
    return [
        float(accuracy(predict(network, moved(images, columns)), data.y_test)) for columns in shifts
    ]


def _shuffled(data, order):
    """The same images with their pixels in another order, the same for all of them."""

    def shuffle(images):
        return images.reshape(len(images), -1)[:, order].reshape(images.shape)

    return replace(data, x_train=shuffle(data.x_train), x_test=shuffle(data.x_test))
