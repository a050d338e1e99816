"""Chapter 5: learning rates and schedules on Fashion-MNIST, and how steep a network's loss gets.

The network has 784 inputs, 64 ReLUs and 10 outputs. It learns from 4,000 of the training images;
the other 1,000 validate. The test images are not touched.
"""

from itertools import pairwise

import numpy as np

import dlutils as dl
from dlutils import datasets

SIZES = (784, 64, 10)
SEEDS = range(3)
LEARNING_RATES = [round(m * 10.0**k, 6) for k in range(-4, 1) for m in (1, 3)]
STEPS = {
    "SGD": lambda lr: lambda w, dw, state: (dl.sgd_step(w, dw, lr), None),
    "momentum": lambda lr: lambda w, dw, state: dl.momentum_step(w, dw, state, lr),
    "Nesterov": lambda lr: lambda w, dw, state: dl.nesterov_step(w, dw, state, lr),
    "AdaGrad": lambda lr: lambda w, dw, state: dl.adagrad_step(w, dw, state, lr),
    "RMSProp": lambda lr: lambda w, dw, state: dl.rmsprop_step(w, dw, state, lr),
    "Adam": lambda lr: lambda w, dw, state: dl.adam_step(w, dw, state, lr),
}
EPOCHS, LONG, BATCH = 5, 20, 100
PER_EPOCH = 4000 // BATCH
SCHEDULES = {
    "constant": lambda step, total: 0.01,
    "step": lambda step, total: dl.step_schedule(step, 0.01, total // 3, 0.1),
    "cosine": lambda step, total: dl.cosine_schedule(step, total, 0.01, PER_EPOCH),
}


def compute():
    """Sweep, schedules and sharpness as plain data: one number per seed, None where it diverged."""
    return {
        "learning_rates": LEARNING_RATES,
        "sweep": {
            name: [[_run(step(lr), seed, EPOCHS) for seed in SEEDS] for lr in LEARNING_RATES]
            for name, step in STEPS.items()
        },
        "schedules": {
            name: [_run(_scheduled(rate), seed, LONG) for seed in SEEDS]
            for name, rate in SCHEDULES.items()
        },
        "sharpness": {str(lr): _sharpness(lr) for lr in (0.05, 0.1, 0.2)},
    }


def _scheduled(rate):
    """Adam whose learning rate follows a schedule; the state keeps the count of steps."""

    def step(w, dw, state):
        count, adam = state or (0, None)
        w, adam = dl.adam_step(w, dw, adam, rate(count, LONG * PER_EPOCH))
        return w, (count + 1, adam)

    return step


def first_weights(rng):
    """W1, b1, W2, b2 as float32: normal weights of variance 2 / inputs, biases 0."""
    arrays = []
    for n_in, n_out in pairwise(SIZES):
        arrays += [rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)), np.zeros(n_out)]
    return [array.astype(np.float32) for array in arrays]


def logits_of(arrays, x):
    """What the network answers: x (N, 784) -> (N, 10)."""
    return dl.mlp_forward(x, _layers(arrays))[-1]


def _layers(arrays):
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def loss_and_gradients(arrays, x, y):
    """The loss on a minibatch, and its gradient by each of W1, b1, W2, b2."""
    outputs = dl.mlp_forward(x, _layers(arrays))
    dlogits = dl.cross_entropy_backward(outputs[-1], y)
    pairs = dl.mlp_backward(dlogits, outputs, _layers(arrays))
    return dl.cross_entropy(outputs[-1], y), [part for pair in pairs for part in pair]


def _run(step, seed, epochs):
    """Mean training loss of the last epoch and validation accuracy, or None if not finite."""
    data, rng = datasets.fashion(), np.random.default_rng(seed)
    x, labels = data.x_train.reshape(-1, 784), data.y_train
    arrays, states, losses = first_weights(rng), [None] * 4, []
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for chosen in rng.permutation(4000).reshape(-1, BATCH):
                loss, grads = loss_and_gradients(arrays, x[chosen], labels[chosen])
                losses.append(loss)
                pairs = [step(*each) for each in zip(arrays, grads, states, strict=True)]
                arrays, states = zip(*pairs, strict=True)
        logits = logits_of(arrays, x[4000:])
    if not np.all(np.isfinite(losses)) or not np.all(np.isfinite(logits)):
        return None
    accuracy = dl.accuracy(logits, labels[4000:])
    return {"loss": round(float(np.mean(losses[-PER_EPOCH:])), 4), "accuracy": float(accuracy)}


def _sharpness(lr, images=500, steps=400, every=10):
    """Full-batch gradient descent: [[step, loss, largest curvature], ...]."""
    data, rng = datasets.fashion(), np.random.default_rng(0)
    x, labels = data.x_train[:images].reshape(images, 784).astype(float), data.y_train[:images]
    arrays = [array.astype(float) for array in first_weights(rng)]
    direction, found = [rng.normal(size=array.shape) for array in arrays], []
    for step in range(steps + 1):
        loss, grads = loss_and_gradients(arrays, x, labels)
        if step % every == 0:
            for _ in range(40 if step == 0 else 6):  # the direction changes little in between
                length = np.sqrt(sum(np.sum(part**2) for part in direction))
                direction = _curved(arrays, [part / length for part in direction], x, labels)
            length = np.sqrt(sum(np.sum(part**2) for part in direction))
            found.append([step, round(float(loss), 4), round(float(length), 3)])
        arrays = [w - lr * dw for w, dw in zip(arrays, grads, strict=True)]
    return found


def _curved(arrays, direction, x, labels):
    """The Hessian of the loss times a direction: how the gradient changes along it.

    B. Pearlmutter, 1994: differentiate every line of the forward and backward pass (`r...`).
    """
    (_, _, W2, _), (V1, c1, V2, c2) = arrays, direction
    _, a, logits = dl.mlp_forward(x, _layers(arrays))
    p, dlogits = dl.softmax(logits), dl.cross_entropy_backward(logits, labels)
    ra = (x @ V1 + c1) * (a > 0)
    rlogits = ra @ W2 + a @ V2 + c2
    rdlogits = p * (rlogits - (p * rlogits).sum(axis=1, keepdims=True)) / len(x)
    rdz = (rdlogits @ W2.T + dlogits @ V2.T) * (a > 0)
    return [x.T @ rdz, rdz.sum(axis=0), ra.T @ dlogits + a.T @ rdlogits, rdlogits.sum(axis=0)]
