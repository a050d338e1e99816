"""Data augmentation (chapter 13): new training images from old ones.

Images are (N, H, W) of floats in [0, 1]. Every image gets draws of its own, in the order that the
docstring states, and inputs stay as they are.
"""

import numpy as np

from dlutils.rules import above, at_least, between, generator, whole
from dlutils.shapes import shapes


@shapes(images="N H W", rng=generator, p=between(0, 1))
def random_flip(images, rng, p):
    """Mirror left to right with probability p: one `rng.random(N)`, flipped where below p."""
    flipped = rng.random(len(images)) < p
    return np.where(flipped[:, None, None], images[:, :, ::-1], images)


@shapes(images="N! H W", pad=whole(0), rng=generator)
def random_crop(images, pad, rng):
    """Frame with `pad` zeros and cut an (H, W) window out again, which shifts by up to `pad`.

    One `rng.integers(0, 2 * pad + 1, (N, 2))`: each image's first row and column in the frame.
    """
    N, height, width = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad)))
    corners = rng.integers(0, 2 * pad + 1, (N, 2))
    windows = [
        image[row : row + height, column : column + width]
        for image, (row, column) in zip(padded, corners, strict=True)
    ]
    return np.stack(windows)


@shapes(images="N H W float", degrees="N?")
def rotate(images, degrees):
    """Turn anticlockwise, as displayed, about the centre; degrees one number or (N,).

    A pixel takes its value from where it came from, interpolated between the four pixels around
    that place (bilinear). Outside the image everything is 0.
    """
    N, height, width = images.shape
    angle = np.radians(np.broadcast_to(degrees, N))[:, None, None]
    y = np.arange(height)[:, None] - (height - 1) / 2
    x = np.arange(width) - (width - 1) / 2
    rows = (height - 1) / 2 + y * np.cos(angle) + x * np.sin(angle)  # (N, H, W)
    columns = (width - 1) / 2 + x * np.cos(angle) - y * np.sin(angle)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    turned = np.zeros(images.shape)
    for corner_row, corner_column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        row = np.floor(rows).astype(int) + corner_row
        column = np.floor(columns).astype(int) + corner_column
        weight = (1 - np.abs(rows - row)) * (1 - np.abs(columns - column))
        row, column = np.clip(row + 1, 0, height + 1), np.clip(column + 1, 0, width + 1)
        turned += weight * padded[np.arange(N)[:, None, None], row, column]
    return turned.astype(images.dtype)


@shapes(images="N H W", size=whole(1, at_most="H W"), rng=generator)
def random_erase(images, size, rng):
    """Set one size x size square to 0, anywhere inside the image.

    First `rng.integers(0, H - size + 1, N)`, the squares' top rows, then likewise with W their left
    columns.
    """
    N, height, width = images.shape
    tops = rng.integers(0, height - size + 1, N)
    lefts = rng.integers(0, width - size + 1, N)
    erased = images.copy()
    for image, top, left in zip(erased, tops, lefts, strict=True):
        image[top : top + size, left : left + size] = 0
    return erased


@shapes(images="N H W float", labels_onehot="N K", alpha=above(0), rng=generator)
def mixup(images, labels_onehot, alpha, rng):
    """Blend every image, and its label likewise, with another one -> images, labels (N, K).

    lambda x + (1 - lambda) x[partner]: first lambda = `rng.beta(alpha, alpha, N)`, one per image,
    then partner = `rng.permutation(N)`. H. Zhang et al. 2018.
    """
    N = len(images)
    share = rng.beta(alpha, alpha, N).astype(images.dtype)
    partner = rng.permutation(N)
    blend, blend_labels = share[:, None, None], share[:, None]
    mixed = blend * images + (1 - blend) * images[partner]
    labels = blend_labels * labels_onehot + (1 - blend_labels) * labels_onehot[partner]
    return mixed, labels


@shapes(images="N H W float", sigma=at_least(0), rng=generator)
def add_noise(images, sigma, rng):
    """Add normal noise of standard deviation sigma, clipped to [0, 1]: one draw of (N, H, W)."""
    noise = sigma * rng.standard_normal(images.shape)
    return np.clip(images + noise, 0, 1).astype(images.dtype)


def augment(images, transforms, rng):
    """Apply `t(images, rng)` for every t of transforms in turn: (N, H, W) -> (N, H, W)."""
    for transform in transforms:
        images = transform(images, rng)
    return images
