"""Record PyTorch's values: `python -m tests.torch_values.record [MODULE ...]`, by default all."""

import sys
from pathlib import Path

import numpy as np
import torch

from tests.torch_values import RECORDERS, foundations, networks, optimization  # noqa: F401 (they mark functions)


def record(module):
    """Write tests/torch_values/<module>.npz with entries case/inputs/name and case/outputs/name."""
    arrays = {}
    for case, inputs, outputs in RECORDERS[module](torch, np.random.default_rng(0)):
        arrays |= {f"{case}/inputs/{name}": array for name, array in inputs.items()}
        arrays |= {f"{case}/outputs/{name}": array for name, array in outputs.items()}
    path = Path(__file__).with_name(f"{module}.npz")
    np.savez_compressed(path, **arrays)
    print(f"{module}: {len(arrays)} arrays, {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(RECORDERS):
        record(name)
