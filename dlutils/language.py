"""Language models: how surprised they are, and what they find likeliest (chapter 17)."""

import numpy as np

from dlutils.rules import a_function, whole
from dlutils.shapes import refuses, shapes


def _nothing_kept(log_probabilities, mask):
    return None if np.any(mask) else "mask must keep at least one position, got none"


@shapes(log_probabilities="N T float", mask="N T bool")
@refuses(_nothing_kept)
def perplexity(log_probabilities, mask):
    """exp of minus the mean natural log-probability of the kept tokens -> number, 1 at best.

    log_probabilities (N, T) of the tokens that came, mask (N, T) bool, True = keep. A model that
    finds K tokens equally likely has perplexity K.
    """
    return float(np.exp(-np.mean(log_probabilities[mask])))


def _no_start(step, start, end, width, length):
    if not isinstance(start, list | tuple) or not start:
        return f"start must be a list of at least one id, got {start!r:.40}"
    return None


@shapes(step=a_function("a list of ids"), end=whole(0), width=whole(1), length=whole(1))
@refuses(_no_start)
def beam_search(step, start, end, width, length):
    """A likely continuation of `start`, a list of ids, by up to `length` tokens -> tokens, score.

    `step(tokens)` -> log-probabilities (V,) of the next token, given all so far. Each round extends
    every hypothesis of the beam by every token and keeps the `width` of the largest total; those
    that end with `end` are done and leave the beam. Of the done ones, and those in the beam after
    `length` rounds, the best by score, total / number of appended tokens, is returned, `start`
    and `end` included. Ties go to the earlier hypothesis and the lower id. A. Graves, 2012;
    I. Sutskever and others, 2014.
    """
    beam, done = [(0.0, list(start))], []
    for _ in range(length):
        candidates = []
        for total, tokens in beam:
            log_p = np.asarray(step(tokens))
            for token in np.argsort(-log_p, kind="stable")[:width]:
                candidates.append((total + log_p[token], [*tokens, int(token)]))
        candidates.sort(key=lambda one: -one[0])
        done += [one for one in candidates[:width] if one[1][-1] == end]
        beam = [one for one in candidates[:width] if one[1][-1] != end]
    scored = [(total / (len(tokens) - len(start)), tokens) for total, tokens in done + beam]
    score, tokens = max(scored, key=lambda one: one[0])
    return tokens, float(score)
