# %% [markdown]
# # 12. Batch normalisation
#
# Ten layers, 64 units each, and weights that start too small. [Chapter
# 6](../06_training/training.ipynb) had a cure: compute the right variance for the first weights,
# and the signal arrives. But that holds for the *first* step only. From then on, the weights go
# where the gradient sends them.
#
# What if no layer had to trust the one before it? You could standardise every layer's output,
# as you standardise the pixels, in every step, inside the network.
#
# You write five functions (24 points) and answer one question in words (3 points). With them,
# ten layers learn from a start at which they otherwise learn nothing, at learning rates from
# 0.001 to 1. And you meet the batch size at which the same method ruins a network.

# %%
import copy
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from dlutils import SGD, BatchNorm, LayerNorm, Linear, ReLU, Sequential, accuracy
from dlutils import cross_entropy, cross_entropy_and_gradient, cross_entropy_backward, datasets
from dlutils import gradient_descent_step, linear_backward, linear_forward, minibatches
from dlutils import mlp_backward, mlp_forward, plotting, predict, relu, relu_backward, results

plotting.use_course_style()

# %% [markdown]
# ## A start that fails
#
# The images are the garments of chapter 6: 4,000 to learn from, 1,000 to validate, 1,000 to test.
# One mean and one standard deviation, of all training pixels, standardise them.

# %%
fashion = datasets.fashion()
pixel_mean, pixel_std = fashion.x_train.mean(), fashion.x_train.std()


def standardized(images):
    return (images.reshape(len(images), 784) - pixel_mean) / pixel_std


x_train, x_val = np.split(standardized(fashion.x_train), [4000])
y_train, y_val = np.split(fashion.y_train, [4000])
x_test, y_test = standardized(fashion.x_test), fashion.y_test
SIZES = (784, *[64] * 9, 10)

# %% [markdown]
# The weights are normal numbers with standard deviation 0.01, the biases 0. Does any learning
# rate move this network? One epoch each, 80 batches of 50; $\ln 10 = 2.303$ is the loss of
# knowing nothing.

# %% experiment
def tiny_layer(n_in, n_out, rng):
    return [rng.normal(0, 0.01, (n_in, n_out)).astype("f"), np.zeros(n_out, "f")]


def plain_step(params, x, y, lr):
    activations = mlp_forward(x, params)
    dlogits = cross_entropy_backward(activations[-1], y)
    return gradient_descent_step(params, mlp_backward(dlogits, activations, params), lr)


for lr in (0.001, 0.01, 0.1, 1.0):
    rng = np.random.default_rng(0)
    params = [tiny_layer(*d, rng) for d in pairwise(SIZES)]
    for x, y in minibatches(x_train, y_train, 50, rng):
        params = plain_step(params, x, y, lr)
    loss = cross_entropy(mlp_forward(x_train, params)[-1], y_train)
    print(f"learning rate {lr:<5}: loss {loss:.2f}")

# %% [markdown]
# None does. Every layer makes the numbers smaller, and behind the tenth all images look alike.
#
# ## Standardise inside
#
# **In the figure** six units of a first layer stand side by side, each with its sums $z$ for 100
# images as dots. On the left, as they come: every unit has a mean and a spread of its own. On the
# right, from every unit its mean over these 100 images is subtracted, and the rest divided by its
# standard deviation: all six lie around 0, and nearly all dots between -3 and 3.

# %%
z = x_train[:100] @ np.random.default_rng(5).normal(0, 0.05, (784, 6))
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
for ax, values in zip(axes, (z, (z - z.mean(axis=0)) / z.std(axis=0)), strict=True):
    ax.plot(np.arange(1, 7) + np.linspace(-0.25, 0.25, 100)[:, None], values, "o", markersize=2.5)
    ax.set(xlabel="unit", xticks=range(1, 7))
axes[0].set(ylabel="sum z, one dot per image")
axes[0].set_title("Every unit has its own mean and spread ...")
axes[1].set_title("... until the batch takes them away")
plt.show()

# %% [markdown]
# The statistics of all 4,000 images would change with every step. So each minibatch brings its
# own: **batch normalisation** (Ioffe and Szegedy, 2015). For a batch `x` (N, D) and every feature
# $d$ by itself,
#
# $$\mu_d = \frac1N \sum_n x_{nd}, \qquad \sigma^2_d = \frac1N \sum_n (x_{nd} - \mu_d)^2,$$
#
# $$\hat x_{nd} = \frac{x_{nd} - \mu_d}{\sqrt{\sigma_d^2 + \varepsilon}}, \qquad
# y_{nd} = \gamma_d\,\hat x_{nd} + \beta_d.$$
#
# A small $\varepsilon$, often $10^{-5}$, prevents a division by 0. And $\gamma$ and $\beta$, which
# are learnt, give the layer back what was taken: where another scale or mean is better, it can
# have it. They start at 1 and 0.

# %% tags=["nbval-check-output"]
x = np.array([[1.0, 10.0], [3.0, 30.0]])
x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
print("mean:", x.mean(axis=0), " variance:", x.var(axis=0))
print("x_hat:", x_hat.round(3).tolist())
print("y:    ", (np.array([2.0, 1.0]) * x_hat + np.array([0.0, 5.0])).round(3).tolist())

# %% [markdown]
# A network in use sees one image, not a batch. By which mean? By one that training leaves behind.
# Every training batch moves the **running** mean and variance a little towards its own:
#
# $$\text{running} \leftarrow m \cdot \text{running} + (1 - m) \cdot \text{batch}.$$
#
# $m$ is the `momentum`, the share of the old, often 0.9. (Beware: what PyTorch calls momentum is
# the share of the new, 0.1, and its running variance is divided by $N - 1$. Here it is $N$.)
#
# In prediction, $\mu$ and $\sigma^2$ of the equation above are the running ones, and nothing moves.

# %% [markdown]
# ## Exercise 12.1: batch_norm_forward
#
# `x` is (N, D), `gamma` and `beta` are (D,), `running` is a pair `(mean, var)` of arrays (D,).
# Return `(y, running, cache)`.
#
# - `y` (N, D) comes with `train=True` from the batch's statistics, with `train=False` from the
#   running ones, with $\varepsilon$, $\gamma$ and $\beta$ in both (4 points).
# - `running` comes back as a new pair (mean, var), each (D,), moved by the formula above, with
#   `train=True`, and with the numbers it had with `train=False` (2 points).
# - A feature that is constant in the batch, as all are in a batch of one image, gives $y = \beta$
#   in training; and an $\varepsilon$ as large as the variance counts, in prediction too (1 point).
# - `x`, `gamma`, `beta` and the arrays in `running` stay unchanged (1 point).
#
# The `cache` is yours: what your backward function will need.
#
# With the numbers above, `gamma = [2, 1]`, `beta = [0, 5]`, `running = ([0, 0], [1, 1])`,
# `momentum = 0.9` and `train=True` you should get `y = [[-2, 4], [2, 6]]` to three digits, and
# `running = ([0.2, 2], [1, 10.9])`. With `running = ([1, 10], [4, 25])` and `train=False`, `x =
# [[5, 20]]` gives `y = [[4, 7]]`.

# %% solution="batch_norm_forward"
def batch_norm_forward(x, gamma, beta, running, momentum, eps, train):
    """gamma (x - mean) / sqrt(var + eps) + beta per feature: x (N, D) -> y, running, cache."""
    ### BEGIN SOLUTION
    mean, var = running
    if train:
        mean, var = x.mean(axis=0), x.var(axis=0)
        old_mean, old_var = running
        new_mean = momentum * old_mean + (1 - momentum) * mean
        new_var = momentum * old_var + (1 - momentum) * var
        running = (new_mean, new_var)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, running, (x_hat, std, gamma, train)
    ### END SOLUTION

# %% check="batch_norm_forward" points=4
from dlutils import checks

checks.agrees("batch_norm_forward", batch_norm_forward, checks.batch_norm_example(train=True),
    checks.batch_norm_example(train=False), checks.batch_norm_case(3, 3),
    checks.batch_norm_case(3, 3, train=False), using=checks.normed("y"))
### BEGIN HIDDEN TESTS
checks.agrees("batch_norm_forward", batch_norm_forward, checks.batch_norm_case(6, 4),
    checks.batch_norm_case(3, 5), checks.batch_norm_case(5, 4, train=False),
    checks.batch_norm_case(1, 3, train=False), using=checks.normed("y"), hidden=True)
### END HIDDEN TESTS

# %% check="batch_norm_forward" kind="law" points=2
from dlutils import checks

checks.agrees("batch_norm_forward", batch_norm_forward, checks.running_case(2, D=2, momentum=0.9),
    checks.running_case(5, 3, D=3), using=checks.running_after)
### BEGIN HIDDEN TESTS
checks.agrees("batch_norm_forward", batch_norm_forward, checks.running_case(4, 3, 5, D=2,
    momentum=0.3), checks.running_case(7, D=1, momentum=0.99), checks.running_case(1, 4, D=3),
    using=checks.running_after, hidden=True)
### END HIDDEN TESTS

# %% check="batch_norm_forward" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("batch_norm_forward", batch_norm_forward, *[checks.case(x=x, gamma=np.array([3.0, 2]),
    beta=np.array([1.0, 4]), running=(np.ones(2), np.ones(2)), momentum=0.9, eps=1e-5, train=True)
    for x in (np.array([[2.0, 0], [2, 4]]), np.array([[7.0, -9]]))], using=checks.normed("y"))
### BEGIN HIDDEN TESTS
checks.agrees("batch_norm_forward", batch_norm_forward, *[checks.case(x=np.array([[0.75], [-0.75]]),
    gamma=np.ones(1), beta=np.ones(1), running=(np.zeros(1), np.full(1, 0.5625)), momentum=0.9,
    eps=0.5, train=train) for train in (True, False)], using=checks.normed("y"), hidden=True)
### END HIDDEN TESTS

# %% check="batch_norm_forward" kind="purity" points=1
from dlutils import checks

checks.unchanged("batch_norm_forward", batch_norm_forward, checks.batch_norm_case(3, 2),
    checks.batch_norm_case(3, 2, train=False))
### BEGIN HIDDEN TESTS
checks.unchanged("batch_norm_forward", batch_norm_forward, checks.batch_norm_case(4, 3),
    checks.batch_norm_case(1, 3, train=False), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## An answer that depends on the company
#
# Take one number, 2, and put it into batches with others. In training its output says less about
# the 2 than about the rest.

# %% experiment tags=["nbval-check-output"]
one, zero, stats = np.ones(1), np.zeros(1), (np.zeros(1), np.ones(1))
for company in ([3.0], [1.0], [1.9], [0.0, 1.0, 9.0]):
    batch = np.array([[2.0], *[[number] for number in company]])
    y_batch, _, _ = batch_norm_forward(batch, one, zero, stats, 0.9, 1e-5, True)
    y_alone, _, _ = batch_norm_forward(batch, one, zero, stats, 0.9, 1e-5, False)
    print(f"2 with {company}: training {y_batch[0, 0]:5.2f}, prediction {y_alone[0, 0]:.2f}")

# %% [markdown]
# The 2 becomes 1 or -1 with one companion, and whether that is 1 or 1.9 makes no difference.
# Remember this batch of two.
#
# In prediction the company does not matter. That is what the switch is for.
#
# ## The way back
#
# Each $x_{nd}$ acts on the loss in three ways: directly, through $\mu_d$, and through
# $\sigma^2_d$, and so on *every* row of the batch. The equation is that of layer norm (chapter
# 10) with the means over the batch, and $\gamma_d$ the same factor for the whole column:
#
# $$dx = \frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}}
# \Bigl(dy - \mathrm{mean}(dy) - \hat x\ \mathrm{mean}(dy\,\hat x)\Bigr).$$
#
# In prediction the statistics are constants, and only the direct way is left: $dx =
# dy\,\gamma/\sqrt{\sigma^2 + \varepsilon}$.

# %% [markdown]
# ## Exercise 12.2: batch_norm_backward
#
# `dy` is (N, D); the check makes `cache` with your own `batch_norm_forward`. Return `(dx, dgamma,
# dbeta)`: `dx` (N, D) as above, with means over the batch, `dgamma` $= \sum_n dy\,\hat x$ and
# `dbeta` $= \sum_n dy$, both (D,). (3 points)
#
# After a forward call with `train=False`, `dx` is that of constant statistics, and $\hat x$ the
# one by running statistics (1 point). `dy` and the cache stay as they are: a second call with them
# gives the same (1 point).
#
# With `x = [[1], [3], [5]]`, `gamma = [1]`, `dy = [[1], [0], [0]]` in training you should get `dx =
# [[0.1021], [-0.2041], [0.1021]]`, `dgamma = [-1.2247]`, `dbeta = [1]`.

# %% solution="batch_norm_backward"
def batch_norm_backward(dy, cache):
    """Gradients of batch norm: dy (N, D) -> dx (N, D), dgamma (D,), dbeta (D,)."""
    ### BEGIN SOLUTION
    x_hat, std, gamma, train = cache
    dx = dy
    if train:
        dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)
    return dx * gamma / std, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    ### END SOLUTION

# %% check="batch_norm_backward" points=3
from dlutils import checks

checks.agrees("batch_norm_backward", batch_norm_backward, checks.batch_norm_example(dy=True),
    checks.batch_norm_case(3, 3, dy=True), rtol=1e-3,
    using=checks.backward_pair("batch_norm_backward", batch_norm_forward, batch_norm_backward))
### BEGIN HIDDEN TESTS
checks.agrees("batch_norm_backward", batch_norm_backward, checks.batch_norm_case(6, 4, dy=True),
    checks.batch_norm_case(3, 5, dy=True), checks.batch_norm_case(9, 1, dy=True),
    checks.batch_norm_example(dy=True, eps=0.5), rtol=1e-3, hidden=True, using=checks.backward_pair(
    "batch_norm_backward", batch_norm_forward, batch_norm_backward))
### END HIDDEN TESTS

# %% check="batch_norm_backward" kind="law" points=1
from dlutils import checks

checks.agrees("batch_norm_backward", batch_norm_backward, checks.batch_norm_case(3, 2, train=False,
    dy=True), checks.batch_norm_case(3, 3, train=False, dy=True), rtol=1e-3,
    using=checks.backward_pair("batch_norm_backward", batch_norm_forward, batch_norm_backward))
### BEGIN HIDDEN TESTS
checks.agrees("batch_norm_backward", batch_norm_backward, *[checks.batch_norm_case(*shape, dy=True,
    train=False) for shape in ((5, 4), (1, 3))], rtol=1e-3, hidden=True,
    using=checks.backward_pair("batch_norm_backward", batch_norm_forward, batch_norm_backward))
### END HIDDEN TESTS

# %% check="batch_norm_backward" kind="purity" points=1
from dlutils import checks

checks.unchanged("batch_norm_backward", batch_norm_backward, checks.batch_norm_case(3, 2, dy=True),
    using=checks.backward_pair("batch_norm_backward", batch_norm_forward, batch_norm_backward))
### BEGIN HIDDEN TESTS
checks.holds("batch_norm_backward", batch_norm_backward, "a second call gives the same",
    checks.batch_norm_case(4, 3, dy=True), measure=checks.second_call("batch_norm_backward",
    batch_norm_forward, batch_norm_backward), within=(0, 1e-9), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Two things that fall out
#
# Multiply the weights before a norm by 10. What changes?

# %% experiment tags=["nbval-check-output"]
rng = np.random.default_rng(0)
x, dy, W = rng.normal(size=(50, 8)), rng.normal(size=(50, 4)), rng.normal(size=(8, 4))
stats = np.zeros(4), np.ones(4)
for factor in (1, 10, 100):
    z = x @ (factor * W)
    y, _, cache = batch_norm_forward(z, np.ones(4), np.zeros(4), stats, 0.9, 1e-5, True)
    dW = x.T @ batch_norm_backward(dy, cache)[0]
    size, along = np.linalg.norm(dW), abs(np.sum(dW * W)) / np.linalg.norm(W)
    print(f"W times {factor:3}: y[0] {y[0].round(3)}, dW {size:.3f}, along W {along:.3f}")

# %% [markdown]
# The output is the same: the norm takes the factor away. The gradient is smaller by the factor,
# and has no part along $W$.
#
# So a step of plain gradient descent stands at a right angle to a unit's weights, and makes them
# longer; one too long makes them much longer, and the next gradients smaller. Thus a learning rate
# that is too high lowers itself (van Laarhoven, 2017), unless weight decay shortens them again. The
# output layer has no norm behind it, and no such protection.
#
# Ioffe and Szegedy explained its success otherwise: a layer's inputs keep their distribution
# while those below learn. Santurkar and others (2018) found little support for that, and a smoother
# loss instead.

# %% [markdown]
# A bias before the norm is of no use: the mean takes it away. $\beta$ does its work.
#
# ## Experiment: ten layers
#
# The same start as above, now with a norm between every sum and its ReLU. `params` holds for each
# hidden layer $W$, $b$, $\gamma$, $\beta$, for the last $W$ and $b$.

# %% experiment
def deep_forward(x, params, running, train):
    """Sum, norm, ReLU for each layer but the last -> logits, running, caches."""
    moved, caches = [], []
    for (W, b, gamma, beta), stats in zip(params[:-1], running, strict=True):
        z, cache = linear_forward(x, W, b)
        z, stats, norm = batch_norm_forward(z, gamma, beta, stats, 0.9, 1e-5, train)
        x = relu(z)
        moved.append(stats)
        caches.append((cache, norm, z))
    logits, cache = linear_forward(x, *params[-1])
    return logits, moved, [*caches, cache]

# %% [markdown]
# On the way back the same list of caches is walked from its end.

# %% experiment
def deep_backward(dlogits, caches):
    """Gradients of all parameters, in the order of params."""
    dx, *last = linear_backward(dlogits, caches[-1])
    grads = [last]
    for cache, norm, z in reversed(caches[:-1]):
        dz, dgamma, dbeta = batch_norm_backward(relu_backward(dx, z), norm)
        dx, dW, db = linear_backward(dz, cache)
        grads.insert(0, [dW, db, dgamma, dbeta])
    return grads

# %% [markdown]
# One step of plain gradient descent:

# %% experiment
def deep_step(params, running, x, y, lr):
    """One step of training -> params, running, the loss before it."""
    logits, running, caches = deep_forward(x, params, running, True)
    grads = deep_backward(cross_entropy_backward(logits, y), caches)
    pairs = zip(params, grads, strict=True)
    params = [[w - lr * dw for w, dw in zip(*pair, strict=True)] for pair in pairs]
    return params, running, cross_entropy(logits, y)

# %% [markdown]
# Four epochs at a learning rate of 0.01, and the same again without norms, from the same weights
# and with the same batches. $\gamma$ starts at 1, $\beta$ at 0, the running mean and variance at 0
# and 1.

# %% experiment
rng, ones, zeros = np.random.default_rng(0), np.ones(64, "f"), np.zeros(64, "f")
plain = [tiny_layer(*d, rng) for d in pairwise(SIZES)]
params = [*[[W, b, ones, zeros] for W, b in plain[:-1]], plain[-1]]
running, with_norm, without = [(zeros, ones)] * 9, [], []
for _ in range(4):
    for x, y in minibatches(x_train, y_train, 50, rng):
        without.append(cross_entropy(mlp_forward(x, plain)[-1], y))
        plain = plain_step(plain, x, y, 0.01)
        params, running, loss = deep_step(params, running, x, y, 0.01)
        with_norm.append(loss)

# %% [markdown]
# **In the figure** the training loss of every batch is drawn over 320 steps. Without norm (orange,
# dashed) it is a straight line at 2.303. With norm (blue, solid) it falls from the first step on,
# to about 1 in 130 steps, and to about 0.8 at the end. Below stands the accuracy on the validation
# images, in prediction mode.

# %% experiment
fig, ax = plt.subplots()
ax.plot(with_norm, label="with batch norm")
ax.plot(without, "--", label="without")
ax.set(xlabel="step", ylabel="training loss of the batch (nats)", ylim=(0, 2.6))
ax.set_title("The same start: with batch norm, ten layers learn")
ax.legend()
plt.show()
deep_accuracy = accuracy(deep_forward(x_val, params, running, False)[0], y_val)
plain_accuracy = accuracy(mlp_forward(x_val, plain)[-1], y_val)
print(f"validation accuracy: with {deep_accuracy:.2f}, without {plain_accuracy:.2f}")
assert deep_accuracy > 0.6 and plain_accuracy < 0.15

# %% [markdown]
# Is it luck with one learning rate, and is it the norm or the start? Five rates, three seeds each,
# by `python -m dlutils.results normalization`, with and without norm, from the tiny start and from
# He's of chapter 6.
#
# **In the figure** is the validation accuracy after four epochs by learning rate, from 0.001 to 10;
# bars are one standard deviation of three runs. With batch norm, the tiny start (blue circles) has
# 0.70, 0.76, 0.72 and 0.78 from 0.001 to 1, He's (orange diamonds) 0.35, 0.75, 0.80 and 0.76; both
# have 0.11 at 10. Without norm, He's start (green squares) reaches 0.56, 0.78 and 0.76, then drops
# to 0.09 at 1 and 10. The tiny start (pink triangles) stays at 0.09 to 0.11 everywhere.

# %% experiment
stored = results.load("normalization")
fig, ax = plt.subplots()
looks = {"batch norm, std 0.01": "o-", "batch norm, He": "D-.", "no norm, He": "s--",
    "no norm, std 0.01": "^:"}
for name, look in looks.items():
    runs = np.array(stored["deep"][name])
    ax.errorbar(stored["learning_rates"], runs.mean(axis=1), runs.std(axis=1, ddof=1), fmt=look,
                capsize=3, label=name)
ax.set(xscale="log", xlabel="learning rate", ylabel="validation accuracy", ylim=(0, 1))
ax.set_title("Batch norm forgives a bad start and high learning rates")
ax.legend(loc=(0.16, 0.13))
plt.show()
print(f"batch norm at rate 10, output layer at 0.1: {np.mean(stored['held']):.2f}")

# %% [markdown]
# Without norm the tiny start learns at no rate; with norm, at four of five. At a rate of 1 both
# starts learn with norm, none without: that is the norm's doing. (At 0.001 the tiny start is ahead:
# small weights get large gradients, as you saw.) At 10 nothing learns, unless the output layer
# keeps to 0.1: 0.73.
#
# Honestly: at best, He's start reaches 0.78 without norm, 0.80 with. Batch norm buys a wide
# road: you need not find the one good start.
#
# ## The norm that was never there
#
# In prediction a norm subtracts constants and multiplies by constants: an affine map, after an
# affine map. Two of these in a row are one. So a trained norm can be **folded** into the weights
# before it, and costs nothing in use.

# %% [markdown]
# ## Exercise 12.3: fold_batch_norm
#
# `W` (D, M) and `b` (M,) belong to a linear layer $z = xW + b$, and batch norm in prediction
# follows: $y = \gamma\,(z - \mu)/\sqrt{\sigma^2 + \varepsilon} + \beta$ with `running` $= (\mu,
# \sigma^2)$; all four are (M,). Return `(W', b')`, shapes (D, M) and (M,), such that $xW' + b' = y$
# for every $x$. (3 points)
#
# With `W = [[1, 2]]`, `b = [3, 0]`, `gamma = [2, 1]`, `beta = [0, 5]`, `running = ([1, 10], [4,
# 25])` and a tiny `eps` you should get `W' = [[1, 0.4]]`, `b' = [2, 3]`.
#
# The arguments stay unchanged: the layer may go on learning (1 point).

# %% solution="fold_batch_norm"
def fold_batch_norm(W, b, gamma, beta, running, eps):
    """The linear layer that does what x W + b followed by batch norm does -> W (D, M), b (M,)."""
    ### BEGIN SOLUTION
    mean, var = running
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale + beta
    ### END SOLUTION

# %% check="fold_batch_norm" points=3
import numpy as np
from dlutils import checks

checks.agrees("fold_batch_norm", fold_batch_norm, checks.case(W=np.array([[1.0, 2]]),
    b=np.array([3.0, 0]), gamma=np.array([2.0, 1]), beta=np.array([0.0, 5]),
    running=(np.array([1.0, 10]), np.array([4.0, 25])), eps=1e-5), checks.fold_case(3, 3))
### BEGIN HIDDEN TESTS
checks.agrees("fold_batch_norm", fold_batch_norm, checks.fold_case(4, 2), checks.case(W=np.ones((2,
    1)), b=np.ones(1), gamma=np.ones(1), beta=np.ones(1), running=(np.zeros(1), np.full(1, 0.5625)),
    eps=0.5), hidden=True)
### END HIDDEN TESTS

# %% check="fold_batch_norm" kind="purity" points=1
from dlutils import checks

checks.unchanged("fold_batch_norm", fold_batch_norm, checks.fold_case(3, 2))
### BEGIN HIDDEN TESTS
checks.unchanged("fold_batch_norm", fold_batch_norm, checks.fold_case(1, 4), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Fold the nine norms of your trained network. What is left is a list of ten pairs `(W, b)`: a
# network like the one that learnt nothing.

# %% experiment
folded = [
    fold_batch_norm(*layer, stats, 1e-5) for layer, stats in zip(params, running, strict=False)
]
folded.append(params[-1])
before = deep_forward(x_val, params, running, False)[0]
after = mlp_forward(x_val, folded)[-1]
print("layers:", [W.shape for W, _ in folded[:2]], "...")
print(f"largest difference of a logit: {np.abs(after - before).max():.0e}")
print(f"validation accuracy: {accuracy(after, y_val):.2f}")
assert np.abs(after - before).max() < 1e-2 * np.abs(before).max()

# %% [markdown]
# So the plain network *can* do it: these weights are among its own. From that start it could not
# get there. Batch norm did not make the network more able, it made it trainable, and then it can
# go.
#
# ## Images
#
# Behind a convolution a feature is a channel, computed alike at every place. So a
# channel gets one mean and variance, over all images *and* places: $N \cdot H \cdot W$
# samples.
#
# ## Exercise 12.4: spatial_batch_norm_forward
#
# `x` is (N, C, H, W); `gamma`, `beta` and the two arrays in `running` are (C,). Everything else is
# as in exercise 12.1, with statistics per channel. Return `(y, running, cache)`, `y` in the shape
# of `x`, `running` of two arrays (C,) (2 points), and leave inputs unchanged (1 point).
#
# You may use your `batch_norm_forward`. With `x = [[[[1, 3]], [[5, 5]]], [[[5, 7]], [[9, 9]]]]`, of
# shape (2, 2, 1, 2), the means are [4, 7] and the variances [5, 4]; with `gamma = [1, 1]` and `beta
# = [0, 0]`, image 0 gives `[[[-1.3416, -0.4472]], [[-1, -1]]]`.

# %% solution="spatial_batch_norm_forward"
def spatial_batch_norm_forward(x, gamma, beta, running, momentum, eps, train):
    """Batch norm per channel, every pixel a sample: x (N, C, H, W) -> y, running, cache."""
    ### BEGIN SOLUTION
    N, C, height, width = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)  # (N H W, C)
    y, running, cache = batch_norm_forward(pixels, gamma, beta, running, momentum, eps, train)
    return y.reshape(N, height, width, C).transpose(0, 3, 1, 2), running, cache
    ### END SOLUTION

# %% check="spatial_batch_norm_forward" points=2
from dlutils import checks

checks.agrees("spatial_batch_norm_forward", spatial_batch_norm_forward, checks.spatial_example(),
    checks.batch_norm_case(2, 3, 4, 5), checks.batch_norm_case(2, 3, 4, 5, train=False),
    using=checks.normed("y", "mean", "var"))
### BEGIN HIDDEN TESTS
checks.agrees("spatial_batch_norm_forward", spatial_batch_norm_forward,
    *[checks.batch_norm_case(*shape, train=train) for shape in ((3, 3, 3, 3), (1, 2, 3, 2),
    (4, 1, 2, 3)) for train in (True, False)], checks.spatial_example(eps=0.5),
    using=checks.normed("y", "mean", "var"), hidden=True)
### END HIDDEN TESTS

# %% check="spatial_batch_norm_forward" kind="purity" points=1
from dlutils import checks

checks.unchanged("spatial_batch_norm_forward", spatial_batch_norm_forward, checks.spatial_example())
### BEGIN HIDDEN TESTS
checks.unchanged("spatial_batch_norm_forward", spatial_batch_norm_forward,
    *[checks.batch_norm_case(2, 3, 2, 2, train=train) for train in (True, False)], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## A batch of two
#
# Large images leave little room in memory, and some networks are trained with two images at a
# time. You saw what batch norm makes of two: of $a < b$ it makes -1 and 1. The size of the
# difference is lost. And what comes back? Take 1,000 features of variance 1, so that nothing is
# divided, and random gradients.

# %% experiment tags=["nbval-check-output"]
rng, one, zero = np.random.default_rng(0), np.ones(1000), np.zeros(1000)
for N in (2, 3, 4, 10, 50):
    x, dy = rng.normal(size=(N, 1000)), rng.normal(size=(N, 1000))
    x = x / x.std(axis=0)
    _, _, cache = batch_norm_forward(x, one, zero, (zero, one), 0.9, 1e-5, True)
    dx = batch_norm_backward(dy, cache)[0]
    print(f"batch of {N:2}: {np.mean(dx**2) / np.mean(dy**2):.2f} of dy's mean square is left")

# %% [markdown]
# Of $N$ directions the norm takes two away, the mean and the scale, and about $(N - 2)/N$ is left.
# With two samples this is nothing: $\hat x$ is -1 and 1 whatever $x$ is, so $x$ has no influence.
#
# Not quite: there is $\varepsilon$. The output jumps from -1 to 1 when the two numbers cross, and
# $\varepsilon$ makes a steep slope of the jump. Move the two together, with `dy = [[1], [0]]`:

# %% experiment tags=["nbval-check-output"]
one, zero = np.ones(1), np.zeros(1)
for gap in (1.0, 0.1, 0.01, 0.001):
    x = np.array([[0.0], [gap]])
    _, _, cache = batch_norm_forward(x, one, zero, (zero, one), 0.9, 1e-5, True)
    dx = batch_norm_backward(np.array([[1.0], [0.0]]), cache)[0]
    print(f"gap {gap:5}: dx {dx[0, 0]:9.5f}")

# %% [markdown]
# So the layers below hear nothing from nearly all pairs, and from a few a scream. In the network
# that follows, one epoch of such screams, at a learning rate of 0.003, makes the first layer's
# weights 18 to 28 times as long.
#
# **Layer norm**, which you know from [chapter 10](../10_attention/attention.ipynb), takes its mean
# over the 64 features of one image, not over the images: no company, no running statistics, and no
# difference between training and prediction. Does it stand small batches? Three hidden layers of 64
# units, two epochs (4,000 steps with two images, 126 with 64), for every batch size and norm the
# best of eight learning rates from 0.0003 to 1, by the validation images and one more seed.

# %% [markdown]
# **In the figure** the test accuracy is drawn by batch size, from 2 to 64; bars are one standard
# deviation of three runs. Layer norm (orange squares) has 0.79 to 0.80 up to batches of 16, and
# 0.76 at 64. Batch norm (blue circles) has 0.32 at 2, 0.75 at 4, 0.79 at 8, then 0.81 and 0.80.
#
# Printed with it are the chosen rates; how long the first weights are after an epoch of pairs, by
# their length before; and the accuracy of batch norm trained on pairs, with its running statistics,
# with those of all training images, and in training mode, with those of pairs of test images.

# %% experiment
fig, ax = plt.subplots()
for (name, points), style in zip(stored["small"].items(), ("o-", "s--"), strict=True):
    runs = np.array([point["accuracy"] for point in points])
    ax.errorbar(stored["batch_sizes"], runs.mean(axis=1), runs.std(axis=1, ddof=1), fmt=style,
                label=name)
    print(f"{name}: learning rates {[point['lr'] for point in points]}, first weights "
          f"{min(stored['growth'][name]):.0f} to {max(stored['growth'][name]):.0f} times as long")
ax.set(xscale="log", xlabel="batch size", ylabel="test accuracy",
       title="With two images in a batch, batch norm breaks down")
ax.set_xticks(stored["batch_sizes"], stored["batch_sizes"], minor=False)
ax.minorticks_off()
ax.legend()
plt.show()
for kind in ("accuracy", "recomputed", "batches"):
    print(f"batch norm, pairs, {kind:10}: {np.mean(stored['small']['batch norm'][0][kind]):.2f}")

# %% [markdown]
# With pairs batch norm fails at the best of eight rates, in 32 times as many steps. The running
# statistics are not to blame: recomputed from all training images they give 0.34, and pairs in
# training mode 0.20. The layers have learnt little; whether for silence or screams, this does not
# tell. At 64 batch norm is ahead (rate 0.1 against 0.03).
#
# ## Who shares a mean with whom
#
# **In the figure** four squares of three images (rows) and four channels (columns). A dot marks
# one channel of one image; blue is everything that is averaged together with it, over all pixels.
# Batch norm: the column. Layer norm: the row. Group norm: half of the row, for two groups. A group
# of one channel, called instance norm, is the square alone.

# %%
same_image, same_channel = np.arange(3)[:, None] == 1, np.arange(4) == 2
panels = {
    "batch norm": same_channel | np.zeros((3, 1), bool),
    "layer norm": same_image | np.zeros(4, bool),
    "group norm, 2 groups": same_image & (np.arange(4) // 2 == 1),
    "instance norm": same_image & same_channel,
}
fig, axes = plt.subplots(1, 4, figsize=(9.5, 2.6))
for ax, (name, shared) in zip(axes, panels.items(), strict=True):
    plotting.shared_statistics(ax, shared, (1, 2))
    ax.set_title(name)
axes[0].set_ylabel("image")
fig.suptitle("Only batch norm looks at other images", x=0.01, ha="left")
plt.show()

# %% [markdown]
# Channels of an image differ in kind. One mean for all is coarse; a mean for each forgets how
# strong it is. **Group norm** (Wu and He, 2018) lies between.
#
# ## Exercise 12.5: group_norm_forward
#
# `x` is (N, C, H, W). The channels are divided into `groups` groups of neighbours: group 0 has the
# first C / groups channels, and so on. Each image's group has one mean and one variance (divided
# by their number) over its channels and pixels, and is normed as above, with $\varepsilon$ inside
# the root; `gamma` and `beta` (C,) are per channel. Return `(y, cache)`, `y` of the shape of `x`.
# (2 points)
#
# A group of equal numbers gives $\beta$, and a large $\varepsilon$ counts (1 point). If `groups`
# does not divide C, raise a ValueError (1 point).
#
# With `x = [[[[1, 3]], [[5, 7]]]]`, shape (1, 2, 1, 2), `gamma = [1, 1]` and `beta = [0, 0]`, one
# group gives `[[[[-1.3416, -0.4472]], [[0.4472, 1.3416]]]]`, and two groups give
# `[[[[-1, 1]], [[-1, 1]]]]`.

# %% solution="group_norm_forward"
def group_norm_forward(x, gamma, beta, groups, eps):
    """Normalise each image's channels in `groups` groups: x (N, C, H, W) -> y, cache."""
    ### BEGIN SOLUTION
    N, C, _, _ = x.shape
    if C % groups:
        raise ValueError(f"group_norm_forward: groups must divide the {C} channels, got {groups}")
    grouped = x.reshape(N, groups, -1)
    mean = grouped.mean(axis=-1, keepdims=True)
    std = np.sqrt(grouped.var(axis=-1, keepdims=True) + eps)
    x_hat = ((grouped - mean) / std).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma)
    ### END SOLUTION

# %% check="group_norm_forward" points=2
import numpy as np
from dlutils import checks

checks.agrees("group_norm_forward", group_norm_forward, *[checks.case(x=np.array([[[[1.0, 3]],
    [[5, 7]]]]), gamma=np.ones(2), beta=np.zeros(2), groups=groups, eps=1e-5) for groups in (1, 2)],
    checks.group_norm_case(3, 4, 2, 5, groups=2), using=checks.outputs(1))
### BEGIN HIDDEN TESTS
checks.agrees("group_norm_forward", group_norm_forward, *[checks.group_norm_case(*shape, groups=g)
    for shape, g in (((2, 6, 3, 2), 3), ((2, 6, 3, 2), 2), ((1, 3, 2, 4), 1), ((4, 4, 4, 4), 4))],
    using=checks.outputs(1), hidden=True)
### END HIDDEN TESTS

# %% check="group_norm_forward" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("group_norm_forward", group_norm_forward, checks.case(x=np.full((1, 2, 2, 1), 3.0),
    gamma=np.ones(2), beta=np.array([1.0, -4]), groups=1, eps=1e-5), using=checks.outputs(1))
### BEGIN HIDDEN TESTS
checks.agrees("group_norm_forward", group_norm_forward, checks.case(x=np.array([[[[0.75, -0.75]],
    [[8, 8]]]]), gamma=np.ones(2), beta=np.ones(2), groups=2, eps=0.5), using=checks.outputs(1),
    hidden=True)
### END HIDDEN TESTS

# %% check="group_norm_forward" kind="raises" points=1
from dlutils import checks

checks.raises("group_norm_forward", group_norm_forward, ValueError,
    checks.group_norm_case(2, 4, 3, 2, groups=3), using=checks.outputs(1))
### BEGIN HIDDEN TESTS
checks.raises("group_norm_forward", group_norm_forward, ValueError,
    checks.group_norm_case(2, 6, 4, 2, groups=4), checks.group_norm_case(1, 2, 2, 2, groups=4),
    using=checks.outputs(1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# A garment, and the same photographed at a third of the light, in a batch with 62 others. Do the
# two come out alike?

# %% experiment tags=["nbval-check-output"]
photos = fashion.x_train[:64, None].astype(float)  # (64, 1, 28, 28)
photos[1] = photos[0] / 3
one, zero = np.ones(1), np.zeros(1)
by_batch, _, _ = spatial_batch_norm_forward(photos, one, zero, (zero, one), 0.9, 1e-5, True)
by_image, _ = group_norm_forward(photos, one, zero, 1, 1e-5)
for name, y in (("batch norm", by_batch), ("group norm", by_image)):
    print(f"{name}: the two differ by up to {np.abs(y[0] - y[1]).max():.2f}")

# %% [markdown]
# To group norm they are the same picture, but for $\varepsilon$: it has forgotten how bright the
# photo was. Is this a gain? In a shop's photos brightness is noise; in an X-ray it is the message.
#
# ## Play: another camera
#
# Three networks of three hidden layers are trained on the garments: without norm (He's start),
# with batch norm, with layer norm.

# %% play
def trained(norm):
    rng = np.random.default_rng(0)
    layers = []
    for d in (784, 64, 64):
        layers += [Linear(d, 64, rng), *([norm(64)] if norm else []), ReLU()]
    model = Sequential(*layers, Linear(64, 10, rng))
    optimizer = SGD(model, lr=0.03)
    for _ in range(4):
        for x, y in minibatches(x_train, y_train, 50, rng):
            model.backward_params(cross_entropy_and_gradient(model(x), y)[1])
            optimizer.step()
    model.eval()
    return model


networks = {"no norm": trained(None), "batch norm": trained(BatchNorm)}
networks["layer norm"] = trained(LayerNorm)
scores = {name: accuracy(predict(model, x_test), y_test) for name, model in networks.items()}
print({name: round(float(score), 2) for name, score in scores.items()})
assert min(scores.values()) > 0.7

# %% [markdown]
# Then somebody buys another camera. Its pixels are contrast times the old ones, plus brightness.
# The labels stay, no network learns again. The fourth bar is batch norm in *training* mode: the
# test images shown are one batch, and norm themselves (Schneider and others, 2020).
#
# 1. Which fails first when brightness moves, and which when contrast falls?
# 2. Why can neither harm batch norm in training mode? Now choose a single kind of garment.
#    What happens, and why?
#
# **In the figure**, on the left, three images as screens show them, cut off below 0 and above 1;
# networks get them uncut. (A camera cuts: does your second answer still hold?) On the right a
# bar for each network's accuracy, blue from 0.5 on, orange below.

# %% play
def camera(fig, brightness, contrast, garments):
    fig.set_size_inches(9.5, 3.2)
    chosen = (np.array(fashion.label_names)[y_test] == garments) | (garments == "all kinds")
    images, labels = contrast * fashion.x_test[chosen] + brightness, y_test[chosen]
    left, right = fig.subplots(1, 2, width_ratios=(1, 1.2))
    left.imshow(np.hstack(images[:3]), cmap="gray", vmin=0, vmax=1)
    left.set(xticks=[], yticks=[], title="What the camera sends, on a screen")
    left.grid(False)
    x = standardized(images)
    answers = {name: predict(model, x) for name, model in networks.items()}
    adapting = copy.deepcopy(networks["batch norm"])
    adapting.train()
    answers["batch norm,\ntraining mode"] = adapting(x)
    plotting.accuracy_bars(right, {n: accuracy(z, labels) for n, z in answers.items()})
    right.set_title("Who still knows them?")


plotting.play(camera, brightness=(-1.0, 1.0, 0.0), contrast=(0.1, 2.0, 1.0),
    garments=["all kinds", *fashion.label_names])

# %% [markdown]
# ## Three calls for help
#
# Three colleagues have trained networks with batch norm. For each, say in about three lines what
# is wrong and how to repair it.
#
# 1. Ada's network reached 0.88 in validation, by batches of 100. In the app, where photos come one
#    at a time, it names the same garment for every photo.
# 2. Ben's training accuracy is 0.90 after 40 steps; in prediction mode, on the *same* images, it is
#    0.11. His momentum is 0.999, the running statistics start at 0 and 1.
# 3. Cem's training images lie sorted by class, and he does not shuffle: every batch holds one kind
#    of garment. His training loss is nearly 0, yet in prediction mode he gets 0.2.

# %% [markdown] answer="calls_for_help" points=3
# ### BEGIN SOLUTION
# 1. The app runs the network in training mode. A batch of one has variance 0, $\hat x = 0$ and $y =
#    \beta$ in every norm, whatever the photo shows. Repair: switch to prediction mode (running
#    statistics).
# 2. The running statistics have hardly moved: after 40 steps a share of $0.999^{40} = 0.96$ of the
#    initial 0 and 1 is left, so prediction norms by numbers that belong to no layer. Training is
#    fine. Repair: a momentum of 0.9, or more steps, or the statistics computed anew from a pass
#    over training images.
# 3. The batch tells the class: its own mean and variance differ from class to class, and with one
#    class per batch the network only has to follow what is on now. In prediction the running
#    statistics, mostly those of the last class, meet all the others. Repair: shuffle.
#
# Rubric: one point each; half for the cause, half for a repair that fits it.
#
# - 1: must name training mode or batch statistics of a single image. "Use larger batches in the
#   app" earns the cause only if it says why.
# - 2: must connect momentum and the number of steps. "Overfitting" earns nothing: the images are
#   the same.
# - 3: must say that batch statistics depend on the class, or that running statistics fit no batch.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - Batch norm standardises every feature by the batch, then scales and shifts as the network
#   learns. It makes deep networks trainable at a wide range of starts and learning rates.
# - Training uses the batch's statistics, prediction the running ones. Switch, and know which.
# - The gradient goes through mean and variance too. With two samples nearly none is left.
# - In prediction a norm is an affine map: fold it into the layer before it.
# - Layer and group norm do not look at other images. Use them where batches are small.

# %% [markdown]
# ## References
#
# - S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing
#   internal covariate shift*, ICML, 2015.
# - J. L. Ba, J. R. Kiros, G. E. Hinton, *Layer normalization*, arXiv:1607.06450, 2016.
# - T. van Laarhoven, *L2 regularization versus batch and weight normalization*, arXiv:1706.05350,
#   2017.
# - Y. Wu, K. He, *Group normalization*, ECCV, 2018.
# - S. Santurkar, D. Tsipras, A. Ilyas, A. Madry, *How does batch normalization help optimization?*,
#   NeurIPS, 2018.
# - S. Schneider and others, *Improving robustness against common corruptions by covariate shift
#   adaptation*, NeurIPS, 2020.
