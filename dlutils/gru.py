"""The gated recurrent unit (chapter 9): Cho et al. 2014, in the form that cuDNN and PyTorch use.

The gates stand in the order r, z, n along the last axis.
"""

import numpy as np

from dlutils.activations import sigmoid
from dlutils.recurrent import RNN
from dlutils.shapes import shapes


@shapes(x="N D", h="N H", Wx="D 3H", Wh="H 3H", b="3H")
def gru_step_forward(x, h, Wx, Wh, b):
    """One step: x (N, D), h (N, H), Wx (D, 3H), Wh (H, 3H), b (3H,) -> h' (N, H).

    r = sigmoid(x Wxr + h Whr + br), z = sigmoid(x Wxz + h Whz + bz),
    n = tanh(x Wxn + bn + r (h Whn)), h' = (1 - z) n + z h.
    """
    H = h.shape[1]
    from_x, from_h = x @ Wx + b, h @ Wh
    r = sigmoid(from_x[:, :H] + from_h[:, :H])
    z = sigmoid(from_x[:, H : 2 * H] + from_h[:, H : 2 * H])
    n = np.tanh(from_x[:, 2 * H :] + r * from_h[:, 2 * H :])
    return (1 - z) * n + z * h


@shapes(x="N T! D", h0="N H", Wx="D 3H", Wh="H 3H", b="3H")
def gru_forward(x, h0, Wx, Wh, b):
    """The step along time, from h0 (N, H): x (N, T, D) -> all states h (N, T, H), cache.

    Wx (D, 3H), Wh (H, 3H), b (3H,).
    """
    H = h0.shape[1]
    from_x = x @ Wx + b  # (N, T, 3H), one product for all times
    states, gates = [h0], []
    for t in range(x.shape[1]):
        h, x_t = states[-1], from_x[:, t]
        from_h = h @ Wh
        rz = sigmoid(x_t[:, : 2 * H] + from_h[:, : 2 * H])
        r, z, h_n = rz[:, :H], rz[:, H:], from_h[:, 2 * H :]
        n = np.tanh(x_t[:, 2 * H :] + r * h_n)
        states.append((1 - z) * n + z * h)
        gates.append((r, z, n, h_n))
    return np.stack(states[1:], axis=1), (x, states, gates, Wx, Wh)


@shapes(cache="N T D, _, _, _, H 3H", dh="N T H")
def gru_backward(dh, cache):
    """Back through time: dh (N, T, H) -> dx (N, T, D), dh0 (N, H), dWx, dWh, db.

    The gradients of x Wx + b and of h Wh differ only in the n part, where r stands between.
    """
    x, states, gates, Wx, Wh = cache
    dfrom_x, dfrom_h, dh_next = [], [], 0
    for t in reversed(range(dh.shape[1])):
        h, (r, z, n, h_n) = states[t], gates[t]
        dh_t = dh[:, t] + dh_next
        dn = dh_t * (1 - z) * (1 - n**2)
        dr = dn * h_n * r * (1 - r)
        dz = dh_t * (h - n) * z * (1 - z)
        dfrom_x.append(np.concatenate([dr, dz, dn], axis=1))
        dfrom_h.append(np.concatenate([dr, dz, dn * r], axis=1))
        dh_next = dh_t * z + dfrom_h[-1] @ Wh.T
    dfrom_x = np.stack(dfrom_x[::-1], axis=1)  # (N, T, 3H)
    dWx = np.tensordot(x, dfrom_x, axes=([0, 1], [0, 1]))
    dWh = np.tensordot(states[:-1], dfrom_h[::-1], axes=([0, 1], [0, 1]))
    return dfrom_x @ Wx.T, dh_next, dWx, dWh, dfrom_x.sum(axis=(0, 1))


class GRU(RNN):
    """The gated recurrent unit over a sequence, from h0 = 0: x (N, T, D), y = all h (N, T, H).

    Wx (D, 3H), Wh (H, 3H), b (3H,).
    """

    gates = 3
    sequence_forward, sequence_backward = staticmethod(gru_forward), staticmethod(gru_backward)
