# %% [markdown]
# # 3. The backward pass
#
# In [chapter 2](../02_forward_pass/forward_pass.ipynb) a network of 784 inputs, 64 hidden units
# and 10 outputs looked at handwritten digits. With random weights it was right about once in ten
# times.
#
# All that such a network knows stands in its weights and biases: 50,890 numbers. Suppose you
# could change each of them a little. Which should grow, which should shrink, and which do not
# matter?
#
# You will answer this twice: first in a way that is obviously right and hopelessly slow, then for
# the price of two more forward passes. For that you write nine functions (24 points) and answer
# one question in words (3 points). At the end your own code trains the network to read more than
# 92 % of the digits it has never seen.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from dlutils import accuracy, count_parameters, cross_entropy, datasets
from dlutils import mlp_forward, plotting, relu, sigmoid, softmax, tanh

plotting.use_course_style()

# %% [markdown]
# ## Which way is down?
#
# Here are the network and a hundred digits. As in chapter 2, `params` is a list of layers, each a
# pair `(W, b)`.
#
# The weights are drawn from a normal distribution of mean 0 and variance 2 / (number of inputs),
# and the biases are 0; why just this variance is the subject of [chapter
# 6](../06_training/training.ipynb).

# %% tags=["nbval-check-output"]
mnist = datasets.mnist()
train_images, test_images = mnist.x_train.reshape(8000, 784), mnist.x_test.reshape(2000, 784)
digits, classes = train_images[:100].astype(np.float64), mnist.y_train[:100]


def random_params(sizes, rng):
    """Layers [(W, b), ...] for the given sizes: W normal of variance 2 / inputs, b zero."""
    return [(rng.normal(0, np.sqrt(2 / d), (d, m)), np.zeros(m)) for d, m in pairwise(sizes)]


network = random_params((784, 64, 10), np.random.default_rng(0))
print(f"{count_parameters(network):,} weights and biases")
print(
    f"loss on {len(digits)} digits: {cross_entropy(mlp_forward(digits, network)[-1], classes):.3f}"
)

# %% [markdown]
# Take one weight, say the one from hidden unit 27 to the output for the digit 8. Hold all others
# fixed and turn this one like a knob. What does the loss do?
#
# **In the figure** a smooth curve shows the loss against the value of this weight from -2 to 2.
# It rises from 2.37 on the left to 2.59 on the right. A dot marks the present value, 0.18, and a
# dashed line touches the curve there: it slopes upwards.
#
# Why is it enough to know the slope, and not the whole curve?

# %%
layer_1, (W_out, b_out) = network


def loss_with(value):
    """The loss on the hundred digits with this value for the weight from unit 27 to digit 8."""
    W = W_out.copy()
    W[27, 8] = value
    return cross_entropy(mlp_forward(digits, [layer_1, (W, b_out)])[-1], classes)


now, values = W_out[27, 8], np.linspace(-2, 2, 81)
slope = (loss_with(now + 1e-5) - loss_with(now - 1e-5)) / 2e-5
fig, ax = plt.subplots()
ax.plot(values, [loss_with(value) for value in values])
ax.plot(values, loss_with(now) + slope * (values - now), "--")
ax.plot(now, loss_with(now), "o", color="black")
ax.set(xlabel="weight from hidden unit 27 to output 8", ylabel="loss (nats)")
ax.set_title(f"The slope is positive ({slope:.3f}): this weight should shrink")
plt.show()

# %% [markdown]
# The sign of the slope says which way to turn the knob, its size how much the turn is worth: here
# 0.05 of loss per unit of weight. The curve far away is of no concern, if the step is small.
#
# Collect the slopes by all weights in an array of the shape of $W$, and you have the **gradient**
# $\partial L/\partial W$, which answers the question for all of them.
#
# ## A slow method that you can trust
#
# The figure got its slope by moving the weight a little up, then a little down. For a function
# $f$ of an array $x$, do so with one entry at a time; $e_i$ is the array with 1 at $i$ and 0
# elsewhere:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h\,e_i) - f(x - h\,e_i)}{2h}.$$
#
# This is the **central difference**.

# %% [markdown]
# ## Exercise 3.1: numerical_gradient
#
# `f` takes an array of the shape of `x` and returns one number. Compute the central difference
# for every entry of `x` with the given `h`, one entry moved at a time.
#
# `x` is an array of floats of any shape, also of shape () with a single number. The gradient has
# that shape too. (2 points)
#
# You may move the entries of `x` or of a copy. If you move `x`, put it back to the last bit (1
# point). Computers round: `0.01 + 0.1 - 0.1` is not `0.01`, so adding $h$ and taking it off again
# leaves a trace.
#
# For $f(x) = x_0^3\,x_1$ at `x = [1, 2]` the gradient is $(3 x_0^2 x_1,\ x_0^3) = (6, 1)$. With a
# coarse `h=0.5` you should get `[6.5, 1.0]`. For looping, `np.ndindex(x.shape)` yields the index
# tuple of every entry.


# %% solution="numerical_gradient"
def numerical_gradient(f, x, h=1e-5):
    """Central differences (f(x + h e_i) - f(x - h e_i)) / 2h of a scalar f -> shape of x."""
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        below = f(x)
        x[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient
    ### END SOLUTION


# %% check="numerical_gradient" points=2
import numpy as np
from dlutils import checks

checks.agrees("numerical_gradient", numerical_gradient,
    checks.case(f=lambda x: x[0] ** 3 * x[1], x=np.array([1.0, 2.0]), h=0.5),
    checks.random_case(0, f=lambda x: np.prod(x + 2) ** 2, x=(2, 3), h=0.1))
### BEGIN HIDDEN TESTS
checks.agrees("numerical_gradient", numerical_gradient, *[checks.random_case(2,
    f=lambda x: np.sum(x) ** 3 + np.sum(x**3), x=shape, **h) for shape, h in (((), {"h": 0.2}),
    ((4,), {"h": 0.5}), ((2, 1, 3), {"h": 0.3}), ((3, 2), {}))], hidden=True)
### END HIDDEN TESTS

# %% check="numerical_gradient" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("numerical_gradient", numerical_gradient,
    checks.case(f=lambda x: np.sum(x**2), x=np.array([[0.01, 0.7]]), h=0.1))
### BEGIN HIDDEN TESTS
checks.unchanged("numerical_gradient", numerical_gradient, *[checks.case(f=lambda x: np.prod(x),
    x=np.array([0.003, 0.05, 0.1, 1.1]), h=h) for h in (0.1, 1e-5)], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# The smaller $h$, the nearer to the derivative, says its definition. Then why is the default
# `1e-5` and not `1e-12`? And what is gained by the second side: why not $(f(x + h) - f(x))/h$,
# which needs one call less?
#
# **In the figure** both axes are logarithmic: $h$ from $10^{-12}$ to $0.1$ to the right, the
# error of the slope of $e^x$ at $x = 1$ upwards. From the right, the one-sided error (orange)
# falls by a factor of 10 per decade and the central error (blue) by 100, down to about $10^{-10}$
# near $h = 10^{-5}$. Further left both climb again, in zigzags.

# %%
steps = 10.0 ** np.arange(-12, 0)
central = [(np.exp(1 + h) - np.exp(1 - h)) / (2 * h) for h in steps]
one_sided = [(np.exp(1 + h) - np.exp(1)) / h for h in steps]
fig, ax = plt.subplots()
ax.loglog(steps, np.abs(np.array(central) - np.e), "o-", label="central")
ax.loglog(steps, np.abs(np.array(one_sided) - np.e), "^-", label="one-sided")
ax.set(xlabel="step h", ylabel="error of the slope")
ax.set_title("Smaller steps help until rounding takes over")
ax.legend()
plt.show()

# %% [markdown]
# When $h$ is tiny, $f(x + h)$ and $f(x - h)$ agree in nearly all of their 16 digits. The
# subtraction leaves the last ones, spoilt by rounding, and the division by $h$ magnifies them. In
# float32, with 7 digits, little would remain: check gradients in float64.
#
# ## Exercise 3.2: gradient_error
#
# When do two gradients agree? A difference of 0.001 is much between slopes of 0.002 and nothing
# between slopes of 1000. So compare relative to the size, entry by entry, and report the worst:
#
# $$\max_i \frac{|a_i - n_i|}{\max(10^{-8},\ |a_i| + |n_i|)}.$$
#
# With `analytic = [3.0, -1.0, 0.0]` and `numeric = [3.3, -1.5, 0.0]` the entries have the errors
# $0.3/6.3$, $0.5/2.5$ and 0, so you should get 0.2. The floor $10^{-8}$ makes 0 of 0/0, and
# forgives noise such as $10^{-13}$ beside 0. Both arrays have the same shape, any shape. Returns
# one number. (2 points)


# %% solution="gradient_error"
def gradient_error(analytic, numeric):
    """Largest relative difference, max |a - n| / max(1e-8, |a| + |n|), of two equal shapes."""
    ### BEGIN SOLUTION
    gap = np.abs(analytic - numeric)
    return np.max(gap / np.maximum(1e-8, np.abs(analytic) + np.abs(numeric)))
    ### END SOLUTION


# %% check="gradient_error" points=2
import numpy as np
from dlutils import checks

checks.agrees("gradient_error", gradient_error,
    checks.case(analytic=np.array([3.0, -1.0]), numeric=np.array([3.3, -1.5])),
    checks.case(analytic=np.array([0.0, 1.0]), numeric=np.array([0.0, 1.5])))
### BEGIN HIDDEN TESTS
checks.agrees("gradient_error", gradient_error, checks.case(analytic=np.array([0.0, 2.0]),
    numeric=np.array([1e-13, 2.0])), *[checks.random_case(0, analytic=shape, numeric=shape)
    for shape in ((2, 3), (2, 1, 4))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# How to read the number: below $10^{-6}$ the gradient is right, above $10^{-2}$ it is wrong. In
# between, look at the entry: a slope near $10^{-8}$ drowns in rounding.
#
# ## What it would cost
#
# The instrument works for any network. Why not train with it? Each of the 50,890 entries takes
# two forward passes: 101,780 for one gradient. A pass of a hundred digits takes about half a
# millisecond, a gradient therefore nearly a minute, and the training further below, of 480 steps,
# seven hours.
#
# To learn about one weight, you compute the whole network anew, although nearly everything in it
# is as before. You know every operation inside. What if each operation could say how a change of
# its input changes its output?

# %% [markdown]
# ## The chain rule on a graph
#
# Take the smallest network there is, one input and one unit, and write its loss as a chain of
# single operations:
#
# $$p = w x, \quad z = p + b, \quad a = \mathrm{relu}(z), \quad e = a - t, \quad L = e^2.$$
#
# Nudge $w$ by a little $\delta$. Then $p$ moves by $x\,\delta$; $z$ moves as much as $p$; $a$ as
# much as $z$, provided that $z > 0$; $e$ as much as $a$; and $L$ moves $2e$ times as much as $e$.
# Each operation multiplies by a factor of its own, its **local derivative**. The effect on $L$ is
# the product of the factors along the way: the chain rule.
#
# Multiply from the loss backward. Then $\partial L/\partial z$, once known, serves $b$, $w$ and
# $x$ alike, and *every* box gets its gradient.


# %% tags=["nbval-check-output"]
def one_unit(w, x, b, t):
    """Print the values of all boxes forward, then the gradients of L by all boxes backward."""
    p = w * x
    z = p + b
    a = max(z, 0.0)
    e = a - t
    print(f"forward   p {p}, z {z}, a {a}, e {e}, L {e**2}")
    de = 2 * e  # L = e^2
    da = de * 1  # e = a - t
    dz = da * (z > 0)  # a = relu(z)
    dp, db = dz * 1, dz * 1  # z = p + b
    dw, dx = dp * x, dp * w  # p = w x
    print(f"backward  e {de}, a {da}, z {dz}, p {dp}, b {db}, w {dw}, x {dx}")


one_unit(w=2.0, x=3.0, b=-2.0, t=1.0)

# %% [markdown]
# Is the 18 right? With $w = 2.001$ the loss is 9.018009, with $w = 1.999$ it is 8.982009: a slope
# of $0.036 / 0.002 = 18$.
#
# **In the figure** the same calculation is drawn as a graph. Blue arrows lead from the inputs w,
# x, b, t on the left to L on the right, and each box holds its value in blue. Orange arrows lead
# back; each carries a local derivative, such as ×6 from L to e and ×3 from p to w. The gradients
# stand in orange at the bottom: 1 at L, then 6 in every box down to p, 18 at w and 12 at x.
#
# Follow the path from L to x with a finger and multiply. (The chapter ends with this graph on a
# slider, to go through it arrow by arrow.)

# %%
boxes = plotting.neuron_graph(w=2.0, x=3.0, b=-2.0, t=1.0)
fig, ax = plt.subplots(figsize=(9.5, 3.4))
plotting.draw_graph(ax, boxes)
ax.set_title("Backward, every arrow multiplies what arrives by its local derivative")
plt.show()

# %% [markdown]
# Two rules are all there is:
#
# 1. Along an arrow, multiply by the local derivative.
# 2. Where a value is used in several places, it acts on the loss in several ways, and the
#    contributions **add up**. (Here none is; wait for the linear layer.)
#
# ## From one number to arrays
#
# In a network the boxes hold arrays. A layer $y = f(x)$ is given $\partial L/\partial y$, of the
# shape of $y$, and has to return $\partial L/\partial x$, of the shape of $x$. In code they are
# `dy` and `dx`; the loss is understood. So every layer needs a second function, `f_backward`.
#
# Activations act on each entry by itself, so rule 1 holds entry by entry: $dx = dy \cdot f'(x)$.

# %% [markdown]
# ## Exercise 3.3: sigmoid_backward
#
# For $y = \sigma(z) = 1/(1 + e^{-z})$ the derivative is
#
# $$\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = \sigma(z)\,(1 - \sigma(z)) = y\,(1 - y).$$
#
# Look at the last form: the derivative follows from the *output*. The forward pass has $y$ at
# hand, so no exponential is needed a second time, and the function takes `y` instead of `z`.
#
# `dy` and `y` have the same shape, any shape. Returns `dz = dy * y * (1 - y)`, of this shape (1
# point).
#
# With `dy = [2, -1]` and `y = [0.5, 0.2]` you should get `[0.5, -0.16]`.


# %% solution="sigmoid_backward"
def sigmoid_backward(dy, y):
    """Gradient through y = sigmoid(z): dy y (1 - y), from the output y, any shape."""
    ### BEGIN SOLUTION
    return dy * y * (1 - y)
    ### END SOLUTION


# %% check="sigmoid_backward" points=1
import numpy as np
from dlutils import checks

checks.agrees("sigmoid_backward", sigmoid_backward,
    checks.case(dy=np.array([[2.0, -1.0, 3.0]]), y=np.array([[0.5, 0.2, 0.9]])))
### BEGIN HIDDEN TESTS
checks.agrees("sigmoid_backward", sigmoid_backward, *[checks.random_case(0, dy=(5,),
    y=np.array([0.0, 1.0, 0.99, 0.5, 0.01])), checks.random_case(1, dy=(2, 1, 3),
    y=np.array([[[0.1, 0.4, 0.7]], [[0.3, 0.6, 0.8]]]))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 3.4: tanh_backward
#
# The same for $y = \tanh(z)$, whose derivative also follows from the output: $\tanh'(z) = 1 -
# \tanh^2(z) = 1 - y^2$.
#
# Returns `dz`, of the shape that `dy` and `y` share (1 point). With `dy = [4, 1]` and `y = [0.5,
# -0.5]` you should get `[3.0, 0.75]`.


# %% solution="tanh_backward"
def tanh_backward(dy, y):
    """Gradient through y = tanh(z): dy (1 - y^2), from the output y, any shape."""
    ### BEGIN SOLUTION
    return dy * (1 - y**2)
    ### END SOLUTION


# %% check="tanh_backward" points=1
import numpy as np
from dlutils import checks

checks.agrees("tanh_backward", tanh_backward,
    checks.case(dy=np.array([[4.0, 1.0, -2.0]]), y=np.array([[0.5, -0.5, 0.9]])))
### BEGIN HIDDEN TESTS
checks.agrees("tanh_backward", tanh_backward, *[checks.random_case(0, dy=(5,),
    y=np.array([-1.0, 1.0, 0.0, -0.9, 0.3])), checks.random_case(1, dy=(2, 1, 3),
    y=np.array([[[0.1, -0.4, 0.7]], [[-0.3, 0.6, 0.8]]]))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 3.5: relu_backward
#
# $\mathrm{relu}(x) = \max(0, x)$ has slope 1 to the right of 0 and slope 0 to the left. So the
# gradient passes unchanged where $x > 0$, and is stopped elsewhere.
#
# Exactly at 0 there is a kink, and no slope. The convention, here and in most libraries, is 0.
#
# `dy` and `x`, the input of the ReLU, have the same shape, any shape. With `dy = [5, 5, -5]` and
# `x = [-1, 0, 2]` you should get `[0, 0, -5]`. Note the -5: the sign of `dy` plays no part in
# what passes.
#
# Returns `dx` of the same shape (1 point). `dy` stays as it is (1 point), for it may be needed
# elsewhere: by rule 2, one gradient can go down several ways.


# %% solution="relu_backward"
def relu_backward(dy, x):
    """Gradient through relu(x): dy where x > 0, else 0 (0 at x = 0 too), any shape."""
    ### BEGIN SOLUTION
    return dy * (x > 0)
    ### END SOLUTION


# %% check="relu_backward" points=1
import numpy as np
from dlutils import checks

checks.agrees("relu_backward", relu_backward,
    checks.case(dy=np.array([[5.0, 5.0, -5.0, 2.0]]), x=np.array([[-1.0, 0.0, 2.0, 0.3]]))
)
### BEGIN HIDDEN TESTS
checks.agrees("relu_backward", relu_backward, *[checks.random_case(seed, dy=shape, x=shape)
    for seed, shape in enumerate(((7,), (4, 3), (2, 3, 2)))],
    checks.case(dy=np.array([[-3.0, 2.0]]), x=np.array([[0.0, 0.0]])), hidden=True)
### END HIDDEN TESTS

# %% check="relu_backward" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("relu_backward", relu_backward,
    checks.case(dy=np.array([5.0, 5.0, -5.0]), x=np.array([-1.0, 0.0, 2.0])))
### BEGIN HIDDEN TESTS
checks.unchanged("relu_backward", relu_backward, *[checks.random_case(seed, dy=(3, 4), x=(3, 4))
    for seed in (0, 1)], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Now use your instrument. A layer returns an array, but `numerical_gradient` wants a function
# that returns one number. Any fixed array `dy` makes one: $L = \sum_i dy_i\,y_i$. Its gradient by
# $y$ is just `dy`, so its gradient by $z$ must be what `f_backward` returns for this `dy`.
#
# With this trick you can test every layer you will ever write.

# %% experiment tags=["nbval-check-output"]
inputs, arriving = np.linspace(-2, 2, 8), np.arange(1.0, 9.0)
pairs = {
    "sigmoid": (sigmoid, lambda dy, z: sigmoid_backward(dy, sigmoid(z))),
    "tanh": (tanh, lambda dy, z: tanh_backward(dy, tanh(z))),
    "relu": (relu, relu_backward),
}


def weighted_sum(layer):
    """The layer's outputs, weighted by `arriving`, as one number."""
    return lambda z: np.sum(arriving * layer(z))


for name, (forward, backward) in pairs.items():
    numeric = numerical_gradient(weighted_sum(forward), inputs)
    print(
        f"{name:7} error below 1e-6: {gradient_error(backward(arriving, inputs), numeric) < 1e-6}"
    )

# %% [markdown]
# How much of a gradient does an activation let through? Feed in `dy = 1` and look.
#
# **In the figure** the three local derivatives are drawn over $z$ from -6 to 6. Sigmoid (blue) is
# a low hill of height 0.25, tanh (orange) a narrower hill of height 1, ReLU (green) a step from 0
# to 1 at $z = 0$. Beyond $|z| = 4$ both hills are almost flat on the ground.
#
# Stack ten layers with sigmoids: by how much at the very least does the gradient shrink on its
# way down?

# %% experiment
grid = np.linspace(-6, 6, 241)
ones = np.ones_like(grid)
fig, ax = plt.subplots()
ax.plot(grid, sigmoid_backward(ones, sigmoid(grid)), label="sigmoid")
ax.plot(grid, tanh_backward(ones, tanh(grid)), label="tanh")
ax.plot(grid, relu_backward(ones, grid), label="ReLU")
ax.set(xlabel="input z of the activation", ylabel="local derivative")
ax.set_title("Sigmoid passes on at most a quarter, ReLU all or nothing")
ax.legend()
plt.show()

# %% [markdown]
# By $0.25^{10}$, a millionth, even if every unit sits on top of its hill. This is the **vanishing
# gradient**, one reason why sigmoids are rare inside deep networks. A ReLU that is on passes
# everything; one that is off passes nothing.
#
# ## The linear layer
#
# Now the layer with the weights. Entry by entry, for samples $n$, inputs $d$ and outputs $m$,
#
# $$y_{nm} = \sum_d x_{nd}\,W_{dm} + b_m.$$
#
# Look at a single weight. In which outputs does $W_{dm}$ occur? In $y_{nm}$ for *every* sample
# $n$, each time with the factor $x_{nd}$. By rule 2 the contributions add up:
#
# $$\frac{\partial L}{\partial W_{dm}} = \sum_n x_{nd}\,dy_{nm}.$$

# %% [markdown]
# ## Exercise 3.6: linear_backward
#
# A sum of products over a shared index is a matrix product. Which one turns `x` (N, D) and `dy`
# (N, M) into the (D, M) of `dW`? Ask the same of $b_m$ and of $x_{nd}$: in which outputs do they
# occur, with which factors?
#
# No averaging is needed: if the loss is a mean, its 1/N is already in the `dy` that arrives.
#
# `dy` has shape (N, M); `cache` is what `linear_forward` kept, the tuple `(x, W, b)`. Returns
# `(dx, dW, db)`, each of the shape of its original: (N, D), (D, M), (M,). (3 points) The inputs
# stay unchanged (1 point).
#
# With `x = [[2, 3], [1, 0]]`, `W = [[1], [-1]]` and `dy = [[1], [10]]` you should get `dx = [[1,
# -1], [10, -10]]`, `dW = [[12], [3]]`, `db = [11]`.


# %% solution="linear_backward"
def linear_backward(dy, cache):
    """Gradients of y = x W + b: dy (N, M), cache (x, W, b) -> dx (N, D), dW (D, M), db (M,)."""
    ### BEGIN SOLUTION
    x, W, _ = cache
    return dy @ W.T, x.T @ dy, dy.sum(axis=0)
    ### END SOLUTION


# %% check="linear_backward" points=3
import numpy as np
from dlutils import checks

checks.agrees("linear_backward", linear_backward, checks.case(dy=np.array([[1.0], [10.0]]),
    cache=(np.array([[2.0, 3.0], [1.0, 0.0]]), np.array([[1.0], [-1.0]]), np.zeros(1))),
    checks.random_case(4, dy=(4, 2), cache=((4, 3), (3, 2), (2,))))
### BEGIN HIDDEN TESTS
checks.agrees("linear_backward", linear_backward, *[checks.random_case(n, dy=(n, m),
    cache=((n, d), (d, m), (m,))) for n, d, m in ((5, 2, 4), (1, 3, 2), (4, 1, 2), (1, 1, 1))],
    hidden=True)
### END HIDDEN TESTS

# %% check="linear_backward" kind="purity" points=1
from dlutils import checks

checks.unchanged("linear_backward", linear_backward,
    checks.random_case(0, dy=(4, 2), cache=((4, 3), (3, 2), (2,))))
### BEGIN HIDDEN TESTS
checks.unchanged("linear_backward", linear_backward, *[checks.random_case(n, dy=(n, m),
    cache=((n, d), (d, m), (m,))) for n, d, m in ((1, 3, 2), (2, 2, 2))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 3.7: cross_entropy_backward
#
# The walk begins at the loss. For one sample with logits $z$ and label $y$ it is
#
# $$\ell = -\log \frac{e^{z_y}}{\sum_j e^{z_j}} = -z_y + \log \sum_j e^{z_j}.$$
#
# By one logit $z_k$, the first term has the slope $-1$ if $k$ is the label, else 0. The second
# has $e^{z_k} / \sum_j e^{z_j}$, the probability $p_k$ itself. Softmax and logarithm cancel to
# *prediction minus truth*. With the mean over N samples,
#
# $$\frac{\partial L}{\partial z_{nk}} = \frac{1}{N}\,\bigl(p_{nk} - [k = y_n]\bigr),
# \qquad p = \mathrm{softmax}(z).$$
#
# `logits` (N, K), `labels` (N,) ints from 0 to K - 1. Returns `dlogits` (N, K) (2 points), right
# for logits of ±1000 too (1 point), inputs unchanged (1 point). You may call `softmax`. With all
# `logits` 0, shape (2, 3), and `labels = [1, 0]` you should get `[[0.167, -0.333, 0.167],
# [-0.333, 0.167, 0.167]]`.


# %% solution="cross_entropy_backward"
def cross_entropy_backward(logits, labels):
    """Gradient of `cross_entropy`: (softmax(logits) - onehot(labels)) / N -> dlogits (N, K)."""
    ### BEGIN SOLUTION
    dlogits = softmax(logits)
    dlogits[np.arange(len(labels)), labels] -= 1
    return dlogits / len(labels)
    ### END SOLUTION


# %% check="cross_entropy_backward" points=2
import numpy as np
from dlutils import checks

checks.agrees("cross_entropy_backward", cross_entropy_backward,
    checks.case(logits=np.zeros((2, 3)), labels=np.array([1, 0])),
    checks.random_case(0, logits=(4, 3), labels=np.array([2, 0, 0, 1])))
### BEGIN HIDDEN TESTS
checks.agrees("cross_entropy_backward", cross_entropy_backward, *[checks.random_case(seed,
    logits=shape, labels=np.array(labels)) for seed, (shape, labels) in enumerate((((1, 4), [2]),
    ((5, 4), [2, 0, 0, 1, 2]), ((3, 2), [1, 1, 0])))], hidden=True)
### END HIDDEN TESTS

# %% check="cross_entropy_backward" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("cross_entropy_backward", cross_entropy_backward, checks.case(
    logits=np.array([[1000.0, -1000.0, 0.0], [0.0, 1.0, 2.0]]), labels=np.array([1, 0])))
### BEGIN HIDDEN TESTS
checks.agrees("cross_entropy_backward", cross_entropy_backward, checks.case(
    logits=np.array([[-1000.0, -1001.0], [999.0, 1000.0]]), labels=np.array([0, 1])), hidden=True)
### END HIDDEN TESTS

# %% check="cross_entropy_backward" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("cross_entropy_backward", cross_entropy_backward,
    checks.random_case(0, logits=(4, 3), labels=np.array([2, 0, 0, 1])))
### BEGIN HIDDEN TESTS
checks.unchanged("cross_entropy_backward", cross_entropy_backward,
    checks.random_case(1, logits=(3, 5), labels=np.array([4, 1, 1])), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# A sample that is right and sure has almost no gradient; one that is wrong and sure pulls with
# nearly full force. The network learns from its mistakes, but none pulls a logit by more than
# 1/N.
#
# ## The whole network
#
# You have a backward function for every box. What remains is to walk through them in reverse.
#
# **In the figure** the network is a graph: x, W1, b1 lead to z1, this to a1 = relu(z1), this with
# W2, b2 to the logits, and these with the labels to L. Blue rows give the shapes of the values,
# such as (784, 64) for W1, orange rows those of the gradients: the same.
#
# Where does the way back need values from the way forward?

# %%
box = plotting.GraphNode
size = {"$x$": "(N, 784)", "$W_1$": "(784, 64)", "$b_1$": "(64,)", "$W_2$": "(64, 10)"}
leaves = {name: box(name, (), shape, shape) for name, shape in {**size, "$b_2$": "(10,)"}.items()}
image, W_1, b_1, W_2, b_2 = leaves.values()
hidden = box("$z_1 = x W_1 + b_1$", (image, W_1, b_1), "(N, 64)", "(N, 64)")
active = box(r"$a_1 = \mathrm{relu}(z_1)$", (hidden,), "(N, 64)", "(N, 64)")
scores = box("logits", (active, W_2, b_2), "(N, 10)", "(N, 10)")
labels_box = box("labels", (), "(N,)", "none")
loss_box = box("$L$", (scores, labels_box), "number", "1")
fig, ax = plt.subplots(figsize=(9.5, 3.8))
plotting.draw_graph(ax, [*leaves.values(), hidden, active, scores, labels_box, loss_box])
ax.set_title("Every gradient has the shape of its value")
plt.show()

# %% [markdown]
# ## Exercise 3.8: mlp_backward
#
# `activations` is what `mlp_forward` returned, `[x, a1, ..., logits]`, and `params` is `[(W, b),
# ...]`. Start from `dlogits` at the last layer. `linear_backward` gives `dW`, `db` and the
# gradient by the layer's input. This input is the *output* of a ReLU (except at the first layer),
# so the gradient passes back through the ReLU to the next lower layer. After the last layer there
# is none. And since $a > 0$ exactly where $z > 0$, the activation will do as the ReLU's input.
#
# Returns `[(dW, db), ...]` in the order of `params`, for one layer or many (4 points). Arguments
# stay unchanged, the lists too (1 point).
#
# By hand: `W1 = [[1, -1], [1, 1]]`, `b1 = [0, -2]`, `W2 = [[2], [1]]`, `b2 = [0]`, `x = [[1, 2]]`
# give `activations = [[[1, 2]], [[3, 0]], [[6]]]`. From `dlogits = [[1]]` follow `dW2 = [[3],
# [0]]`, `db2 = [1]`, then `dW1 = [[2, 0], [4, 0]]`, `db1 = [2, 0]`.


# %% solution="mlp_backward"
def mlp_backward(dlogits, activations, params):
    """Gradients of all layers, given what `mlp_forward` returned -> [(dW, db), ...]."""
    ### BEGIN SOLUTION
    grads, dy = [], dlogits
    for i in reversed(range(len(params))):
        W, b = params[i]
        dx, dW, db = linear_backward(dy, (activations[i], W, b))
        grads.append((dW, db))
        dy = relu_backward(dx, activations[i])
    return grads[::-1]
    ### END SOLUTION


# %% check="mlp_backward" points=4
import numpy as np
from dlutils import checks

checks.agrees("mlp_backward", mlp_backward, checks.case(dlogits=np.ones((1, 1)), activations=[
    np.array([[1.0, 2.0]]), np.array([[3.0, 0.0]]), np.array([[6.0]])], params=[(np.array(
    [[1.0, -1.0], [1.0, 1.0]]), np.array([0.0, -2.0])), (np.array([[2.0], [1.0]]), np.zeros(1))]),
    checks.mlp_case(4, (3, 3, 3, 3), seed=1))
### BEGIN HIDDEN TESTS
checks.agrees("mlp_backward", mlp_backward, *[checks.mlp_case(n, sizes, seed=n) for n, sizes in (
    (1, (4, 5, 3)), (6, (3, 4, 4, 2)), (2, (4, 2)), (5, (2, 2, 2, 2, 2)))], hidden=True)
### END HIDDEN TESTS

# %% check="mlp_backward" kind="purity" points=1
from dlutils import checks

checks.unchanged("mlp_backward", mlp_backward, checks.mlp_case(4, (2, 3, 2), seed=0))
### BEGIN HIDDEN TESTS
checks.unchanged(
    "mlp_backward", mlp_backward, checks.mlp_case(3, (3, 4, 4, 2), seed=1), hidden=True
)
### END HIDDEN TESTS

# %% [markdown]
# Each part has passed its test. Has the whole? Check the gradients of a small network with three
# layers against differences of its loss: every weight and every bias, in float64.
#
# `loss_by(k)` makes a function of one array alone, all others fixed: just what
# `numerical_gradient` asks for.

# %% experiment tags=["nbval-check-output"]
rng, targets = np.random.default_rng(1), np.array([0, 2, 1, 2])
small, points = random_params((5, 7, 6, 3), rng), rng.normal(size=(4, 5))
parts = [part for layer in small for part in layer]  # W1, b1, W2, b2, W3, b3


def loss_by(k):
    """The small network's loss as a function of its k-th array alone."""

    def loss(it):
        arrays = [*parts[:k], it, *parts[k + 1 :]]
        layers = list(zip(arrays[::2], arrays[1::2], strict=True))
        return cross_entropy(mlp_forward(points, layers)[-1], targets)

    return loss


outputs = mlp_forward(points, small)
found = mlp_backward(cross_entropy_backward(outputs[-1], targets), outputs, small)
for k, gradient in enumerate(part for layer in found for part in layer):
    error = gradient_error(gradient, numerical_gradient(loss_by(k), parts[k]))
    print(f"{'Wb'[k % 2]}{k // 2 + 1}  error below 1e-6: {error < 1e-6}")

# %% [markdown]
# Should such a check ever fail by a hair, try another seed before you look for the bug. If the
# input of a ReLU lies within $h$ of 0, the two evaluations stand on different sides of the kink,
# and their difference measures a slope that exists on neither side.
#
# And the price? Forward, a layer costs one matrix product, $xW$; backward two of the same size,
# $dy\,W^T$ and $x^T dy$. A gradient costs about three forward passes in all, however many weights
# there are. Before it was 101,780.
#
# That is **backpropagation**: the chain rule from the loss backward, with what the forward pass
# has kept.

# %% [markdown]
# ## Exercise 3.9: gradient_descent_step
#
# The gradient points to where the loss rises fastest. Take a step the other way. The **learning
# rate** $\eta$, in code `lr`, says how far:
#
# $$W \leftarrow W - \eta\,\frac{\partial L}{\partial W}, \qquad
# b \leftarrow b - \eta\,\frac{\partial L}{\partial b}.$$
#
# This is **gradient descent**. `params` is `[(W, b), ...]`, `grads` is `[(dW, db), ...]` of the
# same shapes. Returns the new parameters as a list of pairs (1 point). The old ones stay as they
# were, arrays and list (1 point): then you can compare, or take a step back.
#
# With one layer, `W = [[1], [2]]`, `b = [0.5]`, `dW = [[10], [-10]]`, `db = [1]` and `lr=0.1` you
# should get `W = [[0], [3]]` and `b = [0.4]`.


# %% solution="gradient_descent_step"
def gradient_descent_step(params, grads, lr):
    """One step against the gradient, W - lr dW and b - lr db -> new params; the old stay."""
    ### BEGIN SOLUTION
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
    ### END SOLUTION


# %% check="gradient_descent_step" points=1
import numpy as np
from dlutils import checks

checks.agrees("gradient_descent_step", gradient_descent_step, checks.case(params=[(np.array([[1.0],
    [2.0]]), np.array([0.5]))], grads=[(np.array([[10.0], [-10.0]]), np.array([1.0]))], lr=0.1),
    checks.random_case(0, params=[((2, 3), (3,))], grads=[((2, 3), (3,))], lr=2.0))
### BEGIN HIDDEN TESTS
checks.agrees("gradient_descent_step", gradient_descent_step, *[checks.random_case(n, params=[((3,
    2), (2,))] * n, grads=[((3, 2), (2,))] * n, lr=0.3) for n in (2, 3)], hidden=True)
### END HIDDEN TESTS

# %% check="gradient_descent_step" kind="purity" points=1
from dlutils import checks

checks.unchanged("gradient_descent_step", gradient_descent_step, checks.random_case(0,
    params=[((3, 2), (2,)), ((2, 4), (4,))], grads=[((3, 2), (2,)), ((2, 4), (4,))], lr=0.3)
)
### BEGIN HIDDEN TESTS
checks.unchanged("gradient_descent_step", gradient_descent_step, checks.random_case(1,
    params=[((2, 2), (2,))] * 3, grads=[((2, 2), (2,))] * 3, lr=1.0), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Take one step with the large network and its hundred digits, from the loss of 2.429 that you saw
# at the beginning, with four learning rates. Before you run the cell: which of them will be best,
# and will any of them make things worse?

# %% experiment
outputs = mlp_forward(digits, network)
slopes = mlp_backward(cross_entropy_backward(outputs[-1], classes), outputs, network)
for lr in (0.01, 0.1, 1.0, 10.0):
    stepped = gradient_descent_step(network, slopes, lr)
    print(f"lr {lr:5.2f}: loss {cross_entropy(mlp_forward(digits, stepped)[-1], classes):6.3f}")

# %% [markdown]
# With 0.01 the loss falls by 0.016, with 0.1 by 0.149, nearly tenfold. With 1.0 it falls to
# 1.723, much less than tenfold, because the slope changes along the way. With 10 the step
# overshoots the valley and lands at 12.866. The gradient is a promise for small steps only.
#
# ## Experiment: training on handwritten digits
#
# One step is not learning yet. Repeat it, with the next hundred of the 8,000 digits at every
# step: a **minibatch**, in an order drawn anew for every epoch ([chapter
# 6](../06_training/training.ipynb) says why this works). Six epochs are 480 steps. The 2,000 test
# digits are looked at once, at the end.

# %% experiment
rng = np.random.default_rng(0)
start = [tuple(a.astype(np.float32) for a in layer) for layer in random_params((784, 64, 10), rng)]
trained, losses = start, []
for _ in range(6):
    for chosen in rng.permutation(len(train_images)).reshape(-1, 100):
        outputs = mlp_forward(train_images[chosen], trained)
        dlogits = cross_entropy_backward(outputs[-1], mnist.y_train[chosen])
        losses.append(cross_entropy(outputs[-1], mnist.y_train[chosen]))
        trained = gradient_descent_step(trained, mlp_backward(dlogits, outputs, trained), lr=0.5)

for when, layers in (("before", start), ("after ", trained)):
    score = accuracy(mlp_forward(test_images, layers)[-1], mnist.y_test)
    print(f"test accuracy {when} training: {score:.3f}")
assert score >= 0.92

# %% [markdown]
# From 0.09 to 0.93, in a second or so, by your own nine functions.
#
# **In the figure** the loss of each minibatch is a thin jagged line over the 480 steps, its
# average over 20 steps a thick one. The loss starts near 2.4, where guessing is, drops below 0.5
# within 60 steps, and then falls slowly to about 0.1. The jags do not go away: every minibatch
# holds other digits, easier or harder.

# %% experiment
fig, ax = plt.subplots()
ax.plot(losses, linewidth=0.7, alpha=0.6, label="one minibatch")
ax.plot(np.arange(19, 480), np.convolve(losses, np.ones(20) / 20, "valid"), label="mean of 20")
ax.axhline(np.log(10), color="black", linestyle=":", label="guessing: ln 10")
ax.set(xlabel="step", ylabel="loss (nats)", ylim=(0, None))
ax.set_title("Most is learnt in the first 60 steps")
ax.legend()
plt.show()

# %% [markdown]
# What has a hidden unit learnt? Its 784 weights can be laid out as an image, one weight per
# pixel.
#
# **In the figure** eight units stand side by side, above before and below after training. Orange
# pixels have positive weights: ink there switches the unit on. Purple pixels have negative
# weights: ink there switches it off. Above there is nothing but noise. Below, each unit shows
# strokes and arcs, orange beside purple, in the middle of the field.
#
# At the margin the lower images still show the noise of the upper ones. Why?

# %% experiment
chosen_units = np.argsort(np.linalg.norm(trained[0][0] - start[0][0], axis=0))[-8:]
fig, axes = plt.subplots(2, 8, figsize=(9.5, 2.9))
for row, layers, when in zip(axes, (start, trained), ("before", "after"), strict=True):
    for ax, unit in zip(row, chosen_units, strict=True):
        ax.imshow(layers[0][0][:, unit].reshape(28, 28), cmap="PuOr_r", vmin=-0.35, vmax=0.35)
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(when)
fig.suptitle("Training has drawn strokes into the noise of the first layer", x=0.01, ha="left")
plt.show()

# %% [markdown]
# Because no digit has ink there. If $x_{nd} = 0$ for every sample, then $\sum_n x_{nd}\,dy_{nm} =
# 0$: the gradient is exactly 0, and the weights stay what chance made them.
#
# ## A wrong gradient that learns
#
# Would you have noticed a bug? Here is one that happens. Suppose that in the loop above the
# backward pass is given `start`, the weights of the beginning, in place of the current ones.
# Nothing else is changed.
#
# The gradients of the second layer still come out right, since they need no weights. Those of the
# first layer come through the wrong $W_2$. What do you expect?

# %% experiment
rng = np.random.default_rng(0)
random_params((784, 64, 10), rng)  # the same draws as above, so that the minibatches are the same
stale = start
for _ in range(6):
    for chosen in rng.permutation(len(train_images)).reshape(-1, 100):
        outputs = mlp_forward(train_images[chosen], stale)
        dlogits = cross_entropy_backward(outputs[-1], mnist.y_train[chosen])
        stale = gradient_descent_step(stale, mlp_backward(dlogits, outputs, start), lr=0.5)
right, wrong = (mlp_backward(dlogits, outputs, layers)[0][0] for layers in (stale, start))
print(f"test accuracy {accuracy(mlp_forward(test_images, stale)[-1], mnist.y_test):.3f}")
print(f"gradient_error of the first layer {gradient_error(wrong, right):.2f}")

# %% [markdown]
# It learns all the same: 0.91 instead of 0.93, with a gradient that could hardly be more wrong
# (the error cannot exceed 1). Lillicrap and others (2016) explain why. For you it is a warning:
# **that the loss falls does not show that the gradient is right.** The check on a small network
# does.
#
# ## Why backward?
#
# The chain rule also works *forward*: start at one weight and carry its exact effect, box by box,
# with the values to the loss. In about ten lines:
#
# 1. Why train backward all the same? Compare, in forward passes, for 50,890 weights and one loss.
# 2. What must the backward way keep in memory? Where is that in your code?
# 3. For which functions would forward be cheaper?

# %% [markdown] answer="why_backward" points=3
# ### BEGIN SOLUTION
# 1. Carrying forward answers for one weight per walk: about one more forward pass for each of the
#    50,890 weights, so some 50,000 passes. Walking backward answers for one output per walk: one
#    loss, so one walk, which costs about two forward passes and gives all 50,890 slopes. The work
#    from the loss down to a box is shared by everything before that box.
# 2. The values of the forward pass, since local derivatives need them: here `activations` (the
#    inputs of the linear layers and the signs for the ReLU), in single layers the cache. Memory
#    grows with depth and batch size. Forward, each value can be dropped once it has been used.
# 3. Few inputs and many outputs: say the path of a robot's arm (thousands of numbers) as a
#    function of one motor's speed.
#
# Rubric. 1 point: one walk per weight against one walk per loss, with numbers of the right order.
# 1 point: activations (or caches) must be kept, and a place in the code is named. 1 point: fewer
# inputs than outputs. An answer that only calls backward "more efficient" gets nothing for part
# 1.
# ### END SOLUTION

# %% [markdown]
# ## Play: the chain rule, one arrow at a time
#
# Move `step` from 9 to 18 and watch the gradient travel from L back to w. Say aloud what the next
# orange number will be, before you uncover it.
#
# Then turn `w`, with `step` at 18. Find a range of `w` in which L is 1 and yet the gradient of w is
# zero. What would gradient descent do with this unit, on this sample? And which other value of `w`
# makes all gradients 0, and is it the same kind of 0?
#
# **In the figure** is the graph of before, here with its forward values in blue and, from step 10
# on, gradients in orange, the newest box framed in bold. The title writes out the step.


# %% play
def show(fig, step, w):
    fig.set_size_inches(9.5, 3.4)
    boxes = plotting.neuron_graph(w=w, x=3.0, b=-2.0, t=1.0)
    ax = fig.subplots()
    plotting.draw_graph(ax, boxes, step)
    ax.set_title(plotting.describe_step(boxes, step))


plotting.play(show, step=(0, 18, 12), w=(-1.0, 3.0, 2.0))

# %% [markdown]
# ## What to remember
#
# - A **gradient** holds the slope of the loss by every parameter, in the parameter's shape. Step
#   against it.
# - **Backpropagation** is the chain rule from the loss backward: along an arrow multiply by the
#   local derivative; where a value is used several times, add.
# - For $y = xW + b$: $dx = dy\,W^T$, $dW = x^T dy$, $db$ sums $dy$ over the samples. For softmax
#   with cross-entropy: $(p - \text{onehot})/N$.
# - A gradient costs about three forward passes and the memory for all activations; finite
#   differences cost two passes *per weight*.
# - A falling loss proves nothing. Check gradients: central differences, float64, relative error.
#
# In [chapter 4](../04_automatic_differentiation/automatic_differentiation.ipynb) the machine
# builds the graph and walks back through it by itself.

# %% [markdown]
# ## References
#
# - S. Linnainmaa, *The representation of the cumulative rounding error of an algorithm as a
#   Taylor expansion of the local rounding errors* (in Finnish), University of Helsinki, 1970.
# - P. J. Werbos, *Beyond regression*, PhD thesis, Harvard University, 1974.
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating
#   errors*, Nature 323, 1986.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document
#   recognition*, Proceedings of the IEEE 86(11), 1998.
# - T. P. Lillicrap, D. Cownden, D. B. Tweed, C. J. Akerman, *Random synaptic feedback weights
#   support error backpropagation for deep learning*, Nature Communications 7, 13276, 2016.
# - A. G. Baydin and others, *Automatic differentiation in machine learning: a survey*, JMLR 18,
#   2018.
