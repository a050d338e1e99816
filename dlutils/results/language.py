"""Chapter 17: sentiment of film reviews in five-fold comparison, and language models of a novel.

Reviews: sentences whose rating is more than 0.5 from 0; is it above? All choices are made by five
folds of the training rows. The test rows are read once: by the published baseline, by the network
that was chosen, with five seeds, and by logistic regression on what this network reads. Novel:
models of the next word, trained on chapters 1 to 49, chosen on 50 to 55, read once on 56 to 61.
"""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np

import dlutils as dl
from dlutils import datasets

FOLDS, SEEDS = 5, range(5)
LENGTH = 400  # pieces of a sentence that are read
ORDERS, SMOOTHING = (1, 2, 3, 4), (10, 40, 160, 640)
ABBREVIATIONS = {"mr", "mrs"}


def compute():
    """Accuracies per fold and seed, and perplexities, as plain data."""
    return {"reviews": _reviews(), "test": _test(), "novel": _novel()}


def pairs(tokens):
    """Tokens followed by their pairs of neighbours, "not good"."""
    return tokens + [f"{a} {b}" for a, b in pairwise(tokens)]


def pieces(tokens):
    """Tokens, pairs, and the runs of 3 to 5 letters in words, whose ends are marked: "<ba", "ad>".

    P. Bojanowski and others, 2017.
    """
    marked = [f"<{token}>" for token in tokens]
    parts = [
        word[i : i + n] for word in marked for n in (3, 4, 5) for i in range(len(word) - n + 1)
    ]
    return pairs(tokens) + parts


class Bag(dl.Layer):
    """Mean embedding of a text's pieces; in training each piece is left out with probability p."""

    params = ("E",)

    def __init__(self, n_tokens, n_out, p, rng):
        self.E = (0.1 * rng.normal(size=(n_tokens, n_out))).astype(np.float32)
        self.p, self.rng = p, rng

    def forward(self, x):
        mask = x > 0
        if self.training:
            mask &= self.rng.random(x.shape) >= self.p
        self.cache = x, mask
        return dl.bag_of_embeddings(x, self.E, mask)

    def backward(self, dy):
        ids, mask = self.cache
        dy = dy / np.maximum(mask.sum(axis=1, keepdims=True), 1).astype(dy.dtype)
        rows = np.repeat(dy, mask.sum(axis=1), axis=0)  # (kept tokens, D)
        self.dE = dl.embedding_backward_fast(rows, (ids[mask], self.E.shape))


def sentiment_network(n_tokens, rng, hidden=0):
    """A bag and a linear head, A. Joulin and others, 2017; or a layer of ReLUs between them."""
    bag = Bag(n_tokens, 8, 0.5, rng)
    if not hidden:
        return dl.Sequential(bag, dl.Linear(8, 1, rng))
    layers = dl.Linear(8, hidden, rng), dl.ReLU(), dl.Dropout(0.5, rng), dl.Linear(hidden, 1, rng)
    return dl.Sequential(bag, *layers)


def shares(ratings):
    """How many of 100 would call it good? A guess from the mean rating, sigmoid(2 rating)."""
    return dl.sigmoid(2 * ratings)


def sentences(text):
    """A novel's sentences, lists of tokens from "<start>" to "<end>", without quotation marks."""
    found, sentence = [], ["<start>"]
    for token in dl.tokenize(text):
        if token in '"_':
            continue
        sentence.append(token)
        if token in ("!", "?") or (token == "." and sentence[-2] not in ABBREVIATIONS):
            found.append([*sentence, "<end>"])
            sentence = ["<start>"]
    return [one for one in found if len(one) > 3]


def novel():
    """Sentences of chapters 1 to 49, of 50 to 55 and of 56 to 61."""
    book = datasets.pride_and_prejudice()
    cut = book.text_train.index("Chapter 50\n")
    parts = book.text_train[:cut], book.text_train[cut:], book.text_test
    return [sentences(part) for part in parts]


def _reviews():
    data = datasets.movie_reviews()
    texts, ratings = [dl.tokenize(text) for text in data.text_train], data.rating_train
    fold = np.arange(len(texts)) * FOLDS // len(texts)
    clear = np.abs(ratings) > 0.5
    found = defaultdict(list)
    for number in range(FOLDS):
        train, held = fold != number, (fold == number) & clear
        good = ratings[held] > 0
        for name, scores in _models(texts, ratings, clear, train, held, seed=number):
            found[name].append(_share(scores > 0, good))
    return dict(found)


def _models(texts, ratings, clear, train, held, seed):
    """Scores of the held-out texts by every model, the names as the chapter has them."""
    labels, soft = (ratings > 0).astype(np.float32), shares(ratings)
    given = train & clear, held
    yield "TF-IDF, words", _logistic(texts, labels, *given, C=3)
    yield "TF-IDF, words and pairs", _logistic(list(map(pairs, texts)), labels, *given, C=10)
    yield "network, words", _network(texts, labels, *given, seed)
    parts = list(map(pieces, texts))
    yield "network, pieces", _network(parts, labels, *given, seed)
    yield "network, pieces, ratings", _network(parts, soft, train, held, seed)
    yield "with a hidden layer", _network(parts, soft, train, held, seed, hidden=32)
    yield "TF-IDF, pieces, ratings", _logistic(parts, soft, train, held, C=3)


def _chosen(texts, mask):
    return [text for text, kept in zip(texts, mask, strict=True) if kept]


def _network(texts, target, train, held, seed, hidden=0, epochs=5):
    vocabulary = dl.build_vocabulary(_chosen(texts, train), 3)
    length = min(LENGTH, max(map(len, texts)))
    x, x_held = (dl.encode(_chosen(texts, rows), vocabulary, length) for rows in (train, held))
    rng = np.random.default_rng(seed)
    model = sentiment_network(len(vocabulary), rng, hidden)
    optimizer = dl.Adam(model, lr=0.005 if hidden else 0.01)
    dl.train(
        model, dl.binary_cross_entropy_and_gradient, optimizer, x, target[train], epochs, 50, rng,
        progress=False,
    )  # fmt: skip
    return dl.predict(model, x_held)[:, 0]


def _logistic(texts, labels, train, held, C, steps=600):
    """Logistic regression on TF-IDF as scikit-learn has it: loss + |w|^2 / (2 C N), no l2 on b.

    Only what is not 0 is kept: per text ids and weights. Nesterov's method to convergence.
    """
    vocabulary = dl.build_vocabulary(_chosen(texts, train), 2)
    bags = [Counter(vocabulary[t] for t in text if t in vocabulary) for text in texts]
    known = _chosen(bags, train)
    df = np.bincount([i for bag in known for i in bag], minlength=len(vocabulary))
    idf = np.log((1 + len(known)) / (1 + df)) + 1
    x, x_held = _Rows(known, idf), _Rows(_chosen(bags, held), idf)
    y, N = labels[train], len(known)
    w = v = np.zeros(len(vocabulary) + 1)  # the bias last
    decay = np.append(np.full(len(vocabulary), 1 / (C * N)), 0)
    lr = 4 / (1 + x.largest() / N)
    for k in range(steps):
        ahead = w + k / (k + 3) * v
        error = (dl.sigmoid(x.scores(ahead)) - y) / N
        v = k / (k + 3) * v - lr * (x.gradient(error) + decay * ahead)
        w = w + v
    return x_held.scores(w)


class _Rows:
    """TF-IDF rows without their zeros."""

    def __init__(self, bags, idf):
        rows = [np.array(list(bag.values())) * idf[list(bag)] for bag in bags]
        self.ids = np.concatenate([list(bag) for bag in bags]).astype(int)
        self.rows = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
        self.x = np.concatenate([row / np.linalg.norm(row) for row in rows if len(row)])
        self.size, self.columns = len(bags), len(idf)

    def scores(self, w):
        return np.bincount(self.rows, self.x * w[self.ids], self.size) + w[-1]

    def gradient(self, error):
        dw = np.bincount(self.ids, self.x * error[self.rows], self.columns)
        return np.append(dw, error.sum())

    def largest(self):
        """The largest eigenvalue of x^T x with a column of ones, nearly."""
        w = np.ones(self.columns + 1)
        for _ in range(30):
            w = self.gradient(self.scores(w / np.linalg.norm(w)))
        return np.linalg.norm(w)


def _test():
    """The one reading of the test rows: right or not, (N,) 0 or 1, by baseline and networks."""
    data = datasets.movie_reviews()
    texts = [dl.tokenize(text) for text in data.text_train + data.text_test]
    ratings = np.concatenate([data.rating_train, data.rating_test])
    train = np.arange(len(texts)) < len(data.text_train)
    clear = np.abs(ratings) > 0.5
    held, labels = ~train & clear, (ratings > 0).astype(np.float32)
    baseline = _logistic(list(map(pairs, texts)), labels, train & clear, held, C=10)
    parts = list(map(pieces, texts))
    networks = [_network(parts, shares(ratings), train, held, seed) for seed in SEEDS]
    rival = _logistic(parts, shares(ratings), train, held, C=3)
    good = ratings[held] > 0
    one = [_paired(scores, baseline, good) for scores in networks]
    return {
        "baseline": _share(baseline > 0, good),
        "TF-IDF, pieces, ratings": _share(rival > 0, good),
        "TF-IDF, pieces, ratings, paired": _paired(rival, baseline, good),
        "networks": [_share(scores > 0, good) for scores in networks],
        "paired": one,
        "mean of five": _share(np.mean(networks, axis=0) > 0, good),
        "mean of five, paired": _paired(np.mean(networks, axis=0), baseline, good),
    }


def _paired(scores, others, good):
    """How many only the first gets right, and how many only the second."""
    first, second = (scores > 0) == good, (others > 0) == good
    return [int((first & ~second).sum()), int((second & ~first).sum())]


def _share(predicted, good):
    return round(float(np.mean(predicted == good)), 4)


def _novel():
    train, choose, test = novel()
    vocabulary = dl.build_vocabulary(train, 3)
    train, choose, test = (_ids(part, vocabulary) for part in (train, choose, test))
    found = {"vocabulary": len(vocabulary), "orders": list(ORDERS), "smoothing": list(SMOOTHING)}
    tables = count_followers(train, max(ORDERS))
    found["counted"] = [
        [_perplexity([_counted(tables[:n], s, len(vocabulary), a) for s in choose]) for n in ORDERS]
        for a in SMOOTHING
    ]
    models = [_neural(train, len(vocabulary), seed) for seed in range(3)]
    found["network"] = [_perplexity([_read(m, s) for s in choose]) for m in models]
    rows = np.unravel_index(np.argmin(found["counted"]), (len(SMOOTHING), len(ORDERS)))
    a, n = SMOOTHING[rows[0]], ORDERS[rows[1]]
    counted = [_counted(tables[:n], s, len(vocabulary), a) for s in test]
    read = [[_read(m, s) for s in test] for m in models]
    found["test"] = {
        "order": n,
        "smoothing": a,
        "counted": _perplexity(counted),
        "network": [_perplexity(one) for one in read],
        "half and half": [
            _perplexity([np.logaddexp(x, y) - np.log(2) for x, y in zip(counted, one, strict=True)])
            for one in read
        ],
    }
    return found


def _ids(texts, vocabulary):
    return [[vocabulary.get(token, vocabulary["<unk>"]) for token in text] for text in texts]


def _perplexity(log_p):
    return round(float(np.exp(-np.mean(np.concatenate(log_p)))), 1)


def count_followers(texts, order):
    """For 0 to order - 1 ids of history a dict {history: ({id that followed: count}, total)}."""
    tables = [defaultdict(Counter) for _ in range(order)]
    for text in texts:
        for i in range(1, len(text)):
            for k in range(min(order - 1, i) + 1):
                tables[k][tuple(text[i - k : i])][text[i]] += 1
    return [{h: (c, sum(c.values())) for h, c in table.items()} for table in tables]


def _counted(tables, text, V, a):
    """Log-probabilities of a text's tokens after the first: counts, smoothed by shorter ones."""
    log_p = []
    for i in range(1, len(text)):
        p = 1 / V
        for k, table in enumerate(tables[: i + 1]):
            followers, total = table.get(tuple(text[i - k : i]), ({}, 0))
            p = (followers.get(text[i], 0) + a * p) / (total + a)
        log_p.append(np.log(p))
    return np.array(log_p)


def log_probabilities(tables, texts, V, a):
    """Of every id after a text's first one (N, T), and the mask (N, T) of those that are there."""
    longest = max(len(text) for text in texts) - 1
    log_p = np.full((len(texts), longest), -np.inf)
    for row, text in zip(log_p, texts, strict=True):
        row[: len(text) - 1] = _counted(tables, text, V, a)
    return log_p, log_p > -np.inf


def draw_sentences(step, start, end, count, rng, length=60):
    """Sentences whose words are drawn with their probabilities exp(step(tokens)), ids as lists."""
    found = []
    for _ in range(count):
        tokens = [start]
        while tokens[-1] != end and len(tokens) <= length:
            p = np.exp(step(tokens))
            tokens.append(int(rng.choice(len(p), p=p / p.sum())))
        found.append(tokens)
    return found


CONTEXT = 4


def _windows(text):
    """The CONTEXT ids before every token but the first, <pad> where there are fewer: (T, C)."""
    filled = [0] * (CONTEXT - 1) + list(text)
    return np.array([filled[i : i + CONTEXT] for i in range(len(text) - 1)])


def _neural(texts, V, seed, epochs=3):
    """Y. Bengio and others, 2003: the embeddings of the last words, a tanh layer, a softmax."""
    x = np.concatenate([_windows(text) for text in texts])
    y = np.concatenate([text[1:] for text in texts])
    rng = np.random.default_rng(seed)
    model = dl.Sequential(
        dl.Embedding(V, 32, rng), dl.Flatten(), dl.Linear(CONTEXT * 32, 64, rng), dl.Tanh(),
        dl.Dropout(0.3, rng), dl.Linear(64, V, rng),
    )  # fmt: skip
    total = epochs * -(-len(x) // 256)
    dl.train(
        model, dl.cross_entropy_and_gradient, dl.Adam(model), x, y, epochs, 256, rng,
        schedule=lambda step: dl.cosine_schedule(step, total, 0.006, 0), progress=False,
    )  # fmt: skip
    return model


def _read(model, text):
    logits = dl.predict(model, _windows(text))
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return log_p[np.arange(len(logits)), text[1:]]
