"""Losses, as means over the batch (chapter 2), and the gradient of cross-entropy (chapter 3)."""

import numpy as np

from dlutils.activations import softmax
from dlutils.shapes import shapes


@shapes(prediction="...! real")
def mse_loss(prediction, target):
    """Mean of (prediction - target)^2 over all elements; ValueError where the shapes differ."""
    if np.shape(prediction) != np.shape(target):
        raise ValueError(
            f"mse_loss: target must have the shape of prediction, {np.shape(prediction)}, "
            f"got {np.shape(target)}"
        )
    return np.mean((prediction - target) ** 2)


@shapes(logits="N! real", target="N 0..1")
def binary_cross_entropy(logits, target):
    """Mean of -t log p - (1 - t) log(1 - p) with p = sigmoid(logits): both (N,) -> number.

    Written as max(z, 0) - z t + log(1 + exp(-|z|)), it stays finite for any logit.
    """
    return np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


@shapes(logits="N! K real", labels="N <K")
def cross_entropy(logits, labels):
    """Mean of -log softmax(logits)[label]: logits (N, K), labels (N,) ints -> number.

    The logarithm is taken before anything can underflow: log softmax = z - max - log sum exp.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


@shapes(logits="N! K real", labels="N <K")
def cross_entropy_backward(logits, labels):
    """Gradient of `cross_entropy`: (softmax(logits) - onehot(labels)) / N -> dlogits (N, K)."""
    dlogits = softmax(logits)
    dlogits[np.arange(len(labels)), labels] -= 1
    return dlogits / len(labels)
