"""A network in which some units are missing."""

from itertools import pairwise

import numpy as np
from matplotlib.patches import Circle

from dlutils.plotting.style import BLUE, GREEN, GREY, INK, ORANGE


def draw_thinned(ax, kept):
    """A fully connected network from left to right; units that are not kept have no lines.

    `kept` holds one row of bools per layer, first to last. A dropped unit is a dashed, crossed-out
    circle.
    """
    sizes = [len(layer) for layer in kept]
    places = [[(2.2 * i, (size - 1) / 2 - j) for j in range(size)] for i, size in enumerate(sizes)]
    for (left, left_kept), (right, right_kept) in pairwise(zip(places, kept, strict=True)):
        for start, one in zip(left, left_kept, strict=True):
            for end, other in zip(right, right_kept, strict=True):
                if one and other:
                    ax.plot(*zip(start, end, strict=True), color=INK, linewidth=0.9, zorder=1)
    colors = [BLUE, *[ORANGE] * (len(sizes) - 2), GREEN]
    for layer, layer_kept, color in zip(places, kept, colors, strict=True):
        for (x, y), one in zip(layer, layer_kept, strict=True):
            look = {"edgecolor": color, "linewidth": 2} if one else {"edgecolor": GREY, "ls": "--"}
            ax.add_patch(Circle((x, y), 0.3, facecolor="white", zorder=2, **look))
            if not one:
                arm = 0.3 * np.sqrt(0.5) * np.array([-1, 1])
                for sign in (1, -1):
                    ax.plot(x + arm, y + sign * arm, color=GREY, linewidth=1, zorder=3)
    ax.set_aspect("equal")
    ax.set_axis_off()
