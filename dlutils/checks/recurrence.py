"""Cases for recurrent networks, and for sampling from them."""

import numpy as np

from dlutils.checks.calling import Case


def rnn_case(*sizes, back=False):
    """The arguments of `rnn_step_forward` for sizes (N, D, H), of `rnn_forward` for (N, T, D, H).

    With `back`, `dh` comes first: the case of a `backward_pair`. Weights are 0.7 times standard
    normal, so that few units saturate. Equal sizes give equal numbers.
    """
    *batch, D, H = sizes
    rng = np.random.default_rng(sizes)
    arguments = {"dh": rng.normal(size=(*batch, H))} if back else {}
    arguments["x"] = rng.normal(size=(*batch, D))
    arguments["h" if len(batch) == 1 else "h0"] = rng.normal(size=(batch[0], H))
    for name, shape in (("Wx", (D, H)), ("Wh", (H, H)), ("b", (H,))):
        arguments[name] = 0.7 * rng.normal(size=shape)
    return Case(**arguments)


def two_tokens(lead, temperature, length=400):
    """A case of `sample_sequence` with logits (0, lead) at every step, whatever came before."""
    return Case(
        step=lambda token, state: (np.array([0.0, lead]), state),
        start=0,
        length=length,
        temperature=temperature,
        rng=np.random.default_rng(5),
    )
