"""Which numbers a norm averages over, and how well networks stand a shift of their inputs."""

import numpy as np
from matplotlib.colors import ListedColormap

from dlutils.plotting.style import BLUE, INK, ORANGE, SKY


def shared_statistics(ax, shared, marked):
    """Samples (rows) by channels (columns): the squares of one mean and variance in blue.

    `shared` (N, C) is True for the squares whose pixels are averaged together with those of the
    `marked` square (n, c), which carries a dot.
    """
    shared = np.asarray(shared, dtype=bool)
    N, C = shared.shape
    ax.imshow(shared, cmap=ListedColormap(["white", SKY]), vmin=0, vmax=1)
    ax.plot(marked[1], marked[0], "o", color=INK)
    for n in range(N + 1):
        ax.axhline(n - 0.5, color=INK, linewidth=1)
    for c in range(C + 1):
        ax.axvline(c - 0.5, color=INK, linewidth=1)
    ax.set(xticks=range(C), yticks=range(N), xlabel="channel", xlim=(-0.5, C - 0.5))
    ax.tick_params(length=0)
    ax.grid(False)


def accuracy_bars(ax, scores, guessing=0.1):
    """One horizontal bar per network, {name: accuracy}, its number beside it; guessing dotted."""
    names = list(scores)
    colors = [BLUE if score >= 0.5 else ORANGE for score in scores.values()]
    ax.barh(range(len(names)), list(scores.values()), color=colors)
    for i, score in enumerate(scores.values()):
        ax.text(score + 0.01, i, f"{score:.2f}", va="center", color=INK)
    ax.axvline(guessing, color=INK, linestyle=":")
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 1.08), xlabel="accuracy (dotted: guessing)")
    ax.invert_yaxis()
    ax.grid(False, axis="y")
