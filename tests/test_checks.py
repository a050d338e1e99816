import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import dlutils
from dlutils import checks, mistakes
from dlutils.checks import CheckFailed, case, normal
from dlutils.checks.compare import difference

SMALL = case(dy=np.array([[1.0]]), cache=(np.array([[2.0, 3.0]]), np.ones((2, 1)), np.zeros(1)))
LARGE = case(
    dy=normal(4, 2, seed=0),
    cache=(normal(4, 3, seed=1), normal(3, 2, seed=2), np.zeros(2)),
)


def message(check, *args, **options):
    with pytest.raises(CheckFailed) as caught:
        check(*args, **options)
    return str(caught.value)


def over_outputs(dy, cache):
    x, W, _ = cache
    return dy @ W.T, x.T @ dy, dy.sum(axis=1)


def test_a_right_answer_passes_with_one_line(capsys):
    checks.agrees("linear_backward", dlutils.linear_backward, SMALL, LARGE)
    assert capsys.readouterr().out == "✓ linear_backward: 2 cases agree with the reference\n"


def test_a_wrong_shape_names_the_part_the_shapes_and_what_agrees():
    text = message(checks.agrees, "linear_backward", over_outputs, SMALL, LARGE)
    first, *rest = text.splitlines()
    assert first.startswith("linear_backward: case 2 of 2: ")
    assert "expected [1.5345 1.2815]  shape (2,)" in rest[0] and "  db  " in rest[0]
    assert rest[1].endswith("shape (4,)")
    assert "  Right: dx and dW." in rest


def test_the_smallest_failing_case_is_shown():
    text = message(
        checks.agrees,
        "neuron",
        lambda x, w, b: x @ w,
        *[case(x=normal(n, 2, seed=0), w=np.ones(2), b=0.5) for n in (5, 1, 3)],
    )
    assert text.startswith("neuron: case 2 of 3: x = [[")


def test_a_known_mistake_is_named(monkeypatch):
    known = mistakes.Mistake("linear_backward", "db is summed over axis 1", over_outputs)
    monkeypatch.setitem(mistakes.catalogue(), "linear_backward", [known])
    text = message(checks.agrees, "linear_backward", over_outputs, SMALL, LARGE)
    assert text.endswith("This is what you get when db is summed over axis 1.")
    other = message(checks.agrees, "linear_backward", lambda dy, cache: (0, 0, 0), SMALL, LARGE)
    assert "This is what you get" not in other


def test_mistakes_that_the_inputs_cannot_tell_apart_are_both_named(monkeypatch):
    known = [
        mistakes.Mistake("neuron", "b is forgotten", lambda x, w, b: x @ w),
        mistakes.Mistake("neuron", "b is multiplied", lambda x, w, b: (x @ w) * b),
    ]
    monkeypatch.setitem(mistakes.catalogue(), "neuron", known)
    text = message(
        checks.agrees, "neuron", lambda x, w, b: x @ w, case(x=np.ones((1, 2)), w=np.ones(2), b=1.0)
    )
    assert text.endswith("when b is forgotten, or when b is multiplied.")


def test_hidden_failures_show_no_value():
    secret = case(x=np.full((1, 2), 0.123), w=np.full(2, 0.456), b=0.789)
    for answer in (
        lambda x, w, b: x @ w,
        lambda x, w, b: (x @ w + b)[:, None],
        lambda x, w, b: None,
        lambda x, w, b: 1 / 0,
        lambda x, w, b: int("123 " + str(x)),
        lambda x, w, b: x @ w * np.nan,
    ):
        text = message(checks.agrees, "neuron", answer, secret, hidden=True)
        assert text.startswith("neuron: hidden case 1 of 1\n")
        assert not any(part in text for part in ("123", "456", "789", "0.9"))
    assert "raised ZeroDivisionError" in message(
        checks.agrees, "neuron", lambda x, w, b: 1 / 0, secret, hidden=True
    )


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, w, b: np.full(len(x), np.nan),
        lambda x, w, b: np.full(len(x), np.inf),
        lambda x, w, b: np.array([]),
        lambda x, w, b: 4.0,
        lambda x, w, b: (x @ w + b)[None],
        lambda x, w, b: (x @ w + b).astype(complex),
        lambda x, w, b: (x @ w + b).astype(object),
        lambda x, w, b: [str(v) for v in x @ w + b],
        lambda x, w, b: {"y": x @ w + b},
        lambda x, w, b: x,
        lambda x, w, b: None,
        lambda x, w, b: sys.exit(0),
        lambda x, w, b: next(iter(())),
        lambda x, w, b: pytest.skip("no"),
    ],
)
def test_nothing_but_the_value_passes(answer):
    text = message(checks.agrees, "neuron", answer, case(x=np.ones((2, 3)), w=np.ones(3), b=1.0))
    assert len(text.splitlines()) <= 12


def test_a_mutated_input_does_not_pass_for_a_result():
    def in_place(w, b, x, y, lr):
        w += lr * x
        b += lr
        return w, b

    right = case(w=np.zeros(2), b=0.0, x=np.ones(2), y=1, lr=0.5)
    checks.agrees("perceptron_update", in_place, right)
    assert "changed its input w" in message(checks.unchanged, "perceptron_update", in_place, right)


def test_untouched_and_missing_results_are_named():
    def stub(x, w, b):
        raise NotImplementedError

    one = case(x=np.ones((2, 3)), w=np.ones(3), b=1.0)
    assert "not written yet" in message(checks.agrees, "neuron", stub, one)
    assert "not written yet" in message(checks.agrees, "neuron", stub, one, hidden=True)
    assert "is the `return` missing?" in message(checks.agrees, "neuron", lambda *_: None, one)


def test_an_error_shows_the_students_own_line():
    def answer(x, w, b):
        return np.dot(w, x) + b

    text = message(checks.agrees, "neuron", answer, case(x=np.ones((2, 3)), w=np.ones(3), b=1.0))
    assert "raised ValueError" in text
    assert "in answer, line" in text and "return np.dot(w, x) + b" in text


def test_prints_are_shown_for_visible_cases_and_dropped_for_hidden_ones(capsys):
    def chatty(x, w, b):
        print("secret", x[0, 0])
        return x @ w + b

    one = case(x=np.full((1, 1), 0.5), w=np.ones(1), b=0.0)
    checks.agrees("neuron", chatty, one)
    assert "secret 0.5" in capsys.readouterr().out
    checks.agrees("neuron", chatty, one, hidden=True)
    captured = capsys.readouterr()
    assert "secret" not in captured.out + captured.err


def test_warnings_and_stderr_cost_nothing(capsys):
    def noisy(x, w, b):
        np.log(np.zeros(1))
        print("to stderr", file=sys.stderr)
        return x @ w + b

    checks.agrees("neuron", noisy, case(x=np.ones((1, 1)), w=np.ones(1), b=0.0))
    assert capsys.readouterr().err == ""


def relu(z):
    return np.abs(z)


def mlp_forward(x, params):
    activations = [x]
    for i, (W, b) in enumerate(params):
        z = activations[-1] @ W + b
        activations.append(relu(z) if i < len(params) - 1 else z)
    return activations


def test_one_mistake_costs_one_exercise(capsys, monkeypatch):
    monkeypatch.setitem(mistakes.catalogue(), "relu", [])
    params = [(normal(3, 4, seed=1), np.ones(4)), (normal(4, 2, seed=2), np.ones(2))]
    checks.agrees("mlp_forward", mlp_forward, case(x=normal(5, 3, seed=0), params=params))
    assert "the reference's relu in place of yours" in capsys.readouterr().out
    assert relu(-1.0) == 1.0


def test_raises():
    wrong = case(prediction=np.ones(3), target=np.ones((3, 1)))
    checks.raises("mse_loss", dlutils.mse_loss, ValueError, wrong)
    text = message(checks.raises, "mse_loss", lambda p, t: 0.0, ValueError, wrong)
    assert "should raise ValueError, but returned a value" in text
    text = message(checks.raises, "mse_loss", lambda p, t: p.nope, ValueError, wrong)
    assert "but raised AttributeError" in text


def test_a_check_that_proves_nothing_is_refused():
    with pytest.raises(RuntimeError, match="no finite value"):
        checks.agrees(
            "neuron", dlutils.neuron, case(x=np.full((1, 1), np.inf), w=np.ones(1), b=0.0)
        )
    with pytest.raises(RuntimeError, match="nothing to compare"):
        checks.agrees("neuron", dlutils.neuron, case(x=np.ones((0, 1)), w=np.ones(1), b=0.0))
    with pytest.raises(LookupError, match="no reference named 'nothing'"):
        checks.agrees("nothing", print)


def test_ipython_shows_the_message_without_a_traceback():
    failure = CheckFailed("neuron: case 1 of 1\n  expected 1")
    assert failure._render_traceback_() == ["neuron: case 1 of 1", "  expected 1"]


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ((np.ones(2), 1.0), [np.ones(2), 1]),
        ([3, 1, 0], np.array([3, 1, 0])),
        ([3, 1, 0], (3, 1, 0)),
        (np.array([0, 1]), np.array([False, True])),
        (1.5, np.float32(1.5)),
        (2.0, np.array(2.0)),
        ({"a": 1.0}, {"a": 1}),
        (["x", None], ["x", None]),
        (np.ones(2, np.float32), [1.0, 1.0]),
    ],
)
def test_legitimate_variants_agree(expected, got):
    assert difference(expected, got) is None


@pytest.mark.parametrize(
    ("expected", "got", "kind"),
    [
        (np.ones(3), np.ones((1, 3)), "shape"),
        (1.0, np.ones(1), "shape"),
        ((1.0, 2.0, 3.0), (1.0, 2.0), "shape"),
        ((np.ones(2), 1.0), (np.ones(2),), "length"),
        ((np.ones(2), 1.0), np.ones(2), "type"),
        ({"a": 1.0}, {"b": 1.0}, "length"),
        ("a", "b", "values"),
        (None, 0, "type"),
        (np.array([1e-9, 1.0]), np.array([0.1, 1.0]), "values"),
        (np.zeros(2), np.full(2, 1e-6), "values"),
    ],
)
def test_differences_have_their_kind(expected, got, kind):
    assert difference(expected, got).kind == kind


@given(
    arrays(float, array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6, width=32)),
    st.floats(1e-3, 10),
)
def test_agreement_is_relative_to_the_size_of_the_numbers(value, scale):
    assert difference(value, value.copy()) is None
    assert difference(value * scale, value * scale * (1 + 1e-5)) is None
    if np.any(np.abs(value) > 1e-3):
        assert difference(value * scale, value * scale * 1.01) is not None


def test_a_law_holds_or_names_itself(capsys):
    rng = np.random.default_rng(0)
    case = checks.case(n_in=400, n_out=300, rng=rng)
    law = {"measure": lambda f, *given: np.var(f(*given)) * given[0], "within": (1.9, 2.1)}

    def small(n_in, n_out, rng):
        return rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)

    def large(n_in, n_out, rng):
        return rng.normal(size=(n_in, n_out)) * np.sqrt(2 / n_in)

    checks.holds("he_init", large, "the variance, times n_in", case, **law)
    assert "1 case obeys the law: the variance, times n_in" in capsys.readouterr().out
    with pytest.raises(checks.CheckFailed, match=r"the variance, times n_in: expected 1.9 to 2.1"):
        checks.holds("he_init", small, "the variance, times n_in", case, **law)
    with pytest.raises(checks.CheckFailed) as hidden:
        checks.holds("he_init", small, "the variance, times n_in", case, **law, hidden=True)
    assert "does not hold" in str(hidden.value) and "1.0" not in str(hidden.value)
    for broken in (lambda *a: None, lambda *a: np.nan, lambda *a: 1 / 0):
        with pytest.raises(checks.CheckFailed):
            checks.holds("he_init", broken, "the variance, times n_in", case, **law)


def test_a_law_that_the_reference_breaks_is_no_law():
    with pytest.raises(RuntimeError, match="breaks the law"):
        checks.holds("he_init", lambda *a: 0, "x", checks.case(n_in=2, n_out=2,
                     rng=np.random.default_rng(0)), measure=lambda f, *a: np.mean(f(*a)),
                     within=(9, 10))  # fmt: skip


def test_a_hidden_shape_that_no_input_has_is_not_shown():
    case = checks.case(x=np.full((4, 3), 17.0), w=np.ones(3), b=0.0)
    for shape, shown in (((3,), True), ((17,), False), ((4, 17), False), ((4, 1), True)):
        with pytest.raises(checks.CheckFailed) as failure:
            checks.agrees("neuron", lambda x, w, b, s=shape: np.zeros(s), case, hidden=True)
        assert (f"got {shape}" in str(failure.value)) == shown


def test_a_notebook_shows_the_message_as_html_once(monkeypatch):
    import IPython
    from IPython import display as notebook

    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setattr(notebook, "publish_display_data", shown.append)
    text = "neuron: case 1 of 2: x = [[1.]] < 2\n  dW  expected [1.]  shape (1,)\n      got [2.]"
    failure = CheckFailed(f"{text}\n  This is what you get when b is <b>missing</b>.")
    for _ in "12":  # ipykernel asks twice
        lines = failure._render_traceback_()
        assert lines == ["Not passed: neuron. The message stands above."]
    [data] = shown
    assert data["text/plain"] == str(failure)
    page = data["text/html"]
    assert 'role="alert"' in page and '<th scope="row" style="text-align: left">dW expected' in page
    assert "<strong>This is what you get when b is &lt;b&gt;missing&lt;/b&gt;.</strong>" in page
    assert "&lt; 2" in page
