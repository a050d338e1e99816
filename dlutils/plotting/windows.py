"""Small grids of numbers, with a frame around the window that a kernel sees."""

import numpy as np
from matplotlib.patches import Rectangle

from dlutils.plotting.style import BLUE, INK


def number_grid(ax, values, framed=None, signed=False, digits=3):
    """A matrix with its numbers written out, darker where larger; no ticks.

    `framed=(top, left, height, width)` draws a bold frame around these entries. With `signed`,
    orange is positive, purple negative and white 0; else white is the smallest, grey the largest.
    """
    values = np.asarray(values, dtype=float)
    limit = max(np.abs(values).max(), 1e-12)
    if signed:
        shades = {"cmap": "PuOr_r", "vmin": -1.6 * limit, "vmax": 1.6 * limit}
    else:
        shades = {"cmap": "gray_r", "vmin": values.min(), "vmax": values.min() + 2.5 * limit}
    ax.imshow(values, **shades)
    for (i, j), value in np.ndenumerate(values):
        text = f"{value + 0:.{digits}g}".replace("-", "−")
        ax.text(j, i, text, ha="center", va="center", color=INK, fontsize=11)
    ax.set(xticks=np.arange(values.shape[1] + 1) - 0.5, yticks=np.arange(len(values) + 1) - 0.5)
    ax.tick_params(length=0, labelbottom=False, labelleft=False)
    ax.grid(True, color="#BBBBBB")
    ax.set_axisbelow(False)
    if framed is not None:
        top, left, height, width = framed
        corner = (left - 0.5, top - 0.5)
        frame = Rectangle(corner, width, height, fill=False, edgecolor=BLUE, linewidth=4, zorder=5)
        frame.set_clip_on(False)
        ax.add_patch(frame)


def signed_image(ax, values, limit=None):
    """An image of weights or responses: orange positive, purple negative, white 0; no ticks."""
    limit = max(np.abs(values).max(), 1e-12) if limit is None else limit
    ax.imshow(values, cmap="PuOr_r", vmin=-limit, vmax=limit)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
