"""Learning curves: what a training run says while it lasts."""

import asyncio

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from dlutils.plotting.playing import Player, _png
from dlutils.plotting.style import BLUE, INK, ORANGE


def draw_curves(ax, training, validation, first=1):
    """A figure per epoch, twice: training solid and blue, validation dashed and orange."""
    for values, name, color, line in (
        (training, "training", BLUE, "-"),
        (validation, "validation", ORANGE, "--"),
    ):
        epochs = range(first, first + len(values))
        marker = "o" if len(values) == 1 else ""
        ax.plot(epochs, values, line, color=color, label=name, marker=marker)
    ax.set_xlabel("epoch")
    ax.xaxis.get_major_locator().set_params(integer=True)


def show_curves(histories, columns):
    """Loss curves of several runs on a new figure: {title: [(training, validation), ...]}.

    The loss is logarithmic, from 0.01 to 1000. A dotted line marks ln 10, the loss of knowing
    nothing about ten classes. Returns the figure.
    """
    rows = -(-len(histories) // columns)
    fig, axes = plt.subplots(
        rows, columns, figsize=(9.5, 2.7 * rows), sharex=True, sharey=True, squeeze=False
    )
    for ax, (title, history) in zip(axes.flat, histories.items(), strict=False):
        draw_curves(ax, *zip(*history, strict=True))
        ax.axhline(np.log(10), color=INK, linestyle=":", linewidth=1.2, label="ln 10")
        ax.set(title=title, yscale="log", ylim=(0.01, 1000), xlabel="")
    for ax in axes[:, 0]:
        ax.set_ylabel("loss (nats)")
    for ax in axes[-1]:
        ax.set_xlabel("epoch")
    axes[0, 0].legend()
    return fig


def draw_trials(ax, results, horizontal, vertical):
    """The trials of a `random_search` for two settings, on logarithmic axes; scores are losses with
    a minus sign, and the loss stands beside its trial."""
    scores = np.array([score for _, score in results])
    x, y = ([settings[name] for settings, _ in results] for name in (horizontal, vertical))
    ax.scatter(x, y, c=np.where(np.isfinite(scores), scores, np.nan), cmap="Blues", ec=INK, s=90)
    ax.set(xscale="log", yscale="log")
    ax.margins(0.12)
    u, v = (np.log(z) / np.ptp(np.log(z)) if np.ptp(z) else np.zeros(len(z)) for z in (x, y))
    for i, score in enumerate(scores):
        crowded = np.any((u > u[i]) & (u - u[i] < 0.13) & (np.abs(v - v[i]) < 0.06))
        side = {"xytext": (-8, -4), "ha": "right"} if crowded else {"xytext": (8, -4)}
        ax.annotate(f"{-score:.2f}", (x[i], y[i]), textcoords="offset points", fontsize=9, **side)


def draw_confusion(ax, confusion, names):
    """A confusion matrix, rows the truth, with the count in every field that has one."""
    ax.imshow(confusion, cmap="Blues")
    for (i, j), count in np.ndenumerate(confusion):
        if count:
            color = "white" if count > confusion.max() / 2 else INK
            ax.text(j, i, count, ha="center", va="center", color=color, fontsize=9)
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right")
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="answer", ylabel="truth")
    ax.grid(False)


def dashboard(run, draw, **controls):
    """A figure that follows a training run, and starts a new run whenever a control moves.

        def run(lr, units):
            for _ in range(20):
                ...
                yield history

        def draw(fig, history):
            ...

        plotting.dashboard(run, draw, lr=(-3.0, 1.0, -1.0), units=(2, 200, 64))

    `run(**values)` is a generator; after everything it yields, `draw(fig, yielded)` draws on an
    empty figure. Controls are given as to `play`. The first run is complete when the dashboard
    appears; later ones are drawn while they go on, and a moved control breaks them off.

    Raises ImportError where ipywidgets is not installed.
    """
    try:
        import ipywidgets
    except ImportError:
        raise ImportError(
            "plotting.dashboard needs ipywidgets: run `pip install ipywidgets` and restart "
            "JupyterLab"
        ) from None
    return Dashboard(run, draw, controls, ipywidgets)


class Dashboard(Player):
    """A Player whose figure is that of a training run."""

    def __init__(self, run, draw, controls, widgets):
        self.run, self.draw_state, self.task = run, draw, None
        super().__init__(self._draw_last, controls, widgets)
        for control in self.controls.values():
            if hasattr(control, "continuous_update"):
                control.continuous_update = False  # a run begins when the slider is let go

    def _draw_last(self, figure, **values):
        *_, last = self.run(**values)
        self.draw_state(figure, last)

    def _follow(self, change):
        if self.task is not None:
            self.task.cancel()
        try:
            self.task = asyncio.get_running_loop().create_task(self._train())
        except RuntimeError:  # no kernel: nobody watches, so only the end counts
            super()._follow(change)

    async def _train(self):
        try:
            for state in self.run(**{name: c.value for name, c in self.controls.items()}):
                figure = Figure()
                self.draw_state(figure, state)
                self._show(_png(figure), "")
                await asyncio.sleep(0.01)  # the kernel hears of moved controls here
        except Exception as error:  # it would vanish in the kernel's log: show it where one looks
            self._show("", f"{type(error).__name__}: {error}")
