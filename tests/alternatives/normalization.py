"""Right answers to chapter 12, written in other ways than the reference."""

import math

import numpy as np

from dlutils import batch_norm_forward
from tests.alternatives import alternative


@alternative("batch_norm_forward")
def in_two_branches(x, gamma, beta, running, momentum, eps, train):
    if train:
        m, v = np.mean(x, 0), np.var(x, 0)
        running = [
            running[0] * momentum + m * (1 - momentum),
            running[1] * momentum + v * (1 - momentum),
        ]
    else:
        m, v = running
    std = (v + eps) ** 0.5
    return (x - m) * gamma / std + beta, running, {"x": x, "m": m, "std": std, "train": train}


@alternative("batch_norm_forward")
def feature_by_feature(x, gamma, beta, running, momentum, eps, train):
    y, means, variances = np.zeros(x.shape), [], []
    for d in range(x.shape[1]):
        column, mean, var = x[:, d], running[0][d], running[1][d]
        if train:
            mean = sum(column) / len(column)
            var = sum((column - mean) ** 2) / len(column)
            means.append(momentum * running[0][d] + (1 - momentum) * mean)
            variances.append(momentum * running[1][d] + (1 - momentum) * var)
        y[:, d] = gamma[d] * (column - mean) / np.sqrt(var + eps) + beta[d]
    return y, (np.array(means), np.array(variances)) if train else running, None


@alternative("batch_norm_forward")
def moved_by_the_difference(x, gamma, beta, running, momentum, eps, train):
    x, (r_mean, r_var) = x.copy(), [part.copy() for part in running]
    mean = x.mean(axis=0, keepdims=True) if train else r_mean[None]
    centred = x - mean
    var = np.mean(centred * centred, axis=0) if train else r_var
    if train:
        r_mean += (1 - momentum) * (mean[0] - r_mean)
        r_var += (1 - momentum) * (var - r_var)
    x -= mean
    x /= np.sqrt(np.maximum(var, 0) + eps)
    return x * gamma + beta, np.array([r_mean, r_var]), (centred, var, eps, gamma, train)


@alternative("batch_norm_forward")
def einsum_and_mean_of_squares(x, gamma, beta, running, momentum, eps, train):
    n = len(x)
    if not train:
        scale = gamma / np.sqrt(running[1] + eps)
        return x * scale + (beta - running[0] * scale), running, ()
    mean = np.einsum("nd->d", x) / n
    var = np.einsum("nd,nd->d", x - mean, x - mean) / n
    batch = np.stack([mean, var])
    running = momentum * np.stack(running) + (1 - momentum) * batch
    return gamma * ((x - mean) * (var + eps) ** -0.5) + beta, tuple(running), (x, mean, var)


@alternative("batch_norm_backward")
def step_by_step(dy, cache):
    x_hat, std, gamma, train = cache
    n, centred, inv = len(dy), x_hat * std, 1 / std
    dbeta, dgamma = np.sum(dy, axis=0), np.sum(dy * centred * inv, axis=0)
    dx_hat = dy * gamma
    if not train:
        return dx_hat * inv, dgamma, dbeta
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inv**3
    dmean = np.sum(-dx_hat * inv, axis=0) + dvar * np.mean(-2 * centred, axis=0)
    return dx_hat * inv + dvar * 2 * centred / n + dmean / n, dgamma, dbeta


@alternative("batch_norm_backward")
def through_the_jacobian(dy, cache):
    x_hat, std, gamma, train = cache
    dx, n = np.zeros_like(dy), len(dy)
    for d in range(dy.shape[1]):
        jacobian = np.eye(n)
        if train:
            jacobian = jacobian - 1 / n - np.outer(x_hat[:, d], x_hat[:, d]) / n
        dx[:, d] = jacobian @ dy[:, d] * gamma[d] / std[d]
    return [dx, np.diag(dy.T @ x_hat), dy.T @ np.ones(n)]


@alternative("batch_norm_backward")
def from_dgamma_and_dbeta(dy, cache):
    x_hat, std, gamma, train = cache
    dgamma, dbeta = np.einsum("nd,nd->d", dy, x_hat), np.einsum("nd->d", dy)
    if not train:
        return gamma / std * dy, dgamma, dbeta
    n = dy.shape[0]
    return gamma / (n * std) * (n * dy - dbeta - x_hat * dgamma), dgamma, dbeta


@alternative("batch_norm_backward")
def gamma_first(dy, cache):
    x_hat, std, gamma, train = cache
    g = np.multiply(dy, gamma)
    dgamma, dbeta = (x_hat * dy).sum(0), dy.sum(0)
    if train:
        g -= g.mean(0) + x_hat * np.mean(g * x_hat, axis=0)
    g /= std
    return g, dgamma, dbeta


@alternative("spatial_batch_norm_forward")
def axes_0_2_3(x, gamma, beta, running, momentum, eps, train):
    mean, var = running
    if train:
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        running = (
            momentum * running[0] + (1 - momentum) * mean,
            momentum * running[1] + (1 - momentum) * var,
        )
    shape = (1, -1, 1, 1)
    x_hat = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape), running, x_hat


@alternative("spatial_batch_norm_forward")
def channel_by_channel(x, gamma, beta, running, momentum, eps, train):
    y, means, variances = np.empty_like(x), [], []
    for c in range(x.shape[1]):
        own = (running[0][c : c + 1], running[1][c : c + 1])
        flat, (m, v), _ = batch_norm_forward(
            x[:, c].reshape(-1, 1), gamma[c : c + 1], beta[c : c + 1], own, momentum, eps, train
        )
        y[:, c] = flat.reshape(x[:, c].shape)
        means.append(m[0])
        variances.append(v[0])
    return y, (means, variances), None


@alternative("spatial_batch_norm_forward")
def channels_first(x, gamma, beta, running, momentum, eps, train):
    moved = np.moveaxis(x, 1, -1)
    y, running, cache = batch_norm_forward(
        moved.reshape(-1, moved.shape[-1]), gamma, beta, running, momentum, eps, train
    )
    return np.moveaxis(y.reshape(moved.shape), -1, 1), list(running), (cache, x.shape)


@alternative("spatial_batch_norm_forward")
def swapped_and_flat(x, gamma, beta, running, momentum, eps, train):
    N, C, H, W = x.shape
    rows = x.swapaxes(0, 1).reshape(C, -1)
    mean, var = (rows.mean(1), rows.var(1)) if train else running
    if train:
        running = [
            momentum * r + (1 - momentum) * b for r, b in zip(running, (mean, var), strict=True)
        ]
    y = (rows.T - mean) / np.hypot(np.sqrt(var), np.sqrt(eps)) * gamma + beta
    return y.T.reshape(C, N, H, W).swapaxes(0, 1), running, None


@alternative("group_norm_forward")
def five_axes(x, gamma, beta, groups, eps):
    N, C, H, W = x.shape
    if C % groups != 0:
        raise ValueError("groups must divide C")
    g = x.reshape(N, groups, C // groups, H, W)
    mean, var = g.mean((2, 3, 4), keepdims=True), g.var((2, 3, 4), keepdims=True)
    x_hat = ((g - mean) / np.sqrt(var + eps)).reshape(N, C, H, W)
    return x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1), None


@alternative("group_norm_forward")
def slices_in_loops(x, gamma, beta, groups, eps):
    C = x.shape[1]
    size, rest = divmod(C, groups)
    if rest:
        raise ValueError(f"{C} channels cannot be divided into {groups} groups")
    y = np.zeros(x.shape)
    for n in range(len(x)):
        for start in range(0, C, size):
            part = x[n, start : start + size]
            x_hat = (part - np.mean(part)) / math.sqrt(np.std(part) ** 2 + eps)
            for k in range(size):
                y[n, start + k] = gamma[start + k] * x_hat[k] + beta[start + k]
    return y, (x, y)


@alternative("group_norm_forward")
def by_splitting(x, gamma, beta, groups, eps):
    parts = np.split(x, groups, axis=1)  # raises ValueError where they are not equal
    axes = (1, 2, 3)
    normed = [
        (p - p.mean(axes, keepdims=True)) / np.sqrt(p.var(axes, keepdims=True) + eps) for p in parts
    ]
    y = np.concatenate(normed, axis=1).transpose(0, 2, 3, 1) * gamma + beta
    return y.transpose(0, 3, 1, 2), normed


@alternative("group_norm_forward")
def repeated_statistics(x, gamma, beta, groups, eps):
    N, C = x.shape[:2]
    if C // groups * groups != C:
        raise ValueError
    rows = np.reshape(x, (N * groups, -1))
    per_channel = [
        np.repeat(stat.reshape(N, groups), C // groups, axis=1)[..., None, None]
        for stat in (rows.mean(1), rows.var(1))
    ]
    mean, var = per_channel
    return np.einsum("nchw,c->nchw", (x - mean) / np.sqrt(var + eps), gamma) + beta[
        :, None, None
    ], ()


@alternative("fold_batch_norm")
def column_by_column(W, b, gamma, beta, running, eps):
    W_new, b_new = np.zeros_like(W), np.zeros_like(b)
    for m in range(W.shape[1]):
        s = gamma[m] / math.sqrt(running[1][m] + eps)
        W_new[:, m] = W[:, m] * s
        b_new[m] = s * b[m] + beta[m] - s * running[0][m]
    return W_new, b_new


@alternative("fold_batch_norm")
def diagonal_matrix(W, b, gamma, beta, running, eps):
    mean, var = running
    D = np.diag(gamma * (var + eps) ** -0.5)
    return W @ D, np.dot(b - mean, D) + beta


@alternative("fold_batch_norm")
def by_probing(W, b, gamma, beta, running, eps):
    def layer(x):
        return gamma * (x @ W + b - running[0]) / np.sqrt(running[1] + eps) + beta

    at_zero = layer(np.zeros(len(W)))
    return [[layer(unit) - at_zero for unit in np.eye(len(W))], at_zero]


@alternative("fold_batch_norm")
def on_copies(W, b, gamma, beta, running, eps):
    W, b = W.copy(), b.copy()
    b -= running[0]
    std = np.sqrt(running[1] + eps)
    for part in (W, b):
        part /= std
        part *= gamma
    b += beta
    return W, b
