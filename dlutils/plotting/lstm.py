"""Inside a gated cell: its graph of values and gradients, and its gates along a text."""

import numpy as np

from dlutils.plotting.graphs import GraphNode


def lstm_graph(c, i, f, o, g, dh=1.0, dc=0.0):
    """The boxes of c' = f c + i g, h' = o tanh(c') for one unit, with values and gradients.

    `dh` and `dc` are the gradients that arrive from outside: dh at h', dc at c' from the next step.
    """
    c_next = f * c + i * g
    shown = np.tanh(c_next)
    d_shown = dh * o
    d_cell = dc + d_shown * (1 - shown**2)

    def box(label, value, gradient, *parents):
        return GraphNode(label, parents, round(float(value), 3), round(float(gradient), 3))

    c_box, f_box = box("$c$", c, d_cell * f), box("$f$", f, d_cell * c)
    i_box, g_box = box("$i$", i, d_cell * g), box("$g$", g, d_cell * i)
    kept = box(r"$f\,c$", f * c, d_cell, c_box, f_box)
    news = box(r"$i\,g$", i * g, d_cell, i_box, g_box)
    cell = box(r"$c\,^\prime = f\,c + i\,g$", c_next, d_cell, kept, news)
    tanh = box(r"$\tanh c\,^\prime$", shown, d_shown, cell)
    o_box = box("$o$", o, dh * shown)
    state = box(r"$h^\prime = o\,\tanh c\,^\prime$", o * shown, dh, tanh, o_box)
    return [c_box, f_box, i_box, g_box, kept, news, cell, tanh, o_box, state]


def character_rows(ax, values, text, labels, **imshow):
    """One row of coloured squares per line of `values` (K, T), the T characters below them."""
    ax.imshow(values, aspect="auto", **imshow)
    ax.set_xticks(range(len(text)), ["␣" if char == " " else char for char in text])
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(length=0)
    ax.grid(visible=False)
