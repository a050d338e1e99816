"""Right answers to chapter 14, written in other ways than the reference."""

import math
from functools import reduce

import numpy as np

from tests.alternatives import alternative


@alternative("resize_bilinear")
def pixel_by_pixel(images, height, width):
    N, H, W = images.shape
    result = np.zeros((N, height, width))
    for i in range(height):
        u = min(max((i + 0.5) * H / height - 0.5, 0), H - 1)
        r = int(u)
        for j in range(width):
            v = min(max((j + 0.5) * W / width - 0.5, 0), W - 1)
            s = int(v)
            for dr, row_weight in ((0, 1 - (u - r)), (1, u - r)):
                for ds, column_weight in ((0, 1 - (v - s)), (1, v - s)):
                    if row_weight * column_weight > 0:
                        pixel = images[:, r + dr, s + ds]
                        result[:, i, j] += row_weight * column_weight * pixel
    return result


def _matrix(size, count):
    M = np.zeros((count, size))
    for i in range(count):
        u = np.clip((i + 0.5) * size / count - 0.5, 0, size - 1)
        M[i] = np.maximum(0, 1 - np.abs(u - np.arange(size)))
    return M


@alternative("resize_bilinear")
def as_matrix_products(images, height, width):
    _, H, W = images.shape
    return np.einsum("ih,nhw,jw->nij", _matrix(H, height), images, _matrix(W, width))


@alternative("resize_bilinear")
def by_interp(images, height, width):
    _, H, W = images.shape
    u = (np.arange(height) + 0.5) * H / height - 0.5
    v = (np.arange(width) + 0.5) * W / width - 0.5
    rows = np.apply_along_axis(lambda line: np.interp(u, np.arange(H), line), 1, images)
    return np.apply_along_axis(lambda line: np.interp(v, np.arange(W), line), 2, rows)


@alternative("resize_bilinear")
def with_a_padded_border(images, height, width):
    _, H, W = images.shape
    padded = np.pad(images.astype(np.float64), ((0, 0), (1, 1), (1, 1)), mode="edge")
    u = (np.arange(height) + 0.5) * (H / height) + 0.5
    v = (np.arange(width) + 0.5) * (W / width) + 0.5
    r, s = np.floor(u).astype(int), np.floor(v).astype(int)
    t, q = (u - r).reshape(1, -1, 1), (v - s).reshape(1, 1, -1)
    rows = padded[:, r] + t * (padded[:, r + 1] - padded[:, r])
    return rows[:, :, s] + q * (rows[:, :, s + 1] - rows[:, :, s])


@alternative("domain_gap")
def by_a_loop(a, b):
    total = 0.0
    for d in range(a.shape[1]):
        total += (sum(a[:, d]) / len(a) - sum(b[:, d]) / len(b)) ** 2
    return math.sqrt(total)


@alternative("domain_gap")
def by_a_product(a, b):
    difference = np.mean(b, 0) - np.mean(a, 0)
    return np.sqrt(difference @ difference)


@alternative("domain_gap")
def by_dist(a, b):
    return math.dist(a.mean(0).tolist(), b.mean(0).tolist())


@alternative("extract_features")
def by_reduce(layers, x):
    return reduce(lambda features, layer: layer(features), layers[:-1], x)


@alternative("extract_features")
def kept_outputs(layers, x):
    outputs = [x]
    for layer in layers:
        outputs.append(layer(outputs[-1]))
    return outputs[-2]


@alternative("extract_features")
def by_index(layers, x):
    i = 0
    features = np.array(x)
    while i < len(layers) - 1:
        features = layers[i](features)
        i += 1
    return features


@alternative("extract_features")
def recursive(layers, x):
    return x if len(layers) == 1 else recursive(layers[1:], layers[0](x))


@alternative("replace_head")
def copied_dict(params, K, rng):
    new = params.copy()
    D, _ = params["head.W"].shape
    new["head.W"] = rng.normal(0, (2 / D) ** 0.5, size=(D, K))
    new["head.b"] = np.zeros(K)
    return new


@alternative("replace_head")
def name_by_name(params, K, rng):
    new = {}
    for name in params:
        if name == "head.W":
            D = params[name].shape[0]
            new[name] = np.sqrt(2 / D) * rng.standard_normal((D, K))
        elif name == "head.b":
            new[name] = np.array([0.0] * K)
        else:
            new[name] = params[name].copy()
    return new


@alternative("replace_head")
def unpacked(params, K, rng):
    D = len(params["head.W"])
    W = rng.normal(size=(D, K)) / math.sqrt(D / 2)
    return {**params, "head.b": np.zeros((K,)), "head.W": W}


@alternative("frozen_step")
def copied_then_stepped(params, grads, frozen, lr, weight_decay):
    new = {name: np.copy(w) for name, w in params.items()}
    for name in set(params) - set(frozen):
        new[name] -= lr * (grads[name] + weight_decay * params[name])
    return new


@alternative("frozen_step")
def decayed_first(params, grads, frozen, lr, weight_decay):
    new = {}
    for name in params:
        if name in frozen:
            new[name] = params[name]
            continue
        new[name] = (1 - lr * weight_decay) * params[name] - lr * grads[name]
    return new


@alternative("frozen_step")
def with_a_rate_per_name(params, grads, frozen, lr, weight_decay):
    rates = {name: 0.0 if name in frozen else lr for name in params}
    zero = np.zeros(1)
    return {
        name: w - rates[name] * (grads.get(name, zero) + weight_decay * w)
        for name, w in params.items()
    }


@alternative("autoencoder_loss")
def sample_by_sample(x, encode, decode):
    again = decode(encode(x))
    return [float(np.mean((new - old) ** 2)) for new, old in zip(again, x, strict=True)]


@alternative("autoencoder_loss")
def over_the_other_axes(x, encode, decode):
    axes = tuple(range(1, x.ndim))
    return np.mean(np.square(x - decode(encode(x))), axis=axes)


@alternative("autoencoder_loss")
def flat_rows(x, encode, decode):
    rows = (x - decode(encode(x))).reshape(x.shape[0], -1)
    return np.einsum("nd,nd->n", rows, rows) / rows.shape[1]
