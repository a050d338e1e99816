# %% [markdown]
# # 14. Transfer learning
#
# You have ten images of digits with labels, one of each kind, 8 pixels by 8. That is all. How well
# can a network read others?
#
# Elsewhere there are 8,000 labelled digits, but of another kind: 28 pixels by 28, by other writers,
# from another scanner. Is what can be learnt there of any use here? And 5,000 images of clothes?
#
# You write six functions (21 points) and answer one question in words (3 points), in two to three
# hours. You will see when borrowed knowledge helps, when it does nothing, and when it harms.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import accuracy, datasets, he_init, minibatches, mlp_forward, plotting, relu, results
from dlutils.results.transfer_learning import autoencoder, draw, first_params, gradients, pairs

plotting.use_course_style()

# %% [markdown]
# ## Two kinds of digits
#
# The **target** is the task you care about: `digits8x8`, with 1,437 training and 360 test images.
# Pretend that only a few of the training images have labels. The **source** is what there is
# plenty of: the 8,000 training images of MNIST (LeCun and others, 1998), with labels. The words are
# those of Pan and Yang (2010).

# %%
digits, mnist, fashion = datasets.digits8x8(), datasets.mnist(), datasets.fashion()
x, x_test = digits.x_train.reshape(-1, 64), digits.x_test.reshape(-1, 64)
y, y_test = digits.y_train, digits.y_test

# %% [markdown]
# **In the figure** are the digits 0 to 4, of the target in the upper row, coarse and filling the
# frame; of the source in the lower row, finer, with a wide white margin.

# %% experiment
fig, axes = plt.subplots(2, 5, figsize=(7.0, 3.3))
for row, (name, data) in zip(axes, {"target": digits, "source": mnist}.items(), strict=True):
    for k, ax in enumerate(row):
        ax.imshow(data.x_train[np.flatnonzero(data.y_train == k)[0]], cmap="gray_r")
        ax.set(xticks=[], yticks=[], xlabel="")
        ax.grid(False)
    row[0].set_ylabel(name)
fig.suptitle("The same digits, another camera", x=0.12, ha="left")
plt.show()

# %% [markdown]
# ## The same size
#
# A network for 64 pixels cannot take 784. To resize means to read an image between its pixels.
# Where? Take a row of two pixels, 0 and 4, that is to become four. A pixel is a small square: the
# new ones are half as wide, and their centres do not lie on the old ones.
#
# | new pixel | its centre, in old pixels | within the old centres | value |
# |-|-|-|-|
# | 0 | (0 + 1/2) 2/4 - 1/2 = -0.25 | 0 | 0 |
# | 1 | 0.25 | 0.25 | 1 |
# | 2 | 0.75 | 0.75 | 3 |
# | 3 | 1.25 | 1 | 4 |
#
# Outside the outermost centres there is nothing to read, and the border counts.

# %% [markdown]
# ## Exercise 14.1: resize_bilinear
#
# Row $i$ of the result, of `height` rows, is read from an image of $H$ rows at
#
# $$u = \mathrm{clip}\big((i + \tfrac12)\,\tfrac{H}{\text{height}} - \tfrac12,\ 0,\ H - 1\big),
# \qquad (1 - t)\cdot\text{row}_{r} + t\cdot\text{row}_{r+1},$$
#
# with $r = \lfloor u \rfloor$ and $t = u - r$. (Where $r$ is the last row, $t$ is 0, and there
# is no row $r+1$ to read.) Columns likewise, with $W$ and `width`.
#
# `images` (N, H, W) become (N, height, width), all sizes at least 1 (3 points). Images may hold
# integers, also of type `uint8`; the result holds fractions all the same (1 point).
# `[[[0, 4]]]` with height 1 and width 4 gives `[[[0, 1, 3, 4]]]`; with height 2 and width 1,
# `[[[2], [2]]]`.

# %% solution="resize_bilinear"
def resize_bilinear(images, height, width):
    """Resize by linear interpolation along both axes: (N, H, W) -> (N, height, width)."""
    ### BEGIN SOLUTION
    _, H, W = images.shape
    dtype = np.result_type(images, np.float32)
    i = np.clip((np.arange(height) + 0.5) * H / height - 0.5, 0, H - 1)
    j = np.clip((np.arange(width) + 0.5) * W / width - 0.5, 0, W - 1)
    top, left = i.astype(int), j.astype(int)
    bottom, right = np.minimum(top + 1, H - 1), np.minimum(left + 1, W - 1)
    down, across = (i - top).astype(dtype)[:, None], (j - left).astype(dtype)
    rows = images[:, top] * (1 - down) + images[:, bottom] * down
    return rows[:, :, left] * (1 - across) + rows[:, :, right] * across
    ### END SOLUTION

# %% check="resize_bilinear" points=3
import numpy as np
from dlutils import checks

checks.agrees("resize_bilinear", resize_bilinear, *[checks.case(images=np.array([[[0.0, 4.0]]]),
    height=h, width=w) for h, w in ((1, 4), (2, 1))],
    checks.random_case(0, images=(2, 3, 5), height=4, width=7))
### BEGIN HIDDEN TESTS
checks.agrees("resize_bilinear", resize_bilinear, *[checks.random_case(s, images=shape, height=h,
    width=w) for s, (shape, h, w) in enumerate((((1, 7, 4), 3, 9), ((3, 9, 6), 4, 2), ((2, 5, 3), 5,
    3), ((1, 1, 6), 3, 4), ((2, 6, 1), 4, 2), ((1, 28, 20), 8, 8)))], hidden=True)
### END HIDDEN TESTS

# %% check="resize_bilinear" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("resize_bilinear", resize_bilinear, checks.case(images=np.array([[[0, 255], [200,
    1]]], dtype=np.uint8), height=3, width=4))
### BEGIN HIDDEN TESTS
checks.agrees("resize_bilinear", resize_bilinear, checks.case(images=np.arange(60).reshape(2, 5, 6)
    ** 2, height=4, width=3), checks.case(images=np.array([[[250, 251, 7]]], dtype=np.uint8),
    height=2, width=5), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Who shrinks 28 rows to 8 so reads two of every 3.5 and skips the rest: a thin stroke may slip
# through. That is **aliasing**; in practice one averages before shrinking. The target was made so,
# by counting the black pixels in blocks of 4 by 4. Further down you see whether it matters here.
#
# Resized, MNIST's digits still have their white margin, and the target's have none. `small` cuts a
# margin off before it shrinks. **In the figure** is one 3 of MNIST, resized without its margins of
# 0, 3, 5 and 8 pixels, and at the right a 3 of the target. With 0 the digit is small, with 5 it
# fills the frame, with 8 its ends are cut off.

# %%
def small(images, margin):
    """Images (N, 28, 28) without a margin, shrunk to rows of 64 pixels."""
    inner = slice(margin, 28 - margin)
    return resize_bilinear(images[:, inner, inner], 8, 8).reshape(-1, 64)


three = mnist.x_train[np.flatnonzero(mnist.y_train == 3)[:1]]
shown = [small(three, margin)[0] for margin in (0, 3, 5, 8)] + [x[y == 3][0]]
names = ["margin 0", "margin 3", "margin 5", "margin 8", "target"]
fig = plotting.show_images(np.reshape(shown, (5, 8, 8)), names, columns=5)
fig.suptitle("With a margin of 5 cut off, the 3 fills the frame")
plt.show()

# %% [markdown]
# ## How far apart?
#
# Which margin is best? You could train a network for each and count its errors on the target. That
# takes labels. Look at the inputs alone instead: in which case are the two sets most alike?
#
# Each set is a cloud of points, one per image. The simplest question about two clouds is how far
# their centres lie apart.

# %% [markdown]
# ## Exercise 14.2: domain_gap
#
# For features `a` (N, D) and `b` (M, D), the Euclidean distance of their means:
#
# $$\text{gap} = \sqrt{\sum_d (\bar a_d - \bar b_d)^2}, \qquad
# \bar a_d = \frac1N \sum_n a_{nd}, \quad \bar b_d = \frac1M \sum_m b_{md}.$$
#
# Returns one number (2 points). `a = [[0, 1], [2, 1]]` has the mean (1, 1); with `b = [[4, 5]]` the
# gap is $\sqrt{3^2 + 4^2} = 5$.

# %% solution="domain_gap"
def domain_gap(a, b):
    """Euclidean distance of the means of two sets of features: a (N, D), b (M, D) -> number."""
    ### BEGIN SOLUTION
    return float(np.linalg.norm(a.mean(axis=0) - b.mean(axis=0)))
    ### END SOLUTION

# %% check="domain_gap" points=2
import numpy as np
from dlutils import checks

checks.agrees("domain_gap", domain_gap, checks.case(a=np.array([[0.0, 1.0], [2.0, 1.0]]),
    b=np.array([[4.0, 5.0]])), checks.random_case(3, a=(4, 3), b=(6, 3)))
### BEGIN HIDDEN TESTS
checks.agrees("domain_gap", domain_gap, checks.random_case(1, a=(5, 1), b=(2, 1)),
    checks.random_case(2, a=(1, 7), b=(3, 7)), checks.random_case(3, a=(4, 4), b=(4, 4)),
    checks.case(a=np.ones((3, 2)), b=np.ones((2, 2))), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Does the gap choose well? To see that, networks were trained on MNIST with each margin, for three
# epochs and with three seeds, and then read the target's training images as they were. These
# results are stored; bars span one standard deviation.
#
# **In the figure** the gap (blue, left axis) over the margin is a valley: from 2.2 at 0 down to
# 1.3 at 5, and up to 2.2 at 9. The accuracy on the target (orange, dashed, right axis) is a hill:
# from 0.39 up to 0.55 at 5, and down to 0.18.

# %% experiment
stored = results.load("transfer_learning")
margins = range(10)
fig, left = plt.subplots()
left.plot(margins, [domain_gap(small(mnist.x_train, m), x) for m in margins], "o-")
left.set(xlabel="margin cut off (pixels)", ylabel="domain gap (blue)")
right = left.twinx()
scores = np.array([row["accuracy"] for row in stored["margins"]])
right.errorbar(margins, scores.mean(axis=1), scores.std(axis=1, ddof=1), fmt="s--", color="C1",
    capsize=3)
right.set(ylabel="accuracy on the target (orange)", ylim=(0, 1))
right.grid(False)
left.set_title("Where the gap is smallest, the source's network reads best")
plt.show()
print(f"gap without cutting {domain_gap(small(mnist.x_train, 0), x):.2f}, "
      f"with margin 5 {domain_gap(small(mnist.x_train, 5), x):.2f}")

# %% [markdown]
# The gap saw no label and picks 5. Would it be smaller if you averaged first, as the target's
# makers did?

# %% experiment
big = resize_bilinear(mnist.x_train[:, 5:23, 5:23], 32, 32)
averaged = big.reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4)).reshape(-1, 64)
print(f"read between pixels {domain_gap(small(mnist.x_train, 5), x):.2f}, "
      f"averaged {domain_gap(averaged, x):.2f}")

# %% [markdown]
# Not here, where 18 rows become 8. With other images it may matter.
#
# The gap is a rough measure: two clouds with the same centre can be as different as a ring and a
# dot. And it compares inputs, not tasks: with all labels exchanged, it would be the same. Ben-David
# and others (2010) bound the target's error by a sum of three: the source's error, a finer
# distance of the inputs, and a term for tasks that differ.
#
# ## A network to borrow from
#
# The parameters of a network stand in a dict, `layer1.W`, `layer1.b`, `layer2.W`, `layer2.b`,
# `head.W`, `head.b`: two hidden layers of 64 ReLUs and a **head** that makes the logits of the
# classes. All below the head is the **body**. `gradients` returns a dict with the same names.

# %%
def train_source(data, seed=0, epochs=10):
    """A network for 28 x 28 images, by way of 64 pixels."""
    rng = np.random.default_rng(seed)
    params, images = first_params(rng), small(data.x_train, 5)
    for _ in range(epochs):
        for batch, labels in minibatches(images, data.y_train, 50, rng):
            grads = gradients(params, batch, labels)
            params = {name: w - 0.1 * grads[name] for name, w in params.items()}
    return params


def score(params, images, labels):
    return accuracy(mlp_forward(images, pairs(params))[-1], labels)


source = {"mnist": train_source(mnist), "fashion": train_source(fashion)}

# %% [markdown]
# How well does it read MNIST, and how well the target, of which it has seen nothing?

# %% experiment
own = score(source["mnist"], small(mnist.x_test, 5), mnist.y_test)
other = score(source["mnist"], x_test, y_test)
print(f"MNIST's test images {own:.2f}, the target's {other:.2f}")
assert own > 0.88 and 0.4 < other < 0.85

# %% [markdown]
# The difference is the price of another camera and other writers. (The hill above had 0.55 at
# margin 5: after three epochs, not ten, and on the target's training images.)
#
# ## What does a body know?
#
# Imagine the network as a chain of functions. The last one, the head, names digits; the others
# have made of 64 pixels 64 numbers from which digits can be told by one linear layer. Another task
# on similar images may want the same numbers. They are the network's **features**.

# %% [markdown]
# ## Exercise 14.3: extract_features
#
# `layers` is a list of functions, at least one, that are applied one after the other: the first
# to `x`, each other to what the one before returns. Return what the *last* one would be given
# (2 points).
#
# With the layers "add 1", "times 10", "minus 3" and `x = [1, 2]` you should get `[20, 30]`. If
# there is only one layer, the features are `x` itself (1 point).

# %% solution="extract_features"
def extract_features(layers, x):
    """What the layer before the last hands to it; layers are functions, applied in order."""
    ### BEGIN SOLUTION
    for layer in layers[:-1]:
        x = layer(x)
    return x
    ### END SOLUTION

# %% check="extract_features" points=2
import numpy as np
from dlutils import checks

checks.agrees("extract_features", extract_features, *[checks.case(layers=[lambda x: x + 1, lambda x:
    10 * x, lambda x: x - 3][:n], x=np.array([1.0, 2.0])) for n in (3, 2)])
### BEGIN HIDDEN TESTS
checks.agrees("extract_features", extract_features, *[checks.case(layers=[lambda x: x @ np.ones((3,
    2)) - 1, lambda x: x**2 + 2, lambda x: x[:, :1] * 3, lambda x: x - 7, lambda x: 2 * x][:n],
    x=checks.normal(4, 3, seed=n)) for n in (5, 4, 3)], checks.case(layers=[np.exp] * 3,
    x=checks.normal(2, 2, seed=0)), hidden=True)
### END HIDDEN TESTS

# %% check="extract_features" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("extract_features", extract_features, checks.case(layers=[lambda x: x + 1],
    x=np.array([1.0, 2.0])))
### BEGIN HIDDEN TESTS
checks.agrees("extract_features", extract_features, checks.case(layers=[lambda x:
    3 * x.sum(axis=1)], x=checks.normal(3, 2, seed=0)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Is the source nearer, seen through the body? The units are other ones, so divide the gap by the
# spread of the target's features, the root of their summed variances.

# %% experiment
def layers_of(params):
    """The network as functions: two layers with ReLU, and the head."""
    hidden = [lambda z, W=W, b=b: relu(z @ W + b) for W, b in pairs(params)[:-1]]
    return [*hidden, lambda z: z @ params["head.W"] + params["head.b"]]


layers = layers_of(source["mnist"])
for name, depth in (("pixels", 1), ("after layer 1", 2), ("after layer 2", 3)):
    a = extract_features(layers[:depth], small(mnist.x_train, 5))
    b = extract_features(layers[:depth], x)
    print(f"{name:13} gap / spread {domain_gap(a, b) / np.sqrt(b.var(axis=0).sum()):.2f}")

# %% [markdown]
# The gap shrinks from layer to layer, measured by the spread, but it does not vanish. What this
# network uses to tell digits apart depends less on the camera than the pixels do.
#
# ## A new head
#
# The target's labels need not be those of the source: a head for ten garments is of no use for
# digits. So the head is replaced, and the body kept.

# %% [markdown]
# ## Exercise 14.4: replace_head
#
# `params` is a dict of arrays with at least `head.W` (D, classes of the source) and `head.b`.
# Return a dict with the same names: `head.W` new with shape (D, K), `head.b` with K zeros, all
# others as they are (3 points).
#
# $$W_{dk} \sim \mathcal N(0,\ 2/D)$$
#
# by one draw of all numbers from `rng`, as `he_init(D, K, rng)` of chapter 6 makes it; so two right
# answers with equal generators have equal heads. With D = 2, K = 1 and `default_rng(0)`, `head.W`
# should be `[[0.1257], [-0.1321]]`.
#
# The dict `params` and its arrays stay unchanged (1 point). The arrays of the body may be shared.

# %% solution="replace_head"
def replace_head(params, K, rng):
    """A dict of parameters with a new head for K classes; all others are passed on as they are."""
    ### BEGIN SOLUTION
    W = params["head.W"]
    head_W = he_init(W.shape[0], K, rng).astype(W.dtype)
    return params | {"head.W": head_W, "head.b": np.zeros(K, W.dtype)}
    ### END SOLUTION

# %% check="replace_head" points=3
import numpy as np
from dlutils import checks

checks.agrees("replace_head", replace_head, checks.case(params={"head.W": np.ones((2, 3)),
    "head.b": np.ones(3)}, K=1, rng=np.random.default_rng(0)), checks.head_case(4, 5, 3))
### BEGIN HIDDEN TESTS
checks.agrees("replace_head", replace_head, checks.head_case(5, 2, 7, seed=1),
    checks.head_case(3, 4, 4, seed=2), checks.head_case(1, 3, 2, seed=3),
    checks.head_case(6, 6, 1, seed=4), hidden=True)
### END HIDDEN TESTS

# %% check="replace_head" kind="purity" points=1
from dlutils import checks

checks.unchanged("replace_head", replace_head, checks.head_case(4, 5, 3))
### BEGIN HIDDEN TESTS
checks.unchanged("replace_head", replace_head, checks.head_case(2, 3, 3, seed=1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## What may move
#
# A new head on an old body: now train on the few labels. Either all layers may move, which is
# called **fine-tuning**, or some are **frozen**, so that few labels cannot spoil what thousands
# have taught. Yosinski and others (2014) froze a network layer by layer: the first served another
# task well, later ones less and less.
#
# To leave out the gradient is not enough to freeze. Weight decay pulls at a weight without any
# gradient, and so does a velocity from earlier steps. A weight of 1 with `lr` 0.1 and
# `weight_decay` 0.01 is down to 0.37 after 1,000 steps without a gradient.

# %% [markdown]
# ## Exercise 14.5: frozen_step
#
# One step of gradient descent with weight decay for a dict of parameters:
#
# $$w \leftarrow w - \eta\,(dw + \text{weight\_decay}\cdot w)$$
#
# for every name, biases included, that is not in `frozen`, a list, tuple or set of full names.
# Returns a new dict with all names (3 points). Frozen arrays stay as they are to the last bit, and
# a frozen name may be missing from `grads` (1 point). All inputs stay unchanged (1 point).
#
# With `params` and `grads` for two names, `a: [1, 2]`, `b: [4]` and `a: [0.5, 0]`, `b: [1]`,
# `frozen=["b"]`, `lr=0.1` and `weight_decay=0.5` you should get `a: [0.9, 1.9]`, `b: [4]`.

# %% solution="frozen_step"
def frozen_step(params, grads, frozen, lr, weight_decay):
    """Gradient descent with weight decay on all but the frozen names -> new dict."""
    ### BEGIN SOLUTION
    return {
        name: w if name in frozen else w - lr * (grads[name] + weight_decay * w)
        for name, w in params.items()
    }
    ### END SOLUTION

# %% check="frozen_step" points=3
import numpy as np
from dlutils import checks

checks.agrees("frozen_step", frozen_step, checks.case(params={"a": np.array([1.0, 2.0]), "b":
    np.array([4.0])}, grads={"a": np.array([0.5, 0.0]), "b": np.array([1.0])}, frozen=["b"], lr=0.1,
    weight_decay=0.5), checks.frozen_case({"layer1.W", "layer1.b"}, 0.3, 0.2))
### BEGIN HIDDEN TESTS
checks.agrees("frozen_step", frozen_step, *[checks.frozen_case(names, lr, decay, seed=3) for names,
    lr, decay in ((set(), 0.7, 0.3), (["layer1.W"], 2.0, 0.0), (("layer2.b", "head.b"), 0.4, 0.9))],
    hidden=True)
### END HIDDEN TESTS

# %% check="frozen_step" kind="law" points=1
from dlutils import checks

checks.holds("frozen_step", frozen_step, "how far frozen parameters move", *[checks.frozen_case(
    ["layer2.W", "layer2.b"], 0.5, 0.3, missing=gone) for gone in ((), ("layer2.b",))],
    measure=checks.frozen_change, within=(0, 0))
### BEGIN HIDDEN TESTS
checks.holds("frozen_step", frozen_step, "how far frozen parameters move", *[checks.frozen_case(
    names, 0.2, 0.1, seed=2, missing=gone) for names, gone in (({"layer1.W"}, ()), (["layer1.W",
    "head.b", "layer10.b"], ["head.b"]))], measure=checks.frozen_change, within=(0, 0), hidden=True)
### END HIDDEN TESTS

# %% check="frozen_step" kind="purity" points=1
from dlutils import checks

checks.unchanged("frozen_step", frozen_step, checks.frozen_case({"layer1.W"}, 0.3, 0.2))
### BEGIN HIDDEN TESTS
checks.unchanged("frozen_step", frozen_step, checks.frozen_case(set(), 0.1, 0.0, seed=1),
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Twenty labels
#
# Take 20 training images of the target, two of each digit. Three ways to begin: from scratch; with
# MNIST's body, frozen; with MNIST's body, fine-tuned. All have the same budget, 1,000 steps with
# learning rate 0.3. Of four budgets it was the best or nearly so for each of them, judged by
# training images that were held out, not by test images.

# %%
BODY = ["layer1.W", "layer1.b", "layer2.W", "layer2.b"]


def tune(params, n, frozen=(), seed=0, steps=1000, lr=0.3):
    """A new head, and training on n images of the target."""
    rows = draw(y, n, seed)
    params = replace_head(params, 10, np.random.default_rng(200 + seed))
    for _ in range(steps):
        params = frozen_step(params, gradients(params, x[rows], y[rows]), frozen, lr, 0)
    return params

# %% [markdown]
# Which of the three will be best?

# %% experiment
scratch = first_params(np.random.default_rng(100))
found = {
    "from scratch": tune(scratch, 20),
    "body frozen": tune(source["mnist"], 20, BODY),
    "fine-tuned": tune(source["mnist"], 20),
}
for name, params in found.items():
    print(f"{name:12} {score(params, x_test, y_test):.2f}")
reached = score(found["fine-tuned"], x_test, y_test)
assert reached > 0.6 and reached > score(found["from scratch"], x_test, y_test)

# %% [markdown]
# The frozen body, by two points: six of 360 images. That and one seed decide little. The comparison
# was repeated with ten seeds, each with other images, other first weights and another network from
# the source, and with 10 to 300 labels.
#
# **In the figure** the test accuracy stands over the number of labels, on a logarithmic axis, with
# bars of one standard deviation. All curves rise and meet near 0.88. MNIST is ahead with few
# labels, from 0.66 on fine-tuned (orange squares, solid) and from 0.65 on frozen (pink diamonds,
# dash-dotted). The start from scratch (blue circles, dotted) climbs from 0.57, clothes (green
# triangles, dashed) from 0.60, to join it.

# %% experiment
tuned, fixed = stored["tuned"], stored["features"]
lines = {"from scratch": (tuned["scratch"], "o:"), "MNIST, fine-tuned": (tuned["mnist"], "s-"),
         "clothes, fine-tuned": (tuned["fashion"], "^--"), "MNIST, frozen": (fixed["mnist"], "D-.")}
fig, ax = plt.subplots()
for (name, (runs, mark)), shift in zip(lines.items(), (0.96, 0.99, 1.01, 1.04), strict=True):
    mean, spread = np.mean(runs, axis=1), np.std(runs, axis=1, ddof=1)
    ax.errorbar(np.array(stored["counts"]) * shift, mean, spread, fmt=mark, capsize=3, label=name)
    print(f"{name:20}", *[f"{value:.2f}" for value in mean])
ax.set(xscale="log", xlabel="labelled images of the target", ylabel="test accuracy", ylim=(0.4, 1))
ax.set_xticks(stored["counts"], stored["counts"])
ax.set_title("Borrowed digits help while labels are few")
ax.minorticks_off()
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# What is the gain, in percentage points? A seed has the same images whatever the start, so take the
# difference seed by seed, then its mean and standard error. The last two rows keep MNIST's own
# head and fine-tune it with the rest, at the rate of all others and at a third of it.

# %% experiment
def gains(runs, others):
    """Mean and standard error of the gain in points, for each number of labels."""
    points = 100 * (np.array(runs) - np.array(others))  # (labels, seeds)
    return [f"{row.mean():+5.1f} ± {row.std(ddof=1) / np.sqrt(len(row)):.1f}" for row in points]


kept = stored["kept"]
for name, runs in (("MNIST", tuned["mnist"]), ("MNIST, frozen", fixed["mnist"]),
                   ("clothes", tuned["fashion"]), ("own head, 0.3", kept["kept"]),
                   ("own head, 0.1", kept["kept, gently"])):
    print(name.ljust(14), *gains(runs, tuned["scratch"]))
print(f"own head, no label seen: accuracy {np.mean(stored['unseen']):.2f}, "
      f"tuned on 10 at 0.1: {np.mean(kept['kept, gently'][0]):.2f}")

# %% [markdown]
# MNIST, fine-tuned, is worth 8.5 points with 10 labels and 0.9 with 300; frozen as much with few
# labels, and nothing from 100 on. Clothes are worth 2.4 points with 10 labels, then nothing you can
# be sure of. He and others (2019) saw it on a large scale: with labels and steps enough, the start
# from scratch catches up.
#
# And the head? MNIST's networks without a label of the target have 0.64 (all ten; the one above had
# 0.61). Tuned gently on 10 labels, head included, they have 0.77; with a new head, 0.66 (at either
# rate alike, on held-out images). The classes are the same, so a new head throws away what the old
# one knew. A new head is for new classes.

# %% [markdown]
# ## When it harms
#
# A frozen body cannot be corrected. Then the head must do with what the source found worth
# knowing. Compare with two rivals that know nothing: one linear layer on the 64 **pixels**, with no
# body, and a head on a frozen body of **random** weights. All heads have the same budget as above.
#
# **In the figure** the pixels (blue circles, dotted) rise from 0.63 to 0.87, and MNIST's body
# (orange squares, solid) runs a little above them with 10 and 20 labels, along with them later.
# Clothes' body (green triangles, dashed) lies below, from 0.55 to 0.82, the random one (pink
# diamonds, dash-dotted) lowest, from 0.46 to 0.78.

# %% experiment
lines = {"pixels": ("pixels", "o:"), "MNIST's body": ("mnist", "s-"),
         "clothes' body": ("fashion", "^--"), "random body": ("random", "D-.")}
fig, ax = plt.subplots()
for (name, (key, mark)), shift in zip(lines.items(), (0.96, 0.99, 1.01, 1.04), strict=True):
    mean, spread = np.mean(fixed[key], axis=1), np.std(fixed[key], axis=1, ddof=1)
    ax.errorbar(np.array(stored["counts"]) * shift, mean, spread, fmt=mark, capsize=3, label=name)
    print(f"{name:13}", *[f"{value:.2f}" for value in mean])
ax.set(xscale="log", xlabel="labelled images of the target", ylabel="test accuracy", ylim=(0.4, 1))
ax.set_xticks(stored["counts"], stored["counts"])
ax.set_title("Clothes make a better body than chance, a worse one than none")
ax.minorticks_off()
ax.legend(loc="lower right", title="a head on")
plt.show()

# %% [markdown]
# By how much, seed by seed? The last rows set whole networks against the pixels.

# %% experiment
for name, runs, other in (("clothes' body", fixed["fashion"], "pixels"),
                          ("clothes' body", fixed["fashion"], "random"),
                          ("from scratch", tuned["scratch"], "pixels"),
                          ("clothes, fine-tuned", tuned["fashion"], "pixels"),
                          ("MNIST, fine-tuned", tuned["mnist"], "pixels")):
    print(f"{name:19} over {other}", *gains(runs, fixed[other]))

# %% [markdown]
# Clothes' frozen body loses 6 to 10 points against pixels. Transfer that leaves you worse off than
# none is **negative transfer** (Pan and Yang). But what is none? Over a frozen body of random
# weights clothes gain 3 to 9: they have taught it something, as Yosinski and others found for
# distant tasks, only not enough to make up for what two frozen layers lose. Name the rival before
# you speak of harm.
#
# Pixels are the strong one here. With 10 labels one linear layer beats the network from scratch by
# 5.3 points and clothes, fine-tuned, by 2.9: their gain was one over a weak rival. MNIST gains 3
# points on pixels with 10 and 20 labels, and about one later.

# %% [markdown]
# ## Features without labels
#
# 1,437 training images lie here, and only their labels were declared missing. Can the images alone
# teach a body?
#
# An **autoencoder** (Hinton and Salakhutdinov, 2006) has two halves. The encoder makes a short code
# of an image, here of 64 pixels 32 numbers; the decoder has to rebuild the image from the code.
# Both are trained until what comes out resembles what went in. No label is needed: the image is its
# own target.

# %% [markdown]
# ## Exercise 14.6: autoencoder_loss
#
# $$L_n = \frac{1}{D}\sum_{d} (\hat x_{nd} - x_{nd})^2, \qquad
# \hat x = \text{decode}(\text{encode}(x))$$
#
# `x` has the shape (N, ...): rows, or images (N, H, W); $D$ counts the numbers of one sample.
# `encode` and `decode` are functions of whole arrays. Returns one loss per sample, (N,) (3 points).
#
# If `encode` keeps the first column and `decode` repeats it twice, `x = [[1, 2], [3, 5]]` becomes
# `[[1, 1], [3, 3]]`, and the losses are `[0.5, 2]`.

# %% solution="autoencoder_loss"
def autoencoder_loss(x, encode, decode):
    """How badly each sample is rebuilt: mean of (decode(encode(x)) - x)^2 per sample -> (N,)."""
    ### BEGIN SOLUTION
    error = (decode(encode(x)) - x) ** 2
    return error.reshape(len(x), -1).mean(axis=1)
    ### END SOLUTION

# %% check="autoencoder_loss" points=3
import numpy as np
from dlutils import checks

checks.agrees("autoencoder_loss", autoencoder_loss, checks.case(x=np.array([[1.0, 2.0], [3.0,
    5.0]]), encode=lambda x: x[:, :1], decode=lambda c: np.repeat(c, 2, axis=1)),
    checks.case(x=checks.normal(3, 4, seed=0), encode=lambda x: 2 * x, decode=lambda c: c + 1))
### BEGIN HIDDEN TESTS
checks.agrees("autoencoder_loss", autoencoder_loss, *[checks.case(x=checks.normal(*shape, seed=1),
    encode=lambda x: x.cumsum(axis=1), decode=lambda c: 3 - c) for shape in ((1, 5), (4, 1), (3, 3),
    (2, 3, 4), (3, 2, 2, 5))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# `autoencoder` trains one on the images of the target: a layer with ReLU as encoder, a linear layer
# as decoder. **In the figure** are eight test images in the upper row, and below them what came
# back through 32 numbers: the same digits, blurred.

# %% experiment
(W, b), (V, c) = autoencoder(x, seed=0, epochs=20)


def encode(images):
    return relu(images @ W + b)


def decode(code):
    return code @ V + c


rebuilt = decode(encode(x_test[:8]))
fig = plotting.show_images(np.concatenate([x_test[:8], rebuilt]).reshape(-1, 8, 8), columns=8)
fig.suptitle("What comes back through 32 numbers is the same digit, blurred")
plt.show()

# %% [markdown]
# What does it make of images that are no digits? **In the figure** are the losses of the target's
# test images (blue), of MNIST's (orange, hatched) and of clothes (green), on a logarithmic axis:
# three hills. The target's has its top near 0.015, MNIST's near 0.09, that of clothes near 0.2; the
# latter two overlap widely, and their left ends reach under the first.

# %% experiment
losses = {"target": autoencoder_loss(x_test, encode, decode)}
for name, data in (("MNIST", mnist), ("clothes", fashion)):
    losses[name] = autoencoder_loss(small(data.x_test, 5), encode, decode)
fig, ax = plt.subplots()
for (name, values), hatch in zip(losses.items(), ("", "//", ".."), strict=True):
    weights = np.full(len(values), 1 / len(values))
    ax.hist(values, np.geomspace(1e-3, 1, 40), weights=weights, alpha=0.55, hatch=hatch, label=name)
    print(f"{name:8} median loss {np.median(values):.3f}")
ax.set(xscale="log", xlabel="autoencoder loss of an image", ylabel="share of the images")
ax.set_title("What is unlike the training images comes back worse")
ax.legend()
plt.show()
assert np.median(losses["clothes"]) > 2 * np.median(losses["target"])

# %% [markdown]
# The loss is a warning that needs no label: this is not what I was trained on. MNIST sets it off,
# too, although it shows digits.
#
# And the code as features? Again ten seeds, a linear head on the 32 numbers of the code, and the
# rivals. (The autoencoders were trained for 50 epochs.)

# %% experiment
print("labels".ljust(12), *[f"{n:5}" for n in stored["counts"]])
for key in ("autoencoder", "pixels", "mnist"):
    runs = np.array(stored["features"][key])
    print(key.ljust(12), *[f"{value:5.2f}" for value in runs.mean(axis=1)])

# %% [markdown]
# The code is one to three points worse than the pixels that it was made of. Rebuilding an image is
# another task than telling digits apart: nobody told the encoder which differences matter.
# Unlabelled images are no gain by themselves, and here they were none.

# %% [markdown]
# ## A claim
#
# A hospital has 300 labelled X-ray images of 60 patients, and a network trained on photographs. A
# colleague splits the images at random, 200 to train and 100 to test. He fine-tunes with 0, 1, 2
# and 3 frozen layers and four learning rates each, and reports the best test accuracy, 0.91. From
# scratch, with one learning rate, he gets 0.85. "Transfer is worth six points."
#
# Name three things that are wrong here, and say for each what you would do instead.

# %% [markdown] answer="fair_transfer" points=3
# ### BEGIN SOLUTION
# Any three of these, each with its remedy:
#
# 1. The images of one patient are on both sides of the split, so that a patient can be recognised.
#    Split by patients.
# 2. The test images chose among 16 settings, so their best accuracy is too good. Choose by
#    validation patients, and use the test patients once.
# 3. Sixteen trials against one. Give the start from scratch the same search.
# 4. One run and 100 images: the standard error of an accuracy of 0.9 is 0.03, as large as half of
#    the difference. Repeat with several seeds and splits, and give the spread.
# 5. The humble rivals are missing: a linear model, and the share of the most frequent class.
#
# Rubric: 1 point for each flaw with its remedy, at most 3. A flaw without remedy: half a point.
# "Photographs are no X-rays" alone earns nothing: whether they help is what is to be measured.
# ### END SOLUTION

# %% [markdown]
# ## Play: how many layers to freeze?
#
# The network has three layers: two of the body and the head. Freeze the first 0, 1, 2 or all 3 and
# train on `labels` images. With which body does freezing cost most? Is there a number of labels
# at which it pays to freeze? What can a network do whose random body is frozen? And what, if even
# its new head is?
#
# Change the seed before you believe a difference.
#
# **In the figure** the accuracy on training and test images runs over 300 steps with learning rate
# 0.1. At the start, with MNIST, one frozen layer and 50 labels, training (solid) rises quickly to 1
# and test (dashed) levels off at 0.78.

# %% play
def show(fig, body, frozen, labels, seed):
    start = source | {"from scratch": scratch}
    params = replace_head(start[body], 10, np.random.default_rng(200 + seed))
    names = [*BODY, "head.W", "head.b"][: 2 * frozen]
    rows, curve = draw(y, labels, seed), []
    for step in range(301):
        if step % 10 == 0:
            curve.append((step, score(params, x[rows], y[rows]), score(params, x_test, y_test)))
        grads = gradients(params, x[rows], y[rows])
        params = frozen_step(params, grads, names, 0.1, 0)
    ax = fig.subplots()
    steps, training, test = zip(*curve, strict=True)
    ax.plot(steps, training, "-", label="training images")
    ax.plot(steps, test, "--", label="test images")
    ax.set(xlabel="step", ylabel="accuracy", ylim=(0, 1.03))
    ax.set_title(f"{body}, {frozen} of 3 layers frozen: test {test[-1]:.2f}")
    ax.legend(loc="lower right")


plotting.play(show, body=["mnist", "fashion", "from scratch"], frozen=(0, 3, 1), labels=[50, 10,
    20, 100, 300], seed=(0, 9, 0))

# %% [markdown]
# These curves look at the test images while you turn knobs. To play that is fine; a number that you
# report must come from images that took no part in the turning.

# %% [markdown]
# ## What to remember
#
# - **Transfer**: keep the body of a network that was trained where labels are plenty, give it a new
#   head, and fine-tune on the few labels of the target.
# - The gain is large while labels are few and shrinks as they become more.
# - A frozen body can **harm**, though it beats a random one. Compare with a start from scratch, and
#   with a linear model on the raw inputs, at the same budget.
# - Frozen means: no gradient, no weight decay, no velocity.
# - Make the inputs alike first. The **domain gap** and the **autoencoder's loss** say without
#   labels how unlike they are, not whether the tasks are.

# %% [markdown]
# ## References
#
# - Pan, Yang, *A survey on transfer learning*, IEEE Trans. Knowledge and Data Engineering 22(10),
#   2010.
# - Ben-David and others, *A theory of learning from different domains*, Machine Learning 79, 2010.
# - Yosinski, Clune, Bengio, Lipson, *How transferable are features in deep neural networks?*,
#   NIPS 2014.
# - He, Girshick, Dollár, *Rethinking ImageNet pre-training*, ICCV 2019.
# - Hinton, Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science 313,
#   2006.
# - LeCun, Bottou, Bengio, Haffner, *Gradient-based learning applied to document recognition*,
#   Proc. IEEE 86(11), 1998 (MNIST).
