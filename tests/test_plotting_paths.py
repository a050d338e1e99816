"""Paths over a loss surface: what is drawn, and that the animation is small and complete."""

import base64
import json
import re
import struct

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from dlutils import plotting

PATH = np.array([[1.0, 1.0], [0.0, 0.5], [-1.0, 0.0]])


def bowl(w):
    return w[0] ** 2 + w[1] ** 2


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    figure.suptitle("Down <the> bowl")
    yield axes
    plt.close(figure)


def test_contours_lie_where_the_loss_is_equal(ax):
    plotting.contours(ax, bowl, (-2, 2), (-1, 3))
    assert ax.get_xlim() == (-2, 2) and ax.get_ylim() == (-1, 3)
    (lines,) = ax.collections
    for line in lines.get_paths():
        heights = [bowl(point) for point in line.vertices]
        assert max(heights) - min(heights) < 0.01


def test_a_path_has_all_points_and_uses_one_colour_of_the_cycle(ax):
    lines = [plotting.draw_path(ax, PATH, label=str(i)) for i in range(2)]
    assert np.array_equal(lines[0].get_xydata(), PATH)
    cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert [line.get_color() for line in lines] == cycle[:2]


def test_an_animation_is_a_page_of_its_own_with_every_point_on_its_place(ax):
    ax.set(xlim=(-2, 2), ylim=(-1, 3))
    line = plotting.draw_path(ax, PATH)
    bundle = plotting.PathAnimation(ax.figure, [(ax, line, PATH)])._repr_mimebundle_()
    page = bundle["text/html"]
    assert "http" not in page and 'alt="Down &lt;the&gt; bowl"' in page
    picture = base64.b64decode(re.search(r"base64,([^\"]+)", page).group(1))
    width, height = struct.unpack(">II", picture[16:24])
    assert f'viewBox="0 0 {width} {height}"' in page and 'max="2"' in page
    (track,) = json.loads(re.search(r"const tracks = (\[.*?\])\.map", page).group(1))
    expected = ax.transData.transform(PATH)
    expected[:, 1] = height - expected[:, 1]
    assert np.abs(np.array(track["points"]) - expected).max() <= 0.5
    assert track["color"] == to_hex(line.get_color())
