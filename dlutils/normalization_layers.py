"""Batch norm for vectors and images in few passes over the data, and the norms as layers."""

import numpy as np

from dlutils.layers import Layer
from dlutils.normalization import layer_norm_backward, layer_norm_forward
from dlutils.rules import at_least, between, whole
from dlutils.shapes import shapes


@shapes(gamma="C", beta="C", x="N! C ...!", running="C, C", momentum=between(0, 1), eps=at_least(0))
def batch_norm_forward_fast(x, gamma, beta, running, momentum, eps, train):
    """`batch_norm_forward` for x (N, C) and `spatial_batch_norm_forward` for x (N, C, H, W).

    Axis 1 is normalised over all others. The variance comes from the centred numbers that are
    needed anyway, and one factor gamma / std does the scaling.
    """
    shape, x = x.shape, x.reshape(*x.shape[:2], -1)  # (N, C, P): no copy, batch-last or not
    mean, var = running
    if train:
        mean = x.mean(axis=(0, 2))
    centred = x - _per_channel(mean, x)
    if train:
        var = _sum_of_products(centred, centred) / _samples(x)
        moved = zip(running, (mean, var), strict=True)
        running = tuple(momentum * old + (1 - momentum) * new for old, new in moved)
    std = np.sqrt(var + eps)
    y = centred * _per_channel(gamma / std, x)
    y += _per_channel(beta, x)
    return y.reshape(shape), running, (shape, centred, std, gamma, train)


@shapes(cache="...,", dy="...")
def batch_norm_backward_fast(dy, cache):
    """Gradients of `batch_norm_forward_fast`: dy (N, C, ...) -> dx (N, C, ...), dgamma, dbeta (C,).

    In training, with S = N P numbers per channel and x centred, dx is
    gamma / std (dy - dbeta / S - centred dgamma / (std S)).
    """
    shape, centred, std, gamma, train = cache
    dy = dy.reshape(centred.shape)
    dgamma, dbeta = _sum_of_products(dy, centred) / std, np.einsum("ncp->c", dy)
    if train:
        dx = centred * _per_channel(-dgamma / std / _samples(dy), centred)
        dx += dy
        dx -= _per_channel(dbeta / _samples(dy), dx)
        dx *= _per_channel(gamma / std, dx)
    else:
        dx = dy * _per_channel(gamma / std, dy)
    return dx.reshape(shape), dgamma, dbeta


def _sum_of_products(a, b):
    """Sum of a b per channel, for two (N, C, P) -> (C,); no product is kept in memory."""
    return np.einsum("ncp,ncp->c", a, b)


def _samples(x):
    return x.shape[0] * x.shape[2]


def _per_channel(numbers, x):
    """One number per channel (C,) in a shape that combines with x (N, C, P).

    Written out for every pixel, except where the batch is innermost in memory: numpy's inner loop
    then runs over a whole image instead of a single channel of it.
    """
    batch_last = x.strides[0] == x.itemsize
    return np.repeat(numbers[:, None], 1 if batch_last else x.shape[2], axis=1)


class BatchNorm(Layer):
    """Normalise every feature over the batch: x (N, C) or (N, C, H, W), y of the same shape.

    Images are normalised per channel, over all pixels. In training the running mean and variance,
    which prediction uses, move by 1 - momentum towards the batch's.
    """

    params = ("gamma", "beta")
    buffers = ("running_mean", "running_var")

    @shapes(n=whole(1), momentum=between(0, 1), eps=at_least(0))
    def __init__(self, n, momentum=0.9, eps=1e-5, dtype=np.float32):
        self.gamma, self.beta = np.ones(n, dtype), np.zeros(n, dtype)
        self.running_mean, self.running_var = np.zeros(n, dtype), np.ones(n, dtype)
        self.momentum, self.eps = momentum, eps

    def forward(self, x):
        running = (self.running_mean, self.running_var)
        y, running, self.cache = batch_norm_forward_fast(
            x, self.gamma, self.beta, running, self.momentum, self.eps, self.training
        )
        if self.training:
            self.running_mean[...], self.running_var[...] = running
        return y

    def backward(self, dy):
        dx, self.dgamma, self.dbeta = batch_norm_backward_fast(dy, self.cache)
        return dx


class LayerNorm(Layer):
    """Normalise every token by the mean and variance of its own features: x (..., D), y alike."""

    params = ("gamma", "beta")

    @shapes(n=whole(1), eps=at_least(0))
    def __init__(self, n, eps=1e-5, dtype=np.float32):
        self.gamma, self.beta = np.ones(n, dtype), np.zeros(n, dtype)
        self.eps = eps

    def forward(self, x):
        y, self.cache = layer_norm_forward(x, self.gamma, self.beta, self.eps)
        return y

    def backward(self, dy):
        dx, self.dgamma, self.dbeta = layer_norm_backward(dy, self.cache)
        return dx
