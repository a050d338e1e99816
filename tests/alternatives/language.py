"""Right answers to chapter 17, written in other ways than the reference."""

import heapq
import math
import re
from collections import Counter, defaultdict

import numpy as np

from tests.alternatives import alternative


@alternative("tokenize")
def letter_by_letter(text):
    text = text.lower()
    tokens, word = [], ""
    for i, char in enumerate(text):
        inside = word and char == "'" and word[-1] != "'" and text[i + 1 : i + 2].isalnum()
        if char.isalnum() or inside:
            word += char
            continue
        if word:
            tokens.append(word)
            word = ""
        if not char.isspace():
            tokens.append(char)
    return [*tokens, word] if word else tokens


@alternative("tokenize")
def by_finditer(text):
    pattern = re.compile(r"(?P<word>(?:[^\W_]|(?<=[^\W_])'(?=[^\W_]))+)|(?P<mark>[^\s])")
    return [found.group() for found in pattern.finditer(text.lower())]


@alternative("tokenize")
def spaces_put_in(text):
    spaced = re.sub(r"([^\w\s']|_)", r" \1 ", text.lower())
    spaced = re.sub(r"(?<![^\W_])'|'(?![^\W_])", " ' ", spaced)
    return spaced.split()


@alternative("build_vocabulary")
def counted_by_hand(texts, min_count):
    counts = {}
    for text in texts:
        for token in text:
            counts[token] = counts.get(token, 0) + 1
    vocabulary = {"<pad>": 0, "<unk>": 1}
    for _, token in sorted((-n, token) for token, n in counts.items()):
        if counts[token] >= min_count:
            vocabulary[token] = len(vocabulary)
    return vocabulary


@alternative("build_vocabulary")
def sorted_twice(texts, min_count):
    counts = Counter()
    for text in texts:
        counts.update(text)
    frequent = sorted(token for token, n in counts.items() if n > min_count - 1)
    frequent = sorted(frequent, key=counts.get, reverse=True)
    return dict(zip(["<pad>", "<unk>", *frequent], range(len(frequent) + 2), strict=True))


@alternative("build_vocabulary")
def by_unique(texts, min_count):
    flat = [token for text in texts for token in text]
    tokens, counts = np.unique(flat, return_counts=True)
    order = [i for i in np.argsort(-counts, kind="stable") if counts[i] >= min_count]
    vocabulary = {"<pad>": 0, "<unk>": 1}
    vocabulary.update({str(tokens[i]): k + 2 for k, i in enumerate(order)})
    return vocabulary


@alternative("encode")
def padded_lists(texts, vocabulary, length):
    rows = []
    for text in texts:
        row = [vocabulary[t] if t in vocabulary else vocabulary["<unk>"] for t in text]
        rows.append((row + [vocabulary["<pad>"]] * length)[:length])
    return np.array(rows)


@alternative("encode")
def place_by_place(texts, vocabulary, length):
    ids = np.zeros((len(texts), length), dtype=np.int32)
    for n in range(len(texts)):
        for t in range(min(length, len(texts[n]))):
            ids[n, t] = vocabulary.get(texts[n][t], 1)
    return ids


@alternative("encode")
def with_a_default(texts, vocabulary, length):
    number = defaultdict(lambda: 1, vocabulary)
    filled = [list(text) + ["<pad>"] * (length - len(text)) for text in texts]
    return [[number[token] for token in text[:length]] for text in filled]


@alternative("tf_idf")
def by_loops(counts):
    N, V = counts.shape
    idf = [math.log((N + 1) / (sum(counts[n, v] > 0 for n in range(N)) + 1)) + 1 for v in range(V)]
    x = np.zeros((N, V))
    for n in range(N):
        row = [counts[n, v] * idf[v] for v in range(V)]
        norm = math.sqrt(sum(value**2 for value in row))
        if norm > 0:
            x[n] = [value / norm for value in row]
    return x, idf


@alternative("tf_idf")
def logs_apart(counts):
    idf = 1 + np.log1p(counts.shape[0]) - np.log1p(np.count_nonzero(counts, axis=0))
    x = counts * idf[None, :]
    norms = np.sqrt(np.einsum("nv,nv->n", x, x))
    norms[norms == 0] = 1
    return x / norms[:, None], idf


@alternative("tf_idf")
def divided_where_it_can_be(counts):
    idf = -np.log((1 + (counts > 0).sum(0)) / (1 + len(counts))) + 1
    x = np.multiply(counts, idf)
    norms = np.linalg.norm(x, axis=1)[:, None]
    return [np.divide(x, norms, out=np.zeros_like(x), where=norms > 0), idf]


@alternative("bag_of_embeddings")
def text_by_text(ids, E, mask):
    y = np.zeros((len(ids), E.shape[1]))
    for n in range(len(ids)):
        kept = ids[n][mask[n]]
        if len(kept) > 0:
            y[n] = E[kept].mean(axis=0)
    return y


@alternative("bag_of_embeddings")
def by_counts(ids, E, mask):
    counts = np.zeros((len(ids), len(E)))
    rows = np.broadcast_to(np.arange(len(ids))[:, None], ids.shape)
    np.add.at(counts, (rows[mask], ids[mask]), 1)
    return counts @ E / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@alternative("bag_of_embeddings")
def masked_sum(ids, E, mask):
    total = (E[ids] * mask[:, :, np.newaxis]).sum(1)
    n = mask.sum(1)
    n[n == 0] = 1
    return total / n[:, np.newaxis]


@alternative("bag_of_embeddings")
def where_it_is_kept(ids, E, mask):
    total = np.where(mask[..., None], np.take(E, ids, axis=0), 0.0).sum(axis=-2)
    return np.nan_to_num(total / mask.sum(axis=-1, keepdims=True))


@alternative("perplexity")
def word_by_word(log_probabilities, mask):
    total, n = 0.0, 0
    for row, keep in zip(log_probabilities, mask, strict=True):
        for value, kept in zip(row, keep, strict=True):
            if kept:
                total, n = total + float(value), n + 1
    return math.exp(-total / n)


@alternative("perplexity")
def where_then_sum(log_probabilities, mask):
    return np.exp(-np.where(mask, log_probabilities, 0.0).sum() / mask.sum())


@alternative("perplexity")
def in_bits(log_probabilities, mask):
    return 2 ** (-np.mean(log_probabilities[mask] / np.log(2)))


@alternative("perplexity")
def mean_with_where(log_probabilities, mask):
    return 1 / np.exp(np.mean(log_probabilities, where=mask))


@alternative("beam_search")
def all_successors(step, start, end, width, length):
    beam, finished = [(list(start), 0.0)], []
    for _ in range(length):
        candidates = []
        for tokens, total in beam:
            for token, log_p in enumerate(step(tokens)):
                candidates.append(([*tokens, token], total + log_p))
        candidates = sorted(candidates, key=lambda pair: pair[1], reverse=True)[:width]
        beam = []
        for tokens, total in candidates:
            (finished if tokens[-1] == end else beam).append((tokens, total))
        if not beam:
            break
    best, best_score = None, -np.inf
    for tokens, total in finished + beam:
        score = total / (len(tokens) - len(start))
        if score > best_score:
            best, best_score = tokens, score
    return best, best_score


@alternative("beam_search")
def in_a_matrix(step, start, end, width, length):
    first = len(start)
    hypotheses, totals, done = [tuple(start)], np.zeros(1), []
    for _ in range(length):
        if not hypotheses:
            break
        log_p = np.array([step(list(tokens)) for tokens in hypotheses])
        sums = totals[:, None] + log_p
        best = np.argsort(-sums.ravel(), kind="stable")[:width]
        extended = []
        for flat in best:
            row, token = divmod(int(flat), sums.shape[1])
            extended.append((hypotheses[row] + (token,), sums[row, token]))
        done.extend(one for one in extended if one[0][-1] == end)
        going = [one for one in extended if one[0][-1] != end]
        hypotheses = [tokens for tokens, _ in going]
        totals = np.array([total for _, total in going])
    done.extend(zip(hypotheses, totals, strict=True))
    scores = [total / (len(tokens) - first) for tokens, total in done]
    winner = int(np.argmax(scores))
    return np.array(done[winner][0]), scores[winner]


@alternative("beam_search")
def with_a_heap(step, start, end, width, length):
    beam = [(0.0, list(start))]
    best = None
    for appended in range(1, length + 1):
        candidates = []
        for place, (total, tokens) in enumerate(beam):
            for token, log_p in enumerate(np.asarray(step(tokens)).tolist()):
                candidates.append((total + log_p, -place, -token))
        largest = heapq.nlargest(width, candidates)
        extended = [(t, beam[-place][1] + [-token]) for t, place, token in largest]
        beam = []
        for total, tokens in extended:
            if tokens[-1] != end:
                beam.append((total, tokens))
            elif best is None or total / appended > best[0]:
                best = (total / appended, tokens)
    for total, tokens in beam:
        if best is None or total / length > best[0]:
            best = (total / length, tokens)
    return [best[1], best[0]]
