"""Dropout, and uncertainty from leaving it switched on (chapter 11).

Srivastava et al. 2014; Gal and Ghahramani 2016 for Monte Carlo dropout.
"""

import numpy as np

from dlutils.layers import Layer
from dlutils.rules import above, between, generator, whole
from dlutils.shapes import refuses, shapes


def _without_rng(x, p, rng, train):
    if train and not generator.holds(rng):
        return f"rng must {generator.text}, got {rng!s:.60}"
    return None


@shapes(x="... float", p=between(0, 1))
@refuses(_without_rng)
def dropout_forward(x, p, rng, train):
    """Drop each number with probability p, scale the others by 1 / (1 - p): any shape -> y, cache.

    The mean stays what it was, so that nothing needs scaling later: with train False y = x. One
    `rng.random(x.shape)`, dropped where below p; p = 1 gives zeros.
    """
    if not train:
        return x, None
    scale = 1 / (1 - p) if p < 1 else 0.0
    mask = ((rng.random(x.shape) >= p) * scale).astype(x.dtype)
    return x * mask, mask


@shapes(cache="...", dy="...")
def dropout_backward(dy, cache):
    """Gradient of dropout: dy times the very mask that forward drew, any shape."""
    return dy if cache is None else dy * cache


@shapes(samples=whole(1))
def monte_carlo_predict(predict, x, samples, rng):
    """Mean of `samples` predictions with dropout on: `predict(x, rng)` -> mean, of its shape."""
    return np.mean([predict(x, rng) for _ in range(samples)], axis=0)


@shapes(W="D M", limit=above(0))
def max_norm(W, limit):
    """Shorten the columns (a neuron's incoming weights) longer than limit: W (D, M) -> (D, M).

    A column of norm n becomes W limit / max(n, limit), so the others do not change.
    """
    norms = np.sqrt((W**2).sum(axis=0))
    return W * (limit / np.maximum(norms, limit))


def _no_probabilities(probabilities):
    if np.size(probabilities):
        low, high = np.min(probabilities), np.max(probabilities)
        if not (low >= 0 and high <= 1 + 1e-5):
            return f"probabilities must hold numbers from 0 to 1, got {low} to {high}"
    return None


@shapes(probabilities="... K")
@refuses(_no_probabilities)
def predictive_entropy(probabilities):
    """-sum_k p_k ln p_k over the last axis, in nats, with 0 ln 0 = 0: (..., K) -> (...).

    0 where one class is certain, ln K where all are equally likely.
    """
    logs = np.log(np.where(probabilities > 0, probabilities, 1))
    return -(probabilities * logs).sum(axis=-1)


class Dropout(Layer):
    """Drop each number with probability p while training, any shape; nothing in prediction."""

    @shapes(p=between(0, 1), rng=generator)
    def __init__(self, p, rng):
        self.p, self.rng = p, rng

    def forward(self, x):
        y, self.cache = dropout_forward(x, self.p, self.rng, self.training)
        return y

    def backward(self, dy):
        return dropout_backward(dy, self.cache)
