"""Dropout graded by its laws: right answers of any make pass, and each error shows in its place."""

import numpy as np
import pytest

import dlutils
from dlutils import checks
from dlutils.checks.report import NeedsFirst


def flips(x, p, rng, train):
    keep = rng.binomial(1, 1 - p, x.shape)
    return x * keep / (1 - p), (keep, p)


def flips_backward(dy, cache):
    return dy * cache[0] / (1 - cache[1])


def not_inverted(x, p, rng, train):
    keep = rng.random(x.shape) >= p
    return x * keep, (keep, p)


def measured(measure, answer, *shape, p=0.5):
    return measure(answer, *checks.drop_case(*shape, p=p).arguments.values())


def test_factors_do_not_depend_on_which_numbers_are_dropped():
    for answer in (flips, dlutils.dropout_forward):
        found = measured(checks.drop_factors, answer, 30, 20, p=0.2)
        np.testing.assert_allclose(found["values of y / x"], [0, 1.25])


def test_independent_draws_measure_one_and_repeated_ones_do_not():
    def same_mask(x, p, rng, train):
        return dlutils.dropout_forward(x, p, np.random.default_rng(0), train)

    def rows(x, p, rng, train):
        return x * (rng.random((len(x), 1)) >= p) / (1 - p), None

    np.testing.assert_allclose(measured(checks.drop_spread, flips, 60, 50), 1, atol=0.4)
    assert measured(checks.drop_spread, same_mask, 60, 50)[2] == 2
    spread = measured(checks.drop_spread, rows, 60, 50)
    assert spread[0] == 9 and spread[1] < 1e-9
    np.testing.assert_allclose(measured(checks.drop_counts, flips, 8), 1, atol=0.4)
    assert measured(checks.drop_counts, same_mask, 8)[0] == 0


def test_nothing_dropped_is_said_and_not_measured():
    with pytest.raises(ValueError, match="nothing is dropped"):
        measured(checks.drop_spread, lambda x, p, rng, train: (x, None), 60, 50)


def test_the_share_and_equal_generators():
    share, again = measured(checks.drop_share, dlutils.dropout_forward, 50, 40, p=0.2)
    assert share == pytest.approx(1, abs=0.2) and again == 1

    def unseeded(x, p, rng, train):
        return dlutils.dropout_forward(x, p, np.random.default_rng(), train)

    assert measured(checks.drop_share, unseeded, 50, 40, p=0.2)[1] < 0.8


@pytest.mark.parametrize("returned", [None, 3.0, (1, 2, 3), (np.ones((2, 2)), None), ("y", None)])
def test_what_is_no_pair_of_y_and_cache_is_refused(returned):
    with pytest.raises(ValueError):
        measured(checks.drop_share, lambda x, p, rng, train: returned, 50, 40)


def gradients(forward, backward, p=0.5, calls=1):
    case = checks.drop_case(30, 20, p=p, back=True)
    use = checks.drop_pair(forward, backward, calls)
    found = use(backward, *case.arguments.values())
    return [list(found[f"where y was {what}"]) for what in ("dropped", "kept")]


def test_a_backward_stands_on_its_own_forward():
    assert gradients(flips, flips_backward, p=0.2) == [[0], [1.25]]
    assert gradients(flips, lambda dy, cache: dy * cache[0], p=0.2) == [[0], [1]]
    assert gradients(flips, lambda dy, cache: dy, p=0.2) == [[1], [1]]


def test_a_wrong_forward_does_not_cost_the_backward():
    assert gradients(not_inverted, lambda dy, cache: dy * cache[0]) == [[0], [2]]
    assert gradients(not_inverted, lambda dy, cache: dy) == [[1], [1]]
    assert gradients(lambda *a: None, lambda dy, cache: dy * cache) == [[0], [2]]
    with pytest.raises(NeedsFirst, match="no pair"):
        gradients(lambda *a: None, flips_backward)
    with pytest.raises(NeedsFirst, match="does not drop"):
        gradients(lambda x, p, rng, train: (x, None), lambda dy, cache: dy)


def test_a_spoilt_cache_shows_in_the_second_call():
    def spoils(dy, cache):
        cache *= dy
        return cache.copy()

    assert gradients(dlutils.dropout_forward, spoils) == [[0], [2]]
    assert gradients(dlutils.dropout_forward, spoils, calls=2) != [[0], [2]]
