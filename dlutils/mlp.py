"""A multilayer perceptron as functions on `params = [(W, b), ...]`, in layer order."""

from dlutils.activations import relu, relu_backward
from dlutils.linear import linear_backward, linear_forward


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

    Walks the layers from last to first. An activation is positive exactly where its
    pre-activation was, so the ReLU's gradient needs nothing else.
    """
    grads, dy = [], dlogits
    for i in reversed(range(len(params))):
        W, b = params[i]
        dx, dW, db = linear_backward(dy, (activations[i], W, b))
        grads.append((dW, db))
        dy = relu_backward(dx, activations[i])
    return grads[::-1]


def gradient_descent_step(params, grads, lr):
    """One step against the gradient, W - lr dW and b - lr db -> new params; the old stay."""
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
