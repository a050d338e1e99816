# %% [markdown]
# # 13. Data augmentation
#
# Take 300 handwritten digits and train a network on them. It reads about 85 of 100 new ones.
# The surest way to do better is more digits, but somebody has to write them and say what they are.
#
# You can make some yourself. A 7 that stands two pixels further left is still a 7. So is one that
# leans a little more, or has lost a corner. Nobody needs to label it, because you know what you
# did to it. What do such images teach that the 300 did not? And can they teach something wrong?

# %% [markdown]
# You write seven functions (32 points) and answer one question in words (3 points), in two to three
# hours. At the end stands a picture of what an augmentation is worth, counted in real images.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import accuracy, cross_entropy_backward, datasets, gradient_descent_step
from dlutils import mlp_backward, mlp_forward, plotting, results

plotting.use_course_style()

# %% [markdown]
# ## Three hundred of each
#
# There are two sets: MNIST's digits and Fashion-MNIST's clothes, 28 by 28 grey values from 0 to 1.
# Of each, the first 300 training images are all there is to learn from. The last 2,000 are
# **validation images**, for choosing. The test images wait.
#
# **In the figure** are five digits and five garments, each with its name. Think of a mirror: for
# which of them would the name still be right?

# %%
digits, clothes = datasets.mnist(), datasets.fashion()
few = {"digits": (digits.x_train[:300], digits.y_train[:300]),
       "clothes": (clothes.x_train[:300], clothes.y_train[:300])}
held_out = {"digits": (digits.x_train[-2000:], digits.y_train[-2000:]),
            "clothes": (clothes.x_train[-2000:], clothes.y_train[-2000:])}

ten = np.concatenate([few["digits"][0][:5], few["clothes"][0][:5]])
names = [str(label) for label in few["digits"][1][:5]]
names += [clothes.label_names[label] for label in few["clothes"][1][:5]]
fig = plotting.show_images(ten, titles=names)
fig.suptitle("Which may be mirrored?")
plt.show()

# %% [markdown]
# ## What does not change the label
#
# An **augmentation** is a change that makes a new image out of an old one and leaves the label
# right. Which changes do is not in the data. You say it, and you know it from the world: a mirrored
# shirt is a shirt, a mirrored 2 is nothing. Shorten and Khoshgoftaar (2019) call a change *safe*
# for a data set if its labels are likely to survive it.
#
# Make the change at random, and anew each time an image enters a minibatch, so that the network
# hardly sees one image twice. It may still come to know all 300, but no longer by single
# pixels. This is done in training only; a new image to be read stays as it is.

# %% [markdown]
# In all exercises `images` has the shape (N, H, W), floats from 0 to 1. What a function returns
# has the same shape, and `images` stays unchanged: the next minibatch needs it.
#
# Each image gets draws of its own. With one draw for the whole batch all images would move
# together, and a minibatch would say less. All chance comes from `rng`, a generator, so that equal
# generators give equal results; how you draw is up to you. The tests look at what is possible and
# how often it occurs.

# %% [markdown]
# ## Exercise 13.1: random_flip
#
# Mirror each image left to right with probability `p`, and leave it as it is otherwise. Every image
# is decided by itself, and every call decides anew (2 points).
#
# With `p=1` all images are mirrored, with `p=0` none (1 point): for `images = [[[1, 2, 3], [4, 5,
# 6]]]`, one image of two rows, `p=1` gives `[[[3, 2, 1], [6, 5, 4]]]`. `images` stays unchanged
# (1 point).

# %% solution="random_flip"
def random_flip(images, rng, p):
    """Mirror each image left to right with probability p: (N, H, W) -> (N, H, W)."""
    ### BEGIN SOLUTION
    flipped = rng.random(len(images)) < p
    return np.where(flipped[:, None, None], images[:, :, ::-1], images)
    ### END SOLUTION

# %% check="random_flip" points=1
import numpy as np
from dlutils import checks

checks.agrees("random_flip", random_flip, checks.case(images=np.array([[[1.0, 2.0, 3.0], [4.0, 5.0,
    6.0]]]) / 10, rng=np.random.default_rng(0), p=1.0), checks.image_case(4, 2, 3, rng=1, p=0.0))
### BEGIN HIDDEN TESTS
checks.agrees("random_flip", random_flip, checks.image_case(5, 3, 4, rng=2, p=1),
    checks.image_case(1, 4, 2, rng=2, p=1), checks.image_case(7, 3, 3, rng=3, p=0), hidden=True)
### END HIDDEN TESTS

# %% check="random_flip" kind="law" points=2
from dlutils import checks

checks.holds("random_flip", random_flip, "the share of mirrored images over p, and the share alike "
    "for equal generators", checks.image_case(2000, 2, 3, rng=0, p=0.3), measure=checks.flip_share,
    within=(0.8, 1.2))
### BEGIN HIDDEN TESTS
checks.holds("random_flip", random_flip, "every image is decided by itself, in every call",
    checks.image_case(8, 2, 3, rng=0, p=0.4), measure=checks.flip_counts, within=(0.5, 1.7),
    hidden=True)
### END HIDDEN TESTS

# %% check="random_flip" kind="purity" points=1
from dlutils import checks

checks.unchanged("random_flip", random_flip, checks.image_case(9, 2, 3, rng=0, p=1.0))
### BEGIN HIDDEN TESTS
checks.unchanged("random_flip", random_flip, checks.image_case(40, 3, 2, rng=1, p=0.5), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Nobody centres a digit to the pixel, and a network of chapter 3 has no idea that neighbouring
# pixels have to do with one another: to it a shifted image is a wholly new one. Simard and others
# (2003) shifted, turned and bent MNIST's digits, and read it better than anybody before them.
#
# ## Exercise 13.2: random_crop
#
# Put a frame of `pad` zeros around each image, which makes it (H + 2 pad, W + 2 pad). Then cut out
# an (H, W) window anywhere in the framed image. There are $2\,\text{pad} + 1$ first rows and as
# many first columns, and all pairs are equally likely. The image is thus shifted by up to `pad`
# pixels each way, and zeros come in.

# %% [markdown]
# Take one image, `[[1, 2], [3, 4]]`, and `pad=1`. The window whose first row and column are 0 is
# `[[0, 0], [0, 1]]`; that at (1, 1) is the image itself; that at (1, 2) is `[[2, 0], [4, 0]]`.
#
# Windows are windows of the frame and all shifts occur; `pad=0` returns the images as they are
# (2 points). Each image has its window, all are equally likely, every call draws anew (1 point).
# `images` stays unchanged (1 point).

# %% solution="random_crop"
def random_crop(images, pad, rng):
    """Shift each image by up to pad pixels both ways, zeros coming in: (N, H, W) -> (N, H, W)."""
    ### BEGIN SOLUTION
    N, height, width = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad)))
    corners = rng.integers(0, 2 * pad + 1, (N, 2))
    windows = [
        image[row : row + height, column : column + width]
        for image, (row, column) in zip(padded, corners, strict=True)
    ]
    return np.stack(windows)
    ### END SOLUTION

# %% check="random_crop" points=2
from dlutils import checks

checks.agrees("random_crop", random_crop, checks.image_case(300, 3, 4, pad=1, rng=0),
    checks.image_case(2, 2, 3, pad=0, rng=1), using=checks.crop_shifts)
### BEGIN HIDDEN TESTS
checks.agrees("random_crop", random_crop, checks.image_case(400, 4, 3, pad=2, rng=0),
    checks.image_case(500, 6, 7, pad=3, rng=1), using=checks.crop_shifts, hidden=True)
### END HIDDEN TESTS

# %% check="random_crop" kind="law" points=1
from dlutils import checks

checks.holds("random_crop", random_crop, "how often each shift occurs, over an equal share, and "
    "the shares repeated by an equal generator and by another call", checks.image_case(1800, 2, 3,
    pad=1, rng=0), measure=checks.crop_spread, within=(0.6, 1.4))
### BEGIN HIDDEN TESTS
checks.holds("random_crop", random_crop, "all shifts are equally likely, for every image and call",
    checks.image_case(4000, 3, 4, pad=2, rng=1), measure=checks.crop_spread, within=(0.6, 1.4),
    hidden=True)
### END HIDDEN TESTS

# %% check="random_crop" kind="purity" points=1
from dlutils import checks

checks.unchanged("random_crop", random_crop, checks.image_case(9, 3, 4, pad=1, rng=0))
### BEGIN HIDDEN TESTS
checks.unchanged("random_crop", random_crop, checks.image_case(30, 4, 3, pad=2, rng=1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Turning: ask backwards
#
# Where does a pixel go when the image turns by 10 degrees? Between four others. Send all pixels
# forward, and some places get two, some none.
#
# So ask the other way round: which place of the old image ends up *here*? Every new pixel has
# exactly one answer. It mostly lies between four old pixels, and you take their mean, weighted by
# closeness. This is **bilinear interpolation**.

# %% [markdown]
# Count rows downward, as displayed. Measure from the centre: the new pixel in row $r$, column $c$
# has $y = r - \frac{H-1}{2}$ and $x = c - \frac{W-1}{2}$. When the image turns **anticlockwise, as
# you see it**, by $\theta$, that pixel comes from
#
# $$r' = \tfrac{H-1}{2} + y\cos\theta + x\sin\theta, \qquad
# c' = \tfrac{W-1}{2} + x\cos\theta - y\sin\theta.$$
#
# Test it with $\theta = 90°$ and the pixel above the centre, $y = -1, x = 0$: it comes from $c' =
# \frac{W-1}{2} + 1$ in the middle row, right of the centre. What was on the right is now on top.

# %% [markdown]
# With $i = \lfloor r' \rfloor$, $j = \lfloor c' \rfloor$, $f = r' - i$ and $g = c' - j$, the value
# is
#
# $$(1-f)(1-g)\,I_{i,j} + (1-f)\,g\,I_{i,j+1} + f\,(1-g)\,I_{i+1,j} + f\,g\,I_{i+1,j+1},$$
#
# where $I$ is the old image, continued by zeros on all sides. A place half a pixel outside the edge
# thus gets half of the edge pixel.

# %% [markdown]
# ## Exercise 13.3: rotate
#
# Turn each image by `degrees`, anticlockwise as displayed, about the centre, by the formulas above
# (4 points). `degrees` is one number for all images, or an array (N,) with an angle for each
# (1 point). Negative angles turn clockwise. H and W may differ, and the result is (N, H, W).
#
# For `[[0, 0, 0], [0, 0, 1], [0, 0, 0]]` 90 degrees give `[[0, 1, 0], [0, 0, 0], [0, 0, 0]]`, and
# 45 degrees `[[0, 0.207, 0.586], [0, 0, 0.207], [0, 0, 0]]`.
#
# Nothing is drawn here. `images` stays unchanged (1 point).

# %% solution="rotate"
def rotate(images, degrees):
    """Turn (N, H, W) anticlockwise about the centre, bilinear, 0 outside; a number or (N,)."""
    ### BEGIN SOLUTION
    N, height, width = images.shape
    angle = np.radians(np.broadcast_to(degrees, N))[:, None, None]
    y = np.arange(height)[:, None] - (height - 1) / 2
    x = np.arange(width) - (width - 1) / 2
    rows = (height - 1) / 2 + y * np.cos(angle) + x * np.sin(angle)  # (N, H, W)
    columns = (width - 1) / 2 + x * np.cos(angle) - y * np.sin(angle)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    turned = np.zeros(images.shape)
    for corner_row, corner_column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        row = np.floor(rows).astype(int) + corner_row
        column = np.floor(columns).astype(int) + corner_column
        weight = (1 - np.abs(rows - row)) * (1 - np.abs(columns - column))
        row, column = np.clip(row + 1, 0, height + 1), np.clip(column + 1, 0, width + 1)
        turned += weight * padded[np.arange(N)[:, None, None], row, column]
    return turned.astype(images.dtype)
    ### END SOLUTION

# %% check="rotate" points=4
import numpy as np
from dlutils import checks

checks.agrees("rotate", rotate, *[checks.case(images=np.array([[[0.0, 0, 0], [0, 0, 1], [0, 0,
    0]]]), degrees=degrees) for degrees in (90.0, 45.0)], checks.image_case(1, 3, 5, degrees=180.0))
### BEGIN HIDDEN TESTS
checks.agrees("rotate", rotate, checks.image_case(1, 5, 4, degrees=30.0), checks.image_case(2, 4, 7,
    degrees=-75.0), checks.image_case(1, 9, 2, degrees=60.0), checks.image_case(1, 2, 9,
    degrees=90.0), checks.image_case(3, 5, 3, degrees=0.0), hidden=True)
### END HIDDEN TESTS

# %% check="rotate" kind="shape" points=1
import numpy as np
from dlutils import checks

checks.agrees("rotate", rotate, checks.image_case(3, 3, 4, degrees=np.array([0.0, 90.0, -90.0])))
### BEGIN HIDDEN TESTS
checks.agrees("rotate", rotate, checks.image_case(4, 5, 4, degrees=np.array([20.0, -20, 180, 300])),
    checks.image_case(1, 4, 4, degrees=np.array([33.0])), hidden=True)
### END HIDDEN TESTS

# %% check="rotate" kind="purity" points=1
from dlutils import checks

checks.unchanged("rotate", rotate, checks.image_case(2, 3, 4, degrees=30.0))
### BEGIN HIDDEN TESTS
checks.unchanged("rotate", rotate, checks.image_case(3, 4, 3, degrees=-100.0), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# A network may rest its whole judgement on one spot, say the collar of a shirt. Hide the spot now
# and then, and it must look at the rest: dropout for pixels that stand together. DeVries and
# Taylor (2017) called it *cutout*; their squares may stick out of the image. Those of Zhong and
# others (2020) lie wholly inside, as yours will, but are rectangles of random size and filling.
#
# ## Exercise 13.4: random_erase
#
# In each image set one square of `size` x `size` pixels to 0. The square lies wholly inside the
# image, at one of the $(H - \text{size} + 1)(W - \text{size} + 1)$ places; the other pixels stay.
# `size` is at least 1 and at most the smaller of H and W.
#
# For one image of ones with H = 2, W = 3 and `size=2` there are two results: `[[0, 0, 1], [0, 0,
# 1]]` and `[[1, 0, 0], [1, 0, 0]]`.

# %% [markdown]
# One whole square is erased, and all places occur (2 points). Each image has its place, all are
# equally likely, every call draws anew (1 point). `images` stays unchanged (1 point).

# %% solution="random_erase"
def random_erase(images, size, rng):
    """Set one size x size square anywhere inside each image to 0: (N, H, W) -> (N, H, W)."""
    ### BEGIN SOLUTION
    N, height, width = images.shape
    tops = rng.integers(0, height - size + 1, N)
    lefts = rng.integers(0, width - size + 1, N)
    erased = images.copy()
    for image, top, left in zip(erased, tops, lefts, strict=True):
        image[top : top + size, left : left + size] = 0
    return erased
    ### END SOLUTION

# %% check="random_erase" points=2
from dlutils import checks

checks.agrees("random_erase", random_erase, checks.image_case(200, 3, 5, size=2, rng=0),
    checks.image_case(2, 3, 3, size=3, rng=1), using=checks.erase_places)
### BEGIN HIDDEN TESTS
checks.agrees("random_erase", random_erase, checks.image_case(200, 6, 4, size=3, rng=0),
    checks.image_case(300, 5, 3, size=1, rng=1), using=checks.erase_places, hidden=True)
### END HIDDEN TESTS

# %% check="random_erase" kind="law" points=1
from dlutils import checks

checks.holds("random_erase", random_erase, "how often each place occurs, over an equal share, and "
    "the shares repeated by an equal generator and by another call", checks.image_case(1200, 3, 4,
    size=2, rng=0), measure=checks.erase_spread, within=(0.6, 1.4))
### BEGIN HIDDEN TESTS
checks.holds("random_erase", random_erase, "all places are equally likely, for every image and "
    "call", checks.image_case(2400, 6, 4, size=2, rng=1), measure=checks.erase_spread,
    within=(0.6, 1.4), hidden=True)
### END HIDDEN TESTS

# %% check="random_erase" kind="purity" points=1
from dlutils import checks

checks.unchanged("random_erase", random_erase, checks.image_case(3, 3, 4, size=2, rng=0))
### BEGIN HIDDEN TESTS
checks.unchanged("random_erase", random_erase, checks.image_case(9, 4, 3, size=1, rng=1),
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 13.5: add_noise
#
# Cameras add noise. Add to every pixel a normal number of mean 0 and standard deviation `sigma`
# (`sigma` is at least 0), and clip the sum to [0, 1]: what is below 0 becomes 0, what is above 1
# becomes 1.
#
# If the draws for the pixels 0.5, 0.9 and 0.1 are 0.2, 0.2 and -0.3, the result is 0.7, 1 and 0.
#
# All values lie in [0, 1], by clipping; `sigma=0` changes nothing (2 points). The noise is normal,
# each pixel of each image has its own, and every call draws anew (2 points). `images` stays
# unchanged (1 point).

# %% solution="add_noise"
def add_noise(images, sigma, rng):
    """Add normal noise of standard deviation sigma, clipped to [0, 1]: (N, H, W) -> (N, H, W)."""
    ### BEGIN SOLUTION
    noise = sigma * rng.standard_normal(images.shape)
    return np.clip(images + noise, 0, 1).astype(images.dtype)
    ### END SOLUTION

# %% check="add_noise" points=2
import numpy as np
from dlutils import checks

checks.agrees("add_noise", add_noise, checks.image_case(2, 2, 3, sigma=0.0, rng=0))
checks.holds("add_noise", add_noise, "the smallest and the largest value", checks.image_case(50,
    6, 5, sigma=0.6, rng=1), measure=checks.value_range, within=(0, 1))
### BEGIN HIDDEN TESTS
checks.holds("add_noise", add_noise, "shares of exactly 0 and exactly 1", checks.case(images=np.full
    ((90, 8, 10), 0.5), sigma=1.0, rng=np.random.default_rng(2)), measure=checks.noise_at_ends,
    within=(0.27, 0.35), hidden=True)
### END HIDDEN TESTS

# %% check="add_noise" kind="law" points=2
import numpy as np
from dlutils import checks

checks.holds("add_noise", add_noise, "1 + mean, spread and share within sigma of normal noise, and "
    "the share alike for equal generators", checks.case(images=np.full((70, 9, 8), 0.5), sigma=0.05,
    rng=np.random.default_rng(0)), measure=checks.noise_moments, within=(0.9, 1.1))
### BEGIN HIDDEN TESTS
checks.holds("add_noise", add_noise, "every pixel of every image has noise of its own, in every "
    "call", checks.case(images=np.full((200, 15, 20), 0.5), sigma=0.1, rng=np.random.default_rng(
    1)), measure=checks.noise_spread, within=(0.55, 1.6), hidden=True)
### END HIDDEN TESTS

# %% check="add_noise" kind="purity" points=1
from dlutils import checks

checks.unchanged("add_noise", add_noise, checks.image_case(3, 3, 4, sigma=0.3, rng=0))
### BEGIN HIDDEN TESTS
checks.unchanged("add_noise", add_noise, checks.image_case(5, 4, 3, sigma=2.0, rng=1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## A label of two halves
#
# All these leave the label alone. Zhang and others (2018) do not: they lay two images over each
# other, and the labels, too. An image that is 70 % a coat and 30 % a boot is labelled so, as a row
# of probabilities: 0.7 for coat, 0.3 for boot. The network is asked to be as sure as the image is
# clear.
#
# For this a label must be a row of K numbers: a 1 at its class, 0 elsewhere. That is called
# **one-hot**; `np.eye(K)[labels]` makes such rows.

# %% [markdown]
# ## Exercise 13.6: mixup
#
# Draw for each image $n$ its own $\lambda_n$ from the beta distribution with both parameters
# `alpha`, `rng.beta(alpha, alpha, ...)`; it lies between 0 and 1. Pair the images with a random
# order of the batch: $\pi$ is a permutation of 0 to N - 1. Then
#
# $$x'_n = \lambda_n x_n + (1 - \lambda_n)\,x_{\pi(n)}, \qquad
# t'_n = \lambda_n t_n + (1 - \lambda_n)\,t_{\pi(n)},$$
#
# where $t_n$ is row $n$ of `labels_onehot` (N, K). Both are taken from the given batch, not from
# what is mixed already. Now and then $\pi(n) = n$; then nothing changes. `alpha` is above 0.

# %% [markdown]
# For two images `[[0.2]]` and `[[0.8]]` of classes 0 and 1, and $\lambda = 0.75, 0.5$ with $\pi =
# (1, 0)$, you get the images `[[0.35]]`, `[[0.5]]` and the labels `[[0.75, 0.25], [0.5, 0.5]]`.
#
# Returns `(images, labels)`, new arrays. Each image is a blend with one partner, and its label the
# same blend (2 points). $\lambda$ has its distribution, one per image, and partners are a
# permutation; every call draws anew (3 points). `images` and `labels_onehot` stay unchanged
# (1 point).

# %% solution="mixup"
def mixup(images, labels_onehot, alpha, rng):
    """Blend images (N, H, W) and labels (N, K) with those of partners alike -> images, labels."""
    ### BEGIN SOLUTION
    N = len(images)
    share = rng.beta(alpha, alpha, N).astype(images.dtype)
    partner = rng.permutation(N)
    blend, blend_labels = share[:, None, None], share[:, None]
    mixed = blend * images + (1 - blend) * images[partner]
    labels = blend_labels * labels_onehot + (1 - blend_labels) * labels_onehot[partner]
    return mixed, labels
    ### END SOLUTION

# %% check="mixup" points=2
from dlutils import checks

checks.holds("mixup", mixup, "the largest gap between a label and its image's blend",
    checks.mixup_case(2, 3, alpha=1.0), measure=checks.mixup_gap, within=(0, 1e-6))
### BEGIN HIDDEN TESTS
checks.holds("mixup", mixup, "labels are blended like their images", checks.mixup_case(3, 5,
    alpha=0.5), checks.mixup_case(4, 3, alpha=2.0, seed=1), checks.mixup_case(1, 1, alpha=1.0),
    measure=checks.mixup_gap, within=(0, 1e-6), hidden=True)
### END HIDDEN TESTS

# %% check="mixup" kind="law" points=3
from dlutils import checks

checks.holds("mixup", mixup, "mean and variance of lambda, variance of half a batch's mean, and "
    "repeated partners, over what they should be", checks.mixup_case(3, 4, alpha=1.0),
    measure=checks.mixup_shares, within=(0.5, 1.6))
### BEGIN HIDDEN TESTS
checks.holds("mixup", mixup, "lambda has its distribution, one per image and call; partners change",
    checks.mixup_case(4, 3, alpha=3.0), checks.mixup_case(3, 4, alpha=0.3, seed=1),
    measure=checks.mixup_shares, within=(0.5, 1.6), hidden=True)
### END HIDDEN TESTS

# %% check="mixup" kind="purity" points=1
from dlutils import checks

checks.unchanged("mixup", mixup, checks.mixup_case(2, 3, alpha=1.0))
### BEGIN HIDDEN TESTS
checks.unchanged("mixup", mixup, checks.mixup_case(3, 4, alpha=0.5, seed=1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# What does the network get to see? **In the figure** are five blends of clothes with their labels.
# Blends whose second class has less than 5 % are skipped.

# %% experiment
rng = np.random.default_rng(3)
x, labels = few["clothes"]
mixed, soft = mixup(x[:40], np.eye(10)[labels[:40]], 1.0, rng)
two = [n for n in range(40) if np.sort(soft[n])[-2] > 0.05][:5]
titles = ["\n".join(f"{row[k]:.2f} {clothes.label_names[k]}" for k in row.argsort()[:-3:-1])
          for row in soft[two]]
fig = plotting.show_images(mixed[two], titles=titles, size=1.7)
fig.suptitle("Two garments in one image, and a label that says how much of each")
plt.show()

# %% [markdown]
# ## Exercise 13.7: augment
#
# One change is good, several are better. `transforms` is a list of functions `t(images, rng)`, each
# of which returns changed images. Apply all of them in turn, the first one first, each to what the
# one before returned, and each with the given `rng`. An empty list returns the images as they are
# (2 points).
#
# With the two functions `lambda images, rng: images + 0.2` and `lambda images, rng: images / 2`, in
# this order, a pixel of 0.4 becomes 0.3; in the other order, 0.4. `images` and the list stay
# unchanged (1 point).

# %% solution="augment"
def augment(images, transforms, rng):
    """Apply t(images, rng) for every t of transforms in turn: (N, H, W) -> (N, H, W)."""
    ### BEGIN SOLUTION
    for transform in transforms:
        images = transform(images, rng)
    return images
    ### END SOLUTION

# %% check="augment" points=2
import numpy as np
from dlutils import checks

checks.agrees("augment", augment, *[checks.image_case(2, 2, 3, transforms=transforms, rng=0) for
    transforms in ([lambda images, rng: images + 0.2, lambda images, rng: images / 2], [])])
### BEGIN HIDDEN TESTS
checks.agrees("augment", augment, checks.image_case(3, 2, 4, transforms=[lambda images, rng: images
    * rng.random(), lambda images, rng: images + rng.random(images.shape), lambda images, rng:
    images[:, ::-1]], rng=1), hidden=True)
### END HIDDEN TESTS

# %% check="augment" kind="purity" points=1
from dlutils import checks

checks.unchanged("augment", augment, checks.image_case(2, 2, 3, transforms=[lambda images, rng:
    images * 0.5, lambda images, rng: images + rng.random()], rng=0))
### BEGIN HIDDEN TESTS
checks.unchanged("augment", augment, checks.image_case(3, 2, 2, transforms=[lambda images, rng:
    1 - images], rng=1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Experiment: digits, made from digits
#
# Train the network 784-128-10 on the 300 digits in 1,000 minibatches of 50. The
# learning rate falls from 0.2 to 0 in a straight line (chapter 5), so that the last minibatches do
# not decide. `augment` makes every minibatch new.

# %%
def train(images, labels, transforms, seed, steps=1000):
    """Train 784-128-10 on minibatches of 50, augmented anew at every step -> params."""
    rng = np.random.default_rng(seed)
    params = [(rng.normal(0, np.sqrt(2 / d), (d, m)), np.zeros(m))
              for d, m in ((784, 128), (128, 10))]
    for step in range(steps):
        rows = rng.choice(len(images), 50, replace=False)
        batch = augment(images[rows], transforms, rng).reshape(50, 784)
        outputs = mlp_forward(batch, params)
        dlogits = cross_entropy_backward(outputs[-1], labels[rows])
        grads = mlp_backward(dlogits, outputs, params)
        params = gradient_descent_step(params, grads, lr=0.2 * (1 - step / steps))
    return params


def logits_of(params, images):
    return mlp_forward(images.reshape(len(images), 784), params)[-1]

# %% [markdown]
# Compare three trainings on the same 300 digits: as they are; shifted by up to 2 pixels and turned
# by up to 15 degrees; mirrored with probability one half.

# %% experiment
recipes = {
    "as they are": [],
    "shifted and turned": [lambda images, rng: random_crop(images, 2, rng),
                           lambda images, rng: rotate(images, rng.uniform(-15, 15, len(images)))],
    "mirrored": [lambda images, rng: random_flip(images, rng, 0.5)],
}
x_new, y_new = held_out["digits"]
trained = {name: train(*few["digits"], used, seed=0) for name, used in recipes.items()}
reached = {name: accuracy(logits_of(p, x_new), y_new) for name, p in trained.items()}
for name, share in reached.items():
    print(f"{name:18} {accuracy(logits_of(trained[name], few['digits'][0]), few['digits'][1]):.3f} "
          f"of the 300, {share:.3f} of 2,000 new ones")
assert reached["shifted and turned"] > 0.88 > reached["as they are"] > reached["mirrored"]

# %% [markdown]
# Shifts and turns save more than a third of the errors on new digits. Mirrors cost nearly six
# digits in a hundred: half of what the network now studies is mirrored, and most mirrored digits
# do not exist outside.
#
# Which digits pay? One run cannot tell. The package stores three, with other images, weights and
# draws.
#
# **In the figure** each digit has two marks, the share that is read rightly without and with
# mirrors: means of three runs, bars of one standard deviation. The 5 falls furthest, from 0.71 to
# 0.55, then the 8, the 3 and the 2; the 1, 7 and 9 hardly change. Printed are these shares, and
# as what the 5s of all three runs were read.

# %% experiment
stored = results.load("data_augmentation")
fig, ax = plt.subplots(figsize=(7.0, 3.6))
for key, name, look, shift in (("none", "as they are", "o", -0.1), ("flip", "mirrored", "v", 0.1)):
    counts = np.array(stored["read_as"][key])  # (runs, digit, read as)
    shares = counts.diagonal(axis1=1, axis2=2) / counts.sum(axis=2)
    ax.errorbar(np.arange(10) + shift, shares.mean(axis=0), shares.std(axis=0, ddof=1), fmt=look,
        capsize=3, markersize=8, label=name)
    print(f"{name}, digits 0 to 9:", *(f"{share:.2f}" for share in shares.mean(axis=0)))
    print("  read as 0 to 9, the 5s:", *counts.sum(axis=0)[5])
ax.set(xlabel="digit", ylabel="share read rightly", xticks=range(10), ylim=(0, 1))
ax.set_title("Mirrored training digits cost the 5 most")
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# Most 0s and 1s are their own mirror images and pay little. But why the 5? A mirrored 5 looks like
# a 2. Are the lost 5s read as 2s? No: the 2s are few, and most of the 82 lost 5s are read as 3s
# (109 instead of 44). A guess: a 5 has its upright stroke at the left, a 3 at the right, and among
# mirrored 3s that is no longer so. What sounds plausible may be wrong; look at what is confused.

# %% [markdown]
# ## Each change by itself
#
# Here is every change alone, for both data sets, three runs each. Before you look: which will help
# clothes most? Surely the mirror, since a mirrored shirt is a shirt.
#
# **In the figure** each row is a change with its strength: mirrored with probability one half,
# shifted by up to 1 or 2 pixels, turned by up to 15 degrees, a square of 8 by 8 erased, noise of
# standard deviation 0.2, mixup with `alpha` 0.4. A dot is the mean gain in accuracy over no
# augmentation, from the same images, in percentage points; the line spans one standard deviation of
# the three gains to either side. Left digits, right clothes; a vertical line marks no gain.
# Printed after each mean gain is its standard error.

# %% experiment
changes = {"flip": "mirror, 1/2", "shift by 1": "shift, 1 px", "shift by 2": "shift, 2 px",
           "turn": "turn, 15°", "erase": "erase, 8 px", "noise": "noise, 0.2",
           "mixup": "mixup, 0.4"}
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.6), sharey=True)
for ax, name in zip(axes, few, strict=True):
    runs = {change: np.array(pairs)[:, 0] for change, pairs in stored["single"][name].items()}
    gains = np.array([100 * (runs[change] - runs["none"]) for change in changes])
    ax.errorbar(gains.mean(axis=1), changes.values(), xerr=gains.std(axis=1, ddof=1), fmt="o",
        capsize=4)
    ax.axvline(0, color="0.3", linewidth=1)
    ax.set(xlabel="gain (percentage points)", title=f"{name}: {runs['none'].mean():.3f} without")
    print(name, *(f"{g.mean():+.1f} ± {g.std(ddof=1) / np.sqrt(3):.1f}," for g in gains))
axes[0].invert_yaxis()
fig.suptitle("Shifts help digits, mirrors harm them, and little helps clothes", ha="left", x=0.02)
plt.show()

# %% [markdown]
# Digits gain 4.7 points by shifts of up to 2 and lose 5.2 by mirrors. Erasing costs them 1.4 and
# mixup 2.1; noise costs less than you can be sure of. A square of 8 by 8 may hide just the stroke
# that tells an 8 from a 3. At other strengths, or with more than 1,000 steps, both may do better.
#
# For clothes it is sobering. A shift by 1 gains 0.8 with a standard error of 0.8: you cannot tell
# it from nothing. And the mirror, the safe bet, *costs* 0.9 ± 0.3. How can that be, if a mirrored
# shirt is a shirt?
#
# **In the figure** are the first ten shoes among the training clothes, toes to the left.

# %% experiment
new = np.flatnonzero(np.isin(clothes.y_train, (5, 7, 9)))[:10]
fig = plotting.show_images(clothes.x_train[new], columns=10, size=0.85)
fig.suptitle("Ten shoes: which way do they point?")
plt.show()

# %% [markdown]
# All ten point left: whoever took the photos had a rule. The shoes to be read follow it, too, so
# that the mirrored network spends its strength on shoes that never come.
#
# Is the mirror useless, then? It depends on who sends the photos. Read the 2,000 validation clothes
# once as they are and once mirrored, as a shop with another rule might take them. The third
# network was trained with mirrors for all but shoes. In brackets stands the gain over no mirrors
# in percentage points, with its standard error.

# %% experiment
without = np.array(stored["single"]["clothes"]["none"])  # (runs, as they are or mirrored)
for name in ("none", "flip", "flip all but shoes"):
    runs = np.array(stored["single"]["clothes"][name])
    gains = 100 * (runs - without)
    read = [f"{share:.3f} ({gain:+.1f} ± {error:.1f})" for share, gain, error in zip(
        runs.mean(axis=0), gains.mean(axis=0), gains.std(axis=0, ddof=1) / np.sqrt(3), strict=True)]
    print(f"{name:18} {read[0]} as they are, {read[1]} mirrored")

# %% [markdown]
# Here the mirror helps a lot. Mirrored clothes are read at 0.549 by the network that never saw any,
# and at 0.769 by the one that did: 22 points, for a price of 0.9. With the shoes spared it costs
# nothing, and gains 2.0 ± 0.7 points: 20 of the 22 come from shoes.
#
# So an augmentation is a claim about the images to come. Validation images tell you whether it
# pays, but only for images like them.

# %% [markdown]
# ## What is it worth?
#
# For the digits, shifts by 2 with turns were chosen; for the clothes, shifts by 1. Now the test
# images are read, for the first time, by networks that learnt from 100 to 3,000 images.
#
# **In the figure** are two panels, digits and clothes. Solid lines are without augmentation, dashed
# ones with; the bars span one standard deviation of three runs to either side. All lines rise.
# Follow a horizontal line from the dashed one to the solid one: how many more real images does it
# take to get as far without?

# %% experiment
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.6))
for ax, name in zip(axes, few, strict=True):
    for way, look in (("without", "o-"), ("with", "s--")):
        runs = np.array(stored["recipe"][name][way])
        ax.errorbar(stored["counts"], runs.mean(axis=1), yerr=runs.std(axis=1, ddof=1), fmt=look,
            capsize=4, label=way)
        print(f"{name:8} {way:8}", *(f"{share:.3f}" for share in runs.mean(axis=1)))
    ax.set(xscale="log", xlabel="real training images", ylabel="test accuracy", title=name)
    ax.set_xticks(stored["counts"], stored["counts"], minor=False)
    ax.legend(title="augmentation")
fig.suptitle("A digit counts as three, a garment as one or less", ha="left", x=0.02)
plt.show()

# %% [markdown]
# Three hundred digits with augmentation (0.904) do better than a thousand without (0.885), and a
# thousand better than three thousand; a hundred (0.833) come close to three hundred (0.844). Each
# real digit counts as about three.
#
# For clothes the shift is worth nothing at 100 and 300, within the bars, and from 1,000 images on
# it costs more than a point. All runs have 1,000 steps and 128 hidden units. Augmented images are
# harder to fit, and with plenty of real ones this work is not repaid; a larger network or longer
# training might change that. The gain of 0.8 by which the shift was chosen may well have been
# chance: the best of seven looks better than it is.

# %% [markdown]
# ## A question: too good
#
# A colleague has 300 labelled digits. She makes ten copies of each, adds noise to all 3,000, puts
# them in random order, trains on 2,400 and validates on 600. Here is what you get when you do as
# she did, and then try the network on 2,000 digits that are really new.

# %% experiment
rng = np.random.default_rng(0)
copies = add_noise(np.repeat(few["digits"][0], 10, axis=0), 0.2, rng)
labels, order = np.repeat(few["digits"][1], 10), rng.permutation(3000)
hers = train(copies[order[:2400]], labels[order[:2400]], [], seed=0)
checked = accuracy(logits_of(hers, copies[order[2400:]]), labels[order[2400:]])
honest = accuracy(logits_of(hers, x_new), y_new)
print(f"her validation {checked:.3f}, new digits {honest:.3f}")
assert checked > 0.98 and honest < 0.88

# %% [markdown]
# Answer in three to six sentences. (a) Why is her number so high, and what did it measure? (b) In
# which order should she have worked, and are her validation images to be augmented? (c) Next she
# trains on chest X-rays and mirrors them left to right. The heart lies on the left in nearly
# everybody, and one of the labels is "heart on the right". What would you tell her?

# %% [markdown] answer="augmentation_leak" points=3
# ### BEGIN SOLUTION
# (a) Nearly every digit has noisy copies on both sides of the split. The network learnt 300 digits
# by heart and met them again; the number measures memory, not how new digits are read. (b) First
# split the 300 real digits, then augment the training part only. Validation images stay as they
# are, since they stand for what will come. (c) A mirror makes an image with the heart on the left
# into one with the heart on the right, so the label becomes wrong: leave the mirror out (or change
# that label along with it).
#
# One point each: (a) copies of the same digit on both sides, with the consequence; (b) split first,
# augment training images only; (c) the mirror changes what the label says. No point for "she
# overfits" alone.
# ### END SOLUTION

# %% [markdown]
# ## Play: how far can you go?
#
# Turn one change up until you can no longer read the digits yourself. From there on it teaches
# nothing. Above each image stands what the network from above reads that learnt from 300 digits as
# they are.
#
# Which change fools it long before it fools you? Then choose the network that was trained with
# shifts and turns. Where has its limit moved, and for which changes has it not?

# %% play
def gallery(fig, network, shift, degrees, square, sigma, mirror, seed):
    rng = np.random.default_rng(seed)
    images = random_crop(x_new[:12], shift, rng)
    images = rotate(images, rng.uniform(-degrees, degrees, 12))
    if square:
        images = random_erase(images, square, rng)
    images = add_noise(images, sigma, rng)
    images = random_flip(images, rng, float(mirror))
    read = logits_of(trained[network], images).argmax(axis=1)
    fig.set_size_inches(7.2, 3.0)
    for ax, image, said, label in zip(fig.subplots(2, 6).flat, images, read, y_new, strict=False):
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        ax.set_axis_off()
        ax.set_title(f"read: {said}" + ("" if said == label else " ✗"), fontsize=10)
    fig.suptitle(f"{np.sum(read == y_new[:12])} of 12 read rightly", ha="left", x=0.02)


plotting.play(gallery, network=["as they are", "shifted and turned"], shift=(0, 8, 0),
    degrees=(0, 180, 0), square=(0, 20, 0), sigma=(0.0, 1.0, 0.0), mirror=False, seed=(0, 20, 0))

# %% [markdown]
# ## What to remember
#
# - An augmentation states what does not change the label. Whether that is true is your knowledge,
#   not the data's.
# - Draw anew for each image and each minibatch; leave the originals as they are.
# - What helps depends on the data: small shifts and turns help digits, mirrors harm them, and
#   with clothes a mirror helps where mirrored clothes are to be expected.
# - Split first, then augment the training images only.
# - Mixup changes the label along with the image; everything else leaves it alone, or should.

# %% [markdown]
# ## References
#
# - P. Y. Simard, D. Steinkraus, J. C. Platt, *Best practices for convolutional neural networks
#   applied to visual document analysis*, ICDAR, 2003.
# - Z. Zhong, L. Zheng, G. Kang, S. Li, Y. Yang, *Random erasing data augmentation*, AAAI, 2020.
# - T. DeVries, G. W. Taylor, *Improved regularization of convolutional neural networks with
#   cutout*, arXiv:1708.04552, 2017.
# - H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz, *mixup: beyond empirical risk minimization*,
#   ICLR, 2018.
# - C. Shorten, T. M. Khoshgoftaar, *A survey on image data augmentation for deep learning*, Journal
#   of Big Data 6, 2019.
