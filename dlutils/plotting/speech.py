"""Sound as pictures: spectrograms, what a network says meanwhile, and whom it understands."""

import numpy as np

from dlutils.plotting.style import GREY, INK


def draw_spectrogram(ax, x, seconds):
    """A spectrogram (F, bands), dark where it is loud; `seconds` from one frame to the next."""
    extent = (0, len(x) * seconds, -0.5, x.shape[1] - 0.5)
    ax.imshow(x.T, origin="lower", aspect="auto", cmap="Greys", extent=extent)
    ax.set(xlabel="time (s)", ylabel="mel band")
    ax.grid(False)


def draw_outputs(ax, probabilities, times):
    """Probabilities (T, K + 1) at times (T,): the last class, blank, dashed and grey, the others
    solid, each with its number above its peaks from 0.5 on."""
    *classes, blank = np.transpose(probabilities)
    ax.plot(times, blank, "--", color=GREY, linewidth=1.2, label="blank")
    for k, values in enumerate(classes):
        ax.plot(times, values, "-", color=f"C{k % 6}", linewidth=1.5)
        padded = np.r_[0, values, 0]
        rises, falls = padded[1:-1] > padded[:-2], padded[1:-1] >= padded[2:]
        for t in np.flatnonzero(rises & falls & (values >= 0.5)):
            ax.text(times[t], values[t] + 0.03, str(k), ha="center", color=INK, fontsize=11)
    ax.set(xlabel="time (s)", ylabel="probability", ylim=(0, 1.18))
    ax.set_yticks((0, 0.5, 1))


def draw_speakers(ax, names, scores):
    """Accuracies of each speaker, worst first by the first model: {label: (seeds, speakers)}.

    Means over the seeds, with bars of one standard deviation.
    """
    order = np.argsort(np.mean(next(iter(scores.values())), axis=0), kind="stable")
    for i, (label, runs) in enumerate(scores.items()):
        runs, at = np.array(runs)[:, order], np.arange(len(names)) + 0.16 * i - 0.08
        spread = runs.std(axis=0, ddof=1)
        ax.errorbar(at, runs.mean(axis=0), spread, fmt="os^D"[i], capsize=3, label=label)
    ax.set_xticks(range(len(names)), [names[i] for i in order], rotation=35, ha="right")
    ax.set(ylabel="accuracy", ylim=(0, 1.05))
    ax.legend(loc="lower right")
