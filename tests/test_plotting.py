"""Figures: what is drawn, in what look, and that nothing else on the axes is disturbed."""

import sys

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.colors import to_rgba

from dlutils import plotting


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    axes.set(xlim=(-2, 2), ylim=(-1, 3))
    yield axes
    plt.close(figure)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_course_style_has_opaque_light_figures_and_eight_distinct_colours():
    with plt.rc_context():
        plotting.use_course_style()
        face = to_rgba(plt.rcParams["figure.facecolor"])
        colors = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        assert face[3] == 1
        assert min(face[:3]) > 0.9
        assert plt.rcParams["savefig.transparent"] is False
        assert len(set(colors)) == 8


def test_scatter_classes_puts_every_sample_in_its_class(ax):
    x = np.array([[0.0, 1.0], [1.0, 2.0], [-1.0, 0.0]])
    plotting.scatter_classes(ax, x, [1, 0, 1], names=("no", "yes"))
    no, yes = ax.collections
    assert np.array_equal(no.get_offsets(), x[[1]])
    assert np.array_equal(yes.get_offsets(), x[[0, 2]])
    assert [no.get_label(), yes.get_label()] == ["no", "yes"]
    assert not np.array_equal(no.get_facecolor(), yes.get_facecolor())


def test_decision_regions_ask_within_the_limits_and_pass_arguments_on(ax):
    asked = []

    def decide(points, threshold):
        asked.append(points)
        return points[:, 0] > threshold

    plotting.decision_regions(ax, decide, 0.5, resolution=20)
    assert asked[0].shape == (400, 2)
    assert asked[0].min(axis=0).tolist() == [-2, -1]
    assert asked[0].max(axis=0).tolist() == [2, 3]
    assert ax.get_xlim() == (-2, 2)


def test_boundary_line_lies_where_the_sum_is_zero_and_keeps_the_limits(ax):
    w, b = np.array([2.0, 1.0]), -2.0
    plotting.boundary_line(ax, w, b)
    (line,) = ax.lines
    for point in (line.get_xy1(), line.get_xy2()):
        assert np.dot(w, point) + b == pytest.approx(0)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1, 3))


@pytest.mark.parametrize("w", [[1.0, 0.0], [0.0, 1.0]])
def test_boundary_line_may_be_upright_or_level(ax, w):
    plotting.boundary_line(ax, w, 0.5)
    assert np.dot(w, ax.lines[0].get_xy1()) == pytest.approx(-0.5)


def test_boundary_line_draws_nothing_for_zero_weights(ax):
    plotting.boundary_line(ax, [0, 0], 1.0)
    assert len(ax.lines) == 0


def test_weight_arrow_starts_on_the_line_and_is_the_weights(ax):
    w, b = np.array([1.0, 2.0]), -3.0
    plotting.weight_arrow(ax, w, b)
    arrow = ax.texts[0]
    assert np.dot(w, arrow.xyann) + b == pytest.approx(0)
    assert np.subtract(arrow.xy, arrow.xyann) == pytest.approx(w)


def test_draw_neuron_names_inputs_and_weights(ax):
    plotting.draw_neuron(ax, inputs=("radius", "texture"), weights=("3", "-1"))
    assert {"radius", "texture", "3", "-1"} <= set(texts(ax))


def test_draw_network_joins_all_units_of_neighbouring_layers(ax):
    plotting.draw_network(ax, [2, 3, 1])
    assert len(ax.patches) == 6
    assert len(ax.lines) == 2 * 3 + 3 * 1
    assert {"input layer", "hidden layer", "output layer"} <= set(texts(ax))


def test_draw_network_shortens_a_layer_of_many_units(ax):
    plotting.draw_network(ax, [30, 4], names=("in", "out"), most=7)
    assert len(ax.patches) == 6 + 4
    assert {"30 units", "4 units", r"$\vdots$"} <= set(texts(ax))


def test_play_redraws_when_a_slider_moves():
    pytest.importorskip("ipywidgets", reason="sliders need ipywidgets, part of the course extra")
    seen = []

    def draw(fig, slope, steps, curve, grid):
        seen.append((slope, steps, curve, grid))
        fig.subplots().plot([0, 1], [0, slope])
        return f"slope <{slope}>"

    player = plotting.play(
        draw, slope=(-1.0, 3.0), steps=(1, 9, 2), curve=["line", "wave"], grid=True
    )
    assert seen == [(1.0, 2, "line", True)]
    first = player.image.value
    player.controls["slope"].value = 2.0
    assert seen[-1] == (2.0, 2, "line", True)
    assert bytes(player.image.value).startswith(b"\x89PNG")
    assert player.image.value != first
    assert "slope &lt;2.0&gt;" in player.text.value
    assert plt.get_fignums() == []


def test_play_shows_the_picture_to_readers_without_a_kernel():
    pytest.importorskip("ipywidgets", reason="sliders need ipywidgets, part of the course extra")
    player = plotting.play(lambda fig, a: fig.subplots().plot([a]) and None, a=(0.0, 1.0))
    bundle = player._repr_mimebundle_()
    assert "image/png" in bundle
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == player.box.model_id


def test_play_shows_an_error_where_the_reader_looks_and_recovers():
    pytest.importorskip("ipywidgets", reason="sliders need ipywidgets, part of the course extra")

    def draw(fig, expression):
        return str(float(expression))

    player = plotting.play(draw, expression="1.5")
    assert "1.5" in player.text.value
    assert player.image.layout.display == "none"
    player.controls["expression"].value = "one"
    assert "ValueError" in player.text.value
    player.controls["expression"].value = "2"
    assert player.text.value == "<pre>2.0</pre>"


def test_play_waits_for_the_hand_where_drawing_is_slow(monkeypatch):
    pytest.importorskip("ipywidgets", reason="sliders need ipywidgets, part of the course extra")
    monkeypatch.setattr(plotting.playing, "SLOW", -1.0)
    player = plotting.play(lambda fig, a: "text", a=(0.0, 1.0))
    assert player.controls["a"].continuous_update is False


def test_play_says_what_is_missing_without_ipywidgets(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match="pip install ipywidgets"):
        plotting.play(lambda fig, a: None, a=(0.0, 1.0))


def test_show_images_is_a_grid_with_a_title_over_every_image():
    fig = plotting.show_images(np.zeros((5, 4, 6)), titles=list("abcde"), columns=3)
    assert len(fig.axes) == 6
    assert [ax.get_title() for ax in fig.axes] == ["a", "b", "c", "d", "e", ""]
    assert [len(ax.images) for ax in fig.axes] == [1, 1, 1, 1, 1, 0]
    plt.close(fig)


def test_show_images_refuses_flat_images_and_missing_titles():
    with pytest.raises(ValueError, match=r"images must have shape \(N, H, W\), got \(5, 784\)"):
        plotting.show_images(np.zeros((5, 784)))
    with pytest.raises(ValueError, match="titles must hold 5 texts, one per image, got 2"):
        plotting.show_images(np.zeros((5, 4, 4)), titles=["a", "b"])
