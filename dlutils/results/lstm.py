"""Chapter 9: recurrent networks on the adding problem and on text, over several seeds."""

from functools import cache

import numpy as np

from dlutils import (
    LSTM,
    RNN,
    Adam,
    Embedding,
    Linear,
    Sequential,
    TimeDistributed,
    cosine_schedule,
    datasets,
    init_forget_bias,
    mse_and_gradient,
    temporal_cross_entropy,
    xavier_init,
)

SEEDS = range(3)
LENGTHS = (5, 10, 20, 50, 100)
STEPS = 800
RNN_RATES, LSTM_RATE = (0.003, 0.01), 0.03
UNITS = {"RNN": 254, "LSTM": 128}  # so that both have about 94,000 parameters
CHARACTER_RATES = {"RNN": (0.01, 0.02), "LSTM": (0.02,)}
HELD_OUT = 60_000  # characters at the end of the training text, to choose by
SOLVED = 0.02  # mean squared error of 50 steps below which the adding problem counts as solved


def compute():
    """Errors by length, steps to success by forget bias, bits per character."""
    return {"adding": adding(), "biases": forget_biases(), "characters": characters()}


def adding():
    """The error at the end, {name: one row per length, one column per seed}.

    The RNN is given the better of two learning rates at every length.
    """
    rnn = [min((errors(RNN, T, lr) for lr in RNN_RATES), key=np.mean) for T in LENGTHS]
    lstm = [errors(LSTM, T, LSTM_RATE) for T in LENGTHS]
    return {"lengths": list(LENGTHS), "steps": STEPS, "RNN": rnn, "LSTM": lstm}


def errors(cell, T, lr):
    """Mean squared errors over the last 50 steps, one per seed."""
    return [float(np.mean(adding_losses(cell, T, lr, seed)[-50:])) for seed in SEEDS]


def forget_biases():
    """Steps until the adding problem of length 100 is solved, {bias: one number or null per seed}.

    Null says that STEPS were not enough.
    """
    return {str(bias): [steps_to_solve(bias, seed) for seed in SEEDS] for bias in (0, 1, 3)}


def steps_to_solve(bias, seed):
    losses = adding_losses(LSTM, 100, LSTM_RATE, seed, bias)
    means = np.convolve(losses, np.ones(50) / 50, "valid")
    return 50 + int(np.argmax(means < SOLVED)) if np.any(means < SOLVED) else None


@cache
def adding_losses(cell, T, lr, seed, forget_bias=1):
    """Train 16 units and a linear layer on their last state -> the loss of every step."""
    rng = np.random.default_rng(seed)
    layer = cell(2, 16, rng)
    if cell is LSTM:
        layer.b = forget_bias * init_forget_bias(layer.b, 16)
    read = Linear(16, 1, rng)
    optimizer, losses = Adam(Sequential(layer, read), lr, max_norm=1.0), []
    for _ in range(STEPS):
        x, total = adding_problem(32, T, rng)
        h = layer(x)
        loss, dprediction = mse_and_gradient(read(h[:, -1]), total)
        dh = np.zeros_like(h)
        dh[:, -1] = read.backward(dprediction)
        layer.backward(dh)
        optimizer.step()
        losses.append(float(loss))
    return losses


def adding_problem(N, T, rng):
    """N sequences of T pairs (number, mark), two of them marked -> x (N, T, 2), sums (N, 1)."""
    x = np.zeros((N, T, 2), np.float32)
    x[:, :, 0] = rng.uniform(size=(N, T))
    rows, first = np.arange(N), rng.integers(0, T // 2, N)
    second = rng.integers(T // 2, T, N)
    x[rows, first, 1] = x[rows, second, 1] = 1
    return x, np.sum(x[:, :, :1] * x[:, :, 1:], axis=1)


def characters():
    """Bits per character of an RNN and an LSTM of about equal size, after equally many steps.

    The RNN is given the learning rate that served it better on the end of the training text, with
    the first seed. The test text is used for what is reported, and for nothing else.
    """
    found = {}
    for cell, rates in CHARACTER_RATES.items():
        first = {lr: character_run(cell, lr, SEEDS[0]) for lr in rates}
        lr = min(rates, key=lambda lr: first[lr]["validation"])
        runs = [first[lr], *(character_run(cell, lr, seed) for seed in SEEDS[1:])]
        found[cell] = {
            "units": UNITS[cell],
            "parameters": runs[0]["parameters"],
            "validation": {str(lr): first[lr]["validation"] for lr in rates},
            "lr": lr,
            "test": [run["test"] for run in runs],
        }
    return found


@cache
def character_run(cell, lr, seed):
    """Train one network on the novel -> its parameters, validation bits and test bits."""
    book = datasets.pride_and_prejudice()
    number = {c: k for k, c in enumerate(sorted(set(book.text_train)))}
    train, test = (
        np.array([number[c] for c in text]) for text in (book.text_train, book.text_test)
    )
    rng, H = np.random.default_rng(seed), UNITS[cell]
    layer = {"RNN": RNN, "LSTM": LSTM}[cell](32, H, rng)
    embedding = Embedding(len(number), 32, rng)
    read = TimeDistributed(Linear(H, len(number), rng, init=xavier_init))
    model = Sequential(embedding, layer, read)
    model.layers[0].E *= np.float32(2)
    train_characters(model, train[:-HELD_OUT], lr, rng)
    return {
        "parameters": sum(array.size for array in model.named_parameters().values()),
        "validation": round(bits_per_character(model, train[-HELD_OUT:]), 4),
        "test": round(bits_per_character(model, test), 4),
    }


def train_characters(model, ids, lr, rng, steps=2000, N=32, T=50):
    """Train in place on random stretches of the text."""
    optimizer, keep = Adam(model, lr, max_norm=1.0), np.ones((N, T), bool)
    for step in range(steps):
        optimizer.lr = cosine_schedule(step, steps, lr, warmup=20)
        places = rng.integers(0, len(ids) - T, (N, 1)) + np.arange(T)
        _, dlogits = temporal_cross_entropy(model(ids[places]), ids[places + 1], keep)
        model.backward_params(dlogits)
        optimizer.step()


def bits_per_character(model, ids):
    """Mean of -log2 p of the next character, over stretches of 200 that start from nothing."""
    ids = ids[: (len(ids) - 1) // 200 * 200 + 1]
    x, y = ids[:-1].reshape(-1, 200), ids[1:].reshape(-1, 200)
    return float(temporal_cross_entropy(model(x), y, np.ones(x.shape, bool))[0] / np.log(2))
