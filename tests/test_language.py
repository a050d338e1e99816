"""Perplexity and beam search."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl
from dlutils import checks

KEEP = np.array([[True, True, False]])


def test_perplexity_by_hand():
    assert dl.perplexity(np.log([[0.5, 0.125, 0.9]]), KEEP) == pytest.approx(4)


def test_perplexity_is_exp_of_the_cross_entropy():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(3, 4, 6)), rng.integers(0, 6, (3, 4))
    mask = rng.random((3, 4)) < 0.7
    log_p = np.log(dl.softmax(logits))
    log_p = np.take_along_axis(log_p, labels[:, :, None], axis=2)[:, :, 0]
    loss, _ = dl.temporal_cross_entropy(logits, labels, mask)
    assert dl.perplexity(log_p, mask) == pytest.approx(np.exp(loss))


@given(st.integers(1, 500), st.integers(1, 5))
def test_k_equally_likely_tokens_have_perplexity_k(K, T):
    log_p = np.full((2, T), -np.log(K))
    assert dl.perplexity(log_p, np.ones((2, T), bool)) == pytest.approx(K)


def test_what_is_dropped_does_not_matter():
    assert dl.perplexity(np.array([[-1.0, -1.0, -np.inf]]), KEEP) == pytest.approx(np.e)
    with pytest.raises(ValueError, match="mask must keep at least one position, got none"):
        dl.perplexity(np.zeros((1, 3)), KEEP & ~KEEP)


def table(seed, V=4):
    scores = np.random.default_rng(seed).normal(size=(V, V)) * 2
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def everything(log_p, start, end, length):
    """The best mean log-probability of all continuations, by trying each."""
    best = -np.inf
    for size in range(1, length + 1):
        for tail in product(range(len(log_p)), repeat=size):
            if end in tail[:-1] or (size < length and tail[-1] != end):
                continue
            total = sum(log_p[a, b] for a, b in zip((start, *tail), tail, strict=False))
            best = max(best, total / size)
    return best


@given(st.integers(0, 99))
def test_a_beam_that_holds_everything_finds_the_best(seed):
    log_p = table(seed)
    _, score = dl.beam_search(checks.followers(log_p), [0], 1, 4**4, 4)
    assert score == pytest.approx(everything(log_p, 0, 1, 4))


@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 6))
def test_the_score_is_the_mean_log_probability_of_what_was_appended(seed, width, length):
    log_p = table(seed)
    tokens, score = dl.beam_search(checks.followers(log_p), [2, 0], 1, width, length)
    tail = tokens[2:]
    assert tokens[:2] == [2, 0] and 1 <= len(tail) <= length and 1 not in tail[:-1]
    assert tail[-1] == 1 or len(tail) == length
    steps = [log_p[a, b] for a, b in zip(tokens[1:], tail, strict=False)]
    assert score == pytest.approx(np.mean(steps))


def test_width_one_is_greedy():
    log_p = table(3)
    tokens, _ = dl.beam_search(checks.followers(log_p), [0], 99, 1, 5)
    greedy = [0]
    for _ in range(5):
        greedy.append(int(np.argmax(log_p[greedy[-1]])))
    assert tokens == greedy


def test_beam_search_by_hand():
    log_p = np.log([[0.5, 0.1, 0.4], [0.2, 0.3, 0.5], [0.05, 0.9, 0.05]])
    step = checks.followers(log_p)
    assert dl.beam_search(step, [0], 1, 1, 2) == ([0, 0, 0], pytest.approx(np.log(0.5)))
    assert dl.beam_search(step, [0], 1, 2, 2) == ([0, 2, 1], pytest.approx(np.log(0.36) / 2))


def test_ties_go_to_the_lower_id():
    assert dl.beam_search(lambda tokens: np.zeros(3), [0], 9, 2, 2)[0] == [0, 0, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step": 3}, "step must be a function of a list of ids"),
        ({"start": []}, "start must be a list of at least one id"),
        ({"start": 0}, "start must be a list of at least one id"),
        ({"width": 0}, "width must be a whole number, at least 1"),
        ({"length": 1.5}, "length must be a whole number, at least 1"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    good = {"step": lambda tokens: np.zeros(3), "start": [0], "end": 1, "width": 2, "length": 2}
    with pytest.raises(ValueError, match=message):
        dl.beam_search(**good | change)
