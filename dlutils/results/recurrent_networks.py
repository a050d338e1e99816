"""Chapter 8 over five seeds: memory against windows on names, and how far back a novel is read.

Names: a recurrent network and networks that see the last 1, 2, 3, 4 or 6 letters, all with about
the same number of parameters, trained alike. The learning rate of each is the one of four that is
best on 600 names held out of the training names. Novel: the chapter's network, trained as there.
"""

import numpy as np

from dlutils import (
    adam_step,
    clip_by_norm,
    cross_entropy_backward,
    datasets,
    embedding_backward_fast,
    embedding_forward,
    linear_backward,
    linear_forward,
    rnn_backward,
    rnn_forward,
    softmax,
    temporal_cross_entropy,
    xavier_init,
)

LETTERS = ".-abcdefghijklmnopqrstuvwxyz"
D, EPOCHS, RATES, SEEDS = 16, 8, (0.01, 0.02, 0.04, 0.08), 5
WINDOWS = {1: 155, 2: 114, 3: 91, 4: 75, 6: 56}  # letters seen: hidden units for equal parameters
HIDDEN = 64
CONTEXTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
DISTANCES = 30


def compute():
    """{"names": bits per letter on test names, "novel": bits, gradients by distance, contexts}."""
    return {"names": _names(), "novel": _novel()}


def _names():
    data = datasets.names()
    train, test = (
        encode(list(dict.fromkeys(name.lower() for name in names)))
        for names in (data.name_train, data.name_test)
    )
    held_out = [part[:600] for part in train]
    rest = [part[600:] for part in train]
    models = [("recurrent", None, HIDDEN)]
    models += [(f"{k} letter{'s' * (k > 1)}", k, hidden) for k, hidden in WINDOWS.items()]
    found = {"models": {}, "bigram": _bigram(train, test)}
    for name, window, hidden in models:
        tried = {lr: _train(rest, window, hidden, lr, 0) for lr in RATES}
        scores = {lr: _bits(params, window, held_out) for lr, params in tried.items()}
        lr = min(scores, key=scores.get)
        runs = [_train(train, window, hidden, lr, seed) for seed in range(SEEDS)]
        found["models"][name] = {
            "bits": [_bits(params, window, test) for params in runs],
            "parameters": int(sum(part.size for part in runs[0])),
            "lr": lr,
        }
    return found


def encode(names):
    """ids, labels (N, 16) and mask (N, 16) of names of up to 15 letters; id 0 is the end."""
    ids, mask = np.zeros((len(names), 17), int), np.zeros((len(names), 16), bool)
    for n, name in enumerate(names):
        ids[n, 1 : len(name) + 1] = [LETTERS.index(letter) for letter in name]
        mask[n, : len(name) + 1] = True
    return ids[:, :-1], ids[:, 1:], mask


def _bigram(train, test):
    (ids, labels, mask), (test_ids, test_labels, test_mask) = train, test
    counts = np.ones((len(LETTERS), len(LETTERS)))
    np.add.at(counts, (ids[mask], labels[mask]), 1)
    p = counts / counts.sum(axis=1, keepdims=True)
    return float(-np.mean(np.log2(p[test_ids[test_mask], test_labels[test_mask]])))


def _start(V, width, n_in, hidden, rng, recurrent):
    parts = [0.5 * rng.normal(size=(V, width)), xavier_init(n_in, hidden, rng)]
    if recurrent:
        parts.append(xavier_init(hidden, hidden, rng))
    parts += [np.zeros(hidden), xavier_init(hidden, V, rng), np.zeros(V)]
    return [part.astype(np.float32) for part in parts]


def _train(data, window, hidden, lr, seed):
    rng = np.random.default_rng(seed)
    n_in = D if window is None else D * window
    params = _start(len(LETTERS), D, n_in, hidden, rng, recurrent=window is None)
    states, steps = [None] * len(params), EPOCHS * -(-len(data[0]) // 64)
    step = 0
    for _ in range(EPOCHS):
        order = rng.permutation(len(data[0]))
        for first in range(0, len(order), 64):
            batch = [part[order[first : first + 64]] for part in data]
            grads = (_recurrent if window is None else _windowed)(params, *batch, window)[1]
            params, states = _step(params, grads, states, lr * (1 - step / steps))
            step += 1
    return params


def _step(params, grads, states, lr):
    pairs = [
        adam_step(w, dw, state, lr)
        for w, dw, state in zip(params, clip_by_norm(grads, 1.0), states, strict=True)
    ]
    return [w for w, _ in pairs], [state for _, state in pairs]


def _bits(params, window, data):
    loss = (_recurrent if window is None else _windowed)(params, *data, window)[0]
    return float(loss / np.log(2))


def _recurrent(params, ids, labels, mask, _=None, h0=None):
    """Loss, gradients and all states of the recurrent network."""
    E, Wx, Wh, b, W, c = params
    x, cache_e = embedding_forward(ids, E)
    h0 = np.zeros((len(ids), len(Wh)), np.float32) if h0 is None else h0
    h, cache_h = rnn_forward(x, h0, Wx, Wh, b)
    logits, cache_y = linear_forward(h.reshape(-1, len(Wh)), W, c)
    loss, dlogits = temporal_cross_entropy(logits.reshape(*ids.shape, -1), labels, mask)
    dh, dW, dc = linear_backward(dlogits.reshape(logits.shape), cache_y)
    dx, _, dWx, dWh, db = rnn_backward(dh.reshape(h.shape), cache_h)
    return loss, [embedding_backward_fast(dx, cache_e), dWx, dWh, db, dW, dc], h


def _windowed(params, ids, labels, mask, window):
    """Loss and gradients of a network with one hidden layer on the last `window` letters."""
    E, W1, b1, W2, b2 = params
    padded = np.pad(ids, ((0, 0), (window - 1, 0)))
    seen = np.stack([padded[:, i : i + ids.shape[1]] for i in range(window)], axis=-1)[mask]
    x, cache_e = embedding_forward(seen, E)
    z, cache_1 = linear_forward(x.reshape(len(seen), -1), W1, b1)
    h = np.tanh(z)
    logits, cache_2 = linear_forward(h, W2, b2)
    labels = labels[mask]
    loss = -np.mean(np.log(softmax(logits)[np.arange(len(labels)), labels]))
    dh, dW2, db2 = linear_backward(cross_entropy_backward(logits, labels), cache_2)
    dx, dW1, db1 = linear_backward(dh * (1 - h**2), cache_1)
    return loss, [embedding_backward_fast(dx.reshape(x.shape), cache_e), dW1, db1, dW2, db2]


def _novel():
    book = datasets.pride_and_prejudice()
    characters = sorted(set(book.text_train))
    index = {character: i for i, character in enumerate(characters)}
    text, test = (np.array([index[c] for c in t]) for t in (book.text_train, book.text_test))
    runs = [_read(text, test, len(characters), seed) for seed in range(SEEDS)]
    return {"contexts": CONTEXTS} | {key: [run[key] for run in runs] for key in runs[0]}


def _read(text, test, V, seed, N=32, T=25, steps=600, hidden=128, width=32, lr=0.004):
    """Train on the novel -> bits per character on the test text, and how far back it reaches."""
    params = _start(V, width, width, hidden, np.random.default_rng(seed), recurrent=True)
    found = {}
    found["gradient_before"], found["slope_before"] = _by_distance(params, test)
    length, kept = (len(text) - 1) // N, np.ones((N, T), bool)
    ids, labels = (text[i : i + N * length].reshape(N, length) for i in (0, 1))
    h, states = np.zeros((N, hidden), np.float32), [None] * len(params)
    for step in range(steps):
        here = slice(step * T, step * T + T)
        _, grads, seen = _recurrent(params, ids[:, here], labels[:, here], kept, h0=h)
        params, states = _step(params, grads, states, lr * (1 - step / steps))
        h = seen[:, -1]
    found["gradient_after"], found["slope_after"] = _by_distance(params, test)
    found["bits"] = [_with_context(params, test, k) for k in CONTEXTS]
    return found


def _with_context(params, test, k):
    """Bits of the character that follows k others, of which alone the network knows."""
    places = np.arange(64, len(test) - 1, 16)
    ids = test[places[:, None] + np.arange(1 - k, 1)]
    mask = np.zeros(ids.shape, bool)
    mask[:, -1] = True
    labels = np.zeros_like(ids)
    labels[:, -1] = test[places + 1]
    return float(_recurrent(params, ids, labels, mask)[0] / np.log(2))


def _by_distance(params, test):
    """Norms of the gradient of one character's loss by the input 0, 1, 2, ... steps before it,
    relative to the first, and the mean slope of the units, 1 - h^2.
    """
    E, Wx, Wh, b, W, c = params
    places = np.arange(64, len(test) - 1, 256)
    ids = test[places[:, None] + np.arange(-DISTANCES, 1)]
    h, cache = rnn_forward(E[ids], np.zeros((len(ids), len(Wh)), np.float32), Wx, Wh, b)
    dh = np.zeros_like(h)
    dh[:, -1] = cross_entropy_backward(h[:, -1] @ W + c, test[places + 1]) @ W.T
    dx = rnn_backward(dh, cache)[0]
    norms = np.linalg.norm(dx, axis=2).mean(axis=0)[::-1]
    return [float(norm) for norm in norms / norms[0]], float(np.mean(1 - h**2))
