"""Right answers to chapter 1, written in other ways than the reference."""

import numpy as np

from tests.alternatives import alternative


@alternative("neuron")
def sum_of_products(x, w, b):
    return (x * w).sum(axis=1) + b


@alternative("neuron")
def plain_loops(x, w, b):
    sums = []
    for sample in x:
        z = b
        for value, weight in zip(sample, w, strict=True):
            z += value * weight
        sums.append(z)
    return np.array(sums)


@alternative("neuron")
def einsum_in_single_precision(x, w, b):
    return np.einsum("nd,d->n", x, w).astype(np.float32) + np.float32(b)


@alternative("neuron")
def bias_as_a_weight(x, w, b):
    ones = np.ones((x.shape[0], 1))
    return np.dot(np.hstack([x, ones]), np.append(w, b))


@alternative("neuron")
def weights_from_the_left(x, w, b):
    return list(w @ x.T + b)


@alternative("perceptron_predict")
def where_positive(x, w, b):
    return np.where(np.dot(x, w) + b > 0, 1, 0)


@alternative("perceptron_predict")
def mask_of_bools(x, w, b):
    return np.matmul(x, w) > -b


@alternative("perceptron_predict")
def heaviside_with_zero_at_zero(x, w, b):
    return np.heaviside(x @ w + b, 0)


@alternative("perceptron_predict")
def sign_cut_off_below(x, w, b):
    return np.maximum(np.sign(x @ w + b), 0)


@alternative("perceptron_predict")
def list_of_ints(x, w, b):
    return [1 if sum(a * c for a, c in zip(row, w, strict=True)) + b > 0 else 0 for row in x]


@alternative("perceptron_predict")
def filled_by_index(x, w, b):
    answers = np.zeros(len(x), dtype=int)
    answers[x @ w + b > 0] = 1
    return answers


@alternative("perceptron_update")
def only_where_wrong(w, b, x, y, lr):
    prediction = 1 if np.dot(w, x) + b > 0 else 0
    if prediction == y:
        return w, b
    sign = 1 if y == 1 else -1
    return w + sign * lr * x, b + sign * lr


@alternative("perceptron_update")
def copies_changed_in_place(w, b, x, y, lr):
    new = w.copy()
    error = y - float((w * x).sum() + b > 0)
    new += lr * error * x
    b += lr * error
    return [new, b]


@alternative("perceptron_update")
def bias_as_last_weight(w, b, x, y, lr):
    weights, inputs = np.append(w, b), np.append(x, 1.0)
    weights = weights + lr * (y - np.heaviside(weights @ inputs, 0.0)) * inputs
    return weights[:-1], weights[-1]


@alternative("perceptron_update")
def weight_by_weight(w, b, x, y, lr):
    z = b
    for i in range(len(w)):
        z = z + w[i] * x[i]
    delta = y - (z > 0)
    return [w[i] + lr * delta * x[i] for i in range(len(w))], b + lr * delta


@alternative("perceptron_update")
def minus_the_opposite_error(w, b, x, y, lr):
    gradient = (x.reshape(1, -1) @ w.reshape(-1, 1)).item() + b > 0
    gradient = int(gradient) - y
    return np.subtract(w, lr * gradient * x), b - lr * gradient


@alternative("train_perceptron")
def everything_inline(x, y, epochs, lr, rng):
    n, d = x.shape
    w = np.zeros(d)
    b = 0
    errors = []
    for _ in range(epochs):
        wrong = 0
        for i in rng.permutation(n):
            y_hat = 1 if x[i] @ w + b > 0 else 0
            if y_hat != y[i]:
                w = w + lr * (y[i] - y_hat) * x[i]
                b = b + lr * (y[i] - y_hat)
                wrong += 1
        errors.append(wrong)
        if not wrong:
            return w, b, errors
    return w, b, errors


@alternative("train_perceptron")
def while_loop_and_own_arrays_in_place(x, y, epochs, lr, rng):
    w = np.zeros((x.shape[1],), dtype=np.float64)
    b = np.float64(0)
    errors = np.zeros(epochs, dtype=int)
    epoch, clean = 0, False
    while epoch < epochs and not clean:
        order = rng.permutation(np.arange(len(y)))
        for sample, label in zip(x[order], y[order], strict=True):
            error = label - np.heaviside(np.dot(sample, w) + b, 0)
            w += lr * error * sample
            b += lr * error
            errors[epoch] += int(abs(error))
        clean = errors[epoch] == 0
        epoch += 1
    return w, b, errors[:epoch]


@alternative("train_perceptron")
def bias_folded_into_the_weights(x, y, epochs, lr, rng):
    extended = np.column_stack([x, np.ones(len(x))])
    weights = np.zeros(extended.shape[1])
    errors = ()
    for _ in range(epochs):
        seen = []
        for i in rng.permutation(len(extended)):
            error = int(y[i]) - int(weights @ extended[i] > 0)
            weights = weights + lr * error * extended[i]
            seen.append(error != 0)
        errors = (*errors, sum(seen))
        if not any(seen):
            break
    return weights[:-1], weights[-1], errors


@alternative("train_perceptron")
def with_helpers_inside(x, y, epochs, lr, rng):
    def fires(w, b, sample):
        return (sample * w).sum() + b > 0

    def one_epoch(w, b):
        count = 0
        for i in rng.permutation(x.shape[0]):
            fired = fires(w, b, x[i])
            if fired and y[i] == 0:
                w, b, count = w - lr * x[i], b - lr, count + 1
            elif not fired and y[i] == 1:
                w, b, count = w + lr * x[i], b + lr, count + 1
        return w, b, count

    w, b, errors = np.zeros_like(x[0], dtype=float), 0.0, []
    while len(errors) < epochs and (not errors or errors[-1] > 0):
        w, b, count = one_epoch(w, b)
        errors = [*errors, count]
    return w, b, errors


@alternative("train_perceptron")
def bias_as_an_array_of_one(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), np.zeros(1), []
    for _ in range(epochs):
        errors.append(0)
        for i in rng.permutation(len(x)):
            error = y[i] - (x[i] @ w + b[0] > 0)
            errors[-1] += error**2
            w, b = w + lr * error * x[i], b + lr * error
        if errors[-1] == 0:
            break
    return w, b[0], errors


@alternative("layer")
def layer_by_einsum(x, W, b):
    return np.einsum("nd,dm->nm", x, W) + b[None, :]


@alternative("layer")
def neuron_by_neuron(x, W, b):
    return np.stack([x @ W[:, m] + b[m] for m in range(W.shape[1])], axis=1)


@alternative("layer")
def sample_by_sample(x, W, b):
    return np.array([W.T @ sample + b for sample in x])


@alternative("layer")
def triple_loop(x, W, b):
    z = np.empty((x.shape[0], W.shape[1]), dtype=np.float32)
    for n in range(x.shape[0]):
        for m in range(W.shape[1]):
            z[n, m] = sum(x[n, d] * W[d, m] for d in range(x.shape[1])) + b[m]
    return z


@alternative("layer")
def bias_as_a_row_of_weights(x, W, b):
    return np.hstack([x, np.ones((len(x), 1))]) @ np.vstack([W, b])


@alternative("xor_network")
def one_question_for_each_side():
    W1 = np.array([[1, -1], [-1, 1]])
    return W1, np.array([-0.5, -0.5]), np.array([[1], [1]]), np.array([-0.5])


@alternative("xor_network")
def nand_and_or_as_lists():
    return [[[-2, 2], [-2, 2]], [3, -1], [[1], [1]], [-1]]


@alternative("xor_network")
def a_neuron_for_every_corner():
    W1 = np.array([[-1.0, -1.0, 1.0, 1.0], [-1.0, 1.0, -1.0, 1.0]])
    b1 = np.array([0.5, -0.5, -0.5, -1.5])
    return W1, b1, np.array([[-3.0], [5.0], [0.1], [-7.0]]), np.zeros(1)


@alternative("xor_network")
def three_neurons_one_idle():
    W1 = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    b1 = np.array([0.0, -1.0, -1.0])
    return W1, b1, np.array([[1.0], [-2.0], [9.0]]), np.array([0.0])
