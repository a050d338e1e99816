"""Texts and language models: vocabularies as they can be compared, bags, models to search in."""

import numpy as np

from dlutils.checks.calling import Case


def spelled(answer, text):
    """The tokens in one line, so that a wrong one is seen. A `using=` of `agrees`."""
    tokens = answer(text)
    if tokens is None:
        raise ValueError("it returned None: is the `return` missing?")
    if not isinstance(tokens, list | tuple) or not all(isinstance(t, str) for t in tokens):
        raise ValueError(f"a list of strings is expected, got a {type(tokens).__name__}")
    return {"tokens": " ".join(tokens), "how many": len(tokens)}


def by_id(answer, texts, min_count):
    """The tokens in the order of their ids, and the ids. A `using=` of `agrees`."""
    vocabulary = answer(texts, min_count)
    if vocabulary is None:
        raise ValueError("it returned None: is the `return` missing?")
    if not isinstance(vocabulary, dict):
        raise ValueError(f"a dict is expected, got a {type(vocabulary).__name__}")
    pairs = sorted(vocabulary.items(), key=lambda pair: (int(pair[1]), pair[0]))
    return {
        "tokens by id": " ".join(token for token, _ in pairs),
        "ids": [int(number) for _, number in pairs],
    }


def followers(table):
    """A `step` of `beam_search`: row i of a table (V, V) of log-probabilities after token i."""
    table = np.asarray(table, dtype=float)
    return lambda tokens: table[int(tokens[-1])]


def beam_case(V, width, length, seed, start=(0,), ending=0.0, end=1):
    """Arguments of `beam_search` for a random model whose next token depends on all before.

    `ending` is added to the score of the token `end` before the softmax.
    """
    rng = np.random.default_rng(seed)
    table, sums = rng.normal(size=(2, V, V)) * 1.5
    table[:, end] += ending

    def step(tokens):
        scores = table[int(tokens[-1])] + sums[sum(map(int, tokens)) % V] * 0.7
        return scores - np.log(np.exp(scores).sum())

    return Case(step=step, start=list(start), end=end, width=width, length=length)


def tie_case(width, length, seed, V=4):
    """Arguments of `beam_search` for a model of whole log-probabilities: many totals tie."""
    table = -np.random.default_rng(seed).integers(1, 4, (V, V))
    return Case(step=followers(table), start=[0], end=3, width=width, length=length)


def late_regret_case():
    """Arguments of `beam_search`: the best end ranks third, and width 2 loses it."""
    table = np.full((6, 6), 1 / 6)
    table[0] = 0.01, 0.02, 0.5, 0.45, 0.01, 0.01
    table[2] = 0.01, 0.43, 0.01, 0.01, 0.53, 0.01
    table[3] = 0.01, 0.01, 0.01, 0.01, 0.58, 0.38
    table[4] = 0.15, 0.25, 0.15, 0.15, 0.15, 0.15
    return Case(step=followers(np.log(table)), start=[0], end=1, width=2, length=3)


def bag_case(N, T, V, D, seed):
    """Arguments of `bag_of_embeddings`: random ids, and a mask that keeps at least one per text."""
    rng = np.random.default_rng(seed)
    mask = rng.random((N, T)) < 0.6
    mask[np.arange(N), rng.integers(0, T, N)] = True
    return Case(ids=rng.integers(0, V, (N, T)), E=rng.normal(size=(V, D)), mask=mask)
