"""Normalisation over a token's features (chapter 10), over the batch, over groups of channels
(chapter 12). The variance is the biased one, the mean of squares, and eps stands inside the root.
"""

import numpy as np

from dlutils.rules import at_least, between, whole
from dlutils.shapes import shapes


@shapes(x="... D!", gamma="D", beta="D", eps=at_least(0))
def layer_norm_forward(x, gamma, beta, eps=1e-5):
    """gamma (x - mean) / sqrt(var + eps) + beta over the last axis: x (..., D) -> y, cache.

    gamma and beta are (D,), y is (..., D). Every token is normalised by the mean and variance of
    its own features. Ba, Kiros and Hinton 2016.
    """
    centred = x - x.mean(axis=-1, keepdims=True)
    std = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
    x_hat = centred / std
    return gamma * x_hat + beta, (x_hat, std, gamma)


@shapes(cache="... D,", dy="... D")
def layer_norm_backward(dy, cache):
    """Gradients of layer norm: dy (..., D) -> dx (..., D), dgamma (D,), dbeta (D,).

    x also moves its own mean and variance; what they take away are the two means below.
    """
    x_hat, std, gamma = cache
    dx_hat = dy * gamma
    through_mean = dx_hat.mean(axis=-1, keepdims=True)
    through_var = x_hat * (dx_hat * x_hat).mean(axis=-1, keepdims=True)
    dx = (dx_hat - through_mean - through_var) / std
    tokens = tuple(range(dy.ndim - 1))
    return dx, (dy * x_hat).sum(axis=tokens), dy.sum(axis=tokens)


@shapes(x="N! D", gamma="D", beta="D", running="D, D", momentum=between(0, 1), eps=at_least(0))
def batch_norm_forward(x, gamma, beta, running, momentum, eps, train):
    """gamma (x - mean) / sqrt(var + eps) + beta per feature: x (N, D) -> y, running, cache.

    gamma and beta are (D,), y is (N, D). In training mean and var are the batch's, and running =
    (mean, var), each (D,), becomes momentum running + (1 - momentum) batch. Otherwise running is
    used, and returned as it is. Ioffe and Szegedy 2015.
    """
    mean, var = running
    if train:
        mean, var = x.mean(axis=0), x.var(axis=0)
        old_mean, old_var = running
        new_mean = momentum * old_mean + (1 - momentum) * mean
        new_var = momentum * old_var + (1 - momentum) * var
        running = (new_mean, new_var)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, running, (x_hat, std, gamma, train)


@shapes(cache="N D,", dy="N D")
def batch_norm_backward(dy, cache):
    """Gradients of batch norm: dy (N, D) -> dx (N, D), dgamma (D,), dbeta (D,).

    In training x also moves the batch's mean and variance; running statistics are constants.
    """
    x_hat, std, gamma, train = cache
    dx = dy
    if train:
        dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)
    return dx * gamma / std, (dy * x_hat).sum(axis=0), dy.sum(axis=0)


@shapes(
    x="N! C H! W!", gamma="C", beta="C", running="C, C", momentum=between(0, 1), eps=at_least(0)
)
def spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train):
    """Batch norm per channel: every pixel of every image is a sample: x (N, C, H, W) -> y,
    running, cache as in `batch_norm_forward`.
    """
    N, C, height, width = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)  # (N H W, C)
    y, running, cache = batch_norm_forward(pixels, gamma, beta, running, momentum, eps, train)
    return y.reshape(N, height, width, C).transpose(0, 3, 1, 2), running, cache


@shapes(dy="N C H W")
def spatial_batch_norm_backward(dy, cache):
    """Gradients of spatial batch norm: dy (N, C, H, W) -> dx (N, C, H, W), dgamma (C,), dbeta."""
    N, C, height, width = dy.shape
    pixels = dy.transpose(0, 2, 3, 1).reshape(-1, C)  # (N H W, C)
    dx, dgamma, dbeta = batch_norm_backward(pixels, cache)
    return dx.reshape(N, height, width, C).transpose(0, 3, 1, 2), dgamma, dbeta


@shapes(x="N! C! H! W!", gamma="C", beta="C", groups=whole(1, divides="C"), eps=at_least(0))
def group_norm_forward(x, gamma, beta, groups, eps):
    """Normalise each image's channels in `groups` groups: x (N, C, H, W) -> y (N, C, H, W), cache.

    Neighbouring channels share mean and variance; gamma and beta (C,) are per channel. Nothing
    depends on the batch. Raises ValueError where groups does not divide C. Wu and He 2018.
    """
    N, C, _, _ = x.shape
    if C % groups:
        raise ValueError(f"group_norm_forward: groups must divide the {C} channels, got {groups}")
    grouped = x.reshape(N, groups, -1)
    mean = grouped.mean(axis=-1, keepdims=True)
    std = np.sqrt(grouped.var(axis=-1, keepdims=True) + eps)
    x_hat = ((grouped - mean) / std).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma)


@shapes(cache="N C H W,", dy="N C H W")
def group_norm_backward(dy, cache):
    """Gradients of group norm: dy (N, C, H, W) -> dx (N, C, H, W), dgamma (C,), dbeta (C,)."""
    x_hat, std, gamma = cache
    dx_hat = (dy * gamma[:, None, None]).reshape(*std.shape[:2], -1)  # (N, groups, C / groups H W)
    grouped = x_hat.reshape(dx_hat.shape)
    through_mean = dx_hat.mean(axis=-1, keepdims=True)
    through_var = grouped * (dx_hat * grouped).mean(axis=-1, keepdims=True)
    dx = ((dx_hat - through_mean - through_var) / std).reshape(dy.shape)
    return dx, (dy * x_hat).sum(axis=(0, 2, 3)), dy.sum(axis=(0, 2, 3))


@shapes(W="D M", b="M", gamma="M", beta="M", running="M, M", eps=at_least(0))
def fold_batch_norm(W, b, gamma, beta, running, eps):
    """The linear layer that does what x W + b followed by batch norm does -> W (D, M), b (M,).

    With running = (mean, var): W' = W scale and b' = (b - mean) scale + beta, where
    scale = gamma / sqrt(var + eps). Prediction then costs nothing for the norm.
    """
    mean, var = running
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale + beta
