"""Computation graphs, drawn: a box per operation, values that go forward, gradients that return."""

import re
from itertools import chain, pairwise

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path

from dlutils.plotting.graph_layout import COLUMN, layout, ports
from dlutils.plotting.graphs import in_product, short
from dlutils.plotting.style import BLUE, GREY, INK, ORANGE

WIDTH, HEIGHT = 1.65, 1.1  # of a box
ROUND = "round,pad=0,rounding_size=0.08"
CENTRED = {"ha": "center", "va": "center"}
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.3}


def draw_graph(ax, nodes, step=None):
    """Draw nodes, parents before children, from left to right, as far as `step` has come.

    The first len(nodes) steps reveal the values in the given order, as many further steps the
    gradients in the reverse order. The box that the step is about has a bold frame. None reveals
    everything, without a frame.
    """
    count, framed = len(nodes), None
    if step is None:
        step = 2 * count
    elif step > 0:
        framed = nodes[step - 1] if step <= count else nodes[2 * count - step]
    valued, graded = set(nodes[:step]), set(nodes[max(0, 2 * count - step) :])
    places, routes = layout(nodes)
    size = _limits(ax, [*places.values(), *chain(*routes.values())], nodes)
    for child in nodes:
        _arrows(ax, child, places, routes, child in valued, graded, size)
    for node in nodes:
        value = node.value if node in valued else None
        gradient = node.gradient if node in graded else None
        _box(ax, places[node], node.label, value, gradient, size, bold=node is framed)
    _legend(ax)


def _arrows(ax, child, places, routes, has_value, graded, size):
    """All arrows into a box, and those back to the parents whose gradients are there."""
    ends = ports(child, places, routes)
    for k, parent in enumerate(child.parents):
        way = [places[parent], *routes[child, k], places[child] + ends[k]]
        if has_value:
            _arrow(ax, way, BLUE, +0.2)
        else:
            _arrow(ax, way, GREY, +0.2, linewidth=0.9)
        if parent in graded:
            place = _arrow(ax, way[::-1], ORANGE, -0.2)
            if child.local:
                _local(ax, place, child.local[k], size)


def _limits(ax, places, nodes):
    """Set the limits of the axes; the size of letters at which the longest label fits its box."""
    (left, bottom), (right, top) = np.min(places, axis=0), np.max(places, axis=0)
    spare = max(0, 2 * COLUMN - (right - left)) / 2  # few boxes are not blown up
    ax.set(xlim=(left - 1 - spare, right + 1 + spare), ylim=(bottom - 1.15, top + 0.75))
    ax.set_aspect("equal")
    ax.axis("off")
    width, height = ax.get_figure().get_size_inches()
    unit = 72 * min(width / (right - left + 2 + 2 * spare), height / (top - bottom + 2.2))
    texts = [t for n in nodes for t in (n.label, short(n.value), short(n.gradient))]
    longest = max(len(re.sub(r"\\[a-z]+|[${}^_ ]", "", text)) for text in texts)
    return float(np.clip(WIDTH * unit / (0.68 * longest), 5, min(12, 0.3 * unit)))


def _box(ax, place, label, value, gradient, size, bold):
    left, bottom = place - np.array([WIDTH, HEIGHT]) / 2
    row = HEIGHT / 3
    outline = FancyBboxPatch((left, bottom), WIDTH, HEIGHT, ROUND, fc="white", ec=INK, zorder=3)
    outline.set_linewidth(2.4 if bold else 1.1)
    ax.add_patch(outline)
    head = (left + 0.03, bottom + 2 * row), WIDTH - 0.06, row - 0.03
    ax.add_patch(Rectangle(*head, fc="#EEEEEE", zorder=4))
    x, y = place
    for text, color, height in ((label, INK, row), (value, BLUE, 0), (gradient, ORANGE, -row)):
        ax.text(x, y + height, short(text), color=color, fontsize=size, zorder=5, **CENTRED)


def _arrow(ax, way, color, offset, linewidth=1.6):
    """A smooth arrow through a way's points, `offset` above or below; returns a place on it."""
    way = np.array(way) + np.array([0, offset])
    forward = np.sign(way[-1, 0] - way[0, 0])
    way[0, 0] += forward * WIDTH / 2
    way[-1, 0] -= forward * (WIDTH / 2 + 0.02)
    points, codes = [way[0]], [Path.MOVETO]
    for start, end in pairwise(way):
        bend = np.array([0.4 * (end[0] - start[0]), 0])
        points += [start + bend, end - bend, end]
        codes += [Path.CURVE4] * 3
    arrow = FancyArrowPatch(path=Path(points, codes), arrowstyle="-|>", mutation_scale=10, zorder=2)
    arrow.set(color=color, linewidth=linewidth)
    ax.add_patch(arrow)
    return 0.6 * way[0] + 0.4 * way[1]


def _local(ax, place, derivative, size):
    text = f"×{in_product(derivative, digits=3)}"
    ax.text(*place, text, color=ORANGE, fontsize=0.85 * size, bbox=PAPER, zorder=6, **CENTRED)


def _legend(ax):
    ax.text(0, 0, "value, computed forward →", color=BLUE, ha="left", transform=ax.transAxes)
    ax.text(1, 0, "← gradient, computed backward", color=ORANGE, ha="right", transform=ax.transAxes)
