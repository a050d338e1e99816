"""Right answers to chapter 5, written in other ways than the reference."""

import math

import numpy as np

from tests.alternatives import alternative


@alternative("sgd_step")
def sgd_on_a_copy(w, dw, lr):
    new = w.copy()
    new -= lr * dw
    return new


@alternative("sgd_step")
def sgd_entry_by_entry(w, dw, lr):
    new = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        new[i] = w[i] - lr * dw[i]
    return new


@alternative("sgd_step")
def sgd_numpy_calls(w, dw, lr):
    return np.add(w, np.multiply(-lr, dw))


@alternative("sgd_step")
def sgd_as_lists(w, dw, lr):
    return (w - lr * dw).tolist()


@alternative("momentum_step")
def momentum_zeros_first(w, dw, state, lr, momentum=0.9):
    if state is None:
        state = np.zeros_like(w)
    v = momentum * state + dw
    w = w - lr * v
    return w, v


@alternative("momentum_step")
def momentum_lr_inside(w, dw, state, lr, momentum=0.9):
    v = 0 if state is None else state
    v = momentum * v - lr * dw
    return [w + v, v]


@alternative("momentum_step")
def momentum_in_a_dict(w, dw, state, lr, momentum=0.9):
    old = (state or {"velocity": np.zeros(w.shape)})["velocity"]
    new = {"velocity": old * momentum + dw}
    return w - lr * new["velocity"], new


@alternative("momentum_step")
def momentum_whole_history(w, dw, state, lr, momentum=0.9):
    history = [*(state or []), dw.copy()]
    v = sum(momentum**age * g for age, g in enumerate(reversed(history)))
    return w - lr * v, history


@alternative("momentum_step")
def momentum_copies_then_in_place(w, dw, state, lr, momentum=0.9):
    v = np.zeros_like(dw) if state is None else state.copy()
    v *= momentum
    v += dw
    new = w.copy()
    new -= lr * v
    return new, v


@alternative("nesterov_step")
def nesterov_two_steps(w, dw, state, lr, momentum=0.9):
    v = np.zeros_like(w) if state is None else state
    v = momentum * v + dw
    ahead = momentum * v + dw
    return w - lr * ahead, v


@alternative("nesterov_step")
def nesterov_by_positions(w, dw, state, lr, momentum=0.9):
    old = np.zeros_like(w) if state is None else state[0]
    v = momentum * old - lr * dw
    return w - momentum * old + (1 + momentum) * v, (v,)


@alternative("nesterov_step")
def nesterov_in_old_velocity(w, dw, state, lr, momentum=0.9):
    v = dw * 0 if state is None else state
    return w - lr * (momentum**2 * v + (1 + momentum) * dw), momentum * v + dw


@alternative("nesterov_step")
def nesterov_lr_inside(w, dw, state, lr, momentum=0.9):
    v = 0.0 if state is None else state["v"]
    v = momentum * v - lr * dw
    return w + momentum * v - lr * dw, {"v": v}


@alternative("adagrad_step")
def adagrad_eps_inside(w, dw, state, lr, eps=1e-8):
    s = np.zeros_like(w) if state is None else state
    s = s + np.square(dw)
    return w - lr / np.sqrt(s + eps) * dw, s


@alternative("adagrad_step")
def adagrad_starts_at_eps(w, dw, state, lr, eps=1e-8):
    s = np.full(w.shape, eps) if state is None else state.copy()
    s += dw * dw
    return w - lr * dw * s**-0.5, s


@alternative("adagrad_step")
def adagrad_by_hypot(w, dw, state, lr, eps=1e-8):
    root = np.abs(dw) if state is None else np.hypot(state[0], dw)
    return w - lr * dw / (root + eps), [root]


@alternative("adagrad_step")
def adagrad_where(w, dw, state, lr, eps=1e-8):
    squares = [*([] if state is None else state), dw**2]
    s = np.sum(squares, axis=0)
    return w - np.where(s > 0, lr * dw / np.sqrt(np.where(s > 0, s, 1)), 0), squares


@alternative("rmsprop_step")
def rmsprop_eps_inside(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = np.zeros_like(w) if state is None else state
    s = decay * s + (1 - decay) * np.square(dw)
    return w - lr * dw / np.sqrt(s + eps), s


@alternative("rmsprop_step")
def rmsprop_moved_average(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = 0 if state is None else state
    s = s + (1 - decay) * (dw * dw - s)
    return w - lr * dw / (s**0.5 + eps), s


@alternative("rmsprop_step")
def rmsprop_in_a_list(w, dw, state, lr, decay=0.9, eps=1e-8):
    (s,) = [np.zeros(w.shape)] if state is None else state
    s = np.array(s) * decay
    s += dw**2 - decay * dw**2
    return w - np.divide(lr * dw, np.sqrt(s) + eps), [s]


@alternative("rmsprop_step")
def rmsprop_max_eps(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = {"s": np.zeros_like(w)} if state is None else state
    s = {"s": decay * s["s"] + (1 - decay) * dw * dw}
    return w - lr * dw / np.maximum(np.sqrt(s["s"]), eps), s


@alternative("adam_step")
def adam_dict(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    if state is None:
        state = {"m": np.zeros_like(w), "v": np.zeros_like(w), "t": 0}
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * dw
    v = beta2 * state["v"] + (1 - beta2) * dw * dw
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), {"m": m, "v": v, "t": t}


@alternative("adam_step")
def adam_one_rate(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = [0.0 * w, 0.0 * w, 1] if state is None else state
    m = m + (1 - beta1) * (dw - m)
    v = v + (1 - beta2) * (dw**2 - v)
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (np.sqrt(v) + eps), [m, v, t + 1]


@alternative("adam_step")
def adam_sums(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = (0, 0, 0) if state is None else state
    m, v, t = beta1 * m + dw, beta2 * v + dw**2, t + 1
    m_weights = sum(beta1**i for i in range(t))
    v_weights = sum(beta2**i for i in range(t))
    return w - lr * (m / m_weights) / np.sqrt(v / v_weights + eps), (m, v, t)


@alternative("adam_step")
def adam_powers_in_state(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    if state is None:
        state = (np.zeros((2, *w.shape)), np.ones(2))
    moments, powers = state
    betas = np.array([beta1, beta2])
    weights = betas.reshape(2, *[1] * w.ndim)
    moments = weights * moments + (1 - weights) * np.stack([dw, dw**2])
    powers = powers * betas
    m, v = moments / (1 - powers).reshape(weights.shape)
    return w - lr * m / (v**0.5 + eps), (moments, powers)


@alternative("adam_step")
def adam_history(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    grads = [*([] if state is None else state), np.copy(dw)]
    ages = range(len(grads) - 1, -1, -1)
    m = np.average(grads, axis=0, weights=[beta1**age for age in ages])
    v = np.average(np.square(grads), axis=0, weights=[beta2**age for age in ages])
    return w - lr * m / (np.sqrt(v) + eps), grads


def adam(w, dw, state, lr, beta1, beta2, eps):
    m, v, t = (0, 0, 0) if state is None else state
    m, v, t = beta1 * m + (1 - beta1) * dw, beta2 * v + (1 - beta2) * dw**2, t + 1
    return lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), (m, v, t)


@alternative("adamw_step")
def adamw_shrinks_first(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    change, state = adam(w, dw, state, lr, beta1, beta2, eps)
    return (1 - lr * weight_decay) * w - change, state


@alternative("adamw_step")
def adamw_in_one_bracket(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    t = 1 if state is None else state["t"] + 1
    m = (1 - beta1) * dw + (0 if state is None else beta1 * state["m"])
    v = (1 - beta2) * dw**2 + (0 if state is None else beta2 * state["v"])
    direction = m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps)
    return w - lr * (direction + weight_decay * w), {"m": m, "v": v, "t": t}


@alternative("adamw_step")
def adamw_keeps_old_w(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    old = w.copy()
    change, state = adam(w, dw, state, lr, beta1, beta2, eps)
    new = w - change
    new -= lr * weight_decay * old
    return [new, list(state)]


@alternative("clip_by_norm")
def clip_with_if(grads, max_norm):
    total = 0.0
    for g in grads:
        total += (g**2).sum()
    norm = np.sqrt(total)
    if norm > max_norm:
        return [g * max_norm / norm for g in grads]
    return [g.copy() for g in grads]


@alternative("clip_by_norm")
def clip_as_pytorch(grads, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads])
    return [g * min(1.0, max_norm / (norm + 1e-6)) for g in grads]


@alternative("clip_by_norm")
def clip_flattened(grads, max_norm):
    flat = np.concatenate([np.ravel(g) for g in grads])
    norm = math.sqrt(flat @ flat)
    return tuple(g / max(1.0, norm / max_norm) for g in grads)


@alternative("clip_by_norm")
def clip_returns_the_same_arrays(grads, max_norm):
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in grads))
    return grads if norm <= max_norm else [max_norm / norm * g for g in grads]


@alternative("step_schedule")
def staircase_loop(step, lr, every, factor):
    for _ in range(every, step + 1, every):
        lr = lr * factor
    return lr


@alternative("step_schedule")
def staircase_floor(step, lr, every, factor):
    return np.float64(lr * np.power(factor, np.floor(step / every)))


@alternative("step_schedule")
def staircase_recursive(step, lr, every, factor):
    return lr if step < every else factor * staircase_recursive(step - every, lr, every, factor)


@alternative("cosine_schedule")
def cosine_with_math(step, total, lr, warmup):
    if step >= warmup:
        angle = math.pi * (step - warmup) / (total - warmup)
        return 0.5 * lr * (1.0 + math.cos(angle))
    return (step + 1) / warmup * lr


@alternative("cosine_schedule")
def cosine_half_angle(step, total, lr, warmup):
    if warmup > 0 and step + 1 <= warmup:
        return np.linspace(0, lr, warmup + 1)[step + 1]
    return lr * np.cos(np.pi / 2 * (step - warmup) / (total - warmup)) ** 2


@alternative("cosine_schedule")
def cosine_as_table(step, total, lr, warmup):
    rising = [lr * (i + 1) / warmup for i in range(warmup)]
    falling = lr / 2 * (1 + np.cos(np.linspace(0, np.pi, total - warmup + 1)))
    return np.concatenate([rising, falling])[step]


@alternative("cosine_schedule")
def cosine_as_array(step, total, lr, warmup):
    rate = lr * (step + 1) / warmup if step < warmup else None
    if rate is None:
        rate = lr / 2 + lr / 2 * np.cos(np.array(step - warmup) * np.pi / (total - warmup))
    return np.array(rate)
