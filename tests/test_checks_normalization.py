"""Cases for norms, and what is taken from an answer that returns y, running and a cache."""

import numpy as np
import pytest

import dlutils
from dlutils import checks
from dlutils.checks.compare import difference


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4, 5)])
@pytest.mark.parametrize("train", [True, False])
def test_batch_norm_cases_are_what_the_functions_take(shape, train):
    prefix = "batch_norm" if len(shape) == 2 else "spatial_batch_norm"
    arguments = checks.batch_norm_case(*shape, train=train, dy=True).arguments
    dy = arguments.pop("dy")
    y, _, cache = getattr(dlutils, f"{prefix}_forward")(**arguments)
    assert y.shape == shape
    assert len(getattr(dlutils, f"{prefix}_backward")(dy, cache)) == 3


def test_the_examples_are_those_of_the_text():
    forward = dlutils.batch_norm_forward
    y, running, _ = forward(**checks.batch_norm_example().arguments)
    np.testing.assert_allclose(y, [[-2, 4], [2, 6]], atol=1e-4)
    np.testing.assert_allclose(running, [[0.2, 2], [1, 10.9]])
    y, _, _ = forward(**checks.batch_norm_example(train=False).arguments)
    np.testing.assert_allclose(y, [[4, 7]], atol=1e-4)
    dy, *inputs = checks.batch_norm_example(dy=True).arguments.values()
    dx, dgamma, dbeta = dlutils.batch_norm_backward(dy, forward(*inputs)[-1])
    np.testing.assert_allclose(dx[:, 0], [0.1021, -0.2041, 0.1021], atol=1e-4)
    np.testing.assert_allclose([*dgamma, *dbeta], [-1.2247, 1], atol=1e-4)
    y, _, _ = dlutils.spatial_batch_norm_forward(**checks.spatial_example().arguments)
    np.testing.assert_allclose(y[0, :, 0], [[-1.3416, -0.4472], [-1, -1]], atol=1e-4)


def test_eps_does_not_show_in_random_cases():
    """Beside the root or inside: the same to the checks, though y may be nearly 0."""
    for case in (checks.batch_norm_case(3, 3), checks.batch_norm_case(1, 3, train=False)):
        x, gamma, beta, running, _, eps, train = case.arguments.values()
        mean, var = (x.mean(axis=0), x.var(axis=0)) if train else running
        beside = gamma * (x - mean) / (np.sqrt(var) + eps) + beta
        y, _, _ = dlutils.batch_norm_forward(*case.arguments.values())
        assert difference(y, beside) is None


def test_parts_are_taken_by_name():
    def answer():
        return 1, [2, 3], None

    assert checks.normed("y")(answer) == {"y": 1}
    assert checks.normed("y", "mean", "var")(answer) == {"y": 1, "mean": 2, "var": 3}


@pytest.mark.parametrize("returned", [None, 3, (1, 2), (1, 2, 3, 4)])
def test_an_answer_that_is_no_triple_is_refused(returned):
    with pytest.raises(ValueError, match=r"missing\?|three values"):
        checks.normed("y")(lambda: returned)


def test_y_is_graded_where_running_is_no_pair():
    def answer():
        return 1, 2, None

    assert checks.normed("y")(answer) == {"y": 1}
    with pytest.raises(ValueError, match="pair"):
        checks.normed("mean", "var")(answer)


def test_running_moves_with_every_batch_and_not_in_prediction():
    case = checks.running_case(4, 3, D=2, momentum=0.5)
    found = checks.running_after(dlutils.batch_norm_forward, *case.arguments.values())
    first, second = case.arguments["batches"]
    mean = case.arguments["running"][0] / 4 + first.mean(axis=0) / 4 + second.mean(axis=0) / 2
    np.testing.assert_allclose(found["mean"], mean)
    np.testing.assert_array_equal(found["var"], found["var after a prediction"])


def test_a_backward_with_a_cache_of_its_own_passes():
    def forward(x, gamma, beta, running, momentum, eps, train):
        y, moved, (x_hat, std, *_) = dlutils.batch_norm_forward(
            x, gamma, beta, running, momentum, eps, train
        )
        return y, moved, {"x_hat": x_hat, "scale": gamma / std, "train": train}

    def backward(dy, cache):
        dx, x_hat = dy, cache["x_hat"]
        if cache["train"]:
            dx = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)
        return dx * cache["scale"], (dy * x_hat).sum(axis=0), dy.sum(axis=0)

    pair = checks.backward_pair("batch_norm_backward", forward, backward)
    cases = [checks.batch_norm_case(4, 3, train=train, dy=True) for train in (True, False)]
    checks.agrees("batch_norm_backward", backward, *cases, using=pair)


def test_group_and_fold_cases_are_what_the_functions_take():
    y, _ = dlutils.group_norm_forward(**checks.group_norm_case(2, 4, 3, 2, groups=2).arguments)
    assert y.shape == (2, 4, 3, 2)
    W, b = dlutils.fold_batch_norm(**checks.fold_case(3, 2).arguments)
    assert W.shape == (3, 2) and b.shape == (2,)
