"""The stored results of chapter 13: every run is there, one is computed anew, shoes are spared."""

import numpy as np

from dlutils import datasets, results
from dlutils.results import data_augmentation as chapter


def test_the_file_holds_every_run():
    stored = results.load("data_augmentation")
    runs, counts = len(chapter.SEEDS), len(chapter.COUNTS)
    assert stored["counts"] == list(chapter.COUNTS)
    for name in chapter.DATA:
        extra = chapter.SPARED if name == "clothes" else {}
        assert stored["single"][name].keys() == {*chapter.SINGLE, *extra}
        assert all(np.shape(found) == (runs, 2) for found in stored["single"][name].values())
        assert all(np.shape(found) == (counts, runs) for found in stored["recipe"][name].values())


def test_confusions_are_of_the_runs_whose_accuracies_are_stored():
    stored = results.load("data_augmentation")
    assert stored["read_as"].keys() == {"none", "flip"}
    for key, runs in stored["read_as"].items():
        accuracies = np.trace(runs, axis1=1, axis2=2) / chapter.HELD_OUT
        assert np.allclose(accuracies, np.array(stored["single"]["digits"][key])[:, 0])


def test_lost_fives_are_read_as_threes_not_as_twos():
    none, flip = (
        np.sum(results.load("data_augmentation")["read_as"][k], axis=0) for k in ("none", "flip")
    )
    assert np.argmax(np.diag(none) / none.sum(axis=1) - np.diag(flip) / flip.sum(axis=1)) == 5
    more = flip[5] - none[5]
    assert more.argmax() == 3 and more[3] > 5 * more[2] > 0


def test_a_run_computed_anew_is_the_stored_one():
    digits = datasets.mnist()
    params = chapter.train(digits.x_train, digits.y_train, chapter.FEW, seed=0)
    held_out = digits.x_train[-chapter.HELD_OUT :], digits.y_train[-chapter.HELD_OUT :]
    stored = results.load("data_augmentation")["single"]["digits"]["none"][0][0]
    assert abs(chapter.accuracy(params, *held_out) - stored) < 0.01  # other processors round anew


def test_spared_classes_are_not_augmented():
    rng = np.random.default_rng(0)
    x = rng.random((chapter.HELD_OUT + 60, 28, 28)).astype(np.float32)
    y, seen = np.arange(len(x)) % 2, []

    def black(images, rng):
        seen.append(len(images))
        return np.zeros_like(images)

    chapter_steps, chapter.STEPS = chapter.STEPS, 3
    try:
        spared = chapter.train(x, y, 60, 0, [black], spared=(0, 1))
        plain = chapter.train(x, y, 60, 0)
    finally:
        chapter.STEPS = chapter_steps
    assert seen == [50] * 3
    for (W, b), (W_plain, b_plain) in zip(spared, plain, strict=True):
        np.testing.assert_array_equal(W, W_plain)
        np.testing.assert_array_equal(b, b_plain)
