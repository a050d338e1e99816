"""Mistakes of chapter 3: finite differences, the chain rule layer by layer, one step downhill."""

import numpy as np

from dlutils import linear_backward, relu, relu_backward, sigmoid, softmax, tanh
from dlutils.mistakes import mistake


@mistake("numerical_gradient", "the difference is one-sided, (f(x + h) - f(x)) / h")
def one_sided(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept, here = x[i], f(x)
        x[i] = kept + h
        gradient[i] = (f(x) - here) / h
        x[i] = kept
    return gradient


@mistake("numerical_gradient", "the difference looks back only, (f(x) - f(x - h)) / h")
def backward_difference(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept, here = x[i], f(x)
        x[i] = kept - h
        gradient[i] = (here - f(x)) / h
        x[i] = kept
    return gradient


@mistake("numerical_gradient", "the central difference is divided by h instead of 2h")
def divided_by_h(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient[i] = (above - f(x)) / h
        x[i] = kept
    return gradient


@mistake("numerical_gradient", "2h is written / 2 * h, which divides by 2 and multiplies by h")
def missing_brackets(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient[i] = (above - f(x)) / 2 * h
        x[i] = kept
    return gradient


@mistake("numerical_gradient", "an entry is left at x - h when the next one is moved")
def left_below(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient[i] = (above - f(x)) / (2 * h)
    return gradient


@mistake(
    "numerical_gradient", "after + h only h is taken off again, so that x itself stands for x - h"
)
def second_point_is_x(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= h
        gradient[i] = (above - f(x)) / (2 * h)
    return gradient


@mistake(
    "numerical_gradient", "h is added and subtracted again instead of putting back what was kept"
)
def restored_by_arithmetic(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        below = f(x)
        x[i] += h
        gradient[i] = (above - below) / (2 * h)
    return gradient


@mistake("numerical_gradient", "all entries are moved at once, not one at a time")
def all_at_once(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h) * np.ones(x.shape)


@mistake("numerical_gradient", "all entries are moved at once and only one number is returned")
def all_at_once_as_number(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


@mistake("numerical_gradient", "whole rows of x are moved, not single entries")
def row_by_row(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        kept = np.copy(x[i])
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] = kept
    return gradient


@mistake("numerical_gradient", "the gradient comes back flat, without the shape of x")
def flat_gradient(f, x, h=1e-5):
    gradient = []
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient.append((above - f(x)) / (2 * h))
        x[i] = kept
    return np.array(gradient)


@mistake("numerical_gradient", "the sign is reversed: f(x - h) minus f(x + h)")
def reversed_sign(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept - h
        below = f(x)
        x[i] = kept + h
        gradient[i] = (below - f(x)) / (2 * h)
        x[i] = kept
    return gradient


@mistake("numerical_gradient", "a copy is moved, but f is called with x")
def moves_the_wrong_array(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        moved = x.copy()
        moved[i] += h
        above = f(x)
        moved[i] -= 2 * h
        gradient[i] = (above - f(x)) / (2 * h)
    return gradient


@mistake("numerical_gradient", "1e-5 is written into the formula and the argument h is ignored")
def ignores_h(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + 1e-5
        above = f(x)
        x[i] = kept - 1e-5
        gradient[i] = (above - f(x)) / 2e-5
        x[i] = kept
    return gradient


@mistake("numerical_gradient", "x is moved by h/2 to either side instead of by h")
def half_steps(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h / 2
        above = f(x)
        x[i] = kept - h / 2
        gradient[i] = (above - f(x)) / h
        x[i] = kept
    return gradient


@mistake("numerical_gradient", "the returned gradient is x itself, overwritten")
def gradient_into_x(f, x, h=1e-5):
    point = x.copy()
    for i in np.ndindex(x.shape):
        above, below = point.copy(), point.copy()
        above[i] += h
        below[i] -= h
        x[i] = (f(above) - f(below)) / (2 * h)
    return x


@mistake("numerical_gradient", "the return stands inside the loop, after the first entry")
def returns_in_the_loop(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] = kept
        return gradient


@mistake("numerical_gradient", "a row is kept as x[i], which is a view and moves along with x")
def row_kept_as_view(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] = kept
    return gradient


@mistake("gradient_error", "the difference is absolute, not divided by the size")
def absolute_error(analytic, numeric):
    return np.max(np.abs(analytic - numeric))


@mistake("gradient_error", "the mean is taken over the entries instead of the maximum")
def mean_error(analytic, numeric):
    gap = np.abs(analytic - numeric)
    return np.mean(gap / np.maximum(1e-8, np.abs(analytic) + np.abs(numeric)))


@mistake("gradient_error", "the errors of the entries are summed instead of taking the maximum")
def summed_error(analytic, numeric):
    gap = np.abs(analytic - numeric)
    return np.sum(gap / np.maximum(1e-8, np.abs(analytic) + np.abs(numeric)))


@mistake("gradient_error", "the errors of all entries are returned instead of the largest one")
def all_errors(analytic, numeric):
    gap = np.abs(analytic - numeric)
    return gap / np.maximum(1e-8, np.abs(analytic) + np.abs(numeric))


@mistake("gradient_error", "the floor 1e-8 is missing, so that 0/0 gives NaN")
def without_floor(analytic, numeric):
    return np.max(np.abs(analytic - numeric) / (np.abs(analytic) + np.abs(numeric)))


@mistake("gradient_error", "only exact zeros are set apart, not tiny entries: the floor is 1e-8")
def only_zeros_guarded(analytic, numeric):
    size = np.abs(analytic) + np.abs(numeric)
    return np.max(np.where(size == 0, 0, np.abs(analytic - numeric) / np.where(size == 0, 1, size)))


@mistake(
    "gradient_error", "the denominator is |a + n|, which can be 0 for gradients of either sign"
)
def size_of_the_sum(analytic, numeric):
    return np.max(np.abs(analytic - numeric) / np.maximum(1e-8, np.abs(analytic + numeric)))


@mistake(
    "gradient_error", "the difference keeps its sign, so that a - n below 0 counts as no error"
)
def signed_difference(analytic, numeric):
    size = np.maximum(1e-8, np.abs(analytic) + np.abs(numeric))
    return np.max((analytic - numeric) / size)


@mistake("gradient_error", "the denominator is the larger of |a| and |n| instead of their sum")
def size_of_the_larger(analytic, numeric):
    size = np.maximum(1e-8, np.maximum(np.abs(analytic), np.abs(numeric)))
    return np.max(np.abs(analytic - numeric) / size)


@mistake("gradient_error", "the denominator is |n| alone")
def size_of_numeric(analytic, numeric):
    return np.max(np.abs(analytic - numeric) / np.maximum(1e-8, np.abs(numeric)))


@mistake("gradient_error", "the denominator is |a| alone")
def size_of_analytic(analytic, numeric):
    return np.max(np.abs(analytic - numeric) / np.maximum(1e-8, np.abs(analytic)))


@mistake("gradient_error", "the norms of the whole arrays are compared instead of entry by entry")
def norms(analytic, numeric):
    size = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return np.linalg.norm(analytic - numeric) / max(1e-8, size)


@mistake(
    "gradient_error", "the largest difference is divided by the largest size, whichever entry it is"
)
def maxima_apart(analytic, numeric):
    size = np.max(np.abs(analytic) + np.abs(numeric))
    return np.max(np.abs(analytic - numeric)) / max(1e-8, size)


@mistake("gradient_error", "the denominator is the average of |a| and |n|, half of their sum")
def size_of_the_average(analytic, numeric):
    size = np.maximum(1e-8, (np.abs(analytic) + np.abs(numeric)) / 2)
    return np.max(np.abs(analytic - numeric) / size)


@mistake("gradient_error", "sizes are compared, | |a| - |n| |, so that a wrong sign is no error")
def signs_ignored(analytic, numeric):
    size = np.abs(analytic) + np.abs(numeric)
    return np.max(np.abs(np.abs(analytic) - np.abs(numeric)) / np.maximum(1e-8, size))


@mistake("gradient_error", "the smaller of 1e-8 and the size is taken instead of the larger")
def floor_as_ceiling(analytic, numeric):
    size = np.minimum(1e-8, np.abs(analytic) + np.abs(numeric))
    return np.max(np.abs(analytic - numeric) / size)


@mistake("gradient_error", "the difference is squared")
def squared_difference(analytic, numeric):
    size = np.maximum(1e-8, np.abs(analytic) + np.abs(numeric))
    return np.max((analytic - numeric) ** 2 / size)


@mistake("gradient_error", "the floor is 1 instead of 1e-8")
def floor_of_one(analytic, numeric):
    return np.max(np.abs(analytic - numeric) / np.maximum(1, np.abs(analytic) + np.abs(numeric)))


@mistake("sigmoid_backward", "sigmoid is applied to y, which is a sigmoid's output already")
def sigmoid_of_output(dy, y):
    return dy * sigmoid(y) * (1 - sigmoid(y))


@mistake("sigmoid_backward", "dy is left out: the local derivative alone is returned")
def sigmoid_without_dy(dy, y):
    return y * (1 - y)


@mistake("sigmoid_backward", "the factor y is missing: dy (1 - y)")
def sigmoid_without_y(dy, y):
    return dy * (1 - y)


@mistake("sigmoid_backward", "the sign is reversed: y (y - 1)")
def sigmoid_reversed(dy, y):
    return dy * y * (y - 1)


@mistake("sigmoid_backward", "tanh's derivative 1 - y^2 is used")
def sigmoid_as_tanh(dy, y):
    return dy * (1 - y**2)


@mistake("sigmoid_backward", "brackets are missing: dy y - y where dy y (1 - y) is meant")
def sigmoid_without_brackets(dy, y):
    return dy * y * 1 - y


@mistake("sigmoid_backward", "dy and the local derivative are added instead of multiplied")
def sigmoid_added(dy, y):
    return dy + y * (1 - y)


@mistake("sigmoid_backward", "the gradient is summed into one number")
def sigmoid_summed(dy, y):
    return np.sum(dy * y * (1 - y))


@mistake("tanh_backward", "the square is missing: 1 - y")
def tanh_without_square(dy, y):
    return dy * (1 - y)


@mistake("tanh_backward", "tanh is applied to y, which is a tanh's output already")
def tanh_of_output(dy, y):
    return dy * (1 - tanh(y) ** 2)


@mistake("tanh_backward", "dy is left out: the local derivative alone is returned")
def tanh_without_dy(dy, y):
    return 1 - y**2


@mistake("tanh_backward", "sigmoid's derivative y (1 - y) is used")
def tanh_as_sigmoid(dy, y):
    return dy * y * (1 - y)


@mistake("tanh_backward", "the square stands around the bracket: (1 - y)^2")
def tanh_square_outside(dy, y):
    return dy * (1 - y) ** 2


@mistake("tanh_backward", "the sign is reversed: y^2 - 1")
def tanh_reversed(dy, y):
    return dy * (y**2 - 1)


@mistake("tanh_backward", "brackets are missing: dy 1 - y^2 where dy (1 - y^2) is meant")
def tanh_without_brackets(dy, y):
    return dy * 1 - y**2


@mistake("tanh_backward", "2 y stands where y^2 is meant")
def tanh_doubled(dy, y):
    return dy * (1 - y * 2)


@mistake("tanh_backward", "dy is squared too: 1 - (dy y)^2")
def tanh_dy_squared(dy, y):
    return 1 - (dy * y) ** 2


@mistake("relu_backward", "the gradient at exactly 0 is 1 instead of 0")
def relu_one_at_zero(dy, x):
    return dy * (x >= 0)


@mistake("relu_backward", "the gradient at exactly 0 is 1/2 instead of 0")
def relu_half_at_zero(dy, x):
    return dy * (np.sign(x) + 1) / 2


@mistake("relu_backward", "the mask looks at dy instead of x")
def relu_mask_of_dy(dy, x):
    return dy * (dy > 0)


@mistake("relu_backward", "both dy and x have to be positive for the gradient to pass")
def relu_guided(dy, x):
    return dy * (x > 0) * (dy > 0)


@mistake("relu_backward", "dy is multiplied by relu(x) instead of by its derivative")
def relu_times_output(dy, x):
    return dy * relu(x)


@mistake("relu_backward", "dy is left out: the mask alone is returned")
def relu_mask_alone(dy, x):
    return (x > 0).astype(float)


@mistake(
    "relu_backward", "the sign of x is used: negative inputs turn dy around instead of stopping it"
)
def relu_sign(dy, x):
    return dy * np.sign(x)


@mistake("relu_backward", "dy passes everywhere, as if there were no ReLU")
def relu_passes_all(dy, x):
    return np.array(dy)


@mistake("relu_backward", "the mask is upside down: the gradient passes where x is negative")
def relu_upside_down(dy, x):
    return dy * (x <= 0)


@mistake("relu_backward", "the stopped entries are set to 0 in dy itself")
def relu_in_place(dy, x):
    dy[x <= 0] = 0
    return dy


@mistake("relu_backward", "the gradient passes where x > 1, not where x > 0")
def relu_above_one(dy, x):
    return dy * (x > 1)


@mistake("relu_backward", "dy is multiplied by x itself instead of by its mask")
def relu_times_input(dy, x):
    return dy * x


@mistake("relu_backward", "a leaky slope is used: negative inputs let a hundredth pass")
def relu_leaky(dy, x):
    return dy * np.where(x > 0, 1.0, 0.01)


@mistake(
    "relu_backward", "`if x > 0` asks one question of a whole array; a mask asks it entry by entry"
)
def relu_with_if(dy, x):
    return dy if x > 0 else 0 * dy


@mistake("relu_backward", "x is turned into its own mask in place")
def relu_mask_in_place(dy, x):
    x[x <= 0] = 0
    x[x > 0] = 1
    return dy * x


@mistake("relu_backward", "the stopped entries are dropped, which loses the shape")
def relu_drops_entries(dy, x):
    return dy[x > 0]


@mistake(
    "linear_backward", "db is summed over the outputs (axis 1) instead of the samples (axis 0)"
)
def db_over_outputs(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x.T @ dy, dy.sum(axis=1)


@mistake("linear_backward", "db keeps the summed axis: its shape is (1, M) instead of (M,)")
def db_keepdims(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x.T @ dy, dy.sum(axis=0, keepdims=True)


@mistake("linear_backward", "db is summed over everything, outputs included")
def db_one_number(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x.T @ dy, dy.sum()


@mistake("linear_backward", "db is dy itself: the sum over the samples is missing")
def db_not_summed(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x.T @ dy, np.array(dy)


@mistake("linear_backward", "db is the mean over the samples instead of the sum")
def db_mean(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x.T @ dy, dy.mean(axis=0)


@mistake("linear_backward", "db counts the samples: the local derivative 1 is summed without dy")
def db_counts(dy, cache):
    x, W, b = cache
    return dy @ W.T, x.T @ dy, np.ones_like(b) * len(dy)


@mistake("linear_backward", "dW and db are divided by N, which dy has in it already")
def divided_by_n(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x.T @ dy / len(x), dy.sum(axis=0) / len(x)


@mistake("linear_backward", "dW is divided by N, which dy has in it already")
def dw_divided_by_n(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x.T @ dy / len(x), dy.sum(axis=0)


@mistake("linear_backward", "dW is dy.T @ x, the transpose of what W needs")
def dw_transposed(dy, cache):
    x, W, _ = cache
    return dy @ W.T, dy.T @ x, dy.sum(axis=0)


@mistake("linear_backward", "dx multiplies by W where W.T belongs")
def w_not_transposed(dy, cache):
    x, W, _ = cache
    return dy @ W, x.T @ dy, dy.sum(axis=0)


@mistake("linear_backward", "dx comes out transposed, (D, N)")
def dx_transposed(dy, cache):
    x, W, _ = cache
    return W @ dy.T, x.T @ dy, dy.sum(axis=0)


@mistake("linear_backward", "the bias is added to dx as if this were the forward pass")
def bias_in_dx(dy, cache):
    x, W, b = cache
    return (dy + b) @ W.T, x.T @ dy, dy.sum(axis=0)


@mistake("linear_backward", "the order is (dW, db, dx) instead of (dx, dW, db)")
def dx_last(dy, cache):
    x, W, _ = cache
    return x.T @ dy, dy.sum(axis=0), dy @ W.T


@mistake("linear_backward", "the order is (dW, dx, db) instead of (dx, dW, db)")
def dw_first(dy, cache):
    x, W, _ = cache
    return x.T @ dy, dy @ W.T, dy.sum(axis=0)


@mistake("linear_backward", "dx is missing")
def no_dx(dy, cache):
    x, _, _ = cache
    return x.T @ dy, dy.sum(axis=0)


@mistake("linear_backward", "the sign of all gradients is reversed")
def linear_reversed(dy, cache):
    x, W, _ = cache
    return -dy @ W.T, -x.T @ dy, -dy.sum(axis=0)


@mistake("linear_backward", "dW comes from the first sample only")
def dw_first_sample(dy, cache):
    x, W, _ = cache
    return dy @ W.T, np.outer(x[0], dy[0]), dy.sum(axis=0)


@mistake(
    "linear_backward", "dW comes from the last sample only: each one overwrites the one before"
)
def dw_last_sample(dy, cache):
    x, W, _ = cache
    dW = np.zeros_like(W)
    for row, gradient in zip(x, dy, strict=True):
        dW = np.outer(row, gradient)
    return dy @ W.T, dW, dy.sum(axis=0)


@mistake("linear_backward", "dW multiplies by W, not by x")
def dw_from_w(dy, cache):
    _, W, _ = cache
    return dy @ W.T, W * dy.sum(axis=0), dy.sum(axis=0)


@mistake("linear_backward", "the cache is unpacked as (W, x, b), but it holds (x, W, b)")
def cache_swapped(dy, cache):
    W, x, _ = cache
    return dy @ W.T, x.T @ dy, dy.sum(axis=0)


@mistake("linear_backward", "the transpose of x is missing in dW")
def x_not_transposed(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x @ dy, dy.sum(axis=0)


@mistake("linear_backward", "a step is taken here: W in the cache is changed")
def steps_at_once(dy, cache):
    x, W, b = cache
    dx, dW, db = dy @ W.T, x.T @ dy, dy.sum(axis=0)
    W -= 0.01 * dW
    b -= 0.01 * db
    return dx, dW, db


@mistake("linear_backward", "dy is divided by N in place")
def dy_divided_in_place(dy, cache):
    x, W, _ = cache
    dy /= len(x)
    return dy @ W.T, x.T @ dy, dy.sum(axis=0)


@mistake("linear_backward", "b is overwritten with db")
def db_into_b(dy, cache):
    x, W, b = cache
    np.sum(dy, axis=0, out=b)
    return dy @ W.T, x.T @ dy, b


def _onehot(logits, labels):
    return np.eye(logits.shape[1])[labels]


@mistake("cross_entropy_backward", "the factor 1/N is missing")
def without_mean(logits, labels):
    return softmax(logits) - _onehot(logits, labels)


@mistake("cross_entropy_backward", "1/N is applied twice")
def mean_twice(logits, labels):
    return (softmax(logits) - _onehot(logits, labels)) / len(labels) ** 2


@mistake("cross_entropy_backward", "it is divided by N K, the number of logits, instead of N")
def mean_over_all(logits, labels):
    return (softmax(logits) - _onehot(logits, labels)) / logits.size


@mistake("cross_entropy_backward", "it is divided by the number of classes K instead of N")
def mean_over_classes(logits, labels):
    return (softmax(logits) - _onehot(logits, labels)) / logits.shape[1]


@mistake(
    "cross_entropy_backward", "only the -1 of the label is divided by N, not the probabilities"
)
def mean_of_onehot_only(logits, labels):
    return softmax(logits) - _onehot(logits, labels) / len(labels)


@mistake(
    "cross_entropy_backward", "only the probabilities are divided by N, not the -1 of the label"
)
def mean_of_softmax_only(logits, labels):
    return softmax(logits) / len(labels) - _onehot(logits, labels)


@mistake("cross_entropy_backward", "the number of the label is subtracted, not its one-hot row")
def minus_label_number(logits, labels):
    return (softmax(logits) - labels[:, None]) / len(labels)


@mistake(
    "cross_entropy_backward", "dlogits[:, labels] changes the columns of all labels in every row"
)
def columns_of_all_labels(logits, labels):
    dlogits = softmax(logits)
    dlogits[:, labels] -= 1
    return dlogits / len(labels)


@mistake(
    "cross_entropy_backward",
    "dlogits[labels] changes whole rows, picked by label instead of sample",
)
def rows_of_labels(logits, labels):
    dlogits = softmax(logits)
    dlogits[labels] -= 1
    return dlogits / len(labels)


@mistake("cross_entropy_backward", "the sign is reversed: one-hot minus softmax")
def truth_minus_prediction(logits, labels):
    return (_onehot(logits, labels) - softmax(logits)) / len(labels)


@mistake("cross_entropy_backward", "softmax is missing: one-hot is subtracted from the logits")
def without_softmax(logits, labels):
    return (logits - _onehot(logits, labels)) / len(labels)


@mistake("cross_entropy_backward", "softmax is applied to probabilities: it is taken twice")
def softmax_twice(logits, labels):
    return (softmax(softmax(logits)) - _onehot(logits, labels)) / len(labels)


@mistake("cross_entropy_backward", "softmax runs over the samples (axis 0) instead of the classes")
def softmax_over_samples(logits, labels):
    return (softmax(logits.T).T - _onehot(logits, labels)) / len(labels)


@mistake("cross_entropy_backward", "softmax is normalised over the whole array instead of each row")
def softmax_over_everything(logits, labels):
    e = np.exp(logits - logits.max())
    return (e / e.sum() - _onehot(logits, labels)) / len(labels)


@mistake("cross_entropy_backward", "the one-hot term is missing: the softmax is all there is")
def without_onehot(logits, labels):
    return softmax(logits) / len(labels)


@mistake("cross_entropy_backward", "only the logit of the label gets a gradient, the others 0")
def label_only(logits, labels):
    onehot = _onehot(logits, labels)
    return onehot * (softmax(logits) - 1) / len(labels)


@mistake(
    "cross_entropy_backward", "it is the gradient by the probabilities, -1/p, not by the logits"
)
def by_probabilities(logits, labels):
    return -_onehot(logits, labels) / softmax(logits) / len(labels)


@mistake("cross_entropy_backward", "the label's entry is 1 - p instead of p - 1")
def label_turned_around(logits, labels):
    dlogits, rows = softmax(logits), np.arange(len(labels))
    dlogits[rows, labels] = 1 - dlogits[rows, labels]
    return dlogits / len(labels)


@mistake("cross_entropy_backward", "the label's entry is set to -1 instead of lowered by 1")
def label_overwritten(logits, labels):
    dlogits = softmax(logits)
    dlogits[np.arange(len(labels)), labels] = -1
    return dlogits / len(labels)


@mistake("cross_entropy_backward", "labels are taken to count from 1 instead of 0")
def labels_from_one(logits, labels):
    dlogits = softmax(logits)
    dlogits[np.arange(len(labels)), labels - 1] -= 1
    return dlogits / len(labels)


@mistake(
    "cross_entropy_backward", "the index is [labels, samples]; rows are samples: [samples, labels]"
)
def index_swapped(logits, labels):
    dlogits = softmax(logits)
    dlogits[labels, np.arange(len(labels))] -= 1
    return dlogits / len(labels)


@mistake("cross_entropy_backward", "one-hot is made with np.eye(N) instead of np.eye(K)")
def eye_of_samples(logits, labels):
    return (softmax(logits) - np.eye(len(labels))[labels]) / len(labels)


@mistake("cross_entropy_backward", "sigmoid is used instead of softmax")
def sigmoid_for_softmax(logits, labels):
    return (sigmoid(logits) - _onehot(logits, labels)) / len(labels)


@mistake("cross_entropy_backward", "p (1 - p) is used, the derivative of a sigmoid")
def derivative_of_sigmoid(logits, labels):
    p = softmax(logits)
    return p * (1 - p) / len(labels)


@mistake(
    "cross_entropy_backward", "the rows are averaged into one: every sample keeps its own gradient"
)
def averaged_rows(logits, labels):
    return np.mean(softmax(logits) - _onehot(logits, labels), axis=0)


@mistake("cross_entropy_backward", "1 is subtracted everywhere, not only at the label")
def minus_one_everywhere(logits, labels):
    return (softmax(logits) - 1) / len(labels)


@mistake("cross_entropy_backward", "the loss is returned instead of its gradient")
def loss_itself(logits, labels):
    return -np.mean(np.log(softmax(logits)[np.arange(len(labels)), labels]))


@mistake(
    "cross_entropy_backward", "the largest logit is not subtracted before exp, which overflows"
)
def overflows(logits, labels):
    e = np.exp(logits)
    return (e / e.sum(axis=1, keepdims=True) - _onehot(logits, labels)) / len(labels)


@mistake(
    "cross_entropy_backward",
    "the largest of all logits is subtracted, not each row's own, so that a low row underflows",
)
def one_maximum_for_all(logits, labels):
    e = np.exp(logits - logits.max())
    return (e / e.sum(axis=1, keepdims=True) - _onehot(logits, labels)) / len(labels)


@mistake("cross_entropy_backward", "a small number added to the denominator hides underflow")
def epsilon_in_softmax(logits, labels):
    e = np.exp(logits)
    p = np.nan_to_num(e / (e.sum(axis=1, keepdims=True) + 1e-12))
    return (p - _onehot(logits, labels)) / len(labels)


@mistake(
    "cross_entropy_backward",
    "one-hot has labels.max() + 1 columns, too few where no sample has the last class",
)
def too_few_columns(logits, labels):
    onehot = np.eye(labels.max() + 1)[labels]
    return (softmax(logits) - onehot) / len(labels)


@mistake("cross_entropy_backward", "the maximum is subtracted from logits in place")
def logits_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    e = np.exp(logits)
    return (e / e.sum(axis=1, keepdims=True) - _onehot(logits, labels)) / len(labels)


@mistake("cross_entropy_backward", "logits is overwritten with its own gradient")
def gradient_into_logits(logits, labels):
    logits[:] = softmax(logits)
    logits[np.arange(len(labels)), labels] -= 1
    logits /= len(labels)
    return logits


def _walk(dlogits, activations, params, through_relu):
    """Gradients in layer order; `through_relu(dx, i)` is what passes below layer i."""
    grads, dy = [], dlogits
    for i in reversed(range(len(params))):
        dx, dW, db = linear_backward(dy, (activations[i], *params[i]))
        grads.insert(0, (dW, db))
        dy = through_relu(dx, i)
    return grads


@mistake("mlp_backward", "the gradients come in the order they were found, last layer first")
def grads_reversed(dlogits, activations, params):
    return _walk(dlogits, activations, params, lambda dx, i: dx * (activations[i] > 0))[::-1]


@mistake(
    "mlp_backward",
    "the ReLU is forgotten on the way back (or its mask is a >= 0, which no activation fails)",
)
def relu_forgotten(dlogits, activations, params):
    return _walk(dlogits, activations, params, lambda dx, i: dx)


@mistake("mlp_backward", "the mask looks at the gradient, dx > 0, instead of the activation")
def mask_of_gradient(dlogits, activations, params):
    return _walk(dlogits, activations, params, lambda dx, i: dx * (dx > 0))


@mistake("mlp_backward", "the gradient is multiplied by the activation instead of by its mask")
def times_activation(dlogits, activations, params):
    return _walk(dlogits, activations, params, lambda dx, i: dx * activations[i])


@mistake("mlp_backward", "the mask is upside down: the gradient passes where the unit was off")
def mask_upside_down(dlogits, activations, params):
    return _walk(dlogits, activations, params, lambda dx, i: dx * (activations[i] <= 0))


@mistake("mlp_backward", "a ReLU is taken to stand after the last layer too: dlogits is masked")
def mask_on_logits(dlogits, activations, params):
    dlogits = dlogits * (activations[-1] > 0)
    return _walk(dlogits, activations, params, lambda dx, i: dx * (activations[i] > 0))


@mistake("mlp_backward", "the mask is applied at the output of the layer above, not at its input")
def mask_of_the_layer_above(dlogits, activations, params):
    def through(dx, i):
        mask = activations[i + 1] > 0
        return dx * mask if mask.shape == dx.shape else dx

    return _walk(dlogits, activations, params, through)


@mistake("mlp_backward", "the mask comes from the layer's input, one layer too low")
def mask_of_the_layer_below(dlogits, activations, params):
    def through(dx, i):
        mask = activations[max(i - 1, 0)] > 0
        return dx * mask if mask.shape == dx.shape else dx

    return _walk(dlogits, activations, params, through)


@mistake("mlp_backward", "only the ReLU below the last layer is passed, the deeper ones are not")
def only_one_mask(dlogits, activations, params):
    last = len(params) - 1
    return _walk(
        dlogits,
        activations,
        params,
        lambda dx, i: relu_backward(dx, activations[i]) if i == last else dx,
    )


@mistake("mlp_backward", "the bias of the layer below is added before the mask is taken")
def mask_with_bias(dlogits, activations, params):
    def through(dx, i):
        return dx * (activations[i] + params[i - 1][1] > 0) if i else dx

    return _walk(dlogits, activations, params, through)


@mistake("mlp_backward", "only the last layer gets a gradient")
def last_layer_only(dlogits, activations, params):
    return _walk(dlogits, activations, params, lambda dx, i: relu_backward(dx, activations[i]))[-1:]


@mistake("mlp_backward", "the loop stops before the first layer, which gets no gradient")
def first_layer_left_out(dlogits, activations, params):
    return _walk(dlogits, activations, params, lambda dx, i: relu_backward(dx, activations[i]))[1:]


@mistake("mlp_backward", "all layers but the last get zeros")
def zeros_below(dlogits, activations, params):
    return _walk(dlogits, activations, params, lambda dx, i: 0 * dx)


@mistake("mlp_backward", "the loop is written for two layers, and others are left out")
def two_layers_only(dlogits, activations, params):
    W2, b2 = params[-1]
    da, dW2, db2 = linear_backward(dlogits, (activations[-2], W2, b2))
    dz = relu_backward(da, activations[1])
    return [(activations[0].T @ dz, dz.sum(axis=0)), (dW2, db2)]


@mistake(
    "mlp_backward", "the gradients of the weights are divided by N, which dlogits has in it already"
)
def mlp_divided_by_n(dlogits, activations, params):
    grads = _walk(dlogits, activations, params, lambda dx, i: relu_backward(dx, activations[i]))
    return [(dW / len(dlogits), db / len(dlogits)) for dW, db in grads]


@mistake("mlp_backward", "the pairs are (db, dW) instead of (dW, db)")
def pairs_swapped(dlogits, activations, params):
    grads = _walk(dlogits, activations, params, lambda dx, i: relu_backward(dx, activations[i]))
    return [(db, dW) for dW, db in grads]


@mistake("mlp_backward", "the biases get no gradients: the list holds dW alone")
def weights_only(dlogits, activations, params):
    grads = _walk(dlogits, activations, params, lambda dx, i: relu_backward(dx, activations[i]))
    return [dW for dW, _ in grads]


@mistake("mlp_backward", "the list is flat, [dW1, db1, dW2, ...], without pairs")
def flat_list(dlogits, activations, params):
    grads = _walk(dlogits, activations, params, lambda dx, i: relu_backward(dx, activations[i]))
    return [part for pair in grads for part in pair]


@mistake("mlp_backward", "dx is kept in the list: (dx, dW, db) for every layer")
def triples(dlogits, activations, params):
    grads, dy = [], dlogits
    for i in reversed(range(len(params))):
        dx, dW, db = linear_backward(dy, (activations[i], *params[i]))
        grads.insert(0, (dx, dW, db))
        dy = relu_backward(dx, activations[i])
    return grads


@mistake("mlp_backward", "the walk starts from ones (or from the logits) instead of dlogits")
def starts_from_ones(dlogits, activations, params):
    ones = np.ones_like(dlogits)
    return _walk(ones, activations, params, lambda dx, i: relu_backward(dx, activations[i]))


@mistake("mlp_backward", "the derivative of sigmoid, a (1 - a), is used for the ReLU")
def sigmoid_for_relu(dlogits, activations, params):
    return _walk(
        dlogits, activations, params, lambda dx, i: dx * activations[i] * (1 - activations[i])
    )


@mistake(
    "mlp_backward", "the ReLU masks dy instead of dx: the layer's weights are left out of the way"
)
def masks_dy(dlogits, activations, params):
    grads, dy = [], dlogits
    for i in reversed(range(len(params))):
        _, dW, db = linear_backward(dy, (activations[i], *params[i]))
        grads.append((dW, db))
        dy = dy * (activations[i] > 0)
    return grads[::-1]


@mistake(
    "mlp_backward", "dlogits is handed to every layer instead of the gradient that has come down"
)
def dlogits_for_all(dlogits, activations, params):
    pairs = zip(activations, params, strict=False)
    return [linear_backward(dlogits, (a, *layer))[1:] for a, layer in pairs]


@mistake("mlp_backward", "the loop runs from the first layer to the last")
def walks_forward(dlogits, activations, params):
    grads, dy = [], dlogits
    for i in range(len(params)):
        dx, dW, db = linear_backward(dy, (activations[i], *params[i]))
        grads.append((dW, db))
        dy = relu_backward(dx, activations[i])
    return grads


@mistake("mlp_backward", "dW is computed from the layer's output activations[i + 1], not its input")
def output_for_input(dlogits, activations, params):
    grads, dy = [], dlogits
    for i in reversed(range(len(params))):
        dx, dW, db = linear_backward(dy, (activations[i + 1], *params[i]))
        grads.append((dW, db))
        dy = relu_backward(dx, activations[i])
    return grads[::-1]


@mistake("mlp_backward", "the weights of the layer below are used on the way back")
def weights_of_the_layer_below(dlogits, activations, params):
    grads, dy = [], dlogits
    for i in reversed(range(len(params))):
        dW, db = activations[i].T @ dy, dy.sum(axis=0)
        grads.append((dW, db))
        if i:
            dy = relu_backward(dy @ params[i - 1][0].T, activations[i])
    return grads[::-1]


@mistake("mlp_backward", "grads.reverse() is returned, which turns the list around and gives None")
def returns_reverse(dlogits, activations, params):
    grads = _walk(dlogits, activations, params, lambda dx, i: relu_backward(dx, activations[i]))
    return grads.reverse()


@mistake("mlp_backward", "activations.pop() empties the caller's list")
def pops_activations(dlogits, activations, params):
    activations.pop()
    grads, dy = [], dlogits
    for W, b in reversed(params):
        a = activations.pop()
        dx, dW, db = linear_backward(dy, (a, W, b))
        grads.append((dW, db))
        dy = relu_backward(dx, a)
    return grads[::-1]


@mistake("mlp_backward", "params.reverse() turns the caller's list around")
def reverses_params(dlogits, activations, params):
    params.reverse()
    grads, dy = [], dlogits
    for k, (W, b) in enumerate(params):
        a = activations[len(params) - 1 - k]
        dx, dW, db = linear_backward(dy, (a, W, b))
        grads.append((dW, db))
        dy = relu_backward(dx, a)
    return grads[::-1]


@mistake("mlp_backward", "the gradients are written into params, over the weights")
def grads_into_params(dlogits, activations, params):
    dy = dlogits
    for i in reversed(range(len(params))):
        dx, dW, db = linear_backward(dy, (activations[i], *params[i]))
        params[i] = (dW, db)
        dy = relu_backward(dx, activations[i])
    return params


@mistake("mlp_backward", "the activations are turned into their own masks, in place")
def masks_in_place(dlogits, activations, params):
    grads = _walk(dlogits, activations, params, lambda dx, i: relu_backward(dx, activations[i]))
    for a in activations[1:-1]:
        a[:] = a > 0
    return grads


@mistake("gradient_descent_step", "the step goes uphill: + lr times the gradient")
def uphill(params, grads, lr):
    return [(W + lr * dW, b + lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@mistake("gradient_descent_step", "the biases stay as they were")
def biases_stay(params, grads, lr):
    return [(W - lr * dW, b) for (W, b), (dW, _) in zip(params, grads, strict=True)]


@mistake("gradient_descent_step", "the biases are moved by the whole gradient, without lr")
def lr_for_weights_only(params, grads, lr):
    return [(W - lr * dW, b - db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@mistake("gradient_descent_step", "lr is not used")
def lr_ignored(params, grads, lr):
    return [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@mistake("gradient_descent_step", "the steps alone are returned, not the new parameters")
def steps_alone(params, grads, lr):
    return [(-lr * dW, -lr * db) for dW, db in grads]


@mistake(
    "gradient_descent_step", "only the first layer is moved: the return stands inside the loop"
)
def first_layer_only(params, grads, lr):
    new = []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        new.append((W - lr * dW, b - lr * db))
        return new


@mistake(
    "gradient_descent_step", "only the last layer is returned: the list starts anew in the loop"
)
def last_layer_returned(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        new = [(W - lr * dW, b - lr * db)]
    return new


@mistake(
    "gradient_descent_step", "the parameters are scaled, (1 - lr) W, instead of using the gradient"
)
def decays(params, grads, lr):
    return [(W - lr * W, b - lr * b) for W, b in params]


@mistake("gradient_descent_step", "the gradients are taken in reverse order of the layers")
def grads_from_the_end(params, grads, lr):
    pairs = zip(params, reversed(grads), strict=True)
    return [
        (W - lr * dW.sum(), b - lr * db.sum())
        if W.shape != dW.shape
        else (W - lr * dW, b - lr * db)
        for (W, b), (dW, db) in pairs
    ]


@mistake("gradient_descent_step", "every layer meets every gradient: two loops instead of one zip")
def all_pairs(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for W, b in params for dW, db in grads]


@mistake("gradient_descent_step", "only the weights are returned, without the biases")
def weights_returned(params, grads, lr):
    return [W - lr * dW for (W, _), (dW, _) in zip(params, grads, strict=True)]


@mistake(
    "gradient_descent_step", "lists are subtracted as if they were arrays: go through the layers"
)
def lists_subtracted(params, grads, lr):
    return params - lr * grads


@mistake("gradient_descent_step", "`W -= lr * dW` changes the old arrays in place")
def arrays_in_place(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= lr * dW
        b -= lr * db
    return params


@mistake("gradient_descent_step", "`params[i] = ...` replaces the layers in the caller's list")
def list_in_place(params, grads, lr):
    for i, ((W, b), (dW, db)) in enumerate(zip(params, grads, strict=True)):
        params[i] = (W - lr * dW, b - lr * db)
    return params


@mistake("gradient_descent_step", "the gradients are multiplied by lr in place")
def grads_scaled_in_place(params, grads, lr):
    new = []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        dW *= lr
        db *= lr
        new.append((W - dW, b - db))
    return new


@mistake(
    "gradient_descent_step", "nothing is returned: the new arrays are bound to local names only"
)
def nothing_returned(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W, b = W - lr * dW, b - lr * db
