"""From sound to features (chapter 16): mu-law, frames, window, mel filters, log-mel spectrogram."""

import numpy as np

from dlutils.rules import above, at_least, whole
from dlutils.shapes import refuses, shapes


def _no_bytes(u):
    if np.size(u) and not 0 <= np.min(u) <= np.max(u) <= 255:
        return f"u must hold whole numbers from 0 to 255, got {np.min(u)} to {np.max(u)}"
    return None


@shapes(u="... whole")
@refuses(_no_bytes)
def mu_law_decode(u):
    """The wave, in [-1, 1], that 8-bit mu-law codes stand for: u (...), 0 to 255 -> (...).

    With v = 2 u / 255 - 1, x = sign(v) (256^|v| - 1) / 255. The steps between codes are fine near 0
    and coarse at the ends (the continuous form of ITU-T G.711's curve, mu = 255). Gives float64.
    """
    v = u / 255 * 2 - 1
    return np.sign(v) * (256 ** np.abs(v) - 1) / 255


@shapes(wave="T", size=whole(1), hop=whole(1))
def frames(wave, size, hop):
    """Overlapping pieces of a wave: wave (T,) -> (F, size), F = 1 + floor((T - size) / hop).

    Frame f begins at sample f hop. A rest that fills no frame is left out, and a wave shorter than
    one frame has none. Nothing is padded.
    """
    starts = np.arange(0, len(wave) - size + 1, hop)
    return wave[starts[:, None] + np.arange(size)]


@shapes(n=whole(2))
def hann_window(n):
    """The periodic Hann window, w_k = 1/2 - 1/2 cos(2 pi k / n), which is 0 at k = 0 -> (n,)."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)


def _no_band(n_mels, n_fft, rate, low, high):
    if not low < high <= rate / 2:
        return f"high must be above low, {low:g}, and at most rate / 2, {rate / 2:g}, got {high:g}"
    return None


@shapes(n_mels=whole(1), n_fft=whole(2), rate=above(0), low=at_least(0), high=above(0))
@refuses(_no_band)
def mel_filterbank(n_mels, n_fft, rate, low, high):
    """Triangular filters over the bins of an FFT, evenly spaced in mel -> (n_mels, n_fft // 2 + 1).

    n_mels + 2 points lie evenly from low to high (Hz) on the scale m = 2595 log10(1 + f / 700);
    filter i rises in a straight line, over Hz, from 0 at point i to 1 at point i + 1 and falls to 0
    at point i + 2. Bin k lies at k rate / n_fft Hz. Peaks are 1 and nothing is rounded to bins: the
    convention of HTK's mel scale without normalisation of the areas (Young and others, 2006).
    """
    bins = np.arange(n_fft // 2 + 1) * rate / n_fft
    ends = 2595 * np.log10(1 + np.array([low, high]) / 700)
    points = 700 * (10 ** (np.linspace(ends[0], ends[1], n_mels + 2) / 2595) - 1)
    left, centre, right = points[:-2, None], points[1:-1, None], points[2:, None]
    rising, falling = (bins - left) / (centre - left), (right - bins) / (right - centre)
    return np.maximum(0, np.minimum(rising, falling))  # (n_mels, n_fft // 2 + 1)


def _unfit(wave, size, hop, n_fft, filters):
    if n_fft < size:
        return f"n_fft must be at least size, {size}, got {n_fft}"
    if filters.shape[1] != n_fft // 2 + 1:
        bins = n_fft // 2 + 1
        return f"filters must have shape (n_mels, {bins}), n_fft // 2 + 1, got {filters.shape}"
    return None


@shapes(wave="T", size=whole(2), hop=whole(1), n_fft=whole(2), filters="M K")
@refuses(_unfit)
def log_mel_spectrogram(wave, size, hop, n_fft, filters):
    """How loud each mel band is over time: wave (T,), filters (M, n_fft // 2 + 1) -> (F, M).

    ln(filters |FFT(frame * window)|^2 + 0.001): frames of `size` samples every `hop`, each times
    the periodic Hann window and, where n_fft is longer than size, continued by zeros. The power is
    not divided by anything.
    """
    window = hann_window(size).astype(np.result_type(wave, np.float32))
    power = np.abs(np.fft.rfft(frames(wave, size, hop) * window, n_fft)) ** 2
    return np.log(power @ filters.T + 1e-3)
