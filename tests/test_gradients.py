"""Differences, their error, and gradcheck: what passes, and that wrong gradients do not."""

import numpy as np
import pytest

import dlutils as dl


def test_numerical_gradient_of_a_cube_and_x_comes_back_exactly():
    x = np.array([[0.1, -2.0], [3.0, 0.0]])
    before = x.copy()
    np.testing.assert_allclose(
        dl.numerical_gradient(lambda x: np.sum(x**3), x), 3 * x**2, atol=1e-8
    )
    np.testing.assert_array_equal(x, before)


def test_gradient_error_is_relative_and_safe_at_zero():
    assert dl.gradient_error(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0
    assert dl.gradient_error(np.array([1.0]), np.array([3.0])) == 0.5


def test_gradcheck_accepts_float32_layers_and_leaves_them_as_they_are():
    layer = dl.Linear(3, 2, np.random.default_rng(0))
    W = layer.W.copy()
    assert dl.gradcheck(layer, np.ones((4, 3), np.float32)) < 1e-6
    assert layer.W.dtype == np.float32
    np.testing.assert_array_equal(layer.W, W)


WRONG = {
    "dx": lambda dx, dW, db: (2 * dx, dW, db),
    "dW": lambda dx, dW, db: (dx, dW / 4, db),
    "db": lambda dx, dW, db: (dx, dW, 0 * db),
    "nan": lambda dx, dW, db: (np.nan * dx, dW, db),
}


@pytest.mark.parametrize("name", WRONG)
def test_gradcheck_names_the_wrong_gradient(name):
    class Wrong(dl.Linear):
        def backward(self, dy):
            dx, self.dW, self.db = WRONG[name](super().backward(dy), self.dW, self.db)
            return dx

    expected = "dx" if name == "nan" else name
    with pytest.raises(AssertionError, match=f"gradcheck: {expected} is off by"):
        dl.gradcheck(Wrong(3, 2, np.random.default_rng(0)), np.ones((4, 3)))


def test_gradcheck_names_a_gradient_of_wrong_shape():
    class Wrong(dl.ReLU):
        def backward(self, dy):
            return super().backward(dy)[:1]

    with pytest.raises(AssertionError, match=r"dx must have shape \(2, 2\), got \(1, 2\)"):
        dl.gradcheck(Wrong(), np.ones((2, 2)))


def test_gradcheck_of_a_pair_of_functions():
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    assert dl.gradcheck_functions(dl.linear_forward, dl.linear_backward, x, W, b) < 1e-6

    def wrong(dy, cache):
        dx, dW, db = dl.linear_backward(dy, cache)
        return dx, dW, db / len(dy)

    with pytest.raises(AssertionError, match=r"d\(argument 2\) is off by 0.75"):
        dl.gradcheck_functions(dl.linear_forward, wrong, x, W, b)
