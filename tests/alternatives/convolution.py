"""Right answers to chapter 7, written in other ways than the reference."""

import math
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from dlutils import conv_output_size, im2col_naive
from tests.alternatives import alternative


@alternative("conv_output_size")
def floor_of_quotient(size, kernel, stride, pad):
    n = math.floor((size + pad + pad - kernel) / stride) + 1
    if n <= 0:
        raise ValueError
    return n


@alternative("conv_output_size")
def counted(size, kernel, stride, pad):
    starts = range(-pad, size + pad - kernel + 1, stride)
    if not starts:
        raise ValueError("kernel too large")
    return len(starts)


@alternative("conv_output_size")
def with_numpy(size, kernel, stride, pad):
    if size + 2 * pad < kernel:
        raise ValueError(f"{kernel} > {size + 2 * pad}")
    return np.floor_divide(size + 2 * pad - kernel + stride, stride)


@alternative("conv_output_size")
def while_it_fits(size, kernel, stride, pad):
    end, count = kernel, 0
    while end <= size + 2 * pad:
        end += stride
        count += 1
    if count == 0:
        raise ValueError("nothing fits")
    return count


@alternative("count_multiply_adds")
def by_product(x_shape, W_shape, stride, pad):
    places = [(x_shape[k] + 2 * pad - W_shape[k]) // stride + 1 for k in (2, 3)]
    return x_shape[0] * math.prod(W_shape) * math.prod(places)


@alternative("count_multiply_adds")
def by_numpy_product(x_shape, W_shape, stride, pad):
    out = (np.array(x_shape[2:]) + 2 * pad - np.array(W_shape[2:])) // stride + 1
    return int(np.prod(W_shape) * np.prod(out) * x_shape[0])


@alternative("count_multiply_adds")
def by_counting_positions(x_shape, W_shape, stride, pad):
    total = 0
    for _ in range(x_shape[0]):
        for _ in range(0, x_shape[2] + 2 * pad - W_shape[2] + 1, stride):
            for _ in range(0, x_shape[3] + 2 * pad - W_shape[3] + 1, stride):
                total += W_shape[0] * W_shape[1] * W_shape[2] * W_shape[3]
    return total


# Convolution, forward; each with a cache of its own


def seven_loops_forward(x, W, b, stride, pad):
    N, C, H, Wd = x.shape
    F, _, kh, kw = W.shape
    Ho, Wo = (H + 2 * pad - kh) // stride + 1, (Wd + 2 * pad - kw) // stride + 1
    y = np.zeros((N, F, Ho, Wo))
    for n, f, i, j in product(range(N), range(F), range(Ho), range(Wo)):
        total = b[f]
        for c, u, v in product(range(C), range(kh), range(kw)):
            row, column = i * stride + u - pad, j * stride + v - pad
            if 0 <= row < H and 0 <= column < Wd:
                total += W[f, c, u, v] * x[n, c, row, column]
        y[n, f, i, j] = total
    return y, {"x": x, "W": W, "stride": stride, "pad": pad}


def by_kernel_offset_forward(x, W, b, stride, pad):
    N, C, H, Wd = x.shape
    F, _, kh, kw = W.shape
    big = np.zeros((N, C, H + 2 * pad, Wd + 2 * pad))
    big[:, :, pad : pad + H, pad : pad + Wd] = x
    Ho, Wo = conv_output_size(H, kh, stride, pad), conv_output_size(Wd, kw, stride, pad)
    y = np.tile(b.reshape(1, F, 1, 1), (N, 1, Ho, Wo)).astype(float)
    for u in range(kh):
        for v in range(kw):
            piece = big[:, :, u : u + Ho * stride : stride, v : v + Wo * stride : stride]
            y += np.einsum("nchw,fc->nfhw", piece, W[:, :, u, v])
    return y, [x, W, b, stride, pad, big]


def sliding_view_forward(x, W, b, stride, pad):
    kh, kw = W.shape[2:]
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode="constant")
    view = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("ncijuv,fcuv->nfij", view, W) + b[:, None, None]
    return y, (view, x.shape, W, stride, pad)


def strided_matrix_forward(x, W, b, stride, pad):
    N, C, H, Wd = x.shape
    F, _, kh, kw = W.shape
    p = np.pad(x, ((0,), (0,), (pad,), (pad,)))
    Ho, Wo = 1 + (p.shape[2] - kh) // stride, 1 + (p.shape[3] - kw) // stride
    sn, sc, sh, sw = p.strides
    view = as_strided(
        p, (N, Ho, Wo, C, kh, kw), (sn, sh * stride, sw * stride, sc, sh, sw), writeable=False
    )
    flat = view.reshape(N * Ho * Wo, -1)
    y = flat.dot(W.reshape(F, -1).T) + b
    return y.reshape(N, Ho, Wo, F).transpose(0, 3, 1, 2), (flat, W, (N, C, H, Wd), stride, pad)


def image_by_image_forward(x, W, b, stride, pad):
    outputs = []
    for image in x:
        image = np.pad(image, ((0, 0), (pad, pad), (pad, pad)))
        maps = []
        for kernel, bias in zip(W, b, strict=True):
            kh, kw = kernel.shape[1:]
            rows = range(0, image.shape[1] - kh + 1, stride)
            columns = range(0, image.shape[2] - kw + 1, stride)
            maps.append(
                [
                    [np.sum(image[:, i : i + kh, j : j + kw] * kernel) + bias for j in columns]
                    for i in rows
                ]
            )
        outputs.append(maps)
    return [np.array(outputs), (x, W, b, stride, pad)]


for _forward in (
    seven_loops_forward,
    by_kernel_offset_forward,
    sliding_view_forward,
    strided_matrix_forward,
    image_by_image_forward,
):
    alternative("conv2d_forward_naive")(_forward)


@alternative("conv2d_forward_naive")
def by_im2col(x, W, b, stride, pad):
    columns = im2col_naive(x, W.shape[2], W.shape[3], stride, pad)
    height = conv_output_size(x.shape[2], W.shape[2], stride, pad)
    y = (columns @ W.reshape(len(W), -1).T + b).reshape(len(x), height, -1, len(W))
    return np.moveaxis(y, 3, 1), None


@alternative("im2col_naive")
def view_transposed(x, kh, kw, stride, pad):
    view = sliding_window_view(
        np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), (kh, kw), (2, 3)
    )
    return (
        view[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5).reshape(-1, x.shape[1] * kh * kw)
    )


@alternative("im2col_naive")
def by_fancy_indices(x, kh, kw, stride, pad):
    N, C, H, W = x.shape
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    Ho, Wo = conv_output_size(H, kh, stride, pad), conv_output_size(W, kw, stride, pad)
    c = np.repeat(np.arange(C), kh * kw)
    u = np.tile(np.repeat(np.arange(kh), kw), C)
    v = np.tile(np.arange(kw), kh * C)
    i = np.repeat(np.arange(Ho), Wo) * stride
    j = np.tile(np.arange(Wo), Ho) * stride
    cols = p[:, c[None, :], i[:, None] + u[None, :], j[:, None] + v[None, :]]
    return cols.reshape(N * Ho * Wo, C * kh * kw)


@alternative("im2col_naive")
def entry_by_entry(x, kh, kw, stride, pad):
    N, C, H, W = x.shape
    rows = []
    for n in range(N):
        for top in range(-pad, H + pad - kh + 1, stride):
            for left in range(-pad, W + pad - kw + 1, stride):
                row = []
                for c, u, v in product(range(C), range(kh), range(kw)):
                    a, e = top + u, left + v
                    row.append(x[n, c, a, e] if 0 <= a < H and 0 <= e < W else 0)
                rows.append(row)
    return rows


@alternative("im2col_naive")
def filled_by_offset(x, kh, kw, stride, pad):
    N, C, H, W = x.shape
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    Ho, Wo = conv_output_size(H, kh, stride, pad), conv_output_size(W, kw, stride, pad)
    out = np.empty((N, C, kh, kw, Ho, Wo))
    for u in range(kh):
        for v in range(kw):
            out[:, :, u, v] = p[:, :, u : u + stride * Ho : stride, v : v + stride * Wo : stride]
    return out.transpose(0, 4, 5, 1, 2, 3).reshape(N * Ho * Wo, -1)


@alternative("conv2d_backward_naive", forward=seven_loops_forward)
def seven_loops_backward(dy, cache):
    x, W, stride, pad = cache["x"], cache["W"], cache["stride"], cache["pad"]
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(len(W))
    for n, f, i, j in np.ndindex(*dy.shape):
        db[f] += dy[n, f, i, j]
        for c, u, v in np.ndindex(*W.shape[1:]):
            row, column = i * stride + u - pad, j * stride + v - pad
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                dW[f, c, u, v] += dy[n, f, i, j] * x[n, c, row, column]
                dx[n, c, row, column] += dy[n, f, i, j] * W[f, c, u, v]
    return dx, dW, db


@alternative("conv2d_backward_naive", forward=by_kernel_offset_forward)
def by_kernel_offset_backward(dy, cache):
    _, W, _, stride, pad, big = cache
    dbig, dW = np.zeros_like(big), np.empty_like(W)
    Ho, Wo = dy.shape[2:]
    for u, v in np.ndindex(W.shape[2:]):
        rows, columns = slice(u, u + Ho * stride, stride), slice(v, v + Wo * stride, stride)
        dW[:, :, u, v] = np.tensordot(dy, big[:, :, rows, columns], axes=([0, 2, 3], [0, 2, 3]))
        dbig[:, :, rows, columns] += np.einsum("nfij,fc->ncij", dy, W[:, :, u, v])
    if pad:
        dbig = dbig[:, :, pad:-pad, pad:-pad]
    return [dbig, dW, np.einsum("nfij->f", dy)]


@alternative("conv2d_backward_naive", forward=sliding_view_forward)
def transposed_convolution(dy, cache):
    view, (N, _, H, Wd), W, stride, pad = cache
    F, _, kh, kw = W.shape
    _, _, Ho, Wo = dy.shape
    dW = np.einsum("nfij,ncijuv->fcuv", dy, view)
    spread = np.zeros((N, F, H + 2 * pad + kh - 1, Wd + 2 * pad + kw - 1))
    spread[:, :, kh - 1 : kh - 1 + stride * Ho : stride, kw - 1 : kw - 1 + stride * Wo : stride] = (
        dy
    )
    windows = sliding_window_view(spread, (kh, kw), axis=(2, 3))
    dx = np.einsum("nfijuv,fcuv->ncij", windows, np.flip(W, (2, 3)))
    return dx[:, :, pad : pad + H, pad : pad + Wd], dW, dy.sum((0, 2, 3))


@alternative("conv2d_backward_naive", forward=strided_matrix_forward)
def columns_back_to_image(dy, cache):
    flat, W, (N, C, H, Wd), stride, pad = cache
    F, _, kh, kw = W.shape
    _, _, Ho, Wo = dy.shape
    rows = dy.transpose(0, 2, 3, 1).reshape(-1, F)
    dW = (rows.T @ flat).reshape(W.shape)
    dflat = (rows @ W.reshape(F, -1)).reshape(N, Ho, Wo, C, kh, kw)
    dp = np.zeros((N, C, H + 2 * pad, Wd + 2 * pad))
    n, i, j, c, u, v = np.indices(dflat.shape)
    np.add.at(dp, (n, c, i * stride + u, j * stride + v), dflat)
    return dp[:, :, pad : H + pad, pad : Wd + pad], dW, rows.sum(axis=0)


@alternative("conv2d_backward_naive", forward=image_by_image_forward)
def image_by_image_backward(dy, cache):
    x, W, b, stride, pad = cache
    dW, db, dxs = 0 * W, 0.0 * b, []
    for image, dmap in zip(x, dy, strict=True):
        image = np.pad(image, ((0, 0), (pad, pad), (pad, pad)))
        dimage = np.zeros(image.shape)
        for f, i, j in np.ndindex(dmap.shape):
            here = np.s_[
                :, i * stride : i * stride + W.shape[2], j * stride : j * stride + W.shape[3]
            ]
            dW[f] = dW[f] + dmap[f, i, j] * image[here]
            dimage[here] = dimage[here] + dmap[f, i, j] * W[f]
            db[f] += dmap[f, i, j]
        dxs.append(dimage[:, pad : pad + x.shape[2], pad : pad + x.shape[3]])
    return np.stack(dxs), dW, db


# Max pooling


def mask_in_forward(x, size, stride):
    view = sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    flat = view.reshape(*view.shape[:4], size * size)
    return flat.max(axis=-1), {"winner": flat.argmax(axis=-1), "args": (x.shape, size, stride)}


def plain_loops_forward(x, size, stride):
    N, C, H, W = x.shape
    y = np.empty((N, C, (H - size) // stride + 1, (W - size) // stride + 1))
    places = {}
    for n, c, i, j in np.ndindex(y.shape):
        best, place = -np.inf, None
        for u in range(i * stride, i * stride + size):
            for v in range(j * stride, j * stride + size):
                if x[n, c, u, v] > best:
                    best, place = x[n, c, u, v], (n, c, u, v)
        y[n, c, i, j], places[n, c, i, j] = best, place
    return y, (places, x.shape)


def by_offset_forward(x, size, stride):
    Ho = conv_output_size(x.shape[2], size, stride, 0)
    Wo = conv_output_size(x.shape[3], size, stride, 0)
    y = np.full((*x.shape[:2], Ho, Wo), -np.inf)
    for u in range(size):
        for v in range(size):
            y = np.maximum(y, x[:, :, u : u + stride * Ho : stride, v : v + stride * Wo : stride])
    return y, (x.copy(), y.copy(), size, stride)


def im2col_max_forward(x, size, stride):
    N, C, H, W = x.shape
    columns = im2col_naive(x.reshape(N * C, 1, H, W), size, size, stride, 0)
    return columns.max(axis=1).reshape(N, C, (H - size) // stride + 1, -1), (columns, x.shape)


for _forward in (mask_in_forward, plain_loops_forward, by_offset_forward, im2col_max_forward):
    alternative("max_pool2d_forward_naive")(_forward)


@alternative("max_pool2d_backward_naive", forward=mask_in_forward)
def winners_by_index(dy, cache):
    shape, size, stride = cache["args"]
    dx = np.zeros(shape)
    n, c, i, j = np.indices(dy.shape)
    row, column = divmod(cache["winner"], size)
    np.add.at(dx, (n, c, i * stride + row, j * stride + column), dy)
    return dx


@alternative("max_pool2d_backward_naive", forward=plain_loops_forward)
def places_remembered(dy, cache):
    places, shape = cache
    dx = np.zeros(shape)
    for index, place in places.items():
        dx[place] += dy[index]
    return dx


@alternative("max_pool2d_backward_naive", forward=by_offset_forward)
def first_hits(dy, cache):
    x, y, size, stride = cache
    Ho, Wo = dy.shape[2:]
    dx, taken = np.zeros_like(x), np.zeros(dy.shape, dtype=bool)
    for u, v in np.ndindex(size, size):
        piece = np.s_[:, :, u : u + stride * Ho : stride, v : v + stride * Wo : stride]
        hit = (x[piece] == y) & ~taken
        taken |= hit
        dx[piece] += np.where(hit, dy, 0)
    return dx


@alternative("max_pool2d_backward_naive")
def argwhere_on_window(dy, cache):
    x, size, stride = cache
    dx = np.zeros_like(x)
    for n in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
                    u, v = np.argwhere(window == np.max(window))[0]
                    dx[n, c, i * stride + u, j * stride + v] += dy[n, c, i, j]
    return dx


# Global average pooling


@alternative("global_average_pool_forward")
def sum_over_count(x):
    return x.sum(axis=3).sum(axis=2) / (x.shape[2] * x.shape[3]), x


@alternative("global_average_pool_forward")
def flat_mean(x):
    return np.mean(x.reshape(*x.shape[:2], -1), axis=-1), (x.shape[2], x.shape[3])


@alternative("global_average_pool_forward")
def with_loops(x):
    N, C, H, W = x.shape
    means = [[float(np.mean(x[n, c])) for c in range(C)] for n in range(N)]
    return means, (N, C, H, W)


@alternative("global_average_pool_forward")
def einsum_mean(x):
    return np.einsum("ncij->nc", x) / x[0, 0].size, {"shape": x.shape}


@alternative("global_average_pool_backward")
def times_ones(dy, cache):
    return dy[..., None, None] * np.ones(cache) / cache[2] / cache[3]


@alternative("global_average_pool_backward", forward=sum_over_count)
def from_the_images(dy, cache):
    dx = np.zeros_like(cache)
    dx += (dy / cache[0, 0].size).reshape(*dy.shape, 1, 1)
    return dx


@alternative("global_average_pool_backward", forward=flat_mean)
def repeated(dy, cache):
    height, width = cache
    return np.tile(dy.reshape(*dy.shape, 1, 1), (1, 1, height, width)) / (height * width)


@alternative("global_average_pool_backward", forward=with_loops)
def a_view_will_do(dy, cache):
    return np.broadcast_to(dy[:, :, np.newaxis, np.newaxis] / np.prod(cache[2:]), cache)


@alternative("receptive_field")
def backwards_from_one_output(layers):
    size = 1
    for kernel, stride in layers[::-1]:
        size = (size - 1) * stride + kernel
    return size


@alternative("receptive_field")
def sum_of_products(layers):
    total = 1
    for k, (kernel, _) in enumerate(layers):
        total += (kernel - 1) * math.prod(stride for _, stride in layers[:k])
    return total


@alternative("receptive_field")
def with_cumprod(layers):
    if len(layers) == 0:
        return 1
    kernels, strides = np.array(layers).T
    steps = np.concatenate([[1], np.cumprod(strides)[:-1]])
    return np.sum((kernels - 1) * steps) + 1


@alternative("receptive_field")
def recursively(layers):
    if not layers:
        return 1
    kernel, stride = layers[0]
    return (recursively(layers[1:]) - 1) * stride + kernel
