"""Who reads whom: attention as a map, as a shaded text, and the block around it."""

from itertools import pairwise

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from dlutils.plotting.style import BLUE, GREEN, GREY, INK, ORANGE

SHADES = "Blues"  # white is a weight of 0
WHITE_TEXT = 0.6  # on shades darker than this


def visible(char):
    """A character as it can be shown: blanks and line ends get a sign."""
    return {" ": "␣", "\n": "↵"}.get(char, char)


def attention_map(ax, weights, queries=None, keys=None, vmax=None):
    """A square per pair, the darker the more the row's query reads of the column's key.

    `queries` and `keys` label rows and columns, one text each; numbers count from 0 without them.
    """
    ax.imshow(weights, cmap=SHADES, vmin=0, vmax=vmax or np.max(weights))
    ax.grid(visible=False)
    ax.tick_params(length=0)
    for set_ticks, labels in ((ax.set_yticks, queries), (ax.set_xticks, keys)):
        if labels is not None:
            set_ticks(range(len(labels)), [visible(label) for label in labels], fontsize=8)


def attention_maps(fig, weights, text, columns=2):
    """One map per head of weights (heads, T, T), for a text of T characters."""
    axes = fig.subplots(-(-len(weights) // columns), columns, squeeze=False)
    for head, (ax, shares) in enumerate(zip(axes.flat, weights, strict=True), start=1):
        attention_map(ax, shares, queries=text, keys=text)
        ax.set(title=f"head {head}", xlabel="character that is read", ylabel="character that reads")


def attended_text(ax, text, weights, position):
    """A line of characters, shaded by how much the one at `position` (framed) reads of each."""
    strongest = max(np.max(weights), 1e-9)
    for i, (char, weight) in enumerate(zip(text, weights, strict=True)):
        shade = weight / strongest
        ax.add_patch(Rectangle((i, 0), 1, 1, facecolor=colormaps[SHADES](shade)))
        color = "white" if shade > WHITE_TEXT else INK
        ax.text(i + 0.5, 0.5, visible(char), ha="center", va="center", color=color, fontsize=10)
    ax.add_patch(Rectangle((position, 0), 1, 1, fill=False, edgecolor=ORANGE, linewidth=2))
    ax.set(xlim=(-0.2, len(text) + 0.2), ylim=(-0.2, 1.2))
    ax.axis("off")


def draw_block(ax):
    """A pre-norm transformer block: a stream from x to y, to which two branches add."""
    ax.annotate("", xy=(10.6, 0), xytext=(0, 0), arrowprops={"arrowstyle": "-|>", "color": INK})
    for start, parts, plus in (
        (0.7, (("norm 1", GREEN), ("attention", BLUE)), 4.9),
        (5.6, (("norm 2", GREEN), ("ReLU layer", ORANGE)), 9.8),
    ):
        places = [start, start + 1.2, start + 3.1, plus]
        ax.plot([start, start], [0, 1.3], color=GREY)
        for left, right in pairwise(places):
            ax.plot([left, right], [1.3, 1.3], color=GREY, zorder=1)
        arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", xy=(plus, 0.24), xytext=(plus, 1.3), arrowprops=arrow)
        for x, (name, color) in zip(places[1:3], parts, strict=True):
            box = FancyBboxPatch((x - 0.72, 0.95), 1.44, 0.7, boxstyle="round,pad=0.06")
            box.set(facecolor="white", edgecolor=color, linewidth=2, zorder=2)
            ax.add_patch(box)
            ax.text(x, 1.3, name, ha="center", va="center", fontsize=10, zorder=3)
        circle = Circle((plus, 0), 0.24, facecolor="white", edgecolor=INK, linewidth=1.5, zorder=2)
        ax.add_patch(circle)
        ax.text(plus, 0, "+", ha="center", va="center", fontsize=13, zorder=3)
    for x, name in ((-0.2, "$x$"), (5.25, "$a$"), (10.8, "$y$")):
        ax.text(x, -0.35 if name == "$a$" else 0, name, ha="center", va="center", fontsize=13)
    ax.set(xlim=(-0.5, 11.1), ylim=(-0.7, 1.9), aspect="equal")
    ax.axis("off")
