"""Right answers to chapter 11, written in other ways than the reference."""

import math

import numpy as np

from tests.alternatives import alternative


@alternative("dropout_forward")
def coin_flips(x, p, rng, train):
    if not train or p == 0:
        return x.copy(), (np.ones_like(x), 0)
    if p == 1:
        return np.zeros_like(x), (np.zeros_like(x), 0)
    keep = rng.binomial(1, 1 - p, size=x.shape)
    return x * keep / (1 - p), (keep, p)


@alternative("dropout_forward")
def number_by_number(x, p, rng, train):
    y, kept = np.zeros(x.shape), np.zeros(x.shape, dtype=bool)
    for place in np.ndindex(x.shape):
        kept[place] = not train or rng.uniform() > p
        if kept[place]:
            y[place] = x[place] / (1 - p) if train else x[place]
    return y, {"kept": kept, "scale": 1 / (1 - p) if train and p < 1 else 1}


@alternative("dropout_forward")
def chosen_factors(x, p, rng, train):
    if not train:
        return [x, 1.0]
    if p >= 1:
        return [0.0 * x, 0.0]
    factors = rng.choice([0.0, 1.0 / (1.0 - p)], size=x.shape, p=[p, 1 - p])
    return [factors * x, factors]


@alternative("dropout_forward")
def where_kept(x, p, rng, train):
    keep = rng.random(x.shape) < 1 - p if train else np.full(x.shape, True)
    q = max(1 - p, 1e-12) if train else 1.0
    return np.where(keep, x / q, 0), (keep, q)


@alternative("dropout_forward")
def bools_of_integers(x, p, rng, train):
    if not train:
        return x, (np.True_, 1.0)
    dropped = rng.integers(0, 10**9, x.shape) < p * 10**9
    y = x.copy()
    y[dropped] = 0
    return (y / (1 - p) if p < 1 else y), (~dropped, 1 - p if p < 1 else 1.0)


@alternative("dropout_backward")
def by_the_mask_if_there_is_one(dy, cache):
    factors = np.ones(dy.shape) if cache is None else cache
    return np.einsum("...,...->...", dy, factors)


@alternative("dropout_backward")
def number_by_number_backward(dy, cache):
    if cache is None:
        return dy.copy()
    dx = [gradient * factor for gradient, factor in zip(dy.flat, cache.flat, strict=True)]
    return np.array(dx).reshape(dy.shape)


@alternative("dropout_backward", forward=coin_flips)
def from_keep_and_p(dy, cache):
    keep, p = cache
    return dy * keep / (1 - p)


@alternative("dropout_backward", forward=number_by_number)
def from_a_dict(dy, cache):
    return np.where(cache["kept"], cache["scale"] * dy, 0)


@alternative("dropout_backward", forward=chosen_factors)
def from_factors(dy, cache):
    return np.multiply(dy, cache)


@alternative("dropout_backward", forward=where_kept)
def zeros_then_kept(dy, cache):
    keep, q = cache
    dx = np.zeros_like(dy)
    dx[keep] = dy[keep] / q
    return dx


@alternative("dropout_backward", forward=bools_of_integers)
def from_bools(dy, cache):
    keep, q = cache
    return (dy * keep / q).tolist()


@alternative("monte_carlo_predict")
def running_sum(predict, x, samples, rng):
    total = 0
    for _ in range(samples):
        total = total + predict(x, rng)
    return total / samples


@alternative("monte_carlo_predict")
def running_mean(predict, x, samples, rng):
    mean = np.array(predict(x, rng), dtype=float)
    for n in range(2, samples + 1):
        mean += (predict(x, rng) - mean) / n
    return mean


@alternative("monte_carlo_predict")
def stacked(predict, x, samples, rng):
    predictions = np.stack([np.array(predict(x, rng)) for _ in range(samples)], axis=-1)
    return predictions.mean(axis=-1)


@alternative("monte_carlo_predict")
def on_copies(predict, x, samples, rng):
    answers = []
    while len(answers) < samples:
        answers.append(predict(x.copy(), rng).copy())
    return sum(answers) / len(answers)


@alternative("max_norm")
def column_by_column(W, limit):
    new = W.copy()
    for m in range(W.shape[1]):
        n = math.sqrt(sum(w**2 for w in W[:, m]))
        if n > limit:
            new[:, m] = W[:, m] * limit / n
    return new


@alternative("max_norm")
def where_long(W, limit):
    n = np.linalg.norm(W, axis=0, keepdims=True)
    return np.where(n > limit, W * limit / np.where(n == 0, 1, n), W)


@alternative("max_norm")
def clipped_norms(W, limit):
    n = np.linalg.norm(W, axis=0)
    return W * np.clip(n, 0, limit) / (n + 1e-8)


@alternative("max_norm")
def rows_of_transpose(W, limit):
    return np.array([w / max(1.0, np.sqrt(w @ w) / limit) for w in W.T]).T


@alternative("max_norm")
def einsum_norms(W, limit):
    n = np.sqrt(np.einsum("dm,dm->m", W, W))
    with np.errstate(divide="ignore"):
        return W * np.minimum(1, limit / n)


@alternative("predictive_entropy")
def small_constant(probabilities):
    return -np.sum(probabilities * np.log(probabilities + 1e-12), axis=-1)


@alternative("predictive_entropy")
def clipped_probabilities(probabilities):
    p = np.clip(probabilities, 1e-7, 1)
    return np.sum(p * np.log(1 / p), -1)


@alternative("predictive_entropy")
def nan_left_out(probabilities):
    with np.errstate(all="ignore"):
        return -np.nansum(probabilities * np.log(probabilities), axis=-1)


@alternative("predictive_entropy")
def by_recursion(probabilities):
    p = np.asarray(probabilities)
    if p.ndim == 1:
        return -sum(float(q) * math.log(q) for q in p if q > 0)
    return [by_recursion(part) for part in p]


@alternative("predictive_entropy")
def log_where(probabilities):
    logs = np.zeros_like(probabilities)
    np.log(probabilities, out=logs, where=probabilities > 0)
    return -np.einsum("...k,...k->...", probabilities, logs)
