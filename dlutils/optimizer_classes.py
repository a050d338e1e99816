"""Optimisers for models: the pure steps of `optimizers`, in place.

Each `update` changes w and the state by numpy calls that write into what is already there.
"""

import numpy as np

from dlutils.optimizer_base import Optimizer
from dlutils.rules import at_least, between, share
from dlutils.shapes import shapes


class SGD(Optimizer):
    """`sgd_step` in place: w -= lr dw."""

    def update(self, w, dw, scratch):
        w -= np.multiply(dw, self.lr, out=scratch)


class Momentum(Optimizer):
    """`momentum_step` in place: v = momentum v + dw, w -= lr v."""

    moments = 1

    @shapes(momentum=at_least(0))
    def __init__(self, model, lr, momentum=0.9, max_norm=None):
        super().__init__(model, lr, max_norm)
        self.momentum = momentum

    def update(self, w, dw, v, scratch):
        v *= self.momentum
        v += dw
        w -= np.multiply(v, self.lr, out=scratch)


class Nesterov(Momentum):
    """`nesterov_step` in place: v = momentum v + dw, w -= lr (dw + momentum v)."""

    def update(self, w, dw, v, scratch):
        v *= self.momentum
        v += dw
        np.multiply(v, self.momentum, out=scratch)
        scratch += dw
        scratch *= self.lr
        w -= scratch


class AdaGrad(Optimizer):
    """`adagrad_step` in place: s += dw^2, w -= lr dw / (sqrt(s) + eps)."""

    moments = 1

    @shapes(eps=at_least(0))
    def __init__(self, model, lr=0.01, eps=1e-8, max_norm=None):
        super().__init__(model, lr, max_norm)
        self.eps = eps

    def update(self, w, dw, s, scratch):
        s += np.square(dw, out=scratch)
        self.descend(w, dw, s, scratch)

    def descend(self, w, dw, s, scratch):
        np.sqrt(s, out=scratch)
        scratch += self.eps
        np.divide(dw, scratch, out=scratch)
        scratch *= self.lr
        w -= scratch


class RMSProp(AdaGrad):
    """`rmsprop_step` in place: s = decay s + (1 - decay) dw^2, w -= lr dw / (sqrt(s) + eps)."""

    @shapes(decay=between(0, 1))
    def __init__(self, model, lr=0.001, decay=0.9, eps=1e-8, max_norm=None):
        super().__init__(model, lr, eps, max_norm)
        self.decay = decay

    def update(self, w, dw, s, scratch):
        s *= self.decay
        np.square(dw, out=scratch)
        scratch *= 1 - self.decay
        s += scratch
        self.descend(w, dw, s, scratch)


class Adam(Optimizer):
    """`adam_step` in place, with m and v kept as sums: m = beta1 m + dw, v = beta2 v + dw^2.

    Dividing them by the sum of their weights, 1 + beta + beta^2 + ... = (1 - beta^t) / (1 - beta),
    gives the bias-corrected means m' and v' of `adam_step`: w -= lr m' / (sqrt(v') + eps).
    """

    moments = 2

    @shapes(beta1=share, beta2=share, eps=at_least(0))
    def __init__(self, model, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, max_norm=None):
        super().__init__(model, lr, max_norm)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps

    def update(self, w, dw, m, v, scratch):
        m *= self.beta1
        m += dw
        v *= self.beta2
        v += np.square(dw, out=scratch)
        m_weights = (1 - self.beta1**self.t) / (1 - self.beta1)
        root = ((1 - self.beta2**self.t) / (1 - self.beta2)) ** 0.5
        np.sqrt(v, out=scratch)
        scratch += self.eps * root
        np.divide(m, scratch, out=scratch)
        scratch *= self.lr * root / m_weights
        w -= scratch


class AdamW(Adam):
    """`adamw_step` in place: Adam after w -= lr weight_decay w."""

    @shapes(weight_decay=at_least(0))
    def __init__(
        self,
        model,
        lr=0.001,
        beta1=0.9,
        beta2=0.999,
        eps=1e-8,
        weight_decay=0.01,
        max_norm=None,
    ):
        super().__init__(model, lr, beta1, beta2, eps, max_norm)
        self.weight_decay = weight_decay

    def update(self, w, dw, m, v, scratch):
        w *= 1 - self.lr * self.weight_decay
        super().update(w, dw, m, v, scratch)
