"""The artificial neuron and its oldest learning rule (chapter 1)."""

import numpy as np

from dlutils.rules import binary, generator, whole
from dlutils.shapes import refuses, shapes


@shapes(x="N D", w="D", b="")
def neuron(x, w, b):
    """Weighted sums of one neuron, x w + b: x (N, D), w (D,), b number -> (N,)."""
    return x @ w + b


@shapes(x="N D", w="D", b="")
def perceptron_predict(x, w, b):
    """Decisions of a perceptron: 1 exactly where x w + b > 0, else 0: x (N, D), w (D,) -> (N,)."""
    return (x @ w + b > 0).astype(int)


@shapes(w="D", b="", x="D", y=binary, lr="")
def perceptron_update(w, b, x, y, lr):
    """One step of the perceptron rule on one sample: x (D,), y 0 or 1 -> w (D,), b.

    w + lr (y - prediction) x and b + lr (y - prediction); nothing changes where the prediction is
    right. The arguments stay as they are. F. Rosenblatt, Psychological Review 65(6), 1958.
    """
    error = int(y) - int(x @ w + b > 0)
    return w + lr * error * x, b + lr * error


def _neither_0_nor_1(x, y, epochs, lr, rng):
    if strange := [label for label in y if label not in (0, 1)]:
        return f"y must hold 0 and 1, got {strange[0]}"
    return None


@shapes(x="N D", y="N", epochs=whole(0), lr="", rng=generator)
@refuses(_neither_0_nor_1)
def train_perceptron(x, y, epochs, lr, rng):
    """Train a perceptron from zeros: x (N, D), y (N,) of 0 and 1 -> w (D,), b, errors.

    Every epoch visits the samples in the order of one `rng.permutation(N)` and counts the mistakes
    made on the way. Training ends after `epochs` epochs, or after the first without a mistake;
    `errors` holds the count of every epoch run, a final 0 included.
    """
    w, b, errors = np.zeros(x.shape[1], x.dtype), 0.0, []
    for _ in range(epochs):
        mistakes = 0
        for i in rng.permutation(len(x)):
            mistakes += int(perceptron_predict(x[i : i + 1], w, b)[0] != y[i])
            w, b = perceptron_update(w, b, x[i], y[i], lr)
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@shapes(x="N D", W="D M", b="M")
def layer(x, W, b):
    """M neurons that read the same inputs, x W + b: x (N, D), W (D, M), b (M,) -> (N, M)."""
    return x @ W + b


def xor_network():
    """Two layers of steps that compute XOR -> W1 (2, 2), b1 (2,), W2 (2, 1), b2 (1,).

    The first hidden neuron says "at least one", the second "both"; the output neuron fires for the
    first without the second.
    """
    W1 = np.array([[1.0, 1.0], [1.0, 1.0]])
    b1 = np.array([-0.5, -1.5])
    W2 = np.array([[1.0], [-1.0]])
    b2 = np.array([-0.5])
    return W1, b1, W2, b2
