"""Judging what a network says about images (chapter 15): how good, how sure, and why."""

import functools

import numpy as np

from dlutils.losses import cross_entropy
from dlutils.rules import a_function, whole
from dlutils.shapes import refuses, shapes


@shapes(logits="N! K! real", labels="N <K", k=whole(1, at_most="K"))
def top_k_accuracy(logits, labels, k):
    """Share of samples whose label is among the k largest logits: (N, K), (N,) ints -> number.

    Of equal logits the one of the lower class comes first; so k = 1 gives `accuracy`.
    """
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return float(np.mean(np.any(best == labels[:, None], axis=1)))


def _no_distributions(probabilities, labels):
    low, sums = np.min(probabilities), np.sum(probabilities, axis=1)
    if not low >= 0:
        return f"probabilities must be at least 0, got {low}"
    if not np.allclose(sums, 1, atol=1e-3):
        return f"probabilities must add up to 1 in every row, got {sums.min()} to {sums.max()}"
    return None


@shapes(probabilities="N! K! float", labels="N <K")
@refuses(_no_distributions)
def expected_calibration_error(probabilities, labels):
    """How far confidence and accuracy lie apart: (N, K), (N,) ints -> number in [0, 1].

    The confidence of a sample is its largest probability, the answer the class that has it, the
    lowest where several do. Samples go into 15 bins of equal width by their confidence, a bin's
    upper end included; each bin adds |accuracy - mean confidence|, weighted by its share of the
    samples. C. Guo et al., 2017.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.ceil(15 * confidence).astype(int)  # from 1 to 15
    gaps = np.bincount(bins, weights=right - confidence)
    return float(np.abs(gaps).sum() / len(labels))


def _not_positive(logits, labels, temperatures):
    if np.ndim(temperatures) != 1 or len(temperatures) == 0:
        return f"temperatures must be a list of at least one, got {temperatures!s:.40}"
    if not all(0 < T < np.inf for T in temperatures):
        return f"temperatures must be above 0, got {min(temperatures)} to {max(temperatures)}"
    return None


@shapes(logits="N! K! real", labels="N <K")
@refuses(_not_positive)
def temperature_scale(logits, labels, temperatures):
    """The temperature T, of those given, for which logits / T has the least cross-entropy.

    logits (N, K), labels (N,) ints, temperatures a list of numbers above 0 -> one of them, the
    first where several are equally good. T > 1 makes a network less sure, T < 1 surer; the order of
    the classes stays. C. Guo et al., 2017.
    """
    losses = [cross_entropy(logits / T, labels) for T in temperatures]
    return float(temperatures[np.argmin(losses)])


@shapes(gradient="N C! H W")
def saliency_map(gradient):
    """How much each pixel can move a score: |gradient|, the largest of the channels.

    gradient (N, C, H, W), of the score by the input -> (N, H, W). K. Simonyan et al., 2014.
    """
    return np.abs(gradient).max(axis=1)


def _one_score_per_image(occlusion):
    """A score of another shape would broadcast to a map of something else."""

    @functools.wraps(occlusion)
    def checked(predict, image, size, fill):
        def scores(images):
            found = predict(images)
            if np.shape(found) != (len(images),):
                raise ValueError(
                    f"occlusion_map: predict must return {len(images)} numbers, one per image, "
                    f"got shape {np.shape(found)}"
                )
            return found

        return occlusion(scores, image, size, fill)

    return checked


@shapes(
    predict=a_function("images (N, H, W)"),
    image="H! W! float",
    size=whole(1, at_most="H W"),
    fill="",
)
@_one_score_per_image
def occlusion_map(predict, image, size, fill):
    """By how much a score falls when a square of the image is covered.

    `predict(images)` gives a score (N,) for images (N, H, W). Entry i, j, of H - size + 1 times
    W - size + 1, is the score of the image minus that with `fill` in the size x size square whose
    upper left corner is row i, column j. M. D. Zeiler and R. Fergus, 2014.
    """
    height, width = image.shape
    rows, columns = height - size + 1, width - size + 1
    covered = np.tile(image, (rows, columns, 1, 1))
    for i, j in np.ndindex(rows, columns):
        covered[i, j, i : i + size, j : j + size] = fill
    scores = predict(covered.reshape(-1, height, width))
    return predict(image[None])[0] - np.reshape(scores, (rows, columns))
