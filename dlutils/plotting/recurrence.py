"""A recurrent network drawn along time, with the gradients that come back."""

from matplotlib.patches import Circle, FancyBboxPatch

from dlutils.plotting.style import BLUE, GREY, INK, ORANGE

GAP = 2.2  # between one time and the next


def draw_unrolled(ax, inputs, outputs, backward=False):
    """One box per time, left to right: its input below, its output above, the state from the left.

    With `backward`, the gradients too, in orange: down from every output, left along the states.
    """
    _box(ax, 0, "$h_0$", GREY)
    for t, (below, above) in enumerate(zip(inputs, outputs, strict=True), start=1):
        x = GAP * t
        _box(ax, x, f"$h_{t}$", BLUE)
        _letter(ax, (x, -1.7), below)
        _letter(ax, (x, 1.7), above)
        ways = [((x - GAP + 0.45, 0), (x - 0.45, 0)), ((x, -1.35), (x, -0.45))]
        ways.append(((x, 0.45), (x, 1.35)))
        for number, (start, end) in enumerate(ways):
            shift = 0.13 * backward
            across = (0, shift) if number == 0 else (-shift, 0)
            _arrow(ax, start, end, BLUE, across)
            if backward:
                _arrow(ax, end, start, ORANGE, (-across[0], -across[1]))
    last = GAP * len(inputs)
    for height, text in ((-1.7, "input"), (0, "state"), (1.7, "output")):
        ax.text(last + 0.75, height, text, ha="left", va="center", color=GREY)
    ax.set(xlim=(-0.7, last + 2.2), ylim=(-2.2, 2.2), aspect="equal")
    ax.axis("off")


def _box(ax, x, text, color):
    shape = FancyBboxPatch((x - 0.4, -0.4), 0.8, 0.8, boxstyle="round,pad=0.03")
    shape.set(facecolor="white", edgecolor=color, linewidth=2)
    ax.add_patch(shape)
    ax.text(x, 0, text, ha="center", va="center", fontsize=13, color=INK)


def _letter(ax, place, text):
    ax.add_patch(Circle(place, 0.32, facecolor="white", edgecolor=INK, linewidth=1.2))
    ax.text(*place, text, ha="center", va="center", fontsize=13, color=INK)


def _arrow(ax, start, end, color, shift):
    start, end = ((x + shift[0], y + shift[1]) for x, y in (start, end))
    style = {"arrowstyle": "-|>", "color": color, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)
