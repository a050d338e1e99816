"""What a test cell can do with a student's names, and what it cannot."""

import copy
import gc
import time
import weakref

import numpy as np
import pytest

import dlutils
from dlcourse.judge.proxy import Proxy
from dlcourse.judge.remote import Lost, TookTooLong, Unusable
from dlcourse.judge.testcell import judge
from dlutils import checks
from tests.judge_process import student_process

CODE = """\
import collections
import numpy as np
import dlutils
from dlutils import numerical_gradient

def add(x, y=1, *, z=0):
    return x + y + z

def double_in_place(x):
    x *= 2

def same(x):
    return x

def fail(kind, *args):
    raise kind(*args)

def fail_with(name, text):
    import builtins
    raise getattr(builtins, name, RuntimeError)(text)

class Mine(ValueError):
    pass

def fail_mine():
    raise Mine("of my own")

def solve():
    return np.linalg.inv(np.zeros((2, 2)))

def batches(x, size):
    for start in range(0, len(x), size):
        yield x[start:start + size]

class Momentum:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr
        self.velocity = [np.zeros_like(p) for p in params]
        self._secret = 1

    def step(self, grads):
        for p, v, g in zip(self.params, self.velocity, grads):
            v *= 0.5
            v += g
            p -= self.lr * v

class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.waited = patience, 0
        self.best_loss, self.best_params = float("inf"), None

    def update(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.best_params = loss, [p.copy() for p in params]
            self.waited = 0
            return False
        self.waited += 1
        return self.waited >= self.patience

class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other))
    def __mul__(self, other):
        return Value(self.data * (other.data if isinstance(other, Value) else other), (self,))
    __radd__, __rmul__ = __add__, __mul__
    def __pow__(self, n):
        return Value(self.data ** n, (self,))
    def __neg__(self):
        return self * -1
    def __len__(self):
        return 3
    def __float__(self):
        return self.data
    def __eq__(self, other):
        return True
    def __repr__(self):
        return "<right>"

Tensor = type("Tensor", (), {"__init__": lambda s, d: setattr(s, "data", d),
                             "__array_ufunc__": None,
                             "__rmatmul__": lambda s, o: Tensor(o @ s.data)})

class Cell:
    def __init__(self, x): self.x = x
def forward(x): return 2 * x, Cell(x)
def backward(dy, cache): return dy * cache.x
def noisy(x):
    import sys
    print("out", x); print("err", file=sys.stderr)
    return x
def calls(f, *args): return f(*args)
def peek(f): return [n for n in dir(f) if not n.startswith("_")]
def keeps(f): globals()["kept"] = f
def use_kept(x): return kept(x)
def slow(): import time; time.sleep(60)
"""


@pytest.fixture(scope="module")
def student():
    with student_process([CODE]) as student:
        yield student


@pytest.fixture(scope="module")
def get(student):
    return student.lookup


def test_functions_take_and_give_data(get):
    assert get("add")(2) == 3
    assert get("add")(2, 5, z=1) == 8
    assert np.array_equal(get("add")(np.ones(3), y=2.0), [3, 3, 3])
    with pytest.raises(NameError, match="name 'nothing' is not defined"):
        get("nothing")


def test_arguments_changed_in_place_are_changed_here(get):
    x = np.arange(3.0)
    assert get("double_in_place")(x) is None
    assert x.tolist() == [0, 2, 4]
    assert get("same")(x) is x and get("same")([x, x])[1] is x
    params = [(np.eye(2), np.zeros(2))]
    assert get("same")(params) is params and get("same")(params)[0][0] is params[0][0]


def test_an_optimiser_that_holds_the_parameters_sees_the_judges_updates(get):
    params = [np.ones(2), np.zeros((2, 2))]
    optimiser = get("Momentum")(params, 0.1)
    optimiser.step([np.ones(2), np.ones((2, 2))])
    assert params[0].tolist() == [0.9, 0.9]
    params[0] += 1
    optimiser.step([np.zeros(2), np.zeros((2, 2))])
    assert np.allclose(params[0], 1.85)
    assert optimiser.params[1] is params[1]
    assert optimiser.velocity[0].tolist() == [0.5, 0.5]


def test_classes_instances_and_public_attributes(get):
    stopping = get("EarlyStopping")(2)
    params = [np.zeros(2)]
    assert stopping.update(1.0, params) is False
    params[0] += 5
    assert [stopping.update(2.0, params), stopping.update(2.0, params)] == [False, True]
    assert stopping.best_loss == 1.0 and stopping.best_params[0].tolist() == [0, 0]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = stopping.nothing
    for name in ("_secret", "__dict__", "__globals__"):
        with pytest.raises(AttributeError):
            getattr(get("Momentum")([], 1), name)


def test_generators_run_lazily_and_see_what_changes_meanwhile(get):
    x = np.arange(5.0)
    batches = get("batches")(x, 2)
    first = next(batches)
    assert first.tolist() == [0, 1] and np.shares_memory(first, x)
    x[2] = 77
    assert [batch.tolist() for batch in batches] == [[77, 3], [4]]
    with pytest.raises(StopIteration):
        next(batches)


def test_random_draws_go_on_from_where_the_student_left(get):
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    draw = get("calls")
    assert get("same")(rng) is rng
    assert draw(lambda g: g.normal(), rng) == twin.normal()
    assert rng.normal() == twin.normal()


def test_functions_of_the_judge_can_be_called_and_nothing_else(get):
    gradient = get("numerical_gradient")(lambda x: np.sum(x**3), np.array([1.0, 2.0]))
    assert np.allclose(gradient, [3, 12], rtol=1e-4)
    assert get("calls")(lambda a, b: [b, a], 1, [2]) == [[2], 1]
    assert get("calls")(np.tanh, 0.0) == 0
    assert get("peek")(lambda: 0) == ["number"]
    f = len
    assert get("same")(f) is f
    get("keeps")(lambda x: x + 1)
    assert get("use_kept")(4) == 5
    assert get("calls")(lambda x: get("add")(x, 1), 5) == 6  # a call within a call within a call
    with pytest.raises(ZeroDivisionError):
        get("calls")(lambda: 1 / 0)
    with pytest.raises(TypeError, match="no plain data"):
        get("same")(np)


def test_a_callback_may_change_what_it_is_given(get):
    x = np.zeros(2)

    def set_first(array):
        array[0] = 7
        return array

    assert get("calls")(set_first, x) is x and x[0] == 7


def test_what_is_no_data_goes_home_as_itself(get):
    y, cache = get("forward")(np.arange(3.0))
    assert isinstance(cache, Proxy) and y.tolist() == [0, 2, 4]
    assert get("backward")(np.ones(3), cache).tolist() == [0, 1, 2]
    assert get("same")({"cache": [cache]})["cache"][0] is cache
    assert copy.deepcopy(cache) is cache
    with pytest.raises(Unusable, match="a matrix cannot be sent"):
        get("matrix_like")()


@pytest.fixture(scope="module", autouse=True)
def matrix(student):
    student.run("def matrix_like(): return np.asmatrix([[1.0]])", "matrix")


def test_exceptions_keep_their_kind_text_and_the_students_frames(get):
    for kind in (ValueError, KeyError, IndexError, ZeroDivisionError, OSError, StopIteration):
        with pytest.raises(kind) as caught:
            get("fail_with")(kind.__name__, "some text")
        assert type(caught.value) is kind and str(caught.value) == str(kind("some text"))
        [frame] = caught.value.student_frames
        assert (frame.name, frame.line) == (
            "fail_with",
            "raise getattr(builtins, name, RuntimeError)(text)",
        )
        assert CODE.splitlines()[frame.lineno - 1].strip() == frame.line
    with pytest.raises(ValueError, match="of my own") as caught:
        get("fail_mine")()
    assert type(caught.value).__name__ == "Mine"
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        get("solve")()
    with pytest.raises(SystemExit):
        get("fail_with")("SystemExit", "bye")
    with pytest.raises(Exception, match="stop") as caught:
        get("fail_with")("KeyboardInterrupt", "stop")
    assert not isinstance(caught.value, KeyboardInterrupt)
    with pytest.raises(UnicodeDecodeError, match="invalid start byte"):
        get("calls")(lambda: b"\xff".decode())


def test_prints_of_a_call_appear_where_the_test_prints(get, capsys):
    get("noisy")(5)
    assert capsys.readouterr() == ("out 5\nerr\n", "")


def test_proxies_refuse_what_would_decide_a_verdict(student, get):
    value = get("Value")(2)
    student.arithmetic = frozenset()
    for refused in (
        lambda: value == 2, lambda: value != 2, lambda: value < 3, lambda: bool(value),
        lambda: hash(value), lambda: np.asarray(value), lambda: np.array([value]),
        lambda: int(value),
        lambda: 2 in value, lambda: value + 1, lambda: 1 + value, lambda: np.ones(2) * value,
        lambda: -value, lambda: np.add(value, 1), lambda: setattr(value, "data", 3),
        lambda: copy.copy(value), lambda: get("add") + 1,
    ):  # fmt: skip
        with pytest.raises(TypeError):
            refused()
    assert repr(value) == str(value) == f"{value}" == "<object of the submission>"
    assert checks.compare.as_numbers(value) is None
    assert float(value) == 2.0 and len(value) == 3 and value.data == 2.0


def test_arithmetic_passes_for_the_classes_that_a_test_names(student, get):
    student.arithmetic = frozenset({"Value", "Tensor"})
    Value, Tensor = get("Value"), get("Tensor")
    a, b = Value(2), Value(3)
    assert (a + b).data == 5 and (1 + a).data == 3 and (a * 2).data == 4 and (-a).data == -2
    assert (np.float64(3) * a).data == 6 and (a**3).data == 8
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = a - 1
    left = np.arange(4.0).reshape(2, 2)
    assert np.array_equal((left @ Tensor(np.eye(2))).data, left)
    parents = (a + b).parents
    assert parents[0] is a and parents[1] is b
    with pytest.raises(TypeError):
        get("EarlyStopping")(1) + 1
    with pytest.raises(TypeError):
        _ = a == b
    student.arithmetic = frozenset()


def test_checks_work_on_classes_by_using(student):
    test = """\
from dlutils import checks
checks.agrees("Value", Value, checks.case(a=2.0, b=-3.0),
    using=lambda V, a, b: (V(a) * V(b) + V(a) ** 3 + 1.5).data)
"""
    verdict = judge(test, student, ["Value"])
    assert verdict.fraction == 1, verdict
    verdict = judge(test.replace("* V(b)", "- V(b)"), student, ["Value"])
    assert "raised TypeError: unsupported operand type(s) for -" in verdict.message


def test_checks_raises_and_unchanged_see_through_a_proxy(student):
    student.run(
        "def mse_loss(p, t):\n    raise ValueError('shapes')\n"
        "def softmax(z):\n    z -= z.max()\n    e = np.exp(z)\n    return e / e.sum()",
        "answers",
    )
    case = "checks.case(p=np.ones(2), t=np.ones(3))"
    start = "import numpy as np\nfrom dlutils import checks\n"
    raises = f'{start}checks.raises("mse_loss", mse_loss, ValueError, {case})'
    assert judge(raises, student, ["mse_loss"]).fraction == 1
    assert judge(raises.replace("ValueError", "KeyError"), student, ["mse_loss"]).fraction == 0
    pure = f'{start}checks.unchanged("softmax", softmax, checks.case(logits=np.array([1.0, 2.0])))'
    assert "changed its input logits" in judge(pure, student, ["softmax"]).message
    value = pure.replace("unchanged", "agrees")
    assert judge(value, student, ["softmax"]).fraction == 1


def test_nothing_is_held_once_it_is_not_used(student, get):
    for i in range(300):
        y, cache = get("forward")(np.full(10, i))
        get("backward")(y, cache)
        get("calls")(lambda x, i=i: x + i, 1)
    del y, cache
    gc.collect()
    for _ in range(3):
        get("add")(1)
    assert len(student._link.replicas.entries) < 10
    assert len(student._imports.stand_ins) < 10
    held = student._exports.objects
    assert len(held) < 10
    inside = get("calls")
    student.run(
        "import gc\nfrom dlcourse.judge.student import Server\n"
        "def counts():\n    s = next(o for o in gc.get_objects() if isinstance(o, Server))\n"
        "    return len(s.link.replicas.entries), len(s.exports.objects)",
        "counts",
    )
    replicas, exports = get("counts")()
    assert replicas < 10 and exports < 20 and inside is not None


def test_the_library_refuses_names_that_the_chapter_asks_for():
    with student_process(["import dlutils\nfrom dlutils import softmax as before"]) as student:
        student.lock(["softmax", "linear_forward", "no_such_name"])
        student.run("from dlutils import softmax\nimport numpy as np", "one")
        for call in ("softmax", "dlutils.linear_forward"):
            ran = student.run(f"{call}(np.ones((1, 2)))", "two")
            assert ran.error == "NotImplementedError"
            assert "you write this one here" in ran.outputs[-1].evalue
        assert not student.run(
            "dlutils.cross_entropy(np.ones((1, 2)), np.array([0]))", "three"
        ).error
    assert callable(dlutils.softmax)


def test_cells_give_their_outputs_and_only_text_and_pictures(student):
    ran = student.run(
        "import sys\nfrom IPython.display import HTML, display\nimport matplotlib.pyplot as plt\n"
        "print('a'); print('b', end=''); print('<b>', file=sys.stderr)\n"
        "display(HTML('<script>alert(1)</script>'))\nplt.plot([1, 2]); plt.show()\n7 * 6",
        "outputs",
    )
    kinds = [output.output_type for output in ran.outputs]
    assert kinds == ["stream", "stream", "display_data", "display_data", "execute_result"]
    assert ran.outputs[0].text == "a\nb" and ran.outputs[1].name == "stderr"
    assert set(ran.outputs[2].data) == {"text/plain"}
    assert ran.outputs[3].data["image/png"] and ran.outputs[4].data["text/plain"] == "42"
    assert "script" not in str(ran.outputs)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f():\n    return 1 / 0\nf()", ["in <module>, line 3:", "    f()", "in f, line 2:",
         "    return 1 / 0", "ZeroDivisionError: division by zero"]),
        ("import numpy\nnumpy.linalg.inv(numpy.zeros((2, 2)))", ["in <module>, line 2:",
         "    numpy.linalg.inv(numpy.zeros((2, 2)))", "LinAlgError: Singular matrix"]),
        ("x = 1\ny = 2 +* 3", ["line 2:", "    y = 2 +* 3", "SyntaxError: invalid syntax"]),
        ("input('?')", ["in <module>, line 1:", "    input('?')",
         "RuntimeError: input() cannot ask anybody in grading."]),
        ("!ls", ["UsageError: Shell commands and installations are not run in grading."]),
        ("%pip list", ["UsageError: Shell commands and installations are not run in grading."]),
        ("%%bash\nls", ["UsageError: Shell commands and installations are not run in grading."]),
    ],
)  # fmt: skip
def test_an_error_shows_the_students_frames_only(student, source, lines):
    ran = student.run(source, "error")
    assert ran.outputs[-1].output_type == "error" and ran.error == ran.outputs[-1].ename
    assert ran.outputs[-1].traceback[-len(lines) :] == lines
    assert "site-packages" not in str(ran.outputs)


def test_floods_are_cut(student):
    ran = student.run("for i in range(200_000): print('x' * 50)\n[0] * 10**6", "flood")
    assert sum(len(str(output)) for output in ran.outputs) < 1_000_000
    ran = student.run("for i in range(3000): display(i)", "displays")
    assert len(ran.outputs) <= 201


def test_a_loop_in_a_cell_is_interrupted_and_the_process_lives_on():
    with student_process(["x = 1"], grace=5.0) as student:
        ran = student.run("while True: x += 1", "loop", seconds=0.5)
        assert ran.interrupted and ran.error == "KeyboardInterrupt"
        assert student.run("y = 2", "next").error == "" and student.lookup("y") == 2
        student.seconds = 0.5
        student.run("import time\ndef slow(): time.sleep(60)", "slow")
        start = time.monotonic()
        with pytest.raises(TookTooLong):
            student.lookup("slow")()
        assert time.monotonic() - start < 3 and student.timed_out and not student.lost
        assert student.lookup("y") == 2


def test_after_a_loss_every_call_says_so():
    with student_process(["def die(): import os; os._exit(0)\ndef one(): return 1"]) as student:
        one = student.lookup("one")
        with pytest.raises(Lost):
            student.lookup("die")()
        with pytest.raises(Lost, match="lost"):
            one()


def test_a_proxy_that_is_used_no_more_is_let_go(student, get):
    gone = weakref.ref(get("Value")(1))
    assert gone() is None
