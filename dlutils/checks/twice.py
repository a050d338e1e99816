"""Does a backward function leave its cache as it was? A second call with the same cache tells."""

import copy

import numpy as np

from dlutils.checks.pairs import backward_pair


def second_call(exercise, forward, backward):
    """How far apart two calls of `f_backward` with the same dy and cache are, as one number.

    A `measure=` of `holds`, with cases as in `backward_pair`. Right or wrong, an answer that leaves
    its cache alone gives 0.
    """
    once = backward_pair(exercise, forward, backward)
    twice = backward_pair(exercise, forward, backward, calls=2)

    def measure(implementation, *arguments):
        first = copy.deepcopy(once(implementation, *copy.deepcopy(arguments)))
        second = twice(implementation, *copy.deepcopy(arguments))
        if not isinstance(first, list | tuple):
            first, second = [first], [second]
        gaps = [np.abs(np.subtract(a, b)) for a, b in zip(first, second, strict=True)]
        return float(max(gap.max(initial=0) for gap in gaps))

    return measure
