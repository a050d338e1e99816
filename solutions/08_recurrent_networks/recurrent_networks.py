# %% [markdown]
# # 8. Recurrent networks
#
# Here are three names that a machine made up: `ma`, `n`, `blincytorncarielstelemaisan`. It had
# counted, in 6,752 real first names, which letter follows which. Every pair of letters in its
# names occurs in real ones, too.
#
# Yet no real name has one letter, or 27. What went wrong? The machine saw one letter at a time.
# When it chose what follows the `n`, it could not know whether this was the first letter or the
# twentieth. It had no memory.
#
# Here you build a network that has one: eight functions (25 points), and one question to answer
# in words (3 points). It will read names, and a novel. How far back can it remember? You will
# measure that, and the answer is the reason for chapters 9 and 10.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import adam_step, clip_by_norm, cross_entropy, cross_entropy_backward, datasets
from dlutils import linear_backward, linear_forward, plotting, results, softmax, xavier_init

plotting.use_course_style()

# %% [markdown]
# ## Letters as numbers
#
# The names are written in 26 small letters and a hyphen. One more sign, the dot, marks where a
# name begins and where it ends. A letter's number, its **id**, is its place in `LETTERS`.
#
# The task is always the same: given the letters so far, what comes next? So the inputs for `ann`
# are `.ann`, and the labels are `ann.`, the same moved by one. Names differ in length, but arrays
# are rectangles: all rows get 16 places, and a mask says which of them count.

# %% tags=["nbval-check-output"]
LETTERS = ".-abcdefghijklmnopqrstuvwxyz"


def encode(names):
    """Inputs, labels and mask, each (N, 16), of names of up to 15 letters; id 0 is the dot."""
    ids, mask = np.zeros((len(names), 17), int), np.zeros((len(names), 16), bool)
    for n, name in enumerate(names):
        ids[n, 1 : len(name) + 1] = [LETTERS.index(letter) for letter in name]
        mask[n, : len(name) + 1] = True
    return ids[:, :-1], ids[:, 1:], mask


ids, labels, mask = encode(["ann"])
for title, row in (("inputs", ids), ("labels", labels), ("mask  ", mask.astype(int))):
    print(title, row[0, :8])

# %% [markdown]
# ## What counting can do
#
# First the machine without a memory, the **bigram model**. It counts how often each letter
# follows each. Every count starts at 1, so that a pair never seen is rare and not impossible.
#
# How good is it? Let it read names that it has never seen, and give each next letter a
# probability $p$. The mean of $-\log_2 p$ is the measure, in **bits per character**. It is the
# cross-entropy of chapter 2, divided by $\ln 2$. Guessing among 28 signs blindly costs $\log_2 28
# = 4.81$ bits; less is better.

# %% tags=["nbval-check-output"]
data = datasets.names()
train_names = list(dict.fromkeys(name.lower() for name in data.name_train))  # each once
test_names = list(dict.fromkeys(name.lower() for name in data.name_test))
train, test = encode(train_names), encode(test_names)
V = len(LETTERS)


def count_pairs(before, after, V):
    """How probable each of V ids is after each other one, from counts that start at 1: (V, V)."""
    counts = np.ones((V, V))
    np.add.at(counts, (before, after), 1)
    return counts / counts.sum(axis=1, keepdims=True)


pairs = count_pairs(train[0][train[2]], train[1][train[2]], V)
bigram_bits = -np.mean(np.log2(pairs[test[0], test[1]][test[2]]))
print(len(train_names), "names to learn from,", len(test_names), "to be tested on")
print(f"bigram model: {bigram_bits:.2f} bits per character on the test names")

# %% [markdown]
# It has learnt something: after `q` it gives `u` a probability of 0.62. Now let it write. Draw a
# letter from the row of the dot, then one from the row of that letter, until a dot comes.

# %% tags=["nbval-check-output"]
def bigram_name(rng):
    name, token = "", rng.choice(V, p=pairs[0])
    while token != 0:
        name += LETTERS[token]
        token = rng.choice(V, p=pairs[token])
    return name


rng = np.random.default_rng(0)
print(*[bigram_name(rng) for _ in range(12)])
lengths = np.array([len(bigram_name(rng)) for _ in range(3000)])
print(f"of one or two letters: {np.mean(lengths <= 2):.0%}, above 12: {np.mean(lengths > 12):.0%}")
real = np.array([len(name) for name in train_names])
print(f"real names:            {np.mean(real <= 2):.1%},           {np.mean(real > 12):.2%}")

# %% [markdown]
# You could count what follows *two* letters, or five. But five letters make $28^5$, 17 million
# rows, and nearly all of them would stay empty. A table does not know that `ann` and `anne` have
# anything in common.
#
# ## A state
#
# Read a name aloud, letter by letter. You do not store the letters one by one. You keep an
# impression of what has been, and every new letter changes it a little. Give the network such an
# impression: a vector $h$ of H numbers, the **state**. At every step it is computed anew, from
# the new letter and from the state before.

# %% [markdown]
# **In the figure** four boxes, the states $h_1$ to $h_4$, stand in a row, and a box $h_0$, the
# state before anything is read, to the left of them. Into each box lead two blue arrows: one from
# the state to its left, one from the letter below it: dot, a, n, n. An arrow leads up from each
# to the letter that it should predict: a, n, n, dot.
#
# The two `n` are the same input, and yet a different letter has to follow each. What differs is
# what arrives from the left.

# %%
fig, ax = plt.subplots(figsize=(8.5, 3.6))
plotting.draw_unrolled(ax, [".", "a", "n", "n"], ["a", "n", "n", "."])
ax.set_title("The same step at every time, each with the state that the last one left")
plt.show()

# %% [markdown]
# There is only one step, with one set of weights, however long the text is. With an input $x$ of
# D numbers, the simplest step is a linear layer for each of its two inputs and a tanh:
#
# $$h' = \tanh(x\,W_x + h\,W_h + b).$$
#
# This is the **recurrent network** (J. Elman, 1990). Now a state with H = 1, so that you can
# follow it: $W_x = 1$, $W_h = 0.9$, $b = 0$. It is shown a single 1, then zeros. What is left of
# the 1 after six steps? And does the state know *when* it came?

# %% tags=["nbval-check-output"]
def echo(inputs, w_h):
    """States of a network of one unit with input weight 1, rounded."""
    h, states = 0.0, []
    for x in inputs:
        h = np.tanh(x + w_h * h)
        states.append(f"{h:.3f}")
    return " ".join(states)


print("one 1, then zeros:   ", echo([1, 0, 0, 0, 0, 0], w_h=0.9))
print("the 1 at the end:    ", echo([0, 0, 0, 0, 0, 1], w_h=0.9))
print("with a weight of 0.3:", echo([1, 0, 0, 0, 0, 0], w_h=0.3))

# %% [markdown]
# The state is an echo. With 0.9 it dies away slowly, and its loudness says how long ago the 1
# was. With 0.3 it is gone after four steps. So $W_h$ decides how long something is remembered.
#
# ## What a letter looks like to a network
#
# The step needs an input of D numbers, and a letter is an id. The id itself will not do: `c` is
# not between `b` and `d` in any useful sense. So give every letter a vector of its own, and let
# the network learn the vectors like weights. They are the rows of a table $E$, and looking one up
# is called an **embedding**.

# %% [markdown]
# ## Exercise 8.1: embedding_forward
#
# `E` has shape (V, D), one row per token. `ids` is an array of ints from 0 to V - 1, of any
# shape. Return `(y, cache)`: `y` has the shape of `ids` with one more axis of length D at its
# end, and holds row `E[i]` in the place of each id $i$. (1 point)
#
# The cache is yours: put into it whatever your backward function will need. Nobody else looks
# inside, in this exercise and in all that follow.
#
# With `E = [[0, 1], [2, 3], [4, 5]]` and `ids = [2, 0, 2]` you should get `y = [[4, 5], [0, 1],
# [4, 5]]`.

# %% solution="embedding_forward"
def embedding_forward(ids, E):
    """Row ids[...] of the table for every token: ids (...) ints, E (V, D) -> y (..., D), cache."""
    ### BEGIN SOLUTION
    return E[ids], (ids, E.shape)
    ### END SOLUTION

# %% check="embedding_forward" points=1
import numpy as np
from dlutils import checks

checks.agrees("embedding_forward", embedding_forward, checks.case(ids=np.array([2, 0, 2]),
    E=np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])), using=lambda f, ids, E: f(ids, E)[0])
### BEGIN HIDDEN TESTS
checks.agrees("embedding_forward", embedding_forward, *[checks.random_case(1, ids=np.array(ids),
    E=(5, 3)) for ids in ([[4, 1, 1, 0], [2, 2, 3, 4]], [[[3]], [[0]]], [1])],
    using=lambda f, ids, E: f(ids, E)[0], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# On the way back, `dy` says for every place how the loss changes with the vector in it. The
# vectors are copies of rows of the table. Rule 2 of chapter 3: what is used in several places
# gets the sum of all contributions.
#
# ## Exercise 8.2: embedding_backward
#
# `dy` has the shape of `y`. Return `dE` (V, D): in row $i$ the sum of `dy` over all places where
# the id is $i$, and zeros where it does not occur. (2 points)
#
# With the ids of above and `dy = [[1, 10], [2, 20], [3, 30]]` you should get `dE = [[2, 20], [0,
# 0], [4, 40]]`.
#
# Before you write `dE[ids] += dy`: what does that do with an id that occurs twice? Try it. The
# function `np.add.at` may help, and so may a loop.

# %% solution="embedding_backward"
def embedding_backward(dy, cache):
    """Gradient of the table: dy (..., D) -> dE (V, D), the sum of dy over each token's places."""
    ### BEGIN SOLUTION
    ids, shape = cache
    dE = np.zeros(shape, dy.dtype)
    np.add.at(dE, ids, dy)
    return dE
    ### END SOLUTION

# %% check="embedding_backward" points=2
import numpy as np
from dlutils import checks

checks.agrees("embedding_backward", embedding_backward, checks.case(dy=np.array([[1.0, 10], [2, 20],
    [3, 30]]), ids=np.array([2, 0, 2]), E=np.ones((3, 2))),
    using=checks.backward_pair("embedding_backward", embedding_forward, embedding_backward))
### BEGIN HIDDEN TESTS
checks.agrees("embedding_backward", embedding_backward, *[checks.random_case(0, dy=(*np.shape(ids),
    4), ids=np.array(ids), E=(6, 4)) for ids in ([[4, 1], [1, 0]], [[[5], [5]]])], hidden=True,
    using=checks.backward_pair("embedding_backward", embedding_forward, embedding_backward))
### END HIDDEN TESTS

# %% [markdown]
# ## One step
#
# ## Exercise 8.3: rnn_step_forward
#
# For `x` (N, D), the state `h` (N, H), `Wx` (D, H), `Wh` (H, H) and `b` (H,), compute
#
# $$h' = \tanh(x\,W_x + h\,W_h + b).$$
#
# Return `(h_next, cache)`, with `h_next` (N, H). (2 points)
#
# With `x = [[1, 2]]`, `h = [[0.5]]`, `Wx = [[0.1], [-0.3]]`, `Wh = [[0.8]]` and `b = [0.2]` the
# sum is 0.1, and you should get `h_next = [[0.0997]]`.

# %% solution="rnn_step_forward"
def rnn_step_forward(x, h, Wx, Wh, b):
    """One step h' = tanh(x Wx + h Wh + b): x (N, D), h (N, H) -> h' (N, H), cache."""
    ### BEGIN SOLUTION
    h_next = np.tanh(x @ Wx + h @ Wh + b)
    return h_next, (x, h, Wx, Wh, h_next)
    ### END SOLUTION

# %% check="rnn_step_forward" points=2
import numpy as np
from dlutils import checks

checks.agrees("rnn_step_forward", rnn_step_forward, checks.case(x=np.array([[1.0, 2.0]]),
    h=np.array([[0.5]]), Wx=np.array([[0.1], [-0.3]]), Wh=np.array([[0.8]]), b=np.array([0.2])),
    using=lambda f, *arguments: f(*arguments)[0])
### BEGIN HIDDEN TESTS
checks.agrees("rnn_step_forward", rnn_step_forward, *[checks.rnn_case(*sizes) for sizes in
    ((3, 2, 4), (1, 3, 2), (4, 1, 1), (3, 3, 3))], hidden=True,
    using=lambda f, *arguments: f(*arguments)[0])
### END HIDDEN TESTS

# %% [markdown]
# Name the sum $z$, so that $h' = \tanh z$ and $z = x W_x + h W_h + b$. Backward you meet nothing
# new. Through the tanh (chapter 3),
#
# $$dz = dh' \cdot (1 - h'^2),$$
#
# and then $z$ is a linear layer of $x$ and at the same time a linear layer of $h$. Each of them
# gets its gradient from the same $dz$.
#
# ## Exercise 8.4: rnn_step_backward
#
# `dh` (N, H) is the gradient by the *new* state $h'$. Return `(dx, dh_prev, dWx, dWh, db)`, of
# the shapes of `x`, `h`, `Wx`, `Wh`, `b`: the order in which the forward step takes them. Sum over
# the samples, without dividing. (3 points)
#
# With the example of 8.3 and `dh = [[1]]`, $dz = 1 - 0.0997^2 = 0.990$. You should get `dx =
# [[0.099, -0.297]]`, `dh_prev = [[0.792]]`, `dWx = [[0.990], [1.980]]`, `dWh = [[0.495]]`, `db =
# [0.990]`.

# %% solution="rnn_step_backward"
def rnn_step_backward(dh, cache):
    """Gradients of one step: dh (N, H) of h' -> dx (N, D), dh_prev (N, H), dWx, dWh, db (H,)."""
    ### BEGIN SOLUTION
    x, h, Wx, Wh, h_next = cache
    dz = dh * (1 - h_next**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)
    ### END SOLUTION

# %% check="rnn_step_backward" points=3
from dlutils import checks

checks.agrees("rnn_step_backward", rnn_step_backward, checks.rnn_case(1, 2, 1, back=True),
    checks.rnn_case(3, 2, 4, back=True),
    using=checks.backward_pair("rnn_step_backward", rnn_step_forward, rnn_step_backward))
### BEGIN HIDDEN TESTS
checks.agrees("rnn_step_backward", rnn_step_backward, *[checks.rnn_case(*sizes, back=True) for
    sizes in ((4, 3, 2), (1, 2, 3), (5, 1, 1), (3, 3, 3), (2, 4, 4))], hidden=True,
    using=checks.backward_pair("rnn_step_backward", rnn_step_forward, rnn_step_backward))
### END HIDDEN TESTS

# %% [markdown]
# ## A whole sequence
#
# ## Exercise 8.5: rnn_forward
#
# `x` (N, T, D) holds N sequences of T inputs each. Start from the state `h0` (N, H) and take one
# step per time $t = 1, \dots, T$: the input is `x[:, t - 1]`, the state the one that the step
# before has left. Return `(h, cache)`, where `h` (N, T, H) holds the states *after* each step, so
# `h0` is not in it. (2 points) The arguments stay as they were (1 point).
#
# With `x = [[[1], [0], [-1]]]`, `h0 = [[0]]`, `Wx = [[1]]`, `Wh = [[1]]`, `b = [0]` you should get
# `h = [[[0.762], [0.642], [-0.343]]]`.
#
# Your backward function will need the cache of every step.

# %% solution="rnn_forward"
def rnn_forward(x, h0, Wx, Wh, b):
    """The step along time, from h0 (N, H): x (N, T, D) -> all states h (N, T, H), cache."""
    ### BEGIN SOLUTION
    h, states, caches = h0, [], []
    for t in range(x.shape[1]):
        h, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        states.append(h)
        caches.append(cache)
    return np.stack(states, axis=1), caches
    ### END SOLUTION

# %% check="rnn_forward" points=2
import numpy as np
from dlutils import checks

checks.agrees("rnn_forward", rnn_forward, checks.case(x=np.array([[[1.0], [0.0], [-1.0]]]),
    h0=np.zeros((1, 1)), Wx=np.ones((1, 1)), Wh=np.ones((1, 1)), b=np.zeros(1)),
    checks.rnn_case(2, 3, 4, 5), using=lambda f, *arguments: f(*arguments)[0])
### BEGIN HIDDEN TESTS
checks.agrees("rnn_forward", rnn_forward, *[checks.rnn_case(*sizes) for sizes in ((3, 4, 1, 2),
    (1, 5, 3, 2), (4, 1, 2, 3), (3, 3, 3, 3))], hidden=True, using=lambda f, *args: f(*args)[0])
### END HIDDEN TESTS

# %% check="rnn_forward" kind="purity" points=1
from dlutils import checks

checks.unchanged("rnn_forward", rnn_forward, checks.rnn_case(2, 3, 4, 5))
### BEGIN HIDDEN TESTS
checks.unchanged("rnn_forward", rnn_forward, checks.rnn_case(3, 3, 3, 3),
    checks.rnn_case(2, 4, 1, 3), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Back through time
#
# Every state is used twice: by the output above it, and by the next step. So two gradients meet
# in it, and by rule 2 they add up.
#
# **In the figure** is the network of before, with the gradients as orange arrows against the
# blue ones. One comes down from every output. At each state it meets the one that arrives from
# the right, and together they go on: down to the input and left to the state before. The last
# arrow reaches $h_0$.
#
# Which of the states gets nothing from its right?

# %%
fig, ax = plt.subplots(figsize=(8.5, 3.6))
plotting.draw_unrolled(ax, [".", "a", "n", "n"], ["a", "n", "n", "."], backward=True)
ax.set_title("In every state two gradients meet: from its output, and from what came later")
plt.show()

# %% [markdown]
# And the weights? $W_h$ is used at *every* step, so its gradient is the sum of the gradients of
# all steps. The same holds for $W_x$ and $b$. This is **backpropagation through time**.
#
# ## Exercise 8.6: rnn_backward
#
# `dh` (N, T, H) is the gradient by the states as seen by their outputs alone. Walk from the last
# time to the first. At each, add what the later step has sent back to `dh[:, t]`, and pass the sum
# through the step.
#
# Return `(dx, dh0, dWx, dWh, db)`: `dx` (N, T, D), and `dh0` (N, H) the gradient by the state
# before the first step (4 points). `dh` and the arguments of the forward pass stay as they were,
# and the cache can be used again (1 point).
#
# With the example of 8.5 and `dh = [[[0], [0], [1]]]` you should get `dx = [[[0.2177],
# [0.5185], [0.8821]]]`, `dh0 = [[0.2177]]`, `dWx = [[-0.664]]`, `dWh = [[0.961]]`, `db = [1.618]`.

# %% solution="rnn_backward"
def rnn_backward(dh, cache):
    """Back through time: dh (N, T, H) -> dx (N, T, D), dh0 (N, H), dWx, dWh, db."""
    ### BEGIN SOLUTION
    dx, dh_next, dWx, dWh, db = [], 0, 0, 0, 0
    for t in reversed(range(dh.shape[1])):
        dx_t, dh_next, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + dh_next, cache[t])
        dx.append(dx_t)
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return np.stack(dx[::-1], axis=1), dh_next, dWx, dWh, db
    ### END SOLUTION

# %% check="rnn_backward" points=4
import numpy as np
from dlutils import checks

checks.agrees("rnn_backward", rnn_backward, checks.case(dh=np.array([[[0.0], [0], [1]]]),
    x=np.array([[[1.0], [0], [-1]]]), h0=np.zeros((1, 1)), Wx=np.ones((1, 1)), Wh=np.ones((1, 1)),
    b=np.zeros(1)), using=checks.backward_pair("rnn_backward", rnn_forward, rnn_backward))
### BEGIN HIDDEN TESTS
checks.agrees("rnn_backward", rnn_backward, *[checks.rnn_case(*sizes, back=True) for sizes in
    ((3, 4, 1, 2), (1, 5, 3, 2), (4, 1, 2, 3), (3, 3, 3, 3))], hidden=True,
    using=checks.backward_pair("rnn_backward", rnn_forward, rnn_backward))
### END HIDDEN TESTS

# %% check="rnn_backward" kind="purity" points=1
from dlutils import checks

checks.unchanged("rnn_backward", rnn_backward, checks.rnn_case(2, 3, 4, 5, back=True),
    using=checks.backward_pair("rnn_backward", rnn_forward, rnn_backward))
checks.agrees("rnn_backward", rnn_backward, checks.rnn_case(2, 3, 2, 2, back=True),
    using=checks.backward_pair("rnn_backward", rnn_forward, rnn_backward, calls=2))
### BEGIN HIDDEN TESTS
checks.unchanged("rnn_backward", rnn_backward, *[checks.rnn_case(*sizes, back=True) for sizes in
    ((3, 3, 3, 3), (2, 4, 1, 3), (3, 1, 2, 2))], hidden=True,
    using=checks.backward_pair("rnn_backward", rnn_forward, rnn_backward))
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 8.7: temporal_cross_entropy
#
# The name `ann` fills 4 of its 16 places. If the other 12 counted too, the network would mostly
# learn that after a dot comes a dot, and look excellent.
#
# `logits` (N, T, V), `labels` (N, T) ints from 0 to V - 1, `mask` (N, T) bools, True = keep. With
# K kept places in the whole batch, the loss is the mean over them:
#
# $$L = -\frac{1}{K} \sum_{(n, t)\ \text{kept}} \log \mathrm{softmax}(z_{nt})_{y_{nt}}.$$
#
# Return `(loss, dlogits)`; the gradient (N, T, V) is 0 at the other places. If no place is kept,
# loss and gradient are 0. (3 points) Right for logits of ±1000 too (1 point), arguments unchanged
# (1 point). You may call `softmax`, `cross_entropy` and `cross_entropy_backward`.
#
# All `logits` 0, shape (1, 3, 2), `labels = [[1, 0, 1]]`, `mask = [[True, True, False]]`: `loss =
# 0.693`, `dlogits = [[[0.25, -0.25], [-0.25, 0.25], [0, 0]]]`.

# %% solution="temporal_cross_entropy"
def temporal_cross_entropy(logits, labels, mask):
    """Cross-entropy over the kept positions of sequences -> loss, dlogits (N, T, V)."""
    ### BEGIN SOLUTION
    dlogits = np.zeros_like(logits)
    if not mask.any():
        return 0.0, dlogits
    dlogits[mask] = cross_entropy_backward(logits[mask], labels[mask])
    return cross_entropy(logits[mask], labels[mask]), dlogits
    ### END SOLUTION

# %% check="temporal_cross_entropy" points=3
import numpy as np
from dlutils import checks

checks.agrees("temporal_cross_entropy", temporal_cross_entropy, checks.case(logits=np.zeros((1, 3,
    2)), labels=np.array([[1, 0, 1]]), mask=np.array([[True, True, False]])), checks.random_case(3,
    logits=(2, 3, 4), labels=np.array([[1, 3, 0], [2, 0, 2]]), mask=np.arange(6).reshape(2, 3) < 4))
### BEGIN HIDDEN TESTS
checks.agrees("temporal_cross_entropy", temporal_cross_entropy, *[checks.random_case(4, logits=(3,
    4, 5), labels=np.arange(12).reshape(3, 4) % 5, mask=np.arange(12).reshape(3, 4) % k == r)
    for k, r in ((1, 0), (2, 1), (3, 0), (5, 2), (2, 2))], hidden=True)
### END HIDDEN TESTS

# %% check="temporal_cross_entropy" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("temporal_cross_entropy", temporal_cross_entropy, checks.case(logits=np.array([[[
    1000.0, 0.0, -1000.0], [1.0, 2.0, 3.0]]]), labels=np.array([[1, 0]]), mask=np.ones((1, 2)) > 0))
### BEGIN HIDDEN TESTS
checks.agrees("temporal_cross_entropy", temporal_cross_entropy, checks.case(logits=np.array([[[
    -999.0, -1000.0], [0.0, 800.0]]]), labels=np.array([[1, 0]]), mask=np.ones((1, 2)) > 0),
    hidden=True)
### END HIDDEN TESTS

# %% check="temporal_cross_entropy" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("temporal_cross_entropy", temporal_cross_entropy, checks.random_case(3, logits=(2,
    3, 4), labels=np.array([[1, 3, 0], [2, 0, 2]]), mask=np.arange(6).reshape(2, 3) < 4))
### BEGIN HIDDEN TESTS
checks.unchanged("temporal_cross_entropy", temporal_cross_entropy, checks.random_case(4, logits=(3,
    2, 2), labels=np.ones((3, 2), int), mask=np.arange(6).reshape(3, 2) % 2 > 0), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## The network
#
# Put together: ids to vectors by $E$, vectors to states by the recurrent step, states to logits by
# a linear layer with weights $W$ and biases $c$. Six arrays in all, for names and novel alike.

# %%
def random_params(V, D, H, rng):
    """E, Wx, Wh, b, W, c in float32: embedding, recurrent step, linear layer to the logits."""
    parts = [0.5 * rng.normal(size=(V, D)), xavier_init(D, H, rng), xavier_init(H, H, rng)]
    parts += [np.zeros(H), xavier_init(H, V, rng), np.zeros(V)]
    return [part.astype(np.float32) for part in parts]


def predict(params, ids, h0):
    """Logits (N, T, V), all states (N, T, H), and the caches, for ids (N, T)."""
    E, Wx, Wh, b, W, c = params
    x, cache_e = embedding_forward(ids, E)
    h, cache_h = rnn_forward(x, h0, Wx, Wh, b)
    flat, cache_y = linear_forward(h.reshape(-1, h.shape[2]), W, c)
    return flat.reshape(*ids.shape, -1), h, (cache_e, cache_h, cache_y)


def zero_state(params, N):
    return np.zeros((N, len(params[2])), np.float32)

# %% [markdown]
# Back the same way, and one step of Adam. Gradients longer than 1 are shortened ([chapter
# 5](../05_optimizers/optimizers.ipynb)).

# %%
def gradients(dlogits, h, caches):
    """Gradients in the order of params, from dlogits (N, T, V)."""
    cache_e, cache_h, cache_y = caches
    dh, dW, dc = linear_backward(dlogits.reshape(-1, dlogits.shape[2]), cache_y)
    dx, _, dWx, dWh, db = rnn_backward(dh.reshape(h.shape), cache_h)
    return [embedding_backward(dx, cache_e), dWx, dWh, db, dW, dc]


def learn(params, states, batch, h0, lr):
    """One step of Adam on a batch (ids, labels, mask) -> loss in bits, params, states, all h."""
    ids, labels, mask = batch
    logits, h, caches = predict(params, ids, h0)
    loss, dlogits = temporal_cross_entropy(logits, labels, mask)
    grads = clip_by_norm(gradients(dlogits, h, caches), 1.0)
    moved = [adam_step(*three, lr) for three in zip(params, grads, states, strict=True)]
    return loss / np.log(2), [w for w, _ in moved], [state for _, state in moved], h

# %% [markdown]
# Now train on the names: states of 64 numbers, vectors of 16, which makes 7,452 parameters. Eight
# times through all names, in batches of about 64, with a learning rate that falls to 0. Bits on
# the test names are computed once, at the end.

# %% experiment
rng = np.random.default_rng(0)
namer, states, losses = random_params(V, 16, 64, rng), [None] * 6, []
for _ in range(8):
    for rows in np.array_split(rng.permutation(len(train_names)), 106):
        batch = [part[rows] for part in train]
        lr, h0 = 0.02 * (1 - len(losses) / 848), zero_state(namer, len(rows))
        loss, namer, states, _ = learn(namer, states, batch, h0, lr)
        losses.append(loss)

logits, _, _ = predict(namer, test[0], zero_state(namer, len(test_names)))
name_bits = temporal_cross_entropy(logits, *test[1:])[0] / np.log(2)
print(f"{sum(part.size for part in namer):,} parameters")
print(f"test names: {name_bits:.2f} bits per character, bigram model {bigram_bits:.2f}")
assert name_bits < bigram_bits - 0.4

# %% [markdown]
# ## Let it speak
#
# To write, the network has to be asked again and again: it gives logits for the next letter, one
# is drawn, and the drawn letter is the next input.
#
# How should one draw? Always taking the likeliest letter gives the same name for ever. So draw at
# random, but divide the logits by a **temperature** $\tau$ first:
#
# $$p = \mathrm{softmax}(z / \tau).$$
#
# At $\tau = 1$ the letters come as the network believes in them. Near 0 the likeliest wins, and
# for large $\tau$ all become equal. Of two letters with logits 2 and 0, the first gets 0.98 at
# $\tau = 0.5$, 0.88 at 1 and 0.73 at 2.

# %% [markdown]
# ## Exercise 8.8: sample_sequence
#
# `step(token, state)` reads a token and returns `(logits, state)`: logits (V,) for the next token,
# and the state to hand to the next call. In the first call the token is `start` and the state
# `None`. What else a state may be is the model's business.
#
# Draw each token from $\mathrm{softmax}(z/\tau)$ with `rng`, a numpy Generator. The method is up
# to you, but all chance comes from `rng`: equal generators give equal lists.
#
# Return the list of the `length` drawn ids without `start`; it may be empty. (2 points) One point
# is for the frequencies and the use of `rng`, one for logits of ±1000 and temperatures down to
# 0.001.
#
# If `step` always favours the next of 5 tokens, `start=3` and `length=4` give `[4, 0, 1, 2]`.

# %% solution="sample_sequence"
def sample_sequence(step, start, length, temperature, rng):
    """Let a model speak: `length` ids, each drawn from softmax(logits / temperature) -> list."""
    ### BEGIN SOLUTION
    token, state, tokens = start, None, []
    for _ in range(length):
        logits, state = step(token, state)
        p = softmax(logits / temperature)
        token = int(rng.choice(len(p), p=p))
        tokens.append(token)
    return tokens
    ### END SOLUTION

# %% check="sample_sequence" points=2
import numpy as np
from dlutils import checks

checks.agrees("sample_sequence", sample_sequence, checks.case(step=lambda token, state: (np.eye(5)[
    (token + 1) % 5] * 60, state), start=3, length=4, temperature=1, rng=np.random.default_rng(0)))
### BEGIN HIDDEN TESTS
checks.agrees("sample_sequence", sample_sequence, *[checks.case(step=lambda token, state: (80 * np
    .eye(7)[(3 * token + len(state or "")) % 7], (state or "") + "a"), start=2, length=n,
    temperature=1.5, rng=np.random.default_rng(8)) for n in (0, 1, 9)], hidden=True,
    using=lambda f, *a: [*f(*a), -1])
### END HIDDEN TESTS

# %% check="sample_sequence" kind="law" points=1
import numpy as np
from dlutils import checks

checks.holds("sample_sequence", sample_sequence, "the share of token 1 among 400", *[
    checks.two_tokens(lead=t, temperature=t) for t in (4.0, 0.2)],
    measure=lambda f, *a: np.mean(f(*a)), within=(0.62, 0.84))
### BEGIN HIDDEN TESTS
checks.holds("sample_sequence", sample_sequence, "equal generators give equal lists, others do not",
    checks.two_tokens(0.0, 1.0), hidden=True, within=(0.3, 1.0), measure=lambda f, *a: np.mean(np.
    equal(*[f(*a[:4], np.random.default_rng(6)) for _ in "ab"])) - np.mean(np.equal(f(*a), f(*a))))
### END HIDDEN TESTS

# %% check="sample_sequence" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("sample_sequence", sample_sequence, checks.case(step=lambda token, state: (np.roll(
    [1000.0, -1000.0, 0.0], token + 1), state), start=0, length=3, temperature=1.0,
    rng=np.random.default_rng(0)))
### BEGIN HIDDEN TESTS
checks.agrees("sample_sequence", sample_sequence, checks.case(step=lambda token, state: (np.roll(
    [1000.0, 999.0, -1000.0], token + 2), state), start=0, length=4, temperature=0.001,
    rng=np.random.default_rng(0)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Your network becomes a `step` by reading one letter at a time. Names end at the first dot.
#
# How many of its names are on the list that it has read? A machine that knows the list by heart,
# and nothing else, would get 100 %.

# %% experiment
def speaker(params):
    def step(token, state):
        h0 = zero_state(params, 1) if state is None else state
        logits, h, _ = predict(params, np.array([[token]]), h0)
        return logits[0, 0], h[:, 0]
    return step


def invent(temperature, rng):
    tokens = sample_sequence(speaker(namer), 0, 16, temperature, rng)
    return "".join(LETTERS[i] for i in tokens).partition(".")[0]


rng, known = np.random.default_rng(3), set(train_names)
for temperature in (0.5, 1.0, 1.5):
    print(temperature, *[invent(temperature, rng) for _ in range(9)])
made = [invent(1.0, rng) for _ in range(500)]
print(f"on the list {np.mean([n in known for n in made]):.0%}, "
      f"under 3 or over 12 letters {np.mean([not 3 <= len(n) <= 12 for n in made]):.1%}")

# %% [markdown]
# At temperature 0.5 they could stand in a register of births; at 1.5 nobody would be called so.
# At 1, one name in nine is on the list, the others are new. And nearly all lengths are right,
# where 38 % of the bigram model's were not.
#
# What does the memory buy, letter by letter? **In the figure** are two names from the test list,
# and for each letter two bars: its bits for the bigram model (orange) and the network (blue,
# hatched). In `christophe`, `i`, `s` and `t` cost the network less than 1 bit, the bigram model
# more than 2. Then it pays 3 bits for the `e`, having expected the name to end. In `bernadett` its
# `d` costs over 5 bits, although `bernadette` is on the list that it read.

# %% experiment
def bits_by_letter(name):
    """Bits for each letter of a name, and for its end: of the network and of the bigram model."""
    ids, labels, _ = (part[:, : len(name) + 1] for part in encode([name]))
    p = softmax(predict(namer, ids, zero_state(namer, 1))[0])[0]
    return -np.log2(p[np.arange(len(name) + 1), labels[0]]), -np.log2(pairs[ids, labels])[0]


fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
for ax, name in zip(axes, ("christophe", "bernadett"), strict=True):
    ours, counted = bits_by_letter(name)
    ax.bar(np.arange(len(ours)) - 0.2, counted, 0.4, color="C1", label="bigram model")
    ax.bar(np.arange(len(ours)) + 0.2, ours, 0.4, color="C0", hatch="//", label="network")
    ax.set(xticks=range(len(ours)), xticklabels=[*name, "."], xlabel="letter")
axes[0].set_ylabel("bits")
axes[0].legend()
fig.suptitle("From the third letter on the network usually pays less", x=0.01, ha="left")
plt.show()

# %% [markdown]
# ## Is it the memory?
#
# The network has 7,452 parameters, the bigram model 784 counts. Perhaps it is only bigger? Compare
# fairly: with networks that see the last 1, 2, 3, 4 or 6 letters, through an embedding and one
# hidden layer of tanh units, as wide as 7,452 parameters allow. All are trained alike, each with
# the best of four learning rates (on 600 names held out), with five seeds.
#
# Where will the network end that sees one letter?
#
# **In the figure** each network is a dot with a bar of one standard deviation, over bits per
# character. Those with 1, 2 and 3 letters stand at 3.50, on the dotted line of the bigram model,
# at 3.19 and at 3.02; those with 4, 6 and the recurrent one lie between 2.94 and 2.97.

# %% experiment
stored = results.load("recurrent_networks")["names"]
for name, found in stored["models"].items():
    print(f"{name:10} {found['parameters']:,} parameters  lr {found['lr']:<5}  "
          f"{np.mean(found['bits']):.3f} ± {np.std(found['bits'], ddof=1):.3f} bits")

names = list(stored["models"])
scores = [stored["models"][name]["bits"] for name in names]
fig, ax = plt.subplots(figsize=(7.5, 3.8))
ax.axvline(stored["bigram"], color="black", linestyle=":", label="bigram model")
ax.errorbar(np.mean(scores, axis=1), names, xerr=np.std(scores, axis=1, ddof=1), fmt="o", capsize=4)
ax.set(xlabel="bits per character on test names", ylabel="the network sees")
ax.set_title("One letter is worth what counting is worth; four are worth a state")
ax.legend()
plt.show()

# %% [markdown]
# With one letter in sight, 7,451 parameters find just what counting found. So it *is* the memory.
# But look at the top: a window of four letters is as good as the recurrent state, even a little
# better. Names have six letters on average; there is not much more to remember.
#
# ## A longer text
#
# *Pride and Prejudice* has 684,768 characters, 75 different ones. The last six of its 61 chapters
# are the test text. You cannot walk back through the whole book for every update. So cut the text
# into 32 strips, and read 25 characters of each at a time. The state is handed on to the next
# window, but the gradient stops at the edge: **truncated** backpropagation through time.

# %% experiment
book = datasets.pride_and_prejudice()
characters = sorted(set(book.text_train))
code = {character: i for i, character in enumerate(characters)}
text, test_text = (np.array([code[c] for c in t]) for t in (book.text_train, book.text_test))
novel_pairs = count_pairs(text[:-1], text[1:], len(characters))
novel_bigram = -np.mean(np.log2(novel_pairs[test_text[:-1], test_text[1:]]))


def windows(text, N, T=25):
    """Consecutive batches (ids, labels, mask), each (N, T), along N strips of a text."""
    length = (len(text) - 1) // N
    for start in range(0, length - T + 1, T):
        places = np.arange(N)[:, None] * length + np.arange(start, start + T)
        yield text[places], text[places + 1], np.ones((N, T), bool)

# %% [markdown]
# Train for 600 windows, with 128 numbers as state. Then read the test chapters in 64 strips, and
# let the network write 300 characters at temperature 0.6, beginning with an `I`.

# %% experiment
untrained = reader = random_params(len(characters), 32, 128, np.random.default_rng(0))
states, h = [None] * 6, np.zeros((32, 1, 128), np.float32)
for k, batch in zip(range(600), windows(text, 32), strict=False):
    loss, reader, states, h = learn(reader, states, batch, h[:, -1], lr=0.004 * (1 - k / 600))

h, losses = np.zeros((64, 1, 128), np.float32), []
for ids, labels, mask in windows(test_text, 64):
    logits, h, _ = predict(reader, ids, h[:, -1])
    losses.append(temporal_cross_entropy(logits, labels, mask)[0] / np.log(2))
print(f"{np.mean(losses):.2f} bits per character, bigram model {novel_bigram:.2f}")
assert np.mean(losses) < novel_bigram - 0.7
tokens = sample_sequence(speaker(reader), code["I"], 300, 0.6, np.random.default_rng(1))
print("I" + "".join(characters[token] for token in tokens))

# %% [markdown]
# 2.6 bits against 3.5, from your own eight functions. The sample has spaces, commas, many
# English words, and others that only look like English. A few words in a row may sound right; no
# sentence does.
#
# ## How far back does it reach?
#
# In theory, the state can carry the first letter of a chapter to its last. But to learn to keep
# something for $k$ steps takes a gradient that comes back $k$ steps. Follow one: that of a single
# character's loss by the input 0, 1, 2, ... steps before. Each step back multiplies it by $1 -
# h'^2$ and by $W_h^T$; and $0.8^{30} = 0.001$, but $1.2^{30} = 237$.

# %% [markdown]
# **In the figure** its norm, relative to distance 0, is drawn on a logarithmic axis against the
# distance, for the untrained network with $W_h$ times 4 (solid), 2 (dashed), 1 (dash-dotted) and
# 0.5 (dotted). The curves are nearly straight. At distance 30 they have reached a million, 150,
# 0.003 and $4 \cdot 10^{-11}$.

# %% experiment
def gradient_norms(E, Wx, Wh, b, W, c, steps=30):
    places = np.arange(64, len(test_text) - 1, 256)
    ids = test_text[places[:, None] + np.arange(-steps, 1)]
    h, cache = rnn_forward(E[ids], np.zeros((len(ids), len(Wh)), np.float32), Wx, Wh, b)
    dh = np.zeros_like(h)
    dh[:, -1] = cross_entropy_backward(h[:, -1] @ W + c, test_text[places + 1]) @ W.T
    return np.linalg.norm(rnn_backward(dh, cache)[0], axis=2).mean(axis=0)[::-1]


fig, ax = plt.subplots()
for scale, style in ((4, "-"), (2, "--"), (1, "-."), (0.5, ":")):
    norms = gradient_norms(*untrained[:2], scale * untrained[2], *untrained[3:])
    ax.semilogy(norms / norms[0], style, label=f"$W_h$ times {scale}")
ax.set(xlabel="distance in time (steps)", ylabel="gradient norm, relative")
ax.set_title("Double the weights, and a fading gradient explodes")
ax.legend(loc="lower left")
plt.show()

# %% [markdown]
# A straight line means the same factor at every step: 0.83 for the unchanged weights, since
# $0.83^{30} = 0.004$. (At 30 the lines bend: there the reading began, with an empty state and units
# far from saturation.) Between fading and exploding there is only a factor of exactly 1. Against
# explosion there is clipping. Against fading?
#
# You might hope that training moves the factor towards 1. **In the figure**, left, are the curves
# of five networks before training (dashed; mean, and one standard deviation shaded) and after it
# (solid). On the right the trained networks are shown only the last $k$ characters of the test
# text: bits per character against $k$. The curve falls from 4.7 at 1 to 2.65 at 8, and is flat
# from 12 on.

# %% experiment
novel = results.load("recurrent_networks")["novel"]
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.9))
for label, style in (("before", "--"), ("after", "-")):
    logs = np.log10(novel[f"gradient_{label}"])
    middle, spread = logs.mean(axis=0), logs.std(axis=0, ddof=1)
    axes[0].semilogy(10**middle, style, label=f"{label} training")
    axes[0].fill_between(range(31), 10 ** (middle - spread), 10 ** (middle + spread), alpha=0.25)
    print(f"{label} training, mean of 1 - h^2: {np.mean(novel[f'slope_{label}']):.2f}")
bits, spread = np.mean(novel["bits"], axis=0), np.std(novel["bits"], axis=0, ddof=1)
print(*[f"{k}: {b:.2f}" for k, b in zip(novel["contexts"], bits, strict=True)], sep="  ")
axes[1].errorbar(novel["contexts"], bits, yerr=spread, fmt="o-", capsize=3)
axes[0].set(xlabel="distance (steps)", ylabel="relative norm", title="A gradient fades ...")
axes[1].set(xlabel="characters shown", ylabel="bits per character", title="... and so does memory")
axes[0].legend()
plt.show()

# %% [markdown]
# Training made it worse: the factor per step falls from 0.85 to 0.68, the gradient at distance 30
# to a thousandth of what it was. As the weights grow, the units saturate, and $1 - h'^2$ becomes
# small.
#
# And the state that could hold a chapter holds some 12 characters, two words. What came before
# makes no difference to the bits. With a single character the network is worse than the bigram
# model: in training it always had a state to read with, and an empty one says nothing to it.

# %% [markdown]
# ## In your own words
#
# Answer in about ten lines.
#
# 1. Clipping keeps the gradient of a recurrent network from exploding. Why is there no such cure
#    for a gradient that vanishes, for example multiplying it by 1,000?
# 2. In training, the gradient stops at the edge of a window of 25 characters. Can the state still
#    carry something over 40 characters? Can the network *learn* to do so?
# 3. Someone cuts the whole novel into windows of 25 characters that overlap by 24, shuffles them,
#    and tests on a tenth of them. The network gets 1.9 bits. What do you say?

# %% [markdown] answer="how_far_back" points=3
# ### BEGIN SOLUTION
# 1. The gradient at an early state is a sum over all later losses. What comes from far is not only
#    small but drowned by what comes from near: in the weights' gradient, all steps are added up.
#    Multiplying scales near and far alike, and the direction stays that of the near. Explosion is
#    a matter of length alone, and a length can be cut.
# 2. Yes: the state is handed on, so something may last (forward, nothing is cut). But no gradient
#    tells the weights to keep something for a loss more than 25 steps later. It can be kept only
#    because keeping over shorter distances was learnt, and happens to last longer.
# 3. Nearly every test window shares 24 of its characters with training windows. The score says how
#    well the network remembers the book, not how well it predicts new text. Split first, by
#    chapters, then cut.
#
# Rubric. 1 point each. Part 1: near and far are scaled alike (or: the direction is lost). Part 2:
# both answers, forward and backward told apart. Part 3: overlap of test with training, and a split
# in text order.
# ### END SOLUTION

# %% [markdown]
# ## Play: temperature
#
# Turn the temperature, `tau`, and read. The bars are the network's probabilities for the letter
# that follows `start`. Below stand ten names that begin with it; a star marks those on the list.
#
# - At 0.1, how many different names are left? Why are they not better than those at 0.5?
# - Where do you find most names that are new and could be names?
# - What do the names at 3 have in common with the bigram model's?
# - Type another beginning, `x` or `anna-`. Does it know that after a hyphen a new name begins?
#
# **In the figure** 28 bars show the probabilities of the letter that follows `ma`, for `tau = 1`.
# The highest, `r`, has about a half.

# %% play
def show(fig, tau, start, seed):
    fig.set_size_inches(8, 2.8)
    letters = [letter for letter in start.lower() if letter in LETTERS[1:]][:10]
    ids = np.array([[0, *map(LETTERS.index, letters)]])
    logits, h, _ = predict(namer, ids, zero_state(namer, 1))
    ax = fig.subplots()
    ax.bar(list(LETTERS), softmax(logits[0, -1] / tau), color="C0")
    ax.set(ylim=(0, 1), xlabel="next letter (the dot ends the name)", ylabel="probability")
    ax.set_title(f"After '{''.join(letters)}' at temperature {tau:g}")

    def step(token, state):
        return speaker(namer)(token, h[:, -1] if state is None else state)

    rng, names = np.random.default_rng(seed), []
    for _ in range(10):
        first = rng.choice(V, p=softmax(logits[0, -1] / tau))
        later = sample_sequence(step, first, 15, tau, rng)
        name = "".join([*letters, *(LETTERS[i] for i in [first, *later])]).partition(".")[0]
        names.append(name + "*" * (name in known))
    return "  ".join(names)


plotting.play(show, tau=(0.1, 3.0, 1.0), start="ma", seed=(0, 20, 0))

# %% [markdown]
# ## What to remember
#
# - A **recurrent network** takes the same step at every time: $h' = \tanh(x W_x + h W_h + b)$. The
#   state is its memory.
# - An **embedding** is a table with a learnt vector per token. Its gradient adds up where a token
#   is repeated.
# - **Back through time**: at each state add the gradient from its output and the one from later;
#   add up the weights' gradients over all times.
# - Padding must not count, neither in the loss nor in the number it is divided by.
# - Gradients through time are products. They fade or explode with distance, and a network cannot
#   learn to remember what no gradient reaches.
#
# In [chapter 9](../09_lstm/lstm.ipynb) a different step keeps the product near 1.

# %% [markdown]
# ## References
#
# - J. L. Elman, *Finding structure in time*, Cognitive Science 14(2), 1990.
# - P. J. Werbos, *Backpropagation through time: what it does and how to do it*, Proceedings of the
#   IEEE 78(10), 1990.
# - Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient descent is
#   difficult*, IEEE Transactions on Neural Networks 5(2), 1994.
# - Y. Bengio, R. Ducharme, P. Vincent, C. Jauvin, *A neural probabilistic language model*, JMLR 3,
#   2003.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*,
#   ICML 2013.
