"""How large arrays get their memory."""

import numpy as np


def recycle_large_arrays():
    """Let freed arrays of up to 32 MB be used again, instead of fresh memory for every new one.

    On Linux with glibc, memory of more than 128 kB goes back to the system when an array is freed,
    and the next array starts from fresh pages, which the system clears one by one. For the arrays
    of a network this takes as long as its arithmetic. Freeing one large array raises the limit for
    the life of the process (mallopt(3), M_MMAP_THRESHOLD); as nothing is written to it, it never
    takes up memory. Elsewhere this does nothing.
    """
    np.empty(2**25 - 2**16, np.uint8)
