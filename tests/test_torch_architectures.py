"""dlutils against live PyTorch at sizes that hypothesis draws; runs where torch is installed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_torch_values import assert_equal_values
from tests.torch_values import networks, techniques, transformers

torch = pytest.importorskip(
    "torch", reason="runs where torch is installed: pip install -r benchmarks/requirements.txt"
)
pytestmark = pytest.mark.torch

few, size, flag = st.integers(1, 4), st.integers(1, 9), st.booleans()
seeds = st.integers(0, 9999)
live = settings(deadline=None, max_examples=60)


def compare(module, case, seed, *sizes):
    inputs, outputs = case(torch, np.random.default_rng(seed), *sizes)
    assert_equal_values(module, f"sizes {sizes}", inputs, outputs)


@live
@given(seeds, few, few, st.tuples(size, size), few, st.tuples(few, few), few, st.integers(0, 2))
def test_convolution(seed, N, C, image, F, kernel, stride, pad):
    image = tuple(max(n, k - 2 * pad) for n, k in zip(image, kernel, strict=True))
    compare("convolution", networks.convolution_case, seed, N, C, image, F, kernel, stride, pad)


@live
@given(seeds, few, few, st.tuples(size, size), few, few, flag)
def test_pooling(seed, N, C, image, window, stride, ties):
    image = tuple(max(n, window) for n in image)
    compare("pooling", networks.pooling_case, seed, N, C, image, window, stride, ties)


@live
@given(seeds, st.lists(few, min_size=1, max_size=3), size, few)
def test_embedding(seed, shape, V, D):
    compare("embedding", networks.embedding_case, seed, shape, V, D)


@pytest.mark.parametrize("name", networks.KINDS)
@live
@given(seed=seeds, N=few, T=size, D=few, H=few)
def test_recurrent(name, seed, N, T, D, H):
    compare(name, networks.recurrent_case, seed, *networks.KINDS[name], N, T, D, H)


@live
@given(seeds, few, few, size, st.floats(0, 1))
def test_temporal_cross_entropy(seed, N, T, V, share):
    compare("temporal_cross_entropy", networks.temporal_case, seed, N, T, V, share)


@live
@given(seeds, st.lists(few, max_size=2), size, size, few, few, flag)
def test_attention(seed, leading, Tq, Tk, d, dv, causal):
    compare("attention", transformers.attention_case, seed, leading, Tq, Tk, d, dv, causal)


@live
@given(seeds, few, size, few, few, flag)
def test_multi_head(seed, N, T, heads, d, causal):
    compare("multi_head", transformers.heads_case, seed, N, T, heads * d, heads, causal)


@live
@given(seeds, few, size, few, st.integers(2, 4), size, flag)
def test_transformer(seed, N, T, heads, d, hidden, causal):
    compare("transformer", transformers.block_case, seed, N, T, heads * d, heads, hidden, causal)


@live
@given(seeds, st.integers(2, 6), few, flag, flag, flag, st.floats(0, 0.99))
def test_batch_norm(seed, N, C, images, train, constant, momentum):
    shape = (N, C, 3, 2) if images else (N, C)
    compare("batch_norm", techniques.batch_norm_case, seed, shape, train, momentum, 1e-3, constant)
