"""Cases for transfer learning: a test cell states sizes instead of a dict of parameters."""

import numpy as np

from dlutils.checks.calling import Case


def head_case(D, K_old, K, seed=0):
    """Random arguments of `replace_head`: a body that ends in D units, and a head for K_old."""
    rng = np.random.default_rng(seed)
    shapes = {"layer1.W": (3, D), "layer1.b": (D,), "head.W": (D, K_old), "head.b": (K_old,)}
    shapes["scale"] = (D,)
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return Case(params=params, K=K, rng=np.random.default_rng(seed + 1))


def frozen_case(frozen, lr, weight_decay, seed=0, missing=()):
    """Random arguments of `frozen_step`: nine parameters, among them layer10.W and layer1.W2.

    The gradients of those in `missing` are left out.
    """
    rng = np.random.default_rng(seed)
    sizes = {"layer1": (2, 3), "layer2": (3, 4), "layer10": (4, 2), "head": (2, 5)}
    params = {f"{name}.W": rng.normal(size=shape) for name, shape in sizes.items()}
    params |= {f"{name}.b": rng.normal(size=shape[1]) for name, shape in sizes.items()}
    params["layer1.W2"] = rng.normal(size=3)
    grads = {name: rng.normal(size=w.shape) for name, w in params.items() if name not in missing}
    return Case(params=params, grads=grads, frozen=frozen, lr=lr, weight_decay=weight_decay)


def frozen_change(answer, params, grads, frozen, lr, weight_decay):
    """The largest change of a frozen parameter, 0 where all stay to the last bit."""
    before = {name: params[name].copy() for name in frozen}
    after = answer(params, grads, frozen, lr, weight_decay)
    return max(float(np.max(np.abs(after[name] - w))) for name, w in before.items())
