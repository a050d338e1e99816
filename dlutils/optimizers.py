"""Optimisers as pure steps (chapter 5): new weights and state come back, the arguments stay.

w and its gradient dw have one shape, any. `state` is None before the first step and otherwise what
the last step returned; what is in it is the step's own business.
"""

import numpy as np

from dlutils.rules import above, at_least, between, share
from dlutils.shapes import refuses, shapes


def _not_from_a_step(w, dw, state, *numbers, **named):
    if state is None or (isinstance(state, tuple | list) and len(state) == 3):
        return None
    got = f"{len(state)} items" if isinstance(state, tuple | list) else f"a {type(state).__name__}"
    return f"state must be None or what the last step returned, got {got}"


@shapes(w="...", dw="...", lr="")
def sgd_step(w, dw, lr):
    """Against the gradient: w - lr dw -> w."""
    return w - lr * dw


@shapes(w="...", dw="...", state="...", lr="", momentum=at_least(0))
def momentum_step(w, dw, state, lr, momentum=0.9):
    """A velocity gathers what successive gradients agree on -> w, state. B. Polyak, 1964.

    v = momentum v + dw, then w - lr v.
    """
    v = dw + (0 if state is None else momentum * state)
    return w - lr * v, v


@shapes(w="...", dw="...", state="...", lr="", momentum=at_least(0))
def nesterov_step(w, dw, state, lr, momentum=0.9):
    """Momentum that looks one step ahead -> w, state. Y. Nesterov, 1983; I. Sutskever et al., 2013.

    v = momentum v + dw, then w - lr (dw + momentum v) with the new v.
    """
    v = dw + (0 if state is None else momentum * state)
    return w - lr * (dw + momentum * v), v


@shapes(w="...", dw="...", state="...", lr="", eps=at_least(0))
def adagrad_step(w, dw, state, lr, eps=1e-8):
    """Steps shrink where gradients were large -> w, state. J. Duchi et al., 2011.

    s = s + dw^2, then w - lr dw / (sqrt(s) + eps).
    """
    s = dw**2 + (0 if state is None else state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@shapes(
    w="...",
    dw="...",
    state="...",
    lr="",
    decay=between(0, 1),
    eps=at_least(0),
)
def rmsprop_step(w, dw, state, lr, decay=0.9, eps=1e-8):
    """AdaGrad that forgets -> w, state. T. Tieleman and G. Hinton, 2012 (lecture 6.5).

    s = decay s + (1 - decay) dw^2, then w - lr dw / (sqrt(s) + eps).
    """
    s = (1 - decay) * dw**2 + (0 if state is None else decay * state)
    return w - lr * dw / (np.sqrt(s) + eps), s


@shapes(
    w="...",
    dw="...",
    state="..., ...",
    lr="",
    beta1=share,
    beta2=share,
    eps=at_least(0),
)
@refuses(_not_from_a_step)
def adam_step(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Momentum and RMSProp, corrected for their start at 0 -> w, state. D. Kingma and J. Ba, 2015.

    m = beta1 m + (1 - beta1) dw and v = beta2 v + (1 - beta2) dw^2; then, in step t = 1, 2, ...,
    w - lr m' / (sqrt(v') + eps) with m' = m / (1 - beta1^t) and v' = v / (1 - beta2^t).
    """
    m, v, t = (0, 0, 0) if state is None else state
    t = t + 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    step = lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - step, (m, v, t)


@shapes(
    w="...",
    dw="...",
    state="..., ...",
    lr="",
    beta1=share,
    beta2=share,
    eps=at_least(0),
    weight_decay=at_least(0),
)
@refuses(_not_from_a_step)
def adamw_step(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    """Adam with weight decay apart from its moments -> w, state. I. Loshchilov and F. Hutter, 2019.

    `adam_step`, then - lr weight_decay w with the old w.
    """
    stepped, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped - lr * weight_decay * w, state


@shapes(max_norm=above(0))
def clip_by_norm(grads, max_norm):
    """Shorten gradients that together are longer than max_norm: list of arrays -> new list.

    All are scaled by max_norm / norm where the norm over all their numbers, sqrt(sum g^2), is above
    max_norm, so the direction stays. R. Pascanu et al., 2013.
    """
    norm = float(np.sqrt(sum(np.sum(np.square(g, dtype=float)) for g in grads)))
    return [g * (max_norm / max(norm, max_norm)) for g in grads]
