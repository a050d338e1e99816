"""Cases and ways to use answers for training: initial weights, the loop, early stopping."""

import copy

import numpy as np

from dlutils.checks.calling import Case
from dlutils.checks.compare import as_numbers


def init_case(n_in, n_out, seed=0):
    """A case for `f_init(n_in, n_out, rng)`."""
    return Case(n_in=n_in, n_out=n_out, rng=np.random.default_rng(seed))


def weight_shape(init, n_in, n_out, rng):
    """Zeros of the shape of the weights, for `agrees`, which then compares shapes alone.

    Raises ValueError where two draws from the same seed differ.
    """
    first, second = (_weights(init(n_in, n_out, copy.deepcopy(rng))) for _ in "12")
    if first.shape == second.shape and np.any(first != second):
        raise ValueError("the same seed gave other weights: all chance must come from rng")
    return np.zeros(first.shape)


def weight_variance(init, n_in, n_out, rng):
    """The mean square of the weights: their variance, if their mean is 0."""
    return np.mean(_weights(init(n_in, n_out, rng)) ** 2)


def weight_sums(init, n_in, n_out, rng):
    """Mean squares of the sums of rows and of columns of two layers drawn one after the other.

    As multiples of what independent weights of mean 0 have: about 1 and 1, unless weights repeat.
    """
    W = np.hstack([_weights(init(n_in, n_out, rng)).copy() for _ in "12"])
    sums = [np.mean(W.sum(axis=1) ** 2) / (2 * n_out), np.mean(W.sum(axis=0) ** 2) / n_in]
    return np.array(sums) / np.mean(W**2)


def epochs_of_batches(answer, x, y, batch_size, rng, epochs=1):
    """All batches that a generator yields in so many epochs, drawn from one Generator."""
    return [batch for _ in range(epochs) for batch in answer(x, y, batch_size, rng)]


def fit_case(samples, batch_size, epochs, seed):
    """A case for `fit`: a linear fit of two outputs; the callbacks use only their arguments."""
    rng = np.random.default_rng(seed)
    return Case(
        params=[(rng.normal(size=(3, 2)), rng.normal(size=2))],
        gradients=lambda params, x, y: [
            (x.T @ (x @ W + b - y), np.sum(x @ W + b - y, axis=0)) for W, b in params
        ],
        step=lambda params, grads: [
            (W - 0.1 * dW, b - 0.05 * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
        ],
        evaluate=lambda params: (float(np.sum(params[0][0])), len(params)),
        x=rng.normal(size=(samples, 3)),
        y=rng.normal(size=(samples, 2)),
        epochs=epochs,
        batch_size=batch_size,
        rng=np.random.default_rng(seed + 1),
    )


def stopping_run(answer, patience, losses):
    """What `EarlyStopping(patience)` says to a run of losses, then its best_loss and best_params.

    A `using=` of `agrees`. Every update gets parameters of its own, which hold its number.
    """
    stopping = answer(patience)
    answers = [stopping.update(loss, _layer(n)) for n, loss in enumerate(losses, start=1)]
    found = {f"update {n}": _said(answer) for n, answer in enumerate(answers, start=1)}
    return found | _best(stopping)


def stopping_run_in_place(answer, patience, losses):
    """The best_loss and best_params of a run that overwrites its parameters.

    The same arrays are overwritten at every step and once more after the last, then the list.
    """
    stopping, params = answer(patience), _layer(0)
    for number, loss in enumerate([*losses, None], start=1):
        for array in params[0]:
            array[:] = number
        if loss is not None:
            stopping.update(loss, params)
    params[:] = _layer(-1)
    return _best(stopping)


def _best(stopping):
    try:
        return {"best_loss": stopping.best_loss, "best_params": stopping.best_params}
    except (
        AttributeError
    ) as error:  # raised anew, so that no line of ours is shown as the student's
        raise AttributeError(str(error)) from None


def _said(answer):
    """The answer as a word, because True and False are what a student expects to read."""
    return str(bool(answer)) if isinstance(answer, bool | int | np.bool_) else str(answer)


def _layer(number):
    return [(np.full((2, 1), float(number)), np.full(1, float(number)))]


def _weights(returned):
    W = as_numbers(returned)
    if returned is None:
        raise ValueError("it returned None: is the `return` missing?")
    if W is None:
        raise ValueError(f"an array of numbers is expected, got {type(returned).__name__}")
    return W.astype(float)
