"""Texts as numbers: tokens, ids, weighted counts and means of embeddings (chapter 17)."""

import re
from collections import Counter

import numpy as np

from dlutils.rules import Rule, whole
from dlutils.shapes import missing_names, refuses, shapes

a_text = Rule("be a text", lambda value: isinstance(value, str))


def _not_tokens(texts, *_):
    if isinstance(texts, str):
        return f"texts must be lists of tokens, got the text {texts!r:.40}"
    if strange := [text for text in texts if not isinstance(text, list | tuple)]:
        return f"texts must be lists of tokens, got among them {strange[0]!r:.40}"
    return None


@shapes(text=a_text)
def tokenize(text):
    """The words and marks of a text, in lower case -> list of str.

    A word is a longest run of letters and digits; a single apostrophe between two of them is part
    of it. Whatever else is not white space is a token of one character, the underscore too.
    """
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*|\S", text.lower())


@shapes(min_count=whole(1))
@refuses(_not_tokens)
def build_vocabulary(texts, min_count):
    """Number the tokens of texts, lists of tokens -> {token: id}.

    0 is "<pad>", 1 is "<unk>"; from 2 on stand the tokens that occur at least min_count times in
    all texts together, the most frequent first, equally frequent ones in the order of the alphabet.
    """
    counts = Counter(token for text in texts for token in text)
    kept = [token for token in counts if counts[token] >= min_count]
    kept.sort(key=lambda token: (-counts[token], token))
    return {token: i for i, token in enumerate(["<pad>", "<unk>", *kept])}


def _no_vocabulary(texts, vocabulary, length):
    return _not_tokens(texts) or missing_names("vocabulary", vocabulary, "<pad>", "<unk>")


@shapes(length=whole(1))
@refuses(_no_vocabulary)
def encode(texts, vocabulary, length):
    """Ids of the first `length` tokens of texts, lists of tokens -> (N, length) ints.

    Shorter texts are filled up behind with the id of "<pad>"; tokens that the vocabulary does not
    hold get the id of "<unk>".
    """
    ids = np.full((len(texts), length), vocabulary["<pad>"])
    for row, text in zip(ids, texts, strict=True):
        known = [vocabulary.get(token, vocabulary["<unk>"]) for token in text[:length]]
        row[: len(known)] = known
    return ids


@shapes(counts="N! V")
def tf_idf(counts):
    """Counts (N, V) weighted by rarity, rows of length 1 -> x (N, V), idf (V,).

    idf = log((1 + N) / (1 + df)) + 1, where df texts have the token; x is counts * idf, each row
    divided by its Euclidean norm. A row of zeros stays one. New texts are weighted with the same
    idf. G. Salton and C. Buckley, 1988, smoothed as scikit-learn has it.
    """
    df = (counts > 0).sum(axis=0)
    idf = np.log((1 + len(counts)) / (1 + df)) + 1
    idf = idf.astype(np.result_type(counts, np.float32))
    x = counts * idf
    norms = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(norms > 0, norms, 1), idf


@shapes(E="V D float", ids="N T <V", mask="N T bool")
def bag_of_embeddings(ids, E, mask):
    """The mean embedding of the kept tokens: ids (N, T), E (V, D), mask (N, T) bool -> (N, D).

    True = keep. Where nothing is kept, the mean is 0. A. Joulin and others, 2017.
    """
    weights = mask / np.maximum(mask.sum(axis=1, keepdims=True), 1)
    return np.einsum("nt,ntd->nd", weights.astype(E.dtype), E[ids])
