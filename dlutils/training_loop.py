"""Training a model made of layers, with a progress bar and a history."""

from dlutils.models import get_weights, predict, set_weights
from dlutils.rules import Rule, generator, whole
from dlutils.rules import model as a_model
from dlutils.shapes import shapes
from dlutils.training import minibatches

an_optimizer = Rule("be an optimiser, such as Adam(model)", lambda value: hasattr(value, "step"))


@shapes(
    model=a_model,
    optimizer=an_optimizer,
    x="N! ...",
    y="N ...",
    epochs=whole(0),
    batch_size=whole(1),
    rng=generator,
)
def train(
    model,
    loss,
    optimizer,
    x,
    y,
    epochs,
    batch_size,
    rng,
    schedule=None,
    validation=None,
    metrics=None,
    stopping=None,
    progress=True,
):
    """Train a model in place -> history, {name: [one number per epoch]}.

    `loss(prediction, y)` -> loss, dprediction, such as `cross_entropy_and_gradient`.
    `schedule(step)` -> learning rate, steps counted from 0 and, over several calls, by the
    optimiser: a schedule's total holds for all of them. With `validation=(x, y)`, history holds
    "validation_loss" as well as "loss" and, for `metrics={"accuracy": accuracy}`,
    "validation_accuracy". With an EarlyStopping as `stopping`, training ends when the validation
    loss no longer falls, and the model is left with the best weights. It is left in eval mode.
    """
    _check(validation, metrics, stopping)
    history = {}
    with _progress_bar(epochs * -(-len(x) // batch_size), progress) as bar:
        for _ in range(epochs):
            batches = minibatches(x, y, batch_size, rng)
            figures = {"loss": _epoch(model, loss, optimizer, batches, schedule, bar)}
            if validation is not None:
                figures |= _validate(model, loss, *validation, metrics or {}, batch_size)
            for name, figure in figures.items():
                history.setdefault(name, []).append(float(figure))
            bar.set_postfix({name: f"{figure:.3f}" for name, figure in figures.items()})
            if stopping and stopping.update(figures["validation_loss"], get_weights(model)):
                break
    if stopping and stopping.best_params is not None:
        set_weights(model, stopping.best_params)
    model.eval()
    return history


def _epoch(model, loss, optimizer, batches, schedule, bar):
    """One step per batch -> the mean loss over all samples."""
    total, samples = 0.0, 0
    model.train()
    for x, y in batches:
        if schedule is not None:
            optimizer.lr = schedule(optimizer.t)
        result = loss(model(x), y)
        if not isinstance(result, tuple):
            raise ValueError(
                "train: loss must return a loss and its gradient, as cross_entropy_and_gradient "
                f"does, got a {type(result).__name__}"
            )
        batch_loss, dprediction = result
        model.backward_params(dprediction)
        optimizer.step()
        total, samples = total + batch_loss * len(x), samples + len(x)
        bar.update()
    return total / samples


def _validate(model, loss, x, y, metrics, batch_size):
    prediction = predict(model, x, batch_size)
    figures = {"validation_loss": loss(prediction, y)[0]}
    return figures | {f"validation_{name}": f(prediction, y) for name, f in metrics.items()}


def _progress_bar(total, progress):
    from tqdm.auto import tqdm  # here, because it takes longer to import than all of dlutils

    return tqdm(total=total, disable=not progress, unit="step")


def _check(validation, metrics, stopping):
    if "loss" in (metrics or {}):
        raise ValueError("train: metrics must have names other than loss, got loss")
    if validation is None and (metrics or stopping):
        raise ValueError("train: validation must be (x, y) for metrics and stopping, got None")
