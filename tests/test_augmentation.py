"""Augmentation: each image its own draw, values in range, inputs untouched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


def images(N=40, height=6, width=5, dtype=np.float64):
    return np.random.default_rng(0).random((N, height, width)).astype(dtype)


def rng(seed=1):
    return np.random.default_rng(seed)


TRANSFORMS = {
    "random_flip": lambda x, rng: dl.random_flip(x, rng, 0.5),
    "random_crop": lambda x, rng: dl.random_crop(x, 2, rng),
    "rotate": lambda x, rng: dl.rotate(x, rng.uniform(-40, 40, len(x))),
    "random_erase": lambda x, rng: dl.random_erase(x, 2, rng),
    "add_noise": lambda x, rng: dl.add_noise(x, 0.3, rng),
    "mixup": lambda x, rng: dl.mixup(x, np.ones((len(x), 1)), 0.4, rng)[0],
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", TRANSFORMS)
def test_what_holds_for_all(name, dtype):
    x = images(dtype=dtype)
    kept = x.copy()
    y = TRANSFORMS[name](x, rng())
    np.testing.assert_array_equal(x, kept)
    assert y.shape == x.shape and y.dtype == dtype
    assert y.min() >= 0 and y.max() <= 1 + 1e-6
    np.testing.assert_array_equal(y, TRANSFORMS[name](x, rng()))
    assert not np.array_equal(y, TRANSFORMS[name](x, rng(2)))


@pytest.mark.parametrize("name", ["random_flip", "random_crop", "rotate", "random_erase"])
def test_each_image_has_a_draw_of_its_own(name):
    same = np.repeat(images(1), 40, axis=0)
    y = TRANSFORMS[name](same, rng())
    assert len(np.unique(y.reshape(40, -1), axis=0)) > 1


def test_flips_are_left_to_right_for_a_share_of_p():
    x = images(2000, 2, 3)
    y = dl.random_flip(x, rng(), 0.3)
    flipped = np.all(y == x[:, :, ::-1], axis=(1, 2))
    assert np.all(flipped | np.all(y == x, axis=(1, 2)))
    assert flipped.mean() == pytest.approx(0.3, abs=0.05)
    np.testing.assert_array_equal(dl.random_flip(x, rng(), 1), x[:, :, ::-1])
    np.testing.assert_array_equal(dl.random_flip(x, rng(), 0), x)


@given(st.integers(0, 3), st.integers(0, 50))
def test_a_crop_is_a_shift_with_zeros_coming_in(pad, seed):
    x = images(3)
    framed = np.pad(x, ((0, 0), (pad, pad), (pad, pad)))
    for crop, frame in zip(dl.random_crop(x, pad, rng(seed)), framed, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(frame, crop.shape).reshape(
            -1, *crop.shape
        )
        assert any(np.array_equal(crop, window) for window in windows)


def test_all_shifts_occur():
    x = np.zeros((500, 3, 3))
    x[:, 1, 1] = 1
    assert np.all(dl.random_crop(x, 1, rng()).sum(axis=0) > 0)


@pytest.mark.parametrize("turns", [-1, 0, 1, 2, 3])
def test_quarter_turns_are_exact_and_anticlockwise(turns):
    x = images(2, 5, 5)
    turned = dl.rotate(x, 90 * turns)
    np.testing.assert_allclose(turned, np.rot90(x, turns, axes=(1, 2)), atol=1e-12)


def test_a_small_turn_moves_the_right_side_up_and_brings_in_zeros():
    x = np.zeros((1, 9, 9))
    x[0, 4, 8] = 1
    turned = dl.rotate(x, 20)[0]
    assert turned[:4].sum() > 0.5
    assert turned[5:].sum() == 0
    corner = dl.rotate(np.ones((1, 9, 9)), 45)[0]
    assert corner[0, 0] == 0 and corner[4, 4] == pytest.approx(1)


def test_every_image_may_turn_by_its_own_angle():
    x = images(3)
    each = dl.rotate(x, np.array([10.0, -50.0, 180.0]))
    for i, degrees in enumerate([10.0, -50.0, 180.0]):
        np.testing.assert_allclose(each[i : i + 1], dl.rotate(x[i : i + 1], degrees))


def test_one_square_is_erased_anywhere_inside():
    x = np.ones((400, 4, 5))
    y = dl.random_erase(x, 2, rng())
    assert np.all((y == 0).sum(axis=(1, 2)) == 4)
    assert np.all((y == 0).any(axis=0))
    np.testing.assert_array_equal(dl.random_erase(np.ones((2, 3, 3)), 3, rng()), 0)


@given(st.floats(0.1, 5), st.integers(0, 50))
def test_mixup_blends_images_and_labels_alike(alpha, seed):
    """Images that hold their label's number show the blend by which the labels were mixed."""
    labels = np.eye(4)[np.arange(8) % 4]
    x = np.repeat(labels @ np.arange(4.0), 6).reshape(8, 2, 3) / 4
    mixed, mixed_labels = dl.mixup(x, labels, alpha, rng(seed))
    np.testing.assert_allclose(mixed_labels.sum(axis=1), 1)
    expected = mixed_labels @ np.arange(4.0) / 4
    np.testing.assert_allclose(mixed, np.broadcast_to(expected[:, None, None], mixed.shape))


def test_mixup_draws_in_the_stated_order():
    x, labels = images(5), np.eye(5)
    draws = rng(7)
    share, partner = draws.beta(0.4, 0.4, 5), draws.permutation(5)
    _, mixed = dl.mixup(x, labels, 0.4, rng(7))
    expected = share[:, None] * labels + (1 - share[:, None]) * labels[partner]
    np.testing.assert_allclose(mixed, expected)


def test_noise_has_its_spread_and_is_clipped():
    x = np.full((50, 10, 10), 0.5)
    noise = dl.add_noise(x, 0.05, rng()) - x
    assert noise.std() == pytest.approx(0.05, rel=0.05)
    assert noise.mean() == pytest.approx(0, abs=0.005)
    extreme = dl.add_noise(x, 100.0, rng())
    assert extreme.min() == 0 and extreme.max() == 1


def test_augment_applies_transforms_in_turn_with_one_generator():
    x = images(6)
    flip, noise = TRANSFORMS["random_flip"], TRANSFORMS["add_noise"]
    draws = rng(5)
    expected = noise(flip(x, draws), draws)
    np.testing.assert_array_equal(dl.augment(x, [flip, noise], rng(5)), expected)
    np.testing.assert_array_equal(dl.augment(x, [], rng(5)), x)
