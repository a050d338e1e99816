"""What chapter 15 says about its stored results, held to them."""

import numpy as np

import dlutils as dl
from dlutils import results
from dlutils.results import image_recognition

FOUND = results.load("image_recognition")


def over_seeds(dropout, rows, key):
    runs = np.array([run[rows][key] for run in FOUND["runs"][dropout]])
    assert len(runs) == len(image_recognition.SEEDS)
    return runs


def test_the_recipe_reaches_its_accuracy_on_average_but_not_in_every_run():
    scores = over_seeds("0.4", "test", "accuracy")
    assert scores.mean() >= 0.88 > scores.min()


def test_a_temperature_lowers_the_test_loss_in_every_run_and_the_calibration_error_in_most():
    for dropout in FOUND["runs"]:
        before, after = over_seeds(dropout, "test", "loss").T
        assert np.all(after < before)
        before, after = over_seeds(dropout, "test", "calibration").T
        assert after.mean() < before.mean()
        assert np.sum(after > before) == (1 if dropout == "0.4" else 0)


def test_a_long_training_loses_calibration_and_not_accuracy():
    runs = {
        key: np.mean([run[key] for run in FOUND["epochs"]], axis=0) for key in ("accuracy", "loss")
    }
    errors = np.mean([run["calibration"] for run in FOUND["epochs"]], axis=0)
    assert np.ptp(runs["accuracy"][2:]) < 0.03
    assert runs["loss"].argmin() == 5 and runs["loss"][-1] > 1.7 * runs["loss"].min()
    assert errors[0] < 0.035 and errors[-1] > 0.095


def test_covered_squares_find_what_matters_and_saliency_does_not():
    at = FOUND["removed"].index(80)
    left = {
        name: np.mean([run[name][at] for run in FOUND["deletion"]]) for name in FOUND["deletion"][0]
    }
    assert left["occlusion"] < 0.3 < left["brightness"] < left["random garment"] < left["saliency"]


def test_an_occlusion_map_is_spread_over_the_pixels_that_were_covered():
    falls = np.array([[1.0, 3.0]])
    np.testing.assert_array_equal(image_recognition.per_pixel(falls, 2), [[1, 2, 3], [1, 2, 3]])


def test_the_input_gradient_is_that_of_the_logit():
    rng = np.random.default_rng(0)
    network = dl.Sequential(dl.Flatten(), dl.Linear(784, 10, rng))
    x = rng.normal(size=(2, 1, 28, 28)).astype(np.float32)
    gradient = image_recognition.input_gradient(network, x, np.array([3, 7]))
    np.testing.assert_allclose(gradient[1].ravel(), network.layers[1].W[:, 7])
