"""Chapter 16: spoken digits of voices that no training clip has, of a human, and in strings.

Clips become log-mel spectrograms of 49 frames by 26 bands, less the mean and over the standard
deviation of each band in the training clips. "folds" trains on four fifths of the 900 training
clips and tests on the rest, once with whole voices left out, once with clips left out at random.
"test" trains on all 900 and reads the test voices and the human clips, once per seed. "strings"
joins the clips of a voice, five at a time, without the silence around them; the network for clips
slides along, before and after four epochs on strings of the training voices.
"""

import copy
import functools

import numpy as np

import dlutils as dl
from dlutils import datasets

RATE, SIZE, HOP, N_FFT, BANDS = 8000, 256, 128, 256, 26
FILTERS = dl.mel_filterbank(BANDS, N_FFT, RATE, 100, 4000)
BLANK = 10  # the class of no digit
REACH = 46  # frames that one output of the network reads
STRIDE = 4  # frames from one output to the next
NEAR = 600  # samples from a word's middle within which an output is to name it
SEEDS, FOLDS = range(10), 5
WAVES = ("train", "test", "human")
GAPS = {"0": (0, 1), "25": (200, 201), "50 to 200": (400, 1601), "400": (3200, 3201)}  # by ms
MODELS = ("logistic regression", "128 hidden units", "convolutions", "convolutions, shifted")


def compute():
    """Accuracies and word error rates as plain data; lists hold one entry per seed or fold."""
    return {
        "folds": {
            split: {name: _folds(split, name) for name in MODELS} for split in ("voices", "clips")
        },
        "test": {name: [_test(name, seed) for seed in SEEDS] for name in MODELS},
        "strings": [_strings(seed) for seed in SEEDS],
        "gaps": list(GAPS),
    }


def features(wave):
    """A wave as log-mel spectrogram (F, 26)."""
    return dl.log_mel_spectrogram(wave, SIZE, HOP, N_FFT, FILTERS)


def network(rng):
    """Convolutions for spectrograms (N, 1, F, 26) -> logits (N, 11, steps, 1).

    46 to 49 frames give one step, every four further ones another.
    """
    return dl.Sequential(
        dl.Conv2d(1, 16, 3, rng),
        dl.ReLU(),
        dl.MaxPool2d(2),
        dl.Conv2d(16, 32, 3, rng),
        dl.ReLU(),
        dl.MaxPool2d(2),
        dl.Dropout(0.5, rng),
        dl.Conv2d(32, 64, (10, 5), rng),
        dl.ReLU(),
        dl.Conv2d(64, 11, 1, rng),
    )


def steps(y):
    """The network's outputs (N, K, T, 1) as a sequence of logits (N, T, K)."""
    return y[:, :, :, 0].transpose(0, 2, 1)


def back(dlogits):
    """Gradients of `steps`: (N, T, K) -> (N, K, T, 1)."""
    return dlogits.transpose(0, 2, 1)[:, :, :, None]


def join(clips, gaps):
    """Clips without the silence around them, one after another -> wave, middles of the words.

    0.4 s of silence at both ends, gaps[i] samples of it after clip i.
    """
    parts, middles, at = [np.zeros(3200)], [], 3200
    for clip, gap in zip(clips, [*gaps, 3200], strict=True):
        loud = np.flatnonzero(np.abs(clip) > 0.02)
        word = clip[loud[0] : loud[-1] + 1]
        middles.append(at + len(word) / 2)
        parts += [word, np.zeros(gap)]
        at += len(word) + gap
    return np.concatenate(parts), middles


def digit_strings(waves, labels, voices, rng, length=5, gap=(400, 1601)):
    """All clips, shuffled within each voice and joined -> [(wave, middles, digits), ...]."""
    found = []
    for voice in np.unique(voices):
        rows = rng.permutation(np.flatnonzero(voices == voice))
        for some in np.split(rows, range(length, len(rows), length)):
            wave, middles = join(waves[some], rng.integers(*gap, len(some) - 1))
            found.append((wave, middles, labels[some]))
    return found


def targets(strings, count):
    """What the network should say at each of `count` steps: (N, count), a digit or BLANK."""
    middle_of_step = HOP * STRIDE * np.arange(count) + (HOP * (REACH - 1) + SIZE) / 2
    wanted = np.full((len(strings), count), BLANK)
    for row, (_, middles, digits) in zip(wanted, strings, strict=True):
        for middle, digit in zip(middles, digits, strict=True):
            row[np.abs(middle_of_step - middle) < NEAR] = digit
    return wanted


def padded(strings):
    """The waves of strings, continued by silence to the longest one's length: (N, T)."""
    longest = max(len(wave) for wave, *_ in strings)
    return [np.pad(wave, (0, longest - len(wave))) for wave, *_ in strings]


def falling(step, total, lr=0.001):
    """A learning rate that falls to 0 over `total` steps along half a cosine."""
    return dl.cosine_schedule(step, total, lr, 0)


@functools.cache
def _load():
    data = datasets.spoken_digits()
    waves = {name: dl.mu_law_decode(getattr(data, f"x_{name}")) for name in WAVES}
    seen = {name: np.stack([features(wave) for wave in waves[name]]) for name in waves}
    return data, waves, seen


def _scaled(x, like):
    return ((x - like.mean(axis=(0, 1))) / like.std(axis=(0, 1))).astype(np.float32)


def _train(x, y, name, seed):
    """One of MODELS, trained on spectrograms (N, 49, 26)."""
    rng = np.random.default_rng(seed)
    flat = {
        "logistic regression": lambda: dl.Sequential(dl.Flatten(), dl.Linear(1274, 10, rng)),
        "128 hidden units": lambda: dl.Sequential(
            dl.Flatten(), dl.Linear(1274, 128, rng), dl.ReLU(), dl.Linear(128, 10, rng)
        ),
    }
    model = flat.get(name, lambda: network(rng))()
    optimizer, epochs = dl.Adam(model, 0.001), 12
    total = epochs * -(-len(x) // 32)
    for _ in range(epochs):
        for batch, labels in dl.minibatches(x, y, 32, rng):
            if name.endswith("shifted"):
                batch = dl.random_crop(batch, 2, rng)
            model.train()
            out = model(batch[:, None])
            _, dlogits = dl.cross_entropy_and_gradient(out.reshape(len(batch), -1), labels)
            optimizer.lr = falling(optimizer.t, total)
            model.backward_params(dlogits.reshape(out.shape))
            optimizer.step()
    model.eval()
    return model


@functools.cache
def _trained(name, seed):
    """One of MODELS, trained on all clips of the training voices."""
    data, _, seen = _load()
    return _train(_scaled(seen["train"], seen["train"]), data.y_train, name, seed)


def _digits(model, x):
    return dl.predict(model, x[:, None]).reshape(len(x), -1)[:, :10].argmax(axis=1)


def _folds(split, name):
    """Accuracy on what each fold leaves out."""
    data, _, seen = _load()
    x, y = seen["train"], data.y_train
    groups = data.voice_train if split == "voices" else np.arange(len(y))
    order = np.random.default_rng(0).permutation(groups.max() + 1)
    found = []
    for fold in np.array_split(order, FOLDS):
        out = np.isin(groups, fold)
        model = _train(_scaled(x[~out], x[~out]), y[~out], name, seed=0)
        right = _digits(model, _scaled(x[out], x[~out])) == y[out]
        found.append(float(right.mean()))
    return found


def _test(name, seed):
    """Accuracy on each test voice, and what the human's digits 0 to 9 were taken for."""
    data, _, seen = _load()
    x = seen["train"]
    model = _trained(name, seed)
    right = _digits(model, _scaled(seen["test"], x)) == data.y_test
    return {
        "voices": [float(right[data.voice_test == voice].mean()) for voice in range(30, 40)],
        "human": _digits(model, _scaled(seen["human"], x)).tolist(),
    }


def _strings(seed):
    """Word error rates on strings of the test voices, before and after training on strings."""
    data, waves, seen = _load()
    x, rng = seen["train"], np.random.default_rng(100 + seed)
    model = copy.deepcopy(_trained(MODELS[-1], seed))
    before = _error(model, "50 to 200", seed)
    optimizer, epochs = dl.Adam(model, 0.001), 4
    total = epochs * 60
    for _ in range(epochs):
        strings = digit_strings(waves["train"], data.y_train, data.voice_train, rng)
        order = rng.permutation(len(strings))
        for rows in np.split(order, range(3, len(order), 3)):
            some = [strings[row] for row in rows]
            model.train()
            out = model(_scaled(np.stack([features(w) for w in padded(some)]), x)[:, None])
            logits = steps(out)
            kept = np.ones(logits.shape[:2], bool)
            wanted = targets(some, logits.shape[1])
            _, dlogits = dl.temporal_cross_entropy(logits, wanted, kept)
            optimizer.lr = falling(optimizer.t, total)
            model.backward_params(back(dlogits))
            optimizer.step()
    model.eval()
    right = _digits(model, _scaled(seen["test"], x)) == data.y_test
    after = {gap: _error(model, gap, seed) for gap in GAPS}
    return {"before": before, "after": after, "clips": float(right.mean())}


def _error(model, gap, seed):
    data, waves, seen = _load()
    rng = np.random.default_rng(200 + seed)
    strings = digit_strings(waves["test"], data.y_test, data.voice_test, rng, gap=GAPS[gap])
    heard = [
        dl.ctc_greedy_decode(
            steps(model(_scaled(features(w)[None], seen["train"])[:, None]))[0], 10
        )
        for w, *_ in strings
    ]
    return dl.word_error_rate([digits for *_, digits in strings], heard)
