"""Attention (chapter 10): scaled dot products, heads, and where in the sequence a token stands.

A. Vaswani et al., Attention is all you need, 2017.
"""

import numpy as np

from dlutils.activations import softmax
from dlutils.rules import even, whole
from dlutils.shapes import refuses, shapes


@shapes(T=whole(0))
def causal_mask(T):
    """Who may attend to whom without seeing the future: (T, T) bool, True where key <= query."""
    return np.tril(np.ones((T, T), dtype=bool))


def sees_nothing(q, k, v, mask):
    """The complaint about a mask that keeps no key for some query: softmax of nothing is NaN."""
    if mask is not None and not mask.any(axis=-1).all():
        return f"mask must keep a key for every query, got none for query {mask.any(-1).argmin()}"
    return None


@shapes(q="... Tq d", k="... Tk! d", v="... Tk dv", mask="Tq Tk bool")
@refuses(sees_nothing)
def attention_forward(q, k, v, mask):
    """softmax(q k^T / sqrt(d)) v: q (..., Tq, d), k (..., Tk, d) -> y (..., Tq, dv), cache.

    Each query reads a weighted mean of the values v (..., Tk, dv). mask (Tq, Tk) bool, or None,
    keeps the pairs where it is True; every query must keep at least one key.
    """
    scores = q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5  # (..., Tq, Tk)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = softmax(scores)
    return weights @ v, (q, k, v, weights)


@shapes(cache="... Tq d, ... Tk d, ... Tk dv", dy="... Tq dv")
def attention_backward(dy, cache):
    """Gradients of attention: dy (..., Tq, dv) -> dq (..., Tq, d), dk (..., Tk, d), dv.

    Through the softmax, a score's gradient is its weight times how much better than the weighted
    mean its value was; a masked pair has weight 0 and so gradient 0.
    """
    q, k, v, weights = cache
    dweights = dy @ v.swapaxes(-1, -2)
    mean = (weights * dweights).sum(axis=-1, keepdims=True)
    dscores = weights * (dweights - mean) / q.shape[-1] ** 0.5
    return dscores @ k, dscores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ dy


@shapes(x="N T D", heads=whole(1, divides="D"))
def split_heads(x, heads):
    """Cut the features into equal parts, one per head: x (N, T, D) -> (N, heads, T, D / heads).

    Raises ValueError where heads does not divide D.
    """
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3)


@shapes(x="N heads T d")
def merge_heads(x):
    """Put the heads' parts side by side again: x (N, heads, T, d) -> (N, T, heads d)."""
    N, heads, T, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(N, T, heads * d)


@shapes(
    x="N! T! D",
    Wq="D A",
    Wk="D A",
    Wv="D A",
    Wo="A M",
    heads=whole(1, divides="A"),
    mask="T T bool",
)
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads, mask):
    """Self-attention with `heads` heads, no biases: x (N, T, D), weights (D, D) -> y (N, T, D).

    Queries x Wq, keys x Wk and values x Wv are split into heads, each head attends on its own, and
    Wo mixes what the heads have read. mask (T, T) as in `attention_forward`.
    """
    q, k, v = (split_heads(x @ W, heads) for W in (Wq, Wk, Wv))
    y, _ = attention_forward(q, k, v, mask)
    return merge_heads(y) @ Wo


@shapes(T=whole(0), D=even)
def positional_encoding(T, D):
    """Sines and cosines that tell positions apart -> (T, D).

    P[t, 2i] = sin(t / 10000^(2i / D)) and P[t, 2i + 1] = cos of the same, in float64: cast it to
    what it is added to. Raises ValueError for odd D.
    """
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)  # (T, D / 2)
    encoding = np.empty((T, D))
    encoding[:, 0::2], encoding[:, 1::2] = np.sin(angles), np.cos(angles)
    return encoding
