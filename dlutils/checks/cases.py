"""Cases of random content: a test cell then states shapes instead of numbers."""

from itertools import pairwise

import numpy as np

import dlutils
from dlutils.checks.calling import Case


def random_case(seed, **arguments):
    """A case in which every shape, a tuple of ints, has become a standard normal array.

    `random_case(0, dy=(4, 2), cache=((4, 3), (3, 2), (2,)))`: lists and tuples of shapes become
    lists and tuples of arrays. What is no shape stays as it is.
    """
    rng = np.random.default_rng(seed)
    return Case(**{name: _filled(value, rng) for name, value in arguments.items()})


def mlp_case(samples, sizes, seed):
    """What `mlp_backward` takes, for a network of the given layer sizes: random parameters and
    dlogits, and the activations that the reference's `mlp_forward` makes of random inputs.
    """
    rng = np.random.default_rng(seed)
    params = [(rng.normal(size=(d, m)), rng.normal(size=m)) for d, m in pairwise(sizes)]
    activations = dlutils.mlp_forward(rng.normal(size=(samples, sizes[0])), params)
    dlogits = rng.normal(size=(samples, sizes[-1]))
    return Case(dlogits=dlogits, activations=activations, params=params)


def _filled(value, rng):
    if isinstance(value, tuple) and all(isinstance(size, int) for size in value):
        return np.asarray(rng.normal(size=value))
    if isinstance(value, list | tuple):
        return type(value)(_filled(part, rng) for part in value)
    return value
