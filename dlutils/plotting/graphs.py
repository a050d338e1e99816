"""Computation graphs: a box per operation, values that go forward, gradients that come back."""

import re
from dataclasses import dataclass
from itertools import chain, pairwise
from numbers import Number

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path

from dlutils.plotting.style import BLUE, GREY, INK, ORANGE

WIDTH, HEIGHT = 1.65, 1.1  # of a box
COLUMN, ROW = 2.7, 1.35  # from one box to the next
ROUND = "round,pad=0,rounding_size=0.08"
CENTRED = {"ha": "center", "va": "center"}
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.3}


@dataclass(eq=False)
class GraphNode:
    """One box: what it computes, the boxes it reads, what it holds.

    `label` is a symbol or `symbol = expression`, in plain text or as `$mathtext$`. `value` and
    `gradient` are numbers or texts (a shape, say). `local` has the derivative of this box by each
    of its parents, where the arrows are to show it.
    """

    label: str
    parents: tuple = ()
    value: object = None
    gradient: object = None
    local: tuple = ()

    @property
    def symbol(self):
        """The label up to its equals sign, without dollar signs."""
        return self.label.strip("$").split("=")[0].strip()


def neuron_graph(w, x, b, t):
    """The boxes of L = (relu(w x + b) - t)^2 with values, local derivatives and gradients."""
    p = w * x
    z = p + b
    a = max(z, 0.0)
    e = a - t
    on = float(z > 0)
    dz = 2 * e * on
    w_box, x_box = GraphNode("$w$", (), w, dz * x), GraphNode("$x$", (), x, dz * w)
    p_box = GraphNode("$p = w x$", (w_box, x_box), p, dz, (x, w))
    b_box = GraphNode("$b$", (), b, dz)
    z_box = GraphNode("$z = p + b$", (p_box, b_box), z, dz, (1, 1))
    a_box = GraphNode(r"$a = \mathrm{relu}(z)$", (z_box,), a, 2 * e, (on,))
    t_box = GraphNode("$t$", (), t, -2 * e)
    e_box = GraphNode("$e = a - t$", (a_box, t_box), e, 2 * e, (1, -1))
    L_box = GraphNode("$L = e^2$", (e_box,), e**2, 1, (2 * e,))
    return [w_box, x_box, p_box, b_box, z_box, a_box, t_box, e_box, L_box]


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
    position = {node: i for i, node in enumerate(nodes)}
    places, routes = _layout(nodes)
    size = _limits(ax, [*places.values(), *chain(*routes.values())], nodes)
    for child in nodes:
        ports = _ports(child, places, routes)
        for k, parent in enumerate(child.parents):
            way = [places[parent], *routes[child, k], places[child] + ports[k]]
            if step > position[child]:
                _arrow(ax, way, BLUE, +0.2)
            else:
                _arrow(ax, way, GREY, +0.2, linewidth=0.9)
            if step >= 2 * count - position[parent]:
                place = _arrow(ax, way[::-1], ORANGE, -0.2)
                if child.local:
                    _local(ax, place, child.local[k], size)
    for node in nodes:
        value = node.value if step > position[node] else None
        gradient = node.gradient if step >= 2 * count - position[node] else None
        _box(ax, places[node], node.label, value, gradient, size, bold=node is framed)
    _legend(ax)


def describe_step(nodes, step):
    """What `step` of `draw_graph` reveals, in one line, the chain rule written out."""
    count = len(nodes)
    if step == 0:
        return "Nothing is computed yet"
    if step <= count:
        node = nodes[step - 1]
        label = node.label.strip("$")
        given = "" if node.parents else "given: "
        return f"Forward, step {step} of {count}: {given}{_math(f'{label} = {_short(node.value)}')}"
    node, last = nodes[2 * count - step], nodes[-1]
    head = f"Backward, step {step - count} of {count}: "
    if node is last:
        return head + _math(f"{_by(last, node)} = {_short(node.gradient)}")
    uses = [(c, k) for c in nodes for k, parent in enumerate(c.parents) if parent is node]
    rule = " + ".join(rf"{_by(last, c)} \cdot {_by(c, node)}" for c, _ in uses)
    numbers = " + ".join(
        rf"{_short(c.gradient)} \cdot {_in_product(c.local[k])}" for c, k in uses if c.local
    )
    return head + _math(
        " = ".join(filter(None, [_by(last, node), rule, numbers, _short(node.gradient)]))
    )


def _layout(nodes):
    """Places of the nodes, and for every arrow the points between that lead it past other boxes.

    Longest paths give the columns; inputs move up to their reader. Long arrows get a place of
    their own in each column they cross, after K. Sugiyama, S. Tagawa, M. Toda, 1981.
    """
    column = {}
    for node in nodes:
        column[node] = 1 + max((column[parent] for parent in node.parents), default=-1)
    for node in nodes:
        readers = [column[child] for child in nodes if node in child.parents]
        if not node.parents and readers:
            column[node] = min(readers) - 1
    columns = [[] for _ in range(1 + max(column.values()))]
    for node in nodes:
        columns[column[node]].append(node)
    links, crossing = [], {}
    for child in nodes:
        for k, parent in enumerate(child.parents):
            between = [(child, k, c) for c in range(column[parent] + 1, column[child])]
            for stop in between:
                columns[stop[2]].append(stop)
            crossing[child, k] = between
            links += zip([parent, *between], [*between, child], strict=True)
    height = _heights(columns, links)
    places = {n: np.array([COLUMN * column[n], ROW * height[n]]) for n in nodes}
    routes = {
        edge: [np.array([COLUMN * stop[2], ROW * height[stop]]) for stop in stops]
        for edge, stops in crossing.items()
    }
    return places, routes


def _heights(columns, links):
    """Heights at which linked things are near each other and those of a column a row apart."""
    before, after = {}, {}
    for left, right in links:
        after.setdefault(left, []).append(right)
        before.setdefault(right, []).append(left)
    height = {thing: -i for things in columns for i, thing in enumerate(things)}
    for sweep in range(12):
        order, neighbours = (columns, before) if sweep % 2 == 0 else (columns[::-1], after)
        for things in order:
            wish = {
                t: np.mean([height[n] for n in neighbours[t]]) if t in neighbours else height[t]
                for t in things
            }
            things.sort(key=lambda t: -wish[t])
            for i, thing in enumerate(things):
                height[thing] = min(wish[thing], height[things[i - 1]] - 1) if i else wish[thing]
            shift = np.mean([wish[t] - height[t] for t in things])
            height.update({t: height[t] + shift for t in things})
    return height


def _ports(child, places, routes):
    """Where each parent's arrow ends, relative to the child's place: the higher parent, higher."""
    parents = child.parents
    heights = [(routes[child, k] or [places[parent]])[-1][1] for k, parent in enumerate(parents)]
    free = list(np.linspace(0.17, -0.17, len(parents))) if len(parents) > 1 else [0.0]
    ports = {}
    for k in sorted(range(len(parents)), key=lambda k: -heights[k]):
        ports[k] = np.array([0.0, free.pop(0)])
    return ports


def _limits(ax, places, nodes):
    """Set the limits of the axes; the size of letters at which the longest label fits its box."""
    (left, bottom), (right, top) = np.min(places, axis=0), np.max(places, axis=0)
    spare = max(0, 2 * COLUMN - (right - left)) / 2  # few boxes are not blown up
    ax.set(xlim=(left - 1 - spare, right + 1 + spare), ylim=(bottom - 1.15, top + 0.75))
    ax.set_aspect("equal")
    ax.axis("off")
    width, height = ax.get_figure().get_size_inches()
    unit = 72 * min(width / (right - left + 2 + 2 * spare), height / (top - bottom + 2.2))
    texts = [t for n in nodes for t in (n.label, _short(n.value), _short(n.gradient))]
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
        ax.text(x, y + height, _short(text), color=color, fontsize=size, zorder=5, **CENTRED)


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
    text = f"×{_in_product(derivative, digits=3)}"
    ax.text(*place, text, color=ORANGE, fontsize=0.85 * size, bbox=PAPER, zorder=6, **CENTRED)


def _legend(ax):
    ax.text(0, 0, "value, computed forward →", color=BLUE, ha="left", transform=ax.transAxes)
    ax.text(1, 0, "← gradient, computed backward", color=ORANGE, ha="right", transform=ax.transAxes)


def _short(value, digits=4):
    """A number in at most that many digits, a text as it is, nothing for None."""
    if isinstance(value, Number | np.number):
        return f"{float(value) + 0:.{digits}g}".replace("-", "−")
    return "" if value is None else str(value)


def _in_product(value, digits=4):
    text = _short(value, digits)
    return f"({text})" if text.startswith("−") else text


def _by(one, other):
    return rf"\partial {one.symbol}/\partial {other.symbol}"


def _math(text):
    return f"${text}$"
