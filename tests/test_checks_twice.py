"""A second call with the same cache shows whether a backward changes it, right or wrong."""

import pytest

import dlutils
from dlutils import checks

CASE = checks.conv_case((2, 1, 4, 4), (2, 1, 2, 3), 1, 0, dy=True)


def doubled(dy, cache):
    return [2 * part for part in dlutils.conv2d_backward_naive(dy, cache)]


def worn(dy, cache):
    gradients = dlutils.conv2d_backward_naive(dy, cache)
    cache[0][...] += 1
    return gradients


def change(backward):
    measure = checks.second_call("conv2d_backward_naive", dlutils.conv2d_forward_naive, backward)
    return measure(backward, *CASE.copies())


@pytest.mark.parametrize("backward", [dlutils.conv2d_backward_naive, doubled])
def test_nothing_changes_where_the_cache_is_left_alone(backward):
    assert change(backward) == 0


def test_a_changed_cache_shows():
    assert change(worn) > 1


def test_one_array_in_place_of_several_is_measured_too():
    names = "global_average_pool_backward", dlutils.global_average_pool_forward
    backward = dlutils.global_average_pool_backward
    case = checks.random_case(0, dy=(2, 3), x=(2, 3, 4, 5))
    assert checks.second_call(*names, backward)(backward, *case.copies()) == 0
