import numpy as np
import pytest

from dlutils.shapes import shapes


@shapes(x="N D", W="D M", b="M")
def affine(x, W, b):
    return x @ W + b


def test_right_shapes_pass():
    assert affine(np.ones((2, 3)), np.ones((3, 4)), np.ones(4)).shape == (2, 4)
    assert affine(np.ones((2, 3)), W=np.ones((3, 4)), b=np.ones(4)).shape == (2, 4)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ((2, 3), (4, 5), (5,)),
            "affine: W must have shape (D, M) with D = 3, got shape (4, 5)",
        ),
        (((2, 3), (3, 5), (1, 5)), "affine: b must have shape (M,) with M = 5, got shape (1, 5)"),
        (((3,), (3, 5), (5,)), "affine: x must have shape (N, D), got shape (3,)"),
    ],
)
def test_wrong_shapes_are_refused_in_one_sentence(arguments, sentence):
    with pytest.raises(ValueError) as caught:
        affine(*map(np.ones, arguments))
    assert str(caught.value) == sentence


def test_scalars_numbers_and_leading_axes():
    @shapes(x="... D", k="", fixed="2 D")
    def f(x, k, fixed=None):
        return True

    assert f(np.ones((5, 4, 3)), 1.5)
    assert f(np.ones(3), np.float32(2), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"k must be a single number, got shape \(1,\)"):
        f(np.ones(3), np.ones(1))
    with pytest.raises(ValueError, match=r"fixed must have shape \(2, D\) with D = 3"):
        f(np.ones(3), 1, np.ones((3, 3)))


def test_multiples_of_an_axis():
    @shapes(h="N H", W="H 4H", b="4H")
    def f(h, W, b):
        return True

    assert f(np.ones((2, 3)), np.ones((3, 12)), np.ones(12))
    assert f(None, None, np.ones(8))
    with pytest.raises(ValueError, match=r"W must have shape \(H, 4H\) with H = 3, got"):
        f(np.ones((2, 3)), np.ones((3, 3)), np.ones(12))
    with pytest.raises(ValueError, match=r"b must have shape \(4H,\)"):
        f(None, None, np.ones(9))


def test_leading_axes_are_the_same_everywhere():
    @shapes(dy="...", x="... D")
    def f(dy, x):
        return True

    assert f(np.ones((5, 4)), np.ones((5, 4, 3)))
    assert f(np.ones(()), np.ones(3))
    with pytest.raises(ValueError, match=r"x must have shape \(..., D\) with ... = \(5,\), got"):
        f(np.ones(5), np.ones((1, 3)))


def test_the_undecorated_function_is_reachable():
    assert affine.__wrapped__(np.ones((1, 1)), np.ones((1, 1)), 2.0) == 3.0
