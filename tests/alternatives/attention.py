"""Right answers to chapter 10, written in other ways than the reference."""

import math

import numpy as np

from dlutils import (
    attention_forward,
    layer_norm_forward,
    merge_heads,
    multi_head_attention,
    softmax,
    split_heads,
)
from tests.alternatives import alternative


@alternative("attention_forward")
def attention_with_einsum(q, k, v, mask):
    scores = np.einsum("...id,...jd->...ij", q, k) / np.sqrt(k.shape[-1])
    if mask is not None:
        scores = scores + np.where(mask, 0.0, -1e9)
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    w = e / np.sum(e, axis=-1, keepdims=True)
    return np.einsum("...ij,...jd->...id", w, v), {"q": q, "k": k, "v": v, "w": w}


@alternative("attention_forward")
def query_by_query(q, k, v, mask):
    y = np.zeros(q.shape[:-1] + v.shape[-1:])
    for lead in np.ndindex(q.shape[:-2]):
        for i in range(q.shape[-2]):
            kept = np.arange(k.shape[-2]) if mask is None else np.flatnonzero(mask[i])
            scores = [float(q[lead][i] @ k[lead][j]) / math.sqrt(q.shape[-1]) for j in kept]
            e = [math.exp(s - max(scores)) for s in scores]
            for j, weight in zip(kept, e, strict=True):
                y[(*lead, i)] += weight / sum(e) * v[lead][j]
    return y, (q, k, v, mask)


@alternative("attention_forward")
def flattened_to_one_batch(q, k, v, mask):
    d = q.shape[-1]
    one, two, three = (a.reshape(-1, *a.shape[-2:]) for a in (q, k, v))
    scores = np.matmul(one, two.transpose(0, 2, 1)) * d**-0.5
    if mask is not None:
        scores[:, ~mask] = -np.inf
    weights = softmax(scores)
    y = np.matmul(weights, three).reshape(*q.shape[:-1], v.shape[-1])
    return [y, [weights.reshape(*q.shape[:-1], k.shape[-2]), q, k, v]]


@alternative("attention_forward")
def masked_exponentials(q, k, v, mask):
    scores = (q / np.sqrt(q.shape[-1])) @ np.moveaxis(k, -1, -2)
    mask = np.ones(scores.shape[-2:], bool) if mask is None else mask
    highest = np.where(mask, scores, -np.inf).max(-1)[..., None]
    e = np.exp(np.minimum(scores - highest, 0)) * mask
    return (e @ v) / e.sum(-1)[..., None], (e / e.sum(-1)[..., None], v, k, q)


@alternative("attention_forward")
def in_single_precision(q, k, v, mask):
    q, k, v = (np.asarray(a, np.float32) for a in (q, k, v))
    scores = (q @ np.swapaxes(k, -2, -1)) / np.float32(q.shape[-1] ** 0.5)
    if mask is not None:
        scores = np.ma.where(mask, scores, -1e30).data
    w = softmax(scores)
    return w @ v, (q, k, v, w)


@alternative("attention_backward", forward=attention_with_einsum)
def backward_with_einsum(dy, cache):
    q, k, v, w = (cache[name] for name in "qkvw")
    dw = np.einsum("...id,...jd->...ij", dy, v)
    ds = w * dw - w * np.einsum("...ij,...ij->...i", w, dw)[..., None]
    ds /= np.sqrt(q.shape[-1])
    dq = np.einsum("...ij,...jd->...id", ds, k)
    dk = np.einsum("...ij,...id->...jd", ds, q)
    return dq, dk, np.einsum("...ij,...id->...jd", w, dy)


@alternative("attention_backward", forward=query_by_query)
def backward_through_jacobians(dy, cache):
    q, k, v, mask = cache
    dq, dk, dv, root = np.zeros(q.shape), np.zeros(k.shape), np.zeros(v.shape), q.shape[-1] ** 0.5
    for lead in np.ndindex(q.shape[:-2]):
        for i in range(q.shape[-2]):
            scores = k[lead] @ q[lead][i] / root
            if mask is not None:
                scores = np.where(mask[i], scores, -np.inf)
            w = softmax(scores)
            jacobian = np.diag(w) - np.outer(w, w)
            ds = jacobian @ (v[lead] @ dy[lead][i])
            dq[(*lead, i)] += ds @ k[lead] / root
            dk[lead] += np.outer(ds, q[lead][i]) / root
            dv[lead] += np.outer(w, dy[lead][i])
    return [dq, dk, dv]


@alternative("attention_backward", forward=flattened_to_one_batch)
def backward_from_the_output(dy, cache):
    weights, q, k, v = cache
    back = np.swapaxes(weights, -1, -2)
    y = weights @ v
    inner = (y * dy).sum(-1, keepdims=True)  # the weighted mean of dw is y dy
    dscores = (dy @ np.swapaxes(v, -1, -2) - inner) * weights
    scale = 1 / np.sqrt(q.shape[-1])
    return (scale * dscores) @ k, scale * (np.swapaxes(dscores, -1, -2) @ q), back @ dy


@alternative("attention_backward", forward=masked_exponentials)
def backward_with_another_cache(dy, cache):
    weights, v, k, q = cache
    dscores = weights * np.matmul(dy, np.moveaxis(v, -1, -2))
    dscores = dscores - weights * np.sum(dscores, axis=-1)[..., np.newaxis]
    dq = np.matmul(dscores, k) / q.shape[-1] ** 0.5
    dk = np.matmul(np.moveaxis(dscores, -1, -2), q / q.shape[-1] ** 0.5)
    return dq, dk, np.matmul(np.moveaxis(weights, -1, -2), dy)


@alternative("causal_mask")
def mask_by_comparison(T):
    places = np.arange(T)
    return places[None, :] <= places[:, None]


@alternative("causal_mask")
def mask_with_loops(T):
    return [[j <= i for j in range(T)] for i in range(T)]


@alternative("causal_mask")
def mask_from_above(T):
    return ~np.triu(np.ones((T, T)), k=1).astype(bool)


@alternative("split_heads")
def slices_stacked(x, heads):
    d = x.shape[2] // heads
    return np.stack([x[:, :, h * d : (h + 1) * d] for h in range(heads)], axis=1)


@alternative("split_heads")
def split_and_swapped(x, heads):
    return np.swapaxes(np.reshape(x, (*x.shape[:2], heads, -1)), 1, 2)


@alternative("split_heads")
def filled_head_by_head(x, heads):
    N, T, D = x.shape
    out = np.zeros((N, heads, T, D // heads))
    for h in range(heads):
        for i in range(D // heads):
            out[:, h, :, i] = x[:, :, h * (D // heads) + i]
    return out


@alternative("split_heads")
def split_then_array(x, heads):
    return np.array(np.split(x, heads, axis=-1)).transpose(1, 0, 2, 3)


@alternative("merge_heads")
def heads_concatenated(x):
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=-1)


@alternative("merge_heads")
def merged_with_moveaxis(x):
    moved = np.moveaxis(x, 1, 2)
    return moved.reshape(*moved.shape[:2], -1)


@alternative("merge_heads")
def merged_with_hstack(x):
    return np.stack([np.hstack(list(sample)) for sample in x])


@alternative("merge_heads")
def merged_with_einsum(x):
    N, heads, T, d = x.shape
    return np.einsum("nhtd->nthd", x).reshape((N, T, d * heads)).tolist()


@alternative("multi_head_attention")
def head_by_head(x, Wq, Wk, Wv, Wo, heads, mask):
    d, y = Wq.shape[1] // heads, 0
    for h in range(heads):
        part = slice(h * d, (h + 1) * d)
        scores = (x @ Wq[:, part]) @ (x @ Wk[:, part]).transpose(0, 2, 1) / np.sqrt(d)
        if mask is not None:
            scores = np.where(mask, scores, -1e9)
        y = y + softmax(scores) @ (x @ Wv[:, part]) @ Wo[part]
    return y


@alternative("multi_head_attention")
def heads_with_einsum(x, Wq, Wk, Wv, Wo, heads, mask):
    D = Wq.shape[0]
    q, k, v = (np.einsum("ntd,dhe->nhte", x, W.reshape(D, heads, -1)) for W in (Wq, Wk, Wv))
    scores = np.einsum("nhie,nhje->nhij", q, k) / math.sqrt(D / heads)
    if mask is not None:
        scores = scores + np.where(mask, 0, -np.inf)
    read = np.einsum("nhij,nhje->nihe", softmax(scores), v)
    return np.einsum("nihe,hed->nid", read, Wo.reshape(heads, -1, D))


@alternative("multi_head_attention")
def sample_by_sample(x, Wq, Wk, Wv, Wo, heads, mask):
    results = []
    for tokens in x:
        parts = [np.split(tokens @ W, heads, axis=1) for W in (Wq, Wk, Wv)]
        read = [attention_forward(q, k, v, mask)[0] for q, k, v in zip(*parts, strict=True)]
        results.append(np.concatenate(read, axis=1) @ Wo)
    return np.array(results)


@alternative("multi_head_attention")
def one_product_for_all(x, Wq, Wk, Wv, Wo, heads, mask):
    joined = x @ np.concatenate([Wq, Wk, Wv], axis=1)
    q, k, v = (split_heads(part, heads) for part in np.split(joined, 3, axis=-1))
    return np.dot(merge_heads(attention_forward(q, k, v, mask)[0]), Wo)


@alternative("positional_encoding")
def encoding_with_loops(T, D):
    P = np.zeros((T, D))
    for t in range(T):
        for i in range(D // 2):
            angle = t / 10000 ** (2 * i / D)
            P[t, 2 * i] = math.sin(angle)
            P[t, 2 * i + 1] = math.cos(angle)
    return P


@alternative("positional_encoding")
def encoding_with_exponentials(T, D):
    frequencies = np.exp(-np.log(10000.0) * np.arange(0, D, 2) / D)
    angles = np.outer(np.arange(T), frequencies)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, D)


@alternative("positional_encoding")
def cosine_as_a_shifted_sine(T, D):
    j = np.arange(D)
    angles = np.arange(T).reshape(-1, 1) / np.power(10000, 2 * (j // 2) / D)
    return np.sin(angles + (j % 2) * np.pi / 2)


@alternative("positional_encoding")
def where_even(T, D):
    j = np.arange(D)[np.newaxis, :]
    rates = 1 / np.power(10000, (j - j % 2) / np.float32(D))
    angles = np.arange(T)[:, np.newaxis] * rates
    return np.where(j % 2 == 0, np.sin(angles), np.cos(angles)).astype(np.float32)


@alternative("layer_norm_forward")
def with_mean_and_var(x, gamma, beta, eps=1e-5):
    mean = np.mean(x, axis=-1, keepdims=True)
    var = np.var(x, axis=-1, keepdims=True)
    x_hat = (x - mean) * (var + eps) ** -0.5
    return x_hat * gamma + beta, (x, mean, var, x_hat, gamma, eps)


@alternative("layer_norm_forward")
def token_by_token(x, gamma, beta, eps=1e-5):
    y = np.empty(x.shape)
    for token in np.ndindex(x.shape[:-1]):
        numbers = x[token]
        mean = sum(numbers) / len(numbers)
        var = sum((n - mean) ** 2 for n in numbers) / len(numbers)
        y[token] = gamma * (numbers - mean) / math.sqrt(var + eps) + beta
    return y, (x, gamma, eps)


@alternative("layer_norm_forward")
def mean_of_squares(x, gamma, beta, eps=1e-5):
    D = x.shape[-1]
    mean = (x.sum(-1) / D)[..., None]
    var = np.maximum(((x * x).sum(-1) / D)[..., None] - mean**2, 0)
    scale = gamma / np.sqrt(var + eps)
    return x * scale + (beta - mean * scale), [x, mean, var, gamma, eps]


@alternative("layer_norm_forward")
def by_rows(x, gamma, beta, eps=1e-5):
    flat = x.reshape(-1, x.shape[-1])
    std = np.hypot(flat.std(axis=1), eps**0.5)[:, None]
    x_hat = (flat - flat.mean(axis=1)[:, None]) / std
    return (gamma * x_hat + beta).reshape(x.shape), (x_hat, std, gamma)


@alternative("layer_norm_backward", forward=with_mean_and_var)
def step_by_step(dy, cache):
    x, mean, var, x_hat, gamma, eps = cache
    D, axes = x.shape[-1], tuple(range(x.ndim - 1))
    dx_hat = dy * gamma
    dvar = np.sum(dx_hat * (x - mean) * -0.5 * (var + eps) ** -1.5, axis=-1, keepdims=True)
    dmean = np.sum(-dx_hat / np.sqrt(var + eps), axis=-1, keepdims=True)
    dmean = dmean + dvar * np.mean(-2 * (x - mean), axis=-1, keepdims=True)
    dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / D + dmean / D
    return dx, np.sum(dy * x_hat, axis=axes), np.sum(dy, axis=axes)


@alternative("layer_norm_backward", forward=token_by_token)
def jacobian_by_jacobian(dy, cache):
    x, gamma, eps = cache
    D = x.shape[-1]
    dx, dgamma, dbeta = np.zeros(x.shape), np.zeros(D), np.zeros(D)
    for token in np.ndindex(x.shape[:-1]):
        std = np.sqrt(x[token].var() + eps)
        x_hat = (x[token] - x[token].mean()) / std
        jacobian = (np.eye(D) - 1 / D - np.outer(x_hat, x_hat) / D) / std
        dx[token] = jacobian @ (dy[token] * gamma)
        dgamma += dy[token] * x_hat
        dbeta += dy[token]
    return dx, dgamma, dbeta


@alternative("layer_norm_backward", forward=mean_of_squares)
def one_division(dy, cache):
    x, mean, var, gamma, eps = cache
    D = x.shape[-1]
    inverse = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inverse
    g = dy * gamma
    inner = D * g - g.sum(-1, keepdims=True) - x_hat * (g * x_hat).sum(-1, keepdims=True)
    flat_dy, flat_hat = dy.reshape(-1, D), x_hat.reshape(-1, D)
    return [inverse / D * inner, np.einsum("nd,nd->d", flat_dy, flat_hat), flat_dy.sum(0)]


@alternative("layer_norm_backward", forward=by_rows)
def on_flat_tokens(dy, cache):
    x_hat, std, gamma = cache
    flat = dy.reshape(x_hat.shape)
    g = flat * gamma
    g = g - g.mean(1)[:, None] - x_hat * (g * x_hat).mean(1)[:, None]
    return (g / std).reshape(dy.shape), (flat * x_hat).sum(0), flat.sum(0)


@alternative("transformer_block")
def named_steps(x, params, heads, mask):
    p = dict(params)
    n1 = layer_norm_forward(x, p["gamma1"], p["beta1"])[0]
    a = multi_head_attention(n1, p["Wq"], p["Wk"], p["Wv"], p["Wo"], heads, mask) + x
    n2 = layer_norm_forward(a, p["gamma2"], p["beta2"])[0]
    h = np.maximum(0, np.dot(n2, p["W1"]) + p["b1"])
    return np.dot(h, p["W2"]) + p["b2"] + a


@alternative("transformer_block")
def all_by_hand(x, params, heads, mask):
    def norm(z, gamma, beta):
        return (
            gamma * (z - z.mean(-1, keepdims=True)) / np.sqrt(z.var(-1, keepdims=True) + 1e-5)
            + beta
        )

    n = norm(x, params["gamma1"], params["beta1"])
    y = x + head_by_head(n, *(params[f"W{c}"] for c in "qkvo"), heads, mask)
    z = norm(y, params["gamma2"], params["beta2"]) @ params["W1"] + params["b1"]
    z = z * (z > 0)
    return y + (z @ params["W2"] + params["b2"])


@alternative("transformer_block")
def on_a_copy(x, params, heads, mask):
    out = x.copy()
    weights = [params[name] for name in ("Wq", "Wk", "Wv", "Wo")]
    out += multi_head_attention(
        layer_norm_forward(out, params["gamma1"], params["beta1"])[0], *weights, heads, mask
    )
    for n, tokens in enumerate(out.copy()):
        normed, _ = layer_norm_forward(tokens, params["gamma2"], params["beta2"])
        hidden = np.clip(normed @ params["W1"] + params["b1"], 0, None)
        out[n] += hidden @ params["W2"] + params["b2"]
    return out
