"""Cases for attention, layer norm and transformer blocks: what the test cells rely on."""

import numpy as np
import pytest

import dlutils as dl
from dlutils import checks


@pytest.mark.parametrize("sizes", [((), 3, 2, 4), ((2,), 4, 5, 3), ((2, 3), 1, 6, 2)])
def test_masks_of_attention_cases_keep_a_key_for_every_query(sizes):
    mask = checks.attention_case(*sizes, True).arguments["mask"]
    assert mask.dtype == bool and mask.shape == sizes[1:3] and mask.any(axis=1).all()
    assert checks.attention_case(*sizes).arguments["mask"] is None


def test_equal_sizes_give_equal_numbers_and_dy_comes_first():
    one, other = (checks.attention_case((2,), 3, 5, 4, back=True).arguments for _ in range(2))
    assert list(one) == ["dy", "q", "k", "v", "mask"]
    np.testing.assert_array_equal(one["dy"], other["dy"])
    assert list(checks.norm_case(2, 3, back=True).arguments) == ["dy", "x", "gamma", "beta"]


def test_a_lookup_shows_the_weights():
    case = checks.lookup_case(2.0, [0, 1, 2])
    y, _ = dl.attention_forward(**case.arguments)
    np.testing.assert_allclose(y, [[0.0900, 0.2447, 0.6652, 0]], atol=1e-4)


def test_the_unit_block_is_the_example_of_the_text():
    case = checks.unit_block_case(np.array([[[1.0, 3.0]]]))
    np.testing.assert_allclose(dl.transformer_block(**case.arguments), [[[0.5, 5]]], atol=1e-4)


def test_blocks_and_heads_take_their_sizes():
    case = checks.block_case(2, 3, 4, 5, 2)
    assert dl.transformer_block(**case.arguments).shape == (2, 3, 4)
    assert case.arguments["params"]["W1"].shape == (4, 5)
    assert dl.multi_head_attention(**checks.heads_case(3, 1, 6, 2).arguments).shape == (3, 1, 6)
