"""Drawings of attention, and the characters to click."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlutils import plotting


@pytest.fixture
def ax():
    _, ax = plt.subplots()
    yield ax
    plt.close("all")


def test_attention_map_labels_queries_on_the_left_and_keys_below(ax):
    weights = np.array([[1.0, 0.0, 0.0], [0.5, 0.25, 0.25]])
    plotting.attention_map(ax, weights, queries="a ", keys="xyz")
    np.testing.assert_array_equal(ax.images[0].get_array(), weights)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "␣"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["x", "y", "z"]


def test_attention_maps_draws_one_map_per_head():
    fig = plt.figure()
    plotting.attention_maps(fig, np.full((4, 3, 3), 1 / 3), "abc")
    assert [ax.get_title() for ax in fig.axes] == [f"head {i}" for i in (1, 2, 3, 4)]
    plt.close(fig)


def test_attended_text_shades_by_weight_and_frames_the_reader(ax):
    plotting.attended_text(ax, "ab c", np.array([0.0, 0.7, 0.3, 0.0]), 2)
    *shades, frame = ax.patches
    darkness = [1 - np.mean(patch.get_facecolor()[:3]) for patch in shades]
    assert np.argsort(darkness)[-2:].tolist() == [2, 1]
    assert frame.get_x() == 2 and not frame.get_fill()
    assert [text.get_text() for text in ax.texts] == ["a", "b", "␣", "c"]


def test_draw_block_names_its_parts(ax):
    plotting.draw_block(ax)
    texts = {text.get_text() for text in ax.texts}
    assert {"norm 1", "attention", "norm 2", "ReLU layer", "$x$", "$a$", "$y$"} <= texts


def test_play_follows_clicks_on_characters():
    seen = []
    texts = {"short": "a b", "long": "letter"}
    player = plotting.play(lambda fig, line: seen.append(line), line=texts)
    menu, letters = player.controls["line"].children
    assert [button.description for button in letters.children] == ["a", "␣", "b"]
    letters.children[2].click()
    menu.value = "long"
    assert seen == [("a b", 1), ("a b", 2), ("letter", 3)]
