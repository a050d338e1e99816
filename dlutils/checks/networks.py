"""Ways to use answers that return the weights of a network."""

import numpy as np

from dlutils.checks.compare import as_numbers
from dlutils.shapes import shapes


def step_network(answer, x):
    """What the two layers of steps compute whose weights `answer()` returns: x (N, 2) -> (N,).

    A `using=` of `agrees`, so that any weights pass that compute the right thing. Raises ValueError
    where the answer is not (W1, b1, W2, b2) or their shapes do not fit.
    """
    weights = answer()
    names = ("W1", "b1", "W2", "b2")
    if weights is None:
        raise ValueError("it returned None: is the `return` missing?")
    if not isinstance(weights, list | tuple) or len(weights) != len(names):
        got = f"{len(weights)} values" if isinstance(weights, list | tuple) else "one value"
        raise ValueError(f"four values (W1, b1, W2, b2) are expected, got {got}")
    arrays = [as_numbers(part) for part in weights]
    for name, array in zip(names, arrays, strict=True):
        if array is None or not np.all(np.isfinite(array)):
            raise ValueError(f"{name} must be an array of finite numbers")
    try:
        return _outputs(x, *arrays)
    except ValueError as error:  # raised anew, so that no line of ours is shown as the student's
        raise ValueError(str(error).partition(": ")[2]) from None


@shapes(x="N 2", W1="2 H", b1="H", W2="H 1", b2="1")
def _outputs(x, W1, b1, W2, b2):
    hidden = (x @ W1 + b1 > 0).astype(int)
    return (hidden @ W2 + b2 > 0).astype(int)[:, 0]
