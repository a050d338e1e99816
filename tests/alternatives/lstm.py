"""Right answers to chapter 9, written in other ways than the reference."""

import math

import numpy as np

from dlutils import lstm_step_backward, lstm_step_forward, sigmoid
from tests.alternatives import alternative


def logistic(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


@alternative("lstm_step_forward")
def split_and_dictionary(x, h, c, Wx, Wh, b):
    gates = dict(zip("ifog", np.split(np.dot(x, Wx) + np.dot(h, Wh) + b, 4, axis=-1), strict=True))
    for name in "ifo":
        gates[name] = 1 / (1 + np.exp(-gates[name]))
    gates["g"] = np.tanh(gates["g"])
    cell = gates["f"] * c + gates["i"] * gates["g"]
    return gates["o"] * np.tanh(cell), cell, gates


@alternative("lstm_step_forward")
def gate_by_gate(x, h, c, Wx, Wh, b):
    H = Wh.shape[0]
    activated = []
    for k in range(4):
        columns = slice(k * H, (k + 1) * H)
        z = np.einsum("nd,dh->nh", x, Wx[:, columns]) + np.einsum("nk,kh->nh", h, Wh[:, columns])
        activated.append((np.tanh if k == 3 else logistic)(z + b[columns]))
    cell = sum([activated[1] * c, activated[0] * activated[3]])
    return [activated[2] * np.tanh(cell), cell, (x, h, c, Wx, Wh, b)]


@alternative("lstm_step_forward")
def stacked_input(x, h, c, Wx, Wh, b):
    N, H = c.shape
    z = np.hstack([x, h, np.ones((N, 1))]) @ np.vstack([Wx, Wh, b[None]])
    z = z.reshape(N, 4, H).transpose(1, 0, 2)
    i, f, o = logistic(z[:3])
    g = 2 * logistic(2 * z[3]) - 1
    new = np.array(c)
    new *= f
    new += i * g
    return np.tanh(new) * o, new, None


@alternative("lstm_step_forward")
def sample_by_sample(x, h, c, Wx, Wh, b):
    def squash(value):
        return 0.5 + 0.5 * math.tanh(value / 2)

    N, H = h.shape
    h_next, c_next = np.zeros((N, H)), np.zeros((N, H))
    for n in range(N):
        for j in range(H):
            i, f, o, g = (
                sum(x[n, d] * Wx[d, k * H + j] for d in range(x.shape[1]))
                + sum(h[n, m] * Wh[m, k * H + j] for m in range(H))
                + b[k * H + j]
                for k in range(4)
            )
            c_next[n, j] = squash(f) * c[n, j] + squash(i) * math.tanh(g)
            h_next[n, j] = squash(o) * math.tanh(c_next[n, j])
    return h_next, c_next, {}


@alternative("lstm_forward")
def fills_an_array(x, h0, Wx, Wh, b):
    N, T, _ = x.shape
    H = h0.shape[1]
    h, c = h0.copy(), np.zeros((N, H))
    out, cache = np.zeros((N, T, H)), {}
    for t in range(T):
        h, c, cache[t] = lstm_step_forward(x[:, t, :], h, c, Wx, Wh, b)
        out[:, t, :] = h
    return out, cache


@alternative("lstm_forward")
def input_product_first(x, h0, Wx, Wh, b):
    H = len(Wh)
    from_x = np.tensordot(x, Wx, axes=1) + b
    hs, cs = [h0], [0.0]
    for t in range(x.shape[1]):
        z = from_x[:, t] + hs[-1] @ Wh
        i, f, o = (sigmoid(z[:, k * H : (k + 1) * H]) for k in range(3))
        cs.append(f * cs[-1] + i * np.tanh(z[:, -H:]))
        hs.append(o * np.tanh(cs[-1]))
    return np.array(hs[1:]).swapaxes(0, 1), None


@alternative("lstm_forward")
def time_first_and_back(x, h0, Wx, Wh, b):
    state, states = (h0, h0 * 0), []
    for step_input in np.moveaxis(x, 1, 0):
        *state, _ = lstm_step_forward(step_input, *state, Wx, Wh, b)
        states.append(state[0][:, None, :])
    return np.concatenate(states, axis=1), states


@alternative("lstm_forward")
def recursion(x, h0, Wx, Wh, b):
    def run(t):
        if t < 0:
            return h0, np.zeros(h0.shape), []
        h, c, states = run(t - 1)
        h, c, _ = lstm_step_forward(x[:, t], h, c, Wx, Wh, b)
        return h, c, [*states, h]

    return np.stack(run(x.shape[1] - 1)[2]).transpose((1, 0, 2)), None


@alternative("init_forget_bias")
def joined(b, H):
    return np.concatenate([b[:H], np.ones(H), b[2 * H :]])


@alternative("init_forget_bias")
def by_rows(b, H):
    rows = np.array(b).reshape(4, H)
    rows[1] = 1.0
    return rows.ravel()


@alternative("init_forget_bias")
def with_where(b, H):
    place = np.arange(len(b))
    return np.where((place >= H) & (place < 2 * H), 1.0, b)


@alternative("init_forget_bias")
def as_a_list(b, H):
    return [1.0 if H <= k < 2 * H else float(value) for k, value in enumerate(b)]


@alternative("lstm_step_backward")
def splits_dz(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_next = cache
    shown = np.tanh(c_next)
    whole = dc + np.multiply(dh, o) / np.cosh(c_next) ** 2
    dz = np.empty((len(x), Wx.shape[1]))
    H = dh.shape[1]
    dz[:, :H] = whole * g * (i - i * i)
    dz[:, H : 2 * H] = whole * c * (f - f * f)
    dz[:, 2 * H : -H] = dh * shown * (o - o * o)
    dz[:, -H:] = whole * i * (1 - g) * (1 + g)
    dx, dh_prev = np.dot(dz, Wx.T), np.dot(dz, Wh.T)
    return dx, dh_prev, whole * f, np.dot(x.T, dz), np.dot(h.T, dz), np.sum(dz, axis=0)


@alternative("lstm_step_backward")
def einsum_gate_by_gate(dh, dc, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_next = cache
    dtanh = o * dh
    dcell = dtanh - dtanh * np.tanh(c_next) ** 2 + dc
    pieces = [
        i * (1 - i) * g * dcell,
        f * (1 - f) * c * dcell,
        o * (1 - o) * np.tanh(c_next) * dh,
        (1 - g * g) * i * dcell,
    ]
    dx, dh_prev = 0, 0
    for dz, Wx_k, Wh_k in zip(pieces, np.split(Wx, 4, 1), np.split(Wh, 4, 1), strict=True):
        dx = dx + np.einsum("nh,dh->nd", dz, Wx_k)
        dh_prev = dh_prev + np.einsum("nh,kh->nk", dz, Wh_k)
    dWx = np.hstack([np.einsum("nd,nh->dh", x, dz) for dz in pieces])
    dWh = np.hstack([np.einsum("nk,nh->kh", h, dz) for dz in pieces])
    return [dx, dh_prev, f * dcell, dWx, dWh, np.hstack([dz.sum(0) for dz in pieces])]


def forward_keeping_inputs(x, h, c, Wx, Wh, b):
    H = h.shape[1]
    z = x @ Wx + h @ Wh + b
    gate = logistic(z[:, : 3 * H])
    c_next = gate[:, H : 2 * H] * c + gate[:, :H] * np.tanh(z[:, 3 * H :])
    return gate[:, 2 * H :] * np.tanh(c_next), c_next, {"inputs": (x, h, c, Wx, Wh, b)}


@alternative("lstm_step_backward", forward=forward_keeping_inputs)
def computes_the_gates_again(dh, dc, cache):
    x, h, c, Wx, Wh, b = cache["inputs"]
    H = h.shape[1]
    z = x @ Wx + h @ Wh + b
    i, f, o = logistic(z[:, :H]), logistic(z[:, H : 2 * H]), logistic(z[:, 2 * H : 3 * H])
    g = np.tanh(z[:, 3 * H :])
    t = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - t**2)
    d_gates = np.stack([dc * g, dc * c, dh * t, dc * i])  # (4, N, H)
    slopes = np.stack([i * (1 - i), f * (1 - f), o * (1 - o), 1 - g**2])
    dz = (d_gates * slopes).transpose(1, 0, 2).reshape(len(x), 4 * H)
    joined_inputs = np.concatenate([x, h], axis=1)
    d_joined = dz @ np.concatenate([Wx, Wh]).T
    dW = joined_inputs.T @ dz
    D = x.shape[1]
    return d_joined[:, :D], d_joined[:, D:], dc * f, dW[:D], dW[D:], dz.sum(axis=0)


def forward_keeping_names(x, h, c, Wx, Wh, b):
    i, f, o, g = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    i, f, o, g = logistic(i), logistic(f), logistic(o), np.tanh(g)
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return h_next, c_next, (h_next, c_next, i, f, o, g, x, h, c, Wx, Wh)


@alternative("lstm_step_backward", forward=forward_keeping_names)
def tanh_from_the_state(dh, dc, cache):
    h_next, _, i, f, o, g, x, h, c, Wx, Wh = cache
    t = h_next / o
    total = np.add(dc, dh * o * (1 - t * t))
    dz = np.concatenate(
        (
            total * g * i * (1 - i),
            total * c * f * (1 - f),
            dh * h_next * (1 - o),
            total * i * (1 - g**2),
        ),
        axis=1,
    )
    ones = np.ones(len(x))
    return dz @ Wx.T, dz @ Wh.T, total * f, (dz.T @ x).T, (dz.T @ h).T, ones @ dz


@alternative("lstm_backward")
def fills_arrays(dh, cache):
    N, T, H = dh.shape
    x, _, _, Wx, Wh, *_ = cache[0]
    dx = np.zeros((N, T, x.shape[1]))
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(4 * H)
    dh_next, dc_next = np.zeros((N, H)), np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        dx[:, t], dh_next, dc_next, a, b, d = lstm_step_backward(
            dh[:, t] + dh_next, dc_next, cache[t]
        )
        dWx += a
        dWh += b
        db += d
    return dx, dh_next, dWx, dWh, db


@alternative("lstm_backward")
def sums_at_the_end(dh, cache):
    carried, results = (0.0, np.zeros(dh[:, 0].shape)), []
    for d, step in zip(np.moveaxis(dh, 1, 0)[::-1], cache[::-1], strict=True):
        result = lstm_step_backward(d + carried[0], carried[1], step)
        carried = result[1], result[2]
        results.append(result)
    dWx, dWh, db = (sum(result[k] for result in results) for k in (3, 4, 5))
    return [np.stack([r[0] for r in reversed(results)], axis=1), carried[0], dWx, dWh, db]


@alternative("lstm_backward")
def copies_dh_first(dh, cache):
    dh, T = dh.copy(), dh.shape[1]
    dc, dx, total = np.zeros_like(dh[:, 0]), [None] * T, None
    for t in range(T)[::-1]:
        dx[t], back, dc, *weights = lstm_step_backward(dh[:, t], dc, cache[t])
        total = weights if total is None else [a + w for a, w in zip(total, weights, strict=True)]
        if t > 0:
            dh[:, t - 1] += back
    return np.array(dx).transpose(1, 0, 2), back, *total


def whole_forward(x, h0, Wx, Wh, b):
    H = h0.shape[1]
    h, c, kept = h0, np.zeros_like(h0), []
    for t in range(x.shape[1]):
        z = x[:, t] @ Wx + h @ Wh + b
        i, f, o = np.split(logistic(z[:, : 3 * H]), 3, axis=1)
        g = np.tanh(z[:, 3 * H :])
        before = c
        c = f * c + i * g
        h = o * np.tanh(c)
        kept.append((i, f, o, g, before, np.tanh(c), h))
    return np.stack([k[-1] for k in kept], axis=1), {"x": x, "h0": h0, "W": (Wx, Wh), "kept": kept}


@alternative("lstm_backward", forward=whole_forward)
def one_product_per_weight(dh, cache):
    x, h0, (Wx, Wh), kept = cache["x"], cache["h0"], cache["W"], cache["kept"]
    N, T, H = dh.shape
    dz = np.zeros((N, T, 4 * H))
    back = dc = np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        i, f, o, g, before, shown, _ = kept[t]
        now = dh[:, t] + back
        dc = dc + now * o * (1 - shown**2)
        dz[:, t] = np.concatenate(
            [dc * g * i * (1 - i), dc * before * f * (1 - f), now * shown * o * (1 - o),
             dc * i * (1 - g**2)], axis=1
        )  # fmt: skip
        back, dc = dz[:, t] @ Wh.T, dc * f
    h_before = np.stack([h0, *(k[-1] for k in kept[:-1])], axis=1)
    dWx = np.einsum("ntd,ntg->dg", x, dz)
    dWh = np.einsum("nth,ntg->hg", h_before, dz)
    return dz @ Wx.T, back, dWx, dWh, dz.sum(axis=(0, 1))


@alternative("gru_step_forward")
def gru_in_three_blocks(x, h, Wx, Wh, b):
    Wxr, Wxz, Wxn = np.split(Wx, 3, axis=1)
    Whr, Whz, Whn = np.split(Wh, 3, axis=1)
    br, bz, bn = np.split(b, 3)
    r = logistic(x @ Wxr + h @ Whr + br)
    z = logistic(x @ Wxz + h @ Whz + bz)
    n = np.tanh(x @ Wxn + bn + r * (h @ Whn))
    return n + z * (h - n)


@alternative("gru_step_forward")
def gru_both_gates_at_once(x, h, Wx, Wh, b):
    H = h.shape[-1]
    rz = 1 / (1 + np.exp(-(x @ Wx[:, : 2 * H] + h @ Wh[:, : 2 * H] + b[: 2 * H])))
    r, z = rz[:, :H], rz[:, H:]
    news = np.tanh(np.einsum("nd,dh->nh", x, Wx[:, 2 * H :]) + b[2 * H :] + (h @ Wh[:, -H:]) * r)
    return news - z * news + z * h


@alternative("gru_step_forward")
def gru_sample_by_sample(x, h, Wx, Wh, b):
    H, rows = h.shape[1], []
    for x_n, h_n in zip(x, h, strict=True):
        a, s = x_n @ Wx + b, h_n @ Wh
        r, z = logistic(a[:H] + s[:H]), logistic((a + s)[H : 2 * H])
        rows.append(np.tanh(a[2 * H :] + r * s[2 * H :]) * (1 - z) + h_n * z)
    return np.array(rows)


@alternative("gru_step_forward")
def gru_reshaped(x, h, Wx, Wh, b):
    N, H = h.shape
    from_x = (x @ Wx + b).reshape(N, 3, H)
    from_h = (h @ Wh).reshape(N, 3, H)
    gates = sigmoid(from_x[:, :2] + from_h[:, :2])
    n = np.tanh(from_x[:, 2] + gates[:, 0] * from_h[:, 2])
    return np.where(np.ones((N, H), bool), (1 - gates[:, 1]) * n, 0) + gates[:, 1] * h
