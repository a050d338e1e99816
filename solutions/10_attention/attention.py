# %% [markdown]
# # 10. Attention and transformers
#
# Listen to twenty digits, one by one, and then say them backwards. What makes this hard? You
# cannot start before you have heard the end, and then you must still hold the beginning.
#
# The LSTM of [chapter 9](../09_lstm/lstm.ipynb) does it as you do: it reads all digits into its
# state and answers from there. With 25,834 weights and 400 minibatches of practice it gets 12 of
# the 20 right. Here 3,712 weights learn it without a mistake, within 200 minibatches. They hold
# nothing in mind: they *look it up*.
#
# You write ten functions (30 points) and answer a question in words (3 points). Three of them say
# digits backwards. The others make a **transformer**, the network behind today's language models.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import Adam, Embedding, Layer, LayerNorm, Linear, Sequential, TimeDistributed
from dlutils import TransformerBlock, adam_step, cross_entropy_and_gradient
from dlutils import cross_entropy_backward, datasets, embedding_backward, embedding_forward
from dlutils import plotting, predict, relu, results, softmax

plotting.use_course_style()

# %% [markdown]
# ## What a state must carry
#
# The LSTM reads T random digits, then T blanks, and at each blank it has to name a digit, the
# last one first. Three runs for each T take a while, so their results come from a file, which
# `python -m dlutils.results attention` computes anew.
#
# **In the figure**, on the left, the share of right digits falls from 0.99 at 5 digits to 0.62 at
# 20; bars show the spread of the runs. On the right, for 20 digits, it is drawn by the place in
# the answer: the first answer, the digit heard last, is always right. Then it goes down to 0.43 at
# the 17th, and up again for the last. A dotted line at 0.1 is guessing.
#
# Why is the digit heard *first* not the worst?

# %%
stored = results.load("attention")["reversal"]
lstm, lengths = stored["LSTM"], stored["lengths"]
scores, by_place = np.array(lstm["accuracy"]), np.array(lstm["by_place"])
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
axes[0].errorbar(lengths, scores.mean(axis=1), scores.std(axis=1), fmt="o-", capsize=4)
axes[1].errorbar(range(1, 21), by_place.mean(axis=0), by_place.std(axis=0), fmt="o-", capsize=3)
for ax in axes:
    ax.axhline(0.1, color="black", linestyle=":", label="guessing")
    ax.set(ylabel="share of right digits", ylim=(0, 1.05), xticks=(1, 5, 10, 15, 20))
axes[0].set(xlabel="digits to reverse", xticks=lengths)
axes[1].set_xlabel("place in the answer, of 20")
axes[0].set_title("Longer is harder for an LSTM ...")
axes[1].set_title("... and most of what is long ago is lost")
axes[0].legend()
plt.show()

# %% [markdown]
# ## Look it up
#
# A dictionary: you compare your word with the headwords, and read the entry beside the one that
# fits. **Attention** does this with vectors (Bahdanau, Cho and Bengio, 2015). The **query** $q$
# says what is looked for. Every place $j$ has a **key** $k_j$, what it is found by, and a **value**
# $v_j$, what is read there.
#
# The dot product $q \cdot k_j$ measures the fit. To take the best alone would have no gradient. So
# softmax turns the scores into weights, and you read a mean of the values (Vaswani and others,
# 2017), for all queries, the rows of $Q$, at once:
#
# $$Y = \mathrm{softmax}\!\left(\frac{Q K^T}{\sqrt d}\right) V,$$
#
# softmax along each row, $d$ the size of a query. Below, the values are rows of the identity, a
# trick to remember: what is read then *is* the weights.

# %% tags=["nbval-check-output"]
query = np.array([[2.0, 0.0, 0.0, 0.0]])
keys = np.array([[0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0]])
values = np.eye(3, 4)
fits = query @ keys.T
print("dot products:    ", fits)
print("over sqrt(4):    ", fits / 2)
print("weights:         ", softmax(fits / 2).round(4))
print("mean of values:  ", (softmax(fits / 2) @ values).round(4))

# %% [markdown]
# Why divide by $\sqrt d$? Take queries and keys of standard normal numbers. A dot product adds
# $d$ products of variance 1 each, so its spread is $\sqrt d$. Softmax of ten such scores: how much
# weight does the largest get, in the mean over 2,000 queries?

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(0)
for d in (4, 64, 1024):
    many = (rng.normal(size=(2000, 1, d)) @ rng.normal(size=(2000, d, 10)))[:, 0]
    raw, scaled = (softmax(s).max(axis=1).mean() for s in (many, many / d**0.5))
    print(f"d {d:4}: spread {many.std():4.1f}, largest weight {raw:.2f}, divided {scaled:.2f}")

# %% [markdown]
# Undivided, chance decides as soon as $d$ is large: one weight is near 1 before anything is
# learnt. And where a softmax is sure, its gradient has vanished.
#
# Sometimes a query must not read everywhere: not the future, say, nor padding. A **mask** (Tq, Tk)
# is True where query $i$ may read key $j$. Elsewhere the score becomes $-\infty$ *before* the
# softmax: its weight is $e^{-\infty} = 0$, and the others still sum to 1.

# %% [markdown]
# ## Exercise 10.1: attention_forward
#
# `q` is (..., Tq, d), `k` and `v` are (..., Tk, d), with any number of leading axes, none too, the
# same in all three. `mask` is a bool array (Tq, Tk), True = keep, for all leading axes alike, or
# None: everything is kept. Every query keeps at least one key. Return `(y, cache)`: $Y$ as above,
# (..., Tq, d), and what your backward function will need (3 points).
#
# With the numbers above y = [[0.0900, 0.2447, 0.6652, 0]]; with `mask=[[True, True, False]]` y =
# [[0.2689, 0.7311, 0, 0]].
#
# Scores of $\pm 1000$ must give right values, and a masked key has no influence, be its score a
# thousand (1 point). `softmax` is that of chapter 2: along the last axis, safe with large numbers.

# %% solution="attention_forward"
def attention_forward(q, k, v, mask):
    """softmax(q k^T / sqrt(d)) v: q (..., Tq, d), k and v (..., Tk, d) -> y (..., Tq, d), cache."""
    ### BEGIN SOLUTION
    scores = q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5  # (..., Tq, Tk)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = softmax(scores)
    return weights @ v, (q, k, v, weights)
    ### END SOLUTION

# %% check="attention_forward" points=3
from dlutils import checks

checks.agrees("attention_forward", attention_forward, checks.lookup_case(2.0, [0, 1, 2]),
    checks.lookup_case(2.0, [0, 1, 2], mask=[[True, True, False]]),
    checks.attention_case((2,), 3, 5, 4), using=checks.outputs(1))
### BEGIN HIDDEN TESTS
checks.agrees("attention_forward", attention_forward, *[checks.attention_case(*case) for case in (
    ((2, 3), 4, 4, 6, True), ((3,), 2, 5, 3, True), ((2,), 1, 1, 5), ((1, 2), 3, 2, 1),
    ((), 4, 3, 2))], using=checks.outputs(1), hidden=True)
### END HIDDEN TESTS

# %% check="attention_forward" kind="stability" points=1
from dlutils import checks

checks.agrees("attention_forward", attention_forward,
    checks.lookup_case(50.0, [40, -40, 30], batch=(1,)), using=checks.outputs(1))
### BEGIN HIDDEN TESTS
checks.agrees("attention_forward", attention_forward, checks.lookup_case(50.0, [40, -30, -40],
    mask=[[0, 1, 1], [1, 1, 0]], batch=(2,)), using=checks.outputs(1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 10.2: attention_backward
#
# Call the weights $w$, one row per query, and the scores $s$. As for a linear layer, $dV = w^T dY$
# and $dw = dY\,V^T$. Through the softmax a weight depends on every score of its row:
# $\partial w_i/\partial s_j = w_i (\delta_{ij} - w_j)$, which sums up to
#
# $$ds_j = w_j \Bigl( dw_j - \sum_i w_i\, dw_i \Bigr):$$
#
# a score should rise if its value is *better than what is read now*. At last $s = QK^T/\sqrt d$
# hands $ds$ on to $Q$ and $K$.
#
# `dy` has the shape of $y$; the check makes `cache` with your own `attention_forward`. Return `(dq,
# dk, dv)`, in the shapes of `q`, `k` and `v` (4 points). With the example (no mask) and `dy = [[1,
# 0, 0, 0]]` only the first columns are not 0: dq = [-0.0709], dk = [0.0819, -0.0220, -0.0599],
# dv = [0.0900, 0.2447, 0.6652].

# %% solution="attention_backward"
def attention_backward(dy, cache):
    """Gradients of attention: dy (..., Tq, d) -> dq (..., Tq, d), dk (..., Tk, d), dv."""
    ### BEGIN SOLUTION
    q, k, v, weights = cache
    dweights = dy @ v.swapaxes(-1, -2)
    mean = (weights * dweights).sum(axis=-1, keepdims=True)
    dscores = weights * (dweights - mean) / q.shape[-1] ** 0.5
    return dscores @ k, dscores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ dy
    ### END SOLUTION

# %% check="attention_backward" points=4
from dlutils import checks

checks.agrees("attention_backward", attention_backward,
    *[checks.attention_case(*case, back=True) for case in (((3,), 3, 3, 4), ((2,), 3, 5, 4))],
    using=checks.backward_pair("attention_backward", attention_forward, attention_backward))
### BEGIN HIDDEN TESTS
checks.agrees("attention_backward", attention_backward, *[checks.attention_case(*case, back=True)
    for case in (((2, 3), 4, 4, 6, True), ((3,), 1, 5, 3, True), ((), 3, 2, 1))], hidden=True,
    using=checks.backward_pair("attention_backward", attention_forward, attention_backward))
### END HIDDEN TESTS

# %% [markdown]
# ## Where in the sequence?
#
# Before you train: could attention say digits backwards at all? Shuffle keys and values together,
# and compare what is read.

# %% experiment tags=["nbval-check-output"]
rng = np.random.default_rng(2)
one, places, offers = rng.normal(size=(1, 4)), rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
order = rng.permutation(6)
print("order: ", order)
for shuffled in (slice(None), order):
    print("reads: ", attention_forward(one, places[shuffled], offers[shuffled], None)[0].round(4))

# %% [markdown]
# The same: to attention a sequence is a bag. It knows neither who is first, nor who stands beside
# whom. So write the place into the token: add to the embedding at place $t$ a vector $P_t$ of sines
# and cosines, turning like the hands of a clock, fast ones for neighbours, slow ones for the whole.
#
# ## Exercise 10.3: positional_encoding
#
# For `T` places and an even number `D` of features, return $P$ (T, D): sines at the even, cosines
# at the odd indices, for $t = 0, \dots, T - 1$ and $i = 0, \dots, D/2 - 1$,
#
# $$P_{t,\,2i} = \sin\frac{t}{10000^{2i/D}}, \qquad
# P_{t,\,2i+1} = \cos\frac{t}{10000^{2i/D}}.$$
#
# With T = 2 and D = 4 you should get `[[0, 1, 0, 1], [0.8415, 0.5403, 0.0100, 0.99995]]`. (2
# points)

# %% solution="positional_encoding"
def positional_encoding(T, D):
    """Sines (even indices) and cosines (odd) of t / 10000^(2i / D), t = 0 ... T - 1 -> (T, D)."""
    ### BEGIN SOLUTION
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)  # (T, D / 2)
    encoding = np.empty((T, D))
    encoding[:, 0::2], encoding[:, 1::2] = np.sin(angles), np.cos(angles)
    return encoding
    ### END SOLUTION

# %% check="positional_encoding" points=2
from dlutils import checks

checks.agrees("positional_encoding", positional_encoding, checks.case(T=2, D=4),
    checks.case(T=4, D=6))
### BEGIN HIDDEN TESTS
checks.agrees("positional_encoding", positional_encoding, checks.case(T=1, D=2),
    checks.case(T=7, D=2), checks.case(T=30, D=16), checks.case(T=6, D=6), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# **In the figure**, on the left, is the encoding for 40 places (rows) and 32 features (columns),
# purple for -1 and orange for 1. The left columns flicker from row to row, the right ones hardly
# change. On the right is the dot product of $P_{20}$ with every $P_t$: a peak of 16 at $t = 20$
# that falls off to both sides alike, with ripples. A place is most similar to itself, then to its
# neighbours.

# %% experiment
P = positional_encoding(40, 32)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
axes[0].imshow(P, cmap="PuOr_r", aspect="auto")
axes[0].set(xlabel="feature $j$", ylabel="place $t$")
axes[0].set_title("Fast hands on the left, slow on the right")
axes[0].grid(visible=False)
axes[1].plot(P @ P[20])
axes[1].set(xlabel="place $t$", ylabel="$P_{20} \\cdot P_t$")
axes[1].set_title("Near places look alike")
plt.show()

# %% [markdown]
# ## Experiment: backwards, without a memory
#
# Now the twenty digits. The network has one attention and nothing else:
#
# $$h = E[x] + P, \qquad \text{logits} = \mathrm{attention}(h W_q, h W_k, h W_v)\, W_o.$$
#
# With D = 32 that is 320 weights in $E$, 1,024 in each of $W_q, W_k, W_v$, and 320 in $W_o$. All
# 20 answers are computed at once, without a mask: each answer may read every digit.
#
# The gradients come from your `attention_backward`. What $h$ gets back is a sum of three, for it
# is read as query, as key and as value.

# %% experiment
def reverser(weights, x, P):
    """Digits x (N, T) -> logits (N, T, 10), and what the gradients need."""
    h = weights["E"][x] + P
    q, k, v = h @ weights["Wq"], h @ weights["Wk"], h @ weights["Wv"]
    read, cache = attention_forward(q, k, v, None)
    return read @ weights["Wo"], (h, q, k, read, cache)


def reverser_gradients(weights, x, P):
    """Gradients of the loss against the reversed digits, by all weights."""
    logits, (h, _, _, read, cache) = reverser(weights, x, P)
    d = cross_entropy_backward(logits.reshape(-1, 10), x[:, ::-1].ravel()).reshape(logits.shape)
    dq, dk, dv = attention_backward(d @ weights["Wo"].T, cache)
    dh = dq @ weights["Wq"].T + dk @ weights["Wk"].T + dv @ weights["Wv"].T
    pairs = {"Wq": (h, dq), "Wk": (h, dk), "Wv": (h, dv), "Wo": (read, d)}
    grads = {name: np.einsum("ntd,ntm->dm", *pair) for name, pair in pairs.items()}
    return grads | {"E": embedding_backward(dh, embedding_forward(x, weights["E"])[1])}

# %% [markdown]
# Every step draws 64 new sequences. The optimiser is Adam from [chapter
# 5](../05_optimizers/optimizers.ipynb). All weights along the way are kept, to look at later, and
# 1,000 further sequences are the test.

# %% experiment
def train_reverser(P, steps, seed=0):
    """Train on sequences of len(P) digits -> the weights before every step and after the last."""
    rng, square = np.random.default_rng(seed), (32, 32)
    sizes = {"E": (10, 32), "Wq": square, "Wk": square, "Wv": square, "Wo": (32, 10)}
    path, states = [{n: rng.normal(0, 32**-0.5, size) for n, size in sizes.items()}], {}
    for _ in range(steps):
        weights = dict(path[-1])
        grads = reverser_gradients(weights, rng.integers(10, size=(64, len(P))), P)
        for n in sizes:
            weights[n], states[n] = adam_step(weights[n], grads[n], states.get(n), lr=0.01)
        path.append(weights)
    return path


P, fresh = positional_encoding(20, 32), np.random.default_rng(99).integers(10, size=(1000, 20))
path = train_reverser(P, steps=200)

# %% [markdown]
# What do the 3,712 numbers do? Read the attention off with the trick of the example: as values,
# take rows of the identity.
#
# **In the figure** four maps show it for one sequence, after 0, 25, 50 and 200 steps: a row is a
# place of the answer, a column a place that is read. First all is pale. At step 50 a band has
# formed from the lower left to the upper right, and at 200 it is one dark line, the
# **antidiagonal**: answer 0 reads place 19, answer 1 reads place 18, and so on.

# %% experiment
said = reverser(path[-1], fresh, P)[0].argmax(axis=-1)
print(f"digits right, of 20,000: {np.mean(said == fresh[:, ::-1]):.3f}")
assert np.mean(said == fresh[:, ::-1]) > 0.99
fig, axes = plt.subplots(1, 4, figsize=(9.5, 2.9))
for ax, step in zip(axes, (0, 25, 50, 200), strict=True):
    _, (_, q, k, _, _) = reverser(path[step], fresh[:1], P)
    read, _ = attention_forward(q, k, np.eye(20, 32)[None], None)  # the weights, and zeros
    plotting.attention_map(ax, read[0, :, :20], vmax=0.8)
    ax.set(xlabel="place that is read", title=f"step {step}", xticks=(0, 19), yticks=(0, 19))
axes[0].set_ylabel("place of the answer")
fig.suptitle("From no preference to a lookup of the mirrored place", x=0.01, ha="left")
plt.show()
assert np.all(read[0, :, :20].argmax(axis=1) == 19 - np.arange(20))

# %% [markdown]
# Nothing has to be carried: from every digit to its answer it is one hop. In the LSTM the first
# digit travels through 39 steps. (Why it fares better than its neighbours there? Perhaps because it
# arrives in an empty state.)
#
# How much of this hangs on the positions? Train once more, with zeros for $P$. And has the first
# network learnt *reversal*? Give it 19 digits instead of 20, which should be easier. Write down two
# guesses before you run the cell.

# %% experiment
nowhere = np.zeros((20, 32))
said = reverser(train_reverser(nowhere, steps=200)[-1], fresh, nowhere)[0].argmax(axis=-1)
print(f"20 digits, no positions:         {np.mean(said == fresh[:, ::-1]):.2f}")
often = [np.bincount(x).max() / 20 for x in fresh]
print(f"always the most frequent digit:  {np.mean(often):.2f}")
shorter = fresh[:, :19]
said = reverser(path[-1], shorter, P[:19])[0].argmax(axis=-1)
print(f"19 digits:                       {np.mean(said == shorter[:, ::-1]):.2f}")
late = np.mean(said[:, 1:] == shorter[:, :0:-1])
print(f"19 digits, said one place later: {late:.2f}")
assert late > 0.9 > 3 * np.mean(said == shorter[:, ::-1])

# %% [markdown]
# Without positions it sees a bag, and all it can do is to name the digit that is in there most
# often.
#
# And 19 digits break it: about 0.15. But see how. It says the right digits in the right order, one
# place too late; the first answer looks for a place 19 that is not there. It has never learnt "the
# end comes first". It has learnt "answer $t$ reads place $19 - t$", which is the same thing only
# for 20 digits. A perfect score on new sequences did not show that, because all of them had 20.
#
# ## Several looks at once

# %% [markdown]
# ## Exercise 10.4: split_heads
#
# One softmax gives one mean. A token that needs two places at once gets a blend of them. So run
# several attentions, **heads**, side by side, each with a slice of the features: D = 64 makes 4
# heads of size 16, at the same cost.
#
# `x` is (N, T, D), and `heads` divides D. Return (N, heads, T, D / heads): of every token, head $h$
# has the features from $h D/\text{heads}$ up to, not including, $(h + 1) D/\text{heads}$. (2
# points)
#
# With `x = [[[1, 2, 3, 4], [5, 6, 7, 8]]]`, two tokens of four features, and `heads=2` you should
# get `[[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]]`. Beware of `x.reshape(N, heads, T, -1)`: its shape is
# right, and it mixes tokens.

# %% solution="split_heads"
def split_heads(x, heads):
    """Cut the features into equal parts, one per head: x (N, T, D) -> (N, heads, T, D / heads)."""
    ### BEGIN SOLUTION
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3)
    ### END SOLUTION

# %% check="split_heads" points=2
import numpy as np
from dlutils import checks

checks.agrees("split_heads", split_heads,
    checks.case(x=np.arange(1.0, 9.0).reshape(1, 2, 4), heads=2),
    checks.random_case(0, x=(2, 3, 6), heads=2))
### BEGIN HIDDEN TESTS
checks.agrees("split_heads", split_heads, *[checks.random_case(1, x=x, heads=heads)
    for x, heads in (((2, 5, 12), 3), ((3, 1, 4), 4), ((1, 4, 3), 1), ((2, 2, 4), 2))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 10.5: merge_heads
#
# The way back: `x` is (N, heads, T, d); return (N, T, heads · d), in which every token has the
# features of head 0 first, then those of head 1, and so on. `merge_heads(split_heads(x, h))` is
# `x` again. (2 points)
#
# With `x = [[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]]` you should get `[[[1, 2, 3, 4], [5, 6, 7, 8]]]`.

# %% solution="merge_heads"
def merge_heads(x):
    """Put the heads' parts side by side again: x (N, heads, T, d) -> (N, T, heads d)."""
    ### BEGIN SOLUTION
    N, heads, T, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(N, T, heads * d)
    ### END SOLUTION

# %% check="merge_heads" points=2
import numpy as np
from dlutils import checks

checks.agrees("merge_heads", merge_heads, checks.case(x=np.array([[[[1.0, 2.0], [5.0, 6.0]],
    [[3.0, 4.0], [7.0, 8.0]]]])), checks.random_case(0, x=(2, 3, 4, 5)))
### BEGIN HIDDEN TESTS
checks.agrees("merge_heads", merge_heads, *[checks.random_case(1, x=x) for x in ((2, 2, 3, 3),
    (1, 4, 1, 2), (3, 1, 5, 2), (1, 3, 3, 3))], hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 10.6: multi_head_attention
#
# `x` is (N, T, D), the weights `Wq`, `Wk`, `Wv`, `Wo` are (D, D). Queries $xW_q$, keys $xW_k$ and
# values $xW_v$ are split into `heads` heads. Each head attends on its own, with the same `mask`
# (T, T) or None. What the heads have read is merged, and $W_o$ mixes it. There are no biases.
# Return `y` (N, T, D) alone, no cache. (3 points)
#
# The $d$ under the root is that of `attention_forward`: the size of a *head*, D / heads.
#
# With `x = [[[1, 0], [0, 1]]]`, the 2×2 identity for all four weights, and no mask, two heads give
# `[[[0.7311, 0.5], [0.5, 0.7311]]]`, and one head `[[[0.6698, 0.3302], [0.3302, 0.6698]]]`.

# %% solution="multi_head_attention"
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads, mask):
    """Self-attention with `heads` heads, no biases: x (N, T, D), weights (D, D) -> y (N, T, D)."""
    ### BEGIN SOLUTION
    q, k, v = (split_heads(x @ W, heads) for W in (Wq, Wk, Wv))
    y, _ = attention_forward(q, k, v, mask)
    return merge_heads(y) @ Wo
    ### END SOLUTION

# %% check="multi_head_attention" points=3
import numpy as np
from dlutils import checks

checks.agrees("multi_head_attention", multi_head_attention, *[checks.case(x=np.eye(2)[None],
    Wq=np.eye(2), Wk=np.eye(2), Wv=np.eye(2), Wo=np.eye(2), heads=h, mask=None) for h in (1, 2)],
    checks.heads_case(2, 3, 4, 2, np.tri(3) > 0))
### BEGIN HIDDEN TESTS
checks.agrees("multi_head_attention", multi_head_attention, *[checks.heads_case(*case) for case in (
    (3, 4, 6, 2), (1, 1, 4, 1), (2, 5, 6, 3, np.tri(5, k=1) > 0), (2, 4, 4, 4, np.tri(4) > 0))],
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Nothing from the future
#
# A language model guesses the next character from those before. You can train it on all places
# of a text at once, each place guessing its successor, if no place can see that successor. Place
# $t$ may read $0, \dots, t$ and no further.
#
# ## Exercise 10.7: causal_mask
#
# Return the bool array (T, T) that is True where the key's place (column) is not after the query's
# (row). (1 point)
#
# With T = 3: `[[True, False, False], [True, True, False], [True, True, True]]`.

# %% solution="causal_mask"
def causal_mask(T):
    """Who may attend to whom without seeing the future: (T, T) bool, True where key <= query."""
    ### BEGIN SOLUTION
    return np.tril(np.ones((T, T), dtype=bool))
    ### END SOLUTION

# %% check="causal_mask" points=1
from dlutils import checks

checks.agrees("causal_mask", causal_mask, checks.case(T=3), using=checks.typed)
### BEGIN HIDDEN TESTS
checks.agrees("causal_mask", causal_mask, checks.case(T=1), checks.case(T=6), using=checks.typed,
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 10.8: layer_norm_forward
#
# In a stack of layers the numbers of one token grow and those of another shrink. **Layer norm**
# (Ba, Kiros and Hinton, 2016) resets every token to mean 0 and variance 1 over its own $D$
# features, then scales and shifts each feature as the network has learnt:
#
# $$y = \gamma\,\hat x + \beta, \qquad \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}},$$
#
# $\sigma^2$ divided by $D$, not $D - 1$. `x` is (..., D) with one or more leading axes, `gamma` and
# `beta` are (D,). Return `(y, cache)`, `y` of the shape of `x` (2 points). With `x = [[1, 3]]`,
# `gamma = [2, 1]`, `beta = [0, 5]` you get `y = [[-2, 6]]` to four digits.
#
# A token of equal numbers has variance 0. Its `y` must be right, and finite (1 point).

# %% solution="layer_norm_forward"
def layer_norm_forward(x, gamma, beta, eps=1e-5):
    """gamma (x - mean) / sqrt(var + eps) + beta over the last axis: x (..., D) -> y, cache."""
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=-1, keepdims=True)
    std = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
    x_hat = centred / std
    return gamma * x_hat + beta, (x_hat, std, gamma)
    ### END SOLUTION

# %% check="layer_norm_forward" points=2
import numpy as np
from dlutils import checks

checks.agrees("layer_norm_forward", layer_norm_forward, checks.case(x=np.array([[1.0, 3.0]]),
    gamma=np.array([2.0, 1.0]), beta=np.array([0.0, 5.0])), checks.norm_case(3, 3, 3),
    using=checks.outputs(1))
### BEGIN HIDDEN TESTS
checks.agrees("layer_norm_forward", layer_norm_forward, checks.norm_case(2, 3, 4), checks.case(
    x=np.array([[7.25, 6.25, 7.25, 6.25]]), gamma=np.arange(4.0), beta=np.ones(4), eps=0.5),
    checks.norm_case(1, 2, 3, 5), using=checks.outputs(1), hidden=True)
### END HIDDEN TESTS

# %% check="layer_norm_forward" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("layer_norm_forward", layer_norm_forward, checks.case(x=np.full((2, 3), 4.0),
    gamma=np.ones(3), beta=np.array([1.0, 2.0, 3.0])), using=checks.outputs(1))
### BEGIN HIDDEN TESTS
checks.agrees("layer_norm_forward", layer_norm_forward, checks.case(
    x=np.array([[[0.0, 0], [1, -1]]]), gamma=np.array([2.0, 3]), beta=np.array([1.0, 4])),
    using=checks.outputs(1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 10.9: layer_norm_backward
#
# Each $x_j$ also moves the mean and the variance. Adding the same to all numbers changes nothing,
# so $dx$ has no part in that direction: its mean is taken off. Doubling all (nearly) changes
# nothing: the part along $\hat x$ is taken off too. With $g = dy\,\gamma$ and means over the last
# axis
#
# $$dx = \frac{g - \mathrm{mean}(g) - \hat x\ \mathrm{mean}(g\,\hat x)}
# {\sqrt{\sigma^2 + \varepsilon}}.$$
#
# $d\gamma = \sum dy\,\hat x$ and $d\beta = \sum dy$, over all axes but the last. Return `(dx,
# dgamma, dbeta)`; `dy` has the shape of `x`, and the cache comes from your `layer_norm_forward` (4
# points). With `x = [[1, 3, 5]]`, `gamma = [1, 1, 1]`, `dy = [[1, 0, 0]]` you should get `dx =
# [[0.1021, -0.2041, 0.1021]]`, `dgamma = [-1.2247, 0, 0]`, `dbeta = [1, 0, 0]`.

# %% solution="layer_norm_backward"
def layer_norm_backward(dy, cache):
    """Gradients of layer norm: dy (..., D) -> dx (..., D), dgamma (D,), dbeta (D,)."""
    ### BEGIN SOLUTION
    x_hat, std, gamma = cache
    dx_hat = dy * gamma
    through_mean = dx_hat.mean(axis=-1, keepdims=True)
    through_var = x_hat * (dx_hat * x_hat).mean(axis=-1, keepdims=True)
    dx = (dx_hat - through_mean - through_var) / std
    tokens = tuple(range(dy.ndim - 1))
    return dx, (dy * x_hat).sum(axis=tokens), dy.sum(axis=tokens)
    ### END SOLUTION

# %% check="layer_norm_backward" points=4
import numpy as np
from dlutils import checks

checks.agrees("layer_norm_backward", layer_norm_backward, checks.norm_case(3, 3, 3, back=True),
    checks.case(dy=np.eye(1, 3), x=np.c_[1.0, 3, 5], gamma=np.ones(3), beta=np.ones(3)), rtol=1e-3,
    using=checks.backward_pair("layer_norm_backward", layer_norm_forward, layer_norm_backward))
### BEGIN HIDDEN TESTS
checks.agrees("layer_norm_backward", layer_norm_backward, *[checks.norm_case(*n, spread=s,
    back=True) for *n, s in ((2, 3, 4, 5), (1, 5, 0.01), (1, 2, 3, 4, 5))], rtol=1e-3, hidden=True,
    using=checks.backward_pair("layer_norm_backward", layer_norm_forward, layer_norm_backward))
### END HIDDEN TESTS

# %% [markdown]
# ## The block
#
# Attention moves information between tokens. What is missing is that each token *works* on what
# it has read: a layer with ReLU, the same for every token.
#
# **In the figure** a line, the stream, runs from $x$ to $y$. Two branches leave it, and at a plus
# their result is added to it again: first norm 1 and attention, which gives $a$, then norm 2 and
# the layer with ReLU, which gives $y$.
#
# The sums are **residual connections** (He and others, 2016). A branch need not copy what is
# already there, it adds a correction; and on the way back the gradient passes the plus unchanged.
# The norms stand at the head of the branches, **pre-norm** (Xiong and others, 2020), so nothing on
# the stream itself is rescaled.

# %%
fig, ax = plt.subplots(figsize=(9.5, 2.4))
plotting.draw_block(ax)
ax.set_title("A block adds two corrections to the stream")
plt.show()

# %% [markdown]
# ## Exercise 10.10: transformer_block
#
# For `x` (N, T, D), `heads`, and `mask` (T, T) or None, return $y$ (N, T, D) alone (4 points):
#
# $$a = x + \mathrm{attention}(\mathrm{norm}_1(x)), \qquad
# y = a + \mathrm{relu}(\mathrm{norm}_2(a)\,W_1 + b_1)\,W_2 + b_2.$$
#
# The dict `params` holds `Wq`, `Wk`, `Wv`, `Wo` (D, D) of multi-head attention, `W1` (D, F), `b1`
# (F,), `W2` (F, D), `b2` (D,), and `gamma1`, `beta1`, `gamma2`, `beta2` (D,) of the layer norms,
# which have their default `eps`. `x` and `params` stay unchanged (1 point).
#
# With `x = [[[1, 3]]]`, one head, 2×2 identities for the six weights, `b1 = [0, 0]`, `b2 = [0.5,
# 0]`, gammas 1 and betas 0, you should get `[[[0.5, 5]]]`: the norm is (-1, 1), a single token
# reads itself, so $a = (0, 4)$; normed again (-1, 1), of which the ReLU leaves (0, 1).

# %% solution="transformer_block"
def transformer_block(x, params, heads, mask):
    """Tokens read each other, then each works for itself: x (N, T, D) -> y (N, T, D)."""
    ### BEGIN SOLUTION
    normed, _ = layer_norm_forward(x, params["gamma1"], params["beta1"])
    weights = (params["Wq"], params["Wk"], params["Wv"], params["Wo"])
    a = x + multi_head_attention(normed, *weights, heads, mask)
    normed, _ = layer_norm_forward(a, params["gamma2"], params["beta2"])
    hidden = relu(normed @ params["W1"] + params["b1"])
    return a + hidden @ params["W2"] + params["b2"]
    ### END SOLUTION

# %% check="transformer_block" points=4
import numpy as np
from dlutils import checks

checks.agrees("transformer_block", transformer_block,
    checks.unit_block_case(np.array([[[1.0, 3.0]]])),
    checks.block_case(2, 3, 4, 5, 2, np.tri(3) > 0))
### BEGIN HIDDEN TESTS
checks.agrees("transformer_block", transformer_block, *[checks.block_case(*case) for case in (
    (3, 4, 6, 5, 2), (1, 5, 6, 8, 3, np.tri(5, k=1) > 0), (2, 1, 3, 3, 1),
    (4, 4, 4, 4, 4, np.tri(4) > 0))], hidden=True)
### END HIDDEN TESTS

# %% check="transformer_block" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("transformer_block", transformer_block,
    checks.block_case(2, 3, 4, 5, 2, np.tri(3) > 0))
### BEGIN HIDDEN TESTS
checks.unchanged("transformer_block", transformer_block, checks.block_case(1, 2, 6, 4, 3),
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Does nothing leak from the future? Ask the block itself, with random weights: change the last of
# six tokens, and see which outputs move. It is a test of three lines that finds a forgotten,
# transposed or inverted mask before any training.

# %% experiment tags=["nbval-check-output"]
layer_with_weights = TransformerBlock(8, 2, 16, np.random.default_rng(0), dtype=np.float64)
tokens = np.random.default_rng(1).normal(size=(1, 6, 8))
changed = tokens.copy()
changed[0, 5, 0] += 1
for name, mask in (("causal", causal_mask(6)), ("none  ", None), ("upside", causal_mask(6).T)):
    before, after = (
        transformer_block(x, layer_with_weights.named_parameters(), 2, mask)
        for x in (tokens, changed)
    )
    print(name, "moved:", np.any(np.abs(after - before) > 1e-9, axis=(0, 2)).astype(int))

# %% [markdown]
# With the causal mask only the last output moved, the one whose token was changed. Without a mask
# all moved. With the mask upside down, so did all: every place may read itself and what comes
# after it.
#
# ## Experiment: a transformer reads a novel
#
# The text is *Pride and Prejudice*: 616,809 characters to learn from, the last six chapters to be
# tested on, 75 different characters. The model sees a window of 64 characters, and guesses at each
# place the next one. The measure is **bits per character**: cross-entropy by the logarithm of base
# 2, the length of the text if a perfect code were made from the guesses.
#
# What must it beat? A table of pairs: how often does which character follow which?

# %% experiment
book = datasets.pride_and_prejudice()
characters = sorted(set(book.text_train))
index = {char: i for i, char in enumerate(characters)}
train, test = (np.array([index[c] for c in text]) for text in (book.text_train, book.text_test))

pairs = np.ones((75, 75))  # one of each, so that no probability is 0
np.add.at(pairs, (train[:-1], train[1:]), 1)
chances = pairs / pairs.sum(axis=1, keepdims=True)
bigram_bits = -np.mean(np.log2(chances[test[:-1], test[1:]]))


def windows(text, starts, T=64):
    """Characters at starts ... and the ones after them: two arrays (N, T)."""
    rows = text[np.asarray(starts)[:, None] + np.arange(T + 1)]
    return rows[:, :-1], rows[:, 1:]


print(f"no knowledge: {np.log2(75):.2f} bits per character")
print(f"pairs:        {bigram_bits:.2f} bits per character")

# %% [markdown]
# Embedding, positions, one block with four heads, a last norm, and a linear layer to 75 logits.
# `TransformerBlock` of dlutils computes what yours does, and has the gradients too, put together
# from the backward functions that you know. Only the layer that adds positions is missing; its
# gradient by `x` is `dy`. The embedding starts with a spread of 1; times 0.3 it does not drown the
# positions.

# %% experiment
class Positions(Layer):
    """Adds the positional encoding to x (N, T, D)."""

    def forward(self, x):
        return x + positional_encoding(*x.shape[1:]).astype(x.dtype)

    def backward(self, dy):
        return dy


rng = np.random.default_rng(0)
block = TransformerBlock(64, 4, 128, rng, causal_mask)
read_out = TimeDistributed(Linear(64, 75, rng))
embedding = Embedding(75, 64, rng)
embedding.E *= 0.3
model = Sequential(embedding, Positions(), block, LayerNorm(64), read_out)
print(f"{sum(w.size for w in model.named_parameters().values()):,} weights")

# %% [markdown]
# Training takes 500 steps of 16 windows. As is usual for transformers, the learning rate rises
# first, here for 50 steps, and then falls.

# %% experiment
optimizer = Adam(model, max_norm=1.0)
for step in range(500):
    x, y = windows(train, rng.integers(len(train) - 64, size=16))
    logits = model(x)
    _, dlogits = cross_entropy_and_gradient(logits.reshape(-1, 75), y.ravel())
    model.backward_params(dlogits.reshape(logits.shape))
    optimizer.lr = 0.02 * min(1, (step + 1) / 50) * (0.55 + 0.45 * np.cos(np.pi * step / 500))
    optimizer.step()

x, y = windows(test, range(0, len(test) - 64, 256))
bits = cross_entropy_and_gradient(predict(model, x).reshape(-1, 75), y.ravel())[0] / np.log(2)
print(f"transformer: {bits:.2f} bits per character, pairs: {bigram_bits:.2f}")
assert bits < 3

# %% [markdown]
# Far below the table of pairs. And what does it look at? `heads_on` reads the weights of all four
# heads from the trained block with *your* functions: norm, projections, split, attention, with the
# identity as values, in slices of a head's 16 features.
#
# **In the figure** each head has a map for a line of 32 characters: a row reads, a column is
# read. Above the diagonal all is white, the future. Nearly all of the dark squares lie within a few
# places below the diagonal. The heads differ in how far back they look, and from row to row: none
# is a fixed window. Trained on your machine, they may share the work in another way.

# %% experiment
def heads_on(text):
    """Weights (4, T, T) of the trained block on T characters, T a multiple of 16."""
    T, ids = len(text), np.array([[index[char] for char in text]])
    h = Positions()(model.layers[0](ids))
    normed, _ = layer_norm_forward(h, block.gamma1, block.beta1)
    q, k = (split_heads(normed @ W, 4) for W in (block.Wq, block.Wk))
    values = [np.broadcast_to(v, k.shape) for v in np.split(np.eye(T), T // 16, axis=1)]
    read = [attention_forward(q, k, v, causal_mask(T))[0] for v in values]
    return np.concatenate(read, axis=-1)[0]


fig, line = plt.figure(figsize=(9, 9.4)), "His surprise was great. He had n"
plotting.attention_maps(fig, heads_on(line), line)
fig.suptitle("Four heads read the last few characters, each in its own way", x=0.01, ha="left")
plt.show()

# %% [markdown]
# ## Against the LSTM
#
# Is it any better than the LSTM of chapter 9? Give both about 43,000 weights and 1.5 million
# characters to read, three runs each, with the best of three learning rates on a held-out part of
# the training text. This takes minutes and comes from a file.
#
# **In the figure** the bits per character of the test text fall with the characters read in
# training; bars, some too small to see, show the spread of the runs. The table of pairs is a
# dotted line at 3.53. Blue circles, the LSTM, fall from 2.59 to 2.15, orange squares, the
# transformer, from 3.03 to 2.37.

# %% experiment
stored = results.load("attention")["characters"]
fig, ax = plt.subplots(figsize=(7, 4))
for name, style in (("LSTM", "o-"), ("transformer", "s--")):
    runs = np.array(stored[name]["bits"])
    label = f"{name}, {stored[name]['weights']:,} weights"
    read = np.array(stored["characters_read"]) / 1e6
    ax.errorbar(read, runs.mean(axis=0), runs.std(axis=0), fmt=style, capsize=3, label=label)
ax.axhline(stored["bigram"], color="black", linestyle=":", label="table of pairs")
ax.set(xlabel="characters read in training (millions)", ylabel="bits per character, test text")
ax.set_title("At this size the LSTM is ahead, and stays ahead")
ax.legend()
plt.show()

# %% [markdown]
# The LSTM wins by 0.2 bits, many times the spread. For the next letter, the last few letters are
# nearly everything. They are in an LSTM's state from the start; a transformer has to learn where
# its neighbours stand. One hop from anywhere is hardly asked for here.
#
# This holds for 43,000 weights. The first transformer had 65 million, and learnt all places at
# once, where an LSTM waits for the step before.
#
# ## Play: what does it look at?
#
# Choose a passage and a head, and click a character. The picture shows, in shades, what the head
# reads there (framed: the character itself); below stand the likeliest successors. Does a head go
# by place or by letter? Go from a blank to the letter after it: which heads change?

# %% play
passages = {
    "truth": "I speak nothing but the truth. He still loves me",
    "love": "Mr. Darcy sends you all the love in the world th",
    "horses": "The horses were post; and neither the carriage, ",
}
assert all(text in book.text_test.replace("\n", " ") for text in passages.values())
maps = {text: heads_on(text) for text in passages.values()}


def look(fig, passage, head):
    (text, place), ax = passage, fig.subplots()
    fig.set_size_inches(9.5, 1.3)
    plotting.attended_text(ax, text, maps[text][head - 1][place], place)
    ax.set_title(f"What head {head} reads at place {place}")
    ids = np.array([[index[char] for char in text[: place + 1]]])
    chances = softmax(model(ids)[0, -1])
    best = np.argsort(-chances)[:5]
    return "next: " + "   ".join(f"{characters[i]!r} {chances[i]:.2f}" for i in best)


plotting.play(look, passage=passages, head=(1, 4, 1))

# %% [markdown]
# ## Too good to be true
#
# A friend trains a character transformer on the same novel. After 500 steps it has 0.07 bits per
# character, on the test text too. Asked to write, it produces nonsense. In about ten lines:
#
# 1. What has been forgotten, and what have the heads learnt to do instead of guessing?
# 2. Why does the test text not expose it, and how would you have found it without any training?
# 3. The network that reversed digits had no mask. Why was that right there?

# %% [markdown] answer="too_good" points=3
# ### BEGIN SOLUTION
# 1. The causal mask (or it is applied upside down, or after the softmax and without effect). At
#    place t the answer is the input at place t + 1, which may be read. A head only has to look one
#    place ahead and pass on what it finds: no knowledge of English is needed, so the bits go to
#    nearly 0. In writing there is no place t + 1 to read yet, and nothing else has been learnt.
#    (64 times 0.07 is 4.5 bits, about what the last place of each window costs, the only one that
#    cannot look ahead.)
# 2. The test text is fed in the same way, with the answers among the inputs, so it leaks there just
#    as in training. Found without training: change one token and see whether outputs at earlier
#    places move; with a right mask they stay exactly as they are. (Also: far below what is known
#    to be possible, about 1 bit, is a reason to look for a leak.)
# 3. There all digits are given before the first answer is due, and answer 0 needs the last digit.
#    With a causal mask the first half of the answers would be impossible.
#
# Rubric: one point for each of the three.
#
# - 1: names the missing or wrong causal mask and that the next character is read from the input.
# - 2: says that the leak is in the test evaluation as well, and gives a working check (change a
#   later token and compare, or let it write and compare the bits).
# - 3: says that in reversal the whole input is known before any answer. Half a point where only "it
#   works" or "a mask is not needed" is said.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - Attention reads a mean of values, weighted by how well keys fit a query: a lookup with
#   gradients.
# - Divide scores by $\sqrt d$, mask them before the softmax; test a mask by changing the future.
# - To attention a sequence is a bag. Where things stand must be written into the tokens.
# - A block adds two corrections to a stream: tokens read each other, then each works for itself.
# - From any place to any other it is one step, at the price of $T^2$ scores. What that is worth
#   depends on the task: everything for reversal, less for a small model of letters.

# %% [markdown]
# ## References
#
# - D. Bahdanau, K. Cho and Y. Bengio, Neural machine translation by jointly learning to align and
#   translate, ICLR 2015.
# - A. Vaswani and others, Attention is all you need, NeurIPS 2017.
# - J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization, arXiv:1607.06450, 2016.
# - K. He, X. Zhang, S. Ren and J. Sun, Deep residual learning for image recognition, CVPR 2016.
# - R. Xiong and others, On layer normalization in the transformer architecture, ICML 2020.
