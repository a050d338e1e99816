"""Tokens, vocabularies, TF-IDF and bags of embeddings."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

tokens = st.lists(st.text("abcd", min_size=1, max_size=2), max_size=8)


def test_tokens_by_hand():
    text = "Don't stop: it's 90% _so-so_!"
    expected = ["don't", "stop", ":", "it's", "90", "%", "_", "so", "-", "so", "_", "!"]
    assert dl.tokenize(text) == expected
    assert dl.tokenize("'Tis rock''n") == ["'", "tis", "rock", "'", "'", "n"]
    assert dl.tokenize(" \n") == []


@given(st.text(max_size=40))
def test_tokens_lose_nothing_but_white_space(text):
    assert "".join(dl.tokenize(text)) == "".join(text.lower().split())


@given(st.lists(tokens, max_size=5), st.integers(1, 4))
def test_a_vocabulary_numbers_what_is_frequent(texts, min_count):
    vocabulary = dl.build_vocabulary(texts, min_count)
    counts = Counter(token for text in texts for token in text)
    order = sorted(vocabulary, key=vocabulary.get)
    assert sorted(vocabulary.values()) == list(range(len(vocabulary)))
    assert order[:2] == ["<pad>", "<unk>"]
    assert set(order[2:]) == {token for token in counts if counts[token] >= min_count}
    assert [counts[t] for t in order[2:]] == sorted((counts[t] for t in order[2:]), reverse=True)


def test_equally_frequent_tokens_are_sorted():
    vocabulary = dl.build_vocabulary([["b", "a", "b"], ["c", "a", "d"]], 2)
    assert vocabulary == {"<pad>": 0, "<unk>": 1, "a": 2, "b": 3}


@given(st.lists(tokens, max_size=4), st.integers(1, 9))
def test_known_tokens_come_back_from_their_ids(texts, length):
    vocabulary = dl.build_vocabulary(texts, 1)
    ids, spelled = dl.encode(texts, vocabulary, length), list(vocabulary)
    assert ids.shape == (len(texts), length)
    for row, text in zip(ids, texts, strict=True):
        assert [spelled[i] for i in row if i] == text[:length]


def test_unknown_tokens_keep_their_place():
    vocabulary = {"<pad>": 0, "<unk>": 1, "a": 2, "b": 3}
    ids = dl.encode([["b", "c", "a"], ["a"], []], vocabulary, 2)
    assert ids.tolist() == [[3, 1], [2, 0], [0, 0]]


def test_tf_idf_by_hand():
    x, idf = dl.tf_idf(np.array([[2, 0], [1, 1]]))
    np.testing.assert_allclose(idf, [1, np.log(1.5) + 1])
    np.testing.assert_allclose(x, [[1, 0], [0.5797387, 0.8148025]], rtol=1e-6)


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 99))
def test_rows_of_tf_idf_have_length_one_whatever_their_scale(N, V, seed):
    counts = np.random.default_rng(seed).integers(0, 3, (N, V))
    x, idf = dl.tf_idf(counts)
    np.testing.assert_allclose(np.linalg.norm(x, axis=1), counts.any(axis=1))
    np.testing.assert_allclose(dl.tf_idf(counts * 5)[0], x)
    assert np.all(idf >= 1)


def test_tf_idf_keeps_float32_and_makes_floats_of_small_ints():
    counts = np.array([[2, 0], [1, 1]])
    assert dl.tf_idf(counts.astype(np.float32))[0].dtype == np.float32
    x, _ = dl.tf_idf(counts.astype(np.uint8))
    np.testing.assert_allclose(x, dl.tf_idf(counts)[0], rtol=1e-6)


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99))
def test_a_bag_is_the_product_of_shares_and_embeddings(N, T, seed):
    rng = np.random.default_rng(seed)
    ids, mask = rng.integers(0, 7, (N, T)), rng.random((N, T)) < 0.5
    E = rng.normal(size=(7, 3)).astype(np.float32)
    shares = np.zeros((N, 7))
    for n, t in zip(*np.nonzero(mask), strict=True):
        shares[n, ids[n, t]] += 1 / mask[n].sum()
    found = dl.bag_of_embeddings(ids, E, mask)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, shares @ E, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dl.tokenize(["a"]), r"tokenize: text must be a text, got \['a'\]"),
        (lambda: dl.build_vocabulary("a b", 1), "texts must be lists of tokens, got the text"),
        (lambda: dl.build_vocabulary(["a b"], 1), "texts must be lists of tokens, got among them"),
        (lambda: dl.build_vocabulary([["a"]], 0), "min_count must be a whole number, at least 1"),
        (lambda: dl.encode([["a"]], {"a": 0}, 2), "vocabulary must hold <pad>, <unk>, got a"),
        (lambda: dl.encode([["a"]], {"<pad>": 0, "<unk>": 1}, 0), "length must be a whole number"),
        (lambda: dl.tf_idf(np.ones(3)), r"counts must have shape \(N, V\)"),
        (
            lambda: dl.bag_of_embeddings(np.ones((2, 3), int), np.ones((2, 4)), np.ones((2, 2))),
            r"mask must have shape \(N, T\)",
        ),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
