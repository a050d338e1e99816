"""The comparison of chapter 7 is fair, and what is stored is what the module says."""

import numpy as np
import pytest

import dlutils as dl
from dlutils import results
from dlutils.results import convolution


def parameters(name):
    network, _ = convolution.NETWORKS[name]
    return sum(p.size for p in network(np.random.default_rng(0)).named_parameters().values())


def test_networks_of_the_same_size_differ_by_less_than_a_percent():
    sizes = [parameters(name) for name in ("MLP, same size", "LeNet", "averaging")]
    assert max(sizes) < 1.01 * min(sizes)


def test_networks_of_the_same_cost_differ_by_less_than_a_percent():
    lenet = (
        dl.count_multiply_adds((1, 1, 28, 28), (6, 1, 5, 5), 1, 0)
        + dl.count_multiply_adds((1, 6, 12, 12), (20, 6, 5, 5), 1, 0)
        + 320 * 10
    )
    perceptron = 784 * 354 + 354 * 10
    assert perceptron == pytest.approx(lenet, rel=0.01)
    assert parameters("MLP, same cost") == perceptron + 354 + 10


def test_moved_images_lose_columns_on_the_right_and_gain_zeros_on_the_left():
    images = np.arange(6.0).reshape(1, 1, 2, 3)
    assert convolution.moved(images, 1).tolist() == [[[[0, 0, 1], [0, 3, 4]]]]
    assert np.array_equal(convolution.moved(images, 0), images)


def test_the_stored_results_are_of_these_networks():
    found = results.load("convolution")
    assert set(found["moved"]) == set(convolution.NETWORKS)
    for name in convolution.NETWORKS:
        assert found["parameters"][name] == parameters(name)
        assert np.shape(found["moved"][name]) == (len(convolution.SEEDS), len(found["shifts"]))
    for scores in [*found["shuffled"].values(), *found["fashion"].values()]:
        assert len(scores) == len(convolution.SEEDS)
