"""Models as a whole: their weights as one dictionary and on disk, and a table of their layers."""

import copy
import zipfile

import numpy as np

from dlutils.rules import Rule, whole
from dlutils.shapes import shapes


@shapes(x="N! ...", batch_size=whole(1))
def predict(model, x, batch_size=256):
    """The model's outputs in eval mode, computed batch by batch: x (N, ...) -> y (N, ...)."""
    was_training = model.training
    model.eval()
    batches = [model(x[start : start + batch_size]) for start in range(0, len(x), batch_size)]
    if was_training:
        model.train()
    return np.concatenate(batches)


def get_weights(model):
    """Everything that `save_weights` saves, parameters and buffers, {"0.W": array}; no copies."""
    return model.named_parameters() | model.named_buffers()


def set_weights(model, weights):
    """Copy arrays, named as `get_weights` names them, into the model's own.

    Raises ValueError where a name is missing or unknown, or a shape differs; nothing is changed
    then.
    """
    own = get_weights(model)
    if missing := own.keys() - weights.keys():
        raise ValueError(f"set_weights: weights must have {_names(missing)}, got none")
    if unknown := weights.keys() - own.keys():
        raise ValueError(f"set_weights: weights must be of this model, got also {_names(unknown)}")
    for name, array in own.items():
        given = np.asarray(weights[name])
        if given.shape != array.shape or given.dtype.kind not in "iuf":
            raise ValueError(
                f"set_weights: {name} must hold numbers in shape {array.shape}, "
                f"got {given.dtype} in shape {given.shape}"
            )
    for name, array in own.items():
        array[...] = weights[name]


def save_weights(model, path):
    """Write all weights to an npz file, plain arrays under the names of `get_weights`."""
    with open(path, "wb") as file:  # numpy would append .npz to a name
        np.savez(file, **get_weights(model))


def load_weights(model, path):
    """Copy weights that `save_weights` wrote into a model of the same structure.

    Raises ValueError where names or shapes differ, and for files that hold pickled objects.
    """
    if not zipfile.is_zipfile(path):
        raise ValueError(f"load_weights: path must name a file that save_weights wrote, got {path}")
    with np.load(path, allow_pickle=False) as file:
        set_weights(model, dict(file))


@shapes(
    input_shape=Rule("be a tuple, the shape of one sample", lambda shape: isinstance(shape, tuple))
)
def summary(model, input_shape, dtype=np.float32):
    """A table of the layers, their output shapes and parameter counts -> str, to be printed.

    input_shape is that of one sample, (784,) or (1, 28, 28); dtype is int where inputs are ids.
    A copy of the model runs on a sample of zeros to find the shapes.
    """
    model, x = copy.deepcopy(model), np.zeros((1, *input_shape), dtype)
    model.eval()
    rows = [("layer", "output shape", "parameters")]
    for name, layer in (model.children() or {"": model}).items():
        x = layer(x)
        shape = ", ".join(["N", *map(str, x.shape[1:])])
        rows.append((f"{name} {type(layer).__name__}", f"({shape})", _count(layer)))
    rows.append(("total", "", _count(model)))
    return "\n".join(f"{layer:<24}{shape:<20}{count:>12}" for layer, shape, count in rows)


def _count(layer):
    return f"{sum(array.size for array in layer.named_parameters().values()):,}"


def _names(names):
    return ", ".join(sorted(names))
