"""Right answers to chapter 8, written in other ways than the reference."""

import math

import numpy as np

from dlutils import cross_entropy, cross_entropy_backward, softmax
from tests.alternatives import alternative


@alternative("embedding_forward")
def one_hot_product(ids, E):
    one_hot = np.eye(len(E))[ids]
    return one_hot @ E, one_hot


@alternative("embedding_forward")
def take_rows(ids, E):
    return np.take(E, ids, axis=0), {"ids": ids, "rows": E.shape[0]}


@alternative("embedding_forward")
def row_by_row(ids, E):
    ids = np.asarray(ids)
    y = np.empty((*ids.shape, E.shape[1]))
    for place in np.ndindex(ids.shape):
        y[place] = E[ids[place]]
    return [y, [ids, E]]


def _keeps_one_hot(ids, E):
    one_hot = np.eye(len(E))[ids]
    return one_hot @ E, one_hot


@alternative("embedding_backward", forward=_keeps_one_hot)
def transposed_one_hot(dy, one_hot):
    return np.tensordot(one_hot, dy, axes=(range(dy.ndim - 1), range(dy.ndim - 1)))


@alternative("embedding_backward")
def place_by_place(dy, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    for place in np.ndindex(np.shape(ids)):
        dE[np.asarray(ids)[place]] += dy[place]
    return dE


@alternative("embedding_backward")
def row_sums(dy, cache):
    ids, (V, _) = cache
    return np.stack([dy[ids == token].sum(axis=0) for token in range(V)])


def _keeps_table(ids, E):
    return E[ids], [ids, E]


@alternative("embedding_backward", forward=_keeps_table)
def bincount_per_column(dy, cache):
    ids, E = cache
    flat, columns = np.ravel(ids), dy.reshape(-1, E.shape[1]).T
    return np.array([np.bincount(flat, column, minlength=len(E)) for column in columns]).T


@alternative("rnn_step_forward")
def stacked_inputs(x, h, Wx, Wh, b):
    both = np.concatenate([x, h], axis=1)
    W = np.vstack([Wx, Wh])
    return np.tanh(both.dot(W) + b[None, :]), (both, W)


@alternative("rnn_step_forward")
def with_einsum(x, h, Wx, Wh, b):
    z = np.einsum("nd,dh->nh", x, Wx) + np.einsum("nk,kh->nh", h, Wh) + b
    return (1 - np.exp(-2 * z)) / (1 + np.exp(-2 * z)), None


@alternative("rnn_step_forward")
def unit_by_unit(x, h, Wx, Wh, b):
    rows = []
    for n in range(len(x)):
        row = []
        for k in range(len(b)):
            z = b[k] + sum(x[n, d] * Wx[d, k] for d in range(x.shape[1]))
            z += sum(h[n, j] * Wh[j, k] for j in range(h.shape[1]))
            row.append(math.tanh(z))
        rows.append(row)
    return rows, "nothing"


@alternative("rnn_step_forward")
def step_single_precision(x, h, Wx, Wh, b):
    x, h, Wx, Wh, b = (a.astype(np.float32) for a in (x, h, Wx, Wh, b))
    z = np.matmul(x, Wx)
    z += np.matmul(h, Wh)
    z += b
    return np.tanh(z, out=z), (x, h, Wx, Wh, b)


@alternative("rnn_step_forward")
def transposed_layout(x, h, Wx, Wh, b):
    return np.tanh(Wx.T @ x.T + Wh.T @ h.T + b.reshape(-1, 1)).T, {}


def _keeps_inputs(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b), {"x": x, "h": h, "Wx": Wx, "Wh": Wh, "b": b}


@alternative("rnn_step_backward", forward=_keeps_inputs)
def recomputes(dh, cache):
    x, h, Wx, Wh, b = cache.values()
    dz = dh / np.cosh(x @ Wx + h @ Wh + b) ** 2
    dx, dh_prev = dz @ Wx.T, dz @ Wh.T
    return dx, dh_prev, np.dot(x.T, dz), np.dot(h.T, dz), np.sum(dz, 0)


@alternative("rnn_step_backward")
def sample_by_sample(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dx, dh_prev = np.zeros(x.shape), np.zeros(h.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(h.shape[1])
    for n in range(len(x)):
        dz = dh[n] - dh[n] * h_next[n] * h_next[n]
        dx[n], dh_prev[n] = Wx @ dz, Wh @ dz
        dWx += np.outer(x[n], dz)
        dWh += np.outer(h[n], dz)
        db += dz
    return [dx, dh_prev, dWx, dWh, db]


def _keeps_joined(x, h, Wx, Wh, b):
    joined = np.hstack([x, h, np.ones((len(x), 1))])
    W = np.vstack([Wx, Wh, b])
    h_next = np.tanh(joined @ W)
    return h_next, [joined, W, x.shape[1], h_next]


@alternative("rnn_step_backward", forward=_keeps_joined)
def one_product_each(dh, cache):
    joined, W, D, h_next = cache
    dz = dh * (1 - h_next) * (1 + h_next)
    djoined, dW = dz @ W.T, joined.T @ dz
    return djoined[:, :D], djoined[:, D:-1], dW[:D], dW[D:-1], dW[-1]


@alternative("rnn_step_backward")
def step_with_einsum(dh, cache):
    x, h, Wx, Wh, h_next = (a.astype(np.float32) for a in cache)
    dz = np.einsum("nh,nh->nh", dh, 1 - np.square(h_next))
    return (
        np.einsum("nh,dh->nd", dz, Wx),
        np.einsum("nh,kh->nk", dz, Wh),
        np.einsum("nd,nh->dh", x, dz),
        np.einsum("nk,nh->kh", h, dz),
        np.einsum("nh->h", dz),
    )


@alternative("rnn_forward")
def filled_array(x, h0, Wx, Wh, b):
    N, T, _ = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    for t in range(T):
        before = h0 if t == 0 else h[:, t - 1, :]
        h[:, t, :] = np.tanh(x[:, t, :] @ Wx + before @ Wh + b)
    return h, (x, h0, h, Wx, Wh)


@alternative("rnn_forward")
def inputs_first(x, h0, Wx, Wh, b):
    from_x = np.matmul(x, Wx) + b
    states = np.empty((x.shape[1] + 1, *h0.shape))
    states[0] = h0
    for t in range(len(states) - 1):
        np.tanh(from_x[:, t] + states[t] @ Wh, out=states[t + 1])
    return states[1:].transpose(1, 0, 2), {"states": states, "x": x, "Wx": Wx, "Wh": Wh}


@alternative("rnn_forward")
def lists_of_lists(x, h0, Wx, Wh, b):
    sequences = []
    for sequence, h in zip(x, h0, strict=True):
        states = []
        for x_t in sequence:
            h = np.tanh(x_t @ Wx + h @ Wh + b)
            states.append(h.tolist())
        sequences.append(states)
    return sequences, ()


@alternative("rnn_forward")
def recursive(x, h0, Wx, Wh, b):
    h = np.tanh(x[:, 0] @ Wx + h0 @ Wh + b)
    if x.shape[1] == 1:
        return h[:, None], None
    return np.concatenate([h[:, None], recursive(x[:, 1:], h, Wx, Wh, b)[0]], axis=1), None


@alternative("rnn_backward", forward=filled_array)
def filled_gradients(dh, cache):
    x, h0, h, Wx, Wh = cache
    T = h.shape[1]
    dx, dWx, dWh = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh)
    db, dh_next = np.zeros(Wh.shape[0]), np.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        before = h[:, t - 1] if t > 0 else h0
        dz = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
        dx[:, t] = dz @ Wx.T
        dWx += x[:, t].T @ dz
        dWh += before.T @ dz
        db += dz.sum(0)
        dh_next = dz @ Wh.T
    return dx, dh_next, dWx, dWh, db


@alternative("rnn_backward", forward=inputs_first)
def products_at_the_end(dh, cache):
    states, x, Wx, Wh = cache["states"], cache["x"], cache["Wx"], cache["Wh"]
    dz = np.zeros_like(states[1:])
    carried = np.zeros_like(states[0])
    for t in reversed(range(len(dz))):
        dz[t] = (carried + dh[:, t]) * (1 - states[t + 1] ** 2)
        carried = dz[t] @ Wh.T
    dWx = np.einsum("ntd,tnh->dh", x, dz)
    dWh = np.einsum("tnk,tnh->kh", states[:-1], dz)
    return [np.einsum("tnh,dh->ntd", dz, Wx), carried, dWx, dWh, dz.sum((0, 1))]


@alternative("rnn_backward")
def copies_dh(dh, cache):
    dh = np.array(dh, dtype=np.float64)
    T, x_grads, sums = dh.shape[1], {}, None
    for t in range(T)[::-1]:
        x, h, Wx, Wh, h_next = cache[t]
        dz = dh[:, t] * (1 - h_next**2)
        x_grads[t], back = dz.dot(Wx.T), dz.dot(Wh.T)
        parts = [x.T.dot(dz), h.T.dot(dz), dz.sum(axis=0)]
        sums = parts if sums is None else [a + c for a, c in zip(sums, parts, strict=True)]
        if t > 0:
            dh[:, t - 1] += back
    dx = np.array([x_grads[t] for t in range(T)]).swapaxes(0, 1)
    return (dx, back, *sums)


@alternative("rnn_backward", forward=filled_array)
def loss_by_loss(dh, cache):
    """Every time's gradient is walked back by itself, and all walks are added up."""
    x, h0, h, Wx, Wh = cache
    dx, dh0 = np.zeros(x.shape), np.zeros(h0.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(len(Wh))
    for end in range(h.shape[1]):
        back = dh[:, end]
        for t in range(end, -1, -1):
            dz = back * (1 - h[:, t] ** 2)
            dx[:, t] += dz @ Wx.T
            dWx += x[:, t].T @ dz
            dWh += (h[:, t - 1] if t else h0).T @ dz
            db += dz.sum(axis=0)
            back = dz @ Wh.T
        dh0 += back
    return dx, dh0, dWx, dWh, db


@alternative("temporal_cross_entropy")
def weights_for_a_mask(logits, labels, mask):
    N, T, _ = logits.shape
    kept = max(np.sum(mask), 1)
    shifted = logits - np.max(logits, axis=2, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=2, keepdims=True))
    rows, columns = np.meshgrid(np.arange(N), np.arange(T), indexing="ij")
    loss = -np.sum(log_p[rows, columns, labels] * mask) / kept
    dlogits = np.exp(log_p)
    dlogits[rows, columns, labels] -= 1
    return loss, dlogits * mask.reshape(N, T, 1) / kept


@alternative("temporal_cross_entropy")
def place_by_place_loss(logits, labels, mask):
    total, kept, dlogits = 0.0, int(mask.sum()), np.zeros(logits.shape)
    for n in range(len(logits)):
        for t in range(logits.shape[1]):
            if not mask[n][t]:
                continue
            z, y = logits[n, t], labels[n, t]
            top = z.max()
            log_sum = top + math.log(sum(math.exp(v - top) for v in z))
            total += log_sum - z[y]
            dlogits[n, t] = np.exp(z - log_sum) / kept
            dlogits[n, t, y] -= 1 / kept
    return (total / kept if kept else 0), dlogits


@alternative("temporal_cross_entropy")
def flat_rows(logits, labels, mask):
    V = logits.shape[-1]
    flat, where = logits.reshape(-1, V), np.flatnonzero(mask)
    gradient = np.zeros_like(flat)
    if len(where) == 0:
        return np.float64(0), gradient.reshape(logits.shape)
    gradient[where] = cross_entropy_backward(flat[where], labels.ravel()[where])
    return float(cross_entropy(flat[where], labels.ravel()[where])), gradient.reshape(logits.shape)


@alternative("temporal_cross_entropy")
def with_logaddexp(logits, labels, mask):
    one_hot = np.eye(logits.shape[2])[labels]
    losses = np.logaddexp.reduce(logits, axis=2) - (logits * one_hot).sum(axis=2)
    count = np.count_nonzero(mask)
    if count == 0:
        return [0.0, np.zeros(logits.shape)]
    keep = mask[:, :, None]
    return [losses[mask].mean(), np.where(keep, softmax(logits) - one_hot, 0) / count]


def _loop(step, start, length, draw):
    token, state, tokens = start, None, []
    while len(tokens) < length:
        logits, state = step(token, state)
        token = draw(logits)
        tokens.append(token)
    return tokens


@alternative("sample_sequence")
def inverse_distribution(step, start, length, temperature, rng):
    def draw(z):
        return np.searchsorted(np.cumsum(softmax(z / temperature)), rng.random())

    return _loop(step, start, length, draw)


@alternative("sample_sequence")
def gumbel_noise(step, start, length, temperature, rng):
    def draw(z):
        return np.argmax(np.asarray(z) / temperature + rng.gumbel(size=len(z)))

    return tuple(_loop(step, start, length, draw))


@alternative("sample_sequence")
def one_of_a_multinomial(step, start, length, temperature, rng):
    def draw(z):
        z = np.array(z, dtype=float)
        p = np.exp((z - z.max()) / temperature)
        return int(np.flatnonzero(rng.multinomial(1, p / p.sum()))[0])

    return _loop(step, start, length, draw)


@alternative("sample_sequence")
def walk_along_the_shares(step, start, length, temperature, rng):
    tokens, state = [start], None
    for _ in range(length):
        logits, state = step(tokens[-1], state)
        p = softmax(logits / temperature)
        u, k = rng.uniform(), 0
        while k < len(p) - 1 and u > p[k]:
            u -= p[k]
            k += 1
        tokens.append(k)
    return tokens[1:]


@alternative("sample_sequence")
def all_numbers_first(step, start, length, temperature, rng):
    tokens, state, token = np.zeros(length, dtype=int), None, start
    numbers = rng.random(length)
    for i in range(length):
        logits, state = step(token, state)
        shares = softmax(logits * (1 / temperature)).cumsum()
        token = min(int((shares < numbers[i]).sum()), len(shares) - 1)
        tokens[i] = token
    return tokens.tolist()


@alternative("sample_sequence")
def choice_of_names(step, start, length, temperature, rng):
    if length == 0:
        return []
    logits, state = step(start, None)
    tokens = []
    while True:
        p = softmax(logits / temperature)
        tokens.append(rng.choice(range(p.size), p=p / p.sum()).item())
        if len(tokens) == length:
            return tokens
        logits, state = step(tokens[-1], state)
