"""The stored results of chapter 11: the gradient is one, and the file holds every run."""

import numpy as np

import dlutils as dl
from dlutils import results
from dlutils.results import dropout


def test_the_gradient_is_that_of_the_thinned_network():
    rng = np.random.default_rng(0)
    params = [(W.astype(float), b + 0.1) for W, b in dropout.first_params((6, 5, 4, 3), rng)]
    x, labels, drop = rng.normal(size=(7, 6)), rng.integers(0, 3, 7), (0.2, 0.5, 0)
    found = dropout.gradients(params, x, labels, drop, np.random.default_rng(3))
    for number, (dW, _) in enumerate(found):

        def loss(W, number=number):
            return _loss([*params[:number], (W, params[number][1]), *params[number + 1 :]])

        def _loss(layers):
            a, masks = x, np.random.default_rng(3)
            for n, ((W, b), p) in enumerate(zip(layers, drop, strict=True)):
                a = dl.dropout_forward(dl.relu(a) if n else a, p, masks, p > 0)[0] @ W + b
            return dl.cross_entropy(a, labels)

        assert dl.gradient_error(dW, dl.numerical_gradient(loss, params[number][0])) < 1e-5


def test_steps_shorten_long_columns_where_a_limit_is_given():
    params, grads = [(np.full((4, 1), 3.0), np.zeros(1))], [(np.zeros((4, 1)), np.ones(1))]
    [(W, b)] = dropout.step(params, grads, 0.5, limit=2.0)
    np.testing.assert_allclose(W, np.ones((4, 1)))
    np.testing.assert_allclose(b, [-0.5])
    np.testing.assert_array_equal(dropout.step(params, grads, 0.5)[0][0], params[0][0])


def test_the_file_holds_every_run():
    stored = results.load("dropout")
    assert len(stored["rates"]) == 4 and len(stored["max_norm"]) == 6
    for case in stored["rates"]:
        assert case["p"] == list(dropout.RATES[case["images"]])
        seeds = len(dropout.SEEDS[case["images"]])
        assert [len(runs) for runs in case["runs"]] == [seeds] * len(case["p"])
    assert all(len(case["runs"]) == len(dropout.SEEDS[dropout.FEW]) for case in stored["max_norm"])


def test_the_gap_is_smaller_with_dropout_on_few_digits_and_training_stays_perfect():
    stored = results.load("dropout")
    plain, chosen = stored["rates"][1]["runs"][0], stored["max_norm"][0]["runs"]
    assert all(run["train"][0] == 1 for run in plain + chosen)
    gaps = [np.mean([1 - run["test"][0] for run in runs]) for runs in (plain, chosen)]
    assert gaps[1] < gaps[0] - 0.005


def test_the_limit_binds_where_the_learning_rate_is_high():
    low, _, high = results.load("dropout")["max_norm"][:3]
    shares = [np.mean([run["long"] for run in case["runs"]]) for case in (low, high)]
    assert shares[0] < 0.03 and shares[1] > 0.2
