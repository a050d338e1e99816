"""The transformer block."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


def block(mask=None, seed=0):
    """A layer with 4 features, 2 heads, 5 hidden units, and weights that all matter."""
    rng = np.random.default_rng(seed)
    layer = dl.TransformerBlock(4, 2, 5, rng, mask, dtype=np.float64)
    for W in layer.named_parameters().values():
        W += 0.3 * rng.normal(size=W.shape)
    return layer


def test_the_layer_is_the_function():
    layer, x = block(dl.causal_mask), np.random.default_rng(1).normal(size=(2, 3, 4))
    expected = dl.transformer_block(x, layer.named_parameters(), 2, dl.causal_mask(3))
    np.testing.assert_allclose(layer(x), expected, atol=1e-12)


@given(st.permutations(range(5)))
def test_without_a_mask_permuted_tokens_give_permuted_answers(order):
    layer, x = block(), np.random.default_rng(1).normal(size=(2, 5, 4))
    np.testing.assert_allclose(layer(x[:, order]), layer(x)[:, order], atol=1e-12)


def test_with_a_causal_mask_the_future_does_not_matter():
    layer, x = block(dl.causal_mask), np.random.default_rng(1).normal(size=(2, 5, 4))
    y = layer(x)
    x[:, 3:] += 1
    np.testing.assert_allclose(layer(x)[:, :3], y[:, :3], atol=1e-12)


def test_with_silent_branches_the_residuals_pass_x_on():
    layer, x = block(), np.random.default_rng(1).normal(size=(2, 3, 4))
    layer.Wo[...] = layer.W2[...] = layer.b2[...] = 0
    np.testing.assert_array_equal(layer(x), x)


def test_heads_must_divide_the_features():
    with pytest.raises(ValueError, match="TransformerBlock: heads must divide n = 4"):
        dl.TransformerBlock(4, 3, 8, np.random.default_rng(0))
