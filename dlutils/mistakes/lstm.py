"""Mistakes of chapter 9: the gates of the LSTM, its gradients through time, the GRU."""

import numpy as np

from dlutils import lstm_step_backward, lstm_step_forward, sigmoid
from dlutils.mistakes import mistake


def parts(z, count=4):
    """The weighted sums z (N, count H) of the gates, one (N, H) each."""
    return np.split(z, count, axis=1)


def finish(c, i, f, o, g):
    """What follows from the gates: h', c' and no cache."""
    c = f * c + i * g
    return o * np.tanh(c), c, None


@mistake("lstm_step_forward", "the columns are read in the order i, f, g, o instead of i, f, o, g")
def order_i_f_g_o(x, h, c, Wx, Wh, b):
    i, f, g, o = parts(x @ Wx + h @ Wh + b)
    return finish(c, sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g))


@mistake("lstm_step_forward", "the columns of the input gate and the forget gate are swapped")
def order_f_i_o_g(x, h, c, Wx, Wh, b):
    f, i, o, g = parts(x @ Wx + h @ Wh + b)
    return finish(c, sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g))


@mistake("lstm_step_forward", "the columns of the forget gate and the output gate are swapped")
def order_i_o_f_g(x, h, c, Wx, Wh, b):
    i, o, f, g = parts(x @ Wx + h @ Wh + b)
    return finish(c, sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g))


@mistake("lstm_step_forward", "the columns are read in the order g, i, f, o instead of i, f, o, g")
def order_g_i_f_o(x, h, c, Wx, Wh, b):
    g, i, f, o = parts(x @ Wx + h @ Wh + b)
    return finish(c, sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g))


@mistake("lstm_step_forward", "the gates are taken every fourth column instead of H in a row")
def interleaved(x, h, c, Wx, Wh, b):
    z = x @ Wx + h @ Wh + b
    i, f, o, g = (z[:, k::4] for k in range(4))
    return finish(c, sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g))


@mistake("lstm_step_forward", "h' = o c' is returned: the tanh of the new cell is missing")
def no_tanh_of_the_cell(x, h, c, Wx, Wh, b):
    i, f, o, g = parts(x @ Wx + h @ Wh + b)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * c, c, None


@mistake("lstm_step_forward", "the state shows the old cell, o tanh(c), instead of the new one")
def shows_the_old_cell(x, h, c, Wx, Wh, b):
    i, f, o, g = parts(x @ Wx + h @ Wh + b)
    return sigmoid(o) * np.tanh(c), sigmoid(f) * c + sigmoid(i) * np.tanh(g), None


@mistake("lstm_step_forward", "the tanh is kept in the cell: c' = tanh(f c + i g)")
def cell_through_tanh(x, h, c, Wx, Wh, b):
    i, f, o, g = parts(x @ Wx + h @ Wh + b)
    c = np.tanh(sigmoid(f) * c + sigmoid(i) * np.tanh(g))
    return sigmoid(o) * c, c, None


@mistake("lstm_step_forward", "g goes through sigmoid instead of tanh")
def sigmoid_on_g(x, h, c, Wx, Wh, b):
    return finish(c, *(sigmoid(part) for part in parts(x @ Wx + h @ Wh + b)))


@mistake("lstm_step_forward", "g is the bare weighted sum, without its tanh")
def no_tanh_on_g(x, h, c, Wx, Wh, b):
    i, f, o, g = parts(x @ Wx + h @ Wh + b)
    return finish(c, sigmoid(i), sigmoid(f), sigmoid(o), g)


@mistake("lstm_step_forward", "the gates go through tanh instead of sigmoid")
def tanh_on_all(x, h, c, Wx, Wh, b):
    return finish(c, *(np.tanh(part) for part in parts(x @ Wx + h @ Wh + b)))


@mistake("lstm_step_forward", "the bias b is left out")
def no_bias(x, h, c, Wx, Wh, b):
    return lstm_step_forward(x, h, c, Wx, Wh, np.zeros_like(b))


@mistake("lstm_step_forward", "the state h has no part in the gates: h Wh is left out")
def no_state(x, h, c, Wx, Wh, b):
    return lstm_step_forward(x, np.zeros_like(h), c, Wx, Wh, b)


@mistake("lstm_step_forward", "the gates read the cell c where they should read the state h")
def gates_read_the_cell(x, h, c, Wx, Wh, b):
    return lstm_step_forward(x, c, c, Wx, Wh, b)


@mistake("lstm_step_forward", "the forget gate multiplies h instead of c")
def forgets_the_state(x, h, c, Wx, Wh, b):
    return lstm_step_forward(x, h, h, Wx, Wh, b)


@mistake("lstm_step_forward", "f erases instead of keeping: c' = (1 - f) c + i g")
def forget_gate_reversed(x, h, c, Wx, Wh, b):
    i, f, o, g = parts(x @ Wx + h @ Wh + b)
    return finish(c, sigmoid(i), 1 - sigmoid(f), sigmoid(o), np.tanh(g))


@mistake("lstm_step_forward", "nothing is forgotten: c' = c + i g, without f")
def nothing_forgotten(x, h, c, Wx, Wh, b):
    i, _, o, g = parts(x @ Wx + h @ Wh + b)
    return finish(c, sigmoid(i), 1.0, sigmoid(o), np.tanh(g))


@mistake("lstm_step_forward", "the input gate is left out: c' = f c + g")
def no_input_gate(x, h, c, Wx, Wh, b):
    _, f, o, g = parts(x @ Wx + h @ Wh + b)
    return finish(c, 1.0, sigmoid(f), sigmoid(o), np.tanh(g))


@mistake("lstm_step_forward", "c' is returned before h'")
def cell_first(x, h, c, Wx, Wh, b):
    h, c, cache = lstm_step_forward(x, h, c, Wx, Wh, b)
    return c, h, cache


@mistake("lstm_step_forward", "no cache is returned beside h' and c'")
def no_cache(x, h, c, Wx, Wh, b):
    return lstm_step_forward(x, h, c, Wx, Wh, b)[:2]


@mistake("lstm_step_forward", "h' alone is returned, without c' and a cache")
def state_alone(x, h, c, Wx, Wh, b):
    return lstm_step_forward(x, h, c, Wx, Wh, b)[0]


@mistake("lstm_step_forward", "the sigmoid is exp(z) / (1 + exp(z)), which overflows")
def overflowing_sigmoid(x, h, c, Wx, Wh, b):
    i, f, o, g = parts(x @ Wx + h @ Wh + b)
    return finish(c, *(np.exp(z) / (1 + np.exp(z)) for z in (i, f, o)), np.tanh(g))


@mistake("lstm_step_forward", "tanh is made of exponentials that overflow")
def overflowing_tanh(x, h, c, Wx, Wh, b):
    i, f, o, g = parts(x @ Wx + h @ Wh + b)
    g = (np.exp(g) - np.exp(-g)) / (np.exp(g) + np.exp(-g))
    return finish(c, sigmoid(i), sigmoid(f), sigmoid(o), g)


@mistake("lstm_step_forward", "c is changed in place (c *= f, c += i * g)")
def cell_in_place(x, h, c, Wx, Wh, b):
    i, f, o, g = parts(x @ Wx + h @ Wh + b)
    c *= sigmoid(f)
    c += sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c, (x, h, c)


def walk(x, h0, c0, Wx, Wh, b, steps):
    """The states of the given steps."""
    h, c, states = h0, c0, []
    for t in steps:
        h, c, _ = lstm_step_forward(x[:, t], h, c, Wx, Wh, b)
        states.append(h)
    return states


@mistake("lstm_forward", "only the last state is returned, not the states of all steps")
def last_state_only(x, h0, Wx, Wh, b):
    return walk(x, h0, np.zeros_like(h0), Wx, Wh, b, range(x.shape[1]))[-1], None


@mistake("lstm_forward", "the states are stacked along the first axis, (T, N, H)")
def time_first(x, h0, Wx, Wh, b):
    return np.stack(walk(x, h0, np.zeros_like(h0), Wx, Wh, b, range(x.shape[1]))), None


@mistake("lstm_forward", "the cell starts at h0 instead of 0")
def cell_starts_at_h0(x, h0, Wx, Wh, b):
    return np.stack(walk(x, h0, h0, Wx, Wh, b, range(x.shape[1])), axis=1), None


@mistake("lstm_forward", "the cell starts at 1 instead of 0")
def cell_starts_at_one(x, h0, Wx, Wh, b):
    return np.stack(walk(x, h0, np.ones_like(h0), Wx, Wh, b, range(x.shape[1])), axis=1), None


@mistake("lstm_forward", "h0 is ignored and the state starts at 0")
def ignores_h0(x, h0, Wx, Wh, b):
    zero = np.zeros_like(h0)
    return np.stack(walk(x, zero, zero, Wx, Wh, b, range(x.shape[1])), axis=1), None


@mistake("lstm_forward", "the cell is not carried from step to step: each starts with an empty one")
def cell_not_carried(x, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h, _, _ = lstm_step_forward(x[:, t], h, np.zeros_like(h0), Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), None


@mistake("lstm_forward", "the state is not carried from step to step: each starts with h0")
def state_not_carried(x, h0, Wx, Wh, b):
    c, states = np.zeros_like(h0), []
    for t in range(x.shape[1]):
        h, c, _ = lstm_step_forward(x[:, t], h0, c, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), None


@mistake("lstm_forward", "the cells are returned instead of the states")
def returns_the_cells(x, h0, Wx, Wh, b):
    h, c, cells = h0, np.zeros_like(h0), []
    for t in range(x.shape[1]):
        h, c, _ = lstm_step_forward(x[:, t], h, c, Wx, Wh, b)
        cells.append(c)
    return np.stack(cells, axis=1), None


@mistake("lstm_forward", "h0 stands in front of the states: T + 1 of them")
def with_h0(x, h0, Wx, Wh, b):
    states = walk(x, h0, np.zeros_like(h0), Wx, Wh, b, range(x.shape[1]))
    return np.stack([h0, *states], axis=1), None


@mistake(
    "lstm_forward", "each place holds the state before its step: h0 first, the last one missing"
)
def one_step_late(x, h0, Wx, Wh, b):
    states = walk(x, h0, np.zeros_like(h0), Wx, Wh, b, range(x.shape[1]))
    return np.stack([h0, *states[:-1]], axis=1), None


@mistake("lstm_forward", "the sequence is read from its end")
def reads_backwards(x, h0, Wx, Wh, b):
    return lstm_forward_of(x[:, ::-1], h0, Wx, Wh, b)[:, ::-1], None


@mistake("lstm_forward", "every step reads the first input")
def reads_the_first_input(x, h0, Wx, Wh, b):
    return lstm_forward_of(np.repeat(x[:, :1], x.shape[1], axis=1), h0, Wx, Wh, b), None


def lstm_forward_of(x, h0, Wx, Wh, b):
    """All states as they should be."""
    return np.stack(walk(x, h0, np.zeros_like(h0), Wx, Wh, b, range(x.shape[1])), axis=1)


@mistake("lstm_forward", "the loop runs over the batch (axis 0) instead of over the time (axis 1)")
def walks_along_the_batch(x, h0, Wx, Wh, b):
    h, c, states = h0, np.zeros_like(h0), []
    for x_t in x:
        h, c, _ = lstm_step_forward(x_t, h, c, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), None


@mistake("lstm_forward", "no cache is returned beside the states")
def states_without_cache(x, h0, Wx, Wh, b):
    return lstm_forward_of(x, h0, Wx, Wh, b)


@mistake("lstm_forward", "the new states are written into h0")
def writes_into_h0(x, h0, Wx, Wh, b):
    c, states = np.zeros_like(h0), []
    for t in range(x.shape[1]):
        h0[...], c, _ = lstm_step_forward(x[:, t], h0, c, Wx, Wh, b)
        states.append(h0.copy())
    return np.stack(states, axis=1), None


@mistake(
    "lstm_forward", "all places of the result are the same array, which the last step overwrote"
)
def same_array(x, h0, Wx, Wh, b):
    last = walk(x, h0, np.zeros_like(h0), Wx, Wh, b, range(x.shape[1]))[-1]
    return np.repeat(last[:, None], x.shape[1], axis=1), None


@mistake(
    "init_forget_bias", "the input gates' part is set, b[:H], the first in the order i, f, o, g"
)
def input_part(b, H):
    return np.concatenate([np.ones(H), b[H:]])


@mistake("init_forget_bias", "the output gates' part is set, b[2H:3H]")
def output_part(b, H):
    return np.concatenate([b[: 2 * H], np.ones(H), b[3 * H :]])


@mistake("init_forget_bias", "only one bias is set, not those of all H forget gates")
def one_bias(b, H):
    b = b.copy()
    b[H] = 1
    return b


@mistake("init_forget_bias", "every other bias is lost: they are all set to 0")
def others_zero(b, H):
    b = np.zeros_like(b)
    b[H : 2 * H] = 1
    return b


@mistake("init_forget_bias", "1 is added to the biases instead of put in their place")
def added(b, H):
    b = b.copy()
    b[H : 2 * H] += 1
    return b


@mistake("init_forget_bias", "everything from b[H] on is set to 1")
def all_the_rest(b, H):
    b = b.copy()
    b[H:] = 1
    return b


@mistake("init_forget_bias", "the biases are set in place, in the caller's array")
def in_place(b, H):
    b[H : 2 * H] = 1
    return b


def slopes(dh, dc, cache):
    """What the cache holds: x, h, c, Wx, Wh, the gates i, f, o, g, and the tanh of the new cell."""
    x, h, c, Wx, Wh, i, f, o, g, c_next = cache
    return x, h, c, Wx, Wh, i, f, o, g, np.tanh(c_next)


def weights_from(dz, x, h, Wx, Wh, dc_prev):
    """What follows from dz: the six gradients."""
    return dz @ Wx.T, dz @ Wh.T, dc_prev, x.T @ dz, h.T @ dz, dz.sum(axis=0)


def gate_gradients(dh, dc, cache):
    """dz of i, f, o, g from dh and the whole gradient dc of the new cell."""
    _, _, c, _, _, i, f, o, g, tanh_c = slopes(dh, dc, cache)
    return (
        dc * g * i * (1 - i),
        dc * c * f * (1 - f),
        dh * tanh_c * o * (1 - o),
        dc * i * (1 - g**2),
    )


def whole_dc(dh, dc, cache):
    """dc plus what reaches the new cell through h'."""
    *_, o, _, tanh_c = slopes(dh, dc, cache)
    return dc + dh * o * (1 - tanh_c**2)


def from_gates(dh, dc, cache, order=(0, 1, 2, 3), **changed):
    """The six gradients for a given whole dc; parts of dz may be changed by number."""
    x, h, _, Wx, Wh, _, f, *_ = slopes(dh, dc, cache)
    gates = list(gate_gradients(dh, dc, cache))
    for name, part in changed.items():
        gates["ifog".index(name)] = part
    dz = np.concatenate([gates[k] for k in order], axis=1)
    return weights_from(dz, x, h, Wx, Wh, dc * f)


@mistake("lstm_step_backward", "what reaches c' through h' = o tanh(c') is not added to dc")
def nothing_through_h(dh, dc, cache):
    return from_gates(dh, dc, cache)


@mistake("lstm_step_backward", "the dc that arrives from the next step is dropped")
def arriving_dc_dropped(dh, dc, cache):
    return from_gates(dh, whole_dc(dh, 0 * dc, cache), cache)


@mistake("lstm_step_backward", "the output gate is missing on the way from dh to c'")
def no_o_on_the_way(dh, dc, cache):
    tanh_c = slopes(dh, dc, cache)[-1]
    return from_gates(dh, dc + dh * (1 - tanh_c**2), cache)


@mistake("lstm_step_backward", "the slope of tanh(c') is missing on the way from dh to c'")
def no_tanh_slope(dh, dc, cache):
    o = slopes(dh, dc, cache)[-3]
    return from_gates(dh, dc + dh * o, cache)


@mistake(
    "lstm_step_backward", "the slope of tanh(c') is taken as 1 - c'^2 instead of 1 - tanh^2(c')"
)
def tanh_slope_of_the_cell(dh, dc, cache):
    o, c_next = slopes(dh, dc, cache)[-3], cache[-1]
    return from_gates(dh, dc + dh * o * (1 - c_next**2), cache)


@mistake(
    "lstm_step_backward", "the slope of tanh is taken at the old cell c instead of the new one"
)
def tanh_slope_of_the_old_cell(dh, dc, cache):
    _, _, c, *_, o, _, _ = slopes(dh, dc, cache)
    return from_gates(dh, dc + dh * o * (1 - np.tanh(c) ** 2), cache)


@mistake("lstm_step_backward", "dc_prev is the gradient of c' itself: the forget gate is missing")
def dc_prev_without_f(dh, dc, cache):
    dx, dh_prev, _, *weights = lstm_step_backward(dh, dc, cache)
    return dx, dh_prev, whole_dc(dh, dc, cache), *weights


@mistake("lstm_step_backward", "dc_prev takes the arriving dc alone, without what came through h'")
def dc_prev_of_the_arriving(dh, dc, cache):
    dx, dh_prev, _, *weights = lstm_step_backward(dh, dc, cache)
    return dx, dh_prev, dc * slopes(dh, dc, cache)[6], *weights


@mistake(
    "lstm_step_backward", "the forget gate's gradient uses the new cell c' instead of the old c"
)
def df_of_the_new_cell(dh, dc, cache):
    dc = whole_dc(dh, dc, cache)
    f = slopes(dh, dc, cache)[6]
    return from_gates(dh, dc, cache, f=dc * cache[-1] * f * (1 - f))


@mistake("lstm_step_backward", "the output gate's gradient uses c' instead of tanh(c')")
def do_of_the_bare_cell(dh, dc, cache):
    o = slopes(dh, dc, cache)[7]
    return from_gates(dh, whole_dc(dh, dc, cache), cache, o=dh * cache[-1] * o * (1 - o))


@mistake("lstm_step_backward", "g gets the slope of a sigmoid, g (1 - g), instead of 1 - g^2")
def sigmoid_slope_on_g(dh, dc, cache):
    dc = whole_dc(dh, dc, cache)
    i, g = slopes(dh, dc, cache)[5], slopes(dh, dc, cache)[8]
    return from_gates(dh, dc, cache, g=dc * i * g * (1 - g))


@mistake("lstm_step_backward", "the gates get the slope of tanh, 1 - i^2, instead of i (1 - i)")
def tanh_slope_on_gates(dh, dc, cache):
    dc = whole_dc(dh, dc, cache)
    _, _, c, _, _, i, f, o, g, tanh_c = slopes(dh, dc, cache)
    wrong = dc * g * (1 - i**2), dc * c * (1 - f**2), dh * tanh_c * (1 - o**2)
    return from_gates(dh, dc, cache, i=wrong[0], f=wrong[1], o=wrong[2])


@mistake("lstm_step_backward", "the slopes of sigmoid and tanh in the four gates are left out")
def no_slopes(dh, dc, cache):
    dc = whole_dc(dh, dc, cache)
    _, _, c, _, _, i, _, _, g, tanh_c = slopes(dh, dc, cache)
    return from_gates(dh, dc, cache, i=dc * g, f=dc * c, o=dh * tanh_c, g=dc * i)


@mistake("lstm_step_backward", "the gates' gradients stand in the order i, f, g, o")
def gradients_in_order_i_f_g_o(dh, dc, cache):
    return from_gates(dh, whole_dc(dh, dc, cache), cache, order=(0, 1, 3, 2))


@mistake("lstm_step_backward", "the gradients of the input gate and the forget gate are swapped")
def gradients_in_order_f_i_o_g(dh, dc, cache):
    return from_gates(dh, whole_dc(dh, dc, cache), cache, order=(1, 0, 2, 3))


@mistake(
    "lstm_step_backward", "dh_prev goes back through the rows of Wh, dz Wh, without transposing"
)
def wh_not_transposed(dh, dc, cache):
    x, h, _, Wx, Wh, _, f, *_ = slopes(dh, dc, cache)
    dc = whole_dc(dh, dc, cache)
    gates = gate_gradients(dh, dc, cache)
    dz = np.concatenate(gates, axis=1)
    dh_prev = sum(dz_k @ W for dz_k, W in zip(gates, np.split(Wh, 4, axis=1), strict=True))
    return dz @ Wx.T, dh_prev, dc * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("lstm_step_backward", "dWh is made with h' instead of the h that the step has read")
def dwh_of_the_new_state(dh, dc, cache):
    dx, dh_prev, dc_prev, dWx, _, db = lstm_step_backward(dh, dc, cache)
    *_, o, _, tanh_c = slopes(dh, dc, cache)
    dz = np.concatenate(gate_gradients(dh, whole_dc(dh, dc, cache), cache), axis=1)
    return dx, dh_prev, dc_prev, dWx, (o * tanh_c).T @ dz, db


@mistake("lstm_step_backward", "db is summed over the gates (axis 1) instead of over the batch")
def db_over_gates(dh, dc, cache):
    *others, _ = lstm_step_backward(dh, dc, cache)
    dz = np.concatenate(gate_gradients(dh, whole_dc(dh, dc, cache), cache), axis=1)
    return *others, dz.sum(axis=1)


@mistake("lstm_step_backward", "db is the mean over the batch instead of the sum")
def mean_db(dh, dc, cache):
    *others, db = lstm_step_backward(dh, dc, cache)
    return *others, db / len(dh)


@mistake("lstm_step_backward", "all weight gradients are divided by the batch size once more")
def divided_by_n(dh, dc, cache):
    dx, dh_prev, dc_prev, *weights = lstm_step_backward(dh, dc, cache)
    return dx, dh_prev, dc_prev, *(dW / len(dh) for dW in weights)


@mistake("lstm_step_backward", "dc_prev and dh_prev are returned in the reverse order")
def dc_before_dh(dh, dc, cache):
    dx, dh_prev, dc_prev, *weights = lstm_step_backward(dh, dc, cache)
    return dx, dc_prev, dh_prev, *weights


@mistake("lstm_step_backward", "dc is changed in place (dc += ...)")
def dc_in_place(dh, dc, cache):
    dc += whole_dc(dh, 0 * dc, cache)
    return from_gates(dh, dc, cache)


@mistake("lstm_step_backward", "dh is changed in place (dh *= ...)")
def dh_in_place(dh, dc, cache):
    gradients = lstm_step_backward(dh, dc, cache)
    dh *= slopes(dh, dc, cache)[7]
    return gradients


@mistake("lstm_step_backward", "the gates in the cache are changed in place")
def cache_in_place(dh, dc, cache):
    gradients = lstm_step_backward(dh, dc, cache)
    i = cache[5]
    i *= 1 - i
    return gradients


def back(dh, cache, carry_h=1, carry_c=1, steps=None, last_dh=None):
    """`lstm_backward`, with what is carried back scaled, or only some steps walked."""
    T = dh.shape[1]
    dx, sums = [], [0, 0, 0]
    dh_next = dc_next = np.zeros_like(dh[:, 0])
    for t in reversed(range(T)) if steps is None else steps:
        arriving = dh[:, t] + carry_h * dh_next
        dx_t, dh_next, dc_next, *weights = lstm_step_backward(arriving, carry_c * dc_next, cache[t])
        dx.append(dx_t)
        sums = [total + part for total, part in zip(sums, weights, strict=True)]
    return np.stack(dx[::-1], axis=1), dh_next, *sums


@mistake("lstm_backward", "the dc that a step sends back is not carried to the step before")
def dc_not_carried(dh, cache):
    return back(dh, cache, carry_c=0)


@mistake("lstm_backward", "the dh that a step sends back is not added to the loss's own dh[:, t]")
def dh_not_carried(dh, cache):
    return back(dh, cache, carry_h=0)


@mistake("lstm_backward", "neither dh nor dc is carried back: every step stands alone")
def nothing_carried(dh, cache):
    return back(dh, cache, carry_h=0, carry_c=0)


@mistake("lstm_backward", "only the last dh is used, not the loss's gradient at every step")
def last_dh_only(dh, cache):
    only = np.zeros_like(dh)
    only[:, -1] = dh[:, -1]
    return back(only, cache)


@mistake("lstm_backward", "the weight gradients are those of the first step alone, not the sum")
def last_weights_only(dh, cache):
    dx, dh0, *_ = back(dh, cache)
    dh_next = dc_next = np.zeros_like(dh[:, 0])
    for t in reversed(range(dh.shape[1])):
        _, dh_next, dc_next, *weights = lstm_step_backward(dh[:, t] + dh_next, dc_next, cache[t])
    return dx, dh0, *weights


@mistake("lstm_backward", "the weight gradients are averaged over the steps instead of summed")
def mean_over_time(dh, cache):
    dx, dh0, *weights = back(dh, cache)
    return dx, dh0, *(dW / dh.shape[1] for dW in weights)


@mistake("lstm_backward", "dx stands in the order of the walk, the last step first")
def dx_reversed(dh, cache):
    dx, *others = back(dh, cache)
    return dx[:, ::-1], *others


@mistake("lstm_backward", "dx is stacked along the first axis, (T, N, D)")
def dx_time_first(dh, cache):
    dx, *others = back(dh, cache)
    return dx.transpose(1, 0, 2), *others


@mistake("lstm_backward", "the walk goes forward in time, from the first step to the last")
def walks_forward(dh, cache):
    dx, *others = back(dh, cache, steps=range(dh.shape[1]))
    return dx[:, ::-1], *others


@mistake(
    "lstm_backward", "dh0 is the gradient of the cell, not of the state, that the first step read"
)
def dh0_of_the_cell(dh, cache):
    dx, _, *weights = back(dh, cache)
    dh_next = dc_next = np.zeros_like(dh[:, 0])
    for t in reversed(range(dh.shape[1])):
        _, dh_next, dc_next, *_ = lstm_step_backward(dh[:, t] + dh_next, dc_next, cache[t])
    return dx, dc_next, *weights


@mistake("lstm_backward", "dh0 is missing from what is returned")
def no_dh0(dh, cache):
    dx, _, *weights = back(dh, cache)
    return dx, *weights


@mistake("lstm_backward", "dh0 is left at zero")
def zero_dh0(dh, cache):
    dx, dh0, *weights = back(dh, cache)
    return dx, 0 * dh0, *weights


@mistake("lstm_backward", "the carried gradient is added into the caller's dh (dh[:, t] += ...)")
def adds_into_dh(dh, cache):
    gradients = back(dh, cache)
    dh_next = dc_next = np.zeros_like(dh[:, 0])
    for t in reversed(range(dh.shape[1])):
        dh[:, t] += dh_next
        _, dh_next, dc_next, *_ = lstm_step_backward(dh[:, t], dc_next, cache[t])
    return gradients


@mistake("lstm_backward", "the list of caches is emptied on the way (cache.pop)")
def pops_the_cache(dh, cache):
    gradients = back(dh, cache)
    while cache:
        cache.pop()
    return gradients


def gru(x, h, Wx, Wh, b):
    """r, z, x Wxn + bn and h Whn of a GRU."""
    xr, xz, xn = parts(x @ Wx + b, 3)
    hr, hz, hn = parts(h @ Wh, 3)
    return sigmoid(xr + hr), sigmoid(xz + hz), xn, hn


@mistake("gru_step_forward", "z is reversed: h' = z n + (1 - z) h")
def z_reversed(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, b)
    return z * np.tanh(xn + r * hn) + (1 - z) * h


@mistake("gru_step_forward", "the columns of r and z are swapped")
def r_and_z_swapped(x, h, Wx, Wh, b):
    z, r, xn, hn = gru(x, h, Wx, Wh, b)
    return (1 - z) * np.tanh(xn + r * hn) + z * h


@mistake("gru_step_forward", "r multiplies h before the product with Wh, (r h) Whn")
def reset_before_the_product(x, h, Wx, Wh, b):
    r, z, xn, _ = gru(x, h, Wx, Wh, b)
    return (1 - z) * np.tanh(xn + (r * h) @ parts(Wh, 3)[2]) + z * h


@mistake("gru_step_forward", "r multiplies the whole sum in n, the input's part too")
def reset_of_everything(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, b)
    return (1 - z) * np.tanh(r * (xn + hn)) + z * h


@mistake("gru_step_forward", "r multiplies the bias of n as well, r (h Whn + bn)")
def reset_of_the_bias(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, b)
    bn = parts(b[None], 3)[2]
    return (1 - z) * np.tanh(xn - bn + r * (hn + bn)) + z * h


@mistake("gru_step_forward", "the reset gate r is left out")
def no_reset(x, h, Wx, Wh, b):
    _, z, xn, hn = gru(x, h, Wx, Wh, b)
    return (1 - z) * np.tanh(xn + hn) + z * h


@mistake("gru_step_forward", "n goes through sigmoid instead of tanh")
def sigmoid_on_n(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, b)
    return (1 - z) * sigmoid(xn + r * hn) + z * h


@mistake("gru_step_forward", "n is the bare weighted sum, without its tanh")
def bare_n(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, b)
    return (1 - z) * (xn + r * hn) + z * h


@mistake("gru_step_forward", "the bias b is left out")
def gru_without_bias(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, np.zeros_like(b))
    return (1 - z) * np.tanh(xn + r * hn) + z * h


@mistake("gru_step_forward", "the bias is counted twice, with x Wx and with h Wh")
def bias_twice(x, h, Wx, Wh, b):
    xr, xz, xn = parts(x @ Wx + b, 3)
    hr, hz, hn = parts(h @ Wh + b, 3)
    z = sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn) + z * h


@mistake("gru_step_forward", "the old state is not kept: h' = (1 - z) n, without z h")
def nothing_kept(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, b)
    return (1 - z) * np.tanh(xn + r * hn)


@mistake("gru_step_forward", "the news is not weighted: h' = n + z h, without 1 - z")
def news_not_weighted(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, b)
    return np.tanh(xn + r * hn) + z * h


@mistake("gru_step_forward", "the columns are read in the order z, n, r or the like")
def n_first(x, h, Wx, Wh, b):
    xn, xr, xz = parts(x @ Wx + b, 3)
    hn, hr, hz = parts(h @ Wh, 3)
    z = sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn) + z * h


@mistake("gru_step_forward", "the sigmoid is exp(z) / (1 + exp(z)), which overflows")
def gru_overflows(x, h, Wx, Wh, b):
    xr, xz, xn = parts(x @ Wx + b, 3)
    hr, hz, hn = parts(h @ Wh, 3)
    r, z = (np.exp(a) / (1 + np.exp(a)) for a in (xr + hr, xz + hz))
    return (1 - z) * np.tanh(xn + r * hn) + z * h


@mistake("gru_step_forward", "h is changed in place (h *= z)")
def state_in_place(x, h, Wx, Wh, b):
    r, z, xn, hn = gru(x, h, Wx, Wh, b)
    h *= z
    h += (1 - z) * np.tanh(xn + r * hn)
    return h
