"""Wrong versions of chapter 2's exercises, as students write them."""

import numpy as np

from dlutils.mistakes import mistake

# sigmoid


@mistake("sigmoid", "exp(-z) overflows for large negative z")
def sigmoid_overflows(z):
    return np.exp(z) / (1 + np.exp(z))


@mistake("sigmoid", "the sign of the exponent is missing: 1 / (1 + exp(z)) falls instead of rising")
def sigmoid_falls(z):
    return 1 / (1 + np.exp(z))


@mistake("sigmoid", "it is 1 - exp(-z) below the line instead of 1 + exp(-z)")
def sigmoid_minus(z):
    return 1 / (1 - np.exp(-np.clip(z, -30, 30) - 1e-12))


@mistake("sigmoid", "the tanh is returned instead of the sigmoid")
def sigmoid_is_tanh(z):
    return np.tanh(z)


@mistake("sigmoid", "the derivative s (1 - s) is returned instead of s itself")
def sigmoid_derivative(z):
    s = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return s * (1 - s)


@mistake("sigmoid", "large z are clipped so early that the tails are wrong")
def sigmoid_clipped(z):
    return 1 / (1 + np.exp(-np.clip(z, -5, 5)))


@mistake("sigmoid", "the result is rounded to 0 or 1")
def sigmoid_rounded(z):
    return np.round(1 / (1 + np.exp(-np.clip(z, -500, 500))))


# tanh


@mistake("tanh", "exp(z) overflows for large |z|, and inf / inf is NaN")
def tanh_overflows(z):
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


@mistake("tanh", "numerator and denominator are exchanged")
def tanh_inverted(z):
    e, f = np.exp(np.clip(z, -300, 300)), np.exp(-np.clip(z, -300, 300))
    return (e + f) / (e - f + 1e-300)


@mistake("tanh", "the 2 is missing: this is tanh(z / 2)")
def tanh_of_half(z):
    return np.tanh(np.asarray(z) / 2)


@mistake("tanh", "the signs are exchanged: this is -tanh(z)")
def tanh_negated(z):
    return -np.tanh(z)


@mistake("tanh", "2 sigmoid(2 z) lacks the - 1")
def tanh_shifted(z):
    return np.tanh(z) + 1


@mistake("tanh", "the absolute value is not undone, so negative z give positive results")
def tanh_without_sign(z):
    small = np.exp(-2 * np.abs(z))
    return (1 - small) / (1 + small)


@mistake("tanh", "the derivative 1 - tanh(z)^2 is returned instead of tanh itself")
def tanh_derivative(z):
    return 1 - np.tanh(z) ** 2


# relu


@mistake("relu", "negative numbers become positive: that is |z|")
def relu_absolute(z):
    return np.abs(z)


@mistake("relu", "negative numbers keep a small slope: that is the leaky ReLU")
def relu_leaky(z):
    return np.where(np.asarray(z) > 0, z, 0.01 * np.asarray(z))


@mistake("relu", "it returns the step 0 or 1, which is the ReLU's slope")
def relu_step(z):
    return (np.asarray(z) > 0).astype(float)


@mistake("relu", "the minimum with 0 is taken instead of the maximum")
def relu_minimum(z):
    return np.minimum(z, 0)


@mistake("relu", "the largest single number is returned instead of one number per element")
def relu_maximum_of_all(z):
    return np.max([np.max(z), 0])


@mistake("relu", "the negative numbers are dropped instead of replaced by 0")
def relu_drops(z):
    z = np.asarray(z)
    return z[z > 0]


@mistake("relu", "the negative numbers are overwritten in the caller's array")
def relu_in_place(z):
    z = np.asarray(z)
    z[z < 0] = 0
    return z


@mistake("relu", "the result is cut at 1")
def relu_capped(z):
    return np.clip(z, 0, 1)


# softmax


@mistake("softmax", "the largest logit is not subtracted, so that exp overflows to inf / inf")
def softmax_overflows(logits):
    e = np.exp(logits)
    return e / e.sum(axis=-1, keepdims=True)


@mistake("softmax", "the sum runs over axis 0 instead of the last axis")
def softmax_over_first_axis(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum(axis=0, keepdims=True)


@mistake("softmax", "the sum runs over the whole array instead of the last axis")
def softmax_over_all(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()


@mistake("softmax", "the sum runs over axis 1, which is not the last axis of every input")
def softmax_over_axis_one(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    "softmax", "the largest logit of the whole array is subtracted: a row far below it underflows"
)
def softmax_global_maximum(logits):
    e = np.exp(logits - np.max(logits))
    return e / e.sum(axis=-1, keepdims=True)


@mistake(
    "softmax", "the mean of a row is subtracted instead of its largest logit, and exp overflows"
)
def softmax_minus_mean(logits):
    e = np.exp(logits - logits.mean(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@mistake("softmax", "the logits are divided by their sum without the exponential")
def softmax_without_exp(logits):
    return logits / logits.sum(axis=-1, keepdims=True)


@mistake("softmax", "the division by the sum is missing")
def softmax_not_normalised(logits):
    return np.exp(logits - logits.max(axis=-1, keepdims=True))


@mistake("softmax", "keepdims is missing, so the sums are divided along the wrong axis")
def softmax_without_keepdims(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1)


@mistake("softmax", "the logarithm of the softmax is returned")
def softmax_log(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@mistake("softmax", "the sign of the logits is turned, so the smallest gets the largest share")
def softmax_negated(logits):
    e = np.exp(-(logits - logits.min(axis=-1, keepdims=True)))
    return e / e.sum(axis=-1, keepdims=True)


@mistake("softmax", "the maximum is subtracted from the caller's array in place")
def softmax_in_place(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    e = np.exp(logits)
    return e / e.sum(axis=-1, keepdims=True)


# linear_forward


@mistake("linear_forward", "the bias is missing")
def linear_without_bias(x, W, b):
    return x @ W, (x, W, b)


@mistake("linear_forward", "the bias is added to x before the product")
def linear_bias_first(x, W, b):
    return (x + b[: x.shape[1]].sum()) @ W, (x, W, b)


@mistake("linear_forward", "x and W are multiplied element by element instead of as matrices")
def linear_elementwise(x, W, b):
    return x * W + b, (x, W, b)


@mistake("linear_forward", "W is transposed")
def linear_transposed(x, W, b):
    return x @ W.T + b, (x, W, b)


@mistake("linear_forward", "the cache is forgotten: y alone is returned")
def linear_without_cache(x, W, b):
    return x @ W + b


@mistake("linear_forward", "the cache is (W, x, b) instead of (x, W, b)")
def linear_cache_order(x, W, b):
    return x @ W + b, (W, x, b)


@mistake("linear_forward", "the pair is (cache, y) instead of (y, cache)")
def linear_pair_exchanged(x, W, b):
    return (x, W, b), x @ W + b


@mistake("linear_forward", "the cache lacks b")
def linear_cache_short(x, W, b):
    return x @ W + b, (x, W)


@mistake("linear_forward", "the bias is subtracted")
def linear_minus_bias(x, W, b):
    return x @ W - b, (x, W, b)


@mistake("linear_forward", "the result is transposed, (M, N) instead of (N, M)")
def linear_result_transposed(x, W, b):
    return (x @ W + b).T, (x, W, b)


@mistake("linear_forward", "a ReLU is applied to the result, which belongs between the layers")
def linear_with_relu(x, W, b):
    return np.maximum(x @ W + b, 0), (x, W, b)


# mlp_forward


@mistake("mlp_forward", "the ReLU is applied after the last layer too")
def mlp_relu_last(x, params):
    activations = [x]
    for W, b in params:
        activations.append(np.maximum(activations[-1] @ W + b, 0))
    return activations


@mistake("mlp_forward", "there is no ReLU between the layers")
def mlp_no_relu(x, params):
    activations = [x]
    for W, b in params:
        activations.append(activations[-1] @ W + b)
    return activations


@mistake("mlp_forward", "the input x is missing from the list")
def mlp_without_input(x, params):
    return _mlp(x, params)[1:]


@mistake("mlp_forward", "the logits alone are returned instead of the list of all activations")
def mlp_logits_only(x, params):
    return _mlp(x, params)[-1]


@mistake("mlp_forward", "the list holds the values before the ReLU instead of after it")
def mlp_preactivations(x, params):
    values, a = [x], x
    for W, b in params:
        z = a @ W + b
        values.append(z)
        a = np.maximum(z, 0)
    return values


@mistake("mlp_forward", "every layer reads x instead of the activation before it")
def mlp_reads_x(x, params):
    activations = [x]
    for i, (W, b) in enumerate(params):
        z = x @ W + b
        activations.append(np.maximum(z, 0) if i < len(params) - 1 else z)
    return activations


@mistake("mlp_forward", "the last layer is left out")
def mlp_short(x, params):
    return _mlp(x, params)[:-1]


@mistake("mlp_forward", "the biases are left out")
def mlp_without_biases(x, params):
    return _mlp(x, [(W, 0 * b) for W, b in params])


@mistake("mlp_forward", "softmax is applied to the logits, which belongs to the loss")
def mlp_with_softmax(x, params):
    activations = _mlp(x, params)
    e = np.exp(activations[-1] - activations[-1].max(axis=1, keepdims=True))
    return [*activations[:-1], e / e.sum(axis=1, keepdims=True)]


@mistake("mlp_forward", "only two layers are computed, however many params holds")
def mlp_two_layers(x, params):
    (W1, b1), (W2, b2) = params[0], params[-1]
    a = np.maximum(x @ W1 + b1, 0)
    return [x, a, a @ W2 + b2]


def _mlp(x, params):
    activations = [x]
    for i, (W, b) in enumerate(params):
        z = activations[-1] @ W + b
        activations.append(np.maximum(z, 0) if i < len(params) - 1 else z)
    return activations


# mse_loss


@mistake("mse_loss", "the squares are summed instead of averaged")
def mse_sum(prediction, target):
    _same_shape(prediction, target)
    return np.sum((prediction - target) ** 2)


@mistake("mse_loss", "the mean is taken over the samples only, not over all elements")
def mse_over_samples(prediction, target):
    _same_shape(prediction, target)
    return np.sum((prediction - target) ** 2) / len(prediction)


@mistake("mse_loss", "there is a factor 1/2 that the formula does not have")
def mse_half(prediction, target):
    _same_shape(prediction, target)
    return np.mean((prediction - target) ** 2) / 2


@mistake("mse_loss", "the square is missing: this is the mean absolute error")
def mse_absolute(prediction, target):
    _same_shape(prediction, target)
    return np.mean(np.abs(prediction - target))


@mistake("mse_loss", "the root of the mean is taken")
def mse_root(prediction, target):
    _same_shape(prediction, target)
    return np.sqrt(np.mean((prediction - target) ** 2))


@mistake("mse_loss", "the mean is squared instead of the differences")
def mse_square_of_mean(prediction, target):
    _same_shape(prediction, target)
    return np.mean(prediction - target) ** 2


@mistake("mse_loss", "one mean per sample is returned instead of one number")
def mse_per_sample(prediction, target):
    _same_shape(prediction, target)
    return np.mean((prediction - target) ** 2, axis=0)


@mistake(
    "mse_loss", "different shapes are broadcast, (N,) against (N, 1) to (N, N), instead of refused"
)
def mse_broadcast(prediction, target):
    return np.mean((prediction - target) ** 2)


@mistake("mse_loss", "only the sizes are compared, so that (N,) against (N, 1) goes through")
def mse_compares_sizes(prediction, target):
    if np.size(prediction) != np.size(target):
        raise ValueError("sizes differ")
    return np.mean((np.ravel(prediction) - np.ravel(target)) ** 2)


@mistake(
    "mse_loss", "only the number of samples is compared, so that (N,) against (N, 1) goes through"
)
def mse_compares_lengths(prediction, target):
    if len(prediction) != len(target):
        raise ValueError("lengths differ")
    return np.mean((prediction - target) ** 2)


@mistake("mse_loss", "the shapes are compared by an assert, which raises AssertionError")
def mse_asserts(prediction, target):
    assert np.shape(prediction) == np.shape(target)
    return np.mean((prediction - target) ** 2)


def _same_shape(prediction, target):
    if np.shape(prediction) != np.shape(target):
        raise ValueError("shapes differ")


# binary_cross_entropy


@mistake("binary_cross_entropy", "the sigmoid is rounded to 0 or 1 before the logarithm can see it")
def bce_naive(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@mistake(
    "binary_cross_entropy",
    "the probabilities are clipped, so that a confident error costs too little",
)
def bce_clipped(logits, target):
    p = np.clip(1 / (1 + np.exp(-logits)), 1e-12, 1 - 1e-12)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@mistake("binary_cross_entropy", "the logits are taken for probabilities: the sigmoid is missing")
def bce_without_sigmoid(logits, target):
    p = np.clip(logits, 1e-7, 1 - 1e-7)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@mistake("binary_cross_entropy", "the losses are summed instead of averaged")
def bce_sum(logits, target):
    return np.sum(_bce(logits, target))


@mistake("binary_cross_entropy", "the minus sign is missing")
def bce_negative(logits, target):
    return -np.mean(_bce(logits, target))


@mistake(
    "binary_cross_entropy",
    "only the samples with target 1 are counted; (1 - t) log(1 - p) is missing",
)
def bce_positives_only(logits, target):
    return np.mean(target * np.logaddexp(0, -logits))


@mistake("binary_cross_entropy", "target and 1 - target are exchanged")
def bce_exchanged(logits, target):
    return np.mean(_bce(logits, 1 - target))


@mistake("binary_cross_entropy", "one loss per sample is returned instead of their mean")
def bce_per_sample(logits, target):
    return _bce(logits, target)


@mistake("binary_cross_entropy", "the logarithm has base 2")
def bce_base_two(logits, target):
    return np.mean(_bce(logits, target)) / np.log(2)


@mistake("binary_cross_entropy", "the target is turned into a column, which broadcasts to (N, N)")
def bce_broadcast(logits, target):
    return np.mean(_bce(logits, target.reshape(-1, 1)))


def _bce(logits, target):
    return np.logaddexp(0, logits) - logits * target


# cross_entropy


@mistake("cross_entropy", "the softmax underflows to 0 before its logarithm is taken")
def ce_naive(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


@mistake(
    "cross_entropy",
    "a small number is added inside the logarithm, which caps the loss of a confident error",
)
def ce_epsilon(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels] + 1e-12))


@mistake(
    "cross_entropy", "the probability is kept above 1e-15, which caps the loss of a confident error"
)
def ce_floor(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.log(np.maximum(p[np.arange(len(labels)), labels], 1e-15)))


@mistake("cross_entropy", "exp overflows: the largest logit is not subtracted")
def ce_overflows(logits, labels):
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


@mistake("cross_entropy", "the sum is divided by N K instead of N")
def ce_over_classes(logits, labels):
    return np.mean(_ce(logits, labels)) / logits.shape[1]


@mistake("cross_entropy", "the losses are summed instead of averaged")
def ce_sum(logits, labels):
    return np.sum(_ce(logits, labels))


@mistake("cross_entropy", "the minus sign is missing")
def ce_negative(logits, labels):
    return -np.mean(_ce(logits, labels))


@mistake("cross_entropy", "the logits are used as they are: the softmax is missing")
def ce_without_softmax(logits, labels):
    return -np.mean(logits[np.arange(len(labels)), labels])


@mistake("cross_entropy", "the logarithm is missing: this is the mean of 1 - p")
def ce_without_log(logits, labels):
    return np.mean(1 - np.exp(-_ce(logits, labels)))


@mistake("cross_entropy", "the largest probability of each row is used instead of the label's")
def ce_of_maximum(logits, labels):
    return np.mean(_ce(logits, logits.argmax(axis=1)))


@mistake("cross_entropy", "logits[:, labels] takes every label's column for every row")
def ce_all_pairs(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[:, labels])


@mistake("cross_entropy", "the softmax runs over axis 0, the samples")
def ce_over_samples(logits, labels):
    shifted = logits - logits.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    return -np.mean(log_p[np.arange(len(labels)), labels])


@mistake("cross_entropy", "one loss per sample is returned instead of their mean")
def ce_per_sample(logits, labels):
    return _ce(logits, labels)


@mistake("cross_entropy", "the logarithm has base 2")
def ce_base_two(logits, labels):
    return np.mean(_ce(logits, labels)) / np.log(2)


@mistake("cross_entropy", "the other classes are counted too, as in K binary cross-entropies")
def ce_binary(logits, labels):
    onehot = np.eye(logits.shape[1])[labels]
    return np.mean(np.sum(np.logaddexp(0, logits) - logits * onehot, axis=1))


def _ce(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(labels)), labels]


# accuracy


@mistake("accuracy", "argmax runs over axis 0, the samples")
def accuracy_axis_zero(logits, labels):
    best = np.argmax(logits, axis=0)
    n = min(len(best), len(labels))
    return float(np.mean(best[:n] == labels[:n]))


@mistake("accuracy", "the number of right answers is returned instead of their share")
def accuracy_count(logits, labels):
    return int(np.sum(np.argmax(logits, axis=1) == labels))


@mistake("accuracy", "the share is given in per cent")
def accuracy_percent(logits, labels):
    return 100 * float(np.mean(np.argmax(logits, axis=1) == labels))


@mistake("accuracy", "the share is rounded")
def accuracy_rounded(logits, labels):
    return round(float(np.mean(np.argmax(logits, axis=1) == labels)), 1)


@mistake("accuracy", "the share of errors is returned")
def accuracy_errors(logits, labels):
    return float(np.mean(np.argmax(logits, axis=1) != labels))


@mistake("accuracy", "ties go to the highest class instead of the lowest")
def accuracy_last_maximum(logits, labels):
    best = logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1)
    return float(np.mean(best == labels))


@mistake("accuracy", "every class that shares the largest logit counts as the answer")
def accuracy_ties_count(logits, labels):
    own = logits[np.arange(len(labels)), labels]
    return float(np.mean(own == logits.max(axis=1)))


@mistake("accuracy", "the smallest logit is taken for the answer")
def accuracy_argmin(logits, labels):
    return float(np.mean(np.argmin(logits, axis=1) == labels))


@mistake("accuracy", "the right answers are divided by N K instead of N")
def accuracy_over_classes(logits, labels):
    return float(np.sum(np.argmax(logits, axis=1) == labels) / logits.size)


@mistake("accuracy", "one answer per sample is returned instead of their mean")
def accuracy_per_sample(logits, labels):
    return (np.argmax(logits, axis=1) == labels).astype(float)


@mistake(
    "accuracy", "the label becomes a column, so that every answer is compared with every label"
)
def accuracy_broadcast(logits, labels):
    return float(np.mean(np.argmax(logits, axis=1) == labels.reshape(-1, 1)))


# count_parameters


@mistake("count_parameters", "the biases are not counted")
def count_weights_only(params):
    return sum(W.size for W, _ in params)


@mistake("count_parameters", "arrays are counted instead of the numbers in them")
def count_arrays(params):
    return 2 * len(params)


@mistake("count_parameters", "the rows are counted (len) instead of all numbers (size)")
def count_rows(params):
    return sum(len(W) + len(b) for W, b in params)


@mistake("count_parameters", "one bias per layer is counted instead of one per output")
def count_one_bias(params):
    return sum(W.size + 1 for W, _ in params)


@mistake("count_parameters", "only the last layer is counted")
def count_last_layer(params):
    W, b = params[-1]
    return W.size + b.size


@mistake("count_parameters", "one bias per input is counted instead of one per output")
def count_bias_per_input(params):
    return sum(W.size + W.shape[0] for W, _ in params)


@mistake("count_parameters", "one count per layer is returned instead of their sum")
def count_per_layer(params):
    return [W.size + b.size for W, b in params]
