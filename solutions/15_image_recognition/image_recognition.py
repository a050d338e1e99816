# %% [markdown]
# # 15. Image recognition
#
# A shop for second-hand clothes photographs every piece and wants a network to say what it is. What
# the network is sure of goes on the shelf by itself; the rest, a person looks at. So the shop asks
# three things: is the answer right, how sure is it, and what in the photo made it so?
#
# Many projects stop at the first. Here you answer all three, and see which answers you may believe.
#
# This is the first of nine projects: an honest split, a baseline, a network, a measure that fits
# the purpose, a look at the errors, and limits. You write five functions (20 points) and answer one
# question in words (3 points), in two to three hours.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import Adam, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential
from dlutils import accuracy, confusion_matrix, cosine_schedule, cross_entropy
from dlutils import cross_entropy_and_gradient, datasets, plotting, predict, results
from dlutils import softmax, train

plotting.use_course_style()

# %% [markdown]
# ## The data and the split
#
# Fashion-MNIST (Xiao and others, 2017) holds the photos of one shop, made small and grey: 28 by 28
# numbers from 0, the background, to 1. There are ten kinds of garments, equally many of each. This
# course has 5,000 training and 1,000 test images.
#
# Three kinds of rows have three uses. The first 4,500 **training** rows teach the network. The last
# 500 are **validation** rows: whatever you choose, you choose by them, also if it is but a single
# number. The **test** rows are read once, at the end.
#
# The pixels are shifted and scaled by mean and deviation of the rows that teach.

# %%
fashion = datasets.fashion()
names = np.array(fashion.label_names)
x, y = fashion.x_train[:4500], fashion.y_train[:4500]
x_val, y_val = fashion.x_train[4500:], fashion.y_train[4500:]
mean, deviation = x.mean(), x.std()


def prepared(images):
    """Images (N, H, W) as the network takes them: (N, 1, H, W), standardised."""
    return ((images - mean) / deviation)[:, None]

# %% [markdown]
# **In the figure** is one garment of each kind, with its name: fronts without a body. A shirt has
# buttons or a collar, if 28 rows can show them.

# %% experiment
firsts = [np.flatnonzero(y == k)[0] for k in range(10)]
fig = plotting.show_images(x[firsts], titles=names, size=1.4)
fig.suptitle("Ten kinds of garments", ha="left", x=0.02)
plt.show()

# %% [markdown]
# Is the split honest? If a test image stood among the training images, knowing it by heart would
# pass for skill. So look for the nearest training image of each (the labels of the test images
# are not needed for that). To say what the nearest neighbour is makes a first **baseline**. The
# second is one linear layer on the pixels.

# %% experiment
def nearest(images):
    """Distance from each image to the nearest of the 4,500 training images, and its row."""
    a, b = images.reshape(len(images), -1), x.reshape(len(x), -1)
    squares = (a**2).sum(axis=1)[:, None] - 2 * a @ b.T + (b**2).sum(axis=1)
    return np.sqrt(np.maximum(squares.min(axis=1), 0)), squares.argmin(axis=1)


for name, images in (("validation", x_val), ("test", fashion.x_test)):
    distances, _ = nearest(images)
    print(f"{name}: nearest neighbour at {distances.min():.1f} to {distances.max():.1f}, "
          f"median {np.median(distances):.1f}")
print(f"validation accuracy of the nearest neighbour {np.mean(y[nearest(x_val)[1]] == y_val):.3f}")

# %% [markdown]
# No distance is 0: none of them stands among the training images. The linear layer and the network
# are trained by the same few lines, with Adam and a learning rate that falls to 0 along a cosine
# (chapter 5). What does the linear layer reach?

# %% experiment
def trained(model, epochs, lr, rng):
    """Train a model on the training rows, in place -> the history of its losses and accuracies."""
    total = epochs * -(-len(x) // 32)
    return train(model, cross_entropy_and_gradient, Adam(model), prepared(x), y, epochs, 32, rng,
        schedule=lambda step: cosine_schedule(step, total, lr, 0),
        validation=(prepared(x_val), y_val), metrics={"accuracy": accuracy}, progress=False)


rng = np.random.default_rng(0)
linear = Sequential(Flatten(), Linear(784, 10, rng))
history = trained(linear, epochs=10, lr=0.001, rng=rng)
print(f"validation accuracy of one linear layer {history['validation_accuracy'][-1]:.3f}")

# %% [markdown]
# ## The network
#
# Two convolutions with pooling (chapter 7), two linear layers, and dropout (chapter 11) in between.
# ReLU stands after the pooling: the maximum of the window, cut off at 0, is the same number as the
# maximum of what was cut off at 0, and there is a quarter as much to cut.

# %%
def make_network(rng):
    """A network for images (N, 1, 28, 28) with ten logits."""
    return Sequential(
        *(Conv2d(1, 16, 5, rng, pad=2), MaxPool2d(2), ReLU()),  # (N, 16, 14, 14)
        *(Conv2d(16, 32, 3, rng, pad=1), MaxPool2d(2), ReLU()),  # (N, 32, 7, 7)
        *(Flatten(), Dropout(0.4, rng), Linear(1568, 64, rng), ReLU()),
        Linear(64, 10, rng),
    )

# %% [markdown]
# Among 8, 10 and 12 epochs and several rates of dropout the validation rows preferred twelve and
# 0.4, by less than their standard error of 1.4 points. Training takes about
# half a minute; on another computer last digits may differ from those in the text.
#
# **In the figure** the loss is drawn over the twelve epochs: on the training rows (blue, solid),
# with dropout on, it falls all the way; on the validation rows (orange, dashed) it falls to about a
# third of a nat and then stays.

# %% experiment
rng = np.random.default_rng(0)
network = make_network(rng)
history = trained(network, epochs=12, lr=0.002, rng=rng)
fig, ax = plt.subplots()
plotting.draw_curves(ax, history["loss"], history["validation_loss"])
ax.set(ylabel="loss (nats)", ylim=(0, 1), title="The validation loss stops falling first")
ax.legend()
plt.show()
logits = predict(network, prepared(x_val)).astype(float)
print(f"validation accuracy {accuracy(logits, y_val):.3f}")

# %% [markdown]
# ## The second guess
#
# A person at the counter could be shown two suggestions instead of one. How often would the right
# one be among them? The network gives ten logits; sort them, and see how far down the label stands.

# %% [markdown]
# ## Exercise 15.1: top_k_accuracy
#
# The share of samples whose label is among the `k` classes with the largest logits. Of equal logits
# the one of the lower class comes first. `logits` is (N, K), `labels` (N,) ints, `k` from 1 to K;
# returns one number (3 points). `logits` stays unchanged (1 point).
#
# Take three samples, all with label 1:
#
# | logits | order of classes | k = 1 | k = 2 |
# |-|-|-|-|
# | [0.5, 2, 1] | 1, 2, 0 | yes | yes |
# | [3, 1, 1] | 0, 1, 2 | no | yes |
# | [1, 0, 3] | 2, 0, 1 | no | no |
#
# So the result is 1/3 for k = 1, 2/3 for k = 2, and 1 for k = 3.

# %% solution="top_k_accuracy"
def top_k_accuracy(logits, labels, k):
    """Share of samples whose label is among the k largest logits: (N, K), (N,) ints -> number."""
    ### BEGIN SOLUTION
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return float(np.mean(np.any(best == labels[:, None], axis=1)))
    ### END SOLUTION

# %% check="top_k_accuracy" points=3
import numpy as np
from dlutils import checks

checks.agrees("top_k_accuracy", top_k_accuracy, *[checks.case(logits=np.array([[0.5, 2, 1], [3, 1,
    1], [1, 0, 3]]), labels=np.array([1, 1, 1]), k=k) for k in (1, 2, 3)], checks.case(
    logits=checks.normal(11, 5, seed=3), labels=np.arange(11) % 5, k=2))
### BEGIN HIDDEN TESTS
checks.agrees("top_k_accuracy", top_k_accuracy, *[checks.case(logits=np.round(checks.normal(n, K,
    seed=k)), labels=np.arange(n) * 3 % K, k=k) for n, K, k in ((23, 7, 1), (29, 7, 3), (13, 4, 2),
    (1, 6, 5), (19, 9, 6), (4, 4, 1))], hidden=True)
### END HIDDEN TESTS

# %% check="top_k_accuracy" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("top_k_accuracy", top_k_accuracy, checks.case(logits=checks.normal(3, 4, seed=0),
    labels=np.array([0, 3, 1]), k=2))
### BEGIN HIDDEN TESTS
checks.unchanged("top_k_accuracy", top_k_accuracy, checks.case(logits=checks.normal(5, 3, seed=1),
    labels=np.array([0, 2, 1, 1, 0]), k=3), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# How much does a second suggestion help?

# %% experiment
for name, model in (("linear layer", linear), ("network", network)):
    z = predict(model, prepared(x_val))
    print(f"{name:12}", *[f"top {k}: {top_k_accuracy(z, y_val, k):.3f}  " for k in (1, 2, 3)])

# %% [markdown]
# With two suggestions 46 of the network's 54 errors are gone, and even the linear layer with two is
# ahead of the network with one. So most errors are decisions between two neighbours. Which?
#
# ## What is confused
#
# **In the figure** is the confusion matrix of the validation rows: a row for each kind of garment,
# a column for each answer, a number where it is not 0. Most of it lies on the diagonal. Off it
# stand two blocks: shirts, T-shirts, pullovers, coats and dresses among one another; sandals,
# sneakers and boots among one another.

# %% experiment
answers = logits.argmax(axis=1)
confusion = confusion_matrix(y_val, answers, 10)
fig, ax = plt.subplots(figsize=(6.4, 5.6))
plotting.draw_confusion(ax, confusion, names)
ax.set_title("Garments for the upper body are confused, shoes with shoes")
plt.show()
both = np.triu(confusion + confusion.T, k=1)
for place in np.argsort(-both, axis=None, kind="stable")[:5]:
    i, j = np.unravel_index(place, both.shape)
    print(f"{names[i]} and {names[j]}: {both[i, j]} of {np.sum(answers != y_val)} errors")
recall = np.diag(confusion) / confusion.sum(axis=1)
print(", ".join(f"{names[k]} {recall[k]:.2f}" for k in np.argsort(recall)))

# %% [markdown]
# Are these errors stupid? **In the figure** are the ten errors of which the network was most sure,
# in two rows. Above each stands its label, then what the network says and its probability. Judge
# for yourself whether you could tell from these pixels.

# %% experiment
probabilities = softmax(logits)
confidence = probabilities.max(axis=1)
errors = np.flatnonzero(answers != y_val)
worst = errors[np.argsort(-confidence[errors])][:10]
titles = [f"{names[y_val[n]]}\n{names[answers[n]]} {confidence[n]:.2f}" for n in worst]
fig = plotting.show_images(x_val[worst], titles=titles, size=1.55)
fig.suptitle("Label above, answer below: the surest errors", ha="left", x=0.02)
plt.show()
print(f"{np.sum(confidence[errors] > 0.9)} of {len(errors)} errors with a probability above 0.9")

# %% [markdown]
# ## Right as often as it says?
#
# Some of these labels may be wrong: the first sandal looks like a sneaker to the eye. But the
# network was sure. Softmax gives numbers that add up to 1. That does not make them probabilities of
# being right. For the shop it matters: if the network is wrong in 3 of 100 cases in which it says
# 0.99, the shelf is not what was promised.
#
# Take all images on which the network is about 80 % sure. It should be right on 80 % of them: not
# on each, but as often as it says. Such a network is called **calibrated**. The largest probability
# of an image is the network's **confidence**.
#
# Confidences are seldom equal, so put similar ones into a bin and compare, bin by bin.

# %% [markdown]
# Here are four images of two classes, all with label 0:
#
# | probabilities | answer | right | confidence | bin |
# |-|-|-|-|-|
# | 0.90, 0.10 | 0 | yes | 0.90 | 13/15 to 14/15 |
# | 0.10, 0.90 | 1 | no | 0.90 | 13/15 to 14/15 |
# | 0.58, 0.42 | 0 | yes | 0.58 | 8/15 to 9/15 |
# | 0.35, 0.65 | 1 | no | 0.65 | 9/15 to 10/15 |
#
# In the first bin two images, accuracy 0.5, mean confidence 0.9: a gap of 0.4. The others have gaps
# of 0.42 and 0.65. Weighted by their shares, (2 · 0.4 + 0.42 + 0.65) / 4 = 0.4675.

# %% [markdown]
# ## Exercise 15.2: expected_calibration_error
#
# For `probabilities` (N, K), whose rows add up to 1, and `labels` (N,) ints: an image's answer is
# the class of its largest probability (of equal ones, the lowest class), its confidence that
# probability. There are 15 bins of equal width; bin $m = 1, ..., 15$ holds the $N_m$ images with
#
# $$\frac{m-1}{15} < \text{confidence} \le \frac{m}{15}, \qquad
# \text{ECE} = \sum_{m} \frac{N_m}{N}\,\Big|\text{accuracy}_m - \text{mean confidence}_m\Big|.$$
#
# Both means run over the images of the bin; empty bins add nothing (4 points). The upper end
# belongs to a bin: 0.6 lies in bin 9, and 1 in bin 15 (1 point). Returns one number, a share, not
# percent.

# %% solution="expected_calibration_error"
def expected_calibration_error(probabilities, labels):
    """How far confidence and accuracy lie apart: (N, K), (N,) ints -> number in [0, 1]."""
    ### BEGIN SOLUTION
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.ceil(15 * confidence).astype(int)  # from 1 to 15
    gaps = np.bincount(bins, weights=right - confidence)
    return float(np.abs(gaps).sum() / len(labels))
    ### END SOLUTION

# %% check="expected_calibration_error" points=4
import numpy as np
from dlutils import checks

checks.agrees("expected_calibration_error", expected_calibration_error, checks.case(probabilities=
    np.array([[0.9, 0.1], [0.1, 0.9], [0.58, 0.42], [0.35, 0.65]]), labels=np.zeros(4, int)),
    checks.calibration_case(9, 3, seed=0))
### BEGIN HIDDEN TESTS
checks.agrees("expected_calibration_error", expected_calibration_error, checks.case(probabilities=
    np.array([[0.44, 0.44, 0.12], [0.1, 0.45, 0.45], [0.5, 0.2, 0.3]]), labels=np.array([0, 1, 0])),
    *[checks.calibration_case(*c) for c in ((1, 3), (90, 9, 3), (30, 40, 4, 0.5))], hidden=True)
### END HIDDEN TESTS

# %% check="expected_calibration_error" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("expected_calibration_error", expected_calibration_error, checks.case(probabilities=
    np.array([[0.6, 0.4], [0.58, 0.42], [1, 0], [0.96, 0.04]]), labels=np.array([0, 1, 1, 0])))
### BEGIN HIDDEN TESTS
checks.agrees("expected_calibration_error", expected_calibration_error, checks.case(probabilities=
    np.array([[0.2, 0.8], [0.78, 0.22], [0, 1], [0.96, 0.04], [0.9, 0.1]]), labels=np.array([1, 1,
    1, 1, 0])), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# **In the figure**, a reliability diagram, each dot is a bin of the validation rows: its mean
# confidence to the right, its accuracy upward, its area the number of images; bars are one standard
# error. On the dotted diagonal the network is right as often as it says. Most bars
# cross it. The largest dot, at the far right, lies below.

# %% experiment
fig, ax = plt.subplots(figsize=(5.2, 4.4))
plotting.draw_reliability(ax, probabilities, y_val)
ax.set_title("Of the surest answers too few are right")
plt.show()
top = confidence > 14 / 15
print(f"{top.sum()} in the last bin: mean confidence {confidence[top].mean():.3f}, accuracy "
      f"{np.mean(answers[top] == y_val[top]):.3f}")
print(f"all: mean confidence {confidence.mean():.3f}, accuracy {accuracy(logits, y_val):.3f}, "
      f"ECE {expected_calibration_error(probabilities, y_val):.3f}")

# %% [markdown]
# Where does that come from? Cross-entropy on the training rows can still fall when all of them are
# right already: make the logits larger. Nothing in training says how sure is too sure.
#
# **In the figure** a network without dropout is trained for 20 epochs at a constant rate of 0.001,
# with three seeds; bars are one standard deviation. Left the validation accuracy: from the second
# epoch on it stays near 0.87. Right the validation loss (blue, solid) and the ECE (orange, dashed):
# the loss is between 0.40 and 0.45 up to epoch 11, then climbs to 0.72; the ECE from 0.03 to 0.10.

# %% experiment
stored = results.load("image_recognition")
runs = {key: np.array([run[key] for run in stored["epochs"]]) for key in stored["epochs"][0]}
epochs = np.arange(1, runs["loss"].shape[1] + 1)
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.6))
for key, ax, look in (("accuracy", axes[0], "C0-"), ("loss", axes[1], "C0-"),
                      ("calibration", axes[1], "C1--")):
    ax.errorbar(epochs, runs[key].mean(axis=0), runs[key].std(axis=0, ddof=1), fmt=look, capsize=2)
axes[0].set(xlabel="epoch", ylabel="validation accuracy", ylim=(0.7, 1))
axes[1].set(xlabel="epoch", ylabel="loss in nats (solid), ECE (dashed)", ylim=(0, 0.85))
for ax in axes:
    ax.set_xticks(epochs[3::4])
fig.suptitle("No less often right, but ever surer", ha="left", x=0.02)
plt.show()

# %% [markdown]
# Guo and others (2017) found it in the large networks of their time. Accuracy does not show it.
#
# A warning. An ECE is computed from a sample, and its bins' gaps never cancel: even a network
# that is calibrated to perfection does not get 0. How much does it get? Let chance draw labels that
# follow the network's probabilities exactly.

# %% experiment
rng = np.random.default_rng(0)


def labels_by_chance(p):
    """Labels drawn from the probabilities: as if the network were calibrated."""
    return np.minimum((p.cumsum(axis=1) < rng.random((len(p), 1))).sum(axis=1), 9)


for n in (100, 500):
    p = probabilities[:n]
    found = [expected_calibration_error(p, labels_by_chance(p)) for _ in range(300)]
    low, high = np.percentile(found, [2.5, 97.5])
    print(f"{n} images: ECE {np.mean(found):.3f} on average, mostly {low:.3f} to {high:.3f}")

# %% [markdown]
# So the 0.036 from above prove nothing.
# What speaks against this one is its last bin, with 12 wrong of 352 where fewer than 3 were
# promised. An ECE also depends on the number
# of bins.
#
# ## Cooling down
#
# A network that is too sure has logits that are too large. Divide them all by one number, the
# **temperature** $T$: with $T > 1$ the probabilities move towards each other, with $T < 1$ apart.
# The logits 2 and 0 stand for 0.88 and 0.12; at $T = 2$ they are 1 and 0, for 0.73 and 0.27.
#
# The order of the classes stays, so every answer stays, and the accuracy. Choose T by the
# cross-entropy: it is least, in the long run, where the probabilities are true. The ECE jumps.

# %% [markdown]
# ## Exercise 15.3: temperature_scale
#
# Which of the given `temperatures`, a list of numbers above 0 in any order, makes
#
# $$L(T) = -\frac{1}{N}\sum_n \log \mathrm{softmax}(z_n / T)_{y_n}$$
#
# least, for `logits` $z$ (N, K) and `labels` $y$ (N,) ints? Returns that temperature, not the loss
# or the logits; of equally good ones the first (3 points). Logits may be as large as 10,000, where
# exp overflows and a label's probability may come out as 0; the loss is finite all the same
# (1 point). `logits` stays unchanged (1 point).
#
# For logits [[2, 0], [2, 0], [0, 2], [2, 0]], labels [0, 0, 1, 1] and temperatures [1, 2, 4] the
# losses are 0.627, 0.563 and 0.599: the result is 2. You may use `cross_entropy` of chapter 2.

# %% solution="temperature_scale"
def temperature_scale(logits, labels, temperatures):
    """The temperature T, of those given, for which logits / T has the least cross-entropy."""
    ### BEGIN SOLUTION
    losses = [cross_entropy(logits / T, labels) for T in temperatures]
    return float(temperatures[np.argmin(losses)])
    ### END SOLUTION

# %% check="temperature_scale" points=3
import numpy as np
from dlutils import checks

checks.agrees("temperature_scale", temperature_scale, checks.case(logits=2 * np.eye(2)[[0, 0,
    1, 0]], labels=np.array([0, 0, 1, 1]), temperatures=[1, 2, 4]), checks.temperature_case(20, 4,
    [8, 1, 4, 2, 0.5], 5), checks.temperature_case(40, 3, [0.1, 0.4, 0.2, 2.5], 1))
### BEGIN HIDDEN TESTS
checks.agrees("temperature_scale", temperature_scale, checks.case(logits=np.zeros((3, 4)), labels=
    np.array([0, 3, 1]), temperatures=[3, 1, 2]), *[checks.temperature_case(*c) for c in ((20, 4,
    [8, 1, 4, 2, 0.5], 0), (60, 6, [3, 7, 1, 2, 5, 4], 0))], hidden=True)
### END HIDDEN TESTS

# %% check="temperature_scale" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("temperature_scale", temperature_scale, *[checks.case(logits=np.array(z), labels=
    np.array([0, 1, 1]), temperatures=ts) for z, ts in (([[9e3, 8998.0], [8998, 9e3], [9e3, 8998]],
    [20.0, 1, 3, 0.5]), ([[0.0, 9e3], [0, 1], [0, 1]], [2.0, 4.0, 1.0]))])
### BEGIN HIDDEN TESTS
checks.agrees("temperature_scale", temperature_scale, checks.case(logits=np.array([[-5000.0, 4000.0,
    0.0], [3000.0, 0.0, -9000.0], [0.0, 2000.0, 100.0], [7000.0, -1.0, 0.0]]), labels=np.array([1,
    0, 2, 0]), temperatures=[2.0, 50.0, 900.0, 1e5]), hidden=True)
### END HIDDEN TESTS

# %% check="temperature_scale" kind="purity" points=1
from dlutils import checks

checks.unchanged("temperature_scale", temperature_scale, checks.temperature_case(5, 3, [0.5, 2.0],
    seed=0))
### BEGIN HIDDEN TESTS
checks.unchanged("temperature_scale", temperature_scale, checks.temperature_case(4, 6, [3.0, 4.0,
    1.0], seed=1), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Choose among temperatures from 0.5 to 3, on the validation rows.

# %% experiment
temperatures = np.arange(50, 301) / 100
T = temperature_scale(logits, y_val, temperatures)
for t in (1.0, T):
    z = logits / t
    print(f"T = {t:.2f}: accuracy {accuracy(z, y_val):.3f}, loss {cross_entropy(z, y_val):.3f}, "
          f"ECE {expected_calibration_error(softmax(z), y_val):.3f}")
print(f"without dropout, epoch 20: loss {runs['loss'][:, -1].mean():.2f}, with the best T "
      f"({runs['temperature'][:, -1].mean():.1f} on average) {runs['scaled'][:, -1].mean():.2f}")
assert T > 1

# %% [markdown]
# The accuracy stays and the loss falls; the ECE changes by less than its noise. These
# are the rows that chose, besides. The test rows will tell more.
#
# ## What in the photo?
#
# The network says boot, 0.99. Because of the heel, or because of the shape of the background? A
# first answer lies in a gradient not used yet: that of a class's logit by the pixels. It says by
# how much the logit would rise if a pixel's number became a little larger. A backward pass gives it
# for all pixels at once; it begins with a 1 for the class in question and 0 for the others.

# %%
def input_gradient(images, classes):
    """Gradient of each image's logit of its class by its pixels: (N, H, W) -> (N, 1, H, W)."""
    network(prepared(images))
    return network.backward(np.eye(10, dtype=np.float32)[classes])

# %% [markdown]
# ## Exercise 15.4: saliency_map
#
# Simonyan and others (2014) made a picture of it: a pixel matters if the gradient there is large,
# up or down, in any of the colour channels. For a gradient $g$ (N, C, H, W)
#
# $$M_{nij} = \max_c |g_{ncij}|, \qquad M\ \text{of shape}\ (N, H, W).$$
#
# Nothing is scaled or normalised (2 points). With two channels of one row, `[[[[1, -2]], [[-3,
# 0.5]]]]`, the map is `[[[3, 2]]]`.

# %% solution="saliency_map"
def saliency_map(gradient):
    """How much each pixel can move a score: |gradient|, the largest of the channels."""
    ### BEGIN SOLUTION
    return np.abs(gradient).max(axis=1)
    ### END SOLUTION

# %% check="saliency_map" points=2
import numpy as np
from dlutils import checks

checks.agrees("saliency_map", saliency_map, checks.case(gradient=np.array([[[[1.0, -2.0]], [[-3.0,
    0.5]]]])), checks.random_case(0, gradient=(2, 3, 4, 5)))
### BEGIN HIDDEN TESTS
checks.agrees("saliency_map", saliency_map, checks.random_case(1, gradient=(3, 1, 5, 4)),
    checks.random_case(2, gradient=(1, 4, 2, 7)), checks.random_case(3, gradient=(4, 4, 4, 4)),
    checks.case(gradient=np.zeros((2, 3, 2, 2))), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# A gradient asks about tiny changes. The second way asks about large ones: cover a part of the
# image and see whether the network still says so. It takes no gradient, only a function that gives
# a score.
#
# ## Exercise 15.5: occlusion_map
#
# `predict(images)` takes images (N, H, W) and returns N scores, (N,); you may call it as often as
# you like, with any N of at least 1. `image` is (H, W), of floats. For each place that a square of
# `size` x `size` pixels can have inside the image (Zeiler and Fergus, 2014),
#
# $$M_{ij} = \text{score}(\text{image}) - \text{score}(\text{image with the square at } i, j
# \text{ set to fill}),$$
#
# where the square covers the rows $i$ to $i + \text{size} - 1$ and the columns $j$ to $j +
# \text{size} - 1$. So $M$ has the shape (H - size + 1, W - size + 1), and is positive where the
# covered part spoke for the score.

# %% [markdown]
# Take the sum of all pixels as the score, the image `[[1, 2, 3], [4, 5, 6]]`, `size` 2 and `fill`
# 1. The score is 21. With the square at column 0 it is 1 + 1 + 3 + 1 + 1 + 6 = 13, with that at
# column 1 it is 1 + 1 + 1 + 4 + 1 + 1 = 9. The map is `[[8, 12]]`.
#
# `size` is from 1 to the smaller of H and W. All values right: 3 points. `image` stays unchanged:
# 1 point.

# %% solution="occlusion_map"
def occlusion_map(predict, image, size, fill):
    """By how much a score falls when a square of the image is covered."""
    ### BEGIN SOLUTION
    height, width = image.shape
    rows, columns = height - size + 1, width - size + 1
    covered = np.tile(image, (rows, columns, 1, 1))
    for i, j in np.ndindex(rows, columns):
        covered[i, j, i : i + size, j : j + size] = fill
    scores = predict(covered.reshape(-1, height, width))
    return predict(image[None])[0] - np.reshape(scores, (rows, columns))
    ### END SOLUTION

# %% check="occlusion_map" points=3
import numpy as np
from dlutils import checks

checks.agrees("occlusion_map", occlusion_map, checks.case(predict=lambda images: images.sum(axis=(1,
    2)), image=np.array([[1.0, 2, 3], [4, 5, 6]]), size=2, fill=1.0), checks.random_case(0,
    predict=checks.place_score, image=(4, 5), size=2, fill=0.5))
### BEGIN HIDDEN TESTS
checks.agrees("occlusion_map", occlusion_map, *[checks.random_case(size, predict=checks.place_score,
    image=shape, size=size, fill=fill) for shape, size, fill in (((3, 6), 1, 0.7), ((5, 3), 3, -1),
    ((4, 4), 2, 2.0), ((4, 4), 4, 0.0), ((6, 5), 2, 0.0))], hidden=True)
### END HIDDEN TESTS

# %% check="occlusion_map" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("occlusion_map", occlusion_map, checks.random_case(1, predict=lambda images:
    images.mean(axis=(1, 2)), image=(3, 4), size=2, fill=0.5))
### BEGIN HIDDEN TESTS
checks.unchanged("occlusion_map", occlusion_map, checks.random_case(2, predict=lambda images:
    images[:, 0].sum(axis=1), image=(4, 3), size=1, fill=3.0), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# **In the figure** are five validation images with the answers of the network (upper row), the
# saliency of the answer (middle; darker is larger), and by how much its probability falls when a
# square of 6 by 6 pixels is covered with background (lower row; orange where it falls, purple where
# it rises, white 0, drawn at the middle of the square; each map has a scale of its own). The
# saliency is speckled, on the background as on the garment. The squares show regions: the sandal's
# toe, a spot at the boot's ankle, sleeve and shoulder of the shirt, zip and cuff of the coat. The
# bag is one for its lower half; without its top the network would be surer.

# %% experiment
chosen = [np.flatnonzero((answers == k) & (y_val == k))[0] for k in (5, 9, 6, 8, 4)]
saliency = saliency_map(input_gradient(x_val[chosen], answers[chosen]))
fig, axes = plt.subplots(3, 5, figsize=(8.2, 5.2))
for n, grey, column in zip(chosen, saliency, axes.T, strict=True):
    def score(images, k=answers[n]):
        return softmax(predict(network, prepared(images)) / T)[:, k]
    column[0].imshow(x_val[n], cmap="gray_r")
    column[0].set_title(f"{names[answers[n]]} {score(x_val[n][None])[0]:.2f}", fontsize=10)
    column[1].imshow(grey, cmap="gray_r")
    plotting.signed_image(column[2], np.pad(occlusion_map(score, x_val[n], 6, 0.0), (2, 3)))
    for ax in column:
        ax.set_axis_off()
fig.suptitle("The gradient is speckled, the squares show regions", ha="left", x=0.02)
plt.show()

# %% [markdown]
# Which is right? Both look plausible, and a plausible picture is no evidence. Adebayo and others
# (2018) found kinds of maps (not the plain gradient) that hardly change when the network's weights
# are drawn at random. So test them:
# if a map knows what matters, then the answer must suffer when its first pixels turn into
# background, and more than with rivals that know nothing of the network: the **brightest** pixels
# first, or pixels of the garment in **random** order.

# %% [markdown]
# **In the figure** is the mean probability of the answer over the number of pixels removed, of 784,
# for 100 validation images and three networks; bars are one standard deviation. All curves begin at
# 0.91. That of the covered squares (pink circles, solid) drops at once, to 0.25 at 80 pixels. The
# brightest (green triangles, dash-dotted), random ones of the garment (blue diamonds, dotted) and
# the saliency (orange squares, dashed) fall slower: at 80 they are at 0.59, 0.73 and 0.76.

# %% experiment
lines = {"random garment": ("random, of the garment", "d:"), "saliency": ("saliency", "s--"),
         "brightness": ("brightest", "^-."), "occlusion": ("covered squares", "o-")}
fig, ax = plt.subplots()
for name, (label, look) in lines.items():
    curves = np.array([run[name] for run in stored["deletion"]])
    ax.errorbar(stored["removed"], curves.mean(axis=0), curves.std(axis=0, ddof=1), fmt=look,
        capsize=3, label=label)
    print(f"{label:23}", *[f"{value:.2f}" for value in curves.mean(axis=0)])
ax.set(xlabel="pixels removed", ylabel="probability of the answer", ylim=(0, 1))
ax.set_title("Covered squares find what the answer needs, saliency does not")
ax.legend()
plt.show()

# %% [markdown]
# In this test the squares win. The saliency is hardly better than random pixels of the garment at
# first, and worse from 80 on; the brightest pixels, for which no network is needed, do more. Be
# fair to it: many of its pixels lie on the background, where turning into background changes
# nothing, and the squares were asked nearly the question of the test. But on which part the answer
# rests, a gradient, which speaks of tiny changes, does not say.
#
# ## The test rows, once
#
# Everything is chosen now: the network, its epochs, T, and that garments with a probability of 0.9
# or more go on the shelf by themselves. Nothing below changes a choice any more.

# %% experiment
test_logits, y_test = predict(network, prepared(fashion.x_test)).astype(float), fashion.y_test
reached = accuracy(test_logits, y_test)
print(f"accuracy {reached:.3f}, with two suggestions {top_k_accuracy(test_logits, y_test, 2):.3f}")
gaps = []
for t in (1.0, T):
    p = softmax(test_logits / t)
    sure, wrong = p.max(axis=1) >= 0.9, p.argmax(axis=1) != y_test
    gaps.append(expected_calibration_error(p, y_test))
    print(f"T = {t:.2f}: ECE {gaps[-1]:.3f}; on the shelf {sure.mean():.3f}, of these wrong "
          f"{wrong[sure].mean():.3f}, promised {1 - p.max(axis=1)[sure].mean():.3f}")
by_chance = [expected_calibration_error(p, labels_by_chance(p)) for _ in range(300)]
print(f"a calibrated network would have an ECE of {np.mean(by_chance):.3f} here")
assert reached > 0.86 and gaps[1] < 0.05  # one seed of three has 0.872; their mean stands below

# %% [markdown]
# Look at the promise. Without a temperature 3 of 4 garments go to the shelf by themselves; the
# network promises that 1.2 % of them are wrong, and 2.6 % are. With it the shelf gets fewer, 68 %,
# and the promise holds: 1.7 % promised, 1.5 % found. Nothing has become more accurate. What was
# changed is which of its answers the network admits to be unsure of.
#
# One network says little about the next. Here is the same recipe with three seeds, with dropout and
# without; behind ± stands one standard deviation.

# %% experiment
for p in ("0.0", "0.4"):
    print(f"dropout {p}")
    for name in ("validation", "test"):
        found = [run[name] for run in stored["runs"][p]]
        before, after = np.transpose([run["calibration"] for run in found])
        shares = np.array([run["accuracy"] for run in found])
        print(f"  {name:10} accuracy {shares.mean():.3f} ± {shares.std(ddof=1):.3f}, "
              f"ECE {before.mean():.3f}, with T {after.mean():.3f}")
assert np.mean([run["test"]["accuracy"] for run in stored["runs"]["0.4"]]) >= 0.88

# %% [markdown]
# The network from above is a point better than the mean of three, 0.885, about as much as one
# differs from the next. Nor did the temperature help in every run: with dropout the test ECE rose
# in one of the three. Without dropout the ECE is larger, and T gains more. (While this chapter was
# written, test figures of some recipes were seen; that makes them a little too good.)
#
# ## Limits and harm
#
# The ECE is a mean over all garments. Look at each kind by itself: how much of it the shelf takes,
# and how much of what lies there under its name is something else.

# %% experiment
p = softmax(test_logits / T)
said, sure = p.argmax(axis=1), p.max(axis=1) >= 0.9
for k in np.argsort([sure[y_test == k].mean() for k in range(10)]):
    named = sure & (said == k)
    print(f"{names[k]:12} on the shelf {sure[y_test == k].mean():.2f}, under this name "
          f"{named.sum():3}, of these wrong {np.sum(y_test[named] != k)}")

# %% [markdown]
# The upper body again: of trousers the shelf takes 98 %, of shirts 20 %. Who sends in shirts waits
# for a person. The errors are shared as unevenly: under the names pullover, coat and shirt lie 99
# garments, 6 of them wrong, under the others 579 with 4. The promise of 1.7 % holds on average; who
# buys from these three shelves is promised too much.
#
# Nor does a temperature survive a change of the photos. Four shops send their own: with half the
# contrast; mirrored; as a negative, light and dark exchanged; and, by mistake, MNIST's digits. The
# T is that from above.

# %% experiment
digits = datasets.mnist().x_test[:500]
shops = {"as they are": x_val, "half contrast": x_val / 2, "mirrored": x_val[:, :, ::-1],
         "negative": 1 - x_val, "digits": digits}
for shop, images in shops.items():
    p = softmax(predict(network, prepared(images)).astype(float) / T)
    right = np.mean(p.argmax(axis=1) == y_val) if shop != "digits" else 0.0
    most = np.bincount(p.argmax(axis=1), minlength=10)
    print(f"{shop:14} right {right:.2f}, mean confidence {p.max(axis=1).mean():.2f}, "
          f"most often {names[most.argmax()]} ({most.max()} of 500)")

# %% [markdown]
# Less contrast makes the network too modest. The others are worse: what it gets wrong it says with
# confidence. Of the negatives it is right on 15 % and sure by 0.96, and calls nearly all of them
# bags; of the mirrored photos, too, more than a third. Most digits are sandals. Softmax cannot say
# "none of these".
#
# What else these data cannot tell: they are less than a tenth of the original, so figures do not
# compare with published ones. The source left out white products, which hardly stand out from the
# background, so nothing is known about them. The labels were given by the shop's own staff: where a
# shirt ends and a T-shirt begins is a decision, not a fact.

# %% [markdown]
# ## A question: sold as calibrated
#
# A colleague trains eight networks on the 4,500 rows. For each he tries 250 temperatures on the
# 1,000 test images, and keeps the network and temperature with the lowest ECE there: 0.009. The
# brochure says: "When it says 97 %, it is right in 97 of 100 cases, for every garment." The
# customer, a recycling yard, photographs with a telephone on a conveyor belt.
#
# Name three things that are wrong, and say for each what you would do instead.

# %% [markdown] answer="sold_as_calibrated" points=3
# ### BEGIN SOLUTION
# Any three of these, each with its remedy:
#
# 1. The test images chose both network and temperature, so their ECE is too good, and no rows are
#    left to say by how much. Choose by validation rows, and read the test rows once.
# 2. An ECE of 0.009 is below what even a calibrated network shows on 1,000 images (near 0.02 here):
#    it is the luckiest of 2,000 trials. Compare with the ECE of labels drawn from the
#    probabilities, and report an interval or the log loss, too.
# 3. A mean over all garments promises nothing for each of them. Report by kind, with the number of
#    images; some kinds may need a threshold of their own.
# 4. The yard's photos are different from the shop's, and calibration does not carry over. Label a
#    few hundred of the yard's photos, choose T and the threshold on some of them, and measure on
#    others.
#
# Rubric: 1 point for each flaw with its remedy, at most 3. A flaw without remedy: half a point.
# "Use more data" alone earns nothing.
# ### END SOLUTION

# %% [markdown]
# ## Play: one temperature for all?
#
# Turn the temperature and watch the dots. At which T do they lie on the diagonal, and what happens
# to the accuracy on the way? Now choose other photos. Is there a T for them, and is it the same?
# For which photos does no T help, because the order of the dots is wrong, not their height?
#
# **In the figure** stands the reliability diagram of the validation rows for the chosen photos; at
# the start, as they are at T = 1, most bars cross the diagonal, and the largest dot lies below it.
# The title gives accuracy, loss and ECE.

# %% play
noisy = np.clip(x_val + 0.2 * np.random.default_rng(0).normal(size=x_val.shape), 0, 1)
photos = {"as they are": x_val, "half contrast": x_val / 2, "noisy": noisy,
          "moved by 3": np.roll(x_val, 3, axis=2), "mirrored": x_val[:, :, ::-1],
          "negative": 1 - x_val}
photo_logits = {name: predict(network, prepared(images.astype(np.float32))).astype(float)
                for name, images in photos.items()}


def show(fig, photo, T):
    z = photo_logits[photo] / T
    p = softmax(z)
    fig.set_size_inches(5.6, 4.6)
    ax = fig.subplots()
    plotting.draw_reliability(ax, p, y_val)
    ax.set_title(f"accuracy {accuracy(z, y_val):.3f}, loss {cross_entropy(z, y_val):.3f}, "
                 f"ECE {expected_calibration_error(p, y_val):.3f}")


plotting.play(show, photo=list(photos), T=(0.3, 5.0, 1.0))

# %% [markdown]
# ## What to remember
#
# - Split first, and give every choice, even of one number, to the validation rows. Read the test
#   rows once.
# - Look at **which** errors there are: confusions, kind by kind, and the surest ones.
# - **Calibrated** means right as often as it says. Accuracy does not show it; the ECE can, where it
#   stands out from the noise of its sample.
# - One **temperature**, chosen by the loss, can make a network as sure as it is right on photos
#   like those that chose it. For others, measure again.
# - A map of what matters is a claim. Test it by removing what it points at, against rivals that
#   know nothing.

# %% [markdown]
# ## References
#
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine
#   learning algorithms*, arXiv:1708.07747, 2017.
# - C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, *On calibration of modern neural networks*, ICML,
#   2017.
# - K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks: visualising image
#   classification models and saliency maps*, ICLR workshop, 2014.
# - M. D. Zeiler, R. Fergus, *Visualizing and understanding convolutional networks*, ECCV, 2014.
# - J. Adebayo, J. Gilmer, M. Muelly, I. Goodfellow, M. Hardt, B. Kim, *Sanity checks for saliency
#   maps*, NeurIPS, 2018.
