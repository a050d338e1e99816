"""Squares that share a mean, and bars of accuracies."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlutils import plotting


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_shared_squares_are_blue_and_the_marked_one_has_a_dot(ax):
    plotting.shared_statistics(ax, [[True, False], [True, False], [False, True]], (1, 0))
    np.testing.assert_array_equal(ax.images[0].get_array(), [[1, 0], [1, 0], [0, 1]])
    (dot, *_) = ax.lines
    assert dot.get_xydata().tolist() == [[0, 1]]


def test_bars_stand_in_order_with_their_numbers(ax):
    plotting.accuracy_bars(ax, {"good": 0.8, "bad": 0.25})
    assert [bar.get_width() for bar in ax.patches] == [0.8, 0.25]
    assert [text.get_text() for text in ax.texts] == ["0.80", "0.25"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["good", "bad"]
    assert ax.patches[0].get_facecolor() != ax.patches[1].get_facecolor()
