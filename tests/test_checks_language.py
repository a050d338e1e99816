"""The vocabulary of chapter 17's test cells."""

import numpy as np
import pytest

import dlutils as dl
from dlutils import checks


def message(check, *arguments, **options):
    with pytest.raises(checks.CheckFailed) as caught:
        check(*arguments, **options)
    return str(caught.value)


def test_a_wrong_token_is_seen_in_its_line():
    case = checks.case(text="So_so.")
    text = message(checks.agrees, "tokenize", str.split, case, using=lambda f, t: f(t.lower()))
    assert "values are expected" in text or "expected" in text
    text = message(checks.agrees, "tokenize", str.split, case, using=checks.spelled)
    assert "'so _ so .'" in text and "'So_so.'" in text


@pytest.mark.parametrize("wrong", [None, "a b", ["a", 1], {"a": 1}])
def test_what_is_no_list_of_strings_is_refused(wrong):
    case = checks.case(text="a b")
    text = message(checks.agrees, "tokenize", lambda text: wrong, case, using=checks.spelled)
    assert "ValueError" in text


def test_tokens_that_only_look_alike_in_one_line_are_told_apart():
    answers = lambda text: ["a b"]  # noqa: E731
    text = message(
        checks.agrees, "tokenize", answers, checks.case(text="a b"), using=checks.spelled
    )
    assert "how many" in text


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        ["<pad>", "<unk>", "a"],
        {"<pad>": 0, "<unk>": 1, "a": 3},
        {"<pad>": 0, "<unk>": 1},
        {"<pad>": 0, "<unk>": 1, "a": "x"},
    ],
)
def test_wrong_vocabularies_fail(wrong):
    case = checks.case(texts=[["a"]], min_count=1)
    message(checks.agrees, "build_vocabulary", lambda t, n: wrong, case, using=checks.by_id)


def test_cases_are_the_same_each_time_and_models_give_probabilities():
    for _ in range(2):
        step, start, end, width, length = checks.beam_case(5, 2, 3, 7, (2, 0), 0.5).copies()
        assert (start, end, width, length) == ([2, 0], 1, 2, 3)
        np.testing.assert_allclose(np.exp(step([2, 0])).sum(), 1)
        assert np.argmax(step([2, 0])) == np.argmax(checks.beam_case(5, 2, 3, 7, (2, 0), 0.5)
                                                    .arguments["step"]([2, 0]))  # fmt: skip


def test_the_next_token_depends_on_all_before():
    step = checks.beam_case(5, 2, 3, 7).arguments["step"]
    assert not np.allclose(step([2, 0]), step([3, 0]))


def test_a_late_regret_is_one():
    step, start, end, _, length = checks.late_regret_case().copies()
    narrow, wide = (dl.beam_search(step, start, end, width, length) for width in (2, 3))
    assert narrow[0] != [0, 2, 1] == wide[0] and wide[1] > narrow[1]


def test_every_bag_keeps_something():
    assert checks.bag_case(50, 4, 3, 2, seed=0).arguments["mask"].any(axis=1).all()
