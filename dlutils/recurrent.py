"""The recurrent network: one step, and the same step along a sequence (chapter 8)."""

import numpy as np

from dlutils.activations import softmax
from dlutils.initializers import xavier_init
from dlutils.layers import Layer
from dlutils.losses import cross_entropy, cross_entropy_backward
from dlutils.rules import above, generator, whole
from dlutils.shapes import shapes


@shapes(x="N D", h="N H", Wx="D H", Wh="H H", b="H")
def rnn_step_forward(x, h, Wx, Wh, b):
    """One step h' = tanh(x Wx + h Wh + b): x (N, D), h (N, H) -> h' (N, H), cache.

    Wx (D, H), Wh (H, H), b (H,).
    """
    h_next = np.tanh(x @ Wx + h @ Wh + b)
    return h_next, (x, h, Wx, Wh, h_next)


@shapes(cache="N D, N H", dh="N H")
def rnn_step_backward(dh, cache):
    """Gradients of one step: dh (N, H) of h' -> dx (N, D), dh_prev (N, H), dWx, dWh, db (H,)."""
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@shapes(x="N T! D", h0="N H", Wx="D H", Wh="H H", b="H")
def rnn_forward(x, h0, Wx, Wh, b):
    """The step along time, from h0 (N, H): x (N, T, D) -> all states h (N, T, H), cache.

    Wx (D, H), Wh (H, H), b (H,).
    """
    h, states, caches = h0, [], []
    for t in range(x.shape[1]):
        h, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        states.append(h)
        caches.append(cache)
    return np.stack(states, axis=1), caches


@shapes(cache="T", dh="N T H")
def rnn_backward(dh, cache):
    """Back through time: dh (N, T, H) -> dx (N, T, D), dh0 (N, H), dWx, dWh, db.

    The state of time t is read by the loss (dh[:, t]) and by the next step, so its two gradients
    add up; the weights are the same at all times, so theirs do too.
    """
    dx, dh_next, dWx, dWh, db = [], 0, 0, 0, 0
    for t in reversed(range(dh.shape[1])):
        dx_t, dh_next, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + dh_next, cache[t])
        dx.append(dx_t)
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return np.stack(dx[::-1], axis=1), dh_next, dWx, dWh, db


@shapes(logits="N T V float", labels="N T <V", mask="N T bool")
def temporal_cross_entropy(logits, labels, mask):
    """Cross-entropy over the kept positions of sequences -> loss, dlogits (N, T, V).

    logits (N, T, V), labels (N, T) ints, mask (N, T) bool, True = keep. The loss is the mean of
    -log softmax(logits)[label] over kept positions, 0 where none is kept; dlogits is 0 elsewhere.
    """
    dlogits = np.zeros_like(logits)
    if not mask.any():
        return 0.0, dlogits
    dlogits[mask] = cross_entropy_backward(logits[mask], labels[mask])
    return cross_entropy(logits[mask], labels[mask]), dlogits


@shapes(length=whole(0), temperature=above(0), rng=generator)
def sample_sequence(step, start, length, temperature, rng):
    """Let a model speak: `length` ids, each drawn from softmax(logits / temperature) -> list.

    `step(token, state)` -> logits (V,), state reads one token; the state is None before the first,
    which is `start` and not part of the result. One `rng.choice` per token. A temperature below 1
    prefers likely tokens, above 1 evens them out.
    """
    token, state, tokens = start, None, []
    for _ in range(length):
        logits, state = step(token, state)
        p = softmax(logits / temperature)
        token = int(rng.choice(len(p), p=p))
        tokens.append(token)
    return tokens


class RNN(Layer):
    """The recurrent network over a sequence, from h0 = 0: x (N, T, D), y = all states (N, T, H).

    Wx (D, H), Wh (H, H), b (H,). LSTM and GRU are the same layer with other functions and several
    gates, whose weights stand side by side.
    """

    params = ("Wx", "Wh", "b")
    gates = 1
    sequence_forward, sequence_backward = staticmethod(rnn_forward), staticmethod(rnn_backward)

    @shapes(n_in=whole(1), n_hidden=whole(1), rng=generator)
    def __init__(self, n_in, n_hidden, rng, dtype=np.float32, init=xavier_init):
        Wx = [init(n_in, n_hidden, rng) for _ in range(self.gates)]
        Wh = [init(n_hidden, n_hidden, rng) for _ in range(self.gates)]
        self.Wx = np.concatenate(Wx, axis=1).astype(dtype)
        self.Wh = np.concatenate(Wh, axis=1).astype(dtype)
        self.b = np.zeros(self.gates * n_hidden, dtype)

    @shapes(x="N! T! D float")
    def forward(self, x):
        h0 = np.zeros((len(x), len(self.Wh)), x.dtype)
        h, self.cache = self.sequence_forward(x, h0, self.Wx, self.Wh, self.b)
        return h

    def backward(self, dy):
        dx, _, self.dWx, self.dWh, self.db = self.sequence_backward(dy, self.cache)
        return dx
