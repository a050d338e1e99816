"""Figures that judge a model rather than train it."""

import numpy as np

from dlutils.rules import whole
from dlutils.shapes import shapes


@shapes(logits="N! K", labels="N <K")
def accuracy(logits, labels):
    """Share of samples whose largest logit is the label's: (N, K), (N,) ints -> number in [0, 1].

    Ties go to the lowest class.
    """
    return float(np.mean(np.argmax(logits, axis=1) == labels))


@shapes(K=whole(1), labels="N <K", predictions="N <K")
def confusion_matrix(labels, predictions, K):
    """How often class i (row, the truth) was called class j (column): two (N,) ints -> (K, K)."""
    confusion = np.zeros((K, K), dtype=int)
    np.add.at(confusion, (labels, predictions), 1)
    return confusion


@shapes(confusion="K K whole")
def precision_recall_f1(confusion):
    """Three figures per class from counts, rows the truth -> precision (K,), recall (K,), F1 (K,).

    Precision is the share of right ones among the predictions of a class, recall the share of the
    class that was found, F1 their harmonic mean, 2 hits / (predicted + actual); 0 / 0 counts as 0.
    """
    hits, predicted, actual = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
    precision = hits / np.maximum(predicted, 1)
    recall = hits / np.maximum(actual, 1)
    return precision, recall, 2 * hits / np.maximum(predicted + actual, 1)
