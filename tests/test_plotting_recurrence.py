"""The drawing of a network along time."""

import pytest
from matplotlib.figure import Figure

from dlutils import plotting


@pytest.mark.parametrize(("backward", "arrows"), [(False, 9), (True, 18)])
def test_every_time_has_a_box_two_letters_and_three_arrows(backward, arrows):
    ax = Figure().subplots()
    plotting.draw_unrolled(ax, [".", "a", "n"], ["a", "n", "."], backward)
    texts = [text.get_text() for text in ax.texts]
    assert [text for text in texts if text.startswith("$h")] == ["$h_0$", "$h_1$", "$h_2$", "$h_3$"]
    assert texts.count("a") == texts.count("n") == texts.count(".") == 2
    assert texts.count("") == arrows


def test_inputs_and_outputs_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="zip"):
        plotting.draw_unrolled(Figure().subplots(), ["a"], ["a", "b"])
