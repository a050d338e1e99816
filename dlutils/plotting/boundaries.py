"""Two classes in the plane, and the line or region by which a model tells them apart."""

import numpy as np

from dlutils.plotting.style import BLUE, INK, ORANGE

COLORS = (BLUE, ORANGE)
MARKERS = ("o", "^")


def scatter_classes(ax, x, labels, names=("class 0", "class 1"), size=28):
    """Points x (N, 2) with labels 0 and 1, each class by its own colour and marker."""
    x, labels = np.asarray(x), np.asarray(labels)
    for label, (color, marker, name) in enumerate(zip(COLORS, MARKERS, names, strict=True)):
        ax.scatter(
            *x[labels == label].T,
            s=size,
            color=color,
            marker=marker,
            edgecolor="white",
            linewidth=0.5,
            label=name,
        )


def decision_regions(ax, decide, *arguments, resolution=300):
    """Shade the axes by what `decide(points, *arguments)` answers: (P, 2) -> (P,) of 0 and 1.

    Covers the limits that the axes have now, so draw the points first.
    """
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    grid_x, grid_y = np.meshgrid(
        np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
    )
    answers = np.asarray(decide(np.column_stack([grid_x.ravel(), grid_y.ravel()]), *arguments))
    ax.contourf(
        grid_x,
        grid_y,
        answers.reshape(grid_x.shape).astype(float),
        levels=[-0.5, 0.5, 1.5],
        colors=COLORS,
        alpha=0.16,
        zorder=0,
    )


def boundary_line(ax, w, b, **style):
    """The line w x + b = 0 of one neuron, w (2,); nothing where both weights are 0."""
    w = np.asarray(w, dtype=float)
    if not w.any():
        return
    limits = ax.get_xlim(), ax.get_ylim()
    along = np.array([-w[1], w[0]])
    ax.axline(_foot(w, b), _foot(w, b) + along, **{"color": INK, **style})
    ax.set(xlim=limits[0], ylim=limits[1])


def weight_arrow(ax, w, b, color=INK):
    """The weights w (2,) as an arrow, from the boundary's point nearest to the origin."""
    w = np.asarray(w, dtype=float)
    foot = _foot(w, b)
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=foot + w, xytext=foot, arrowprops=arrow)
    ax.text(*(foot + 1.12 * w), "w", color=color, weight="bold", ha="center", va="center")


def _foot(w, b):
    """The point of the line w x + b = 0 that is nearest to the origin."""
    return -b * w / (w @ w)
