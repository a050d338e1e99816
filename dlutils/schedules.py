"""Learning rates that change during training (chapter 5); steps count from 0."""

import numpy as np

from dlutils.rules import whole
from dlutils.shapes import refuses, shapes


def _out_of_range(step, total, lr, warmup):
    if warmup >= total:
        return f"warmup must be less than total = {total}, got {warmup}"
    if step > total:
        return f"step must be at most total = {total}, after which the cosine rises, got {step}"
    return None


@shapes(step=whole(0), total=whole(1), lr="", warmup=whole(0))
@refuses(_out_of_range)
def cosine_schedule(step, total, lr, warmup):
    """Linear warm-up to lr, then half a cosine down to 0 at step `total` -> float.

    lr (step + 1) / warmup while step < warmup, then lr / 2 (1 + cos(pi (step - warmup) / (total -
    warmup))). I. Loshchilov and F. Hutter, 2017.
    """
    if step < warmup:
        return lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return float(lr / 2 * (1 + np.cos(np.pi * progress)))


@shapes(step=whole(0), lr="", every=whole(1), factor="")
def step_schedule(step, lr, every, factor):
    """lr times `factor` after every `every` steps, lr factor^floor(step / every) -> float."""
    return lr * factor ** (step // every)
