"""Mistakes of chapter 6: initial weights, inputs, the loop, stopping, searching, judging."""

import copy

import numpy as np

from dlutils import minibatches
from dlutils.mistakes import mistake


@mistake("xavier_init", "the variance is given to rng.normal, which wants its root")
def xavier_variance_as_std(n_in, n_out, rng):
    return rng.normal(0, 2 / (n_in + n_out), (n_in, n_out))


@mistake("xavier_init", "the 2 is missing: the variance is 1 / (n_in + n_out)")
def xavier_without_two(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(1 / (n_in + n_out)), (n_in, n_out))


@mistake("xavier_init", "the variance is 1 / n_in, without the outputs")
def xavier_inputs_only(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(1 / n_in), (n_in, n_out))


@mistake("xavier_init", "the variance is 2 / n_in, that of he_init")
def xavier_as_he(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))


@mistake("xavier_init", "brackets are missing: 2 / n_in + n_out")
def xavier_without_brackets(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / n_in + n_out), (n_in, n_out))


@mistake("xavier_init", "the shape is (n_out, n_in)")
def xavier_transposed(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / (n_in + n_out)), (n_out, n_in))


@mistake(
    "xavier_init", "the bounds of the uniform law are the standard deviation, r^2 / 3 too small"
)
def xavier_uniform_by_std(n_in, n_out, rng):
    r = np.sqrt(2 / (n_in + n_out))
    return rng.uniform(-r, r, (n_in, n_out))


@mistake("xavier_init", "brackets are missing: 6 / n_in + n_out")
def xavier_uniform_without_brackets(n_in, n_out, rng):
    r = np.sqrt(6 / n_in + n_out)
    return rng.uniform(-r, r, (n_in, n_out))


@mistake("xavier_init", "all weights are positive, so that their mean is not 0")
def xavier_positive(n_in, n_out, rng):
    return rng.uniform(0, np.sqrt(6 / (n_in + n_out)), (n_in, n_out))


@mistake("xavier_init", "the weights come from a standard normal law and are not scaled")
def xavier_unscaled(n_in, n_out, rng):
    return rng.normal(size=(n_in, n_out))


@mistake("xavier_init", "the weights are drawn by np.random and not by rng")
def xavier_from_numpy(n_in, n_out, rng):
    return np.random.normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))


@mistake(
    "xavier_init", "a Generator with a fixed seed is made inside, so that all layers are alike"
)
def xavier_own_generator(n_in, n_out, rng):
    return np.random.default_rng(0).normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))


@mistake("xavier_init", "one column is drawn and repeated, so that all units are equal")
def xavier_equal_units(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, 1)) * np.ones((1, n_out))


@mistake("he_init", "the variance is given to rng.normal, which wants its root")
def he_variance_as_std(n_in, n_out, rng):
    return rng.normal(0, 2 / n_in, (n_in, n_out))


@mistake("he_init", "the variance is 2 / n_out: the outputs are counted, not the inputs")
def he_by_outputs(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / n_out), (n_in, n_out))


@mistake("he_init", "the 2 is missing: the variance is 1 / n_in")
def he_without_two(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(1 / n_in), (n_in, n_out))


@mistake("he_init", "the variance is 2 / (n_in + n_out), that of xavier_init")
def he_as_xavier(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))


@mistake("he_init", "the root is taken of n_in only: the standard deviation is 2 / sqrt(n_in)")
def he_root_of_inputs(n_in, n_out, rng):
    return 2 / np.sqrt(n_in) * rng.normal(size=(n_in, n_out))


@mistake("he_init", "the shape is (n_out, n_in)")
def he_transposed(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in))


@mistake("he_init", "the bounds of the uniform law are the standard deviation, r^2 / 3 too small")
def he_uniform_by_std(n_in, n_out, rng):
    return rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(2 / n_in)


@mistake("he_init", "the weights come from rng.random, which is never negative")
def he_positive(n_in, n_out, rng):
    return rng.random((n_in, n_out)) * np.sqrt(2 / n_in)


@mistake("he_init", "the weights are drawn by np.random and not by rng")
def he_from_numpy(n_in, n_out, rng):
    return np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)


@mistake("he_init", "a Generator with a fixed seed is made inside, so that all layers are alike")
def he_own_generator(n_in, n_out, rng):
    return np.random.default_rng(42).normal(0, np.sqrt(2 / n_in), (n_in, n_out))


@mistake("he_init", "one row is drawn and repeated")
def he_equal_rows(n_in, n_out, rng):
    return np.tile(rng.normal(0, np.sqrt(2 / n_in), n_out), (n_in, 1))


def _scaled(arrays, mean, std):
    return tuple((x - mean) / std for x in arrays)


def _safe(std):
    return np.where(std < 1e-12, np.inf, std)


@mistake("standardize", "each array is standardised by its own mean and standard deviation")
def own_statistics(train, *others):
    return tuple((x - x.mean(axis=0)) / _safe(x.std(axis=0)) for x in (train, *others))


@mistake("standardize", "the statistics are those of all arrays together, the others included")
def statistics_of_all(train, *others):
    everything = np.concatenate([train, *others])
    return _scaled((train, *others), everything.mean(axis=0), _safe(everything.std(axis=0)))


@mistake("standardize", "one mean and one standard deviation are taken of the whole array")
def one_scale_for_all(train, *others):
    return _scaled((train, *others), train.mean(), train.std() or np.inf)


@mistake("standardize", "the statistics are those of the rows (axis 1) and not of the columns")
def statistics_of_rows(train, *others):
    return tuple(
        (x - x.mean(axis=1, keepdims=True)) / _safe(x.std(axis=1, keepdims=True))
        for x in (train, *others)
    )


@mistake("standardize", "the standard deviation divides by N - 1 instead of N")
def sample_deviation(train, *others):
    return _scaled((train, *others), train.mean(axis=0), _safe(train.std(axis=0, ddof=1)))


@mistake("standardize", "the variance divides, not the standard deviation")
def divided_by_variance(train, *others):
    return _scaled((train, *others), train.mean(axis=0), _safe(train.var(axis=0)))


@mistake("standardize", "constant columns are divided by 0")
def division_by_zero(train, *others):
    return _scaled((train, *others), train.mean(axis=0), train.std(axis=0))


@mistake(
    "standardize", "a small number is added to the standard deviation, which blows the others up"
)
def epsilon_added(train, *others):
    return _scaled((train, *others), train.mean(axis=0), train.std(axis=0) + 1e-8)


@mistake("standardize", "constant columns are divided by 1, so that they are not 0 in the others")
def constant_by_one(train, *others):
    std = train.std(axis=0)
    return _scaled((train, *others), train.mean(axis=0), np.where(std < 1e-12, 1, std))


@mistake("standardize", "only a standard deviation of exactly 0 counts as constant, not 1.4e-17")
def exact_zero_only(train, *others):
    std = train.std(axis=0)
    return _scaled((train, *others), train.mean(axis=0), np.where(std == 0, np.inf, std))


@mistake("standardize", "NaN is replaced by 0 afterwards, but infinity stays")
def nan_to_zero(train, *others):
    found = _scaled((train, *others), train.mean(axis=0), train.std(axis=0))
    return tuple(np.where(np.isnan(x), 0, x) for x in found)


@mistake("standardize", "the mean is not subtracted")
def only_divided(train, *others):
    return tuple(x / _safe(train.std(axis=0)) for x in (train, *others))


@mistake("standardize", "the standard deviation does not divide")
def only_centred(train, *others):
    return tuple(x - train.mean(axis=0) for x in (train, *others))


@mistake("standardize", "train comes back alone, not as a tuple, where there are no others")
def bare_array(train, *others):
    found = _scaled((train, *others), train.mean(axis=0), _safe(train.std(axis=0)))
    return found if others else found[0]


@mistake("standardize", "train itself is not among the returned arrays")
def without_train(train, *others):
    return _scaled(others, train.mean(axis=0), _safe(train.std(axis=0)))


@mistake("standardize", "the arrays are changed in place")
def standardized_in_place(train, *others):
    mean, std = train.mean(axis=0), _safe(train.std(axis=0))
    for x in (train, *others):
        x -= mean
        x /= std
    return (train, *others)


@mistake("standardize", "smallest and largest value are mapped to 0 and 1")
def min_max(train, *others):
    low, high = train.min(axis=0), train.max(axis=0)
    return _scaled((train, *others), low, np.where(high > low, high - low, np.inf))


@mistake("minibatches", "x and y are shuffled apart, by two permutations")
def shuffled_apart(x, y, batch_size, rng):
    x, y = x[rng.permutation(len(x))], y[rng.permutation(len(y))]
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


@mistake("minibatches", "x is put into the new order but y is not")
def labels_left_behind(x, y, batch_size, rng):
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        yield x[order[start : start + batch_size]], y[start : start + batch_size]


@mistake("minibatches", "the last batch is dropped where it is not full")
def last_batch_dropped(x, y, batch_size, rng):
    order = rng.permutation(len(x))
    for start in range(0, len(x) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@mistake("minibatches", "an empty batch comes last where N is a multiple of batch_size")
def empty_batch(x, y, batch_size, rng):
    order = rng.permutation(len(x))
    for start in range(0, len(x) + 1, batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@mistake("minibatches", "the samples stay in their order")
def not_shuffled(x, y, batch_size, rng):
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


@mistake("minibatches", "a new permutation is drawn for every batch, so that samples repeat")
def permuted_per_batch(x, y, batch_size, rng):
    for start in range(0, len(x), batch_size):
        rows = rng.permutation(len(x))[start : start + batch_size]
        yield x[rows], y[rows]


@mistake("minibatches", "the samples of a batch are drawn with repeats, by rng.integers")
def drawn_with_repeats(x, y, batch_size, rng):
    for start in range(0, len(x), batch_size):
        rows = rng.integers(0, len(x), min(batch_size, len(x) - start))
        yield x[rows], y[rows]


@mistake("minibatches", "the order is drawn by np.random or a Generator of its own, not by rng")
def own_order(x, y, batch_size, rng):
    order = np.random.default_rng(0).permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@mistake("minibatches", "x and y themselves are put into the new order, in place")
def shuffled_in_place(x, y, batch_size, rng):
    order = rng.permutation(len(x))
    x[:], y[:] = x[order], y[order]
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size].copy(), y[start : start + batch_size].copy()


@mistake("minibatches", "the batches begin at 0, 1, 2, ... instead of at multiples of batch_size")
def overlapping(x, y, batch_size, rng):
    order = rng.permutation(len(x))
    for start in range(len(x)):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@mistake("minibatches", "only the first batch is handed out: return stands where yield should")
def first_batch_only(x, y, batch_size, rng):
    rows = rng.permutation(len(x))[:batch_size]
    return iter([(x[rows], y[rows])])


@mistake("minibatches", "whole batches are shuffled, with the samples in them in their old order")
def batches_shuffled(x, y, batch_size, rng):
    starts = np.arange(0, len(x), batch_size)
    for start in starts[rng.permutation(len(starts))]:
        yield x[start : start + batch_size], y[start : start + batch_size]


@mistake("fit", "the result of step is thrown away")
def step_forgotten(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            step(params, gradients(params, x_batch, y_batch))
        history.append(evaluate(params))
    return params, history


@mistake("fit", "evaluate is called after every batch and not after every epoch")
def evaluated_per_batch(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
            history.append(evaluate(params))
    return params, history


@mistake("fit", "evaluate is called before the epoch's steps and not after them")
def evaluated_too_early(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        history.append(evaluate(params))
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
    return params, history


@mistake("fit", "evaluate is called once, after the last epoch")
def evaluated_once(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
    return params, [evaluate(params)]


@mistake("fit", "every step takes all samples, not a minibatch")
def full_batch(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        params = step(params, gradients(params, x, y))
        history.append(evaluate(params))
    return params, history


@mistake("fit", "the gradient of every minibatch is computed over all samples")
def gradient_of_all(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        for _batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x, y))
        history.append(evaluate(params))
    return params, history


@mistake("fit", "the minibatches are drawn once and used again in every epoch")
def same_batches(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    batches, history = list(minibatches(x, y, batch_size, rng)), []
    for _ in range(epochs):
        for x_batch, y_batch in batches:
            params = step(params, gradients(params, x_batch, y_batch))
        history.append(evaluate(params))
    return params, history


@mistake("fit", "the generator is made once, before the epochs, and is empty from the second on")
def exhausted_batches(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    batches, history = minibatches(x, y, batch_size, rng), []
    for _ in range(epochs):
        for x_batch, y_batch in batches:
            params = step(params, gradients(params, x_batch, y_batch))
        history.append(evaluate(params))
    return params, history


@mistake("fit", "every epoch starts from the given parameters anew")
def starts_anew(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history, last = [], params
    for _ in range(epochs):
        last = params
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            last = step(last, gradients(last, x_batch, y_batch))
        history.append(evaluate(last))
    return last, history


@mistake("fit", "all gradients of an epoch are taken at its start, before any step")
def stale_gradients(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        batches = minibatches(x, y, batch_size, rng)
        for grads in [gradients(params, *batch) for batch in batches]:
            params = step(params, grads)
        history.append(evaluate(params))
    return params, history


@mistake("fit", "one step is taken per epoch, with the last minibatch alone")
def one_step_per_epoch(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            grads = gradients(params, x_batch, y_batch)
        params = step(params, grads)
        history.append(evaluate(params))
    return params, history


@mistake("fit", "the return stands inside the loop, after the first epoch")
def returns_after_one(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
        history.append(evaluate(params))
        return params, history
    return params, history


@mistake("fit", "only the parameters are returned, without history")
def without_history(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
    return params


@mistake("fit", "history and parameters are returned in the wrong order")
def history_first(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
        history.append(evaluate(params))
    return history, params


@mistake("fit", "the evaluation of the start is in history too")
def start_in_history(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = [evaluate(params)]
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
        history.append(evaluate(params))
    return params, history


def _weights_only(params, scale):
    return [(scale * W, np.zeros_like(b)) for W, b in params]


@mistake("l2_penalty", "the biases are penalised too")
def biases_penalised(params, l2):
    penalty = 0.5 * l2 * sum(np.sum(W**2) + np.sum(b**2) for W, b in params)
    return penalty, [(l2 * W, l2 * b) for W, b in params]


@mistake("l2_penalty", "the biases are in the penalty, but not in the gradient")
def biases_in_penalty(params, l2):
    penalty = 0.5 * l2 * sum(np.sum(W**2) + np.sum(b**2) for W, b in params)
    return penalty, _weights_only(params, l2)


@mistake("l2_penalty", "the biases are in the gradient, but not in the penalty")
def biases_in_gradient(params, l2):
    penalty = 0.5 * l2 * sum(np.sum(W**2) for W, _ in params)
    return penalty, [(l2 * W, l2 * b) for W, b in params]


@mistake("l2_penalty", "the 1/2 is missing in the penalty")
def without_half(params, l2):
    return l2 * sum(np.sum(W**2) for W, _ in params), _weights_only(params, l2)


@mistake("l2_penalty", "the gradient is 2 l2 W, as if there were no 1/2")
def doubled_gradient(params, l2):
    return 0.5 * l2 * sum(np.sum(W**2) for W, _ in params), _weights_only(params, 2 * l2)


@mistake("l2_penalty", "the 1/2 is missing, in the penalty and in the gradient")
def without_half_anywhere(params, l2):
    return l2 * sum(np.sum(W**2) for W, _ in params), _weights_only(params, 2 * l2)


@mistake("l2_penalty", "the 1/2 stands in the gradient too")
def halved_gradient(params, l2):
    return 0.5 * l2 * sum(np.sum(W**2) for W, _ in params), _weights_only(params, 0.5 * l2)


@mistake("l2_penalty", "the square is missing: the weights themselves are summed")
def without_square(params, l2):
    return 0.5 * l2 * sum(np.sum(W) for W, _ in params), _weights_only(params, l2)


@mistake("l2_penalty", "sizes are summed, |W|, which is the L1 penalty")
def absolute_penalty(params, l2):
    penalty = l2 * sum(np.sum(np.abs(W)) for W, _ in params)
    return penalty, [(l2 * np.sign(W), np.zeros_like(b)) for W, b in params]


@mistake("l2_penalty", "the norm is taken, the root of the sum of squares")
def root_of_sum(params, l2):
    return 0.5 * l2 * sum(np.linalg.norm(W) for W, _ in params), _weights_only(params, l2)


@mistake("l2_penalty", "the mean of the squares is taken, not their sum")
def mean_of_squares(params, l2):
    return 0.5 * l2 * sum(np.mean(W**2) for W, _ in params), _weights_only(params, l2)


@mistake("l2_penalty", "only the last layer is in the penalty")
def last_layer_only(params, l2):
    return 0.5 * l2 * np.sum(params[-1][0] ** 2), _weights_only(params, l2)


@mistake("l2_penalty", "l2 is missing in the gradient")
def gradient_without_l2(params, l2):
    return 0.5 * l2 * sum(np.sum(W**2) for W, _ in params), _weights_only(params, 1)


@mistake("l2_penalty", "l2 is missing in the penalty")
def penalty_without_l2(params, l2):
    return 0.5 * sum(np.sum(W**2) for W, _ in params), _weights_only(params, l2)


@mistake("l2_penalty", "grads lists only the dW, without the zeros for the biases")
def without_bias_gradients(params, l2):
    return 0.5 * l2 * sum(np.sum(W**2) for W, _ in params), [l2 * W for W, _ in params]


@mistake("l2_penalty", "db is the number 0 and not an array of zeros of the shape of b")
def zero_as_number(params, l2):
    return 0.5 * l2 * sum(np.sum(W**2) for W, _ in params), [(l2 * W, 0) for W, _ in params]


@mistake("l2_penalty", "the number of weights divides the penalty and the gradient")
def mean_anywhere(params, l2):
    size = sum(W.size for W, _ in params)
    penalty = 0.5 * l2 * sum(np.sum(W**2) for W, _ in params) / size
    return penalty, _weights_only(params, l2 / size)


class _Stopping:
    """What the wrong versions share; `improves` and `answer` are theirs to spoil."""

    def __init__(self, patience):
        self.patience = patience
        self.best_loss = np.inf
        self.best_params = None
        self.waited = 0

    def improves(self, loss):
        return loss < self.best_loss

    def copied(self, params):
        return copy.deepcopy(params)

    def answer(self):
        return self.waited >= self.patience

    def update(self, loss, params):
        if self.improves(loss):
            self.best_loss, self.best_params = loss, self.copied(params)
            self.waited = 0
        else:
            self.waited += 1
        return self.answer()


@mistake("EarlyStopping", "it waits one update too long, > patience instead of >=")
class WaitsOneMore(_Stopping):
    def answer(self):
        return self.waited > self.patience


@mistake("EarlyStopping", "it gives up one update too early")
class GivesUpEarly(_Stopping):
    def answer(self):
        return self.waited >= self.patience - 1


@mistake("EarlyStopping", "it answers True at the patience-th update only, not at later ones")
class TrueOnce(_Stopping):
    def answer(self):
        return self.waited == self.patience


@mistake("EarlyStopping", "the count does not start anew after an improvement")
class CountsInTotal(_Stopping):
    def update(self, loss, params):
        if self.improves(loss):
            self.best_loss, self.best_params = loss, self.copied(params)
        else:
            self.waited += 1
        return self.answer()


@mistake("EarlyStopping", "an equal loss counts as an improvement")
class EqualIsBetter(_Stopping):
    def improves(self, loss):
        return loss <= self.best_loss


@mistake("EarlyStopping", "nan counts as an improvement")
class NanIsBetter(_Stopping):
    def improves(self, loss):
        return not loss >= self.best_loss


@mistake("EarlyStopping", "a loss is compared with the one before and not with the best")
class ComparesWithLast(_Stopping):
    def __init__(self, patience):
        super().__init__(patience)
        self.last = np.inf

    def improves(self, loss):
        better, self.last = loss < self.last, loss
        return better


@mistake("EarlyStopping", "higher counts as better, as for an accuracy")
class Maximises(_Stopping):
    def __init__(self, patience):
        super().__init__(patience)
        self.best_loss = -np.inf

    def improves(self, loss):
        return loss > self.best_loss


@mistake("EarlyStopping", "best_params are the given list itself, which changes with the training")
class KeepsReference(_Stopping):
    def copied(self, params):
        return params


@mistake("EarlyStopping", "only the list is copied and not the arrays in it")
class CopiesTheList(_Stopping):
    def copied(self, params):
        return list(params)


@mistake("EarlyStopping", "best_params are those of the last update, not of the best")
class KeepsTheLast(_Stopping):
    def update(self, loss, params):
        stop = super().update(loss, params)
        self.best_params = self.copied(params)
        return stop


@mistake("EarlyStopping", "best_loss is not updated")
class ForgetsTheLoss(_Stopping):
    def __init__(self, patience):
        super().__init__(patience)
        self.lowest = np.inf

    def improves(self, loss):
        better = loss < self.lowest
        self.lowest = min(self.lowest, loss)
        return better

    def update(self, loss, params):
        stop = super().update(loss, params)
        self.best_loss = loss
        return stop


@mistake("EarlyStopping", "True and False are exchanged: update answers whether to go on")
class AnswersGoOn(_Stopping):
    def answer(self):
        return self.waited < self.patience


@mistake("EarlyStopping", "update says whether the loss improved, not whether to stop")
class AnswersImproved(_Stopping):
    def answer(self):
        return self.waited == 0


@mistake("EarlyStopping", "update returns None where it should return False")
class AnswersNothing(_Stopping):
    def answer(self):
        return True if self.waited >= self.patience else None


@mistake("EarlyStopping", "best_loss starts at 1 (or another number) instead of infinity")
class StartsAtOne(_Stopping):
    def __init__(self, patience):
        super().__init__(patience)
        self.best_loss = 1.0


def _search(train, trials, draw, best):
    results = []
    for _ in range(trials):
        settings = draw()
        results.append((settings, train(settings)))
    return best(results), results


def _first_best(results):
    return max(results, key=lambda result: result[1])[0]


def _log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


@mistake("random_search", "the numbers are drawn uniformly and not log-uniformly")
def uniform(train, space, trials, rng):
    def draw():
        return {name: float(rng.uniform(*ends)) for name, ends in space.items()}

    return _search(train, trials, draw, _first_best)


@mistake("random_search", "the exponential is missing: the logarithms are the settings")
def without_exponential(train, space, trials, rng):
    def draw():
        return {name: float(rng.uniform(*np.log(ends))) for name, ends in space.items()}

    return _search(train, trials, draw, _first_best)


@mistake("random_search", "logarithms to base 10 meet the exponential to base e")
def mixed_bases(train, space, trials, rng):
    def draw():
        return {name: float(np.exp(rng.uniform(*np.log10(ends)))) for name, ends in space.items()}

    return _search(train, trials, draw, _first_best)


@mistake("random_search", "the lowest score wins")
def lowest_wins(train, space, trials, rng):
    def draw():
        return {name: _log_uniform(rng, *ends) for name, ends in space.items()}

    return _search(train, trials, draw, lambda results: min(results, key=lambda r: r[1])[0])


@mistake("random_search", "the last of equal scores wins and not the first")
def last_of_equals(train, space, trials, rng):
    def draw():
        return {name: _log_uniform(rng, *ends) for name, ends in space.items()}

    return _search(train, trials, draw, lambda results: _first_best(results[::-1]))


@mistake("random_search", "the best score starts at 0, which no negative score beats")
def best_from_zero(train, space, trials, rng):
    results, best, best_score = [], None, 0
    for _ in range(trials):
        settings = {name: _log_uniform(rng, *ends) for name, ends in space.items()}
        score = train(settings)
        results.append((settings, score))
        if score > best_score:
            best, best_score = settings, score
    return best, results


@mistake("random_search", "one dict is changed in every trial, so that all results show the last")
def one_dict_for_all(train, space, trials, rng):
    settings, results, best, best_score = {}, [], None, -np.inf
    for _ in range(trials):
        for name, ends in space.items():
            settings[name] = _log_uniform(rng, *ends)
        score = train(settings)
        results.append((settings, score))
        if score > best_score:
            best, best_score = settings, score
    return best, results


@mistake("random_search", "all trials get the same draw")
def drawn_once(train, space, trials, rng):
    settings = {name: _log_uniform(rng, *ends) for name, ends in space.items()}
    return _search(train, trials, lambda: dict(settings), _first_best)


@mistake("random_search", "one number is drawn for all names of a trial")
def one_number_for_all_names(train, space, trials, rng):
    def draw():
        u = rng.random()
        return {name: low * (high / low) ** u for name, (low, high) in space.items()}

    return _search(train, trials, draw, _first_best)


@mistake("random_search", "the best score is returned instead of the best settings")
def returns_the_score(train, space, trials, rng):
    def draw():
        return {name: _log_uniform(rng, *ends) for name, ends in space.items()}

    return _search(train, trials, draw, lambda results: max(score for _, score in results))


@mistake("random_search", "the best pair (settings, score) is returned instead of its settings")
def returns_the_pair(train, space, trials, rng):
    def draw():
        return {name: _log_uniform(rng, *ends) for name, ends in space.items()}

    return _search(train, trials, draw, lambda results: max(results, key=lambda r: r[1]))


@mistake("random_search", "the settings of the last trial are returned, not those of the best")
def returns_the_last(train, space, trials, rng):
    def draw():
        return {name: _log_uniform(rng, *ends) for name, ends in space.items()}

    return _search(train, trials, draw, lambda results: results[-1][0])


@mistake("random_search", "all draws for one name come first, then those for the next")
def name_by_name(train, space, trials, rng):
    columns = {
        name: np.exp(rng.uniform(*np.log(ends), size=trials)) for name, ends in space.items()
    }
    rows = iter(
        [{name: float(column[i]) for name, column in columns.items()} for i in range(trials)]
    )
    return _search(train, trials, lambda: next(rows), _first_best)


@mistake("random_search", "the numbers are drawn by np.random and not by rng")
def own_draws(train, space, trials, rng):
    own = np.random.default_rng(12345)

    def draw():
        return {name: _log_uniform(own, *ends) for name, ends in space.items()}

    return _search(train, trials, draw, _first_best)


@mistake("random_search", "the results are sorted by score instead of standing in order of trials")
def sorted_results(train, space, trials, rng):
    def draw():
        return {name: _log_uniform(rng, *ends) for name, ends in space.items()}

    best, results = _search(train, trials, draw, _first_best)
    return best, sorted(results, key=lambda result: -result[1])


@mistake("confusion_matrix", "rows and columns are exchanged: rows are the truth")
def confusion_transposed(labels, predictions, K):
    confusion = np.zeros((K, K), dtype=int)
    np.add.at(confusion, (predictions, labels), 1)
    return confusion


@mistake(
    "confusion_matrix", "confusion[labels, predictions] += 1 counts a pair that repeats only once"
)
def repeats_lost(labels, predictions, K):
    confusion = np.zeros((K, K), dtype=int)
    confusion[labels, predictions] += 1
    return confusion


@mistake("confusion_matrix", "the rows are divided by their sums")
def rows_normalised(labels, predictions, K):
    confusion = np.zeros((K, K))
    np.add.at(confusion, (labels, predictions), 1)
    return confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)


@mistake("confusion_matrix", "the counts are divided by N")
def shares(labels, predictions, K):
    confusion = np.zeros((K, K))
    np.add.at(confusion, (labels, predictions), 1)
    return confusion / len(labels)


@mistake("confusion_matrix", "K is ignored: the size is the largest class that occurs, plus 1")
def size_from_data(labels, predictions, K):
    size = max(np.max(labels), np.max(predictions)) + 1
    confusion = np.zeros((size, size), dtype=int)
    np.add.at(confusion, (labels, predictions), 1)
    return confusion


@mistake("confusion_matrix", "only the classes that occur have a row and a column")
def occurring_classes(labels, predictions, K):
    classes = np.unique(np.concatenate([labels, predictions]))
    pairs = list(zip(labels, predictions, strict=True))
    return np.array([[pairs.count((i, j)) for j in classes] for i in classes])


@mistake("confusion_matrix", "only the hits are counted")
def hits_only(labels, predictions, K):
    return np.diag([int(np.sum((labels == k) & (predictions == k))) for k in range(K)])


@mistake("confusion_matrix", "only the errors are counted, so that the diagonal is 0")
def errors_only(labels, predictions, K):
    confusion = np.zeros((K, K), dtype=int)
    np.add.at(confusion, (labels, predictions), 1)
    np.fill_diagonal(confusion, 0)
    return confusion


def _counts(confusion):
    return np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)


def _ratio(a, b):
    return np.where(b == 0, 0, a / np.where(b == 0, 1, b))


def _harmonic(p, r):
    return _ratio(2 * p * r, p + r)


@mistake("precision_recall_f1", "precision and recall are exchanged")
def exchanged(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = _ratio(hits, actual), _ratio(hits, predicted)
    return precision, recall, _harmonic(precision, recall)


@mistake("precision_recall_f1", "0 / 0 gives NaN instead of 0")
def nothing_over_nothing(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = hits / predicted, hits / actual
    return precision, recall, 2 * precision * recall / (precision + recall)


@mistake("precision_recall_f1", "F1 is NaN where precision and recall are both 0")
def only_f1_nan(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = _ratio(hits, predicted), _ratio(hits, actual)
    return precision, recall, 2 * precision * recall / (precision + recall)


@mistake("precision_recall_f1", "in F1, precision + recall is lifted to at least 1")
def f1_denominator_lifted(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = _ratio(hits, predicted), _ratio(hits, actual)
    return precision, recall, 2 * precision * recall / np.maximum(precision + recall, 1)


@mistake("precision_recall_f1", "0 / 0 counts as 1")
def nothing_counts_as_one(confusion):
    hits, predicted, actual = _counts(confusion)
    precision = np.where(predicted == 0, 1, hits / np.where(predicted == 0, 1, predicted))
    recall = np.where(actual == 0, 1, hits / np.where(actual == 0, 1, actual))
    return precision, recall, _harmonic(precision, recall)


@mistake("precision_recall_f1", "F1 is the arithmetic mean of precision and recall")
def arithmetic_mean(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = _ratio(hits, predicted), _ratio(hits, actual)
    return precision, recall, (precision + recall) / 2


@mistake("precision_recall_f1", "F1 is the geometric mean of precision and recall")
def geometric_mean(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = _ratio(hits, predicted), _ratio(hits, actual)
    return precision, recall, np.sqrt(precision * recall)


@mistake("precision_recall_f1", "the 2 is missing in F1")
def f1_without_two(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = _ratio(hits, predicted), _ratio(hits, actual)
    return precision, recall, _harmonic(precision, recall) / 2


@mistake("precision_recall_f1", "F1 is the product of precision and recall, without their sum")
def f1_as_product(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = _ratio(hits, predicted), _ratio(hits, actual)
    return precision, recall, 2 * precision * recall


@mistake("precision_recall_f1", "the hits are divided by the number of all samples")
def over_all_samples(confusion):
    hits, total = np.diag(confusion), confusion.sum()
    return hits / total, hits / total, hits / total


@mistake("precision_recall_f1", "one number for all classes together is returned for each")
def averaged_over_classes(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = _ratio(hits, predicted), _ratio(hits, actual)
    return precision.mean(), recall.mean(), _harmonic(precision, recall).mean()


@mistake(
    "precision_recall_f1", "a small number is added to every denominator: 1 in place of 0 only"
)
def one_added(confusion):
    hits, predicted, actual = _counts(confusion)
    precision, recall = hits / (predicted + 1), hits / (actual + 1)
    return precision, recall, _harmonic(precision, recall)
