"""Mistakes of chapter 5: steps of optimisers, clipping, learning rates over time."""

import numpy as np

from dlutils import adam_step
from dlutils.mistakes import mistake

# sgd_step


@mistake("sgd_step", "the step goes along the gradient, uphill: + where - is meant")
def sgd_uphill(w, dw, lr):
    return w + lr * dw


@mistake("sgd_step", "the learning rate is missing")
def sgd_without_lr(w, dw, lr):
    return w - dw


@mistake("sgd_step", "only the change -lr dw is returned, without w")
def sgd_change_only(w, dw, lr):
    return -lr * dw


@mistake("sgd_step", "brackets are misplaced: lr (w - dw)")
def sgd_lr_outside(w, dw, lr):
    return lr * (w - dw)


@mistake("sgd_step", "dw is divided by lr instead of multiplied")
def sgd_divided(w, dw, lr):
    return w - dw / lr


@mistake("sgd_step", "the difference is the wrong way round: lr dw - w")
def sgd_reversed(w, dw, lr):
    return lr * dw - w


@mistake("sgd_step", "w is multiplied by 1 - lr dw instead of reduced by lr dw")
def sgd_as_factor(w, dw, lr):
    return w * (1 - lr * dw)


@mistake("sgd_step", "all entries move by the mean of dw")
def sgd_mean(w, dw, lr):
    return w - lr * np.mean(dw)


@mistake("sgd_step", "only the sign of the gradient is used")
def sgd_sign(w, dw, lr):
    return w - lr * np.sign(dw)


@mistake("sgd_step", "the gradient is divided by its norm first")
def sgd_normalised(w, dw, lr):
    return w - lr * dw / np.linalg.norm(dw)


@mistake("sgd_step", "w itself is changed: `w -= ...` writes into the caller's array")
def sgd_w_in_place(w, dw, lr):
    w -= lr * dw
    return w


@mistake("sgd_step", "dw itself is changed: `dw *= lr` writes into the caller's array")
def sgd_dw_in_place(w, dw, lr):
    dw *= lr
    return w - dw


@mistake("sgd_step", "the result is written into dw")
def sgd_into_dw(w, dw, lr):
    dw *= -lr
    dw += w
    return dw


# momentum_step and nesterov_step


@mistake("momentum_step", "the velocity is added to w: + where - is meant")
def momentum_uphill(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w + lr * v, v


@mistake("momentum_step", "the gradient enters the velocity with a minus, and w - lr v once more")
def momentum_two_signs(w, dw, state, lr, momentum=0.9):
    v = -dw + (0 if state is None else momentum * state)
    return w - lr * v, v


@mistake("momentum_step", "the old velocity is subtracted instead of added: dw - momentum v")
def momentum_velocity_sign(w, dw, state, lr, momentum=0.9):
    v = dw - (0 if state is None else momentum * state)
    return w - lr * v, v


@mistake("momentum_step", "dw enters the velocity with the factor 1 - momentum")
def momentum_average(w, dw, state, lr, momentum=0.9):
    v = (1 - momentum) * dw + (0 if state is None else momentum * state)
    return w - lr * v, v


@mistake("momentum_step", "the velocity is computed and then not used: w - lr dw")
def momentum_ignored(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * dw, v


@mistake("momentum_step", "the state is never filled: every step starts with v = 0")
def momentum_forgets(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * v, None


@mistake("momentum_step", "the state stays what the first step made of it")
def momentum_keeps_first(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * v, v if state is None else state


@mistake("momentum_step", "w moves by the old velocity, before the gradient has entered it")
def momentum_old_velocity(w, dw, state, lr, momentum=0.9):
    v = 0 * dw if state is None else state
    return w - lr * v, momentum * v + dw


@mistake("momentum_step", "v stays 0 in the first step: its gradient is lost")
def momentum_first_lost(w, dw, state, lr, momentum=0.9):
    v = 0 * dw if state is None else momentum * state + dw
    return w - lr * v, v


@mistake("momentum_step", "the velocity is not damped: v + dw")
def momentum_undamped(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else state)
    return w - lr * v, v


@mistake("momentum_step", "the factor stands at dw instead of v: v + momentum dw")
def momentum_at_gradient(w, dw, state, lr, momentum=0.9):
    v = momentum * dw + (0 if state is None else state)
    return w - lr * v, v


@mistake("momentum_step", "the factor stands around both: momentum (v + dw)")
def momentum_around_both(w, dw, state, lr, momentum=0.9):
    v = momentum * (dw + (0 if state is None else state))
    return w - lr * v, v


@mistake("momentum_step", "the learning rate is missing")
def momentum_without_lr(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - v, v


@mistake("momentum_step", "the learning rate acts twice: in the velocity and in the step")
def momentum_lr_twice(w, dw, state, lr, momentum=0.9):
    v = lr * dw + (0 if state is None else momentum * state)
    return w - lr * v, v


@mistake("momentum_step", "0.9 is written into the formula and the argument momentum is ignored")
def momentum_fixed(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else 0.9 * state)
    return w - lr * v, v


@mistake("momentum_step", "the step is Nesterov's: dw + momentum v")
def momentum_as_nesterov(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * (dw + momentum * v), v


@mistake("momentum_step", "only w is returned, without the state")
def momentum_without_state(w, dw, state, lr, momentum=0.9):
    return w - lr * (dw + (0 if state is None else momentum * state))


@mistake("momentum_step", "state and w are returned in the wrong order")
def momentum_swapped(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return v, w - lr * v


@mistake("momentum_step", "w itself is changed: `w -= ...` writes into the caller's array")
def momentum_w_in_place(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    w -= lr * v
    return w, v


@mistake(
    "momentum_step", "the old state is changed, as `v *= momentum` does, or `state[...] = ...`"
)
def momentum_state_in_place(w, dw, state, lr, momentum=0.9):
    v = np.zeros_like(w) if state is None else state
    v *= momentum
    v += dw
    return w - lr * v, v


@mistake(
    "momentum_step", "the state is the caller's dw itself (no copy), and the next step changes it"
)
def momentum_state_is_dw(w, dw, state, lr, momentum=0.9):
    if state is None:
        return w - lr * dw, dw
    state *= momentum
    state += dw
    return w - lr * state, state


@mistake("momentum_step", "dw itself is changed: `dw += ...` writes into the caller's array")
def momentum_dw_in_place(w, dw, state, lr, momentum=0.9):
    dw += 0 if state is None else momentum * state
    return w - lr * dw, dw.copy()


@mistake("nesterov_step", "the step is plain momentum's: w - lr v")
def nesterov_as_momentum(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * v, v


@mistake("nesterov_step", "the old v stands in the second formula instead of the new one")
def nesterov_old_velocity(w, dw, state, lr, momentum=0.9):
    old = 0 * dw if state is None else state
    v = momentum * old + dw
    return w - lr * (dw + momentum * old), v + 0 * old


@mistake("nesterov_step", "the factor momentum is missing in the second formula: dw + v")
def nesterov_undamped(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * (dw + v), v


@mistake("nesterov_step", "dw is missing in the second formula: w - lr momentum v")
def nesterov_without_gradient(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * momentum * v, v


@mistake("nesterov_step", "the factor stands at dw: v + momentum dw in the second formula")
def nesterov_factor_at_gradient(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * (v + momentum * dw), v


@mistake("nesterov_step", "brackets are missing: lr acts on dw alone and not on momentum v")
def nesterov_lr_on_gradient(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * dw + momentum * v, v


@mistake("nesterov_step", "momentum v is subtracted in the second formula: dw - momentum v")
def nesterov_minus(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * (dw - momentum * v), v


@mistake("nesterov_step", "the step goes uphill: + where - is meant")
def nesterov_uphill(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w + lr * (dw + momentum * v), v


@mistake("nesterov_step", "dw enters the velocity with the factor 1 - momentum")
def nesterov_average(w, dw, state, lr, momentum=0.9):
    v = (1 - momentum) * dw + (0 if state is None else momentum * state)
    return w - lr * (dw + momentum * v), v


@mistake("nesterov_step", "the look-ahead dw + momentum v is kept as the velocity")
def nesterov_keeps_lookahead(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    ahead = dw + momentum * v
    return w - lr * ahead, ahead


@mistake("nesterov_step", "0.9 is written into the formulas and the argument momentum is ignored")
def nesterov_fixed(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else 0.9 * state)
    return w - lr * (dw + 0.9 * v), v


@mistake("nesterov_step", "the state is never filled: every step starts with v = 0")
def nesterov_forgets(w, dw, state, lr, momentum=0.9):
    return w - lr * (1 + momentum) * dw, None


@mistake("nesterov_step", "v stays 0 in the first step: its gradient is lost")
def nesterov_first_lost(w, dw, state, lr, momentum=0.9):
    v = 0 * dw if state is None else momentum * state + dw
    return w - lr * (dw + momentum * v), v


@mistake("nesterov_step", "only w is returned, without the state")
def nesterov_without_state(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    return w - lr * (dw + momentum * v)


@mistake("nesterov_step", "w itself is changed: `w -= ...` writes into the caller's array")
def nesterov_w_in_place(w, dw, state, lr, momentum=0.9):
    v = dw + (0 if state is None else momentum * state)
    w -= lr * (dw + momentum * v)
    return w, v


@mistake(
    "nesterov_step", "the old state is changed, as `v *= momentum` does, or `state[...] = ...`"
)
def nesterov_state_in_place(w, dw, state, lr, momentum=0.9):
    v = np.zeros_like(w) if state is None else state
    v *= momentum
    v += dw
    return w - lr * (dw + momentum * v), v


# adagrad_step and rmsprop_step


@mistake("adagrad_step", "the square is missing in the sum: s + |dw|")
def adagrad_without_square(w, dw, state, lr, eps=1e-8):
    s = np.abs(dw) + (0 if state is None else state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("adagrad_step", "the root is missing: dw is divided by s itself")
def adagrad_without_root(w, dw, state, lr, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    return w - lr * dw / (s + eps), s


@mistake("adagrad_step", "s is not summed up: only the present gradient is in it")
def adagrad_forgets(w, dw, state, lr, eps=1e-8):
    s = dw**2
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("adagrad_step", "the old s is in the step, before dw^2 has entered it")
def adagrad_old_sum(w, dw, state, lr, eps=1e-8):
    s = 0 * dw if state is None else state
    return w - lr * dw / (np.sqrt(s) + eps), s + dw**2


@mistake("adagrad_step", "one sum over all entries serves for all instead of one per entry")
def adagrad_one_sum(w, dw, state, lr, eps=1e-8):
    s = np.sum(dw**2) + (0 if state is None else state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("adagrad_step", "s is the mean of the squares so far instead of their sum")
def adagrad_mean(w, dw, state, lr, eps=1e-8):
    s, t = (0, 0) if state is None else state
    s, t = s + dw**2, t + 1
    return w - lr * dw / (np.sqrt(s / t) + eps), (s, t)


@mistake("adagrad_step", "the root is kept as the state instead of s")
def adagrad_keeps_root(w, dw, state, lr, eps=1e-8):
    root = np.sqrt(dw**2 + (0 if state is None else state))
    return w - lr * dw / (root + eps), root


@mistake("adagrad_step", "dw is multiplied by the root instead of divided")
def adagrad_multiplied(w, dw, state, lr, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    return w - lr * dw * (np.sqrt(s) + eps), s


@mistake("adagrad_step", "dw is missing in the step: lr / (sqrt(s) + eps) alone is subtracted")
def adagrad_without_gradient(w, dw, state, lr, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    return w - lr / (np.sqrt(s) + eps), s


@mistake("adagrad_step", "the step goes uphill: + where - is meant")
def adagrad_uphill(w, dw, state, lr, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    return w + lr * dw / (np.sqrt(s) + eps), s


@mistake("adagrad_step", "gradients are summed first and squared then")
def adagrad_square_of_sum(w, dw, state, lr, eps=1e-8):
    total = dw + (0 if state is None else state)
    return w - lr * dw / (np.abs(total) + eps), total


@mistake("adagrad_step", "w is squared and summed instead of dw")
def adagrad_of_weights(w, dw, state, lr, eps=1e-8):
    s = w**2 + (0 if state is None else state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("adagrad_step", "eps is missing, so that 0/0 gives NaN")
def adagrad_without_eps(w, dw, state, lr, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    return w - lr * dw / np.sqrt(s), s


@mistake("adagrad_step", "brackets are missing: dw / sqrt(s) + eps divides before eps is added")
def adagrad_without_brackets(w, dw, state, lr, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    return w - lr * (dw / np.sqrt(s) + eps), s


@mistake("adagrad_step", "only w is returned, without the state")
def adagrad_without_state(w, dw, state, lr, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    return w - lr * dw / (np.sqrt(s) + eps)


@mistake("adagrad_step", "w itself is changed: `w -= ...` writes into the caller's array")
def adagrad_w_in_place(w, dw, state, lr, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    w -= lr * dw / (np.sqrt(s) + eps)
    return w, s


@mistake("adagrad_step", "the old state is changed, as `s += dw**2` does, or `state[...] = ...`")
def adagrad_state_in_place(w, dw, state, lr, eps=1e-8):
    s = np.zeros_like(w) if state is None else state
    s += dw**2
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "decay and 1 - decay have changed places")
def rmsprop_swapped(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = decay * dw**2 + (0 if state is None else (1 - decay) * state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "the square is missing in the average: |dw|")
def rmsprop_without_square(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * np.abs(dw) + (0 if state is None else decay * state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "the root is missing: dw is divided by s itself")
def rmsprop_without_root(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * dw**2 + (0 if state is None else decay * state)
    return w - lr * dw / (s + eps), s


@mistake("rmsprop_step", "dw^2 enters without the factor 1 - decay")
def rmsprop_sum(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = dw**2 + (0 if state is None else decay * state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "s is the plain sum of squares, as in AdaGrad")
def rmsprop_as_adagrad(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = dw**2 + (0 if state is None else state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "s starts at the first dw^2 instead of 0")
def rmsprop_starts_at_square(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = dw**2 if state is None else decay * state + (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "s starts at 1 instead of 0")
def rmsprop_starts_at_one(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = decay * (1.0 if state is None else state) + (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "the bias of s is corrected as in Adam, which is not asked here")
def rmsprop_corrected(w, dw, state, lr, decay=0.9, eps=1e-8):
    s, t = (0, 0) if state is None else state
    s, t = decay * s + (1 - decay) * dw**2, t + 1
    return w - lr * dw / (np.sqrt(s / (1 - decay**t)) + eps), (s, t)


@mistake("rmsprop_step", "the old s is in the step, before dw^2 has entered it")
def rmsprop_old_average(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = 0 * dw if state is None else state
    return w - lr * dw / (np.sqrt(s) + eps), decay * s + (1 - decay) * dw**2


@mistake("rmsprop_step", "0.9 is written into the formula and the argument decay is ignored")
def rmsprop_fixed(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = 0.1 * dw**2 + (0 if state is None else 0.9 * state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "the state is never filled: every step starts with s = 0")
def rmsprop_forgets(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(s) + eps), None


@mistake("rmsprop_step", "the factor stands inside the square: ((1 - decay) dw)^2")
def rmsprop_factor_squared(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = ((1 - decay) * dw) ** 2 + (0 if state is None else decay * state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "the step goes uphill: + where - is meant")
def rmsprop_uphill(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * dw**2 + (0 if state is None else decay * state)
    return w + lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "one average over all entries serves for all instead of one per entry")
def rmsprop_one_average(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * np.mean(dw**2) + (0 if state is None else decay * state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@mistake("rmsprop_step", "eps is missing, so that 0/0 gives NaN")
def rmsprop_without_eps(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * dw**2 + (0 if state is None else decay * state)
    return w - lr * dw / np.sqrt(s), s


@mistake("rmsprop_step", "only w is returned, without the state")
def rmsprop_without_state(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * dw**2 + (0 if state is None else decay * state)
    return w - lr * dw / (np.sqrt(s) + eps)


@mistake("rmsprop_step", "w itself is changed: `w -= ...` writes into the caller's array")
def rmsprop_w_in_place(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * dw**2 + (0 if state is None else decay * state)
    w -= lr * dw / (np.sqrt(s) + eps)
    return w, s


@mistake("rmsprop_step", "the old state is changed, as `s *= decay` does, or `state[...] = ...`")
def rmsprop_state_in_place(w, dw, state, lr, decay=0.9, eps=1e-8):
    s = np.zeros_like(w) if state is None else state
    s *= decay
    s += (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(s) + eps), s


# adam_step


def _adam(w, dw, state, lr, beta1, beta2, eps, *, t0=0, m_of=None, v_of=None, move=None):
    """Adam with some of its parts exchanged."""
    m, v, t = (0, 0, t0) if state is None else state
    t = t + 1
    m = m_of(m, dw) if m_of else beta1 * m + (1 - beta1) * dw
    v = v_of(v, dw) if v_of else beta2 * v + (1 - beta2) * dw**2
    usual = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps) if move is None else 0
    return w - lr * (move(m, v, t) if move else usual), (m, v, t)


@mistake("adam_step", "the bias correction is missing")
def adam_uncorrected(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (np.sqrt(v) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "only m is corrected, v is not")
def adam_only_m_corrected(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (1 - beta1**t) / (np.sqrt(v) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "only v is corrected, m is not")
def adam_only_v_corrected(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (np.sqrt(v / (1 - beta2**t)) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "t is 0 in the first step, so that the correction divides by 0")
def adam_counts_from_zero(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    w, (m, v, t) = _adam(w, dw, state, lr, beta1, beta2, eps, t0=-1)
    return w, (m, v, t)


@mistake("adam_step", "t is 2 in the first step: it starts at 1 and is incremented before use")
def adam_counts_from_two(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, state, lr, beta1, beta2, eps, t0=1)


@mistake("adam_step", "t is 1 in every step: it is not remembered")
def adam_time_stands_still(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    w, (m, v, _) = _adam(w, dw, state, lr, beta1, beta2, eps)
    return w, (m, v, 0)


@mistake("adam_step", "beta1 and beta2 have changed places")
def adam_betas_swapped(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, state, lr, beta2, beta1, eps)


@mistake("adam_step", "m and v come back from the state in the wrong order")
def adam_moments_swapped(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    w, (m, v, t) = _adam(w, dw, state, lr, beta1, beta2, eps)
    return w, (v, m, t)


@mistake("adam_step", "m and v have changed places in the step: v / (sqrt(m) + eps)")
def adam_step_upside_down(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return v / (1 - beta2**t) / (np.sqrt(np.abs(m / (1 - beta1**t))) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "the square is missing in v: |dw|")
def adam_without_square(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def v_of(v, dw):
        return beta2 * v + (1 - beta2) * np.abs(dw)

    return _adam(w, dw, state, lr, beta1, beta2, eps, v_of=v_of)


@mistake("adam_step", "v averages dw instead of its square, and the root of a negative is NaN")
def adam_v_of_gradient(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def v_of(v, dw):
        return beta2 * v + (1 - beta2) * dw

    return _adam(w, dw, state, lr, beta1, beta2, eps, v_of=v_of)


@mistake("adam_step", "v averages the squares of m instead of those of dw")
def adam_v_of_m(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = (0, 0, 0) if state is None else state
    m, t = beta1 * m + (1 - beta1) * dw, t + 1
    v = beta2 * v + (1 - beta2) * m**2
    step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * step, (m, v, t)


@mistake("adam_step", "the root is missing: m is divided by v itself")
def adam_without_root(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (1 - beta1**t) / (v / (1 - beta2**t) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "the correction of v stands outside the root: sqrt(v) / (1 - beta2^t)")
def adam_correction_outside_root(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (1 - beta1**t) / (np.sqrt(v) / (1 - beta2**t) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "the corrected m and v are remembered instead of m and v")
def adam_keeps_corrected(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    w, (m, v, t) = _adam(w, dw, state, lr, beta1, beta2, eps)
    return w, (m / (1 - beta1**t), v / (1 - beta2**t), t)


@mistake("adam_step", "m and v are multiplied by 1 - beta^t instead of divided")
def adam_correction_multiplied(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m * (1 - beta1**t) / (np.sqrt(v * (1 - beta2**t)) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "the correction is (1 - beta)^t instead of 1 - beta^t")
def adam_power_outside(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (1 - beta1) ** t / (np.sqrt(v / (1 - beta2) ** t) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "the correction is 1 - beta without the power t")
def adam_without_power(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "beta t stands where beta^t is meant")
def adam_times_t(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (1 - beta1 * t) / (np.sqrt(np.abs(v / (1 - beta2 * t))) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "m is corrected by beta2, or v by beta1")
def adam_correction_swapped(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return m / (1 - beta2**t) / (np.sqrt(v / (1 - beta1**t)) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "dw enters m without the factor 1 - beta1")
def adam_m_summed(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, state, lr, beta1, beta2, eps, m_of=lambda m, dw: beta1 * m + dw)


@mistake("adam_step", "dw^2 enters v without the factor 1 - beta2")
def adam_v_summed(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, state, lr, beta1, beta2, eps, v_of=lambda v, dw: beta2 * v + dw**2)


@mistake("adam_step", "dw stands in the step where m is meant")
def adam_moves_by_gradient(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    def move(m, v, t):
        return dw / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)

    return _adam(w, dw, state, lr, beta1, beta2, eps, move=move)


@mistake("adam_step", "0.9 and 0.999 are written into the formulas and the arguments are ignored")
def adam_fixed(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, state, lr, 0.9, 0.999, eps)


@mistake("adam_step", "the state is never filled: every step is a first step")
def adam_forgets(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, None, lr, beta1, beta2, eps)


@mistake("adam_step", "the step goes uphill: + where - is meant")
def adam_uphill(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, state, -lr, beta1, beta2, eps)


@mistake("adam_step", "eps is missing, so that 0/0 gives NaN")
def adam_without_eps(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, state, lr, beta1, beta2, 0.0)


@mistake("adam_step", "only w is returned, without the state")
def adam_without_state(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(w, dw, state, lr, beta1, beta2, eps)[0]


@mistake("adam_step", "w itself is changed: `w -= ...` writes into the caller's array")
def adam_w_in_place(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    w[...], state = _adam(w, dw, state, lr, beta1, beta2, eps)
    return w, state


@mistake("adam_step", "the old m and v are changed, as `m *= beta1` does")
def adam_state_in_place(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = (np.zeros_like(w), np.zeros_like(w), 0) if state is None else state
    m *= beta1
    m += (1 - beta1) * dw
    v *= beta2
    v += (1 - beta2) * dw**2
    step = m / (1 - beta1 ** (t + 1)) / (np.sqrt(v / (1 - beta2 ** (t + 1))) + eps)
    return w - lr * step, (m, v, t + 1)


@mistake("adam_step", "the old state, a list or dict, is changed, as `state[...] = ...` does")
def adam_dict_in_place(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    state = {"m": 0, "v": 0, "t": 0} if state is None else state
    state["t"] += 1
    state["m"] = beta1 * state["m"] + (1 - beta1) * dw
    state["v"] = beta2 * state["v"] + (1 - beta2) * dw**2
    m, v = state["m"] / (1 - beta1 ** state["t"]), state["v"] / (1 - beta2 ** state["t"])
    return w - lr * m / (np.sqrt(v) + eps), state


# adamw_step


@mistake("adamw_step", "the decay is added to the gradient and goes through m and v (L2)")
def adamw_as_l2(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam_step(w, dw + weight_decay * w, state, lr, beta1, beta2, eps)


@mistake("adamw_step", "the decay takes the new w instead of the old one")
def adamw_new_w(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    w, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return w - lr * weight_decay * w, state


@mistake("adamw_step", "the learning rate is missing in the decay: - weight_decay w")
def adamw_without_lr(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped - weight_decay * w, state


@mistake("adamw_step", "the weight decay is missing: this is Adam")
def adamw_as_adam(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam_step(w, dw, state, lr, beta1, beta2, eps)


@mistake("adamw_step", "the decay is added, so that weights grow")
def adamw_grows(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped + lr * weight_decay * w, state


@mistake("adamw_step", "the decay subtracts lr weight_decay dw instead of lr weight_decay w")
def adamw_of_gradient(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped - lr * weight_decay * dw, state


@mistake("adamw_step", "the decay is doubled: 2 lr weight_decay w")
def adamw_doubled(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped - 2 * lr * weight_decay * w, state


@mistake("adamw_step", "the factor is weight_decay itself instead of 1 - lr weight_decay")
def adamw_factor(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped - w + weight_decay * w, state


@mistake("adamw_step", "beta1, beta2 and eps are not handed on to adam_step")
def adamw_default_betas(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, dw, state, lr)
    return stepped - lr * weight_decay * w, state


@mistake("adamw_step", "0.01 is written into the formula and the argument weight_decay is ignored")
def adamw_fixed(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped - lr * 0.01 * w, state


@mistake("adamw_step", "adam_step gets no state: every step is a first step")
def adamw_forgets(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_step(w, dw, None, lr, beta1, beta2, eps)
    return stepped - lr * weight_decay * w, state


@mistake("adamw_step", "the old state is returned, not the one that adam_step gave")
def adamw_old_state(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, _ = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped - lr * weight_decay * w, state


@mistake("adamw_step", "only w is returned, without the state")
def adamw_without_state(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam_step(w, dw, state, lr, beta1, beta2, eps)[0] - lr * weight_decay * w


@mistake("adamw_step", "w itself is changed: `w -= ...` writes into the caller's array")
def adamw_w_in_place(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    step, state = adam_step(0 * w, dw, state, lr, beta1, beta2, eps)
    w += step - lr * weight_decay * w
    return w, state


@mistake("adamw_step", "the old m and v are changed, as `m *= beta1` does")
def adamw_state_in_place(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    stepped, state = adam_state_in_place(w, dw, state, lr, beta1, beta2, eps)
    return stepped - lr * weight_decay * w, state


# clip_by_norm


def _norm(grads):
    return np.sqrt(sum(np.sum(g**2) for g in grads))


@mistake("clip_by_norm", "every array is clipped by its own norm instead of by their common one")
def clip_each(grads, max_norm):
    return [g * (max_norm / max(np.sqrt(np.sum(g**2)), max_norm)) for g in grads]


@mistake("clip_by_norm", "gradients are scaled to max_norm also where they are shorter")
def clip_always(grads, max_norm):
    return [g * (max_norm / (_norm(grads) or 1.0)) for g in grads]


@mistake("clip_by_norm", "gradients of norm 0 are divided by 0")
def clip_zero_norm(grads, max_norm):
    return [g * min(1.0, max_norm / float(_norm(grads))) for g in grads]


@mistake("clip_by_norm", "gradients are scaled always, and norm 0 is divided by")
def clip_always_zero_norm(grads, max_norm):
    return [g * (max_norm / np.float64(_norm(grads))) for g in grads]


@mistake("clip_by_norm", "the root is missing: the sum of squares is compared with max_norm")
def clip_without_root(grads, max_norm):
    return [g * (max_norm / max(_norm(grads) ** 2, max_norm)) for g in grads]


@mistake("clip_by_norm", "the norms of the arrays are added")
def clip_sum_of_norms(grads, max_norm):
    norm = sum(np.sqrt(np.sum(g**2)) for g in grads)
    return [g * (max_norm / max(norm, max_norm)) for g in grads]


@mistake(
    "clip_by_norm", "every number is clipped to -max_norm ... max_norm, which bends the direction"
)
def clip_values(grads, max_norm):
    return [np.clip(g, -max_norm, max_norm) for g in grads]


@mistake("clip_by_norm", "the norm is the largest number instead of the root of the sum of squares")
def clip_largest(grads, max_norm):
    norm = max(np.max(np.abs(g)) for g in grads)
    return [g * (max_norm / max(norm, max_norm)) for g in grads]


@mistake("clip_by_norm", "the norm is the sum of absolute values")
def clip_absolute(grads, max_norm):
    norm = sum(np.sum(np.abs(g)) for g in grads)
    return [g * (max_norm / max(norm, max_norm)) for g in grads]


@mistake("clip_by_norm", "squares are averaged instead of summed")
def clip_mean(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads) / sum(g.size for g in grads))
    return [g * (max_norm / max(norm, max_norm)) for g in grads]


@mistake("clip_by_norm", "gradients that are too long are divided by their norm, without max_norm")
def clip_to_one(grads, max_norm):
    norm = _norm(grads)
    return [g / norm if norm > max_norm else g * 1.0 for g in grads]


@mistake("clip_by_norm", "the comparison is reversed: short gradients are scaled, long ones not")
def clip_reversed(grads, max_norm):
    norm = _norm(grads)
    return [g * (max_norm / norm) if 0 < norm < max_norm else g * 1.0 for g in grads]


@mistake("clip_by_norm", "the factor is upside down: norm / max_norm")
def clip_upside_down(grads, max_norm):
    norm = _norm(grads)
    return [g * (norm / max_norm) if norm > max_norm else g * 1.0 for g in grads]


@mistake("clip_by_norm", "only the first array enters the norm")
def clip_first_norm(grads, max_norm):
    norm = np.sqrt(np.sum(grads[0] ** 2))
    return [g * (max_norm / max(norm, max_norm)) for g in grads]


@mistake("clip_by_norm", "gradients that are too long become 0")
def clip_to_zero(grads, max_norm):
    return [g * (_norm(grads) <= max_norm) for g in grads]


@mistake("clip_by_norm", "all numbers come back in one flat array")
def clip_flat(grads, max_norm):
    flat = np.concatenate([g.ravel() for g in grads])
    return flat * (max_norm / max(_norm(grads), max_norm))


@mistake("clip_by_norm", "the arrays themselves are changed: `g *= ...` writes into them")
def clip_in_place(grads, max_norm):
    norm = _norm(grads)
    for g in grads:
        g *= max_norm / max(norm, max_norm)
    return grads


@mistake("clip_by_norm", "the caller's list is changed: `grads[i] = ...` writes into it")
def clip_list_in_place(grads, max_norm):
    norm = _norm(grads)
    for i, g in enumerate(grads):
        grads[i] = g * (max_norm / max(norm, max_norm))
    return grads


# step_schedule


@mistake("step_schedule", "the exponent is step / every, which also falls between the steps")
def staircase_without_floor(step, lr, every, factor):
    return lr * factor ** (step / every)


@mistake("step_schedule", "steps are counted from 1: the rate falls one step too early")
def staircase_from_one(step, lr, every, factor):
    return lr * factor ** ((step + 1) // every)


@mistake("step_schedule", "the rate falls one step too late, after step `every` instead of at it")
def staircase_late(step, lr, every, factor):
    return lr * factor ** (max(step - 1, 0) // every)


@mistake("step_schedule", "the rate is multiplied by the number of drops instead of a power")
def staircase_product(step, lr, every, factor):
    return lr * factor * (step // every)


@mistake("step_schedule", "the remainder step % every stands where step // every is meant")
def staircase_remainder(step, lr, every, factor):
    return lr * factor ** (step % every)


@mistake("step_schedule", "the rate falls at every step: factor^step")
def staircase_every_step(step, lr, every, factor):
    return lr * factor**step


@mistake("step_schedule", "the rate falls only once")
def staircase_once(step, lr, every, factor):
    return lr * factor if step >= every else lr


@mistake("step_schedule", "the rate is lower only at the multiples of `every`, and lr in between")
def staircase_at_multiples(step, lr, every, factor):
    return lr * factor if step % every == 0 else lr


@mistake(
    "step_schedule", "the rate is lower at the multiples of `every` above 0, and lr in between"
)
def staircase_at_later_multiples(step, lr, every, factor):
    return lr * factor if step > 0 and step % every == 0 else lr


@mistake("step_schedule", "the rate is divided by factor instead of multiplied")
def staircase_rises(step, lr, every, factor):
    return lr / factor ** (step // every)


@mistake("step_schedule", "step / every is rounded to the nearest whole number instead of down")
def staircase_rounded(step, lr, every, factor):
    return lr * factor ** round(step / every)


@mistake("step_schedule", "the power acts on lr too: (lr factor)^(step // every)")
def staircase_power_of_both(step, lr, every, factor):
    return (lr * factor) ** (step // every)


@mistake("step_schedule", "lr is missing")
def staircase_without_lr(step, lr, every, factor):
    return factor ** (step // every)


# cosine_schedule


def _cosine(lr, progress):
    return lr / 2 * (1 + np.cos(np.pi * progress))


@mistake("cosine_schedule", "the warm-up starts at 0: step / warmup without the + 1")
def cosine_warmup_from_zero(step, total, lr, warmup):
    if step < warmup:
        return lr * step / warmup
    return _cosine(lr, (step - warmup) / (total - warmup))


@mistake("cosine_schedule", "the warm-up is one step too long: <= where < is meant")
def cosine_warmup_too_long(step, total, lr, warmup):
    if step <= warmup and warmup > 0:
        return lr * (step + 1) / warmup
    return _cosine(lr, (step - warmup) / (total - warmup))


@mistake("cosine_schedule", "the warm-up divides by warmup + 1 instead of warmup")
def cosine_warmup_never_full(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / (warmup + 1)
    return _cosine(lr, (step - warmup) / (total - warmup))


@mistake("cosine_schedule", "the warm-up is missing")
def cosine_without_warmup(step, total, lr, warmup):
    return _cosine(lr, max(0, step - warmup) / (total - warmup))


@mistake("cosine_schedule", "the warm-up rate lacks lr: (step + 1) / warmup")
def cosine_warmup_without_lr(step, total, lr, warmup):
    if step < warmup:
        return (step + 1) / warmup
    return _cosine(lr, (step - warmup) / (total - warmup))


@mistake("cosine_schedule", "the warm-up is not subtracted in the cosine: step / total")
def cosine_from_the_start(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return _cosine(lr, step / total)


@mistake(
    "cosine_schedule", "the cosine divides by total instead of total - warmup, and does not reach 0"
)
def cosine_not_to_zero(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return _cosine(lr, (step - warmup) / total)


@mistake("cosine_schedule", "the cosine takes step / (total - warmup), without - warmup above")
def cosine_not_shifted(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return _cosine(lr, step / (total - warmup))


@mistake("cosine_schedule", "the cosine is one step ahead: step - warmup + 1")
def cosine_one_ahead(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return _cosine(lr, (step - warmup + 1) / (total - warmup))


@mistake("cosine_schedule", "the cosine ends one step early: total - warmup - 1")
def cosine_ends_early(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return _cosine(lr, (step - warmup) / max(total - warmup - 1, 1))


@mistake("cosine_schedule", "the factor 1/2 is missing")
def cosine_without_half(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return 2 * _cosine(lr, (step - warmup) / (total - warmup))


@mistake("cosine_schedule", "pi is missing in the cosine")
def cosine_without_pi(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return lr / 2 * (1 + np.cos((step - warmup) / (total - warmup)))


@mistake("cosine_schedule", "the 1 is missing: lr / 2 cos(...) falls below 0")
def cosine_without_one(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return _cosine(lr, (step - warmup) / (total - warmup)) - lr / 2


@mistake("cosine_schedule", "the sign before the cosine is -, so that the rate rises")
def cosine_rises(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return lr - _cosine(lr, (step - warmup) / (total - warmup))


@mistake("cosine_schedule", "the rate falls along a quarter of a cosine: lr cos(pi/2 ...)")
def cosine_quarter(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return lr * np.cos(np.pi / 2 * (step - warmup) / (total - warmup))


@mistake("cosine_schedule", "the rate falls along a straight line")
def cosine_straight(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return lr * (1 - (step - warmup) / (total - warmup))


@mistake("cosine_schedule", "the cosine counts in degrees: 180 stands where pi is meant")
def cosine_degrees(step, total, lr, warmup):
    if step < warmup:
        return lr * (step + 1) / warmup
    return lr / 2 * (1 + np.cos(180 * (step - warmup) / (total - warmup)))


@mistake("cosine_schedule", "warmup = 0 is divided by")
def cosine_divides_by_warmup(step, total, lr, warmup):
    rate = lr * (step + 1) / warmup
    return rate if step < warmup else _cosine(lr, (step - warmup) / (total - warmup))
