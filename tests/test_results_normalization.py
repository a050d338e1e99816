"""The stored results of chapter 12 say what the chapter says of them."""

import numpy as np

from dlutils import results
from dlutils.results import normalization


def test_the_file_holds_every_run():
    stored = results.load("normalization")
    assert stored["learning_rates"] == normalization.LEARNING_RATES
    assert stored["batch_sizes"] == normalization.BATCH_SIZES
    assert set(stored["deep"]) == set(normalization.DEEP)
    for runs in stored["deep"].values():
        assert np.shape(runs) == (len(normalization.LEARNING_RATES), len(normalization.SEEDS))
    assert len(stored["held"]) == len(normalization.SEEDS)
    for points in stored["small"].values():
        assert len(points) == len(normalization.BATCH_SIZES)
        for point in points:
            assert len(point["validation"]) == len(normalization.CHOICES)
            for kind in ("accuracy", "recomputed", "batches"):
                assert len(point[kind]) == len(normalization.SEEDS)


def test_no_learning_rate_is_the_best_because_the_list_ends():
    for points in results.load("normalization")["small"].values():
        assert all(0.0003 < point["lr"] < 1 for point in points)


def test_ten_layers_learn_at_four_of_five_rates_with_batch_norm_and_at_none_without():
    deep = results.load("normalization")["deep"]
    assert np.min(deep["batch norm, std 0.01"][:4]) > 0.6
    assert np.max(deep["no norm, std 0.01"]) < 0.15


def test_two_images_break_batch_norm_and_not_layer_norm():
    stored = results.load("normalization")
    batch, layer = (stored["small"][name] for name in ("batch norm", "layer norm"))
    assert max(batch[0]["accuracy"]) < 0.5 < 0.75 < min(layer[0]["accuracy"])
    assert np.mean(batch[-1]["accuracy"]) > np.mean(layer[-1]["accuracy"])
    assert min(stored["growth"]["batch norm"]) > 10 > max(stored["growth"]["layer norm"])
