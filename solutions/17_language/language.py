# %% [markdown]
# # 17. Language
#
# "What should have been a cutting Hollywood satire is instead about as fresh as last week's issue
# of Variety." A sentence from a film review. You know at once that it is no praise, although it
# says *cutting* and *fresh*. What would a program have to look at?
#
# In the first half you make numbers of words and let a network judge reviews. In the second, a
# program continues sentences of Jane Austen's, and you see what the likeliest sentence is like.
#
# You write seven functions (26 points) and answer a question in words (3 points), in about three
# hours.

# %%
import re
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np

from dlutils import Adam, Layer, Linear, Sequential, binary_cross_entropy_and_gradient, datasets
from dlutils import embedding_backward_fast, plotting, predict, results, sigmoid, train
from dlutils.results.language import count_followers, draw_sentences, log_probabilities
from dlutils.results.language import novel, pieces, shares

plotting.use_course_style()

# %% [markdown]
# ## Sentences and their ratings
#
# 10,605 sentences from film reviews (Pang and Lee, 2005), each rated by at least 20 people from -4
# to 4 (Hutto and Gilbert, 2014); you have the mean. The task: is it above 0 or below? Sentences
# within 0.5 of 0 are left out of the test: there even the sign of the mean is not sure.
#
# The test rows are the last 2,000. All choices were made on the training rows, in five folds: each
# fifth once held out, the rest to train.

# %%
data = datasets.movie_reviews()
ratings, ratings_test = data.rating_train, data.rating_test
clear, clear_test = np.abs(ratings) > 0.5, np.abs(ratings_test) > 0.5
good, good_test = ratings > 0, ratings_test > 0
stored = results.load("language")
for row in (0, 2, 6, 14):
    print(f"{ratings[row]:+.1f}  {data.text_train[row][:76]}")
print(f"{clear.sum()} clear sentences to train, {clear_test.sum()} to test, "
      f"of which {good_test[clear_test].mean():.3f} are positive")

# %% [markdown]
# ## Tokens
#
# A text is a row of characters. A **token** is what you treat as one unit: here a word or a mark.
# Where does a word end? `text.split()` cuts at white space, and then `film`, `film.` and `Film`
# are three things. Cut at whatever is no letter, and `don't` becomes `don` and `t`, which loses
# the *not*.
#
# Every rule is wrong somewhere. What counts is that it is written down, and the same for all texts.

# %% [markdown]
# ## Exercise 17.1: tokenize
#
# Turn a text into a list of tokens, in lower case (`text.lower()`), in the order of the text:
#
# - a **word** is a run of letters and digits, as long as it can be, where letters are those of any
#   language: what `str.isalnum()` says. A single apostrophe `'` between two of them belongs to it;
# - every other character that is not white space is a token of its own: marks, other apostrophes,
#   hyphens, and also the underscore.
#
# `"Don't stop: it's 90% _so-so_!"` gives `["don't", "stop", ":", "it's", "90", "%", "_", "so", "-",
# "so", "_", "!"]`; `"'Tis rock''n"` gives `["'", "tis", "rock", "'", "'", "n"]`. A text without
# tokens gives an empty list (3 points).
#
# Regular expressions help: `re.findall` tries alternatives from left to right, and `[^\W_]` is a
# letter or a digit.

# %% solution="tokenize"
def tokenize(text):
    """The words and marks of a text, in lower case -> list of str."""
    ### BEGIN SOLUTION
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*|\S", text.lower())
    ### END SOLUTION

# %% check="tokenize" points=3
from dlutils import checks

checks.agrees("tokenize", tokenize, *[checks.case(text=text) for text in (
    "Don't stop: it's 90% _so-so_!", "'Tis rock''n", "GOOD, good, 'good'", "l'été au café_bar")],
    using=checks.spelled)
### BEGIN HIDDEN TESTS
checks.agrees("tokenize", tokenize, *[checks.case(text=text) for text in (
    "Ten o'clock's\tchimes\n\nring ... twice!?", "the boys' 3.5 stars (of 5)", "", " \n", "B",
    "_x_ y''z 'q'r'", "Über-naïve, not un-funny: 2nd_rate", "no No: it’s")], hidden=True,
    using=checks.spelled)
### END HIDDEN TESTS

# %% [markdown]
# How many different tokens are there, and how often does each occur?

# %% experiment tags=["nbval-check-output"]
texts = [tokenize(text) for text in data.text_train]
counts = Counter(token for text in texts for token in text)
often = sorted(counts.values(), reverse=True)
print(f"{sum(often):,} tokens, {len(often):,} different ones")
print(f"once: {often.count(1):,}; the 100 most frequent make {sum(often[:100]) / sum(often):.2f}")
print("most frequent: ", *[token for token, _ in counts.most_common(12)])
all_tests = [tokenize(text) for text in data.text_test]
unknown = np.mean([token not in counts for text in all_tests for token in text])
print(f"of the tokens of the test texts {unknown:.3f} are not among them")

# %% [markdown]
# Nearly half of the words occur once. Whatever you learn about such a word rests on one sentence.
# And most words that occur all the time, such as *the* and *of*, say little about films.
#
# ## Numbers for tokens
#
# A network reads numbers: each token gets an **id**. Rare tokens share one, `<unk>` for unknown; so
# do tokens that first appear in a test text. Sentences have different lengths, but an array has
# rows of one length: short ones are filled with `<pad>`.

# %% [markdown]
# ## Exercise 17.2: build_vocabulary
#
# `texts` is a list of texts, each a list of tokens. Return a dict from token to id:
#
# - `"<pad>"` is 0 and `"<unk>"` is 1;
# - then, from 2 on without gaps, all tokens that occur *at least* `min_count` times in all texts
#   together, twice in one text counts twice;
# - the most frequent first; equally frequent ones in the order in which Python sorts strings.
#
# With `[["b", "a", "b"], ["c", "a", "d"]]` and `min_count=2` you should get `{"<pad>": 0, "<unk>":
# 1, "a": 2, "b": 3}`. The order inside the dict does not matter. No text holds `<pad>` or `<unk>`.
# (3 points)

# %% solution="build_vocabulary"
def build_vocabulary(texts, min_count):
    """Number the tokens of texts, lists of tokens -> {token: id}."""
    ### BEGIN SOLUTION
    counts = Counter(token for text in texts for token in text)
    kept = [token for token in counts if counts[token] >= min_count]
    kept.sort(key=lambda token: (-counts[token], token))
    return {token: i for i, token in enumerate(["<pad>", "<unk>", *kept])}
    ### END SOLUTION

# %% check="build_vocabulary" points=3
from dlutils import checks

checks.agrees("build_vocabulary", build_vocabulary, *[checks.case(texts=[["b", "a", "b"], ["c", "a",
    "d"]], min_count=n) for n in (2, 1)], checks.case(texts=[["not", "good", "not", "bad"], ["good",
    "film"], ["bad", "not"]], min_count=2), using=checks.by_id)
### BEGIN HIDDEN TESTS
checks.agrees("build_vocabulary", build_vocabulary, *[checks.case(texts=[list("seldom"), [], list(
    "a loss is a loss"), list("lessons")], min_count=n) for n in (1, 2, 3, 5, 9)], hidden=True,
    using=checks.by_id)
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 17.3: encode
#
# Turn `texts`, lists of tokens, into an array of ids (N, length), with a `vocabulary` like the one
# above:
#
# - of each text the first `length` tokens are kept;
# - a token that is not in the vocabulary gets the id of `"<unk>"`; it keeps its place;
# - shorter texts are filled up behind with the id of `"<pad>"`.
#
# With the vocabulary of the example, `[["b", "c", "a"], ["a"]]` and `length=2` you should get
# `[[3, 1], [2, 0]]` (3 points). A text may be empty.

# %% solution="encode"
def encode(texts, vocabulary, length):
    """Ids of the first `length` tokens of texts, padded behind -> (N, length) ints."""
    ### BEGIN SOLUTION
    ids = np.full((len(texts), length), vocabulary["<pad>"])
    for row, text in zip(ids, texts, strict=True):
        known = [vocabulary.get(token, vocabulary["<unk>"]) for token in text[:length]]
        row[: len(known)] = known
    return ids
    ### END SOLUTION

# %% check="encode" points=3
from dlutils import checks

checks.agrees("encode", encode, *[checks.case(texts=[["b", "c", "a"], ["a"]],
    vocabulary={"<pad>": 0, "<unk>": 1, "a": 2, "b": 3}, length=n) for n in (2, 4, 1)])
### BEGIN HIDDEN TESTS
checks.agrees("encode", encode, *[checks.case(texts=[list(text) for text in ("xyab", "abcxbaz", "",
    "z", "bab")], vocabulary={"<pad>": 0, "<unk>": 1, "b": 2, "a": 3, "c": 4}, length=n) for n in (
    1, 3, 5, 7, 9)], checks.case(texts=[[], []], vocabulary={"<pad>": 0, "<unk>": 1}, length=2),
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## The baseline
#
# Before any network, something simple. Count how often each word occurs in a sentence: a **bag of
# words**, one column per word. The order is gone. A logistic regression, one neuron of chapter 1,
# learns a weight for each word.
#
# In these counts *the* outweighs *dull* by far. So give rare words more weight: a word that few
# texts have says more about a text that has it. That is **TF-IDF**, term frequency times inverse
# document frequency (Spärck Jones, 1972; Salton and Buckley, 1988).

# %% [markdown]
# ## Exercise 17.4: tf_idf
#
# `counts` (N, V) holds how often each of V tokens occurs in each of N texts, whole numbers or
# floats. In the smoothed form that scikit-learn made common:
#
# $$\text{idf}_v = \ln\frac{1 + N}{1 + \text{df}_v} + 1, \qquad
# x_{nv} = \frac{c_{nv}\,\text{idf}_v}{\sqrt{\sum_{u} (c_{nu}\,\text{idf}_u)^2}},$$
#
# where $\text{df}_v$ is the number of *texts* whose count of $v$ is above 0 (a count may be a
# fraction). Return `(x, idf)`, of shapes (N, V) and (V,) (3 points). A row of zeros stays zeros
# (1 point).
#
# With `counts = [[2, 0], [1, 1]]` you should get idf = [1, 1.4055] and x = [[1, 0], [0.5797,
# 0.8148]].
#
# Why return `idf`? New texts are weighted with that of the training texts.

# %% solution="tf_idf"
def tf_idf(counts):
    """Counts (N, V) weighted by rarity, rows of length 1 -> x (N, V), idf (V,)."""
    ### BEGIN SOLUTION
    df = (counts > 0).sum(axis=0)
    idf = np.log((1 + len(counts)) / (1 + df)) + 1
    idf = idf.astype(np.result_type(counts, np.float32))
    x = counts * idf
    norms = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(norms > 0, norms, 1), idf
    ### END SOLUTION

# %% check="tf_idf" points=3
import numpy as np
from dlutils import checks

checks.agrees("tf_idf", tf_idf, checks.case(counts=np.array([[2, 0], [1, 1]])),
    checks.case(counts=np.array([[1.0, 0, 3, 1], [0, 2, 1, 0], [4, 0, 1, 0]])))
### BEGIN HIDDEN TESTS
checks.agrees("tf_idf", tf_idf, checks.case(counts=np.array([[3, 0, 0.2], [0.25, 0, 0]])),
    checks.case(counts=np.arange(20).reshape(5, 4) % 7 // 2 + np.array([1, 0, 0, 0])), checks.case(
    counts=np.array([[5.0, 1], [0, 1], [0, 2], [0, 9], [7, 1], [0, 3]])), hidden=True)
### END HIDDEN TESTS

# %% check="tf_idf" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("tf_idf", tf_idf, checks.case(counts=np.array([[1, 2, 0], [0, 0, 0], [0, 1, 1]])))
### BEGIN HIDDEN TESTS
checks.agrees("tf_idf", tf_idf, checks.case(counts=np.array([[0.0, 0, 0, 0], [2, 1, 0, 0]])),
    checks.case(counts=np.array([[0, 1], [0, 0], [0, 0]])), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# The vocabulary and the idf come from training texts alone. With `min_count=5` there are 3,735
# columns, and 99.6 % of the counts are zeros.

# %% experiment
def count(texts):
    """How often each token of the vocabulary occurs, without <pad> and <unk>: (N, V)."""
    counts = np.zeros((len(texts), len(vocabulary)), np.float32)
    np.add.at(counts, (np.arange(len(texts))[:, None], encode(texts, vocabulary, 60)), 1)
    return counts[:, 2:]


clear_texts = [text for text, kept in zip(texts, clear, strict=True) if kept]
texts_test = [text for text, kept in zip(all_tests, clear_test, strict=True) if kept]
labels, labels_test = good[clear].astype(np.float32), good_test[clear_test]
vocabulary = build_vocabulary(clear_texts, 5)
x, idf = tf_idf(count(clear_texts))
x_test = count(texts_test) * idf.astype(np.float32)
x_test /= np.maximum(np.linalg.norm(x_test, axis=1, keepdims=True), 1e-9)
print(f"x {x.shape}, zeros {np.mean(x == 0):.3f}")

# %% [markdown]
# Four epochs of Adam were best on held-out rows; more of them fit the training rows better and
# others worse. **In the figure** are the twelve words with the largest weights to either side: blue
# bars to the right from *enjoyable*, *solid* and *powerful* on, orange ones to the left up to
# *bad*, *worst* and, strongest of all, *too*. Not all are adjectives: *tv* speaks against a film.

# %% experiment
rng = np.random.default_rng(0)
baseline = Sequential(Linear(x.shape[1], 1, rng))
train(baseline, binary_cross_entropy_and_gradient, Adam(baseline, 0.02), x, labels, 4, 50, rng,
      progress=False)
baseline_right = (predict(baseline, x_test)[:, 0] > 0) == labels_test
weights = baseline.layers[0].W[:, 0]
order = np.argsort(weights)[[*range(12), *range(-12, 0)]]
fig, ax = plt.subplots(figsize=(7.0, 4.6))
ax.barh([list(vocabulary)[2 + i] for i in order], weights[order], color=["C1"] * 12 + ["C0"] * 12)
ax.set(xlabel="weight in the logistic regression", ylabel="token")
ax.set_title("One weight per word, and the words make sense")
plt.show()
print(f"TF-IDF with logistic regression, test accuracy {baseline_right.mean():.3f}")
assert baseline_right.mean() > 0.78

# %% [markdown]
# With pairs of neighbours besides words, scikit-learn reaches 0.806 on this split, the figure in
# the README of the data. Can a network do better?
#
# ## A mean of vectors
#
# Let each token have a vector of D learnt numbers, its embedding (chapter 8). A text is a set of
# vectors; the simplest way to make one of them is the mean. A linear layer on top, and the whole is
# trained by gradient descent. Joulin and others (2017) call it fastText; it is quick.
#
# The mean must not count what is padding.

# %% [markdown]
# ## Exercise 17.5: bag_of_embeddings
#
# `ids` (N, T) are ids of tokens, `E` (V, D) their embeddings, `mask` (N, T) is bool, True = keep:
#
# $$y_n = \frac{1}{\sum_t m_{nt}} \sum_t m_{nt}\, E_{\text{ids}_{nt}}$$
#
# Return $y$ (N, D). A token that occurs twice counts twice. Only the mask decides: an id of 0 is
# no special one, and a place may be dropped whose id is not 0 (3 points). Where nothing is kept,
# $y_n$ is 0 (1 point).
#
# With `E = [[0, 0], [2, 4], [6, 0]]`, `ids = [[1, 2, 0]]` and `mask = [[True, True, False]]` you
# should get `[[4, 2]]`.

# %% solution="bag_of_embeddings"
def bag_of_embeddings(ids, E, mask):
    """The mean embedding of the kept tokens: ids (N, T), E (V, D), mask (N, T) -> (N, D)."""
    ### BEGIN SOLUTION
    weights = mask / np.maximum(mask.sum(axis=1, keepdims=True), 1)
    return np.einsum("nt,ntd->nd", weights.astype(E.dtype), E[ids])
    ### END SOLUTION

# %% check="bag_of_embeddings" points=3
import numpy as np
from dlutils import checks

checks.agrees("bag_of_embeddings", bag_of_embeddings, checks.case(ids=np.array([[1, 2, 0]]),
    E=np.array([[0.0, 0], [2, 4], [6, 0]]), mask=np.array([[True, True, False]])),
    checks.bag_case(2, 5, 3, 4, seed=0))
### BEGIN HIDDEN TESTS
checks.agrees("bag_of_embeddings", bag_of_embeddings, *[checks.bag_case(*sizes, seed=3) for sizes in
    ((3, 5, 4, 2), (1, 7, 6, 3), (5, 1, 3, 4), (2, 6, 3, 1), (4, 4, 9, 4))], hidden=True)
### END HIDDEN TESTS

# %% check="bag_of_embeddings" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("bag_of_embeddings", bag_of_embeddings, checks.case(ids=np.array([[1, 2], [1, 0]]),
    E=checks.normal(3, 2, seed=0), mask=np.array([[False, False], [True, False]])))
### BEGIN HIDDEN TESTS
checks.agrees("bag_of_embeddings", bag_of_embeddings, checks.case(ids=np.array([[0, 1, 2], [2, 2,
    1]]), E=checks.normal(3, 4, seed=1), mask=np.array([[True, True, True], [False] * 3])),
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# As a layer: forward is your function, with `<pad>` (id 0) masked. In training each token is
# dropped with probability 1/2, so that no single one can carry a sentence. Backward gives every
# kept token its share of `dy`.

# %%
class Bag(Layer):
    """ids (N, T) -> the mean embedding of what is no padding (N, D)."""

    params = ("E",)

    def __init__(self, n_tokens, n_out, rng):
        self.E, self.rng = (0.1 * rng.normal(size=(n_tokens, n_out))).astype(np.float32), rng

    def forward(self, x):
        drop = 0.5 if self.training else 0
        mask = (x > 0) & (self.rng.random(x.shape) >= drop)
        self.cache = x, mask
        return bag_of_embeddings(x, self.E, mask)

    def backward(self, dy):
        ids, mask = self.cache
        kept = mask.sum(axis=1)
        rows = np.repeat(dy / np.maximum(kept, 1)[:, None].astype(dy.dtype), kept, axis=0)
        self.dE = embedding_backward_fast(rows, (ids[mask], self.E.shape))

# %% [markdown]
# Two ideas, besides, about what the network is fed.
#
# **Pieces.** A word seen once has a poor vector. But *laziest* shares *laz* with *lazy*. So a word
# also gets the vectors of its runs of 3 to 5 characters (Bojanowski and others, 2017, have 3 to 6),
# its ends marked. Each pair of neighbouring tokens, as *not a*, is a piece, too. All that occur at
# least three times get a vector.
#
# **Ratings.** Some twenty people gave each sentence a number, and the label keeps its sign alone.
# As a target take $\sigma(2 \cdot \text{rating})$: 0.88 for a rating of 1, 0.5 for 0. Then lukewarm
# sentences can be used, too.

# %% experiment
def read(texts):
    """Ids of the pieces of texts, each a list of tokens."""
    return encode([pieces(text) for text in texts], piece_ids, 400)


print(" | ".join(pieces(tokenize("Not lazy."))))
piece_ids = build_vocabulary([pieces(text) for text in texts], 3)
rng = np.random.default_rng(0)
model = Sequential(Bag(len(piece_ids), 8, rng), Linear(8, 1, rng))
print(f"{len(piece_ids):,} pieces of eight numbers each, and nine numbers in the head")

# %% [markdown]
# Which of these ideas help? Five folds of the training rows tell; the results are stored.
#
# **In the figure** is a row for each model, with a dot for each fold and a diamond for their mean;
# orange are logistic regressions on TF-IDF, blue the networks. The network on words alone is last,
# with 0.776, behind the same words in TF-IDF, 0.789. Pieces lift it to 0.802, past words and pairs,
# 0.795. Ratings (0.802) and a hidden layer of 32 ReLUs (0.800) change little. The best is
# logistic regression on TF-IDF of pieces, trained on ratings: 0.808.

# %% experiment
names = ["TF-IDF, words", "TF-IDF, words and pairs", "TF-IDF, pieces, ratings", "network, words",
         "network, pieces", "network, pieces, ratings", "with a hidden layer"]
fig, ax = plt.subplots(figsize=(7.0, 3.6))
for row, name in enumerate(names):
    folds = np.array(stored["reviews"][name])
    color = "C1" if name.startswith("TF-IDF") else "C0"
    ax.plot(folds, np.full(5, row), "o", color=color, alpha=0.4)
    ax.plot(folds.mean(), row, "D", color=color, markersize=9)
    print(f"{name:25} {folds.mean():.3f}")
ax.set_yticks(range(len(names)), names)
ax.invert_yaxis()
ax.set(xlabel="accuracy on the held-out fold", ylabel="model")
ax.set_title("Pieces help the network; the best is a regression on pieces")
plt.show()

# %% [markdown]
# The dots of a model spread over two to three points, partly since some folds are harder for all.
# So compare within folds: the network with pieces and ratings is ahead of words and pairs by 0.7 ±
# 0.4 points, the best by 1.3 ± 0.3 (mean and standard error).
#
# Now train on all training rows, with settings chosen on folds, and read the test rows, once.

# %% experiment
history = train(model, binary_cross_entropy_and_gradient, Adam(model, 0.01), read(texts),
                shares(ratings), 5, 50, rng, progress=False)
scores = predict(model, read(texts_test))[:, 0]
right = (scores > 0) == labels_test
print(f"test accuracy {right.mean():.3f}, standard error {right.std() / len(right)**0.5:.3f}")
print(f"only the network is right {np.sum(right & ~baseline_right)} times, "
      f"only the baseline {np.sum(~right & baseline_right)} times")
assert right.mean() > 0.79
test = stored["test"]
print("five seeds:", *test["networks"], f"mean {np.mean(test['networks']):.4f}")
for name in ("mean of five", "TF-IDF, pieces, ratings"):
    print(f"{name:24} {test[name]:.4f}, against words and pairs {test['baseline']:.4f} "
          "won, lost:", test[f"{name}, paired"])

# %% [markdown]
# The network does not beat the baseline: 0.804 in the mean of five seeds, 0.804 for the mean of
# their scores, against 0.806 by scikit-learn and 0.801 as made again with your tokens. One standard
# error is 0.009, and of 292 sentences on which the two differ, 149 go to the network.
#
# What beats the baseline, perhaps, is the baseline itself, fed what the network was fed: 0.814,
# with 154 sentences won and 130 lost, a gain of 1.3 ± 0.9 points.

# %% [markdown]
# ## What the network cannot do
#
# A linear layer on a mean of vectors is the mean of linear layers: $z = b + \frac1n\sum_i w \cdot
# E_i$. So the eight numbers of a piece end up as one, $w \cdot E_i$, and the network can express
# nothing that a weight per piece could not. Look at these weights, and at four short sentences,
# three of them with a negation.

# %% experiment
bag, head = model.layers
piece_weights = bag.E @ head.W[:, 0]
ids = read(texts_test[:50])
means = [piece_weights[row[row > 0]].mean() + head.b[0] for row in ids]
print(f"largest difference {np.max(np.abs(means - scores[:50])):.6f}")
for text in ("A good film.", "Not a good film.", "Never dull.", "Nothing is bad about this film."):
    z = predict(model, read([tokenize(text)]))[0, 0]
    print(f"{sigmoid(z):.2f}  {text}")

# %% [markdown]
# *not* is one more piece with a weight. *not good* could have one of its own, if it occurred three
# times; it occurs twice in 8,605 sentences, as does *never dull*. Otherwise words must work on each
# other, as in a hidden layer; the one tried above did not raise the accuracy.
#
# **In the figure** is the network's test accuracy in groups of sentences, with bars of one standard
# error: 0.82 without and 0.77 with a negation; 0.87 for sentences of up to ten tokens, 0.80 and
# 0.79 for longer ones; 0.63 where the rating is within 1 of 0, 0.88 where it is beyond 2.

# %% experiment
negations = {"not", "no", "never", "nothing", "without", "neither", "nor", "cannot", "hardly"}
negated = np.array([any(t in negations or t.endswith("n't") for t in text) for text in texts_test])
size, rating = np.array([len(text) for text in texts_test]), np.abs(ratings_test[clear_test])
groups = {"no negation": ~negated, "negation": negated, "1 to 10 tokens": size <= 10,
          "11 to 17 tokens": (size > 10) & (size < 18), "18 tokens or more": size > 17,
          "rating within 1 of 0": rating < 1, "beyond 2": rating > 2}
share = np.array([right[rows].mean() for rows in groups.values()])
n = np.array([rows.sum() for rows in groups.values()])
for name, *found in zip(groups, n, share, strict=True):
    print("{:20} {:5} sentences, accuracy {:.3f}".format(name, *found))
fig, ax = plt.subplots(figsize=(7.0, 3.8))
ax.errorbar(share, list(groups), xerr=np.sqrt(share * (1 - share) / n), fmt="o", capsize=3)
ax.invert_yaxis()
ax.set(xlabel="test accuracy", ylabel="sentences", title="Errors: negated, long and lukewarm")
plt.show()

# %% [markdown]
# Some of these errors are nobody's: if twenty ratings spread by 1, say, their mean has a standard
# error of 0.22, so that near 0 labels are wrong, too.
#
# ## Limits and harm
#
# What does the network make of a sentence that says nothing good or bad? Only one word changes
# below.

# %% experiment
people = ("rich", "african", "french", "american", "young", "white", "old", "jewish", "muslim",
          "black", "gay", "poor")
for person in people:
    z = predict(model, read([tokenize(f"A film about {person} people.")]))[0, 0]
    seen = [is_good for text, is_good in zip(texts, good, strict=True) if person in text]
    share = f"{np.mean(seen):.2f}" if seen else "-"
    print(f"{sigmoid(z):.2f}  {person:9} in {len(seen):3} training sentences, positive {share}")

# %% [markdown]
# The network was taught what critics think of films, and has learnt to grade people. *gay* came up
# in 18 sentences, a third of them positive. *muslim* came up in none: what the network makes of it
# comes from runs of letters that it shares with other words. *rich* may have its weight as a word
# about films. The test accuracy shows nothing of this: 4 of the 2,000 test sentences have *gay*,
# none has *muslim*. Sort letters by such a score, and whoever names certain people is put last.
#
# Also: the sentences were collected by 2005, all in English; one film may be on both sides of the
# split; and what was rated is a sentence, not a film.

# %% [markdown]
# ## A model of the next word
#
# Now the other half: not to judge a sentence but to continue one. A **language model** gives each
# token a probability, given those before. Multiplied along a text they are the probability of the
# text,
#
# $$p(w_1, \dots, w_T) = \prod_t p(w_t \mid w_1, \dots, w_{t-1}).$$
#
# The text is *Pride and Prejudice*: chapters 1 to 49 to train, 50 to 55 to choose, 56 to 61 to
# test, cut into sentences from `<start>` to `<end>`. Words that occur less than three times are
# `<unk>`.

# %% experiment
chapters = novel()
words = build_vocabulary(chapters[0], 3)
V, spelled = len(words), list(words)
sentences = [[[words.get(token, 1) for token in text] for text in part] for part in chapters]
print(" ".join(chapters[0][5]))
print(f"{V} ids; sentences to train, choose, test:", *map(len, sentences))

# %% [markdown]
# The humblest model counts. After *mr .* came *darcy* so often, *bennet* so often: their shares are
# the probabilities. With longer histories the shares are sharper, but most histories never came up.
# So each order $k$ is mixed with the next shorter one, which counts as $a$ more occurrences (MacKay
# and Peto, 1995):
#
# $$p_k(w) = \frac{c_k(w) + a\,p_{k-1}(w)}{\sum_v c_k(v) + a},$$
#
# where $c_k(w)$ is how often $w$ followed the last $k$ words, and $p_{-1} = 1/V$. With no
# occurrence at all, $p_k = p_{k-1}$.

# %% experiment
def next_probabilities(tables, tokens, V, a=160):
    """The probabilities (V,) of what follows the ids `tokens`; tables[k][last k ids] counts."""
    p = np.full(V, 1 / V)
    for k, table in enumerate(tables[: len(tokens) + 1]):
        followers, total = table.get(tuple(tokens[len(tokens) - k :]), ({}, 0))
        p *= a / (total + a)
        p[list(followers)] += np.array(list(followers.values())) / (total + a)
    return p


tables = count_followers(sentences[0], 4)
for history in ("mr .", "it is a truth"):
    p = next_probabilities(tables, [words[token] for token in history.split()], V)
    print(f"{history:14}->", *[f"{spelled[i]} {p[i]:.3f}  " for i in np.argsort(-p)[:5]])

# %% [markdown]
# How good is a model? It should find likely what came. The product over a whole text is a tiny
# number that depends on its length. So take the mean of the logarithms, and turn it into a number
# that can be pictured: the **perplexity**. A model that wavers between K equally likely words has
# perplexity K.

# %% [markdown]
# ## Exercise 17.6: perplexity
#
# `log_probabilities` (N, T) are natural logarithms of the probabilities that a model gave to the
# tokens that came; `mask` (N, T) is bool, True = keep, at least once:
#
# $$\text{perplexity} = \exp\Bigl(-\frac{1}{M} \sum_{\text{kept}} \log p\Bigr)$$
#
# with $M$ the number of all kept tokens, so that a long text counts more than a short one. Return
# one number (2 points).
#
# What is dropped has no influence, whatever stands there, $-\infty$ too; and a text of thousands of
# tokens must not overflow (1 point).
#
# For tokens of probability 1/2 and 1/8, and a third one dropped, you should get 4.

# %% solution="perplexity"
def perplexity(log_probabilities, mask):
    """exp of minus the mean log-probability of the kept tokens: (N, T), (N, T) bool -> number."""
    ### BEGIN SOLUTION
    return float(np.exp(-np.mean(log_probabilities[mask])))
    ### END SOLUTION

# %% check="perplexity" points=2
import numpy as np
from dlutils import checks

checks.agrees("perplexity", perplexity, checks.case(log_probabilities=np.log([[0.5, 0.125, 0.9]]),
    mask=np.array([[True, True, False]])), checks.case(log_probabilities=np.log([[0.5, 0.1, 0.2],
    [0.4, 0.3, 0.7]]), mask=np.array([[True, True, True], [True, False, False]])))
### BEGIN HIDDEN TESTS
checks.agrees("perplexity", perplexity, *[checks.case(log_probabilities=-np.abs(checks.normal(N, T,
    seed=N)), mask=np.arange(T) < np.arange(1, N + 1)[:, None]) for N, T in ((1, 5), (4, 3), (3, 6),
    (2, 1))], hidden=True)
### END HIDDEN TESTS

# %% check="perplexity" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("perplexity", perplexity, checks.case(log_probabilities=np.array([[-1.0, -np.inf],
    [-2.0, -3.0]]), mask=np.array([[True, False], [True, True]])))
### BEGIN HIDDEN TESTS
checks.agrees("perplexity", perplexity, checks.case(log_probabilities=np.full((3, 900), -4.0) +
    np.arange(900) % 3, mask=np.ones((3, 900), bool)), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Now the orders, on chapters 50 to 55. `log_probabilities` walks through the sentences and fills
# up short ones with $-\infty$, which the mask drops. The constant $a = 160$ was the best of 10, 40,
# 160 and 640 there. The last rows are stored: a network that reads the embeddings of the last four
# words (Bengio and others, 2003), and the mean of its probabilities and the counted ones.

# %% experiment
print(f"uniform {V}")
for order in (1, 2, 3, 4):
    found = perplexity(*log_probabilities(tables[:order], sentences[1], V, a=160))
    print(f"{order - 1} words of history: {found:.1f}")
assert found < 90
print("a network, three seeds: ", stored["novel"]["network"])
for name in ("counted", "network", "half and half"):
    print(f"chapters 56 to 61, {name:13}", stored["novel"]["test"][name])

# %% [markdown]
# One word of history is worth nearly a factor of three, the next hardly anything: of all triples
# of words, 85 % occur once, and 60 % of those in the last chapters are new. The network is a little
# better there, about 84 against 91: it need not have seen *these* words, only words with similar
# embeddings. The two together are better still, 76: perhaps they err in different places.
#
# ## A cheap way to a low perplexity
#
# Now raise `min_count`, for one word of history (with $a = 40$): more words become `<unk>`. What
# becomes of the perplexity? **In the figure** it falls over the share of unknown tokens, along a
# curve: from 100 at min_count 2, with 3 % unknown, down to 15 at min_count 100, with 29 %.

# %% experiment
rows = []
for min_count in (2, 3, 5, 10, 30, 100):
    known = build_vocabulary(chapters[0], min_count)
    train_ids, held_ids = ([[known.get(token, 1) for token in text] for text in part]
                           for part in chapters[:2])
    log_p, mask = log_probabilities(count_followers(train_ids, 2), held_ids, len(known), a=40)
    unknown = np.mean([i == 1 for text in held_ids for i in text])
    rows.append((min_count, unknown, perplexity(log_p, mask)))
fig, ax = plt.subplots()
for min_count, unknown, value in rows:
    ax.annotate(f"min_count {min_count}", (unknown, value), (6, 4), textcoords="offset points")
ax.plot([row[1] for row in rows], [row[2] for row in rows], "o-")
ax.set(xlabel="share of <unk> among the tokens", ylabel="perplexity", xlim=(0, 0.38), ylim=(0, 110))
ax.set_title("The fewer words a model knows, the better it looks")
plt.show()

# %% [markdown]
# The model is no better, the question has become easier. `<unk>` is one token for
# thousands of words: guessing that *some* rare word comes is easy. Perplexities compare models
# only if vocabulary and text are the same.
#
# ## The likeliest sentence
#
# A model gives you the next word. Which *sentence* is the likeliest? To take the best word each
# time is **greedy**: a good first word may lead nowhere. To try all sentences is out of the
# question: with $V = 2674$, there are $10^{34}$ of ten words.
#
# **Beam search**, known from speech recognisers of the 1970s, keeps the `width` likeliest
# beginnings. Example: ids 0, 1 (`end`) and 2; after 0 come 0, 1, 2 with probability 0.5, 0.1, 0.4,
# after 2 with 0.05, 0.9, 0.05.
#
# | round | width 1 | width 2 |
# |-|-|-|
# | 1 | 00: 0.5 | 00: 0.5; 02: 0.4 |
# | 2 | 000: 0.25 | **021: 0.36**; 000: 0.25 |
#
# More factors make a smaller product, so sums of logarithms prefer short sentences. Compare by the
# *mean*: $\ln 0.36 / 2 = -0.51$ for 021.

# %% [markdown]
# ## Exercise 17.7: beam_search
#
# `step(tokens)` returns an array (V,), the log-probabilities of the next id, given the list of
# *all* ids so far. `start` is a list of at least one id. The beam begins with `start` alone, whose
# total is 0. Then `length` times:
#
# | step | what happens |
# |-|-|
# | extend | every hypothesis in the beam by every id, which adds its log-probability to the total |
# | keep | the `width` candidates with the largest totals |
# | ties | go to the hypothesis that is earlier in the beam, then to the lower id |
# | set aside | the kept ones whose new id is `end`: they are finished |
# | next beam | the other kept ones; they may be fewer than `width`, or none |
#
# Return `(tokens, score)` of the best among all finished ones and the last beam: all ids, `start`
# and a reached `end` among them, and the total divided by the number of appended ids, `end`
# included. Of equal scores a finished one wins, then the one found earlier (5 points). `start`
# stays unchanged (1 point).
#
# In the example, `beam_search(step, [0], 1, 2, 2)` gives `([0, 2, 1], -0.5108)`, width 1 `([0, 0,
# 0], -0.6931)`. (Of one hypothesis no more than the `width` best ids can be kept: `np.argsort` with
# `kind="stable"` saves time.)

# %% solution="beam_search"
def beam_search(step, start, end, width, length):
    """A likely continuation of `start` by up to `length` ids -> tokens, score per appended id."""
    ### BEGIN SOLUTION
    beam, done = [(0.0, list(start))], []
    for _ in range(length):
        candidates = []
        for total, tokens in beam:
            log_p = np.asarray(step(tokens))
            for token in np.argsort(-log_p, kind="stable")[:width]:
                candidates.append((total + log_p[token], [*tokens, int(token)]))
        candidates.sort(key=lambda one: -one[0])
        done += [one for one in candidates[:width] if one[1][-1] == end]
        beam = [one for one in candidates[:width] if one[1][-1] != end]
    scored = [(total / (len(tokens) - len(start)), tokens) for total, tokens in done + beam]
    score, tokens = max(scored, key=lambda one: one[0])
    return tokens, float(score)
    ### END SOLUTION

# %% check="beam_search" points=5
import numpy as np
from dlutils import checks

checks.agrees("beam_search", beam_search, *[checks.case(step=checks.followers(np.log([[0.5, 0.1,
    0.4], [0.2, 0.3, 0.5], [0.05, 0.9, 0.05]])), start=[0], end=1, width=w, length=n) for w, n in (
    (2, 2), (1, 2), (3, 4))], checks.beam_case(4, 3, 5, seed=146, start=(0, 2)))
### BEGIN HIDDEN TESTS
checks.agrees("beam_search", beam_search, checks.late_regret_case(), *[checks.tie_case(1 + s % 6,
    1 + s % 4, s, V=4 + 16 * (s % 2)) for s in range(14)], *[checks.beam_case(5 + s % 3, w, 7, s,
    (2, 0)[: 1 + s % 2], s % 3 - 1) for s in range(12) for w in (1, 2, 3)], hidden=True)
### END HIDDEN TESTS

# %% check="beam_search" kind="purity" points=1
from dlutils import checks

checks.unchanged("beam_search", beam_search, checks.beam_case(4, 2, 3, seed=3, start=(0, 2)))
### BEGIN HIDDEN TESTS
checks.unchanged("beam_search", beam_search, checks.beam_case(5, 1, 2, seed=4), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# And now Jane Austen. The model may not say `<pad>`, `<unk>` or `<start>`. Before you read on: will
# a wider beam write better sentences?

# %% experiment
def step(tokens):
    """Log-probabilities of the next word, without those that cannot be written."""
    p = next_probabilities(tables, tokens, V)
    p[[0, 1, words["<start>"]]] = 1e-12
    return np.log(p)


for begin in ("<start>", "<start> elizabeth"):
    for width in (1, 2, 5, 20):
        prompt = [words[token] for token in begin.split()]
        tokens, score = beam_search(step, prompt, words["<end>"], width, 25)
        print(f"{width:3} {score:6.2f}", *[spelled[i] for i in tokens[1:] if i != words["<end>"]])

# %% [markdown]
# A wider beam finds a likelier sentence, and no better one. Narrow beams run in circles, wide ones
# stop as soon as they can. Nothing is wrong with the search: from width to width the score rises.
#
# So likely is not good? Compare with what Jane Austen wrote, and with sentences whose words are
# drawn with their probabilities. **In the figure** are two hills of mean log-probabilities: her
# sentences (blue) around -4.35, the drawn ones (orange, hatched) around -4.8. Far to the right of
# nearly all stand three lines, what beam search finds with width 1, 5 and 20: -2.3, -1.8 and -1.6.
# (Hers hold `<unk>`, which is easy to guess, the drawn ones may not: a part of the distance between
# the hills may come from that.)

# %% experiment
fig, ax = plt.subplots(figsize=(7.0, 4.2))
sampled = draw_sentences(step, words["<start>"], words["<end>"], 100, np.random.default_rng(1))
for name, group in (("Austen, chapters 50 to 55", sentences[1]), ("drawn word by word", sampled)):
    log_p, mask = log_probabilities(tables, group, V, a=160)
    means = np.mean(log_p, axis=1, where=mask)
    ax.hist(means, np.linspace(-7, -1, 25), density=True, alpha=0.55, label=name,
            hatch="//" if group is sampled else "")
    print(f"{name:26} median {np.median(means):.2f}")
print("drawn:", *[" ".join(spelled[i] for i in text[1:-1]) for text in sampled[:3]], sep="\n  ")
for width, line in ((1, ":"), (5, "--"), (20, "-")):
    score = beam_search(step, [words["<start>"]], words["<end>"], width, 25)[1]
    ax.axvline(score, color="black", linestyle=line, label=f"beam search, width {width}")
ax.set(xlabel="log-probability per word", ylabel="density", title="Too likely to be written")
ax.legend(loc="upper left", fontsize=8)
plt.show()

# %% [markdown]
# People do not say what is likeliest (Holtzman and others, 2020). Nor does likelihood tell sense
# from nonsense: drawn sentences come nearer to hers than those of any beam.
#
# ## A claim
#
# A colleague has a language model for a support desk and writes: "I drew a tenth of the *sentences*
# of our 2,000 letters at random as a test set. I built the vocabulary on all letters, min_count 20,
# and tried 12 settings. The best has perplexity 31 on the test set; the published model for such
# letters has 58. Ours is clearly better, and it will write our answers by beam search."
#
# Name three things that are wrong here, and say for each what you would do instead.

# %% [markdown] answer="fair_perplexity" points=3
# ### BEGIN SOLUTION
# Any three of these, each with its remedy:
#
# 1. Sentences of one letter are on both sides of the split: names, numbers and phrases of a letter
#    recur in it. Split by letter, better by customer or by date.
# 2. Perplexities of different vocabularies cannot be compared: with min_count 20 a large share of
#    the tokens is `<unk>`, which is easy to guess. Give both models one vocabulary, or spell
#    unknown words and compare per character; and compare on the same texts.
# 3. The test set chose among 12 settings. Choose on validation letters, read the test letters once.
# 4. The vocabulary was built with the test letters. Build it from the training letters.
# 5. One figure on one split: no spread. Repeat with other seeds, and give the difference per letter
#    with its standard error.
# 6. Low perplexity does not make good answers, and beam search finds likely, dull ones. Have people
#    judge the answers, blind, against those written today.
#
# Rubric: 1 point for each flaw with its remedy, at most 3. A flaw without remedy: half a point.
# "Perplexity is no good measure" without a reason from this case earns nothing.
# ### END SOLUTION

# %% [markdown]
# ## Play: fool the network
#
# Type a sentence about a film, in English, and press Enter. Can you write praise that the network
# takes for blame? Where does it read a word the way you do, and where not? What does it make of
# your name?
#
# **In the figure** is a bar for every token: by how much the score falls if that token is left out
# of the sentence. Blue bars to the right speak for the film, orange ones to the left against it. At
# the start, *dull* and *bad* speak most against the film, and *not* does, too; *expected* and
# *film* speak for it; the sentence is called positive with probability 0.03.

# %% play
def show(fig, sentence):
    tokens = tokenize(sentence)[:40]
    if not tokens:
        return "Type a few words."
    without = [tokens[:i] + tokens[i + 1 :] for i in range(len(tokens))]
    z = predict(model, read([tokens, *without]))[:, 0]
    effect = z[0] - z[1:]
    fig.set_size_inches(7, 1.2 + 0.28 * len(tokens))
    ax = fig.subplots()
    ax.barh(range(len(tokens)), effect, color=np.where(effect > 0, "C0", "C1"))
    ax.set_yticks(range(len(tokens)), tokens)
    ax.invert_yaxis()
    ax.set(xlabel="fall of the score if the token is left out", ylabel="token")
    ax.set_title(f"positive with probability {sigmoid(z[0]):.2f}")


plotting.play(show, sentence="I expected a dull film, but it is not bad at all.")

# %% [markdown]
# ## What to remember
#
# - Text becomes tokens, tokens become **ids**; unknown tokens keep their place, and padding counts
#   nowhere.
# - Set a **simple baseline** first, and feed it what you feed the network. On a few thousand
#   sentences TF-IDF with logistic regression was not beaten.
# - A mean of embeddings under a linear layer is a **linear model of counts**: *not* is a word like
#   others.
# - **Perplexity** is exp of the mean surprise per token. It compares models of one vocabulary on
#   one text, and nothing else.
# - **Beam search** finds a likelier sentence than greedy choice; normalise by length. The likeliest
#   sentence is not a good one.

# %% [markdown]
# ## References
#
# - Hutto, Gilbert, *VADER: a parsimonious rule-based model for sentiment analysis of social media
#   text*, ICWSM 2014; Pang, Lee, *Seeing stars*, ACL 2005.
# - Spärck Jones, *A statistical interpretation of term specificity and its application in
#   retrieval*, Journal of Documentation 28(1), 1972.
# - Salton, Buckley, *Term-weighting approaches in automatic text retrieval*, Information
#   Processing & Management 24(5), 1988.
# - Joulin, Grave, Bojanowski, Mikolov, *Bag of tricks for efficient text classification*, EACL
#   2017.
# - Bojanowski, Grave, Joulin, Mikolov, *Enriching word vectors with subword information*, TACL 5,
#   2017.
# - MacKay, Peto, *A hierarchical Dirichlet language model*, Natural Language Engineering 1(3),
#   1995.
# - Bengio, Ducharme, Vincent, Jauvin, *A neural probabilistic language model*, JMLR 3, 2003.
# - Sutskever, Vinyals, Le, *Sequence to sequence learning with neural networks*, NIPS 2014.
# - Holtzman, Buys, Du, Forbes, Choi, *The curious case of neural text degeneration*, ICLR 2020.
