"""The cases for judging a classifier are what they say."""

import numpy as np

import dlutils as dl
from dlutils import checks


def test_answers_are_mostly_right_and_confidences_follow_the_sharpness():
    case = checks.calibration_case(2000, 4, seed=0).arguments
    p, labels = case["probabilities"], case["labels"]
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert 0.6 < np.mean(p.argmax(axis=1) == labels) < 0.8
    dull = checks.calibration_case(50, 40, seed=0, sharpness=0.5).arguments["probabilities"]
    assert np.all(dull.max(axis=1) < 2 / 15) and np.any(dull.max(axis=1) < 1 / 15)


def test_logits_are_three_times_too_large():
    case = checks.temperature_case(5000, 4, [2.0, 2.5, 3.0, 3.5, 4.0], seed=0)
    assert dl.temperature_scale(*case.arguments.values()) == 3.0


def test_every_pixel_counts_otherwise():
    image = np.full((3, 4), 0.5)
    falls = dl.occlusion_map(checks.place_score, image, 1, 0.0)
    assert len(np.unique(falls.round(9))) == 12
