# %% [markdown]
# # 4. Automatic differentiation
#
# In [chapter 3](../03_backward_pass/backward_pass.ipynb) every function needed a second one: for
# `relu` a `relu_backward`, for the loss a `cross_entropy_backward`, each derived by hand. A sign
# lost on paper is a wrong gradient, and a wrong gradient may even learn.
#
# Whoever uses PyTorch writes the forward pass only, with loops and conditions as they please, and
# then one line: `loss.backward()`. How can a library differentiate a program that it has never
# seen?
#
# You will build the machine that does it, first for numbers, then for arrays. It takes four
# exercises (17 points); one question (3 points) asks where its answers must not be trusted. At the
# end the machine trains a network with a loss for which nobody has written a backward function.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from dlutils import cross_entropy_backward, datasets, mlp_backward, mlp_forward, plotting

plotting.use_course_style()

# %% [markdown]
# ## An expression that remembers
#
# Python computes `a * b + a` and keeps the result. What if it also kept *how* the result came
# about? The way back through the chain rule needs little: for every result, what it was computed
# from, and its derivative by each of these.
#
# The class `Node` holds just that. `parents` are the nodes that a result was computed from,
# `derivatives` the local derivatives, in the same order. `grad` waits for the gradient.
# `operation` is a text for drawings, nothing more. (The first line of the class tells numpy's
# numbers to leave `number * node` to the node.)


# %%
class Node:
    """A number in a graph: its `parents`, its derivative by each, its gradient."""

    __array_ufunc__ = None

    def __init__(self, data, parents=(), derivatives=(), operation=""):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self.derivatives = derivatives
        self.operation = operation

    def __repr__(self):
        return f"{type(self).__name__}({self.data:.4g}, grad={self.grad:.4g})"


# %% [markdown]
# A small example by hand, with $a = 2$ and $b = -3$:
#
# $$c = a\,b, \qquad d = c + a, \qquad L = d\,c.$$
#
# Two values are used twice: $a$ in $c$ and in $d$, and $c$ in $d$ and in $L$. By rule 2 of chapter
# 3 their contributions add up. Find all five gradients of $L$ on paper; the line that ends with
# `found on paper` has them.

# %% tags=["nbval-check-output"]
a, b = Node(2.0), Node(-3.0)
c = Node(-6.0, (a, b), (-3.0, 2.0), "*")
d = Node(-4.0, (c, a), (1.0, 1.0), "+")
L = Node(24.0, (d, c), (-6.0, -4.0), "*")
a.grad, b.grad, c.grad, d.grad, L.grad = 24.0, -20.0, -10.0, -6.0, 1.0  # found on paper

for node in (c, d, L):
    parents = " and ".join(f"{parent.data:g}" for parent in node.parents)
    print(f"{node.data:3g} was computed from {parents}, with the derivatives {node.derivatives}")

# %% [markdown]
# **In the figure** is the graph of the example: a and b on the left lead to c = a × b, this with a
# to d = c + a, and d with c to L = d × c on the right. Blue numbers are values: 2 and -3, then -6,
# -4 and 24. Orange arrows lead back with the local derivatives, and orange numbers are gradients: 1
# at L, -6 at d, -10 at c, 24 at a, -20 at b.
#
# Two orange arrows arrive at c: one brings -4 from L, one -6 from d. Two arrive at a: $-10 \cdot
# (-3) = 30$ from c, and -6 from d.

# %%
fig, ax = plt.subplots(figsize=(9.5, 3.2))
plotting.draw_graph(ax, plotting.expression_graph(L, {"a": a, "b": b, "c": c, "d": d, "L": L}))
ax.set_title("A value that is used twice collects two contributions")
plt.show()

# %% [markdown]
# ## Which node first?
#
# Going back, each node passes on `grad` times its local derivative to each parent. L gives -6 to d
# and -4 to c. Which comes next, c or d?
#
# Suppose c does. It passes $-4 \cdot (-3) = 12$ to a and $-4 \cdot 2 = -8$ to b. Then d adds its
# -6 to c, but c has had its turn. In the end a has 6 instead of 24, b has -8 instead of -20, and
# no error is raised.
#
# A node's turn may come only when *everything computed from it* has had its turn. Forward, the rule
# reads: parents first. A list of all nodes in which every parent stands before its children is a
# **topological order**. Walk through it backward, and every gradient is complete in time.

# %% [markdown]
# ## Exercise 4.1: topological_order
#
# `topological_order(value)` returns the list of all nodes that `value` was computed from, directly
# or through others, and `value` itself. Every parent stands before what was computed from it, each
# node is listed once, and `value` comes last. A node without parents gives a list of itself. (2
# points)
#
# For `L` of the example `[a, b, c, d, L]` and `[b, a, c, d, L]` are right. Where several orders are
# right, all are accepted.
#
# Two nodes are the same if they are one object; nodes with equal `data` are not. `node in seen`,
# with a set or a list, sees to that, for `Node` does not redefine `==`. Only `.parents` is needed,
# a tuple, in which a node can occur twice (as in `a * a`).

# %% [markdown]
# The tests make their graphs with `make_graph`: `parents` says, for nodes 0, 1, 2, ..., from which
# nodes each was computed. `make_graph([(), (), (0, 1), (2, 0), (3, 2)])` is the example, with a, b,
# c, d, L as nodes 0, 1, 2, 3, 4; its last element is the value.


# %%
def make_graph(parents):
    """The nodes of a graph; `parents` has, for every node, the positions of its parents."""
    nodes = []
    for positions in parents:
        nodes.append(Node(0.0, tuple(nodes[i] for i in positions)))
    return nodes


# %% [markdown]
# The idea fits in one sentence: to list a node, first list its parents, then the node, unless it is
# there already. A function that calls itself for each parent says this in eight lines.
#
# It has a limit: Python allows about a thousand calls within calls. A recurrent network ([chapter
# 8](../08_recurrent_networks/recurrent_networks.ipynb)) that reads a page of text makes a chain of
# many thousand operations. **A chain of 5,000 nodes works** (1 point, tested separately).
#
# In place of the calls, keep a list of nodes to visit. Take one off its end. The first time, put it
# back with a mark, and its parents on top. If it carries the mark, its parents have been listed:
# list it.


# %% solution="topological_order"
def topological_order(value):
    """All nodes that `value` was computed from, and itself: parents first, each once -> list."""
    ### BEGIN SOLUTION
    order, seen, stack = [], set(), [(value, False)]
    while stack:
        node, parents_are_listed = stack.pop()
        if parents_are_listed:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order
    ### END SOLUTION


# %% [markdown]
# If a test fails, it shows `parents`: `make_graph` makes the same nodes for you to look at.

# %% check="topological_order" points=2
from dlutils import checks

checks.agrees("topological_order", topological_order, *[checks.case(parents=parents) for parents in
    ([(), (), (0, 1), (2, 0), (3, 2)], [()], [(), (0,), (1,), (2, 0), (0, 3)])],
    using=checks.ordering(topological_order, make_graph))
### BEGIN HIDDEN TESTS
checks.agrees("topological_order", topological_order, *[checks.case(parents=parents) for parents in
    ([(), (), (0, 0), (2, 1), (2, 3), (4, 4, 0)], [(), (0,), (1,), (0, 2), (3, 1), (4, 0, 2)],
    [(), (0,), (1, 0)])], using=checks.ordering(topological_order, make_graph), hidden=True)
### END HIDDEN TESTS

# %% check="topological_order" kind="stability" points=1
from dlutils import checks

checks.agrees("topological_order", topological_order, checks.case(parents=checks.chain(5000)),
    using=checks.ordering(topological_order, make_graph))

# %% [markdown]
# ## Let Python draw the graph
#
# You found the local derivatives of the example by hand. A machine cannot look at paper, but Python
# lets a class say what `*` means: for `a * b` it calls `a.__mul__(b)`. So a `Value` that is
# multiplied can return a new `Value` that holds the product, the two parents, and the two
# derivatives. The expression writes its own graph while it is being computed.
#
# What if a plain number stands on one side? `a * 3` calls `a.__mul__(3)`; make a Value of the 3
# first (`operand` does). `3 * a` first asks the number, which does not know Values, and then calls
# `a.__rmul__(3)`: r for *right*, since `a` stands there. For `3 - a` it is `a.__rsub__(3)`. Mind
# which is subtracted from which.

# %% [markdown]
# ## Exercise 4.2: Value
#
# Addition is given as the pattern. Write the bodies that are missing. `a` and `b` are Values, or
# one of them a number; in `a**p` the exponent is a number.
#
# | result | derivative by a | derivative by b |
# |---|---|---|
# | `a + b` | 1 | 1 |
# | `a - b` | 1 | -1 |
# | `a * b` | b | a |
# | `a / b` | 1/b | -a/b² |
# | `a**p` | p a^(p-1) | |
# | `a.exp()` | the result | |
# | `a.log()` | 1/a | |
# | `a.tanh()` | 1 - result² | |
# | `a.relu()` | 1 if a > 0, else 0 (0 at 0 too) | |
#
# Each returns a new Value (4 points, with `backward` on expressions that use each value once).
# For `a = 1.5`, `y = 3 / a` holds 2, and after `y.backward()` `a.grad` is -3/1.5² = -1.333.

# %% [markdown]
# `L.backward()` computes the gradients of `L` by everything that it was computed from:
#
# 1. set `grad` to 0 in every node of the graph of `L`, so that nothing is left from earlier calls;
# 2. set `L.grad` to 1, for $\partial L/\partial L = 1$;
# 3. go through the topological order backward; every node adds, to the `grad` of each parent, its
#    own `grad` times the local derivative.
#
# A value that is used several times collects all contributions, and a second call of `backward()`
# changes nothing (2 points, tested with + and * alone). The example should give `a.grad` 24 and
# `b.grad` -20.
#
# Where Python's numbers raise an error, such as 1/0, yours may too; this is not tested. You may
# store other things in a Value than `derivatives`, if `data`, `grad` and `parents` stay.


# %% solution="Value"
class Value(Node):
    """A number that remembers how it was computed, so that `backward` can differentiate it."""

    def operand(self, other):
        """The other side of an operation: a number becomes a Value without parents."""
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = self.operand(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __sub__(self, other):
        ### BEGIN SOLUTION
        other = self.operand(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0), "-")
        ### END SOLUTION

    def __mul__(self, other):
        ### BEGIN SOLUTION
        other = self.operand(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data), "*")
        ### END SOLUTION

    def __truediv__(self, other):
        ### BEGIN SOLUTION
        other = self.operand(other)
        derivatives = (1 / other.data, -self.data / other.data**2)
        return Value(self.data / other.data, (self, other), derivatives, "/")
        ### END SOLUTION

    def __pow__(self, exponent):
        ### BEGIN SOLUTION
        slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")
        ### END SOLUTION

    def exp(self):
        ### BEGIN SOLUTION
        y = np.exp(self.data)
        return Value(y, (self,), (y,), "exp")
        ### END SOLUTION

    def log(self):
        ### BEGIN SOLUTION
        return Value(np.log(self.data), (self,), (1 / self.data,), "log")
        ### END SOLUTION

    def tanh(self):
        ### BEGIN SOLUTION
        y = np.tanh(self.data)
        return Value(y, (self,), (1 - y**2,), "tanh")
        ### END SOLUTION

    def relu(self):
        ### BEGIN SOLUTION
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),), "relu")
        ### END SOLUTION

    def __neg__(self):
        return self * -1

    def __radd__(self, number):
        return self + number

    def __rmul__(self, number):
        return self * number

    def __rsub__(self, number):
        ### BEGIN SOLUTION
        return self.operand(number) - self
        ### END SOLUTION

    def __rtruediv__(self, number):
        ### BEGIN SOLUTION
        return self.operand(number) / self
        ### END SOLUTION

    def backward(self):
        """Set `grad` in this value's whole graph: the derivative of this value by each other."""
        ### BEGIN SOLUTION
        order = topological_order(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for parent, derivative in zip(value.parents, value.derivatives, strict=True):
                parent.grad += derivative * value.grad
        ### END SOLUTION


# %% check="Value" points=4
from dlutils import checks

checks.agrees("Value", Value, *checks.formulas("a + b", "a - b", "a * b", "a / b", "b**3",
    "a.exp()", "a.log()", "a.tanh()", "a.relu()", "b.relu()", "2 - a", "3 / a",
    "c = a * b; d = c - 2; d / 5", values={"a": 1.5, "b": -4.0}), using=checks.differentiate)
### BEGIN HIDDEN TESTS
checks.agrees("Value", Value, *checks.formulas("c.relu() + b", "(a / b).tanh() - 3", "a**-2 / b",
    "(2 - a).log() * b", "(1 / b - a).exp()", "d = a - b; e = d.relu(); 3 * e", "2 + a**0.5",
    "(b * 2 + 1).relu() / a", "-(a - 4)**2", "a.relu() * b**0",
    values={"a": 0.7, "b": 2.5, "c": 0.0}), using=checks.differentiate, hidden=True)
### END HIDDEN TESTS

# %% check="Value" kind="law" points=2
from dlutils import checks

checks.agrees("Value", Value, *[case for times in (1, 2) for case in checks.formulas("a + a",
    "a * a", "c = a * b; d = c + a; d * c", values={"a": 2.0, "b": -3.0}, times=times)],
    using=checks.differentiate)
### BEGIN HIDDEN TESTS
checks.agrees("Value", Value, *checks.formulas("c = a * b; d = c * c; e = d * a + c; e * d * b",
    "c = a + b; c + c * c * b", "c = a * 2; d = c * b; e = d + a; c * e + b",
    values={"a": 1.5, "b": -0.5}, times=2), using=checks.differentiate, hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Now the example again, without paper. The graph, its local derivatives and all gradients come from
# your code.

# %% experiment tags=["nbval-check-output"]
a, b = Value(2.0), Value(-3.0)
c = a * b
d = c + a
L = d * c
L.backward()
print("L", L)
print("a", a, " b", b, " c", c, " d", d)

# %% [markdown]
# ## A program with a loop
#
# Heron of Alexandria found square roots with +, / and a loop: start anywhere, and replace $y$ by
# the mean of $y$ and $x/y$ until $y^2$ is close enough to $x$. Nobody has told your engine what a
# root is. How often the loop runs is decided while it runs.
#
# What will `x.grad` be? Decide before you run the cell.


# %% experiment tags=["nbval-check-output"]
def heron(x):
    """The square root of a Value by Heron's method, and how many rounds it took."""
    y, rounds = x, 0
    while abs(y.data**2 - x.data) > 1e-12:
        y, rounds = (y + x / y) / 2, rounds + 1
    return y, rounds


for number in (2.0, 9.0, 0.1):
    x = Value(number)
    root, rounds = heron(x)
    root.backward()
    print(f"x {number}: {rounds} rounds, {len(topological_order(root))} nodes,", end=" ")
    print(f"root {root.data:.6f}, slope {x.grad:.6f}, 1 / (2 root) {0.5 / number**0.5:.6f}")

# %% [markdown]
# The slope of the root, to all digits printed. The engine has not understood the loop: it has seen
# a chain of additions and divisions, five rounds long for x = 2, and gone back through it. A
# different x makes a different graph. This is **automatic differentiation** in reverse mode:
# neither formulas as on paper, nor differences with a step $h$, but the exact derivative of the
# operations that were carried out.
#
# **In the figure** blue dots are the roots and orange triangles their slopes, both by the engine,
# for 40 values of x from 0.05 to 4. They lie on the curves of $\sqrt{x}$ and $1/(2\sqrt{x})$, drawn
# as thin black lines.

# %% experiment
numbers = np.linspace(0.05, 4, 40)
inputs = [Value(number) for number in numbers]
roots = [heron(x)[0] for x in inputs]
for root in roots:
    root.backward()
fig, ax = plt.subplots()
ax.plot(numbers, [root.data for root in roots], "o", label="value of the loop")
ax.plot(numbers, [x.grad for x in inputs], "^", label="gradient of the loop")
fine = np.linspace(0.05, 4, 400)
ax.plot(fine, np.array([np.sqrt(fine), 0.5 / np.sqrt(fine)]).T, color="black", linewidth=0.8)
ax.set(xlabel="x", ylabel="root and its slope")
ax.set_title("The gradient of a loop is the slope of what it computes")
ax.legend()
plt.show()

# %% [markdown]
# ## The program, not the function
#
# For every number, $\mathrm{relu}(a) - \mathrm{relu}(-a) = a$: a complicated way to write $a$. Its
# slope is 1 everywhere. What does the engine say?

# %% experiment tags=["nbval-check-output"]
for number in (-1.0, -0.001, 0.0, 0.001, 1.0):
    a = Value(number)
    same = a.relu() - (-a).relu()
    same.backward()
    print(f"a = {number:6}: value {same.data:6}, slope {a.grad}")

# %% [markdown]
# At 0 both kinks use the convention "slope 0", and the engine reports 0 where the truth is 1. It
# differentiates the *program*, operation by operation; what the operations amount to it cannot see.
#
# In training this hardly matters, since an input of exactly 0 is rare. It is not rare in a network
# whose weights all start at 0: there, every ReLU stands at its kink and lets no gradient through.
#
# ## What does a network cost?
#
# A Value per number: can this train a network? Take one handwritten digit and a network of 784
# inputs, 16 hidden units and 10 outputs, with the cross-entropy of chapter 2, written out in
# Values. Every weight, product and partial sum is a node.

# %% experiment tags=["nbval-check-output"]
mnist = datasets.mnist()
digit, label = mnist.x_train[0].reshape(784).astype(float), int(mnist.y_train[0])
rng = np.random.default_rng(0)
params = [(rng.normal(0, np.sqrt(2 / n), (n, m)), np.zeros(m)) for n, m in pairwise((784, 16, 10))]


def unit(inputs, weights, bias):
    return sum((w * x for w, x in zip(weights, inputs, strict=True)), bias)


layers = [([[Value(w) for w in column] for column in W.T], list(map(Value, b))) for W, b in params]
hidden = [unit(digit, w, b).relu() for w, b in zip(*layers[0], strict=True)]
logits = [unit(hidden, w, b) for w, b in zip(*layers[1], strict=True)]
loss = sum(z.exp() for z in logits).log() - logits[label]
print(f"{len(topological_order(loss)):,} nodes for a loss of {loss.data:.3f}")

# %% [markdown]
# Fifty thousand objects for one digit. Is the gradient right, at least? Chapter 3's functions
# compute it with matrices. Compare all 12,544 weights of the first layer.

# %% experiment tags=["nbval-check-output"]
loss.backward()
activations = mlp_forward(digit[None], params)
dlogits = cross_entropy_backward(activations[-1], np.array([label]))
by_hand = mlp_backward(dlogits, activations, params)
engine = np.array([[w.grad for w in column] for column in layers[0][0]]).T
difference = np.abs(engine - by_hand[0][0]).max()
print(f"largest difference below 1e-10: {difference < 1e-10}")
assert difference < 1e-10

# %% [markdown]
# Right, but it took more than a thousand times as long as by hand. The remedy: let one node hold a
# whole array. The graph of this network then has a dozen nodes, for a hundred digits as for one.
#
# ## Broadcasting, backward
#
# Nearly all that you know carries over. New is only what numpy does when shapes differ. In `x + b`
# with `x` (4, 3) and `b` (3,), numpy **broadcasts** `b`: it uses it once for each row, as if it
# were repeated to (4, 3).
#
# So every entry of `b` is used four times. By rule 2, its gradient is the *sum* of the four
# contributions.

# %% [markdown]
# **In the figure** b of shape (3,) leads to a box "repeated" of shape (4, 3); this and x (4, 3)
# lead to z = x + b, of shape (4, 3). The gradients in orange have the shapes of their values:
# (4, 3) at z, at x and at the repeated box, (3,) at b. On the orange arrow from "repeated" to b
# something must turn (4, 3) into (3,).

# %%
box = plotting.GraphNode
bias = box("$b$", (), "(3,)", "(3,)")
repeated = box("repeated", (bias,), "(4, 3)", "(4, 3)")
inputs_box = box("$x$", (), "(4, 3)", "(4, 3)")
result = box("$z = x + b$", (inputs_box, repeated), "(4, 3)", "(4, 3)")
fig, ax = plt.subplots(figsize=(9.5, 3.2))
plotting.draw_graph(ax, [bias, repeated, inputs_box, result])
ax.set_title("Forward repeats, backward must sum")
plt.show()

# %% [markdown]
# ## Exercise 4.3: unbroadcast
#
# numpy lines shapes up at their *last* axes. An operand is repeated in two ways:
#
# - along axes in front that it does not have: (3,) beside (4, 3);
# - along its own axes of size 1: (4, 1) beside (4, 3).
#
# `gradient` is an array of the broadcast shape, and `shape` a tuple, the operand's shape, from
# which numpy could broadcast to it. Sum over all axes along which the operand was repeated, and
# return an array of exactly this `shape` (2 points). Where nothing was repeated, the gradient comes
# back as it is. `shape` can be `()`, for a single number.
#
# With `gradient = [[1, 2, 3], [10, 20, 30]]` the shape `(3,)` gives `[11, 22, 33]`, `(1, 3)` gives
# `[[11, 22, 33]]`, `(2, 1)` gives `[[6], [60]]`, and `()` gives 66.


# %% solution="unbroadcast"
def unbroadcast(gradient, shape):
    """Sum a gradient over the axes along which numpy repeated an operand -> shape."""
    ### BEGIN SOLUTION
    in_front = tuple(range(gradient.ndim - len(shape)))
    repeated = tuple(i for i, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=in_front).sum(axis=repeated, keepdims=True)
    ### END SOLUTION


# %% check="unbroadcast" points=2
import numpy as np
from dlutils import checks

checks.agrees("unbroadcast", unbroadcast, *[checks.case(gradient=np.array([[1.0, 2, 3], [10, 20,
    30]]), shape=shape) for shape in ((3,), (1, 3), (2, 1), (2, 3), (1, 1), ())])
### BEGIN HIDDEN TESTS
checks.agrees("unbroadcast", unbroadcast, *[checks.case(gradient=checks.normal(*size, seed=0),
    shape=shape) for size, shapes in (((2, 3, 4), ((4,), (3, 1), (3, 4), (2, 1, 4), (1, 3, 1),
    (1, 1, 4), (1,), ())), ((3, 3), ((3,), (3, 1))), ((2, 1), ((1, 1), (2, 1))), ((), ((),)))
    for shape in shapes], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 4.4: Tensor
#
# A `Tensor` holds an array and its gradient of the same shape. The local derivatives of a matrix
# product would fill a huge table, so a Tensor keeps a function in their place: `gradients(dy)`
# takes the gradient of the result and returns a tuple, one gradient for each parent, in the shape
# that broadcasting gave it. What a Tensor was computed from stays in `parents`.
#
# Addition is given as the pattern. Write `*`, `@`, `sum`, `relu` and `backward`.
#
# - `a * b` multiplies entry by entry, with broadcasting.
# - `a @ b`, both with two axes: as in `linear_backward`, `dy @ b.T` and `a.T @ dy`.
# - `a.relu()`: the gradient passes where a > 0, and not at 0.

# %% [markdown]
# - `a.sum(axis=None, keepdims=False)` does what numpy's `sum` does: over all entries, or over the
#   axis or tuple of axes given (negative ones too). Every entry has a part of 1 in its sum, so it
#   gets the gradient of its sum. `np.expand_dims(dy, axis)` puts summed axes back with size 1, and
#   `np.broadcast_to` repeats.
# - `L.backward()` goes the way of `Value.backward`: gradients of the whole graph to zeros, ones of
#   the shape of `L.data` into `L.grad`, backward through the order. Before a gradient is added to
#   its parent's, `unbroadcast` brings it into the parent's shape.
#
# If `L` is not a single number, the ones mean that the *sum* of its entries is differentiated.
#
# Points: 3 for the operations with equal shapes, 2 for broadcasting (tested with + and * alone), 1
# for tensors used several times and repeated calls of `backward()` (likewise).

# %% [markdown]
# Numbers and arrays may stand on either side of `+`, `*` and `@`; the given methods see to that,
# and to numpy, which would otherwise take `array @ tensor` for its own affair.
#
# With `x = Tensor([[1, 2]])`, `W = Tensor([[3, -4], [5, 6]])` and `b = Tensor([1, -10])`, the
# product `x @ W` is [[13, 8]]; `L = ((x @ W + b).relu() * 2).sum()` holds 28, and after
# `L.backward()` you should get `x.grad` [[6, 10]], `W.grad` [[2, 0], [4, 0]], `b.grad` [2, 0].


# %% solution="Tensor"
class Tensor:
    """An array that remembers how it was computed, so that `backward` can differentiate it."""

    __array_ufunc__ = None

    def __init__(self, data, parents=(), gradients=None):
        data = np.asarray(data)
        self.data = data if data.dtype.kind == "f" else data.astype(float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.gradients = gradients

    def __repr__(self):
        return f"Tensor{self.data.shape}"

    def operand(self, other):
        """The other side of an operation: arrays become tensors, numbers tensors of our dtype."""
        dtype = None if isinstance(other, np.ndarray) else self.data.dtype
        return other if isinstance(other, Tensor) else Tensor(np.asarray(other, dtype))

    def __add__(self, other):
        other = self.operand(other)
        return Tensor(self.data + other.data, (self, other), lambda dy: (dy, dy))

    def __mul__(self, other):
        ### BEGIN SOLUTION
        other = self.operand(other)
        return Tensor(
            self.data * other.data,
            (self, other),
            lambda dy: (dy * other.data, dy * self.data),
        )
        ### END SOLUTION

    def __matmul__(self, other):
        ### BEGIN SOLUTION
        other = self.operand(other)
        return Tensor(
            self.data @ other.data,
            (self, other),
            lambda dy: (dy @ other.data.swapaxes(-1, -2), self.data.swapaxes(-1, -2) @ dy),
        )
        ### END SOLUTION

    def sum(self, axis=None, keepdims=False):
        ### BEGIN SOLUTION
        def gradients(dy):
            if axis is not None and not keepdims:
                dy = np.expand_dims(dy, axis)
            return (np.broadcast_to(dy, self.data.shape),)

        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self,), gradients)
        ### END SOLUTION

    def relu(self):
        ### BEGIN SOLUTION
        return Tensor(np.maximum(self.data, 0), (self,), lambda dy: (dy * (self.data > 0),))
        ### END SOLUTION

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rmatmul__(self, other):
        return self.operand(other) @ self

    def backward(self):
        """Set `grad` in this tensor's whole graph: gradients of the sum of its elements."""
        ### BEGIN SOLUTION
        order = topological_order(self)
        for tensor in order:
            tensor.grad = np.zeros_like(tensor.data)
        self.grad = np.ones_like(self.data)
        for tensor in reversed(order):
            if tensor.parents:
                gradients = tensor.gradients(tensor.grad)
                for parent, gradient in zip(tensor.parents, gradients, strict=True):
                    parent.grad += unbroadcast(gradient, parent.data.shape)
        ### END SOLUTION


# %% [markdown]
# In the tests, names in capitals are Tensors of random numbers, and names in small letters plain
# arrays.

# %% check="Tensor" points=3
from dlutils import checks

checks.agrees("Tensor", Tensor, *checks.formulas("A * B", "A @ W", "x @ W", "A.relu() * B",
    "A.sum()", "A.sum(axis=1) * C", "A.sum(axis=1, keepdims=True) * D", shapes={"A": (2, 3), "B":
    (2, 3), "W": (3, 4), "x": (5, 3), "C": (2,), "D": (2, 1)}), using=checks.differentiate)
### BEGIN HIDDEN TESTS
checks.agrees("Tensor", Tensor, *checks.formulas("A.sum(axis=(0, 2)) * C", "(X @ W).relu() * V",
    "Z = A.relu() * B.relu(); Z.relu()", "A.sum(axis=(1, -1)) * D", "V.sum(axis=0)", "X @ u",
    "N * V", shapes={"A": (2, 3, 4), "B": (2, 3, 4), "C": (3,), "D": (2,), "X": (1, 5), "W": (5,
    3), "u": (5, 2), "V": (1, 3), "N": [[1, 2, 3]]}), using=checks.differentiate, hidden=True)
### END HIDDEN TESTS

# %% check="Tensor" kind="shape" points=2
from dlutils import checks

checks.agrees("Tensor", Tensor, *checks.formulas("A + B", "C * B", "A * 2", "3 + A", "A * c",
    "c + B", "C * A + B", shapes={"A": (4, 3), "B": (3,), "C": (4, 1), "c": (4, 3)}),
    using=checks.differentiate)
### BEGIN HIDDEN TESTS
checks.agrees("Tensor", Tensor, *checks.formulas("(A + B) * C", "0.5 * B * y", "A * S + 1", "S + C",
    shapes={"A": (2, 5, 3), "B": (5, 1), "C": (2, 1, 3), "y": (4, 5, 2), "S": ()}),
    using=checks.differentiate, hidden=True)
### END HIDDEN TESTS

# %% check="Tensor" kind="law" points=1
from dlutils import checks

checks.agrees("Tensor", Tensor, *[case for times in (1, 2) for case in checks.formulas("A + A",
    "A * A", "A.relu() + A", "C = A + B; C + A", "C = A * B; D = C + A; D * C", shapes={"A": (2, 3),
    "B": (2, 3)}, times=times)], using=checks.differentiate)
### BEGIN HIDDEN TESTS
checks.agrees("Tensor", Tensor, *checks.formulas("C = A + B; D = C * A; E = D + C * B; C * E * D",
    shapes={"A": (2, 1), "B": (2, 1)}, times=2), using=checks.differentiate, hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Experiment: the gradients of chapter 3
#
# With the numbers of chapter 3: a hundred digits, and the network from above. Its functions need
# the loss's gradient by the logits, `dlogits`. The sum of `logits * dlogits`, with `dlogits` held
# fixed, has just this gradient: the trick by which you tested single layers.

# %% experiment tags=["nbval-check-output"]
digits, classes = mnist.x_train[:100].reshape(100, 784).astype(float), mnist.y_train[:100]
activations = mlp_forward(digits, params)
dlogits = cross_entropy_backward(activations[-1], classes)
by_hand = mlp_backward(dlogits, activations, params)

(W1, b1), (W2, b2) = tensors = [(Tensor(W), Tensor(b)) for W, b in params]
logits = (digits @ W1 + b1).relu() @ W2 + b2
loss = (logits * dlogits).sum()
loss.backward()
pairs = zip(sum(tensors, ()), sum(by_hand, ()), strict=True)
difference = max(np.abs(tensor.grad - gradient).max() for tensor, gradient in pairs)
print(f"{len(topological_order(loss))} nodes, largest difference below 1e-10: {difference < 1e-10}")
assert difference < 1e-10

# %% [markdown]
# Thirteen nodes instead of fifty thousand, for a hundred digits instead of one.
#
# ## Experiment: two moons
#
# Now something that chapter 3 cannot do: train with a loss that has no backward function. Two
# classes of points lie in the plane as two half-moons, one reaching into the other, with noise. No
# straight line separates them.
#
# The labels are $t = \pm 1$, the network gives one score $s$ per point, and the **hinge loss** is
#
# $$\frac{1}{N} \sum_n \mathrm{relu}(1 - t_n s_n).$$
#
# A point on the right side with a margin of 1 costs nothing; any other costs the more, the further
# off it is. You write this line, and the engine does the rest.


# %% experiment
def two_moons(n, rng, noise=0.15):
    """Points (n, 2) on two half circles with noise, labels (n,) 0 and 1."""
    labels, angle = rng.integers(0, 2, n), rng.uniform(0, np.pi, n)
    side = 1 - 2 * labels
    x = np.stack([labels + side * np.cos(angle), labels / 2 + side * np.sin(angle)], axis=1)
    return x + rng.normal(0, noise, x.shape), labels


rng = np.random.default_rng(0)
(x_train, y_train), (x_test, y_test) = two_moons(300, rng), two_moons(1000, rng)
sizes = list(pairwise((2, 16, 16, 1)))
weights = [Tensor(rng.normal(0, np.sqrt(2 / n), (n, m))) for n, m in sizes]
biases = [Tensor(np.zeros(m)) for _, m in sizes]

# %% [markdown]
# The training loop is gradient descent with all 300 points at every step. Only the line with `loss`
# says what is minimised.


# %% experiment
def scores(x):
    """The network's scores (N, 1) of points (N, 2), as a Tensor."""
    hidden = (x @ weights[0] + biases[0]).relu()
    hidden = (hidden @ weights[1] + biases[1]).relu()
    return hidden @ weights[2] + biases[2]


signs, losses = 2.0 * y_train[:, None] - 1, []
for _ in range(500):
    loss = (1 + scores(x_train) * -signs).relu().sum() * (1 / len(signs))
    loss.backward()
    losses.append(float(loss.data))
    for parameter in weights + biases:
        parameter.data -= 0.3 * parameter.grad
right = np.mean((scores(x_test).data[:, 0] > 0) == y_test)
print(f"test accuracy {right:.3f}")
assert right >= 0.97

# %% [markdown]
# **In the figure** on the left the hinge loss falls over 500 steps from about 0.6 to about 0.01,
# most of it in the first 100. On the right the 1,000 test points form two half-moons, blue circles
# above and orange triangles below. The shaded regions are what the network answers: their boundary
# is made of straight pieces and winds between the moons.

# %% experiment
fig, (left, axes) = plt.subplots(1, 2, figsize=(9.5, 3.6))
left.plot(losses)
left.set(xlabel="step", ylabel="hinge loss", title="The loss falls", ylim=(0, None))
plotting.scatter_classes(axes, x_test, y_test, size=12)
plotting.decision_regions(axes, lambda points: scores(points).data[:, 0] > 0)
axes.set(xlabel="$x_1$", ylabel="$x_2$", title="The boundary bends between the moons")
plt.show()

# %% [markdown]
# The pieces are straight because a network of ReLUs is: linear, except where one of its 32 hidden
# units switches on or off.
#
# PyTorch works the same way. Its `backward()` does not set gradients to 0 first, it *adds* to what
# is there, so its loops have one line more, `optimizer.zero_grad()`. Without this line no error is
# raised, and the steps follow the sum of all gradients so far: your test "a second call changes
# nothing" at work.

# %% [markdown]
# ## What the engine does not know
#
# Three programs, with the engines of this chapter. Answer in two or three sentences each.
#
# 1. To print the mean loss at the end, someone writes `total = total + loss` in the training loop,
#    where `loss` is a Tensor. The printed number is right, but the program takes more and more
#    memory. Why, and what should the line say?
# 2. `def f(x): return x * 3 if x.data > 2 else x * x`. What is `x.grad` after `f(x).backward()` at
#    x = 1, 2 and 3? `f` jumps at 2; what does the engine say about the jump?
# 3. Between the forward pass and `loss.backward()` someone writes `W.data -= 0.1`. With one of the
#    two engines all gradients stay right, with the other some become wrong. Which, and why?

# %% [markdown] answer="what_the_engine_knows" points=3
# ### BEGIN SOLUTION
# 1. `total + loss` is a Tensor whose parents are the old total and the loss, so `total` keeps the
#    graphs of all steps alive, with every array in them. `total = total + loss.data` (a number)
#    forgets the graph.
# 2. 2, 4 and 3. The engine records the branch that was taken, `x * x` at 1 and 2 (where the
#    condition is false) and `x * 3` at 3. It says nothing about the jump: the condition reads
#    `x.data`, a plain number, and is no part of the graph. A gradient step cannot know of the jump.
# 3. `Value` stays right: its local derivatives were computed in the forward pass and kept as
#    numbers. `Tensor` goes wrong: its functions read `other.data` when they are called, in the
#    backward pass, and for `x @ W` the gradient of `x` then uses the changed W. No error is raised.
#    (PyTorch counts the changes of an array and raises one.)
#
# Rubric. 1 point for each part. Part 1: the graph is kept alive, and a correct line (`.data`,
# `float(loss.data)`). Part 2: all three numbers, and that conditions are not recorded. Part 3: the
# right engine, with when the derivative is computed as the reason; who has written own versions of
# the classes may argue from them.
# ### END SOLUTION

# %% [markdown]
# ## Play: the graph of any formula
#
# Type a formula of a, b and c and press Enter: + - * / \*\*, brackets, numbers, and exp, log, tanh,
# relu. Your engine computes it; the drawing is what it has recorded.
#
# - Is the gradient of a the same in `a + a`, `2 * a` and `a * 3 - a`? And the graph?
# - In `tanh(a * b + c)`, move `b` and `c` to 2. What has become of the gradients, and why?
# - `(a*b - 1)**2 + (b*c + 1)**2`: turn a, b and c against their gradients. Who gets below 0.01?
# - Find a formula of a alone that is not constant, and yet has gradient 0 at a = 1 and a = -1.

# %% [markdown]
# **In the figure** is the graph of the typed formula, at first `tanh(a * b + c)` with a = 1,
# b = -1 and c = 0.5: boxes with values in blue and gradients in orange, arrows with the local
# derivatives. Results in between are called v1, v2 and so on; numbers in the formula are boxes
# without parents.


# %% play
def show(fig, formula, a, b, c):
    names = {"a": Value(a), "b": Value(b), "c": Value(c)}
    result = plotting.evaluate(formula, names)
    result.backward()
    fig.set_size_inches(9.5, 4.2)
    ax = fig.subplots()
    plotting.draw_graph(ax, plotting.expression_graph(result, names))
    slopes = ", ".join(f"{name} {value.grad:.3g}" for name, value in names.items())
    ax.set_title(f"Value {result.data:.4g}, gradients {slopes}")


plotting.play(
    show, formula="tanh(a * b + c)", a=(-2.0, 2.0, 1.0), b=(-2.0, 2.0, -1.0), c=(-2.0, 2.0, 0.5)
)

# %% [markdown]
# ## What to remember
#
# - A result that keeps its parents and its local derivatives makes a graph of every program,
#   loops and conditions included: of what was *carried out*, not of the formula that was meant.
# - Backward goes through the graph in reverse topological order; a node passes its gradient on when
#   everything computed from it has been dealt with.
# - Contributions add up (`+=`), and gradients start from 0. Neither mistake raises an error.
# - What is repeated forward is summed backward: this is `unbroadcast`, and also why `db` in chapter
#   3 was a sum over the samples.
# - One node per array, not per number: the mathematics is the same, the program a thousand times
#   faster.
#
# With gradients for any loss at hand, [chapter 5](../05_optimizers/optimizers.ipynb) asks what to
# do with them.

# %% [markdown]
# ## References
#
# - R. E. Wengert, *A simple automatic derivative evaluation program*, Communications of the ACM
#   7(8), 1964.
# - S. Linnainmaa, *The representation of the cumulative rounding error of an algorithm as a Taylor
#   expansion of the local rounding errors* (in Finnish), University of Helsinki, 1970.
# - A. B. Kahn, *Topological sorting of large networks*, Communications of the ACM 5(11), 1962.
# - A. Griewank, A. Walther, *Evaluating derivatives: principles and techniques of algorithmic
#   differentiation*, 2nd edition, SIAM, 2008.
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, *Automatic differentiation in
#   machine learning: a survey*, JMLR 18, 2018.
# - S. M. Kakade, J. D. Lee, *Provably correct automatic subdifferentiation for qualified programs*,
#   NeurIPS 2018.
# - A. Paszke and others, *PyTorch: an imperative style, high-performance deep learning library*,
#   NeurIPS 2019.
