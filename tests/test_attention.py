"""Attention: who reads whom, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

FORWARDS = [dl.attention_forward, dl.attention_forward_fast]
SEEDS = st.integers(0, 99)


def qkv(seed=0, leading=(2,), Tq=4, Tk=5, d=3, dv=2):
    rng = np.random.default_rng(seed)
    shapes = (Tq, d), (Tk, d), (Tk, dv)
    return [rng.normal(size=(*leading, *shape)) for shape in shapes]


@pytest.mark.parametrize("forward", FORWARDS)
@given(seed=SEEDS)
def test_the_order_of_keys_and_values_does_not_matter(forward, seed):
    q, k, v = qkv(seed)
    order = np.random.default_rng(seed).permutation(5)
    y, _ = forward(q, k, v, None)
    other, _ = forward(q, k[:, order], v[:, order], None)
    np.testing.assert_allclose(other, y, atol=1e-12)


@pytest.mark.parametrize("forward", FORWARDS)
@given(seed=SEEDS)
def test_permuted_queries_give_permuted_answers(forward, seed):
    q, k, v = qkv(seed)
    order = np.random.default_rng(seed).permutation(4)
    y, _ = forward(q, k, v, None)
    other, _ = forward(q[:, order], k, v, None)
    np.testing.assert_allclose(other, y[:, order], atol=1e-12)


@pytest.mark.parametrize("forward", FORWARDS)
def test_equal_values_are_read_unchanged_and_equal_keys_give_the_mean(forward):
    q, k, v = qkv()
    y, _ = forward(q, k, np.ones_like(v), None)
    np.testing.assert_allclose(y, np.ones_like(y))
    y, _ = forward(q, np.ones_like(k), v, None)
    np.testing.assert_allclose(y, np.repeat(v.mean(axis=1, keepdims=True), 4, axis=1))


@pytest.mark.parametrize("forward", FORWARDS)
def test_a_causal_mask_hides_the_future(forward):
    q, k, v = qkv(Tq=5)
    y, _ = forward(q, k, v, dl.causal_mask(5))
    np.testing.assert_allclose(y[:, 0], v[:, 0])
    k[:, 3:], v[:, 3:] = 100, -100
    other, _ = forward(q, k, v, dl.causal_mask(5))
    np.testing.assert_allclose(other[:, :3], y[:, :3], atol=1e-12)
    assert not np.allclose(other[:, 3:], y[:, 3:])


@pytest.mark.parametrize("forward", FORWARDS)
def test_scores_are_scaled_and_stay_finite(forward):
    q, k, v = np.array([[4.0, 0, 0, 0]]), np.eye(4)[:2] * 2, np.array([[1.0], [0.0]])
    y, _ = forward(q, k, v, None)  # scores (4, 0) after division by sqrt(4)
    np.testing.assert_allclose(y, [[1 / (1 + np.exp(-4))]])
    y, _ = forward(1e4 * q, 1e4 * k, v, None)
    np.testing.assert_allclose(y, [[1.0]])


@given(SEEDS, st.booleans())
def test_the_fast_form_equals_the_readable_one(seed, masked):
    q, k, v = qkv(seed, leading=(2, 3))
    mask = np.random.default_rng(seed).random((4, 5)) < 0.5
    mask[:, 2] = True
    mask = mask if masked else None
    y, cache = dl.attention_forward(q, k, v, mask)
    fast, fast_cache = dl.attention_forward_fast(q, k, v, mask)
    np.testing.assert_allclose(fast, y, atol=1e-12)
    dy = np.random.default_rng(1).normal(size=y.shape)
    gradients = dl.attention_backward_fast(dy, fast_cache)
    for gradient, expected in zip(gradients, dl.attention_backward(dy, cache), strict=True):
        np.testing.assert_allclose(gradient, expected, atol=1e-12)


def test_inputs_stay_as_they_are():
    case = [*qkv(), np.tri(4, 5, dtype=bool)]
    before = [array.copy() for array in case]
    for forward, backward in [
        (dl.attention_forward, dl.attention_backward),
        (dl.attention_forward_fast, dl.attention_backward_fast),
    ]:
        y, cache = forward(*case)
        dy = np.ones_like(y)
        first, again = backward(dy, cache), backward(dy, cache)
        np.testing.assert_array_equal(first[0], again[0])
        assert np.all(dy == 1)
    for array, kept in zip(case, before, strict=True):
        np.testing.assert_array_equal(array, kept)


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
def test_heads_are_split_and_merged_back(N, T, heads, d):
    x = np.random.default_rng(0).normal(size=(N, T, heads * d))
    split = dl.split_heads(x, heads)
    assert split.shape == (N, heads, T, d)
    np.testing.assert_array_equal(split[:, heads - 1], x[:, :, -d:])
    np.testing.assert_array_equal(dl.merge_heads(split), x)


def test_heads_must_divide_the_features():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="split_heads: heads must divide D = 5, got 2"):
        dl.split_heads(np.zeros((1, 2, 5)), 2)
    with pytest.raises(ValueError, match="MultiHeadAttention: heads must divide"):
        dl.MultiHeadAttention(5, 2, rng)


def test_positions_are_sines_and_cosines_by_turns():
    P = dl.positional_encoding(3, 4)
    np.testing.assert_allclose(P[0], [0, 1, 0, 1])
    np.testing.assert_allclose(P[2], [np.sin(2), np.cos(2), np.sin(0.02), np.cos(0.02)])
    with pytest.raises(ValueError, match="D must be an even number, got 3"):
        dl.positional_encoding(2, 3)


def test_a_shift_in_position_is_a_rotation():
    """P[t + s] depends on P[t] through s alone, so equal distances look alike."""
    P = dl.positional_encoding(12, 6)
    products = P @ P.T
    np.testing.assert_allclose(np.diag(products, 4), products[0, 4])
