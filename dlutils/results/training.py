"""Chapter 6: how far the gradient of a few images can be trusted, and what a price on weights buys.

Fashion-MNIST, 784 inputs, one hidden layer, 10 outputs; plain steps on batches of 50.
"""

import numpy as np

from dlutils import (
    accuracy,
    cross_entropy,
    cross_entropy_backward,
    datasets,
    fit,
    gradient_descent_step,
    he_init,
    l2_penalty,
    mlp_backward,
    mlp_forward,
    standardize,
)

SAMPLES = [1, 4, 16, 64, 256, 1024]
PRICES = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3]


def compute():
    fashion = datasets.fashion()
    pixels, y = fashion.x_train.reshape(5000, 784), fashion.y_train
    x, x_val = (np.clip(part, -5, 5) for part in standardize(pixels[:4000], pixels[4000:]))
    data = x, y[:4000], x_val, y[4000:]
    return {"samples": SAMPLES, "cosines": _cosines(*data), "l2": _prices(*data)}


def _cosines(x, y, *_):
    """Cosines between the gradients of a sample and of all images: mean and std, by sample size."""
    found = {"before training": [], "after ten epochs": []}
    for seed in range(3):
        rng = np.random.default_rng(seed)
        early = _network(64, rng)
        late, _ = fit(early, _gradients, _step(0.03, 0), lambda params: None, x, y, 10, 50, rng)
        for when, params in zip(found, (early, late), strict=True):
            whole = _direction(params, x, y)
            for _ in range(20):
                samples = [rng.choice(len(x), size, replace=False) for size in SAMPLES]
                cosines = [_direction(params, x[rows], y[rows]) @ whole for rows in samples]
                found[when].append(cosines)
    return {
        when: {"mean": _rounded(np.mean(rows, axis=0)), "std": _rounded(np.std(rows, axis=0))}
        for when, rows in found.items()
    }


def _prices(x, y, x_val, y_val):
    """Loss and accuracy after 60 epochs on 1,000 images: (mean, std) over five seeds."""
    x, y, rows = x[:1000], y[:1000], []
    for l2 in PRICES:
        finals = []
        for seed in range(5):
            rng = np.random.default_rng(seed)
            start, step = _network(256, rng), _step(0.03, l2)
            last, _ = fit(start, _gradients, step, lambda params: None, x, y, 60, 50, rng)
            finals.append([_scores(last, x, y), _scores(last, x_val, y_val)])
        mean, std = np.mean(finals, axis=0), np.std(finals, axis=0)
        row = {"l2": l2}
        for i, images in enumerate(("training", "validation")):
            pairs = zip(("loss", "accuracy"), _rounded(mean[i]), _rounded(std[i]), strict=True)
            row[images] = {measure: (m, s) for measure, m, s in pairs}
        rows.append(row)
    return rows


def _network(units, rng):
    sizes = ((784, units), (units, 10))
    return [(he_init(d, m, rng).astype(np.float32), np.zeros(m, np.float32)) for d, m in sizes]


def _gradients(params, x, y):
    activations = mlp_forward(x, params)
    return mlp_backward(cross_entropy_backward(activations[-1], y), activations, params)


def _step(lr, l2):
    def step(params, grads):
        priced = l2_penalty(params, l2)[1]
        total = [(dW + pW, db) for (dW, db), (pW, _) in zip(grads, priced, strict=True)]
        return gradient_descent_step(params, total, lr)

    return step


def _scores(params, x, y):
    logits = mlp_forward(x, params)[-1]
    return cross_entropy(logits, y), accuracy(logits, y)


def _direction(params, x, y):
    slopes = _gradients(params, x, y)
    flat = np.concatenate([part.ravel() for layer in slopes for part in layer])
    return flat / np.linalg.norm(flat)


def _rounded(numbers):
    return [round(float(number), 4) for number in numbers]
