"""Embedding: a table with one learnt vector per token (chapter 8)."""

import numpy as np

from dlutils.layers import Layer
from dlutils.rules import generator, whole
from dlutils.shapes import shapes


@shapes(E="V D", ids="... <V")
def embedding_forward(ids, E):
    """Row ids[...] of the table for every token: ids (...) ints, E (V, D) -> y (..., D), cache."""
    return E[ids], (ids, E.shape)


@shapes(cache="..., V D", dy="... D")
def embedding_backward(dy, cache):
    """Gradient of the table: dy (..., D) -> dE (V, D), the sum of dy over each token's places."""
    ids, shape = cache
    dE = np.zeros(shape, dy.dtype)
    np.add.at(dE, ids, dy)
    return dE


@shapes(cache="..., V D", dy="... D")
def embedding_backward_fast(dy, cache):
    """`embedding_backward` by sorting: equal ids become neighbours, and each run is summed once."""
    ids, shape = cache
    ids = np.ravel(ids)
    order = np.argsort(ids, kind="stable")
    tokens, starts = np.unique(ids[order], return_index=True)
    dE = np.zeros(shape, dy.dtype)
    dE[tokens] = np.add.reduceat(dy.reshape(-1, shape[1])[order], starts, axis=0)
    return dE


class Embedding(Layer):
    """A learnt vector for every token: ids x (...) ints, E (V, D), y (..., D).

    There is no dx: ids have no gradient.
    """

    params = ("E",)

    @shapes(n_tokens=whole(1), n_out=whole(1), rng=generator)
    def __init__(self, n_tokens, n_out, rng, dtype=np.float32):
        self.E = rng.normal(size=(n_tokens, n_out)).astype(dtype)

    def forward(self, x):
        y, self.cache = embedding_forward(x, self.E)
        return y

    def backward(self, dy):
        self.dE = embedding_backward_fast(dy, self.cache)
