"""Chapter 15: what one network on Fashion-MNIST cannot tell, over several seeds.

The network and its training are those of the notebook: 4,500 rows to learn, 500 to choose by, and
the test rows for the figures of `runs`, of a recipe that no longer changes.
"""

import numpy as np

import dlutils as dl
from dlutils import datasets

SEEDS = range(3)
DROPOUTS = (0.0, 0.4)
EPOCHS, LEARNING_RATE = 12, 0.002
LONG, CONSTANT_RATE = 20, 0.001  # the training that goes on after it has stopped to help
TEMPERATURES = np.arange(50, 301) / 100
REMOVED = (0, 20, 40, 80, 160, 320)  # pixels of 784
EXPLAINED, SQUARE = 100, 6  # images whose maps are put to the test; side of the covered square
DIGITS = 4


def compute():
    """Plain data; every list over seeds is in their order."""
    data = Data()
    networks = {p: [data.trained(p, seed) for seed in SEEDS] for p in DROPOUTS}
    return {
        "runs": {str(p): [data.judged(one) for one in networks[p]] for p in DROPOUTS},
        "epochs": [data.epoch_by_epoch(seed) for seed in SEEDS],
        "removed": list(REMOVED),
        "deletion": [
            data.deletion(one, seed) for seed, one in zip(SEEDS, networks[0.4], strict=True)
        ],
    }


def make_network(rng, dropout=0.4):
    """The notebook's network, with its dropout or another."""
    return dl.Sequential(
        *(dl.Conv2d(1, 16, 5, rng, pad=2), dl.MaxPool2d(2), dl.ReLU()),
        *(dl.Conv2d(16, 32, 3, rng, pad=1), dl.MaxPool2d(2), dl.ReLU()),
        *(dl.Flatten(), dl.Dropout(dropout, rng), dl.Linear(1568, 64, rng), dl.ReLU()),
        dl.Linear(64, 10, rng),
    )


def input_gradient(network, x, classes):
    """Gradient of each image's logit of its class by the image: x (N, 1, H, W) -> the same."""
    network.eval()
    dlogits = np.eye(10, dtype=x.dtype)[classes]
    network(x)
    return network.backward(dlogits)


def per_pixel(falls, size):
    """An occlusion map (H - size + 1, W - size + 1) spread over its pixels -> (H, W).

    A pixel gets the mean of the falls of all squares that cover it.
    """
    rows, columns = falls.shape
    total = np.zeros((2, rows + size - 1, columns + size - 1))
    for i, j in np.ndindex(size, size):
        total[0, i : i + rows, j : j + columns] += falls
        total[1, i : i + rows, j : j + columns] += 1
    return total[0] / total[1]


class Data:
    """The rows, standardised by those that teach."""

    def __init__(self):
        fashion = datasets.fashion()
        rows = fashion.x_train[:4500]
        self.mean, self.deviation = rows.mean(), rows.std()
        self.x, self.y = self.prepared(rows), fashion.y_train[:4500]
        self.grey, self.y_val = fashion.x_train[4500:], fashion.y_train[4500:]
        self.x_val = self.prepared(self.grey)
        self.x_test, self.y_test = self.prepared(fashion.x_test), fashion.y_test

    def prepared(self, images):
        return ((images - self.mean) / self.deviation)[:, None]

    def trained(self, dropout, seed):
        rng = np.random.default_rng(seed)
        network = make_network(rng, dropout)
        total = EPOCHS * -(-len(self.x) // 32)
        self._train(
            network, rng, EPOCHS, lambda step: dl.cosine_schedule(step, total, LEARNING_RATE, 0)
        )
        return network

    def _train(self, network, rng, epochs, schedule):
        dl.train(
            network,
            dl.cross_entropy_and_gradient,
            dl.Adam(network),
            self.x,
            self.y,
            epochs,
            32,
            rng,
            schedule=schedule,
            progress=False,
        )

    def judged(self, network):
        """Accuracy, loss and calibration error, before and after, of validation and test rows."""
        val = dl.predict(network, self.x_val).astype(float)
        test = dl.predict(network, self.x_test).astype(float)
        T = dl.temperature_scale(val, self.y_val, TEMPERATURES)
        found = {"temperature": T}
        for name, z, y in (("validation", val, self.y_val), ("test", test, self.y_test)):
            found[name] = {
                "accuracy": dl.accuracy(z, y),
                "loss": [_round(dl.cross_entropy(z / t, y)) for t in (1, T)],
                "calibration": [_calibration(z / t, y) for t in (1, T)],
            }
        return found

    def epoch_by_epoch(self, seed):
        """A training without dropout at a constant rate, seen by the validation rows."""
        rng = np.random.default_rng(seed)
        network = make_network(rng, 0.0)
        found = {"accuracy": [], "loss": [], "calibration": [], "temperature": [], "scaled": []}
        for _ in range(LONG):
            self._train(network, rng, 1, lambda step: CONSTANT_RATE)
            z = dl.predict(network, self.x_val).astype(float)
            T = dl.temperature_scale(z, self.y_val, TEMPERATURES)
            found["accuracy"].append(dl.accuracy(z, self.y_val))
            found["loss"].append(_round(dl.cross_entropy(z, self.y_val)))
            found["calibration"].append(_calibration(z, self.y_val))
            found["temperature"].append(T)
            found["scaled"].append(_round(dl.cross_entropy(z / T, self.y_val)))
        return found

    def deletion(self, network, seed):
        """Mean probability of the answer when pixels turn to background, most important first."""
        images = self.grey[:EXPLAINED]
        answers = dl.predict(network, self.prepared(images)).argmax(axis=1)
        rng = np.random.default_rng(100 + seed)
        gradient = input_gradient(network, self.prepared(images), answers)
        orders = {
            "saliency": dl.saliency_map(gradient),
            "occlusion": self._occlusion(network, images, answers),
            "brightness": images,
            "random": rng.random(images.shape),
            "random garment": rng.random(images.shape) + (images > 0),
        }
        return {name: self._removed(network, images, answers, m) for name, m in orders.items()}

    def _probability(self, network, images, classes):
        p = dl.softmax(dl.predict(network, self.prepared(images)).astype(float))
        return p[np.arange(len(images)), classes]

    def _occlusion(self, network, images, answers):
        maps = []
        for image, k in zip(images, answers, strict=True):

            def score(batch, k=k):
                return self._probability(network, batch, k)

            maps.append(per_pixel(dl.occlusion_map(score, image, SQUARE, 0.0), SQUARE))
        return np.array(maps)

    def _removed(self, network, images, answers, importance):
        order = np.argsort(-importance.reshape(len(images), -1), axis=1, kind="stable")
        found = []
        for count in REMOVED:
            left = images.reshape(len(images), -1).copy()
            np.put_along_axis(left, order[:, :count], 0, axis=1)
            left = left.reshape(images.shape)
            found.append(_round(self._probability(network, left, answers).mean()))
        return found


def _calibration(logits, labels):
    return _round(dl.expected_calibration_error(dl.softmax(logits), labels))


def _round(number):
    return round(float(number), DIGITS)
