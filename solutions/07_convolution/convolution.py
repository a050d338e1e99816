# %% [markdown]
# # 7. Convolutional networks
#
# The network of [chapter 2](../02_forward_pass/forward_pass.ipynb) reads 96 of 100 digits right.
# Move every digit three pixels to the right, and it reads 78. Move them five, and it reads 26.
#
# To you a moved 4 is still a 4. What does the network lack?
#
# In this chapter you build the layer that supplies it, forward and backward, and the pooling that
# goes with it: ten functions (27 points) and one question in words (3 points). At the end a network
# of 6,386 numbers, an eighth of those of chapter 2, reads more than 97 % of the digits.

# %%
import timeit

import matplotlib.pyplot as plt
import numpy as np

from dlutils import Adam, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from dlutils import accuracy, cosine_schedule, cross_entropy_and_gradient, datasets
from dlutils import conv2d_backward, conv2d_forward, max_pool2d_backward, max_pool2d_forward
from dlutils import mlp_forward, plotting, predict, relu, results, train

plotting.use_course_style()

# %% [markdown]
# ## A network that cannot look aside
#
# `datasets.mnist_mlp()` gives the trained network of chapter 2. `shifted` moves images to the
# right and fills the gap with 0, which is paper. Nothing else about a digit changes.
#
# By how many columns can the digits move before the network is no better than a guess, which is
# right once in ten times?
#
# **In the figure** a 4 moves to the right in steps of one column. Above each image stands what the
# network reads in it: a 4 in the first four, a 2 in the last three. Below that stands how many of
# all 2,000 test images it reads rightly when they are moved as far: 96 %, then 96, 93, 78, 51, 26
# and 13.

# %% experiment
mnist, fashion = datasets.mnist(), datasets.fashion()
perceptron = datasets.mnist_mlp()


def shifted(images, columns):
    """Images (..., H, W) moved right by so many columns; the gap is 0."""
    moved = np.zeros_like(images)
    moved[..., columns:] = images[..., : images.shape[-1] - columns]
    return moved


everything = [shifted(mnist.x_test, columns) for columns in range(7)]
logits = [mlp_forward(images.reshape(-1, 784), perceptron)[-1] for images in everything]
titles = [f"reads {z[8].argmax()}\n{accuracy(z, mnist.y_test):.0%} right" for z in logits]
framed = [np.pad(images[8], 1, constant_values=0.4) for images in everything]
fig = plotting.show_images(framed, titles=titles, columns=7, size=1.3)
fig.suptitle("The more a digit moves, the less is left of what the network knew", x=0.01, ha="left")
plt.show()

# %% [markdown]
# Six columns, with 13 %, nearly do. To you all seven are a 4.
#
# Each hidden unit has one weight for each of the 784 pixels. What it learns about a stroke at
# column 10 sits in the weights of column 10. About the same stroke at column 15 it knows nothing:
# those are other weights. So the network must learn every stroke again in every place. What would
# you rather have?
#
# ## The idea: look through a window
#
# 1. **Local.** A unit looks at a small window, say 3 × 3 pixels, not at all 784.
# 2. **Shared.** The same weights look through every window. A detector of strokes is learnt once
#    and works everywhere.
#
# These few weights are a **kernel** (or filter). Its answers, laid out as an image, are a **feature
# map**.

# %% [markdown]
# **In the figure**, left to right: an image of 5 × 5 numbers, 0 in the two columns on the left
# and 9 in the three on the right; a kernel of 3 × 3 weights, −1 on the left, 0 in the middle, 1 on
# the right; and the feature map of 3 × 3 numbers. A blue frame marks the window at the top left
# and its answer, 27. The map is 27 in its first two columns and 0 in the last.
#
# Put your finger on the frame, move it one column to the right, and compute the next number
# yourself: multiply each pixel by the weight that lies on it, and add up.

# %%
edge = np.array([[0.0, 0, 9, 9, 9]] * 5)
kernel = np.array([[-1.0, 0, 1]] * 3)
answers, _ = conv2d_forward(edge[None, None], kernel[None, None], np.zeros(1), 1, 0)
fig, axes = plt.subplots(1, 3, figsize=(9.0, 3.4), width_ratios=(5, 3, 3))
plotting.number_grid(axes[0], edge, framed=(0, 0, 3, 3))
plotting.number_grid(axes[1], kernel, signed=True)
plotting.number_grid(axes[2], answers[0, 0], framed=(0, 0, 1, 1), signed=True)
for ax, name in zip(axes, ("image", "kernel", "feature map"), strict=True):
    ax.set_xlabel(name)
fig.suptitle("The kernel answers where left and right differ", x=0.01, ha="left")
plt.show()

# %% [markdown]
# Where the window is evenly grey, the −1 and the 1 cancel: this kernel detects edges.
#
# ## Exercise 7.1: conv_output_size
#
# The window fits at 3 positions along 5 pixels. **Padding** puts `pad` zeros around the image, so
# that windows may hang over its border. With a **stride**, the window jumps `stride` pixels at a
# time. Along one axis there are
#
# $$\left\lfloor \frac{\text{size} + 2\,\text{pad} - \text{kernel}}{\text{stride}} \right\rfloor
# + 1$$
#
# positions; $\lfloor\cdot\rfloor$ rounds down. All arguments are ints, `stride` at least 1, `pad`
# at least 0. Returns an int (1 point). Raise `ValueError` where the result is below 1: the kernel
# does not fit (1 point).
#
# Size 28, kernel 5, stride 1, pad 0 give 24; pad 2 gives 28. Size 7, kernel 2, stride 2, pad 0 give
# 3: the last pixel is not seen.


# %% solution="conv_output_size"
def conv_output_size(size, kernel, stride, pad):
    """Positions of a kernel along one axis, floor((size + 2 pad - kernel) / stride) + 1 -> int."""
    ### BEGIN SOLUTION
    positions = (size + 2 * pad - kernel) // stride + 1
    if positions < 1:
        raise ValueError(
            f"conv_output_size: a kernel of {kernel} must fit into size {size} with pad {pad}"
        )
    return positions
    ### END SOLUTION


# %% check="conv_output_size" points=1
from dlutils import checks

checks.agrees("conv_output_size", conv_output_size, *[checks.case(size=size, kernel=kernel,
    stride=stride, pad=pad) for size, kernel, stride, pad in ((28, 5, 1, 0), (28, 5, 1, 2),
    (7, 2, 2, 0), (9, 4, 3, 1))])
### BEGIN HIDDEN TESTS
checks.agrees("conv_output_size", conv_output_size, *[checks.case(size=size, kernel=kernel,
    stride=stride, pad=pad) for size, kernel, stride, pad in ((5, 5, 4, 0), (2, 4, 3, 1),
    (12, 3, 4, 2), (224, 7, 2, 3), (10, 1, 3, 0))], hidden=True)
### END HIDDEN TESTS

# %% check="conv_output_size" kind="raises" points=1
from dlutils import checks

checks.raises("conv_output_size", conv_output_size, ValueError, *[checks.case(size=size,
    kernel=kernel, stride=stride, pad=pad) for size, kernel, stride, pad in ((2, 3, 1, 0),
    (2, 5, 2, 1))])
### BEGIN HIDDEN TESTS
checks.raises("conv_output_size", conv_output_size, ValueError, *[checks.case(size=size,
    kernel=kernel, stride=stride, pad=pad) for size, kernel, stride, pad in ((1, 9, 1, 2),
    (4, 7, 3, 1), (3, 4, 5, 0))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## From one window to many maps
#
# An image has **channels**: colour images have three, MNIST has one, and the layers inside a
# network have as many as there were kernels before. A kernel reaches through all channels of its
# window and adds everything up to *one* number. F kernels make F maps, the channels of the next
# layer.
#
# With $\hat x$ for the padded images and $s$ for the stride,
#
# $$y_{nfij} = b_f + \sum_{c} \sum_{u} \sum_{v} W_{fcuv}\;\hat x_{n,\,c,\,is+u,\,js+v}.$$
#
# Mathematicians turn the kernel by 180 degrees before they call this a convolution; the exact name
# of ours is cross-correlation. Every deep-learning library does it this way, and calls it
# convolution.

# %% [markdown]
# ## Exercise 7.2: conv2d_forward_naive
#
# Write this formula. `x` (N, C, H, W) are the images, `W` (F, C, kh, kw) the kernels, `b` (F,) the
# biases, `stride` and `pad` ints for both directions. Images and kernels need not be square. `pad`
# *zeros* go on all four sides of every image; `np.pad` makes them.
#
# Returns `(y, cache)`: `y` (N, F, Ho, Wo), with sizes from `conv_output_size`, and in `cache`
# whatever you will want in exercise 7.5; nobody else looks into it (5 points).
#
# Loops are welcome. With the channel `[[0, 1, 2], [3, 4, 5], [6, 7, 8]]`, the kernel `[[1, 2],
# [0, -1]]`, `b = [0.5]`, stride 1 and pad 0 you should get `[[-1.5, 0.5], [4.5, 6.5]]`.


# %% solution="conv2d_forward_naive"
def conv2d_forward_naive(x, W, b, stride, pad):
    """F kernels slide over images: x (N, C, H, W), W (F, C, kh, kw), b (F,) -> (y, cache)."""
    ### BEGIN SOLUTION
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
    ### END SOLUTION


# %% check="conv2d_forward_naive" points=5
from dlutils import checks

checks.agrees("conv2d_forward_naive", conv2d_forward_naive, *[checks.conv_case(*sizes) for sizes in
    (((1, 1, 2, 3), (1, 1, 2, 2), 1, 0), ((2, 3, 6, 9), (4, 3, 3, 2), 1, 1),
    ((2, 3, 5, 7), (4, 3, 3, 2), 2, 0))], using=lambda f, *a: f(*a)[0])
### BEGIN HIDDEN TESTS
checks.agrees("conv2d_forward_naive", conv2d_forward_naive, *[checks.conv_case(*sizes) for sizes in
    (((1, 2, 5, 4), (3, 2, 5, 4), 2, 0), ((3, 1, 4, 7), (2, 1, 1, 3), 3, 0), ((2, 4, 3, 5),
    (1, 4, 2, 4), 2, 3), ((2, 2, 6, 6), (2, 2, 3, 3), 1, 1), ((2, 3, 8, 5), (2, 3, 2, 3), 3, 2))],
    using=lambda f, *a: f(*a)[0], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Which kernels are good? Before kernels were learnt, people drew them by hand. Give your function
# three of that kind, and a picture of a garment.
#
# **In the figure** an ankle boot is followed by its feature maps under three kernels. Orange is a
# positive answer, purple a negative one. Right minus left is orange along the instep, where ink
# begins, and purple along the heel, where it ends. Below minus above is orange along the upper
# edges and purple under the sole. The mean of nine pixels is the boot again, blurred.
#
# Where does each of the first two answer nothing, and why?

# %% experiment
drawn = {
    "right minus left": [[-1, 0, 1]] * 3,
    "below minus above": [[-1] * 3, [0] * 3, [1] * 3],
    "mean of nine": [[1 / 9] * 3] * 3,
}
boot = fashion.x_test[np.flatnonzero(fashion.y_test == 9)[:1], None]
maps, _ = conv2d_forward_naive(boot, np.array(list(drawn.values()))[:, None], np.zeros(3), 1, 1)
fig, axes = plt.subplots(1, 4, figsize=(9.5, 2.7))
axes[0].imshow(boot[0, 0], cmap="gray_r")
axes[0].set(xticks=[], yticks=[], xlabel="image")
for ax, name, values in zip(axes[1:], drawn, maps[0], strict=True):
    plotting.signed_image(ax, values)
    ax.set_xlabel(name)
fig.suptitle("Each kernel finds one thing, wherever it is", x=0.01, ha="left")
plt.show()

# %% [markdown]
# Where the image is even in their direction. On the flat sole, right minus left has nothing to say.
#
# ## Exercise 7.3: count_multiply_adds
#
# Few weights do not mean little work: each is used again at every position. What counts is the
# **multiply-add**, one multiplication with its addition. Every number of the output takes one per
# weight of its kernel.
#
# `x_shape` is (N, C, H, W), `W_shape` is (F, C, kh, kw). Count N · F · Ho · Wo · C · kh · kw.
# Products with padded zeros count too, biases do not. Returns an int (1 point).
#
# Ten images of one channel and 28 × 28 pixels, eight 5 × 5 kernels, stride 1 and pad 0: you should
# get 1152000.


# %% solution="count_multiply_adds"
def count_multiply_adds(x_shape, W_shape, stride, pad):
    """Multiplications (each with its addition) of a convolution, N F Ho Wo C kh kw -> int."""
    ### BEGIN SOLUTION
    N, C, height, width = x_shape
    F, _, kh, kw = W_shape
    out_height = conv_output_size(height, kh, stride, pad)
    out_width = conv_output_size(width, kw, stride, pad)
    return N * F * out_height * out_width * C * kh * kw
    ### END SOLUTION


# %% check="count_multiply_adds" points=1
from dlutils import checks

checks.agrees("count_multiply_adds", count_multiply_adds, *[checks.case(x_shape=x, W_shape=W,
    stride=s, pad=p) for x, W, s, p in (((10, 1, 28, 28), (8, 1, 5, 5), 1, 0),
    ((2, 3, 8, 5), (4, 3, 3, 2), 2, 1))])
### BEGIN HIDDEN TESTS
checks.agrees("count_multiply_adds", count_multiply_adds, *[checks.case(x_shape=x, W_shape=W,
    stride=s, pad=p) for x, W, s, p in (((3, 2, 7, 11), (5, 2, 4, 3), 3, 0),
    ((1, 6, 12, 10), (16, 6, 5, 1), 1, 2), ((7, 1, 3, 9), (2, 1, 3, 9), 4, 0))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 7.4: im2col_naive
#
# Python's loops are slow; matrix products are fast. Can a convolution be one? A single window can:
# its C · kh · kw numbers as a row, times the kernel as a column. So write *every* window as a row
# of one tall matrix: **im2col**.
#
# `x` (N, C, H, W) becomes a matrix (N · Ho · Wo, C · kh · kw):
#
# - rows run over the samples, then the output rows $i$, then the output columns $j$;
# - within a row, numbers run over the channels, then the kernel's rows $u$, then its columns $v$.
#
# `pad` zeros surround each image, `stride` is as above. Returns the matrix (3 points). The channel
# `[[0, 1, 2], [3, 4, 5]]`, a 2 × 2 kernel, stride 1 and pad 0 give `[[0, 1, 3, 4], [1, 2, 4, 5]]`.


# %% solution="im2col_naive"
def im2col_naive(x, kh, kw, stride, pad):
    """Every window that a kernel sees, as a row: x (N, C, H, W) -> (N Ho Wo, C kh kw)."""
    ### BEGIN SOLUTION
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
    ### END SOLUTION


# %% check="im2col_naive" points=3
import numpy as np
from dlutils import checks

checks.agrees("im2col_naive", im2col_naive, checks.case(x=np.arange(6.0).reshape(1, 1, 2, 3),
    kh=2, kw=2, stride=1, pad=0), *[checks.case(x=np.arange(1.0, 121.0).reshape(2, 3, 4, 5),
    kh=3, kw=2, stride=stride, pad=pad) for stride, pad in ((1, 0), (2, 1))])
### BEGIN HIDDEN TESTS
checks.agrees("im2col_naive", im2col_naive, *[checks.random_case(0, x=x, kh=kh, kw=kw, stride=s,
    pad=p) for x, kh, kw, s, p in (((3, 2, 5, 4), 2, 3, 3, 1), ((1, 4, 3, 6), 1, 4, 2, 0),
    ((2, 1, 7, 3), 4, 1, 1, 2), ((2, 2, 3, 5), 3, 5, 1, 0))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Is it true? Four digits and six random kernels, once with your loops of exercise 7.2 and once with
# your matrix and a single product.

# %% experiment tags=["nbval-check-output"]
rng = np.random.default_rng(0)
images, weights, bias = mnist.x_test[:4, None], rng.normal(size=(6, 1, 5, 5)), rng.normal(size=6)
looped, _ = conv2d_forward_naive(images, weights, bias, 1, 0)
windows = im2col_naive(images, 5, 5, 1, 0)
product = (windows @ weights.reshape(6, -1).T + bias).reshape(4, 24, 24, 6)
print(f"the same numbers: {np.allclose(product.transpose(0, 3, 1, 2), looped, atol=1e-5)}")
print(f"numbers in the images {images.size:,}, in the matrix {windows.size:,}")

# %% [markdown]
# The price is memory: most pixels lie in 25 windows and are copied 25 times.
#
# ## How gradients come back through a window
#
# By the two rules of [chapter 3](../03_backward_pass/backward_pass.ipynb): multiply along the way,
# add up where a value is used several times. Here *everything* is used several times: a weight at
# every position, a pixel in every window that covers it. In one dimension, for
#
# $$y_0 = w_0 x_0 + w_1 x_1, \qquad y_1 = w_0 x_1 + w_1 x_2,$$
#
# in which outputs does $w_0$ occur, in which $x_1$?
#
# $$dw_0 = x_0\,dy_0 + x_1\,dy_1, \qquad dx_1 = w_1\,dy_0 + w_0\,dy_1.$$

# %% [markdown]
# So walk over the positions once more. Each gives to the kernel's gradient its *window* times its
# $dy$, and to its window's gradient the *kernel* times its $dy$. Where windows overlap, add.
#
# **In the figure** is the backward pass of the example below, left to right: `dy`, 2 × 2, with 1
# at the top left and 10 at the bottom right; the kernel; and `dx`, 3 × 3. A blue frame marks the
# 10 and the window it belongs to. In the middle of `dx` the two windows overlap, and there stands
# −1 + 10 = 9.

# %%
dy = np.array([[[[1.0, 0.0], [0.0, 10.0]]]])
kernel = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])
_, kept = conv2d_forward(np.arange(9.0).reshape(1, 1, 3, 3), kernel, np.zeros(1), 1, 0)
dx, _, _ = conv2d_backward(dy, kept)
fig, axes = plt.subplots(1, 3, figsize=(8.0, 3.2), width_ratios=(2, 2, 3))
plotting.number_grid(axes[0], dy[0, 0], framed=(1, 1, 1, 1), signed=True)
plotting.number_grid(axes[1], kernel[0, 0], signed=True)
plotting.number_grid(axes[2], dx[0, 0], framed=(1, 1, 2, 2), signed=True)
for ax, name in zip(axes, ("dy", "kernel W", "dx"), strict=True):
    ax.set_xlabel(name)
fig.suptitle("Backward, each dy stamps the kernel onto its window", x=0.01, ha="left")
plt.show()

# %% [markdown]
# ## Exercise 7.5: conv2d_backward_naive
#
# `dy` (N, F, Ho, Wo) is the gradient by the output of `conv2d_forward_naive`, `cache` is what your
# forward kept. Returns `(dx, dW, db)`, shaped like `x`, `W` and `b` (5 points):
#
# $$dW_{fcuv} = \sum_{n,i,j} dy_{nfij}\;\hat x_{n,\,c,\,is+u,\,js+v}, \qquad db_f =
# \sum_{n,i,j} dy_{nfij},$$
#
# and $dx$ is $d\hat x$ without its padded border, where $d\hat x_{n,\,c,\,is+u,\,js+v}$ collects
# $\sum_f dy_{nfij}\,W_{fcuv}$ from every $(i, j)$ and $(u, v)$ that lead to it. Pixels that no
# window saw get 0.
#
# The inputs and what the cache holds stay unchanged, so that a second call gives the same (1
# point).
#
# With the channel and the kernel of exercise 7.2 and the figure's `dy = [[1, 0], [0, 10]]` you
# should get `dx = [[1, 2, 0], [0, 9, 20], [0, 0, -10]]`, `dW = [[40, 51], [73, 84]]`, `db = [11]`.


# %% solution="conv2d_backward_naive"
def conv2d_backward_naive(dy, cache):
    """Gradients: dy (N, F, Ho, Wo) -> dx (N, C, H, W), dW (F, C, kh, kw), db (F,)."""
    ### BEGIN SOLUTION
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
    ### END SOLUTION


# %% check="conv2d_backward_naive" points=5
from dlutils import checks

checks.agrees("conv2d_backward_naive", conv2d_backward_naive, *[checks.conv_case(*s, dy=True) for s
    in (((1, 1, 2, 3), (1, 1, 2, 2), 1, 0), ((2, 3, 5, 7), (4, 3, 3, 2), 2, 1))], using=checks.
    backward_pair("conv2d_backward_naive", conv2d_forward_naive, conv2d_backward_naive))
### BEGIN HIDDEN TESTS
checks.agrees("conv2d_backward_naive", conv2d_backward_naive, *[checks.conv_case(*s, dy=True) for s
    in (((1, 2, 7, 4), (3, 2, 5, 4), 2, 0), ((3, 1, 4, 7), (2, 1, 1, 3), 3, 0), ((2, 2, 3, 5), (1,
    2, 2, 4), 2, 3), ((2, 3, 6, 5), (2, 3, 3, 3), 1, 1))], hidden=True, using=checks.
    backward_pair("conv2d_backward_naive", conv2d_forward_naive, conv2d_backward_naive))
### END HIDDEN TESTS

# %% check="conv2d_backward_naive" kind="purity" points=1
from dlutils import checks

checks.unchanged("conv2d_backward_naive", conv2d_backward_naive, checks.conv_case((2, 3, 5, 7),
    (4, 3, 3, 3), 2, 1, dy=True), using=checks.backward_pair(
    "conv2d_backward_naive", conv2d_forward_naive, conv2d_backward_naive))
### BEGIN HIDDEN TESTS
checks.holds("conv2d_backward_naive", conv2d_backward_naive, "a second call gives the same",
    checks.conv_case((2, 1, 4, 4), (2, 1, 2, 2), 1, 0, dy=True), within=(0, 1e-6), hidden=True,
    measure=checks.second_call(
        "conv2d_backward_naive", conv2d_forward_naive, conv2d_backward_naive))
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 7.6: max_pool2d_forward_naive
#
# That there is a stroke near the top is often enough to know; the exact pixel matters little. **Max
# pooling** keeps the largest answer of each window, in each channel by itself. Most often windows
# are 2 × 2 with stride 2: maps shrink to a quarter, and the next layer sees twice as far.
#
# $$y_{ncij} = \max_{0 \le u, v < \text{size}} x_{n,\,c,\,is+u,\,js+v}$$
#
# `x` is (N, C, H, W), `size` and `stride` $s$ are ints, there is no padding. Windows overlap where
# the stride is smaller than the size. What is left over at the bottom and the right is not seen.
# Returns `(y, cache)`, `y` (N, C, Ho, Wo), `cache` as you like (2 points).
#
# With `[[1, 5, 5], [0, 2, 5], [7, 7, -1]]`, size 2 and stride 1 you should get `[[5, 5], [7, 7]]`.


# %% solution="max_pool2d_forward_naive"
def max_pool2d_forward_naive(x, size, stride):
    """Largest number in each size x size window: x (N, C, H, W) -> y (N, C, Ho, Wo), cache."""
    ### BEGIN SOLUTION
    N, C, height, width = x.shape
    out_height = conv_output_size(height, size, stride, 0)
    out_width = conv_output_size(width, size, stride, 0)
    y = np.zeros((N, C, out_height, out_width), x.dtype)
    for i in range(out_height):
        for j in range(out_width):
            top, left = i * stride, j * stride
            y[:, :, i, j] = x[:, :, top : top + size, left : left + size].max(axis=(2, 3))
    return y, (x, size, stride)
    ### END SOLUTION


# %% check="max_pool2d_forward_naive" points=2
from dlutils import checks

checks.agrees("max_pool2d_forward_naive", max_pool2d_forward_naive, *[checks.pool_case(*sizes)
    for sizes in (((1, 1, 2, 4), 2, 2), ((2, 3, 6, 9), 3, 2), ((3, 2, 5, 4), 2, 1))],
    using=lambda f, *a: f(*a)[0])
### BEGIN HIDDEN TESTS
checks.agrees("max_pool2d_forward_naive", max_pool2d_forward_naive, *[checks.pool_case(*sizes)
    for sizes in (((1, 4, 7, 6), 2, 3), ((2, 1, 4, 9), 4, 1), ((3, 2, 3, 3), 3, 3), ((2, 3, 5, 4),
    1, 2))], using=lambda f, *a: f(*a)[0], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 7.7: max_pool2d_backward_naive
#
# The output of a window moves only with its largest pixel. So all of its $dy$ goes there, and the
# others get 0.
#
# - Where several pixels of a window are largest, the *first* in reading order gets all: by rows
#   from the top, in a row from the left.
# - A pixel that is largest in several overlapping windows collects the sum.
#
# `dy` (N, C, Ho, Wo), `cache` from your forward. Returns `dx` (N, C, H, W) (3 points). `dy` and
# the forward's input stay unchanged, and a second call with the same cache gives the same (1
# point).
#
# With the example above and `dy = [[1, 10], [100, 1000]]` you should get `[[0, 11, 0], [0, 0, 0],
# [100, 1000, 0]]`.


# %% solution="max_pool2d_backward_naive"
def max_pool2d_backward_naive(dy, cache):
    """Gradient of max pooling: dy (N, C, Ho, Wo) -> dx (N, C, H, W)."""
    ### BEGIN SOLUTION
    x, size, stride = cache
    dx = np.zeros(x.shape, dy.dtype)
    for n, c, i, j in np.ndindex(dy.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + size, left : left + size]
        row, column = np.unravel_index(np.argmax(window), window.shape)
        dx[n, c, top + row, left + column] += dy[n, c, i, j]
    return dx
    ### END SOLUTION


# %% check="max_pool2d_backward_naive" points=3
from dlutils import checks

checks.agrees("max_pool2d_backward_naive", max_pool2d_backward_naive, *[checks.pool_case(*s, dy=1)
    for s in (((1, 1, 2, 4), 2, 2), ((2, 3, 5, 8), 2, 2), ((3, 2, 4, 5), 3, 1))], using=checks.
    backward_pair("max_pool2d_backward_naive", max_pool2d_forward_naive, max_pool2d_backward_naive))
### BEGIN HIDDEN TESTS
checks.agrees("max_pool2d_backward_naive", max_pool2d_backward_naive, *[checks.pool_case(*s, dy=1)
    for s in (((1, 4, 7, 6), 2, 3), ((2, 1, 4, 9), 4, 1), ((3, 2, 3, 3), 3, 3), ((2, 3, 7, 9), 3, 2)
    )], hidden=True, using=checks.backward_pair("max_pool2d_backward_naive",
    max_pool2d_forward_naive, max_pool2d_backward_naive))
### END HIDDEN TESTS

# %% check="max_pool2d_backward_naive" kind="purity" points=1
from dlutils import checks

checks.unchanged("max_pool2d_backward_naive", max_pool2d_backward_naive, checks.pool_case(
    (2, 3, 5, 8), 2, 2, dy=True), using=checks.backward_pair("max_pool2d_backward_naive",
    max_pool2d_forward_naive, max_pool2d_backward_naive))
### BEGIN HIDDEN TESTS
checks.holds("max_pool2d_backward_naive", max_pool2d_backward_naive, "a second call gives the same",
    checks.pool_case((1, 2, 5, 5), 2, 1, dy=True), within=(0, 1e-6), hidden=True, measure=checks.
    second_call("max_pool2d_backward_naive", max_pool2d_forward_naive, max_pool2d_backward_naive))
### END HIDDEN TESTS

# %% [markdown]
# How much do your loops cost? Here your functions meet the library's, on the same ten digits. The
# ratio of the two times is rounded to one digit, and depends on how you wrote yours and on the
# machine.

# %% experiment
rng = np.random.default_rng(0)
settings = (mnist.x_test[:10, None], rng.normal(size=(8, 1, 5, 5)), np.zeros(8), 1, 0)
mine, fast = conv2d_forward_naive(*settings), conv2d_forward(*settings)
pool, fast_pool = max_pool2d_forward_naive(mine[0], 2, 2), max_pool2d_forward(fast[0], 2, 2)
pairs = {
    "convolution": (lambda: conv2d_forward_naive(*settings), lambda: conv2d_forward(*settings)),
    # any dy will do for a comparison: here it is y
    "its gradients": (lambda: conv2d_backward_naive(*mine), lambda: conv2d_backward(*fast)),
    "pooling's gradient": (lambda: [max_pool2d_backward_naive(*pool)],
                           lambda: [max_pool2d_backward(*fast_pool)]),
}  # fmt: skip
for name, (own, library) in pairs.items():
    slow, quick = (min(timeit.repeat(call, number=1, repeat=3)) for call in (own, library))
    same = np.allclose(own()[0], library()[0], atol=1e-4)
    print(f"{name}: same numbers {same}, library {float(f'{slow / quick:.1g}'):.0f} times as fast")

# %% [markdown]
# The library does the same arithmetic. For convolutions it copies windows into the tall matrix, a
# whole row of memory at a time, and leaves the rest to one matrix product. For pooling it compares
# all first pixels of the windows with all second ones, then with all third ones.
#
# What is slow in your loops is not the multiplying but Python, at every single window. So the
# ratio is largest where the loops run over samples and channels too. With the model solution it is
# some tens up to hundreds for the convolution, and thousands for the gradient of pooling.

# %% [markdown]
# ## Exercise 7.8: global_average_pool_forward
#
# Max pooling asks: was it anywhere near? At the end of a network one can ask: was it anywhere at
# all? **Global average pooling** replaces each whole map by its mean, one number per channel that
# says *how much* of a feature there was, with no trace of *where*. It takes images of any size.
#
# $$y_{nc} = \frac{1}{H W} \sum_{i,j} x_{ncij}$$
#
# `x` is (N, C, H, W). Returns `(y, cache)`, `y` (N, C) (1 point). With one channel `[[1, 2], [3,
# 6]]` you should get `y = [[3]]`.


# %% solution="global_average_pool_forward"
def global_average_pool_forward(x):
    """Mean of every channel over the image: x (N, C, H, W) -> y (N, C), cache."""
    ### BEGIN SOLUTION
    return x.mean(axis=(2, 3)), x.shape
    ### END SOLUTION


# %% check="global_average_pool_forward" points=1
import numpy as np
from dlutils import checks

checks.agrees("global_average_pool_forward", global_average_pool_forward, checks.case(x=np.array(
    [[[[1.0, 2], [3, 6]]]])), checks.random_case(0, x=(2, 3, 4, 5)), using=lambda f, x: f(x)[0])
### BEGIN HIDDEN TESTS
checks.agrees("global_average_pool_forward", global_average_pool_forward, *[checks.random_case(1,
    x=shape) for shape in ((1, 4, 3, 2), (3, 1, 1, 6), (5, 2, 7, 1))], using=lambda f, x: f(x)[0],
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 7.9: global_average_pool_backward
#
# Every pixel of a channel has the same share in its mean. What is the local derivative?
#
# `dy` (N, C), `cache` from your forward. Returns `dx` (N, C, H, W) (1 point). For the channel above
# and `dy = [[8]]` you should get `[[2, 2], [2, 2]]`.


# %% solution="global_average_pool_backward"
def global_average_pool_backward(dy, cache):
    """Gradient of the mean, dy / (H W) at every pixel: dy (N, C) -> dx (N, C, H, W)."""
    ### BEGIN SOLUTION
    _, _, height, width = cache
    return np.broadcast_to((dy / (height * width))[:, :, None, None], cache).copy()
    ### END SOLUTION


# %% check="global_average_pool_backward" points=1
from dlutils import checks

checks.agrees("global_average_pool_backward", global_average_pool_backward, *[checks.random_case(0,
    dy=s[:2], x=s) for s in ((1, 1, 2, 2), (2, 3, 4, 5))], using=checks.backward_pair(
    "global_average_pool_backward", global_average_pool_forward, global_average_pool_backward))
### BEGIN HIDDEN TESTS
checks.agrees("global_average_pool_backward", global_average_pool_backward, *[checks.random_case(1,
    dy=s[:2], x=s) for s in ((1, 4, 3, 2), (3, 1, 1, 6), (5, 5, 2, 2))], hidden=True, using=checks.
    backward_pair("global_average_pool_backward", global_average_pool_forward,
    global_average_pool_backward))
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 7.10: receptive_field
#
# How far does a unit see? Behind two 3 × 3 layers, it sees three windows side by side, each three
# pixels wide: they overlap, and cover 5. This is its **receptive field**. Behind a layer of stride
# 2, neighbours are two input pixels apart, and the field grows faster.
#
# `layers` is a list of pairs `(kernel, stride)`, first layer first; pooling is one too. Begin with
# a field of 1 and a step of 1. Each layer adds `(kernel - 1) * step` to the field, *then*
# multiplies the step by its stride. Padding plays no part. Returns the field along one axis, an int
# (2 points); no layers give 1.
#
# `[(3, 1), (2, 2), (3, 1)]` gives 8: 1, then 3, 4, and with a step of 2 by then, 8.


# %% solution="receptive_field"
def receptive_field(layers):
    """Input pixels, along one axis, that one output sees: layers [(kernel, stride), ...] -> int."""
    ### BEGIN SOLUTION
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field
    ### END SOLUTION


# %% check="receptive_field" points=2
from dlutils import checks

checks.agrees("receptive_field", receptive_field, checks.case(layers=[(3, 1), (2, 2), (3, 1)]),
    checks.case(layers=[(5, 3)]), checks.case(layers=[(3, 2), (4, 3), (2, 1), (5, 1)]))
### BEGIN HIDDEN TESTS
checks.agrees("receptive_field", receptive_field, *[checks.case(layers=layers) for layers in ([],
    [(1, 2), (1, 3), (2, 1)], [(7, 2), (3, 2), (3, 1), (3, 2)], [(2, 5), (3, 4)])], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# One layer of 7 × 7 and three of 3 × 3 both see 7 pixels. The three have 27 weights instead of 49,
# and two more ReLUs between them (Simonyan and Zisserman 2015).
#
# ## Experiment: reading digits
#
# The pieces make a network like LeCun's LeNet (1998): convolve, ReLU, pool; again; then a linear
# layer. `Conv2d` and the others are layers of the library: they hold weights and call functions
# that compute what yours do. `train` is the loop of [chapter 6](../06_training/training.ipynb).
#
# Five epochs over the 8,000 training images; the test images are looked at once, at the end.

# %% experiment
rng = np.random.default_rng(0)
network = Sequential(
    *(Conv2d(1, 6, 5, rng), ReLU(), MaxPool2d(2)),  # (N, 6, 12, 12)
    *(Conv2d(6, 20, 5, rng), ReLU(), MaxPool2d(2)),  # (N, 20, 4, 4)
    *(Flatten(), Linear(320, 10, rng)),  # (N, 10)
)
train(
    network, cross_entropy_and_gradient, Adam(network, lr=0.01), mnist.x_train[:, None],
    mnist.y_train, epochs=5, batch_size=64, rng=rng, progress=False,
    schedule=lambda step: cosine_schedule(step, 5 * 125, 0.01, warmup=0),
)  # fmt: skip
score = accuracy(predict(network, mnist.x_test[:, None]), mnist.y_test)
print(f"test accuracy {score:.3f}")
assert score >= 0.97

# %% [markdown]
# It is trained with the library's fast forms. Are they really what you wrote? Let twenty digits
# pass through *your* functions, with the trained weights.

# %% experiment tags=["nbval-check-output"]
conv1, _, _, conv2, _, _, _, linear = network
some = mnist.x_test[:20, None]
a, _ = conv2d_forward_naive(some, conv1.W, conv1.b, 1, 0)
a, _ = max_pool2d_forward_naive(relu(a), 2, 2)
a, _ = conv2d_forward_naive(a, conv2.W, conv2.b, 1, 0)
a, _ = max_pool2d_forward_naive(relu(a), 2, 2)
own = a.reshape(20, -1) @ linear.W + linear.b
print(f"the same logits: {np.allclose(own, predict(network, some), atol=1e-3)}")

# %% [markdown]
# ## What has it learnt?
#
# Nobody drew these kernels.
#
# **In the figure** each column belongs to one of the six kernels of the first layer. Above stand
# its 5 × 5 weights, orange positive and purple negative. Below is its map for the 4 of the
# beginning, after the ReLU, and below that the same after pooling, half as wide. Counted from 0,
# kernels 2 and 4 keep little but the level strokes of the 4; kernel 5 thickens all of it.
#
# Compare kernels 2 and 4. In what do they differ? (On another machine rounding may lead training to
# other kernels; look for such a pair.)

# %% experiment
digit = mnist.x_test[8:9, None]
features = relu(conv2d_forward(digit, conv1.W, conv1.b, 1, 0)[0])
pooled = max_pool2d_forward(features, 2, 2)[0]
fig, axes = plt.subplots(3, 6, figsize=(9.0, 4.9))
for k, column in enumerate(axes.T):
    plotting.signed_image(column[0], conv1.W[k, 0], limit=np.abs(conv1.W).max())
    for ax, maps in zip(column[1:], (features, pooled), strict=True):
        ax.imshow(maps[0, k], cmap="gray_r", vmin=0, vmax=features.max())
        ax.set(xticks=[], yticks=[])
for ax, name in zip(axes[:, 0], ("kernel", "feature map", "pooled"), strict=True):
    ax.set_ylabel(name)
fig.suptitle("Each map shows where its kernel found something", x=0.01, ha="left")
plt.show()

# %% [markdown]
# Both have rows of positive weights beside rows of negative ones: ink here and none there. In
# kernel 2 the empty side is below the ink, in kernel 4 above it.
#
# ## Where the weights are, and where the work is
#
# Count both for one image, layer by layer, and with `receptive_field` how far each layer sees. A
# linear layer is a convolution whose kernel covers its whole input: one position only. Which layer
# has the most weights, which the most work?

# %% experiment tags=["nbval-check-output"]
table = {
    "convolution 1": ((1, 1, 28, 28), (6, 1, 5, 5), [(5, 1)]),
    "convolution 2": ((1, 6, 12, 12), (20, 6, 5, 5), [(5, 1), (2, 2), (5, 1)]),
    "linear": ((1, 20, 4, 4), (10, 20, 4, 4), [(5, 1), (2, 2), (5, 1), (2, 2), (4, 1)]),
    "chapter 2's first": ((1, 1, 28, 28), (64, 1, 28, 28), [(28, 1)]),
}
for name, (image, kernel, path) in table.items():
    work, sees = count_multiply_adds(image, kernel, 1, 0), receptive_field(path)
    print(f"{name:18}{np.prod(kernel):7,} weights {work:8,} multiply-adds, sees {sees} pixels")

# %% [markdown]
# The first convolution uses each of its 150 weights 576 times, the linear layer each of its 3,200
# once. A convolutional network is small in memory and *dear* in work: 281,600 multiply-adds in all,
# more than five times those of chapter 2.
#
# ## Is it a fair comparison?
#
# Which network is "as large" then? There are two answers, so take two rivals, each with one hidden
# layer:
#
# - **MLP, same size**: 8 hidden units, 6,370 parameters (ours, here called LeNet, has 6,386);
# - **MLP, same cost**: 354 hidden units, 281,076 multiply-adds (LeNet has 281,600).
#
# All get the same images for the same five epochs, five seeds each, and the best of three learning
# rates, chosen on training images that were held out. That takes minutes, so the results are read
# from a file that `dlutils/results/convolution.py` has written.

# %% [markdown]
# Three data sets: the digits, 5,000 garments of Fashion-MNIST, and the digits with *shuffled*
# pixels: all 784 in a random order, the same in every image. No number is lost. What will each
# network say to that? Write down a guess.
#
# **In the figure** each network has a point for each data set, the mean test accuracy of five
# seeds, with a bar of one standard deviation each way. On the digits, LeNet (blue) has 0.977,
# the MLP of the same cost (orange) 0.958, that of the same size (green) 0.888. On the garments
# LeNet and the MLP of the same cost stand near 0.85, the small MLP a tenth below. On the shuffled
# digits LeNet has dropped to 0.877, and both MLPs are where they were.

# %% experiment
found = results.load("convolution")
digits = {name: [scores[0] for scores in by_seed] for name, by_seed in found["moved"].items()}
columns = {"digits": digits, "garments": found["fashion"], "digits, shuffled": found["shuffled"]}
fig, ax = plt.subplots(figsize=(7.5, 4.0))
for k, name in enumerate(found["shuffled"]):
    scores = np.array([by_network[name] for by_network in columns.values()])  # (3, seeds)
    places, mean, spread = np.arange(3) + 0.12 * (k - 1), scores.mean(axis=1), scores.std(axis=1)
    ax.errorbar(places, mean, spread, fmt="os^"[k], capsize=4, label=name)
    print(f"{name:15}", *(f"{m:.3f} ± {d:.3f}" for m, d in zip(mean, spread, strict=True)))
ax.set(xticks=range(3), xticklabels=columns, xlabel="data set", ylabel="test accuracy")
ax.set_title("Shuffle the pixels, and the convolution's lead is gone")
ax.legend(loc="lower left")
plt.show()

# %% [markdown]
# With shuffled pixels LeNet is worth as much as the MLP of its size, and no more. To an MLP the
# order of the pixels means nothing. A convolution is a **bet**: that neighbours belong together,
# and that what is worth finding here is worth finding there. On digits the bet wins. On garments,
# all centred and of one scale, it pays in weights (6,386 against 281,440) but not in accuracy.
#
# ## Back to the moved digits
#
# A fourth network joins, **averaging**: 6,379 parameters, three convolutions with padding, and at
# the end your global average pooling in place of the weights for every place.

# %% [markdown]
# **In the figure** the test accuracy falls as the test images move right by 0 to 6 columns. Both
# MLPs (orange and green) fall at once, to 0.27 and 0.19 at four columns. LeNet (blue) holds longer,
# 0.93 at two columns, then falls as steeply, to 0.57 at four. Averaging (pink) starts at 0.954 and
# hardly falls: 0.92 at four, 0.85 at six, where its seeds differ widely.
#
# Nobody trained on moved images. What does LeNet lack, which is made of convolutions after all?

# %% experiment
fig, ax = plt.subplots(figsize=(7.5, 4.0))
for k, (name, by_seed) in enumerate(found["moved"].items()):
    scores = np.array(by_seed)  # (seeds, shifts)
    mean, spread = scores.mean(axis=0), scores.std(axis=0)
    style = {"fmt": "os^D"[k] + "-", "capsize": 4, "label": name}
    ax.errorbar(found["shifts"], mean, spread, **style)
ax.axhline(0.1, color="black", linestyle=":", label="guessing")
ax.set(xlabel="moved right by (pixels)", ylabel="test accuracy", ylim=(0, 1.02))
ax.set_title("Only the network that averages hardly minds")
ax.legend(loc="lower left")
plt.show()

# %% [markdown]
# A convolution treats all places alike: move the image and the maps *move along*. (It is
# **equivariant**.) That is not to say that they stay the same. Put fifty digits on a larger sheet,
# so that nothing leaves it, and compare the maps after both poolings.
#
# These poolings have stride 2, so one step on the last map is 4 pixels on the image. By how many
# columns must the image move for the maps to move along exactly?

# %% experiment tags=["nbval-check-output"]
canvas = np.pad(mnist.x_test[:50, None], ((0, 0), (0, 0), (8, 8), (8, 8)))


def maps_of(images):
    """The maps after both convolutions and poolings, before the linear layer."""
    for layer in network.layers[:6]:
        images = layer(images)
    return images


before = maps_of(canvas)
for columns in (1, 2, 3, 4):
    after = maps_of(shifted(canvas, columns))
    moved_along = np.allclose(after[..., 1:], before[..., :-1], atol=1e-4)
    print(f"image moved by {columns}: maps moved by 1, otherwise unchanged: {moved_along}")

# %% [markdown]
# Only by 4, the product of the strides. In between, other pixels meet in a pooling window (Zhang
# 2019 repairs this). And LeNet's last layer has a weight for every place on the map, and notices
# even an exact move. Averaging does not, and pays with two points of accuracy at rest.
#
# ## From images to video
#
# A clip has one more axis, time. A kernel of 3 × 3 × 3 slides along it too, and can tell what no
# single frame shows: which way something moves. For 16 frames of 112 × 112 pixels, three colours
# and 64 kernels that is 1.04 billion multiply-adds. Further up, a 3 × 3 kernel in space and then
# one of 3 along time take 12 weights per pair of channels in place of 27 (Tran and others 2018).

# %% [markdown]
# ## A question: a table as a picture
#
# A hospital has 30 blood values for each of 5,000 patients. A colleague lays them out as pictures
# of 5 × 6 pixels, in the alphabetical order of their names, and trains a CNN. It beats her MLP on
# the test patients by one point. She then tries eleven further CNNs on the same test patients, and
# reports the best: two points.
#
# 1. What does a convolution assume about these pictures that is not true?
# 2. Which result of this chapter says what to expect instead, and which quick experiment with her
#    own data would show it?
# 3. Why are the two points not to be trusted, and how should she have compared?
#
# Six to ten lines. (3 points, graded by hand)

# %% [markdown] answer="table_as_image" points=3
# ### BEGIN SOLUTION
# **Model answer.**
#
# 1. That neighbours belong together, and that the same pattern means the same in every place. The
#    alphabet makes neighbours by accident, and "high next to low" means something else for sodium
#    and potassium than for iron and lactate.
# 2. The digits with shuffled pixels: LeNet fell to the MLP of its size, below that of its cost,
#    while the MLPs did not change. She can put her 30 values in other orders (each the same for all
#    patients) and train again. If the CNN is as good as before, the arrangement told it nothing.
# 3. She chose the best of twelve by the test patients, so their score is too good by selection, and
#    with one seed each the difference may be luck. Choose on validation patients, with several
#    seeds and networks of equal size or cost, and look at the test patients once, at the end.
#
# **Rubric.** 1 point for locality *or* shared weights with a reason why it fails here. 1 point for
# the shuffled digits and an experiment that permutes columns. 1 point for selection on the test
# set and a cure (validation set or cross-validation); without the cure half a point.
# ### END SOLUTION

# %% [markdown]
# ## Play: draw a kernel
#
# Each square is a weight. A click turns 0 to +1 (orange), +1 to −1 (purple), −1 to 0. The menu
# offers four kernels to start from.
#
# 1. Choose `a dot`, then move the dot to the right edge of the kernel. What does the map show, and
#    which way did it move?
# 2. Draw a kernel that answers strongly under the sole and not at the instep. Balance it, so that
#    its weights add up to 0. What changes inside dark areas?
#
# **In the figure** the image stands on the left, its feature map under your kernel on the right,
# orange positive, purple negative. It starts with the boot and a kernel of −1 on the left and +1 on
# the right, which marks instep and heel.

# %% play
patterns = {
    "right minus left": [[-1, 0, 0, 0, 1]] * 5,
    "a dot": [[0] * 5, [0] * 5, [0, 0, 1, 0, 0], [0] * 5, [0] * 5],
    "diagonal": [[1 if i == j else -1 if i + j == 4 else 0 for j in range(5)] for i in range(5)],
    "empty": [[0] * 5] * 5,
}
pictures = {"boot": boot[0, 0], "digit": mnist.x_test[8], "shirt": fashion.x_test[14]}


def show_kernel(fig, image, kernel):
    weights = np.array(kernel, dtype=float)
    picture = pictures[image].astype(float)
    answers, _ = conv2d_forward(picture[None, None], weights[None, None], np.zeros(1), 1, 2)
    top = answers.flat[np.abs(answers).argmax()]
    fig.set_size_inches(7.0, 3.4)
    left, right = fig.subplots(1, 2)
    left.imshow(picture, cmap="gray_r")
    left.set(xticks=[], yticks=[], xlabel="image")
    plotting.signed_image(right, answers[0, 0])
    right.set_xlabel("feature map")
    fig.suptitle(f"The weights add up to {weights.sum():g}; the strongest answer is {top:.1f}")


plotting.play(show_kernel, image=list(pictures), kernel=patterns)

# %% [markdown]
# ## What to remember
#
# - A convolution looks through every window with the same few weights: local and shared. Its output
#   has $\lfloor(\text{size} + 2\,\text{pad} - \text{kernel})/\text{stride}\rfloor + 1$ positions.
# - Backward, each $dy$ stamps the kernel onto its window, and the window onto the kernel's
#   gradient. Overlaps add up.
# - Few weights, much work: compare networks by parameters *and* by multiply-adds. Written as one
#   matrix product, a convolution is fast.
# - Move the image and the maps move along, exactly so only by multiples of the strides. To forget
#   the place, average.
# - A convolution is a bet that neighbours belong together. Shuffled pixels lose the bet.
#
# In [chapter 8](../08_recurrent_networks/recurrent_networks.ipynb) the same weights are used again
# at every step in time.

# %% [markdown]
# ## References
#
# - K. Fukushima, Neocognitron, *Biological Cybernetics* 36, 1980.
# - Y. LeCun and others, Backpropagation applied to handwritten zip code recognition, *Neural
#   Computation* 1, 1989.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document
#   recognition, *Proceedings of the IEEE* 86(11), 1998.
# - K. Chellapilla, S. Puri, P. Simard, High performance convolutional neural networks for document
#   processing, *IWFHR*, 2006. The matrix product.
# - M. Lin, Q. Chen, S. Yan, Network in network, *ICLR*, 2014. Global average pooling.
# - K. Simonyan, A. Zisserman, Very deep convolutional networks for large-scale image recognition,
#   *ICLR*, 2015.
# - D. Tran and others, A closer look at spatiotemporal convolutions for action recognition,
#   *CVPR*, 2018.
# - R. Zhang, Making convolutional networks shift-invariant again, *ICML*, 2019.
