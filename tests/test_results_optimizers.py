"""The stored results of chapter 5: the curvature is one, and the file holds what is plotted."""

import numpy as np

from dlutils import results
from dlutils.results import optimizers


def test_the_curvature_is_how_the_gradient_changes():
    rng = np.random.default_rng(0)
    x, labels = rng.uniform(size=(6, 784)), rng.integers(0, 10, 6)
    arrays = [array.astype(float) for array in optimizers.first_weights(rng)]
    direction = [rng.normal(size=array.shape) for array in arrays]
    found = optimizers._curved(arrays, direction, x, labels)
    h = 1e-6  # so small that no ReLU turns on or off in between
    above, below = (
        optimizers.loss_and_gradients(
            [w + sign * h * d for w, d in zip(arrays, direction, strict=True)], x, labels
        )[1]
        for sign in (1, -1)
    )
    for exact, up, down in zip(found, above, below, strict=True):
        numeric = (up - down) / (2 * h)
        np.testing.assert_allclose(exact, numeric, rtol=1e-4, atol=1e-6 * np.abs(numeric).max())


def test_the_file_holds_every_run():
    stored = results.load("optimizers")
    assert stored["learning_rates"] == optimizers.LEARNING_RATES
    assert set(stored["sweep"]) == set(optimizers.STEPS)
    for rows in stored["sweep"].values():
        assert [len(row) for row in rows] == [len(optimizers.SEEDS)] * len(stored["learning_rates"])
    assert set(stored["schedules"]) == set(optimizers.SCHEDULES)
    assert all(len(rows) == 41 for rows in stored["sharpness"].values())
