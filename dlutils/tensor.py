"""Automatic differentiation of arrays (chapter 4), with numpy's broadcasting."""

import functools

import numpy as np

from dlutils.autodiff import topological_order
from dlutils.shapes import refuses


def _not_repeated(gradient, shape):
    full = np.shape(gradient)
    in_front = len(full) - len(shape)
    if in_front < 0 or any(
        size not in (1, f) for size, f in zip(shape, full[in_front:], strict=True)
    ):
        return f"gradient must have a shape that {tuple(shape)} broadcasts to, got {full}"
    return None


@refuses(_not_repeated)
def unbroadcast(gradient, shape):
    """Undo broadcasting: sum a gradient over the axes along which numpy repeated -> shape.

    Those are the axes in front, which the operand did not have, and all where its size was 1.
    """
    in_front = tuple(range(gradient.ndim - len(shape)))
    repeated = tuple(i for i, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=in_front).sum(axis=repeated, keepdims=True)


def _vectors(tensor, other):
    for operand in (tensor, other):
        shape = np.shape(operand.data if isinstance(operand, Tensor) else operand)
        if len(shape) < 2:
            return f"operands of @ must have two axes or more, got shape {shape}"
    return None


def _joined_as_numpy_does(operand):
    """Arrays of bools and small ints take our dtype, as they do beside an array of it."""

    @functools.wraps(operand)
    def joined(tensor, other):
        if isinstance(other, np.ndarray) and other.dtype.kind != "f":
            other = other.astype(np.result_type(other, tensor.data))
        return operand(tensor, other)

    return joined


class Tensor:
    """An array that knows its `parents` and how its gradient becomes theirs.

    `gradients(dy)` returns one gradient for each parent, in the shape that broadcasting gave it.
    Numbers and arrays work on either side of + * @; @ takes two axes or more. After `L.backward()`,
    every tensor that L was computed from holds the gradient of L's sum in `grad`.
    """

    __array_ufunc__ = None  # so that `array * tensor` is left to Tensor

    def __init__(self, data, parents=(), gradients=None):
        data = np.asarray(data)
        self.data = data if data.dtype.kind == "f" else data.astype(float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.gradients = gradients

    def __repr__(self):
        return f"Tensor{self.data.shape}"

    @_joined_as_numpy_does
    def operand(self, other):
        """The other side of an operation: arrays become tensors, numbers tensors of our dtype."""
        dtype = None if isinstance(other, np.ndarray) else self.data.dtype
        return other if isinstance(other, Tensor) else Tensor(np.asarray(other, dtype))

    def __add__(self, other):
        other = self.operand(other)
        return Tensor(self.data + other.data, (self, other), lambda dy: (dy, dy))

    def __mul__(self, other):
        other = self.operand(other)
        return Tensor(
            self.data * other.data,
            (self, other),
            lambda dy: (dy * other.data, dy * self.data),
        )

    @refuses(_vectors)
    def __matmul__(self, other):
        other = self.operand(other)
        return Tensor(
            self.data @ other.data,
            (self, other),
            lambda dy: (dy @ other.data.swapaxes(-1, -2), self.data.swapaxes(-1, -2) @ dy),
        )

    def sum(self, axis=None, keepdims=False):
        def gradients(dy):
            if axis is not None and not keepdims:
                dy = np.expand_dims(dy, axis)
            return (np.broadcast_to(dy, self.data.shape),)

        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self,), gradients)

    def relu(self):
        return Tensor(np.maximum(self.data, 0), (self,), lambda dy: (dy * (self.data > 0),))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rmatmul__(self, other):
        return self.operand(other) @ self

    def backward(self):
        """Set `grad` in this tensor's whole graph: gradients of the sum of its elements."""
        order = topological_order(self)
        for tensor in order:
            tensor.grad = np.zeros_like(tensor.data)
        self.grad = np.ones_like(self.data)
        for tensor in reversed(order):
            if tensor.parents:
                gradients = tensor.gradients(tensor.grad)
                for parent, gradient in zip(tensor.parents, gradients, strict=True):
                    parent.grad += unbroadcast(gradient, parent.data.shape)
