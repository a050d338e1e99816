"""Mistakes of chapter 4: orders of graphs, engines for numbers and arrays, broadcasting.

The wrong engines are subclasses of a right one, whose results are of the subclass.
"""

import functools
import sys

import numpy as np

from dlutils import Node, topological_order, unbroadcast
from dlutils.mistakes import mistake


def deep(function):
    """Allow recursion 5,000 deep, which is another mistake than the one in question."""

    @functools.wraps(function)
    def call(value):
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(20_000)
        try:
            return function(value)
        finally:
            sys.setrecursionlimit(limit)

    return call


@mistake("topological_order", "nodes that were listed before are not recognised and come up again")
@deep
def without_seen(value):
    order = []
    for parent in value.parents:
        order += without_seen(parent)
    return [*order, value]


@mistake("topological_order", "the order is reversed: the value first and its parents last")
def value_first(value):
    return topological_order(value)[::-1]


@mistake(
    "topological_order",
    "a node is listed when the walk first meets it, before its parents, and the list is reversed "
    "in the end",
)
@deep
def preorder_reversed(value):
    return node_before_parents(value)[::-1]


@mistake(
    "topological_order",
    "nodes are listed by their distance from the value, which differs along different ways",
)
def breadth_first(value):
    order = [value]
    for node in order:
        order.extend(parent for parent in dict.fromkeys(node.parents) if parent not in order)
    return order[::-1]


@mistake(
    "topological_order",
    "a node is marked as seen when it is put on the stack, not when it is taken off",
)
def marked_too_early(value):
    order, seen, stack = [], {value}, [(value, False)]
    while stack:
        node, listed = stack.pop()
        if listed:
            order.append(node)
            continue
        stack.append((node, True))
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, False))
    return order


@mistake(
    "topological_order",
    "the nodes seen stand in a default argument, which all calls share: only the first lists them",
)
def seen_is_shared(value, seen=set()):  # noqa: B006 (the mistake)
    order = [node for node in topological_order(value) if node not in seen]
    seen.update(order)
    return order


@mistake("topological_order", "the value itself is missing")
def without_value(value):
    return topological_order(value)[:-1]


@mistake("topological_order", "only the direct parents are listed, not theirs in turn")
def parents_only(value):
    return [*dict.fromkeys(value.parents), value]


@mistake("topological_order", "only the first parent of each node is followed")
def first_parent_only(value):
    order = [value]
    while order[-1].parents:
        order.append(order[-1].parents[0])
    return order[::-1]


@mistake("topological_order", "nodes without parents are left out")
def without_leaves(value):
    return [node for node in topological_order(value) if node.parents]


@mistake("topological_order", "nodes with equal data are taken for the same node")
def equal_data(value):
    order, seen = [], set()
    for node in topological_order(value):
        if node.data not in seen:
            seen.add(node.data)
            order.append(node)
    return order


@mistake("topological_order", "each node's parents are listed after the node")
@deep
def node_before_parents(value):
    order = {}

    def visit(node):
        if node not in order:
            order[node] = True
            for parent in node.parents:
                visit(parent)

    visit(value)
    return list(order)


@mistake("topological_order", "the function calls itself for every parent, 5,000 deep")
def recursive(value):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(value)
    return order


@mistake("topological_order", "the numbers (.data) are listed instead of the nodes")
def numbers_listed(value):
    return [node.data for node in topological_order(value)]


@mistake("topological_order", "a set (which has no order) or an iterator is returned, no list")
def through_a_set(value):
    return set(topological_order(value))


class Engine(Node):
    """A right Value whose results are of its subclass."""

    def new(self, *arguments):
        return type(self)(*arguments)

    def operand(self, other):
        return other if isinstance(other, Engine) else self.new(other)

    def __add__(self, other):
        other = self.operand(other)
        return self.new(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = self.operand(other)
        return self.new(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = self.operand(other)
        return self.new(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        a, b = self.data, self.operand(other).data
        return self.new(a / b, (self, self.operand(other)), (1 / b, -a / b**2))

    def __pow__(self, exponent):
        slope = exponent * self.data ** (exponent - 1)
        return self.new(self.data**exponent, (self,), (slope,))

    def exp(self):
        return self.new(np.exp(self.data), (self,), (np.exp(self.data),))

    def log(self):
        return self.new(np.log(self.data), (self,), (1 / self.data,))

    def tanh(self):
        return self.new(np.tanh(self.data), (self,), (1 - np.tanh(self.data) ** 2,))

    def relu(self):
        return self.new(max(self.data, 0.0), (self,), (float(self.data > 0),))

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

    def order(self):
        order = topological_order(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        return order[::-1]

    def backward(self):
        for value in self.order():
            for parent, derivative in zip(value.parents, value.derivatives, strict=True):
                parent.grad += derivative * value.grad


@mistake("Value", "a gradient is set (=) instead of added (+=): the last contribution wins")
class Overwrites(Engine):
    def backward(self):
        for value in self.order():
            for parent, derivative in zip(value.parents, value.derivatives, strict=True):
                parent.grad = derivative * value.grad


@mistake("Value", "the gradients are not set to 0 before the walk, so that earlier ones remain")
class NeverReset(Engine):
    def order(self):
        self.grad = 1.0
        return topological_order(self)[::-1]


@mistake(
    "Value", "the gradients are not set to 0 and the seed is added, so that everything piles up"
)
class NeverResetSeedAdded(Engine):
    def order(self):
        self.grad += 1.0
        return topological_order(self)[::-1]


@mistake("Value", "only values without parents are set to 0 before the walk")
class ResetsLeavesOnly(Engine):
    def order(self):
        order = topological_order(self)
        for value in order:
            if not value.parents:
                value.grad = 0.0
        self.grad = 1.0
        return order[::-1]


@mistake("Value", "gradients are set to 0 during the walk, after some of them have arrived")
class ResetDuringTheWalk(Engine):
    def backward(self):
        self.grad = 1.0
        for value in reversed(topological_order(self)):
            for parent in value.parents:
                parent.grad = 0.0
            for parent, derivative in zip(value.parents, value.derivatives, strict=True):
                parent.grad += derivative * value.grad


@mistake("Value", "the walk is not seeded: the gradient of the result itself stays 0")
class NotSeeded(Engine):
    def order(self):
        order = super().order()
        self.grad = 0.0
        return order


@mistake("Value", "the walk is seeded with the result's value instead of 1")
class SeededWithData(Engine):
    def order(self):
        order = super().order()
        self.grad = self.data
        return order


@mistake("Value", "the order is gone through forward instead of backward")
class WalksForward(Engine):
    def order(self):
        return super().order()[::-1]


@mistake(
    "Value",
    "every visit passes on the whole gradient collected so far, not only what has just arrived: "
    "recursion without a topological order",
)
class RecursesWithoutOrder(Engine):
    def backward(self):
        self.order()
        self.send()

    def send(self):
        for parent, derivative in zip(self.parents, self.derivatives, strict=True):
            parent.grad += derivative * self.grad
            parent.send()


@mistake("Value", "only the direct parents of the result get a gradient")
class StopsAtParents(Engine):
    def backward(self):
        self.order()
        for parent, derivative in zip(self.parents, self.derivatives, strict=True):
            parent.grad += derivative


@mistake("Value", "the local derivative alone is added, not multiplied by the value's own gradient")
class LocalOnly(Engine):
    def backward(self):
        for value in self.order():
            for parent, derivative in zip(value.parents, value.derivatives, strict=True):
                parent.grad += derivative


@mistake(
    "Value", "the local derivative is multiplied by the data of the result instead of its grad"
)
class TimesData(Engine):
    def backward(self):
        for value in self.order():
            for parent, derivative in zip(value.parents, value.derivatives, strict=True):
                parent.grad += derivative * value.data


@mistake("Value", "local derivatives and gradients are added instead of multiplied")
class AddsLocal(Engine):
    def backward(self):
        for value in self.order():
            for parent, derivative in zip(value.parents, value.derivatives, strict=True):
                parent.grad += derivative + value.grad


@mistake("Value", "in a - b the derivative by b is 1 instead of -1")
class SubtractsWithoutSign(Engine):
    def __sub__(self, other):
        other = self.operand(other)
        return self.new(self.data - other.data, (self, other), (1.0, 1.0))


@mistake("Value", "number - value is computed as value - number")
class ReversedSub(Engine):
    def __rsub__(self, number):
        return self - number


@mistake("Value", "number / value is computed as value / number")
class ReversedDiv(Engine):
    def __rtruediv__(self, number):
        return self / number


@mistake("Value", "a constant on the left of - is dropped: number - value gives -value")
class LeftConstantDropped(Engine):
    def __rsub__(self, number):
        return -self


@mistake("Value", "in a * b each factor gets its own value as derivative instead of the other's")
class OwnFactor(Engine):
    def __mul__(self, other):
        other = self.operand(other)
        return self.new(self.data * other.data, (self, other), (self.data, other.data))


@mistake("Value", "in a / b the derivative by b lacks the minus sign")
class QuotientWithoutSign(Engine):
    def __truediv__(self, other):
        a, b = self.data, self.operand(other).data
        return self.new(a / b, (self, self.operand(other)), (1 / b, a / b**2))


@mistake("Value", "in a / b the derivative by b lacks the factor a")
class QuotientWithoutNumerator(Engine):
    def __truediv__(self, other):
        a, b = self.data, self.operand(other).data
        return self.new(a / b, (self, self.operand(other)), (1 / b, -1 / b**2))


@mistake("Value", "in a / b the derivative by b is -a/b: the square is missing")
class QuotientWithoutSquare(Engine):
    def __truediv__(self, other):
        a, b = self.data, self.operand(other).data
        return self.new(a / b, (self, self.operand(other)), (1 / b, -a / b))


@mistake("Value", "in a / b the derivative by a is b instead of 1/b")
class QuotientLikeProduct(Engine):
    def __truediv__(self, other):
        a, b = self.data, self.operand(other).data
        return self.new(a / b, (self, self.operand(other)), (b, -a / b**2))


@mistake("Value", "in a**p the derivative keeps the exponent p instead of p - 1")
class PowerKept(Engine):
    def __pow__(self, exponent):
        slope = exponent * self.data**exponent
        return self.new(self.data**exponent, (self,), (slope,))


@mistake("Value", "in a**p the derivative lacks the factor p")
class PowerWithoutFactor(Engine):
    def __pow__(self, exponent):
        return self.new(self.data**exponent, (self,), (self.data ** (exponent - 1),))


@mistake("Value", "in a**p the derivative is (p - 1) a**p: factor and exponent are swapped")
class PowerSwapped(Engine):
    def __pow__(self, exponent):
        slope = (exponent - 1) * self.data**exponent
        return self.new(self.data**exponent, (self,), (slope,))


@mistake("Value", "the derivative of exp is taken to be its input instead of its result")
class ExpOfInput(Engine):
    def exp(self):
        return self.new(np.exp(self.data), (self,), (self.data,))


@mistake("Value", "exp is given the derivative of a power, a exp(a - 1)")
class ExpAsPower(Engine):
    def exp(self):
        return self.new(np.exp(self.data), (self,), (self.data * np.exp(self.data - 1),))


@mistake("Value", "the derivative of log is taken to be 1/result instead of 1/input")
class LogOfResult(Engine):
    def log(self):
        y = np.log(self.data)
        return self.new(y, (self,), (1 / y,))


@mistake("Value", "log has base 10 instead of e")
class LogBaseTen(Engine):
    def log(self):
        return self.new(np.log10(self.data), (self,), (1 / self.data,))


@mistake(
    "Value", "the derivative of tanh is computed from its input: 1 - a^2 instead of 1 - tanh^2"
)
class TanhOfInput(Engine):
    def tanh(self):
        return self.new(np.tanh(self.data), (self,), (1 - self.data**2,))


@mistake("Value", "in the derivative of tanh the square is missing: 1 - tanh")
class TanhWithoutSquare(Engine):
    def tanh(self):
        y = np.tanh(self.data)
        return self.new(y, (self,), (1 - y,))


@mistake("Value", "the slope of relu at exactly 0 is 1 instead of 0")
class ReluOneAtZero(Engine):
    def relu(self):
        return self.new(max(self.data, 0.0), (self,), (float(self.data >= 0),))


@mistake("Value", "the slope of relu is 1 for negative inputs too")
class ReluAlwaysOpen(Engine):
    def relu(self):
        return self.new(max(self.data, 0.0), (self,), (1.0,))


@mistake("Value", "the slope of relu is its input instead of 1")
class ReluSlopeOfInput(Engine):
    def relu(self):
        y = max(self.data, 0.0)
        return self.new(y, (self,), (y,))


@mistake("Value", "a function's result does not name its parent, so that no gradient comes through")
class FunctionsWithoutParents(Engine):
    def exp(self):
        return self.new(np.exp(self.data))

    def log(self):
        return self.new(np.log(self.data))

    def tanh(self):
        return self.new(np.tanh(self.data))

    def relu(self):
        return self.new(max(self.data, 0.0))


@mistake("unbroadcast", "nothing is summed: the gradient keeps the broadcast shape")
def not_summed(gradient, shape):
    return gradient


@mistake("unbroadcast", "the mean is taken over the repeated axes instead of the sum")
def averaged(gradient, shape):
    repeated = np.size(gradient) / max(1, int(np.prod(shape)))
    return unbroadcast(gradient, shape) / repeated


@mistake("unbroadcast", "only axes in front are summed, not those of size 1")
def only_in_front(gradient, shape):
    return gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))


@mistake("unbroadcast", "only axes of size 1 are summed, not those in front")
def only_ones(gradient, shape):
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


@mistake("unbroadcast", "axes of size 1 are lost in the sum, for want of keepdims=True")
def without_keepdims(gradient, shape):
    in_front = tuple(range(gradient.ndim - len(shape)))
    repeated = tuple(i for i, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=in_front).sum(axis=repeated)


@mistake("unbroadcast", "shapes are lined up at their first axes instead of their last")
def lined_up_in_front(gradient, shape):
    behind = tuple(range(len(shape), gradient.ndim))
    repeated = tuple(i for i, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=behind).sum(axis=repeated, keepdims=True)


@mistake("unbroadcast", "the surplus is cut off by taking the first entries instead of summing")
def first_entries(gradient, shape):
    gradient = gradient[(0,) * (gradient.ndim - len(shape))]
    return gradient[tuple(slice(0, size) for size in shape)]


@mistake("unbroadcast", "everything is summed and the total repeated to the shape")
def total_repeated(gradient, shape):
    return np.full(shape, gradient.sum())


@mistake("unbroadcast", "axis 0 alone is summed, whatever the shape")
def axis_zero(gradient, shape):
    return gradient if gradient.shape == tuple(shape) else gradient.sum(axis=0)


@mistake("unbroadcast", "axes in front keep a size of 1 instead of being removed")
def front_kept(gradient, shape):
    in_front = gradient.ndim - len(shape)
    axes = tuple(i for i in range(gradient.ndim) if i < in_front or shape[i - in_front] == 1)
    return gradient.sum(axis=axes, keepdims=True)


@mistake("unbroadcast", "axes of size 1 are looked for in the gradient instead of the shape")
def ones_of_the_gradient(gradient, shape):
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    ones = tuple(i for i, size in enumerate(gradient.shape) if size == 1)
    return gradient.sum(axis=ones, keepdims=True)


@mistake("unbroadcast", "the gradient is reshaped without a sum, or cut to the length that fits")
def resized(gradient, shape):
    return np.resize(gradient, shape)


@mistake("unbroadcast", "only the first axis of size 1 is summed")
def first_one_only(gradient, shape):
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    ones = [i for i, size in enumerate(shape) if size == 1]
    return gradient.sum(axis=ones[0], keepdims=True) if ones else gradient


class ArrayEngine:
    """A right Tensor whose results are of its subclass."""

    __array_ufunc__ = None

    def __init__(self, data, parents=(), gradients=None):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents, self.gradients = parents, gradients

    def new(self, *arguments):
        return type(self)(*arguments)

    def operand(self, other):
        return other if isinstance(other, ArrayEngine) else self.new(other)

    def __add__(self, other):
        other = self.operand(other)
        return self.new(self.data + other.data, (self, other), lambda dy: (dy, dy))

    def __mul__(self, other):
        other = self.operand(other)
        return self.new(
            self.data * other.data, (self, other), lambda dy: (dy * other.data, dy * self.data)
        )

    def __matmul__(self, other):
        other = self.operand(other)
        return self.new(
            self.data @ other.data, (self, other), lambda dy: (dy @ other.data.T, self.data.T @ dy)
        )

    def spread(self, dy, axis, keepdims):
        if axis is not None and not keepdims:
            dy = np.expand_dims(dy, axis)
        return np.broadcast_to(dy, self.data.shape)

    def sum(self, axis=None, keepdims=False):
        result = self.data.sum(axis=axis, keepdims=keepdims)
        return self.new(result, (self,), lambda dy: (self.spread(dy, axis, keepdims),))

    def relu(self):
        return self.new(np.maximum(self.data, 0), (self,), lambda dy: (dy * (self.data > 0),))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rmatmul__(self, other):
        return self.operand(other) @ self

    def order(self):
        order = topological_order(self)
        for tensor in order:
            tensor.grad = np.zeros_like(tensor.data)
        self.grad = np.ones_like(self.data)
        return order[::-1]

    def passed_on(self):
        return zip(self.parents, self.gradients(self.grad) if self.parents else (), strict=True)

    def backward(self):
        for tensor in self.order():
            for parent, gradient in tensor.passed_on():
                parent.grad = parent.grad + unbroadcast(gradient, parent.data.shape)


@mistake(
    "Tensor", "a gradient is set (=) instead of added (+=), so that the last contribution wins"
)
class TensorOverwrites(ArrayEngine):
    def backward(self):
        for tensor in self.order():
            for parent, gradient in tensor.passed_on():
                parent.grad = unbroadcast(gradient, parent.data.shape)


@mistake("Tensor", "unbroadcast is not called before the gradient is added with +=")
class WithoutUnbroadcast(ArrayEngine):
    def backward(self):
        for tensor in self.order():
            for parent, gradient in tensor.passed_on():
                parent.grad += gradient


@mistake("Tensor", "unbroadcast is not called, and the gradient takes the broadcast shape")
class GrowsGradients(ArrayEngine):
    def backward(self):
        for tensor in self.order():
            for parent, gradient in tensor.passed_on():
                parent.grad = parent.grad + gradient


@mistake("Tensor", "the gradient is brought into the shape of the result instead of the parent's")
class UnbroadcastToResult(ArrayEngine):
    def backward(self):
        for tensor in self.order():
            for parent, gradient in tensor.passed_on():
                parent.grad = parent.grad + unbroadcast(gradient, tensor.data.shape)


@mistake(
    "Tensor",
    "the first contribution is kept without a copy and the next added into it with +=, so that two "
    "tensors share one gradient",
)
class SharesGradients(ArrayEngine):
    def backward(self):
        order = topological_order(self)
        for tensor in order:
            tensor.grad = None
        self.grad = np.ones_like(self.data)
        for tensor in order[::-1]:
            for parent, gradient in tensor.passed_on():
                if gradient.shape != parent.data.shape or not gradient.flags.writeable:
                    gradient = unbroadcast(gradient, parent.data.shape)
                if parent.grad is None:
                    parent.grad = gradient
                else:
                    parent.grad += gradient


@mistake("Tensor", "the gradients are not set to 0 before the walk, so that earlier ones remain")
class TensorNeverReset(ArrayEngine):
    def order(self):
        self.grad = np.ones_like(self.data)
        return topological_order(self)[::-1]


@mistake("Tensor", "the walk is not seeded: the gradient of the result itself stays 0")
class TensorNotSeeded(ArrayEngine):
    def order(self):
        order = super().order()
        self.grad = np.zeros_like(self.data)
        return order


@mistake("Tensor", "the ones of the seed are divided by their number: the mean is differentiated")
class SeededWithMean(ArrayEngine):
    def order(self):
        order = super().order()
        self.grad = self.grad / self.data.size
        return order


@mistake("Tensor", "the order is gone through forward instead of backward")
class TensorWalksForward(ArrayEngine):
    def order(self):
        return super().order()[::-1]


@mistake("Tensor", "in a * b each factor gets its own array as derivative instead of the other's")
class TensorOwnFactor(ArrayEngine):
    def __mul__(self, other):
        other = self.operand(other)
        return self.new(
            self.data * other.data, (self, other), lambda dy: (dy * self.data, dy * other.data)
        )


@mistake("Tensor", "in a * b the gradient dy of the result is left out")
class ProductWithoutGradient(ArrayEngine):
    def __mul__(self, other):
        other = self.operand(other)
        return self.new(
            self.data * other.data,
            (self, other),
            lambda dy: (
                np.broadcast_to(other.data, dy.shape),
                np.broadcast_to(self.data, dy.shape),
            ),
        )


@mistake("Tensor", "in the gradients of a @ b the transposes are missing")
class MatmulWithoutTranspose(ArrayEngine):
    def __matmul__(self, other):
        other = self.operand(other)
        return self.new(
            self.data @ other.data, (self, other), lambda dy: (dy @ other.data, self.data @ dy)
        )


@mistake("Tensor", "in the gradients of a @ b the factors are in the wrong order")
class MatmulReversed(ArrayEngine):
    def __matmul__(self, other):
        other = self.operand(other)
        return self.new(
            self.data @ other.data, (self, other), lambda dy: (other.data.T @ dy, dy @ self.data.T)
        )


@mistake("Tensor", "the gradients of a @ b are those of entry-by-entry multiplication")
class MatmulAsProduct(ArrayEngine):
    def __matmul__(self, other):
        other = self.operand(other)
        return self.new(
            self.data @ other.data, (self, other), lambda dy: (dy * other.data, dy * self.data)
        )


@mistake("Tensor", "the gradient of a sum is not put back along the summed axis")
class SumNotSpread(ArrayEngine):
    def spread(self, dy, axis, keepdims):
        return np.broadcast_to(dy, self.data.shape)


@mistake("Tensor", "summed axes are put back in front, as axis 0, whichever they were")
class SumSpreadInFront(ArrayEngine):
    def spread(self, dy, axis, keepdims):
        if axis is not None and not keepdims:
            dy = np.reshape(dy, (1,) * (self.data.ndim - dy.ndim) + dy.shape)
        return np.resize(dy, self.data.shape)


@mistake("Tensor", "a summed axis is put back even where keepdims has kept it")
class SumSpreadTwice(ArrayEngine):
    def spread(self, dy, axis, keepdims):
        if axis is not None:
            dy = np.expand_dims(dy, axis)
        return np.broadcast_to(dy, self.data.shape)


@mistake("Tensor", "the gradient of a sum is ones, without the gradient dy that arrives")
class SumWithoutGradient(ArrayEngine):
    def spread(self, dy, axis, keepdims):
        return np.ones_like(self.data)


@mistake("Tensor", "the gradient of a sum is divided by the number of entries, as for a mean")
class SumAsMean(ArrayEngine):
    def spread(self, dy, axis, keepdims):
        return super().spread(dy, axis, keepdims) * (dy.size / self.data.size)


@mistake("Tensor", "sum ignores axis and adds up everything")
class SumOfAll(ArrayEngine):
    def sum(self, axis=None, keepdims=False):
        return super().sum()


@mistake("Tensor", "sum ignores keepdims")
class SumDropsAxes(ArrayEngine):
    def sum(self, axis=None, keepdims=False):
        return super().sum(axis)


@mistake("Tensor", "the slope of relu at exactly 0 is 1 instead of 0")
class TensorReluOneAtZero(ArrayEngine):
    def relu(self):
        return self.new(np.maximum(self.data, 0), (self,), lambda dy: (dy * (self.data >= 0),))


@mistake("Tensor", "relu sets the negative numbers of its own input to 0")
class ReluInPlace(ArrayEngine):
    def relu(self):
        positive = self.data > 0
        self.data[~positive] = 0
        return self.new(self.data, (self,), lambda dy: (dy * positive,))


@mistake("Tensor", "the gradient of relu looks at the sign of dy instead of the input")
class TensorReluOfGradient(ArrayEngine):
    def relu(self):
        return self.new(np.maximum(self.data, 0), (self,), lambda dy: (dy * (dy > 0),))


@mistake("Tensor", "relu lets every gradient through")
class TensorReluOpen(ArrayEngine):
    def relu(self):
        return self.new(np.maximum(self.data, 0), (self,), lambda dy: (dy,))


@mistake("Tensor", "the gradient of relu is the mask alone, without the gradient dy that arrives")
class TensorReluWithoutGradient(ArrayEngine):
    def relu(self):
        return self.new(
            np.maximum(self.data, 0), (self,), lambda dy: ((self.data > 0).astype(float),)
        )


@mistake(
    "Tensor", "the results of relu and sum do not name their parent, so that no gradient passes"
)
class TensorWithoutParents(ArrayEngine):
    def relu(self):
        return self.new(np.maximum(self.data, 0))

    def sum(self, axis=None, keepdims=False):
        return self.new(self.data.sum(axis=axis, keepdims=keepdims))
