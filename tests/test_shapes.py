import numpy as np
import pytest

from dlutils.rules import (
    a_function,
    above,
    at_least,
    between,
    binary,
    even,
    generator,
    share,
    whole,
)
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


@shapes(
    x="N! ...", labels="N <K", K=whole(1), mask="N bool", soft="N 0..1", one="N?", cache="N K, _, K"
)
def g(x=None, labels=None, K=3, mask=None, soft=None, one=None, cache=None):
    return True


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"x": np.ones((0, 2))}, r"x must have shape (N, ...) with N at least 1, got shape (0, 2)"),
        ({"x": [[1.0]]}, "x must be an array, got a list"),
        ({"x": np.array(["a"])}, "x must hold real numbers, got texts"),
        (
            {"labels": np.array([0, 3]), "K": 3},
            "labels must hold whole numbers from 0 to 2, got 0 to 3",
        ),
        ({"labels": np.array([-1]), "K": 3}, "labels must hold whole numbers from 0 to 2, got -1"),
        ({"labels": np.ones(2), "K": 3}, "labels must hold whole numbers, got floats"),
        ({"mask": np.ones(2, int)}, "mask must hold True and False, got ints"),
        ({"soft": np.array([0.5, 2.0])}, "soft must hold numbers from 0 to 1, got 0.5 to 2.0"),
        (
            {"x": np.ones(2), "one": np.ones(3)},
            "one must have shape (N,) with N = 2, got shape (3,)",
        ),
        (
            {"x": np.ones(2), "cache": (np.ones((3, 4)), None, np.ones(4))},
            "cache[0] must have shape (N, K) with N = 2, K = 3, got shape (3, 4)",
        ),
        ({"K": 2.5}, "K must be a whole number, at least 1, got 2.5"),
    ],
)
def test_the_language_of_specifications(arguments, sentence):
    with pytest.raises(ValueError) as caught:
        g(**arguments)
    assert str(caught.value) == f"g: {sentence}"


def test_what_fits_the_language_passes():
    x, labels = np.ones((2, 5)), np.array([2, 0])
    assert g(x, labels, 3, labels > 0, np.array([0.0, 1.0]), 1.5)
    assert g(cache=((2, 3), "anything", np.ones(3)))  # a tuple of ints stands for a shape


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        (whole(0), [0, np.int64(3)], [-1, 1.0, "1", None, np.ones(2, int)]),
        (between(0, 1), [0, 1.0, np.float32(0.5)], [-0.1, 2, np.nan, "0", None, np.ones(2)]),
        (above(0), [0.1], [0, np.nan]),
        (at_least(0), [0], [-1e-9, np.nan]),
        (even, [0, 4], [3, -2, 4.0, "a"]),
        (share, [0, 0.999], [1, -0.1, np.nan]),
        (binary, [0, 1, True, 1.0], [0.5, 2, "0", np.ones(2)]),
        (a_function("T"), [len], [np.ones(2)]),
        (generator, [np.random.default_rng(0)], [None, 0, np.random]),
    ],
)
def test_rules(rule, right, wrong):
    assert all(map(rule.holds, right)) and not any(map(rule.holds, wrong))


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), np.array(0.5), 0.5])
def test_numbers_of_numpys_are_passed_on_as_pythons(number):
    @shapes(x="...", k="", p=between(0, 1))
    def f(x, k, p=1.0):
        return type(k), type(p), (x * k * p).dtype

    x = np.ones(2, np.float32)
    assert f(x, number) == f(x, k=number, p=number) == (float, float, np.float32)


def test_only_caches_and_shapes_may_be_tuples_of_ints():
    @shapes(cache="N D", x_shape="N D", x="N D")
    def f(cache=None, x_shape=None, x=None):
        return True

    assert f((2, 3)) and f(x_shape=(2, 3))
    with pytest.raises(ValueError, match="f: x must be an array, got a tuple"):
        f(x=(2, 3))
    with pytest.raises(ValueError, match="f: x must be an array, got a list"):
        f(x=[(2, 3)])


def test_words_for_dtypes():
    @shapes(real="N real", whole="N whole", floats="... float")
    def f(real=None, whole=None, floats=None):
        return True

    assert f(np.ones(2), np.ones(2, np.uint8), np.ones(2, np.float32)) and f(np.ones(2, np.int64))
    with pytest.raises(ValueError, match="f: real must hold floats or int64, got uint8"):
        f(np.ones(2, np.uint8))
    with pytest.raises(ValueError, match="f: whole must hold whole numbers, got floats"):
        f(whole=np.ones(2))
    with pytest.raises(ValueError, match="f: floats must be an array of floats, got a float"):
        f(floats=1.0)


def test_labels_in_the_other_byte_order():
    @shapes(labels="N <K", K=whole(1))
    def f(labels, K):
        return True

    assert f(np.array([0, 2], ">i4"), 3)
    with pytest.raises(ValueError, match="from 0 to 2, got -1 to 0"):
        f(np.array([0, -1], ">i4"), 3)


def test_rules_that_depend_on_sizes():
    @shapes(x="H W", size=whole(1, at_most="H W"), heads=whole(1, divides="W"))
    def f(x, size, heads):
        return True

    assert f(np.ones((4, 6)), 4, 3)
    with pytest.raises(ValueError, match="f: size must be at most 4, got 5"):
        f(np.ones((4, 6)), 5, 3)
    with pytest.raises(ValueError, match="f: heads must divide W = 6, got 4"):
        f(np.ones((4, 6)), 4, 4)


def test_a_class_that_inherits_a_method_refuses_by_its_own_name():
    class Layer:
        @shapes(x="N D")
        def forward(self, x):
            return x

    class Gate(Layer):
        pass

    for layer in (Gate(), Layer()):
        with pytest.raises(ValueError, match=rf"^{type(layer).__name__}: x must have shape"):
            layer.forward(np.ones(3))
    with pytest.raises(ValueError, match="x must have shape"):
        Layer.forward(self=Gate(), x=np.ones(3))
