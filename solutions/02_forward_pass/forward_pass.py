# %% [markdown]
# # 2. The forward pass
#
# Someone writes a digit on a form. A scanner turns it into 28 by 28 grey values, 784 numbers, and
# a network of 50,890 weights turns those into one of ten answers. How?
#
# The answer is a chain of four small operations: a matrix product, a bend, another product, and a
# rule that turns scores into probabilities. A fifth one, the loss, says in a single number how
# wrong the answers are.
#
# Two questions lead through the chapter. What does a network say about a digit before it has
# learnt anything? And why is its loss then always close to 2.303, whatever the weights?

# %% [markdown]
# In two to four hours you write eleven short functions and answer one question, for 29 points. At
# the end your functions read digits with weights that were trained beforehand. How such weights
# are found is chapter 3's business.
#
# The checks below each exercise show what was expected and what your function gave. Some cases you
# do not see, so write for any input of the stated shape.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import datasets, plotting

plotting.use_course_style()

# %% [markdown]
# ## What the network sees
#
# MNIST is a collection of digits that people wrote by hand. Ours has 8,000 images to learn from
# and 2,000 to be tested on. Each is a matrix of grey values from 0, paper, to 1, ink.

# %% tags=["nbval-check-output"]
digits = datasets.mnist()
print("training images:", digits.x_train.shape, " test images:", digits.x_test.shape)
print("the first ten labels of the test set:", digits.y_test[:10])

# %% [markdown]
# **In the figure** stand the first ten test images with their labels: 3, 8, 8, 0, 9, 0, 9, 0, 4,
# 5. The strokes differ in slant and thickness; no two of the three zeros are alike.
#
# What would you have to measure in an image to tell a 3 from an 8? It is hard to say, and nobody
# says it to the network either. It starts from the bare grey values.

# %%
fig = plotting.show_images(digits.x_test[:10], titles=[str(d) for d in digits.y_test[:10]])
fig.suptitle("The same digit is never written twice in the same way")
plt.show()

# %% [markdown]
# A layer of neurons expects a row of numbers, so each image is laid out row by row: 28 x 28
# becomes 784. The network is not told which pixels are neighbours. Chapter 7 gives it that
# knowledge back.

# %% tags=["nbval-check-output"]
x_test = digits.x_test.reshape(len(digits.x_test), -1)
print("one image as a row:", x_test[0].shape, " darkest pixel:", f"{x_test[0].max():.1f}")

# %% [markdown]
# ## Bends
#
# Chapter 1 stacked two layers of steps. A step has a flaw: turn a weight a little, and almost
# always nothing changes at all. Something that is to learn by small corrections needs a function
# that answers to small changes.
#
# The *sigmoid* is the step made smooth. Far to the left it is nearly 0, far to the right nearly 1,
# and between them it climbs:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$

# %% [markdown]
# ## Exercise 2.1: sigmoid
#
# Write $\sigma(z)$ for an array `z` of floats of any shape; the result has the same shape. With z
# = [-2, 0, 2] you should get [0.1192, 0.5, 0.8808] (1 point).
#
# The second check goes to z = -1000 and z = 1000, where the right values are 0 and 1 (1 point).
# There $e^{1000}$ is more than a float can hold, and inf / inf is not a number. Which of the two
# forms, $1/(1+e^{-z})$ and $e^{z}/(1+e^{z})$, is safe for which sign of $z$? A warning costs
# nothing; a wrong or infinite value does.

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
# The sigmoid's results are all positive. Often one wants numbers around zero, and the *hyperbolic
# tangent* gives them: the same S, stretched to run from -1 to 1.
#
# $$\tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}$$
#
# Is it a new function? Divide numerator and denominator by $e^{z}$ and compare with the sigmoid:
# $\tanh(z) = 2\,\sigma(2z) - 1$.
#
# ## Exercise 2.2: tanh
#
# Write $\tanh(z)$ from exponentials, for an array of floats of any shape. With z = [-1, 0, 1] you
# should get [-0.7616, 0, 0.7616] (1 point).
#
# At z = -1000 and 1000 the right values are -1 and 1 (1 point). $\tanh$ is odd: $\tanh(-z) =
# -\tanh(z)$. So it is enough to find a safe form for one sign.

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
# Both curves go flat on both sides. Where they are flat, a change of the input changes almost
# nothing, and what does not change cannot be learnt from. The *rectified linear unit* bends only
# once: it passes positive numbers on as they are and stops negative ones.
#
# $$\mathrm{relu}(z) = \max(0, z)$$
#
# ## Exercise 2.3: relu
#
# Write it for an array of any shape. With z = [-1.5, 0, 2] you should get [0, 0, 2] (1 point). The
# caller may still need `z`, so it must stay as it is (1 point).

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
# **In the figure** are the three bends between -5 and 5. The sigmoid (blue) rises from 0 to 1,
# tanh (orange, dashed) from -1 to 1; both are flat beyond about 4. The ReLU (green, dash-dotted)
# is 0 on the left and a straight line of slope 1 on the right.

# %% experiment
z = np.linspace(-5, 5, 201)
fig, ax = plt.subplots(figsize=(6.4, 3.6))
ax.plot(z, sigmoid(z), label="sigmoid")
ax.plot(z, tanh(z), "--", label="tanh")
ax.plot(z, relu(z), "-.", label="relu")
ax.set_ylim(-1.3, 3)
ax.set_xlabel("weighted sum z")
ax.set_ylabel("activation")
ax.set_title("Two bends go flat on both sides, one only on the left")
ax.legend()
plt.show()

# %% [markdown]
# ## From scores to probabilities
#
# The last layer gives ten numbers, one per digit: the *logits*. They are scores without a unit. Is
# a score of 5 sure, or just the best of a bad lot? It depends on the other nine.
#
# The *softmax* turns scores into shares of a whole. The exponential makes them positive, the sum
# makes them add up to 1:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$
#
# Two facts to check by hand. Adding the same number to all logits changes nothing. And a logit
# that is larger by $\ln 2 \approx 0.69$ gets twice the probability.

# %% [markdown]
# ## Exercise 2.4: softmax
#
# `logits` has any number of axes, the classes are the last one; the result has the same shape, and
# every slice along the last axis sums to 1. With [1, 2, 3] you should get [0.0900, 0.2447, 0.6652]
# (2 points).
#
# Logits of 1000 or -1000 must give the right, finite shares (1 point). The first of the two facts
# above shows how. `logits` stays as it is (1 point).

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
checks.agrees("softmax", softmax, checks.case(logits=np.array([-1000.0, 1000.0, 999.0])),
    checks.case(logits=np.array([[0.0, 2.0], [900.0, 901.0]])), hidden=True)
### END HIDDEN TESTS

# %% check="softmax" kind="purity" points=1
from dlutils import checks

checks.unchanged("softmax", softmax, checks.case(logits=checks.normal(2, 3, seed=0)))
### BEGIN HIDDEN TESTS
checks.unchanged("softmax", softmax, checks.case(logits=checks.normal(4, seed=1)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Layers
#
# You wrote the weighted sums of a whole layer in chapter 1. Here they return, with one addition.
# Chapter 3 walks the network backwards, and on the way back each layer needs to know what it saw
# on the way forward. So a layer returns two things: its output, and a *cache* of what it was
# given.
#
# ## Exercise 2.5: linear_forward
#
# For `x` (N, D), `W` (D, M) and `b` (M,), return the pair `(y, cache)`: $y = xW + b$ of shape (N,
# M), and the cache `(x, W, b)`, the three arguments in this order (2 points).
#
# With x = [[1, 2]], W = [[1, 0, -1], [2, 1, 0]] and b = [0, 0, 10] you should get y = [[5, 2, 9]].

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
# Now chain them: product, bend, product. What would happen without the bend? Two products in a row
# are one product, $(xW_1)W_2 = x(W_1W_2)$, and a hundred layers would be able to do no more than
# one. The bend is what makes depth worth having.
#
# After the last layer there is no bend. A ReLU there would turn every negative score into 0, and
# the softmax could no longer tell "unlikely" from "impossible".

# %% [markdown]
# ## Exercise 2.6: mlp_forward
#
# `params` is a list `[(W1, b1), (W2, b2), ...]` of one or more layers. Return the list of all
# activations, `[x, a1, a2, ..., logits]`: the input itself, then the result of every layer, with a
# ReLU applied to all but the last. Its length is one more than that of `params` (3 points).
#
# With x = [[1, 2]], W1 = [[1, -1], [1, 0]], b1 = [0, 0], W2 = [[2], [5]] and b2 = [-7] you should
# get [[[1, 2]], [[3, 0]], [[-1]]]. Find in it the number that the ReLU changed.

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
# How many numbers can training turn? The weights and the biases. The count says how much a network
# can remember, and how much memory it takes.
#
# ## Exercise 2.7: count_parameters
#
# Count all numbers in `params`, biases included, and return an int (1 point). One layer with a (3,
# 2) matrix and 2 biases has 8 parameters.

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
# ## How wrong is it?
#
# To improve, a network needs one number that says how bad its answers are: the *loss*. When the
# answer is a quantity, a price or a temperature, the usual choice is the mean of the squared
# differences. The square makes all errors positive, and one large error worse than two half as
# large.

# %% [markdown]
# ## Exercise 2.8: mse_loss
#
# The mean of $(\text{prediction} - \text{target})^2$ over *all* elements of two arrays of the same
# shape. With [[1, 2], [3, 4]] and [[1, 0], [3, 5]] you should get 1.25 (1 point).
#
# What if the shapes differ? numpy would broadcast: (3,) minus (3, 1) is a (3, 3) table of all
# pairs, and its mean a plausible, wrong number. This is one of the most expensive bugs in
# practice, since nothing complains. So raise `ValueError` whenever the two shapes are not equal (1
# point).

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
# When the answer is yes or no, the network gives a probability $p = \sigma(z)$. How should a wrong
# probability be punished? Suppose the truth is "yes", and the network said $p$. Its *surprise* is
# $-\log p$: nothing for $p = 1$, 0.69 for $p = 1/2$, and without bound as $p$ goes to 0. Who is
# certain and wrong pays most.
#
# For the truth "no" the same holds with $1 - p$. With $t = 1$ for yes and 0 for no, both fit in
# one line:
#
# $$L = \frac{1}{N} \sum_n -t_n \log p_n - (1 - t_n) \log (1 - p_n)$$

# %% [markdown]
# ## Exercise 2.9: binary_cross_entropy
#
# Compute $L$, natural logarithms, from the *logits* `z` (N,), not from probabilities; `target`
# (N,) holds 0 and 1. With logits [2, -1, 0] and target [1, 0, 1] you should get 0.3778 (2 points).
#
# At logits of 1000 and -1000 the value must still be right (1 point): a certain error at logit
# 1000 costs 1000, not infinity and not a cap of your own. Put $p = \sigma(z)$ into $-\log p$ and
# simplify: $\log(1 + e^{-z})$. Then do the same for $1 - p$, and find a form in which no
# exponential grows.

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
# Ten classes need no new idea. The network gives ten probabilities; the surprise is $-\log$ of the
# one that belongs to the right class. The other nine count only through the sum in the softmax.
#
# $$L = -\frac{1}{N} \sum_n \log p_{n, y_n}$$
#
# Now the number of the opening is within reach. A network that knows nothing gives every digit the
# probability 1/10. What is $-\log(1/10)$?

# %% [markdown]
# ## Exercise 2.10: cross_entropy
#
# Compute $L$, natural logarithms, from `logits` (N, K) and `labels` (N,), ints from 0 to K - 1. It
# is a mean over the N samples. With logits [[2, 1, 0], [0, 0, 0]] and labels [0, 2] you should get
# 0.7531 (2 points).
#
# With logits of +-1000 the value must still be right (1 point), for instance 2000 where the right
# class is 2000 behind. A softmax rounds such a probability to 0, so its logarithm comes too late.
# Take the logarithm of the formula first: $\log p_k = z_k - \log \sum_j e^{z_j}$.

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
# The loss is what training turns down. What a reader of the results wants to know is simpler: how
# many digits are right? The answer of the network is the class with the largest logit. Does it
# matter whether you compare logits or probabilities? The softmax keeps their order, so it does
# not.
#
# ## Exercise 2.11: accuracy
#
# The share of samples, between 0 and 1, whose largest logit is that of the label: `logits` (N, K),
# `labels` (N,) ints, result a float. Where several logits share the maximum, the answer is the
# lowest of these classes. With logits [[1, 3], [2, 2], [0, 5], [4, 1]] and labels [1, 0, 0, 0] you
# should get 0.75 (2 points).

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
# Everything is in place. Draw small random weights for a network with 64 hidden neurons and ask it
# about the 2,000 test images. How many should it get right, and what should its loss be? Write
# both down before you run the cell.

# %% experiment
def random_network(scale, seed):
    rng = np.random.default_rng(seed)
    return [(scale * rng.normal(size=(d, m)), np.zeros(m)) for d, m in ((784, 64), (64, 10))]

untrained = random_network(0.01, seed=0)
logits = mlp_forward(x_test, untrained)[-1]
loss, share = cross_entropy(logits, digits.y_test), accuracy(logits, digits.y_test)
print(f"{count_parameters(untrained):,} parameters, loss {loss:.3f}, accuracy {share:.3f}")
print(f"ln 10 = {np.log(10):.3f}")
assert abs(loss - np.log(10)) < 0.05 and 0.03 < share < 0.20

# %% [markdown]
# The 50,890 parameters reach a loss of 2.303 and an accuracy of 0.086. Small weights give logits
# close to 0, so every class gets about one tenth, and $-\log \frac{1}{10} = \ln 10 = 2.303$. Seen
# from the other side: if your own network does not start near $\ln K$, its weights are too large
# or its loss is wrong. It is the cheapest test there is.
#
# The accuracy is near 0.1 for the same reason, but it need not be 0.1: the network is not guessing
# anew for every image. It prefers some digits, whichever the random weights happen to favour.

# %% [markdown]
# And weights that are not small? Multiply their scale by a hundred. The accuracy must stay a
# matter of luck. But what will the loss be?

# %% experiment
logits = mlp_forward(x_test, random_network(1.0, seed=0))[-1]
loss, share = cross_entropy(logits, digits.y_test), accuracy(logits, digits.y_test)
print(f"loss {loss:.1f}, accuracy {share:.3f}")
assert loss > 20

# %% [markdown]
# The loss is 78.7, and the accuracy the same 0.086. This network knows as little as the first one,
# but it is certain. Certainty without knowledge is what the cross-entropy punishes, and what
# accuracy does not see.

# %% [markdown]
# ## After learning
#
# The package ships the weights of a network of the same shape that was trained on the 8,000
# training images. Your functions do not care where the numbers come from.

# %% experiment
trained = datasets.mnist_mlp()
logits = mlp_forward(x_test, trained)[-1]
loss, share = cross_entropy(logits, digits.y_test), accuracy(logits, digits.y_test)
wrong = np.flatnonzero(np.argmax(logits, axis=1) != digits.y_test)
print(f"loss {loss:.3f}, accuracy {share:.3f}, {len(wrong)} of {len(logits)} images wrong")
assert share > 0.95 and loss < 0.2

# %% [markdown]
# The loss fell from 2.303 to 0.119 and the accuracy rose from 0.086 to 0.964: 72 of 2,000 digits
# are read wrong. Which ones? The most interesting are those of which the network was sure.
#
# **In the figure** are the ten wrong answers with the highest probability. Above each image stand
# the true label, the answer, and its probability, from 1.00 down to 0.92. Some
# are cut off at the edge of the image, as the 2 read as a 9 and the 3 read as an 8. Others, like
# the 8 read as a 5, are plain to the eye.

# %% experiment
p = softmax(logits)
worst = wrong[np.argsort(-p[wrong].max(axis=1))][:10]
titles = [f"{digits.y_test[i]} read as {p[i].argmax()}\n{p[i].max():.2f}" for i in worst]
fig = plotting.show_images(digits.x_test[worst], titles=titles, size=1.5)
fig.suptitle("Wrong and sure of it: the ten most confident errors")
plt.show()

# %% [markdown]
# Is a probability of 0.9 right nine times out of ten? One can count. Chapter 15 does, and finds
# networks that are surer than they should be.
#
# ## Something to play with
#
# A neuron computes `activation(w x + b)`. Move `w` and watch the slope of the
# bend. How large must `w` be before an input of x = 1 lands where the
# slope of the sigmoid is below 0.01? Is there any such `w` for the ReLU with x = 1 and b = 0? What
# does that mean for learning by small corrections?
#
# **In the figure** the curve is the activation against the input x, and the orange dot marks x =
# 1. The dashed line is the slope with respect to the weighted sum.

# %% play
def show(fig, activation, w, b):
    x = np.linspace(-4, 4, 321)
    f = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    def slope(z):
        return (f(z + 1e-5) - f(z - 1e-5)) / 2e-5

    at = np.array([w + b])
    fig.set_size_inches(6.4, 3.8)
    ax = fig.subplots()
    ax.plot(x, f(w * x + b), label=f"{activation}(w x + b)")
    ax.plot(x, slope(w * x + b), "--", label="its slope")
    ax.plot([1], f(at), "o", color=plotting.style.ORANGE, label="x = 1")
    ax.set_ylim(-1.3, 2.5)
    ax.set_xlabel("input x")
    ax.set_title(f"At x = 1 the slope is {slope(at)[0]:.4f}")
    ax.legend(loc="upper left")

plotting.play(show, activation=["sigmoid", "tanh", "relu"], w=(-8.0, 8.0, 1.0), b=(-4.0, 4.0, 0.0))

# %% [markdown]
# ## A question to answer in words
#
# A friend trains a classifier with 100 classes. Before the first step it prints a loss of 4.6,
# after a day of training a loss of 4.6 and an accuracy of 0.01. She says: "The loss is small, but
# the accuracy is bad." What do the two numbers say about her network? Name one thing that she
# could have checked in the first minute (3 points). Write three to five sentences in the cell
# below.

# %% [markdown] answer="what_the_loss_says" points=3
# ### BEGIN SOLUTION
# With 100 classes, ln 100 = 4.605. A loss of 4.6 is what a network gets that gives every class the
# same probability, and 0.01 is the accuracy of a guess among 100. So both numbers say the same:
# the network has learnt nothing; the loss is not small. In the first minute she could have
# compared the loss with ln K and seen that it starts right; then, after a few steps or on a
# handful of images, that it does not fall, so the weights do not change as they should (learning
# rate, gradient, step not applied).
#
# Rubric: 1 point for ln 100 (or -log(1/100)) = 4.6 as the value of uniform probabilities; 1 point
# for seeing that accuracy 0.01 agrees with it, nothing was learnt; 1 point for a check that would
# have shown it early (loss against ln K at the start, loss falling in the first steps, overfitting
# a few images).
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - A network is products and bends in turn. Without the bends, all its layers would be one.
# - Sigmoid and tanh are flat on both sides, the ReLU only on the left.
# - Softmax turns scores into shares; subtracting the largest score changes nothing but keeps it
#   finite.
# - Cross-entropy is the mean surprise at the truth. Compute it from logits, taking the logarithm
#   first.
# - A fresh network's loss is $\ln K$. If yours is not, look before you train.

# %% [markdown]
# ## References
#
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document
#   recognition. Proceedings of the IEEE 86(11), 1998. The digits.
# - J. S. Bridle: Probabilistic interpretation of feedforward classification network outputs, with
#   relationships to statistical pattern recognition. In: Neurocomputing, Springer, 1990. The
#   softmax.
# - C. E. Shannon: A mathematical theory of communication. Bell System Technical Journal 27, 1948.
#   Surprise and entropy.
# - V. Nair, G. E. Hinton: Rectified linear units improve restricted Boltzmann machines. ICML 2010.
# - X. Glorot, A. Bordes, Y. Bengio: Deep sparse rectifier neural networks. AISTATS 2011.
