"""Is a network right as often as it says?"""

import numpy as np

from dlutils.plotting.style import BLUE, INK

BINS = 15


def draw_reliability(ax, probabilities, labels, color=BLUE):
    """Accuracy over mean confidence, one dot per bin of equal width, larger where it holds more.

    Bars span one standard error of a bin's accuracy. On the dotted diagonal, confidence is right;
    below it, a network is too sure.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.ceil(BINS * confidence).astype(int)
    ax.plot([0, 1], [0, 1], ":", color=INK, linewidth=1.2)
    for b in np.unique(bins):
        inside = bins == b
        count, share, sure = inside.sum(), right[inside].mean(), confidence[inside].mean()
        error = np.sqrt(share * (1 - share) / count)
        ax.errorbar(sure, share, error, color=color, capsize=3, linewidth=1.2)
        ax.scatter(sure, share, 20 + 300 * count / len(labels), color=color, alpha=0.75, zorder=3)
    ax.set(xlim=(0, 1.03), ylim=(0, 1.05), xlabel="mean confidence", ylabel="accuracy")
