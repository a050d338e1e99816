"""Mistakes of chapter 16: mu-law, frames, windows, mel bands, decoding, edits, word error rate."""

import itertools

import numpy as np

from dlutils.mistakes import mistake


@mistake("mu_law_decode", "2 u is computed in uint8, which wraps around above 255")
def doubled_in_bytes(u):
    v = 2 * u / 255 - 1
    return np.sign(v) * (256 ** np.abs(v) - 1) / 255


@mistake("mu_law_decode", "u is shifted as uint8, which wraps around below 0")
def shifted_in_bytes(u):
    v = (u - np.array(128, dtype=u.dtype)) / 127.5
    return np.sign(v) * (256 ** np.abs(v) - 1) / 255


@mistake("mu_law_decode", "only v is returned: the codes are scaled, not expanded")
def only_scaled(u):
    return u / 255 * 2 - 1


@mistake("mu_law_decode", "v is left in [0, 1]: 2 u / 255 - 1 is missing its factor and its shift")
def not_centred(u):
    v = u / 255
    return np.sign(v) * (256 ** np.abs(v) - 1) / 255


@mistake("mu_law_decode", "the sign is lost")
def no_sign(u):
    v = u / 255 * 2 - 1
    return (256 ** np.abs(v) - 1) / 255


@mistake("mu_law_decode", "the power is taken of v with its sign, not of |v|")
def power_of_signed(u):
    v = u / 255 * 2 - 1
    return (256**v - 1) / 255


@mistake("mu_law_decode", "1 is not taken off the power, so that silence is no silence")
def no_minus_one(u):
    v = u / 255 * 2 - 1
    return np.sign(v) * 256 ** np.abs(v) / 255


@mistake("mu_law_decode", "the base is 255 instead of 256")
def base_255(u):
    v = u / 255 * 2 - 1
    return np.sign(v) * (255 ** np.abs(v) - 1) / 255


@mistake("mu_law_decode", "the base is e instead of 256")
def base_e(u):
    v = u / 255 * 2 - 1
    return np.sign(v) * (np.exp(np.abs(v)) - 1) / 255


@mistake("mu_law_decode", "mu-law is applied once more (the logarithm) instead of undone")
def encoded(u):
    v = u / 255 * 2 - 1
    return np.sign(v) * np.log(1 + 255 * np.abs(v)) / np.log(256)


@mistake("mu_law_decode", "u is divided by 256 or 128 instead of 255 and 127.5")
def divided_by_256(u):
    v = u / 128 - 1
    return np.sign(v) * (256 ** np.abs(v) - 1) / 255


@mistake("mu_law_decode", "the result is not divided by 255")
def not_divided(u):
    v = u / 255 * 2 - 1
    return np.sign(v) * (256 ** np.abs(v) - 1)


@mistake("frames", "size and hop are exchanged")
def size_and_hop_exchanged(wave, size, hop):
    starts = np.arange(0, len(wave) - hop + 1, size)
    return wave[starts[:, None] + np.arange(hop)]


@mistake("frames", "the frames do not overlap: each begins where the last one ends")
def no_overlap(wave, size, hop):
    starts = np.arange(0, len(wave) - size + 1, size)
    return wave[starts[:, None] + np.arange(size)]


@mistake("frames", "the last frame is missing: the count lacks its 1 +")
def last_one_missing(wave, size, hop):
    starts = np.arange(max((len(wave) - size) // hop, 0)) * hop
    return wave[starts[:, None] + np.arange(size)]


@mistake("frames", "a frame that would end with the last sample is left out")
def end_excluded(wave, size, hop):
    starts = np.arange(0, len(wave) - size, hop)
    return wave[starts[:, None] + np.arange(size)]


@mistake("frames", "the rest is continued by zeros and kept as one more frame")
def rest_padded(wave, size, hop):
    count = max(1, 1 + -(-(len(wave) - size) // hop))
    padded = np.pad(wave, (0, max(0, (count - 1) * hop + size - len(wave))))
    return padded[np.arange(count)[:, None] * hop + np.arange(size)]


@mistake("frames", "there are len(wave) // hop frames, the last ones continued by zeros")
def one_per_hop(wave, size, hop):
    padded = np.pad(wave, (0, size))
    return padded[np.arange(len(wave) // hop)[:, None] * hop + np.arange(size)]


@mistake("frames", "the result is turned: (size, F) instead of (F, size)")
def turned(wave, size, hop):
    starts = np.arange(0, len(wave) - size + 1, hop)
    return wave[starts + np.arange(size)[:, None]]


@mistake("frames", "every sample is a frame's beginning: hop is not used")
def hop_of_one(wave, size, hop):
    starts = np.arange(0, len(wave) - size + 1)
    return wave[starts[:, None] + np.arange(size)]


@mistake("frames", "the samples inside a frame are hop apart")
def strided_inside(wave, size, hop):
    starts = np.arange(0, len(wave) - size + 1)
    return wave[np.minimum(starts[:, None] + hop * np.arange(size), len(wave) - 1)]


@mistake("frames", "a wave that is too short gives an empty array without the axis of size")
def short_wave_loses_axis(wave, size, hop):
    return np.array([wave[s : s + size] for s in range(0, len(wave) - size + 1, hop)])


@mistake("frames", "a wave that is too short fails: there is nothing to stack")
def short_wave_fails(wave, size, hop):
    return np.stack([wave[s : s + size] for s in range(0, len(wave) - size + 1, hop)])


@mistake("frames", "a wave that is too short still gives a frame, continued by zeros")
def short_wave_padded(wave, size, hop):
    padded = np.pad(wave, (0, max(0, size - len(wave))))
    starts = np.arange(0, len(padded) - size + 1, hop)
    return padded[starts[:, None] + np.arange(size)]


@mistake("hann_window", "it is divided by n - 1: the symmetric window")
def symmetric(n):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n - 1))


@mistake("hann_window", "it is divided by n + 1")
def by_n_plus_one(n):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n + 1))


@mistake("hann_window", "the 2 before pi is missing: half a turn instead of a whole one")
def half_a_turn(n):
    return 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)


@mistake("hann_window", "the cosine is added: the window is 1 at the ends and 0 in the middle")
def upside_down(n):
    return 0.5 + 0.5 * np.cos(2 * np.pi * np.arange(n) / n)


@mistake("hann_window", "the factors are Hamming's, 0.54 and 0.46")
def hamming(n):
    return 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(n) / n)


@mistake("hann_window", "the window is half of a sine, whose square would be Hann's")
def sine(n):
    return np.sin(np.pi * np.arange(n) / n)


@mistake("hann_window", "k runs from 1 instead of 0")
def from_one(n):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1, n + 1) / n)


@mistake("hann_window", "1/2 is missing before the cosine")
def without_half(n):
    return 0.5 - np.cos(2 * np.pi * np.arange(n) / n)


def _triangles(bins, points):
    left, centre, right = points[:-2, None], points[1:-1, None], points[2:, None]
    rising, falling = (bins - left) / (centre - left), (right - bins) / (right - centre)
    return np.maximum(0, np.minimum(rising, falling))


def _mel(f):
    return 2595 * np.log10(1 + f / 700)


def _hertz(m):
    return 700 * (10 ** (m / 2595) - 1)


def _bins(n_fft, rate):
    return np.arange(n_fft // 2 + 1) * rate / n_fft


@mistake("mel_filterbank", "the points are evenly spaced in Hz, not in mel")
def even_in_hertz(n_mels, n_fft, rate, low, high):
    return _triangles(_bins(n_fft, rate), np.linspace(low, high, n_mels + 2))


@mistake("mel_filterbank", "the points are rounded down to bins of the transform")
def rounded_to_bins(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2))
    p = np.floor((n_fft + 1) * points / rate).astype(int)
    filters = np.zeros((n_mels, n_fft // 2 + 1))
    for i in range(n_mels):
        for k in range(p[i], p[i + 1]):
            filters[i, k] = (k - p[i]) / (p[i + 1] - p[i])
        for k in range(p[i + 1], p[i + 2]):
            filters[i, k] = (p[i + 2] - k) / (p[i + 2] - p[i + 1])
    return filters


@mistake("mel_filterbank", "each triangle is divided by its area, as in Slaney's convention")
def area_of_one(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2))
    return _triangles(_bins(n_fft, rate), points) * 2 / (points[2:] - points[:-2])[:, None]


@mistake("mel_filterbank", "each filter is divided by the sum of its weights")
def sum_of_one(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2))
    weights = _triangles(_bins(n_fft, rate), points)
    return weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)


@mistake("mel_filterbank", "there are n_mels points instead of n_mels + 2: two filters are missing")
def two_filters_missing(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels))
    return _triangles(_bins(n_fft, rate), points)


@mistake("mel_filterbank", "there are n_mels + 1 points: one filter is missing")
def one_filter_missing(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 1))
    return _triangles(_bins(n_fft, rate), points)


@mistake("mel_filterbank", "the triangles are straight in mel, not in Hz")
def straight_in_mel(n_mels, n_fft, rate, low, high):
    points = np.linspace(_mel(low), _mel(high), n_mels + 2)
    return _triangles(_mel(_bins(n_fft, rate)), points)


@mistake("mel_filterbank", "the natural logarithm stands with the factor 2595 of log10")
def natural_logarithm(n_mels, n_fft, rate, low, high):
    ends = [2595 * np.log(1 + f / 700) for f in (low, high)]
    return _triangles(_bins(n_fft, rate), _hertz(np.linspace(*ends, n_mels + 2)))


@mistake("mel_filterbank", "low and high are taken for mel, not for Hz")
def ends_in_mel(n_mels, n_fft, rate, low, high):
    return _triangles(_bins(n_fft, rate), _hertz(np.linspace(low, high, n_mels + 2)))


@mistake("mel_filterbank", "low is not used: the filters begin at 0 Hz")
def from_zero(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(0, _mel(high), n_mels + 2))
    return _triangles(_bins(n_fft, rate), points)


@mistake("mel_filterbank", "high is not used: the filters end at rate / 2")
def to_half_the_rate(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(rate / 2), n_mels + 2))
    return _triangles(_bins(n_fft, rate), points)


@mistake("mel_filterbank", "the last bin is missing: there are n_fft // 2 of them")
def last_bin_missing(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2))
    return _triangles(np.arange(n_fft // 2) * rate / n_fft, points)


@mistake(
    "mel_filterbank", "the bins are spread from 0 to rate / 2, which an odd n_fft does not reach"
)
def bins_to_half_the_rate(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2))
    return _triangles(np.linspace(0, rate / 2, n_fft // 2 + 1), points)


@mistake("mel_filterbank", "the result is turned: (bins, n_mels) instead of (n_mels, bins)")
def filters_turned(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2))
    return _triangles(_bins(n_fft, rate), points).T


@mistake("mel_filterbank", "the triangles are not cut off at 0, so that weights are negative")
def negative_weights(n_mels, n_fft, rate, low, high):
    points, bins = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2)), _bins(n_fft, rate)
    left, centre, right = points[:-2, None], points[1:-1, None], points[2:, None]
    return np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre))


@mistake("mel_filterbank", "a filter is 1 throughout its band, no triangle")
def boxes(n_mels, n_fft, rate, low, high):
    points, bins = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2)), _bins(n_fft, rate)
    return ((bins >= points[:-2, None]) & (bins <= points[2:, None])).astype(float)


@mistake("mel_filterbank", "the bins are rate / (n_fft // 2) apart, twice too far")
def bins_twice_too_far(n_mels, n_fft, rate, low, high):
    points = _hertz(np.linspace(_mel(low), _mel(high), n_mels + 2))
    return _triangles(np.arange(n_fft // 2 + 1) * rate / (n_fft // 2), points)


def _frames(wave, size, hop):
    starts = np.arange(0, len(wave) - size + 1, hop)
    return wave[starts[:, None] + np.arange(size)]


def _hann(n):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)


def _power(wave, size, hop, n_fft):
    return np.abs(np.fft.rfft(_frames(wave, size, hop) * _hann(size), n_fft)) ** 2


@mistake("log_mel_spectrogram", "the window is missing")
def no_window(wave, size, hop, n_fft, filters):
    power = np.abs(np.fft.rfft(_frames(wave, size, hop), n_fft)) ** 2
    return np.log(power @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "the window is the symmetric one of np.hanning")
def symmetric_window(wave, size, hop, n_fft, filters):
    windowed = _frames(wave, size, hop) * np.hanning(size)
    return np.log(np.abs(np.fft.rfft(windowed, n_fft)) ** 2 @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "0.001 is missing: the logarithm of 0")
def log_of_zero(wave, size, hop, n_fft, filters):
    return np.log(_power(wave, size, hop, n_fft) @ filters.T)


@mistake("log_mel_spectrogram", "0.001 is the least value (maximum) instead of being added")
def floored(wave, size, hop, n_fft, filters):
    return np.log(np.maximum(_power(wave, size, hop, n_fft) @ filters.T, 1e-3))


@mistake("log_mel_spectrogram", "0.001 is added to the powers before the filters sum them")
def floor_before_filters(wave, size, hop, n_fft, filters):
    return np.log((_power(wave, size, hop, n_fft) + 1e-3) @ filters.T)


@mistake("log_mel_spectrogram", "the magnitude is not squared")
def magnitude(wave, size, hop, n_fft, filters):
    spectrum = np.fft.rfft(_frames(wave, size, hop) * _hann(size), n_fft)
    return np.log(np.abs(spectrum) @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "the magnitudes are squared after the filters have summed them")
def squared_after_filters(wave, size, hop, n_fft, filters):
    spectrum = np.fft.rfft(_frames(wave, size, hop) * _hann(size), n_fft)
    return np.log((np.abs(spectrum) @ filters.T) ** 2 + 1e-3)


@mistake("log_mel_spectrogram", "log10 is taken instead of the natural logarithm")
def base_ten(wave, size, hop, n_fft, filters):
    return np.log10(_power(wave, size, hop, n_fft) @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "decibels are returned, 10 log10")
def decibels(wave, size, hop, n_fft, filters):
    return 10 * np.log10(_power(wave, size, hop, n_fft) @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "the logarithm is taken before the filters sum")
def log_before_filters(wave, size, hop, n_fft, filters):
    return np.log(_power(wave, size, hop, n_fft) + 1e-3) @ filters.T


@mistake("log_mel_spectrogram", "the logarithm is missing")
def no_logarithm(wave, size, hop, n_fft, filters):
    return _power(wave, size, hop, n_fft) @ filters.T + 1e-3


@mistake("log_mel_spectrogram", "hop and size are exchanged")
def hop_for_size(wave, size, hop, n_fft, filters):
    return np.log(_power(wave, hop, size, n_fft) @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "the power is divided by n_fft")
def divided_by_n_fft(wave, size, hop, n_fft, filters):
    return np.log(_power(wave, size, hop, n_fft) / n_fft @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "the constant is 1 (log1p) instead of 0.001")
def log1p(wave, size, hop, n_fft, filters):
    return np.log1p(_power(wave, size, hop, n_fft) @ filters.T)


@mistake("log_mel_spectrogram", "the result is turned: (n_mels, F) instead of (F, n_mels)")
def spectrogram_turned(wave, size, hop, n_fft, filters):
    return np.log(filters @ _power(wave, size, hop, n_fft).T + 1e-3)


@mistake("log_mel_spectrogram", "n_fft is not used: the transform has the length of the frame")
def length_of_frame(wave, size, hop, n_fft, filters):
    return np.log(_power(wave, size, hop, size) @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "the frames are as long as n_fft, instead of size and then zeros")
def frames_of_n_fft(wave, size, hop, n_fft, filters):
    return np.log(_power(wave, n_fft, hop, n_fft) @ filters.T + 1e-3)


@mistake("log_mel_spectrogram", "only the real part of the transform is squared")
def real_part(wave, size, hop, n_fft, filters):
    spectrum = np.fft.rfft(_frames(wave, size, hop) * _hann(size), n_fft)
    return np.log(spectrum.real**2 @ filters.T + 1e-3)


@mistake("ctc_greedy_decode", "blanks are taken out first, then repeats merged: 3 3 becomes 3")
def blanks_first(logits, blank):
    best = [int(k) for k in np.argmax(logits, axis=1) if k != blank]
    return [k for t, k in enumerate(best) if t == 0 or k != best[t - 1]]


@mistake("ctc_greedy_decode", "a class is compared with the last one kept, across blanks")
def compared_with_kept(logits, blank):
    kept = []
    for k in np.argmax(logits, axis=1).tolist():
        if k != blank and (not kept or kept[-1] != k):
            kept.append(k)
    return kept


@mistake("ctc_greedy_decode", "repeats are not merged")
def repeats_kept(logits, blank):
    return [int(k) for k in np.argmax(logits, axis=1) if k != blank]


@mistake("ctc_greedy_decode", "blanks are kept")
def blanks_kept(logits, blank):
    best = np.argmax(logits, axis=1).tolist()
    return [k for t, k in enumerate(best) if t == 0 or k != best[t - 1]]


@mistake("ctc_greedy_decode", "every class is kept once, in the order of its first appearance")
def each_once(logits, blank):
    return list(dict.fromkeys(int(k) for k in np.argmax(logits, axis=1) if k != blank))


@mistake("ctc_greedy_decode", "blank is taken to be class 0")
def blank_is_zero(logits, blank):
    best = np.argmax(logits, axis=1).tolist()
    return [k for t, k in enumerate(best) if k != 0 and (t == 0 or k != best[t - 1])]


@mistake("ctc_greedy_decode", "blank is taken to be the last class")
def blank_is_last(logits, blank):
    best, last = np.argmax(logits, axis=1).tolist(), logits.shape[1] - 1
    return [k for t, k in enumerate(best) if k != last and (t == 0 or k != best[t - 1])]


@mistake(
    "ctc_greedy_decode", "the largest logit is looked for over time (axis 0), not over classes"
)
def over_time(logits, blank):
    best = np.argmax(logits, axis=0).tolist()
    return [k for t, k in enumerate(best) if k != blank and (t == 0 or k != best[t - 1])]


@mistake("ctc_greedy_decode", "the first step is compared with the last one, best[-1]")
def wraps_around(logits, blank):
    best = np.argmax(logits, axis=1).tolist()
    return [k for t, k in enumerate(best) if k != blank and k != best[t - 1]]


@mistake("ctc_greedy_decode", "the first step is left out")
def first_left_out(logits, blank):
    best = np.argmax(logits, axis=1).tolist()
    return [b for a, b in itertools.pairwise(best) if b != blank and b != a]


@mistake(
    "ctc_greedy_decode", "a class is kept when the next step differs, and the last is left out"
)
def last_left_out(logits, blank):
    best = np.argmax(logits, axis=1).tolist()
    return [a for a, b in itertools.pairwise(best) if a != blank and b != a]


@mistake("ctc_greedy_decode", "ties go to the highest class")
def ties_high(logits, blank):
    best = (logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1)).tolist()
    return [k for t, k in enumerate(best) if k != blank and (t == 0 or k != best[t - 1])]


@mistake("ctc_greedy_decode", "no output at all fails, because the first step is looked at")
def needs_a_step(logits, blank):
    best = np.argmax(logits, axis=1).tolist()
    kept = [best[0]] + [b for a, b in itertools.pairwise(best) if b != a]
    return [k for k in kept if k != blank]


def _edits(a, b, insert=1, delete=1, replace=1, equal=0, first_row=True, first_column=True):
    row = [j * insert if first_row else 0 for j in range(len(b) + 1)]
    for i, x in enumerate(a, start=1):
        above, row = row, [i * delete if first_column else 0]
        for j, y in enumerate(b, start=1):
            corner = above[j - 1] + (equal if x == y else replace)
            row.append(min(above[j] + delete, row[j - 1] + insert, corner))
    return row[-1]


@mistake("edit_distance", "a replacement costs 2")
def replacement_of_two(a, b):
    return _edits(a, b, replace=2)


@mistake("edit_distance", "equal items cost 1, too")
def equal_costs(a, b):
    return _edits(a, b, equal=1)


@mistake("edit_distance", "only replacements are counted, position by position (Hamming)")
def hamming_distance(a, b):
    differing = sum(x != y for x, y in zip(a, b, strict=False))
    return int(differing) + abs(len(a) - len(b))


@mistake("edit_distance", "positions are compared, and the rest of the longer one does not count")
def without_the_rest(a, b):
    return int(sum(x != y for x, y in zip(a, b, strict=False)))


@mistake("edit_distance", "a replacement is no single edit: it costs a deletion and an insertion")
def no_corner(a, b):
    return _edits(a, b, replace=9)


@mistake("edit_distance", "insertions are impossible: the neighbour in the same row is left out")
def no_insertion(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, row = row, [i]
        for j, y in enumerate(b, start=1):
            row.append(min(above[j] + 1, above[j - 1] + int(x != y)))
    return row[-1]


@mistake("edit_distance", "deletions are impossible: the neighbour in the row above is left out")
def no_deletion(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, row = row, [i]
        for j, y in enumerate(b, start=1):
            row.append(min(row[j - 1] + 1, above[j - 1] + int(x != y)))
    return row[-1]


@mistake("edit_distance", "the first row is 0: leading insertions are free")
def free_first_row(a, b):
    return _edits(a, b, first_row=False)


@mistake("edit_distance", "the first column is 0: leading deletions are free")
def free_first_column(a, b):
    return _edits(a, b, first_column=False)


@mistake("edit_distance", "the first row and the first column are 0")
def free_ends(a, b):
    return _edits(a, b, first_row=False, first_column=False)


@mistake("edit_distance", "items of the same kind are counted, without regard to their order")
def bags(a, b):
    a, b = list(a), list(b)
    common = sum(min(a.count(x), b.count(x)) for x in set(a))
    return max(len(a), len(b)) - common


@mistake("edit_distance", "the corner of the table is read one too early")
def one_too_early(a, b):
    return _edits(a[:-1], b[:-1])


@mistake("edit_distance", "the number is divided by the length of a")
def divided_by_length(a, b):
    return _edits(a, b) / max(len(a), 1)


@mistake("edit_distance", "two neighbours exchanged count as one edit (Damerau)")
def exchanges(a, b):
    table = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    table[:, 0], table[0] = range(len(a) + 1), range(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            differ = int(a[i - 1] != b[j - 1])
            corner = table[i - 1, j - 1] + differ
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, corner)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return int(table[-1, -1])


@mistake("edit_distance", "the longest common subsequence is counted, not what it leaves out")
def common_subsequence(a, b):
    table = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            longer = max(table[i - 1, j], table[i, j - 1])
            table[i, j] = table[i - 1, j - 1] + 1 if a[i - 1] == b[j - 1] else longer
    return int(table[-1, -1])


def _refuse(references, hypotheses):
    if len(references) != len(hypotheses) or not any(map(len, references)):
        raise ValueError("nothing to compare")


def _errors(references, hypotheses):
    return [_edits(r, h) for r, h in zip(references, hypotheses, strict=True)]


@mistake("word_error_rate", "the edits are divided by the number of words in the hypotheses")
def by_hypotheses(references, hypotheses):
    _refuse(references, hypotheses)
    return sum(_errors(references, hypotheses)) / max(sum(map(len, hypotheses)), 1)


@mistake("word_error_rate", "the rates of the pairs are averaged, so that short ones count as much")
def mean_of_rates(references, hypotheses):
    _refuse(references, hypotheses)
    errors = _errors(references, hypotheses)
    rates = [e / max(len(r), 1) for e, r in zip(errors, references, strict=True)]
    return float(np.mean(rates))


@mistake("word_error_rate", "the edits are divided by the number of pairs")
def per_pair(references, hypotheses):
    _refuse(references, hypotheses)
    return sum(_errors(references, hypotheses)) / len(references)


@mistake("word_error_rate", "the edits are summed and not divided")
def total_edits(references, hypotheses):
    _refuse(references, hypotheses)
    return sum(_errors(references, hypotheses))


@mistake("word_error_rate", "the edits are divided by the longer one of each pair")
def by_longer(references, hypotheses):
    _refuse(references, hypotheses)
    longer = [max(len(r), len(h)) for r, h in zip(references, hypotheses, strict=True)]
    return sum(_errors(references, hypotheses)) / sum(longer)


@mistake("word_error_rate", "the share of pairs that are not equal is returned")
def sentence_errors(references, hypotheses):
    _refuse(references, hypotheses)
    return float(np.mean([e > 0 for e in _errors(references, hypotheses)]))


@mistake("word_error_rate", "the rate is cut off at 1")
def cut_at_one(references, hypotheses):
    _refuse(references, hypotheses)
    return min(1.0, sum(_errors(references, hypotheses)) / sum(map(len, references)))


@mistake("word_error_rate", "the share of right words is returned, 1 minus the rate")
def word_accuracy(references, hypotheses):
    _refuse(references, hypotheses)
    return 1 - sum(_errors(references, hypotheses)) / sum(map(len, references))


@mistake("word_error_rate", "words are compared by position, so that one insertion spoils the rest")
def by_position(references, hypotheses):
    _refuse(references, hypotheses)
    pairs = zip(references, hypotheses, strict=True)
    errors = [hamming_distance(r, h) for r, h in pairs]
    return sum(errors) / sum(map(len, references))


@mistake("word_error_rate", "all words are joined into one text before they are compared")
def joined(references, hypotheses):
    _refuse(references, hypotheses)
    all_said = [word for reference in references for word in reference]
    all_heard = [word for hypothesis in hypotheses for word in hypothesis]
    return _edits(all_said, all_heard) / len(all_said)


@mistake("word_error_rate", "missing hypotheses are not noticed: zip stops at the shorter list")
def not_as_many(references, hypotheses):
    if not any(map(len, references)):
        raise ValueError("no words")
    errors = [_edits(r, h) for r, h in zip(references, hypotheses, strict=False)]
    return sum(errors) / sum(map(len, references))


@mistake("word_error_rate", "references without a word give 0 instead of being refused")
def zero_for_nothing(references, hypotheses):
    words = sum(map(len, references))
    return sum(_errors(references, hypotheses)) / words if words else 0.0


@mistake("word_error_rate", "references without a word are divided by: ZeroDivisionError")
def divided_by_nothing(references, hypotheses):
    return sum(_errors(references, hypotheses)) / sum(map(len, references))
