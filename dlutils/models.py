"""Models as a whole: their weights as one dictionary and on disk, and a table of their layers."""

import copy
import zipfile
import zlib

import numpy as np

from dlutils.rules import Rule, whole
from dlutils.rules import model as a_model
from dlutils.shapes import shapes


@shapes(model=a_model, x="N! ...", batch_size=whole(1))
def predict(model, x, batch_size=256):
    """The model's outputs in eval mode, computed batch by batch: x (N, ...) -> y (N, ...).

    Afterwards every layer is in the mode that it was in, even where one of them raises.
    """
    modes = [(layer, layer.training) for _, layer in model.walk()]
    model.eval()
    try:
        batches = [model(x[start : start + batch_size]) for start in range(0, len(x), batch_size)]
    finally:
        for layer, training in modes:
            layer.training = training
    return np.concatenate(batches)


def get_weights(model):
    """Everything that `save_weights` saves, parameters and buffers, {"0.W": array}; no copies."""
    return model.named_parameters() | model.named_buffers()


def set_weights(model, weights):
    """Copy arrays, named as `get_weights` names them, into the model's own.

    Raises ValueError where a name is missing or unknown, or a shape differs; nothing is changed
    then.
    """
    if not hasattr(weights, "keys"):
        raise ValueError(
            f"set_weights: weights must be a dict of arrays, got a {type(weights).__name__}"
        )
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

    Raises ValueError where names or shapes differ, for files that hold pickled objects, and for
    damaged ones.
    """
    if not zipfile.is_zipfile(path):
        raise ValueError(f"load_weights: path must name a file that save_weights wrote, got {path}")
    try:
        with np.load(path, allow_pickle=False) as file:
            weights = dict(file)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"load_weights: path must name an undamaged file, got {error}") from None
    set_weights(model, weights)


@shapes(
    model=a_model,
    input_shape=Rule("be a tuple, the shape of one sample", lambda shape: isinstance(shape, tuple)),
)
def summary(model, input_shape, dtype=np.float32):
    """A table of the layers, their output shapes and parameter counts -> str, to be printed.

    input_shape is that of one sample, (784,) or (1, 28, 28); dtype is int where inputs are ids.
    A copy of the model runs on a sample of zeros, and its layers note the shapes. A layer that
    TimeDistributed holds sees all positions of all samples as one batch.
    """
    model = copy.deepcopy(model)
    layers = model.children() or {"": model}
    shapes = {}
    for name, layer in layers.items():
        layer.forward = _noting_shape(layer.forward, shapes, name)
    model.eval()
    model(np.zeros((1, *input_shape), dtype))
    rows = [("layer", "output shape", "parameters")]
    for name, layer in layers.items():
        rows.append((f"{name} {type(layer).__name__}", shapes.get(name, "-"), _count(layer)))
    rows.append(("total", "", _count(model)))
    return "\n".join(f"{layer:<24}{shape:<20}{count:>12}" for layer, shape, count in rows)


def _noting_shape(forward, shapes, name):
    def noting(x):
        y = forward(x)
        shapes[name] = f"({', '.join(['N', *map(str, y.shape[1:])])})"
        return y

    return noting


def _count(layer):
    return f"{sum(array.size for array in layer.named_parameters().values()):,}"


def _names(names):
    return ", ".join(sorted(names))
