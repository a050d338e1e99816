"""PyTorch's values for chapters 2 to 6 and 14, next to what dlutils makes of the same inputs."""

import numpy as np

import dlutils as dl
from tests.torch_values import compares, forward_backward, records


@records("linear")
def torch_linear(torch, rng):
    def linear(x, W, b):
        return torch.nn.functional.linear(x, W.T, b)

    for case, N, D, M in [("batch", 5, 3, 2), ("one sample", 1, 4, 3), ("one output", 6, 2, 1)]:
        x, W, b = rng.normal(size=(N, D)), rng.normal(size=(D, M)), rng.normal(size=M)
        yield case, *forward_backward(torch, linear, rng, x=x, W=W, b=b)


@compares("linear")
def our_linear(x, W, b, dy):
    y, cache = dl.linear_forward(x, W, b)
    dx, dW, db = dl.linear_backward(dy, cache)
    return {"y": y, "dx": dx, "dW": dW, "db": db}


@records("activations")
def torch_activations(torch, rng):
    def together(x):
        return torch.stack([torch.sigmoid(x), torch.tanh(x), torch.relu(x), torch.softmax(x, -1)])

    yield "any shape", *forward_backward(torch, together, rng, x=rng.normal(size=(2, 3, 4)))
    yield "large", *forward_backward(torch, together, rng, x=np.array([-800.0, -30, 0, 5, 40, 900]))
    yield "one number", *forward_backward(torch, together, rng, x=np.array([0.3]))


@compares("activations")
def our_activations(x, dy):
    y = np.stack([dl.sigmoid(x), dl.tanh(x), dl.relu(x), dl.softmax(x)])
    dsoftmax = y[3] * (dy[3] - (dy[3] * y[3]).sum(axis=-1, keepdims=True))
    dx = (
        dl.sigmoid_backward(dy[0], y[0])
        + dl.tanh_backward(dy[1], y[1])
        + dl.relu_backward(dy[2], x)
        + dsoftmax
    )
    return {"y": y, "dx": dx}


LOSSES = {"mse": "mse_loss", "bce": "binary_cross_entropy_with_logits", "ce": "cross_entropy"}


@records("losses")
def torch_losses(torch, rng):
    cases = [
        ("mse", rng.normal(size=(4, 3)), rng.normal(size=(4, 3))),
        ("mse one number", np.array([2.0]), np.array([-1.0])),
        ("bce", 3 * rng.normal(size=6), rng.integers(2, size=6).astype(float)),
        ("bce soft targets, large", np.array([900.0, -900, 0]), np.array([0.25, 1, 0.5])),
        ("ce", 3 * rng.normal(size=(5, 4)), rng.integers(4, size=5)),
        ("ce large", np.array([[900.0, -900, 0], [1, 2, 3]]), np.array([1, 2])),
        ("ce one sample", rng.normal(size=(1, 2)), np.array([1])),
    ]
    for case, prediction, target in cases:
        tensor = torch.tensor(prediction, requires_grad=True)
        function = getattr(torch.nn.functional, LOSSES[case.split()[0]])
        loss = function(tensor, torch.tensor(target))
        loss.backward()
        inputs = {"kind": np.array(case.split()[0]), "prediction": prediction, "target": target}
        yield case, inputs, {"loss": loss.detach().numpy(), "dprediction": tensor.grad.numpy()}


@compares("losses")
def our_losses(kind, prediction, target):
    value, gradient, both = {
        "mse": (dl.mse_loss, dl.mse_loss_backward, dl.mse_and_gradient),
        "bce": (
            dl.binary_cross_entropy,
            dl.binary_cross_entropy_backward,
            dl.binary_cross_entropy_and_gradient,
        ),
        "ce": (dl.cross_entropy, dl.cross_entropy_backward, dl.cross_entropy_and_gradient),
    }[str(kind)]
    loss, dprediction = both(prediction, target)
    np.testing.assert_allclose(loss, value(prediction, target), rtol=1e-12)
    np.testing.assert_allclose(dprediction, gradient(prediction, target), atol=1e-14)
    return {"loss": loss, "dprediction": dprediction}


@records("transfer")
def torch_transfer(torch, rng):
    for height, width in [(8, 8), (5, 7), (1, 13), (20, 3), (6, 4)]:
        images = rng.normal(size=(2, 6, 4))
        resized = torch.nn.functional.interpolate(
            torch.tensor(images)[:, None], (height, width), mode="bilinear", align_corners=False
        )
        inputs = {"images": images, "size": np.array([height, width])}
        yield f"{height} x {width}", inputs, {"resized": resized[:, 0].numpy()}


@compares("transfer")
def our_transfer(images, size):
    return {"resized": dl.resize_bilinear(images, *size)}


def mlp_loss(x, W1, b1, W2, scale):
    """An expression that both engines understand: broadcasting, reuse, products, sums."""
    hidden = (x @ W1 + b1).relu()
    y = hidden @ W2 * scale + hidden.sum(1, True) * 0.5
    return (y * y + y).sum(0)


@records("tensor")
def torch_tensor(torch, rng):
    def function(**tensors):
        return mlp_loss(**tensors)

    shapes = {"x": (5, 3), "W1": (3, 4), "b1": (4,), "W2": (4, 2), "scale": (5, 1)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    yield "mlp", *forward_backward(torch, function, rng, **arrays)
    arrays["scale"] = rng.normal(size=())
    yield "scalar", *forward_backward(torch, function, rng, **arrays)


@compares("tensor")
def our_tensor(dy, **arrays):
    tensors = {name: dl.Tensor(array) for name, array in arrays.items()}
    y = mlp_loss(**tensors)
    (y * dy).sum().backward()
    return {"y": y.data, **{f"d{name}": tensor.grad for name, tensor in tensors.items()}}


def scalar_expression(a, b, c):
    """Every operation of Value, with constants on both sides and values used twice."""
    d = (a * b + 2) / (1 + c * c) - 3 / b
    e = (d.tanh() + d.exp() * 0.1 - a) ** 3 + (2 - a.relu()) ** -2
    return (e * e + 1).log() * d + b**0.5 - e / 7


@records("autodiff")
def torch_autodiff(torch, rng):
    for case in ("first", "second"):
        numbers = {name: np.array(rng.uniform(0.5, 1.5)) for name in "abc"}
        yield case, *forward_backward(torch, scalar_expression, rng, **numbers)


@compares("autodiff")
def our_autodiff(a, b, c, dy):
    a, b, c = dl.Value(a), dl.Value(b), dl.Value(c)
    y = scalar_expression(a, b, c)
    y.backward()
    return {"y": y.data, **{f"d{n}": dy * v.grad for n, v in zip("abc", (a, b, c), strict=True)}}
