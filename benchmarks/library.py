"""Compare dlutils with PyTorch (eager, CPU) and mygrad: python benchmarks/library.py [ROW ...]

Prints, for every row, how long dlutils takes and its time as a ratio to the others' (below 1 is
faster), all in float32 and in one process. ROW is any part of a row's name; without it all run.
Run where benchmarks/requirements.txt is installed. On busy cores, where threads mostly wait for
one another, compare with --threads 1: that measures processor time, in which others do not count.
"""

import argparse
import importlib
import json
import os
import time
from pathlib import Path

import numpy as np
import threadpoolctl
import torch
from frame import ROWS, compare
from memory import PEAKS, peak_record

COLUMNS = ("torch min", "torch median", "mygrad min", "mygrad median")


def environment():
    """Versions, BLAS kernels and thread counts: what a ratio depends on besides the code."""
    pools = [
        f"{pool['internal_api']} {pool.get('version') or ''} "
        f"{pool.get('architecture') or ''}".strip()
        + f", {pool['num_threads']} threads"
        for pool in threadpoolctl.threadpool_info()
    ]
    return {
        "numpy": np.__version__,
        "torch": f"{torch.__version__}, {torch.get_num_threads()} threads",
        "pools": pools,
        "cores": os.cpu_count(),
    }


def line(record):
    """One row of the table; a dash where a library has no such row."""
    ratios = [f"{record[c]:.2f}" if c in record else "-" for c in COLUMNS]
    verdict = "" if record["torch median"] <= record["target"] else "above"
    cells = [f"{record['dlutils us']:.0f}", *ratios, f"{record['target']:.2f}", verdict]
    return f"{record['row']:<50}" + "".join(f"{cell:>10}" for cell in cells)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", help="parts of row names; all rows by default")
    parser.add_argument("--blocks", type=int, default=15, help="interleaved blocks per library")
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch and of BLAS")
    parser.add_argument("--json", type=Path, help="write the same figures to this file")
    arguments = parser.parse_args()
    for path in sorted(Path(__file__).parent.glob("rows_*.py")):
        importlib.import_module(path.stem)
    torch.set_num_threads(arguments.threads)
    threadpoolctl.threadpool_limits(arguments.threads)
    clock = time.process_time if arguments.threads == 1 else time.perf_counter

    facts = environment()
    print(*(f"{name}: {value}" for name, value in facts.items()), sep="\n")
    headings = ("us", "/torch", "median", "/mygrad", "median", "target", "")
    print("\n" + f"{'':<50}" + "".join(f"{heading:>10}" for heading in headings))
    records = []
    for name in ROWS:
        if not arguments.rows or any(part in name for part in arguments.rows):
            records.append(compare(name, arguments.blocks, clock))
            print(line(records[-1]), flush=True)
    peaks = [peak_record(name) for name in PEAKS]
    for record in peaks:
        print(f"\npeak memory, {record['peak']}: {record['MB']:.1f} MB, limit {record['limit MB']}")
    if arguments.json:
        figures = {"environment": facts, "rows": records, "peaks": peaks}
        arguments.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
