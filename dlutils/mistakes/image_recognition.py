"""Mistakes of chapter 15: top-k accuracy, calibration, temperatures, saliency and occlusion."""

from itertools import pairwise

import numpy as np

from dlutils.mistakes import mistake


def _share(hits):
    return float(np.mean(hits))


@mistake("top_k_accuracy", "only the largest logit counts, whatever k is")
def first_only(logits, labels, k):
    return _share(logits.argmax(axis=1) == labels)


@mistake("top_k_accuracy", "the k smallest logits are taken")
def smallest(logits, labels, k):
    return _share((np.argsort(logits, axis=1, kind="stable")[:, :k] == labels[:, None]).any(axis=1))


@mistake("top_k_accuracy", "of equal logits the higher class comes first: argsort turned around")
def ties_to_the_highest(logits, labels, k):
    best = np.argsort(logits, axis=1, kind="stable")[:, -k:]
    return _share((best == labels[:, None]).any(axis=1))


@mistake(
    "top_k_accuracy", "all logits that equal the k-th largest count, so ties let in more than k"
)
def ties_all_in(logits, labels, k):
    limit = np.sort(logits, axis=1)[:, -k]
    return _share(logits[np.arange(len(labels)), labels] >= limit)


@mistake("top_k_accuracy", "a label that ties with the k-th largest logit never counts")
def ties_all_out(logits, labels, k):
    own = logits[np.arange(len(labels)), labels][:, None]
    return _share((logits >= own).sum(axis=1) <= k)


@mistake("top_k_accuracy", "k + 1 logits are taken")
def one_too_many(logits, labels, k):
    best = np.argsort(-logits, axis=1, kind="stable")[:, : k + 1]
    return _share((best == labels[:, None]).any(axis=1))


@mistake("top_k_accuracy", "k - 1 logits are taken")
def one_too_few(logits, labels, k):
    best = np.argsort(-logits, axis=1, kind="stable")[:, : k - 1]
    return _share((best == labels[:, None]).any(axis=1))


@mistake("top_k_accuracy", "only the k-th largest logit is looked at, not the first k")
def exactly_at_k(logits, labels, k):
    return _share(np.argsort(-logits, axis=1, kind="stable")[:, k - 1] == labels)


@mistake(
    "top_k_accuracy", "argsort is read as ranks: its column `label` holds a class, not a place"
)
def argsort_for_ranks(logits, labels, k):
    order = np.argsort(-logits, axis=1, kind="stable")
    return _share(order[np.arange(len(labels)), labels] < k)


@mistake("top_k_accuracy", "[:k] takes the first k samples, where [:, :k] takes k classes of each")
def first_samples(logits, labels, k):
    best = np.argsort(-logits, axis=1, kind="stable")[:k]
    return _share(best == labels)


@mistake("top_k_accuracy", "the number of hits is returned, not their share")
def counted(logits, labels, k):
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return int((best == labels[:, None]).sum())


@mistake("top_k_accuracy", "the hits are divided by N k, not by N")
def divided_by_k(logits, labels, k):
    return _share(np.argsort(-logits, axis=1, kind="stable")[:, :k] == labels[:, None])


@mistake("top_k_accuracy", "the samples are sorted (axis 0), not the classes of each sample")
def along_the_samples(logits, labels, k):
    best = np.argsort(-logits, axis=0, kind="stable")[:, :k]
    return _share((best == labels[:, None]).any(axis=1))


@mistake("top_k_accuracy", "the top classes of all samples are pooled")
def pooled(logits, labels, k):
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return _share(np.isin(labels, best))


@mistake("top_k_accuracy", "the share of misses is returned")
def misses(logits, labels, k):
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return _share((best != labels[:, None]).all(axis=1))


@mistake("top_k_accuracy", "the k logits that are largest in size, signs ignored, are taken")
def largest_in_size(logits, labels, k):
    best = np.argsort(-np.abs(logits), axis=1, kind="stable")[:, :k]
    return _share((best == labels[:, None]).any(axis=1))


@mistake("top_k_accuracy", "logits itself is overwritten where a class was taken")
def overwritten(logits, labels, k):
    hits = np.zeros(len(labels), dtype=bool)
    for _ in range(k):
        best = logits.argmax(axis=1)
        hits |= best == labels
        logits[np.arange(len(labels)), best] = -np.inf
    return _share(hits)


def _confident(probabilities, labels):
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


def _bins(confidence, count=15):
    return np.clip(np.ceil(count * confidence).astype(int) - 1, 0, count - 1)


def _gaps(confidence, right, bins):
    """Bin by bin, accuracy minus mean confidence, and the number of samples."""
    found = []
    for b in np.unique(bins):
        inside = bins == b
        found.append((right[inside].mean() - confidence[inside].mean(), inside.sum()))
    return np.array(found).T


@mistake("expected_calibration_error", "the bins count alike, however many samples they hold")
def unweighted(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, _ = _gaps(confidence, right, _bins(confidence))
    return np.abs(gaps).mean()


@mistake("expected_calibration_error", "the gaps are summed over the bins without weights")
def summed(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, _ = _gaps(confidence, right, _bins(confidence))
    return np.abs(gaps).sum()


@mistake("expected_calibration_error", "the gaps are divided by 15, empty bins included")
def over_fifteen(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, _ = _gaps(confidence, right, _bins(confidence))
    return np.abs(gaps).sum() / 15


@mistake("expected_calibration_error", "the gaps keep their signs, so that they cancel")
def signed(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    return np.mean(confidence - right)


@mistake(
    "expected_calibration_error", "the gaps keep their signs (accuracy first), so that they cancel"
)
def signed_otherwise(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    return np.mean(right - confidence)


@mistake(
    "expected_calibration_error",
    "mean confidence and accuracy are compared over all samples, without bins",
)
def without_bins(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    return np.abs(np.mean(confidence - right))


@mistake("expected_calibration_error", "each sample is a bin of its own")
def sample_by_sample(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    return np.mean(np.abs(confidence - right))


@mistake("expected_calibration_error", "there are 10 bins, not 15")
def ten_bins(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, _bins(confidence, 10))
    return np.abs(gaps) @ counts / len(labels)


@mistake("expected_calibration_error", "15 edges are made, which are 14 bins")
def fourteen_bins(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, _bins(confidence, 14))
    return np.abs(gaps) @ counts / len(labels)


@mistake("expected_calibration_error", "16 bins are made, not 15")
def sixteen_bins(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, _bins(confidence, 16))
    return np.abs(gaps) @ counts / len(labels)


@mistake("expected_calibration_error", "the bins split the range of the confidences, not 0 to 1")
def bins_of_the_range(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    edges = np.linspace(confidence.min(), confidence.max(), 16)
    bins = np.clip(np.searchsorted(edges, confidence) - 1, 0, 14)
    gaps, counts = _gaps(confidence, right, bins)
    return np.abs(gaps) @ counts / len(labels)


@mistake(
    "expected_calibration_error", "the bins hold equally many samples instead of having equal width"
)
def bins_of_equal_count(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    parts = np.array_split(np.argsort(confidence, kind="stable"), 15)
    gaps = [abs((right[part] - confidence[part]).sum()) for part in parts]
    return sum(gaps) / len(labels)


@mistake("expected_calibration_error", "a confidence of 1 falls into no bin")
def one_is_lost(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    kept = confidence < 1
    gaps = np.bincount(_bins(confidence[kept]), weights=(right - confidence)[kept], minlength=15)
    return np.abs(gaps).sum() / len(labels)


@mistake(
    "expected_calibration_error", "the lower end of a bin is included instead of the upper end"
)
def lower_end_included(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    bins = np.minimum(np.floor(15 * confidence).astype(int), 14)
    gaps, counts = _gaps(confidence, right, bins)
    return np.abs(gaps) @ counts / len(labels)


@mistake(
    "expected_calibration_error",
    "the lower end of a bin is included instead of the upper end, and 1 falls into no bin",
)
def half_open(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    edges, total = np.linspace(0, 1, 16), 0.0
    for low, high in pairwise(edges):
        inside = (confidence >= low) & (confidence < high)
        total += abs((right - confidence)[inside].sum())
    return total / len(labels)


@mistake(
    "expected_calibration_error",
    "bins begin at their lower ends, and a confidence of 1 gets a bin of its own",
)
def floored(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, np.floor(15 * confidence).astype(int))
    return np.abs(gaps) @ counts / len(labels)


@mistake("expected_calibration_error", "the bins are centred on multiples of 1/15: rounded")
def rounded(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, np.rint(15 * confidence).astype(int))
    return np.abs(gaps) @ counts / len(labels)


@mistake(
    "expected_calibration_error", "the confidence is the probability of the label, not the largest"
)
def of_the_label(probabilities, labels):
    confidence = probabilities[np.arange(len(labels)), labels]
    right = probabilities.argmax(axis=1) == labels
    gaps, counts = _gaps(confidence, right, _bins(confidence))
    return np.abs(gaps) @ counts / len(labels)


@mistake(
    "expected_calibration_error", "all K probabilities of a sample are binned, not the largest"
)
def of_all_classes(probabilities, labels):
    confidence = probabilities.ravel()
    right = (np.arange(probabilities.shape[1]) == labels[:, None]).ravel()
    gaps, counts = _gaps(confidence, right, _bins(confidence))
    return np.abs(gaps) @ counts / len(confidence)


@mistake("expected_calibration_error", "the middle of a bin stands in for its mean confidence")
def middles(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    bins = _bins(confidence)
    gaps, counts = _gaps((bins + 0.5) / 15, right, bins)
    return np.abs(gaps) @ counts / len(labels)


@mistake("expected_calibration_error", "the largest gap is returned, not the mean gap")
def largest_gap(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, _ = _gaps(confidence, right, _bins(confidence))
    return np.abs(gaps).max()


@mistake("expected_calibration_error", "the gaps are squared")
def squared(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, _bins(confidence))
    return gaps**2 @ counts / len(labels)


@mistake("expected_calibration_error", "the root of the mean squared gap is returned")
def root_mean_square(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, _bins(confidence))
    return np.sqrt(gaps**2 @ counts / len(labels))


@mistake("expected_calibration_error", "empty bins are not skipped: the mean of nothing is NaN")
def mean_of_nothing(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    bins, total = _bins(confidence), 0.0
    for b in range(15):
        inside = bins == b
        total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return total


@mistake("expected_calibration_error", "the sum is not divided by N")
def not_divided(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, _bins(confidence))
    return np.abs(gaps) @ counts


@mistake("expected_calibration_error", "the result is in percent")
def percent(probabilities, labels):
    confidence, right = _confident(probabilities, labels)
    gaps, counts = _gaps(confidence, right, _bins(confidence))
    return 100 * np.abs(gaps) @ counts / len(labels)


@mistake("expected_calibration_error", "of equal probabilities the answer is the highest class")
def answers_of_the_highest(probabilities, labels):
    confidence = probabilities.max(axis=1)
    K = probabilities.shape[1]
    right = K - 1 - probabilities[:, ::-1].argmax(axis=1) == labels
    gaps, counts = _gaps(confidence, right, _bins(confidence))
    return np.abs(gaps) @ counts / len(labels)


def _log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _loss(logits, labels):
    return -_log_softmax(logits)[np.arange(len(labels)), labels].mean()


def _softmax(logits):
    return np.exp(_log_softmax(logits))


@mistake("temperature_scale", "the logits are multiplied by T, not divided")
def multiplied(logits, labels, temperatures):
    return temperatures[int(np.argmin([_loss(logits * T, labels) for T in temperatures]))]


@mistake("temperature_scale", "the temperature of the largest loss is returned")
def worst(logits, labels, temperatures):
    return temperatures[int(np.argmax([_loss(logits / T, labels) for T in temperatures]))]


@mistake("temperature_scale", "the position of the temperature is returned, not the temperature")
def position(logits, labels, temperatures):
    return int(np.argmin([_loss(logits / T, labels) for T in temperatures]))


@mistake("temperature_scale", "the least loss is returned, not the temperature")
def least_loss(logits, labels, temperatures):
    return min(_loss(logits / T, labels) for T in temperatures)


@mistake("temperature_scale", "the scaled logits are returned, not the temperature")
def scaled_logits(logits, labels, temperatures):
    T = temperatures[int(np.argmin([_loss(logits / T, labels) for T in temperatures]))]
    return logits / T


@mistake(
    "temperature_scale", "the accuracy chooses, which no temperature changes: the first one wins"
)
def by_accuracy(logits, labels, temperatures):
    scores = [np.mean((logits / T).argmax(axis=1) == labels) for T in temperatures]
    return temperatures[int(np.argmax(scores))]


@mistake("temperature_scale", "the calibration error chooses, not the cross-entropy")
def by_calibration(logits, labels, temperatures):
    errors = []
    for T in temperatures:
        confidence, right = _confident(_softmax(logits / T), labels)
        gaps, counts = _gaps(confidence, right, _bins(confidence))
        errors.append(np.abs(gaps) @ counts)
    return temperatures[int(np.argmin(errors))]


@mistake(
    "temperature_scale", "the squared error of the probabilities chooses, not the cross-entropy"
)
def by_squared_error(logits, labels, temperatures):
    truth = np.eye(logits.shape[1])[labels]
    errors = [np.mean((_softmax(logits / T) - truth) ** 2) for T in temperatures]
    return temperatures[int(np.argmin(errors))]


@mistake("temperature_scale", "of equally good temperatures the last is returned")
def last_of_equals(logits, labels, temperatures):
    losses = [_loss(logits / T, labels) for T in temperatures]
    return temperatures[max(i for i, loss in enumerate(losses) if loss == min(losses))]


@mistake("temperature_scale", "of equally good temperatures the lowest is returned, not the first")
def lowest_of_equals(logits, labels, temperatures):
    ordered = sorted(temperatures)
    return ordered[int(np.argmin([_loss(logits / T, labels) for T in ordered]))]


@mistake(
    "temperature_scale", "the search stops where the loss rises, as if temperatures were sorted"
)
def stops_at_a_rise(logits, labels, temperatures):
    best = temperatures[0]
    for T in temperatures[1:]:
        if _loss(logits / T, labels) >= _loss(logits / best, labels):
            break
        best = T
    return best


@mistake("temperature_scale", "the probability of the answer is taken, not that of the label")
def of_the_answer(logits, labels, temperatures):
    losses = [-_log_softmax(logits / T).max(axis=1).mean() for T in temperatures]
    return temperatures[int(np.argmin(losses))]


@mistake("temperature_scale", "the probabilities are divided by T, not the logits")
def divides_probabilities(logits, labels, temperatures):
    losses = [_loss(_softmax(logits) / T, labels) for T in temperatures]
    return temperatures[int(np.argmin(losses))]


@mistake("temperature_scale", "the mean probability of the label is maximised, without logarithm")
def without_logarithm(logits, labels, temperatures):
    scores = [_softmax(logits / T)[np.arange(len(labels)), labels].mean() for T in temperatures]
    return temperatures[int(np.argmax(scores))]


@mistake("temperature_scale", "the softmax runs over the samples (axis 0), not over the classes")
def softmax_over_samples(logits, labels, temperatures):
    losses = []
    for T in temperatures:
        shifted = (logits - logits.max(axis=0)) / T
        logs = shifted - np.log(np.exp(shifted).sum(axis=0))
        losses.append(-logs[np.arange(len(labels)), labels].mean())
    return temperatures[int(np.argmin(losses))]


@mistake("temperature_scale", "exp of large logits overflows, since no maximum is subtracted")
def overflows(logits, labels, temperatures):
    losses = []
    for T in temperatures:
        e = np.exp(logits / T)
        p = e[np.arange(len(labels)), labels] / e.sum(axis=1)
        losses.append(-np.log(p).mean())
    return temperatures[int(np.argmin(losses))]


@mistake("temperature_scale", "the log of a probability that has become 0 is taken: it is infinite")
def log_of_zero(logits, labels, temperatures):
    losses = []
    for T in temperatures:
        e = np.exp((logits - logits.max(axis=1, keepdims=True)) / T)
        p = e[np.arange(len(labels)), labels] / e.sum(axis=1)
        losses.append(-np.log(p).mean())
    return temperatures[int(np.argmin(losses))]


@mistake(
    "temperature_scale",
    "a small number is added in the logarithm, which makes all very unlikely labels equally so",
)
def with_epsilon(logits, labels, temperatures):
    rows = np.arange(len(labels))
    losses = [-np.log(_softmax(logits / T)[rows, labels] + 1e-12).mean() for T in temperatures]
    return temperatures[int(np.argmin(losses))]


@mistake(
    "temperature_scale",
    "exp overflows or a probability becomes 0, and a loss that is no finite number never wins",
)
def overflows_lose(logits, labels, temperatures):
    best, least = temperatures[0], np.inf
    for T in temperatures:
        e = np.exp(logits / T)
        loss = -np.log(e[np.arange(len(labels)), labels] / e.sum(axis=1)).mean()
        if loss < least:
            best, least = T, loss
    return best


@mistake("temperature_scale", "logits itself is divided by every T in turn")
def divided_in_place(logits, labels, temperatures):
    losses = []
    for T in temperatures:
        logits /= T
        losses.append(_loss(logits, labels))
    return temperatures[int(np.argmin(losses))]


@mistake("saliency_map", "the sizes are missing: negative gradients count as small ones")
def signed_gradient(gradient):
    return gradient.max(axis=1)


@mistake("saliency_map", "the size is taken after the maximum over the channels")
def size_afterwards(gradient):
    return np.abs(gradient.max(axis=1))


@mistake("saliency_map", "negative gradients become 0")
def positive_part(gradient):
    return np.maximum(gradient, 0).max(axis=1)


@mistake("saliency_map", "the channels are summed instead of taking the largest")
def summed_channels(gradient):
    return np.abs(gradient).sum(axis=1)


@mistake("saliency_map", "the channels are averaged instead of taking the largest")
def averaged_channels(gradient):
    return np.abs(gradient).mean(axis=1)


@mistake("saliency_map", "the channels are summed with their signs, so that they cancel")
def cancelling_channels(gradient):
    return np.abs(gradient.sum(axis=1))


@mistake("saliency_map", "the root of the sum of squares over the channels is taken")
def euclidean(gradient):
    return np.sqrt((gradient**2).sum(axis=1))


@mistake("saliency_map", "the squares are taken instead of the sizes")
def squares(gradient):
    return (gradient**2).max(axis=1)


@mistake("saliency_map", "the channel axis stays, with size 1")
def channel_kept(gradient):
    return np.abs(gradient).max(axis=1, keepdims=True)


@mistake("saliency_map", "only the first channel is used")
def first_channel(gradient):
    return np.abs(gradient[:, 0])


@mistake("saliency_map", "the maximum is taken over the images (axis 0)")
def over_the_images(gradient):
    return np.abs(gradient).max(axis=0)


@mistake("saliency_map", "the maximum is taken over the last axis, the columns")
def over_the_columns(gradient):
    return np.abs(gradient).max(axis=-1)


@mistake("saliency_map", "each map is divided by its largest value")
def normalised(gradient):
    saliency = np.abs(gradient).max(axis=1)
    return saliency / saliency.max(axis=(1, 2), keepdims=True)


@mistake("saliency_map", "all maps are divided by the largest value of the batch")
def normalised_by_batch(gradient):
    saliency = np.abs(gradient).max(axis=1)
    return saliency / saliency.max()


@mistake("saliency_map", "the smallest value is subtracted and the result divided by the largest")
def stretched(gradient):
    saliency = np.abs(gradient).max(axis=1)
    saliency = saliency - saliency.min()
    return saliency / saliency.max()


@mistake("saliency_map", "the axes of size 1 are squeezed out of the map")
def squeezed(gradient):
    return np.abs(gradient).max(axis=1).squeeze()


@mistake("saliency_map", "the smallest of the channels is taken")
def smallest_channel(gradient):
    return np.abs(gradient).min(axis=1)


def _covered(image, size, fill):
    """Images with a square covered, by its upper left corner (rows, columns, H, W)."""
    rows, columns = image.shape[0] - size + 1, image.shape[1] - size + 1
    covered = np.tile(image, (rows, columns, 1, 1))
    for i, j in np.ndindex(rows, columns):
        covered[i, j, i : i + size, j : j + size] = fill
    return covered


def _scores(predict, covered):
    rows, columns, *shape = covered.shape
    return np.reshape(predict(covered.reshape(-1, *shape)), (rows, columns))


def _one(predict, image):
    return predict(image[None])[0]


@mistake("occlusion_map", "the sign is reversed: the covered score minus that of the image")
def rise(predict, image, size, fill):
    return _scores(predict, _covered(image, size, fill)) - _one(predict, image)


@mistake("occlusion_map", "the covered scores are returned, not the fall from that of the image")
def scores_only(predict, image, size, fill):
    return _scores(predict, _covered(image, size, fill))


@mistake("occlusion_map", "the sizes of the changes are returned, without their signs")
def unsigned(predict, image, size, fill):
    return np.abs(_one(predict, image) - _scores(predict, _covered(image, size, fill)))


@mistake("occlusion_map", "the fall is divided by the score of the image")
def relative(predict, image, size, fill):
    whole = _one(predict, image)
    return (whole - _scores(predict, _covered(image, size, fill))) / whole


@mistake("occlusion_map", "squares stay covered when the next one is")
def not_uncovered(predict, image, size, fill):
    whole, covered = _one(predict, image), image.copy()
    result = np.zeros((image.shape[0] - size + 1, image.shape[1] - size + 1))
    for i, j in np.ndindex(result.shape):
        covered[i : i + size, j : j + size] = fill
        result[i, j] = whole - _one(predict, covered)
    return result


@mistake("occlusion_map", "the squares are filled with 0, whatever fill is")
def filled_with_zero(predict, image, size, fill):
    return _one(predict, image) - _scores(predict, _covered(image, size, 0))


@mistake("occlusion_map", "fill is added to the square instead of replacing it")
def fill_added(predict, image, size, fill):
    covered = np.tile(image, (image.shape[0] - size + 1, image.shape[1] - size + 1, 1, 1))
    for i, j in np.ndindex(covered.shape[:2]):
        covered[i, j, i : i + size, j : j + size] += fill
    return _one(predict, image) - _scores(predict, covered)


@mistake(
    "occlusion_map", "the last row and the last column of places are missing: H - size of them"
)
def one_place_too_few(predict, image, size, fill):
    return (_one(predict, image) - _scores(predict, _covered(image, size, fill)))[:-1, :-1]


@mistake("occlusion_map", "squares stick out at the bottom and the right: one place for each pixel")
def sticking_out(predict, image, size, fill):
    covered = np.tile(image, (*image.shape, 1, 1))
    for i, j in np.ndindex(*image.shape):
        covered[i, j, i : i + size, j : j + size] = fill
    return _one(predict, image) - _scores(predict, covered)


@mistake("occlusion_map", "the squares are centred on their pixel, one place for each pixel")
def centred(predict, image, size, fill):
    covered = np.tile(image, (*image.shape, 1, 1))
    for i, j in np.ndindex(*image.shape):
        top, left = i - size // 2, j - size // 2
        covered[i, j, max(top, 0) : top + size, max(left, 0) : left + size] = fill
    return _one(predict, image) - _scores(predict, covered)


@mistake("occlusion_map", "the squares step by their size instead of by one pixel")
def without_overlap(predict, image, size, fill):
    return _one(predict, image) - _scores(predict, _covered(image, size, fill)[::size, ::size])


@mistake("occlusion_map", "rows and columns of the map are exchanged")
def transposed(predict, image, size, fill):
    return (_one(predict, image) - _scores(predict, _covered(image, size, fill))).T


@mistake("occlusion_map", "i counts columns and j rows, so the map is filled in the wrong order")
def filled_by_columns(predict, image, size, fill):
    fall = _one(predict, image) - _scores(predict, _covered(image, size, fill))
    return fall.T.reshape(fall.shape)


@mistake("occlusion_map", "the square is size + 1 pixels wide")
def one_pixel_wider(predict, image, size, fill):
    covered = np.tile(image, (image.shape[0] - size + 1, image.shape[1] - size + 1, 1, 1))
    for i, j in np.ndindex(covered.shape[:2]):
        covered[i, j, i : i + size + 1, j : j + size + 1] = fill
    return _one(predict, image) - _scores(predict, covered)


@mistake("occlusion_map", "the square ends at row and column size instead of i + size and j + size")
def ends_at_size(predict, image, size, fill):
    covered = np.tile(image, (image.shape[0] - size + 1, image.shape[1] - size + 1, 1, 1))
    for i, j in np.ndindex(covered.shape[:2]):
        covered[i, j, i:size, j:size] = fill
    return _one(predict, image) - _scores(predict, covered)


@mistake("occlusion_map", "all but the square is covered")
def all_but_the_square(predict, image, size, fill):
    covered = np.full((image.shape[0] - size + 1, image.shape[1] - size + 1, *image.shape), fill)
    for i, j in np.ndindex(covered.shape[:2]):
        part = (slice(i, i + size), slice(j, j + size))
        covered[i, j][part] = image[part]
    return _one(predict, image) - _scores(predict, covered)


@mistake("occlusion_map", "every pixel gets the mean of the falls of the squares that cover it")
def mean_per_pixel(predict, image, size, fill):
    fall = _one(predict, image) - _scores(predict, _covered(image, size, fill))
    total, counts = np.zeros(image.shape), np.zeros(image.shape)
    for i, j in np.ndindex(fall.shape):
        total[i : i + size, j : j + size] += fall[i, j]
        counts[i : i + size, j : j + size] += 1
    return total / counts


@mistake("occlusion_map", "predict is given a single image (H, W), not a batch (N, H, W)")
def no_batch(predict, image, size, fill):
    covered = _covered(image, size, fill)
    result = np.zeros(covered.shape[:2])
    for i, j in np.ndindex(result.shape):
        result[i, j] = predict(image) - predict(covered[i, j])
    return result


@mistake("occlusion_map", "the image itself is covered")
def image_overwritten(predict, image, size, fill):
    whole = _one(predict, image)
    result = np.zeros((image.shape[0] - size + 1, image.shape[1] - size + 1))
    for i, j in np.ndindex(result.shape):
        image[i : i + size, j : j + size] = fill
        result[i, j] = whole - _one(predict, image)
    return result


@mistake("occlusion_map", "the image is covered for good at its last square, since it is no copy")
def last_square_left(predict, image, size, fill):
    whole, kept = _one(predict, image), image.copy()
    result = np.zeros((image.shape[0] - size + 1, image.shape[1] - size + 1))
    for i, j in np.ndindex(result.shape):
        image[:] = kept
        image[i : i + size, j : j + size] = fill
        result[i, j] = whole - _one(predict, image)
    return result
