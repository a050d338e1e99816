"""Spoken digits and the beat of a heart: series of samples in time."""

from dataclasses import dataclass

import numpy as np

from dlutils.datasets.files import read_arrays
from dlutils.datasets.records import Classification, Record, labels_of, split

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, eq=False, repr=False)
class SpokenDigits(Classification):
    """Clips x uint8 (N, 6400) of spoken digits y, how each was spoken, and ten human clips."""

    voice_train: np.ndarray
    voice_test: np.ndarray
    accent_train: np.ndarray
    accent_test: np.ndarray
    speed_train: np.ndarray
    speed_test: np.ndarray
    pitch_train: np.ndarray
    pitch_test: np.ndarray
    voice_names: tuple[str, ...]  # voice_names[voice]
    accent_names: tuple[str, ...]  # accent_names[accent]
    x_human: np.ndarray
    y_human: np.ndarray
    sample_rate: int  # in Hz


@dataclass(frozen=True, eq=False, repr=False)
class ECG(Record):
    """An electrocardiogram in millivolts, cut in time into a training and a test part."""

    signal_train: np.ndarray
    signal_test: np.ndarray
    fs: int  # samples per second


def spoken_digits() -> SpokenDigits:
    """Digits spoken by a synthesiser: x uint8 (N, 6400), 0.8 s at 8 kHz in 8-bit mu-law; y int64.

    900 training clips of the voices 0 to 29, and 300 test clips of the voices 30 to 39. Per clip,
    each int64 (N,): `voice`, `accent`, `speed` in words a minute (110 to 199) and `pitch` on the
    synthesiser's scale from 0 to 99 (20 to 79). `x_human` (10, 6400) with `y_human` (10,) are the
    ten digits by one human speaker, to test on only. The waves are as stored: decoding mu-law is
    part of chapter 16.

    Raises DatasetError where the file is missing or damaged.
    Source: espeak-ng, for this course; human clips by Allison Smith for Asterisk (CC-BY-SA-3.0).
    Caveat: 40 variants of one synthesiser are far more alike than 40 people, and one human is not
    people; about 2 % of the clips are cut at 0.8 s.
    """
    arrays = read_arrays("spoken_digits.npz")
    details = {
        name: arrays[name].astype(np.int64) for name in ("voice", "accent", "speed", "pitch")
    }
    return SpokenDigits(
        **split(900, x=arrays["waves"], y=labels_of(arrays), **details),
        label_names=WORDS,
        voice_names=tuple(arrays["voice_names"].tolist()),
        accent_names=tuple(arrays["accent_names"].tolist()),
        x_human=arrays["human_waves"],
        y_human=arrays["human_labels"].astype(np.int64),
        sample_rate=int(arrays["sample_rate"]),
    )


def ecg() -> ECG:
    """Five minutes of one heart: float32 millivolts (T,) at `fs` = 360 samples per second.

    The first four minutes are `signal_train` (86400,), the last minute is `signal_test` (21600,).

    Raises DatasetError where the file is missing or damaged.
    Source: Moody, Mark (2001), MIT-BIH Arrhythmia Database, record 208, lead MLII, 19:35 to 24:35;
    Goldberger et al. (2000), PhysioNet.
    Caveat: normal and abnormal beats without labels, of one patient: nothing here speaks about
    other patients.
    """
    arrays = read_arrays("ecg.npz")
    fs = int(arrays["fs"])
    millivolt = (arrays["ecg"].astype(np.float32) - 1024) / 200
    return ECG(**split(4 * 60 * fs, signal=millivolt), fs=fs)
