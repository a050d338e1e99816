"""Image recognition: top-k, calibration, temperature, saliency, occlusion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


def scores(seed, N=9, K=6):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N, K)), rng.integers(0, K, N)


def test_top_k_by_hand_with_ties_to_the_lowest_class():
    logits = np.array([[3.0, 2.0, 1.0], [0.0, 0.0, 5.0], [1.0, 1.0, 1.0]])
    labels = np.array([1, 1, 2])
    assert [dl.top_k_accuracy(logits, labels, k) for k in (1, 2, 3)] == [0, 1 / 3, 1]


@given(st.integers(0, 99))
def test_top_k_grows_from_accuracy_to_one(seed):
    logits, labels = scores(seed)
    logits = np.round(logits)  # ties
    found = [dl.top_k_accuracy(logits, labels, k) for k in range(1, 7)]
    assert found[0] == dl.accuracy(logits, labels) and found[-1] == 1
    assert found == sorted(found)


def ece_by_its_definition(probabilities, labels):
    total = 0.0
    for m in range(1, 16):
        inside = [
            (p.max(), p.argmax() == y)
            for p, y in zip(probabilities, labels, strict=True)
            if (m - 1) / 15 < p.max() <= m / 15
        ]
        if inside:
            confidence, right = np.mean(inside, axis=0)
            total += len(inside) / len(labels) * abs(right - confidence)
    return total


@given(st.integers(0, 99), st.integers(1, 40))
def test_calibration_error_is_its_definition(seed, N):
    logits, labels = scores(seed, N)
    probabilities = dl.softmax(3 * logits)
    found = dl.expected_calibration_error(probabilities, labels)
    assert found == pytest.approx(ece_by_its_definition(probabilities, labels))
    assert 0 <= found <= 1


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.35, 0.65]])
    found = dl.expected_calibration_error(probabilities, np.array([0, 0, 0, 0]))
    # (13/15, 14/15]: half right at 0.9; (8/15, 9/15]: right at 0.6; (9/15, 10/15]: wrong at 0.65
    assert found == pytest.approx((2 * 0.4 + 0.4 + 0.65) / 4)


@pytest.mark.parametrize("confidence", [0.6, 0.8, 1.0])
def test_the_upper_end_of_a_bin_belongs_to_it(confidence):
    below = confidence - 0.02
    probabilities = np.array([[confidence, 1 - confidence], [below, 1 - below]])
    found = dl.expected_calibration_error(probabilities, np.array([0, 1]))
    assert found == pytest.approx(abs(0.5 - (confidence + below) / 2))


def test_a_sure_network_that_is_right_is_calibrated_and_a_wrong_one_is_not():
    sure = np.eye(3)[[0, 1, 2, 1]]
    assert dl.expected_calibration_error(sure, np.array([0, 1, 2, 1])) == 0
    assert dl.expected_calibration_error(sure, np.array([1, 2, 0, 0])) == 1


@given(st.integers(0, 99))
def test_the_best_temperature_is_where_the_loss_is_least(seed):
    logits, labels = scores(seed, N=30)
    temperatures = np.random.default_rng(seed).permutation(np.geomspace(0.2, 20, 30))
    best = dl.temperature_scale(logits, labels, temperatures)
    losses = [dl.cross_entropy(logits / T, labels) for T in temperatures]
    assert dl.cross_entropy(logits / best, labels) == min(losses)
    at_twice = dl.temperature_scale(2 * logits, labels, 2 * temperatures)
    assert at_twice == pytest.approx(2 * best)


def test_the_first_of_equally_good_temperatures_wins():
    assert dl.temperature_scale(np.zeros((2, 3)), np.array([0, 1]), [2, 1, 3]) == 2


def test_temperatures_of_huge_logits():
    logits = np.array([[1e4, 0.0], [0.0, 1e4], [1e4, 0.0]])
    assert dl.temperature_scale(logits, np.array([0, 1, 1]), [1, 1e3, 1.5e4, 1e6]) == 1.5e4


def test_saliency_is_the_largest_size_of_the_channels():
    gradient = np.array([[[[1.0, -2.0]], [[-3.0, 0.5]]]])  # (1, 2, 1, 2)
    np.testing.assert_array_equal(dl.saliency_map(gradient), [[[3.0, 2.0]]])
    assert dl.saliency_map(gradient.astype(np.float32)).dtype == np.float32


def test_occlusion_by_hand():
    image = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    found = dl.occlusion_map(lambda images: images.sum(axis=(1, 2)), image, 2, 1.0)
    np.testing.assert_array_equal(found, [[8.0, 12.0]])
    assert image.sum() == 21


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99))
def test_occlusion_of_a_linear_score_is_what_was_covered(H, W, seed):
    rng = np.random.default_rng(seed)
    image, weights, size = rng.normal(size=(H, W)), rng.normal(size=(H, W)), min(H, W, 2)
    found = dl.occlusion_map(lambda x: (x * weights).sum(axis=(1, 2)), image, size, 0.25)
    assert found.shape == (H - size + 1, W - size + 1)
    lost = weights * (image - 0.25)
    for i, j in np.ndindex(found.shape):
        assert found[i, j] == pytest.approx(lost[i : i + size, j : j + size].sum())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dl.top_k_accuracy(np.ones((2, 3)), np.array([0, 1]), 4), "k must be at most 3"),
        (lambda: dl.top_k_accuracy(np.ones((2, 3)), np.array([0, 3]), 1), "labels must hold"),
        (
            lambda: dl.expected_calibration_error(np.ones((2, 3)), np.array([0, 1])),
            "probabilities must add up to 1 in every row, got 3.0 to 3.0",
        ),
        (
            lambda: dl.expected_calibration_error(np.array([[2.0, -1.0]]), np.array([0])),
            "probabilities must be at least 0, got -1.0",
        ),
        (
            lambda: dl.temperature_scale(np.ones((1, 2)), np.array([0]), [1.0, 0.0]),
            "temperatures must be above 0",
        ),
        (
            lambda: dl.temperature_scale(np.ones((1, 2)), np.array([0]), []),
            "temperatures must be a list of at least one",
        ),
        (lambda: dl.saliency_map(np.ones((2, 3, 3))), "gradient must have shape"),
        (lambda: dl.occlusion_map(np.sum, np.ones((3, 4)), 4, 0.0), "size must be at most 3"),
        (
            lambda: dl.occlusion_map(lambda x: x, np.ones((3, 4)), 2, 0.0),
            "predict must return 6 numbers, one per image",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
