"""Cases for attention and transformer blocks: a test cell states sizes instead of shapes."""

import numpy as np

from dlutils.checks.calling import Case


def attention_case(lead, Tq, Tk, d, masked=False, back=False):
    """Random arguments of `attention_forward`, q (*lead, Tq, d), k and v (*lead, Tk, d).

    With `masked`, half of the pairs are hidden, but one key is kept for every query. With `back`,
    `dy` comes first: the case of a `backward_pair`.
    """
    rng = np.random.default_rng((*lead, Tq, Tk, d))
    arguments = {"dy": rng.normal(size=(*lead, Tq, d))} if back else {}
    for name, T in (("q", Tq), ("k", Tk), ("v", Tk)):
        arguments[name] = rng.normal(size=(*lead, T, d))
    mask = rng.random((Tq, Tk)) < 0.5
    mask[np.arange(Tq), rng.integers(Tk, size=Tq)] = True
    return Case(**arguments, mask=mask if masked else None)


def lookup_case(query, keys, mask=None, batch=()):
    """One lookup: queries (query, 0, 0, 0), keys that differ in their first number, values whose
    means show the weights: rows of the identity. `batch` holds further, leading axes.
    """
    k, v = np.outer(keys, np.eye(4)[0]), np.eye(len(keys), 4)
    q = np.outer([query] * (1 if mask is None else len(mask)), np.eye(4)[0])
    q, k, v = (np.broadcast_to(part, (*batch, *part.shape)).copy() for part in (q, k, v))
    return Case(q=q, k=k, v=v, mask=None if mask is None else np.array(mask, dtype=bool))


def heads_case(N, T, D, heads, mask=None):
    """Random arguments of `multi_head_attention`; weights have a spread of 0.7."""
    rng = np.random.default_rng((N, T, D, heads))
    weights = {name: 0.7 * rng.normal(size=(D, D)) for name in ("Wq", "Wk", "Wv", "Wo")}
    return Case(x=rng.normal(size=(N, T, D)), **weights, heads=heads, mask=mask)


def block_case(N, T, D, F, heads, mask=None):
    """Random arguments of `transformer_block`; parameters have a spread of 0.7."""
    rng = np.random.default_rng((N, T, D, F, heads))
    shapes = dict.fromkeys(("Wq", "Wk", "Wv", "Wo"), (D, D))
    shapes |= {"W1": (D, F), "b1": (F,), "W2": (F, D), "b2": (D,)}
    shapes |= dict.fromkeys(("gamma1", "beta1", "gamma2", "beta2"), (D,))
    params = {name: 0.7 * rng.normal(size=shape) for name, shape in shapes.items()}
    return Case(x=rng.normal(size=(N, T, D)), params=params, heads=heads, mask=mask)


def unit_block_case(x):
    """A block of one head whose matrices are identities, gammas 1, betas 0, b2 = (0.5, 0, ...)."""
    D = x.shape[-1]
    params = {name: np.eye(D) for name in ("Wq", "Wk", "Wv", "Wo", "W1", "W2")}
    params |= {"b1": np.zeros(D), "b2": 0.5 * np.eye(D)[0], "gamma1": np.ones(D)}
    params |= {"beta1": np.zeros(D), "gamma2": np.ones(D), "beta2": np.zeros(D)}
    return Case(x=x, params=params, heads=1, mask=None)


def norm_case(*shape, spread=5, back=False):
    """Random arguments of `layer_norm_forward` for x of that shape; with `back`, `dy` first.

    x spreads so widely that eps does not show, unless told otherwise.
    """
    rng = np.random.default_rng(shape)
    arguments = {"dy": rng.normal(size=shape)} if back else {}
    x = spread * rng.normal(size=shape)
    return Case(**arguments, x=x, gamma=rng.normal(size=shape[-1]), beta=rng.normal(size=shape[-1]))
