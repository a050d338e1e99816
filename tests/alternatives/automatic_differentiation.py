"""Right answers to chapter 4, written in other ways than the reference."""

import math
import sys
from collections import deque

import numpy as np

from dlutils import Node, topological_order, unbroadcast
from tests.alternatives import alternative


@alternative("topological_order")
def counts_children(value):
    """Kahn: a node is listed when all that was computed from it has been."""
    waiting, found = {value: 0}, [value]
    for node in found:
        for parent in node.parents:
            if parent not in waiting:
                waiting[parent] = 0
                found.append(parent)
            waiting[parent] += 1
    ready, order = deque([value]), []
    while ready:
        node = ready.popleft()
        order.append(node)
        for parent in node.parents:
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)
    order.reverse()
    return order


@alternative("topological_order")
def stack_of_iterators(value):
    seen, order, stack = {id(value)}, [], [(value, iter(value.parents))]
    while stack:
        node, parents = stack[-1]
        for parent in parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            stack.pop()
    return order


@alternative("topological_order")
def waits_until_parents_are_listed(value):
    order, listed, stack = (), set(), [value]
    result = []
    while stack:
        node = stack[-1]
        missing = [parent for parent in node.parents if parent not in listed]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        if node not in listed:
            listed.add(node)
            result.append(node)
    return order + tuple(result)


@alternative("topological_order")
def recursive_with_a_higher_limit(value):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 20_000))
    order, seen = [], []

    def visit(node):
        if not any(node is other for other in seen[-3:]) and node not in order:
            seen.append(node)
            for parent in node.parents:
                visit(parent)
            if node not in order:
                order.append(node)

    visit(value)
    sys.setrecursionlimit(limit)
    return order


@alternative("Value")
class ClosureValue:
    """Each result keeps a function that passes its gradient on; nothing of Node is used."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0, list(parents)
        self.send = lambda: None

    @classmethod
    def of(cls, x):
        return x if isinstance(x, cls) else cls(float(x))

    def __add__(self, other):
        other = ClosureValue.of(other)
        out = ClosureValue(self.data + other.data, [self, other])

        def send():
            self.grad += out.grad
            other.grad += out.grad

        out.send = send
        return out

    def __mul__(self, other):
        other = ClosureValue.of(other)
        out = ClosureValue(self.data * other.data, [self, other])

        def send():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.send = send
        return out

    def _unary(self, y, slope):
        out = ClosureValue(y, [self])

        def send():
            self.grad += slope * out.grad

        out.send = send
        return out

    def __pow__(self, p):
        return self._unary(self.data**p, p * self.data ** (p - 1))

    def exp(self):
        return self._unary(math.exp(self.data), math.exp(self.data))

    def log(self):
        return self._unary(math.log(self.data), 1 / self.data)

    def tanh(self):
        y = math.tanh(self.data)
        return self._unary(y, (1 - y) * (1 + y))

    def relu(self):
        return self._unary(self.data if self.data > 0 else 0, 1 if self.data > 0 else 0)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -ClosureValue.of(other)

    def __truediv__(self, other):
        return self * ClosureValue.of(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return self**-1 * other

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.grad = 0
        self.grad = 1
        for node in order[::-1]:
            node.send()


@alternative("Value")
class ListsOfPairs(Node):
    """Values hold (parent, derivative) pairs and walk without topological_order."""

    def __init__(self, data, *pairs):
        super().__init__(data, tuple(parent for parent, _ in pairs))
        self.pairs = pairs

    def _both(self, other, f, df):
        other = other if isinstance(other, ListsOfPairs) else ListsOfPairs(other)
        a, b = self.data, other.data
        da, db = df(a, b)
        return ListsOfPairs(f(a, b), (self, da), (other, db))

    def __add__(self, other):
        return self._both(other, lambda a, b: a + b, lambda a, b: (1, 1))

    def __sub__(self, other):
        return self._both(other, lambda a, b: a - b, lambda a, b: (1, -1))

    def __rsub__(self, other):
        return self._both(other, lambda a, b: b - a, lambda a, b: (-1, 1))

    def __mul__(self, other):
        return self._both(other, lambda a, b: a * b, lambda a, b: (b, a))

    def __truediv__(self, other):
        return self._both(other, lambda a, b: a / b, lambda a, b: (1 / b, -a / (b * b)))

    def __rtruediv__(self, other):
        return self._both(other, lambda a, b: b / a, lambda a, b: (-b / (a * a), 1 / a))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, p):
        return ListsOfPairs(np.power(self.data, p), (self, p * np.power(self.data, p - 1.0)))

    def __neg__(self):
        return ListsOfPairs(-self.data, (self, -1.0))

    def exp(self):
        return ListsOfPairs(np.exp(self.data), (self, np.exp(self.data)))

    def log(self):
        return ListsOfPairs(np.log(self.data), (self, self.data**-1))

    def tanh(self):
        e = math.exp(2 * self.data)
        return ListsOfPairs((e - 1) / (e + 1), (self, 4 * e / (e + 1) ** 2))

    def relu(self):
        return ListsOfPairs(np.maximum(self.data, 0), (self, np.heaviside(self.data, 0)))

    def backward(self):
        self._clear()
        self.grad = 1.0
        self._pass_on(1.0)

    def _clear(self):
        self.grad = 0.0
        for parent, _ in self.pairs:
            parent._clear()

    def _pass_on(self, arrived):
        """Only what has just arrived goes on: right without an order, but slow."""
        for parent, derivative in self.pairs:
            parent.grad += arrived * derivative
            parent._pass_on(arrived * derivative)


@alternative("Value")
class LateDerivatives(Node):
    """Values remember the name of the operation; derivatives are worked out on the way back."""

    def __init__(self, data, parents=(), name="", exponent=None):
        super().__init__(data, parents, (), name)
        self.exponent = exponent

    def _result(self, name, data, *others):
        return LateDerivatives(data, (self, *others), name)

    def _value(self, x):
        return x if isinstance(x, LateDerivatives) else LateDerivatives(x)

    def __add__(self, x):
        x = self._value(x)
        return self._result("add", self.data + x.data, x)

    def __mul__(self, x):
        x = self._value(x)
        return self._result("mul", self.data * x.data, x)

    def __sub__(self, x):
        return self + self._value(x) * -1

    def __truediv__(self, x):
        return self * self._value(x) ** -1

    def __pow__(self, p):
        return LateDerivatives(self.data**p, (self,), "pow", p)

    def __neg__(self):
        return self * -1

    def __radd__(self, x):
        return self + x

    def __rmul__(self, x):
        return self * x

    def __rsub__(self, x):
        return -self + x

    def __rtruediv__(self, x):
        return self._value(x) / self

    def exp(self):
        return self._result("exp", np.exp(self.data))

    def log(self):
        return self._result("log", np.log(self.data))

    def tanh(self):
        return self._result("tanh", np.tanh(self.data))

    def relu(self):
        return self._result("relu", self.data * (self.data > 0))

    def backward(self):
        order = topological_order(self)
        grads = dict.fromkeys(order, 0.0)
        grads[self] = 1.0
        for node in reversed(order):
            g, y = grads[node], node.data
            if node.operation in ("add", "mul"):
                left, right = node.parents
                grads[left] += g * (right.data if node.operation == "mul" else 1)
                grads[right] += g * (left.data if node.operation == "mul" else 1)
            elif node.operation:
                (a,) = node.parents
                if node.operation == "pow":
                    grads[a] += g * node.exponent * a.data ** (node.exponent - 1)
                elif node.operation == "exp":
                    grads[a] += g * y
                elif node.operation == "log":
                    grads[a] += g / a.data
                elif node.operation == "tanh":
                    grads[a] += g * (1 - y * y)
                else:
                    grads[a] += g if a.data > 0 else 0
        for node, gradient in grads.items():
            node.grad = gradient


@alternative("unbroadcast")
def front_then_ones(gradient, shape):
    while np.ndim(gradient) > len(shape):
        gradient = np.sum(gradient, axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


@alternative("unbroadcast")
def by_padded_shape(gradient, shape):
    padded = (1,) * (gradient.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i in range(gradient.ndim) if gradient.shape[i] != padded[i])
    return gradient.sum(axis=axes, keepdims=True).reshape(shape)


@alternative("unbroadcast")
def entry_by_entry(gradient, shape):
    result = np.zeros(shape)
    positions = np.broadcast_to(np.arange(result.size).reshape(shape), gradient.shape)
    for position, value in zip(positions.ravel(), gradient.ravel(), strict=True):
        result.flat[position] += value
    return result


@alternative("unbroadcast")
def by_einsum(gradient, shape):
    letters = "abcdefgh"[: gradient.ndim]
    padded = (1,) * (gradient.ndim - len(shape)) + tuple(shape)
    kept = "".join(x for x, n, m in zip(letters, gradient.shape, padded, strict=True) if n == m)
    return np.einsum(f"{letters}->{kept}", gradient).reshape(shape)


@alternative("Tensor")
class ClosureTensor:
    """Each result keeps a function that adds to its parents' gradients."""

    __array_ufunc__ = None

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = np.array(data, dtype=float), None, tuple(parents)
        self.send = None

    @staticmethod
    def of(x):
        return x if isinstance(x, ClosureTensor) else ClosureTensor(x)

    def receive(self, gradient):
        gradient = np.asarray(gradient)
        extra = gradient.ndim - self.data.ndim
        gradient = gradient.sum(axis=tuple(range(extra)))
        for axis in range(self.data.ndim):
            if self.data.shape[axis] == 1:
                gradient = gradient.sum(axis=axis, keepdims=True)
        self.grad = self.grad + gradient

    def result(self, data, parents, send):
        out = ClosureTensor(data, parents)
        out.send = send
        return out

    def __add__(self, other):
        other = self.of(other)

        def send(dy):
            self.receive(dy)
            other.receive(dy)

        return self.result(self.data + other.data, [self, other], send)

    def __mul__(self, other):
        other = self.of(other)

        def send(dy):
            self.receive(dy * other.data)
            other.receive(dy * self.data)

        return self.result(self.data * other.data, [self, other], send)

    def __matmul__(self, other):
        other = self.of(other)

        def send(dy):
            self.receive(np.einsum("nm,dm->nd", dy, other.data))
            other.receive(np.einsum("nd,nm->dm", self.data, dy))

        return self.result(np.dot(self.data, other.data), [self, other], send)

    def sum(self, axis=None, keepdims=False):
        kept = self.data.sum(axis=axis, keepdims=True)
        out = kept if keepdims else self.data.sum(axis=axis)

        def send(dy):
            self.receive(np.ones(self.data.shape) * np.reshape(dy, kept.shape))

        return self.result(out, [self], send)

    def relu(self):
        def send(dy):
            self.receive(np.where(self.data > 0, dy, 0))

        return self.result(np.where(self.data > 0, self.data, 0), [self], send)

    __radd__, __rmul__ = __add__, __mul__

    def __rmatmul__(self, other):
        return self.of(other) @ self

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.grad = np.zeros(node.data.shape)
        self.grad = np.ones(self.data.shape)
        for node in reversed(order):
            if node.send:
                node.send(node.grad)


@alternative("Tensor")
class ShortTensor:
    """The skeleton's way, in other words: swapped sums, np.sign, one list of gradients."""

    __array_ufunc__ = None

    def __init__(self, data, parents=(), gradients=None):
        data = np.asarray(data)
        self.data = data if data.dtype.kind == "f" else data.astype(float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.gradients = gradients

    def operand(self, other):
        return other if isinstance(other, ShortTensor) else ShortTensor(np.asarray(other))

    def __add__(self, other):
        other = self.operand(other)
        return ShortTensor(self.data + other.data, (self, other), lambda dy: (dy, dy))

    def __mul__(self, other):
        a, b = self, self.operand(other)
        return ShortTensor(a.data * b.data, (a, b), lambda dy: [b.data * dy, a.data * dy])

    def __matmul__(self, other):
        a, b = self, self.operand(other)
        return ShortTensor(a.data @ b.data, (a, b), lambda dy: [dy @ b.data.T, (dy.T @ a.data).T])

    def sum(self, axis=None, keepdims=False):
        shape = self.data.shape
        axes = range(len(shape)) if axis is None else np.atleast_1d(axis) % len(shape)
        kept = [1 if i in axes else size for i, size in enumerate(shape)]

        def gradients(dy):
            return [np.zeros(shape) + dy.reshape(kept)]

        return ShortTensor(np.sum(self.data, axis=axis, keepdims=keepdims), (self,), gradients)

    def relu(self):
        mask = (np.sign(self.data) + 1) // 2 * np.abs(np.sign(self.data))
        return ShortTensor(self.data * mask, (self,), lambda dy: [mask * dy])

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rmatmul__(self, other):
        return self.operand(other) @ self

    def backward(self):
        order = list(topological_order(self))
        for node in order:
            node.grad = 0 * node.data
        self.grad = self.grad + 1
        while order:
            node = order.pop()
            for i, parent in enumerate(node.parents):
                gradient = node.gradients(node.grad)[i]
                parent.grad = parent.grad + unbroadcast(gradient, np.shape(parent.data))


@alternative("Tensor")
class UndoesBroadcastingEarly:
    """Operands are broadcast by operations of their own, so that backward needs no unbroadcast."""

    __array_ufunc__ = None

    def __init__(self, data, *pairs):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros(self.data.shape)
        self.pairs = pairs

    @property
    def parents(self):
        return tuple(parent for parent, _ in self.pairs)

    def operand(self, other):
        new = UndoesBroadcastingEarly
        return other if isinstance(other, new) else new(other)

    def to(self, shape):
        if self.data.shape == shape:
            return self
        repeated = np.broadcast_to(self.data, shape)
        own = self.data.shape
        return UndoesBroadcastingEarly(repeated, (self, lambda dy: unbroadcast(dy, own)))

    def same(self, other):
        other = self.operand(other)
        shape = np.broadcast_shapes(self.data.shape, other.data.shape)
        return self.to(shape), other.to(shape)

    def __add__(self, other):
        a, b = self.same(other)
        return UndoesBroadcastingEarly(a.data + b.data, (a, np.copy), (b, np.copy))

    def __mul__(self, other):
        a, b = self.same(other)
        return UndoesBroadcastingEarly(
            a.data * b.data, (a, lambda dy: dy * b.data), (b, lambda dy: dy * a.data)
        )

    def __matmul__(self, other):
        a, b = self, self.operand(other)
        return UndoesBroadcastingEarly(
            a.data @ b.data,
            (a, lambda dy: np.matmul(dy, np.transpose(b.data))),
            (b, lambda dy: np.matmul(np.transpose(a.data), dy)),
        )

    def sum(self, axis=None, keepdims=False):
        def spread(dy):
            if axis is None:
                return np.full(self.data.shape, dy.sum())
            if not keepdims:
                dy = np.expand_dims(dy, axis)
            return np.ones(self.data.shape) * dy

        return UndoesBroadcastingEarly(self.data.sum(axis, keepdims=keepdims), (self, spread))

    def relu(self):
        result = np.clip(self.data, 0, None)
        return UndoesBroadcastingEarly(result, (self, lambda dy: np.where(result > 0, dy, 0)))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rmatmul__(self, other):
        return self.operand(other) @ self

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.grad = np.zeros(node.data.shape)
        self.grad = np.ones(self.data.shape)
        for node in reversed(order):
            for parent, back in node.pairs:
                parent.grad = parent.grad + back(node.grad)
