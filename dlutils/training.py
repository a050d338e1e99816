"""What surrounds the gradient when a network is trained (chapter 6)."""

import copy
import functools

import numpy as np

from dlutils.rules import at_least, generator, whole
from dlutils.shapes import refuses, shapes


def _of_other_columns(train, *others):
    for name, value in (("train", train), *(("others", other) for other in others)):
        if not isinstance(value, np.ndarray):
            return f"{name} must be an array, got a {type(value).__name__}"
    if np.ndim(train) != 2 or len(train) == 0:
        return f"train must have shape (N, D) with N at least 1, got shape {np.shape(train)}"
    for other in others:
        if np.ndim(other) != 2 or np.shape(other)[1] != train.shape[1]:
            return f"others must have shape (M, {train.shape[1]}), got shape {np.shape(other)}"
    return None


@refuses(_of_other_columns)
def standardize(train, *others):
    """Mean 0 and standard deviation 1 in every column of train (N, D) -> tuple of arrays.

    The others (M, D) get the same shift and scale, from the statistics of train. Columns that are
    constant in train become 0.
    """
    mean, varies = train.mean(axis=0), train.max(axis=0) > train.min(axis=0)
    std = np.where(varies, train.std(axis=0), np.inf)
    return tuple((x - mean) / std for x in (train, *others))


@shapes(x="N ...", y="N ...", batch_size=whole(1), rng=generator)
def minibatches(x, y, batch_size, rng):
    """Yield (x, y) of batch_size samples at a time, in the order of one `rng.permutation(N)`.

    The last batch holds what is left.
    """
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@shapes(l2=at_least(0))
def l2_penalty(params, l2):
    """l2 / 2 sum(W^2) over all layers, and its gradients [(l2 W, 0), ...] -> penalty, grads.

    params is [(W, b), ...]; biases are not penalised. A. Krogh and J. Hertz, 1991.
    """
    penalty = 0.5 * l2 * sum(np.sum(W**2) for W, _ in params)
    return penalty, [(l2 * W, np.zeros_like(b)) for W, b in params]


class EarlyStopping:
    """Remembers the best parameters and says when to give up.

    `best_loss` is the lowest loss seen, `best_params` a copy of the parameters that had it. Every
    training needs one of its own.
    """

    @shapes(patience=whole(1))
    def __init__(self, patience):
        self.patience = patience
        self.best_loss = np.inf
        self.best_params = None
        self.waited = 0

    def update(self, loss, params):
        """Note a loss -> True from the patience-th update in a row on that did not lower it."""
        if loss < self.best_loss:
            self.best_loss = loss
            self.best_params = copy.deepcopy(params)
            self.waited = 0
        else:
            self.waited += 1
        return self.waited >= self.patience


@shapes(x="N ...", y="N ...", epochs=whole(0), batch_size=whole(1), rng=generator)
def fit(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    """Train on minibatches -> params, history.

    `gradients(params, x, y)` gives the gradients on a batch, `step(params, grads)` the new
    parameters; history holds `evaluate(params)` after every epoch.
    """
    history = []
    for _ in range(epochs):
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            params = step(params, gradients(params, x_batch, y_batch))
        history.append(evaluate(params))
    return params, history


def _not_ranges(train, space, trials, rng):
    for name, given in space.items():
        if np.shape(given) != (2,) or not 0 < given[0] <= given[1] < np.inf:
            return f"space must hold ranges (low, high), 0 < low <= high, got {name}: {given!s:.40}"
    return None


def _nan_is_worst(search):
    """A score that is NaN, as after a training that diverged, counts as -infinity."""

    @functools.wraps(search)
    def checked(train, space, trials, rng):
        def scored(settings):
            score = train(settings)
            return -np.inf if np.isnan(score) else score

        return search(scored, space, trials, rng)

    return checked


@shapes(trials=whole(1), rng=generator)
@refuses(_not_ranges)
@_nan_is_worst
def random_search(train, space, trials, rng):
    """Try settings at random: the best, and [(settings, score), ...] of all -> best, results.

    space is {name: (low, high)}; every trial draws one number for each name, in order,
    log-uniformly: exp of a uniform number between log low and log high. `train(settings)` -> score,
    the higher the better; the first of equals wins, NaN counts as -infinity. J. Bergstra and
    Y. Bengio, 2012.
    """
    results = []
    for _ in range(trials):
        settings = {
            name: float(np.exp(rng.uniform(np.log(low), np.log(high))))
            for name, (low, high) in space.items()
        }
        results.append((settings, train(settings)))
    best_settings, _ = max(results, key=lambda result: result[1])
    return best_settings, results
