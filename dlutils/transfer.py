"""Transfer learning (chapter 14): use what was learnt on one data set for another."""

import functools

import numpy as np

from dlutils.initializers import he_init
from dlutils.rules import at_least, generator, whole
from dlutils.shapes import missing_names, refuses, shapes


def _not_a_list(layers, x):
    if not isinstance(layers, list | tuple):
        return f"layers must be a list of functions, got a {type(layers).__name__}"
    return None


@refuses(_not_a_list)
def extract_features(layers, x):
    """What the layer before the last hands to it; layers are functions, applied in their order."""
    for layer in layers[:-1]:
        x = layer(x)
    return x


@shapes(K=whole(1), rng=generator)
@refuses(lambda params, K, rng: missing_names("params", params, "head.W", "head.b"))
def replace_head(params, K, rng):
    """A dict of parameters with a new head for K classes; all others are passed on as they are.

    head.W (D, K) is drawn by `he_init`, head.b (K,) is 0. params itself is not changed.
    """
    W = params["head.W"]
    head_W = he_init(W.shape[0], K, rng).astype(W.dtype)
    return params | {"head.W": head_W, "head.b": np.zeros(K, W.dtype)}


def _unfit(params, grads, frozen, lr, weight_decay):
    if isinstance(frozen, str):
        return f"frozen must be names, as in ['W1'], got the text {frozen!r:.40}"
    if strange := [name for name in frozen if name not in params]:
        return f"frozen must be names of params, {', '.join(params)}, got {strange[0]!s:.40}"
    moved = [name for name in params if name not in frozen]
    if complaint := missing_names("grads", grads, *moved):
        return complaint
    for name in moved:
        shape, given = np.shape(params[name]), np.shape(grads[name])
        if shape != given:
            return f"grads must have the shapes of params, {name} {shape}, got {given}"
    return None


@shapes(lr="", weight_decay=at_least(0))
@refuses(_unfit)
def frozen_step(params, grads, frozen, lr, weight_decay):
    """Gradient descent with weight decay on all but the frozen names -> new dict.

    w - lr (dw + weight_decay w) for the others; a frozen parameter stays as it is, to the last bit.
    """
    return {
        name: w if name in frozen else w - lr * (grads[name] + weight_decay * w)
        for name, w in params.items()
    }


@shapes(images="N H! W!", height=whole(1), width=whole(1))
def resize_bilinear(images, height, width):
    """Resize by linear interpolation along both axes: images (N, H, W) -> (N, height, width).

    Pixels are small squares: row i of the result lies, by its centre, at row (i + 1/2) H / height
    - 1/2 of the input, and columns likewise. Beyond the outermost centres, the border counts.
    Images of integers give floats.
    """
    _, H, W = images.shape
    dtype = np.result_type(images, np.float32)
    i = np.clip((np.arange(height) + 0.5) * H / height - 0.5, 0, H - 1)
    j = np.clip((np.arange(width) + 0.5) * W / width - 0.5, 0, W - 1)
    top, left = i.astype(int), j.astype(int)
    bottom, right = np.minimum(top + 1, H - 1), np.minimum(left + 1, W - 1)
    down, across = (i - top).astype(dtype)[:, None], (j - left).astype(dtype)
    rows = images[:, top] * (1 - down) + images[:, bottom] * down
    return rows[:, :, left] * (1 - across) + rows[:, :, right] * across


@shapes(a="N! D", b="M! D")
def domain_gap(a, b):
    """How far two sets of features are apart: the Euclidean distance of their means -> number."""
    return float(np.linalg.norm(a.mean(axis=0) - b.mean(axis=0)))


def _decoded_in_shape(loss):
    """Numbers of another shape would broadcast to a loss of something else."""

    @functools.wraps(loss)
    def checked(x, encode, decode):
        def decoded(code):
            rebuilt = decode(code)
            if np.shape(rebuilt) != x.shape:
                raise ValueError(
                    f"autoencoder_loss: decode must return shape {x.shape}, "
                    f"got shape {np.shape(rebuilt)}"
                )
            return rebuilt

        return loss(x, encode, decoded)

    return checked


@shapes(x="N ... real")
@_decoded_in_shape
def autoencoder_loss(x, encode, decode):
    """How badly each sample is rebuilt: mean of (decode(encode(x)) - x)^2 per sample -> (N,)."""
    error = (decode(encode(x)) - x) ** 2
    return error.reshape(len(x), -1).mean(axis=1)
