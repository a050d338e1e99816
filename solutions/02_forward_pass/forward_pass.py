# %% [markdown]
# # 2. The forward pass
#
# Show a handwritten 4 to a network whose weights are random numbers. What does it say? Something:
# ten scores come out, one per digit, and one of them is the largest. It may even be right.
#
# Now measure how wrong it is, with the measure that nearly every classifier in use is trained on.
# You get 2.303. Draw other random weights, and you get 2.303 again, or 2.302. Where does this
# number come from, if the network knows nothing?
#
# When you can answer that, you have understood the whole way from pixels to loss: the **forward
# pass**. The answer is also the cheapest test for bugs that you will ever meet.

# %% [markdown]
# In two to four hours you write eleven short functions and answer one question in words, for 29
# points. Together they are a network that reads handwritten digits. Its weights are given; how to
# find them is the matter of [chapter 3](../03_backward_pass/backward_pass.ipynb).
#
# As before, write for any input of the stated shape, since the checks try cases that you do not
# see.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import datasets, plotting

plotting.use_course_style()

# %% [markdown]
# ## A network that knows nothing
#
# MNIST is a collection of digits written by hand. The course has 8,000 of them to learn from and
# 2,000 to be tested on. Each is 28 by 28 grey values, from 0, paper, to 1, ink.
#
# A layer of neurons expects one row of numbers per sample. So every image is laid out as a row,
# line after line. Which pixels were neighbours is lost on the way; chapter 7 gets it back.

# %% tags=["nbval-check-output"]
digits = datasets.mnist()
x_test, y_test = digits.x_test.reshape(2000, 28 * 28), digits.y_test
print("images:", digits.x_test.shape, " rows:", x_test.shape)
print("the first ten labels:", y_test[:10])

# %% [markdown]
# Here is a network with 784 inputs, 64 hidden neurons and 10 outputs. Its weights are small random
# numbers and its biases are 0. The line that starts with `scores` is its forward pass: a product,
# something that removes negative numbers, another product. You will take that line apart.
#
# **In the figure** stand the first ten test images: 3, 8, 8, 0, 9, 0, 9, 0, 4, 5. Above each is the
# digit with the largest score. The network reads a 7 six times and an 8 twice. One of ten answers
# is right: the first of the two 8s.

# %%
def random_network(seed):
    rng = np.random.default_rng(seed)
    return [(0.01 * rng.normal(size=(d, m)), np.zeros(m)) for d, m in ((784, 64), (64, 10))]


(W1, b1), (W2, b2) = random_network(seed=0)
scores = (x_test @ W1 + b1).clip(min=0) @ W2 + b2

titles = [f"reads {row.argmax()}" for row in scores[:10]]
fig = plotting.show_images(digits.x_test[:10], titles=titles)
fig.suptitle("Random weights read one digit of ten")
plt.show()

# %% [markdown]
# ## Functions that bend
#
# The networks of chapter 1 had a step behind every neuron. You set their weights by hand. Could
# they have been learnt? Turn a weight a little, and the step nearly always answers as before. A
# method that improves by small corrections never finds out which way to go.
#
# So replace the step by a function that rises smoothly from 0 to 1, the **sigmoid**:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}.$$
#
# Functions in this place are called **activation functions**, and what comes out of them are a
# layer's **activations**.

# %% [markdown]
# ## Exercise 2.1: sigmoid
#
# Compute $\sigma(z)$ for every element of `z`, an array of floats of any shape. The result has the
# shape of `z`. With `z = [-2, 0, 2]` you should get `[0.1192, 0.5, 0.8808]`. (1 point)
#
# A second check goes out to $\pm 1000$, where the right values are 1 and 0 to all digits (1
# point). The largest float is near $e^{709}$; beyond it, `np.exp` gives inf, and inf / inf gives
# nan. Now $\sigma$ can be written in two ways,
#
# $$\frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}.$$
#
# What does each give at $z = 1000$, and what at $z = -1000$? Warnings do not count, values do.

# %% solution="sigmoid"
def sigmoid(z):
    """1 / (1 + exp(-z)), any shape."""
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)
    ### END SOLUTION

# %% check="sigmoid" points=1
import numpy as np
from dlutils import checks

checks.agrees("sigmoid", sigmoid, checks.case(z=np.array([-2.0, 0.0, 2.0])))
### BEGIN HIDDEN TESTS
checks.agrees("sigmoid", sigmoid, checks.case(z=4 * checks.normal(3, 2, seed=0)),
    checks.case(z=checks.normal(2, 1, 3, seed=1)), checks.case(z=np.array([-12.0, 9.0])),
    hidden=True)
### END HIDDEN TESTS

# %% check="sigmoid" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("sigmoid", sigmoid, checks.case(z=np.array([-1000.0, 0.0, 1000.0])))
### BEGIN HIDDEN TESTS
checks.agrees("sigmoid", sigmoid, checks.case(z=np.array([[800.0, -750.0], [30.0, -30.0]])),
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# The sigmoid answers between 0 and 1, never below. Its sister answers between -1 and 1, with 0 in
# the middle. It is the **hyperbolic tangent**, the same S stretched and shifted: $\tanh(z) =
# 2\,\sigma(2z) - 1$.
#
# ## Exercise 2.2: tanh
#
# Write it from exponentials, for an array of floats of any shape:
#
# $$\tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}.$$
#
# With `z = [-1, 0, 1]` you should get `[-0.7616, 0, 0.7616]`. (1 point)
#
# At -1000 and 1000 the right values are -1 and 1 (1 point). Divide above and below by the larger
# exponential: which one is that for $z > 0$? For $z < 0$ you have $\tanh(-z) = -\tanh(z)$.

# %% solution="tanh"
def tanh(z):
    """(exp(z) - exp(-z)) / (exp(z) + exp(-z)), any shape."""
    ### BEGIN SOLUTION
    small = np.exp(-2 * np.abs(z))
    return np.sign(z) * (1 - small) / (1 + small)
    ### END SOLUTION

# %% check="tanh" points=1
import numpy as np
from dlutils import checks

checks.agrees("tanh", tanh, checks.case(z=np.array([-1.0, 0.0, 1.0])))
### BEGIN HIDDEN TESTS
checks.agrees("tanh", tanh, checks.case(z=checks.normal(3, 2, seed=0)),
    checks.case(z=2 * checks.normal(2, 1, 3, seed=1)), checks.case(z=np.array([-6.0])), hidden=True)
### END HIDDEN TESTS

# %% check="tanh" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("tanh", tanh, checks.case(z=np.array([-1000.0, 0.0, 1000.0])))
### BEGIN HIDDEN TESTS
checks.agrees("tanh", tanh, checks.case(z=np.array([[800.0, -750.0], [0.5, -20.0]])), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Far out both curves are flat: they **saturate**. There a small change of $z$ changes nothing, and
# the trouble with the step is back. The **rectified linear unit** avoids this on one side. It lets
# positive numbers through as they are, and replaces the others by 0.
#
# ## Exercise 2.3: relu
#
# For an array of any shape, element by element:
#
# $$\mathrm{relu}(z) = \max(0, z).$$
#
# With `z = [-1.5, 0, 2]` you should get `[0, 0, 2]` (1 point). The caller may still need `z`, so
# it must stay as it was (1 point).

# %% solution="relu"
def relu(z):
    """max(0, z), any shape."""
    ### BEGIN SOLUTION
    return np.maximum(z, 0)
    ### END SOLUTION

# %% check="relu" points=1
import numpy as np
from dlutils import checks

checks.agrees("relu", relu, checks.case(z=np.array([-1.5, 0.0, 2.0])))
### BEGIN HIDDEN TESTS
checks.agrees("relu", relu, checks.case(z=3 * checks.normal(3, 2, seed=0)),
    checks.case(z=checks.normal(2, 1, 3, seed=1)), checks.case(z=np.array([-7.0, 0.2])),
    hidden=True)
### END HIDDEN TESTS

# %% check="relu" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("relu", relu, checks.case(z=np.array([-1.5, 0.0, 2.0])))
### BEGIN HIDDEN TESTS
checks.unchanged("relu", relu, checks.case(z=checks.normal(3, 2, seed=0)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# How much does an activation change when $z$ changes a little? That is the slope of its curve.
#
# **In the figure**, on the left, are the curves from -6 to 6. The sigmoid (blue) climbs from 0 to
# 1, tanh (orange, dashed) from -1 to 1, and the ReLU (green, dash-dotted) is 0 up to the middle and
# then a straight line. On the right are their slopes. The sigmoid's is a low hump of height 0.25,
# tanh's a narrow one of height 1; both have vanished at 6. The ReLU's slope jumps from 0 to 1 and
# stays there.
#
# Which would you stack ten times? You can try at the end of the chapter.

# %% experiment
z = np.linspace(-6, 6, 601)
fig, axes = plt.subplots(1, 2, figsize=(8.6, 3.7))
for f, style in ((sigmoid, "-"), (tanh, "--"), (relu, "-.")):
    axes[0].plot(z, f(z), style, label=f.__name__)
    axes[1].plot(z, (f(z + 1e-4) - f(z - 1e-4)) / 2e-4, style)
axes[0].set(xlabel="weighted sum $z$", ylabel="activation", ylim=(-1.3, 3.0))
axes[1].set(xlabel="weighted sum $z$", ylabel="slope", ylim=(-0.1, 1.2))
axes[0].set_title("Two curves flatten on both sides ...")
axes[1].set_title("... where their slopes vanish")
axes[0].legend()
plt.show()

# %% [markdown]
# ## From layer to network
#
# The weighted sums of a layer return from chapter 1, and bring a suitcase. Chapter 3 will walk
# through the network backwards, and there every layer has to know what came in on the way
# forward. So a layer gives back two things: its output, and a **cache** of what it was given.
#
# ## Exercise 2.4: linear_forward
#
# For `x` (N, D), `W` (D, M) and `b` (M,), return the pair `(y, cache)`. Here $y = xW + b$ has shape
# (N, M), and the cache is the tuple `(x, W, b)`, in this order. (2 points)
#
# With `x = [[1, 2]]`, `W = [[1, 0, -1], [2, 1, 0]]` and `b = [0, 0, 10]` you should get
# `y = [[5, 2, 9]]`.

# %% solution="linear_forward"
def linear_forward(x, W, b):
    """Affine map y = x W + b: x (N, D), W (D, M), b (M,) -> y (N, M), cache (x, W, b)."""
    ### BEGIN SOLUTION
    return x @ W + b, (x, W, b)
    ### END SOLUTION

# %% check="linear_forward" points=2
import numpy as np
from dlutils import checks

checks.agrees("linear_forward", linear_forward, checks.case(x=np.array([[1.0, 2.0]]),
    W=np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]]), b=np.array([0.0, 0.0, 10.0])))
### BEGIN HIDDEN TESTS
checks.agrees("linear_forward", linear_forward, checks.random_case(0, x=(4, 3), W=(3, 2), b=(2,)),
    checks.random_case(1, x=(3, 3), W=(3, 3), b=(3,)),
    checks.random_case(2, x=(1, 2), W=(2, 1), b=(1,)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Now put layers in a row: sums, ReLU, sums. Such a network is a **multilayer perceptron**, in short
# MLP, although nothing in it is a perceptron any more.
#
# Follow one sample, $(1, 2)$, through two layers with biases 0. What does the second layer get to
# see, and what would change without the ReLU between them?

# %% tags=["nbval-check-output"]
sample = np.array([[1.0, 2.0]])
first, second = np.array([[1.0, -1.0], [1.0, 0.0]]), np.array([[2.0], [5.0]])
sums = sample @ first
print("sums of the first layer: ", sums)
print("behind the ReLU:         ", sums.clip(min=0))
print("output of the second:    ", sums.clip(min=0) @ second)
print("without a ReLU:          ", sums @ second, "=", sample @ (first @ second))

# %% [markdown]
# The last line is why there has to be a bend. Without it two layers are one, with the weights
# $W_1 W_2$, and a hundred layers are one too.
#
# Behind the *last* layer there is no ReLU. Its outputs, the **logits**, are scores, and a negative
# score is information; a ReLU would turn -1 and -50 into the same 0.
#
# ## Exercise 2.5: mlp_forward
#
# `params` lists one or more layers, `[(W1, b1), (W2, b2), ...]`, and `x` is (N, D). Each layer
# computes $aW + b$ from the activations $a$ before it. A ReLU follows on every layer but the last.
#
# Return the list `[x, a1, ..., logits]`: the input, then what left each layer. It is one longer
# than `params`. (3 points)
#
# With `x = [[1, 2]]`, `W1 = [[1, -1], [1, 0]]`, `b1 = [0, 0]`, `W2 = [[2], [5]]`, `b2 = [-7]` you
# should get `[[[1, 2]], [[3, 0]], [[-1]]]`.

# %% solution="mlp_forward"
def mlp_forward(x, params):
    """ReLU between the layers, none after the last: x (N, D) -> [x, a1, ..., logits (N, K)]."""
    ### BEGIN SOLUTION
    activations = [x]
    for i, (W, b) in enumerate(params):
        z, _ = linear_forward(activations[-1], W, b)
        activations.append(relu(z) if i < len(params) - 1 else z)
    return activations
    ### END SOLUTION

# %% check="mlp_forward" points=3
import numpy as np
from dlutils import checks

checks.agrees("mlp_forward", mlp_forward, checks.case(x=np.array([[1.0, 2.0]]), params=[
    (np.array([[1.0, -1.0], [1.0, 0.0]]), np.zeros(2)),
    (np.array([[2.0], [5.0]]), np.array([-7.0]))]))
### BEGIN HIDDEN TESTS
checks.agrees("mlp_forward", mlp_forward, checks.random_case(0, x=(4, 3), params=[((3, 2), (2,))]),
    checks.random_case(1, x=(3, 4), params=[((4, 4), (4,)), ((4, 4), (4,)), ((4, 2), (2,))]),
    checks.random_case(2, x=(5, 2), params=[((2, 6), (6,)), ((6, 3), (3,))]), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Everything that a network knows stands in its `params`. How many numbers is that?
#
# ## Exercise 2.6: count_parameters
#
# Count all the numbers in `params`, weights and biases, for a list of any number of layers `(W,
# b)`. Returns an int. (1 point)
#
# A single layer with `W` of shape (3, 2) and `b` of shape (2,) has 8. Before you run yours on the
# digit network, guess: which of its two layers holds nearly everything?

# %% solution="count_parameters"
def count_parameters(params):
    """How many numbers the layers hold, biases included -> int."""
    ### BEGIN SOLUTION
    return sum(W.size + b.size for W, b in params)
    ### END SOLUTION

# %% check="count_parameters" points=1
from dlutils import checks

checks.agrees("count_parameters", count_parameters, checks.random_case(0, params=[((3, 2), (2,))]))
### BEGIN HIDDEN TESTS
checks.agrees("count_parameters", count_parameters,
    checks.random_case(1, params=[((4, 7), (7,)), ((7, 3), (3,)), ((3, 1), (1,))]), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## From scores to probabilities
#
# Is a score of 5 a confident answer? You cannot tell before you have seen the other nine. What you
# want are shares of a whole: positive, with sum 1, and in the order of the scores. The
# exponential makes numbers positive, division by the sum does the rest. This is the **softmax**:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$
#
# Only differences count: a lead of $\ln 2 \approx 0.69$ doubles the probability, wherever the two
# scores lie. So 1000 added to every score should change nothing. Does it?

# %% tags=["nbval-check-output"]
three = np.array([2.0, 1.0, 0.0])
print("exponentials:", np.exp(three).round(3))
print("shares:      ", (np.exp(three) / np.exp(three).sum()).round(3))
with np.errstate(over="ignore", invalid="ignore"):
    print("1000 added:  ", np.exp(three + 1000) / np.exp(three + 1000).sum())

# %% [markdown]
# In exact arithmetic it changes nothing; in floats it is ruin. But if you may add any number you
# like, you may add one that helps.
#
# ## Exercise 2.7: softmax
#
# `logits` has one or more axes, and the classes are the *last* one: (K,), (N, K), (N, T, K).
# Returns an array of the same shape, in which every slice along the last axis sums to 1. With `[1,
# 2, 3]` you should get `[0.0900, 0.2447, 0.6652]`. (2 points)
#
# Logits of $\pm 1000$ give finite and right shares, also where one row holds large numbers and
# the next one small ones (1 point). `logits` stays as it was (1 point).

# %% solution="softmax"
def softmax(logits):
    """exp(z_k) / sum_j exp(z_j) over the last axis, any leading axes."""
    ### BEGIN SOLUTION
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
    ### END SOLUTION

# %% check="softmax" points=2
import numpy as np
from dlutils import checks

checks.agrees("softmax", softmax, checks.case(logits=np.array([1.0, 2.0, 3.0])),
    checks.case(logits=np.array([[0.0, 0.0, 1.0], [1.0, -2.0, 0.5]])))
### BEGIN HIDDEN TESTS
checks.agrees("softmax", softmax, checks.case(logits=checks.normal(1, 4, seed=0)), checks.case(
    logits=checks.normal(3, 3, seed=1)), checks.case(logits=checks.normal(2, 4, 3, seed=2)),
    hidden=True)
### END HIDDEN TESTS

# %% check="softmax" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("softmax", softmax,
    checks.case(logits=np.array([[1000.0, 1001.0], [-1000.0, -999.0]])))
### BEGIN HIDDEN TESTS
checks.agrees("softmax", softmax, checks.case(logits=np.array([-1000.0, 1000.0, -999.0, -998.0])),
    checks.case(logits=np.array([[0.0, 2.0], [900.0, 901.0]])), hidden=True)
### END HIDDEN TESTS

# %% check="softmax" kind="purity" points=1
from dlutils import checks

checks.unchanged("softmax", softmax, checks.case(logits=checks.normal(2, 3, seed=0)))
### BEGIN HIDDEN TESTS
checks.unchanged("softmax", softmax, checks.case(logits=checks.normal(4, seed=1)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## How wrong is it?
#
# Learning needs one number that says how bad the answers are, the **loss**. Where the answer is a
# quantity, such as a price, the usual one is the mean of the squared differences.
#
# ## Exercise 2.8: mse_loss
#
# For two arrays of the same shape, whatever it is, return the mean of $(\text{prediction} -
# \text{target})^2$ over *all* elements, one number. With `[[1, 2], [3, 4]]` and `[[1, 0], [3, 5]]`
# you should get 1.25. (1 point)
#
# In chapter 1, numbers of shape (3, 1) minus labels of shape (3,) made nine differences and no
# error message. So raise `ValueError` where the two shapes are not equal, even if numpy could
# broadcast them. (1 point)

# %% solution="mse_loss"
def mse_loss(prediction, target):
    """Mean of (prediction - target)^2 over all elements; ValueError where the shapes differ."""
    ### BEGIN SOLUTION
    if np.shape(prediction) != np.shape(target):
        raise ValueError(
            f"mse_loss: target must have the shape of prediction, {np.shape(prediction)}, "
            f"got {np.shape(target)}"
        )
    return np.mean((prediction - target) ** 2)
    ### END SOLUTION

# %% check="mse_loss" points=1
import numpy as np
from dlutils import checks

checks.agrees("mse_loss", mse_loss, checks.case(prediction=np.array([[1.0, 2.0], [3.0, 4.0]]),
    target=np.array([[1.0, 0.0], [3.0, 5.0]])))
### BEGIN HIDDEN TESTS
checks.agrees("mse_loss", mse_loss, checks.random_case(0, prediction=(4, 3), target=(4, 3)),
    checks.random_case(1, prediction=(5,), target=(5,)), hidden=True)
### END HIDDEN TESTS

# %% check="mse_loss" kind="raises" points=1
from dlutils import checks

checks.raises("mse_loss", mse_loss, ValueError,
    checks.random_case(0, prediction=(3,), target=(3, 1)),
    checks.random_case(1, prediction=(2, 3), target=(3,)))
### BEGIN HIDDEN TESTS
checks.raises("mse_loss", mse_loss, ValueError,
    checks.random_case(2, prediction=(4, 1), target=(4,)),
    checks.random_case(3, prediction=(2, 3), target=(1, 3)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# A digit is not a quantity: to read a 4 as a 9 is no worse than to read it as a 5. What counts is
# the probability $p$ that the network gave to the truth. How should a small $p$ be punished?
#
# The network makes N predictions. The probability that it gives to *all* the right answers is the
# product of N such $p$. The logarithm turns the product into a sum, the minus sign turns better
# into lower, and $-\log p$ is what one sample contributes: its **surprise**.
#
# **In the figure** the surprise falls from above 4 at the left edge to 0 at $p = 1$. A dot marks
# $p = 1/10$, at a height of 2.303.

# %%
p = np.linspace(0.01, 1, 400)
fig, ax = plt.subplots(figsize=(6.4, 3.6))
ax.plot(p, -np.log(p))
ax.plot(0.1, -np.log(0.1), "o", color="black")
ax.annotate(f"one in ten: {-np.log(0.1):.3f}", (0.1, -np.log(0.1)), xytext=(0.15, 2.45))
ax.set(xlabel="probability $p$ given to the truth", ylabel="surprise $-\\log\\,p$ (nats)")
ax.set_title("Whoever rules out the truth pays most")
plt.show()

# %% [markdown]
# There is the number of the opening. Keep it in mind; first the case of two classes.
#
# Here one logit $z$ is enough. The probability of "yes" is $p = \sigma(z)$, that of "no" is $1 -
# p$. With the target $t = 1$ for yes and 0 for no, the mean surprise is
#
# $$L = \frac{1}{N} \sum_n \bigl( -t_n \log p_n - (1 - t_n) \log (1 - p_n) \bigr),$$
#
# and of the two terms, one is always zero.
#
# In floats $\sigma(40)$ is exactly 1. If the truth was "no", $\log(1 - p)$ is minus infinity. Many
# programs hide this by adding $10^{-12}$ under the logarithm; then every error beyond $z = 28$
# costs the same, and the slope there is gone.

# %% [markdown]
# ## Exercise 2.9: binary_cross_entropy
#
# Compute $L$, with the natural logarithm, from `logits` (N,), the $z_n$ and not the $p_n$, and
# `target` (N,) of zeros and ones. Returns one number, for N = 1 too. With logits `[2, -1, 0]` and
# target `[1, 0, 1]` you should get 0.3778. (2 points)
#
# At logits of $\pm 1000$ the value must be right, neither infinite nor capped: a "yes" at logit
# 1000 where the truth is "no" costs 1000, and a right one costs 0 (1 point). Put $\sigma$ into the
# logarithm first:
#
# $$-\log \sigma(z) = \log(1 + e^{-z}), \qquad \log(1 + e^{a}) = \max(a, 0) + \log(1 + e^{-|a|}).$$

# %% solution="binary_cross_entropy"
def binary_cross_entropy(logits, target):
    """Mean of -t log p - (1 - t) log(1 - p) with p = sigmoid(logits): both (N,) -> number."""
    ### BEGIN SOLUTION
    return np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))
    ### END SOLUTION

# %% check="binary_cross_entropy" points=2
import numpy as np
from dlutils import checks

checks.agrees("binary_cross_entropy", binary_cross_entropy,
    checks.case(logits=np.array([2.0, -1.0, 0.0]), target=np.array([1, 0, 1])))
### BEGIN HIDDEN TESTS
checks.agrees("binary_cross_entropy", binary_cross_entropy,
    checks.case(logits=3 * checks.normal(5, seed=0), target=np.array([0, 1, 1, 0, 0])),
    checks.case(logits=np.array([-0.7]), target=np.array([1.0])), hidden=True)
### END HIDDEN TESTS

# %% check="binary_cross_entropy" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("binary_cross_entropy", binary_cross_entropy,
    checks.case(logits=np.array([1000.0, -1000.0, 1000.0]), target=np.array([0, 0, 1])))
### BEGIN HIDDEN TESTS
checks.agrees("binary_cross_entropy", binary_cross_entropy,
    checks.case(logits=np.array([-800.0, 60.0]), target=np.array([1, 0])), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Ten classes need no new idea. The surprise is $-\log$ of the probability that softmax gives to the
# right class.
#
# ## Exercise 2.10: cross_entropy
#
# For `logits` (N, K) and `labels` (N,), ints from 0 to K - 1 in any order, return
#
# $$L = -\frac{1}{N} \sum_n \log p_{n, y_n}, \qquad \log p_{nk} = z_{nk} - \log \sum_j e^{z_{nj}},$$
#
# one number, natural logarithms. With `[[2, 1, 0], [0, 0, 0]]` and labels `[0, 2]` you should get
# 0.7531. (2 points)
#
# At logits of $\pm 1000$ the value must be right: 2000 where the right class is 2000 behind (1
# point). There softmax has already rounded $p$ to 0. The second formula is the way out, if you
# keep its exponentials in range.

# %% solution="cross_entropy"
def cross_entropy(logits, labels):
    """Mean of -log softmax(logits)[label]: logits (N, K), labels (N,) ints -> number."""
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])
    ### END SOLUTION

# %% check="cross_entropy" points=2
import numpy as np
from dlutils import checks

checks.agrees("cross_entropy", cross_entropy,
    checks.case(logits=np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), labels=np.array([0, 2])))
### BEGIN HIDDEN TESTS
checks.agrees("cross_entropy", cross_entropy,
    checks.case(logits=2 * checks.normal(5, 4, seed=0), labels=np.array([3, 0, 2, 2, 1])),
    checks.case(logits=checks.normal(1, 3, seed=1), labels=np.array([1])), hidden=True)
### END HIDDEN TESTS

# %% check="cross_entropy" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("cross_entropy", cross_entropy, checks.case(
    logits=np.array([[1000.0, -1000.0], [-1000.0, -1001.0]]), labels=np.array([1, 0])))
### BEGIN HIDDEN TESTS
checks.agrees("cross_entropy", cross_entropy, checks.case(
    logits=np.array([[0.0, 50.0, -900.0], [800.0, 0.0, 801.0]]), labels=np.array([2, 0])),
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# A reader of your results asks something simpler: how many digits are right? The network's answer
# is the class of the largest logit. Why need you not compute the softmax for that?
#
# ## Exercise 2.11: accuracy
#
# The share of samples, from 0 to 1, whose largest logit is that of the label: `logits` (N, K),
# `labels` (N,) ints. Where several logits of a row share the maximum, the lowest of these classes
# is the answer. Returns a float. (2 points)
#
# With `[[1, 3], [2, 2], [0, 5], [4, 1]]` and labels `[1, 0, 0, 0]` you should get 0.75: the tie in
# the second row counts as class 0.

# %% solution="accuracy"
def accuracy(logits, labels):
    """Share of samples whose largest logit is the label's: (N, K), (N,) ints -> float."""
    ### BEGIN SOLUTION
    return float(np.mean(np.argmax(logits, axis=1) == labels))
    ### END SOLUTION

# %% check="accuracy" points=2
import numpy as np
from dlutils import checks

checks.agrees("accuracy", accuracy, checks.case(logits=np.array([[1.0, 3.0], [2.0, 2.0],
    [0.0, 5.0], [4.0, 1.0]]), labels=np.array([1, 0, 0, 0])), checks.case(
    logits=np.array([[0.0, 1.0], [1.0, 0.0], [3.0, 2.0]]), labels=np.array([1, 0, 1])))
### BEGIN HIDDEN TESTS
checks.agrees("accuracy", accuracy, checks.case(logits=checks.normal(5, 3, seed=0),
    labels=np.array([0, 2, 1, 1, 0])), checks.case(logits=np.array([[1.0, 1.0, 0.0],
    [5.0, 7.0, 7.0], [0.0, 0.0, 0.0]]), labels=np.array([0, 2, 0])), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Before learning
#
# Your functions are complete: ask the random network of the opening about all 2,000 test images,
# and then four others. What accuracy do you expect, what loss, and which of the two will vary more
# from network to network? Write your guess down before you run the cell.

# %% experiment
for seed in range(5):
    logits = mlp_forward(x_test, random_network(seed))[-1]
    loss, share = cross_entropy(logits, y_test), accuracy(logits, y_test)
    print(f"seed {seed}: loss {loss:.3f}, accuracy {share:.3f}")
    assert abs(loss - np.log(10)) < 0.01 and 0.02 < share < 0.25
print(f"ln 10 = {np.log(10):.3f}, {count_parameters(random_network(0)):,} parameters each")

# %% [markdown]
# All five losses are 2.303 or 2.302. Small weights make small logits. Ten nearly equal logits give
# every digit a probability near 1/10, and the surprise is $-\log \frac{1}{10} = \ln 10 = 2.303$,
# *whatever the image shows*.
#
# Read backwards, a loss of $L$ says that the truth got the probability $e^{-L}$, in the geometric
# mean.
#
# That is the cheap test: with K classes, a fresh classifier with small weights starts near $\ln K$.
# If yours starts elsewhere, look for the bug before you train.
#
# The accuracies run from 0.050 to 0.147. They hang on which of ten almost equal logits is ahead by
# a hair, so each network has its favourite digits.

# %% [markdown]
# Accuracy asks only who is ahead. Take the network of seed 0 and multiply its logits by 10, 100,
# and so on. The order of the logits stays, so the accuracy must. And the loss?

# %% experiment
logits = mlp_forward(x_test, random_network(0))[-1]
for factor in (1, 10, 100, 1000, 10000):
    loss, share = cross_entropy(factor * logits, y_test), accuracy(factor * logits, y_test)
    print(f"logits x {factor:5}: loss {loss:6.3f}, accuracy {share:.3f}")
assert loss > 20

# %% [markdown]
# The last of these networks knows as little as the first, but it is certain of it, and pays
# 78.699. Certainty without knowledge is what the cross-entropy punishes and accuracy cannot see.
#
# ## After learning
#
# `datasets.mnist_mlp()` gives the parameters of a network of the same shape that was trained on
# the 8,000 training images. Your functions do not mind where the numbers come from.

# %% experiment
trained = datasets.mnist_mlp()
_, hidden, logits = mlp_forward(x_test, trained)
loss, share = cross_entropy(logits, y_test), accuracy(logits, y_test)
print(f"loss {loss:.3f}, accuracy {share:.3f}")
print(f"probability of the truth, geometric mean: {np.exp(-loss):.2f}")
assert share > 0.95 and loss < 0.2

# %% [markdown]
# From 0.086 to 0.964 with the same eleven functions: 50,890 numbers make the difference.
#
# **In the figure** one digit goes through the network. Far left is its image, a 4, open at the
# top. Next are the 64 hidden activations: 30 bars stand, the rest are 0. Then come the
# ten logits, from -5.0 to 7.7. The 4 leads with 7.7, the 9 has 5.3, the 6 has 3.0. On the right
# the softmax has turned this small lead into 0.91 for the 4, against 0.08 for the 9.
#
# Which strokes would you change to make the 9 win?

# %% experiment
probabilities = softmax(logits)
fig, axes = plt.subplots(1, 4, figsize=(10.0, 2.9), width_ratios=(1, 1.7, 1.4, 1.4))
axes[0].imshow(digits.x_test[8], cmap="gray_r")
axes[0].set_axis_off()
axes[1].bar(np.arange(64), hidden[8], width=1.0)
axes[2].bar(np.arange(10), logits[8])
axes[3].bar(np.arange(10), probabilities[8])
for ax, title in zip(axes[1:], ("hidden activations", "logits", "probabilities"), strict=True):
    ax.set_title(title)
for ax in axes[2:]:
    ax.set(xticks=range(10), xlabel="digit")
axes[1].set_xlabel("hidden neuron")
fig.suptitle("A small lead in the logits becomes a large share", ha="left", x=0.02)
plt.show()

# %% [markdown]
# On 72 of the 2,000 images the network is wrong. Errors that it was unsure of are no surprise. Look
# at those where it was sure.
#
# **In the figure** are the ten wrong answers with the highest probability, from 1.00 down to 0.92.
# Above each stand the label, the answer and its probability. The 2 read as a 9 and the 3 read as an
# 8 touch the lower edge. The 1 read as a 2 has a foot, the 7 read as a 2 a bar. The 8 read as a 5
# is open at the upper right.
#
# For each, decide: would you have read it rightly, and what may have misled the network? Remember
# what the first cell of this chapter did to the pixels.

# %% experiment
answers = logits.argmax(axis=1)
wrong = np.flatnonzero(answers != y_test)
worst = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:10]
titles = [f"{y_test[i]} read as {answers[i]}\n({probabilities[i].max():.2f})" for i in worst]
fig = plotting.show_images(digits.x_test[worst], titles=titles, size=1.5)
fig.suptitle(f"Wrong and sure of it: ten of {len(wrong)} errors")
plt.show()

# %% [markdown]
# ## Play: stack the bends
#
# Send a number $z$ through an activation, its result through the same activation again, and so on.
# The slope at $z$ says how much of a small change at the entrance arrives at the exit.
#
# 1. One layer: how far out must $z$ go before the sigmoid's slope falls below 0.01? And tanh's?
# 2. Put $z$ at 1 and raise `layers` from 1 to 10. What becomes of the three slopes?
# 3. The ReLU seems to win. Where does it pass nothing on, however few the layers?
#
# **In the figure** the curve is the result after all layers, from -8 to 8. A dot marks $z$, and a
# dashed line touches the curve there. It starts with one sigmoid at $z = 1$, slope 0.1966.

# %% play
def show_stack(fig, activation, z, layers):
    f = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]

    def stack(a):
        for _ in range(layers):
            a = f(a)
        return a

    x, at = np.linspace(-8, 8, 401), np.array([z])
    slope = ((stack(at + 1e-4) - stack(at - 1e-4)) / 2e-4)[0]
    fig.set_size_inches(6.4, 3.6)
    ax = fig.subplots()
    ax.plot(x, stack(x), label=f"{activation}, {layers} deep")
    ax.plot(x, stack(at) + slope * (x - z), "--", label="slope at z")
    ax.plot(at, stack(at), "o", color="black")
    ax.set(xlabel="z", ylabel="result", ylim=(-1.3, 8.3 if activation == "relu" else 1.3))
    ax.set_title(f"A small change at z arrives times {slope:.4g}")
    ax.legend(loc="upper left")


plotting.play(
    show_stack, activation=["sigmoid", "tanh", "relu"], z=(-8.0, 8.0, 1.0), layers=(1, 10, 1)
)

# %% [markdown]
# ## A question: what does the loss say?
#
# A friend trains a network to tell 100 kinds of birds apart; each kind has equally many photos.
# Before the first step it shows a loss of 4.6. After a day of training it shows a loss of 4.6 and
# an accuracy of 0.01. She says: "The loss is small, only the accuracy is bad."
#
# What do the two numbers really say about her network? And what could she have checked within the
# first minutes, to save the day? Three to five sentences. (3 points, graded by hand)

# %% [markdown] answer="what_the_loss_says" points=3
# ### BEGIN SOLUTION
# **Model answer.** A loss of 4.6 is $\ln 100 = 4.605$: what a network gets that gives each of the
# 100 classes the same probability. So the loss is not small, it is that of knowing nothing. The
# accuracy of 0.01 is that of a guess among 100 and says the same. At the start this was as it
# should be; that it was still so after a day means that the weights did not learn. After a few
# steps she could have looked whether the loss falls below 4.6, at best on a handful of photos,
# which any working network learns by heart.
#
# **Rubric.** 1 point for $\ln 100$ (or $-\log \frac{1}{100}$) as the loss of equal probabilities.
# 1 point for seeing that the accuracy agrees with it: nothing was learnt. 1 point for a check that
# would have shown it early: the loss falls in the first steps, a few photos can be learnt by
# heart, the weights change at all. To compare the first loss with $\ln K$ earns half of that point,
# since here it was right.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - A network alternates sums and bends. Without the bends, all its layers would be one.
# - Sigmoid and tanh saturate on both sides, the ReLU only on the left; where the slope is 0, a
#   small correction has no effect.
# - Softmax turns logits into probabilities. Only differences count, so subtract the largest first.
# - Cross-entropy is the mean surprise at the truth, $-\log p$. Compute it from logits, never from
#   probabilities that were already rounded.
# - A network that knows nothing has a loss of $\ln K$. Check that before you train.

# %% [markdown]
# ## References
#
# - C. E. Shannon, A mathematical theory of communication, *Bell System Technical Journal* 27,
#   379-423 and 623-656, 1948. Surprise and its mean.
# - J. S. Bridle, Probabilistic interpretation of feedforward classification network outputs, with
#   relationships to statistical pattern recognition, in *Neurocomputing*, Springer, 227-236, 1990.
#   Where softmax got its name.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document
#   recognition, *Proceedings of the IEEE* 86(11), 2278-2324, 1998. The digits.
# - V. Nair, G. E. Hinton, Rectified linear units improve restricted Boltzmann machines, *ICML*,
#   807-814, 2010.
# - X. Glorot, A. Bordes, Y. Bengio, Deep sparse rectifier neural networks, *AISTATS*, 315-323,
#   2011.
