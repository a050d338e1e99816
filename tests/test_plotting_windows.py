"""Grids of numbers, signed images, and the pattern of squares that a click turns."""

import ipywidgets
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlutils import plotting
from dlutils.plotting.clicking import pattern_control

PATTERNS = {"edge": [[-1, 0, 1]] * 2, "empty": [[0] * 3] * 2}


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def squares(pattern):
    return [square for line in pattern.children[1:] for square in line.children]


@pytest.mark.parametrize("signed", [True, False])
def test_a_grid_writes_every_number_and_frames_a_window(ax, signed):
    plotting.number_grid(ax, [[1.0, -2.5], [0.0, 27.0]], framed=(1, 0, 1, 2), signed=signed)
    assert [text.get_text() for text in ax.texts] == ["1", "−2.5", "0", "27"]
    (frame,) = ax.patches
    assert frame.get_xy() == (-0.5, 0.5)
    assert (frame.get_width(), frame.get_height()) == (2, 1)


def test_a_grid_of_zeros_can_be_drawn(ax):
    plotting.number_grid(ax, np.zeros((2, 2)), signed=True)
    plotting.signed_image(ax, np.zeros((2, 2)))


def test_a_signed_image_is_white_at_zero(ax):
    plotting.signed_image(ax, np.array([[-1.0, 3.0]]))
    assert ax.images[0].get_clim() == (-3, 3)


def test_a_click_turns_a_square_and_a_menu_puts_the_pattern_back():
    pattern = pattern_control("kernel", PATTERNS, ipywidgets)
    assert pattern.value == ((-1, 0, 1), (-1, 0, 1))
    seen = []
    pattern.observe(lambda change: seen.append(change.new), names="value")
    for _ in range(3):
        squares(pattern)[1].click()
    assert [value[0][1] for value in seen] == [1, -1, 0]
    squares(pattern)[0].click()
    pattern.children[0].value = "empty"
    assert pattern.value == ((0, 0, 0), (0, 0, 0))
    pattern.children[0].value = "edge"
    assert pattern.value == ((-1, 0, 1), (-1, 0, 1))


def test_play_draws_again_after_a_click():
    drawn = []

    def draw(fig, kernel):
        drawn.append(kernel)
        fig.subplots()

    player = plotting.play(draw, kernel=PATTERNS)
    squares(player.controls["kernel"])[0].click()
    assert drawn == [((-1, 0, 1),) * 2, ((0, 0, 1), (-1, 0, 1))]
