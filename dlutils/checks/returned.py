"""What is asked of a returned array beyond its numbers: its kind of dtype, or to be a new array."""

import numpy as np


def typed(answer, *arguments):
    """The result and its dtype. A `using=` of `agrees`, where the text names a dtype."""
    result = answer(*arguments)
    return {"result": result, "dtype": np.asarray(result).dtype.name}


def is_input(answer, *arguments):
    """1 if the result is, or looks into, one of the arguments, else 0. A `measure=` of `holds`."""
    result = np.asarray(answer(*arguments))
    given = [argument for argument in arguments if isinstance(argument, np.ndarray)]
    return float(any(np.shares_memory(result, argument) for argument in given))
