# %% [markdown]
# # 1. Artificial neurons
#
# A physician draws a few drops of fluid from a lump in a breast and looks at the cells under a
# microscope. Is the lump harmless, benign, or malignant, a tumour that will spread?
#
# Around 1990 a group in Wisconsin outlined the nuclei of such cells on a screen and let a program
# measure them: how large, how dented, how uneven. Each lump became a row of thirty numbers.
#
# Can a rule as plain as a weighted sum read the verdict from these numbers? Can a machine find
# the weights by itself, from examples? And is there anything that such a machine can never learn,
# however long it tries? You will build it, train it, and answer all three.

# %% [markdown]
# In two to four hours you write six functions and answer one question, for 20 points. Each
# function stays small; the last two join neurons into a network.
#
# After every exercise comes the cell that checks it. A failing check shows the case, what was
# expected and what your function gave. The checks also try a few cases that you do not see, so
# write for any input of the stated shape.
#
# numpy does the arithmetic in this course. `dlutils` is the course's own package: it holds the
# data, the drawing functions, and reference versions of what you write here.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import datasets, plotting

plotting.use_course_style()

# %% [markdown]
# ## Two measurements of a lump
#
# The Wisconsin data come in two parts, and you will see below why. How many lumps are there, and
# how many of them are malignant?

# %% tags=["nbval-check-output"]
data = datasets.breast_cancer()
print(f"{len(data.x_train)} lumps to learn from, {data.y_train.sum()} of them malignant")
print(f"{len(data.x_test)} lumps to be tested on, {data.y_test.sum()} of them malignant")

# %% [markdown]
# Start with two of the thirty numbers. The *mean radius* says how far, on average, the outline of
# a nucleus lies from its centre. The *mean texture* says how much the grey values inside a
# nucleus vary: it is their standard deviation.
#
# **In the figure** every lump to learn from is a point, with its radius to the right and its
# texture upwards. Benign lumps (blue dots) crowd at the lower left, malignant ones (orange
# triangles) spread to the upper right. Between radius 12 and 16 the two kinds mix.
#
# Before you read on, lay a ruler on the screen. Which straight line parts the two kinds best, and
# about how many points stay on the wrong side?

# %%
fig, ax = plt.subplots(figsize=(6.4, 4.4))
plotting.scatter_classes(ax, data.x_train[:, :2], data.y_train, names=data.label_names)
ax.set_xlabel("mean radius of the nuclei (units of the source)")
ax.set_ylabel("mean texture (grey levels)")
ax.set_title("Malignant nuclei tend to be larger, but the two kinds mix")
ax.legend()
plt.show()

# %% [markdown]
# What did you just do? You looked at examples whose answers you knew, and made a rule. To learn a
# rule from examples with answers is called **supervised learning**. The answer of an example is
# its **label**: here 1 for malignant, 0 for benign.
#
# The samples stand in an array `x` of shape (N, D): N rows, one per **sample**, and D columns,
# one per **feature**. The labels stand in `y`, shape (N,).
#
# A rule that merely recites the labels it was shown is of no use to the next patient. So 114
# lumps, the **test set**, are kept aside. Nothing that you choose may depend on them; only then
# do they stand for patients yet to come. The other 455 are the **training set**.

# %% [markdown]
# ## A neuron, borrowed from the brain
#
# A nerve cell collects pulses from thousands of others. Some contacts excite it, some inhibit it;
# some are strong, some weak. When enough excitation arrives at nearly the same time, the cell
# fires: it sends out a pulse of its own.
#
# In 1943 Warren McCulloch and Walter Pitts reduced this to arithmetic: add up the inputs, and
# fire if the sum passes a threshold. In 1958 Frank Rosenblatt let a machine learn the strengths
# of the contacts from examples. He called it the **perceptron**.
#
# **In the figure** three inputs enter from the left, each along a line with a weight. A circle
# adds them up together with a number *b*. The sum *z* enters a step, whose answer is 0 or 1.

# %%
fig, ax = plt.subplots(figsize=(7.0, 3.4))
plotting.draw_neuron(ax)
ax.set_title("One neuron: a weighted sum, then a yes or no")
plt.show()

# %% [markdown]
# How far does the analogy carry? As far as the figure: many inputs, each with its own strength;
# one sum; one threshold.
#
# There it ends. The pulses of a nerve cell carry information in their timing. Its branches
# compute by themselves, before anything is summed. Its chemistry shifts over hours. And nobody
# has found in a brain the method by which the networks of this course learn from chapter 3 on.
#
# An artificial neuron is a formula. Where this course says that a network "decides" or
# "recognises", it means that a number came out.

# %% [markdown]
# ## The weighted sum
#
# The circle in the figure computes
#
# $$z = w_1 x_1 + w_2 x_2 + \dots + w_D x_D + b.$$
#
# A positive **weight** makes its input evidence for 1, a negative one makes it evidence against,
# and a weight of 0 ignores it. The **bias** $b$ is the neuron's leaning before it has seen any
# evidence: where $b$ is very negative, the inputs have to say a lot.
#
# Here is one sum, step by step, for the inputs 2 and 1.

# %% tags=["nbval-check-output"]
inputs, weights, bias = [2.0, 1.0], [1.0, -3.0], 0.5
terms = [w_d * x_d for w_d, x_d in zip(weights, inputs, strict=True)]
print("terms:", terms)
print("z    :", sum(terms) + bias)

# %% [markdown]
# ## Exercise 1.1: neuron
#
# You will want the sums of many samples at once. For `x` of shape (N, D), `w` of shape (D,)
# and a number `b`, compute
#
# $$z_n = \sum_d x_{nd}\, w_d + b \qquad \text{for every sample } n.$$
#
# The sum over $d$ is what numpy's `@` does: it multiplies and adds along the axis that its
# two arguments share.
#
# With `x = [[1, 2], [-1, 0]]`, `w = [3, -1]` and `b = 0.5` you should get `[1.5, -2.5]`.
#
# Returns the sums as an array of shape (N,), for one sample too (N = 1). (1 point)


# %% solution="neuron"
def neuron(x, w, b):
    """Weighted sums of one neuron, x w + b: x (N, D), w (D,), b number -> (N,)."""
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION


# %% check="neuron" points=1
import numpy as np
from dlutils import checks

checks.agrees("neuron", neuron,
    checks.case(x=np.array([[1, 2], [-1, 0]]), w=np.array([3, -1]), b=0.5),
    checks.random_case(0, x=(4, 3), w=(3,), b=-2.0))
### BEGIN HIDDEN TESTS
checks.agrees("neuron", neuron, *[checks.random_case(n, x=(n, d), w=(d,), b=0.7)
    for n, d in ((1, 5), (6, 1), (3, 4), (4, 4))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Why insist on the shape (N,), when (N, 1) holds the same numbers? Because numpy stretches arrays
# of unequal shape until they fit, and never asks. Subtract three labels from three sums that
# stand in a column: how many numbers do you expect?

# %% tags=["nbval-check-output"]
column_of_sums = np.array([[0.2], [0.7], [-1.0]])
labels = np.array([0, 1, 1])
print((column_of_sums - labels).shape)

# %% [markdown]
# Nine: every sum minus every label, and no error message. It is one of the most frequent bugs in
# deep learning. When a result surprises you, print shapes first.
#
# ## From a sum to a decision
#
# A sum is not an answer yet. The neuron answers 1, it **fires**, where its sum is positive:
#
# $$\hat y = \begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{otherwise.} \end{cases}$$
#
# The hat marks a **prediction**, to tell it from the label $y$.
#
# And where the sum is exactly 0? The formula says 0. The case looks unimportant, yet you will
# meet it at once: a neuron that has not learnt anything has weights and bias 0, and so $z = 0$
# for every sample there is.

# %% [markdown]
# ## Exercise 1.2: perceptron_predict
#
# Turn the weighted sums of N samples into N decisions: 1 exactly where $z_n > 0$, and 0 where
# $z_n$ is negative or exactly 0.
#
# With `x = [[1, 2], [2, 1], [1, 1]]`, `w = [1, -1]` and `b = 0` the sums are -1, 1 and 0, so
# you should get `[0, 1, 0]`.
#
# `x` has shape (N, D), `w` (D,), `b` is a number. Returns an array of shape (N,) with the
# ints 0 and 1. (2 points)


# %% solution="perceptron_predict"
def perceptron_predict(x, w, b):
    """Decisions of a perceptron: 1 exactly where x w + b > 0, else 0: x (N, D), w (D,) -> (N,)."""
    ### BEGIN SOLUTION
    return (x @ w + b > 0).astype(int)
    ### END SOLUTION


# %% check="perceptron_predict" points=2
import numpy as np
from dlutils import checks

checks.agrees("perceptron_predict", perceptron_predict,
    checks.case(x=np.array([[1, 2], [2, 1], [1, 1]]), w=np.array([1, -1]), b=0),
    checks.random_case(5, x=(6, 3), w=(3,), b=-1.2))
### BEGIN HIDDEN TESTS
checks.agrees("perceptron_predict", perceptron_predict, *[checks.random_case(n, x=(n, d), w=w, b=b)
    for n, d, w, b in ((1, 4, (4,), -1.0), (9, 1, (1,), 0.5), (5, 2, np.zeros(2), 0.0),
    (8, 8, (8,), 1.0), (3, 2, np.zeros(2), 0.2))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## What a neuron can decide
#
# Where does the answer flip from 0 to 1? With two inputs, where $w_1 x_1 + w_2 x_2 + b = 0$: a
# straight line, the **decision boundary**. With three inputs it is a plane, with thirty a
# hyperplane, flat all the same. Along it $z$ stays 0, so the weights, the direction in which
# $z$ grows fastest, stand at right angles to it. The bias shifts it without turning it.
#
# **In the figure**, for `w = [2, 1]` and `b = -2`, the line falls from (0, 2) through (1, 0).
# The side above and to the right is orange: there it fires. The arrow *w* points into it.
#
# Multiply all three numbers by 10. Which points change their colour? Think first, then try.

# %% experiment
w_line, b_line = np.array([2.0, 1.0]), -2.0

fig, ax = plt.subplots(figsize=(5.0, 4.4))
ax.set(xlim=(-2, 4), ylim=(-2, 3), aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
plotting.decision_regions(ax, perceptron_predict, w_line, b_line)
plotting.boundary_line(ax, w_line, b_line)
plotting.weight_arrow(ax, w_line, b_line)
ax.set_title("The weights point to the side where it fires")
plt.show()

# %% [markdown]
# ## Learning from one mistake
#
# Nobody will give you the weights for the lumps. How could a neuron find them?
#
# Take a neuron with $w = (1, -1)$, $b = 0$, and a sample $x = (1, 2)$ with label 1. Its sum is
# $1 - 2 = -1$, so it answers 0. For this sample $z$ is too small. What would you change?
#
# The first weight is multiplied by 1 and the second by 2: raise the second, and $z$ rises twice
# as fast. An input of 0 would have had no part in the mistake. So raise each weight in proportion
# to its input, $w + x$. Had the neuron wrongly answered 1, you would lower them, $w - x$. And
# where it was right, leave it alone.

# %% [markdown]
# ## Exercise 1.3: perceptron_update
#
# One formula covers the three cases. With the prediction $\hat y$ (1 where $x \cdot w + b > 0$,
# else 0), Rosenblatt's rule is
#
# $$w \leftarrow w + \eta\,(y - \hat y)\,x, \qquad b \leftarrow b + \eta\,(y - \hat y).$$
#
# The bias learns like a weight whose input is always 1. The **learning rate** $\eta$, in code
# `lr`, sets the size of the step.
#
# Here `x` is *one* sample of shape (D,) and its label `y` is 0 or 1. With `w = [1, -1]`,
# `b = 0`, `x = [1, 2]`, `y = 1` and `lr = 0.5` you should get `([1.5, 0], 0.5)`.
#
# Returns `(w, b)`, the new weights (D,) and the new bias, a number (3 points). The arrays given
# to it stay unchanged (1 point).


# %% solution="perceptron_update"
def perceptron_update(w, b, x, y, lr):
    """One step of the perceptron rule on one sample: x (D,), y 0 or 1 -> w (D,), b."""
    ### BEGIN SOLUTION
    error = int(y) - int(x @ w + b > 0)
    return w + lr * error * x, b + lr * error
    ### END SOLUTION


# %% check="perceptron_update" points=3
import numpy as np
from dlutils import checks

checks.agrees("perceptron_update", perceptron_update, *[checks.case(w=np.array([1.0, -1.0]), b=b,
    x=np.array(x), y=y, lr=lr) for b, x, y, lr in ((0, [1, 2], 1, 0.5), (2.5, [1, 2], 1, 0.5),
    (-0.5, [3, 2], 1, 0.5), (-1, [4, 1], 0, 0.1))])
### BEGIN HIDDEN TESTS
checks.agrees("perceptron_update", perceptron_update, *[checks.case(w=np.array([1.0, -3.0, 4.0]),
    b=b, x=np.array([2.0, 3.0, 0.0]), y=y, lr=0.3) for b in (-9, 7, 11) for y in (0, 1)],
    hidden=True)
### END HIDDEN TESTS

# %% check="perceptron_update" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("perceptron_update", perceptron_update, *[
    checks.case(w=np.array([1.0, -1.0]), b=0.0, x=np.array(x), y=y, lr=0.5)
    for x, y in (([1.0, 2.0], 1), ([3.0, 1.0], 0))])
### BEGIN HIDDEN TESTS
checks.unchanged("perceptron_update", perceptron_update, *[
    checks.random_case(5, w=(3,), b=0.1, x=(3,), y=y, lr=0.1) for y in (0, 1)],
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# The step raised $z$ for this sample from -1 to 2. Always in the right direction? $z$ changes
# by $\eta\,(y - \hat y)\,(\lVert x \rVert^2 + 1)$, and the last factor is positive. So yes,
# although one step may be too short.
#
# **In the figure** the left panel shows the line before the step, and an orange triangle at (1,
# 2) on the blue side. On the right, after the step, the line stands upright at $x_1 = -1/3$, and
# the triangle lies on the orange side. But the blue dot at (0, 1.5), on its own side before, is
# now on the wrong one.
#
# To help one sample can harm another.

# %% experiment
before = np.array([1.0, -1.0]), 0.0
after = perceptron_update(*before, np.array([1.0, 2.0]), 1, 0.5)

fig, axes = plt.subplots(1, 2, figsize=(8.4, 3.9), sharey=True)
for ax, neuron_then, title in ((axes[0], before, "Before"), (axes[1], after, "After")):
    ax.set(xlim=(-2, 3), ylim=(-1, 3), aspect="equal", xlabel="$x_1$", title=title)
    plotting.decision_regions(ax, perceptron_predict, *neuron_then)
    plotting.boundary_line(ax, *neuron_then)
    plotting.scatter_classes(ax, np.array([[1, 2], [0, 1.5], [2, 0]]), [1, 0, 1], size=90)
axes[0].set_ylabel("$x_2$")
fig.suptitle("One step repairs the triangle at (1, 2) and breaks the dot", ha="left", x=0.08)
plt.show()

# %% [markdown]
# ## Many small corrections
#
# If one correction can undo another, what else but to go round? Visit the samples one after the
# other, correct where the neuron errs, and start over. One round through all samples is an
# **epoch**.
#
# The order matters. In a list sorted by label the neuron would see nothing but 0s for a long
# time, and forget what the 1s looked like. So every epoch draws a fresh random order.
#
# Random, but repeatable: in this course chance always comes in as an argument, `rng`, a numpy
# Generator. The same seed gives the same order, and so the same weights, on your computer and
# everywhere.

# %% [markdown]
# ## Exercise 1.4: train_perceptron
#
# `x` is (N, D), `y` (N,) holds 0s and 1s. Start with zero weights and bias. Every epoch calls
# `rng.permutation(N)` once, visits the samples in that order, and applies exercise 1.3 to each.
# It counts the samples predicted wrongly *when their turn comes*, before the correction.
#
# Training ends after `epochs` epochs (4 points), or earlier, after the first epoch without a
# mistake (2 points).
#
# Returns `(w, b, errors)`: weights (D,), bias, and the list of mistakes in every epoch run, a
# final 0 included.
#
# Try AND: `x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])`, `y = np.array([0, 0, 0, 1])`,
# `epochs=20`, `lr=1.0`, `rng=np.random.default_rng(0)` give `w = [1, 1]`, `b = -1`,
# `errors = [1, 2, 2, 2, 0]`.
#
# You may call your functions; `perceptron_predict` takes (N, D), `perceptron_update` one sample
# (D,).


# %% solution="train_perceptron"
def train_perceptron(x, y, epochs, lr, rng):
    """Train a perceptron from zeros: x (N, D), y (N,) of 0 and 1 -> w (D,), b, errors."""
    ### BEGIN SOLUTION
    w, b, errors = np.zeros(x.shape[1], x.dtype), 0.0, []
    for _ in range(epochs):
        mistakes = 0
        for i in rng.permutation(len(x)):
            mistakes += int(perceptron_predict(x[i : i + 1], w, b)[0] != y[i])
            w, b = perceptron_update(w, b, x[i], y[i], lr)
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors
    ### END SOLUTION


# %% check="train_perceptron" points=4
import numpy as np
from dlutils import checks

checks.agrees("train_perceptron", train_perceptron, *[
    checks.case(x=np.array([[1, 2], [2, 1], [0, 1], [3, 3]]), y=np.array([1, 0, 0, 1]),
    epochs=epochs, lr=0.25, rng=np.random.default_rng(5)) for epochs in (1, 2, 3)])
### BEGIN HIDDEN TESTS
checks.agrees("train_perceptron", train_perceptron, *[checks.random_case(d, x=(9, d),
    y=np.array([1, 0, 0, 1, 1, 0, 1, 0, 0]), epochs=4, lr=0.3, rng=np.random.default_rng(seed))
    for d, seed in ((2, 0), (3, 5), (1, 1))], hidden=True)
### END HIDDEN TESTS

# %% check="train_perceptron" kind="law" points=2
import numpy as np
from dlutils import checks

checks.agrees("train_perceptron", train_perceptron, checks.case(
    x=np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), y=np.array([0, 0, 0, 1]), epochs=20, lr=1.0,
    rng=np.random.default_rng(0)))
### BEGIN HIDDEN TESTS
checks.agrees("train_perceptron", train_perceptron, *[checks.random_case(7, x=(5, 4), y=np.array(y),
    epochs=epochs, lr=0.2, rng=np.random.default_rng(8)) for y, epochs in (([1, 0, 1, 0, 0], 30),
    ([0, 0, 0, 0, 0], 3), ([1, 1, 1, 1, 1], 30))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Does it ever stop?
#
# Samples are **linearly separable** if some hyperplane has all 1s on one side and all 0s on the
# other. If there is none, the corrections never end. If there is one, they do, whatever the order
# (Novikoff, 1962).
#
# The proof fits on a postcard. Count the bias as a weight with input 1. Let a unit vector $u$
# separate the samples: $u \cdot x \ge \gamma > 0$ for 1s, $u \cdot x \le -\gamma$ for 0s; let
# all $\lVert x \rVert \le R$. A mistake changes $w$ by $\pm\eta x$, and so
#
# - $w \cdot u$ grows by at least $\eta\gamma$;
# - $\lVert w \rVert^2$ grows by at most $\eta^2 R^2$, as the mixed term
#   $\pm 2\eta\, w \cdot x$ is not positive: the sample was on the wrong side.
#
# After $k$ mistakes $\eta\gamma k \le w \cdot u \le \lVert w \rVert \le \eta R \sqrt{k}$,
# hence $k \le (R/\gamma)^2$. Where did the learning rate go?

# %% [markdown]
# ## Back to the lumps
#
# The learning rate cancelled. From zero weights it only scales $w$ and $b$, and leaves the
# line where it is: take 1.
#
# The inputs' units do matter, as the rule moves each weight in proportion to its input. The mean
# area of the nuclei is near 650, their mean smoothness near 0.1: the area would move its weight
# 6,500 times as far. So put all features on one scale: subtract the mean, divide by the standard
# deviation, both of the training set alone. The test lumps stand for patients yet to come, who
# cannot have gone into any mean.
#
# Now let one neuron learn from radius and texture. Whoever always answers "benign" is right on 67
# of 114 test lumps, an **accuracy** of 0.59. And the neuron?

# %% experiment
mean, std = data.x_train.mean(axis=0), data.x_train.std(axis=0)
x_train, y_train = (data.x_train - mean) / std, data.y_train
x_test, y_test = (data.x_test - mean) / std, data.y_test

w_two, b_two, errors_two = train_perceptron(
    x_train[:, :2], y_train, epochs=400, lr=1.0, rng=np.random.default_rng(4)
)
on_train = np.mean(perceptron_predict(x_train[:, :2], w_two, b_two) == y_train)
on_test = np.mean(perceptron_predict(x_test[:, :2], w_two, b_two) == y_test)
print(f"two features: accuracy {on_train:.2f} on training lumps, {on_test:.2f} on test lumps")
assert on_test >= 0.7

# %% [markdown]
# Close to 0.9 in training, a little less on new lumps. How does its line compare with your
# ruler's?
#
# **In the figure** the training lumps stand on the new scale, with 0 at the mean. A straight line
# falls from upper left to lower right, steeply. The side to its right is orange and holds most of
# the malignant triangles; the blue side holds most of the benign dots. Near the line the two
# kinds mix.

# %% experiment
fig, ax = plt.subplots(figsize=(6.4, 4.4))
plotting.scatter_classes(ax, x_train[:, :2], y_train, names=data.label_names)
plotting.decision_regions(ax, perceptron_predict, w_two, b_two)
plotting.boundary_line(ax, w_two, b_two)
wrong = np.sum(perceptron_predict(x_train[:, :2], w_two, b_two) != y_train)
ax.set_xlabel("mean radius (standard deviations from the mean)")
ax.set_ylabel("mean texture (standard deviations)")
ax.set_title(f"The line it learnt leaves {wrong} of {len(y_train)} lumps on the wrong side")
ax.legend()
plt.show()

# %% [markdown]
# ## All thirty features
#
# You cannot lay a ruler in thirty dimensions. For the neuron nothing changes but D. Train it for
# 20 epochs, and judge it on the test lumps: the course asks for an accuracy of at least 0.90.

# %% experiment
w_all, b_all, _ = train_perceptron(
    x_train, y_train, epochs=20, lr=1.0, rng=np.random.default_rng(4)
)
answers = perceptron_predict(x_test, w_all, b_all)
on_test = np.mean(answers == y_test)
print(f"thirty features: accuracy {on_test:.3f} on the test lumps")
assert on_test >= 0.90

# %% [markdown]
# A single neuron gives the right answer for 19 lumps out of 20. Before you are impressed, ask
# *how* it errs. There are two ways, and accuracy counts them alike.

# %% experiment
missed = np.sum((answers == 0) & (y_test == 1))
alarms = np.sum((answers == 1) & (y_test == 0))
print(f"malignant lumps called benign (missed):      {missed} of {np.sum(y_test == 1)}")
print(f"benign lumps called malignant (false alarm): {alarms} of {np.sum(y_test == 0)}")

# %% [markdown]
# Every one of its errors is of the grave kind: a tumour that is sent home. One in ten of the
# malignant lumps is missed. A false alarm costs a second look and a bad week; a miss may cost a
# life. For the patient these are not the same number, so report both, always.
#
# The neuron did not choose this. Its rule treats all mistakes alike, and 114 lumps are few: one
# of them is worth nearly 0.01 of accuracy. The bias can trade one kind of error for the other, as
# you will see when you play.

# %% [markdown]
# What if you let it learn on? With two features there was no clean epoch in 400. Will there be
# one with thirty?

# %% experiment
w_long, b_long, errors_all = train_perceptron(
    x_train, y_train, epochs=400, lr=1.0, rng=np.random.default_rng(4)
)
on_train = np.mean(perceptron_predict(x_train, w_long, b_long) == y_train)
on_test = np.mean(perceptron_predict(x_test, w_long, b_long) == y_test)
print(f"it stopped after {len(errors_all)} epochs")
print(f"accuracy {on_train:.2f} on the training lumps, {on_test:.2f} on the test lumps")
assert on_train > 0.99

# %% [markdown]
# **In the figure** mistakes per epoch are drawn against the epoch. The curve for two features
# stays between 50 and 80 from beginning to end. The one for thirty falls below 20 within a few
# epochs, jitters lower and lower, and touches 0 after more than 300.

# %% experiment
fig, ax = plt.subplots(figsize=(6.8, 3.8))
ax.plot(range(1, len(errors_two) + 1), errors_two, label="two features", linewidth=1.2)
ax.plot(range(1, len(errors_all) + 1), errors_all, label="thirty features", linewidth=1.2)
ax.set_xlabel("epoch")
ax.set_ylabel(f"mistakes among {len(y_train)} training lumps")
ax.set_ylim(bottom=0)
ax.set_title("Two features never come to rest; thirty can be separated")
ax.legend()
plt.show()

# %% [markdown]
# A clean epoch proves that the 455 training lumps are linearly separable in thirty dimensions,
# where a flat boundary has much more room than in the plane.
#
# And the test lumps? Two more are wrong than after 20 epochs: too few to prove harm, but 300
# epochs of work bought nothing. They turned the boundary to suit a few odd training lumps, which
# says little about new ones. Chapter 6 calls this **overfitting**. (Do not now report the 0.956
# because it is higher: to choose the number of epochs by the test lumps is to learn from them.)
#
# With two features the line never comes to rest; which one you get depends on when you stop. Give
# another seed, and see.

# %% [markdown]
# ## What one neuron can never do
#
# The lumps were hard because the two kinds overlap. Here are four points that do not overlap at
# all. A lamp on the stairs has two switches, one upstairs, one downstairs, and burns when exactly
# one of them is on:
#
# | upstairs $x_1$ | downstairs $x_2$ | lamp $y$ |
# |:-:|:-:|:-:|
# | 0 | 0 | 0 |
# | 0 | 1 | 1 |
# | 1 | 0 | 1 |
# | 1 | 1 | 0 |
#
# This is XOR, "exclusive or". Can one neuron learn it?
#
# **In the figure**, orange triangles mark the answer 1, blue dots 0. For AND a line cuts off the
# one triangle, for OR the one dot. For XOR triangles and dots sit at opposite corners; each of
# three dashed lines leaves at least one corner on the wrong side.

# %%
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
xor = np.array([0, 1, 1, 0])
panels = {
    "AND: one line does it": ([0, 0, 0, 1], [([1, 1], -1.5)]),
    "OR: one line does it": ([0, 1, 1, 1], [([1, 1], -0.5)]),
    "XOR: every line fails": (xor, [([1, 1], -0.7), ([1, 0], -0.5), ([1, -1], 0.5)]),
}
fig, axes = plt.subplots(1, 3, figsize=(9.0, 3.4), sharey=True)
for ax, (title, (y, lines)) in zip(axes, panels.items(), strict=True):
    ax.set(title=title, xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), aspect="equal")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xticks=(0, 1), yticks=(0, 1))
    plotting.scatter_classes(ax, corners, y, size=120)
    for w, b in lines:
        plotting.boundary_line(ax, w, b, linestyle="--" if len(lines) > 1 else "-")
plt.show()

# %% [markdown]
# That you found no line proves nothing; this does. Suppose that weights and a bias exist. Write
# down what each row of the table demands:
#
# $$b \le 0, \qquad w_2 + b > 0, \qquad w_1 + b > 0, \qquad w_1 + w_2 + b \le 0.$$
#
# Add the two in the middle: $w_1 + w_2 + 2b > 0$. Add the first and the last:
# $w_1 + w_2 + 2b \le 0$. Both cannot be true, so there are no such weights. No learning rule
# could find them, and no number of epochs.
#
# By Novikoff's theorem your training loop can only go round in circles. Let it try a thousand
# times.

# %% experiment tags=["nbval-check-output"]
_, _, errors = train_perceptron(corners, xor, epochs=1000, lr=1.0, rng=np.random.default_rng(0))
print(f"{len(errors)} epochs, never fewer than {min(errors)} mistake in one")
assert min(errors) > 0

# %% [markdown]
# In 1969 Marvin Minsky and Seymour Papert filled a book with what single layers cannot tell, and
# interest in neural networks waned for a decade. A way out was known: one layer behind another.
# What was missing was a good way to *train* two.
#
# ## Neurons side by side
#
# Neurons that read the same inputs form a **layer**; layers in a row form a **network**.
#
# **In the figure**, on the left, two inputs are the **input layer**, which computes nothing.
# Three neurons in the middle are the **hidden layer**: no label says what they should answer. One
# neuron on the right is the **output layer**. Each line from unit to unit is a weight.
#
# How many weights and biases are there? Count, then read on.

# %%
fig, ax = plt.subplots(figsize=(7.0, 3.6))
plotting.draw_network(
    ax, [2, 3, 1], nodes=[["$x_1$", "$x_2$"], ["$h_1$", "$h_2$", "$h_3$"], ["$y$"]]
)
ax.set_title("Two layers compute here: the hidden layer and the output layer")
plt.show()

# %% [markdown]
# $2 \cdot 3 + 3 = 9$ numbers for the hidden layer and $3 \cdot 1 + 1 = 4$ for the output, 13 in
# all.
#
# ## Exercise 1.5: layer
#
# Write the M weight vectors of a layer side by side, as the columns of a matrix `W` of shape
# (D, M), and the M biases as `b` of shape (M,). The sum of neuron $m$ for sample $n$ is
#
# $$z_{nm} = \sum_d x_{nd}\, W_{dm} + b_m.$$
#
# With `x = [[1, 2]]`, `W = [[1, 0, -1], [2, 1, 0]]` and `b = [0, 1, 0.5]` you should get
# `[[5, 3, -0.5]]`.
#
# `x` has shape (N, D). Returns the sums, of shape (N, M); the step is not part of this
# function. (2 points)


# %% solution="layer"
def layer(x, W, b):
    """M neurons that read the same inputs, x W + b: x (N, D), W (D, M), b (M,) -> (N, M)."""
    ### BEGIN SOLUTION
    return x @ W + b
    ### END SOLUTION


# %% check="layer" points=2
import numpy as np
from dlutils import checks

checks.agrees("layer", layer, checks.case(x=np.array([[1, 2]]),
    W=np.array([[1, 0, -1], [2, 1, 0]]), b=np.array([0.0, 1.0, 0.5])),
    checks.random_case(0, x=(4, 3), W=(3, 3), b=(3,)))
### BEGIN HIDDEN TESTS
checks.agrees("layer", layer, *[checks.random_case(d, x=(n, d), W=(d, m), b=(m,))
    for n, d, m in ((3, 2, 3), (1, 5, 4), (5, 1, 2), (4, 4, 4), (6, 3, 1))],
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Two layers do it
#
# One line cannot cut XOR out of the square. Two lines can: each hidden neuron answers one
# question about the inputs, and the output neuron decides from the answers. It never sees the
# inputs.
#
# The step between the layers is what makes this work. Without it the second layer would get plain
# sums, and
#
# $$(x W_1 + b_1) W_2 + b_2 = x\,(W_1 W_2) + (b_1 W_2 + b_2)$$
#
# is again one layer, whose boundary is again one line. Something that is not linear must stand
# between layers. That holds for every network in this course.

# %% [markdown]
# ## Exercise 1.6: xor_network
#
# Find weights and biases for XOR, on paper. The network computes, for `x` of shape (N, 2),
#
# $$h = \mathrm{step}(x W_1 + b_1), \qquad \hat y = \mathrm{step}(h W_2 + b_2),$$
#
# where step gives 1 where its argument is $> 0$, else 0. You choose the number H of hidden
# neurons.
#
# For example, a neuron with weights 1, -1 and bias -0.5 has the sum 0.5 for (1, 0) and -1.5 for
# (0, 1): it asks "the first and not the second?". Which questions make XOR easy?
#
# `xor_network()` returns `(W1, b1, W2, b2)`, arrays of shapes (2, H), (H,), (H, 1), (1,). All
# weights are right that give 0, 1, 1, 0 for (0, 0), (0, 1), (1, 0), (1, 1). (3 points)


# %% solution="xor_network"
def xor_network():
    """Two layers of steps that compute XOR -> W1 (2, H), b1 (H,), W2 (H, 1), b2 (1,)."""
    ### BEGIN SOLUTION
    W1 = np.array([[1.0, 1.0], [1.0, 1.0]])
    b1 = np.array([-0.5, -1.5])
    W2 = np.array([[1.0], [-1.0]])
    b2 = np.array([-0.5])
    return W1, b1, W2, b2
    ### END SOLUTION


# %% check="xor_network" points=3
import numpy as np
from dlutils import checks

checks.agrees("xor_network", xor_network, checks.case(x=np.array([[0, 0], [0, 1], [1, 0], [1, 1]])),
    using=checks.step_network)

# %% [markdown]
# Look inside your network. What do the hidden neurons answer for each corner? For the output
# neuron these answers are the inputs, and in *their* space a single hyperplane must be enough, or
# it could not do its work.

# %% experiment
W1, b1, W2, b2 = xor_network()
hidden = (layer(corners, W1, b1) > 0).astype(int)
output = (layer(hidden, W2, b2) > 0).astype(int)
print("inputs  hidden  output")
for x, h, y in zip(corners, hidden, output, strict=True):
    print(f"{x}   {h}   {y}")
assert np.array_equal(output[:, 0], xor)

# %% [markdown]
# In the network of the solutions the first hidden neuron asks "at least one?" and the second
# "both?". So (0, 1) and (1, 0) become the same pattern, [1 0]. Four corners have become three,
# and those a line can part. A hidden layer does not draw a cleverer boundary; it moves the points
# to where a flat one is enough.
#
# **In the figure** the plane of the two inputs is shaded by the network's answer. For these
# weights an orange band runs down from upper left to lower right between two parallel lines. It
# holds the corners (0, 1) and (1, 0); (0, 0) and (1, 1) lie on the blue sides. Other right
# weights give other shapes.


# %% experiment
def network(x):
    hidden = (layer(x, W1, b1) > 0).astype(int)
    return (layer(hidden, W2, b2) > 0).astype(int)[:, 0]


fig, ax = plt.subplots(figsize=(4.8, 4.4))
ax.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
ax.set(xticks=(0, 1), yticks=(0, 1))
plotting.decision_regions(ax, network)
plotting.scatter_classes(ax, corners, xor, size=120)
ax.set_title("Two layers do what one line cannot")
plt.show()

# %% [markdown]
# One thing is missing: *you* found these weights. Why not the perceptron rule?
#
# The rule needs $y - \hat y$, the right answer of the very neuron that it corrects. For the
# output neuron the label gives it. For a hidden neuron nobody knows: was it wrong to fire, or was
# the output neuron wrong to listen? And the step gives no hint, since a small change of a hidden
# weight usually changes nothing at all.
#
# Chapter 2 replaces the step by functions that do answer to small changes. Chapter 3 then works
# out how much of the blame each weight bears.

# %% [markdown]
# ## Play: you are the learning rule
#
# Move the weights and the bias of the two-feature neuron. The title counts its two kinds of
# error.
#
# 1. Your trained neuron left 52 training lumps on the wrong side. Can you do better by hand?
# 2. Now move only `b`, until no malignant lump is missed. What does that cost in false alarms?
#    Would you pay it?
# 3. Which moves turn the line, which shift it, and which change nothing?
#
# **In the figure** are the training lumps on the standardised scale, the shaded sides and the
# line, as before. It starts upright through the mean radius, with `w1 = 1`, `w2 = 0`, `b = 0`.


# %% play
def show_neuron(fig, w1, w2, b):
    ax, w, pair = fig.subplots(), np.array([w1, w2]), x_train[:, :2]
    answers = perceptron_predict(pair, w, b)
    missed = np.sum((answers == 0) & (y_train == 1))
    alarms = np.sum((answers == 1) & (y_train == 0))
    plotting.scatter_classes(ax, pair, y_train, names=data.label_names)
    plotting.decision_regions(ax, perceptron_predict, w, b)
    plotting.boundary_line(ax, w, b)
    ax.set(xlabel="mean radius (standard deviations)", ylabel="mean texture (standard deviations)")
    ax.set_title(f"{missed + alarms} errors: {missed} malignant missed, {alarms} false alarms")
    ax.legend(loc="upper right")


plotting.play(show_neuron, w1=(-4.0, 4.0, 1.0), w2=(-4.0, 4.0, 0.0), b=(-4.0, 4.0, 0.0))

# %% [markdown]
# ## A question: what is the number worth?
#
# A colleague writes: "I standardised all 569 lumps with their common mean and standard deviation,
# and then split them into training and test lumps. I trained neurons on the thirty features with
# twenty different seeds and kept the one with the best accuracy on the test lumps. It reaches
# 0.97. So of 100 new patients it will judge 97 rightly."
#
# Two steps of this procedure let the test lumps take part in the making of the neuron. Name both,
# say for each why the 0.97 no longer speaks for new patients, and what you would do instead.
# About 100 words. (2 points, graded by hand)

# %% [markdown] answer="honest_test" points=2
# ### BEGIN SOLUTION
# **Model answer.** The mean and standard deviation were computed with the test lumps, so these
# shaped the inputs on which the neuron was trained. They should come from the training lumps
# alone, after the split.
#
# The seed was chosen by the test lumps. The best of twenty accuracies is high partly by luck on
# just these 114 lumps, and new patients will not repeat the luck. Choose with lumps set aside
# from the training set, and use the test set once, at the end.
#
# **Rubric.** 1 point for each step that is named, with a reason and a remedy; half a point where
# the reason or the remedy is missing. That new patients may differ from those in Wisconsin is
# true, but was not asked.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - A neuron is a weighted sum and a step: it fires where $x \cdot w + b > 0$.
# - Its decision boundary is flat. The weights stand at right angles to it and point to the side
#   of the 1s; the bias shifts it.
# - The perceptron rule corrects a neuron only when it errs, by $\eta\,(y - \hat y)\,x$. It comes
#   to an end exactly when the samples are linearly separable.
# - One neuron can never compute XOR. A hidden layer with a step behind it can, because it moves
#   the points.
# - Accuracy on the training set is not the aim. Keep test samples away from every decision, and
#   report both kinds of error.

# %% [markdown]
# ## References
#
# - W. S. McCulloch, W. Pitts, A logical calculus of the ideas immanent in nervous activity,
#   *Bulletin of Mathematical Biophysics* 5, 115-133, 1943.
# - F. Rosenblatt, The perceptron: a probabilistic model for information storage and organization
#   in the brain, *Psychological Review* 65(6), 386-408, 1958.
# - A. B. J. Novikoff, On convergence proofs on perceptrons, *Symposium on the Mathematical Theory
#   of Automata* 12, 615-622, 1962.
# - M. Minsky, S. Papert, *Perceptrons*, MIT Press, 1969.
# - W. N. Street, W. H. Wolberg, O. L. Mangasarian, Nuclear feature extraction for breast tumor
#   diagnosis, *SPIE* 1905, 861-870, 1993. The data.
