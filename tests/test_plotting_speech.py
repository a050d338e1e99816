"""Figures of chapter 16."""

import numpy as np
from matplotlib.figure import Figure

from dlutils import plotting


def test_a_spectrogram_runs_from_left_to_right_and_low_to_high():
    ax = Figure().subplots()
    x = np.arange(12.0).reshape(4, 3)
    plotting.draw_spectrogram(ax, x, 0.5)
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), x.T)
    assert image.origin == "lower" and tuple(image.get_extent()) == (0, 2, -0.5, 2.5)


def test_outputs_name_their_peaks():
    ax = Figure().subplots()
    probabilities = np.array([[0.9, 0, 0.1], [0.6, 0.1, 0.3], [0, 0.3, 0.7], [0.1, 0.8, 0.1]])
    plotting.draw_outputs(ax, probabilities, np.arange(4.0))
    assert [(text.get_text(), text.get_position()[0]) for text in ax.texts] == [("0", 0), ("1", 3)]
    assert len(ax.lines) == 3


def test_a_plateau_is_named_once():
    ax = Figure().subplots()
    one = np.array([0.1, 0.9, 0.9, 0.9, 0.1])
    plotting.draw_outputs(ax, np.stack([one, 1 - one], axis=1), np.arange(5.0))
    assert [text.get_text() for text in ax.texts] == ["0"]


def test_speakers_stand_in_the_order_of_the_first_model():
    ax = Figure().subplots()
    scores = {"a": [[0.9, 0.2, 0.5], [0.7, 0.4, 0.5]], "b": [[0.1, 1.0, 0.5], [0.1, 1.0, 0.5]]}
    plotting.draw_speakers(ax, ["x", "y", "z"], scores)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["y", "z", "x"]
    drawn = [container.lines[0].get_ydata() for container in ax.containers]
    np.testing.assert_allclose(drawn, [[0.3, 0.5, 0.8], [1.0, 0.5, 0.1]])
