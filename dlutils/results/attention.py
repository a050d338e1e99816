"""Chapter 10: an LSTM and one head of attention say digits backwards; an LSTM and a transformer of
equal size read a novel. Three seeds each; every test set is looked at, and nothing is chosen by it.
"""

import numpy as np

from dlutils import (
    LSTM,
    Adam,
    Embedding,
    Layer,
    LayerNorm,
    Linear,
    MultiHeadAttention,
    Sequential,
    TimeDistributed,
    TransformerBlock,
    causal_mask,
    cross_entropy_and_gradient,
    datasets,
    positional_encoding,
    xavier_init,
)

SEEDS = (0, 1, 2)
DIGITS = 10
LENGTHS = (5, 10, 15, 20)
REVERSALS = 400  # steps of 64 sequences
WINDOW, BATCH, STEPS, EVERY = 64, 16, 1500, 250  # of the novel
RATES = {"LSTM": 0.04, "transformer": 0.02}  # best of 0.01, 0.02, 0.04 on held-out training text


class Positions(Layer):
    """Adds the positional encoding to x (N, T, D)."""

    def forward(self, x):
        return x + positional_encoding(*x.shape[1:]).astype(x.dtype)

    def backward(self, dy):
        return dy


def compute():
    """Accuracy of reversal by length and place, bits per character by characters read."""
    return {"reversal": _reversal(), "characters": _characters()}


def _read_out(n_in, n_out, rng):
    return TimeDistributed(Linear(n_in, n_out, rng, init=xavier_init))


def _reversal():
    """Per model: weights, accuracy [length][seed], and by place in the longest [seed][place]."""
    found = {}
    for name, build in (("LSTM", _lstm_reverser), ("attention", _attention_reverser)):
        runs = [[_accuracy_by_place(build, T, seed) for seed in SEEDS] for T in LENGTHS]
        found[name] = {
            "weights": _count(build(np.random.default_rng(0))),
            "accuracy": [[float(np.mean(run)) for run in at_length] for at_length in runs],
            "by_place": [run.tolist() for run in runs[-1]],
        }
    return found | {"lengths": list(LENGTHS), "steps": REVERSALS}


def _lstm_reverser(rng):
    """Reads the digits, then as many blanks, id 10, at which it has to answer."""
    return Sequential(Embedding(DIGITS + 1, 32, rng), LSTM(32, 64, rng), _read_out(64, DIGITS, rng))


def _attention_reverser(rng):
    return Sequential(
        Embedding(DIGITS, 32, rng),
        Positions(),
        MultiHeadAttention(32, 1, rng),
        _read_out(32, DIGITS, rng),
    )


def _accuracy_by_place(build, T, seed):
    rng = np.random.default_rng(seed)
    model = build(rng)
    optimizer = Adam(model, lr=0.01 if build is _attention_reverser else 0.005, max_norm=1.0)
    for _ in range(REVERSALS):
        x = rng.integers(DIGITS, size=(64, T))
        logits = model(_with_blanks(x, build))
        labels = x[:, ::-1].ravel()
        _, d = cross_entropy_and_gradient(logits[:, -T:].reshape(-1, DIGITS), labels)
        dlogits = np.zeros_like(logits)
        dlogits[:, -T:] = d.reshape(64, T, DIGITS)
        model.backward_params(dlogits)
        optimizer.step()
    x = rng.integers(DIGITS, size=(1000, T))
    said = model(_with_blanks(x, build))[:, -T:].argmax(axis=-1)
    return np.mean(said == x[:, ::-1], axis=0)


def _with_blanks(x, build):
    if build is _attention_reverser:
        return x
    return np.concatenate([x, np.full_like(x, DIGITS)], axis=1)


def _characters():
    """Bits per character of the test text, [seed][every EVERY steps], and the bigram's."""
    book = datasets.pride_and_prejudice()
    characters = sorted(set(book.text_train))
    index = {c: i for i, c in enumerate(characters)}
    train, test = (np.array([index[c] for c in text]) for text in (book.text_train, book.text_test))
    found = {"bigram": _bigram_bits(train, test, len(characters))}
    for name, build in (("LSTM", _lstm_reader), ("transformer", _transformer_reader)):
        found[name] = {
            "weights": _count(build(len(characters), np.random.default_rng(0))),
            "bits": [
                _bits_while_reading(
                    build(len(characters), np.random.default_rng(seed)),
                    RATES[name],
                    train,
                    test,
                    seed,
                )
                for seed in SEEDS
            ],
        }
    read = [EVERY * BATCH * WINDOW * (i + 1) for i in range(STEPS // EVERY)]
    return found | {"characters_read": read}


def _lstm_reader(V, rng):
    return Sequential(Embedding(V, 32, rng), LSTM(32, 78, rng), _read_out(78, V, rng))


def _transformer_reader(V, rng):
    embedding, block = Embedding(V, 64, rng), TransformerBlock(64, 4, 128, rng, causal_mask)
    embedding.E *= 0.3  # lets the positions, of size 1, be heard
    return Sequential(embedding, Positions(), block, LayerNorm(64), _read_out(64, V, rng))


def _bits_while_reading(model, rate, train, test, seed):
    """Random windows; the learning rate rises for 50 steps, then falls along a half cosine."""
    rng = np.random.default_rng(seed)
    optimizer, bits = Adam(model, max_norm=1.0), []
    for step in range(STEPS):
        starts = rng.integers(len(train) - WINDOW, size=(BATCH, 1))
        windows = train[starts + np.arange(WINDOW + 1)]
        logits = model(windows[:, :-1])
        labels = windows[:, 1:].ravel()
        _, dlogits = cross_entropy_and_gradient(logits.reshape(len(labels), -1), labels)
        model.backward_params(dlogits.reshape(logits.shape))
        fall = 0.55 + 0.45 * np.cos(np.pi * step / STEPS)
        optimizer.lr = rate * min(1, (step + 1) / 50) * fall
        optimizer.step()
        if (step + 1) % EVERY == 0:
            bits.append(_bits(model, test))
    return bits


def _bits(model, text, batch=64):
    """Mean bits per character over windows side by side, none of which sees the one before."""
    n = (len(text) - 1) // WINDOW
    x, y = (text[s : s + n * WINDOW].reshape(n, WINDOW) for s in (0, 1))
    total = 0.0
    for start in range(0, n, batch):
        logits = model(x[start : start + batch])
        labels = y[start : start + batch].ravel()
        loss, _ = cross_entropy_and_gradient(logits.reshape(len(labels), -1), labels)
        total += loss * len(labels)
    return float(total / y.size / np.log(2))


def _bigram_bits(train, test, V):
    counts = np.ones((V, V))
    np.add.at(counts, (train[:-1], train[1:]), 1)
    p = counts / counts.sum(axis=1, keepdims=True)
    return float(-np.mean(np.log2(p[test[:-1], test[1:]])))


def _count(model):
    return sum(array.size for array in model.named_parameters().values())
