"""Drawings of one neuron and of layers of neurons."""

from itertools import pairwise

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch

from dlutils.plotting.style import BLUE, GREEN, GREY, INK, ORANGE

ARROW = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


def draw_neuron(ax, inputs=("$x_1$", "$x_2$", "$x_3$"), weights=("$w_1$", "$w_2$", "$w_3$")):
    """One neuron from left to right: inputs, weights, weighted sum with bias, step, answer."""
    heights = np.linspace(1, -1, len(inputs)) * 0.62 * (len(inputs) - 1)
    for height, name, weight in zip(heights, inputs, weights, strict=True):
        start, end = np.array([0.3, height]), np.array([3.0, 0.0])
        unit = (end - start) / np.linalg.norm(end - start)
        _arrow(ax, start, end - 0.52 * unit)
        ax.text(*(start + 0.45 * (end - start)), weight, ha="center", va="center", bbox=PAPER)
        _node(ax, (0.0, height), name, BLUE, 0.3)
    _arrow(ax, (3.0, 1.45), (3.0, 0.52))
    ax.text(3.0, 1.62, "$b$", ha="center", va="center")
    _node(ax, (3.0, 0.0), r"$\Sigma$", ORANGE, 0.52, fontsize=18)
    _arrow(ax, (3.52, 0.0), (4.7, 0.0))
    ax.text(4.1, 0.16, "$z$", ha="center", va="bottom")
    ax.add_patch(
        FancyBboxPatch((4.75, -0.45), 0.9, 0.9, boxstyle="round,pad=0.05", fc="white", ec=GREEN)
    )
    ax.plot([4.85, 5.2, 5.2, 5.55], [-0.3, -0.3, 0.3, 0.3], color=GREEN, linewidth=2.5)
    _arrow(ax, (5.72, 0.0), (6.5, 0.0))
    ax.text(6.6, 0.0, "0 or 1", ha="left", va="center")
    for at, text in ((0.0, "inputs"), (1.35, "weights"), (3.0, "weighted sum"), (5.2, "step")):
        ax.text(at, heights[-1] - 0.75, text, ha="center", va="center", color=GREY)
    _blank(ax, (-0.6, 7.5), (heights[-1] - 1.0, max(heights[0] + 0.4, 1.85)))


def draw_network(
    ax,
    sizes,
    names=("input layer", "hidden layer", "output layer"),
    nodes=None,
    most=7,
):
    """A fully connected network with `sizes` units per layer, named above, counted below.

    `nodes` gives the text in the units, one list per layer. Of a layer with more than `most` units
    only some are drawn, with dots for the others.
    """
    columns = [_column(3.0 * i, size, most) for i, size in enumerate(sizes)]
    colors = [BLUE, *[ORANGE] * (len(sizes) - 2), GREEN]
    for left, right in pairwise(columns):
        for start in left:
            for end in right:
                ax.plot(*zip(start, end, strict=True), color=GREY, linewidth=0.9, zorder=1)
    top = max(column[0][1] for column in columns)
    for i, (column, size, name) in enumerate(zip(columns, sizes, names, strict=True)):
        for j, place in enumerate(column):
            _node(ax, place, nodes[i][j] if nodes else "", colors[i], 0.34)
        if size > most:
            ax.text(3.0 * i, 0.0, r"$\vdots$", ha="center", va="center", fontsize=16)
        ax.text(3.0 * i, top + 0.85, name, ha="center", va="center", weight="bold")
        ax.text(3.0 * i, -top - 0.85, f"{size} unit{'s' * (size > 1)}", ha="center", color=GREY)
    _blank(ax, (-1.3, 3.0 * (len(sizes) - 1) + 1.3), (-top - 1.1, top + 1.2))


def _column(x, size, most):
    """Places of a layer's units, top to bottom; the middle stays free where some are left out."""
    if size <= most:
        return [(x, 0.9 * ((size - 1) / 2 - j)) for j in range(size)]
    half = most // 2
    heights = [0.9 * (j + 1) for j in range(half)]
    return [(x, y) for y in [*reversed(heights), *(-h for h in heights)]]


def _node(ax, place, text, color, radius, fontsize=12):
    ax.add_patch(Circle(place, radius, facecolor="white", edgecolor=color, linewidth=2, zorder=2))
    ax.text(*place, text, ha="center", va="center", fontsize=fontsize, zorder=3)


def _arrow(ax, start, end):
    ax.annotate("", xy=end, xytext=start, arrowprops=ARROW)


def _blank(ax, xlim, ylim):
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")
