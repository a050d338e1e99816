"""Mistakes of chapter 17: tokens, vocabularies, TF-IDF, bags of embeddings, language models."""

import re
from collections import Counter

import numpy as np

from dlutils.mistakes import mistake


@mistake("tokenize", "capital letters stay, so that Good and good are two tokens")
def case_kept(text):
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*|\S", text)


@mistake("tokenize", "marks stay at the words: the text is only split at white space")
def split_at_spaces(text):
    return text.lower().split()


@mistake("tokenize", "marks are dropped instead of being tokens of their own")
def marks_dropped(text):
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower())


@mistake("tokenize", "words are cut at apostrophes, so that don't becomes don, ', t")
def cut_at_apostrophes(text):
    return re.findall(r"[^\W_]+|\S", text.lower())


@mistake("tokenize", "words are cut at apostrophes, and marks are dropped")
def words_only(text):
    return re.findall(r"[^\W_]+", text.lower())


@mistake("tokenize", "the underscore counts as a letter, as in \\w")
def underscore_in_words(text):
    return re.findall(r"\w+(?:'\w+)*|\S", text.lower())


@mistake("tokenize", "the underscore is lost: it is in \\w, but in no word")
def underscore_lost(text):
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]", text.lower())


@mistake("tokenize", "only a to z count as letters, so that café falls apart")
def ascii_letters(text):
    return re.findall(r"[a-z0-9]+(?:'[a-z0-9]+)*|\S", text.lower())


@mistake("tokenize", "digits are no part of words, each is a token of its own")
def digits_alone(text):
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*|\S", text.lower())


@mistake("tokenize", "an apostrophe belongs to the word even at its beginning or end")
def quotes_in_words(text):
    return re.findall(r"[^\W_'][^\W_]*'*[^\W_]*|'+[^\W_]+'*|\S", text.lower())


@mistake("tokenize", "any number of apostrophes joins letters, not a single one")
def many_apostrophes(text):
    return re.findall(r"[^\W_]+(?:'+[^\W_]+)*|\S", text.lower())


@mistake("tokenize", "a word can hold only one apostrophe, so that o'clock's falls apart")
def one_apostrophe(text):
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?|\S", text.lower())


@mistake("tokenize", "neighbouring marks are one token")
def marks_together(text):
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*|(?:[^\w\s]|_)+", text.lower())


@mistake("tokenize", "hyphens join words")
def hyphens_in_words(text):
    return re.findall(r"[^\W_]+(?:['-][^\W_]+)*|\S", text.lower())


@mistake("tokenize", "white space is kept among the tokens")
def white_space_kept(text):
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*|[^\w]|_", text.lower())


@mistake("tokenize", "every token is listed only once")
def each_token_once(text):
    return list(dict.fromkeys(re.findall(r"[^\W_]+(?:'[^\W_]+)*|\S", text.lower())))


def _counts(texts):
    return Counter(token for text in texts for token in text)


def _numbered(tokens, first=("<pad>", "<unk>")):
    return {token: i for i, token in enumerate([*first, *tokens])}


def _by_count(counts):
    return sorted(counts, key=lambda token: (-counts[token], token))


@mistake("build_vocabulary", "a token must occur more often than min_count (> for >=)")
def more_than_min_count(texts, min_count):
    counts = _counts(texts)
    return _numbered(t for t in _by_count(counts) if counts[t] > min_count)


@mistake("build_vocabulary", "min_count is not looked at")
def all_tokens(texts, min_count):
    return _numbered(_by_count(_counts(texts)))


@mistake("build_vocabulary", "texts are counted that have the token, not how often it occurs")
def texts_counted(texts, min_count):
    counts = Counter(token for text in texts for token in set(text))
    return _numbered(t for t in _by_count(counts) if counts[t] >= min_count)


@mistake("build_vocabulary", "tokens must occur min_count times within one text")
def within_one_text(texts, min_count):
    counts = _counts(texts)
    most = Counter()
    for text in texts:
        most |= Counter(text)
    return _numbered(t for t in _by_count(counts) if most[t] >= min_count)


@mistake("build_vocabulary", "equally frequent tokens stand in the order of appearance")
def ties_by_appearance(texts, min_count):
    counts = _counts(texts)
    return _numbered(t for t, n in counts.most_common() if n >= min_count)


@mistake("build_vocabulary", "equally frequent tokens stand in backward alphabetical order")
def ties_backwards(texts, min_count):
    counts = _counts(texts)
    order = sorted(((n, t) for t, n in counts.items() if n >= min_count), reverse=True)
    return _numbered(t for _, t in order)


@mistake("build_vocabulary", "the rarest token comes first")
def rarest_first(texts, min_count):
    counts = _counts(texts)
    order = sorted(counts, key=lambda t: (counts[t], t))
    return _numbered(t for t in order if counts[t] >= min_count)


@mistake("build_vocabulary", "the tokens stand in the order of the alphabet, not of frequency")
def alphabetical(texts, min_count):
    counts = _counts(texts)
    return _numbered(t for t in sorted(counts) if counts[t] >= min_count)


@mistake("build_vocabulary", "the tokens stand in the order of appearance")
def by_appearance(texts, min_count):
    counts = _counts(texts)
    return _numbered(t for t in counts if counts[t] >= min_count)


@mistake("build_vocabulary", "<pad> and <unk> are missing, and the ids start at 0")
def no_special_tokens(texts, min_count):
    counts = _counts(texts)
    return _numbered([t for t in _by_count(counts) if counts[t] >= min_count], first=())


@mistake("build_vocabulary", "<unk> is missing")
def no_unknown(texts, min_count):
    counts = _counts(texts)
    return _numbered([t for t in _by_count(counts) if counts[t] >= min_count], first=["<pad>"])


@mistake("build_vocabulary", "<pad> and <unk> have changed places")
def special_tokens_exchanged(texts, min_count):
    counts = _counts(texts)
    kept = [t for t in _by_count(counts) if counts[t] >= min_count]
    return _numbered(kept, first=["<unk>", "<pad>"])


@mistake("build_vocabulary", "<pad> and <unk> stand at the end")
def special_tokens_last(texts, min_count):
    counts = _counts(texts)
    kept = [t for t in _by_count(counts) if counts[t] >= min_count]
    return _numbered([*kept, "<pad>", "<unk>"], first=())


@mistake("build_vocabulary", "the counts stand where the ids belong")
def counts_for_ids(texts, min_count):
    counts = _counts(texts)
    return {"<pad>": 0, "<unk>": 1} | {t: n for t, n in counts.items() if n >= min_count}


@mistake("build_vocabulary", "only the first text is counted")
def first_text_only(texts, min_count):
    counts = _counts(texts[:1])
    return _numbered(t for t in _by_count(counts) if counts[t] >= min_count)


def _rows(texts, vocabulary, length, unknown=1):
    return [[vocabulary.get(token, unknown) for token in text[:length]] for text in texts]


@mistake("encode", "unknown tokens are dropped, and what follows moves up")
def unknown_dropped(texts, vocabulary, length):
    ids = np.zeros((len(texts), length), int)
    for row, text in zip(ids, texts, strict=True):
        known = [vocabulary[t] for t in text if t in vocabulary][:length]
        row[: len(known)] = known
    return ids


@mistake("encode", "unknown tokens are dropped after cutting to the length")
def cut_then_dropped(texts, vocabulary, length):
    ids = np.zeros((len(texts), length), int)
    for row, text in zip(ids, texts, strict=True):
        known = [vocabulary[t] for t in text[:length] if t in vocabulary]
        row[: len(known)] = known
    return ids


@mistake("encode", "unknown tokens get the id of <pad>")
def unknown_as_pad(texts, vocabulary, length):
    rows = _rows(texts, vocabulary, length, unknown=0)
    return np.array([row + [0] * (length - len(row)) for row in rows])


@mistake("encode", "unknown tokens raise KeyError")
def unknown_raises(texts, vocabulary, length):
    rows = [[vocabulary[token] for token in text[:length]] for text in texts]
    return np.array([row + [0] * (length - len(row)) for row in rows])


@mistake("encode", "texts are filled up with the id of <unk>")
def filled_with_unknown(texts, vocabulary, length):
    rows = _rows(texts, vocabulary, length)
    return np.array([row + [1] * (length - len(row)) for row in rows])


@mistake("encode", "texts are filled up in front")
def filled_in_front(texts, vocabulary, length):
    rows = _rows(texts, vocabulary, length)
    return np.array([[0] * (length - len(row)) + row for row in rows])


@mistake("encode", "of long texts the last tokens are kept")
def last_tokens(texts, vocabulary, length):
    rows = [[vocabulary.get(token, 1) for token in text[-length:]] for text in texts]
    return np.array([row + [0] * (length - len(row)) for row in rows])


@mistake("encode", "long texts are not cut")
def not_cut(texts, vocabulary, length):
    longest = max(length, *[len(text) for text in texts], 1)
    rows = _rows(texts, vocabulary, longest)
    return np.array([row + [0] * (longest - len(row)) for row in rows])


@mistake("encode", "the rows are as long as the longest text, not `length`")
def as_long_as_the_longest(texts, vocabulary, length):
    longest = min(length, max(len(text) for text in texts))
    rows = _rows(texts, vocabulary, longest)
    return np.array([row + [0] * (longest - len(row)) for row in rows])


@mistake("encode", "texts are not filled up")
def not_filled(texts, vocabulary, length):
    return _rows(texts, vocabulary, length)


@mistake("encode", "long texts lose one token too many")
def one_too_short(texts, vocabulary, length):
    rows = _rows(texts, vocabulary, length - 1)
    return np.array([row + [0] * (length - len(row)) for row in rows])


@mistake("encode", "a one-hot row stands for every token")
def one_hot(texts, vocabulary, length):
    rows = _rows(texts, vocabulary, length)
    ids = np.array([row + [0] * (length - len(row)) for row in rows])
    return np.eye(len(vocabulary))[ids]


def _idf(counts):
    return np.log((1 + len(counts)) / (1 + (counts > 0).sum(axis=0))) + 1


def _unit(x):
    norms = np.sqrt((x**2).sum(axis=1, keepdims=True))
    return x / np.where(norms > 0, norms, 1)


@mistake("tf_idf", "df counts occurrences, not the texts that have the token")
def occurrences_for_texts(counts):
    idf = np.log((1 + len(counts)) / (1 + counts.sum(axis=0))) + 1
    return _unit(counts * idf), idf


@mistake("tf_idf", "the texts are not scaled to length 1")
def not_scaled(counts):
    idf = _idf(counts)
    return counts * idf, idf


@mistake("tf_idf", "a row is divided by its sum, not by its Euclidean norm")
def divided_by_sum(counts):
    idf = _idf(counts)
    x = counts * idf
    return x / np.maximum(x.sum(axis=1, keepdims=True), 1e-12), idf


@mistake("tf_idf", "columns are scaled to length 1 instead of rows")
def columns_scaled(counts):
    idf = _idf(counts)
    return _unit((counts * idf).T).T, idf


@mistake("tf_idf", "the counts are scaled to length 1 before they are weighted, not after")
def scaled_before(counts):
    idf = _idf(counts)
    return _unit(counts) * idf, idf


@mistake("tf_idf", "the + 1 behind the logarithm is missing")
def one_behind_missing(counts):
    idf = _idf(counts) - 1
    return _unit(counts * idf), idf


@mistake("tf_idf", "the ones inside the logarithm are missing: log(N / df) + 1")
def not_smoothed(counts):
    idf = np.log(len(counts) / (counts > 0).sum(axis=0)) + 1
    return _unit(counts * idf), idf


@mistake("tf_idf", "the one above the fraction is missing: log(N / (1 + df)) + 1")
def smoothed_below_only(counts):
    idf = np.log(len(counts) / (1 + (counts > 0).sum(axis=0))) + 1
    return _unit(counts * idf), idf


@mistake("tf_idf", "the logarithm is not the natural one, but has base 10")
def log_of_base_ten(counts):
    idf = np.log10((1 + len(counts)) / (1 + (counts > 0).sum(axis=0))) + 1
    return _unit(counts * idf), idf


@mistake("tf_idf", "the logarithm is not the natural one, but has base 2")
def log_of_base_two(counts):
    idf = np.log2((1 + len(counts)) / (1 + (counts > 0).sum(axis=0))) + 1
    return _unit(counts * idf), idf


@mistake("tf_idf", "N is the number of tokens, not of texts")
def tokens_for_texts(counts):
    idf = np.log((1 + counts.shape[1]) / (1 + (counts > 0).sum(axis=0))) + 1
    return _unit(counts * idf), idf


@mistake("tf_idf", "the fraction is upside down, so that frequent tokens weigh more")
def upside_down(counts):
    idf = np.log((1 + (counts > 0).sum(axis=0)) / (1 + len(counts))) + 1
    return _unit(counts * idf), idf


@mistake("tf_idf", "counts are taken as present or not, 1 or 0")
def present_or_not(counts):
    idf = _idf(counts)
    return _unit((counts > 0) * idf), idf


@mistake("tf_idf", "counts are divided by idf")
def divided_by_idf(counts):
    idf = _idf(counts)
    return _unit(counts / idf), idf


@mistake("tf_idf", "only x is returned, without idf")
def without_idf(counts):
    return _unit(counts * _idf(counts))


@mistake("tf_idf", "a row of zeros is divided by its norm, 0")
def zero_row(counts):
    idf = _idf(counts)
    x = counts * idf
    return x / np.linalg.norm(x, axis=1, keepdims=True), idf


@mistake("bag_of_embeddings", "padding is counted: the mean is over all T places")
def padding_counted(ids, E, mask):
    return E[ids].mean(axis=1)


@mistake("bag_of_embeddings", "the sum of the kept is divided by T, not by how many are kept")
def divided_by_places(ids, E, mask):
    return (E[ids] * mask[:, :, None]).sum(axis=1) / ids.shape[1]


@mistake("bag_of_embeddings", "the embeddings are summed, not averaged")
def summed(ids, E, mask):
    return (E[ids] * mask[:, :, None]).sum(axis=1)


@mistake("bag_of_embeddings", "the mask is turned around: True drops")
def mask_reversed(ids, E, mask):
    drop = ~mask
    n = np.maximum(drop.sum(axis=1, keepdims=True), 1)
    return (E[ids] * drop[:, :, None]).sum(axis=1) / n


@mistake("bag_of_embeddings", "ids of 0 are dropped, whatever the mask says")
def by_id_zero(ids, E, mask):
    kept = ids != 0
    n = np.maximum(kept.sum(axis=1, keepdims=True), 1)
    return (E[ids] * kept[:, :, None]).sum(axis=1) / n


@mistake("bag_of_embeddings", "ids of 0 are dropped besides those that the mask drops")
def zero_dropped_too(ids, E, mask):
    kept = mask & (ids != 0)
    n = np.maximum(kept.sum(axis=1, keepdims=True), 1)
    return (E[ids] * kept[:, :, None]).sum(axis=1) / n


@mistake("bag_of_embeddings", "the ids are masked, so that dropped places count as id 0")
def ids_masked(ids, E, mask):
    n = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    return E[ids * mask].sum(axis=1) / n


@mistake("bag_of_embeddings", "all texts are divided by the same number, the mean of the kept")
def one_count_for_all(ids, E, mask):
    return (E[ids] * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1).mean()


@mistake("bag_of_embeddings", "a token that occurs twice in a text is taken once")
def each_once(ids, E, mask):
    rows = [E[np.unique(row[kept])] for row, kept in zip(ids, mask, strict=True)]
    return np.array([row.mean(axis=0) if len(row) else np.zeros(E.shape[1]) for row in rows])


@mistake("bag_of_embeddings", "a text without kept tokens gives 0 / 0")
def empty_text(ids, E, mask):
    return (E[ids] * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)


@mistake("bag_of_embeddings", "one is added to the number of kept tokens, to avoid 0 / 0")
def one_added(ids, E, mask):
    return (E[ids] * mask[:, :, None]).sum(axis=1) / (mask.sum(axis=1, keepdims=True) + 1)


@mistake("bag_of_embeddings", "the largest number of every feature is taken, not the mean")
def largest(ids, E, mask):
    x = np.where(mask[:, :, None], E[ids], -np.inf).max(axis=1)
    return np.where(np.isfinite(x), x, 0)


@mistake("bag_of_embeddings", "the mean runs over the texts (axis 0), not over the places (axis 1)")
def mean_over_texts(ids, E, mask):
    n = np.maximum(mask.sum(axis=0)[:, None], 1)
    return (E[ids] * mask[:, :, None]).sum(axis=0) / n


@mistake("perplexity", "padding is counted")
def pad_counted(log_probabilities, mask):
    return np.exp(-np.mean(log_probabilities))


@mistake("perplexity", "dropped places are set to 0 but still counted")
def zeros_counted(log_probabilities, mask):
    return np.exp(-np.mean(np.where(mask, log_probabilities, 0)))


@mistake("perplexity", "the mask is turned around: True drops")
def dropped_kept(log_probabilities, mask):
    return np.exp(-np.mean(log_probabilities[~mask]))


@mistake("perplexity", "natural logarithms are raised to base 2")
def base_two(log_probabilities, mask):
    return 2 ** -np.mean(log_probabilities[mask])


@mistake("perplexity", "natural logarithms are raised to base 10")
def base_ten(log_probabilities, mask):
    return 10 ** -np.mean(log_probabilities[mask])


@mistake("perplexity", "they are turned into bits first, but then raised to base e")
def bits_to_base_e(log_probabilities, mask):
    return np.exp(-np.mean(log_probabilities[mask]) / np.log(2))


@mistake("perplexity", "exp is missing: the mean of minus the logarithms")
def without_exp(log_probabilities, mask):
    return -np.mean(log_probabilities[mask])


@mistake("perplexity", "the minus is missing")
def without_minus(log_probabilities, mask):
    return np.exp(np.mean(log_probabilities[mask]))


@mistake("perplexity", "the logarithms are summed, not averaged")
def sum_for_mean(log_probabilities, mask):
    return np.exp(-np.sum(log_probabilities[mask]))


@mistake("perplexity", "each text has its own perplexity, and these are averaged")
def mean_of_texts(log_probabilities, mask):
    return np.mean(
        [
            np.exp(-np.mean(row[m]))
            for row, m in zip(log_probabilities, mask, strict=True)
            if m.any()
        ]
    )


@mistake("perplexity", "every text counts the same, however long: a mean of means")
def mean_of_means(log_probabilities, mask):
    means = [np.mean(r[m]) for r, m in zip(log_probabilities, mask, strict=True) if m.any()]
    return np.exp(-np.mean(means))


@mistake("perplexity", "one over the mean probability is taken")
def mean_probability(log_probabilities, mask):
    return 1 / np.mean(np.exp(log_probabilities[mask]))


@mistake("perplexity", "the mean of 1 / p is taken")
def mean_of_inverses(log_probabilities, mask):
    return np.mean(np.exp(-log_probabilities[mask]))


@mistake("perplexity", "one number per text is returned")
def one_per_text(log_probabilities, mask):
    n = np.maximum(mask.sum(axis=1), 1)
    return np.exp(-np.where(mask, log_probabilities, 0).sum(axis=1) / n)


@mistake("perplexity", "dropped places are multiplied by 0, and 0 times -infinity is NaN")
def infinity_times_zero(log_probabilities, mask):
    return np.exp(-(log_probabilities * mask).sum() / mask.sum())


@mistake("perplexity", "the probabilities are multiplied first, and vanish in a long text")
def product_of_probabilities(log_probabilities, mask):
    return np.prod(np.exp(log_probabilities[mask])) ** (-1 / mask.sum())


@mistake("perplexity", "1 / p is multiplied up first, and overflows in a long text")
def product_of_inverses(log_probabilities, mask):
    return np.exp(-np.sum(log_probabilities[mask])) ** (1 / mask.sum())


def _beam(step, start, end, width, length, **options):
    """Beam search with one thing done wrongly; options say which."""
    beam, done, refilled = [(0.0, list(start))], [], options.get("refilled")
    for _ in range(length):
        candidates = []
        for total, tokens in beam:
            read = tokens[-1:] if options.get("last_only") else list(tokens)
            if options.get("without_start"):
                read = tokens[len(start) :] or list(start[-1:])
            log_p = np.asarray(step(read), dtype=float)
            if options.get("probabilities"):
                log_p = np.exp(log_p)
            for token in np.argsort(-log_p, kind="stable")[: None if refilled else width]:
                gained = log_p[token] if options.get("forgets") else total + log_p[token]
                if options.get("product"):
                    gained = (total or 1.0) * log_p[token]
                candidates.append((gained, [*tokens, int(token)]))
        if options.get("per_beam"):
            candidates = [
                one for k in range(len(beam)) for one in candidates[k * width : k * width + 1]
            ] if len(beam) == width else candidates  # fmt: skip
        candidates.sort(key=lambda one: -one[0])
        kept = [one for one in candidates if one[1][-1] != end]
        if refilled:
            done += [one for one in candidates[:width] if one[1][-1] == end]
            beam = kept[:width]
        elif options.get("never_ends"):
            beam = candidates[:width]
        elif options.get("stay"):
            beam = sorted([*done, *candidates], key=lambda one: -one[0])[:width]
            done = [one for one in beam if one[1][-1] == end]
            beam = [one for one in beam if one[1][-1] != end]
        else:
            done += [one for one in candidates[:width] if one[1][-1] == end]
            beam = [one for one in candidates[:width] if one[1][-1] != end]
            if options.get("first_done") and done:
                break
            if options.get("shrinks"):
                beam = beam[: max(width - len(done), 0)]
    found = done + beam
    if options.get("done_only"):
        found = done or beam
    if options.get("beam_only"):
        found = beam or done
    divide = options.get("divide", lambda tokens: len(tokens) - len(start))
    scored = [(total / divide(tokens), tokens) for total, tokens in found]
    score, tokens = max(scored, key=lambda one: one[0])
    return tokens, score


@mistake("beam_search", "scores are not divided by the length, so that short texts win")
def no_normalization(step, start, end, width, length):
    return _beam(step, start, end, width, length, divide=lambda tokens: 1)


@mistake("beam_search", "the tokens of start count in the length")
def start_counted(step, start, end, width, length):
    return _beam(step, start, end, width, length, divide=len)


@mistake("beam_search", "end does not count in the length")
def end_not_counted(step, start, end, width, length):
    return _beam(
        step, start, end, width, length,
        divide=lambda tokens: max(len(tokens) - len(start) - (tokens[-1] == end), 1),
    )  # fmt: skip


@mistake("beam_search", "scores are divided by the root of the length")
def root_of_length(step, start, end, width, length):
    return _beam(
        step, start, end, width, length, divide=lambda tokens: (len(tokens) - len(start)) ** 0.5
    )


@mistake("beam_search", "the likeliest token is taken each time, whatever the width")
def greedy(step, start, end, width, length):
    return _beam(step, start, end, 1, length)


@mistake(
    "beam_search", "each hypothesis hands on its own best successor, so that all descend alone"
)
def one_successor_each(step, start, end, width, length):
    return _beam(step, start, end, width, length, per_beam=True)


@mistake("beam_search", "the totals are forgotten: only the newest log-probability ranks")
def totals_forgotten(step, start, end, width, length):
    return _beam(step, start, end, width, length, forgets=True)


@mistake("beam_search", "log-probabilities are multiplied instead of added")
def multiplied(step, start, end, width, length):
    return _beam(step, start, end, width, length, product=True)


@mistake("beam_search", "probabilities are added instead of their logarithms")
def probabilities_added(step, start, end, width, length):
    return _beam(step, start, end, width, length, probabilities=True)


@mistake("beam_search", "step is given only the last token")
def last_token_only(step, start, end, width, length):
    return _beam(step, start, end, width, length, last_only=True)


@mistake("beam_search", "step is given the new tokens without start")
def start_not_read(step, start, end, width, length):
    return _beam(step, start, end, width, length, without_start=True)


@mistake("beam_search", "hypotheses that end are continued behind their end")
def never_ends(step, start, end, width, length):
    return _beam(step, start, end, width, length, never_ends=True)


@mistake("beam_search", "finished hypotheses stay in the beam and can be pushed out of it")
def finished_stay(step, start, end, width, length):
    return _beam(step, start, end, width, length, stay=True)


@mistake("beam_search", "the search stops as soon as one hypothesis is done")
def stops_at_first(step, start, end, width, length):
    return _beam(step, start, end, width, length, first_done=True)


@mistake("beam_search", "unfinished hypotheses do not count where there are finished ones")
def finished_only(step, start, end, width, length):
    return _beam(step, start, end, width, length, done_only=True)


@mistake("beam_search", "finished hypotheses are lost unless nothing else is left")
def finished_lost(step, start, end, width, length):
    return _beam(step, start, end, width, length, beam_only=True)


@mistake("beam_search", "the places of finished hypotheses are given to others in the same round")
def places_refilled(step, start, end, width, length):
    return _beam(step, start, end, width, length, refilled=True)


@mistake("beam_search", "the beam gets smaller for good with every finished hypothesis")
def beam_shrinks(step, start, end, width, length):
    return _beam(step, start, end, width, length, shrinks=True)


@mistake("beam_search", "one token too few is appended")
def one_round_too_few(step, start, end, width, length):
    return _beam(step, start, end, width, max(length - 1, 1))


@mistake("beam_search", "start counts among the `length` tokens")
def start_in_the_length(step, start, end, width, length):
    return _beam(step, start, end, width, max(length - len(start), 1))


@mistake("beam_search", "the tokens are returned without start")
def without_start(step, start, end, width, length):
    tokens, score = _beam(step, start, end, width, length)
    return tokens[len(start) :], score


@mistake("beam_search", "the tokens are returned without end")
def without_end(step, start, end, width, length):
    tokens, score = _beam(step, start, end, width, length)
    return tokens[:-1] if tokens[-1] == end else tokens, score


@mistake("beam_search", "the total is returned as the score, though the best was chosen by mean")
def total_returned(step, start, end, width, length):
    tokens, score = _beam(step, start, end, width, length)
    return tokens, score * (len(tokens) - len(start))


@mistake("beam_search", "the score is returned before the tokens")
def score_first(step, start, end, width, length):
    tokens, score = _beam(step, start, end, width, length)
    return score, tokens


@mistake("beam_search", "start itself is continued, in place")
def start_in_place(step, start, end, width, length):
    tokens, score = _beam(step, start, end, width, length)
    start[:] = tokens
    return start, score


@mistake("beam_search", "ties go to the higher id")
def ties_to_the_higher(step, start, end, width, length):
    beam, done = [(0.0, list(start))], []
    for _ in range(length):
        candidates = []
        for total, tokens in beam:
            log_p = np.asarray(step(list(tokens)), dtype=float)
            candidates += [(total + p, [*tokens, i]) for i, p in enumerate(log_p)]
        candidates.sort(reverse=True)
        done += [one for one in candidates[:width] if one[1][-1] == end]
        beam = [one for one in candidates[:width] if one[1][-1] != end]
    found = [(total / (len(tokens) - len(start)), tokens) for total, tokens in done + beam]
    score, tokens = max(found, key=lambda one: one[0])
    return tokens, score
