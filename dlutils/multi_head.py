"""Multi-head attention with its gradients, as functions and as a layer (chapter 10)."""

import numpy as np

from dlutils.attention import merge_heads, sees_nothing, split_heads
from dlutils.initializers import xavier_init
from dlutils.layers import Layer
from dlutils.rules import a_function, generator, whole
from dlutils.shapes import refuses, shapes


@shapes(q="... Tq d float", k="... Tk! d float", v="... Tk dv float", mask="Tq Tk bool")
@refuses(sees_nothing)
def attention_forward_fast(q, k, v, mask):
    """`attention_forward` with few passes over the scores, which are by far the largest array.

    softmax(scores) v = (exp(scores) v) / sum exp(scores): the weights themselves are never made,
    and the division is one of (Tq, d) numbers instead of (Tq, Tk). The sum is a product with ones,
    which is several times faster than np.sum.
    """
    q = q / q.shape[-1] ** 0.5
    scores = q @ k.swapaxes(-1, -2)  # (..., Tq, Tk)
    if mask is not None:
        scores += np.where(mask, 0, -np.inf).astype(scores.dtype)
    scores -= scores.max(axis=-1, keepdims=True)
    e = np.exp(scores, out=scores)
    total = e @ np.ones((e.shape[-1], 1), e.dtype)
    y = _product(e, v, laid_out_like=v)
    y /= total
    return y, (q, k, v, e, total, y)


@shapes(cache="... Tq d, ... Tk d, ... Tk dv", dy="... Tq dv")
def attention_backward_fast(dy, cache):
    """Gradients of `attention_forward_fast`: dy (..., Tq, dv) -> dq, dk, dv.

    The weighted mean of the weights' gradients is sum_j w_j (v_j dy) = y dy.
    """
    q, k, v, e, total, y = cache
    dy = dy / total
    mean = np.einsum("...d,...d->...", y, dy)[..., None]
    dscores = dy @ v.swapaxes(-1, -2)
    dscores -= mean
    dscores *= e
    dq = _product(dscores, k, laid_out_like=q)
    dq /= q.shape[-1] ** 0.5
    dk = _product(dscores.swapaxes(-1, -2), q, laid_out_like=k)
    return dq, dk, _product(e.swapaxes(-1, -2), dy, laid_out_like=v)


def _product(a, b, laid_out_like):
    """a @ b in another array's memory order: merging heads that were split then copies nothing."""
    shape = (*a.shape[:-1], b.shape[-1])
    return np.matmul(a, b, out=np.empty_like(laid_out_like, shape=shape))


@shapes(
    x="N! T! D",
    Wq="D A",
    Wk="D A",
    Wv="D A",
    Wo="A M",
    heads=whole(1, divides="A"),
    mask="T T bool",
)
def multi_head_attention_forward(x, Wq, Wk, Wv, Wo, heads, mask):
    """`multi_head_attention` that keeps what its gradients need: x (N, T, D) -> y, cache.

    Projections see the tokens as one long batch (N T, D), so each is one matrix product.
    """
    N, T, D = x.shape
    tokens = x.reshape(N * T, D)
    q, k, v = (split_heads((tokens @ W).reshape(N, T, -1), heads) for W in (Wq, Wk, Wv))
    y, attention = attention_forward_fast(q, k, v, mask)
    merged = merge_heads(y).reshape(N * T, -1)
    y = (merged @ Wo).reshape(N, T, -1)
    return y, (x, attention, merged, Wq, Wk, Wv, Wo, heads)


@shapes(cache="N T D, _, _, _, _, _, A M", dy="N T M")
def multi_head_attention_backward(dy, cache):
    """Gradients of multi-head attention: dy (N, T, D) -> dx (N, T, D), dWq, dWk, dWv, dWo.

    x is read three times, as queries, keys and values, so its gradient is the sum of three.
    """
    x, attention, merged, Wq, Wk, Wv, Wo, heads = cache
    N, T, M = dy.shape
    tokens = x.reshape(N * T, -1)
    dy = dy.reshape(N * T, M)
    dmerged = (dy @ Wo.T).reshape(N, T, -1)
    dx, weights = 0, []
    gradients = attention_backward_fast(split_heads(dmerged, heads), attention)
    for W, gradient in zip((Wq, Wk, Wv), gradients, strict=True):
        gradient = merge_heads(gradient).reshape(N * T, -1)
        weights.append(tokens.T @ gradient)
        dx = dx + gradient @ W.T
    return dx.reshape(N, T, -1), *weights, merged.T @ dy


class MultiHeadAttention(Layer):
    """Self-attention with `heads` heads, no biases: x (N, T, D), Wq Wk Wv Wo (D, D), y (N, T, D).

    `mask`, such as `causal_mask`, is called with T and says who may attend to whom; None: everyone.
    """

    params = ("Wq", "Wk", "Wv", "Wo")

    @shapes(
        n=whole(1),
        heads=whole(1, divides="n"),
        rng=generator,
        mask=a_function("T, such as causal_mask"),
    )
    def __init__(self, n, heads, rng, mask=None, dtype=np.float32, init=xavier_init):
        self.Wq, self.Wk, self.Wv, self.Wo = (init(n, n, rng).astype(dtype) for _ in range(4))
        self.heads, self.mask = heads, mask

    @shapes(x="N T D")
    def forward(self, x):
        mask = None if self.mask is None else self.mask(x.shape[1])
        y, self.cache = multi_head_attention_forward(
            x, self.Wq, self.Wk, self.Wv, self.Wo, self.heads, mask
        )
        return y

    def backward(self, dy):
        dx, self.dWq, self.dWk, self.dWv, self.dWo = multi_head_attention_backward(dy, self.cache)
        return dx
