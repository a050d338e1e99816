"""Augmentation graded by its laws: right answers of any make pass, errors show in their place."""

import numpy as np
import pytest

import dlutils
from dlutils import checks
from dlutils.checks import augmenting


def measured(measure, answer, case):
    return measure(answer, *case.copies())


def one_draw(images, rng, p):
    return images[:, :, ::-1] if rng.random() < p else images


def test_independent_flips_measure_one_and_one_draw_for_all_does_not():
    case = checks.image_case(2000, 2, 3, rng=0, p=0.3)
    np.testing.assert_allclose(measured(checks.flip_share, dlutils.random_flip, case), 1, atol=0.15)
    few = checks.image_case(8, 2, 3, rng=0, p=0.4)
    np.testing.assert_allclose(measured(checks.flip_counts, dlutils.random_flip, few), 1, atol=0.5)
    assert measured(checks.flip_counts, one_draw, few)[0] > 4


def test_what_is_no_mirror_image_is_said():
    case = checks.image_case(3, 4, 2, rng=0, p=1.0)
    with pytest.raises(augmenting.NotPossible, match="image 0 is neither as it was nor mirrored"):
        measured(checks.flip_share, lambda images, rng, p: images[:, ::-1], case)
    with pytest.raises(augmenting.WrongShape, match=r"shape \(3, 4, 2\) is expected, got \(4, 2\)"):
        measured(checks.flip_share, lambda images, rng, p: images[0], case)
    with pytest.raises(ValueError, match="`return` missing"):
        measured(checks.flip_share, lambda images, rng, p: None, case)


def test_crops_and_squares_are_found_again():
    found = measured(
        checks.crop_shifts, dlutils.random_crop, checks.image_case(300, 3, 4, pad=1, rng=0)
    )
    assert [list(part) for part in found.values()] == [[-1, 0, 1]] * 2
    found = measured(
        checks.erase_places, dlutils.random_erase, checks.image_case(200, 3, 5, size=2, rng=0)
    )
    assert [list(part) for part in found.values()] == [[0, 1], [0, 1, 2, 3]]
    with pytest.raises(augmenting.NotPossible):
        case = checks.image_case(5, 4, 4, pad=1, rng=0)
        measured(checks.crop_shifts, lambda images, pad, rng: np.roll(images, 1, axis=2), case)


def test_mixup_by_its_blend_and_by_its_laws():
    case = checks.mixup_case(3, 4, alpha=1.0)
    assert measured(checks.mixup_gap, dlutils.mixup, case) < 1e-6
    np.testing.assert_allclose(measured(checks.mixup_shares, dlutils.mixup, case), 1, atol=0.4)

    def labels_kept(images, labels, alpha, rng):
        return dlutils.mixup(images, labels, alpha, rng)[0], labels

    assert measured(checks.mixup_gap, labels_kept, case) > 0.1

    def one_lambda(images, labels, alpha, rng):
        share, partner = rng.beta(alpha, alpha), rng.permutation(len(images))
        mix = [share * part + (1 - share) * part[partner] for part in (images, labels)]
        return tuple(mix)

    assert measured(checks.mixup_shares, one_lambda, case)[2] > 2


def test_noise_by_its_moments():
    case = checks.case(images=np.full((70, 9, 8), 0.5), sigma=0.05, rng=np.random.default_rng(0))
    np.testing.assert_allclose(
        measured(checks.noise_moments, dlutils.add_noise, case), 1, atol=0.05
    )

    def uniform(images, sigma, rng):
        return images + sigma * rng.uniform(-(3**0.5), 3**0.5, images.shape)

    assert abs(measured(checks.noise_moments, uniform, case)[2] - 1) > 0.1

    def same_for_all(images, sigma, rng):
        return images + sigma * rng.standard_normal(images.shape[1:])

    assert measured(checks.noise_spread, same_for_all, case)[1] > 10
