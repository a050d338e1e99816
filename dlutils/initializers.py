"""Random weights to start from, scaled so that signals keep their size (chapter 6)."""

import numpy as np

from dlutils.rules import generator, whole
from dlutils.shapes import shapes


@shapes(n_in=whole(1), n_out=whole(1), rng=generator)
def xavier_init(n_in, n_out, rng):
    """Normal numbers of variance 2 / (n_in + n_out) -> (n_in, n_out).

    The compromise that keeps both the activations on the way forward and the gradients on the way
    back at about the same variance, for tanh and its like. X. Glorot and Y. Bengio, 2010.
    """
    return rng.normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))


@shapes(n_in=whole(1), n_out=whole(1), rng=generator)
def he_init(n_in, n_out, rng):
    """Normal numbers of variance 2 / n_in -> (n_in, n_out).

    A ReLU passes half of the variance on, and the 2 makes up for it. K. He et al., 2015.
    """
    return rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
