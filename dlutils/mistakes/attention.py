"""Mistakes in chapter 10: layer norm, attention, heads, positions and the transformer block."""

import numpy as np

from dlutils import (
    attention_forward,
    layer_norm_forward,
    merge_heads,
    multi_head_attention,
    relu,
    softmax,
    split_heads,
)
from dlutils.mistakes import mistake


def _scores(q, k, scale):
    return q @ np.swapaxes(k, -1, -2) / scale


def _kept(scores, mask):
    return scores if mask is None else np.where(mask, scores, -np.inf)


def _attend(q, k, v, mask, scale):
    weights = softmax(_kept(_scores(q, k, scale), mask))
    return weights @ v, (q, k, v, weights)


@mistake("attention_forward", "the scores are not divided by sqrt(d)")
def scale_missing(q, k, v, mask):
    return _attend(q, k, v, mask, 1)


@mistake("attention_forward", "the scores are divided by d instead of sqrt(d)")
def divided_by_d(q, k, v, mask):
    return _attend(q, k, v, mask, q.shape[-1])


@mistake("attention_forward", "the scores are multiplied by sqrt(d) instead of divided")
def multiplied_by_root(q, k, v, mask):
    return _attend(q, k, v, mask, q.shape[-1] ** -0.5)


@mistake("attention_forward", "the root is taken of the number of keys Tk, not of the size d")
def root_of_keys(q, k, v, mask):
    return _attend(q, k, v, mask, k.shape[-2] ** 0.5)


@mistake("attention_forward", "the root is taken of the number of queries Tq, not of the size d")
def root_of_queries(q, k, v, mask):
    return _attend(q, k, v, mask, q.shape[-2] ** 0.5)


@mistake("attention_forward", "the root is taken of the size of the first axis, not of the last")
def root_of_the_first_axis(q, k, v, mask):
    return _attend(q, k, v, mask, len(q) ** 0.5)


@mistake("attention_forward", "the weights are divided by sqrt(d) after the softmax, not before it")
def scaled_after_softmax(q, k, v, mask):
    weights = softmax(_kept(_scores(q, k, 1), mask)) / q.shape[-1] ** 0.5
    return weights @ v, (q, k, v, weights)


@mistake("attention_forward", "the mask is not used")
def mask_ignored(q, k, v, mask):
    return _attend(q, k, v, None, q.shape[-1] ** 0.5)


@mistake("attention_forward", "the mask is inverted: what it keeps is hidden, and the rest is read")
def mask_inverted(q, k, v, mask):
    scores = _scores(q, k, q.shape[-1] ** 0.5)
    if mask is not None:
        scores = np.where(mask, -1e9, scores)
    weights = softmax(scores)
    return weights @ v, (q, k, v, weights)


@mistake("attention_forward", "the mask is transposed: keys are its rows, queries its columns")
def mask_transposed(q, k, v, mask):
    return _attend(q, k, v, mask if mask is None else mask.T, q.shape[-1] ** 0.5)


@mistake(
    "attention_forward",
    "the mask is applied after the softmax: the weights that stay no longer sum to 1",
)
def mask_after_softmax(q, k, v, mask):
    weights = softmax(_scores(q, k, q.shape[-1] ** 0.5))
    if mask is not None:
        weights = weights * mask
    return weights @ v, (q, k, v, weights)


@mistake(
    "attention_forward",
    "masked scores become 0 before the softmax, which still gives them e^0 = 1 of the sum",
)
def masked_scores_zero(q, k, v, mask):
    scores = _scores(q, k, q.shape[-1] ** 0.5)
    weights = softmax(scores if mask is None else scores * mask)
    return weights @ v, (q, k, v, weights)


@mistake(
    "attention_forward",
    "the mask (True = 1, False = 0) is added to the scores, which hides nothing",
)
def mask_added(q, k, v, mask):
    scores = _scores(q, k, q.shape[-1] ** 0.5)
    weights = softmax(scores if mask is None else scores + mask)
    return weights @ v, (q, k, v, weights)


@mistake(
    "attention_forward",
    "the weights are masked and divided by their sum anew: right in formula, but where a masked "
    "score is far larger, the sum of the others has underflowed to 0",
)
def renormalised(q, k, v, mask):
    weights = softmax(_scores(q, k, q.shape[-1] ** 0.5))
    if mask is not None:
        weights = weights * mask
        weights = weights / weights.sum(axis=-1, keepdims=True)
    return weights @ v, (q, k, v, weights)


@mistake(
    "attention_forward", "the softmax runs over the queries (axis -2) instead of over the keys"
)
def softmax_over_queries(q, k, v, mask):
    scores = _kept(_scores(q, k, q.shape[-1] ** 0.5), mask)
    e = np.exp(scores - scores.max(axis=-2, keepdims=True))
    weights = e / e.sum(axis=-2, keepdims=True)
    return weights @ v, (q, k, v, weights)


@mistake("attention_forward", "the softmax runs over all queries and keys at once")
def softmax_over_all(q, k, v, mask):
    scores = _kept(_scores(q, k, q.shape[-1] ** 0.5), mask)
    e = np.exp(scores - scores.max(axis=(-2, -1), keepdims=True))
    weights = e / e.sum(axis=(-2, -1), keepdims=True)
    return weights @ v, (q, k, v, weights)


@mistake("attention_forward", "there is no softmax: the values are summed with the raw scores")
def no_softmax(q, k, v, mask):
    scores = _scores(q, k, q.shape[-1] ** 0.5)
    weights = scores if mask is None else np.where(mask, scores, 0)
    return weights @ v, (q, k, v, weights)


@mistake(
    "attention_forward", "the exponentials overflow: the largest score is not taken off before exp"
)
def overflows(q, k, v, mask):
    e = np.exp(_kept(_scores(q, k, q.shape[-1] ** 0.5), mask))
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights @ v, (q, k, v, weights)


@mistake("attention_forward", "keys and values are swapped: queries are compared with the values")
def keys_and_values_swapped(q, k, v, mask):
    return _attend(q, v, k, mask, q.shape[-1] ** 0.5)


@mistake("attention_forward", "the keys are read, instead of the values")
def reads_keys(q, k, v, mask):
    return _attend(q, k, k, mask, q.shape[-1] ** 0.5)


@mistake("attention_forward", "the weights are returned, not the mean of the values")
def returns_weights(q, k, v, mask):
    _, cache = _attend(q, k, v, mask, q.shape[-1] ** 0.5)
    return cache[-1], cache


@mistake("attention_forward", "only the best key is read (argmax), instead of a weighted mean")
def hard_lookup(q, k, v, mask):
    scores = _kept(_scores(q, k, q.shape[-1] ** 0.5), mask)
    weights = np.eye(k.shape[-2])[scores.argmax(axis=-1)]
    return weights @ v, (q, k, v, weights)


@mistake("attention_forward", "k.T reverses all axes of the keys, not only the last two")
def reverses_all_axes(q, k, v, mask):
    weights = softmax(_kept(q @ k.T / q.shape[-1] ** 0.5, mask))
    return weights @ v, (q, k, v, weights)


def _backward(dy, cache, through_softmax, scale=None):
    q, k, v, weights = cache
    dweights = dy @ np.swapaxes(v, -1, -2)
    dscores = through_softmax(weights, dweights) / (scale or q.shape[-1] ** 0.5)
    return dscores @ k, np.swapaxes(dscores, -1, -2) @ q, np.swapaxes(weights, -1, -2) @ dy


def _softmax_backward(weights, dweights):
    return weights * (dweights - (weights * dweights).sum(axis=-1, keepdims=True))


@mistake("attention_backward", "the 1/sqrt(d) is missing on the way back")
def back_without_scale(dy, cache):
    return _backward(dy, cache, _softmax_backward, 1)


@mistake("attention_backward", "the way back divides by d instead of sqrt(d)")
def back_divided_by_d(dy, cache):
    return _backward(dy, cache, _softmax_backward, cache[0].shape[-1])


@mistake("attention_backward", "dk is divided by sqrt(d), dq is not")
def dq_without_scale(dy, cache):
    dq, dk, dv = _backward(dy, cache, _softmax_backward)
    return dq * cache[0].shape[-1] ** 0.5, dk, dv


@mistake("attention_backward", "dq is divided by sqrt(d), dk is not")
def dk_without_scale(dy, cache):
    dq, dk, dv = _backward(dy, cache, _softmax_backward)
    return dq, dk * cache[0].shape[-1] ** 0.5, dv


@mistake("attention_backward", "the softmax is passed unchanged: ds = dw")
def softmax_skipped(dy, cache):
    return _backward(dy, cache, lambda weights, dweights: dweights)


@mistake("attention_backward", "the weighted mean of dw is not taken off: ds = w dw")
def mean_not_taken_off(dy, cache):
    return _backward(dy, cache, lambda weights, dweights: weights * dweights)


@mistake("attention_backward", "the plain mean of dw is taken off instead of the weighted one")
def plain_mean(dy, cache):
    return _backward(dy, cache, lambda w, dw: w * (dw - dw.mean(axis=-1, keepdims=True)))


@mistake("attention_backward", "the sum of dw is taken off instead of its weighted mean")
def plain_sum(dy, cache):
    return _backward(dy, cache, lambda w, dw: w * (dw - dw.sum(axis=-1, keepdims=True)))


@mistake(
    "attention_backward", "the weighted mean is taken over the queries (axis -2), not the keys"
)
def mean_over_queries(dy, cache):
    return _backward(dy, cache, lambda w, dw: w * (dw - (w * dw).sum(axis=-2, keepdims=True)))


@mistake("attention_backward", "the softmax is taken for a sigmoid: ds = w (1 - w) dw")
def as_for_a_sigmoid(dy, cache):
    return _backward(dy, cache, lambda w, dw: w * (1 - w) * dw)


@mistake("attention_backward", "the factor w before the bracket is missing: ds = dw - sum of w dw")
def weights_missing(dy, cache):
    return _backward(dy, cache, lambda w, dw: dw - (w * dw).sum(axis=-1, keepdims=True))


@mistake("attention_backward", "dv is the transposed scores' gradient times dy, not the weights'")
def dv_from_scores(dy, cache):
    q, _, v, weights = cache
    dq, dk, _ = _backward(dy, cache, _softmax_backward)
    dscores = _softmax_backward(weights, dy @ np.swapaxes(v, -1, -2)) / q.shape[-1] ** 0.5
    return dq, dk, np.swapaxes(dscores, -1, -2) @ dy


@mistake("attention_backward", "the weights are not transposed in dv, nor the scores' in dk")
def not_transposed(dy, cache):
    q, k, v, weights = cache
    dscores = _softmax_backward(weights, dy @ np.swapaxes(v, -1, -2)) / q.shape[-1] ** 0.5
    return dscores @ k, dscores @ q, weights @ dy


@mistake("attention_backward", "dq and dk are swapped in the returned tuple")
def dq_and_dk_swapped(dy, cache):
    dq, dk, dv = _backward(dy, cache, _softmax_backward)
    return dk, dq, dv


@mistake("attention_backward", "dk and dv are swapped in the returned tuple")
def dk_and_dv_swapped(dy, cache):
    dq, dk, dv = _backward(dy, cache, _softmax_backward)
    return dq, dv, dk


@mistake("attention_backward", "q and k are swapped: dq is made of q, dk of k")
def q_and_k_mixed_up(dy, cache):
    q, k, v, weights = cache
    dscores = _softmax_backward(weights, dy @ np.swapaxes(v, -1, -2)) / q.shape[-1] ** 0.5
    return dscores @ q, np.swapaxes(dscores, -1, -2) @ k, np.swapaxes(weights, -1, -2) @ dy


@mistake("attention_backward", "the softmax's gradient is taken with the values: dw = dy k^T")
def dw_from_keys(dy, cache):
    q, k, _, weights = cache
    dscores = _softmax_backward(weights, dy @ np.swapaxes(k, -1, -2)) / q.shape[-1] ** 0.5
    return dscores @ k, np.swapaxes(dscores, -1, -2) @ q, np.swapaxes(weights, -1, -2) @ dy


@mistake("attention_backward", "every gradient is divided by the number of sequences")
def divided_by_batch(dy, cache):
    return tuple(part / len(dy) for part in _backward(dy, cache, _softmax_backward))


@mistake("causal_mask", "the mask is upside down: np.triu keeps the future")
def keeps_the_future(T):
    return np.triu(np.ones((T, T), dtype=bool))


@mistake("causal_mask", "a place may not read itself: the diagonal is left out")
def without_the_diagonal(T):
    return np.tril(np.ones((T, T), dtype=bool), k=-1)


@mistake("causal_mask", "one place of the future is kept: the diagonal above is True")
def one_ahead(T):
    return np.tril(np.ones((T, T), dtype=bool), k=1)


@mistake("causal_mask", "True marks what is hidden instead of what is kept")
def marks_the_hidden(T):
    return ~np.tril(np.ones((T, T), dtype=bool))


@mistake("causal_mask", "every pair is kept")
def keeps_everything(T):
    return np.ones((T, T), dtype=bool)


@mistake("causal_mask", "each place keeps only itself")
def keeps_only_itself(T):
    return np.eye(T, dtype=bool)


@mistake("causal_mask", "the mask holds 0 and -1e9, to be added to scores, instead of bools")
def additive_mask(T):
    return np.where(np.tril(np.ones((T, T), dtype=bool)), 0.0, -1e9)


@mistake("causal_mask", "the mask holds the numbers 0 and 1 instead of bools")
def mask_of_numbers(T):
    return np.tril(np.ones((T, T)))


@mistake("causal_mask", "it has a batch axis in front: shape (1, T, T)")
def with_batch_axis(T):
    return np.tril(np.ones((1, T, T), dtype=bool))


@mistake("split_heads", "x is reshaped to (N, heads, T, D / heads) at once, which mixes tokens")
def reshaped_at_once(x, heads):
    N, T, D = x.shape
    return x.reshape(N, heads, T, D // heads)


@mistake("split_heads", "the axes of heads and places are not exchanged: (N, T, heads, D / heads)")
def not_exchanged(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads)


@mistake("split_heads", "the features are dealt out in turn: head h gets h, h + heads and so on")
def dealt_out(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, D // heads, heads).transpose(0, 3, 1, 2)


@mistake("split_heads", "the head comes before the batch: shape (heads, N, T, D / heads)")
def heads_first(x, heads):
    return np.stack(np.split(x, heads, axis=-1))


@mistake("split_heads", "there are D / heads heads of size `heads`: the two sizes are swapped")
def sizes_swapped(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, D // heads, heads).transpose(0, 2, 1, 3)


@mistake("split_heads", "the last two axes are exchanged: (N, heads, D / heads, T)")
def features_before_places(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 3, 1)


@mistake("split_heads", "the sequence is cut into pieces, not the features")
def places_cut(x, heads):
    N, T, D = x.shape
    if T % heads:
        return np.stack(np.array_split(x, heads, axis=1)[:1] * heads, axis=1)
    return x.reshape(N, heads, T // heads, D)


@mistake("split_heads", "the heads stand in reverse order")
def heads_reversed(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3)[:, ::-1]


@mistake("merge_heads", "x is reshaped to (N, T, heads d) at once, which mixes places and heads")
def merged_at_once(x):
    N, heads, T, d = x.shape
    return x.reshape(N, T, heads * d)


@mistake("merge_heads", "the features of the heads alternate: feature 0 of every head comes first")
def alternating(x):
    N, heads, T, d = x.shape
    return x.transpose(0, 2, 3, 1).reshape(N, T, heads * d)


@mistake("merge_heads", "the axes are exchanged, but the heads stay apart: (N, T, heads, d)")
def not_merged(x):
    return x.transpose(0, 2, 1, 3)


@mistake("merge_heads", "heads and places are merged: (N, heads T, d)")
def merged_with_places(x):
    N, heads, T, d = x.shape
    return x.reshape(N, heads * T, d)


@mistake("merge_heads", "the heads are averaged instead of standing side by side")
def heads_averaged(x):
    return x.mean(axis=1)


@mistake("merge_heads", "the heads are added up instead of standing side by side")
def heads_added(x):
    return x.sum(axis=1)


@mistake("merge_heads", "the last head comes first")
def last_head_first(x):
    N, heads, T, d = x.shape
    return x[:, ::-1].transpose(0, 2, 1, 3).reshape(N, T, heads * d)


@mistake("merge_heads", "places become features: the last two axes are exchanged as well")
def places_as_features(x):
    N, heads, T, d = x.shape
    return x.transpose(0, 3, 1, 2).reshape(N, T, heads * d)


def _multi_head(x, Wq, Wk, Wv, Wo, heads, mask, attend=None):
    q, k, v = (split_heads(x @ W, heads) for W in (Wq, Wk, Wv))
    attend = attend or (lambda q, k, v: attention_forward(q, k, v, mask)[0])
    return merge_heads(attend(q, k, v)) @ Wo


@mistake("multi_head_attention", "the scores are divided by sqrt(D), not by the root of D / heads")
def root_of_all_features(x, Wq, Wk, Wv, Wo, heads, mask):
    def attend(q, k, v):
        return _attend(q, k, v, mask, x.shape[-1] ** 0.5)[0]

    return _multi_head(x, Wq, Wk, Wv, Wo, heads, mask, attend)


@mistake("multi_head_attention", "the scores of the heads are not divided by the root")
def heads_without_scale(x, Wq, Wk, Wv, Wo, heads, mask):
    def attend(q, k, v):
        return _attend(q, k, v, mask, 1)[0]

    return _multi_head(x, Wq, Wk, Wv, Wo, heads, mask, attend)


@mistake("multi_head_attention", "Wo is left out")
def without_wo(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wq, Wk, Wv, np.eye(len(Wo)), heads, mask)


@mistake("multi_head_attention", "there is one head of all features: they are not split")
def one_head(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wq, Wk, Wv, Wo, 1, mask)


@mistake("multi_head_attention", "the mask is not passed on")
def heads_unmasked(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wq, Wk, Wv, Wo, heads, None)


@mistake("multi_head_attention", "the mask is always causal, whatever `mask` says")
def always_causal(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wq, Wk, Wv, Wo, heads, np.tri(x.shape[1], dtype=bool))


@mistake("multi_head_attention", "queries and keys are swapped: x Wk asks, x Wq is found")
def queries_and_keys_swapped(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wk, Wq, Wv, Wo, heads, mask)


@mistake("multi_head_attention", "keys and values are swapped")
def heads_keys_and_values_swapped(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wq, Wv, Wk, Wo, heads, mask)


@mistake("multi_head_attention", "the values are x itself, without Wv")
def values_are_x(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wq, Wk, np.eye(len(Wv)), Wo, heads, mask)


@mistake("multi_head_attention", "the weights are transposed: x W^T")
def weights_transposed(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wq.T, Wk.T, Wv.T, Wo.T, heads, mask)


@mistake("multi_head_attention", "the heads are merged by a reshape alone")
def merged_by_reshape(x, Wq, Wk, Wv, Wo, heads, mask):
    q, k, v = (split_heads(x @ W, heads) for W in (Wq, Wk, Wv))
    return attention_forward(q, k, v, mask)[0].reshape(x.shape) @ Wo


@mistake("multi_head_attention", "the heads are split by a reshape alone")
def split_by_reshape(x, Wq, Wk, Wv, Wo, heads, mask):
    N, T, D = x.shape
    q, k, v = ((x @ W).reshape(N, heads, T, D // heads) for W in (Wq, Wk, Wv))
    return merge_heads(attention_forward(q, k, v, mask)[0]) @ Wo


@mistake("multi_head_attention", "x is added at the end: the residual belongs to the block")
def with_residual(x, Wq, Wk, Wv, Wo, heads, mask):
    return x + _multi_head(x, Wq, Wk, Wv, Wo, heads, mask)


@mistake("multi_head_attention", "a pair (y, cache) is returned, where y alone is asked for")
def returns_a_pair(x, Wq, Wk, Wv, Wo, heads, mask):
    return _multi_head(x, Wq, Wk, Wv, Wo, heads, mask), None


def _positions(T, D, angles, sines=0, cosines=1):
    encoding = np.zeros((T, D))
    encoding[:, sines::2], encoding[:, cosines::2] = np.sin(angles), np.cos(angles)
    return encoding


def _angles(T, D, base=10000.0, start=0):
    return (start + np.arange(T))[:, None] / base ** (np.arange(0, D, 2) / D)


@mistake("positional_encoding", "all sines stand in the first half and all cosines in the second")
def sines_and_cosines_in_blocks(T, D):
    angles = _angles(T, D)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


@mistake("positional_encoding", "cosines stand at the even indices, sines at the odd ones")
def cosines_first(T, D):
    return _positions(T, D, _angles(T, D), sines=1, cosines=0)


@mistake("positional_encoding", "the places are counted from 1")
def from_one(T, D):
    return _positions(T, D, _angles(T, D, start=1))


@mistake("positional_encoding", "the exponent is i / D instead of 2i / D")
def exponent_halved(T, D):
    return _positions(T, D, np.arange(T)[:, None] / 10000 ** (np.arange(D // 2) / D))


@mistake("positional_encoding", "the exponent is 4i / D: the even index is doubled once more")
def exponent_doubled(T, D):
    return _positions(T, D, np.arange(T)[:, None] / 10000 ** (2 * np.arange(0, D, 2) / D))


@mistake(
    "positional_encoding",
    "every index has a frequency of its own, j / D: a cosine must share that of its sine",
)
def frequencies_not_shared(T, D):
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(D) / D)
    return np.where(np.arange(D) % 2 == 0, np.sin(angles), np.cos(angles))


@mistake("positional_encoding", "t is multiplied by the power of 10000 instead of divided by it")
def multiplied(T, D):
    return _positions(T, D, np.arange(T)[:, None] * 10000.0 ** (np.arange(0, D, 2) / D))


@mistake("positional_encoding", "the base is 1000 instead of 10000")
def base_too_small(T, D):
    return _positions(T, D, _angles(T, D, base=1000.0))


@mistake(
    "positional_encoding", "the frequencies fall by 10000^(2i / (D - 2)), to 1/10000 at the end"
)
def stretched_to_the_end(T, D):
    exponents = np.linspace(0, 1, D // 2) if D > 2 else np.zeros(1)
    return _positions(T, D, np.arange(T)[:, None] / 10000**exponents)


@mistake("positional_encoding", "features and places are exchanged: the shape is (D, T)")
def encoding_transposed(T, D):
    return _positions(T, D, _angles(T, D)).T


@mistake("positional_encoding", "sines stand everywhere: the odd indices need cosines")
def sines_everywhere(T, D):
    angles = _angles(T, D)
    encoding = np.zeros((T, D))
    encoding[:, 0::2] = encoding[:, 1::2] = np.sin(angles)
    return encoding


@mistake("positional_encoding", "a whole number division makes every exponent 0")
def exponents_floored(T, D):
    return _positions(T, D, np.arange(T)[:, None] / 10000.0 ** (np.arange(0, D, 2) // D))


def _layer_norm(x, gamma, beta, eps, axis=-1, ddof=0):
    mean = x.mean(axis=axis, keepdims=True)
    x_hat = (x - mean) / np.sqrt(x.var(axis=axis, ddof=ddof, keepdims=True) + eps)
    return gamma * x_hat + beta, None


@mistake(
    "layer_norm_forward", "mean and variance are those of each feature over the batch (axis 0)"
)
def over_the_batch(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, gamma, beta, eps, axis=0)


@mistake("layer_norm_forward", "mean and variance are those of each feature over all tokens")
def over_all_tokens(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, gamma, beta, eps, axis=tuple(range(x.ndim - 1)))


@mistake(
    "layer_norm_forward", "mean and variance are taken along axis 1, the last of only two axes"
)
def along_axis_1(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, gamma, beta, eps, axis=1)


@mistake("layer_norm_forward", "mean and variance are taken over all numbers of x at once")
def over_everything(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, gamma, beta, eps, axis=None)


@mistake("layer_norm_forward", "the variance is divided by D - 1 instead of D")
def unbiased_variance(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, gamma, beta, eps, ddof=1)


@mistake("layer_norm_forward", "eps is left out, and a token of equal numbers divides 0 by 0")
def without_eps(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / x.std(axis=-1, keepdims=True) + beta, None


@mistake("layer_norm_forward", "eps is added to the root instead of under it")
def eps_beside_the_root(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / (x.std(axis=-1, keepdims=True) + eps) + beta, None


@mistake("layer_norm_forward", "eps is 1e-5 in the code, whatever the argument says")
def eps_hard_coded(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, gamma, beta, 1e-5)


@mistake("layer_norm_forward", "the root is missing: x is divided by the variance")
def divided_by_variance(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / (x.var(axis=-1, keepdims=True) + eps) + beta, None


@mistake("layer_norm_forward", "the mean is not taken off")
def mean_left_in(x, gamma, beta, eps=1e-5):
    return gamma * x / np.sqrt(x.var(axis=-1, keepdims=True) + eps) + beta, None


@mistake("layer_norm_forward", "x is divided by the root of its mean square, which keeps the mean")
def root_mean_square(x, gamma, beta, eps=1e-5):
    return gamma * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps) + beta, None


@mistake("layer_norm_forward", "gamma and beta are not used")
def only_normalised(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, 1, 0, eps)


@mistake("layer_norm_forward", "gamma and beta have changed places")
def gamma_and_beta_swapped(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, beta, gamma, eps)


@mistake("layer_norm_forward", "beta is added before gamma is multiplied: gamma (x_hat + beta)")
def beta_inside(x, gamma, beta, eps=1e-5):
    x_hat, _ = _layer_norm(x, 1, 0, eps)
    return gamma * (x_hat + beta), None


@mistake("layer_norm_forward", "beta is subtracted instead of added")
def beta_subtracted(x, gamma, beta, eps=1e-5):
    return _layer_norm(x, gamma, -beta, eps)


def _norm_parts(dy, cache):
    x_hat, _, gamma = cache
    tokens = tuple(range(dy.ndim - 1))
    return dy * gamma, (dy * x_hat).sum(axis=tokens), dy.sum(axis=tokens)


def _mean(array):
    return array.mean(axis=-1, keepdims=True)


@mistake("layer_norm_backward", "the gradient through the mean is dropped")
def mean_dropped(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return (g - x_hat * _mean(g * x_hat)) / std, dgamma, dbeta


@mistake("layer_norm_backward", "eps is left out where dx is divided by the root")
def eps_forgotten(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    root = std * np.sqrt(_mean(x_hat**2))  # of the variance alone: x_hat has the rest
    return (g - _mean(g) - x_hat * _mean(g * x_hat)) / root, dgamma, dbeta


@mistake("layer_norm_backward", "the gradient through the variance is dropped")
def variance_dropped(dy, cache):
    (_, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return (g - _mean(g)) / std, dgamma, dbeta


@mistake("layer_norm_backward", "mean and variance are taken for constants: both terms are dropped")
def both_dropped(dy, cache):
    (_, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return g / std, dgamma, dbeta


@mistake("layer_norm_backward", "gamma is missing in dx")
def gamma_missing(dy, cache):
    (x_hat, std, _), (_, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return (dy - _mean(dy) - x_hat * _mean(dy * x_hat)) / std, dgamma, dbeta


@mistake("layer_norm_backward", "gamma is multiplied after the means are taken off, not before")
def gamma_too_late(dy, cache):
    (x_hat, std, gamma), (_, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return gamma * (dy - _mean(dy) - x_hat * _mean(dy * x_hat)) / std, dgamma, dbeta


@mistake("layer_norm_backward", "dx is not divided by the standard deviation")
def not_divided_by_std(dy, cache):
    (x_hat, _, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return g - _mean(g) - x_hat * _mean(g * x_hat), dgamma, dbeta


@mistake("layer_norm_backward", "dx is multiplied by the standard deviation instead of divided")
def multiplied_by_std(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return (g - _mean(g) - x_hat * _mean(g * x_hat)) * std, dgamma, dbeta


@mistake("layer_norm_backward", "sums are taken off instead of means: the 1/D is missing")
def sums_for_means(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    D = dy.shape[-1]
    return (g - D * _mean(g) - x_hat * D * _mean(g * x_hat)) / std, dgamma, dbeta


@mistake("layer_norm_backward", "the means are taken over the tokens, as in batch norm")
def means_over_tokens(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    tokens = tuple(range(dy.ndim - 1))
    dx = (g - g.mean(axis=tokens) - x_hat * (g * x_hat).mean(axis=tokens)) / std
    return dx, dgamma, dbeta


@mistake("layer_norm_backward", "the factor x_hat before the second mean is missing")
def x_hat_missing(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return (g - _mean(g) - _mean(g * x_hat)) / std, dgamma, dbeta


@mistake("layer_norm_backward", "the part along x_hat is added instead of taken off")
def variance_added(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return (g - _mean(g) + x_hat * _mean(g * x_hat)) / std, dgamma, dbeta


@mistake("layer_norm_backward", "dgamma and dbeta are means over the tokens instead of sums")
def means_for_parameters(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    tokens = dy.size // dy.shape[-1]
    dx = (g - _mean(g) - x_hat * _mean(g * x_hat)) / std
    return dx, dgamma / tokens, dbeta / tokens


@mistake("layer_norm_backward", "dgamma and dbeta are summed over the batch only, not over places")
def summed_over_batch_only(dy, cache):
    (x_hat, std, _), (g, _, _) = cache, _norm_parts(dy, cache)
    dx = (g - _mean(g) - x_hat * _mean(g * x_hat)) / std
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)


@mistake("layer_norm_backward", "dgamma and dbeta are summed over the features, one per token")
def summed_over_features(dy, cache):
    (x_hat, std, _), (g, _, _) = cache, _norm_parts(dy, cache)
    dx = (g - _mean(g) - x_hat * _mean(g * x_hat)) / std
    return dx, (dy * x_hat).sum(axis=-1), dy.sum(axis=-1)


@mistake(
    "layer_norm_backward", "dgamma is summed from dy gamma x_hat: gamma is in it once too often"
)
def dgamma_with_gamma(dy, cache):
    (x_hat, std, gamma), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return (g - _mean(g) - x_hat * _mean(g * x_hat)) / std, dgamma * gamma, dbeta


@mistake("layer_norm_backward", "dgamma and dbeta have changed places")
def dgamma_and_dbeta_swapped(dy, cache):
    (x_hat, std, _), (g, dgamma, dbeta) = cache, _norm_parts(dy, cache)
    return (g - _mean(g) - x_hat * _mean(g * x_hat)) / std, dbeta, dgamma


def _norm(x, params, number, eps=1e-5):
    return layer_norm_forward(x, params[f"gamma{number}"], params[f"beta{number}"], eps)[0]


def _attention(x, params, heads, mask):
    return multi_head_attention(
        x, params["Wq"], params["Wk"], params["Wv"], params["Wo"], heads, mask
    )


def _hidden(x, params, activation=relu):
    return activation(x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


@mistake("transformer_block", "the first residual is missing: a is the attention's result alone")
def first_residual_missing(x, params, heads, mask):
    a = _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(_norm(a, params, 2), params)


@mistake("transformer_block", "the second residual is missing: y is the ReLU layer's result alone")
def second_residual_missing(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return _hidden(_norm(a, params, 2), params)


@mistake("transformer_block", "both residuals are missing")
def no_residuals(x, params, heads, mask):
    a = _attention(_norm(x, params, 1), params, heads, mask)
    return _hidden(_norm(a, params, 2), params)


@mistake(
    "transformer_block", "the norms stand after the sums (post-norm) instead of before the parts"
)
def post_norm(x, params, heads, mask):
    a = _norm(x + _attention(x, params, heads, mask), params, 1)
    return _norm(a + _hidden(a, params), params, 2)


@mistake("transformer_block", "the first norm is left out")
def first_norm_missing(x, params, heads, mask):
    a = x + _attention(x, params, heads, mask)
    return a + _hidden(_norm(a, params, 2), params)


@mistake("transformer_block", "the second norm is left out")
def second_norm_missing(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(a, params)


@mistake("transformer_block", "both norms use gamma1 and beta1")
def first_norm_twice(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(_norm(a, params, 1), params)


@mistake("transformer_block", "the residual adds the normed x instead of x")
def adds_the_normed(x, params, heads, mask):
    x = _norm(x, params, 1)
    a = x + _attention(x, params, heads, mask)
    return a + _hidden(_norm(a, params, 2), params)


@mistake("transformer_block", "both residuals add normed arrays instead of the stream")
def adds_the_normed_twice(x, params, heads, mask):
    x = _norm(x, params, 1)
    a = _norm(x + _attention(x, params, heads, mask), params, 2)
    return a + _hidden(a, params)


@mistake("transformer_block", "the second sum starts from x instead of a")
def second_sum_from_x(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return x + _hidden(_norm(a, params, 2), params)


@mistake("transformer_block", "the ReLU layer reads x instead of a: the parts stand side by side")
def parts_side_by_side(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(_norm(x, params, 2), params)


@mistake("transformer_block", "the ReLU layer comes before the attention")
def parts_in_reverse(x, params, heads, mask):
    a = x + _hidden(_norm(x, params, 2), params)
    return a + _attention(_norm(a, params, 1), params, heads, mask)


@mistake("transformer_block", "the ReLU is left out")
def relu_missing(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(_norm(a, params, 2), params, activation=lambda z: z)


@mistake("transformer_block", "a second ReLU follows on W2 and b2")
def relu_twice(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + relu(_hidden(_norm(a, params, 2), params))


@mistake("transformer_block", "a tanh stands in place of the ReLU")
def tanh_for_relu(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(_norm(a, params, 2), params, activation=np.tanh)


@mistake("transformer_block", "b1 is left out")
def b1_missing(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(_norm(a, params, 2), params | {"b1": 0})


@mistake("transformer_block", "b2 is left out")
def b2_missing(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(_norm(a, params, 2), params | {"b2": 0})


@mistake("transformer_block", "the mask is not passed on to the attention")
def block_unmasked(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, heads, None)
    return a + _hidden(_norm(a, params, 2), params)


@mistake("transformer_block", "the heads are not passed on: there is one")
def block_with_one_head(x, params, heads, mask):
    a = x + _attention(_norm(x, params, 1), params, 1, mask)
    return a + _hidden(_norm(a, params, 2), params)


@mistake("transformer_block", "the attention's result is added to x in place, `x += ...`")
def adds_in_place(x, params, heads, mask):
    x += _attention(_norm(x, params, 1), params, heads, mask)
    return x + _hidden(_norm(x, params, 2), params)


@mistake("transformer_block", "`params.pop(...)` takes the parameters out of the caller's dict")
def pops_params(x, params, heads, mask):
    names = ("Wq", "Wk", "Wv", "Wo", "W1", "b1", "W2", "b2", "gamma1", "beta1", "gamma2", "beta2")
    params = {name: params.pop(name) for name in names}
    a = x + _attention(_norm(x, params, 1), params, heads, mask)
    return a + _hidden(_norm(a, params, 2), params)
