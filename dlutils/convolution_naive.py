"""Convolution as one writes it down: a loop over output positions (chapter 7).

The same results, many times faster, come from `conv2d_forward` and `conv2d_backward`.
"""

import numpy as np

from dlutils.convolution import conv_output_size
from dlutils.rules import whole
from dlutils.shapes import shapes


@shapes(x="N! C H W", kh=whole(1), kw=whole(1), stride=whole(1), pad=whole(0))
def im2col_naive(x, kh, kw, stride, pad):
    """Every window that a kernel sees, as a row: x (N, C, H, W) -> (N Ho Wo, C kh kw).

    Rows run over samples, then output rows, then output columns; within a row, over channels, then
    kernel rows, then kernel columns. `pad` zeros surround each image.
    """
    N, _, height, width = x.shape
    out_height = conv_output_size(height, kh, stride, pad)
    out_width = conv_output_size(width, kw, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = []
    for n in range(N):
        for i in range(out_height):
            for j in range(out_width):
                top, left = i * stride, j * stride
                windows.append(padded[n, :, top : top + kh, left : left + kw].ravel())
    return np.stack(windows)


@shapes(x="N C H W", W="F C kh kw", b="F", stride=whole(1), pad=whole(0))
def conv2d_forward_naive(x, W, b, stride, pad):
    """F kernels slide over padded images: x (N, C, H, W), W (F, C, kh, kw), b (F,) -> y, cache.

    y[n, f, i, j] = b[f] + sum_cuv W[f, c, u, v] padded[n, c, i stride + u, j stride + v]: a kernel
    is not flipped. y is (N, F, Ho, Wo), with `conv_output_size` in either direction.
    """
    N, _, height, width = x.shape
    F, _, kh, kw = W.shape
    out_height = conv_output_size(height, kh, stride, pad)
    out_width = conv_output_size(width, kw, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    y = np.zeros((N, F, out_height, out_width), np.result_type(x, W, b))
    for i in range(out_height):
        for j in range(out_width):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + kh, left : left + kw]
            y[:, :, i, j] = np.einsum("ncuv,fcuv->nf", window, W) + b
    return y, (padded, W, stride, pad)


@shapes(cache="N C Hp Wp, F C kh kw", dy="N F Ho Wo")
def conv2d_backward_naive(dy, cache):
    """Gradients of convolution: dy (N, F, Ho, Wo) -> dx (N, C, H, W), dW (F, C, kh, kw), db (F,).

    Each output position sends its gradient back to the window it saw; where windows overlap, the
    contributions add up.
    """
    padded, W, stride, pad = cache
    _, _, kh, kw = W.shape
    _, _, padded_height, padded_width = padded.shape
    dpadded, dW = np.zeros(padded.shape, dy.dtype), np.zeros(W.shape, dy.dtype)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + kh, left : left + kw]
            dW += np.einsum("nf,ncuv->fcuv", dy[:, :, i, j], window)
            dwindow = np.einsum("nf,fcuv->ncuv", dy[:, :, i, j], W)
            dpadded[:, :, top : top + kh, left : left + kw] += dwindow
    dx = dpadded[:, :, pad : padded_height - pad, pad : padded_width - pad]
    return dx, dW, dy.sum(axis=(0, 2, 3))
