"""A network with missing units: lines join the units that are there, and no others."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from dlutils import plotting


def test_dropped_units_are_crossed_out_and_have_no_lines():
    figure, ax = plt.subplots()
    plotting.draw_thinned(ax, [[True, True], [True, False, True], [True]])
    crosses = 2
    assert len(ax.patches) == 6
    assert sum(patch.get_linestyle() == "--" for patch in ax.patches) == 1
    assert len(ax.lines) == 2 * 2 + 2 * 1 + crosses
    plt.close(figure)
