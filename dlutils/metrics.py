"""Figures that judge a model rather than train it."""

import numpy as np

from dlutils.shapes import shapes


@shapes(logits="N K", labels="N")
def accuracy(logits, labels):
    """Share of samples whose largest logit is the label's: (N, K), (N,) ints -> number in [0, 1].

    Ties go to the lowest class.
    """
    return float(np.mean(np.argmax(logits, axis=1) == labels))
