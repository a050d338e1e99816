"""PyTorch's values for chapters 7 to 9, next to what dlutils makes of the same inputs.

Each `..._case(torch, rng, sizes...)` computes one case of any size; the recorded ones are listed in
`@records`, and tests/test_torch_architectures.py draws more. Chapters
10 to 13 are in transformers.py and techniques.py.
"""

import numpy as np

import dlutils as dl
from tests.torch_values import (
    compares,
    forward_backward,
    records,
    techniques,  # noqa: F401 (marks functions)
    transformers,  # noqa: F401
)
from tests.torch_values.results import agree, named


def convolution_case(torch, rng, N, C, size, F, kernel, stride, pad):
    arrays = {
        "x": rng.normal(size=(N, C, *size)),
        "W": rng.normal(size=(F, C, *kernel)),
        "b": rng.normal(size=F),
    }

    def conv2d(x, W, b):
        return torch.nn.functional.conv2d(x, W, b, stride, pad)

    inputs, outputs = forward_backward(torch, conv2d, rng, **arrays)
    return inputs | {"stride": np.array(stride), "pad": np.array(pad)}, outputs


@records("convolution")
def torch_convolution(torch, rng):
    cases = {
        "3 x 3, pad 1": (2, 3, (5, 6), 4, (3, 3), 1, 1),
        "stride 2, pad 0, pixels left over": (2, 2, (8, 6), 3, (3, 3), 2, 0),
        "not square, batch 1": (1, 2, (5, 7), 2, (2, 3), 1, 0),
        "stride above the kernel": (3, 1, (7, 7), 2, (2, 1), 3, 1),
        "kernel as large as the image": (2, 3, (3, 4), 2, (3, 4), 1, 0),
        "1 x 1": (2, 3, (3, 2), 4, (1, 1), 1, 0),
        "pad above the kernel": (2, 1, (2, 2), 1, (2, 2), 2, 3),
    }
    for case, sizes in cases.items():
        yield case, *convolution_case(torch, rng, *sizes)


@compares("convolution")
def our_convolution(x, W, b, stride, pad, dy):
    results = []
    for forward, backward in [
        (dl.conv2d_forward, dl.conv2d_backward),
        (dl.conv2d_forward_naive, dl.conv2d_backward_naive),
    ]:
        y, cache = forward(x, W, b, int(stride), int(pad))
        results.append(named(y, backward(dy, cache), "x W b"))
    return agree(*results)


def pooling_case(torch, rng, N, C, size, window, stride, ties):
    x = rng.normal(size=(N, C, *size))
    x = np.round(x) if ties else x

    def max_pool2d(x):
        return torch.nn.functional.max_pool2d(x, window, stride)

    inputs, outputs = forward_backward(torch, max_pool2d, rng, x=x)
    return inputs | {"size": np.array(window), "stride": np.array(stride)}, outputs


@records("pooling")
def torch_pooling(torch, rng):
    cases = {
        "2 x 2": (2, 3, (4, 6), 2, 2, False),
        "ties": (2, 3, (6, 6), 2, 2, True),
        "overlapping": (2, 2, (7, 5), 3, 2, False),
        "overlapping ties": (2, 2, (6, 7), 3, 1, True),
        "pixels left over, batch 1": (1, 2, (5, 7), 2, 2, False),
        "gaps between windows": (2, 1, (8, 7), 2, 3, True),
    }
    for case, sizes in cases.items():
        yield case, *pooling_case(torch, rng, *sizes)


@compares("pooling")
def our_pooling(x, size, stride, dy):
    results = []
    for forward, backward in [
        (dl.max_pool2d_forward, dl.max_pool2d_backward),
        (dl.max_pool2d_forward_naive, dl.max_pool2d_backward_naive),
    ]:
        y, cache = forward(x, int(size), int(stride))
        results.append({"y": y, "dx": backward(dy, cache)})
    return agree(*results)


@records("global_average_pool")
def torch_global_average_pool(torch, rng):
    def pool(x):
        return torch.nn.functional.adaptive_avg_pool2d(x, 1)[:, :, 0, 0]

    yield "batch", *forward_backward(torch, pool, rng, x=rng.normal(size=(3, 2, 4, 5)))
    yield "one pixel", *forward_backward(torch, pool, rng, x=rng.normal(size=(1, 2, 1, 1)))


@compares("global_average_pool")
def our_global_average_pool(x, dy):
    y, cache = dl.global_average_pool_forward(x)
    return {"y": y, "dx": dl.global_average_pool_backward(dy, cache)}


def embedding_case(torch, rng, shape, V, D):
    E, ids = rng.normal(size=(V, D)), rng.integers(V, size=shape)
    return forward_backward(torch, torch.nn.functional.embedding, rng, input=ids, weight=E)


@records("embedding")
def torch_embedding(torch, rng):
    cases = {"repeated ids": ((3, 5), 4, 2), "one id": ((1, 1), 3, 2), "no batch": ((4,), 9, 1)}
    for case, sizes in cases.items():
        yield case, *embedding_case(torch, rng, *sizes)


@compares("embedding")
def our_embedding(input, weight, dy):
    y, cache = dl.embedding_forward(input, weight)
    results = [
        {"y": y, "dweight": backward(dy, cache)}
        for backward in (dl.embedding_backward, dl.embedding_backward_fast)
    ]
    return agree(*results)


def recurrent_case(torch, rng, kind, gates, N, T, D, H):
    """A sequence through torch.nn.RNN, LSTM or GRU with our weights; `gates` in PyTorch's order."""
    module = getattr(torch.nn, kind)(D, H, batch_first=True, dtype=torch.float64)
    arrays = {
        "x": rng.normal(size=(N, T, D)),
        "h0": rng.normal(size=(N, H)),
        "Wx": rng.normal(size=(D, len(gates) * H)),
        "Wh": rng.normal(size=(H, len(gates) * H)),
        "b": rng.normal(size=len(gates) * H),
    }
    order = np.concatenate([np.arange(gate * H, (gate + 1) * H) for gate in gates])

    def sequence(x, h0, Wx, Wh, b):
        weights = {
            "weight_ih_l0": Wx[:, order].T,
            "weight_hh_l0": Wh[:, order].T,
            "bias_ih_l0": b[order],
            "bias_hh_l0": torch.zeros_like(b),
        }
        state = (h0[None], torch.zeros_like(h0)[None]) if kind == "LSTM" else h0[None]
        return torch.func.functional_call(module, weights, (x, state))[0]

    return forward_backward(torch, sequence, rng, **arrays)


RECURRENT_SIZES = {
    "sequence": (3, 5, 2, 4),
    "T = 1": (2, 1, 3, 2),
    "batch 1": (1, 4, 2, 3),
    "one unit": (2, 3, 1, 1),
}
KINDS = {"rnn": ("RNN", (0,)), "lstm": ("LSTM", (0, 1, 3, 2)), "gru": ("GRU", (0, 1, 2))}


def records_recurrent(name):
    @records(name)
    def recorder(torch, rng):
        for case, sizes in RECURRENT_SIZES.items():
            yield case, *recurrent_case(torch, rng, *KINDS[name], *sizes)


for name in KINDS:
    records_recurrent(name)


def our_sequence(forward, backward, dy, **arrays):
    y, cache = forward(**arrays)
    return named(y, backward(dy, cache), "x h0 Wx Wh b")


@compares("rnn")
def our_rnn(**arrays):
    return our_sequence(dl.rnn_forward, dl.rnn_backward, **arrays)


@compares("lstm")
def our_lstm(**arrays):
    return agree(
        our_sequence(dl.lstm_forward, dl.lstm_backward, **arrays),
        our_sequence(dl.lstm_forward_fast, dl.lstm_backward_fast, **arrays),
    )


@compares("gru")
def our_gru(x, h0, Wx, Wh, b, dy):
    results = our_sequence(dl.gru_forward, dl.gru_backward, dy=dy, x=x, h0=h0, Wx=Wx, Wh=Wh, b=b)
    first = dl.gru_step_forward(x[:, 0], h0, Wx, Wh, b)
    np.testing.assert_allclose(first, results["y"][:, 0], rtol=0, atol=1e-12)
    return results


def temporal_case(torch, rng, N, T, V, share):
    logits, labels = 3 * rng.normal(size=(N, T, V)), rng.integers(V, size=(N, T))
    mask = rng.random((N, T)) < share
    mask[0, 0] = True
    tensor = torch.tensor(logits, requires_grad=True)
    targets = torch.tensor(np.where(mask, labels, -100))  # what PyTorch ignores by default
    loss = torch.nn.functional.cross_entropy(tensor.swapaxes(1, 2), targets)
    loss.backward()
    inputs = {"logits": logits, "labels": labels, "mask": mask}
    return inputs, {"loss": loss.detach().numpy(), "dlogits": tensor.grad.numpy()}


@records("temporal_cross_entropy")
def torch_temporal_cross_entropy(torch, rng):
    cases = {"half kept": (3, 4, 5, 0.5), "all kept": (2, 3, 4, 1.0), "one kept": (2, 1, 3, 0.0)}
    for case, sizes in cases.items():
        yield case, *temporal_case(torch, rng, *sizes)


@compares("temporal_cross_entropy")
def our_temporal_cross_entropy(logits, labels, mask):
    loss, dlogits = dl.temporal_cross_entropy(logits, labels, mask)
    return {"loss": loss, "dlogits": dlogits}
