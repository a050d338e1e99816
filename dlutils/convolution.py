"""Convolution: sizes and costs (chapter 7), and a fast form with one matrix product per pass.

The fast form works batch-last, on (C, H, W, N): a window's pixels are then long contiguous runs
over the batch. The public layout stays (N, C, H, W), only the strides of y and dx are batch-last,
so a chain of such layers never rearranges its data.
"""

import numpy as np

from dlutils.initializers import he_init
from dlutils.layers import Layer
from dlutils.rules import Rule, generator, whole
from dlutils.shapes import refuses, shapes


@shapes(size=whole(0), kernel=whole(1), stride=whole(1), pad=whole(0))
def conv_output_size(size, kernel, stride, pad):
    """Positions of a kernel along one axis, floor((size + 2 pad - kernel) / stride) + 1 -> int.

    Raises ValueError where the kernel does not fit into the padded input even once.
    """
    positions = (size + 2 * pad - kernel) // stride + 1
    if positions < 1:
        raise ValueError(
            f"conv_output_size: a kernel of {kernel} must fit into size {size} with pad {pad}"
        )
    return positions


def _not_pairs(layers):
    for given in layers:
        if not _is_kernel(given) or np.ndim(given) == 0:
            return f"layers must hold pairs of whole numbers, (kernel, stride), got {given!s:.40}"
    return None


@refuses(_not_pairs)
def receptive_field(layers):
    """Input pixels, along one axis, that one output sees: layers [(kernel, stride), ...] -> int.

    A kernel adds kernel - 1 steps; a step is as many pixels as the strides before it multiply to.
    """
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


@shapes(x_shape="N C H W", W_shape="F C kh kw", stride=whole(1), pad=whole(0))
def count_multiply_adds(x_shape, W_shape, stride, pad):
    """Multiplications (each with its addition) of a convolution, N F Ho Wo C kh kw -> int.

    x_shape is (N, C, H, W), W_shape (F, C, kh, kw); products with padded zeros count too.
    """
    N, C, height, width = x_shape
    F, _, kh, kw = W_shape
    out_height = conv_output_size(height, kh, stride, pad)
    out_width = conv_output_size(width, kw, stride, pad)
    return N * F * out_height * out_width * C * kh * kw


@shapes(x="N! C! H W", W="F C kh kw float", b="F", stride=whole(1), pad=whole(0))
def conv2d_forward(x, W, b, stride, pad):
    """`conv2d_forward_naive` with one matrix product: x (N, C, H, W) -> y (N, F, Ho, Wo), cache.

    W is (F, C, kh, kw), b (F,). Every kernel meets every window in one product, W (F, C kh kw) @
    columns (C kh kw, Ho Wo N).
    """
    F, C, kh, kw = W.shape
    columns = _columns(x, kh, kw, stride, pad)  # (C, kh, kw, Ho, Wo, N)
    y = W.reshape(F, -1) @ columns.reshape(C * kh * kw, -1)
    y += b[:, None]
    y = y.reshape(F, *columns.shape[3:])
    return y.transpose(3, 0, 1, 2), (columns, x.shape, W, stride, pad)  # (N, F, Ho, Wo)


@shapes(cache="C kh kw Ho Wo N, N C H W, F C kh kw", dy="N F Ho Wo")
def conv2d_backward(dy, cache):
    """Gradients of `conv2d_forward`: dy (N, F, Ho, Wo) -> dx (N, C, H, W), dW, db (F,)."""
    columns, x_shape, W, stride, pad = cache
    dy = _batch_last(dy)
    dcolumns = W.reshape(len(W), -1).T @ dy.transpose(1, 2, 3, 0).reshape(len(W), -1)
    dx = _add_columns(dcolumns.reshape(columns.shape), x_shape, stride, pad)
    return dx, *conv2d_backward_params(dy, cache)


@shapes(cache="C kh kw Ho Wo N, N C H W, F C kh kw", dy="N F Ho Wo")
def conv2d_backward_params(dy, cache):
    """`conv2d_backward` without dx, which a model's first layer does not need -> dW, db."""
    columns, _, W, _, _ = cache
    dy = dy.transpose(1, 2, 3, 0).reshape(len(W), -1)  # (F, Ho Wo N)
    dW = dy @ columns.reshape(-1, dy.shape[1]).T
    return dW.reshape(W.shape), dy.sum(axis=1)


def _batch_last(images):
    """The same (N, C, H, W) with the batch innermost in memory; no copy where it is already.

    First whole rows move, then each (N, W) block is turned, which fits into the cache. In one step,
    images of 2^k numbers would all compete for the same few cache lines.
    """
    if images.strides[0] == images.itemsize:
        return images
    rows = images.transpose(1, 2, 0, 3).copy()  # (C, H, N, W)
    return rows.transpose(0, 1, 3, 2).copy().transpose(3, 0, 1, 2)


def _columns(x, kh, kw, stride, pad):
    """All windows, one copy per pixel of the kernel: (N, C, H, W) -> (C, kh, kw, Ho, Wo, N)."""
    N, C, height, width = x.shape
    out_height = conv_output_size(height, kh, stride, pad)
    out_width = conv_output_size(width, kw, stride, pad)
    padded = np.zeros((C, height + 2 * pad, width + 2 * pad, N), x.dtype)
    padded[:, pad : pad + height, pad : pad + width] = _batch_last(x).transpose(1, 2, 3, 0)
    columns = np.empty((C, kh, kw, out_height, out_width, N), x.dtype)
    for i, j in np.ndindex(kh, kw):
        rows = slice(i, i + stride * out_height, stride)
        columns[:, i, j] = padded[:, rows, j : j + stride * out_width : stride]
    return columns


def _add_columns(columns, x_shape, stride, pad):
    """The transpose of `_columns`: what each window holds is added where it came from."""
    N, C, height, width = x_shape
    _, kh, kw, out_height, out_width, _ = columns.shape
    padded = np.zeros((C, height + 2 * pad, width + 2 * pad, N), columns.dtype)
    for i, j in np.ndindex(kh, kw):
        rows = slice(i, i + stride * out_height, stride)
        padded[:, rows, j : j + stride * out_width : stride] += columns[:, i, j]
    return padded[:, pad : pad + height, pad : pad + width].transpose(3, 0, 1, 2)


def _is_kernel(kernel):
    sizes = (kernel, kernel) if np.ndim(kernel) == 0 else tuple(kernel)
    return len(sizes) == 2 and all(map(whole(1).holds, sizes))


class Conv2d(Layer):
    """Convolution: x (N, C, H, W), W (F, C, kh, kw), b (F,), y (N, F, Ho, Wo).

    `kernel` is one number or (kh, kw). `init` is called with C kh kw, what a number of y reads, and
    F: for xavier_init, F stands in place of the F kh kw numbers that read a number of x.
    """

    params = ("W", "b")

    @shapes(
        n_in=whole(1),
        n_out=whole(1),
        kernel=Rule("be a whole number or two, at least 1", _is_kernel),
        rng=generator,
        stride=whole(1),
        pad=whole(0),
    )
    def __init__(self, n_in, n_out, kernel, rng, stride=1, pad=0, dtype=np.float32, init=he_init):
        kh, kw = (kernel, kernel) if np.ndim(kernel) == 0 else kernel
        W = init(n_in * kh * kw, n_out, rng).astype(dtype)
        self.W = W.T.reshape(n_out, n_in, kh, kw)
        self.b = np.zeros(n_out, dtype)
        self.stride, self.pad = stride, pad

    def forward(self, x):
        y, self.cache = conv2d_forward(x, self.W, self.b, self.stride, self.pad)
        return y

    def backward(self, dy):
        dx, self.dW, self.db = conv2d_backward(dy, self.cache)
        return dx

    def backward_params(self, dy):
        self.dW, self.db = conv2d_backward_params(dy, self.cache)
