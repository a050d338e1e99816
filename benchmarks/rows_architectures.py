"""Rows of convolution, pooling, norms, recurrent networks and attention: forward and backward."""

import mygrad as mg
import numpy as np
import torch
from frame import row
from memory import peak
from mygrad.nnet.activations import softmax
from mygrad.nnet.layers import batchnorm, conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

import dlutils as dl


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def small(*shape, seed=1):
    """Weights of a size that keeps a recurrent network away from saturation."""
    return normal(*shape, seed=seed) / np.float32(shape[0] ** 0.5)


def ours(layer, x):
    """Forward and backward of a dlutils layer, for a dy of ones."""
    dy = np.ones_like(layer(x))

    def work():
        layer(x)
        layer.backward(dy)

    return work


def in_torch(module, x):
    """Forward and backward of a PyTorch module or function, dx included."""
    x = torch.tensor(x, requires_grad=True)
    parameters = list(module.parameters()) if isinstance(module, torch.nn.Module) else []
    dy = torch.ones_like(module(x))

    def work():
        torch.autograd.grad(module(x), [x, *parameters], dy)

    return work


def in_mygrad(function, *arrays):
    """Forward and backward of a mygrad function of tensors."""
    tensors = [mg.tensor(array) for array in arrays]
    dy = np.ones_like(function(*tensors).data)

    def work():
        function(*tensors).backward(dy)

    return work


def convolution(n_in, n_out, size):
    x, W = normal(64, n_in, size, size), normal(n_out, n_in, 3, 3)
    return {
        "dlutils": ours(dl.Conv2d(n_in, n_out, 3, np.random.default_rng(0), pad=1), x),
        "torch": in_torch(torch.nn.Conv2d(n_in, n_out, 3, padding=1), x),
        "mygrad": in_mygrad(lambda x, W: conv_nd(x, W, stride=1, padding=1), x, W),
    }


@row("conv 3x3, 16 -> 32, 14x14, batch 64", target=2.3)
def small_convolution():
    return convolution(16, 32, 14)


@row("conv 3x3, 32 -> 64, 16x16, batch 64", target=2.3)
def large_convolution():
    return convolution(32, 64, 16)


def pooling(channels, size):
    x = normal(64, channels, size, size)
    return {
        "dlutils": ours(dl.MaxPool2d(2), x),
        "torch": in_torch(lambda x: torch.nn.functional.max_pool2d(x, 2), x),
        "mygrad": in_mygrad(lambda x: max_pool(x, (2, 2), 2), x),
    }


@row("max pooling 2x2, 16 x 28x28, batch 64", target=0.7)
def large_pooling():
    return pooling(16, 28)


@row("max pooling 2x2, 32 x 14x14, batch 64", target=0.7)
def small_pooling():
    return pooling(32, 14)


@row("batch norm, 256 features, batch 128", target=1.5)
def batch_norm():
    x, gamma, beta = normal(128, 256), normal(256), normal(256)
    return {
        "dlutils": ours(dl.BatchNorm(256), x),
        "torch": in_torch(torch.nn.BatchNorm1d(256), x),
        "mygrad": in_mygrad(
            lambda x, gamma, beta: batchnorm(x, gamma=gamma, beta=beta, eps=1e-5), x, gamma, beta
        ),
    }


@row("batch norm, 32 x 14x14, batch 64", target=1.5)
def spatial_batch_norm():
    x, gamma, beta = normal(64, 32, 14, 14), normal(32), normal(32)
    return {
        "dlutils": ours(dl.BatchNorm(32), x),
        "torch": in_torch(torch.nn.BatchNorm2d(32), x),
        "mygrad": in_mygrad(
            lambda x, gamma, beta: batchnorm(x, gamma=gamma, beta=beta, eps=1e-5), x, gamma, beta
        ),
    }


def lstm_in_mygrad(x, Wx, Wh, b, H=128):
    """mygrad has no LSTM: the step's equations, in its operations."""
    h = c = mg.tensor(np.zeros((x.shape[0], H), np.float32))
    states = []
    for t in range(x.shape[1]):
        z = mg.matmul(x[:, t], Wx) + mg.matmul(h, Wh) + b
        i, f, o = (mg.nnet.activations.sigmoid(z[:, k * H : (k + 1) * H]) for k in range(3))
        c = f * c + i * mg.tanh(z[:, 3 * H :])
        h = o * mg.tanh(c)
        states.append(h)
    return mg.stack(states, axis=1)


@row("LSTM, T 32, N 64, D 64, H 128", target=1.7)
def lstm():
    x = normal(64, 32, 64)
    module = torch.nn.LSTM(64, 128, batch_first=True, bias=True)
    dy = torch.ones(64, 32, 128)
    tensor = torch.tensor(x, requires_grad=True)

    def torch_work():
        torch.autograd.grad(module(tensor)[0], [tensor, *module.parameters()], dy)

    weights = small(64, 512), small(128, 512), normal(512)
    return {
        "dlutils": ours(dl.LSTM(64, 128, np.random.default_rng(0)), x),
        "torch": torch_work,
        "mygrad": in_mygrad(lstm_in_mygrad, x, *weights),
    }


def attention_in_mygrad(x, Wq, Wk, Wv, Wo, heads=4):
    """mygrad has no attention: its equations, in its operations."""
    N, T, D = x.shape

    def split(y):
        return mg.transpose(y.reshape(N, T, heads, D // heads), (0, 2, 1, 3))

    q, k, v = (split(mg.matmul(x, W)) for W in (Wq, Wk, Wv))
    scores = mg.matmul(q, mg.transpose(k, (0, 1, 3, 2))) * np.float32((D // heads) ** -0.5)
    y = mg.transpose(mg.matmul(softmax(scores, axis=-1), v), (0, 2, 1, 3))
    return mg.matmul(y.reshape(N, T, D), Wo)


@row("multi-head attention, T 64, N 32, D 128, 4 heads", target=1.0)
def multi_head_attention():
    x = normal(32, 64, 128)
    module = torch.nn.MultiheadAttention(128, 4, bias=False, batch_first=True)
    tensor, dy = torch.tensor(x, requires_grad=True), torch.ones(32, 64, 128)

    def torch_work():
        y, _ = module(tensor, tensor, tensor, need_weights=False)
        torch.autograd.grad(y, [tensor, *module.parameters()], dy)

    weights = [small(128, 128, seed=seed) for seed in range(4)]
    return {
        "dlutils": ours(dl.MultiHeadAttention(128, 4, np.random.default_rng(0)), x),
        "torch": torch_work,
        "mygrad": in_mygrad(attention_in_mygrad, x, *weights),
    }


LABELS = np.random.default_rng(0).integers(10, size=64)


def our_cnn():
    """A training step of conv16-pool-conv32-pool-fc with ReLUs and plain SGD."""
    x, rng = normal(64, 1, 28, 28), np.random.default_rng(0)
    model = dl.Sequential(
        *(dl.Conv2d(1, 16, 3, rng, pad=1), dl.ReLU(), dl.MaxPool2d(2)),
        *(dl.Conv2d(16, 32, 3, rng, pad=1), dl.ReLU(), dl.MaxPool2d(2)),
        *(dl.Flatten(), dl.Linear(32 * 7 * 7, 10, rng)),
    )
    optimizer = dl.SGD(model, lr=1e-3)

    def step():
        _, dlogits = dl.cross_entropy_and_gradient(model(x), LABELS)
        model.backward_params(dlogits)
        optimizer.step()

    return step


def torch_cnn(memory_format):
    nn = torch.nn
    model = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(32 * 7 * 7, 10)),
    ).to(memory_format=memory_format)
    x = torch.tensor(normal(64, 1, 28, 28)).to(memory_format=memory_format)
    labels = torch.tensor(LABELS)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), labels).backward()
        optimizer.step()

    return step


def mygrad_cnn():
    x = normal(64, 1, 28, 28)
    shapes = (16, 1, 3, 3), (16, 1, 1), (32, 16, 3, 3), (32, 1, 1), (1568, 10), (10,)
    W1, b1, W2, b2, W3, b3 = params = [mg.tensor(0.1 * normal(*shape)) for shape in shapes]

    def step():
        y = max_pool(mg.maximum(conv_nd(x, W1, stride=1, padding=1) + b1, 0), (2, 2), 2)
        y = max_pool(mg.maximum(conv_nd(y, W2, stride=1, padding=1) + b2, 0), (2, 2), 2)
        logits = mg.matmul(y.reshape(64, -1), W3) + b3
        softmax_crossentropy(logits, LABELS).backward()
        for w in params:
            w.data[...] -= np.float32(1e-3) * w.grad

    return step


@row("CNN step, batch 64, 28x28", target=1.5)
def cnn():
    torch_step = torch_cnn(torch.contiguous_format)
    return {"dlutils": our_cnn(), "torch": torch_step, "mygrad": mygrad_cnn()}


@row("CNN step, against channels_last", target=2.2)
def cnn_against_channels_last():
    return {"dlutils": our_cnn(), "torch": torch_cnn(torch.channels_last)}


@peak("CNN step, batch 64, 28x28", limit=30)
def cnn_peak():
    return our_cnn()
