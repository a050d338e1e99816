"""Right answers to the exercises of chapter 15, written in other ways."""

from itertools import pairwise

import numpy as np

from tests.alternatives import alternative


@alternative("top_k_accuracy")
def by_ranks(logits, labels, k):
    N, K = logits.shape
    own = logits[np.arange(N), labels][:, None]
    before = (logits > own) | ((logits == own) & (np.arange(K) < labels[:, None]))
    return np.mean(before.sum(axis=1) < k)


@alternative("top_k_accuracy")
def with_sorted_pairs(logits, labels, k):
    hits = 0
    for row, label in zip(logits, labels, strict=True):
        order = sorted(range(len(row)), key=lambda c: (-row[c], c))
        hits += int(label) in order[:k]
    return hits / len(labels)


@alternative("top_k_accuracy")
def taking_the_best_k_times(logits, labels, k):
    left = np.array(logits, dtype=float)
    hit = np.zeros(len(left), dtype=bool)
    for _ in range(k):
        best = np.argmax(left, axis=1)
        hit = hit | (best == labels)
        left[np.arange(len(left)), best] = -np.inf
    return float(hit.sum()) / len(left)


@alternative("top_k_accuracy")
def with_lexsort(logits, labels, k):
    N, K = logits.shape
    total = 0
    for n in range(N):
        order = np.lexsort((np.arange(K), -logits[n]))
        total += np.where(order == labels[n])[0][0] < k
    return total / N


@alternative("expected_calibration_error")
def bin_by_bin(probabilities, labels):
    confidence, answers = np.max(probabilities, axis=1), np.argmax(probabilities, axis=1)
    edges = np.linspace(0, 1, 16)
    error = 0
    for low, high in pairwise(edges):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            accuracy = np.mean(answers[inside] == labels[inside])
            error += np.mean(inside) * abs(accuracy - confidence[inside].mean())
    return error


@alternative("expected_calibration_error")
def with_dictionary(probabilities, labels):
    inside = {}
    for row, label in zip(probabilities, labels, strict=True):
        confidence = max(row)
        right = list(row).index(confidence) == label
        place = min(b for b in range(1, 16) if confidence <= b / 15 + 1e-12)
        inside.setdefault(place, []).append((right, confidence))
    total = sum(
        len(pairs)
        * abs(sum(r for r, _ in pairs) / len(pairs) - sum(c for _, c in pairs) / len(pairs))
        for pairs in inside.values()
    )
    return total / len(labels)


@alternative("expected_calibration_error")
def with_digitize(probabilities, labels):
    confidence = probabilities.max(1)
    hits = (probabilities.argmax(1) == labels).astype(float)
    bins = np.digitize(confidence, np.linspace(0, 1, 16), right=True) - 1
    counts = np.bincount(bins, minlength=15)
    full = np.maximum(counts, 1)
    accuracy = np.bincount(bins, hits, minlength=15) / full
    mean = np.bincount(bins, confidence, minlength=15) / full
    return np.sum(counts / counts.sum() * np.abs(accuracy - mean))


@alternative("expected_calibration_error")
def with_a_membership_matrix(probabilities, labels):
    N = len(labels)
    confidence = probabilities[np.arange(N), probabilities.argmax(axis=1)]
    right = (probabilities.argmax(axis=1) == labels) * 1.0
    upper = np.arange(1, 16) / 15
    member = np.argmax(confidence[:, None] <= upper, axis=1)[:, None] == np.arange(15)  # (N, 15)
    return np.abs(member.T @ (right - confidence)).sum() / N


@alternative("temperature_scale")
def with_a_loop(logits, labels, temperatures):
    best, least = None, np.inf
    for T in temperatures:
        z = logits / T
        z = z - z.max(axis=1, keepdims=True)
        loss = 0.0
        for n, label in enumerate(labels):
            loss += np.log(np.sum(np.exp(z[n]))) - z[n, label]
        if loss < least:
            best, least = T, loss
    return best


@alternative("temperature_scale")
def all_at_once(logits, labels, temperatures):
    z = np.asarray(logits)[None] / np.asarray(temperatures, dtype=float)[:, None, None]
    log_sums = np.logaddexp.reduce(z, axis=2)
    own = z[:, np.arange(len(labels)), labels]
    return np.asarray(temperatures)[np.argmin((log_sums - own).mean(axis=1))]


@alternative("temperature_scale")
def with_min_and_key(logits, labels, temperatures):
    onehot = np.eye(logits.shape[1])[labels]

    def loss(T):
        gaps = (logits - (logits * onehot).sum(axis=1, keepdims=True)) / T
        top = gaps.max(axis=1, keepdims=True)
        return np.mean(top[:, 0] + np.log(np.exp(gaps - top).sum(axis=1)))

    return min(list(temperatures), key=loss)


@alternative("saliency_map")
def with_stacked_channels(gradient):
    result = np.zeros((gradient.shape[0], *gradient.shape[2:]))
    for c in range(gradient.shape[1]):
        result = np.maximum(result, np.absolute(gradient[:, c]))
    return result


@alternative("saliency_map")
def image_by_image(gradient):
    return np.array([np.max([np.abs(channel) for channel in image], axis=0) for image in gradient])


@alternative("saliency_map")
def from_both_ends(gradient):
    return np.maximum(gradient.max(axis=1), -gradient.min(axis=1))


@alternative("saliency_map")
def root_of_the_largest_square(gradient):
    return np.sqrt(np.max(gradient**2, axis=1))


@alternative("occlusion_map")
def one_place_at_a_time(predict, image, size, fill):
    H, W = image.shape
    result = np.zeros((H - size + 1, W - size + 1))
    before = predict(image.reshape(1, H, W))
    for i in range(H - size + 1):
        for j in range(W - size + 1):
            covered = np.array(image, copy=True)
            covered[i : i + size, j : j + size] = fill
            result[i, j] = (before - predict(covered[None]))[0]
    return result


@alternative("occlusion_map")
def row_by_row(predict, image, size, fill):
    rows = []
    for i in range(image.shape[0] - size + 1):
        batch = [image]
        for j in range(image.shape[1] - size + 1):
            covered = image.copy()
            covered[i : i + size, j : j + size] = fill
            batch.append(covered)
        scores = np.asarray(predict(np.stack(batch)))
        rows.append(list(scores[0] - scores[1:]))
    return np.array(rows)


@alternative("occlusion_map")
def with_masks(predict, image, size, fill):
    H, W = image.shape
    y, x = np.arange(H), np.arange(W)
    top, left = np.arange(H - size + 1)[:, None], np.arange(W - size + 1)[:, None]
    in_rows = (y >= top) & (y < top + size)
    in_columns = (x >= left) & (x < left + size)
    mask = in_rows[:, None, :, None] & in_columns[None, :, None, :]
    covered = np.where(mask, fill, image).reshape(-1, H, W)
    return predict(image[None]) - predict(covered).reshape(len(top), len(left))


@alternative("occlusion_map")
def square_put_back(predict, image, size, fill):
    work = image.copy()
    whole = float(predict(np.array([work]))[0])
    falls = []
    for i in range(len(image) - size + 1):
        for j in range(len(image[0]) - size + 1):
            work[i : i + size, j : j + size] = fill
            falls.append(whole - float(predict(np.array([work]))[0]))
            work[i : i + size, j : j + size] = image[i : i + size, j : j + size]
    return np.reshape(falls, (len(image) - size + 1, len(image[0]) - size + 1))
