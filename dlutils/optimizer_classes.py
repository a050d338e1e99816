"""Optimisers for models: the pure steps of `optimizers`, in place on flat buffers.

An optimiser moves all parameters of a model into one flat array, of which the layers then hold
views. A step is a handful of numpy calls however many layers there are. It works through the array
in blocks, so that all passes over a block find it in the processor's cache, and from two blocks on
a second thread takes every other one (numpy computes without Python's lock).
"""

from threading import Thread

import numpy as np

BLOCK = 262_144  # numbers: so many that calls cost nothing, so few that the cache holds them


class Optimizer:
    """What all optimisers share; a new one names its `moments` and defines `update`.

    `step()` uses the gradients that the model's latest backward left. A model belongs to one
    optimiser at a time, the one made last. With `max_norm`, gradients are clipped to that global
    norm first, as in `clip_by_norm`. `lr` may be changed between steps.
    """

    moments = 0  # how many arrays of state, all starting at 0

    def __init__(self, model, lr, max_norm=None):
        self.lr, self.max_norm, self.t = lr, max_norm, 0
        self.places = [(layer, name) for _, layer in model.walk() for name in layer.params]
        self.w = self._rehome()
        self.dw = np.empty_like(self.w)
        state = [np.zeros_like(self.w) for _ in range(self.moments)]
        scratch = np.empty((2, min(BLOCK, self.w.size)), self.w.dtype)  # one for each thread
        self.blocks = []
        for i, start in enumerate(range(0, self.w.size, BLOCK)):
            views = [array[start : start + BLOCK] for array in (self.w, self.dw, *state)]
            self.blocks.append((*views, scratch[i % 2, : views[0].size]))

    def _rehome(self):
        """Copy all parameters into a new flat array and give the layers views of it."""
        arrays = [getattr(layer, name) for layer, name in self.places]
        if len({array.dtype for array in arrays}) != 1:
            found = ", ".join(sorted({str(array.dtype) for array in arrays})) or "no parameters"
            raise ValueError(f"{type(self).__name__}: model must have one dtype, got {found}")
        flat = np.concatenate([array.ravel() for array in arrays])
        ends = np.cumsum([array.size for array in arrays])
        for (layer, name), array, end in zip(self.places, arrays, ends, strict=True):
            setattr(layer, name, flat[end - array.size : end].reshape(array.shape))
        return flat

    def step(self):
        """One step along the gradients of the latest backward; changes the parameters in place."""
        self.t += 1
        gradients = [getattr(layer, f"d{name}").ravel() for layer, name in self.places]
        np.concatenate(gradients, out=self.dw)
        if self.max_norm is not None:
            norm = float(np.linalg.norm(self.dw))
            self.dw *= self.max_norm / max(norm, self.max_norm)
        if len(self.blocks) == 1:
            self.update(*self.blocks[0])
        else:
            helper = Thread(target=self._update_all, args=(self.blocks[1::2],))
            helper.start()
            self._update_all(self.blocks[::2])
            helper.join()

    def _update_all(self, blocks):
        for block in blocks:
            self.update(*block)

    def update(self, w, dw, *state_and_scratch):
        """Change a block of w in place; dw may be overwritten."""
        raise NotImplementedError


class SGD(Optimizer):
    """`sgd_step` in place: w -= lr dw."""

    def update(self, w, dw, scratch):
        w -= np.multiply(dw, self.lr, out=scratch)


class Momentum(Optimizer):
    """`momentum_step` in place: v = momentum v + dw, w -= lr v."""

    moments = 1

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
        dw += np.multiply(v, self.momentum, out=scratch)
        w -= np.multiply(dw, self.lr, out=scratch)


class AdaGrad(Optimizer):
    """`adagrad_step` in place: s += dw^2, w -= lr dw / (sqrt(s) + eps)."""

    moments = 1

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

    def __init__(self, model, lr=0.001, weight_decay=0.01, **adam):
        super().__init__(model, lr, **adam)
        self.weight_decay = weight_decay

    def update(self, w, dw, m, v, scratch):
        w *= 1 - self.lr * self.weight_decay
        super().update(w, dw, m, v, scratch)
