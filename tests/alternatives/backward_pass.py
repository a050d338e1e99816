"""Right answers to chapter 3, written in other ways than the reference."""

import copy
import math

import numpy as np

from dlutils import linear_backward, relu_backward, softmax
from tests.alternatives import alternative


@alternative("numerical_gradient")
def moves_copies(f, x, h=1e-5):
    gradient = np.empty_like(x)
    for i in range(x.size):
        above, below = x.copy(), x.copy()
        above.flat[i] += h
        below.flat[i] -= h
        gradient.flat[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@alternative("numerical_gradient")
def with_nditer(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        i = it.multi_index
        old = float(x[i])
        x[i] = old + h
        plus = f(x)
        x[i] = old - h
        minus = f(x)
        x[i] = old
        gradient[i] = (plus - minus) / 2 / h
        it.iternext()
    return gradient


@alternative("numerical_gradient")
def with_unit_arrays(f, x, h=1e-5):
    units = np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + h * unit) - f(x - h * unit)) / (h + h) for unit in units]
    return np.reshape(slopes, x.shape)


@alternative("numerical_gradient")
def restores_the_whole_array(f, x, h=1e-5):
    before, result = np.copy(x), []
    flat = x.reshape(-1)
    for i in range(len(flat)):
        flat[i] += h
        up = f(x)
        x[...] = before
        flat[i] -= h
        down = f(x)
        x[...] = before
        result.append(0.5 * (up - down) / h)
    return np.array(result).reshape(before.shape)


@alternative("gradient_error")
def loop_over_entries(analytic, numeric):
    worst = 0.0
    for a, n in zip(np.ravel(analytic), np.ravel(numeric), strict=True):
        worst = max(worst, abs(a - n) / max(1e-8, abs(a) + abs(n)))
    return worst


@alternative("gradient_error")
def clipped_size(analytic, numeric):
    size = np.clip(np.abs(numeric) + np.abs(analytic), 1e-8, None)
    return float(np.amax(np.abs((numeric - analytic) / size)))


@alternative("gradient_error")
def floor_added(analytic, numeric):
    a, n = np.asarray(analytic), np.asarray(numeric)
    return (np.fabs(a - n) / (np.fabs(a) + np.fabs(n) + 1e-8)).max()


@alternative("gradient_error")
def root_of_squares(analytic, numeric):
    gap = np.sqrt((analytic - numeric) ** 2)
    size = np.sqrt(analytic**2) + np.sqrt(numeric**2)
    return np.array([np.max(gap / np.where(size > 1e-8, size, 1e-8))]).item()


@alternative("sigmoid_backward")
def square_taken_off(dy, y):
    return dy * (y - y * y)


@alternative("sigmoid_backward")
def from_the_input_again(dy, y):
    inside = np.clip(y, 1e-15, 1 - 1e-15)
    z = np.log(inside / (1 - inside))
    return dy * np.exp(-z) / (1 + np.exp(-z)) ** 2


@alternative("sigmoid_backward")
def sigmoid_with_loop(dy, y):
    out = np.zeros_like(y)
    for i in np.ndindex(y.shape):
        out[i] = dy[i] * y[i] * (1.0 - y[i])
    return out


@alternative("sigmoid_backward")
def sigmoid_in_single_precision(dy, y):
    y = y.astype(np.float32)
    return np.multiply(np.multiply(y, 1 - y), dy.astype(np.float32))


@alternative("tanh_backward")
def two_factors(dy, y):
    return dy * (1 - y) * (1 + y)


@alternative("tanh_backward")
def distributed(dy, y):
    return dy - dy * np.square(y)


@alternative("tanh_backward")
def nested_lists(dy, y):
    flat = [g * (1 - v * v) for g, v in zip(dy.ravel().tolist(), y.ravel().tolist(), strict=True)]
    return np.array(flat).reshape(y.shape).tolist()


@alternative("relu_backward")
def where_positive(dy, x):
    return np.where(x > 0, dy, 0)


@alternative("relu_backward")
def copy_then_zero(dy, x):
    dx = dy.copy()
    dx[x <= 0] = 0
    return dx


@alternative("relu_backward")
def heaviside(dy, x):
    return dy * np.heaviside(x, 0)


@alternative("relu_backward")
def zeros_then_fill(dy, x):
    dx, on = np.zeros_like(x), x > 0
    dx[on] = dy[on]
    return dx


@alternative("relu_backward")
def mask_from_the_output(dy, x):
    return dy * np.sign(np.maximum(0, x))


@alternative("linear_backward")
def with_einsum(dy, cache):
    x, W, _ = cache
    dW = np.einsum("nd,nm->dm", x, dy)
    return np.einsum("nm,dm->nd", dy, W), dW, np.einsum("nm->m", dy)


@alternative("linear_backward")
def sample_by_sample(dy, cache):
    x, W, b = cache
    dx, dW, db = np.zeros(x.shape), np.zeros(W.shape), np.zeros(b.shape)
    for n in range(len(x)):
        dx[n] = W @ dy[n]
        dW += np.outer(x[n], dy[n])
        db += dy[n]
    return dx, dW, db


@alternative("linear_backward")
def scalar_loops(dy, cache):
    x, W, b = cache
    dx, dW, db = 0.0 * x, 0.0 * W, 0.0 * b
    for n in range(x.shape[0]):
        for m in range(W.shape[1]):
            db[m] += dy[n, m]
            for d in range(x.shape[1]):
                dx[n, d] += dy[n, m] * W[d, m]
                dW[d, m] += dy[n, m] * x[n, d]
    return [dx, dW, db]


@alternative("linear_backward")
def ones_times_dy(dy, cache):
    x, W, _ = cache
    extended = np.hstack([x, np.ones((len(x), 1))])
    both = extended.T.dot(dy)
    return np.dot(W, dy.T).T, both[:-1], both[-1]


@alternative("linear_backward")
def transposed_products(dy, cache):
    x, W = cache[0], cache[1]
    return np.matmul(dy, np.swapaxes(W, 0, 1)), (dy.T @ x).T, np.add.reduce(dy)


@alternative("cross_entropy_backward")
def with_onehot(logits, labels):
    n, k = logits.shape
    return (softmax(logits) - np.eye(k)[labels]) / n


@alternative("cross_entropy_backward")
def softmax_by_hand(logits, labels):
    shifted = logits - np.max(logits, axis=1)[:, np.newaxis]
    e = np.exp(shifted)
    p = e / np.sum(e, axis=1)[:, np.newaxis]
    p[range(len(labels)), labels] -= 1.0
    p /= logits.shape[0]
    return p


@alternative("cross_entropy_backward")
def rows_in_a_loop(logits, labels):
    rows = []
    for z, label in zip(logits, labels, strict=True):
        log_sum = z.max() + math.log(sum(math.exp(v - z.max()) for v in z))
        rows.append([math.exp(v - log_sum) - (k == label) for k, v in enumerate(z)])
    return np.array(rows) / len(rows)


@alternative("cross_entropy_backward")
def through_the_jacobian(logits, labels):
    p = softmax(logits)
    d = np.zeros_like(logits)
    for n, label in enumerate(labels):
        jacobian = np.diag(p[n]) - np.outer(p[n], p[n])
        d[n] = (
            -jacobian[label] / p[n, label] if p[n, label] > 0 else p[n] - np.eye(p.shape[1])[label]
        )
    return d / len(labels)


@alternative("cross_entropy_backward")
def broadcast_comparison(logits, labels):
    truth = labels.reshape(-1, 1) == np.arange(logits.shape[1])
    return np.mean([softmax(logits)], axis=0) / len(logits) - truth / len(logits)


@alternative("mlp_backward")
def filled_from_the_back(dlogits, activations, params):
    grads = [None] * len(params)
    g = dlogits
    for i in range(len(params) - 1, -1, -1):
        W = params[i][0]
        grads[i] = [activations[i].T @ g, np.sum(g, axis=0)]
        if i > 0:
            g = (g @ W.T) * (activations[i] > 0)
    return grads


@alternative("mlp_backward")
def recursive(dlogits, activations, params):
    if not params:
        return []
    (W, b), a = params[-1], activations[-2]
    da, dW, db = linear_backward(dlogits, (a, W, b))
    return [*recursive(relu_backward(da, a), activations[:-1], params[:-1]), (dW, db)]


@alternative("mlp_backward")
def recomputes_sums(dlogits, activations, params):
    sums = [a @ W + b for a, (W, b) in zip(activations, params, strict=False)]
    dz, grads = dlogits.copy(), []
    for a, z_below, (W, b) in zip(
        activations[-2::-1], [*sums[-2::-1], None], params[::-1], strict=True
    ):
        da, dW, db = linear_backward(dz, (a, W, b))
        grads.insert(0, (dW, db))
        if z_below is not None:
            dz = np.where(z_below > 0, da, 0.0)
    return tuple(grads)


@alternative("mlp_backward")
def pops_from_copies(dlogits, activations, params):
    rest, layers, found = list(activations[:-1]), list(params), []
    dy = copy.deepcopy(dlogits)
    while layers:
        W, _ = layers.pop()
        a = rest.pop()
        found.append((np.dot(a.T, dy), dy.sum(0)))
        dy = np.dot(dy, W.T)
        dy[a <= 0] = 0
    found.reverse()
    return found


@alternative("gradient_descent_step")
def plain_loop(params, grads, lr):
    new = []
    for i in range(len(params)):
        W, b = params[i]
        dW, db = grads[i]
        new.append([W - dW * lr, b - db * lr])
    return new


@alternative("gradient_descent_step")
def on_deep_copies(params, grads, lr):
    params = copy.deepcopy(params)
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= lr * dW
        b -= lr * db
    return params


@alternative("gradient_descent_step")
def part_by_part(params, grads, lr):
    return tuple(
        tuple(part + (-lr) * slope for part, slope in zip(layer, slopes, strict=True))
        for layer, slopes in zip(params, grads, strict=True)
    )


@alternative("gradient_descent_step")
def step_single_precision(params, grads, lr):
    return [
        (np.float32(W) - np.float32(lr) * np.float32(dW), np.subtract(b, lr * db))
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]
