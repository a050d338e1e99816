"""Train the digit reader of chapter 2 and store its weights.

    python -m dlutils.datasets.make_mnist_mlp [OUT]

784 inputs, 64 ReLU units, 10 logits, trained on the 8000 training images of `datasets.mnist()` by
minibatch gradient descent with the functions of chapters 2 and 3, nothing else. Each minibatch is
shifted by at most one pixel, so that the network cannot rely on exact positions. The test images
are read once, at the end, for the figures that are printed.

Writes OUT/mnist_mlp.npz (OUT is the data folder unless given): `W1`, `b1`, `W2`, `b2` in float16.
The checksum printed belongs into files.py. The seed is fixed, but sums in another order (another
BLAS) give weights that differ in their last digits.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from dlutils.datasets.files import FOLDER
from dlutils.datasets.images import mnist
from dlutils.initializers import he_init
from dlutils.losses import cross_entropy, cross_entropy_backward
from dlutils.metrics import accuracy
from dlutils.mlp import gradient_descent_step, mlp_backward, mlp_forward

SEED, EPOCHS, BATCH, LR = 0, 30, 50, 0.2


def train():
    """The trained parameters [(W, b), (W, b)], float16."""
    rng, data = np.random.default_rng(SEED), mnist()
    params = [
        (he_init(784, 64, rng).astype(np.float32), np.zeros(64, np.float32)),
        (he_init(64, 10, rng).astype(np.float32), np.zeros(10, np.float32)),
    ]
    for epoch in range(EPOCHS):
        lr = LR * (1 - epoch / EPOCHS)
        order = rng.permutation(len(data.x_train))
        for rows in np.split(order, len(order) // BATCH):
            shift = tuple(rng.integers(-1, 2, size=2))
            x = np.roll(data.x_train[rows], shift, axis=(1, 2)).reshape(BATCH, 784)
            activations = mlp_forward(x, params)
            dlogits = cross_entropy_backward(activations[-1], data.y_train[rows])
            params = gradient_descent_step(params, mlp_backward(dlogits, activations, params), lr)
    return [(W.astype(np.float16), b.astype(np.float16)) for W, b in params]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", nargs="?", type=Path, default=FOLDER)
    path = parser.parse_args().out / "mnist_mlp.npz"

    params, data = train(), mnist()
    (W1, b1), (W2, b2) = params
    np.savez_compressed(path, W1=W1, b1=b1, W2=W2, b2=b2)
    params = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
    for name, x, y in (
        ("training", data.x_train, data.y_train),
        ("test", data.x_test, data.y_test),
    ):
        logits = mlp_forward(x.reshape(len(x), 784), params)[-1]
        loss = cross_entropy(logits, y)
        print(f"{name}: accuracy {accuracy(logits, y):.4f}, loss {loss:.4f}")
    print(f"{path.name}: {path.stat().st_size} bytes, sha256")
    print(hashlib.sha256(path.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
