"""From sound to features."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlutils as dl

small = st.integers(1, 12)


def test_mu_law_by_hand():
    wave = dl.mu_law_decode(np.array([0, 255, 200], np.uint8))
    np.testing.assert_allclose(wave, [-1, 1, (256 ** (145 / 255) - 1) / 255])
    assert dl.mu_law_decode(np.zeros((2, 3), np.int64)).shape == (2, 3)


def test_mu_law_rises_and_is_odd_and_its_steps_grow():
    wave = dl.mu_law_decode(np.arange(256))
    steps = np.diff(wave)
    assert np.all(steps > 0) and np.all(np.diff(steps[128:]) > 0)
    np.testing.assert_allclose(wave, -wave[::-1])


def test_mu_law_is_the_inverse_of_its_encoder():
    x = np.linspace(-1, 1, 41)
    code = np.rint((np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256) + 1) / 2 * 255)
    error = np.abs(dl.mu_law_decode(code.astype(np.uint8)) - x)
    assert np.all(error <= 0.022 * (np.abs(x) + 0.004))  # half a step


@pytest.mark.parametrize("u", [np.array([256]), np.array([-1]), np.array([0.5])])
def test_mu_law_refuses_what_is_no_byte(u):
    with pytest.raises(ValueError, match="mu_law_decode: u must hold"):
        dl.mu_law_decode(u)


def test_frames_by_hand():
    expected = [[1, 2, 3, 4], [3, 4, 5, 6]]
    np.testing.assert_array_equal(dl.frames(np.arange(1, 8), 4, 2), expected)
    assert dl.frames(np.ones(3), 4, 2).shape == (0, 4)
    assert dl.frames(np.ones(9, np.float32), 4, 2).dtype == np.float32
    filters = np.ones((2, 3), np.float32)
    assert dl.log_mel_spectrogram(np.ones(9, np.float32), 4, 2, 4, filters).dtype == np.float32


@given(st.integers(1, 40), small, small)
def test_laws_of_frames(T, size, hop):
    wave = np.arange(float(T))
    cut = dl.frames(wave, size, hop)
    assert cut.shape == (max(0, (T - size) // hop + 1) if size <= T else 0, size)
    for f, frame in enumerate(cut):
        np.testing.assert_array_equal(frame, wave[f * hop : f * hop + size])


def test_hann_by_hand_and_its_halves_sum_to_one():
    np.testing.assert_allclose(dl.hann_window(4), [0, 0.5, 1, 0.5])
    window = dl.hann_window(32)
    np.testing.assert_allclose(window[:16] + window[16:], 1)
    np.testing.assert_allclose(window, np.hanning(33)[:-1], atol=1e-12)


def mel_by_loops(n_mels, n_fft, rate, low, high):
    mels = [2595 * math.log10(1 + f / 700) for f in (low, high)]
    step = (mels[1] - mels[0]) / (n_mels + 1)
    p = [700 * (10 ** ((mels[0] + i * step) / 2595) - 1) for i in range(n_mels + 2)]
    rows = []
    for i in range(n_mels):
        bins = [k * rate / n_fft for k in range(n_fft // 2 + 1)]
        rows.append([np.interp(f, p[i : i + 3], [0, 1, 0]) for f in bins])
    return np.array(rows)


@given(small, st.integers(2, 70), st.integers(100, 48000), st.floats(0, 0.4), st.floats(0.41, 1))
def test_mel_filters_against_loops(n_mels, n_fft, rate, low, high):
    arguments = n_mels, n_fft, rate, low * rate / 2, high * rate / 2
    filters = dl.mel_filterbank(*arguments)
    assert filters.shape == (n_mels, n_fft // 2 + 1)
    np.testing.assert_allclose(filters, mel_by_loops(*arguments), atol=1e-9)


def test_neighbouring_mel_filters_sum_to_one_between_the_outer_tips():
    filters = dl.mel_filterbank(20, 512, 8000, 0, 4000)
    first, last = filters[0].argmax() + 1, filters[-1].argmax()
    np.testing.assert_allclose(filters.sum(axis=0)[first:last], 1)


@pytest.mark.parametrize(("low", "high"), [(100, 100), (300, 200), (0, 4001)])
def test_mel_filters_refuse_bands_beyond_half_the_rate(low, high):
    with pytest.raises(ValueError, match="mel_filterbank: high must be above low"):
        dl.mel_filterbank(4, 64, 8000, low, high)


def test_spectrogram_by_hand_and_of_silence():
    wave = np.array([0.0, 1, 0, -1, 0])
    found = dl.log_mel_spectrogram(wave, 4, 1, 4, np.ones((1, 3)))
    np.testing.assert_allclose(found, np.log([[1.001], [3.001]]))
    silent = dl.log_mel_spectrogram(np.zeros(8), 4, 4, 8, np.ones((2, 5)))
    np.testing.assert_allclose(silent, np.full((2, 2), np.log(0.001)))


def test_a_tone_is_loudest_in_its_band():
    filters = dl.mel_filterbank(26, 256, 8000, 100, 4000)
    for band in (5, 12, 20):
        tone = np.sin(2 * np.pi * filters[band].argmax() / 256 * np.arange(2000))
        bands = dl.log_mel_spectrogram(tone, 256, 128, 256, filters).mean(axis=0)
        assert bands.argmax() == band


def test_louder_is_a_shift():
    wave, filters = np.random.default_rng(0).normal(size=100), np.ones((1, 9))
    soft, loud = (dl.log_mel_spectrogram(g * wave, 16, 8, 16, filters) for g in (10, 100))
    np.testing.assert_allclose(loud - soft, np.log(100), atol=1e-4)


def test_spectrogram_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="n_fft must be at least size, 8, got 4"):
        dl.log_mel_spectrogram(np.ones(9), 8, 2, 4, np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"filters must have shape \(n_mels, 5\)"):
        dl.log_mel_spectrogram(np.ones(9), 4, 2, 8, np.ones((1, 4)))
