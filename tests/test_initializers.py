"""Initial weights: their variance, mean, shape and use of the generator."""

import numpy as np
import pytest

from dlutils import he_init, xavier_init


@pytest.mark.parametrize(("init", "variance"), [(xavier_init, 2 / (300 + 500)), (he_init, 2 / 300)])
def test_law(init, variance):
    W = init(300, 500, np.random.default_rng(0))
    assert W.shape == (300, 500)
    # Standard errors: of the mean std / sqrt(n), of the variance variance sqrt(2 / n).
    assert abs(W.mean()) < 4 * np.sqrt(variance / W.size)
    assert abs(W.var() - variance) < 4 * variance * np.sqrt(2 / W.size)


@pytest.mark.parametrize("init", [xavier_init, he_init])
def test_the_generator_decides(init):
    first, again = (init(3, 2, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    rng = np.random.default_rng(5)
    assert np.all(init(3, 2, rng) != init(3, 2, rng))


def test_he_keeps_the_size_of_signals_through_twenty_relu_layers():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 256))
    size = np.mean(x**2)
    for _ in range(20):
        x = np.maximum(x, 0) @ he_init(256, 256, rng)
    assert 0.3 < np.mean(x**2) / size < 3
