"""Losses for training: gradients, and value and gradient in one call.

The functions `..._and_gradient(prediction, target) -> (loss, dprediction)` are what `train` takes.
"""

import numpy as np

from dlutils.activations import sigmoid
from dlutils.losses import binary_cross_entropy, mse_loss
from dlutils.shapes import shapes


@shapes(prediction="...! real", target="...")
def mse_loss_backward(prediction, target):
    """Gradient of `mse_loss`, 2 (prediction - target) / size, any shape."""
    return 2 / np.size(prediction) * (prediction - _in_dtype_of(prediction, target))


@shapes(logits="N! real", target="N 0..1")
def binary_cross_entropy_backward(logits, target):
    """Gradient of `binary_cross_entropy`, (sigmoid(logits) - target) / N: both (N,) -> (N,)."""
    return (sigmoid(logits) - _in_dtype_of(logits, target)) / len(logits)


def _in_dtype_of(prediction, target):
    """The target in the dtype of a prediction of floats, whose gradient then has it, too."""
    dtype = np.result_type(prediction)
    return np.asarray(target, dtype) if dtype.kind == "f" else target


def mse_and_gradient(prediction, target):
    """`mse_loss` and its gradient: two equal shapes -> loss, dprediction."""
    return mse_loss(prediction, target), mse_loss_backward(prediction, target)


def binary_cross_entropy_and_gradient(logits, target):
    """`binary_cross_entropy` and its gradient: logits and target of 0 and 1 (N,) -> loss, dlogits.

    A network with one output may hand in its logits as they are, (N, 1).
    """
    flat = logits[:, 0] if logits.shape[1:] == (1,) else logits
    loss, dlogits = binary_cross_entropy(flat, target), binary_cross_entropy_backward(flat, target)
    return loss, dlogits.reshape(logits.shape)


@shapes(logits="N! K real", labels="N <K")
def cross_entropy_and_gradient(logits, labels):
    """`cross_entropy` and its gradient: logits (N, K), labels (N,) ints -> loss, dlogits (N, K).

    With shifted logits z and their sum s = sum_j exp(z_j), the loss is the mean of log s - z[label]
    and, from the same exponentials, its gradient (exp(z) / s - onehot(labels)) / N.
    """
    N, rows = len(labels), np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    dlogits = np.exp(shifted)
    s = dlogits.sum(axis=1, keepdims=True)
    loss = (np.log(s).sum() - shifted[rows, labels].sum()) / N
    dlogits /= s
    dlogits[rows, labels] -= 1
    dlogits /= N
    return loss, dlogits
