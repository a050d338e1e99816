"""Convolution: sizes, the readable form, the fast form, and laws that hold for both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@st.composite
def convolutions(draw):
    """(x, W, b, stride, pad) of drawn sizes in which the kernel fits."""
    N, C, F = (draw(st.integers(1, 3)) for _ in range(3))
    kh, kw, stride = (draw(st.integers(1, 3)) for _ in range(3))
    pad = draw(st.integers(0, 2))
    height = draw(st.integers(max(1, kh - 2 * pad), 7))
    width = draw(st.integers(max(1, kw - 2 * pad), 7))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    x, W = rng.normal(size=(N, C, height, width)), rng.normal(size=(F, C, kh, kw))
    return x, W, rng.normal(size=F), stride, pad


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad", "expected"),
    [(28, 3, 1, 1, 28), (28, 2, 2, 0, 14), (7, 3, 2, 0, 3), (8, 3, 2, 0, 3), (5, 5, 4, 0, 1)],
)
def test_output_size(size, kernel, stride, pad, expected):
    assert dl.conv_output_size(size, kernel, stride, pad) == expected


def test_a_kernel_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="kernel of 5 must fit into size 2 with pad 1"):
        dl.conv_output_size(2, 5, 1, 1)


def test_receptive_field_grows_with_the_strides_before():
    assert dl.receptive_field([]) == 1
    assert dl.receptive_field([(3, 1), (3, 1)]) == 5
    assert dl.receptive_field([(3, 1), (2, 2), (3, 1), (2, 2)]) == 10


def test_multiply_adds_are_counted_from_both_shapes():
    assert dl.count_multiply_adds((2, 3, 8, 6), (4, 3, 3, 2), 1, 0) == 2 * 4 * 6 * 5 * 3 * 3 * 2


def test_a_small_example_by_hand():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    W = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])  # not symmetric: a flipped kernel would differ
    for forward in (dl.conv2d_forward, dl.conv2d_forward_naive):
        y, _ = forward(x, W, np.array([0.5]), 1, 0)
        np.testing.assert_array_equal(y, [[[[-1.5, 0.5], [4.5, 6.5]]]])


def test_im2col_rows_are_windows_channel_by_channel():
    x = np.arange(2 * 2 * 2 * 3.0).reshape(2, 2, 2, 3)
    columns = dl.im2col_naive(x, 2, 2, 1, 0)
    assert columns.shape == (2 * 1 * 2, 2 * 2 * 2)
    np.testing.assert_array_equal(columns[1], [1, 2, 4, 5, 7, 8, 10, 11])


@given(convolutions())
def test_im2col_makes_convolution_a_matrix_product(case):
    x, W, b, stride, pad = case
    y, _ = dl.conv2d_forward_naive(*case)
    columns = dl.im2col_naive(x, *W.shape[2:], stride, pad)
    product = columns @ W.reshape(len(W), -1).T + b
    np.testing.assert_allclose(product, y.transpose(0, 2, 3, 1).reshape(-1, len(W)), atol=1e-12)


@given(convolutions())
def test_the_fast_form_equals_the_readable_one(case):
    y, cache = dl.conv2d_forward(*case)
    expected, expected_cache = dl.conv2d_forward_naive(*case)
    np.testing.assert_allclose(y, expected, atol=1e-12)
    dy = normal(*y.shape)
    gradients = dl.conv2d_backward(dy, cache)
    for gradient, other in zip(
        gradients, dl.conv2d_backward_naive(dy, expected_cache), strict=True
    ):
        np.testing.assert_allclose(gradient, other, atol=1e-11)


@given(convolutions(), st.floats(-3, 3))
def test_convolution_is_linear_in_x_and_in_W(case, a):
    x, W, b, stride, pad = case
    other_x, other_W = normal(*x.shape, seed=1), normal(*W.shape, seed=2)
    zero = np.zeros_like(b)

    def conv(x, W):
        return dl.conv2d_forward(x, W, zero, stride, pad)[0]

    np.testing.assert_allclose(
        conv(x + a * other_x, W), conv(x, W) + a * conv(other_x, W), atol=1e-10
    )
    np.testing.assert_allclose(
        conv(x, W + a * other_W), conv(x, W) + a * conv(x, other_W), atol=1e-10
    )


@given(convolutions())
def test_backward_is_the_transpose_of_forward(case):
    """<conv(x), dy> = <x, dx>: what makes dx the gradient of a linear map."""
    x, W, b, stride, pad = case
    y, cache = dl.conv2d_forward(x, W, np.zeros_like(b), stride, pad)
    dy = normal(*y.shape)
    dx, dW, db = dl.conv2d_backward(dy, cache)
    assert np.sum(y * dy) == pytest.approx(np.sum(x * dx), abs=1e-9)
    assert np.sum(y * dy) == pytest.approx(np.sum(W * dW), abs=1e-9)
    np.testing.assert_allclose(db, dy.sum(axis=(0, 2, 3)), atol=1e-12)


def test_a_shifted_image_gives_a_shifted_feature_map():
    x, W, b = normal(1, 2, 6, 9), normal(3, 2, 3, 3), normal(3)
    y, _ = dl.conv2d_forward(x, W, b, 1, 0)
    shifted, _ = dl.conv2d_forward(x[:, :, :, 2:], W, b, 1, 0)
    np.testing.assert_allclose(shifted, y[:, :, :, 2:], atol=1e-12)


def test_feature_maps_lie_batch_last_in_memory_and_any_layout_is_read():
    x, W, b = normal(4, 2, 5, 6), normal(3, 2, 3, 3), normal(3)
    y, cache = dl.conv2d_forward(x, W, b, 1, 1)
    assert y.transpose(1, 2, 3, 0).flags.c_contiguous
    dy = normal(*y.shape)
    again, again_cache = dl.conv2d_forward(np.asfortranarray(x), W, b, 1, 1)
    np.testing.assert_array_equal(again, y)
    gradients = dl.conv2d_backward(np.asfortranarray(dy), again_cache)
    for gradient, other in zip(gradients, dl.conv2d_backward(dy, cache), strict=True):
        np.testing.assert_array_equal(gradient, other)


def test_wrong_shapes_are_refused_in_one_sentence():
    x, W, b = normal(2, 3, 5, 5), normal(4, 2, 3, 3), normal(4)
    for forward in (dl.conv2d_forward, dl.conv2d_forward_naive):
        with pytest.raises(ValueError, match=r"W must have shape \(F, C, kh, kw\) with .*C = 3"):
            forward(x, W, b, 1, 0)


@pytest.mark.parametrize("options", [{"stride": 0}, {"pad": -1}])
def test_the_layer_refuses_impossible_strides_and_pads(options):
    with pytest.raises(ValueError, match=r"Conv2d: (stride|pad) must be a whole number, at least"):
        dl.Conv2d(1, 2, 3, np.random.default_rng(0), **options)


def test_the_layer_takes_one_kernel_size_or_two():
    rng = np.random.default_rng(0)
    assert dl.Conv2d(2, 4, 3, rng).W.shape == (4, 2, 3, 3)
    assert dl.Conv2d(2, 4, (1, 5), rng).W.shape == (4, 2, 1, 5)
