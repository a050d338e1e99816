"""Embedding: rows of a table, and gradients that add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


@given(st.lists(st.integers(0, 4), max_size=12), st.integers(1, 3))
def test_the_fast_gradient_equals_the_readable_one(ids, D):
    rng = np.random.default_rng(0)
    ids = np.array(ids, dtype=int)
    y, cache = dl.embedding_forward(ids, rng.normal(size=(5, D)))
    dy = rng.normal(size=y.shape)
    expected = dl.embedding_backward(dy, cache)
    np.testing.assert_allclose(dl.embedding_backward_fast(dy, cache), expected, atol=1e-12)


def test_repeated_ids_add_up_and_absent_ones_get_zero():
    E = np.arange(8.0).reshape(4, 2)
    y, cache = dl.embedding_forward(np.array([[3, 1], [1, 1]]), E)
    np.testing.assert_array_equal(y[1], [[2, 3], [2, 3]])
    dy = np.array([[[1.0, 2], [10, 20]], [[100, 200], [1000, 2000]]])
    for backward in (dl.embedding_backward, dl.embedding_backward_fast):
        np.testing.assert_array_equal(backward(dy, cache), [[0, 0], [1110, 2220], [0, 0], [1, 2]])


@pytest.mark.parametrize("ids", [np.array([0, 3]), np.array([-1]), np.array([0.0])])
def test_the_layer_refuses_ids_outside_the_table(ids):
    layer = dl.Embedding(3, 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="ids must hold whole numbers"):
        layer(ids)
