"""Learning curves, trials, confusion matrices, and the dashboard that follows a run."""

import asyncio

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from dlutils import plotting


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_curves_tell_training_from_validation_by_colour_and_dashes(ax):
    plotting.draw_curves(ax, [3.0, 2.0, 1.0], [3.0, 2.5])
    training, validation = ax.lines
    assert list(training.get_xdata()) == [1, 2, 3] and list(validation.get_ydata()) == [3.0, 2.5]
    assert training.get_linestyle() != validation.get_linestyle()
    assert training.get_color() != validation.get_color()
    assert [line.get_label() for line in ax.lines] == ["training", "validation"]


def test_one_epoch_shows_as_a_dot(ax):
    plotting.draw_curves(ax, [3.0], [2.0])
    assert all(line.get_marker() == "o" for line in ax.lines)


def test_a_panel_for_every_run():
    fig = plotting.show_curves({"A": [(2.3, 2.3)] * 3, "B": [(1.0, np.nan)] * 3}, columns=2)
    assert [ax.get_title(loc="left") or ax.get_title() for ax in fig.axes] == ["A", "B"]
    plt.close(fig)


def test_trials_show_their_losses(ax):
    trials = [({"lr": 0.1, "l2": 0.01}, -0.42), ({"lr": 0.01, "l2": 0.1}, -np.inf)]
    plotting.draw_trials(ax, trials, "lr", "l2")
    assert [text.get_text() for text in ax.texts] == ["0.42", "inf"]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_every_count_of_a_confusion_matrix_is_written_but_no_zero(ax):
    plotting.draw_confusion(ax, np.array([[5, 0], [2, 7]]), ("cat", "dog"))
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places == {"5": (0, 0), "2": (0, 1), "7": (1, 1)}
    assert ax.get_ylabel() == "truth"


def board(runs, epochs=3):
    """A dashboard that notes what it runs and draws."""

    def run(lr):
        for epoch in range(1, epochs + 1):
            runs.append((lr, epoch))
            yield epoch

    def draw(fig, epoch):
        fig.subplots().set_title(f"epoch {epoch}")

    return plotting.dashboard(run, draw, lr=(0.0, 1.0, 0.5))


def test_the_first_run_is_complete():
    pytest.importorskip("ipywidgets")
    runs = []
    dashboard = board(runs)
    assert runs == [(0.5, 1), (0.5, 2), (0.5, 3)]
    bundle = dashboard._repr_mimebundle_()
    assert "image/png" in bundle and "application/vnd.jupyter.widget-view+json" in bundle


def test_a_moved_control_starts_anew_and_breaks_the_run_off():
    pytest.importorskip("ipywidgets")
    runs = []
    dashboard = board(runs, epochs=50)
    runs.clear()

    async def play():
        before = dashboard.image.value
        dashboard.controls["lr"].value = 0.1
        await asyncio.sleep(0.3)
        dashboard.controls["lr"].value = 0.9
        await dashboard.task
        assert dashboard.image.value[:4] == before[:4] == b"\x89PNG"

    asyncio.run(play())
    first = [epoch for lr, epoch in runs if lr == 0.1]
    second = [epoch for lr, epoch in runs if lr == 0.9]
    assert 0 < len(first) < 50 and second == list(range(1, 51))


def test_without_a_kernel_a_moved_control_runs_to_the_end():
    pytest.importorskip("ipywidgets")
    runs = []
    dashboard = board(runs)
    dashboard.controls["lr"].value = 0.25
    assert runs[3:] == [(0.25, 1), (0.25, 2), (0.25, 3)]


def test_an_error_in_a_run_is_shown():
    pytest.importorskip("ipywidgets")

    def run(lr):
        yield 1
        if lr == 1.0:
            raise ValueError("diverged")

    dashboard = plotting.dashboard(run, lambda fig, _: fig.subplots(), lr=(0.0, 1.0, 0.5))

    async def play():
        dashboard.controls["lr"].value = 1.0
        await dashboard.task

    asyncio.run(play())
    assert "ValueError: diverged" in dashboard.text.value
