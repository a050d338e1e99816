"""What the comparisons share: naming gradients, and requiring that two forms agree."""

import numpy as np


def agree(*results):
    """The first of several dicts of arrays, which must be equal up to rounding."""
    first, *others = results
    for other in others:
        for name, array in first.items():
            np.testing.assert_allclose(other[name], array, rtol=0, atol=1e-11, err_msg=name)
    return first


def named(y, gradients, names):
    """{"y": y, "dx": ...} from a function's gradients and the names of its arguments."""
    return {"y": y, **{f"d{n}": d for n, d in zip(names.split(), gradients, strict=True)}}
