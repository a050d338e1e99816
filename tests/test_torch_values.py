"""dlutils against PyTorch: values recorded in tests/torch_values, and live where torch is there."""

from pathlib import Path

import numpy as np
import pytest

from tests.torch_values import OURS, RECORDERS, foundations, networks, optimization  # noqa: F401 (they mark)

FOLDER = Path(__file__).with_name("torch_values")


def recorded(module):
    """The cases of a file -> {case: {"inputs": {name: array}, "outputs": {name: array}}}."""
    cases = {}
    with np.load(FOLDER / f"{module}.npz") as arrays:
        for key in arrays.files:
            case, kind, name = key.split("/")
            cases.setdefault(case, {"inputs": {}, "outputs": {}})[kind][name] = arrays[key]
    return cases


def assert_equal_values(module, case, inputs, outputs):
    """Values agree to 1e-10 of the largest, gradients (named d...) to 1e-8, shapes exactly."""
    ours = OURS[module](**inputs)
    assert ours.keys() == outputs.keys(), case
    for name, expected in outputs.items():
        got = np.asarray(ours[name])
        assert got.shape == expected.shape, f"{module}, {case}: shape of {name}"
        tolerance = (1e-8 if name.startswith("d") else 1e-10) * max(1, np.abs(expected).max())
        np.testing.assert_allclose(
            got, expected, rtol=0, atol=tolerance, err_msg=f"{module}, {case}: {name}"
        )


def test_every_file_is_compared_and_every_comparison_has_a_file():
    files = {path.stem for path in FOLDER.glob("*.npz")}
    assert files == OURS.keys() == RECORDERS.keys()


@pytest.mark.parametrize("module", sorted(OURS))
def test_recorded_values(module):
    for case, values in recorded(module).items():
        assert_equal_values(module, case, values["inputs"], values["outputs"])


@pytest.mark.torch
@pytest.mark.parametrize("module", sorted(RECORDERS))
def test_live_values(module):
    torch = pytest.importorskip(
        "torch", reason="runs where torch is installed: pip install -r benchmarks/requirements.txt"
    )
    for case, inputs, outputs in RECORDERS[module](torch, np.random.default_rng(1)):
        assert_equal_values(module, case, inputs, outputs)
