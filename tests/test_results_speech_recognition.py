"""What chapter 16 says of its stored results, and the strings that they are measured on."""

import numpy as np

from dlutils import results
from dlutils.results import speech_recognition as speech

FOUND = results.load("speech_recognition")


def test_the_network_reads_new_voices_best_but_less_well_than_promised():
    linear, hidden, plain, shifted = (
        np.array([run["voices"] for run in FOUND["test"][name]]) for name in speech.MODELS
    )
    assert linear.mean() < hidden.mean() < plain.mean()
    assert shifted.mean() > 0.87 and np.mean(shifted.mean(axis=1) >= 0.86) >= 0.9
    promised = np.mean(FOUND["folds"]["voices"][speech.MODELS[-1]])
    assert promised > shifted.mean() + 0.08
    over_voices = shifted.mean(axis=0).std(ddof=1) / np.sqrt(10)
    assert over_voices > 3 * shifted.mean(axis=1).std(ddof=1)


def test_voices_on_both_sides_flatter_every_model():
    for name in speech.MODELS:
        assert np.mean(FOUND["folds"]["clips"][name]) > np.mean(FOUND["folds"]["voices"][name])


def test_ten_human_clips_depend_on_the_seed():
    right = np.array([run["human"] for run in FOUND["test"][speech.MODELS[-1]]]) == np.arange(10)
    assert right.sum(axis=1).min() == 7 and right.sum(axis=1).max() == 10


def test_strings_need_training_and_pauses():
    assert min(run["before"] for run in FOUND["strings"]) > 3
    errors = np.array([[run["after"][gap] for gap in FOUND["gaps"]] for run in FOUND["strings"]])
    assert np.all(errors[:, 0] > errors[:, 2]) and errors[:, 2].max() < 0.25


def test_a_network_slides_along_as_if_it_read_window_by_window():
    network = speech.network(np.random.default_rng(0))
    network.eval()
    x = np.random.default_rng(1).normal(size=(1, 1, 46 + 3 * speech.STRIDE, 26)).astype(np.float32)
    slid = speech.steps(network(x))
    for t in range(4):
        window = x[:, :, 4 * t : 4 * t + speech.REACH]
        np.testing.assert_allclose(speech.steps(network(window))[:, 0], slid[:, t], atol=1e-5)
    np.testing.assert_array_equal(speech.back(slid), network(x))


def test_joined_words_lie_where_the_middles_say():
    clip = np.zeros(100)
    clip[40:60] = 0.5
    wave, middles = speech.join([clip, clip], [30])
    assert len(wave) == 3200 + 20 + 30 + 20 + 3200
    assert middles == [3210, 3260]


def test_every_clip_is_said_once_and_by_one_voice():
    waves = np.ones((12, 5)) * np.arange(1, 13)[:, None]
    labels, voices = np.arange(12), np.repeat([3, 5], 6)
    strings = speech.digit_strings(waves, labels, voices, np.random.default_rng(0), length=4)
    assert [len(said) for *_, said in strings] == [4, 2, 4, 2]
    assert sorted(k for *_, said in strings[:2] for k in said) == list(range(6))


def test_targets_name_a_word_near_its_middle_only():
    middle_of_step_2 = (2 * 4 + 22.5) * 128 + 128
    wanted = speech.targets([(None, [middle_of_step_2 + 100], [7])], 6)
    assert wanted.tolist() == [[10, 10, 7, 7, 10, 10]]
