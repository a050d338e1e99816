"""Time equivalent pieces of work of several libraries side by side, in interleaved blocks.

A row is a function marked `@row(name, target)` that returns {"dlutils": f, "torch": f, ...}, each a
function without arguments that does the same work once. On a busy machine the libraries suffer
alike, so their ratio is what counts: the median over blocks, and the ratio of the best times.
Each block starts with a pause, because the idle threads of one library's BLAS keep spinning for a
while and would slow down the next library.
"""

import time
from statistics import median

ROWS = {}
BLOCK_SECONDS, PAUSE_SECONDS = 0.1, 0.1


def row(name, target):
    """Register a row with the ratio of dlutils to torch that it should not exceed."""
    return lambda function: ROWS.setdefault(name, (function, target))


def measure(works, blocks, clock):
    """Seconds per call in every block -> {library: [seconds, ...]}; the blocks take turns."""
    for work in works.values():
        work()  # first calls allocate and initialise
    calls = {library: _calls_per_block(work, clock) for library, work in works.items()}
    seconds = {library: [] for library in works}
    for _ in range(blocks):
        for library, work in works.items():
            time.sleep(PAUSE_SECONDS)
            work()
            seconds[library].append(_seconds_per_call(work, calls[library], clock))
    return seconds


def compare(name, blocks, clock=time.perf_counter):
    """Measure one row -> a flat record: microseconds and the ratios of dlutils to the others."""
    function, target = ROWS[name]
    seconds = measure(function(), blocks, clock)
    ours = seconds.pop("dlutils")
    record = {"row": name, "target": target, "dlutils us": min(ours) * 1e6}
    for library, theirs in seconds.items():
        record[f"{library} us"] = min(theirs) * 1e6
        record[f"{library} min"] = min(ours) / min(theirs)
        record[f"{library} median"] = median(a / b for a, b in zip(ours, theirs, strict=True))
    return record


def _calls_per_block(work, clock):
    return max(1, round(BLOCK_SECONDS / _seconds_per_call(work, 1, clock)))


def _seconds_per_call(work, calls, clock):
    start = clock()
    for _ in range(calls):
        work()
    return (clock() - start) / calls
