"""Embedding: a table with one learnt vector per token (chapter 8)."""

import numpy as np

from dlutils.layers import Layer
from dlutils.shapes import shapes


@shapes(E="V D")
def embedding_forward(ids, E):
    """Row ids[...] of the table for every token: ids (...) ints, E (V, D) -> y (..., D), cache."""
    return E[ids], (ids, E.shape)


@shapes(dy="... D")
def embedding_backward(dy, cache):
    """Gradient of the table: dy (..., D) -> dE (V, D), the sum of dy over each token's places."""
    ids, shape = cache
    dE = np.zeros(shape, dy.dtype)
    np.add.at(dE, ids, dy)
    return dE


@shapes(dy="... D")
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

    Raises ValueError for ids outside 0 ... V - 1. There is no dx: ids have no gradient.
    """

    params = ("E",)

    def __init__(self, n_tokens, n_out, rng, dtype=np.float32):
        self.E = rng.normal(size=(n_tokens, n_out)).astype(dtype)

    def forward(self, x):
        x = np.asarray(x)
        if x.dtype.kind not in "iu" or x.min(initial=0) < 0 or x.max(initial=0) >= len(self.E):
            raise ValueError(
                f"Embedding: ids must be ints from 0 to {len(self.E) - 1}, got {x.dtype} from "
                f"{x.min(initial=0)} to {x.max(initial=0)}"
            )
        y, self.cache = embedding_forward(x, self.E)
        return y

    def backward(self, dy):
        self.dE = embedding_backward_fast(dy, self.cache)
