"""Automatic differentiation of numbers (chapter 4): an expression remembers how it was computed."""

import numpy as np


class Node:
    """A number in a graph: its `parents`, its derivative by each, its gradient.

    `operation` is a text for drawings and does not take part in any calculation.
    """

    __array_ufunc__ = None  # numpy's numbers, too, leave `number * node` to us

    def __init__(self, data, parents=(), derivatives=(), operation=""):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self.derivatives = derivatives
        self.operation = operation

    def __repr__(self):
        return f"{type(self).__name__}({self.data:.4g}, grad={self.grad:.4g})"


def topological_order(value):
    """All nodes that `value` was computed from, and itself: parents first, each once -> list.

    A walk with a list of its own in place of recursion: Python allows about 1,000 calls within
    calls, and a chain of operations can be far longer. A node is listed when it comes up the second
    time, after everything that was put on top of it.
    """
    order, seen, stack = [], set(), [(value, False)]
    while stack:
        node, parents_are_listed = stack.pop()
        if parents_are_listed:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


class Value(Node):
    """A number that remembers how it was computed, so that `backward` can differentiate it.

    Numbers may stand on either side of + - * /; the exponent of ** is a number. After
    `L.backward()`, every value that L was computed from holds dL / dvalue in `grad`.
    """

    def operand(self, other):
        """The other side of an operation: a number becomes a Value without parents."""
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = self.operand(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __sub__(self, other):
        other = self.operand(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0), "-")

    def __mul__(self, other):
        other = self.operand(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data), "*")

    def __truediv__(self, other):
        other = self.operand(other)
        derivatives = (1 / other.data, -self.data / other.data**2)
        return Value(self.data / other.data, (self, other), derivatives, "/")

    def __pow__(self, exponent):
        slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")

    def exp(self):
        y = np.exp(self.data)
        return Value(y, (self,), (y,), "exp")

    def log(self):
        return Value(np.log(self.data), (self,), (1 / self.data,), "log")

    def tanh(self):
        y = np.tanh(self.data)
        return Value(y, (self,), (1 - y**2,), "tanh")

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),), "relu")

    def __neg__(self):
        return self * -1

    def __radd__(self, number):
        return self + number

    def __rmul__(self, number):
        return self * number

    def __rsub__(self, number):
        return self.operand(number) - self

    def __rtruediv__(self, number):
        return self.operand(number) / self

    def backward(self):
        """Set `grad` in this value's whole graph: the derivative of this value by each other."""
        order = topological_order(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for parent, derivative in zip(value.parents, value.derivatives, strict=True):
                parent.grad += derivative * value.grad
