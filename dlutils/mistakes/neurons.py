"""Wrong versions of chapter 1's exercises."""

import numpy as np

from dlutils.mistakes import mistake


@mistake("neuron", "the bias is not added")
def bias_missing(x, w, b):
    return x @ w


@mistake("neuron", "the bias is added to every product, so that it counts D times in the sum")
def bias_in_every_term(x, w, b):
    return (x * w + b).sum(axis=1)


@mistake("neuron", "the sums stand in a column (N, 1) instead of a plain (N,)")
def sums_in_a_column(x, w, b):
    return x @ w.reshape(-1, 1) + b


@mistake("neuron", "the products of inputs and weights are not summed over the features")
def products_not_summed(x, w, b):
    return x * w + b


@mistake("neuron", "the sum runs over the samples (axis 0) instead of over the features (axis 1)")
def summed_over_samples(x, w, b):
    return (x * w).sum(axis=0) + b


@mistake("neuron", "the products are averaged instead of summed")
def products_averaged(x, w, b):
    return (x * w).mean(axis=1) + b


@mistake("neuron", "only the first two features are used, whatever D is")
def only_two_features(x, w, b):
    return x[:, 0] * w[0] + x[:, -1 if x.shape[1] < 2 else 1] * w[min(1, len(w) - 1)] + b


@mistake(
    "neuron", "w stands to the left of x: w @ x sums over the samples, x @ w over the features"
)
def weights_on_the_left(x, w, b):
    return w @ x + b


@mistake("neuron", "all samples are summed into one number")
def one_sum_for_all(x, w, b):
    return np.sum(x * w) + b


@mistake("neuron", "the bias is subtracted, as if it were a threshold")
def bias_subtracted(x, w, b):
    return x @ w - b


@mistake("neuron", "the neuron already decides: the step belongs into perceptron_predict")
def sum_already_decided(x, w, b):
    return (x @ w + b > 0).astype(int)


@mistake("neuron", "a single sample comes back without its axis: N = 1 should give shape (1,)")
def single_sum_squeezed(x, w, b):
    return np.squeeze(x @ w + b)


@mistake("perceptron_predict", "a sum of exactly 0 gives 1; the neuron fires only where z > 0")
def fires_at_zero(x, w, b):
    return (x @ w + b >= 0).astype(int)


@mistake("perceptron_predict", "the bias is ignored")
def predict_without_bias(x, w, b):
    return (x @ w > 0).astype(int)


@mistake(
    "perceptron_predict", "the sum is compared with b: x w > b means x w - b > 0, not x w + b > 0"
)
def compared_with_the_bias(x, w, b):
    return (x @ w > b).astype(int)


@mistake("perceptron_predict", "the sums are cut to whole numbers before the comparison with 0")
def cut_to_whole_numbers(x, w, b):
    return ((x @ w + b).astype(int) > 0).astype(int)


@mistake("perceptron_predict", "a sum of exactly 0 gives one half; it should give 0")
def one_half_at_zero(x, w, b):
    return np.heaviside(x @ w + b, 0.5)


@mistake("perceptron_predict", "1 belongs to positive sums, not to negative ones")
def fires_below_zero(x, w, b):
    return (x @ w + b < 0).astype(int)


@mistake(
    "perceptron_predict", "negative sums become 0 but positive ones stay as they are instead of 1"
)
def positive_sums_kept(x, w, b):
    return np.maximum(x @ w + b, 0)


@mistake("perceptron_predict", "one answer is given for all samples together")
def one_answer_for_all(x, w, b):
    return int(np.any(x @ w + b > 0))


@mistake("perceptron_predict", "the sums are returned instead of the decisions 0 and 1")
def sums_for_decisions(x, w, b):
    return x @ w + b


@mistake("perceptron_predict", "the decisions are -1 and 1 instead of 0 and 1")
def decides_minus_one_or_one(x, w, b):
    return np.where(x @ w + b > 0, 1, -1)


@mistake("perceptron_predict", "np.sign decides: it gives -1, 0 and 1 instead of 0 and 1")
def decides_by_sign(x, w, b):
    return np.sign(x @ w + b)


@mistake("perceptron_predict", "the decisions stand in a column (N, 1) instead of a plain (N,)")
def decisions_in_a_column(x, w, b):
    return (x @ w[:, None] + b > 0).astype(int)


@mistake("perceptron_predict", "the two answers are swapped: 1 belongs to positive sums")
def answers_swapped(x, w, b):
    return (x @ w + b <= 0).astype(int)


@mistake("perceptron_predict", "the threshold is 0.5 instead of 0")
def threshold_one_half(x, w, b):
    return (x @ w + b > 0.5).astype(int)


@mistake(
    "perceptron_predict",
    "a single sample comes back without its axis: N = 1 should give shape (1,)",
)
def single_decision_squeezed(x, w, b):
    return np.squeeze((x @ w + b > 0).astype(int))


@mistake("perceptron_update", "the bias is never updated")
def bias_never_updated(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + lr * error * x, b


@mistake("perceptron_update", "the update uses the prediction instead of the error y - prediction")
def update_by_prediction(w, b, x, y, lr):
    prediction = int(x @ w + b > 0)
    return w + lr * prediction * x, b + lr * prediction


@mistake("perceptron_update", "the update uses the label y instead of the error y - prediction")
def update_by_label(w, b, x, y, lr):
    return w + lr * y * x, b + lr * y


@mistake("perceptron_update", "the error is prediction - y, so that every step makes things worse")
def error_reversed(w, b, x, y, lr):
    error = int(x @ w + b > 0) - y
    return w + lr * error * x, b + lr * error


@mistake("perceptron_update", "the learning rate is not used")
def learning_rate_ignored(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + error * x, b + error


@mistake("perceptron_update", "the learning rate scales the step of w but not that of b")
def learning_rate_not_in_bias(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + lr * error * x, b + error


@mistake("perceptron_update", "the learning rate scales the step of b but not that of w")
def learning_rate_not_in_weights(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + error * x, b + lr * error


@mistake("perceptron_update", "a sum of exactly 0 is predicted as 1 instead of 0")
def update_fires_at_zero(w, b, x, y, lr):
    error = y - int(x @ w + b >= 0)
    return w + lr * error * x, b + lr * error


@mistake("perceptron_update", "the step is written into the array w that was given, as `w +=` does")
def caller_weights_changed(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    w += lr * error * x
    b += lr * error
    return w, b


@mistake("perceptron_update", "labels and predictions are -1 and 1, where the error is doubled")
def labels_minus_one_or_one(w, b, x, y, lr):
    label = 1 if y == 1 else -1
    prediction = 1 if x @ w + b > 0 else -1
    return w + lr * (label - prediction) * x, b + lr * (label - prediction)


@mistake("perceptron_update", "the prediction is -1 or 1 while the label is 0 or 1")
def prediction_minus_one_or_one(w, b, x, y, lr):
    error = y - (1 if x @ w + b > 0 else -1)
    return w + lr * error * x, b + lr * error


@mistake("perceptron_update", "the step is taken towards the label although the answer was right")
def updates_although_right(w, b, x, y, lr):
    direction = 1 if y == 1 else -1
    return w + lr * direction * x, b + lr * direction


@mistake("perceptron_update", "only w is returned, where (w, b) is asked for")
def returns_only_weights(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + lr * error * x


@mistake("perceptron_update", "b and w are returned in the wrong order")
def returns_bias_first(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return b + lr * error, w + lr * error * x


@mistake("perceptron_update", "the error is y - z: the sum is not turned into a decision first")
def error_from_the_sum(w, b, x, y, lr):
    error = y - (x @ w + b)
    return w + lr * error * x, b + lr * error


@mistake("perceptron_update", "the step is not multiplied by the input x")
def step_without_input(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + lr * error, b + lr * error


@mistake("perceptron_update", "the prediction leaves out the bias")
def predicts_without_bias(w, b, x, y, lr):
    error = y - int(x @ w > 0)
    return w + lr * error * x, b + lr * error


@mistake("perceptron_update", "only missed 1s are corrected, and false 1s are not")
def corrects_only_missed_ones(w, b, x, y, lr):
    error = max(y - int(x @ w + b > 0), 0)
    return w + lr * error * x, b + lr * error


@mistake("perceptron_update", "the size of the error is used without its sign")
def error_without_sign(w, b, x, y, lr):
    error = abs(y - int(x @ w + b > 0))
    return w + lr * error * x, b + lr * error


@mistake("perceptron_update", "the prediction is an array of shape (1,), which makes b one as well")
def bias_becomes_an_array(w, b, x, y, lr):
    error = y - (x[None, :] @ w + b > 0).astype(int)
    return w + lr * error * x, b + lr * error


@mistake("perceptron_update", "the step is repeated until the answer is right; the rule takes one")
def repeats_until_right(w, b, x, y, lr):
    for _ in range(1000):
        error = y - int(x @ w + b > 0)
        w, b = w + lr * error * x, b + lr * error
    return w, b


@mistake("perceptron_update", "a second prediction, by the new w, decides about the step of b")
def bias_by_the_new_weights(w, b, x, y, lr):
    new = w + lr * (y - int(x @ w + b > 0)) * x
    return new, b + lr * (y - int(x @ new + b > 0))


@mistake("perceptron_update", "the bias is stepped by x as well: its input is always 1")
def bias_times_input(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + lr * error * x, b + lr * error * x


@mistake("perceptron_update", "the step is multiplied by the weights w instead of by the input x")
def step_by_weights(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + lr * error * w, b + lr * error


@mistake("perceptron_update", "the error is returned as a third value, where (w, b) is asked for")
def returns_error_too(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + lr * error * x, b + lr * error, error


@mistake(
    "perceptron_update", "nothing is returned where the answer was right: return (w, b) there too"
)
def returns_nothing_when_right(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return (w + lr * error * x, b + lr * error) if error else None


@mistake("perceptron_update", "the prediction is a sigmoid of the sum instead of 0 or 1")
def sigmoid_for_step(w, b, x, y, lr):
    error = y - 1 / (1 + np.exp(-(x @ w + b)))
    return w + lr * error * x, b + lr * error


def _mistaken(w, b, x, y):
    return int(int(x @ w + b > 0) != y)


def _step(w, b, x, y, lr):
    error = y - int(x @ w + b > 0)
    return w + lr * error * x, b + lr * error


def _epoch(w, b, x, y, lr, order):
    """One right epoch: mistakes counted before each correction."""
    mistakes = 0
    for i in order:
        mistakes += _mistaken(w, b, x[i], y[i])
        w, b = _step(w, b, x[i], y[i], lr)
    return w, b, mistakes


@mistake("train_perceptron", "the samples are visited in their own order, not in one drawn by rng")
def order_not_drawn(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, range(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "one order is drawn for all epochs instead of a new one in each")
def order_drawn_once(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    order = rng.permutation(len(x))
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, order)
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "x is put into the new order but y is not")
def labels_not_shuffled(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x[rng.permutation(len(x))], y, lr, range(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "x and y are put into two different orders, drawn one after the other")
def shuffled_apart(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        shuffled, labels = x[rng.permutation(len(x))], y[rng.permutation(len(x))]
        w, b, mistakes = _epoch(w, b, shuffled, labels, lr, range(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "x and y stay shuffled, so that each order is drawn on the last one")
def shuffled_again_and_again(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        x, y = x[order], y[order]
        w, b, mistakes = _epoch(w, b, x, y, lr, range(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "N samples are drawn by rng.choice, with repeats, instead of permuted")
def drawn_with_repeats(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.choice(len(x), size=len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake(
    "train_perceptron",
    "the clean epoch that ends training is not run, or its 0 is missing from errors",
)
def clean_epoch_missing(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        if mistakes == 0:
            break
        errors.append(mistakes)
    return w, b, errors


@mistake(
    "train_perceptron",
    "the list does not end with the first clean epoch: training goes on, or zeros follow",
)
def never_stops_early(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes)
    return w, b, errors


@mistake("train_perceptron", "a mistake is counted after its correction instead of before")
def counted_after_correction(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        mistakes = 0
        for i in rng.permutation(len(x)):
            w, b = _step(w, b, x[i], y[i], lr)
            mistakes += _mistaken(w, b, x[i], y[i])
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "errors counts all samples once more at the end of each epoch")
def counted_at_the_end(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, _ = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(int(np.sum((x @ w + b > 0) != y)))
        if errors[-1] == 0:
            break
    return w, b, errors


@mistake(
    "train_perceptron", "errors counts all samples at the start of each epoch, before any step"
)
def counted_at_the_start(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        errors.append(int(np.sum((x @ w + b > 0) != y)))
        w, b, _ = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        if errors[-1] == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "the errors y - prediction are added with their signs and cancel")
def errors_with_signs(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        total = 0
        for i in rng.permutation(len(x)):
            total += y[i] - int(x[i] @ w + b > 0)
            w, b = _step(w, b, x[i], y[i], lr)
        errors.append(int(total))
        if total == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "errors gets an entry for every sample instead of one for every epoch")
def entry_per_sample(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        mistakes = 0
        for i in rng.permutation(len(x)):
            mistakes += _mistaken(w, b, x[i], y[i])
            w, b = _step(w, b, x[i], y[i], lr)
            errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake(
    "train_perceptron", "an epoch ends with its first mistake: the break leaves the wrong loop"
)
def epoch_ends_at_a_mistake(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        errors.append(0)
        for i in rng.permutation(len(x)):
            if _mistaken(w, b, x[i], y[i]):
                w, b = _step(w, b, x[i], y[i], lr)
                errors[-1] += 1
                break
        if errors[-1] == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "the orders come from a new default_rng(0), not from the rng given")
def generator_made_inside(x, y, epochs, lr, rng):
    rng = np.random.default_rng(0)
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "errors is returned in the first place, before w and b")
def errors_returned_first(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return errors, w, b


@mistake("train_perceptron", "w is kept as a column (D, 1) instead of a plain (D,)")
def weights_in_a_column(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w[:, None], b, errors


@mistake("train_perceptron", "only (w, b) is returned: errors is missing")
def errors_not_returned(x, y, epochs, lr, rng):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        if mistakes == 0:
            break
    return w, b


@mistake("train_perceptron", "the weights start at random instead of at zero")
def starts_at_random(x, y, epochs, lr, rng):
    w, b, errors = rng.normal(size=x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "the weights start at one instead of at zero")
def starts_at_one(x, y, epochs, lr, rng):
    w, b, errors = np.ones(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "errors holds the share of mistakes instead of their number")
def errors_as_shares(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes / len(x))
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "the count of mistakes is not set back to 0 at the start of an epoch")
def count_never_reset(x, y, epochs, lr, rng):
    w, b, errors, mistakes = np.zeros(x.shape[1]), 0.0, [], 0
    for _ in range(epochs):
        w, b, more = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        mistakes += more
        errors.append(mistakes)
        if more == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "one number for all epochs is returned instead of a list of errors")
def errors_in_one_number(x, y, epochs, lr, rng):
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, 0
    for _ in range(epochs):
        w, b, more = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        mistakes += more
        if more == 0:
            break
    return w, b, mistakes


@mistake("train_perceptron", "one epoch too many is run")
def one_epoch_too_many(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs + 1):
        w, b, mistakes = _epoch(w, b, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "training ends after the first epoch: the return stands in the loop")
def ends_after_one_epoch(x, y, epochs, lr, rng):
    w, b, mistakes = _epoch(np.zeros(x.shape[1]), 0.0, x, y, lr, rng.permutation(len(x)))
    return w, b, [mistakes]


@mistake("train_perceptron", "weights and bias start again from zero in every epoch")
def forgets_every_epoch(x, y, epochs, lr, rng):
    errors = []
    for _ in range(epochs):
        w, b, mistakes = _epoch(np.zeros(x.shape[1]), 0.0, x, y, lr, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "the bias stays 0: what perceptron_update returns for b is lost")
def bias_stays_zero(x, y, epochs, lr, rng):
    w, errors = np.zeros(x.shape[1]), []
    for _ in range(epochs):
        mistakes = 0
        for i in rng.permutation(len(x)):
            mistakes += _mistaken(w, 0.0, x[i], y[i])
            w, _ = _step(w, 0.0, x[i], y[i], lr)
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, 0.0, errors


@mistake("train_perceptron", "the learning rate is not used")
def trains_without_learning_rate(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, 1.0, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "a sum of exactly 0 is predicted as 1, first of all at zero weights")
def trains_firing_at_zero(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        mistakes = 0
        for i in rng.permutation(len(x)):
            error = y[i] - int(x[i] @ w + b >= 0)
            mistakes += int(error != 0)
            w, b = w + lr * error * x[i], b + lr * error
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "labels and predictions are -1 and 1, where every step is doubled")
def trains_on_minus_one_and_one(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, mistakes = _epoch(w, b, x, y, 2 * lr, rng.permutation(len(x)))
        errors.append(mistakes)
        if mistakes == 0:
            break
    return w, b, errors


@mistake("train_perceptron", "all samples of an epoch are corrected at once, by the same weights")
def whole_epoch_in_one_step(x, y, epochs, lr, rng):
    w, b, errors = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        error = y[order] - (x[order] @ w + b > 0)
        w, b = w + lr * error @ x[order], b + lr * error.sum()
        errors.append(int(np.abs(error).sum()))
        if errors[-1] == 0:
            break
    return w, b, errors


@mistake("layer", "the biases are not added")
def layer_without_bias(x, W, b):
    return x @ W


@mistake("layer", "W is transposed: its columns, not its rows, belong to the neurons")
def weights_transposed(x, W, b):
    return x @ W.T + b


@mistake("layer", "the result is transposed: rows belong to samples, columns to neurons")
def result_transposed(x, W, b):
    return (x @ W + b).T


@mistake("layer", "the biases are added to the rows (samples) instead of the columns (neurons)")
def bias_per_sample(x, W, b):
    return x @ W + b[:, None]


@mistake("layer", "the bias is added to the inputs, before the weights")
def bias_before_weights(x, W, b):
    return (x + b) @ W


@mistake("layer", "the biases are added to the weights, before the product")
def bias_in_the_weights(x, W, b):
    return x @ (W + b)


@mistake("layer", "only the first sample goes through the layer")
def first_sample_only(x, W, b):
    return x[0] @ W + b


@mistake("layer", "more than the sums is returned: only x W + b is asked for")
def returns_inputs_too(x, W, b):
    return x @ W + b, (x, W, b)


@mistake("layer", "the step is applied; this function returns the sums")
def layer_with_step(x, W, b):
    return (x @ W + b > 0).astype(int)


@mistake("layer", "the sum of all biases is added to every neuron")
def biases_summed(x, W, b):
    return x @ W + b.sum()


@mistake("layer", "a layer of one neuron, or a single sample, comes back without its axis")
def layer_squeezed(x, W, b):
    return np.squeeze(x @ W + b)


def _one_pattern(hidden, output):
    """An xor_network from two hidden neurons (w1, w2, b) and an output neuron (v1, v2, c)."""
    W1 = np.array([hidden[0][:2], hidden[1][:2]]).T
    b1 = np.array([hidden[0][2], hidden[1][2]])
    return W1, b1, np.array(output[:2])[:, None], np.array([output[2]])


@mistake("xor_network", "the network computes OR: with both inputs on it must answer 0")
def computes_or():
    return _one_pattern([(1.0, 1.0, -0.5), (1.0, 1.0, -1.5)], (1.0, 0.0, -0.5))


@mistake("xor_network", "the network computes AND: one input alone must be enough for a 1")
def computes_and():
    return _one_pattern([(1.0, 1.0, -0.5), (1.0, 1.0, -1.5)], (0.0, 1.0, -0.5))


@mistake("xor_network", "0 and 1 are swapped: the network says whether the two inputs are equal")
def computes_equality():
    return _one_pattern([(1.0, 1.0, -0.5), (1.0, 1.0, -1.5)], (-1.0, 1.0, 0.5))


@mistake("xor_network", "the network answers 0 for all four inputs")
def never_fires():
    return _one_pattern([(1.0, 1.0, -0.5), (1.0, 1.0, -1.5)], (1.0, -1.0, -1.0))


@mistake("xor_network", "the network answers 1 for all four inputs")
def always_fires():
    return _one_pattern([(1.0, 1.0, -0.5), (1.0, 1.0, -1.5)], (1.0, -1.0, 0.5))


@mistake(
    "xor_network", "the network sees only the case that the first input is on and not the second"
)
def only_first_without_second():
    return _one_pattern([(1.0, -1.0, -0.5), (-1.0, 1.0, -0.5)], (1.0, 0.0, -0.5))


@mistake(
    "xor_network", "the network sees only the case that the second input is on and not the first"
)
def only_second_without_first():
    return _one_pattern([(1.0, -1.0, -0.5), (-1.0, 1.0, -0.5)], (0.0, 1.0, -0.5))


@mistake("xor_network", "the network computes NAND: with both inputs off it must answer 0")
def computes_nand():
    return _one_pattern([(1.0, 1.0, -0.5), (1.0, 1.0, -1.5)], (0.0, -1.0, 0.5))
