"""Right answers to chapter 16, written in other ways than the reference."""

import math
from functools import cache
from itertools import groupby

import numpy as np

from tests.alternatives import alternative


@alternative("mu_law_decode")
def by_table(u):
    table = []
    for code in range(256):
        v = 2 * code / 255 - 1
        table.append(math.copysign((256 ** abs(v) - 1) / 255, v))
    return np.array(table)[u]


@alternative("mu_law_decode")
def by_expm1(u):
    v = 2 * np.asarray(u).astype(float) / 255 - 1
    return np.where(v < 0, -1, 1) * np.expm1(np.abs(v) * np.log(256)) / 255


@alternative("mu_law_decode")
def in_float32(u):
    v = (u.astype(np.float32) - 127.5) / 127.5
    return np.copysign((np.float32(256) ** np.abs(v) - 1) / 255, v)


@alternative("frames")
def by_loop(wave, size, hop):
    count = max(0, 1 + (len(wave) - size) // hop) if len(wave) >= size else 0
    result = np.zeros((count, size))
    for f in range(count):
        result[f] = wave[f * hop : f * hop + size]
    return result


@alternative("frames")
def by_sliding_windows(wave, size, hop):
    if len(wave) < size:
        return np.empty((0, size))
    return np.lib.stride_tricks.sliding_window_view(wave, size)[::hop]


@alternative("frames")
def by_list(wave, size, hop):
    pieces = [wave[s : s + size] for s in range(0, len(wave) - size + 1, hop)]
    return np.array(pieces).reshape(-1, size)


@alternative("frames")
def by_columns(wave, size, hop):
    count = max(0, (len(wave) - size) // hop + 1)
    columns = [wave[k : k + hop * count : hop][:count] for k in range(size)]
    if count == 0:
        return np.zeros((0, size))
    return np.stack(columns, axis=1)


@alternative("hann_window")
def squared_sine(n):
    return np.sin(np.pi * np.arange(n) / n) ** 2


@alternative("hann_window")
def longer_symmetric(n):
    return np.hanning(n + 1)[:-1]


@alternative("hann_window")
def list_of_numbers(n):
    return [0.5 * (1 - math.cos(2 * math.pi * k / n)) for k in range(n)]


@alternative("mel_filterbank")
def filter_by_filter(n_mels, n_fft, rate, low, high):
    def to_mel(f):
        return 1127.0 * math.log(1 + f / 700) * 2595 / (1127.0 * math.log(10))

    step = (to_mel(high) - to_mel(low)) / (n_mels + 1)
    points = [700 * (10 ** ((to_mel(low) + i * step) / 2595) - 1) for i in range(n_mels + 2)]
    result = np.zeros((n_mels, n_fft // 2 + 1))
    for i in range(n_mels):
        for k in range(n_fft // 2 + 1):
            f = k * rate / n_fft
            if points[i] <= f <= points[i + 1]:
                result[i, k] = (f - points[i]) / (points[i + 1] - points[i])
            elif points[i + 1] < f <= points[i + 2]:
                result[i, k] = (points[i + 2] - f) / (points[i + 2] - points[i + 1])
    return result


@alternative("mel_filterbank")
def by_interp(n_mels, n_fft, rate, low, high):
    f = np.fft.rfftfreq(n_fft, 1 / rate)
    m = np.linspace(2595 * np.log10(1 + low / 700), 2595 * np.log10(1 + high / 700), n_mels + 2)
    p = 700 * np.expm1(m / 2595 * np.log(10))
    return np.array([np.interp(f, p[i : i + 3], [0, 1, 0]) for i in range(n_mels)])


@alternative("mel_filterbank")
def by_differences(n_mels, n_fft, rate, low, high):
    ends = 2595 * np.log10(1 + np.array([low, high]) / 700)
    points = 700 * (10 ** (np.linspace(*ends, n_mels + 2) / 2595) - 1)
    width = np.diff(points)
    slopes = points[:, None] - np.arange(n_fft // 2 + 1) * (rate / n_fft)
    down, up = -slopes[:-2] / width[:-1, None], slopes[2:] / width[1:, None]
    return np.clip(np.minimum(down, up), 0, None)


def _cut(wave, size, hop):
    return np.array([wave[s : s + size] for s in range(0, len(wave) - size + 1, hop)])


@alternative("log_mel_spectrogram")
def frame_by_frame(wave, size, hop, n_fft, filters):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    rows = []
    for start in range(0, len(wave) - size + 1, hop):
        spectrum = np.fft.rfft(wave[start : start + size] * window, n=n_fft)
        power = spectrum.real**2 + spectrum.imag**2
        rows.append([math.log(float(one @ power) + 0.001) for one in filters])
    return np.array(rows)


@alternative("log_mel_spectrogram")
def by_full_transform(wave, size, hop, n_fft, filters):
    window = np.hanning(size + 1)[:-1]
    spectrum = np.fft.fft(_cut(wave, size, hop) * window, n_fft)[:, : n_fft // 2 + 1]
    return np.log(0.001 + np.einsum("fk,mk->fm", (spectrum * spectrum.conj()).real, filters))


@alternative("log_mel_spectrogram")
def by_transform_matrix(wave, size, hop, n_fft, filters):
    window = np.sin(np.pi * np.arange(size) / size) ** 2
    angles = 2 * np.pi * np.outer(np.arange(size), np.arange(n_fft // 2 + 1)) / n_fft
    pieces = _cut(wave, size, hop) * window
    power = (pieces @ np.cos(angles)) ** 2 + (pieces @ np.sin(angles)) ** 2
    return np.log((filters @ power.T).T + 0.001)


@alternative("ctc_greedy_decode")
def by_groupby(logits, blank):
    return [k for k, _ in groupby(np.argmax(logits, axis=-1).tolist()) if k != blank]


@alternative("ctc_greedy_decode")
def with_a_memory(logits, blank):
    previous, kept = None, []
    for row in logits:
        best = max(range(len(row)), key=lambda k: row[k])
        if best != previous and best != blank:
            kept.append(best)
        previous = best
    return kept


@alternative("ctc_greedy_decode")
def by_differences_of_best(logits, blank):
    best = logits.argmax(1)
    changed = np.diff(best, prepend=-1) != 0
    return best[changed & (best != blank)].tolist()


@alternative("edit_distance")
def recursive(a, b):
    @cache
    def distance(i, j):
        if i == 0 or j == 0:
            return i + j
        if a[i - 1] == b[j - 1]:
            return distance(i - 1, j - 1)
        return 1 + min(distance(i - 1, j), distance(i, j - 1), distance(i - 1, j - 1))

    return distance(len(a), len(b))


@alternative("edit_distance")
def whole_table(a, b):
    table = np.zeros((len(a) + 1, len(b) + 1))
    table[:, 0] = np.arange(len(a) + 1)
    table[0, :] = np.arange(len(b) + 1)
    for i in range(len(a)):
        for j in range(len(b)):
            replace = table[i, j] + (0 if a[i] == b[j] else 1)
            table[i + 1, j + 1] = min(replace, table[i, j + 1] + 1, table[i + 1, j] + 1)
    return table[-1, -1]


@alternative("edit_distance")
def exchanged(a, b):
    previous = list(range(len(a) + 1))
    for y in b:
        current = [previous[0] + 1]
        for j, x in enumerate(a):
            best = min(previous[j + 1], current[j], previous[j]) + 1
            current.append(previous[j] if x == y else best)
        previous = current
    return previous[len(a)]


def _distance(a, b):
    return recursive(tuple(a), tuple(b))


@alternative("word_error_rate")
def by_counting(references, hypotheses):
    if len(references) != len(hypotheses):
        raise ValueError("not as many")
    errors = words = 0
    for i in range(len(references)):
        errors += _distance(references[i], hypotheses[i])
        words += len(references[i])
    if words == 0:
        raise ValueError("no words")
    return errors / words


@alternative("word_error_rate")
def by_strict_zip(references, hypotheses):
    errors = [_distance(r, h) for r, h in zip(references, hypotheses, strict=True)]
    words = sum(map(len, references))
    if not words:
        raise ValueError("no words")
    return np.sum(errors) / words


@alternative("word_error_rate")
def by_weighted_mean(references, hypotheses):
    lengths = np.array([len(reference) for reference in references])
    if len(lengths) != len(hypotheses) or lengths.sum() == 0:
        raise ValueError
    errors = [whole_table(r, h) for r, h in zip(references, hypotheses, strict=True)]
    return float(np.sum(errors) / np.sum(lengths))
