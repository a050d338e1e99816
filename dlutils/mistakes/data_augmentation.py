"""Mistakes of chapter 13: flips, crops, turns, erased squares, noise, mixup, their composition."""

import copy

import numpy as np

from dlutils.mistakes import mistake


@mistake("random_flip", "one draw decides for the whole batch")
def flip_one_draw(images, rng, p):
    return images[:, :, ::-1] if rng.random() < p else images.copy()


@mistake("random_flip", "images are mirrored top to bottom (axis 1), not left to right (axis 2)")
def flip_vertical(images, rng, p):
    return np.where((rng.random(len(images)) < p)[:, None, None], images[:, ::-1], images)


@mistake("random_flip", "the order of the batch is turned (axis 0) instead of the columns")
def flip_batch(images, rng, p):
    return np.where((rng.random(len(images)) < p)[:, None, None], images[::-1], images)


@mistake("random_flip", "images are turned by 180 degrees: rows are reversed as well")
def flip_both(images, rng, p):
    return np.where((rng.random(len(images)) < p)[:, None, None], images[:, ::-1, ::-1], images)


@mistake("random_flip", "p is taken as the probability to leave an image as it is")
def flip_turned(images, rng, p):
    return np.where((rng.random(len(images)) >= p)[:, None, None], images[:, :, ::-1], images)


@mistake("random_flip", "p is not used: half of the images are mirrored")
def flip_half(images, rng, p):
    return np.where((rng.random(len(images)) < 0.5)[:, None, None], images[:, :, ::-1], images)


@mistake("random_flip", "every image is mirrored, whatever p")
def flip_always(images, rng, p):
    return images[:, :, ::-1].copy()


@mistake("random_flip", "a fixed number of images is mirrored, a share of p rounded")
def flip_fixed_count(images, rng, p):
    out = images.copy()
    rows = rng.permutation(len(images))[: round(p * len(images))]
    out[rows] = images[rows, :, ::-1]
    return out


@mistake("random_flip", "normal numbers are compared with p instead of uniform ones")
def flip_normal(images, rng, p):
    chosen = rng.normal(size=len(images)) < p
    return np.where(chosen[:, None, None], images[:, :, ::-1], images)


@mistake("random_flip", "the draws come from np.random and not from rng")
def flip_numpy(images, rng, p):
    chosen = np.random.random(len(images)) < p
    return np.where(chosen[:, None, None], images[:, :, ::-1], images)


@mistake("random_flip", "a Generator with a fixed seed is made inside: every call is the same")
def flip_own_generator(images, rng, p):
    chosen = np.random.default_rng(0).random(len(images)) < p
    return np.where(chosen[:, None, None], images[:, :, ::-1], images)


@mistake("random_flip", "images are mirrored in place")
def flip_in_place(images, rng, p):
    rows = rng.random(len(images)) < p
    images[rows] = images[rows, :, ::-1]
    return images


def _windows(images, pad, corners):
    _, height, width = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad)))
    pairs = zip(padded, corners, strict=True)
    return np.array([image[r : r + height, c : c + width] for image, (r, c) in pairs])


@mistake("random_crop", "one draw serves the whole batch")
def crop_one_draw(images, pad, rng):
    corner = rng.integers(0, 2 * pad + 1, 2)
    return _windows(images, pad, np.tile(corner, (len(images), 1)))


@mistake("random_crop", "the last shift never occurs, because integers stops before its high end")
def crop_excludes_end(images, pad, rng):
    return _windows(images, pad, rng.integers(0, 2 * pad, (len(images), 2)))


@mistake("random_crop", "images are shifted only one way, from 0 to pad")
def crop_one_way(images, pad, rng):
    return _windows(images, pad, rng.integers(0, pad + 1, (len(images), 2)))


@mistake("random_crop", "the same shift is used for rows and columns")
def crop_diagonal(images, pad, rng):
    return _windows(images, pad, np.repeat(rng.integers(0, 2 * pad + 1, (len(images), 1)), 2, 1))


@mistake("random_crop", "images are shifted only sideways")
def crop_sideways(images, pad, rng):
    columns = rng.integers(0, 2 * pad + 1, len(images))
    return _windows(images, pad, np.stack([np.full(len(images), pad), columns], axis=1))


@mistake("random_crop", "pixels that leave on one side come in on the other (np.roll), not zeros")
def crop_rolled(images, pad, rng):
    shifts = rng.integers(-pad, pad + 1, (len(images), 2))
    pairs = zip(images, shifts, strict=True)
    return np.array([np.roll(image, shift, axis=(0, 1)) for image, shift in pairs])


@mistake("random_crop", "the frame repeats the edge pixels instead of zeros")
def crop_edge(images, pad, rng):
    _, height, width = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad)), mode="edge")
    corners = rng.integers(0, 2 * pad + 1, (len(images), 2))
    pairs = zip(padded, corners, strict=True)
    return np.array([image[r : r + height, c : c + width] for image, (r, c) in pairs])


@mistake("random_crop", "the framed image is returned, nothing is cut out")
def crop_uncut(images, pad, rng):
    return np.pad(images, ((0, 0), (pad, pad), (pad, pad)))


@mistake("random_crop", "shifts are rounded normal numbers, not equally likely ones")
def crop_normal(images, pad, rng):
    shifts = np.clip(np.round(rng.normal(0, pad / 2, (len(images), 2))), -pad, pad).astype(int)
    return _windows(images, pad, shifts + pad)


@mistake("random_crop", "the draws come from np.random and not from rng")
def crop_numpy(images, pad, rng):
    return _windows(images, pad, np.random.randint(0, 2 * pad + 1, (len(images), 2)))


@mistake("random_crop", "a Generator with a fixed seed is made inside: every call is the same")
def crop_own_generator(images, pad, rng):
    corners = np.random.default_rng(0).integers(0, 2 * pad + 1, (len(images), 2))
    return _windows(images, pad, corners)


@mistake("random_crop", "the result is written into images")
def crop_in_place(images, pad, rng):
    images[:] = _windows(images, pad, rng.integers(0, 2 * pad + 1, (len(images), 2)))
    return images


def _turn(images, degrees, sign=1, centre=0.5, radians=np.radians, nearest=False, outside="zero"):
    N, height, width = images.shape
    out = np.zeros(images.shape)
    for n, angle in enumerate(radians(np.broadcast_to(degrees, N)) * sign):
        cos, sin = np.cos(angle), np.sin(angle)
        y0, x0 = (height - 1) * centre, (width - 1) * centre
        for r in range(height):
            for c in range(width):
                row = y0 + (r - y0) * cos + (c - x0) * sin
                column = x0 + (c - x0) * cos - (r - y0) * sin
                out[n, r, c] = _value(images[n], row, column, nearest, outside)
    return out


def _value(image, row, column, nearest, outside):
    height, width = image.shape
    inside = 0 <= row <= height - 1 and 0 <= column <= width - 1
    if outside == "strict" and not inside:
        return 0.0
    if outside == "edge":
        row, column = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
    if nearest:
        r, c = round(row), round(column)
        return image[r, c] if 0 <= r < height and 0 <= c < width else 0.0
    i, j, total = int(np.floor(row)), int(np.floor(column)), 0.0
    for r in (i, i + 1):
        for c in (j, j + 1):
            if outside == "wrap":
                total += (1 - abs(row - r)) * (1 - abs(column - c)) * image[r % height, c % width]
            elif 0 <= r < height and 0 <= c < width:
                total += (1 - abs(row - r)) * (1 - abs(column - c)) * image[r, c]
    return total


@mistake("rotate", "the image turns clockwise: the sign of the angle is wrong")
def rotate_clockwise(images, degrees):
    return _turn(images, degrees, sign=-1)


@mistake("rotate", "the image turns about its top left corner, not about its centre")
def rotate_about_corner(images, degrees):
    return _turn(images, degrees, centre=0)


@mistake("rotate", "the angle is taken as radians")
def rotate_radians(images, degrees):
    return _turn(images, degrees, radians=lambda angle: np.asarray(angle, dtype=float))


@mistake("rotate", "the nearest pixel is taken, without interpolation")
def rotate_nearest(images, degrees):
    return _turn(images, degrees, nearest=True)


@mistake("rotate", "places less than a pixel outside the image count as 0 outright")
def rotate_strict(images, degrees):
    return _turn(images, degrees, outside="strict")


@mistake("rotate", "outside the image the edge pixels are continued instead of zeros")
def rotate_edge(images, degrees):
    return _turn(images, degrees, outside="edge")


@mistake("rotate", "places outside the image are taken from its other side, as by index -1")
def rotate_wrapped(images, degrees):
    return _turn(images, degrees, outside="wrap")


@mistake("rotate", "the centre is taken as H / 2 and W / 2, half a pixel off")
def rotate_half_off(images, degrees):
    _, height, width = images.shape
    larger = np.pad(images, ((0, 0), (0, 1), (0, 1)))
    return _turn(larger, degrees)[:, :height, :width]


@mistake("rotate", "the first angle serves all images")
def rotate_first_angle(images, degrees):
    return _turn(images, np.ravel(degrees)[0])


@mistake("rotate", "the result is written into images")
def rotate_in_place(images, degrees):
    images[:] = _turn(images, degrees)
    return images


def _erase(images, size, tops, lefts, value=0.0):
    out = images.copy()
    for image, top, left in zip(out, tops, lefts, strict=True):
        image[top : top + size, left : left + size] = value
    return out


def _places(images, size, rng):
    N, height, width = images.shape
    return rng.integers(0, height - size + 1, N), rng.integers(0, width - size + 1, N)


@mistake("random_erase", "one place serves the whole batch")
def erase_one_place(images, size, rng):
    tops, lefts = _places(images[:1], size, rng)
    return _erase(images, size, np.repeat(tops, len(images)), np.repeat(lefts, len(images)))


@mistake("random_erase", "the last place never occurs, because integers stops before its high end")
def erase_excludes_end(images, size, rng):
    N, height, width = images.shape
    tops = rng.integers(0, height - size, N)
    return _erase(images, size, tops, rng.integers(0, width - size, N))


@mistake(
    "random_erase", "the square may reach over the edge, so that less than all of it is erased"
)
def erase_over_edge(images, size, rng):
    N, height, width = images.shape
    return _erase(images, size, rng.integers(0, height, N), rng.integers(0, width, N))


@mistake("random_erase", "the square is set to 1 instead of 0")
def erase_to_one(images, size, rng):
    return _erase(images, size, *_places(images, size, rng), value=1.0)


@mistake("random_erase", "single pixels are erased all over the image instead of one square")
def erase_pixels(images, size, rng):
    out = images.copy()
    for image in out.reshape(len(out), -1):
        image[rng.permutation(image.size)[: size**2]] = 0
    return out


@mistake("random_erase", "one draw is used for the top row and for the left column")
def erase_diagonal(images, size, rng):
    N, height, width = images.shape
    places = rng.integers(0, min(height, width) - size + 1, N)
    return _erase(images, size, places, places)


@mistake("random_erase", "height and width are swapped in the ranges of the draws")
def erase_swapped(images, size, rng):
    N, height, width = images.shape
    tops = rng.integers(0, width - size + 1, N)
    return _erase(images, size, tops, rng.integers(0, height - size + 1, N))


@mistake("random_erase", "the square has one row and column too many")
def erase_larger(images, size, rng):
    return _erase(images, size + 1, *_places(images, size, rng))


@mistake("random_erase", "all but the square is erased")
def erase_outside(images, size, rng):
    return images - _erase(images, size, *_places(images, size, rng))


@mistake("random_erase", "the draws come from np.random and not from rng")
def erase_numpy(images, size, rng):
    N, height, width = images.shape
    tops = np.random.randint(0, height - size + 1, N)
    return _erase(images, size, tops, np.random.randint(0, width - size + 1, N))


@mistake("random_erase", "a Generator with a fixed seed is made inside: every call is the same")
def erase_own_generator(images, size, rng):
    return _erase(images, size, *_places(images, size, np.random.default_rng(0)))


@mistake("random_erase", "the square is erased in images itself, not in a copy")
def erase_in_place(images, size, rng):
    images[:] = _erase(images, size, *_places(images, size, rng))
    return images


@mistake("mixup", "one lambda serves the whole batch")
def mixup_one_lambda(images, labels_onehot, alpha, rng):
    share, partner = rng.beta(alpha, alpha), rng.permutation(len(images))
    blend = [share * part + (1 - share) * part[partner] for part in (images, labels_onehot)]
    return tuple(blend)


def _blend(part, share, partner):
    share = np.reshape(share, (-1,) + (1,) * (part.ndim - 1))
    return share * part + (1 - share) * part[partner]


@mistake("mixup", "the labels are not mixed")
def mixup_hard_labels(images, labels_onehot, alpha, rng):
    N = len(images)
    return _blend(images, rng.beta(alpha, alpha, N), rng.permutation(N)), labels_onehot.copy()


@mistake("mixup", "the labels are mixed by a lambda of their own")
def mixup_other_lambda(images, labels_onehot, alpha, rng):
    N = len(images)
    partner = rng.permutation(N)
    mixed = _blend(images, rng.beta(alpha, alpha, N), partner)
    return mixed, _blend(labels_onehot, rng.beta(alpha, alpha, N), partner)


@mistake("mixup", "lambda and 1 - lambda are swapped in the labels")
def mixup_swapped(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N), rng.permutation(N)
    return _blend(images, share, partner), _blend(labels_onehot, 1 - share, partner)


@mistake("mixup", "the labels are mixed with those of other partners")
def mixup_other_partner(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N), rng.permutation(N)
    return _blend(images, share, partner), _blend(labels_onehot, share, rng.permutation(N))


@mistake("mixup", "the labels are always mixed half and half")
def mixup_half_labels(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N), rng.permutation(N)
    return _blend(images, share, partner), _blend(labels_onehot, np.full(N, 0.5), partner)


@mistake("mixup", "lambda is uniform, whatever alpha")
def mixup_uniform(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.random(N), rng.permutation(N)
    return _blend(images, share, partner), _blend(labels_onehot, share, partner)


@mistake("mixup", "lambda comes from the beta distribution with parameters alpha and 1")
def mixup_alpha_one(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, 1, N), rng.permutation(N)
    return _blend(images, share, partner), _blend(labels_onehot, share, partner)


@mistake("mixup", "the larger of lambda and 1 - lambda is taken")
def mixup_larger(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N), rng.permutation(N)
    share = np.maximum(share, 1 - share)
    return _blend(images, share, partner), _blend(labels_onehot, share, partner)


@mistake("mixup", "every image is mixed with its neighbour, not by a random permutation")
def mixup_neighbours(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N), np.roll(np.arange(N), 1)
    return _blend(images, share, partner), _blend(labels_onehot, share, partner)


@mistake("mixup", "partners are drawn one by one, so that some serve twice and others never")
def mixup_with_replacement(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N), rng.integers(0, N, N)
    return _blend(images, share, partner), _blend(labels_onehot, share, partner)


@mistake("mixup", "partner and image are added without 1 - lambda")
def mixup_sum(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N)[:, None, None], rng.permutation(N)
    return (
        share * images + images[partner],
        share[:, 0] * labels_onehot + labels_onehot[partner],
    )


@mistake(
    "mixup", "lambda of shape (N, 1, 1) also multiplies the labels, which makes them (N, N, K)"
)
def mixup_broadcast_labels(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N)[:, None, None], rng.permutation(N)
    mixed = share * images + (1 - share) * images[partner]
    return mixed, share * labels_onehot + (1 - share) * labels_onehot[partner]


@mistake("mixup", "the draws come from np.random and not from rng")
def mixup_numpy(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = np.random.beta(alpha, alpha, N), np.random.permutation(N)
    return _blend(images, share, partner), _blend(labels_onehot, share, partner)


@mistake("mixup", "a Generator with a fixed seed is made inside: every call is the same")
def mixup_own_generator(images, labels_onehot, alpha, rng):
    N, rng = len(images), np.random.default_rng(0)
    share, partner = rng.beta(alpha, alpha, N), rng.permutation(N)
    return _blend(images, share, partner), _blend(labels_onehot, share, partner)


@mistake("mixup", "only the images are returned")
def mixup_no_labels(images, labels_onehot, alpha, rng):
    N = len(images)
    return _blend(images, rng.beta(alpha, alpha, N), rng.permutation(N))


@mistake("mixup", "images are mixed in place, one after the other")
def mixup_in_place(images, labels_onehot, alpha, rng):
    N = len(images)
    share, partner = rng.beta(alpha, alpha, N), rng.permutation(N)
    for n in range(N):
        images[n] = share[n] * images[n] + (1 - share[n]) * images[partner[n]]
        labels_onehot[n] = share[n] * labels_onehot[n] + (1 - share[n]) * labels_onehot[partner[n]]
    return images, labels_onehot


@mistake("add_noise", "the result is not clipped, so that values leave [0, 1]")
def noise_unclipped(images, sigma, rng):
    return images + rng.normal(0, sigma, images.shape)


@mistake("add_noise", "only values above 1 are clipped")
def noise_clipped_above(images, sigma, rng):
    return np.minimum(images + rng.normal(0, sigma, images.shape), 1)


@mistake("add_noise", "only values below 0 are clipped")
def noise_clipped_below(images, sigma, rng):
    return np.maximum(images + rng.normal(0, sigma, images.shape), 0)


@mistake("add_noise", "the result is stretched to [0, 1] instead of clipped")
def noise_stretched(images, sigma, rng):
    noisy = images + rng.normal(0, sigma, images.shape)
    return (noisy - noisy.min()) / (noisy.max() - noisy.min())


@mistake("add_noise", "the noise is clipped to [0, 1] before it is added")
def noise_clipped_first(images, sigma, rng):
    return images + np.clip(rng.normal(0, sigma, images.shape), 0, 1)


@mistake("add_noise", "sigma is taken as the variance")
def noise_variance(images, sigma, rng):
    return np.clip(images + rng.normal(0, np.sqrt(sigma), images.shape), 0, 1)


@mistake("add_noise", "sigma is squared")
def noise_squared(images, sigma, rng):
    return np.clip(images + rng.normal(0, sigma**2, images.shape), 0, 1)


@mistake("add_noise", "the noise is uniform between -sigma and sigma")
def noise_uniform(images, sigma, rng):
    return np.clip(images + rng.uniform(-sigma, sigma, images.shape), 0, 1)


@mistake("add_noise", "the noise is uniform between 0 and sigma, and only brightens")
def noise_positive(images, sigma, rng):
    return np.clip(images + sigma * rng.random(images.shape), 0, 1)


@mistake("add_noise", "the image is multiplied by the noise instead of adding it")
def noise_multiplied(images, sigma, rng):
    return np.clip(images * (1 + rng.normal(0, sigma, images.shape)), 0, 1)


@mistake("add_noise", "all images get the same noise, drawn once in shape (H, W)")
def noise_same_for_all(images, sigma, rng):
    return np.clip(images + rng.normal(0, sigma, images.shape[1:]), 0, 1)


@mistake("add_noise", "each image gets one number for all of its pixels")
def noise_per_image(images, sigma, rng):
    return np.clip(images + rng.normal(0, sigma, (len(images), 1, 1)), 0, 1)


@mistake("add_noise", "the draws come from np.random and not from rng")
def noise_numpy(images, sigma, rng):
    return np.clip(images + np.random.normal(0, sigma, images.shape), 0, 1)


@mistake("add_noise", "a Generator with a fixed seed is made inside: every call is the same")
def noise_own_generator(images, sigma, rng):
    return np.clip(images + np.random.default_rng(0).normal(0, sigma, images.shape), 0, 1)


@mistake("add_noise", "the noise is added to images in place")
def noise_in_place(images, sigma, rng):
    images += rng.normal(0, sigma, images.shape)
    np.clip(images, 0, 1, out=images)
    return images


@mistake("augment", "every transform gets the first images, so that only the last one counts")
def augment_last_only(images, transforms, rng):
    result = images
    for transform in transforms:
        result = transform(images, rng)
    return result


@mistake("augment", "the transforms are applied in reverse order")
def augment_reversed(images, transforms, rng):
    for transform in transforms[::-1]:
        images = transform(images, rng)
    return images


@mistake("augment", "only the first transform is applied: the return stands inside the loop")
def augment_first_only(images, transforms, rng):
    for transform in transforms:
        return transform(images, rng)
    return images


@mistake("augment", "one transform is chosen at random instead of applying all")
def augment_choice(images, transforms, rng):
    return transforms[rng.integers(len(transforms))](images, rng) if transforms else images


@mistake("augment", "what a transform returns is thrown away")
def augment_ignored(images, transforms, rng):
    for transform in transforms:
        transform(images, rng)
    return images


@mistake("augment", "a list of one result per transform is returned")
def augment_list(images, transforms, rng):
    return [transform(images, rng) for transform in transforms]


@mistake("augment", "every transform gets a copy of rng, so that all draw the same numbers")
def augment_copied_rng(images, transforms, rng):
    for transform in transforms:
        images = transform(images, copy.deepcopy(rng))
    return images


@mistake("augment", "the list of transforms is emptied")
def augment_popped(images, transforms, rng):
    while transforms:
        images = transforms.pop(0)(images, rng)
    return images


@mistake("augment", "the result is written into images")
def augment_in_place(images, transforms, rng):
    for transform in transforms:
        images[:] = transform(images, rng)
    return images
