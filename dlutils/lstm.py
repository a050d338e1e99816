"""Long short-term memory (chapter 9): Hochreiter and Schmidhuber 1997, with the forget gate of
Gers, Schmidhuber and Cummins 2000. The gates stand in the order i, f, o, g along the last axis.
"""

import numpy as np

from dlutils.activations import sigmoid
from dlutils.initializers import xavier_init
from dlutils.lstm_fast import lstm_backward_fast, lstm_forward_fast
from dlutils.recurrent import RNN
from dlutils.rules import whole
from dlutils.shapes import shapes


@shapes(x="N D", h="N H", c="N H", Wx="D 4H", Wh="H 4H", b="4H")
def lstm_step_forward(x, h, c, Wx, Wh, b):
    """One step: x (N, D), h and c (N, H), Wx (D, 4H), Wh (H, 4H), b (4H,) -> h', c' and a cache.

    i, f, o = sigmoid and g = tanh of the four parts of x Wx + h Wh + b;
    c' = f c + i g: forget, then write; h' = o tanh(c'): what the cell shows.
    """
    H = h.shape[1]
    z = x @ Wx + h @ Wh + b
    i, f, o = sigmoid(z[:, :H]), sigmoid(z[:, H : 2 * H]), sigmoid(z[:, 2 * H : 3 * H])
    g = np.tanh(z[:, 3 * H :])
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return h_next, c_next, (x, h, c, Wx, Wh, i, f, o, g, c_next)


@shapes(cache="N D, N H", dh="N H", dc="N H")
def lstm_step_backward(dh, dc, cache):
    """Gradients of one step: dh, dc (N, H) of h', c' -> dx, dh_prev, dc_prev, dWx, dWh, db.

    c' reaches the loss directly (dc) and through h' = o tanh(c').
    """
    x, h, c, Wx, Wh, i, f, o, g, c_next = cache
    tanh_c = np.tanh(c_next)
    dc = dc + dh * o * (1 - tanh_c**2)
    di = dc * g * i * (1 - i)
    df = dc * c * f * (1 - f)
    do = dh * tanh_c * o * (1 - o)
    dg = dc * i * (1 - g**2)
    dz = np.concatenate([di, df, do, dg], axis=1)  # (N, 4H)
    return dz @ Wx.T, dz @ Wh.T, dc * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@shapes(x="N T! D", h0="N H", Wx="D 4H", Wh="H 4H", b="4H")
def lstm_forward(x, h0, Wx, Wh, b):
    """The step along time, from h0 (N, H) and c0 = 0: x (N, T, D) -> all h (N, T, H), cache.

    Wx (D, 4H), Wh (H, 4H), b (4H,).
    """
    h, c, states, caches = h0, np.zeros_like(h0), [], []
    for t in range(x.shape[1]):
        h, c, cache = lstm_step_forward(x[:, t], h, c, Wx, Wh, b)
        states.append(h)
        caches.append(cache)
    return np.stack(states, axis=1), caches


@shapes(cache="T", dh="N T H")
def lstm_backward(dh, cache):
    """Back through time: dh (N, T, H) -> dx (N, T, D), dh0 (N, H), dWx, dWh, db.

    Two gradients travel backwards, that of h and that of c; only h is read by the loss.
    """
    dx, dWx, dWh, db = [], 0, 0, 0
    dh_next = dc_next = np.zeros_like(dh[:, 0])
    for t in reversed(range(dh.shape[1])):
        step = lstm_step_backward(dh[:, t] + dh_next, dc_next, cache[t])
        dx_t, dh_next, dc_next, dWx_t, dWh_t, db_t = step
        dx.append(dx_t)
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return np.stack(dx[::-1], axis=1), dh_next, dWx, dWh, db


@shapes(H=whole(1), b="4H")
def init_forget_bias(b, H):
    """A copy of the LSTM's bias b (4H,) with the forget gates' part, b[H:2H], set to 1.

    An LSTM that starts by remembering learns long gaps sooner. Jozefowicz et al. 2015.
    """
    b = b.copy()
    b[H : 2 * H] = 1
    return b


class LSTM(RNN):
    """Long short-term memory over a sequence, from h0 = c0 = 0: x (N, T, D), y = all h (N, T, H).

    Wx (D, 4H), Wh (H, 4H), b (4H,); the forget gates' biases start at 1.
    """

    gates = 4
    sequence_forward = staticmethod(lstm_forward_fast)
    sequence_backward = staticmethod(lstm_backward_fast)

    def __init__(self, n_in, n_hidden, rng, dtype=np.float32, init=xavier_init):
        super().__init__(n_in, n_hidden, rng, dtype, init)
        self.b = init_forget_bias(self.b, n_hidden)
