"""Max pooling and global average pooling (chapter 7)."""

import numpy as np

from dlutils.convolution import conv_output_size
from dlutils.layers import Layer
from dlutils.rules import whole
from dlutils.shapes import shapes


@shapes(x="N C H W", size=whole(1), stride=whole(1))
def max_pool2d_forward_naive(x, size, stride):
    """Largest number in each size x size window: x (N, C, H, W) -> y (N, C, Ho, Wo), cache.

    Windows start every `stride` pixels; what is left over at the bottom and the right is not seen.
    """
    N, C, height, width = x.shape
    out_height = conv_output_size(height, size, stride, 0)
    out_width = conv_output_size(width, size, stride, 0)
    y = np.zeros((N, C, out_height, out_width), x.dtype)
    for i in range(out_height):
        for j in range(out_width):
            top, left = i * stride, j * stride
            y[:, :, i, j] = x[:, :, top : top + size, left : left + size].max(axis=(2, 3))
    return y, (x, size, stride)


@shapes(cache="N C H W,", dy="N C Ho Wo")
def max_pool2d_backward_naive(dy, cache):
    """Gradient of max pooling: dy (N, C, Ho, Wo) -> dx (N, C, H, W).

    All of dy goes to the window's maximum, the first in reading order where several tie. A pixel
    that wins in several overlapping windows collects the sum.
    """
    x, size, stride = cache
    dx = np.zeros(x.shape, dy.dtype)
    for n, c, i, j in np.ndindex(dy.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + size, left : left + size]
        row, column = np.unravel_index(np.argmax(window), window.shape)
        dx[n, c, top + row, left + column] += dy[n, c, i, j]
    return dx


@shapes(x="N C H W", size=whole(1), stride=whole(1))
def max_pool2d_forward(x, size, stride):
    """`max_pool2d_forward_naive` by slices: the first pixel of all windows, the second, ...

    Each slice is copied once, which makes the comparisons that follow run over plain memory. The
    cache holds, for each pixel of the window, where it is the first maximum: the last pixel that is
    larger than all before it.
    """
    first, *others = _window_slices(x.shape, size, stride)
    y, larger = x[first].copy("K"), []
    for index in others:
        pixel = x[index].copy("K")
        larger.append(pixel > y)
        np.maximum(y, pixel, out=y)
    hits, waiting = [], np.ones_like(y, dtype=bool)
    for hit in reversed(larger):
        hit &= waiting
        waiting ^= hit
        hits.append(hit)
    hits.append(waiting)
    return y, (y.shape, hits[::-1], x.shape, size, stride)


@shapes(cache="N C Ho Wo,", dy="N C Ho Wo")
def max_pool2d_backward(dy, cache):
    """Gradient of `max_pool2d_forward`: dy (N, C, Ho, Wo) -> dx (N, C, H, W)."""
    _, hits, x_shape, size, stride = cache
    given, dy = dy, np.empty_like(hits[0], dtype=dy.dtype)
    dy[...] = given  # in the hits' memory layout, or the products below would jump about
    every_pixel_once = stride == size and all(n % size == 0 for n in x_shape[2:])
    make = np.empty_like if every_pixel_once else np.zeros_like
    dx = make(dy, shape=x_shape)
    for index, hit in zip(_window_slices(x_shape, size, stride), hits, strict=True):
        if stride < size:
            dx[index] += dy * hit
        else:
            np.multiply(dy, hit, out=dx[index])
    return dx


def _window_slices(shape, size, stride):
    """One index per pixel of a window, in reading order; x[index] is that pixel of all windows."""
    _, _, height, width = shape
    bottom = stride * conv_output_size(height, size, stride, 0)
    right = stride * conv_output_size(width, size, stride, 0)
    return [
        (..., slice(i, i + bottom, stride), slice(j, j + right, stride))
        for i in range(size)
        for j in range(size)
    ]


@shapes(x="N C H! W!")
def global_average_pool_forward(x):
    """Mean of every channel over the image: x (N, C, H, W) -> y (N, C), cache."""
    return x.mean(axis=(2, 3)), x.shape


@shapes(cache="N C H W", dy="N C")
def global_average_pool_backward(dy, cache):
    """Gradient of the mean, dy / (H W) at every pixel: dy (N, C) -> dx (N, C, H, W)."""
    _, _, height, width = cache
    return np.broadcast_to((dy / (height * width))[:, :, None, None], cache).copy()


class MaxPool2d(Layer):
    """Largest number per window: x (N, C, H, W), y (N, C, Ho, Wo); by default stride is size."""

    @shapes(size=whole(1), stride=whole(1))
    def __init__(self, size, stride=None):
        self.size, self.stride = size, size if stride is None else stride

    def forward(self, x):
        y, self.cache = max_pool2d_forward(x, self.size, self.stride)
        return y

    def backward(self, dy):
        return max_pool2d_backward(dy, self.cache)


class GlobalAveragePool(Layer):
    """Mean of every channel: x (N, C, H, W), y (N, C)."""

    def forward(self, x):
        y, self.cache = global_average_pool_forward(x)
        return y

    def backward(self, dy):
        return global_average_pool_backward(dy, self.cache)
