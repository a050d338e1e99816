"""A multilayer perceptron as functions on `params = [(W, b), ...]`, in layer order."""

import numpy as np

from dlutils.activations import relu, relu_backward
from dlutils.linear import linear_backward, linear_forward
from dlutils.shapes import refuses, shapes


def mlp_forward(x, params):
    """ReLU between the layers, none after the last: x (N, D) -> [x, a1, ..., logits (N, K)]."""
    activations = [x]
    for i, (W, b) in enumerate(params):
        z, _ = linear_forward(activations[-1], W, b)
        activations.append(relu(z) if i < len(params) - 1 else z)
    return activations


def count_parameters(params):
    """How many numbers the layers hold, biases included -> int."""
    return sum(W.size + b.size for W, b in params)


def mlp_backward(dlogits, activations, params):
    """Gradients of all layers, given what `mlp_forward` returned -> [(dW, db), ...].

    dlogits is (N, K), every dW and db has the shape of its W and b. Walks the layers from last to
    first. An activation is positive exactly where its pre-activation was, so the ReLU's gradient
    needs nothing else.
    """
    grads, dy = [], dlogits
    for i in reversed(range(len(params))):
        W, b = params[i]
        dx, dW, db = linear_backward(dy, (activations[i], W, b))
        grads.append((dW, db))
        dy = relu_backward(dx, activations[i])
    return grads[::-1]


def _of_other_shapes(params, grads, lr):
    if len(params) != len(grads):
        return f"grads must be of {len(params)} layers, as params is, got {len(grads)}"
    for i, (weights, gradients) in enumerate(zip(params, grads, strict=True)):
        shapes_, given = (tuple(map(np.shape, pair)) for pair in (weights, gradients))
        if shapes_ != given:
            return f"grads[{i}] must have the shapes of (W, b), {shapes_}, got {given}"
    return None


@shapes(lr="")
@refuses(_of_other_shapes)
def gradient_descent_step(params, grads, lr):
    """One step against the gradient, W - lr dW and b - lr db -> new params; the old stay.

    params is [(W, b), ...], grads [(dW, db), ...] of the same shapes.
    """
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
