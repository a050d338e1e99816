"""Cases for gated cells, and what is compared of a forward function's result."""

import numpy as np
import pytest

import dlutils
from dlutils import checks


@pytest.mark.parametrize(("T", "exercise"), [(None, "lstm_step"), (3, "lstm")])
def test_lstm_cases_are_what_the_functions_take(T, exercise):
    forward = getattr(dlutils, f"{exercise}_forward")
    backward = getattr(dlutils, f"{exercise}_backward")
    for case in (checks.lstm_case(2, 3, 4, T=T), checks.lstm_example(T=T)):
        *outputs, _ = forward(**case.arguments)
        assert all(np.isfinite(output).all() for output in outputs)
    arguments = checks.lstm_case(2, 3, 4, T=T, backward=True).arguments
    gradients = {name: arguments.pop(name) for name in ("dh", "dc") if name in arguments}
    assert len(backward(*gradients.values(), forward(**arguments)[-1])) == (6 if T is None else 5)


def test_the_example_has_the_sums_that_the_chapter_names():
    case = checks.lstm_example().arguments
    z = case["x"] @ case["Wx"] + case["h"] @ case["Wh"] + case["b"]
    np.testing.assert_allclose(z, [[0, 2, 1, 1]])


def test_gru_cases_are_what_the_step_takes():
    assert dlutils.gru_step_forward(**checks.gru_case(2, 3, 4).arguments).shape == (2, 4)


def test_equal_seeds_give_equal_cases_and_others_do_not():
    one, same, other = (checks.lstm_case(2, 3, 4, seed=seed).arguments["x"] for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_outputs_are_what_stands_before_the_cache():
    assert checks.outputs(2)(lambda x: (x, x + 1, "cache"), 1) == (1, 2)
    assert checks.outputs(1)(lambda x: [x, "cache"], 1) == 1
    assert checks.outputs(1)(lambda x: None, 1) is None
    with pytest.raises(TypeError, match="3 values are expected, the last one the cache, got 2"):
        checks.outputs(2)(lambda x: (x, "cache"), 1)
    with pytest.raises(TypeError, match="got one value"):
        checks.outputs(1)(lambda x: np.ones(2), 1)


def test_a_second_call_with_a_spoilt_cache_is_seen():
    def wrong_but_pure(dh, cache):
        return [gradient + 1 for gradient in dlutils.lstm_backward(dh, cache)]

    def spoils(dh, cache):
        gradients = dlutils.lstm_backward(dh, cache)
        cache[0] = cache[-1]
        return gradients

    arguments = checks.lstm_case(2, 3, 4, T=3, backward=True).arguments.values()
    for backward, changes in ((wrong_but_pure, False), (spoils, True)):
        measure = checks.change_by_second_call("lstm_backward", dlutils.lstm_forward, backward)
        assert (measure(backward, *arguments) > 1e-6) == changes
