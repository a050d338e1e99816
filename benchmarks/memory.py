"""Peak memory of a piece of work, beyond what was there before it was first done."""

import tracemalloc

PEAKS = {}


def peak(name, limit):
    """Register a function that returns the work, with the MB that it should not exceed."""
    return lambda function: PEAKS.setdefault(name, (function, limit))


def peak_megabytes(work):
    """The most that is allocated at any moment of the second call, what the first left included."""
    tracemalloc.start()
    work()
    tracemalloc.reset_peak()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def peak_record(name):
    """Measure one registered work -> a flat record."""
    function, limit = PEAKS[name]
    return {"peak": name, "limit MB": limit, "MB": peak_megabytes(function())}
