"""`train`: what it learns, records, stops at and shows."""

import numpy as np
import pytest

import dlutils as dl


def task(N=120, dtype=np.float32):
    """Two classes that a ring separates."""
    x = np.random.default_rng(0).normal(size=(N, 2)).astype(dtype)
    return x, (np.sum(x**2, axis=1) > 1.4).astype(int)


def network(seed=0):
    rng = np.random.default_rng(seed)
    return dl.Sequential(
        dl.Linear(2, 16, rng),
        dl.ReLU(),
        dl.Dropout(0.1, rng),
        dl.BatchNorm(16),
        dl.Linear(16, 2, rng),
    )


def train(model, epochs=5, **arguments):
    optimizer = arguments.pop("optimizer", None) or dl.Adam(model, lr=0.02)
    return dl.train(
        model,
        dl.cross_entropy_and_gradient,
        optimizer,
        *task(),
        epochs,
        batch_size=32,
        rng=np.random.default_rng(1),
        progress=False,
        **arguments,
    )


def test_it_learns_and_leaves_the_model_in_eval_mode():
    model = network()
    history = train(model, epochs=40)
    x, y = task()
    assert list(history) == ["loss"] and len(history["loss"]) == 40
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert dl.accuracy(model(x), y) > 0.9
    assert not model.training and not model.layers[2].training


def test_the_same_seeds_give_the_same_history():
    assert train(network()) == train(network())


def test_validation_and_metrics_are_recorded_every_epoch():
    history = train(network(), validation=task(50), metrics={"accuracy": dl.accuracy})
    assert list(history) == ["loss", "validation_loss", "validation_accuracy"]
    assert [len(figures) for figures in history.values()] == [5, 5, 5]
    assert all(type(figure) is float for figures in history.values() for figure in figures)


def test_stopping_ends_early_and_brings_the_best_weights_back():
    model, validation = network(), task(50)
    stopping = dl.EarlyStopping(patience=3)
    optimizer = dl.SGD(model, lr=1.5)
    history = train(model, 200, validation=validation, stopping=stopping, optimizer=optimizer)
    losses = history["validation_loss"]
    assert len(losses) < 200
    assert int(np.argmin(losses)) == len(losses) - 4
    x, y = validation
    assert dl.cross_entropy(dl.predict(model, x), y) == pytest.approx(min(losses), rel=1e-4)


def test_a_schedule_sets_the_rate_before_every_step():
    model, seen = network(), []

    def schedule(step):
        seen.append(step)
        return dl.step_schedule(step, 0.1, 5, 0.5)

    optimizer = dl.SGD(model, lr=123.0)
    train(model, epochs=3, schedule=schedule, optimizer=optimizer)
    assert seen == list(range(12))
    assert optimizer.lr == 0.1 * 0.5**2


def test_wrong_arguments_are_refused_before_training():
    model = network()
    x, y = task()
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"train: y must have shape \(N, ...\) with N = 120"):
        dl.train(model, dl.cross_entropy_and_gradient, dl.SGD(model, 1), x, y[1:], 1, 8, rng)
    with pytest.raises(ValueError, match="validation must be"):
        train(model, stopping=dl.EarlyStopping(1))


def test_the_progress_bar_shows_steps_and_figures(capsys):
    model = network()
    x, y = task()
    rng = np.random.default_rng(0)
    dl.train(model, dl.cross_entropy_and_gradient, dl.SGD(model, 0.1), x, y, 2, 32, rng)
    shown = capsys.readouterr().err
    assert "8/8" in shown and "loss=" in shown
