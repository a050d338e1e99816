"""Words from a network's outputs, and how wrong they are (chapter 16)."""

import numpy as np

from dlutils.rules import whole
from dlutils.shapes import refuses, shapes


def _beyond(logits, blank):
    if blank >= logits.shape[1]:
        return f"blank must be at most {logits.shape[1] - 1}, the last class, got {blank}"
    return None


@shapes(logits="T K!", blank=whole(0))
@refuses(_beyond)
def ctc_greedy_decode(logits, blank):
    """The classes that a row of outputs spells: logits (T, K), blank a class -> list of ints.

    The largest logit at each time step (ties: the lowest class), then repeats merged, then blanks
    taken out, so that a blank between two equal classes keeps both (Graves and others, 2006).
    """
    best = np.argmax(logits, axis=1)
    return [int(k) for t, k in enumerate(best) if k != blank and (t == 0 or k != best[t - 1])]


def _no_sequence(a, b):
    for name, value in (("a", a), ("b", b)):
        if not isinstance(value, str | list | tuple) and np.ndim(value) != 1:
            got = f"shape {np.shape(value)}" if np.ndim(value) else repr(value)
            return f"{name} must be a text, a list or an array (N,), got {got:.40}"
    return None


@refuses(_no_sequence)
def edit_distance(a, b):
    """How many insertions, deletions and replacements turn sequence a into b (Levenshtein) -> int.

    Each costs 1. Works for texts, lists and arrays (N,); one row of the table at a time.
    """
    row = range(len(b) + 1)  # row[j]: from the items of a so far to the first j of b
    for i, x in enumerate(a, start=1):
        above, row = row, [i]
        for j, y in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + int(x != y)))
    return row[-1]


def _texts(references, hypotheses):
    for name, lists in (("references", references), ("hypotheses", hypotheses)):
        if isinstance(lists, str) or any(isinstance(words, str) for words in lists):
            return f"{name} must be lists of words, got a text: split it into words first"
    return None


@refuses(_texts)
def word_error_rate(references, hypotheses):
    """Edits over words: the distances of all pairs, summed, over the number of reference words.

    references and hypotheses are equally many lists of words. May be above 1. Raises ValueError
    where their numbers differ, or where the references hold no word at all.
    """
    words = sum(len(reference) for reference in references)
    if len(references) != len(hypotheses) or words == 0:
        raise ValueError("as many hypotheses as references are needed, and at least one word")
    pairs = zip(references, hypotheses, strict=True)
    return sum(edit_distance(reference, heard) for reference, heard in pairs) / words
