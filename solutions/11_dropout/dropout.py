# %% [markdown]
# # 11. Dropout
#
# A network with two hidden layers of 256 units has 269,322 weights and biases. Give it 500
# handwritten digits. It will learn all 500 by heart, and read about 88 % of new ones.
#
# More digits would help, but suppose there are none. Hinton and others proposed in 2012 to train
# with a handicap: whenever a digit is shown, each hidden unit is switched off with probability one
# half. The next digit meets another network, with other holes. That this should do anything but
# harm is hard to believe; so you will measure it, also where it does harm.
#
# You write five functions (24 points) and answer one question in words (3 points), in two to three
# hours. They will also tell you when the network does not know.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from dlutils import accuracy, cross_entropy, cross_entropy_backward, datasets
from dlutils import gradient_descent_step, linear_backward, linear_forward, minibatches
from dlutils import mlp_backward, mlp_forward, plotting, relu, results, rotate, softmax

plotting.use_course_style()

# %% [markdown]
# ## Five hundred digits
#
# The first 500 of MNIST's training images are all there is to learn from. The last 2,000 are
# **validation images**: with them you compare and choose. The 2,000 test images stay out until the
# choice is made.
#
# Train with the functions of chapters 3 and 6: He's initial weights, minibatches of 50, a learning
# rate of 0.1, 100 epochs, which are 1,000 steps.

# %%
mnist = datasets.mnist()
pixels = mnist.x_train.reshape(8000, 784)
few, few_labels = pixels[:500], mnist.y_train[:500]
x_val, y_val = pixels[6000:], mnist.y_train[6000:]


def random_params(units, rng):
    """Layers [(W, b), ...] of 784, units, units and 10: normal weights of variance 2 / inputs."""
    return [(rng.normal(0, np.sqrt(2 / d), (d, m)).astype(np.float32), np.zeros(m, np.float32))
            for d, m in pairwise((784, units, units, 10))]


def scores(params, x, labels):
    logits = mlp_forward(x, params)[-1]
    return accuracy(logits, labels), cross_entropy(logits, labels)

# %% [markdown]
# How well does it know the 500, and how well the others?

# %% experiment
rng = np.random.default_rng(0)
plain = random_params(256, rng)
for _ in range(100):
    for x, labels in minibatches(few, few_labels, 50, rng):
        outputs = mlp_forward(x, plain)
        dlogits = cross_entropy_backward(outputs[-1], labels)
        plain = gradient_descent_step(plain, mlp_backward(dlogits, outputs, plain), lr=0.1)
for name, x, labels in (("training", few, few_labels), ("validation", x_val, y_val)):
    print(f"{name:10} accuracy {scores(plain, x, labels)[0]:.3f}, "
          f"loss {scores(plain, x, labels)[1]:.3f}")

# %% [markdown]
# Nothing is left to learn: the training loss is almost 0. One new digit in eight is read wrongly.
#
# ## A colleague who may not come
#
# In such a network a unit need not be right. It is enough if another one corrects it, on the
# images at hand. Hinton and others call this **co-adaptation**: a web of mutual corrections that
# fits these 500 images and need not fit any other.
#
# Now let every unit stay away on half of the days, at random. A correction that counts on one
# certain colleague fails every other time. What pays is a feature that helps whoever else is
# there. That is the idea; whether it is so, only a measurement can say.

# %% [markdown]
# **In the figure** are three networks with 4 inputs, two hidden layers of 5 units and 3 outputs.
# In each, other hidden units are crossed out, two or three of five, and have lost their lines.

# %%
rng = np.random.default_rng(16)
fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.2))
for ax, number in zip(axes, (1, 2, 3), strict=True):
    plotting.draw_thinned(ax, [[True] * 4, rng.random(5) < 0.5, rng.random(5) < 0.5, [True] * 3])
    ax.set_title(f"digit {number}")
fig.suptitle("One set of weights, another network for every digit", ha="left", x=0.02)
plt.show()

# %% [markdown]
# Two layers of 256 units can be thinned in $2^{512} \approx 10^{154}$ ways. A thousand steps of 50
# digits use 50,000 of them, each once. That anything is learnt at all is because they share their
# weights.
#
# In use you want every unit, and no dice. But then the next layer gets about twice as much as in
# training. Take $x = [2, 4]$ and $p = 1/2$, the probability to drop. There are four equally likely
# masks:
#
# | kept | dropped to 0 | kept times 2 |
# |-|-|-|
# | both | [2, 4] | [4, 8] |
# | first | [2, 0] | [4, 0] |
# | second | [0, 4] | [0, 8] |
# | none | [0, 0] | [0, 0] |
# | **mean** | [1, 2] | **[2, 4]** |
#
# Dividing what is kept by $1 - p$ keeps the mean where it was, so that later nothing needs to be
# scaled. This is called *inverted* dropout; PyTorch and Keras do it so:
#
# $$y_i = \frac{m_i}{1 - p}\,x_i, \qquad
# m_i = \begin{cases} 0 & \text{with probability } p \\ 1 & \text{otherwise,} \end{cases} \qquad
# \mathrm{E}[y_i] = \frac{p \cdot 0 + (1 - p) \cdot 1}{1 - p}\,x_i = x_i.$$
#
# The price is noise: $\mathrm{Var}(y_i) = \frac{p}{1 - p}\,x_i^2$.

# %% [markdown]
# ## Exercise 11.1: dropout_forward
#
# `x` may have any shape. With `train` True, drop each number with probability `p` and divide the
# others by $1 - p$: for `p=0.2` each is 0 or 1.25 times what it was. With `train` False, `y` equals
# `x`, and nothing is drawn: `rng` may be `None` (3 points).
#
# Each number has a draw of its own, independent of the others, and every call draws anew. The
# method is up to you, but all chance comes from `rng`: equal generators give equal `y` (2 points).
#
# With `train` True, `p=0` gives `y` equal to `x`, and `p=1` all 0 (2 points).
#
# Returns `(y, cache)`; the cache is whatever `dropout_backward` will need. `x` stays unchanged
# (1 point).

# %% solution="dropout_forward"
def dropout_forward(x, p, rng, train):
    """Drop each number with probability p, divide the others by 1 - p: any shape -> y, cache."""
    ### BEGIN SOLUTION
    if not train:
        return x, None
    scale = 1 / (1 - p) if p < 1 else 0.0
    mask = ((rng.random(x.shape) >= p) * scale).astype(x.dtype)
    return x * mask, mask
    ### END SOLUTION

# %% check="dropout_forward" points=3
from dlutils import checks

checks.agrees("dropout_forward", dropout_forward, *[checks.drop_case(40, 30, p=p) for p in (0.2,
    0.5)], checks.drop_case(2, 2, p=0.2, train=False), using=checks.drop_factors)
### BEGIN HIDDEN TESTS
checks.agrees("dropout_forward", dropout_forward, checks.drop_case(9, 8, 10, p=0.75),
    checks.drop_case(400, p=0.6), checks.case(x=checks.normal(3, 2, 4, seed=2), p=1.0, rng=None,
    train=False), using=checks.drop_factors, hidden=True)
### END HIDDEN TESTS

# %% check="dropout_forward" kind="law" points=2
from dlutils import checks

checks.holds("dropout_forward", dropout_forward, "the share of zeros, divided by p, and the share "
    "of equal numbers for equal generators", checks.drop_case(50, 40, p=0.2), within=(0.8, 1.2),
    measure=checks.drop_share)
### BEGIN HIDDEN TESTS
checks.holds("dropout_forward", dropout_forward, "every number is drawn by itself, in every call",
    checks.drop_case(60, 50, p=0.5), measure=checks.drop_spread, within=(0.5, 1.6), hidden=True)
checks.holds("dropout_forward", dropout_forward, "how many are dropped is left to chance",
    checks.drop_case(8, p=0.5), measure=checks.drop_counts, within=(0.6, 1.5), hidden=True)
### END HIDDEN TESTS

# %% check="dropout_forward" kind="stability" points=2
from dlutils import checks

checks.agrees("dropout_forward", dropout_forward, checks.drop_case(2, 3, p=1.0),
    checks.drop_case(2, 2, p=0.0), using=lambda f, *a: f(*a)[0])
### BEGIN HIDDEN TESTS
checks.agrees("dropout_forward", dropout_forward, checks.drop_case(4, p=1), checks.drop_case(2, 1,
    3, p=1.0, seed=1), checks.drop_case(2, 3, 4, p=0.0), checks.drop_case(6, p=0),
    using=lambda f, *a: f(*a)[0], hidden=True)
### END HIDDEN TESTS

# %% check="dropout_forward" kind="purity" points=1
from dlutils import checks

checks.unchanged("dropout_forward", dropout_forward, checks.drop_case(3, 4, p=0.5))
### BEGIN HIDDEN TESTS
checks.unchanged("dropout_forward", dropout_forward, *[checks.drop_case(2, 3, 2, p=p) for p in
    (0.3, 1.0)], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Backward nothing is left to chance any more: $y_i$ is $x_i$ times a number that has been drawn.
# What was dropped had no influence on the loss, and gets the gradient 0.
#
# ## Exercise 11.2: dropout_backward
#
# $$dx_i = \frac{m_i}{1 - p}\,dy_i$$
#
# with the very $m$ of the forward call, which is why it must be in the cache. Where
# `dropout_forward` has made `x = [1, 3]` into `[0, 6]`, `dy = [5, 7]` gives `dx = [0, 14]`
# (2 points). After a forward call with `train` False or `p=0`, `dx` equals `dy`; after one with
# `p=1` and `train` True it is all 0 (1 point). `dy` and the cache stay unchanged (1 point).
#
# Returns `dx`, in the shape of `dy`.

# %% solution="dropout_backward"
def dropout_backward(dy, cache):
    """Gradient of dropout: dy times what forward multiplied x by, any shape."""
    ### BEGIN SOLUTION
    return dy if cache is None else dy * cache
    ### END SOLUTION

# %% check="dropout_backward" points=2
from dlutils import checks

checks.agrees("dropout_backward", dropout_backward, checks.drop_case(30, 20, p=0.2, back=True),
    using=checks.drop_pair(dropout_forward, dropout_backward))
### BEGIN HIDDEN TESTS
checks.agrees("dropout_backward", dropout_backward, *[checks.drop_case(*shape, p=p, back=True)
    for shape, p in (((5, 8, 9), 0.5), ((300,), 0.75))], hidden=True,
    using=checks.drop_pair(dropout_forward, dropout_backward))
### END HIDDEN TESTS

# %% check="dropout_backward" kind="stability" points=1
from dlutils import checks

checks.agrees("dropout_backward", dropout_backward, checks.drop_case(2, 3, p=1.0, back=True),
    checks.drop_case(2, 2, p=0.5, train=False, back=True), checks.drop_case(4, p=0.0, back=True,
    holes=True), using=checks.backward_pair("dropout_backward", dropout_forward, dropout_backward))
### BEGIN HIDDEN TESTS
checks.agrees("dropout_backward", dropout_backward, *[checks.drop_case(2, 2, 3, p=p, train=train,
    back=True) for p, train in ((0.0, True), (1.0, True), (1.0, False))], hidden=True,
    using=checks.backward_pair("dropout_backward", dropout_forward, dropout_backward))
### END HIDDEN TESTS

# %% check="dropout_backward" kind="purity" points=1
from dlutils import checks

checks.unchanged("dropout_backward", dropout_backward, checks.drop_case(8, 7, p=0.5, back=True),
    using=checks.drop_pair(dropout_forward, dropout_backward))
### BEGIN HIDDEN TESTS
checks.agrees("dropout_backward", dropout_backward, checks.drop_case(9, 7, p=0.4, back=True),
    using=checks.drop_pair(dropout_forward, dropout_backward, calls=2), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## A network with holes
#
# Put dropout in front of each of the three linear layers: `drop` holds their three probabilities,
# say `(0, 0.5, 0.5)` to leave the pixels alone and drop half of both hidden layers. The last
# layer's outputs are the ten logits; none of them is ever dropped.

# %%
def forward(params, x, drop, rng, train):
    """Logits (N, 10), and of each layer its input and two caches."""
    kept = []
    for number, ((W, b), p) in enumerate(zip(params, drop, strict=True)):
        a = relu(x) if number else x
        thinned, mask = dropout_forward(a, p, rng, train)
        x, linear = linear_forward(thinned, W, b)
        kept.append((a, mask, linear))
    return x, kept

# %% [markdown]
# Backward, each layer comes in reverse: linear, dropout, ReLU. Where a ReLU's output `a` is 0 its
# slope is 0. For the pixels this last factor does not matter, since nobody asks for their gradient.

# %%
def gradients(params, x, labels, drop, rng):
    """[(dW, db), ...] of the loss of one thinned network."""
    logits, kept = forward(params, x, drop, rng, train=True)
    dy, grads = cross_entropy_backward(logits, labels), []
    for a, mask, linear in reversed(kept):
        dx, dW, db = linear_backward(dy, linear)
        dy = dropout_backward(dx, mask) * (a > 0)
        grads.append((dW, db))
    return grads[::-1]

# %% [markdown]
# Can a gradient be checked that has dice in it? If every evaluation gets a generator from the same
# seed, they all throw the same. Compare with chapter 3's central difference, in float64, for the
# three weights with the largest gradients in each layer.

# %% experiment
small = [(W.astype(float), b) for W, b in random_params(16, np.random.default_rng(0))]
x, labels, drop = few[:20].astype(float), few_labels[:20], (0.2, 0.5, 0.5)


def loss():
    return cross_entropy(forward(small, x, drop, np.random.default_rng(7), True)[0], labels)


for number, (dW, _) in enumerate(gradients(small, x, labels, drop, np.random.default_rng(7))):
    W, errors = small[number][0], []
    for i in zip(*np.unravel_index(np.abs(dW).argsort(axis=None)[-3:], dW.shape), strict=True):
        W[i] += 1e-5
        above = loss()
        W[i] -= 2e-5
        errors.append(abs((above - loss()) / 2e-5 - dW[i]) / abs(dW[i]))
        W[i] += 1e-5
    print(f"layer {number + 1}: relative error below 1e-6: {max(errors) < 1e-6}")

# %% [markdown]
# Now train three networks from the same start: without dropout, with half of the hidden units
# dropped, and with a fifth of the pixels dropped, too (Srivastava and others recommend just these
# rates). `train` is a generator that pauses after every five epochs.

# %%
def train(drop, seed, x=few, labels=few_labels, units=256, steps=1000):
    """Yield (epoch, params) after every fifth epoch of so many steps."""
    rng = np.random.default_rng(seed)
    params, epochs = random_params(units, rng), steps * 50 // len(x)
    for epoch in range(1, epochs + 1):
        for batch, targets in minibatches(x, labels, 50, rng):
            grads = gradients(params, batch, targets, drop, rng)
            params = gradient_descent_step(params, grads, lr=0.1)
        if epoch % 5 == 0 or epoch == epochs:
            yield epoch, params

# %% [markdown]
# **In the figure** are the losses over 100 epochs, measured without dropout; on the left on the 500
# training digits, on the right on 1,000 validation digits. Without dropout (blue, solid) the
# training loss is nearly 0 after 30 epochs. With it (orange, dashed, and green, dash-dotted) it
# takes about twice as long, and gets there all the same. On new digits, the loss without dropout is
# lowest at about epoch 20, and then rises to 0.55. With dropout on units it ends at 0.52, though at
# epoch 75 it is no lower; with dropout on pixels, too, it ends at 0.48.

# %% experiment
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.7))
trained = {}
for (name, drop), line in zip({"none": (0, 0, 0), "hidden units": (0, 0.5, 0.5),
        "hidden units and pixels": (0.2, 0.5, 0.5)}.items(), ("-", "--", "-."), strict=True):
    epochs, networks = zip(*train(drop, seed=0), strict=True)
    for ax, x, labels in zip(axes, (few, x_val[:1000]), (few_labels, y_val[:1000]), strict=True):
        ax.plot(epochs, [scores(params, x, labels)[1] for params in networks], line, label=name)
    trained[name] = networks[-1]
    print(f"{name:23} validation accuracy {scores(trained[name], x_val, y_val)[0]:.3f}")
for ax, name in zip(axes, ("training", "validation"), strict=True):
    ax.set(xlabel="epoch", ylabel=f"{name} loss (nats)", ylim=(0, 1.0))
axes[0].legend(title="dropped")
fig.suptitle("With dropout the digits are learnt by heart as well, only later", ha="left", x=0.02)
plt.show()
assert scores(trained["hidden units and pixels"], x_val, y_val)[0] >= 0.86

# %% [markdown]
# The accuracies differ by less than a percent. A seed decides over the first weights, the order and
# the masks, and other 500 digits would give another network. One run of each proves nothing.
#
# ## Measured, not believed
#
# So 84 networks were trained and their accuracies stored (`dlutils/results/dropout.py`). Each seed
# draws other training digits and other first weights. With the same seed all rates `p` of the
# hidden layers start from the same digits and weights; so what counts is the *difference* to
# `p = 0` of the same seed.
#
# There are two widths, 32 and 256 units per layer, and two sets to learn from: 500 digits (five
# seeds, 1,000 steps) and 6,000 digits (three seeds, 2,000 steps). In which of the four cases do you
# expect dropout to help most, and in which to harm?

# %%
stored = results.load("dropout")


def by_seed(case, part, which=0):
    """Accuracies (0) or losses (1) on the images of a part: a row for each p, a column per seed."""
    return np.array([[run[part][which] for run in runs] for runs in case["runs"]])


def standard_error(found):
    """Of the mean over seeds, the last axis."""
    return found.std(axis=-1, ddof=1) / np.sqrt(found.shape[-1])

# %% [markdown]
# **In the figure** is the change against `p = 0` in percentage points, on the left for 500 training
# digits, on the right for 6,000, with 256 units per layer (orange, dots, solid) and with 32 (blue,
# triangles, dashed); bars are one standard error of the mean. On the left, 256 units gain almost a
# point at 0.4 and 0.5, and lose at 0.8. 32 units gain half a point at 0.2 and lose from 0.5 on. On
# the right, 256 units stay near 0 up to 0.5, and 32 units lose from the start. At 0.8 both
# triangles lie below the panel: 56 to 58 points are lost.

# %%
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.9), sharey=True)
for case in stored["rates"]:
    known, found = by_seed(case, "train"), by_seed(case, "validation")
    gain, ax = 100 * (found - found[0]), axes[case["images"] // 6000]
    ax.errorbar(case["p"], gain.mean(axis=1), standard_error(gain), capsize=3,
        fmt="o-" if case["units"] == 256 else "^--", label=f"{case['units']} units per layer")
    ax.set(title=f"{case['images']} training digits", xlabel="p in both hidden layers")
    for k in map(case["p"].index, (0, 0.2, 0.5, 0.8)):
        print(f"{case['images']:4} digits, {case['units']:3} units, p = {case['p'][k]:<3}: train "
              f"{known[k].mean():.3f}, validation {found[k].mean():.3f}, change "
              f"{gain[k].mean():+5.1f} ± {standard_error(gain)[k]:.1f} points")
axes[0].set(ylabel="change of accuracy (points)", ylim=(-7.5, 2))
axes[1].legend()
fig.suptitle("Dropping half helps a wide network on few digits, no other", ha="left", x=0.02)
plt.show()

# %% [markdown]
# What decides? Not that everything is known by heart: without dropout all four do, nearly, by the
# training accuracy. Dropout helps with few digits, at a rate that leaves enough units: 0.876
# becomes 0.885 with half of 256, and 32 units still gain from 0.2.
#
# On 6,000 digits, with 256 units, 0.2 gains 0.3 points and 0.5 nothing (-0.2 ± 0.2). After 2,000
# steps these have not yet learnt their digits by heart: 0.986, against 1.000. Noise slows them
# down, and longer training might show a gain. At equal price there is none.
#
# And where units are scarce, dropping half of them harms: by 1 point on 500 digits, by nearly 4 on
# 6,000.

# %% [markdown]
# So much for new digits. What about the **gap** between them and those learnt?
#
# **In the figure** it is training minus validation accuracy on the left, validation minus training
# loss on the right; bars are one standard error. On 500 digits, the accuracy gap of 256 units
# (orange, dots, solid) falls from 12.4 points to 11.5 at 0.5, that of 32 units (blue, triangles,
# dashed) rises from 13.7 to nearly 15 at 0.6. On 6,000 digits both fall, from 4.8 to 3.6 at 0.5
# (256 units, pink, squares) and from 5.3 to 2.5 (32, green, dotted). The loss gap falls in all
# cases but one: for 256 units on 500 digits it stays near 0.5 up to 0.6. At 0.8, 32 units have
# almost no gap.

# %%
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.9))
for case, line in zip(stored["rates"], ("^--", "o-", "v:", "s-."), strict=True):
    name, k = f"{case['units']} units, {case['images']} digits", case["p"].index(0.5)
    for which, (ax, unit) in enumerate(zip(axes, (-100, 1), strict=True)):
        gap = unit * (by_seed(case, "validation", which) - by_seed(case, "train", which))
        change, kind = gap[k] - gap[0], ("accuracy", "loss")[which]
        ax.errorbar(case["p"], gap.mean(axis=1), standard_error(gap), fmt=line, label=name)
        ax.set(xlabel="p in both hidden layers")
        print(f"{name:21} {kind:8} gap {gap[0].mean():5.2f}, p = 0.5 changes it by "
              f"{change.mean():+.2f} ± {standard_error(change):.2f}")
axes[0].set_ylabel("accuracy gap (points)")
axes[1].set(ylabel="loss gap (nats)", ylim=(-0.05, 0.95))
axes[1].legend(loc="upper right")
fig.suptitle("The gap closes most where accuracy is lost", ha="left", x=0.02)
plt.show()

# %% [markdown]
# Is a smaller gap a better network? At 0.8, 32 units have hardly any, because they have learnt
# nothing. A gap can close from above: on 6,000 digits half of 256 units lose 1.4 points in training
# and gain none on new digits. Or from below: on 500, training stays at 1.000, and what the gap
# loses, new digits gain. The loss gap does not shrink there: fewer errors, but each costs more.
#
# Now the test images, once, for the setting chosen beforehand: 256 units, 500 digits, rates 0.2,
# 0.5 and 0.5.

# %%
few_runs = {"runs": [stored["rates"][1]["runs"][0], stored["max_norm"][0]["runs"]]}
known, tested = by_seed(few_runs, "train"), by_seed(few_runs, "test")
gap, change = 100 * (known - tested), 100 * (tested[1] - tested[0])
for k, name in enumerate(("p = 0", "chosen")):
    print(f"{name:6}: training {known[k].mean():.3f}, test {tested[k].mean():.3f}, "
          f"gap {gap[k].mean():.1f} ± {standard_error(gap)[k]:.1f} points")
print(f"change on the test images for each seed in points: {np.round(change, 1)}")
print(f"mean {change.mean():+.1f} ± {standard_error(change):.1f}")

# %% [markdown]
# A gain of 1.2 points, give or take half a point, and the gap is smaller by just that; for one of
# the five seeds it is a loss. Whoever had tried only that seed would now tell you that dropout
# harms.
#
# ## Why should noise help?
#
# Look where everything can be computed: one linear layer with one output and the squared error
# $\frac{1}{N}\sum_n (x_n \cdot w - t_n)^2$. Drop its inputs and take the mean over all masks. The
# mean of $y$ is right, so only its variance adds to the error, $\frac{p}{1-p} x_{nd}^2 w_d^2$ for
# each input:
#
# $$\mathrm{E}\,[\text{error}] = \text{error without dropout} +
# \frac{p}{1 - p} \sum_d w_d^2 \; \frac{1}{N} \sum_n x_{nd}^2.$$
#
# The second term is chapter 6's price on large weights, an `l2_penalty` that knows how large each
# input usually is. Try it, with 20,000 masks.

# %% experiment
rng = np.random.default_rng(0)
X, w, t, p = rng.normal(size=(6, 3)), np.array([2.0, -1.0, 0.5]), rng.normal(size=6), 0.3
thinned = dropout_forward(np.tile(X, (20000, 1)), p, rng, True)[0]
measured = np.mean((thinned @ w - np.tile(t, 20000)) ** 2)
plain_error = np.mean((X @ w - t) ** 2)
price = p / (1 - p) * np.sum(w**2 * np.mean(X**2, axis=0))
print(f"error without dropout {plain_error:.2f}, price {price:.2f}, sum {plain_error + price:.2f}")
print(f"mean over 20,000 masks {measured:.2f}")
assert abs(measured / (plain_error + price) - 1) < 0.02

# %% [markdown]
# For logistic regression dropout is such a price, too, but only approximately (Wager and others,
# 2013). For networks with hidden layers you have the measurements.
#
# ## Exercise 11.3: max_norm
#
# With dropout, Srivastava and others recommend larger learning rates, and with these a lid on the
# weights: after every step, a unit whose incoming weights have become too long gets them shortened.
# The weights that come into unit $m$ are column $m$ of `W` (D, M), and their length is $n_m =
# \sqrt{\sum_d W_{dm}^2}$.
#
# A column with $n_m$ above `limit` is multiplied by `limit` / $n_m$, all others stay as they are.
# For `W = [[3, 0.3], [4, 0.4]]` the lengths are 5 and 0.5, and with `limit=2` you should get
# `[[1.2, 0.3], [1.6, 0.4]]` (3 points). A column of zeros stays 0, without NaN (1 point). `limit`
# is above 0.
#
# Returns a new array; `W` stays unchanged (1 point).

# %% solution="max_norm"
def max_norm(W, limit):
    """Shorten the columns of W (D, M) that are longer than limit to that length -> (D, M)."""
    ### BEGIN SOLUTION
    norms = np.sqrt((W**2).sum(axis=0))
    return W * (limit / np.maximum(norms, limit))
    ### END SOLUTION

# %% check="max_norm" points=3
import numpy as np
from dlutils import checks

checks.agrees("max_norm", max_norm, checks.case(W=np.array([[3.0, 0.3], [4.0, 0.4]]), limit=2.0),
    checks.case(W=np.array([[3.0, 1.0, 0.6], [4.0, 1.0, 0.0]]), limit=0.5))
### BEGIN HIDDEN TESTS
checks.agrees("max_norm", max_norm, *[checks.random_case(seed, W=shape, limit=limit) for seed,
    shape, limit in ((0, (5, 3), 2.0), (1, (3, 7), 1.5), (2, (4, 4), 1.8), (3, (1, 4), 0.7), (4,
    (6, 1), 0.9), (5, (3, 5), 50.0))], checks.case(W=np.array([[-3.0, 0.0], [4.0, 5.0]]),
    limit=5.0), hidden=True)
### END HIDDEN TESTS

# %% check="max_norm" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("max_norm", max_norm, checks.case(W=np.array([[0.0, 3.0], [0.0, 4.0]]), limit=1.0))
### BEGIN HIDDEN TESTS
checks.agrees("max_norm", max_norm, checks.case(W=np.array([[0.0, 1.0, 8.0], [0.0, 0.0, 6.0]]),
    limit=3.0), hidden=True)
### END HIDDEN TESTS

# %% check="max_norm" kind="purity" points=1
from dlutils import checks

checks.unchanged("max_norm", max_norm, checks.random_case(0, W=(4, 3), limit=1.0))
checks.holds("max_norm", max_norm, "whether the result is W itself", checks.random_case(0, W=(2, 3),
    limit=9.0), measure=checks.is_input, within=(0, 0))
### BEGIN HIDDEN TESTS
checks.unchanged("max_norm", max_norm, checks.random_case(1, W=(3, 5), limit=0.5), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Does it do what it is said to do? Again networks of 256 units were trained on 500 digits from five
# seeds, with dropout on hidden units and pixels, at three learning rates, with and without
# `max_norm(W, 2)` after every step.

# %%
for pair in zip(stored["max_norm"][:3], stored["max_norm"][3:], strict=True):
    found = 100 * by_seed({"runs": [case["runs"] for case in pair]}, "validation")
    change = found[1] - found[0]
    share = [100 * np.mean([run["long"] for run in case["runs"]]) for case in pair]
    print(f"lr {pair[0]['lr']}: without limit {found[0].mean():.1f} %, with it "
          f"{change.mean():+.2f} ± {standard_error(change):.2f} points; "
          f"columns of length 2 or more: {share[0]:.1f} % without, {share[1]:.1f} % with")

# %% [markdown]
# Not that five seeds could tell: paired by seed, the change is +0.03 ± 0.07, -0.05 ± 0.19 and
# +0.34 ± 0.28 points. At 0.1 and 0.3 the limit has hardly anything to do: without it only 1.5 and
# 2.2 % of the columns end longer than 2. At 0.6 it is 23 %, and there the lid may help; but the
# best of the three rates is 0.3, with and without it. What helps in one paper's networks need not
# help in yours.

# %% [markdown]
# ## A hundred voices
#
# In use the network runs once, with all units, as if that were the mean of all thinned ones. For
# the outputs of one linear layer it is. With ReLUs in between it is a hope. Take the mean itself
# and see: let thinned networks answer, many times, and average their probabilities.
#
# ## Exercise 11.4: monte_carlo_predict
#
# `predict(x, rng)` makes one prediction with dropout switched on: an array of any shape, which
# changes from call to call, because it draws from `rng`. Call it `samples` times (at least 1), each
# time with the given `x` and the given `rng`, and return the mean of the predictions, in the shape
# of one prediction (3 points).
#
# `x` stays unchanged, also where `predict` returns `x` itself (1 point).
#
# If the predictions for one image are `[[0.9, 0.1]]`, `[[0.6, 0.4]]` and `[[0.3, 0.7]]`, the answer
# is `[[0.6, 0.4]]`.

# %% solution="monte_carlo_predict"
def monte_carlo_predict(predict, x, samples, rng):
    """Mean of `samples` predictions `predict(x, rng)`, in the shape of one."""
    ### BEGIN SOLUTION
    return np.mean([predict(x, rng) for _ in range(samples)], axis=0)
    ### END SOLUTION

# %% check="monte_carlo_predict" points=3
import numpy as np
from dlutils import checks

checks.agrees("monte_carlo_predict", monte_carlo_predict, *[checks.case(predict=lambda x, rng: x +
    rng.random(x.shape), x=checks.normal(3, 2, seed=n), samples=n, rng=np.random.default_rng(n))
    for n in (1, 3)])
### BEGIN HIDDEN TESTS
checks.agrees("monte_carlo_predict", monte_carlo_predict, *[checks.case(predict=lambda x, rng:
    np.exp(x @ rng.normal(size=(4, 2))), x=checks.normal(*shape, 4, seed=n), samples=n,
    rng=np.random.default_rng(n)) for n, shape in ((7, (5,)), (2, ()), (25, (2, 3)))], hidden=True)
### END HIDDEN TESTS

# %% check="monte_carlo_predict" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("monte_carlo_predict", monte_carlo_predict, *[checks.case(predict=predict,
    x=checks.normal(3, 2, seed=0), samples=3, rng=np.random.default_rng(0)) for predict in
    (lambda x, rng: x, lambda x, rng: x * rng.random())])
### BEGIN HIDDEN TESTS
checks.unchanged("monte_carlo_predict", monte_carlo_predict, checks.case(predict=lambda x, rng: x.T,
    x=checks.normal(2, 4, seed=0), samples=4, rng=np.random.default_rng(1)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Ask the network with dropout on hidden units and pixels, on 1,000 validation digits: one thinned
# network alone, the mean of 3, 10, 30 and 100, and then the whole network once.

# %% experiment
def sampled(x, rng):
    return softmax(forward(trained["hidden units and pixels"], x, (0.2, 0.5, 0.5), rng, True)[0])


def whole(x):
    return softmax(mlp_forward(x, trained["hidden units and pixels"])[-1])


def judge(name, p):
    said = p[np.arange(len(p)), y_val[: len(p)]]
    hits = np.mean(p.argmax(axis=1) == y_val[: len(p)])
    print(f"{name:20} accuracy {hits:.3f}, loss {-np.mean(np.log(said)):.3f}")


rng = np.random.default_rng(0)
for samples in (1, 3, 10, 30, 100):
    mean = monte_carlo_predict(sampled, x_val[:1000], samples, rng)
    judge(f"mean of {samples} thinned", mean)
judge("the whole network", whole(x_val[:1000]))

# %% [markdown]
# One thinned network is a poor reader, 0.82, and yet the mean of ten reads as well as that of a
# hundred, though its loss still has some way to fall: their errors differ, as those of chapter 6's
# three voters did. The whole network, in a single pass, gets about
# the same accuracy as a hundred: the hope was justified. But its loss is worse, 0.48 to 0.42. It is
# right as often, and more sure when it is wrong.

# %% [markdown]
# ## Exercise 11.5: predictive_entropy
#
# The mean of the predictions is a probability for each of K classes. How undecided is it? Shannon's
# measure (1948) is the **entropy**
#
# $$H = -\sum_k p_k \ln p_k$$
#
# in nats, where $0 \ln 0$ counts as 0. It is 0 if one class has it all, and $\ln K$, the largest
# possible, if all are equally likely.
#
# `probabilities` has shape (..., K), any number of axes with the classes last. Returns an array of
# shape (...), or a number for shape (K,). For `[[0.5, 0.5], [0.9, 0.1]]` you should get `[0.6931,
# 0.3251]` (2 points). Probabilities of exactly 0 and 1 give no NaN, and an entropy right to 0.0001
# (1 point).

# %% solution="predictive_entropy"
def predictive_entropy(probabilities):
    """-sum_k p_k ln p_k over the last axis, with 0 ln 0 = 0: (..., K) -> (...), in nats."""
    ### BEGIN SOLUTION
    logs = np.log(np.where(probabilities > 0, probabilities, 1))
    return -(probabilities * logs).sum(axis=-1)
    ### END SOLUTION

# %% check="predictive_entropy" points=2
import numpy as np
from dlutils import checks

checks.agrees("predictive_entropy", predictive_entropy,
    checks.case(probabilities=np.array([[0.5, 0.5], [0.9, 0.1]])),
    checks.case(probabilities=np.array([0.2, 0.3, 0.5])))
### BEGIN HIDDEN TESTS
checks.agrees("predictive_entropy", predictive_entropy, *[checks.case(probabilities=np.random.
    default_rng(0).dirichlet(np.ones(k), shape)) for shape, k in (((4,), 3), ((3, 3), 3), ((2, 4),
    5), ((1,), 6))], hidden=True)
### END HIDDEN TESTS

# %% check="predictive_entropy" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("predictive_entropy", predictive_entropy, checks.case(probabilities=np.array(
    [[1.0, 0.0, 0.0], [0.5, 0.0, 0.5]])), using=lambda f, p: {"1 + H": np.add(1, f(p))})
### BEGIN HIDDEN TESTS
checks.agrees("predictive_entropy", predictive_entropy, checks.case(probabilities=np.eye(4)),
    checks.case(probabilities=np.array([[0.0, 0.25, 0.75]])), hidden=True,
    using=lambda f, p: {"1 + H": np.add(1, f(p))})
### END HIDDEN TESTS

# %% [markdown]
# ## Experiment: turn the digit
#
# All 500 training digits stand upright. Turn a new one, and the network is asked about something
# that it has never seen. Does it notice? (Gal and Ghahramani asked this in 2016; `rotate` is an
# exercise of [chapter 13](../13_data_augmentation/data_augmentation.ipynb).)
#
# **In the figure** a 4, on the left, and a 6, on the right, are turned from 0 to 180 degrees. Below
# each image is the entropy of the mean of 200 thinned networks, their answer written above the dot.
# The 4 is read as 4 up to 30 degrees, while the entropy rises from 0.04 to 0.5; from 75 degrees on
# it is above 0.8. For the 6 it starts at 0.4; at 45 degrees it is no higher, and the answer is 4.

# %% experiment
angles = np.arange(0, 181, 15)
fig, axes = plt.subplots(2, 2, figsize=(9.5, 4.2), height_ratios=(1, 3.2), sharex=True)
for (top, ax), label in zip(axes.T, (4, 6), strict=True):
    digit = x_val[y_val == label][0].reshape(1, 28, 28)
    turned = rotate(np.repeat(digit, len(angles), axis=0), angles.astype(float))
    p = monte_carlo_predict(sampled, turned.reshape(-1, 784), 200, np.random.default_rng(0))
    top.imshow(np.hstack(turned), cmap="gray_r", aspect="auto", extent=(-7.5, 187.5, 0, 1))
    top.set(yticks=[], title=f"a {label}, turned anticlockwise")
    top.grid(False)
    ax.plot(angles, predictive_entropy(p), "o-")
    for angle, height, winner in zip(angles, predictive_entropy(p), p.argmax(axis=1), strict=True):
        ax.annotate(winner, (angle, height), (0, 7), textcoords="offset points", ha="center")
    ax.set(xlabel="angle (degrees)", ylabel="entropy (nats)", ylim=(0, 2.3), xticks=angles[::2])
fig.suptitle("Turned digits raise the entropy, but not always", ha="left", x=0.02)
plt.show()

# %% [markdown]
# For the 4 the entropy grows, as it should, but not with every step: at 60 degrees, read as a 2, it
# is what it was for the right answer at 30. The 6 at 45 degrees is read wrongly with the entropy of
# the upright one. The thinned networks may agree on nonsense.
#
# How often? **In the figure** 300 digits are turned from 0 to 180 degrees. The accuracy (green,
# dots) falls from 0.88 to 0.24 at 60 degrees, and stays there or below. The confidence, which is
# the largest probability, should fall with it. That of the whole network (blue, triangles) stays
# between 0.94 and 0.76, that of the mean of 30 thinned ones (orange, squares) between 0.84 and
# 0.61.

# %% experiment
angles, some = np.arange(0, 181, 30), x_val[:300].reshape(-1, 28, 28)
shares = []
for angle in angles:
    x = rotate(some, np.full(300, float(angle))).reshape(300, 784)
    one, many = whole(x), monte_carlo_predict(sampled, x, 30, np.random.default_rng(0))
    hits = many.argmax(axis=1) == y_val[:300]
    shares.append([one.max(axis=1).mean(), many.max(axis=1).mean(), hits.mean()])
fig, ax = plt.subplots()
for share, name, line in zip(np.transpose(shares), ("confidence, whole network",
        "confidence, mean of 30 thinned", "accuracy"), ("^--", "s-.", "o-"), strict=True):
    ax.plot(angles, share, line, label=name)
ax.set(xlabel="angle (degrees)", ylabel="share, mean over 300 digits", ylim=(0, 1), xticks=angles)
ax.set_title("Averaging makes the network more modest, not modest enough")
ax.legend(loc=(0.47, 0.3))
plt.show()

# %% [markdown]
# For upright digits the mean is honest: it says 0.84 and is right in 0.88 of cases, where the
# single pass claims 0.94. For turned ones both promise far too much, the mean a little less.
#
# So what is the entropy good for? To put aside what a person should look at. **In the figure** is
# its distribution for 1,000 upright validation digits, those read rightly (blue, solid) with a
# peak at 0, those read wrongly (orange, dashed) around 1.2. The third group (green, dash-dotted)
# are 500 garments of Fashion-MNIST, which are no digits at all: around 1.6, with a few near 0.

# %% experiment
garments = datasets.fashion().x_test[:500].reshape(500, 784)
hits = mean.argmax(axis=1) == y_val[:1000]
H, H_garments = map(predictive_entropy, (mean, monte_carlo_predict(sampled, garments, 100, rng)))
certain = np.quantile(H, 0.8) >= H
print(f"accuracy: all {hits.mean():.3f}, the most certain 80 % {hits[certain].mean():.3f}")
print(f"garments among the entropies of these 80 %: {np.mean(H_garments <= H[certain].max()):.2f}")
fig, ax = plt.subplots()
groups = {"digits read rightly": H[hits], "digits read wrongly": H[~hits], "garments": H_garments}
for (name, values), line in zip(groups.items(), ("-", "--", "-."), strict=True):
    ax.hist(values, np.linspace(0, 2.3, 24), density=True, histtype="step",
        linestyle=line, linewidth=2, label=name)
ax.set(xlabel="entropy (nats)", ylabel="density (1 / nat)")
ax.set_title("What is read wrongly stands out, most of the time")
ax.legend()
plt.show()

# %% [markdown]
# Let a person read the 200 most uncertain digits, and of the 800 others 95 % are right instead of
# 88 %. But every fifth garment would pass as a digit under the same limit. High entropy is a reason
# to doubt; low entropy is no proof.

# %% [markdown]
# ## A question: three reports
#
# Three people have used dropout. Say for each in two or three sentences what is wrong, and what you
# would do instead.
#
# - Ana's network has 16 units and reaches 0.82 on her 20,000 training images and 0.81 on validation
#   images. "It is not good enough, so I added dropout with `p = 0.5`. Now it is 0.74 and 0.75. I
#   will try 0.8."
# - Ben tried 20 rates `p`, one run each. "The best, 0.35, has a test accuracy of 0.893, against
#   0.885 without dropout, so dropout gains 0.8 points."
# - Cem's clinic sends X-ray images to a doctor if the entropy is above 0.5. "All others were
#   certain, also those of the new scanner that came last week. So the doctor need not see them."

# %% [markdown] answer="dropout_reports" points=3
# ### BEGIN SOLUTION
# **Model answer.** Ana's network underfits: training and validation are equally low, so there is
# nothing learnt by heart that dropout could prevent. It leaves about 8 of 16 units to each step,
# and lowers even the training accuracy. She should leave dropout out and take more units, or train
# longer. (A rate of 0.8 would make it worse.)
#
# Ben has chosen by the test images: the best of 20 numbers is above the others partly by luck. And
# one run each cannot tell the effect of `p` from that of the seed, which moves the accuracy by as
# much as he reports. He should choose `p` by validation images, with several seeds, compare with
# and without for the same seeds, give the mean difference with its standard error, and read the
# test images once for the chosen `p`.
#
# Cem takes low entropy for a proof. It says that the thinned networks agree, and they may agree on
# nonsense, above all on images unlike those of the training, such as a new scanner's: a fifth of
# the garments had the entropy of a digit. The limit holds, if at all, for images like those by
# which it was chosen. He needs labelled images of the new scanner, with the error rate below the
# limit measured on them; until then a doctor must see them all.
#
# **Rubric.** One point each, half for what is wrong (underfitting; chosen by test images *or*
# one seed; agreement is not correctness, or images of another kind), half for what to do. "Smaller
# `p`" alone earns nothing for Ana, "a lower limit" alone nothing for Cem.
# ### END SOLUTION

# %% [markdown]
# ## Play: p against accuracy
#
# Each time you let go of a control, a network is trained for 1,000 steps, and its validation
# accuracy becomes a dot over its `p`. Every run has another seed.
#
# 1. Let two runs differ in nothing but the seed: go back to the same `p`. How far apart are the
#    dots? How many would you need to tell `p = 0.3` from `p = 0.5`?
# 2. Where does the accuracy break down, with 256 units and with 32? Does it break down at another
#    `p` with 4,000 images?
# 3. For which of the four settings is `p = 0` the best choice?
#
# **In the figure** stands `p` to the right and the accuracy on 1,000 validation digits upwards:
# dots for 256 units and 500 digits, triangles, squares and diamonds for the other settings. What is
# below 0.76 stands on the lower edge.

# %% play
dots = []


def run(p, units, images):
    x, labels, seed = pixels[:images], mnist.y_train[:images], len(dots)
    for epoch, params in train((0, p, p), seed, x, labels, units):
        here = scores(params, x, labels)[0], scores(params, x_val[:1000], y_val[:1000])[0]
        yield epoch, here
    dots.append((p, here[1], units, images))
    yield epoch, here


def draw(fig, state):
    ax = fig.subplots()
    for units, images, look in ((256, 500, "o"), (32, 500, "^"), (256, 4000, "s"), (32, 4000, "D")):
        mine = [(p, max(found, 0.76)) for p, found, *at in dots if at == [units, images]]
        if mine:
            ax.plot(*zip(*mine, strict=True), look, label=f"{units} units, {images} images")
    ax.set(xlabel="p", ylabel="validation accuracy", xlim=(-0.03, 0.93), ylim=(0.75, 0.98))
    ax.set_title(f"epoch {state[0]}: training {state[1][0]:.3f}, validation {state[1][1]:.3f}")
    if dots:
        ax.legend(loc="lower left")


plotting.dashboard(run, draw, p=(0.0, 0.9, 0.5), units=[256, 32], images=[500, 4000])

# %% [markdown]
# ## What to remember
#
# - **Dropout** sets each number to 0 with probability $p$ and divides the others by $1 - p$: the
#   mean stays. In use it is switched off. Backward uses the same mask.
# - It helps with few images, at a rate that leaves enough units, and harms where these are scarce.
#   A smaller gap alone is no gain.
# - A gain of one percent is seen only over several seeds, best as differences for the same seed.
# - One pass without dropout is as often right as a mean over many masks, but more sure of itself.
# - High entropy is a reason to doubt. Low entropy is no proof, least of all for new kinds of input.
#
# In [chapter 12](../12_normalization/normalization.ipynb) the noise comes from the other samples of
# the batch.

# %% [markdown]
# ## References
#
# - G. E. Hinton, N. Srivastava, A. Krizhevsky, I. Sutskever, R. R. Salakhutdinov, *Improving neural
#   networks by preventing co-adaptation of feature detectors*, arXiv:1207.0580, 2012.
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, *Dropout: a simple way
#   to prevent neural networks from overfitting*, JMLR 15, 2014.
# - C. E. Shannon, *A mathematical theory of communication*, Bell System Technical Journal 27, 1948.
# - S. Wager, S. Wang, P. Liang, *Dropout training as adaptive regularization*, NIPS 26, 2013.
# - Y. Gal, Z. Ghahramani, *Dropout as a Bayesian approximation: representing model uncertainty in
#   deep learning*, ICML, 2016.
