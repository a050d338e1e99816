"""The graph of an LSTM's cell, and rows of gates above their characters."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

import dlutils
from dlutils import plotting


def test_the_graph_holds_what_a_step_and_its_gradients_give():
    z, c = np.array([0.3, 2.0, 1.0, -0.5]), np.array([[0.7]])
    zero, weights = np.zeros((1, 1)), np.zeros((1, 4))
    i, f, o = dlutils.sigmoid(z[:3])
    boxes = plotting.lstm_graph(0.7, i, f, o, np.tanh(z[3]), dh=1.5, dc=0.4)
    found = {box.symbol: box for box in boxes}
    h_next, c_next, cache = dlutils.lstm_step_forward(zero, zero, c, weights, weights, z)
    *_, dc_prev, _, _, db = dlutils.lstm_step_backward(np.array([[1.5]]), np.array([[0.4]]), cache)
    assert boxes[-1].value == pytest.approx(h_next.item(), abs=5e-4)
    assert boxes[6].value == pytest.approx(c_next.item(), abs=5e-4)
    assert found["c"].gradient == pytest.approx(dc_prev.item(), abs=5e-4)
    slopes = i * (1 - i), f * (1 - f), o * (1 - o), 1 - np.tanh(z[3]) ** 2
    for name, slope, gradient in zip("ifog", slopes, db, strict=True):
        assert found[name].gradient * slope == pytest.approx(gradient, abs=5e-4)


def test_every_character_has_its_column_and_every_label_its_row():
    figure, ax = plt.subplots()
    plotting.character_rows(ax, np.eye(2, 3), "a b", ["first", "second"], vmin=0, vmax=1)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "␣", "b"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    np.testing.assert_array_equal(ax.images[0].get_array(), np.eye(2, 3))
    plt.close(figure)
