"""What chapter 17 says about its stored results, held to them; and the helpers it imports."""

import numpy as np

import dlutils as dl
from dlutils import results
from dlutils.results import language

FOUND = results.load("language")


def folds(name):
    found = np.array(FOUND["reviews"][name])
    assert found.shape == (language.FOLDS,)
    return found


def test_pieces_lift_the_network_past_words_and_pairs():
    assert np.mean(folds("network, pieces")) > np.mean(folds("TF-IDF, words and pairs")) + 0.005
    assert np.mean(folds("network, words")) < np.mean(folds("TF-IDF, words")) - 0.01


def test_neither_ratings_nor_a_hidden_layer_change_the_network_much():
    names = "network, pieces", "network, pieces, ratings", "with a hidden layer"
    assert np.ptp([np.mean(folds(name)) for name in names]) < 0.003


def test_the_best_on_the_folds_is_logistic_regression_on_pieces():
    best = max(FOUND["reviews"], key=lambda name: np.mean(folds(name)))
    assert best == "TF-IDF, pieces, ratings"
    gain = folds(best) - folds("TF-IDF, words and pairs")
    assert 0.010 < gain.mean() < 0.015 and np.all(gain > 0)


def test_the_network_does_not_beat_the_published_baseline_on_the_test_rows():
    test = FOUND["test"]
    assert len(test["networks"]) == len(language.SEEDS)
    assert 0.80 < np.mean(test["networks"]) < 0.806 and 0.80 < test["mean of five"] < 0.806
    gained, lost = test["mean of five, paired"]
    assert abs(gained - lost) < (gained + lost) ** 0.5
    assert test["TF-IDF, pieces, ratings"] > 0.81


def test_paired_counts_are_the_differences_of_the_accuracies():
    test = FOUND["test"]
    for name in ("mean of five", "TF-IDF, pieces, ratings"):
        gained, lost = test[f"{name}, paired"]
        np.testing.assert_allclose((gained - lost) / 1900, test[name] - test["baseline"], atol=1e-4)


def test_a_history_of_one_word_helps_most_and_the_constant_lies_inside_its_grid():
    counted, smoothing = np.array(FOUND["novel"]["counted"]), FOUND["novel"]["smoothing"]
    row, _ = np.unravel_index(counted.argmin(), counted.shape)
    assert 0 < row < len(smoothing) - 1 and smoothing[row] == FOUND["novel"]["test"]["smoothing"]
    assert counted[row, 0] > 2.5 * counted[row, 1] > 2.5 * counted[row, 3]


def test_the_network_and_the_counts_are_best_together():
    test = FOUND["novel"]["test"]
    assert max(test["half and half"]) < min(test["network"]) and max(test["network"]) < 86
    assert test["counted"] > 90


def test_counted_probabilities_are_those_of_the_formula():
    texts, V, a = [[2, 3, 4, 3], [2, 3, 3]], 5, 10
    tables = language.count_followers(texts, 2)
    log_p, mask = language.log_probabilities(tables, [[2, 3, 4], [2, 4]], V, a)
    alone = {3: (4 + a / V) / (5 + a), 4: (1 + a / V) / (5 + a)}
    expected = [(2 + a * alone[3]) / (2 + a), (1 + a * alone[4]) / (2 + a)]
    np.testing.assert_allclose(np.exp(log_p[0]), expected)
    np.testing.assert_allclose(np.exp(log_p[1, 0]), (0 + a * alone[4]) / (2 + a))
    assert mask.tolist() == [[True, True], [True, False]]


def test_sentences_run_from_start_to_end_and_mr_does_not_end_one():
    text = 'Mr. Bennet _sat_. "Oh!" Is it so?'
    found = [" ".join(one) for one in language.sentences(text)]
    assert found == ["<start> mr . bennet sat . <end>", "<start> oh ! <end>",
                     "<start> is it so ? <end>"]  # fmt: skip


def test_pieces_are_tokens_pairs_and_runs_of_letters():
    assert language.pieces(["no", "fun"]) == [
        "no", "fun", "no fun", "<no", "no>", "<no>", "<fu", "fun", "un>", "<fun", "fun>", "<fun>",
    ]  # fmt: skip


def test_logistic_regression_finds_what_gradient_descent_of_its_loss_finds():
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(6)]
    texts = [list(rng.choice(words, 4)) for _ in range(40)]
    labels = rng.integers(0, 2, 40).astype(float)
    everything = np.ones(40, bool)
    scores = language._logistic(texts, labels, everything, everything, C=2)
    vocabulary = dl.build_vocabulary(texts, 2)
    counts = np.array([[text.count(word) for word in list(vocabulary)[2:]] for text in texts])
    x, _ = dl.tf_idf(counts)
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(20_000):
        error = (dl.sigmoid(x @ w + b) - labels) / 40
        w, b = w - 0.5 * (x.T @ error + w / (2 * 40)), b - 0.5 * error.sum()
    np.testing.assert_allclose(scores, x @ w + b, atol=1e-4)


def test_the_gradient_of_a_bag_is_that_of_its_mean():
    rng = np.random.default_rng(0)
    bag = language.Bag(7, 3, 0.5, rng)
    bag.E = bag.E.astype(np.float64)
    ids, dy = rng.integers(0, 7, (4, 5)), rng.normal(size=(4, 3))
    bag.eval()
    bag(ids)
    bag.backward(dy)

    def loss(E):
        return np.sum(dl.bag_of_embeddings(ids, E, ids > 0) * dy)

    np.testing.assert_allclose(bag.dE, dl.numerical_gradient(loss, bag.E), atol=1e-6)


def test_drawn_sentences_end_where_the_model_ends_them():
    def step(tokens):
        return np.log([1e-12, 1.0, 1e-12] if len(tokens) == 3 else [1e-12, 1e-12, 1.0])

    found = language.draw_sentences(step, 0, 1, 4, np.random.default_rng(0))
    assert found == [[0, 2, 2, 1]] * 4
