"""Right answers to chapter 13, written in other ways than the reference."""

import math
from functools import reduce

import numpy as np

from tests.alternatives import alternative


@alternative("random_flip")
def flip_chosen_rows(images, rng, p):
    out = np.array(images)
    chosen = rng.binomial(1, p, size=images.shape[0]).astype(bool)
    out[chosen] = np.flip(images[chosen], axis=2)
    return out


@alternative("random_flip")
def flip_one_by_one(images, rng, p):
    return [np.fliplr(image) if rng.uniform() < p else image for image in images]


@alternative("random_flip")
def flip_by_index(images, rng, p):
    N, H, W = images.shape
    coins = rng.choice([True, False], size=N, p=[p, 1 - p])
    columns = np.where(coins[:, None], np.arange(W)[::-1], np.arange(W))
    return np.take_along_axis(images, np.repeat(columns[:, None], H, axis=1), axis=2)


@alternative("random_crop")
def crop_copies(images, pad, rng):
    N, H, W = images.shape
    out = np.zeros((N, H, W))
    for n in range(N):
        framed = np.zeros((H + 2 * pad, W + 2 * pad))
        framed[pad : pad + H, pad : pad + W] = images[n]
        r = rng.integers(2 * pad + 1)
        c = rng.integers(2 * pad + 1)
        out[n] = framed[r : r + H, c : c + W]
    return out


@alternative("random_crop")
def crop_shifted(images, pad, rng):
    N, H, W = images.shape
    down = rng.integers(-pad, pad, size=N, endpoint=True)
    right = rng.integers(-pad, pad, size=N, endpoint=True)
    rows = np.arange(H) - down[:, None]
    columns = np.arange(W) - right[:, None]
    inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None]
    picked = images[np.arange(N)[:, None, None], rows[:, :, None] % H, columns[:, None] % W]
    return picked * inside


@alternative("random_crop")
def crop_from_all_windows(images, pad, rng):
    N, H, W = images.shape
    padded = np.pad(images, [(0, 0), (pad, pad), (pad, pad)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (H, W), axis=(1, 2))
    windows = windows.reshape(N, (2 * pad + 1) ** 2, H, W)
    return windows[np.arange(N), rng.integers(windows.shape[1], size=N)]


@alternative("rotate")
def rotate_pixel_by_pixel(images, degrees):
    N, H, W = images.shape
    degrees = np.ones(N) * degrees
    out = np.zeros((N, H, W))

    def pixel(image, i, j):
        return image[i, j] if 0 <= i < H and 0 <= j < W else 0.0

    for n in range(N):
        t = math.radians(degrees[n])
        for r in range(H):
            for c in range(W):
                y, x = r - (H - 1) / 2, c - (W - 1) / 2
                rr = (H - 1) / 2 + y * math.cos(t) + x * math.sin(t)
                cc = (W - 1) / 2 + x * math.cos(t) - y * math.sin(t)
                i, j = math.floor(rr), math.floor(cc)
                f, g = rr - i, cc - j
                top = (1 - g) * pixel(images[n], i, j) + g * pixel(images[n], i, j + 1)
                low = (1 - g) * pixel(images[n], i + 1, j) + g * pixel(images[n], i + 1, j + 1)
                out[n, r, c] = (1 - f) * top + f * low
    return out


@alternative("rotate")
def rotate_by_tents(images, degrees):
    N, H, W = images.shape
    out = np.empty(images.shape)
    grid = np.stack(np.meshgrid(np.arange(H), np.arange(W), indexing="ij")).reshape(2, -1)
    middle = np.array([[(H - 1) / 2], [(W - 1) / 2]])
    for n, angle in enumerate(np.broadcast_to(np.deg2rad(degrees), (N,))):
        R = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        row, column = R @ (grid - middle) + middle
        A = np.maximum(0, 1 - np.abs(row[:, None] - np.arange(H)))
        B = np.maximum(0, 1 - np.abs(column[:, None] - np.arange(W)))
        out[n] = np.einsum("ph,hw,pw->p", A, images[n], B).reshape(H, W)
    return out


@alternative("rotate")
def rotate_with_large_frame(images, degrees):
    N, H, W = images.shape
    m = H + W
    framed = np.pad(images, ((0, 0), (m, m), (m, m)))
    turned = []
    for image, t in zip(framed, np.radians(degrees) * np.ones(N), strict=True):
        y, x = np.mgrid[0:H, 0:W] - np.array([(H - 1) / 2, (W - 1) / 2])[:, None, None]
        r = np.cos(t) * y + np.sin(t) * x + (H - 1) / 2 + m
        c = np.cos(t) * x - np.sin(t) * y + (W - 1) / 2 + m
        i, j = r.astype(int), c.astype(int)
        f, g = r - i, c - j
        upper = image[i, j] * (1 - g) + image[i, j + 1] * g
        lower = image[i + 1, j] * (1 - g) + image[i + 1, j + 1] * g
        turned.append(upper * (1 - f) + lower * f)
    return np.array(turned)


@alternative("random_erase")
def erase_by_mask(images, size, rng):
    N, H, W = images.shape
    top = rng.integers(0, H - size, N, endpoint=True)[:, None]
    left = rng.integers(0, W - size, N, endpoint=True)[:, None]
    rows = (np.arange(H) >= top) & (np.arange(H) < top + size)
    columns = (np.arange(W) >= left) & (np.arange(W) < left + size)
    return np.where(rows[:, :, None] & columns[:, None, :], 0, images)


@alternative("random_erase")
def erase_by_number(images, size, rng):
    H, W = images.shape[1:]
    result = []
    for image in images:
        place = rng.choice((H - size + 1) * (W - size + 1))
        top, left = divmod(place, W - size + 1)
        keep = np.ones((H, W))
        keep[top : top + size, left : left + size] = 0
        result.append(image * keep)
    return result


@alternative("random_erase")
def erase_floors(images, size, rng):
    out = 1.0 * images
    for n in range(len(out)):
        top = int(rng.random() * (out.shape[1] - size + 1))
        left = int(rng.random() * (out.shape[2] - size + 1))
        out[n][top : top + size, left : left + size] *= 0
    return out


@alternative("mixup")
def mixup_einsum(images, labels_onehot, alpha, rng):
    N = len(images)
    order = np.argsort(rng.random(N))
    lam = rng.beta(alpha, alpha, size=N)
    M = np.diag(lam)
    M[np.arange(N), order] += 1 - lam
    return np.einsum("nm,mhw->nhw", M, images), M @ labels_onehot


@alternative("mixup")
def mixup_loop(images, labels_onehot, alpha, rng):
    order = np.arange(len(images))
    rng.shuffle(order)
    x, t = [], []
    for n, other in enumerate(order):
        lam = rng.beta(alpha, alpha)
        x.append(lam * images[n] + (1 - lam) * images[other])
        t.append(lam * labels_onehot[n] + (1 - lam) * labels_onehot[other])
    return np.array(x), np.array(t)


@alternative("mixup")
def mixup_gammas(images, labels_onehot, alpha, rng):
    a, b = rng.gamma(alpha, size=(2, len(images)))
    lam = a / (a + b)
    order = rng.choice(len(images), len(images), replace=False)
    mixed = images[order] + lam.reshape(-1, 1, 1) * (images - images[order])
    return [
        mixed,
        labels_onehot[order] + lam.reshape(-1, 1) * (labels_onehot - labels_onehot[order]),
    ]


@alternative("add_noise")
def noise_min_max(images, sigma, rng):
    return np.minimum(1, np.maximum(0, images + rng.normal(0, sigma, images.shape)))


@alternative("add_noise")
def noise_by_image(images, sigma, rng):
    out = []
    for image in images:
        noisy = image + rng.normal(scale=sigma, size=image.shape)
        noisy[noisy < 0] = 0
        noisy[noisy > 1] = 1
        out.append(noisy)
    return out


@alternative("add_noise")
def noise_box_muller(images, sigma, rng):
    u, v = 1 - rng.random(images.shape), rng.random(images.shape)
    return (images + sigma * np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)).clip(0.0, 1.0)


@alternative("augment")
def augment_reduce(images, transforms, rng):
    return reduce(lambda x, t: t(x, rng), transforms, images)


@alternative("augment")
def augment_recursive(images, transforms, rng):
    if len(transforms) == 0:
        return images
    return augment_recursive(transforms[0](images, rng), transforms[1:], rng)


@alternative("augment")
def augment_copy(images, transforms, rng):
    result = images.copy()
    for i in range(len(transforms)):
        result = transforms[i](result, rng)
    return result
