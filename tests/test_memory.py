"""Large arrays are made of memory that was used before."""

import os
import subprocess
import sys

import pytest

COUNT = """
import resource
import numpy as np
{first}
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        [np.ones(2**18) for _ in range(8)]  # 8 arrays of 512 pages at a time
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


def page_faults(first):
    environment = {name: v for name, v in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-c", COUNT.format(first=first)]
    return int(subprocess.check_output(command, env=environment, text=True))


@pytest.mark.skipif(sys.platform != "linux", reason="what glibc does; runs on Linux")
def test_large_arrays_need_no_fresh_pages_once_dlutils_is_imported():
    assert page_faults("import dlutils") < 1000 < page_faults("")
