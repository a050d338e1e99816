"""Rows of fully connected networks and of Adam."""

from itertools import pairwise

import mygrad as mg
import numpy as np
import torch
from frame import row
from mygrad.nnet.losses import softmax_crossentropy

import dlutils as dl


def ours(x, labels, *sizes):
    """A training step of an MLP with Adam in dlutils."""
    layers = []
    for i, (n_in, n_out) in enumerate(pairwise(sizes)):
        layers += [dl.ReLU()] if i else []
        layers.append(dl.Linear(n_in, n_out, np.random.default_rng(i)))
    model = dl.Sequential(*layers)
    optimizer = dl.Adam(model, lr=1e-4)

    def step():
        _, dlogits = dl.cross_entropy_and_gradient(model(x), labels)
        model.backward_params(dlogits)
        optimizer.step()

    return step


def in_torch(x, labels, *sizes):
    """The same step in PyTorch."""
    layers = []
    for i, (n_in, n_out) in enumerate(pairwise(sizes)):
        layers += [torch.nn.ReLU()] if i else []
        layers.append(torch.nn.Linear(n_in, n_out))
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    x, labels = torch.tensor(x), torch.tensor(labels)

    def step():
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), labels).backward()
        optimizer.step()

    return step


def in_mygrad(x, labels, *sizes):
    """The same step in mygrad, with the library's own optimiser as mygrad has none."""
    rng = np.random.default_rng(0)
    shapes = list(pairwise(sizes))
    params = [mg.tensor(dl.he_init(*shape, rng).astype(np.float32)) for shape in shapes]
    biases = [mg.tensor(np.zeros(n_out, np.float32)) for _, n_out in shapes]
    states = [None] * (2 * len(shapes))

    def step():
        y = x
        for i, (W, b) in enumerate(zip(params, biases, strict=True)):
            y = mg.matmul(mg.maximum(y, 0) if i else y, W) + b
        softmax_crossentropy(y, labels).backward()
        for i, w in enumerate(params + biases):
            w.data[...], states[i] = dl.adam_step(w.data, w.grad, states[i], 1e-4)

    return step


def steps(N, *sizes):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, sizes[0])).astype(np.float32)
    labels = rng.integers(sizes[-1], size=N)
    makers = {"dlutils": ours, "torch": in_torch, "mygrad": in_mygrad}
    return {library: make(x, labels, *sizes) for library, make in makers.items()}


@row("tiny MLP step, 8-16-16-4, batch 16", target=0.25)
def tiny_mlp():
    return steps(16, 8, 16, 16, 4)


@row("MLP step, 784-256-128-10, batch 128", target=1.1)
def mlp():
    return steps(128, 784, 256, 128, 10)


@row("Adam, 1M parameters", target=1.1)
def adam():
    gradient = np.random.default_rng(0).normal(size=(1000, 999)).astype(np.float32)
    model = dl.Linear(1000, 999, np.random.default_rng(0))
    model.dW, model.db = gradient, gradient[0]
    parameters = [torch.nn.Parameter(torch.tensor(w)) for w in model.named_parameters().values()]
    parameters[0].grad, parameters[1].grad = torch.tensor(gradient), torch.tensor(gradient[0])
    return {"dlutils": dl.Adam(model).step, "torch": torch.optim.Adam(parameters).step}
