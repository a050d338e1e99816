"""PyTorch's values for norms and for chapter 13, next to what dlutils makes of the same inputs."""

import numpy as np

import dlutils as dl
from tests.torch_values import compares, forward_backward, records
from tests.torch_values.results import agree, named


def norm_inputs(rng, shape, D, constant):
    """Inputs of a norm over D features or channels; `constant` makes one of them constant."""
    x = rng.normal(2, 3, size=shape)
    if constant:
        x[:, 0] = 1.5
    return {"x": x, "gamma": rng.normal(size=D), "beta": rng.normal(size=D)}


@records("layer_norm")
def torch_layer_norm(torch, rng):
    def layer_norm(x, gamma, beta):
        return torch.nn.functional.layer_norm(x, gamma.shape, gamma, beta)

    for case, shape, constant in [
        ("tokens", (2, 3, 5), False),
        ("one token", (1, 4), False),
        ("constant token", (3, 2, 4), True),
        ("one feature", (3, 1), False),
    ]:
        arrays = norm_inputs(rng, shape, shape[-1], constant)
        yield case, *forward_backward(torch, layer_norm, rng, **arrays)


@compares("layer_norm")
def our_layer_norm(x, gamma, beta, dy):
    y, cache = dl.layer_norm_forward(x, gamma, beta)
    return named(y, dl.layer_norm_backward(dy, cache), "x gamma beta")


def batch_norm_case(torch, rng, shape, train, momentum, eps, constant):
    """PyTorch keeps the unbiased variance; its n / (n - 1) is taken out of the running one."""
    arrays = norm_inputs(rng, shape, shape[1], constant)
    mean, var = rng.normal(size=shape[1]), rng.uniform(0.5, 2, size=shape[1])
    new_mean, new_var = torch.tensor(mean), torch.tensor(var)

    def batch_norm(x, gamma, beta):
        return torch.nn.functional.batch_norm(
            x, new_mean, new_var, gamma, beta, train, 1 - momentum, eps
        )

    inputs, outputs = forward_backward(torch, batch_norm, rng, **arrays)
    n = arrays["x"].size / shape[1]
    new_var = momentum * var + (new_var.numpy() - momentum * var) * (n - 1) / n if train else var
    options = {"train": train, "momentum": momentum, "eps": eps}
    inputs |= {"mean": mean, "var": var, **{k: np.array(v) for k, v in options.items()}}
    return inputs, outputs | {"mean": new_mean.numpy(), "var": new_var}


@records("batch_norm")
def torch_batch_norm(torch, rng):
    cases = {
        "training": ((6, 4), True, 0.9, 1e-5, False),
        "prediction": ((5, 3), False, 0.9, 1e-5, False),
        "constant feature, other momentum": ((4, 3), True, 0.7, 1e-3, True),
        "prediction, one sample": ((1, 3), False, 0.9, 1e-5, False),
        "images": ((3, 2, 4, 5), True, 0.9, 1e-5, False),
        "images, batch 1, constant channel": ((1, 3, 2, 3), True, 0.6, 1e-2, True),
        "images, prediction": ((2, 3, 2, 3), False, 0.9, 1e-5, False),
    }
    for case, options in cases.items():
        yield case, *batch_norm_case(torch, rng, *options)


@compares("batch_norm")
def our_batch_norm(x, gamma, beta, dy, mean, var, momentum, eps, train):
    spatial = (dl.spatial_batch_norm_forward, dl.spatial_batch_norm_backward)
    plain = (dl.batch_norm_forward, dl.batch_norm_backward)
    results = []
    for forward, backward in [
        plain if x.ndim == 2 else spatial,
        (dl.batch_norm_forward_fast, dl.batch_norm_backward_fast),
    ]:
        y, running, cache = forward(
            x, gamma, beta, (mean, var), float(momentum), float(eps), bool(train)
        )
        gradients = named(y, backward(dy, cache), "x gamma beta")
        results.append({**gradients, "mean": running[0], "var": running[1]})
    return agree(*results)


@records("group_norm")
def torch_group_norm(torch, rng):
    for case, shape, groups, constant in [
        ("two groups", (2, 6, 3, 2), 2, False),
        ("one group, batch 1", (1, 4, 2, 2), 1, False),
        ("a group per channel, one constant", (2, 3, 2, 4), 3, True),
    ]:

        def group_norm(x, gamma, beta, groups=groups):
            return torch.nn.functional.group_norm(x, groups, gamma, beta, eps=1e-4)

        arrays = norm_inputs(rng, shape, shape[1], constant)
        inputs, outputs = forward_backward(torch, group_norm, rng, **arrays)
        yield case, inputs | {"groups": np.array(groups)}, outputs


@compares("group_norm")
def our_group_norm(x, gamma, beta, groups, dy):
    y, cache = dl.group_norm_forward(x, gamma, beta, int(groups), 1e-4)
    return named(y, dl.group_norm_backward(dy, cache), "x gamma beta")


@records("rotation")
def torch_rotation(torch, rng):
    """grid_sample at the places that a clockwise turn of the pixel grid gives."""
    for case, size, degrees in [("even", (6, 6), 30), ("odd, not square", (5, 8), -100)]:
        images = rng.random((2, *size))
        height, width = size
        a = np.radians(degrees)
        theta = [
            [np.cos(a), -np.sin(a) * (height - 1) / (width - 1), 0],
            [np.sin(a) * (width - 1) / (height - 1), np.cos(a), 0],
        ]
        grid = torch.nn.functional.affine_grid(
            torch.tensor([theta, theta]), (2, 1, height, width), align_corners=True
        )
        turned = torch.nn.functional.grid_sample(
            torch.tensor(images)[:, None], grid, padding_mode="zeros", align_corners=True
        )
        inputs = {"images": images, "degrees": np.array(degrees)}
        yield case, inputs, {"turned": turned[:, 0].numpy()}


@compares("rotation")
def our_rotation(images, degrees):
    return {"turned": dl.rotate(images, float(degrees))}
