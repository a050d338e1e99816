"""Augmentation by its laws: what may become of an image, and how chance chooses among it."""

import copy

import numpy as np

from dlutils.checks.calling import Case
from dlutils.checks.compare import as_numbers


class WrongShape(ValueError):
    """The result is no array of the shape of the images."""


class NoPair(ValueError):
    """One value, or another number of them, where images and labels are expected."""


class NotPossible(ValueError):
    """No draw whatever makes this image from the given one."""


class OtherChance(ValueError):
    """Equal generators gave different results."""


class WrongPartners(ValueError):
    """The partners are no permutation of the batch."""


def image_case(N, height, width, seed=0, **arguments):
    """Images (N, H, W) of numbers from 0.25 to 1, all different, then the other arguments.

    Where an argument is `rng`, it is the seed of a Generator.
    """
    images = np.random.default_rng(seed).uniform(0.25, 1, (N, height, width))
    if "rng" in arguments:
        arguments["rng"] = np.random.default_rng(arguments["rng"])
    return Case(images=images, **arguments)


def flip_share(answer, images, rng, p):
    """The share of mirrored images over p, and the share alike for equal generators."""
    first, second = (_mirrored(answer, images, one, p) for one in (copy.deepcopy(rng), rng))
    return np.array([np.mean(first) / p, np.mean(first == second)])


def flip_counts(answer, images, rng, p):
    """The variance of the number of mirrored images over 150 calls, and how many images each call
    treats as the one before, as multiples of what independent draws have.
    """
    flipped = np.array([_mirrored(answer, images, rng, p) for _ in range(150)])
    variance = p * (1 - p)
    counts = np.var(flipped.sum(axis=1)) / (len(images) * variance)
    return np.array([counts, np.mean(flipped[1:] == flipped[:-1]) / (1 - 2 * variance)])


def crop_shifts(answer, images, pad, rng):
    """By how many pixels images are shifted down and to the right: what occurs, each once."""
    down, right = _shifts(answer, images, pad, rng).T
    return {"pixels down": np.unique(down), "pixels to the right": np.unique(right)}


def crop_spread(answer, images, pad, rng):
    """How often each shift occurs, and how often a second call repeats it, as `_spread` has it."""
    return _spread(lambda one: _shifts(answer, images, pad, one), rng, 2 * pad + 1, 2 * pad + 1)


def erase_places(answer, images, size, rng):
    """The top rows and the left columns of the erased squares: what occurs, each once."""
    top, left = _squares(answer, images, size, rng).T
    return {"top rows": np.unique(top), "left columns": np.unique(left)}


def erase_spread(answer, images, size, rng):
    """How often each place occurs, and how often a second call repeats it, as `_spread` has it."""
    _, height, width = images.shape
    places = height - size + 1, width - size + 1
    return _spread(lambda one: _squares(answer, images, size, one), rng, *places)


def mixup_case(height, width, alpha, seed=0):
    """As many images as pixels, one pixel of 1 in each, and one class of its own for each.

    So a mixed image shows how much of which images it holds.
    """
    N, rng = height * width, np.random.default_rng(seed)
    images = np.eye(N).reshape(N, height, width)
    return Case(
        images=images,
        labels_onehot=np.eye(N)[rng.permutation(N)],
        alpha=alpha,
        rng=np.random.default_rng(seed + 1),
    )


def mixup_gap(answer, images, labels_onehot, alpha, rng):
    """By how much a label differs at most from its image's blend."""
    first = _mixed(answer, images, labels_onehot, alpha, copy.deepcopy(rng))
    shares, labels = _mixed(answer, images, labels_onehot, alpha, rng)
    if not np.allclose(first[0], shares, atol=1e-6):
        raise OtherChance("equal generators gave different images: all chance must come from rng")
    return np.max(np.abs(labels - shares @ labels_onehot))


def mixup_shares(answer, images, labels_onehot, alpha, rng, calls=150):
    """Mean and variance of lambda over 150 calls, the variance of its mean over a batch, and how
    often a partner is the one of the call before, as multiples of what they should be.
    """
    own, partners = [], []
    for _ in range(calls):
        shares, _ = _mixed(answer, images, labels_onehot, alpha, rng)
        own.append(np.diag(shares).copy())
        np.fill_diagonal(shares, 0)
        partners.append(np.where(shares.any(axis=1), shares.argmax(axis=1), np.arange(len(images))))
    own, partners = np.array(own), np.array(partners)
    N, variance = len(images), 1 / (4 * (2 * alpha + 1))
    if np.any(np.sort(partners, axis=1) != np.arange(N)):
        raise WrongPartners("some image is the partner of two, and another of none")
    mixed = own[partners != np.arange(N)]
    if mixed.size == 0:
        raise WrongPartners("every image is its own partner")
    means = np.mean([np.var(own[:, : N // 2].mean(axis=1)), np.var(own[:, N // 2 :].mean(axis=1))])
    single = np.var(own)
    repeats = np.mean(partners[1:] == partners[:-1]) * N
    found = [np.mean(mixed) / 0.5, np.var(mixed) / variance]
    return np.array([*found, means / (single / (N // 2) or 1), repeats])


def value_range(answer, images, *arguments):
    """The smallest and the largest number in what an answer makes of the images."""
    made = _made(answer(images, *arguments), images)
    return np.array([made.min(), made.max()])


def noise_moments(answer, images, sigma, rng):
    """Of the noise: one plus its mean, its spread and the share within one sigma, over what normal
    noise has; last the share of numbers that are alike for equal generators.
    """
    first, second = (_made(answer(images, sigma, one), images) for one in (copy.deepcopy(rng), rng))
    z = (first - images) / sigma
    within = np.mean(np.abs(z) < 1) / 0.6827
    return np.array([1 + z.mean(), z.std(), within, np.mean(np.isclose(first, second))])


def noise_spread(answer, images, sigma, rng):
    """Variances of the noise's mean over each image and over each pixel, over what independent
    noise has, and one plus ten times the correlation of two calls.
    """
    first, second = ((_made(answer(images, sigma, rng), images) - images) / sigma for _ in "12")
    N, pixels = len(images), images[0].size
    over_images, over_pixels = first.mean(axis=(1, 2)).var() * pixels, first.mean(axis=0).var() * N
    return np.array([over_images, over_pixels, 1 + 10 * np.mean(first * second)])


def noise_at_ends(answer, images, sigma, rng):
    """The shares of numbers that are exactly 0 and exactly 1."""
    made = _made(answer(images, sigma, rng), images)
    return np.array([np.mean(made == 0), np.mean(made == 1)])


def _made(returned, images, shape=None):
    found = as_numbers(returned)
    if returned is None:
        raise ValueError("it returned None: is the `return` missing?")
    if found is None:
        raise WrongShape(f"an array of numbers is expected, got {type(returned).__name__}")
    if found.shape != (shape or images.shape):
        raise WrongShape(f"shape {shape or images.shape} is expected, got {found.shape}")
    return found.astype(float)


def _mirrored(answer, images, rng, p):
    """Which images come out mirrored (N,)."""
    given = images.copy()
    made = _made(answer(images.copy(), rng, p), images)
    flipped = np.all(np.isclose(made, given[:, :, ::-1]), axis=(1, 2))
    other = ~flipped & ~np.all(np.isclose(made, given), axis=(1, 2))
    if np.any(other):
        raise NotPossible(f"image {np.argmax(other)} is neither as it was nor mirrored")
    return flipped


def _shifts(answer, images, pad, rng):
    """The shifts down and to the right (N, 2) that explain what an answer made."""
    _, height, width = images.shape
    given = images.copy()
    framed = np.pad(given, ((0, 0), (pad, pad), (pad, pad)))
    made = _made(answer(images.copy(), pad, rng), images)
    found = np.full((len(images), 2), pad + 1)
    for row in range(2 * pad + 1):
        for column in range(2 * pad + 1):
            window = framed[:, row : row + height, column : column + width]
            found[np.all(np.isclose(made, window), axis=(1, 2))] = pad - row, pad - column
    if np.any(found > pad):
        place = np.argmax(np.any(found > pad, axis=1))
        raise NotPossible(f"image {place} is no {height} x {width} window of its frame")
    return found


def _squares(answer, images, size, rng):
    """The top rows and left columns (N, 2) of the squares that an answer erased."""
    given = images.copy()
    made = _made(answer(images.copy(), size, rng), images)
    found = []
    for number, (image, before) in enumerate(zip(made, given, strict=True)):
        rows, columns = np.nonzero(image == 0)
        if len(rows) == 0:
            raise NotPossible(f"nothing is 0 in image {number}")
        top, left = rows.min(), columns.min()
        expected = before.copy()
        expected[top : top + size, left : left + size] = 0
        if len(rows) != size**2 or not np.allclose(image, expected):
            raise NotPossible(f"image {number} is not as it was but for one {size} x {size} square")
        found.append((top, left))
    return np.array(found)


def _spread(draw, rng, rows, columns):
    """How often each pair of places occurs, as multiples of an equal share; then the share of
    images alike for equal generators, and by two calls, the latter as a multiple of an equal share.
    """
    twin = copy.deepcopy(rng)
    first, later, same = draw(rng), draw(rng), draw(twin)
    _, counts = np.unique(np.vstack([first, later]), axis=0, return_counts=True)
    counts = np.pad(counts, (0, max(0, rows * columns - len(counts))))
    shares = counts / (2 * len(first)) * rows * columns
    alike, repeated = (np.mean(np.all(first == one, axis=1)) for one in (same, later))
    return np.array([*shares, alike, repeated * rows * columns])


def _mixed(answer, images, labels_onehot, alpha, rng):
    """How much of which image is in each (N, N), and the labels (N, K)."""
    made = answer(images.copy(), labels_onehot.copy(), alpha, rng)
    if made is None:
        raise ValueError("it returned None: is the `return` missing?")
    if not isinstance(made, list | tuple) or len(made) != 2:
        raise NoPair("two values (images, labels) are expected")
    shares = _made(made[0], images).reshape(len(images), -1)
    labels = _made(made[1], images, labels_onehot.shape)
    if not np.allclose(shares.sum(axis=1), 1) or shares.min() < -1e-9:
        raise NotPossible("the shares of an image and its partner do not add up to 1")
    others = shares - np.diag(np.diag(shares))
    if np.any((others > 0).sum(axis=1) > 1):
        raise NotPossible("an image is made of more than itself and one partner")
    return shares, labels
