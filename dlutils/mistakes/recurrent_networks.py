"""Mistakes of chapter 8: tables of vectors, steps through time and back, masks, sampling."""

import numpy as np

from dlutils import (
    cross_entropy,
    cross_entropy_backward,
    rnn_step_backward,
    rnn_step_forward,
    sigmoid,
    softmax,
)
from dlutils.mistakes import mistake


@mistake("embedding_forward", "only y is returned, without a cache")
def embedding_without_cache(ids, E):
    return E[ids]


@mistake("embedding_forward", "columns of E are looked up instead of rows")
def columns_looked_up(ids, E):
    return E[:, ids].T, (ids, E.shape)


@mistake("embedding_forward", "the ids are flattened, and their shape is lost")
def ids_flattened(ids, E):
    return E[np.ravel(ids)], (ids, E.shape)


@mistake("embedding_forward", "ids are counted from 1: row i - 1 is taken for id i")
def ids_from_one(ids, E):
    return E[ids - 1], (ids, E.shape)


@mistake("embedding_forward", "the vectors of a sequence are added up to one")
def vectors_added(ids, E):
    return E[ids].sum(axis=-2), (ids, E.shape)


@mistake("embedding_backward", "`dE[ids] += dy` adds once only where an id is repeated")
def repeated_ids_overwrite(dy, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    dE[ids] += dy
    return dE


@mistake("embedding_backward", "only the first place of a repeated id counts")
def first_place_counts(dy, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    tokens, first = np.unique(ids, return_index=True)
    dE[tokens] = dy.reshape(-1, shape[1])[first]
    return dE


@mistake("embedding_backward", "the gradients of a repeated id are averaged instead of summed")
def repeated_ids_averaged(dy, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    np.add.at(dE, ids, dy)
    counts = np.bincount(np.ravel(ids), minlength=shape[0])
    return dE / np.maximum(counts, 1)[:, None]


@mistake("embedding_backward", "the sum is divided by the number of places")
def divided_by_places(dy, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    np.add.at(dE, ids, dy)
    return dE / np.size(ids)


@mistake("embedding_backward", "dy is looked up, dy[ids], instead of added into the rows")
def dy_looked_up(dy, cache):
    ids, _ = cache
    return dy[ids]


@mistake("embedding_backward", "dE has rows only for the ids that occur")
def rows_that_occur(dy, cache):
    ids, shape = cache
    tokens, inverse = np.unique(ids, return_inverse=True)
    dE = np.zeros((len(tokens), shape[1]))
    np.add.at(dE, inverse.reshape(np.shape(ids)), dy)
    return dE


@mistake("embedding_backward", "the table starts from ones instead of zeros")
def starts_from_ones(dy, cache):
    ids, shape = cache
    dE = np.ones(shape)
    np.add.at(dE, ids, dy)
    return dE


@mistake("embedding_backward", "only the first sequence of the batch is added")
def first_sequence_only(dy, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    np.add.at(dE, ids[0], dy[0])
    return dE


@mistake("embedding_backward", "(dE, None) is returned instead of dE alone")
def pair_returned(dy, cache):
    ids, shape = cache
    dE = np.zeros(shape)
    np.add.at(dE, ids, dy)
    return dE, None


@mistake("rnn_step_forward", "the bias is missing")
def step_without_bias(x, h, Wx, Wh, b):
    h_next = np.tanh(x @ Wx + h @ Wh)
    return h_next, (x, h, Wx, Wh, h_next)


@mistake("rnn_step_forward", "the tanh is missing")
def step_without_tanh(x, h, Wx, Wh, b):
    z = x @ Wx + h @ Wh + b
    return z, (x, h, Wx, Wh, z)


@mistake("rnn_step_forward", "the old state is not used: h Wh is missing")
def step_without_state(x, h, Wx, Wh, b):
    h_next = np.tanh(x @ Wx + b)
    return h_next, (x, h, Wx, Wh, h_next)


@mistake("rnn_step_forward", "a sigmoid stands in place of tanh")
def step_with_sigmoid(x, h, Wx, Wh, b):
    h_next = sigmoid(x @ Wx + h @ Wh + b)
    return h_next, (x, h, Wx, Wh, h_next)


@mistake("rnn_step_forward", "Wh is transposed")
def recurrent_weights_transposed(x, h, Wx, Wh, b):
    h_next = np.tanh(x @ Wx + h @ Wh.T + b)
    return h_next, (x, h, Wx, Wh, h_next)


@mistake("rnn_step_forward", "`h * Wh` multiplies entry by entry: a matrix product is needed")
def entry_by_entry(x, h, Wx, Wh, b):
    h_next = np.tanh(x @ Wx + h * Wh + b)
    return h_next, (x, h, Wx, Wh, h_next)


@mistake("rnn_step_forward", "the old state is added without its weights, h instead of h Wh")
def state_without_weights(x, h, Wx, Wh, b):
    h_next = np.tanh(x @ Wx + h + b)
    return h_next, (x, h, Wx, Wh, h_next)


@mistake("rnn_step_forward", "the old state is added after the tanh")
def state_after_tanh(x, h, Wx, Wh, b):
    h_next = np.tanh(x @ Wx + b) + h @ Wh
    return h_next, (x, h, Wx, Wh, h_next)


@mistake("rnn_step_forward", "tanh is applied to each of the two products before they are added")
def tanh_of_each(x, h, Wx, Wh, b):
    h_next = np.tanh(x @ Wx) + np.tanh(h @ Wh) + b
    return h_next, (x, h, Wx, Wh, h_next)


@mistake("rnn_step_forward", "only h_next is returned, without a cache")
def step_without_cache(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


@mistake("rnn_step_backward", "the derivative of tanh is taken at h', as 1 - tanh(h')^2")
def derivative_at_output(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - np.tanh(h_next) ** 2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "1 - z^2 is used: the square is of the sum before tanh, not of h'")
def derivative_of_the_sum(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - np.arctanh(h_next) ** 2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "the old state stands where the new one belongs, 1 - h^2")
def derivative_of_old_state(dh, cache):
    x, h, Wx, Wh, _ = cache
    dz = dh * (1 - h**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "the derivative of tanh is missing: dh is used as dz")
def tanh_skipped(dh, cache):
    x, h, Wx, Wh, _ = cache
    return dh @ Wx.T, dh @ Wh.T, x.T @ dh, h.T @ dh, dh.sum(axis=0)


@mistake("rnn_step_backward", "the square is missing: 1 - h' instead of 1 - h'^2")
def square_missing(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "the derivative of the sigmoid is used, h' (1 - h')")
def derivative_of_sigmoid(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * h_next * (1 - h_next)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "dWh is made from the new state h' instead of the old state h")
def new_state_in_dWh(dh, cache):
    x, _, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h_next.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "Wh is not transposed in dh_prev")
def recurrent_weights_not_transposed(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dz @ Wh, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "db is summed over the units (axis 1), not over the samples (axis 0)")
def bias_over_units(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=1)


@mistake("rnn_step_backward", "db is the mean over the samples instead of the sum")
def bias_averaged(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.mean(axis=0)


@mistake("rnn_step_backward", "the weights' gradients are divided by the number of samples")
def gradients_averaged(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz, n = dh * (1 - h_next**2), len(dh)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz / n, h.T @ dz / n, dz.sum(axis=0) / n


@mistake("rnn_step_backward", "db is not summed over the samples: it has a row for each")
def bias_not_summed(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz


@mistake("rnn_step_backward", "dh_prev is the incoming dh, passed on unchanged")
def gradient_passed_on(dh, cache):
    x, h, Wx, _, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dh, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "dh_prev does not pass through the tanh: dh Wh^T instead of dz Wh^T")
def state_gradient_around_tanh(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dh @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


@mistake("rnn_step_backward", "the weights' gradients come first: (dWx, dWh, db, dx, dh_prev)")
def weights_first(dh, cache):
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return x.T @ dz, h.T @ dz, dz.sum(axis=0), dz @ Wx.T, dz @ Wh.T


@mistake("rnn_step_backward", "dh_prev is missing among the results")
def four_gradients(dh, cache):
    x, h, Wx, _, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


def _states(x, h0, Wx, Wh, b):
    """All states, one per time, and the caches of the steps."""
    h, states, caches = h0, [], []
    for t in range(x.shape[1]):
        h, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        states.append(h)
        caches.append(cache)
    return states, caches


@mistake("rnn_forward", "every step starts from h0: the new state is not carried on")
def state_not_carried(x, h0, Wx, Wh, b):
    steps = [rnn_step_forward(x[:, t], h0, Wx, Wh, b) for t in range(x.shape[1])]
    return np.stack([h for h, _ in steps], axis=1), [cache for _, cache in steps]


@mistake("rnn_forward", "the first state is zero instead of h0")
def starts_from_zero(x, h0, Wx, Wh, b):
    states, caches = _states(x, np.zeros_like(h0), Wx, Wh, b)
    return np.stack(states, axis=1), caches


@mistake("rnn_forward", "time stands on the first axis: (T, N, H) instead of (N, T, H)")
def time_first(x, h0, Wx, Wh, b):
    states, caches = _states(x, h0, Wx, Wh, b)
    return np.stack(states), caches


@mistake("rnn_forward", "only the last state is returned")
def last_state_only(x, h0, Wx, Wh, b):
    states, caches = _states(x, h0, Wx, Wh, b)
    return states[-1], caches


@mistake("rnn_forward", "h0 is returned as the first of T + 1 states")
def first_state_included(x, h0, Wx, Wh, b):
    states, caches = _states(x, h0, Wx, Wh, b)
    return np.stack([h0, *states], axis=1), caches


@mistake("rnn_forward", "the states before the steps are returned: h0 is in, the last one is not")
def states_before(x, h0, Wx, Wh, b):
    states, caches = _states(x, h0, Wx, Wh, b)
    return np.stack([h0, *states[:-1]], axis=1), caches


@mistake("rnn_forward", "the steps run from the last time to the first")
def last_time_first(x, h0, Wx, Wh, b):
    states, caches = _states(x[:, ::-1], h0, Wx, Wh, b)
    return np.stack(states[::-1], axis=1), caches


@mistake("rnn_forward", "the loop goes over the samples, x[t], instead of the times, x[:, t]")
def steps_over_samples(x, h0, Wx, Wh, b):
    h = h0[0] if len(h0) != x.shape[1] else h0
    states = []
    for x_t in x:
        h = np.tanh(x_t @ Wx + h @ Wh + b)
        states.append(h)
    return np.stack(states), None


@mistake("rnn_forward", "all states are one array: `h[:] = ...` writes into what was kept before")
def one_array_for_all(x, h0, Wx, Wh, b):
    h, states, caches = h0.copy(), [], []
    for t in range(x.shape[1]):
        h[:], cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        states.append(h)
        caches.append(cache)
    return np.stack(states, axis=1), caches


@mistake("rnn_forward", "the loop ends one step early and leaves the last states at zero")
def one_step_short(x, h0, Wx, Wh, b):
    states, caches = _states(x, h0, Wx, Wh, b)
    h = np.stack(states, axis=1)
    h[:, -1] = 0
    return h, caches


@mistake("rnn_forward", "the steps' states are concatenated instead of stacked on an axis of time")
def states_concatenated(x, h0, Wx, Wh, b):
    states, caches = _states(x, h0, Wx, Wh, b)
    return np.concatenate(states, axis=1), caches


@mistake("rnn_forward", "`h0[:] = ...` writes the new state into the caller's h0")
def h0_in_place(x, h0, Wx, Wh, b):
    states, caches = [], []
    for t in range(x.shape[1]):
        h, cache = rnn_step_forward(x[:, t], h0.copy(), Wx, Wh, b)
        h0[:] = h
        states.append(h)
        caches.append(cache)
    return np.stack(states, axis=1), caches


def _walk(dh, cache, carry=lambda dh_next: dh_next):
    """Gradients of every step, last time first; `carry` changes what is handed to the next."""
    steps, dh_next = [], 0
    for t in reversed(range(dh.shape[1])):
        steps.append(rnn_step_backward(dh[:, t] + dh_next, cache[t]))
        dh_next = carry(steps[-1][1])
    return steps


def _collect(steps):
    dx = np.stack([step[0] for step in steps[::-1]], axis=1)
    return (dx, steps[-1][1], *[sum(step[k] for step in steps) for k in (2, 3, 4)])


@mistake("rnn_backward", "the gradient from the later step is not carried on: each dh[:, t] alone")
def later_not_carried(dh, cache):
    return _collect(_walk(dh, cache, carry=lambda dh_next: 0))


@mistake("rnn_backward", "only the gradient from the later step is used, without dh[:, t]")
def outputs_forgotten(dh, cache):
    steps, dh_next = [], dh[:, -1]
    for t in reversed(range(dh.shape[1])):
        steps.append(rnn_step_backward(dh_next, cache[t]))
        dh_next = steps[-1][1]
    return _collect(steps)


@mistake("rnn_backward", "the weights' gradients are those of the last step in the loop, not sums")
def last_in_loop_only(dh, cache):
    steps = _walk(dh, cache)
    return (*_collect(steps)[:2], *steps[-1][2:])


@mistake("rnn_backward", "the weights' gradients are those of the last time alone, not sums")
def last_time_only(dh, cache):
    steps = _walk(dh, cache)
    return (*_collect(steps)[:2], *steps[0][2:])


@mistake("rnn_backward", "the last step's weight gradients are added twice")
def last_step_twice(dh, cache):
    steps = _walk(dh, cache)
    dx, dh0, *weights = _collect(steps)
    return (dx, dh0, *[dw + last for dw, last in zip(weights, steps[0][2:], strict=True)])


@mistake("rnn_backward", "the weights' gradients are averaged over the times instead of summed")
def averaged_over_time(dh, cache):
    dx, dh0, *weights = _collect(_walk(dh, cache))
    return (dx, dh0, *[dw / dh.shape[1] for dw in weights])


@mistake("rnn_backward", "dh0 is not the gradient that leaves the first step, but zeros")
def dh0_zero(dh, cache):
    dx, dh0, *weights = _collect(_walk(dh, cache))
    return (dx, np.zeros_like(dh0), *weights)


@mistake("rnn_backward", "dh0 is missing among the results")
def dh0_missing(dh, cache):
    dx, _, *weights = _collect(_walk(dh, cache))
    return (dx, *weights)


@mistake("rnn_backward", "dh0 is the gradient by the first state h_1, not by h_0 before it")
def dh0_one_step_late(dh, cache):
    steps = _walk(dh, cache)
    dx, _, *weights = _collect(steps)
    return (dx, dh[:, 0] + (steps[-2][1] if len(steps) > 1 else 0), *weights)


@mistake("rnn_backward", "the walk goes from the first time to the last")
def first_time_first(dh, cache):
    steps = _walk(dh[:, ::-1], cache[::-1])
    dx, *others = _collect(steps)
    return (dx[:, ::-1], *others)


@mistake("rnn_backward", "dx stands in the order of the walk, the last time first")
def dx_reversed(dh, cache):
    dx, *others = _collect(_walk(dh, cache))
    return (dx[:, ::-1], *others)


@mistake("rnn_backward", "time stands on the first axis of dx")
def dx_time_first(dh, cache):
    dx, *others = _collect(_walk(dh, cache))
    return (dx.swapaxes(0, 1), *others)


@mistake("rnn_backward", "the carried gradient piles up: `dh_next +=` in place of `dh_next =`")
def carried_piles_up(dh, cache):
    steps, dh_next = [], 0
    for t in reversed(range(dh.shape[1])):
        steps.append(rnn_step_backward(dh[:, t] + dh_next, cache[t]))
        dh_next = dh_next + steps[-1][1]
    dx, _, *weights = _collect(steps)
    return (dx, dh_next, *weights)


@mistake("rnn_backward", "`dh[:, t] += dh_next` writes into the caller's dh")
def dh_in_place(dh, cache):
    steps, dh_next = [], 0
    for t in reversed(range(dh.shape[1])):
        dh[:, t] += dh_next
        steps.append(rnn_step_backward(dh[:, t], cache[t]))
        dh_next = steps[-1][1]
    return _collect(steps)


@mistake("rnn_backward", "`cache.pop()` empties the cache, so that it cannot be used again")
def cache_popped(dh, cache):
    steps, dh_next = [], 0
    for t in reversed(range(dh.shape[1])):
        steps.append(rnn_step_backward(dh[:, t] + dh_next, cache.pop()))
        dh_next = steps[-1][1]
    return _collect(steps)


@mistake("rnn_backward", "`cache.reverse()` turns the cache around: it cannot be used again")
def cache_reversed(dh, cache):
    cache.reverse()
    return _collect(_walk(dh, cache[::-1]))


def _log_p(logits, labels):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return np.take_along_axis(log_p, labels[..., None], axis=-1)[..., 0]


def _everywhere(logits, labels):
    """softmax minus one-hot at every position, not divided."""
    return softmax(logits) - np.eye(logits.shape[-1])[labels]


@mistake("temporal_cross_entropy", "the mask is ignored: all places count")
def mask_ignored(logits, labels, mask):
    return -_log_p(logits, labels).mean(), _everywhere(logits, labels) / labels.size


@mistake("temporal_cross_entropy", "the sum over kept places is divided by all places")
def divided_by_all(logits, labels, mask):
    loss = -(_log_p(logits, labels) * mask).sum() / mask.size
    return loss, _everywhere(logits, labels) * mask[..., None] / mask.size


@mistake("temporal_cross_entropy", "the sum is divided by the number of sequences")
def divided_by_sequences(logits, labels, mask):
    loss = -(_log_p(logits, labels) * mask).sum() / len(mask)
    return loss, _everywhere(logits, labels) * mask[..., None] / len(mask)


@mistake("temporal_cross_entropy", "the loss is a sum over kept places, not a mean")
def loss_summed(logits, labels, mask):
    loss = -(_log_p(logits, labels) * mask).sum()
    return loss, _everywhere(logits, labels) * mask[..., None]


@mistake("temporal_cross_entropy", "each sequence is averaged by itself, then the averages")
def mean_of_means(logits, labels, mask):
    counts = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    loss = -((_log_p(logits, labels) * mask) / counts).sum() / len(mask)
    return loss, _everywhere(logits, labels) * (mask / counts)[..., None] / len(mask)


@mistake("temporal_cross_entropy", "the gradient is not masked")
def gradient_not_masked(logits, labels, mask):
    kept = max(mask.sum(), 1)
    loss = -(_log_p(logits, labels) * mask).sum() / kept
    return loss, _everywhere(logits, labels) / kept


@mistake("temporal_cross_entropy", "the gradient is not divided by the number of kept places")
def gradient_not_divided(logits, labels, mask):
    loss = -(_log_p(logits, labels) * mask).sum() / max(mask.sum(), 1)
    return loss, _everywhere(logits, labels) * mask[..., None]


@mistake("temporal_cross_entropy", "the gradient is divided by all places, the loss by kept ones")
def gradient_divided_by_all(logits, labels, mask):
    loss = -(_log_p(logits, labels) * mask).sum() / max(mask.sum(), 1)
    return loss, _everywhere(logits, labels) * mask[..., None] / mask.size


@mistake("temporal_cross_entropy", "the mask is read the wrong way: True places are dropped")
def mask_inverted(logits, labels, mask):
    drop = ~mask
    loss = -(_log_p(logits, labels) * drop).sum() / max(drop.sum(), 1)
    return loss, _everywhere(logits, labels) * drop[..., None] / max(drop.sum(), 1)


@mistake("temporal_cross_entropy", "the loss is in bits: log2 in place of the natural logarithm")
def loss_in_bits(logits, labels, mask):
    loss = -(_log_p(logits, labels) * mask).sum() / max(mask.sum(), 1)
    return loss / np.log(2), _everywhere(logits, labels) * mask[..., None] / max(mask.sum(), 1)


@mistake("temporal_cross_entropy", "the logits are masked to 0 first, and their places still count")
def logits_masked(logits, labels, mask):
    z = logits * mask[..., None]
    return -_log_p(z, labels).mean(), _everywhere(z, labels) / labels.size


@mistake("temporal_cross_entropy", "0 is divided by 0 where no place is kept")
def nothing_kept(logits, labels, mask):
    kept = mask.sum()
    loss = -(_log_p(logits, labels) * mask).sum() / kept
    return loss, _everywhere(logits, labels) * mask[..., None] / kept


@mistake("temporal_cross_entropy", "the gradient has a row per kept place, not the logits' shape")
def gradient_of_kept_rows(logits, labels, mask):
    if not mask.any():
        return 0.0, np.zeros_like(logits)
    return (
        cross_entropy(logits[mask], labels[mask]),
        cross_entropy_backward(logits[mask], labels[mask]),
    )


@mistake("temporal_cross_entropy", "exp overflows: nothing is subtracted from the logits")
def temporal_overflow(logits, labels, mask):
    e = np.exp(logits)
    p = e / e.sum(axis=-1, keepdims=True)
    log_p = np.log(np.take_along_axis(p, labels[..., None], axis=-1)[..., 0])
    kept = max(mask.sum(), 1)
    dlogits = (p - np.eye(p.shape[-1])[labels]) * mask[..., None] / kept
    return -np.where(mask, log_p, 0).sum() / kept, dlogits


@mistake("temporal_cross_entropy", "the logarithm is taken of a probability that has become 0")
def log_of_zero(logits, labels, mask):
    p = softmax(logits)
    log_p = np.log(np.take_along_axis(p, labels[..., None], axis=-1)[..., 0])
    kept = max(mask.sum(), 1)
    loss = -np.where(mask, log_p, 0).sum() / kept
    return loss, _everywhere(logits, labels) * mask[..., None] / kept


@mistake("temporal_cross_entropy", "a small number is added inside the logarithm")
def added_inside_log(logits, labels, mask):
    p = softmax(logits)
    log_p = np.log(np.take_along_axis(p, labels[..., None], axis=-1)[..., 0] + 1e-9)
    kept = max(mask.sum(), 1)
    return -(log_p * mask).sum() / kept, _everywhere(logits, labels) * mask[..., None] / kept


@mistake("temporal_cross_entropy", "`logits -= ...` changes the caller's logits")
def logits_in_place(logits, labels, mask):
    logits -= logits.max(axis=-1, keepdims=True)
    kept = max(mask.sum(), 1)
    loss = -(_log_p(logits, labels) * mask).sum() / kept
    return loss, _everywhere(logits, labels) * mask[..., None] / kept


def _draw(logits, temperature, rng):
    p = softmax(logits / temperature)
    return int(rng.choice(len(p), p=p))


def _sample(step, start, length, rng, draw):
    token, state, tokens = start, None, []
    for _ in range(length):
        logits, state = step(token, state)
        token = draw(logits, rng)
        tokens.append(token)
    return tokens


@mistake("sample_sequence", "the logits are multiplied by the temperature instead of divided")
def temperature_multiplied(step, start, length, temperature, rng):
    return _sample(step, start, length, rng, lambda z, rng: _draw(z * temperature, 1.0, rng))


@mistake("sample_sequence", "the temperature is not used")
def temperature_ignored(step, start, length, temperature, rng):
    return _sample(step, start, length, rng, lambda z, rng: _draw(z, 1.0, rng))


@mistake("sample_sequence", "the probabilities, not the logits, are divided by the temperature")
def probabilities_divided(step, start, length, temperature, rng):
    def draw(logits, rng):
        return _draw(softmax(logits), temperature, rng)

    return _sample(step, start, length, rng, draw)


@mistake("sample_sequence", "the likeliest token is taken always: argmax instead of a draw")
def always_the_likeliest(step, start, length, temperature, rng):
    return _sample(step, start, length, rng, lambda z, rng: int(np.argmax(z)))


@mistake("sample_sequence", "all tokens are equally likely: the logits are not used in the draw")
def all_equally_likely(step, start, length, temperature, rng):
    return _sample(step, start, length, rng, lambda z, rng: int(rng.choice(len(z))))


@mistake("sample_sequence", "the start is part of the result")
def start_included(step, start, length, temperature, rng):
    tokens = [start]
    state = None
    for _ in range(length):
        logits, state = step(tokens[-1], state)
        tokens.append(_draw(logits, temperature, rng))
    return tokens


@mistake("sample_sequence", "the start counts as one of the `length` tokens")
def start_counted(step, start, length, temperature, rng):
    return start_included(step, start, length - 1, temperature, rng)


@mistake("sample_sequence", "every step is fed the start: the drawn token is not handed on")
def start_fed_again(step, start, length, temperature, rng):
    tokens, state = [], None
    for _ in range(length):
        logits, state = step(start, state)
        tokens.append(_draw(logits, temperature, rng))
    return tokens


@mistake("sample_sequence", "every step gets None as its state: the new state is not handed on")
def state_dropped(step, start, length, temperature, rng):
    token, tokens = start, []
    for _ in range(length):
        logits, _ = step(token, None)
        token = _draw(logits, temperature, rng)
        tokens.append(token)
    return tokens


@mistake("sample_sequence", "the first token is drawn from a step that is then taken once more")
def first_step_twice(step, start, length, temperature, rng):
    token, tokens = start, []
    logits, state = step(start, None)
    for _ in range(length):
        logits, state = step(token, state)
        token = _draw(logits, temperature, rng)
        tokens.append(token)
    return tokens


@mistake("sample_sequence", "the draws come from np.random and not from rng")
def global_random(step, start, length, temperature, rng):
    def draw(logits, _):
        p = softmax(logits / temperature)
        return int(np.random.choice(len(p), p=p))

    return _sample(step, start, length, rng, draw)


@mistake("sample_sequence", "a new Generator with a fixed seed is made in place of rng")
def reseeded(step, start, length, temperature, rng):
    return sample_right(step, start, length, temperature, np.random.default_rng(0))


@mistake("sample_sequence", "one random number is drawn for all tokens")
def one_number_for_all(step, start, length, temperature, rng):
    u = rng.random()

    def draw(logits, _):
        return int(np.searchsorted(np.cumsum(softmax(logits / temperature)), u))

    return _sample(step, start, length, rng, draw)


@mistake("sample_sequence", "exp overflows: nothing is subtracted from the logits")
def sampling_overflow(step, start, length, temperature, rng):
    def draw(logits, rng):
        e = np.exp(logits / temperature)
        return int(rng.choice(len(e), p=e / e.sum()))

    return _sample(step, start, length, rng, draw)


def sample_right(step, start, length, temperature, rng):
    return _sample(step, start, length, rng, lambda z, rng: _draw(z, temperature, rng))
