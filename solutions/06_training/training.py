# %% [markdown]
# # 6. Training a deep network
#
# Your code of chapter 3 trained a network with two layers of weights. Nothing in it says *two*. So
# stack twenty layers, keep the loop, and wait: the loss stays at 2.303, which is $\ln 10$, the
# loss of knowing nothing. The gradients are right, as chapter 3's check confirms. Then why does
# nothing move?
#
# The answer is the first of the things that stand between a right gradient and a network that
# works: how to start, what to feed it, when to stop, which settings to trust. You write nine
# functions and a class (34 points) and answer one question in words (3 points), in three to four
# hours. Near the end stand six runs that failed: tell from their curves why.

# %%
import copy
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from dlutils import accuracy, cosine_schedule, cross_entropy, cross_entropy_backward, datasets
from dlutils import gradient_descent_step, mlp_backward, mlp_forward, plotting, results, softmax

plotting.use_course_style()

# %% [markdown]
# ## Clothes, in three heaps
#
# Fashion-MNIST shows garments of ten kinds, 28 by 28 grey values each: 5,000 images to learn from,
# 1,000 to be tested on.
#
# You will choose a lot in this chapter: the step, the number of units, when to stop. Each choice
# needs a number, and the test images must not supply it: whoever chooses by them has learnt from
# them. So set the last 1,000 training images aside as **validation images**. They never enter a
# gradient, and they decide. The test images wait until the network is finished.
#
# **In the figure** are the first ten training images with their names. Which two kinds would you
# mix up?

# %%
fashion = datasets.fashion()
pixels = fashion.x_train.reshape(5000, 784)
train_pixels, val_pixels = pixels[:4000], pixels[4000:]
y_train, y_val = fashion.y_train[:4000], fashion.y_train[4000:]

kinds = [fashion.label_names[label] for label in y_train[:10]]
fig = plotting.show_images(fashion.x_train[:10], titles=kinds)
fig.suptitle("Ten of 4,000 training images")
plt.show()

# %% [markdown]
# ## How to start
#
# Send numbers through twenty layers of 256 units, with a ReLU behind each, before any training.
# The weights are normal numbers with mean 0 and standard deviation 0.01: small, all different,
# harmless. How large is what leaves each layer?

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(0)
a = rng.normal(size=(200, 256))
for number in range(1, 21):
    a = np.maximum(a @ rng.normal(0, 0.01, (256, 256)), 0)
    if number in (1, 2, 3, 10, 20):
        print(f"layer {number:2}: standard deviation {a.std():.0e}")

# %% [markdown]
# Each layer makes the numbers about nine times smaller. Behind the twentieth no difference between
# a shirt and a boot is left, and backward the gradient shrinks just so. It is right, but it is the
# slope of a plain.
#
# Where does the nine come from? A unit adds up $n_\text{in}$ products, $z = \sum_i x_i w_i$. The
# weights have mean 0 and are independent of one another and of $x$, so that
#
# $$\mathrm{Var}(z) = n_\text{in}\,\mathrm{Var}(w)\,\mathrm{E}[x^2].$$
#
# Here $n_\text{in}\,\mathrm{Var}(w) = 256 \cdot 0.0001 = 0.0256$. The ReLU halves the mean square.
# The root of 0.0128 is 0.113, about 1/9.

# %% [markdown]
# You want a factor of 1: then depth does no harm. Leave the ReLU aside. Forward this asks for
# $n_\text{in}\,\mathrm{Var}(w) = 1$. Backward the gradient goes through $W^T$, where
# $n_\text{out}$ products add up, and it asks for $n_\text{out}\,\mathrm{Var}(w) = 1$. Glorot and
# Bengio (2010) took the middle. It is called Xavier initialisation, after Glorot's first name.
#
# ## Exercise 6.1: xavier_init
#
# Draw the weights of a layer with `n_in` inputs and `n_out` outputs: an array of shape
# `(n_in, n_out)`, each weight drawn on its own, with mean 0 and the variance
# $2/(n_\text{in} + n_\text{out})$. The law is up to you: normal, or uniform on $(-r, r)$, whose
# variance is $r^2/3$. (2 points)
#
# For `n_in=6`, `n_out=2` the standard deviation is 0.5. All chance comes from `rng`, so that the
# same seed gives the same weights.

# %% solution="xavier_init"
def xavier_init(n_in, n_out, rng):
    """Random weights of mean 0 and variance 2 / (n_in + n_out) -> (n_in, n_out)."""
    ### BEGIN SOLUTION
    return rng.normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))
    ### END SOLUTION

# %% check="xavier_init" kind="law" points=2
from dlutils import checks

checks.agrees("xavier_init", xavier_init, checks.init_case(3, 2), using=checks.weight_shape)
checks.holds("xavier_init", xavier_init, "the variance of the weights", checks.init_case(300, 100),
    measure=checks.weight_variance, within=(0.0047, 0.0053))
### BEGIN HIDDEN TESTS
checks.holds("xavier_init", xavier_init, "the variance of the weights", checks.init_case(60, 700),
    measure=checks.weight_variance, within=(0.0025, 0.00277), hidden=True)
checks.holds("xavier_init", xavier_init, "every weight is drawn on its own, with mean 0",
    checks.init_case(200, 300), measure=checks.weight_sums, within=(0.6, 1.5), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Now the ReLU. It replaces the negative half of $z$ by 0, so half of $\mathrm{E}[z^2]$ is lost at
# every layer; after twenty layers a millionth is left. He and others (2015) gave the weights the
# lost factor back.
#
# ## Exercise 6.2: he_init
#
# As in exercise 6.1, but with the variance $2/n_\text{in}$: an array of shape `(n_in, n_out)`, any
# law with mean 0, each weight on its own, all chance from `rng`. For `n_in=8` the standard
# deviation is 0.5, whatever `n_out` is. (2 points)

# %% solution="he_init"
def he_init(n_in, n_out, rng):
    """Random weights of mean 0 and variance 2 / n_in -> (n_in, n_out)."""
    ### BEGIN SOLUTION
    return rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
    ### END SOLUTION

# %% check="he_init" kind="law" points=2
from dlutils import checks

checks.agrees("he_init", he_init, checks.init_case(3, 2), using=checks.weight_shape)
checks.holds("he_init", he_init, "the variance of the weights", checks.init_case(300, 100),
    measure=checks.weight_variance, within=(0.0063, 0.0070))
### BEGIN HIDDEN TESTS
checks.holds("he_init", he_init, "the variance of the weights", checks.init_case(60, 700),
    measure=checks.weight_variance, within=(0.0317, 0.0350), hidden=True)
checks.holds("he_init", he_init, "every weight is drawn on its own, with mean 0",
    checks.init_case(200, 300), measure=checks.weight_sums, within=(0.6, 1.5), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Why not make all weights equal, or 0? Equal units get equal gradients, and stay equal for ever: a
# layer of 256 would have one unit, 256 times. Chance sets them apart. The biases may start at 0.
#
# What every experiment below needs: a network of given layers, in float32 because that is twice as
# fast; its gradients; its loss and accuracy on some images.

# %%
def random_params(sizes, init, rng, dtype=np.float32):
    """Layers [(W, b), ...] for the given sizes: W by init(n_in, n_out, rng), b zero."""
    return [(init(d, m, rng).astype(dtype), np.zeros(m, dtype)) for d, m in pairwise(sizes)]


def gradients(params, x, y):
    activations = mlp_forward(x, params)
    return mlp_backward(cross_entropy_backward(activations[-1], y), activations, params)


def scores(params, x, y):
    logits = mlp_forward(x, params)[-1]
    return float(cross_entropy(logits, y)), accuracy(logits, y)

# %% [markdown]
# Send 500 images through twenty layers of 64 units, and the gradient of their loss back, for three
# ways to start. The pixels are first shifted and scaled to mean 0 and standard deviation 1.
#
# **In the figure** layers 1 to 20 stand from left to right, powers of ten upwards. On the left,
# the standard deviation of what leaves a layer: with 0.01 (blue, dots) it falls in a straight line
# to about $10^{-25}$, with Xavier's variance (orange, triangles) to about $10^{-3}$; with He's
# (green, squares) it stays near 1. On the right, that of the gradient by the weights: about the
# same in all layers, but near $10^{-26}$, $10^{-5}$ and $10^{-2}$.
#
# In which of the three do you expect learning to be slow, and in which absent?

# %% experiment
def tiny_init(n_in, n_out, rng):
    return rng.normal(0, 0.01, (n_in, n_out))


STARTS = {"std 0.01": tiny_init, "Xavier": xavier_init, "He": he_init}
deep, some = (784, *[64] * 19, 10), (train_pixels[:500] - 0.288) / 0.355
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.7))
for (label, init), line in zip(STARTS.items(), ("o-", "^-", "s-"), strict=True):
    layers = random_params(deep, init, np.random.default_rng(0), np.float64)
    outputs, slopes = mlp_forward(some, layers)[1:], gradients(layers, some, y_train[:500])
    axes[0].semilogy(range(1, 21), [a.std() for a in outputs], line, label=label)
    axes[1].semilogy(range(1, 21), [dW.std() for dW, _ in slopes], line)
axes[0].set(xlabel="layer", ylabel="standard deviation of outputs")
axes[1].set(xlabel="layer", ylabel="standard deviation of dW")
axes[0].legend()
fig.suptitle("He's variance carries the signal through, both ways", ha="left", x=0.02)
plt.show()

# %% [markdown]
# With 0.01 the output does not depend on the image in any digit that float32 can hold. Xavier's
# variance is right where there is no bend, or a tanh, whose slope is 1 at 0. With a ReLU it loses
# a factor of 1.4 at every layer: two layers hardly notice it, twenty do.
#
# ## What to feed it
#
# All this counts on inputs whose mean square is near 1. Pixels from 0 to 255 are not like that,
# nor are a patient's age and blood count side by side. So **standardise** every column.
#
# By whose mean and standard deviation? By those of the training rows, for all rows. The statistics
# of the test rows would carry knowledge of them into the training.

# %% [markdown]
# ## Exercise 6.3: standardize
#
# `standardize(train, *others)` takes `train` (N, D) and any number of further arrays (M, D), also
# none. In every array it subtracts from each column the mean of this column in `train`, and
# divides by its standard deviation in `train` (`np.std`). It returns the tuple of all arrays,
# `train` first, also where `train` is alone. For `train = [[1], [3]]` and one other array `[[5]]`
# you should get `([[-1], [1]], [[3]])`. (3 points)
#
# The arrays given stay unchanged (1 point).
#
# A column that is constant in `train` has taught nothing. It becomes 0 in *all* arrays, whatever
# stands in the others (1 point). Beware of rounding: `np.std` of `[0.1, 0.1, 0.1]` is not 0 but
# 1.4e-17. Whether you look for equal numbers or for a standard deviation below 1e-8 is up to you.

# %% solution="standardize"
def standardize(train, *others):
    """Mean 0 and standard deviation 1 in every column of train (N, D) -> tuple of arrays."""
    ### BEGIN SOLUTION
    mean, varies = train.mean(axis=0), train.max(axis=0) > train.min(axis=0)
    std = np.where(varies, train.std(axis=0), np.inf)
    return tuple((x - mean) / std for x in (train, *others))
    ### END SOLUTION

# %% check="standardize" points=3
import numpy as np
from dlutils import checks

checks.agrees("standardize", standardize, checks.case(train=np.array([[1.0], [3.0]]),
    other=np.array([[5.0]])), checks.case(train=np.array([[1.0, 20.0], [4.0, 50.0], [7.0, 20.0]])))
### BEGIN HIDDEN TESTS
checks.agrees("standardize", standardize, checks.random_case(0, train=(6, 3)), checks.random_case(1,
    train=(5, 4), a=(2, 4)), checks.random_case(2, train=(3, 2), a=(3, 2), b=(1, 2)), hidden=True)
### END HIDDEN TESTS

# %% check="standardize" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("standardize", standardize, *[checks.case(train=np.array([[c, 2.0], [c, 3.0],
    [c, 7.0]]), other=np.array([[5.0, 4.0], [c, 0.0]])) for c in (4.0, 0.1)])
### BEGIN HIDDEN TESTS
checks.agrees("standardize", standardize, *[checks.case(train=np.array([[1.0, c], [2.0, c],
    [4.0, c]] * 3), other=np.array([[1.0, 0.5]])) for c in (0.0, 0.3, 1000.1)], hidden=True)
### END HIDDEN TESTS

# %% check="standardize" kind="purity" points=1
from dlutils import checks

checks.unchanged("standardize", standardize, checks.random_case(0, train=(4, 2), other=(3, 2)))
### BEGIN HIDDEN TESTS
checks.unchanged("standardize", standardize, checks.random_case(1, train=(3, 3), a=(2, 3),
    b=(1, 3)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Standardise the clothes and look at the extremes. What do you expect of numbers whose standard
# deviation is 1?

# %% experiment tags=["nbval-check-output"]
x_train, x_val = standardize(train_pixels, val_pixels)
row, column = np.unravel_index(np.abs(x_val).argmax(), x_val.shape)
print(f"training images:   {x_train.min():.1f} to {x_train.max():.1f}")
print(f"validation images: {x_val.min():.1f} to {x_val.max():.1f}")
lit = 255 * train_pixels[:, column][train_pixels[:, column] > 0]
print(f"validation image {row}, pixel {column}: grey value {255 * val_pixels[row, column]:.0f}")
print(f"the same pixel in training: not 0 in {len(lit)} images, at most {lit.max():.0f}")
x_train, x_val = (np.clip(x, -5, 5) for x in (x_train, x_val))

# %% [markdown]
# One pixel of a bag lies 287 standard deviations above the mean, on the left edge, which is nearly
# always black in training. Such a number can outshout the 783 others. So the last line cuts off
# all inputs at 5 standard deviations.
#
# ## A few images at a time
#
# The gradient is a mean over 4,000 images. Would a few do for one step? Take the cosine of the
# angle between their gradient and that of all: 1 for the same direction, 0 for unrelated ones.
#
# **In the figure** the cosine rises with the sample, from 1 to 1,024 images, for a network with 64
# hidden units before training (blue, solid) and after ten epochs (orange, dashed). 64 images reach
# 0.82 and 0.26. Bars: one standard deviation over 60 samples.

# %%
stored = results.load("training")
fig, ax = plt.subplots()
for when, line in (("before training", "o-"), ("after ten epochs", "^--")):
    cosines = stored["cosines"][when]
    ax.errorbar(stored["samples"], cosines["mean"], cosines["std"], fmt=line, label=when, capsize=3)
ax.set(xscale="log", xlabel="images in the sample", ylabel="cosine to the gradient of all 4,000")
ax.set_title("A few images point the way at first; later it takes many")
ax.legend()
plt.show()

# %% [markdown]
# At first 64 images give most of the direction for 1/63 of the price. Later the images disagree
# about what is left to learn; but errors of many small steps average out.
#
# ## Exercise 6.4: minibatches
#
# Write a generator (a function with `yield`) of the pairs `(x_batch, y_batch)` of one epoch. `x`
# and `y` hold N samples each along their first axis. Call `rng.permutation(N)` once and follow its
# order: the first batch takes the first `batch_size` samples, and so on. The last batch takes what
# is left and is never empty. `x` and `y` themselves stay as they are. (4 points)
#
# For `x = [[10], [11], [12]]`, `y = [0, 1, 2]`, `batch_size=2` and the order `[2, 0, 1]` you
# should get `([[12], [10]], [2, 0])`, then `([[11]], [1])`.

# %% solution="minibatches"
def minibatches(x, y, batch_size, rng):
    """Yield (x, y) of batch_size samples at a time, in the order of one `rng.permutation(N)`."""
    ### BEGIN SOLUTION
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]
    ### END SOLUTION

# %% check="minibatches" points=4
import numpy as np
from dlutils import checks

checks.agrees("minibatches", minibatches, *[checks.case(x=np.arange(10.0, 10 + n)[:, None],
    y=np.arange(n), batch_size=size, rng=np.random.default_rng(3)) for n, size in ((3, 2), (6, 2))],
    using=checks.epochs_of_batches)
### BEGIN HIDDEN TESTS
checks.agrees("minibatches", minibatches, *[checks.random_case(n, x=(n, 2, 3), y=(n, 2),
    batch_size=4, rng=np.random.default_rng(n), epochs=2) for n in (1, 4, 9, 11)],
    using=checks.epochs_of_batches, hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## The loop
#
# Every training run has the same shape. What differs is how a gradient is computed, how a step is
# taken and what is measured. If the caller hands these in as functions, the loop is written once.
#
# ## Exercise 6.5: fit
#
# In each of `epochs` epochs, go through the minibatches of `x` and `y` (exercise 6.4, always with
# the given `rng`). For each, compute `grads = gradients(params, x_batch, y_batch)`, then
# `params = step(params, grads)`. After every epoch call `evaluate(params)` once and keep its
# result, whatever it is, in the list `history`.
#
# Returns `(params, history)`: the last parameters, and one entry per epoch. With `epochs=0` these
# are the given parameters and `[]`. (4 points)
#
# Try `params=0.0`, `gradients=lambda p, x, y: p - x.mean()`, `step=lambda p, g: p - g`,
# `evaluate=lambda p: 10 * p`, `x = y = np.array([1.0, 2.0, 6.0])`, `epochs=2`, `batch_size=3`. You
# should get `(3.0, [30.0, 30.0])`.

# %% solution="fit"
def fit(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    """Train on minibatches -> params, history: evaluate(params) after every epoch."""
    ### BEGIN SOLUTION
    history = []
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
        history.append(evaluate(params))
    return params, history
    ### END SOLUTION

# %% check="fit" points=4
import numpy as np
from dlutils import checks

checks.agrees("fit", fit, *[checks.case(params=0.5, gradients=lambda p, x, y: p - np.sum(x * y),
    step=lambda p, g: p - 0.3 * g, evaluate=lambda p: 10 * p, x=np.array([1.0, 2.0, 6.0]),
    y=np.array([1.0, 2.0, 4.0]), epochs=n, batch_size=size, rng=np.random.default_rng(3))
    for n, size in ((2, 3), (1, 2), (3, 1))])
### BEGIN HIDDEN TESTS
checks.agrees("fit", fit, *[checks.fit_case(samples=n, batch_size=size, epochs=e, seed=e)
    for n, size, e in ((5, 2, 3), (6, 6, 2), (1, 4, 1), (4, 3, 0), (7, 3, 1))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Now train the three deep networks of above, each for eight epochs of batches of 50, with the
# plain step of chapter 3 and a learning rate of 0.015.
#
# **In the figure** are their losses on the training images by epoch. With 0.01 (blue, dots) the
# loss stays at 2.303 to the end. With Xavier's variance (orange, triangles) it nearly does, too,
# and has only begun to fall, to 2.25, when the others stop. With He's (green, squares) it is near
# 1.2 after the first epoch and below 0.4 at the end.

# %% experiment
def plain_step(params, grads, lr=0.015):
    return gradient_descent_step(params, grads, lr)


fig, ax = plt.subplots()
for (label, init), line in zip(STARTS.items(), ("o-", "^-", "s-"), strict=True):
    rng = np.random.default_rng(0)
    last, losses = fit(random_params(deep, init, rng), gradients, plain_step,
        lambda params: scores(params, x_train, y_train)[0], x_train, y_train, 8, 50, rng)
    ax.plot(range(1, 9), losses, line, label=label)
    print(f"{label}: validation accuracy {scores(last, x_val, y_val)[1]:.2f}")
ax.set(xlabel="epoch", ylabel="training loss (nats)", ylim=(0, 2.5))
ax.set_title("The same loop, the same gradients, three ways to start")
ax.legend()
plt.show()

# %% [markdown]
# He's start reaches about 0.8. But a network with *three* layers will reach more before this
# chapter ends: twenty layers can learn now, which does not mean that these images need them.
#
# ## Too little, enough, too much
#
# Let four networks train on only 1,000 images: with 2, 16 and 256 hidden units, and 256 once more,
# where before every step all weights shrink by 0.09 %. Where will the validation loss end lowest,
# and where highest?
#
# **In the figure** each panel shows training loss (blue, solid) and validation loss (orange,
# dashed) over 40 epochs. With 2 units both end high, at 1.30 and 1.61. With 16 units training
# falls to 0.11, while validation is lowest around epoch 17 and ends at 0.64. With 256 units it is
# 0.04 and 0.56. With shrinking, training stays at 0.16, and validation comes down to 0.51.

# %% experiment
few, few_labels = x_train[:1000], y_train[:1000]
fig, axes = plt.subplots(1, 4, figsize=(10.0, 3.3), sharey=True)
for ax, (units, keep) in zip(axes, ((2, 1), (16, 1), (256, 1), (256, 0.9991)), strict=True):
    def shrink_and_step(params, grads, keep=keep):
        return plain_step([(keep * W, b) for W, b in params], grads, lr=0.03)

    rng = np.random.default_rng(0)
    history = fit(random_params((784, units, 10), he_init, rng), gradients, shrink_and_step,
        lambda params: (scores(params, few, few_labels)[0], scores(params, x_val, y_val)[0]),
        few, few_labels, epochs=40, batch_size=50, rng=rng)[1]
    plotting.draw_curves(ax, *zip(*history, strict=True))
    ax.set(title=f"{units} units" + (", shrunk" if keep < 1 else ""), ylim=(0, 2.2))
axes[0].set_ylabel("loss (nats)")
axes[3].legend()
fig.suptitle("The lowest training loss is not the lowest validation loss", ha="left", x=0.02)
plt.show()

# %% [markdown]
# **Underfitting**: both losses are high, since the network cannot express what it should. More
# images will not help, more units will. **Overfitting**: training goes on falling while validation
# rises, since what is learnt now holds for these images only. Did you expect 256 units to do worse
# than 16? The last panel is what you want. Why does shrinking help?
#
# ## A price on weights
#
# To fit oddities of single images a network needs large weights. So put a price on them.
#
# ## Exercise 6.6: l2_penalty
#
# `params` is a list of layers `(W, b)`. The penalty sums over all layers; biases are free:
#
# $$\frac{\lambda}{2} \sum_{\text{layers}} \sum_{d, m} W_{dm}^2.$$
#
# With `l2` for $\lambda$, return `(penalty, grads)`: a number, and the list of its gradients
# `(dW, db)`, in the shapes of `params`. Here $dW = \lambda W$ and $db = 0$. (3 points)
#
# For one layer `W = [[1, -2]]`, `b = [3, 4]` and `l2=0.5` you should get 1.25 and
# `[([[0.5, -1]], [0, 0])]`.

# %% solution="l2_penalty"
def l2_penalty(params, l2):
    """l2 / 2 sum(W^2) over all layers, biases excluded -> penalty, [(l2 W, 0), ...]."""
    ### BEGIN SOLUTION
    penalty = 0.5 * l2 * sum(np.sum(W**2) for W, _ in params)
    return penalty, [(l2 * W, np.zeros_like(b)) for W, b in params]
    ### END SOLUTION

# %% check="l2_penalty" points=3
import numpy as np
from dlutils import checks

checks.agrees("l2_penalty", l2_penalty, checks.case(params=[(np.array([[1.0, -2.0]]),
    np.array([3.0, 4.0]))], l2=0.5), checks.random_case(0, params=[((3, 2), (2,))] * 2, l2=3.0))
### BEGIN HIDDEN TESTS
checks.agrees("l2_penalty", l2_penalty, *[checks.random_case(1, params=[((2, 3), (3,)),
    ((3, 4), (4,)), ((4, 1), (1,))][:n], l2=l2) for n, l2 in ((1, 0.7), (3, 0.2), (2, 5.0))],
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# What does the penalty do in a step?
# $W - \eta\,(dW + \lambda W) = (1 - \eta\lambda)\,W - \eta\,dW$: first all weights shrink by the
# same factor, in the last panel above by $\eta\lambda = 0.03 \cdot 0.03$, which is 0.09 %. Hence
# its other name, **weight decay**. (For Adam the two differ, see chapter 5.) `priced_step` in the
# next cell takes such a step.
#
# **In the figure** the price grows to the right, for 256 units and 1,000 images after 60 epochs,
# five seeds each; bars are one standard deviation. Left, the loss: training (blue, solid) rises
# from 0.03 to 0.78; validation (orange, dashed) falls from 0.58 to 0.50 at 0.03, then rises to
# 0.85. Right, the accuracy: validation is 0.832 without a price and 0.837 at 0.01, a gain smaller
# than the bars.

# %%
def priced_step(params, grads, lr, l2):
    pairs = zip(grads, l2_penalty(params, l2)[1], strict=True)
    return gradient_descent_step(params, [(dW + pW, db) for (dW, db), (pW, _) in pairs], lr)


rows = stored["l2"]
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.7))
for ax, measure in zip(axes, ("loss", "accuracy"), strict=True):
    for images, line in (("training", "o-"), ("validation", "^--")):
        means, stds = ([row[images][measure][i] for row in rows] for i in (0, 1))
        ax.errorbar(range(len(rows)), means, stds, fmt=line, label=images, capsize=3)
    ax.set_xticks(range(len(rows)), [f"{row['l2']:g}" for row in rows])
    ax.set(xlabel="price on the weights, l2", ylabel=measure)
axes[0].legend()
axes[0].set_title("The right price narrows the gap ...")
axes[1].set_title("... with hardly a gain in accuracy")
plt.show()

# %% [markdown]
# ## When to stop
#
# There is a cheaper cure: stop when the validation loss turns. But it jitters, so wait for a few
# bad epochs in a row, your **patience**.
#
# ## Exercise 6.7: EarlyStopping
#
# `EarlyStopping(patience)` has a method `update(loss, params)`, to be called once per epoch. It
# keeps the lowest loss so far as `best_loss` and its parameters, a list of `(W, b)`, as
# `best_params`. A loss that is equal or `nan` is no improvement. `update` returns `True` if this
# was at least the `patience`-th update in a row without improvement, else `False`. (3 points)
#
# With `patience=2` the losses 3, 1, 2, 0.5, 0.6, 0.5 give `False` five times, then `True`.
#
# An optimiser may overwrite the arrays of `params` later. `best_params` must not change with them
# (1 point).

# %% solution="EarlyStopping"
class EarlyStopping:
    """Remembers the best parameters, a copy, and says when to give up."""

    def __init__(self, patience):
        ### BEGIN SOLUTION
        self.patience = patience
        self.best_loss = np.inf
        self.best_params = None
        self.waited = 0
        ### END SOLUTION

    def update(self, loss, params):
        """Note a loss -> True from the patience-th update in a row on that did not lower it."""
        ### BEGIN SOLUTION
        if loss < self.best_loss:
            self.best_loss = loss
            self.best_params = copy.deepcopy(params)
            self.waited = 0
        else:
            self.waited += 1
        return self.waited >= self.patience
    ### END SOLUTION

# %% check="EarlyStopping" points=3
import numpy as np
from dlutils import checks

checks.agrees("EarlyStopping", EarlyStopping, *[checks.case(patience=p, losses=losses) for p, losses
    in ((2, [3.0, 1.0, 2.0, 0.5, 0.6, 0.5]), (1, [2.0, 1.5, 1.7, 1.6]))],
    using=checks.stopping_run)
### BEGIN HIDDEN TESTS
checks.agrees("EarlyStopping", EarlyStopping, *[checks.case(patience=p, losses=losses) for p, losses
    in ((3, [5.0, 6.0, 6.0, 4.0, 4.5, 4.4, 4.3, 4.2, 3.0]), (2, [np.nan, np.nan, 0.9, 2.0, np.nan]),
    (4, [-1.0, -2.0]))], using=checks.stopping_run, hidden=True)
### END HIDDEN TESTS

# %% check="EarlyStopping" kind="purity" points=1
from dlutils import checks

checks.agrees("EarlyStopping", EarlyStopping, checks.case(patience=2, losses=[3.0, 1.0, 2.0]),
    using=checks.stopping_run_in_place)
### BEGIN HIDDEN TESTS
checks.agrees("EarlyStopping", EarlyStopping, checks.case(patience=3, losses=[1.0, 2.0]),
    checks.case(patience=1, losses=[2.0, 1.0]), using=checks.stopping_run_in_place, hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Now put the pieces together. `train` runs `fit` for one epoch at a time, with a price on the
# weights, and asks your class after each whether to go on. Let it train a network with three
# layers on the 4,000 images. How many of the 40 epochs will it need?

# %% experiment
def train(sizes, lr, l2, seed, epochs=40):
    rng, stopping, history = np.random.default_rng(seed), EarlyStopping(patience=5), []
    params = random_params(sizes, he_init, rng)
    for _ in range(epochs):
        params, [figures] = fit(params, gradients, lambda p, g: priced_step(p, g, lr, l2),
            lambda p: (scores(p, x_train, y_train)[0], *scores(p, x_val, y_val)),
            x_train, y_train, epochs=1, batch_size=50, rng=rng)
        history.append(figures)
        if stopping.update(figures[1], params):
            break
    return stopping, history

# %% [markdown]
# **In the figure** the training loss (blue, solid) falls from above 0.4 to about 0.1. The
# validation loss (orange, dashed) starts above 0.5 and jitters its way down to 0.42, its lowest,
# where a dotted line marks the epoch. Five epochs later the run ends, with a validation loss near
# 0.47.

# %% experiment
stopped, history = train((784, 128, 64, 10), lr=0.1, l2=0.003, seed=0)
training, validation, shares = zip(*history, strict=True)
best_epoch = 1 + np.argmin(validation)
fig, ax = plt.subplots()
plotting.draw_curves(ax, training, validation)
ax.axvline(best_epoch, color="black", linestyle=":", label="the parameters that are kept")
ax.set(ylabel="loss (nats)", ylim=(0, None))
ax.set_title(f"Best after {best_epoch} epochs, stopped after {len(history)}")
ax.legend()
plt.show()
print(f"validation accuracy: kept {shares[best_epoch - 1]:.3f}, last {shares[-1]:.3f}")

# %% [markdown]
# ## Which settings?
#
# You have guessed a learning rate and a price. Both act by factors, so draw them
# **log-uniformly**. Nine random trials test nine learning rates, a grid of 3 by 3 only three.
#
# ## Exercise 6.8: random_search
#
# `space` is `{name: (low, high)}` with $0 < \text{low} < \text{high}$. Each of the `trials` trials
# draws for each name, in the order of `space`, one number $e^u$ with
# `u = rng.uniform(log(low), log(high))`. These `settings`, a dict, go to `train(settings)`, which
# returns a score.
#
# Returns `(best, results)`: the settings of the highest score, the first if several share it, and
# the list of all `(settings, score)`. (4 points)
#
# For `{"lr": (0.01, 1.0)}`, `train=lambda s: -s["lr"]`, two trials and `np.random.default_rng(0)`
# you should get `({"lr": 0.0346}, [({"lr": 0.1880}, -0.1880), ({"lr": 0.0346}, -0.0346)])`,
# rounded.

# %% solution="random_search"
def random_search(train, space, trials, rng):
    """Try log-uniform settings -> best settings, [(settings, score), ...] of all trials."""
    ### BEGIN SOLUTION
    results = []
    for _ in range(trials):
        settings = {
            name: float(np.exp(rng.uniform(np.log(low), np.log(high))))
            for name, (low, high) in space.items()
        }
        results.append((settings, train(settings)))
    best_settings, _ = max(results, key=lambda result: result[1])
    return best_settings, results
    ### END SOLUTION

# %% check="random_search" points=4
import numpy as np
from dlutils import checks

checks.agrees("random_search", random_search, *[checks.case(train=lambda settings: -settings["lr"],
    space=space, trials=n, rng=np.random.default_rng(0)) for space, n in
    (({"lr": (0.01, 1.0)}, 2), ({"lr": (0.001, 0.1), "l2": (2.0, 50.0)}, 5))])
### BEGIN HIDDEN TESTS
checks.agrees("random_search", random_search, *[checks.case(train=lambda settings: (settings["b"]
    > 0.05) - 9, space={"b": (low, 3.0), "a": (7.0, 8.0)}, trials=n, rng=np.random.default_rng(n))
    for n, low in ((1, 0.1), (6, 1e-4), (7, 1.0))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Search for the learning rate and the price of the three-layer network: ten trials of at most
# eight epochs. The score is the validation loss with a minus sign: it is less jumpy than the
# accuracy, which a single image moves by a whole thousandth.
#
# **In the figure** each dot is one trial, the learning rate to the right and the price upwards,
# both in powers of ten; the darker, the lower the validation loss, which stands beside it. The
# best, about 0.42, lie around a learning rate of 0.1. A rate of 0.004 is too slow for eight epochs
# (0.60), and prices above 0.05 cost more than they help.

# %% experiment
def trial(settings):
    with np.errstate(all="ignore"):  # a rate that is too large runs away
        return -train((784, 128, 64, 10), **settings, seed=0, epochs=8)[0].best_loss


space = {"lr": (0.003, 1.0), "l2": (0.0001, 0.1)}
best, tried = random_search(trial, space, trials=10, rng=np.random.default_rng(0))
fig, ax = plt.subplots()
plotting.draw_trials(ax, tried, "lr", "l2")
ax.set(xlabel="learning rate lr", ylabel="price on the weights l2")
ax.set_title("Rates near 0.1 do best, and only a large price hurts")
plt.show()
print(f"best: lr {best['lr']:.3f}, l2 {best['l2']:.4f}")

# %% [markdown]
# Now finish the network. The choice is made, so the validation images may join the training: 5,000
# images, standardised anew. The learning rate falls along half a cosine (chapter 5), which
# averages the noise of the minibatches out at the end. And three networks from three seeds vote,
# by the mean of their probabilities.
#
# The test images come in here, for the first and last time. The course asks for an accuracy of at
# least 0.84.

# %% experiment
def finish(x, y, seed, epochs=15):
    rng, steps = np.random.default_rng(seed), iter(range(epochs * len(x) // 50))

    def step(params, grads):
        lr = cosine_schedule(next(steps), epochs * len(x) // 50, best["lr"], warmup=0)
        return priced_step(params, grads, lr, best["l2"])

    start = random_params((784, 128, 64, 10), he_init, rng)
    return fit(start, gradients, step, lambda params: None, x, y, epochs, 50, rng)[0]


x_all, x_test = standardize(pixels, fashion.x_test.reshape(1000, 784))
voters = [finish(x_all.clip(-5, 5), fashion.y_train, seed) for seed in range(3)]
logits = [mlp_forward(x_test.clip(-5, 5), voter)[-1] for voter in voters]
print("accuracy of each:", [round(accuracy(each, fashion.y_test), 3) for each in logits])
votes = softmax(np.array(logits)).mean(axis=0)
print(f"accuracy of their vote: {accuracy(votes, fashion.y_test):.3f}")
assert accuracy(votes, fashion.y_test) >= 0.84

# %% [markdown]
# Report it with its uncertainty. A share of 0.85 among 1,000 images has a standard error of
# $\sqrt{0.85 \cdot 0.15 / 1000} = 0.011$. The best of 200 networks that are all worth 0.85 would
# show about 0.88 if their errors were independent: 2.7 standard errors of luck, which new images
# do not repeat. That is why the test images come in once.
#
# One number hides which garments it mixes up. Two functions show them.
#
# ## Exercise 6.9: confusion_matrix
#
# `labels` and `predictions` hold the N true and N predicted classes, ints from 0 to K - 1. Return
# the array (K, K) whose entry $[i, j]$ counts the samples of class $i$ that were called $j$: rows
# are the truth. With labels `[0, 0, 1, 1, 1]`, predictions `[0, 1, 1, 1, 1]` and `K=3` you should
# get `[[1, 1, 0], [0, 3, 0], [0, 0, 0]]`. (3 points)

# %% solution="confusion_matrix"
def confusion_matrix(labels, predictions, K):
    """How often class i (row, the truth) was called class j (column): two (N,) -> (K, K)."""
    ### BEGIN SOLUTION
    confusion = np.zeros((K, K), dtype=int)
    np.add.at(confusion, (labels, predictions), 1)
    return confusion
    ### END SOLUTION

# %% check="confusion_matrix" points=3
import numpy as np
from dlutils import checks

checks.agrees("confusion_matrix", confusion_matrix, checks.case(labels=np.array([0, 0, 1, 1, 1]),
    predictions=np.array([0, 1, 1, 1, 1]), K=3), checks.case(labels=np.array([2, 0, 2]),
    predictions=np.array([2, 2, 2]), K=4))
### BEGIN HIDDEN TESTS
checks.agrees("confusion_matrix", confusion_matrix, *[checks.case(labels=np.array([2, 0, 2, 3, 2]),
    predictions=np.array([2, 0, 2, 1, 0]), K=k) for k in (4, 6)], checks.case(labels=np.array([1]),
    predictions=np.array([0]), K=2), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 6.10: precision_recall_f1
#
# From a confusion matrix (K, K), rows the truth, three figures for each class $k$, with $c_{kk}$
# the hits:
#
# $$\mathrm{precision} = \frac{c_{kk}}{\sum_i c_{ik}}, \quad
# \mathrm{recall} = \frac{c_{kk}}{\sum_j c_{kj}}, \quad
# F_1 = \frac{2 \cdot \mathrm{precision} \cdot \mathrm{recall}}
# {\mathrm{precision} + \mathrm{recall}}.$$
#
# Precision: of those called $k$, how many are? Recall: of those that are $k$, how many were found?
# $F_1$ is their harmonic mean, near the smaller of the two. Returns three arrays
# `(precision, recall, f1)` of shape (K,) (2 points).
#
# Where 0 is divided by 0 the figure is 0 (1 point). `[[1, 3], [0, 2]]` gives precision `[1, 0.4]`,
# recall `[0.25, 1]` and F1 `[0.4, 0.5714]`.

# %% solution="precision_recall_f1"
def precision_recall_f1(confusion):
    """Precision, recall and F1 of each class, 0 / 0 = 0, rows the truth: (K, K) -> three (K,)."""
    ### BEGIN SOLUTION
    hits, predicted, actual = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
    precision = hits / np.maximum(predicted, 1)
    recall = hits / np.maximum(actual, 1)
    return precision, recall, 2 * hits / np.maximum(predicted + actual, 1)
    ### END SOLUTION

# %% check="precision_recall_f1" points=2
import numpy as np
from dlutils import checks

checks.agrees("precision_recall_f1", precision_recall_f1,
    checks.case(confusion=np.array([[1, 3], [0, 2]])))
### BEGIN HIDDEN TESTS
checks.agrees("precision_recall_f1", precision_recall_f1, checks.case(confusion=np.array([[5, 1, 2],
    [0, 3, 1], [4, 2, 7]])), *[checks.case(confusion=np.array(c)) for c in ([[1, 0], [2, 5]],
    [[1, 5], [7, 2]])], hidden=True)
### END HIDDEN TESTS

# %% check="precision_recall_f1" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("precision_recall_f1", precision_recall_f1,
    checks.case(confusion=np.array([[3, 2, 0], [1, 0, 0], [0, 0, 0]])))
### BEGIN HIDDEN TESTS
checks.agrees("precision_recall_f1", precision_recall_f1, *[checks.case(confusion=np.array(c)) for c
    in ([[0, 2], [0, 5]], [[0, 0], [3, 4]], [[0, 1], [2, 0]])], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# **In the figure** is the confusion matrix of the vote: true kinds downwards, answers to the
# right, the count in each field, the darker the more. The diagonal is dark, 90 of 100 or more for
# trousers, dresses, shoes and bags. It is palest for the shirt, about 60; the others are spread
# over T-shirt, pullover and coat.

# %% experiment
confusion = confusion_matrix(fashion.y_test, votes.argmax(axis=1), 10)
precision, recall, f1 = precision_recall_f1(confusion)
fig, ax = plt.subplots(figsize=(6.6, 5.6))
plotting.draw_confusion(ax, confusion, fashion.label_names)
worst = f1.argmin()
ax.set_title(f"{fashion.label_names[worst]}: F1 only {f1[worst]:.2f}; {f1.max():.2f} for the best")
plt.show()

# %% [markdown]
# A shirt is taken for a T-shirt, a pullover or a coat in one of three cases. Nothing at the level
# of the loss told you that.
#
# ## Six runs that failed
#
# A run seldom fails with an error message. It fails with a curve.
#
# **In the figure** six panels show training loss (blue, solid) and validation loss (orange,
# dashed) over 20 epochs, in powers of ten; a dotted line marks $\ln 10$. A: both fall together,
# slowly, to 1.6. B: both lie on the dotted line. C: training lies on it, validation flat at 14. D:
# training falls to 1.2, validation stays above the line. E: both leave the panel at once. F:
# training falls to 0.01, validation stays near 0.6.
#
# Each has one thing wrong. Say which, before you read on.

# %% experiment
@np.errstate(all="ignore")
def run_wrong(lr=0.03, init=he_init, hidden=(64,), labels=few_labels, scale=False):
    rng = np.random.default_rng(0)
    x, new = (255 * train_pixels[:1000], 255 * val_pixels) if scale else (few, x_val)
    start = random_params((784, *hidden, 10), init, rng)
    return fit(start, gradients, lambda p, g: gradient_descent_step(p, g, lr),
        lambda p: (scores(p, x, labels)[0], scores(p, new, y_val)[0]), x, labels, 20, 50, rng)[1]


mixed = few_labels[np.random.default_rng(1).permutation(1000)]
wrong = {"A": {"lr": 0.0003}, "B": {"init": tiny_init, "hidden": (64,) * 9}, "C": {"scale": True},
    "D": {"labels": mixed}, "E": {"lr": 0.4}, "F": {"lr": 0.1, "hidden": (256, 64)}}
fig = plotting.show_curves({panel: run_wrong(**what) for panel, what in wrong.items()}, columns=3)
fig.suptitle("Six failures, and no two alike", ha="left", x=0.02)
plt.show()

# %% [markdown]
# | | what you see | cause | what to do |
# |-|-|-|-|
# | A | both fall, evenly and slowly | learning rate too small | times 3, and again |
# | B | flat at $\ln 10$ from the start | weights too small for ten layers | He's variance |
# | C | training flat at $\ln 10$, validation far above | pixels from 0 to 255 | standardise |
# | D | training falls, validation never does | labels shuffled apart | look at ten pairs |
# | E | explodes, often to `nan` | learning rate too large | divide by 3 |
# | F | training to 0, validation not | overfitting | price, stopping, more images |
#
# C deserves a second look. The first steps were so large that every ReLU is off for every training
# image, and a unit that is off for all gets no gradient by which to come back. Only two of the
# 1,000 validation images still switch a unit on, and these two alone bring the loss from 2.3 to 14.
#
# And D begins to learn its wrong labels by heart. A falling training loss proves as little as it
# did in chapter 3.

# %% [markdown]
# ## A question: three reports
#
# Three people train networks on 10 classes with 1,000 validation images. After 30 epochs they
# report:
#
# | | training loss | training accuracy | validation loss | validation accuracy |
# |-|-|-|-|-|
# | Ana | 0.02 | 1.00 | 0.91 | 0.83 |
# | Ben | 2.31 | 0.10 | 2.31 | 0.09 |
# | Cem | 0.52 | 0.81 | 0.33 | 0.89 |
#
# Say for each, in two or three sentences, what the numbers tell, which cause you suspect, and the
# one thing you would look at or change first. Cem's training images are augmented with noise, his
# validation images are not. (3 points, graded by hand)

# %% [markdown] answer="three_reports" points=3
# ### BEGIN SOLUTION
# **Model answer.** Ana's network overfits: it knows its training images by heart (loss 0.02) and is
# sure of wrong answers on new ones (0.91). First look where her validation loss was lowest, and
# stop there; or put a price on the weights, or find more images.
#
# Ben's network has learnt nothing: $2.31 \approx \ln 10$ and 0.10 are what guessing gives. It does
# not overfit, since training is as bad. Causes: a start with too small weights, a far too small or
# too large learning rate, labels that do not belong to the images. First test: can it learn twenty
# images by heart? Then look at the size of activations and gradients by layer.
#
# Cem's validation is better than his training. This need not be an error: noise makes his training
# images harder than those of the validation. First measure the loss on training images *without*
# noise, and only compare these two. If training is still worse, look for validation images that
# are also among the training images.
#
# **Rubric.** One point each: half for what the numbers tell (overfitting; nothing learnt, with
# $\ln 10$; the two losses are not comparable), half for a cause and a first step that fit. For Ben
# "overfitting" or "more epochs" earns nothing; for Cem "he is lucky" earns nothing.
# ### END SOLUTION

# %% [markdown]
# ## Play: the dashboard
#
# Four controls, and a network that trains while you watch: 20 epochs, drawn one by one. It starts
# anew whenever you let go of a control. `log10_lr` of -1 is a learning rate of 0.1.
#
# 1. Find the largest learning rate at which the loss falls. What does the run just above it look
#    like?
# 2. Take 500 images and 200 units. Which price closes the gap between the curves, and at which
#    cost?
# 3. Which control moves the validation accuracy most?
#
# **In the figure**, on the left, are training loss (blue, solid) and validation loss (orange,
# dashed) by epoch, on the right the accuracies, from 0 to 1.

# %% play
def run(log10_lr, log10_l2, units, images):
    rng, history = np.random.default_rng(0), []
    x, y = x_train[:images], y_train[:images]
    params = random_params((784, units, 10), he_init, rng)
    for _ in range(20):
        params, [pair] = fit(params, gradients,
            lambda p, g: priced_step(p, g, 10**log10_lr, 10**log10_l2),
            lambda p: (scores(p, x, y), scores(p, x_val, y_val)), x, y, 1, 50, rng)
        history.append(pair)
        yield history


def draw(fig, history):
    fig.set_size_inches(9.0, 3.6)
    for k, (ax, name) in enumerate(zip(fig.subplots(1, 2), ("loss", "accuracy"), strict=True)):
        plotting.draw_curves(ax, *([pair[i][k] for pair in history] for i in (0, 1)))
        ax.set(ylabel=name, xlim=(0, 20.5), ylim=(0, (3, 1)[k]))
        ax.legend(loc=("upper right", "lower right")[k])
        ax.set_title(f"{name} after epoch {len(history)}: {history[-1][1][k]:.3f} on validation")


plotting.dashboard(run, draw, log10_lr=(-4.0, 1.0, -1.5), log10_l2=(-5.0, 0.0, -5.0),
    units=(1, 200, 32), images=[1000, 500, 4000])

# %% [markdown]
# ## What to remember
#
# - Start with variance $2/n_\text{in}$ before a ReLU. A factor other than 1 per layer becomes a
#   power of it after twenty.
# - Standardise by the training rows. Shuffle `x` and `y` by one order. Keep the last batch.
# - Watch two curves. Both high: underfitting. Training down, validation up: overfitting.
# - A price on the weights, or stopping at the lowest validation loss, closes part of the gap.
# - Choose by validation images; learning rates log-uniformly. The test images come in once.
#
# In [chapter 7](../07_convolution/convolution.ipynb) the network gets to know which pixels are
# neighbours.

# %% [markdown]
# ## References
#
# - A. Krogh, J. A. Hertz, *A simple weight decay can improve generalization*, NIPS 4, 1991.
# - L. K. Hansen, P. Salamon, *Neural network ensembles*, IEEE Transactions on Pattern Analysis and
#   Machine Intelligence 12, 1990.
# - L. Prechelt, *Early stopping - but when?*, in *Neural Networks: Tricks of the Trade*, 1998.
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural
#   networks*, AISTATS, 2010.
# - J. Bergstra, Y. Bengio, *Random search for hyper-parameter optimization*, JMLR 13, 2012.
# - K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers*, ICCV, 2015.
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST*, arXiv:1708.07747, 2017.
