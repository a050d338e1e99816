"""Chapter 12: what students get wrong in batch norm, its gradient, its relatives and folding."""

import numpy as np

from dlutils import batch_norm_forward, group_norm_forward, spatial_batch_norm_forward
from dlutils.mistakes import mistake


def _norm(x, mean, var, gamma, beta, eps):
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, (x_hat, std, gamma)


def _moved(running, batch, momentum):
    return tuple(
        momentum * old + (1 - momentum) * new for old, new in zip(running, batch, strict=True)
    )


def _batch_norm(x, gamma, beta, running, momentum, eps, train, var=np.var, running_var=None):
    """Batch norm whose variances may be wrong: that of the batch, and that which running gets."""
    mean, used = running
    if train:
        mean, used = x.mean(axis=0), var(x, axis=0)
        new = used if running_var is None else running_var(x, axis=0)
        running = _moved(running, (mean, new), momentum)
    y, cache = _norm(x, mean, used, gamma, beta, eps)
    return y, running, (*cache, train)


def _unbiased(x, axis):
    return x.var(axis=axis, ddof=1)


@mistake("batch_norm_forward", "the batch's statistics are used in prediction as well")
def batch_statistics_always(x, gamma, beta, running, momentum, eps, train):
    y, moved, cache = batch_norm_forward(x, gamma, beta, running, momentum, eps, True)
    return y, moved if train else running, cache


@mistake(
    "batch_norm_forward", "`train` is ignored: prediction norms by the batch and moves running"
)
def train_ignored(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, beta, running, momentum, eps, True)


@mistake("batch_norm_forward", "`train` is read the wrong way round")
def train_inverted(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, beta, running, momentum, eps, not train)


@mistake("batch_norm_forward", "the running statistics normalise in training, before they move")
def running_in_training(x, gamma, beta, running, momentum, eps, train):
    y, cache = _norm(x, *running, gamma, beta, eps)
    if train:
        running = _moved(running, (x.mean(axis=0), x.var(axis=0)), momentum)
    return y, running, (*cache, train)


@mistake(
    "batch_norm_forward", "the running statistics normalise in training, after they have moved"
)
def moved_running_in_training(x, gamma, beta, running, momentum, eps, train):
    if train:
        running = _moved(running, (x.mean(axis=0), x.var(axis=0)), momentum)
    y, cache = _norm(x, *running, gamma, beta, eps)
    return y, running, (*cache, train)


@mistake("batch_norm_forward", "momentum is the share of the batch instead of the share of the old")
def momentum_reversed(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, beta, running, 1 - momentum, eps, train)


@mistake("batch_norm_forward", "momentum is 0.9 in the code, whatever the argument says")
def momentum_hard_coded(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, beta, running, 0.9, eps, train)


@mistake("batch_norm_forward", "running keeps the axis of the batch: its shape is (1, D), not (D,)")
def running_of_shape_1_d(x, gamma, beta, running, momentum, eps, train):
    mean, var = running
    if train:
        mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
        running = _moved(running, (mean, var), momentum)
    y, cache = _norm(x, mean, var, gamma, beta, eps)
    return y, running, (*cache, train)


@mistake("batch_norm_forward", "running is not moved in training")
def running_never_moved(x, gamma, beta, running, momentum, eps, train):
    y, _, cache = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y, running, cache


@mistake("batch_norm_forward", "the batch's statistics replace running instead of moving it")
def running_replaced(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, beta, running, 0.0, eps, train)


@mistake("batch_norm_forward", "running moves in prediction, too")
def running_moved_in_prediction(x, gamma, beta, running, momentum, eps, train):
    y, _, cache = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y, _moved(running, (x.mean(axis=0), x.var(axis=0)), momentum), cache


@mistake("batch_norm_forward", "running keeps standard deviations where variances belong")
def running_std(x, gamma, beta, running, momentum, eps, train):
    return _batch_norm(x, gamma, beta, running, momentum, eps, train, running_var=np.std)


@mistake("batch_norm_forward", "running is returned as (var, mean) instead of (mean, var)")
def running_pair_swapped(x, gamma, beta, running, momentum, eps, train):
    y, (mean, var), cache = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y, (var, mean), cache


@mistake("batch_norm_forward", "the running variance alone is divided by N - 1, as in PyTorch")
def running_unbiased(x, gamma, beta, running, momentum, eps, train):
    var = _unbiased if len(x) > 1 else np.var
    return _batch_norm(x, gamma, beta, running, momentum, eps, train, running_var=var)


@mistake("batch_norm_forward", "the variance is divided by N - 1 instead of N")
def variance_unbiased(x, gamma, beta, running, momentum, eps, train):
    return _batch_norm(x, gamma, beta, running, momentum, eps, train, var=_unbiased)


@mistake("batch_norm_forward", "gamma and beta are left out in prediction")
def prediction_without_gamma_beta(x, gamma, beta, running, momentum, eps, train):
    if not train:
        gamma, beta = np.ones_like(gamma), np.zeros_like(beta)
    return batch_norm_forward(x, gamma, beta, running, momentum, eps, train)


@mistake("batch_norm_forward", "gamma and beta are left out everywhere")
def without_gamma_beta(x, gamma, beta, running, momentum, eps, train):
    ones, zeros = np.ones_like(gamma), np.zeros_like(beta)
    return batch_norm_forward(x, ones, zeros, running, momentum, eps, train)


@mistake("batch_norm_forward", "gamma and beta have changed places")
def gamma_beta_swapped(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, beta, gamma, running, momentum, eps, train)


@mistake("batch_norm_forward", "beta is added before gamma is multiplied: gamma (x_hat + beta)")
def beta_inside(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, gamma * beta, running, momentum, eps, train)


@mistake("batch_norm_forward", "mean and variance are those of each sample (axis 1): layer norm")
def over_the_features(x, gamma, beta, running, momentum, eps, train):
    mean, var = running
    if train:
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        running = _moved(running, (x.mean(axis=0), x.var(axis=0)), momentum)
    y, cache = _norm(x, mean, var, gamma, beta, eps)
    return y, running, (*cache, train)


@mistake("batch_norm_forward", "mean and variance are taken over all numbers of x, not per feature")
def over_everything(x, gamma, beta, running, momentum, eps, train):
    mean, var = running
    if train:
        mean, var = np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())
        running = _moved(running, (mean, var), momentum)
    y, cache = _norm(x, mean, var, gamma, beta, eps)
    return y, running, (*cache, train)


@mistake("batch_norm_forward", "running is unpacked as (var, mean) instead of (mean, var)")
def running_unpacked_swapped(x, gamma, beta, running, momentum, eps, train):
    var, mean = running
    if train:
        mean, var = x.mean(axis=0), x.var(axis=0)
        running = _moved(running, (mean, var), momentum)
    y, cache = _norm(x, mean, var, gamma, beta, eps)
    return y, running, (*cache, train)


@mistake("batch_norm_forward", "the standard deviation stands under the root, for the variance")
def root_of_std(x, gamma, beta, running, momentum, eps, train):
    return _batch_norm(x, gamma, beta, running, momentum, eps, train, var=np.std)


@mistake("batch_norm_forward", "eps is left out, and a constant feature divides 0 by 0")
def eps_left_out(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, beta, running, momentum, 0.0, train)


@mistake("batch_norm_forward", "eps is left out in prediction")
def eps_left_out_in_prediction(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, beta, running, momentum, eps if train else 0.0, train)


@mistake("batch_norm_forward", "eps is 1e-5 in the code, whatever the argument says")
def eps_hard_coded(x, gamma, beta, running, momentum, eps, train):
    return batch_norm_forward(x, gamma, beta, running, momentum, 1e-5, train)


@mistake("batch_norm_forward", "eps is added to the root instead of under it")
def eps_beside_the_root(x, gamma, beta, running, momentum, eps, train):
    y, moved, cache = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    var = x.var(axis=0) if train else running[1]
    return (y - beta) * np.sqrt(var + eps) / (np.sqrt(var) + eps) + beta, moved, cache


@mistake("batch_norm_forward", "the root is missing: x is divided by the variance")
def root_missing(x, gamma, beta, running, momentum, eps, train):
    mean, var = running
    if train:
        mean, var = x.mean(axis=0), x.var(axis=0)
        running = _moved(running, (mean, var), momentum)
    std = var + eps
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, running, (x_hat, std, gamma, train)


@mistake("batch_norm_forward", "the root is missing in prediction: running holds a variance")
def root_missing_in_prediction(x, gamma, beta, running, momentum, eps, train):
    if train:
        return batch_norm_forward(x, gamma, beta, running, momentum, eps, True)
    mean, var = running
    return gamma * (x - mean) / (var + eps) + beta, running, None


@mistake("batch_norm_forward", "the mean is not taken off")
def mean_left_in(x, gamma, beta, running, momentum, eps, train):
    mean, var = running
    if train:
        mean, var = x.mean(axis=0), x.var(axis=0)
        running = _moved(running, (mean, var), momentum)
    y, cache = _norm(x, 0.0, var, gamma, beta, eps)
    return y, running, (*cache, train)


@mistake("batch_norm_forward", "two values are returned: running is missing")
def two_values_returned(x, gamma, beta, running, momentum, eps, train):
    y, _, cache = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y, cache


@mistake("batch_norm_forward", "`x -= mean` changes the caller's x")
def x_centred_in_place(x, gamma, beta, running, momentum, eps, train):
    answer = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    x -= x.mean(axis=0) if train else running[0]
    return answer


@mistake("batch_norm_forward", "x is centred and divided in place: the caller's x becomes x_hat")
def x_normed_in_place(x, gamma, beta, running, momentum, eps, train):
    answer = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    x[:] = answer[-1][0]
    return answer


@mistake("batch_norm_forward", "`running_mean *= momentum` changes the caller's running arrays")
def running_in_place(x, gamma, beta, running, momentum, eps, train):
    answer = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    if train:
        for old, new in zip(running, answer[1], strict=True):
            old[:] = new
    return answer


@mistake(
    "batch_norm_forward", "eps is added to the caller's running variance in place: `var += eps`"
)
def eps_into_running(x, gamma, beta, running, momentum, eps, train):
    answer = batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    if not train:
        running[1][:] += eps
    return answer


# The backward mistakes read the reference's cache.


def _parts(dy, cache):
    x_hat, _, gamma, _ = cache
    return gamma, (dy * x_hat).sum(axis=0), dy.sum(axis=0)


@mistake("batch_norm_backward", "the gradient through the mean is dropped")
def mean_dropped(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - x_hat * (dy * x_hat).mean(axis=0) if train else dy
    return dx * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "eps is left out where dx is divided by the root")
def eps_forgotten(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    if train:
        dy = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)
        std = std * np.sqrt((x_hat**2).mean(axis=0))  # of the variance alone: x_hat has the rest
    return dy * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "the gradient through the variance is dropped")
def variance_dropped(dy, cache):
    (_, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    return (dy - dy.mean(axis=0) if train else dy) * gamma / std, dgamma, dbeta


@mistake(
    "batch_norm_backward", "the batch's statistics are taken for constants: both terms dropped"
)
def statistics_constant(dy, cache):
    (_, std, *_), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    return dy * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "running statistics are treated like the batch's in prediction")
def means_in_prediction(dy, cache):
    (x_hat, std, *_), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)
    return dx * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "the two terms are sums over the batch instead of means")
def sums_for_means(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    return (dy - dbeta - x_hat * dgamma if train else dy) * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "the means are taken over the features (axis 1)")
def means_over_features(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    if train:
        through_var = x_hat * (dy * x_hat).mean(axis=1, keepdims=True)
        dx = dy - dy.mean(axis=1, keepdims=True) - through_var
    return (dx if train else dy) * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "the means are taken over all numbers of dy, not per feature")
def means_over_everything(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean() - x_hat * (dy * x_hat).mean() if train else dy
    return dx * gamma / std, dgamma, dbeta


@mistake(
    "batch_norm_backward",
    "the means are taken over all numbers of dy, not per feature, and in prediction, too",
)
def means_over_everything_always(dy, cache):
    (x_hat, std, *_), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean() - x_hat * (dy * x_hat).mean()
    return dx * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "gamma is missing in dx")
def gamma_missing(dy, cache):
    (x_hat, std, _, train), (_, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0) if train else dy
    return dx / std, dgamma, dbeta


@mistake("batch_norm_backward", "dx is not divided by the standard deviation")
def std_missing(dy, cache):
    (x_hat, _, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0) if train else dy
    return dx * gamma, dgamma, dbeta


@mistake("batch_norm_backward", "dx is divided by the variance instead of the standard deviation")
def divided_by_variance(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0) if train else dy
    return dx * gamma / std**2, dgamma, dbeta


@mistake("batch_norm_backward", "dx is multiplied by the standard deviation instead of divided")
def multiplied_by_std(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0) if train else dy
    return dx * gamma * std, dgamma, dbeta


@mistake("batch_norm_backward", "x_hat is missing before the second mean")
def x_hat_missing(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean(axis=0) - (dy * x_hat).mean(axis=0) if train else dy
    return dx * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "the term through the variance is added instead of subtracted")
def variance_added(dy, cache):
    (x_hat, std, _, train), (gamma, dgamma, dbeta) = cache, _parts(dy, cache)
    dx = dy - dy.mean(axis=0) + x_hat * (dy * x_hat).mean(axis=0) if train else dy
    return dx * gamma / std, dgamma, dbeta


@mistake("batch_norm_backward", "dgamma sums dy alone, without x_hat")
def dgamma_without_x_hat(dy, cache):
    dx, _, dbeta = _right(dy, cache)
    return dx, dbeta, dbeta


@mistake(
    "batch_norm_backward", "dgamma is summed with the scaled y, or with gamma in it, not x_hat"
)
def dgamma_with_gamma(dy, cache):
    dx, dgamma, dbeta = _right(dy, cache)
    return dx, dgamma * cache[2], dbeta


@mistake("batch_norm_backward", "dbeta is multiplied by gamma")
def dbeta_with_gamma(dy, cache):
    dx, dgamma, dbeta = _right(dy, cache)
    return dx, dgamma, dbeta * cache[2]


@mistake("batch_norm_backward", "dgamma and dbeta are means over the batch instead of sums")
def means_for_sums(dy, cache):
    dx, dgamma, dbeta = _right(dy, cache)
    return dx, dgamma / len(dy), dbeta / len(dy)


@mistake("batch_norm_backward", "dgamma and dbeta are not summed over the batch")
def not_summed(dy, cache):
    return _right(dy, cache)[0], dy * cache[0], dy


@mistake("batch_norm_backward", "dgamma and dbeta are summed over the features (axis 1)")
def summed_over_features(dy, cache):
    return _right(dy, cache)[0], (dy * cache[0]).sum(axis=1), dy.sum(axis=1)


@mistake("batch_norm_backward", "dgamma and dbeta are returned in the wrong order")
def dgamma_dbeta_swapped(dy, cache):
    dx, dgamma, dbeta = _right(dy, cache)
    return dx, dbeta, dgamma


@mistake("batch_norm_backward", "`dy *= gamma` changes the caller's dy")
def dy_scaled_in_place(dy, cache):
    answer = _right(dy, cache)
    dy *= cache[2]
    return answer


@mistake("batch_norm_backward", "`dx = dy` is no copy: `dx -= ...` changes the caller's dy")
def dy_becomes_dx(dy, cache):
    answer = _right(dy, cache)
    dy[:] = answer[0]
    return answer


@mistake("batch_norm_backward", "x_hat in the cache is multiplied in place: `x_hat *= ...`")
def cache_changed(dy, cache):
    x_hat, *_ = cache
    answer = _right(dy, cache)
    x_hat *= (dy * x_hat).mean(axis=0)
    return answer


def _right(dy, cache):
    x_hat, std, gamma, train = cache
    dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0) if train else dy
    return dx * gamma / std, (dy * x_hat).sum(axis=0), dy.sum(axis=0)


def _along(x, gamma, beta, running, momentum, eps, train, axis, per_channel=True):
    """Norm of x (N, C, H, W) with statistics over the given axes."""
    if train:
        mean, var = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
        kept = (mean.squeeze(), var.squeeze()) if per_channel else (mean, var)
        running = _moved(running, kept, momentum)
    else:
        mean, var = (part[:, None, None] for part in running)
    y, _ = _norm(x, mean, var, gamma[:, None, None], beta[:, None, None], eps)
    return y, running, None


@mistake("spatial_batch_norm_forward", "x is reshaped to (-1, C) without moving the channels last")
def reshaped_without_transpose(x, gamma, beta, running, momentum, eps, train):
    y, running, cache = batch_norm_forward(
        x.reshape(-1, x.shape[1]), gamma, beta, running, momentum, eps, train
    )
    return y.reshape(x.shape), running, cache


@mistake(
    "spatial_batch_norm_forward", "y is reshaped to x's shape without moving the channels back"
)
def reshaped_back_without_transpose(x, gamma, beta, running, momentum, eps, train):
    y, running, cache = spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y.transpose(0, 2, 3, 1).reshape(x.shape), running, cache


@mistake("spatial_batch_norm_forward", "y is left with the channels last, (N, H, W, C)")
def channels_left_last(x, gamma, beta, running, momentum, eps, train):
    y, running, cache = spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y.transpose(0, 2, 3, 1), running, cache


@mistake("spatial_batch_norm_forward", "y is left as pixels by channels, (N H W, C)")
def pixels_left_flat(x, gamma, beta, running, momentum, eps, train):
    y, running, cache = spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]), running, cache


@mistake("spatial_batch_norm_forward", "height and width are swapped on the way back")
def height_width_swapped(x, gamma, beta, running, momentum, eps, train):
    N, C, height, width = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)
    y, running, cache = batch_norm_forward(pixels, gamma, beta, running, momentum, eps, train)
    return y.reshape(N, width, height, C).transpose(0, 3, 2, 1), running, cache


@mistake("spatial_batch_norm_forward", "the mean is over the batch only: one per channel and pixel")
def over_the_batch_only(x, gamma, beta, running, momentum, eps, train):
    if not train:
        return spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    y, _ = _norm(x, x.mean(axis=0), x.var(axis=0), gamma[:, None, None], beta[:, None, None], eps)
    mean, var = x.mean(axis=0).mean(axis=(1, 2)), x.var(axis=0).mean(axis=(1, 2))
    return y, _moved(running, (mean, var), momentum), None


@mistake(
    "spatial_batch_norm_forward", "every image has its own mean: the batch is not averaged over"
)
def every_image_alone(x, gamma, beta, running, momentum, eps, train):
    if not train:
        return spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    mean, var = x.mean(axis=(2, 3), keepdims=True), x.var(axis=(2, 3), keepdims=True)
    y, _ = _norm(x, mean, var, gamma[:, None, None], beta[:, None, None], eps)
    kept = mean.mean(axis=(0, 2, 3)), var.mean(axis=(0, 2, 3))
    return y, _moved(running, kept, momentum), None


@mistake("spatial_batch_norm_forward", "mean and variance are over all numbers, channels included")
def over_all_channels(x, gamma, beta, running, momentum, eps, train):
    kept = np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())
    y, *_ = _along(x, gamma, beta, kept, momentum, eps, False, None)
    if not train:
        return spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y, _moved(running, kept, momentum), None


@mistake("spatial_batch_norm_forward", "running has the shape (1, C, 1, 1) instead of (C,)")
def running_keeps_axes(x, gamma, beta, running, momentum, eps, train):
    y, moved, cache = spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    if train:
        moved = tuple(part.reshape(1, -1, 1, 1) for part in moved)
    return y, moved, cache


@mistake("spatial_batch_norm_forward", "gamma and beta (C,) meet the last axis, the width")
def gamma_along_the_width(x, gamma, beta, running, momentum, eps, train):
    ones, zeros = np.ones_like(gamma), np.zeros_like(beta)
    y, running, cache = spatial_batch_norm_forward(x, ones, zeros, running, momentum, eps, train)
    return gamma * y + beta, running, cache


@mistake("spatial_batch_norm_forward", "`train` is not handed on: prediction uses the batch")
def train_not_handed_on(x, gamma, beta, running, momentum, eps, train):
    return spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, True)


@mistake("spatial_batch_norm_forward", "the new running statistics are dropped, the old returned")
def moved_running_dropped(x, gamma, beta, running, momentum, eps, train):
    y, _, cache = spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    return y, running, cache


@mistake("spatial_batch_norm_forward", "momentum is the share of the batch, not that of the old")
def spatial_momentum_reversed(x, gamma, beta, running, momentum, eps, train):
    return spatial_batch_norm_forward(x, gamma, beta, running, 1 - momentum, eps, train)


@mistake("spatial_batch_norm_forward", "eps is added to the root instead of under it")
def spatial_eps_beside(x, gamma, beta, running, momentum, eps, train):
    pixels = x.transpose(0, 2, 3, 1)
    y, moved, cache = eps_beside_the_root(
        pixels.reshape(-1, x.shape[1]), gamma, beta, running, momentum, eps, train
    )
    return y.reshape(pixels.shape).transpose(0, 3, 1, 2), moved, cache


@mistake("spatial_batch_norm_forward", "the arrays in running are changed in place")
def spatial_running_in_place(x, gamma, beta, running, momentum, eps, train):
    y, moved, cache = spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train)
    for old, new in zip(running, moved, strict=True):
        old[:] = new
    return y, running, cache


@mistake("spatial_batch_norm_forward", "the variance is divided by N H W - 1 instead of N H W")
def spatial_unbiased(x, gamma, beta, running, momentum, eps, train):
    pixels = x.transpose(0, 2, 3, 1)
    y, moved, cache = _batch_norm(
        pixels.reshape(-1, x.shape[1]), gamma, beta, running, momentum, eps, train, var=_unbiased
    )
    return y.reshape(pixels.shape).transpose(0, 3, 1, 2), moved, cache


def _group_norm(grouped, shape, gamma, beta, eps, axis, ddof=0):
    mean = grouped.mean(axis=axis, keepdims=True)
    std = np.sqrt(grouped.var(axis=axis, keepdims=True, ddof=ddof) + eps)
    x_hat = ((grouped - mean) / std).reshape(shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma)


def _grouped(x, groups):
    N, C, height, width = x.shape
    if C % groups:
        raise ValueError("groups must divide the channels")
    return x.reshape(N, groups, C // groups, height, width)


@mistake("group_norm_forward", "groups that do not divide the channels are not refused")
def groups_not_checked(x, gamma, beta, groups, eps):
    return _group_norm(x.reshape(len(x), groups, -1), x.shape, gamma, beta, eps, -1)


@mistake(
    "group_norm_forward", "C // groups rounds down, and the channels that are left are ignored"
)
def left_channels_ignored(x, gamma, beta, groups, eps):
    size, y = max(1, x.shape[1] // groups), np.zeros_like(x)
    for start in range(0, size * groups, size):
        part = x[:, start : start + size]
        if part.shape[1]:
            y[:, start : start + size], _ = _group_norm(
                part,
                part.shape,
                gamma[start : start + size],
                beta[start : start + size],
                eps,
                (1, 2, 3),
            )
    return y, None


@mistake(
    "group_norm_forward", "groups of the wrong count: `groups` is taken for the channels in each"
)
def group_size_for_groups(x, gamma, beta, groups, eps):
    grouped = _grouped(x, groups).reshape(len(x), x.shape[1] // groups, groups, *x.shape[2:])
    return _group_norm(grouped, x.shape, gamma, beta, eps, (2, 3, 4))


@mistake("group_norm_forward", "every g-th channel shares a group, instead of neighbours")
def interleaved_groups(x, gamma, beta, groups, eps):
    N, C, height, width = x.shape
    _grouped(x, groups)
    grouped = x.reshape(N, C // groups, groups, height, width)
    return _group_norm(grouped, x.shape, gamma, beta, eps, (1, 3, 4))


@mistake("group_norm_forward", "the statistics are over the batch, too")
def groups_over_the_batch(x, gamma, beta, groups, eps):
    return _group_norm(_grouped(x, groups), x.shape, gamma, beta, eps, (0, 2, 3, 4))


@mistake("group_norm_forward", "the channels of a group are not averaged over: instance norm")
def every_channel_alone(x, gamma, beta, groups, eps):
    return _group_norm(_grouped(x, groups), x.shape, gamma, beta, eps, (3, 4))


@mistake("group_norm_forward", "pixels are not averaged over: a mean for each place")
def every_pixel_alone(x, gamma, beta, groups, eps):
    return _group_norm(_grouped(x, groups), x.shape, gamma, beta, eps, 2)


@mistake("group_norm_forward", "all channels share one mean: `groups` is not used (layer norm)")
def groups_not_used(x, gamma, beta, groups, eps):
    _grouped(x, groups)
    return _group_norm(x, x.shape, gamma, beta, eps, (1, 2, 3))


@mistake("group_norm_forward", "the variance is divided by its count less 1")
def group_variance_unbiased(x, gamma, beta, groups, eps):
    return _group_norm(_grouped(x, groups), x.shape, gamma, beta, eps, (2, 3, 4), ddof=1)


@mistake("group_norm_forward", "eps is left out, and a group of equal numbers divides 0 by 0")
def group_without_eps(x, gamma, beta, groups, eps):
    return group_norm_forward(x, gamma, beta, groups, 0.0)


@mistake("group_norm_forward", "eps is 1e-5 in the code, whatever the argument says")
def group_eps_hard_coded(x, gamma, beta, groups, eps):
    return group_norm_forward(x, gamma, beta, groups, 1e-5)


@mistake("group_norm_forward", "gamma and beta are left out")
def group_without_gamma_beta(x, gamma, beta, groups, eps):
    return group_norm_forward(x, np.ones_like(gamma), np.zeros_like(beta), groups, eps)


@mistake("group_norm_forward", "gamma and beta (C,) meet the last axis, the width")
def group_gamma_along_the_width(x, gamma, beta, groups, eps):
    y, cache = group_norm_forward(x, np.ones_like(gamma), np.zeros_like(beta), groups, eps)
    return gamma * y + beta, cache


@mistake("group_norm_forward", "eps is added to the root instead of under it")
def group_eps_beside(x, gamma, beta, groups, eps):
    grouped = _grouped(x, groups).reshape(len(x), groups, -1)
    centred = grouped - grouped.mean(axis=-1, keepdims=True)
    x_hat = (centred / (grouped.std(axis=-1, keepdims=True) + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None], None


@mistake("group_norm_forward", "the root is missing: x is divided by the variance")
def group_root_missing(x, gamma, beta, groups, eps):
    grouped = _grouped(x, groups)
    centred = grouped - grouped.mean(axis=(2, 3, 4), keepdims=True)
    x_hat = centred / (grouped.var(axis=(2, 3, 4), keepdims=True) + eps)
    return gamma[:, None, None] * x_hat.reshape(x.shape) + beta[:, None, None], None


@mistake("group_norm_forward", "y is left with the axis of the groups")
def groups_left_in(x, gamma, beta, groups, eps):
    y, cache = group_norm_forward(x, gamma, beta, groups, eps)
    return y.reshape(len(x), groups, -1, *x.shape[2:]), cache


@mistake("fold_batch_norm", "the old bias is dropped: -mean instead of b - mean")
def bias_dropped(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    return W * scale, beta - running[0] * scale


@mistake("fold_batch_norm", "eps is added to the root instead of under it")
def fold_eps_beside(W, b, gamma, beta, running, eps):
    scale = gamma / (np.sqrt(running[1]) + eps)
    return W * scale, (b - running[0]) * scale + beta


@mistake("fold_batch_norm", "the old bias is not scaled")
def bias_not_scaled(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    return W * scale, b - running[0] * scale + beta


@mistake("fold_batch_norm", "the mean is not scaled")
def mean_not_scaled(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    return W * scale, b * scale - running[0] + beta


@mistake("fold_batch_norm", "the mean is divided by the std, but not multiplied by gamma")
def mean_without_gamma(W, b, gamma, beta, running, eps):
    std = np.sqrt(running[1] + eps)
    return gamma * W / std, gamma * b / std - running[0] / std + beta


@mistake("fold_batch_norm", "the mean is not taken off")
def fold_without_mean(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    return W * scale, b * scale + beta


@mistake("fold_batch_norm", "the mean is added instead of taken off")
def mean_added(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    return W * scale, (b + running[0]) * scale + beta


@mistake("fold_batch_norm", "beta is dropped")
def beta_dropped(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    return W * scale, (b - running[0]) * scale


@mistake("fold_batch_norm", "beta is scaled, too")
def beta_scaled(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    return W * scale, (b - running[0] + beta) * scale


@mistake("fold_batch_norm", "gamma is left out")
def fold_without_gamma(W, b, gamma, beta, running, eps):
    scale = 1 / np.sqrt(running[1] + eps)
    return W * scale, (b - running[0]) * scale + beta


@mistake("fold_batch_norm", "W is not scaled")
def W_not_scaled(W, b, gamma, beta, running, eps):
    return W.copy(), (b - running[0]) * gamma / np.sqrt(running[1] + eps) + beta


@mistake("fold_batch_norm", "the rows of W are scaled (inputs) instead of its columns (outputs)")
def rows_scaled(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    return W * scale[:, None], (b - running[0]) * scale + beta


@mistake("fold_batch_norm", "the root is missing: gamma is divided by the variance")
def fold_root_missing(W, b, gamma, beta, running, eps):
    scale = gamma / (running[1] + eps)
    return W * scale, (b - running[0]) * scale + beta


@mistake("fold_batch_norm", "running is unpacked as (var, mean) instead of (mean, var)")
def fold_running_swapped(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[0] + eps)
    return W * scale, (b - running[1]) * scale + beta


@mistake("fold_batch_norm", "eps is left out")
def fold_without_eps(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1])
    return W * scale, (b - running[0]) * scale + beta


@mistake("fold_batch_norm", "gamma and beta have changed places")
def fold_gamma_beta_swapped(W, b, gamma, beta, running, eps):
    scale = beta / np.sqrt(running[1] + eps)
    return W * scale, (b - running[0]) * scale + gamma


@mistake("fold_batch_norm", "`W *= scale` changes the caller's W")
def W_in_place(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    W *= scale
    return W, (b - running[0]) * scale + beta


@mistake("fold_batch_norm", "`b -= mean` changes the caller's b")
def b_in_place(W, b, gamma, beta, running, eps):
    scale = gamma / np.sqrt(running[1] + eps)
    b -= running[0]
    return W * scale, b * scale + beta
