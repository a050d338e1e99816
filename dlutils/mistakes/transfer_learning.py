"""Mistakes of chapter 14: resizing, gaps, features, new heads, frozen steps, autoencoders."""

import numpy as np

from dlutils.mistakes import mistake


def _read(images, u, v):
    """Linear interpolation at rows u and columns v, which lie inside."""
    H, W = images.shape[1:]
    top, left = np.floor(u).astype(int), np.floor(v).astype(int)
    down, across = (u - top)[:, None], v - left
    rows = images[:, top] * (1 - down) + images[:, np.minimum(top + 1, H - 1)] * down
    return rows[:, :, left] * (1 - across) + rows[:, :, np.minimum(left + 1, W - 1)] * across


def _places(size, count):
    return np.clip((np.arange(count) + 0.5) * size / count - 0.5, 0, size - 1)


@mistake("resize_bilinear", "the half pixels are missing: u = i H / height")
def corner_of_pixels(images, height, width):
    _, H, W = images.shape
    u, v = np.arange(height) * H / height, np.arange(width) * W / width
    return _read(images, np.minimum(u, H - 1), np.minimum(v, W - 1))


@mistake("resize_bilinear", "only the first half pixel is there: u = (i + 1/2) H / height")
def half_pixel_not_taken_back(images, height, width):
    _, H, W = images.shape
    u, v = (np.arange(height) + 0.5) * H / height, (np.arange(width) + 0.5) * W / width
    return _read(images, np.clip(u, 0, H - 1), np.clip(v, 0, W - 1))


@mistake("resize_bilinear", "the first half pixel is missing: u = i H / height - 1/2")
def half_pixel_not_added(images, height, width):
    _, H, W = images.shape
    u, v = np.arange(height) * H / height - 0.5, np.arange(width) * W / width - 0.5
    return _read(images, np.clip(u, 0, H - 1), np.clip(v, 0, W - 1))


@mistake("resize_bilinear", "the corners are aligned: u runs from 0 to H - 1 in even steps")
def aligned_corners(images, height, width):
    _, H, W = images.shape
    return _read(images, np.linspace(0, H - 1, height), np.linspace(0, W - 1, width))


@mistake("resize_bilinear", "the nearest pixel is taken, nothing is interpolated")
def nearest(images, height, width):
    _, H, W = images.shape
    i, j = np.rint(_places(H, height)).astype(int), np.rint(_places(W, width)).astype(int)
    return images[:, i][:, :, j]


@mistake("resize_bilinear", "u is rounded down, and nothing is interpolated")
def rounded_down(images, height, width):
    _, H, W = images.shape
    i, j = _places(H, height).astype(int), _places(W, width).astype(int)
    return images[:, i][:, :, j]


@mistake(
    "resize_bilinear", "pixel i H / height, rounded down, is copied: no half pixels, no mixing"
)
def copied(images, height, width):
    _, H, W = images.shape
    return images[:, np.arange(height) * H // height][:, :, np.arange(width) * W // width]


@mistake("resize_bilinear", "the weights t and 1 - t are exchanged")
def weights_exchanged(images, height, width):
    _, H, W = images.shape
    u, v = _places(H, height), _places(W, width)
    r, s = u.astype(int), v.astype(int)
    t, q = (u - r)[:, None], v - s
    rows = images[:, r] * t + images[:, np.minimum(r + 1, H - 1)] * (1 - t)
    return rows[:, :, s] * q + rows[:, :, np.minimum(s + 1, W - 1)] * (1 - q)


@mistake("resize_bilinear", "u is not clipped, so that the border is continued as a slope")
def extrapolated(images, height, width):
    _, H, W = images.shape
    u, v = ((np.arange(n) + 0.5) * size / n - 0.5 for n, size in ((height, H), (width, W)))
    r = np.clip(np.floor(u).astype(int), 0, max(H - 2, 0))
    s = np.clip(np.floor(v).astype(int), 0, max(W - 2, 0))
    t, q = (u - r)[:, None], v - s
    rows = images[:, r] * (1 - t) + images[:, np.minimum(r + 1, H - 1)] * t
    return rows[:, :, s] * (1 - q) + rows[:, :, np.minimum(s + 1, W - 1)] * q


@mistake("resize_bilinear", "the next row is read without regard to the last one")
def beyond_the_last_row(images, height, width):
    _, H, W = images.shape
    u, v = _places(H, height), _places(W, width)
    r, s = u.astype(int), v.astype(int)
    t, q = (u - r)[:, None], v - s
    rows = images[:, r] * (1 - t) + images[:, r + 1] * t
    return rows[:, :, s] * (1 - q) + rows[:, :, s + 1] * q


@mistake("resize_bilinear", "height and width are exchanged")
def sizes_exchanged(images, height, width):
    _, H, W = images.shape
    return _read(images, _places(H, width), _places(W, height))


@mistake("resize_bilinear", "the scale is height / H, not H / height")
def scale_inverted(images, height, width):
    _, H, W = images.shape
    u, v = (np.arange(height) + 0.5) * height / H - 0.5, (np.arange(width) + 0.5) * width / W - 0.5
    return _read(images, np.clip(u, 0, H - 1), np.clip(v, 0, W - 1))


@mistake(
    "resize_bilinear", "the result gets the type of the images, so that integers stay integers"
)
def type_of_the_images(images, height, width):
    _, H, W = images.shape
    result = np.zeros((len(images), height, width), images.dtype)
    result[:] = _read(images, _places(H, height), _places(W, width))
    return result


@mistake("resize_bilinear", "differences of pixels are taken as uint8, which wrap around below 0")
def differences_wrap(images, height, width):
    _, H, W = images.shape
    u, v = _places(H, height), _places(W, width)
    r, s = u.astype(int), v.astype(int)
    step = images[:, np.minimum(r + 1, H - 1)] - images[:, r]
    rows = images[:, r] + step * (u - r)[:, None]
    right = rows[:, :, np.minimum(s + 1, W - 1)] - rows[:, :, s]
    return rows[:, :, s] + right * (v - s)


@mistake("resize_bilinear", "only the rows are resized by interpolation, columns take the nearest")
def rows_only(images, height, width):
    _, H, W = images.shape
    v = np.rint(_places(W, width))
    return _read(images, _places(H, height), v)


@mistake("domain_gap", "the distance of every feature is returned, not that of the means as points")
def per_feature(a, b):
    return np.abs(a.mean(axis=0) - b.mean(axis=0))


@mistake("domain_gap", "the root is missing: the squared distance")
def squared(a, b):
    return np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)


@mistake("domain_gap", "the differences' sizes are summed, without squares")
def city_block(a, b):
    return np.sum(np.abs(a.mean(axis=0) - b.mean(axis=0)))


@mistake("domain_gap", "the squares are averaged over the features, not summed")
def root_mean_square(a, b):
    return np.sqrt(np.mean((a.mean(axis=0) - b.mean(axis=0)) ** 2))


@mistake("domain_gap", "the differences' sizes are averaged over the features")
def mean_of_features(a, b):
    return np.mean(np.abs(a.mean(axis=0) - b.mean(axis=0)))


@mistake("domain_gap", "all numbers of a set go into one mean")
def overall_mean(a, b):
    return np.abs(a.mean() - b.mean())


@mistake("domain_gap", "the mean of b is one number, because its axis is missing")
def axis_missing_once(a, b):
    return np.linalg.norm(a.mean(axis=0) - b.mean())


@mistake("domain_gap", "the samples are summed instead of averaged")
def sums(a, b):
    return np.linalg.norm(a.sum(axis=0) - b.sum(axis=0))


@mistake("domain_gap", "the distances of all pairs are averaged, not the samples")
def mean_of_pairs(a, b):
    return np.mean(np.linalg.norm(a[:, None] - b[None], axis=2))


@mistake(
    "domain_gap", "the mean is taken over the features (axis 1) instead of the samples (axis 0)"
)
def means_of_samples(a, b):
    return np.linalg.norm(a.mean(axis=1) - b.mean(axis=1))


@mistake("domain_gap", "the differences are summed with their signs")
def signed(a, b):
    return np.sum(a.mean(axis=0) - b.mean(axis=0))


@mistake("domain_gap", "medians are taken instead of means")
def medians(a, b):
    return np.linalg.norm(np.median(a, axis=0) - np.median(b, axis=0))


@mistake("extract_features", "the last layer is applied, too")
def after_the_head(layers, x):
    for layer in layers:
        x = layer(x)
    return x


@mistake(
    "extract_features",
    "the walk ends at the first layer that is the same function as the last, which may come up "
    "twice",
)
def ends_at_the_like(layers, x):
    for layer in layers:
        if layer is layers[-1]:
            break
        x = layer(x)
    return x


@mistake("extract_features", "the last two layers are left out")
def one_too_few(layers, x):
    for layer in layers[:-2]:
        x = layer(x)
    return x


@mistake("extract_features", "every layer is given x itself, not what the one before returns")
def not_chained(layers, x):
    features = x
    for layer in layers[:-1]:
        features = layer(x)
    return features


@mistake("extract_features", "the first layer is left out instead of the last")
def first_left_out(layers, x):
    for layer in layers[1:]:
        x = layer(x)
    return x


@mistake("extract_features", "the layers are applied from last to first")
def backwards(layers, x):
    for layer in reversed(layers[:-1]):
        x = layer(x)
    return x


@mistake("extract_features", "only the first layer is applied")
def first_layer_only(layers, x):
    return layers[0](x) if len(layers) > 1 else x


@mistake("extract_features", "the return stands inside the loop, after the first layer")
def return_in_the_loop(layers, x):
    for layer in layers[:-1]:
        return layer(x)


@mistake("extract_features", "only the layer before the last is applied")
def one_layer_only(layers, x):
    return layers[-2](x)


@mistake("extract_features", "the features of all layers are returned, in a list")
def all_features(layers, x):
    features = []
    for layer in layers[:-1]:
        x = layer(x)
        features.append(x)
    return features


@mistake("extract_features", "for a single layer the result of that layer is returned")
def at_least_one(layers, x):
    for layer in layers[: max(len(layers) - 1, 1)]:
        x = layer(x)
    return x


@mistake(
    "extract_features", "the outputs of the layers are kept without x, so a single layer fails"
)
def second_to_last_output(layers, x):
    outputs = []
    for layer in layers:
        x = layer(x)
        outputs.append(x)
    return outputs[-2]


def _head(D, K, rng):
    return rng.normal(0, np.sqrt(2 / D), (D, K))


@mistake("replace_head", "head.W is not new: the old one is kept")
def old_head(params, K, rng):
    return {**params, "head.b": np.zeros(K)}


@mistake("replace_head", "the old columns of head.W stay, and only missing ones are new")
def old_columns(params, K, rng):
    W = _head(len(params["head.W"]), K, rng)
    kept = min(K, params["head.W"].shape[1])
    W[:, :kept] = params["head.W"][:, :kept]
    return {**params, "head.W": W, "head.b": np.zeros(K)}


@mistake("replace_head", "only names that begin with layer are carried over")
def only_layers(params, K, rng):
    body = {name: w for name, w in params.items() if name.startswith("layer")}
    return {**body, "head.W": _head(len(params["head.W"]), K, rng), "head.b": np.zeros(K)}


@mistake("replace_head", "head.b keeps the old numbers")
def old_bias(params, K, rng):
    return {**params, "head.W": _head(len(params["head.W"]), K, rng)}


@mistake("replace_head", "head.b is drawn at random instead of being 0")
def random_bias(params, K, rng):
    W = _head(len(params["head.W"]), K, rng)
    return {**params, "head.W": W, "head.b": rng.normal(size=K)}


@mistake("replace_head", "head.b has one row, shape (1, K), instead of K numbers")
def bias_as_row(params, K, rng):
    W = _head(len(params["head.W"]), K, rng)
    return {**params, "head.W": W, "head.b": np.zeros((1, K))}


@mistake("replace_head", "head.W is all 0")
def zero_head(params, K, rng):
    return {**params, "head.W": np.zeros((len(params["head.W"]), K)), "head.b": np.zeros(K)}


@mistake("replace_head", "head.W has the shape (K, D)")
def transposed(params, K, rng):
    D = len(params["head.W"])
    W = rng.normal(0, np.sqrt(2 / D), (K, D))
    return {**params, "head.W": W, "head.b": np.zeros(K)}


@mistake("replace_head", "the variance 2 / D is given to rng.normal, which takes its root")
def variance_for_deviation(params, K, rng):
    D = len(params["head.W"])
    return {**params, "head.W": rng.normal(0, 2 / D, (D, K)), "head.b": np.zeros(K)}


@mistake("replace_head", "head.W has the variance 1")
def not_scaled(params, K, rng):
    D = len(params["head.W"])
    return {**params, "head.W": rng.normal(size=(D, K)), "head.b": np.zeros(K)}


@mistake("replace_head", "head.W has the variance 1 / D")
def variance_halved(params, K, rng):
    D = len(params["head.W"])
    return {**params, "head.W": rng.normal(0, np.sqrt(1 / D), (D, K)), "head.b": np.zeros(K)}


@mistake("replace_head", "head.W has the variance 2 / K instead of 2 / D")
def scaled_by_classes(params, K, rng):
    D = len(params["head.W"])
    return {**params, "head.W": rng.normal(0, np.sqrt(2 / K), (D, K)), "head.b": np.zeros(K)}


@mistake("replace_head", "he_init gets K and D in the wrong order, and its result is transposed")
def drawn_transposed(params, K, rng):
    D = len(params["head.W"])
    W = rng.normal(0, np.sqrt(2 / K), (K, D)).T
    return {**params, "head.W": W, "head.b": np.zeros(K)}


@mistake("replace_head", "D is taken from head.b, whose length is the number of the old classes")
def classes_for_inputs(params, K, rng):
    W = _head(len(params["head.b"]), K, rng)
    return {**params, "head.W": W, "head.b": np.zeros(K)}


@mistake("replace_head", "head.W has the variance 2 / (D + K) of xavier_init")
def xavier(params, K, rng):
    D = len(params["head.W"])
    return {**params, "head.W": rng.normal(0, np.sqrt(2 / (D + K)), (D, K)), "head.b": np.zeros(K)}


@mistake("replace_head", "all parameters are new, the body included")
def all_new(params, K, rng):
    W = _head(len(params["head.W"]), K, rng)
    body = {name: rng.normal(size=w.shape) for name, w in params.items() if "head" not in name}
    return {**body, "head.W": W, "head.b": np.zeros(K)}


@mistake("replace_head", "the body's biases are set to 0, too")
def all_biases_reset(params, K, rng):
    new = {name: 0 * w if name.endswith(".b") else w for name, w in params.items()}
    W = _head(len(params["head.W"]), K, rng)
    return {**new, "head.W": W, "head.b": np.zeros(K)}


@mistake("replace_head", "only the head is returned, without the body")
def head_alone(params, K, rng):
    return {"head.W": _head(len(params["head.W"]), K, rng), "head.b": np.zeros(K)}


@mistake("replace_head", "a generator of its own is used instead of rng")
def own_generator(params, K, rng):
    W = _head(len(params["head.W"]), K, np.random.default_rng(42))
    return {**params, "head.W": W, "head.b": np.zeros(K)}


@mistake("replace_head", "the new head is put into params itself")
def in_place(params, K, rng):
    params["head.W"] = _head(len(params["head.W"]), K, rng)
    params["head.b"] = np.zeros(K)
    return params


@mistake("frozen_step", "frozen weights still move by weight decay")
def decay_not_frozen(params, grads, frozen, lr, weight_decay):
    return {
        n: w - lr * ((0 if n in frozen else grads[n]) + weight_decay * w) for n, w in params.items()
    }


@mistake("frozen_step", "weight decay is frozen, and the gradient still moves the weights")
def gradient_not_frozen(params, grads, frozen, lr, weight_decay):
    return {
        n: w - lr * (grads[n] + (0 if n in frozen else weight_decay) * w) for n, w in params.items()
    }


@mistake("frozen_step", "frozen is not looked at, and all parameters move")
def nothing_frozen(params, grads, frozen, lr, weight_decay):
    return {n: w - lr * (grads[n] + weight_decay * w) for n, w in params.items()}


@mistake("frozen_step", "names that only begin like a frozen one are frozen, too")
def frozen_by_prefix(params, grads, frozen, lr, weight_decay):
    return {
        n: w if n.startswith(tuple(frozen)) else w - lr * (grads[n] + weight_decay * w)
        for n, w in params.items()
    }


@mistake("frozen_step", "only the frozen parameters move")
def others_frozen(params, grads, frozen, lr, weight_decay):
    return {
        n: w - lr * (grads[n] + weight_decay * w) if n in frozen else w for n, w in params.items()
    }


@mistake("frozen_step", "frozen parameters are missing in the result")
def frozen_left_out(params, grads, frozen, lr, weight_decay):
    return {n: w - lr * (grads[n] + weight_decay * w) for n, w in params.items() if n not in frozen}


@mistake("frozen_step", "weight decay is not multiplied by lr")
def decay_without_lr(params, grads, frozen, lr, weight_decay):
    return {
        n: w if n in frozen else w - lr * grads[n] - weight_decay * w for n, w in params.items()
    }


@mistake("frozen_step", "weight decay has the wrong sign and lets weights grow")
def decay_sign(params, grads, frozen, lr, weight_decay):
    return {
        n: w if n in frozen else w - lr * (grads[n] - weight_decay * w) for n, w in params.items()
    }


@mistake("frozen_step", "weight decay is left out")
def no_decay(params, grads, frozen, lr, weight_decay):
    return {n: w if n in frozen else w - lr * grads[n] for n, w in params.items()}


@mistake("frozen_step", "the step goes along the gradient instead of against it")
def uphill(params, grads, frozen, lr, weight_decay):
    return {
        n: w if n in frozen else w + lr * (grads[n] + weight_decay * w) for n, w in params.items()
    }


@mistake("frozen_step", "biases are spared weight decay")
def biases_spared(params, grads, frozen, lr, weight_decay):
    return {
        n: w if n in frozen else w - lr * (grads[n] + weight_decay * w * (not n.endswith("b")))
        for n, w in params.items()
    }


@mistake("frozen_step", "weights decay after the step, not from where they were")
def decay_after(params, grads, frozen, lr, weight_decay):
    return {
        n: w if n in frozen else (w - lr * grads[n]) * (1 - lr * weight_decay)
        for n, w in params.items()
    }


@mistake("frozen_step", "a whole layer is frozen if one of its names is")
def layers_frozen(params, grads, frozen, lr, weight_decay):
    stay = {name.split(".")[0] for name in frozen}
    return {
        n: w if n.split(".")[0] in stay else w - lr * (grads[n] + weight_decay * w)
        for n, w in params.items()
    }


@mistake("frozen_step", "only the first letters of a name decide, so that layer1 freezes layer10")
def by_prefix(params, grads, frozen, lr, weight_decay):
    stay = tuple(name.split(".")[0] for name in frozen)
    return {
        n: w if stay and n.startswith(stay) else w - lr * (grads[n] + weight_decay * w)
        for n, w in params.items()
    }


@mistake("frozen_step", "the body is always frozen, and all of the head always moves")
def head_only(params, grads, frozen, lr, weight_decay):
    return {
        n: w - lr * (grads[n] + weight_decay * w) if n.startswith("head") else w
        for n, w in params.items()
    }


@mistake("frozen_step", "the gradient of a frozen name is looked up, though it may be missing")
def gradient_looked_up(params, grads, frozen, lr, weight_decay):
    new = {}
    for name, w in params.items():
        step = lr * (grads[name] + weight_decay * w)
        new[name] = w if name in frozen else w - step
    return new


@mistake(
    "frozen_step", "a frozen weight decays and is then scaled back, which rounds its last bits"
)
def scaled_back(params, grads, frozen, lr, weight_decay):
    keep = 1 - lr * weight_decay
    return {
        n: w * keep / keep if n in frozen else keep * w - lr * grads[n] for n, w in params.items()
    }


@mistake("frozen_step", "the arrays of params are changed in place")
def arrays_in_place(params, grads, frozen, lr, weight_decay):
    for name, w in params.items():
        if name not in frozen:
            w -= lr * (grads[name] + weight_decay * w)
    return dict(params)


@mistake("frozen_step", "the dict params itself gets the new arrays")
def dict_in_place(params, grads, frozen, lr, weight_decay):
    for name in params:
        if name not in frozen:
            params[name] = params[name] - lr * (grads[name] + weight_decay * params[name])
    return params


@mistake("frozen_step", "weight decay is added to the arrays of grads")
def grads_in_place(params, grads, frozen, lr, weight_decay):
    new = dict(params)
    for name, dw in grads.items():
        if name not in frozen:
            dw += weight_decay * params[name]
            new[name] = params[name] - lr * dw
    return new


def _error(x, encode, decode):
    return decode(encode(x)) - x


@mistake("autoencoder_loss", "one mean is taken over all samples")
def mean_over_all(x, encode, decode):
    return np.mean(_error(x, encode, decode) ** 2)


@mistake("autoencoder_loss", "the mean is taken over the samples (axis 0), one loss per feature")
def mean_over_samples(x, encode, decode):
    return np.mean(_error(x, encode, decode) ** 2, axis=0)


@mistake("autoencoder_loss", "encode gets rows instead of the images")
def flattened_first(x, encode, decode):
    rows = x.reshape(len(x), -1)
    return np.mean((decode(encode(rows)).reshape(rows.shape) - rows) ** 2, axis=1)


@mistake("autoencoder_loss", "the squares of a sample are summed, not averaged")
def summed(x, encode, decode):
    return np.sum(_error(x, encode, decode).reshape(len(x), -1) ** 2, axis=1)


@mistake("autoencoder_loss", "the sizes of the errors are averaged, not their squares")
def absolute(x, encode, decode):
    return np.mean(np.abs(_error(x, encode, decode)).reshape(len(x), -1), axis=1)


@mistake("autoencoder_loss", "the errors are averaged without squares")
def signed_error(x, encode, decode):
    return np.mean(_error(x, encode, decode).reshape(len(x), -1), axis=1)


@mistake("autoencoder_loss", "the errors are averaged before they are squared")
def squared_too_late(x, encode, decode):
    return np.mean(_error(x, encode, decode).reshape(len(x), -1), axis=1) ** 2


@mistake("autoencoder_loss", "the root of the mean is taken")
def rooted(x, encode, decode):
    return np.sqrt(np.mean(_error(x, encode, decode).reshape(len(x), -1) ** 2, axis=1))


@mistake("autoencoder_loss", "the loss is halved")
def halved(x, encode, decode):
    return np.mean(_error(x, encode, decode).reshape(len(x), -1) ** 2, axis=1) / 2


@mistake("autoencoder_loss", "only the last axis is averaged, which is not enough for images")
def last_axis(x, encode, decode):
    return np.mean(_error(x, encode, decode) ** 2, axis=-1)


@mistake("autoencoder_loss", "the code is compared with x, without decoding it")
def not_decoded(x, encode, decode):
    return np.mean((encode(x) - x).reshape(len(x), -1) ** 2, axis=1)


@mistake("autoencoder_loss", "x is decoded first and encoded then")
def order_exchanged(x, encode, decode):
    return np.mean((encode(decode(x)) - x).reshape(len(x), -1) ** 2, axis=1)


@mistake("autoencoder_loss", "the decoder is given x itself instead of the code")
def not_encoded(x, encode, decode):
    return np.mean((decode(x) - x).reshape(len(x), -1) ** 2, axis=1)


@mistake("autoencoder_loss", "x minus what is rebuilt became x plus what is rebuilt")
def added(x, encode, decode):
    return np.mean((decode(encode(x)) + x).reshape(len(x), -1) ** 2, axis=1)


@mistake("autoencoder_loss", "the squares are divided by the number of samples")
def divided_by_samples(x, encode, decode):
    return np.sum(_error(x, encode, decode).reshape(len(x), -1) ** 2, axis=1) / len(x)


@mistake("autoencoder_loss", "encode and decode are given one sample at a time, without its axis N")
def one_sample_at_a_time(x, encode, decode):
    return [np.mean((decode(encode(sample)) - sample) ** 2) for sample in x]


@mistake("autoencoder_loss", "the rebuilt x is returned, not its error")
def rebuilt(x, encode, decode):
    return decode(encode(x))
