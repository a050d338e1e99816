"""Layers: thin objects that hold parameters around the forward/backward functions.

A layer is three things: `params` names its parameters, `forward` computes y and keeps a cache,
`backward` turns dy into dx and leaves the gradient of every parameter W in dW. Parameters are
float32 unless a layer is made with `dtype=np.float64`. The output has the wider dtype of input and
parameters: with float32 parameters, that of an input of floats.
"""

import math

import numpy as np

from dlutils.activations import relu, relu_backward, sigmoid, sigmoid_backward, tanh_backward
from dlutils.initializers import he_init
from dlutils.linear import linear_backward, linear_forward
from dlutils.rules import generator, whole
from dlutils.shapes import shapes


class Layer:
    """What all layers share; a new layer defines `params`, `forward` and `backward`.

    `params` names the attributes that are learnt, `buffers` those that are only kept and saved.
    A layer made of layers returns them by name from `children`.
    """

    params = ()
    buffers = ()
    training = True

    def forward(self, x):
        """y for the input x; what `backward` needs is kept in `self.cache`."""
        raise NotImplementedError

    def backward(self, dy):
        """dx for the gradient dy of the latest forward's y; leaves dW for every parameter W."""
        raise NotImplementedError

    def backward_params(self, dy):
        """`backward` without dx, which nobody needs of a model's first layer."""
        self.backward(dy)

    def __call__(self, x):
        return self.forward(x)

    def children(self):
        """The layers inside this one, {name: layer}."""
        return {}

    def walk(self, prefix=""):
        """Yield this layer and all layers inside it, each with its path: ("0.", layer)."""
        yield prefix, self
        for name, child in self.children().items():
            yield from child.walk(f"{prefix}{name}.")

    def named_parameters(self):
        """All parameters, inner layers' too, {"0.W": array}; the arrays themselves, no copies."""
        return {path + name: getattr(at, name) for path, at in self.walk() for name in at.params}

    def named_gradients(self):
        """The gradients that the latest backward left, under the names of their parameters."""
        return {path + n: getattr(at, f"d{n}") for path, at in self.walk() for n in at.params}

    def named_buffers(self):
        """What is kept but not learnt, such as running means, {"1.running_mean": array}."""
        return {path + name: getattr(at, name) for path, at in self.walk() for name in at.buffers}

    def train(self):
        """Switch to training: dropout drops, batch norm uses the batch's statistics."""
        for _, layer in self.walk():
            layer.training = True

    def eval(self):
        """Switch to prediction: nothing is random, nothing is updated."""
        for _, layer in self.walk():
            layer.training = False

    def __repr__(self):
        parts = [f"{name} {getattr(self, name).shape}" for name in self.params]
        parts += map(repr, self.children().values())
        return f"{type(self).__name__}({', '.join(parts)})"

    def __getattr__(self, name):
        # Python asks here only for what does not exist.
        raise AttributeError(
            f"{type(self).__name__} has no {name}: forward makes the cache, backward the gradients"
        )


class Linear(Layer):
    """Affine map y = x W + b: x (N, D), W (D, M), b (M,), y (N, M)."""

    params = ("W", "b")

    @shapes(n_in=whole(1), n_out=whole(1), rng=generator)
    def __init__(self, n_in, n_out, rng, dtype=np.float32, init=he_init):
        self.W = init(n_in, n_out, rng).astype(dtype)
        self.b = np.zeros(n_out, dtype)

    def forward(self, x):
        y, self.cache = linear_forward(x, self.W, self.b)
        return y

    def backward(self, dy):
        dx, self.dW, self.db = linear_backward(dy, self.cache)
        return dx

    def backward_params(self, dy):
        x, W, _ = self.cache
        if dy.shape != (len(x), W.shape[1]):
            raise ValueError(
                f"Linear: dy must have shape {(len(x), W.shape[1])}, got shape {dy.shape}"
            )
        self.dW, self.db = x.T @ dy, dy.sum(axis=0)


class ReLU(Layer):
    """max(0, x), any shape."""

    def forward(self, x):
        self.cache = x
        return relu(x)

    def backward(self, dy):
        return relu_backward(dy, self.cache)


class Sigmoid(Layer):
    """1 / (1 + exp(-x)), any shape."""

    def forward(self, x):
        self.cache = sigmoid(x)
        return self.cache

    def backward(self, dy):
        return sigmoid_backward(dy, self.cache)


class Tanh(Layer):
    """tanh(x), any shape; numpy's own, which is faster than chapter 2's exponentials."""

    def forward(self, x):
        self.cache = np.tanh(x)
        return self.cache

    def backward(self, dy):
        return tanh_backward(dy, self.cache)


class Flatten(Layer):
    """All axes after the batch become one: x (N, ...) -> y (N, D)."""

    @shapes(x="N ...")
    def forward(self, x):
        self.cache = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, dy):
        if dy.size != math.prod(self.cache):
            raise ValueError(f"Flatten: dy must fit x of shape {self.cache}, got shape {dy.shape}")
        return dy.reshape(self.cache)
