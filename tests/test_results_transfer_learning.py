"""What chapter 14 says about its stored results, held to them."""

import numpy as np

from dlutils import datasets, results
from dlutils.results import transfer_learning

FOUND = results.load("transfer_learning")


def means(kind, name):
    runs = np.array(FOUND[kind][name])
    assert runs.shape == (len(transfer_learning.COUNTS), len(transfer_learning.SEEDS))
    return runs.mean(axis=1)


def test_the_smallest_gap_is_where_the_source_reads_the_target_best():
    gaps = [row["gap"] for row in FOUND["margins"]]
    scores = [np.mean(row["accuracy"]) for row in FOUND["margins"]]
    assert np.argmin(gaps) == np.argmax(scores) == transfer_learning.MARGIN


def test_a_body_from_mnist_helps_most_where_labels_are_few():
    gain = means("tuned", "mnist") - means("tuned", "scratch")
    assert gain[0] > 0.07 and 0.02 < gain[2] < 0.05 and 0 < gain[-1] < 0.02
    assert gain.argmax() == 0 and gain.argmin() == len(gain) - 1


def test_clothes_help_a_start_from_scratch_at_ten_labels_but_not_beyond_pixels():
    clothes = means("tuned", "fashion")
    assert clothes[0] - means("tuned", "scratch")[0] > 0.02
    assert clothes[0] < means("features", "pixels")[0]


def test_a_head_that_is_kept_beats_a_new_one_if_tuned_gently():
    kept, new = means("kept", "kept, gently"), means("tuned", "mnist")
    assert np.all(kept > new) and kept[0] - new[0] > 0.08
    assert kept[0] - means("kept", "kept")[0] > 0.05
    assert kept[0] > np.mean(FOUND["unseen"])


def test_a_frozen_body_from_clothes_is_worse_than_pixels_in_every_run():
    runs = {name: np.array(FOUND["features"][name]) for name in ("pixels", "fashion")}
    assert np.all(runs["fashion"] < runs["pixels"])
    loss = means("features", "pixels") - means("features", "fashion")
    assert loss.min() > 0.05 and loss.max() < 0.1


def test_a_frozen_body_from_clothes_is_better_than_a_random_one():
    gain = means("features", "fashion") - means("features", "random")
    assert gain.min() > 0.02 and np.all(means("features", "random") < means("features", "pixels"))


def test_an_autoencoders_code_is_slightly_worse_than_pixels():
    loss = means("features", "pixels") - means("features", "autoencoder")
    assert loss.min() > 0.005 and loss.max() < 0.03


def test_drawn_examples_are_of_every_class_alike():
    labels = datasets.digits8x8().y_train
    rows = transfer_learning.draw(labels, 50, seed=3)
    assert np.bincount(labels[rows]).tolist() == [5] * 10 and len(set(rows)) == 50


def test_the_order_of_the_names_does_not_matter():
    params = transfer_learning.first_params(np.random.default_rng(0))
    turned = dict(reversed(params.items()))
    x, labels = np.random.default_rng(1).random((5, 64)), np.arange(5)
    one = transfer_learning.gradients(params, x, labels)
    other = transfer_learning.gradients(turned, x, labels)
    assert one.keys() == params.keys() and one["head.W"].shape == (64, 10)
    assert all(np.array_equal(one[name], other[name]) for name in params)
