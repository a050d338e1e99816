"""What optimisers for models share: one flat buffer, and steps that work through it in place.

An optimiser moves all parameters of a model into one flat array, of which the layers then hold
views. A step is a handful of numpy calls for all small parameters together and for each block of a
large one; a block stays in the processor's cache while all calls pass over it. In models of more
than one block, a second thread takes every other block (numpy computes without Python's lock).
"""

from itertools import groupby
from threading import Thread

import numpy as np

from dlutils.optimizers import clip_by_norm
from dlutils.rules import above, at_least
from dlutils.rules import model as a_model
from dlutils.shapes import shapes

BLOCK = 262_144  # numbers: so many that calls cost nothing, so few that the cache holds them
SMALL = 32_768  # numbers: gradients below are cheaper to join than to treat one by one


class Optimizer:
    """What all optimisers share; a new one says how many `moments` it has and defines `update`.

    `step()` uses the gradients that the model's latest backward left. A model belongs to one
    optimiser at a time, the one made last; a step of another, or after an array of the model was
    replaced instead of written into, raises ValueError. With `max_norm`, gradients are clipped
    to that global norm first, as in `clip_by_norm`. `lr` may be changed between steps.
    """

    moments = 0  # arrays of state of the size of the parameters, all starting at 0

    @shapes(model=a_model, lr=at_least(0), max_norm=above(0))
    def __init__(self, model, lr, max_norm=None):
        self.lr, self.max_norm, self.t = lr, max_norm, 0
        self.places = [(layer, name) for _, layer in model.walk() for name in layer.params]
        self.w = self._rehome()
        self.state = [np.zeros_like(self.w) for _ in range(self.moments)]
        self.scratch = np.empty((2, min(BLOCK, self.w.size)), self.w.dtype)  # one for each thread

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
        gradients = [self._gradient(layer, name) for layer, name in self.places]
        if self.max_norm is not None:
            gradients = clip_by_norm(gradients, self.max_norm)
        blocks = list(self._blocks(gradients))
        if self.w.size <= BLOCK:
            self._update_all(blocks, self.scratch[0])
        else:
            helper = Thread(target=self._update_all, args=(blocks[1::2], self.scratch[1]))
            helper.start()
            self._update_all(blocks[::2], self.scratch[0])
            helper.join()

    def _gradient(self, layer, name):
        parameter, gradient = getattr(layer, name), getattr(layer, f"d{name}")
        if parameter.base is not self.w:
            raise ValueError(
                f"{type(self).__name__}: model must keep this optimiser's arrays, got another "
                f"{name}; copy into it, and make a new optimiser after one for the same model"
            )
        shape = parameter.shape
        if gradient.shape != shape:
            raise ValueError(
                f"{type(self).__name__}: d{name} must have shape {shape}, got {gradient.shape}"
            )
        return gradient.ravel()

    def _blocks(self, gradients):
        """Yield (w, dw, *state), views of one block after the other."""
        start = 0
        for gradient in _join_small(gradients):
            for offset in range(0, gradient.size, BLOCK):
                dw = gradient[offset : offset + BLOCK]
                here = slice(start, start + dw.size)
                yield self.w[here], dw, *[moment[here] for moment in self.state]
                start += dw.size

    def _update_all(self, blocks, scratch):
        for block in blocks:
            self.update(*block, scratch[: block[0].size])

    def update(self, w, dw, *state_and_scratch):
        """Change a block of w, and of the state, in place; dw is only read."""
        raise NotImplementedError


def _join_small(gradients):
    """Yield flat gradients in their order, runs of small ones joined into one array."""
    for small, run in groupby(gradients, lambda gradient: gradient.size < SMALL):
        if small:
            yield np.concatenate(list(run))
        else:
            yield from run
