"""Computation graphs: boxes with what they compute, and the chain rule through them in words."""

from dataclasses import dataclass
from numbers import Number

import numpy as np


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


def describe_step(nodes, step):
    """What `step` of `draw_graph` reveals, in one line, the chain rule written out."""
    count = len(nodes)
    if step == 0:
        return "Nothing is computed yet"
    if step <= count:
        node = nodes[step - 1]
        label = node.label.strip("$")
        given = "" if node.parents else "given: "
        return f"Forward, step {step} of {count}: {given}{_math(f'{label} = {short(node.value)}')}"
    node, last = nodes[2 * count - step], nodes[-1]
    head = f"Backward, step {step - count} of {count}: "
    if node is last:
        return head + _math(f"{_by(last, node)} = {short(node.gradient)}")
    uses = [(c, k) for c in nodes for k, parent in enumerate(c.parents) if parent is node]
    rule = " + ".join(rf"{_by(last, c)} \cdot {_by(c, node)}" for c, _ in uses)
    numbers = " + ".join(
        rf"{short(c.gradient)} \cdot {in_product(c.local[k])}" for c, k in uses if c.local
    )
    return head + _math(
        " = ".join(filter(None, [_by(last, node), rule, numbers, short(node.gradient)]))
    )


def short(value, digits=4):
    """A number in at most that many digits, a text as it is, nothing for None."""
    if isinstance(value, Number | np.number):
        return f"{float(value) + 0:.{digits}g}".replace("-", "−")
    return "" if value is None else str(value)


def in_product(value, digits=4):
    text = short(value, digits)
    return f"({text})" if text.startswith("−") else text


def _by(one, other):
    return rf"\partial {one.symbol}/\partial {other.symbol}"


def _math(text):
    return f"${text}$"
