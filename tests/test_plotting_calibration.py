"""A reliability diagram has one dot for each bin that holds anything, at its means."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PathCollection

from dlutils import plotting


def test_one_dot_per_bin_at_its_mean_confidence_and_accuracy():
    confidence = np.array([0.55, 0.6, 0.92, 1.0])
    probabilities = np.stack([confidence, 1 - confidence], axis=1)
    figure, ax = plt.subplots()
    plotting.draw_reliability(ax, probabilities, np.array([0, 1, 0, 0]))
    scattered = [c for c in ax.collections if isinstance(c, PathCollection)]
    dots = sorted(tuple(c.get_offsets()[0]) for c in scattered)
    np.testing.assert_allclose(dots, [(0.575, 0.5), (0.92, 1.0), (1.0, 1.0)])
    plt.close(figure)
