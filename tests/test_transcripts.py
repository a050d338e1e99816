"""Decoding and word errors."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

paths = st.lists(st.integers(0, 3), max_size=12)
words = st.lists(st.integers(0, 2), max_size=6)


def test_decoding_by_hand():
    assert dl.ctc_greedy_decode(np.eye(3)[[0, 0, 2, 0, 1, 1, 2]], 2) == [0, 0, 1]
    assert dl.ctc_greedy_decode(np.zeros((0, 3)), 1) == []
    assert dl.ctc_greedy_decode(np.array([[2.0, 2.0]]), 1) == [0]
    assert all(type(k) is int for k in dl.ctc_greedy_decode(np.eye(3), 0))


@given(paths, st.integers(0, 3))
def test_decoding_merges_and_drops(path, blank):
    logits = np.eye(4)[path].reshape(-1, 4)
    merged = [k for k, _ in groupby(path)]
    assert dl.ctc_greedy_decode(logits, blank) == [k for k in merged if k != blank]


@given(words)
def test_decoding_undoes_spelling_with_blanks(spelt):
    path = [k for word in spelt for k in (word, word, 3)]
    assert dl.ctc_greedy_decode(np.eye(4)[path].reshape(-1, 4), 3) == spelt


def test_decoding_refuses_a_blank_beyond_the_classes():
    with pytest.raises(ValueError, match="blank must be at most 2, the last class, got 3"):
        dl.ctc_greedy_decode(np.zeros((2, 3)), 3)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("ab", "ba", 2), ("see", "she", 1), ("", "", 0)],
)
def test_edit_distance_by_hand(a, b, distance):
    assert dl.edit_distance(a, b) == distance
    assert type(dl.edit_distance(np.array(list(a)), list(b))) is int


def shortest(a, b):
    """The distance by trying everything."""
    if not a or not b:
        return len(a) + len(b)
    replaced = shortest(a[1:], b[1:]) + (a[0] != b[0])
    return min(replaced, shortest(a[1:], b) + 1, shortest(a, b[1:]) + 1)


@given(words, words)
def test_edit_distance_is_the_least_number_of_edits(a, b):
    assert dl.edit_distance(a, b) == shortest(a, b) == dl.edit_distance(b, a)


@given(words, words, words)
def test_edit_distance_is_a_distance(a, b, c):
    assert (dl.edit_distance(a, b) == 0) == (a == b)
    assert dl.edit_distance(a, c) <= dl.edit_distance(a, b) + dl.edit_distance(b, c)


def test_word_error_rate_by_hand_and_above_one():
    assert dl.word_error_rate([[1, 2, 3], [4]], [[1, 3], [4, 4, 4]]) == 0.75
    assert dl.word_error_rate([["yes"]], [["oh", "no", "no"]]) == 3.0


@pytest.mark.parametrize(("said", "heard"), [([[1]], []), ([[]], [[1]]), ([], [])])
def test_word_error_rate_refuses_nothing_and_the_wrong_number(said, heard):
    with pytest.raises(ValueError, match="as many hypotheses as references"):
        dl.word_error_rate(said, heard)


@pytest.mark.parametrize(("a", "got"), [(3, "3"), (np.ones((2, 1)), r"shape \(2, 1\)")])
def test_edit_distance_refuses_what_is_no_sequence(a, got):
    with pytest.raises(ValueError, match=rf"b must be a text, .*, got {got}"):
        dl.edit_distance("a", a)


def test_word_error_rate_refuses_texts():
    with pytest.raises(ValueError, match="references must be lists of words"):
        dl.word_error_rate(["one two"], [["one", "two"]])
