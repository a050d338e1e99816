"""Activation functions and softmax (chapter 2), with their gradients (chapter 3)."""

import numpy as np

from dlutils.shapes import shapes


@shapes(z="... real")
def sigmoid(z):
    """1 / (1 + exp(-z)), any shape; exp only ever sees numbers <= 0, so it cannot overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


@shapes(z="... real")
def tanh(z):
    """(exp(z) - exp(-z)) / (exp(z) + exp(-z)), any shape, from exponentials of numbers <= 0."""
    small = np.exp(-2 * np.abs(z))
    return np.sign(z) * (1 - small) / (1 + small)


@shapes(z="...")
def relu(z):
    """max(0, z), any shape."""
    return np.maximum(z, 0)


@shapes(logits="... K! real")
def softmax(logits):
    """exp(z_k) / sum_j exp(z_j) over the last axis, any leading axes.

    Subtracting the largest logit changes nothing in exact arithmetic and keeps exp in range.
    """
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@shapes(dy="...", y="...")
def sigmoid_backward(dy, y):
    """Gradient through y = sigmoid(z): dy y (1 - y), from the output y, any shape."""
    return dy * y * (1 - y)


@shapes(dy="...", y="...")
def tanh_backward(dy, y):
    """Gradient through y = tanh(z): dy (1 - y^2), from the output y, any shape."""
    return dy * (1 - y**2)


@shapes(dy="...", x="...")
def relu_backward(dy, x):
    """Gradient through relu(x): dy where x > 0, else 0 (0 at x = 0 too), any shape."""
    return dy * (x > 0)
