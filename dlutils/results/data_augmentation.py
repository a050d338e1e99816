"""Chapter 13: what each augmentation does for few digits and clothes, and for more of them.

A network of 784 inputs, 128 ReLUs and 10 outputs takes the same number of steps on minibatches of
50, whether they are augmented or not. A seed draws the images, the weights, the order and the
augmentations. Single augmentations are compared on the last 2,000 training images, which no run
learns from; the recipes chosen by them are measured on the test images. Of the digits' runs with
and without mirrors, "read_as" counts for every digit (row) as which digit (column) it was read.
"""

import numpy as np

import dlutils as dl
from dlutils import datasets

SEEDS, STEPS, BATCH, RATE = range(3), 1000, 50, 0.2  # the rate falls to 0 in a straight line
FEW, COUNTS, HELD_OUT = 300, (100, 300, 1000, 3000), 2000
DATA = {"digits": datasets.mnist, "clothes": datasets.fashion}
SHOES = (5, 7, 9)


def flip(images, rng):
    return dl.random_flip(images, rng, 0.5)


def shift_1(images, rng):
    return dl.random_crop(images, 1, rng)


def shift_2(images, rng):
    return dl.random_crop(images, 2, rng)


def turn(images, rng):
    return dl.rotate(images, rng.uniform(-15, 15, len(images)))


def erase(images, rng):
    return dl.random_erase(images, 8, rng)


def noise(images, rng):
    return dl.add_noise(images, 0.2, rng)


SINGLE = {
    "none": {},
    "flip": {"transforms": [flip]},
    "shift by 1": {"transforms": [shift_1]},
    "shift by 2": {"transforms": [shift_2]},
    "turn": {"transforms": [turn]},
    "erase": {"transforms": [erase]},
    "noise": {"transforms": [noise]},
    "mixup": {"alpha": 0.4},
}
SPARED = {"flip all but shoes": {"transforms": [flip], "spared": SHOES}}
RECIPES = {"digits": [shift_2, turn], "clothes": [shift_1]}


def compute():
    """Accuracies and confusions as plain data: one entry per seed for each setting."""
    single, recipe, read_as = {}, {}, {}
    for name, load in DATA.items():
        data = load()
        x, y = data.x_train, data.y_train
        held_out, mirrored, labels = x[-HELD_OUT:], x[-HELD_OUT:, :, ::-1], y[-HELD_OUT:]
        settings = SINGLE | (SPARED if name == "clothes" else {})
        found = {
            key: [train(x, y, FEW, seed, **setting) for seed in SEEDS]
            for key, setting in settings.items()
        }
        single[name] = {
            key: [
                [accuracy(params, each, labels) for each in (held_out, mirrored)] for params in runs
            ]
            for key, runs in found.items()
        }
        if name == "digits":
            read_as = {
                key: [confusion(params, held_out, labels) for params in found[key]]
                for key in ("none", "flip")
            }
        recipe[name] = {
            key: [
                [
                    accuracy(train(x, y, count, seed, transforms), data.x_test, data.y_test)
                    for seed in SEEDS
                ]
                for count in COUNTS
            ]
            for key, transforms in (("without", ()), ("with", RECIPES[name]))
        }
    return {
        "few": FEW,
        "counts": list(COUNTS),
        "single": single,
        "read_as": read_as,
        "recipe": recipe,
    }


def train(x, y, count, seed, transforms=(), spared=(), alpha=None):
    """Train on `count` images, none of them held out; `spared` classes are not augmented."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(x) - HELD_OUT)[:count]
    images, labels, onehot = x[rows], y[rows], np.eye(10, dtype=np.float32)
    params = [
        (rng.normal(0, np.sqrt(2 / d), (d, m)).astype(np.float32), np.zeros(m, np.float32))
        for d, m in ((784, 128), (128, 10))
    ]
    for step in range(STEPS):
        chosen = rng.choice(count, BATCH, replace=False)
        batch, target = dl.augment(images[chosen], transforms, rng), onehot[labels[chosen]]
        left = np.isin(labels[chosen], spared)
        batch = np.where(left[:, None, None], images[chosen], batch)
        if alpha is not None:
            batch, target = dl.mixup(batch, target, alpha, rng)
        outputs = dl.mlp_forward(batch.reshape(BATCH, 784), params)
        dlogits = (dl.softmax(outputs[-1]) - target) / BATCH
        grads = dl.mlp_backward(dlogits, outputs, params)
        params = dl.gradient_descent_step(params, grads, RATE * (1 - step / STEPS))
    return params


def accuracy(params, images, labels):
    """The share of images that the network reads rightly, to four decimals."""
    logits = dl.mlp_forward(images.reshape(-1, 784), params)[-1]
    return round(float(dl.accuracy(logits, labels)), 4)


def confusion(params, images, labels):
    """(10, 10) counts: row the label, column the class that the network names."""
    named = dl.mlp_forward(images.reshape(-1, 784), params)[-1].argmax(axis=1)
    return dl.confusion_matrix(labels, named, 10).tolist()
