"""The LSTM over a whole sequence at once, wherever the recurrence allows it.

What does not depend on the state is done for all times together: x Wx before the loop, and every
weight gradient after it, one matrix product each. Arrays are time-first, gates (4, T, N, H).
"""

import numpy as np

from dlutils.shapes import shapes


@shapes(x="N! T! D float", h0="N H", Wx="D 4H", Wh="H 4H", b="4H")
def lstm_forward_fast(x, h0, Wx, Wh, b):
    """`lstm_forward`: x (N, T, D), h0 (N, H) -> all h (N, T, H), cache.

    Wx (D, 4H), Wh (H, 4H), b (4H,). The columns of i, f and o are negated beforehand, so that
    sigmoid(z) = 1 / (1 + exp(-z)) needs no further array. Where exp overflows to infinity, the
    reciprocal is 0, as it should be.
    """
    (N, T, D), H = x.shape, h0.shape[1]
    sign = np.repeat(np.array([-1, -1, -1, 1], x.dtype), H)
    x = x.transpose(1, 0, 2).reshape(T * N, D)
    from_x = (x @ (Wx * sign) + b * sign).reshape(T, N, 4 * H)
    signed_Wh = Wh * sign
    gates, tanh_c = np.empty((4, T, N, H), x.dtype), np.empty((T, N, H), x.dtype)
    h, c = np.empty((T + 1, N, H), x.dtype), np.empty((T + 1, N, H), x.dtype)
    h[0], c[0] = h0, 0
    i, f, o, g = gates
    for t in range(T):
        z = h[t] @ signed_Wh
        z += from_x[t]
        z = z.reshape(N, 4, H).swapaxes(0, 1)  # (4, N, H)
        with np.errstate(over="ignore"):
            np.exp(z[:3], out=gates[:3, t])
        gates[:3, t] += 1
        np.reciprocal(gates[:3, t], out=gates[:3, t])
        np.tanh(z[3], out=g[t])
        np.multiply(f[t], c[t], out=c[t + 1])
        c[t + 1] += i[t] * g[t]
        np.tanh(c[t + 1], out=tanh_c[t])
        np.multiply(o[t], tanh_c[t], out=h[t + 1])
    return h[1:].transpose(1, 0, 2), (x, gates, h, c, tanh_c, Wx, Wh)


@shapes(cache="_, 4 T N H", dh="N T H")
def lstm_backward_fast(dh, cache):
    """`lstm_backward`: dh (N, T, H) -> dx (N, T, D), dh0 (N, H), dWx, dWh, db.

    The loop fills dz (T, N, 4H), the gradient of x Wx + h Wh + b; the rest follows from it.
    """
    x, gates, h, c, tanh_c, Wx, Wh = cache
    N, T, H = dh.shape
    dh = np.ascontiguousarray(dh.transpose(1, 0, 2))  # (T, N, H)
    dz, dgates = np.empty((T, N, 4, H), x.dtype), np.empty((4, N, H), x.dtype)
    dh_next, dc = np.zeros_like(h[0]), np.zeros_like(h[0])
    for t in reversed(range(T)):
        i, f, o, g = gates[:, t]
        dh_t = dh[t] + dh_next
        dc += dh_t * o * (1 - tanh_c[t] * tanh_c[t])
        np.multiply(dc, g * i * (1 - i), out=dgates[0])
        np.multiply(dc, c[t] * f * (1 - f), out=dgates[1])
        np.multiply(dh_t, tanh_c[t] * o * (1 - o), out=dgates[2])
        np.multiply(dc, i * (1 - g * g), out=dgates[3])
        dz[t] = dgates.swapaxes(0, 1)
        dh_next = dz[t].reshape(N, 4 * H) @ Wh.T
        dc *= f
    dz = dz.reshape(T * N, 4 * H)
    dx = (dz @ Wx.T).reshape(T, N, -1).transpose(1, 0, 2)
    return dx, dh_next, x.T @ dz, h[:-1].reshape(T * N, H).T @ dz, dz.sum(axis=0)
