"""Cases for judging a classifier: a test cell states sizes instead of probabilities and logits."""

import numpy as np

from dlutils.activations import softmax
from dlutils.checks.calling import Case


def calibration_case(N, K, seed=0, sharpness=2.0):
    """Random arguments of `expected_calibration_error`: about two of three answers are right.

    With a small sharpness and many classes, all confidences are near 1 / K.
    """
    rng = np.random.default_rng(seed)
    probabilities = softmax(sharpness * rng.normal(size=(N, K)))
    labels = np.where(rng.random(N) < 0.6, probabilities.argmax(axis=1), rng.integers(0, K, N))
    return Case(probabilities=probabilities, labels=labels)


def temperature_case(N, K, temperatures, seed=0):
    """Random arguments of `temperature_scale`: logits three times as large as they should be."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(N, K))
    labels = (logits + rng.gumbel(size=(N, K))).argmax(axis=1)  # as softmax(logits) has it
    return Case(logits=3 * logits, labels=labels, temperatures=temperatures)


def place_score(images):
    """A score per image (N, H, W) -> (N,), to which every pixel counts otherwise."""
    weights = np.arange(1, 1 + images[0].size)
    pixels = images.reshape(len(images), -1)
    return (pixels**2) @ weights / len(weights) + np.sin(pixels).sum(axis=1) * pixels.mean(axis=1)
