"""Right answers to chapter 6, written in other ways than the reference."""

import copy
import math
from collections import Counter

import numpy as np

from dlutils import minibatches
from tests.alternatives import alternative


@alternative("xavier_init")
def xavier_uniform(n_in, n_out, rng):
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, size=(n_in, n_out))


@alternative("xavier_init")
def xavier_scaled_normal(n_in, n_out, rng):
    return math.sqrt(2.0 / (n_in + n_out)) * rng.standard_normal((n_in, n_out))


@alternative("xavier_init")
def xavier_by_loops(n_in, n_out, rng):
    spread = (2 / (n_in + n_out)) ** 0.5
    return [[rng.normal(0, spread) for _ in range(n_out)] for _ in range(n_in)]


@alternative("xavier_init")
def xavier_coin_flips(n_in, n_out, rng):
    return rng.choice([-1.0, 1.0], size=(n_in, n_out)) * np.sqrt(2 / (n_in + n_out))


@alternative("he_init")
def he_scaled_normal(n_in, n_out, rng):
    return rng.standard_normal((n_in, n_out)) * np.sqrt(2.0 / n_in)


@alternative("he_init")
def he_uniform(n_in, n_out, rng):
    return (2 * rng.random((n_in, n_out)) - 1) * np.sqrt(6 / n_in)


@alternative("he_init")
def he_by_columns(n_in, n_out, rng):
    W = np.empty((n_in, n_out))
    for j in range(n_out):
        W[:, j] = rng.normal(loc=0.0, scale=math.sqrt(2 / n_in), size=n_in)
    return W


@alternative("he_init")
def he_transposed_draw(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in)).T


@alternative("standardize")
def where_constant(train, *others):
    mean, std = np.mean(train, axis=0), np.std(train, axis=0)
    constant = np.ptp(train, axis=0) == 0
    scaled = []
    for x in [train, *others]:
        z = (x - mean) / np.where(constant, 1.0, std)
        z[:, constant] = 0
        scaled.append(z)
    return scaled


@alternative("standardize")
def with_tolerance(train, *others):
    mean = train.sum(axis=0) / len(train)
    std = np.sqrt(((train - mean) ** 2).sum(axis=0) / len(train))
    factor = np.where(std > 1e-10, 1 / np.maximum(std, 1e-10), 0.0)
    return tuple([factor * (x - mean) for x in (train,) + others])  # noqa: RUF005


@alternative("standardize")
def column_by_column(train, *others):
    results = [np.zeros(x.shape) for x in (train, *others)]
    for d in range(train.shape[1]):
        column = train[:, d]
        if np.all(column == column[0]):
            continue
        for x, z in zip((train, *others), results, strict=True):
            z[:, d] = (x[:, d] - column.mean()) / column.std()
    return tuple(results)


@alternative("standardize")
def relative_tolerance(train, *others):
    mean, std = train.mean(0, keepdims=True), train.std(0, keepdims=True)
    alive = std > 1e-9 * (np.abs(mean) + 1e-9)
    return tuple(
        np.divide(x - mean, std, out=np.zeros_like(x), where=np.broadcast_to(alive, x.shape))
        for x in (train, *others)
    )


@alternative("minibatches")
def shuffled_copies(x, y, batch_size, rng):
    order = rng.permutation(x.shape[0])
    x, y = x[order], y[order]
    for i in range(math.ceil(len(x) / batch_size)):
        yield x[i * batch_size : (i + 1) * batch_size], y[i * batch_size : (i + 1) * batch_size]


@alternative("minibatches")
def split_order(x, y, batch_size, rng):
    order = rng.permutation(len(y))
    for rows in np.split(order, range(batch_size, len(order), batch_size)):
        yield [np.take(x, rows, axis=0), np.take(y, rows, axis=0)]


@alternative("minibatches")
def as_a_list(x, y, batch_size, rng):
    remaining, batches = list(rng.permutation(len(x))), []
    while remaining:
        rows, remaining = remaining[:batch_size], remaining[batch_size:]
        batches.append((x[rows], y[rows]))
    return batches


@alternative("minibatches")
def shuffled_indices(x, y, batch_size, rng):
    order = np.arange(len(x))
    rng.shuffle(order)
    start = 0
    while start < len(x):
        yield x[order[start : start + batch_size]], y[order[start : start + batch_size]]
        start += batch_size


@alternative("fit")
def with_while(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history = []
    while len(history) < epochs:
        for batch in minibatches(x, y, batch_size, rng):
            grads = gradients(params, batch[0], batch[1])
            params = step(params, grads)
        history += [evaluate(params)]
    return [params, history]


@alternative("fit")
def own_batches(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    history, n = [], len(x)
    for _epoch in range(epochs):
        order = rng.permutation(n)
        for i in range(0, n, batch_size):
            rows = order[i : i + batch_size]
            params = step(params, gradients(params, x[rows], y[rows]))
        history.append(evaluate(params))
    return params, history


@alternative("fit")
def recursive(params, gradients, step, evaluate, x, y, epochs, batch_size, rng):
    if epochs == 0:
        return params, []
    for x_batch, y_batch in list(minibatches(x, y, batch_size, rng)):
        params = step(params, gradients(params, x_batch, y_batch))
    now = evaluate(params)
    params, later = recursive(params, gradients, step, evaluate, x, y, epochs - 1, batch_size, rng)
    return params, [now, *later]


@alternative("l2_penalty")
def by_norms(params, l2):
    penalty, grads = 0.0, []
    for W, b in params:
        penalty += l2 / 2 * np.linalg.norm(W) ** 2
        grads.append([l2 * W, 0 * b])
    return penalty, grads


@alternative("l2_penalty")
def by_dot_products(params, l2):
    return (
        float(l2 * sum(np.vdot(layer[0], layer[0]) for layer in params) / 2),
        tuple((np.multiply(l2, layer[0]), np.zeros(layer[1].shape)) for layer in params),
    )


@alternative("l2_penalty")
def on_one_vector(params, l2):
    weights = np.concatenate([W.ravel() for W, _ in params])
    return l2 * np.sum(np.square(weights)) * 0.5, [(W * l2, b - b) for W, b in params]


@alternative("l2_penalty")
def by_loops(params, l2):
    total = 0.0
    for W, _ in params:
        for row in W:
            for w in row:
                total += w * w
    return 0.5 * l2 * total, [(l2 * W.copy(), np.zeros(len(b))) for W, b in params]


@alternative("EarlyStopping")
class ListOfLosses:
    def __init__(self, patience):
        self.patience, self.losses = patience, []
        self.best_loss, self.best_params, self.best_at = float("inf"), [], -1

    def update(self, loss, params):
        self.losses.append(loss)
        if loss < self.best_loss:
            self.best_loss = float(loss)
            self.best_params = [(W.copy(), b.copy()) for W, b in params]
            self.best_at = len(self.losses) - 1
        return len(self.losses) - 1 - self.best_at >= self.patience


@alternative("EarlyStopping")
class CountsDown:
    def __init__(self, patience):
        self.patience = self.left = patience
        self.best_loss = None
        self.best_params = None

    def update(self, loss, params):
        if not np.isnan(loss) and (self.best_loss is None or loss < self.best_loss):
            self.best_loss, self.best_params = loss, copy.deepcopy(params)
            self.left = self.patience
            return False
        self.left -= 1
        return bool(self.left <= 0)


@alternative("EarlyStopping")
class WithProperties:
    def __init__(self, patience):
        self._patience, self._best, self._bad = patience, (math.inf, None), 0

    @property
    def best_loss(self):
        return self._best[0]

    @property
    def best_params(self):
        return self._best[1]

    def update(self, loss, params):
        if self._best[0] > loss:
            self._best = (loss, tuple(tuple(np.array(part) for part in layer) for layer in params))
            self._bad = 0
        else:
            self._bad = self._bad + 1
        return np.bool_(self._bad >= self._patience)


@alternative("random_search")
def running_best(train, space, trials, rng):
    results, best, best_score = [], None, -np.inf
    for _ in range(trials):
        settings = {}
        for name in space:
            low, high = space[name]
            settings[name] = np.exp(rng.uniform(np.log(low), np.log(high)))
        score = train(settings)
        results.append((settings, score))
        if score > best_score:
            best, best_score = settings, score
    return best, results


@alternative("random_search")
def base_ten(train, space, trials, rng):
    tried = [
        {k: 10 ** rng.uniform(math.log10(a), math.log10(b)) for k, (a, b) in space.items()}
        for _ in range(trials)
    ]
    scores = [train(settings) for settings in tried]
    return tried[int(np.argmax(scores))], list(zip(tried, scores, strict=True))


@alternative("random_search")
def all_at_once(train, space, trials, rng):
    lows, highs = np.log(np.array(list(space.values()), dtype=float)).T
    draws = np.exp(rng.uniform(lows, highs, size=(trials, len(space))))
    results = []
    for row in draws:
        settings = dict(zip(space, row, strict=True))
        results.append([settings, train(dict(settings))])
    ranked = sorted(results, key=lambda pair: pair[1], reverse=True)
    return ranked[0][0], results


@alternative("random_search")
def powers_of_the_ratio(train, space, trials, rng):
    results = [
        (settings, train(settings))
        for settings in (
            {name: a * (b / a) ** rng.random() for name, (a, b) in space.items()}
            for _ in range(trials)
        )
    ]
    top = max(score for _, score in results)
    return next(settings for settings, score in results if score == top), results


@alternative("confusion_matrix")
def loop_over_pairs(labels, predictions, K):
    matrix = [[0] * K for _ in range(K)]
    for label, prediction in zip(labels, predictions, strict=True):
        matrix[label][prediction] += 1
    return np.array(matrix)


@alternative("confusion_matrix")
def by_bincount(labels, predictions, K):
    return np.bincount(K * labels + predictions, minlength=K * K).reshape(K, K)


@alternative("confusion_matrix")
def one_hot_product(labels, predictions, K):
    return np.eye(K)[labels].T @ np.eye(K)[predictions]


@alternative("confusion_matrix")
def by_counter(labels, predictions, K):
    counts = Counter(zip(labels.tolist(), predictions.tolist(), strict=True))
    return [[counts[i, j] for j in range(K)] for i in range(K)]


@alternative("precision_recall_f1")
def class_by_class(confusion):
    K = len(confusion)
    precision, recall, f1 = np.zeros(K), np.zeros(K), np.zeros(K)
    for k in range(K):
        hits = confusion[k, k]
        if hits > 0:
            precision[k] = hits / confusion[:, k].sum()
            recall[k] = hits / confusion[k, :].sum()
            f1[k] = 2 * precision[k] * recall[k] / (precision[k] + recall[k])
    return precision, recall, f1


@alternative("precision_recall_f1")
def nan_replaced(confusion):
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.nan_to_num(np.diag(confusion) / confusion.sum(0))
        recall = np.nan_to_num(np.diag(confusion) / confusion.sum(1))
        f1 = np.nan_to_num(2 / (1 / precision + 1 / recall))
    return [precision, recall, f1]


@alternative("precision_recall_f1")
def tiny_epsilon(confusion):
    hits = np.diagonal(confusion).astype(float)
    precision = hits / (confusion.sum(axis=0) + 1e-12)
    recall = hits / (confusion.sum(axis=1) + 1e-12)
    return precision, recall, 2 * precision * recall / (precision + recall + 1e-12)


@alternative("precision_recall_f1")
def division_where(confusion):
    hits, columns, rows = np.trace, confusion.sum(0), confusion.sum(1)
    hits = np.array([confusion[k, k] for k in range(len(confusion))], dtype=float)
    zeros = np.zeros(len(hits))
    precision = np.divide(hits, columns, out=zeros.copy(), where=columns > 0)
    recall = np.divide(hits, rows, out=zeros.copy(), where=rows > 0)
    total = precision + recall
    return (
        precision,
        recall,
        np.divide(2 * precision * recall, total, out=zeros.copy(), where=total > 0),
    )
