"""Mistakes of chapter 7: sizes and counts, windows that slide, pooling, and their gradients."""

import math

import numpy as np

from dlutils import (
    conv2d_backward_naive,
    conv2d_forward_naive,
    conv_output_size,
    im2col_naive,
    max_pool2d_backward_naive,
    max_pool2d_forward_naive,
)
from dlutils.mistakes import mistake


def _padded(x, pad, **mode):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), **mode)


def _sizes(x, kh, kw, stride, pad):
    return conv_output_size(x.shape[2], kh, stride, pad), conv_output_size(
        x.shape[3], kw, stride, pad
    )


def _refused(positions):
    if positions < 1:
        raise ValueError("the kernel does not fit")
    return positions


@mistake("conv_output_size", "the + 1 is missing: the first position counts too")
def without_one(size, kernel, stride, pad):
    return _refused((size + 2 * pad - kernel) // stride)


@mistake("conv_output_size", "pad is added once instead of on both sides")
def pad_on_one_side(size, kernel, stride, pad):
    return _refused((size + pad - kernel) // stride + 1)


@mistake("conv_output_size", "pad is left out")
def without_pad(size, kernel, stride, pad):
    return _refused((size - kernel) // stride + 1)


@mistake("conv_output_size", "stride is left out")
def without_stride(size, kernel, stride, pad):
    return _refused(size + 2 * pad - kernel + 1)


@mistake("conv_output_size", "the division is rounded up: a window that does not fit is counted")
def rounded_up(size, kernel, stride, pad):
    return _refused(math.ceil((size + 2 * pad - kernel) / stride) + 1)


@mistake("conv_output_size", "the division is not rounded down")
def not_rounded(size, kernel, stride, pad):
    return _refused((size + 2 * pad - kernel) / stride + 1)


@mistake("conv_output_size", "the 1 is added before the division by the stride")
def one_inside(size, kernel, stride, pad):
    return _refused((size + 2 * pad - kernel + 1) // stride)


@mistake("conv_output_size", "nothing is raised where the kernel does not fit")
def never_raises(size, kernel, stride, pad):
    return (size + 2 * pad - kernel) // stride + 1


@mistake("conv_output_size", "a result below 1 is made a 1 instead of being refused")
def at_least_one(size, kernel, stride, pad):
    return max(1, (size + 2 * pad - kernel) // stride + 1)


@mistake("conv_output_size", "only results below 0 are refused, and 0 is returned")
def zero_is_let_through(size, kernel, stride, pad):
    positions = (size + 2 * pad - kernel) // stride + 1
    if positions < 0:
        raise ValueError("the kernel does not fit")
    return positions


@mistake(
    "conv_output_size",
    "int() rounds a negative number towards 0, so that a kernel that is a little too large fits",
)
def truncated(size, kernel, stride, pad):
    return _refused(int((size + 2 * pad - kernel) / stride) + 1)


@mistake("conv_output_size", "a result of 1 is refused as well")
def one_is_refused(size, kernel, stride, pad):
    positions = (size + 2 * pad - kernel) // stride + 1
    if positions <= 1:
        raise ValueError("the kernel does not fit")
    return positions


@mistake("conv_output_size", "the kernel is compared with the size without its padding")
def refused_without_pad(size, kernel, stride, pad):
    if kernel > size:
        raise ValueError("the kernel does not fit")
    return (size + 2 * pad - kernel) // stride + 1


def _convolve(x, W, b, stride, pad, window_of=None, mode=None, answer=None):
    """The reference with one part exchanged: where a window is, what fills the pad, what it says"""
    window_of = window_of or (lambda i, j: (i * stride, j * stride))
    answer = answer or (lambda window: np.einsum("ncuv,fcuv->nf", window, W) + b)
    kh, kw = W.shape[2:]
    out_height, out_width = _sizes(x, kh, kw, stride, pad)
    padded = _padded(x, pad, **(mode or {}))
    y = np.zeros((len(x), len(W), out_height, out_width))
    for i, j in np.ndindex(out_height, out_width):
        top, left = window_of(i, j)
        y[:, :, i, j] = answer(padded[:, :, top : top + kh, left : left + kw])
    return y, (padded, W, stride, pad)


@mistake("conv2d_forward_naive", "the kernel is flipped, as mathematicians define a convolution")
def flipped_kernel(x, W, b, stride, pad):
    return _convolve(x, W[:, :, ::-1, ::-1], b, stride, pad)


@mistake("conv2d_forward_naive", "the bias is missing")
def without_bias(x, W, b, stride, pad):
    return _convolve(x, W, 0 * b, stride, pad)


@mistake("conv2d_forward_naive", "the bias is added once per channel instead of once")
def bias_per_channel(x, W, b, stride, pad):
    return _convolve(x, W, b * x.shape[1], stride, pad)


@mistake("conv2d_forward_naive", "only the first channel is looked at, and the others not added")
def first_channel_only(x, W, b, stride, pad):
    return _convolve(x[:, :1], W[:, :1], b, stride, pad)


@mistake("conv2d_forward_naive", "each channel overwrites the one before instead of being added")
def last_channel_only(x, W, b, stride, pad):
    return _convolve(x[:, -1:], W[:, -1:], b, stride, pad)


@mistake("conv2d_forward_naive", "the products of a window are averaged instead of added up")
def averaged(x, W, b, stride, pad):
    return _convolve(x, W / W[0].size, b, stride, pad)


@mistake("conv2d_forward_naive", "the pad repeats the border's pixels instead of holding zeros")
def edge_padding(x, W, b, stride, pad):
    return _convolve(x, W, b, stride, pad, mode={"mode": "edge"})


@mistake("conv2d_forward_naive", "np.pad(x, pad) pads the samples and the channels too")
def all_axes_padded(x, W, b, stride, pad):
    N, F, (kh, kw) = len(x), len(W), W.shape[2:]
    out_height, out_width = _sizes(x, kh, kw, stride, pad)
    x = np.pad(x, pad)
    y = np.zeros((N, F, out_height, out_width))
    for n, f, i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        window = x[n, :, top : top + kh, left : left + kw]
        y[n, f, i, j] = np.sum(window * W[f]) + b[f]
    return y, (x, W, stride, pad)


@mistake("conv2d_forward_naive", "windows start at i and j instead of at i * stride and j * stride")
def stride_only_in_the_size(x, W, b, stride, pad):
    return _convolve(x, W, b, stride, pad, window_of=lambda i, j: (i, j))


@mistake("conv2d_forward_naive", "the stride is used for rows but not for columns")
def stride_for_rows_only(x, W, b, stride, pad):
    return _convolve(x, W, b, stride, pad, window_of=lambda i, j: (i * stride, j))


@mistake("conv2d_forward_naive", "the kernel's height is used for its width too")
def square_kernels_only(x, W, b, stride, pad):
    kh = W.shape[2]
    out_height, out_width = _sizes(x, kh, kh, stride, pad)
    padded = _padded(x, pad)
    y = np.zeros((len(x), len(W), out_height, out_width))
    for i, j in np.ndindex(out_height, out_width):
        top, left = i * stride, j * stride
        window = padded[:, :, top : top + kh, left : left + kh]
        y[:, :, i, j] = np.tensordot(window, W, axes=((1, 2, 3), (1, 2, 3))) + b
    return y, (padded, W, stride, pad)


@mistake("conv2d_forward_naive", "the map's height is computed from the width, and the reverse")
def height_and_width_swapped(x, W, b, stride, pad):
    y, cache = conv2d_forward_naive(x, W, b, stride, pad)
    return y.swapaxes(2, 3), cache


@mistake("conv2d_forward_naive", "the last row and the last column of the map are never computed")
def one_position_short(x, W, b, stride, pad):
    y, cache = conv2d_forward_naive(x, W, b, stride, pad)
    y[:, :, -1], y[:, :, :, -1] = 0, 0
    return y, cache


@mistake("conv2d_forward_naive", "the maps come last, y (N, Ho, Wo, F)")
def channels_last(x, W, b, stride, pad):
    y, cache = conv2d_forward_naive(x, W, b, stride, pad)
    return y.transpose(0, 2, 3, 1), cache


@mistake("conv2d_forward_naive", "the first image's map is given to all images")
def first_image_for_all(x, W, b, stride, pad):
    y, cache = conv2d_forward_naive(x, W, b, stride, pad)
    return np.repeat(y[:1], len(x), axis=0), cache


@mistake("conv2d_forward_naive", "only y is returned, without the cache")
def without_cache(x, W, b, stride, pad):
    return conv2d_forward_naive(x, W, b, stride, pad)[0]


def _work(x_shape, W_shape, stride, pad):
    N, C, height, width = x_shape
    F, _, kh, kw = W_shape
    out_height = conv_output_size(height, kh, stride, pad)
    return N, C, F, kh, kw, out_height, conv_output_size(width, kw, stride, pad)


@mistake("count_multiply_adds", "the channels are left out: a kernel reaches through all of them")
def work_of_one_channel(x_shape, W_shape, stride, pad):
    N, _, F, kh, kw, out_height, out_width = _work(x_shape, W_shape, stride, pad)
    return N * F * out_height * out_width * kh * kw


@mistake("count_multiply_adds", "the kernels are counted twice: F outputs of F kernels each")
def work_of_all_kernels_everywhere(x_shape, W_shape, stride, pad):
    N, C, F, kh, kw, out_height, out_width = _work(x_shape, W_shape, stride, pad)
    return N * F * out_height * out_width * F * C * kh * kw


@mistake("count_multiply_adds", "one image is counted instead of all N")
def work_of_one_image(x_shape, W_shape, stride, pad):
    _, C, F, kh, kw, out_height, out_width = _work(x_shape, W_shape, stride, pad)
    return F * out_height * out_width * C * kh * kw


@mistake("count_multiply_adds", "the positions are counted on the input, not on the output")
def work_at_every_pixel(x_shape, W_shape, stride, pad):
    N, C, height, width = x_shape
    F, _, kh, kw = W_shape
    return N * F * height * width * C * kh * kw


@mistake("count_multiply_adds", "multiplications and additions are counted separately")
def work_counted_twice(x_shape, W_shape, stride, pad):
    N, C, F, kh, kw, out_height, out_width = _work(x_shape, W_shape, stride, pad)
    return 2 * N * F * out_height * out_width * C * kh * kw


@mistake("count_multiply_adds", "the biases are counted as well")
def work_with_biases(x_shape, W_shape, stride, pad):
    N, C, F, kh, kw, out_height, out_width = _work(x_shape, W_shape, stride, pad)
    return N * F * out_height * out_width * (C * kh * kw + 1)


@mistake("count_multiply_adds", "the kernel's height is used for its width too")
def work_of_square_kernels(x_shape, W_shape, stride, pad):
    N, C, F, kh, _, out_height, out_width = _work(x_shape, W_shape, stride, pad)
    return N * F * out_height * out_width * C * kh * kh


@mistake("count_multiply_adds", "the weights are counted once, not once per position")
def weights_counted(x_shape, W_shape, stride, pad):
    return x_shape[0] * math.prod(W_shape)


@mistake("count_multiply_adds", "the padding is left out of the output's size")
def work_without_pad(x_shape, W_shape, stride, pad):
    N, C, F, kh, kw, out_height, out_width = _work(x_shape, W_shape, stride, 0)
    return N * F * out_height * out_width * C * kh * kw


@mistake("count_multiply_adds", "the stride is left out of the output's size")
def work_without_stride(x_shape, W_shape, stride, pad):
    N, C, F, kh, kw, out_height, out_width = _work(x_shape, W_shape, 1, pad)
    return N * F * out_height * out_width * C * kh * kw


def _windows(x, kh, kw, stride, pad, **mode):
    """(N, Ho, Wo, C, kh, kw)"""
    padded = _padded(x, pad, **mode)
    view = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))
    return view[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)


@mistake("im2col_naive", "within a row the channels run fastest instead of slowest")
def channels_fastest(x, kh, kw, stride, pad):
    windows = _windows(x, kh, kw, stride, pad).transpose(0, 1, 2, 4, 5, 3)
    return windows.reshape(-1, x.shape[1] * kh * kw)


@mistake("im2col_naive", "within a row the kernel's columns run before its rows")
def kernel_columns_first(x, kh, kw, stride, pad):
    windows = _windows(x, kh, kw, stride, pad).swapaxes(4, 5)
    return windows.reshape(-1, x.shape[1] * kh * kw)


@mistake("im2col_naive", "the rows run over the output columns j first, then over the rows i")
def output_columns_first(x, kh, kw, stride, pad):
    windows = _windows(x, kh, kw, stride, pad).swapaxes(1, 2)
    return windows.reshape(-1, x.shape[1] * kh * kw)


@mistake("im2col_naive", "the samples run fastest instead of slowest")
def samples_fastest(x, kh, kw, stride, pad):
    windows = _windows(x, kh, kw, stride, pad).transpose(1, 2, 0, 3, 4, 5)
    return windows.reshape(-1, x.shape[1] * kh * kw)


@mistake("im2col_naive", "the matrix is transposed: windows are its columns")
def windows_as_columns(x, kh, kw, stride, pad):
    return im2col_naive(x, kh, kw, stride, pad).T


@mistake("im2col_naive", "every channel's window is a row of its own")
def a_row_per_channel(x, kh, kw, stride, pad):
    return _windows(x, kh, kw, stride, pad).reshape(-1, kh * kw)


@mistake("im2col_naive", "the samples keep an axis of their own, (N, Ho Wo, C kh kw)")
def three_axes(x, kh, kw, stride, pad):
    return im2col_naive(x, kh, kw, stride, pad).reshape(len(x), -1, x.shape[1] * kh * kw)


@mistake("im2col_naive", "windows start at i and j instead of at i * stride and j * stride")
def windows_without_stride(x, kh, kw, stride, pad):
    out_height, out_width = _sizes(x, kh, kw, stride, pad)
    windows = _windows(x, kh, kw, 1, pad)[:, :out_height, :out_width]
    return windows.reshape(-1, x.shape[1] * kh * kw)


@mistake("im2col_naive", "the pad repeats the border's pixels instead of holding zeros")
def windows_with_edge_padding(x, kh, kw, stride, pad):
    return _windows(x, kh, kw, stride, pad, mode="edge").reshape(-1, x.shape[1] * kh * kw)


@mistake("im2col_naive", "the images are not padded")
def windows_without_pad(x, kh, kw, stride, pad):
    return im2col_naive(x, kh, kw, stride, 0)


@mistake("im2col_naive", "kh and kw are swapped")
def windows_turned(x, kh, kw, stride, pad):
    return im2col_naive(x, kw, kh, stride, pad)


@mistake("im2col_naive", "the last position is left out: a range ends one before its end")
def windows_one_short(x, kh, kw, stride, pad):
    padded = _padded(x, pad)
    rows = []
    for n in range(len(x)):
        for top in range(0, padded.shape[2] - kh, stride):
            for left in range(0, padded.shape[3] - kw, stride):
                rows.append(padded[n, :, top : top + kh, left : left + kw].ravel())
    return np.array(rows)


@mistake("im2col_naive", "only the first sample's windows are returned")
def windows_of_one_sample(x, kh, kw, stride, pad):
    return im2col_naive(x[:1], kh, kw, stride, pad)


def _backward(dy, cache, start=None):
    """dpadded, dW, db as the reference computes them, with one part exchanged."""
    padded, W, stride, _ = cache
    start = start or (lambda i, j: (i * stride, j * stride))
    kh, kw = W.shape[2:]
    dpadded, dW = np.zeros(padded.shape), np.zeros(W.shape)
    for i, j in np.ndindex(dy.shape[2:]):
        top, left = start(i, j)
        part = (..., slice(top, top + kh), slice(left, left + kw))
        dW += np.einsum("nf,ncuv->fcuv", dy[:, :, i, j], padded[part])
        dpadded[part] += np.einsum("nf,fcuv->ncuv", dy[:, :, i, j], W)
    return dpadded, dW, dy.sum(axis=(0, 2, 3))


def _cropped(dpadded, pad):
    return dpadded[:, :, pad : dpadded.shape[2] - pad, pad : dpadded.shape[3] - pad]


@mistake("conv2d_backward_naive", "dx keeps the padded border")
def border_left_on(dy, cache):
    return _backward(dy, cache)


@mistake("conv2d_backward_naive", "dx is cut by [pad:-pad], which leaves nothing when pad is 0")
def cut_to_nothing(dy, cache):
    dpadded, dW, db = _backward(dy, cache)
    pad = cache[3]
    return dpadded[:, :, pad:-pad, pad:-pad], dW, db


@mistake("conv2d_backward_naive", "where windows overlap, dx is overwritten instead of added to")
def overlaps_overwritten(dy, cache):
    padded, W, stride, pad = cache
    kh, kw = W.shape[2:]
    dpadded = np.zeros(padded.shape)
    for i, j in np.ndindex(dy.shape[2:]):
        top, left = i * stride, j * stride
        stamp = np.einsum("nf,fcuv->ncuv", dy[:, :, i, j], W)
        dpadded[:, :, top : top + kh, left : left + kw] = stamp
    return _cropped(dpadded, pad), *_backward(dy, cache)[1:]


@mistake("conv2d_backward_naive", "dW is overwritten at every position instead of added to")
def last_position_only(dy, cache):
    padded, W, stride, _ = cache
    kh, kw = W.shape[2:]
    i, j = dy.shape[2] - 1, dy.shape[3] - 1
    window = padded[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
    dx, _, db = conv2d_backward_naive(dy, cache)
    return dx, np.einsum("nf,ncuv->fcuv", dy[:, :, i, j], window), db


@mistake("conv2d_backward_naive", "the stride is ignored in dW")
def dW_without_stride(dy, cache):
    dx, _, db = conv2d_backward_naive(dy, cache)
    return dx, _backward(dy, cache, start=lambda i, j: (i, j))[1], db


@mistake("conv2d_backward_naive", "the stride is ignored in dx")
def dx_without_stride(dy, cache):
    dpadded, _, _ = _backward(dy, cache, start=lambda i, j: (i, j))
    return _cropped(dpadded, cache[3]), *_backward(dy, cache)[1:]


@mistake("conv2d_backward_naive", "the stride is ignored in dx and dW")
def gradients_without_stride(dy, cache):
    dpadded, dW, db = _backward(dy, cache, start=lambda i, j: (i, j))
    return _cropped(dpadded, cache[3]), dW, db


@mistake(
    "conv2d_backward_naive", "the kernel is flipped in dx: each dy already stamps it unflipped"
)
def dx_with_flipped_kernel(dy, cache):
    padded, W, stride, pad = cache
    dx, _, _ = conv2d_backward_naive(dy, (padded, W[:, :, ::-1, ::-1], stride, pad))
    return dx, *_backward(dy, cache)[1:]


@mistake("conv2d_backward_naive", "db is summed over the samples only, not over the positions")
def db_per_position(dy, cache):
    dx, dW, _ = conv2d_backward_naive(dy, cache)
    return dx, dW, dy.sum(axis=0)


@mistake("conv2d_backward_naive", "db is summed over everything, the maps included")
def db_is_one_number(dy, cache):
    dx, dW, _ = conv2d_backward_naive(dy, cache)
    return dx, dW, dy.sum()


@mistake("conv2d_backward_naive", "db is averaged instead of summed")
def db_averaged(dy, cache):
    dx, dW, _ = conv2d_backward_naive(dy, cache)
    return dx, dW, dy.mean(axis=(0, 2, 3))


@mistake(
    "conv2d_backward_naive",
    "dW and db are divided by N: the mean over the batch is in dy already",
)
def divided_by_batch(dy, cache):
    dx, dW, db = conv2d_backward_naive(dy, cache)
    return dx, dW / len(dy), db / len(dy)


@mistake(
    "conv2d_backward_naive", "only the first kernel's dy reaches dx: the maps are not added up"
)
def dx_of_first_kernel(dy, cache):
    padded, W, stride, pad = cache
    dx, _, _ = conv2d_backward_naive(dy[:, :1], (padded, W[:1], stride, pad))
    return dx, *_backward(dy, cache)[1:]


@mistake(
    "conv2d_backward_naive", "dx is as large as what the windows saw: pixels left over are gone"
)
def dx_too_small(dy, cache):
    dpadded, dW, db = _backward(dy, cache)
    _, W, stride, pad = cache
    bottom = (dy.shape[2] - 1) * stride + W.shape[2]
    right = (dy.shape[3] - 1) * stride + W.shape[3]
    return dpadded[:, :, pad : bottom - pad, pad : right - pad], dW, db


@mistake("conv2d_backward_naive", "dW is computed from the first sample only")
def dW_of_first_sample(dy, cache):
    padded, W, stride, pad = cache
    _, dW, _ = conv2d_backward_naive(dy[:1], (padded[:1], W, stride, pad))
    dx, _, db = conv2d_backward_naive(dy, cache)
    return dx, dW, db


@mistake("conv2d_backward_naive", "the gradients are returned in another order than dx, dW, db")
def other_order(dy, cache):
    dx, dW, db = conv2d_backward_naive(dy, cache)
    return dW, db, dx


@mistake("conv2d_backward_naive", "the kernel's height is used for its width too")
def backward_for_square_kernels(dy, cache):
    padded, W, stride, pad = cache
    kh = W.shape[2]
    dpadded, dW = np.zeros(padded.shape), np.zeros(W.shape)
    for i, j in np.ndindex(dy.shape[2:]):
        top, left = i * stride, j * stride
        window = padded[:, :, top : top + kh, left : left + kh]
        dW += np.einsum("nf,ncuv->fcuv", dy[:, :, i, j], window)
        dpadded[:, :, top : top + kh, left : left + kh] += np.einsum(
            "nf,fcuv->ncuv", dy[:, :, i, j], W
        )
    return _cropped(dpadded, pad), dW, dy.sum(axis=(0, 2, 3))


@mistake("conv2d_backward_naive", "dx is collected in the array that the cache holds")
def overwrites_the_cache(dy, cache):
    padded, _, _, pad = cache
    dpadded, dW, db = _backward(dy, cache)
    padded[...] = dpadded
    return _cropped(padded, pad), dW, db


@mistake("conv2d_backward_naive", "dy itself is changed on the way")
def changes_dy(dy, cache):
    gradients = conv2d_backward_naive(dy, cache)
    dy *= 0
    return gradients


def _pool(x, size, stride, reach, window_of, largest):
    out_height, out_width = _sizes(x, size, size, stride, 0)
    y = np.zeros((*x.shape[:2], out_height, out_width))
    for i, j in np.ndindex(out_height, out_width):
        top, left = window_of(i, j)
        y[:, :, i, j] = largest(x[:, :, top : top + reach, left : left + reach])
    return y, (x, size, stride)


def _largest(window):
    return window.max(axis=(2, 3))


@mistake("max_pool2d_forward_naive", "the mean of each window is taken instead of its maximum")
def mean_pooling(x, size, stride):
    def mean(window):
        return window.mean(axis=(2, 3))

    return _pool(x, size, stride, size, lambda i, j: (i * stride, j * stride), mean)


@mistake(
    "max_pool2d_forward_naive", "the search for the maximum starts at 0: negative ones are lost"
)
def starts_at_zero(x, size, stride):
    y, cache = max_pool2d_forward_naive(x, size, stride)
    return np.maximum(y, 0), cache


@mistake("max_pool2d_forward_naive", "windows start every `size` pixels instead of every `stride`")
def stride_is_size(x, size, stride):
    return max_pool2d_forward_naive(x, size, size)


@mistake("max_pool2d_forward_naive", "windows are `stride` pixels wide instead of `size`")
def size_is_stride(x, size, stride):
    return _pool(x, size, stride, stride, lambda i, j: (i * stride, j * stride), _largest)


@mistake(
    "max_pool2d_forward_naive", "windows start at i and j instead of at i * stride, j * stride"
)
def pooled_without_stride(x, size, stride):
    return _pool(x, size, stride, size, lambda i, j: (i, j), _largest)


@mistake("max_pool2d_forward_naive", "windows that hang over the border are counted too")
def partial_windows(x, size, stride):
    height, width = (max(0, -(-(n - size) // stride)) + 1 for n in x.shape[2:])
    y = np.zeros((*x.shape[:2], height, width))
    for i, j in np.ndindex(height, width):
        top, left = i * stride, j * stride
        window = x[:, :, top : top + size, left : left + size]
        y[:, :, i, j] = window.max(axis=(2, 3), initial=-np.inf)
    return y, (x, size, stride)


@mistake("max_pool2d_forward_naive", "the maximum is taken over the channels too")
def over_channels(x, size, stride):
    y, cache = max_pool2d_forward_naive(x, size, stride)
    return np.broadcast_to(y.max(axis=1, keepdims=True), y.shape), cache


@mistake("max_pool2d_forward_naive", "the maximum is taken over the samples too")
def over_samples(x, size, stride):
    y, cache = max_pool2d_forward_naive(x, size, stride)
    return np.broadcast_to(y.max(axis=0, keepdims=True), y.shape), cache


@mistake("max_pool2d_forward_naive", "the minimum is taken")
def min_pooling(x, size, stride):
    y, cache = max_pool2d_forward_naive(-x, size, stride)
    return -y, cache


@mistake("max_pool2d_forward_naive", "only y is returned, without the cache")
def pooled_without_cache(x, size, stride):
    return max_pool2d_forward_naive(x, size, stride)[0]


def _give(dy, cache, gift):
    """dx into which `gift(window, dy)` is added at every window; `gift` returns the window's dx."""
    x, size, stride = cache
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        part = (n, c, slice(i * stride, i * stride + size), slice(j * stride, j * stride + size))
        dx[part] += gift(x[part], dy[n, c, i, j])
    return dx


def _at(window, index, value):
    given = np.zeros(window.shape)
    given[np.unravel_index(index, window.shape)] = value
    return given


@mistake("max_pool2d_backward_naive", "where several pixels tie, each of them gets all of dy")
def ties_counted_twice(dy, cache):
    return _give(dy, cache, lambda window, given: given * (window == window.max()))


@mistake("max_pool2d_backward_naive", "where several pixels tie, they share dy")
def ties_share(dy, cache):
    def share(window, given):
        winners = window == window.max()
        return given * winners / winners.sum()

    return _give(dy, cache, share)


@mistake(
    "max_pool2d_backward_naive", "where several pixels tie, the last one gets dy, not the first"
)
def last_of_ties(dy, cache):
    def last(window, given):
        return _at(window, window.size - 1 - np.argmax(window[::-1, ::-1]), given)

    return _give(dy, cache, last)


@mistake("max_pool2d_backward_naive", "the first maximum is searched by columns, not by rows")
def first_by_columns(dy, cache):
    return _give(dy, cache, lambda window, given: _at(window.T, np.argmax(window.T), given).T)


@mistake(
    "max_pool2d_backward_naive", "where windows overlap, dx is overwritten instead of added to"
)
def winners_overwritten(dy, cache):
    x, size, stride = cache
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + size, left : left + size]
        row, column = np.unravel_index(np.argmax(window), window.shape)
        dx[n, c, top + row, left + column] = dy[n, c, i, j]
    return dx


@mistake(
    "max_pool2d_backward_naive",
    "each window overwrites what the one before left in their overlap, zeros included",
)
def windows_overwritten(dy, cache):
    x, size, stride = cache
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        part = (n, c, slice(i * stride, i * stride + size), slice(j * stride, j * stride + size))
        dx[part] = _at(x[part], np.argmax(x[part]), dy[n, c, i, j])
    return dx


@mistake("max_pool2d_backward_naive", "dy is spread over the whole window, as in average pooling")
def spread_evenly(dy, cache):
    return _give(dy, cache, lambda window, given: np.full(window.shape, given / window.size))


@mistake("max_pool2d_backward_naive", "the whole window gets dy, not only its maximum")
def spread_fully(dy, cache):
    return _give(dy, cache, lambda window, given: np.full(window.shape, given))


@mistake("max_pool2d_backward_naive", "the maximum's pixel gets 1 instead of dy")
def ones_for_dy(dy, cache):
    return max_pool2d_backward_naive(np.ones_like(dy), cache)


@mistake("max_pool2d_backward_naive", "dy is multiplied by the maximum itself")
def times_the_maximum(dy, cache):
    return _give(dy, cache, lambda w, given: _at(w, np.argmax(w), given * w.max()))


@mistake(
    "max_pool2d_backward_naive", "windows start at i and j instead of at i * stride, j * stride"
)
def winners_without_stride(dy, cache):
    x, size, _ = cache
    return max_pool2d_backward_naive(dy, (x, size, 1))


@mistake(
    "max_pool2d_backward_naive", "the maximum's place in its window is taken for its place in x"
)
def place_in_the_window(dy, cache):
    x, size, stride = cache
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
        row, column = np.unravel_index(np.argmax(window), window.shape)
        dx[n, c, row, column] += dy[n, c, i, j]
    return dx


@mistake("max_pool2d_backward_naive", "x itself is changed while the maximum is searched")
def changes_x(dy, cache):
    dx, (x, _, _) = max_pool2d_backward_naive(dy, cache), cache
    x[...] = np.where(dx != 0, np.inf, x)
    return dx


@mistake("global_average_pool_forward", "the channel is summed, not averaged")
def summed(x):
    return x.sum(axis=(2, 3)), x.shape


@mistake("global_average_pool_forward", "the mean is taken over the channels too")
def mean_over_channels(x):
    return x.mean(axis=(1, 2, 3)), x.shape


@mistake("global_average_pool_forward", "the mean is taken over the samples too")
def mean_over_samples(x):
    return x.mean(axis=(0, 2, 3)), x.shape


@mistake("global_average_pool_forward", "the axes that were averaged are kept, y (N, C, 1, 1)")
def kept_axes(x):
    return x.mean(axis=(2, 3), keepdims=True), x.shape


@mistake("global_average_pool_forward", "the maximum is taken instead of the mean")
def global_max(x):
    return x.max(axis=(2, 3)), x.shape


@mistake("global_average_pool_forward", "the mean is taken along one axis only")
def mean_along_rows(x):
    return x.mean(axis=2), x.shape


@mistake("global_average_pool_forward", "only y is returned, without the cache")
def averaged_without_cache(x):
    return x.mean(axis=(2, 3))


@mistake("global_average_pool_backward", "dy is not divided by the number of pixels")
def not_divided(dy, cache):
    return np.broadcast_to(dy[:, :, None, None], cache).copy()


@mistake("global_average_pool_backward", "dy is divided by the height or the width only")
def divided_by_height(dy, cache):
    return np.broadcast_to(dy[:, :, None, None] / cache[2], cache).copy()


@mistake("global_average_pool_backward", "dy is divided by the number of channels too")
def divided_by_channels(dy, cache):
    _, C, height, width = cache
    return np.broadcast_to(dy[:, :, None, None] / (C * height * width), cache).copy()


@mistake("global_average_pool_backward", "dy is divided by the number of samples too")
def divided_by_samples(dy, cache):
    N, _, height, width = cache
    return np.broadcast_to(dy[:, :, None, None] / (N * height * width), cache).copy()


@mistake("global_average_pool_backward", "only one pixel gets the gradient")
def first_pixel_only(dy, cache):
    dx = np.zeros(cache)
    dx[:, :, 0, 0] = dy / (cache[2] * cache[3])
    return dx


@mistake("global_average_pool_backward", "dx is not spread over the pixels, shape (N, C, 1, 1)")
def not_spread(dy, cache):
    return dy[:, :, None, None] / (cache[2] * cache[3])


@mistake("receptive_field", "each layer adds its whole kernel instead of kernel - 1")
def whole_kernels(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += kernel * step
        step *= stride
    return field


@mistake("receptive_field", "a layer's own stride already counts for its own kernel")
def stride_too_early(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        field += (kernel - 1) * step
    return field


@mistake("receptive_field", "the strides are ignored")
def field_without_strides(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)


@mistake("receptive_field", "only the stride of the layer before counts, not the product of all")
def stride_before_only(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step = stride
    return field


@mistake("receptive_field", "the strides are added up instead of multiplied")
def strides_added(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step += stride
    return field


@mistake("receptive_field", "the layers are taken from last to first")
def layers_reversed(layers):
    field, step = 1, 1
    for kernel, stride in reversed(layers):
        field += (kernel - 1) * step
        step *= stride
    return field


@mistake("receptive_field", "the field starts at 0 instead of 1")
def starts_at_nothing(layers):
    field, step = 0, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


@mistake("receptive_field", "the kernels are multiplied")
def kernels_multiplied(layers):
    return math.prod(kernel for kernel, _ in layers)


@mistake("receptive_field", "the step is returned instead of the field")
def step_returned(layers):
    return math.prod(stride for _, stride in layers)
