"""Accuracy, confusion and the figures derived from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlutils import accuracy, confusion_matrix, precision_recall_f1

pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)


def test_confusion_by_hand_rows_are_the_truth():
    labels, predictions = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 1, 1, 0])
    expected = [[1, 1, 0, 0], [0, 1, 0, 0], [1, 2, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(confusion_matrix(labels, predictions, 4), expected)
    small = confusion_matrix(labels.astype(np.uint8), predictions.astype(np.uint8), 4)
    np.testing.assert_array_equal(small, expected)


def test_precision_recall_f1_by_hand_with_nothing_over_nothing():
    precision, recall, f1 = precision_recall_f1(np.array([[3, 1, 0], [1, 0, 0], [0, 0, 0]]))
    assert precision == pytest.approx([0.75, 0, 0])
    assert recall == pytest.approx([0.75, 0, 0])
    assert f1 == pytest.approx([0.75, 0, 0])


@given(pairs)
def test_laws(pairs):
    labels, predictions = np.array(pairs).T
    confusion = confusion_matrix(labels, predictions, 4)
    assert confusion.sum() == len(labels)
    np.testing.assert_array_equal(confusion.T, confusion_matrix(predictions, labels, 4))
    one_hot = np.eye(4)[predictions]
    assert accuracy(one_hot, labels) == pytest.approx(np.trace(confusion) / len(labels))
    precision, recall, f1 = precision_recall_f1(confusion)
    swapped = precision_recall_f1(confusion.T)
    np.testing.assert_array_equal((precision, recall, f1), (swapped[1], swapped[0], swapped[2]))
    sums = precision + recall
    harmonic = 2 * precision * recall / np.where(sums > 0, sums, 1)
    np.testing.assert_allclose(f1, harmonic)
