"""Mistakes of chapter 11: dropout, its gradient, long columns, means of predictions, entropy."""

import copy

import numpy as np

from dlutils.mistakes import mistake


def _keep(x, p, rng):
    return rng.random(x.shape) >= p


def _scale(p):
    return 1 / (1 - p) if p < 1 else 0.0


@mistake("dropout_forward", "what is kept is not divided by 1 - p")
def not_inverted(x, p, rng, train):
    mask = _keep(x, p, rng) if train else np.ones(x.shape)
    return x * mask, mask


@mistake("dropout_forward", "nothing is scaled in training, and x is multiplied by 1 - p in use")
def scaled_in_use(x, p, rng, train):
    mask = _keep(x, p, rng) if train else np.full(x.shape, 1 - p)
    return x * mask, mask


@mistake("dropout_forward", "p is taken as the probability to keep")
def p_as_keep(x, p, rng, train):
    if not train:
        return x, None
    mask = (rng.random(x.shape) < p) * (1 / p if p > 0 else 0.0)
    return x * mask, mask


@mistake("dropout_forward", "numbers are kept with probability p, and divided by 1 - p")
def comparison_turned(x, p, rng, train):
    if not train:
        return x, None
    mask = (rng.random(x.shape) < p) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "what is kept is divided by p")
def divided_by_p(x, p, rng, train):
    if not train:
        return x, None
    mask = _keep(x, p, rng) / (p or 1)
    return x * mask, mask


@mistake("dropout_forward", "what is kept is multiplied by 1 - p, not divided")
def multiplied(x, p, rng, train):
    if not train:
        return x, None
    mask = _keep(x, p, rng) * (1 - p)
    return x * mask, mask


@mistake("dropout_forward", "nothing is dropped, only scaled: the mask is all ones")
def nothing_dropped(x, p, rng, train):
    if not train:
        return x, None
    mask = np.ones(x.shape) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "nothing is dropped at all")
def identity(x, p, rng, train):
    return x, np.ones(x.shape)


@mistake("dropout_forward", "train is not looked at, so that numbers are dropped in use as well")
def active_in_use(x, p, rng, train):
    rng = np.random.default_rng(0) if rng is None else rng
    mask = _keep(x, p, rng) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "train is read the wrong way round: numbers are dropped only in use")
def train_inverted(x, p, rng, train):
    if train:
        return x, np.ones(x.shape)
    rng = np.random.default_rng(0) if rng is None else rng
    mask = _keep(x, p, rng) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "the kept numbers are divided by 1 - p in use as well")
def scaled_always(x, p, rng, train):
    mask = (_keep(x, p, rng) if train else np.ones(x.shape)) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "1 / (1 - p) is computed for p = 1")
def division_by_zero(x, p, rng, train):
    if not train:
        return x, None
    mask = _keep(x, p, rng) * (np.float64(1) / (1 - p))
    return x * mask, mask


@mistake("dropout_forward", "p = 1 is taken as no dropout")
def one_as_none(x, p, rng, train):
    if not train or p == 1:
        return x, None
    mask = _keep(x, p, rng) / (1 - p)
    return x * mask, mask


@mistake("dropout_forward", "p = 1 gives zeros even where train is False")
def one_before_train(x, p, rng, train):
    if p == 1:
        return np.zeros(x.shape), np.zeros(x.shape)
    if not train:
        return x, None
    mask = _keep(x, p, rng) / (1 - p)
    return x * mask, mask


@mistake("dropout_forward", "a mask is drawn from rng even where train is False")
def draws_in_use(x, p, rng, train):
    mask = _keep(x, p, rng) * _scale(p)
    return (x * mask, mask) if train else (x, None)


@mistake("dropout_forward", "the mask is drawn by np.random and not by rng")
def from_numpy(x, p, rng, train):
    if not train:
        return x, None
    mask = (np.random.random(x.shape) >= p) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "a Generator with a fixed seed is made inside: every mask is the same")
def own_generator(x, p, rng, train):
    if not train:
        return x, None
    mask = _keep(x, p, np.random.default_rng(0)) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "the mask is drawn from a copy of rng: every mask is the same")
def copied_generator(x, p, rng, train):
    if not train:
        return x, None
    mask = _keep(x, p, copy.deepcopy(rng)) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "one draw serves a whole row, so that samples are dropped, not units")
def mask_of_rows(x, p, rng, train):
    if not train:
        return x, None
    draws = rng.random((len(x),) + (1,) * (x.ndim - 1))
    mask = np.broadcast_to((draws >= p) * _scale(p), x.shape)
    return x * mask, mask


@mistake("dropout_forward", "one row of draws serves all samples")
def mask_of_columns(x, p, rng, train):
    if not train:
        return x, None
    mask = np.broadcast_to((rng.random(x.shape[-1]) >= p) * _scale(p), x.shape)
    return x * mask, mask


@mistake("dropout_forward", "one draw decides over all numbers")
def one_draw(x, p, rng, train):
    if not train:
        return x, None
    mask = np.full(x.shape, (rng.random() >= p) * _scale(p))
    return x * mask, mask


@mistake("dropout_forward", "a fixed number of places is dropped, a share of p rounded")
def fixed_count(x, p, rng, train):
    if not train:
        return x, None
    mask = np.full(x.size, _scale(p))
    mask[rng.permutation(x.size)[: round(p * x.size)]] = 0
    mask = mask.reshape(x.shape)
    return x * mask, mask


@mistake("dropout_forward", "normal numbers are compared with p instead of uniform ones")
def normal_draws(x, p, rng, train):
    if not train:
        return x, None
    mask = (rng.normal(size=x.shape) >= p) * _scale(p)
    return x * mask, mask


@mistake("dropout_forward", "x is multiplied by the mask in place")
def in_place(x, p, rng, train):
    if not train:
        return x, None
    mask = _keep(x, p, rng) * _scale(p)
    x *= mask
    return x, mask


@mistake("dropout_forward", "the dropped places of x are set to 0 in place")
def zeroed_in_place(x, p, rng, train):
    if not train:
        return x, None
    mask = _keep(x, p, rng) * _scale(p)
    x[mask == 0] = 0
    return x * _scale(p), mask


@mistake("dropout_forward", "only y is returned, without a cache")
def no_cache(x, p, rng, train):
    return x * (_keep(x, p, rng) * _scale(p)) if train else x


@mistake("dropout_forward", "cache and y are swapped")
def swapped(x, p, rng, train):
    mask = _keep(x, p, rng) * _scale(p) if train else np.ones(x.shape)
    return mask, x * mask


@mistake("dropout_backward", "dy is returned as it came, so that dropped numbers get a gradient")
def gradient_unchanged(dy, cache):
    return dy


@mistake("dropout_backward", "the gradient is not divided by 1 - p where x was kept")
def gradient_not_scaled(dy, cache):
    return dy if cache is None else dy * (cache != 0)


@mistake("dropout_backward", "the gradient is multiplied by 1 - p where x was kept")
def gradient_times_keep(dy, cache):
    return dy if cache is None else dy * (cache != 0) / max(cache.max(), 1)


@mistake("dropout_backward", "the gradient is divided by 1 - p twice")
def gradient_scaled_twice(dy, cache):
    return dy if cache is None else dy * cache**2


@mistake("dropout_backward", "a new mask is drawn")
def mask_redrawn(dy, cache):
    if cache is None or cache.max() == 0:
        return dy * (1 if cache is None else cache)
    return dy * (np.random.random(dy.shape) * cache.max() < 1) * cache.max()


@mistake("dropout_backward", "the mask is turned round: the dropped places get the gradient")
def mask_inverted(dy, cache):
    return dy if cache is None else dy * (cache == 0) * max(cache.max(), 1)


@mistake("dropout_backward", "all gradients are scaled by 1 / (1 - p) and none is dropped")
def scale_only(dy, cache):
    return dy if cache is None else dy * cache.max()


@mistake("dropout_backward", "dy is divided by the mask")
def divided_by_mask(dy, cache):
    return dy if cache is None else dy / cache


@mistake("dropout_backward", "the mask itself is returned, without dy")
def mask_alone(dy, cache):
    return np.ones(dy.shape) if cache is None else cache * 1.0


@mistake("dropout_backward", "the call with train False is forgotten, which left no mask")
def no_mask_expected(dy, cache):
    return dy * cache


@mistake("dropout_backward", "0 is divided by 1 - p = 0 for p = 1")
def zero_by_zero(dy, cache):
    return dy if cache is None else dy * (cache / cache.max()) * cache.max()


@mistake("dropout_backward", "a call with train False gives a gradient of 0")
def nothing_in_use(dy, cache):
    return np.zeros(dy.shape) if cache is None else dy * cache


@mistake("dropout_backward", "dy is multiplied by the mask in place")
def gradient_in_place(dy, cache):
    if cache is not None:
        dy *= cache
    return dy


@mistake("dropout_backward", "the cache is multiplied by dy in place")
def cache_in_place(dy, cache):
    if cache is None:
        return dy
    cache *= dy
    return cache.copy()


@mistake("monte_carlo_predict", "predict is called once, and its answer taken")
def one_sample(predict, x, samples, rng):
    return predict(x, rng)


@mistake("monte_carlo_predict", "the predictions are added up but not divided")
def total(predict, x, samples, rng):
    return np.sum([predict(x, rng) for _ in range(samples)], axis=0)


@mistake("monte_carlo_predict", "all predictions are returned, not their mean")
def all_samples(predict, x, samples, rng):
    return np.array([predict(x, rng) for _ in range(samples)])


@mistake("monte_carlo_predict", "the mean is also taken over the images")
def mean_of_everything(predict, x, samples, rng):
    return np.mean([predict(x, rng) for _ in range(samples)])


@mistake("monte_carlo_predict", "the mean runs over the images (axis 1) and not over the samples")
def mean_over_images(predict, x, samples, rng):
    return np.mean([predict(x, rng) for _ in range(samples)], axis=1)


@mistake("monte_carlo_predict", "every call gets a Generator of the same seed, or a copy of rng")
def same_masks(predict, x, samples, rng):
    return np.mean([predict(x, copy.deepcopy(rng)) for _ in range(samples)], axis=0)


@mistake("monte_carlo_predict", "a Generator of its own is used and not rng")
def own_rng(predict, x, samples, rng):
    rng = np.random.default_rng(0)
    return np.mean([predict(x, rng) for _ in range(samples)], axis=0)


@mistake("monte_carlo_predict", "predict is called one time too few")
def one_too_few(predict, x, samples, rng):
    total = predict(x, rng) / samples
    for _ in range(1, samples - 1):
        total = total + predict(x, rng) / samples
    return total


@mistake("monte_carlo_predict", "predict is called one time more than samples says")
def one_too_many(predict, x, samples, rng):
    return np.mean([predict(x, rng) for _ in range(samples + 1)], axis=0)


@mistake("monte_carlo_predict", "the sum starts with a prediction and is divided by samples + 1")
def wrong_count(predict, x, samples, rng):
    return np.sum([predict(x, rng) for _ in range(samples)], axis=0) / (samples + 1)


@mistake("monte_carlo_predict", "each new prediction counts as much as all before it together")
def halves(predict, x, samples, rng):
    mean = predict(x, rng)
    for _ in range(samples - 1):
        mean = (mean + predict(x, rng)) / 2
    return mean


@mistake("monte_carlo_predict", "the median is taken instead of the mean")
def median_taken(predict, x, samples, rng):
    return np.median([predict(x, rng) for _ in range(samples)], axis=0)


@mistake("monte_carlo_predict", "the number of samples is fixed inside")
def ten_samples(predict, x, samples, rng):
    return np.mean([predict(x, rng) for _ in range(10)], axis=0)


@mistake("monte_carlo_predict", "predictions are added up in an array that predict has returned")
def summed_in_place(predict, x, samples, rng):
    total = predict(x, rng)
    for _ in range(samples - 1):
        total += predict(x, rng)
    return total / samples


@mistake("max_norm", "the norm is that of a row, not that of a column")
def norm_of_rows(W, limit):
    norms = np.sqrt((W**2).sum(axis=1, keepdims=True))
    return W * (limit / np.maximum(norms, limit))


@mistake("max_norm", "the norm is that of the whole matrix")
def norm_of_all(W, limit):
    return W * (limit / max(np.sqrt((W**2).sum()), limit))


@mistake("max_norm", "all columns get the length limit, also the shorter ones")
def all_to_limit(W, limit):
    norms = np.sqrt((W**2).sum(axis=0))
    return W * (limit / np.where(norms > 0, norms, 1))


@mistake("max_norm", "short columns are stretched to limit, and long ones left")
def minimum_for_maximum(W, limit):
    norms = np.sqrt((W**2).sum(axis=0))
    return W * (limit / np.where(norms > 0, np.minimum(norms, limit), 1))


@mistake("max_norm", "the single weights are cut off at limit")
def clipped_weights(W, limit):
    return np.clip(W, -limit, limit)


@mistake("max_norm", "the root is missing: squared lengths are compared with limit")
def squared_norms(W, limit):
    return W * (limit / np.maximum((W**2).sum(axis=0), limit))


@mistake("max_norm", "long columns are divided by their length, but not multiplied by limit")
def to_length_one(W, limit):
    norms = np.sqrt((W**2).sum(axis=0))
    return W / np.where(norms > limit, norms, 1)


@mistake("max_norm", "long columns are divided by limit")
def divided_by_limit(W, limit):
    norms = np.sqrt((W**2).sum(axis=0))
    return np.where(norms > limit, W / limit, W)


@mistake("max_norm", "the length is the sum of absolute values")
def sum_of_absolutes(W, limit):
    return W * (limit / np.maximum(np.abs(W).sum(axis=0), limit))


@mistake("max_norm", "the length is the largest absolute value of the column")
def largest_absolute(W, limit):
    return W * (limit / np.maximum(np.abs(W).max(axis=0), limit))


@mistake("max_norm", "the mean of squares is taken instead of their sum")
def mean_of_squares(W, limit):
    return W * (limit / np.maximum(np.sqrt((W**2).mean(axis=0)), limit))


@mistake("max_norm", "W itself is returned where no column is too long, not a new array")
def same_array(W, limit):
    norms = np.sqrt((W**2).sum(axis=0))
    return W * (limit / np.maximum(norms, limit)) if norms.max() > limit else W


@mistake("max_norm", "all columns are shortened as soon as one is too long")
def all_or_none(W, limit):
    return W * min(1.0, limit / np.sqrt((W**2).sum(axis=0)).max())


@mistake("max_norm", "a column of zeros is divided by its length")
def zeros_divided(W, limit):
    return W * np.minimum(1, limit / np.sqrt((W**2).sum(axis=0))) + 0 / np.sqrt((W**2).sum(axis=0))


@mistake("max_norm", "W is changed in place")
def shortened_in_place(W, limit):
    W *= limit / np.maximum(np.sqrt((W**2).sum(axis=0)), limit)
    return W


@mistake("predictive_entropy", "the minus sign is missing")
def negative_entropy(probabilities):
    return (probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=-1)


@mistake("predictive_entropy", "the logarithm is of base 2 (bits, not nats)")
def in_bits(probabilities):
    return -(probabilities * np.log2(np.maximum(probabilities, 1e-12))).sum(axis=-1)


@mistake("predictive_entropy", "the logarithm is of base 10")
def base_ten(probabilities):
    return -(probabilities * np.log10(np.maximum(probabilities, 1e-12))).sum(axis=-1)


@mistake("predictive_entropy", "the entropy is divided by ln K")
def normalised(probabilities):
    H = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=-1)
    return H / np.log(probabilities.shape[-1])


@mistake("predictive_entropy", "the sum runs over the images (axis 0) and not over the classes")
def over_images(probabilities):
    return -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=0)


@mistake("predictive_entropy", "the sum runs over axis 1, which need not be the last")
def over_axis_one(probabilities):
    return -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=1)


@mistake("predictive_entropy", "the sum runs over all numbers")
def of_everything(probabilities):
    return -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum()


@mistake("predictive_entropy", "the mean over the classes is taken instead of the sum")
def mean_over_classes(probabilities):
    return -(probabilities * np.log(np.maximum(probabilities, 1e-12))).mean(axis=-1)


@mistake("predictive_entropy", "the logarithms are summed without their weights p_k")
def unweighted(probabilities):
    return -np.log(np.maximum(probabilities, 1e-12)).sum(axis=-1)


@mistake("predictive_entropy", "ln 0 is computed: 0 times minus infinity is NaN")
def log_of_zero(probabilities):
    return -(probabilities * np.log(probabilities)).sum(axis=-1)


@mistake("predictive_entropy", "a constant that is too large is added within the logarithm")
def large_constant(probabilities):
    return -(probabilities * np.log(probabilities + 1e-3)).sum(axis=-1)


@mistake("predictive_entropy", "each class is taken for a coin: (1 - p) ln (1 - p) is added")
def binary_entropies(probabilities):
    p, q = np.maximum(probabilities, 1e-12), np.maximum(1 - probabilities, 1e-12)
    return -(p * np.log(p) + q * np.log(q)).sum(axis=-1)


@mistake("predictive_entropy", "only the largest probability counts")
def of_the_largest(probabilities):
    return -np.log(probabilities.max(axis=-1))
