"""Weights of networks that were trained beforehand."""

import numpy as np

from dlutils.datasets.files import read_arrays


def mnist_mlp() -> list[tuple[np.ndarray, np.ndarray]]:
    """A trained digit reader, params [(W (784, 64), b (64,)), (W (64, 10), b (10,))], float32.

    ReLU between the layers; takes rows of 784 pixels, `mnist().x_test.reshape(2000, 784)`, and was
    trained on the training images only.

    Raises DatasetError where the file is missing or damaged.
    Source: make_mnist_mlp.py in this folder.
    """
    arrays = read_arrays("mnist_mlp.npz")
    pairs = ("W1", "b1"), ("W2", "b2")
    return [(arrays[W].astype(np.float32), arrays[b].astype(np.float32)) for W, b in pairs]
