"""What PyTorch computes, and what dlutils computes for the same inputs.

One npz per topic, in float64, written by `python -m tests.torch_values.record` where
torch is installed (benchmarks/requirements.txt). For each topic a function marked `@records` has
PyTorch compute cases, and one marked `@compares` has dlutils compute the same from a case's inputs.
"""

RECORDERS, OURS = {}, {}


def records(module):
    """Mark `function(torch, rng)`, which yields (case, inputs, outputs): a name and two dicts."""
    return lambda function: RECORDERS.setdefault(module, function)


def compares(module):
    """Mark `function(**inputs)`, which returns dlutils' outputs under the names of PyTorch's."""
    return lambda function: OURS.setdefault(module, function)


def forward_backward(torch, function, rng, **arrays):
    """PyTorch's function of arrays, and its gradients for a random dy -> inputs, outputs.

    The outputs are y and, for every float array x, its gradient dx.
    """
    tensors = {
        name: torch.tensor(array, requires_grad=array.dtype.kind == "f")
        for name, array in arrays.items()
    }
    y = function(**tensors)
    dy = rng.normal(size=tuple(y.shape))
    y.backward(torch.tensor(dy))
    gradients = {
        f"d{name}": tensor.grad.numpy() for name, tensor in tensors.items() if tensor.requires_grad
    }
    return arrays | {"dy": dy}, {"y": y.detach().numpy(), **gradients}
