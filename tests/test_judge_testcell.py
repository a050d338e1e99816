"""Test cells through the judge: the verdict of one process, out of the reach of student code."""

import contextlib
import inspect
import io
import re
from pathlib import Path

import numpy as np
import pytest

import dlutils
from dlcourse import course, source
from dlcourse.judge.remote import Lost
from dlcourse.judge.testcell import LATE, LOST, TestCell, judge
from dlutils import checks, mistakes
from tests.alternatives import all_alternatives
from tests.judge_process import student_process

CHAPTERS = course.chapters(Path(__file__).parents[1])[:3]
CELLS = [cell for chapter in CHAPTERS for cell in source.read(chapter)]
CHECKS = [cell for cell in CELLS if cell.role == "check"]
EXERCISES = list(dict.fromkeys(cell.exercise for cell in CHECKS))


def taken(exercise):
    return [exercise, exercise.replace("_backward", "_forward")]


def in_one_process(cell, implementation):
    """(passed, message) as in a student's own kernel."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(cell.source, "cell", "exec"), {cell.exercise: implementation})
        except checks.CheckFailed as failure:
            return False, str(failure)
    return True, ""


def without_places(message):
    return re.sub(r"\n *in \w+, line .*", "", message)


@pytest.fixture(scope="module")
def library():
    """A process that knows the modules of mistakes and alternatives as a student's own cells."""
    entered = [*mistakes.catalogue().items(), *all_alternatives().items()]
    functions = [
        entry.implementation for name, all_ in entered for entry in all_ if name in EXERCISES
    ]
    modules = dict.fromkeys(map(inspect.getmodule, functions))
    decorators = "def mistake(*_):\n    return lambda f: f\nalternative = mistake\n"
    cells = [
        re.sub(
            r"^from \S+ import (mistake|alternative)$", "", inspect.getsource(module), flags=re.M
        )
        for module in modules
    ]
    spaces = [
        f"import types\n{name} = types.ModuleType({name!r})\n"
        f"exec(compile({decorators + cell!r}, '<cell {name}>', 'exec'), vars({name}))"
        for name, cell in zip(map(name_of, modules), cells, strict=True)
    ]
    with student_process(spaces) as student:
        yield student


def name_of(module):
    return module.__name__.replace(".", "_")


def through_the_judge(library, cell, entry):
    module = name_of(inspect.getmodule(entry.implementation))
    ran = library.run(f"{cell.exercise} = {module}.{entry.name}", "it")
    assert not ran.error
    return judge(cell.source, library, taken(cell.exercise))


def entries(catalogue):
    return [
        pytest.param(entry, id=f"{exercise}-{entry.name}")
        for exercise in EXERCISES
        for entry in catalogue.get(exercise, [])
    ]


@pytest.mark.parametrize("entry", entries(mistakes.catalogue()) + entries(all_alternatives()))
def test_the_verdict_is_that_of_one_process(library, entry):
    for cell in CHECKS:
        if cell.exercise == entry.exercise:
            passed, message = in_one_process(cell, entry.implementation)
            verdict = through_the_judge(library, cell, entry)
            assert (verdict.fraction == 1) == passed
            assert without_places(verdict.message) == without_places(message)
    assert not library.lost
    assert len(library._link.replicas.entries) < 100


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.topic)
def test_a_chapters_own_solutions_pass_all_its_tests(chapter):
    cells = source.read(chapter)
    asked = [cell.exercise for cell in cells if cell.role == "solution"]
    with student_process() as student:
        student.lock(asked)
        for number, cell in enumerate(cells):
            if cell.role in ("code", "solution"):
                assert not student.run(cell.source, str(number)).error
            elif cell.role == "check":
                verdict = judge(cell.source, student, taken(cell.exercise))
                assert verdict.fraction == 1, verdict
                assert verdict.printed.startswith(f"✓ {cell.exercise}: ")


NEURON = """\
import numpy as np
from dlutils import checks
checks.agrees("neuron", neuron, checks.case(x=np.ones((1, 2)), w=np.array([3.0, -1.0]), b=0.5))
### BEGIN HIDDEN TESTS
checks.agrees("neuron", neuron, checks.case(x=np.full((4, 3), 17.25), w=np.ones(3),
              b=-8.125), hidden=True)
### END HIDDEN TESTS
"""
RIGHT = "def neuron(x, w, b):\n    return x @ w + b\n"


@pytest.fixture(scope="module")
def shared():
    """One process for cells that leave it usable."""
    with student_process() as student:
        yield student


def verdict_on(student, cell, test=NEURON, names=("neuron",)):
    with contextlib.suppress(Lost):
        student.run(cell, "answer")
    return judge(test, student, names)


def test_a_pass_shows_its_lines_and_visible_prints_only(shared):
    verdict = verdict_on(
        shared, "def neuron(x, w, b):\n    print(len(x), 'rows')\n    return x @ w + b"
    )
    assert verdict.fraction == 1 and verdict.message == verdict.error == ""
    assert verdict.printed == (
        "1 rows\n✓ neuron: 1 case agrees with the reference\n"
        "✓ neuron: 1 hidden case agrees with the reference\n"
    )


def test_an_error_is_told_with_the_students_own_line(shared):
    verdict = verdict_on(shared, "def neuron(x, w, b):\n    y = x @ w\n    return y + c")
    assert verdict.message.splitlines()[1:] == [
        "  raised NameError: name 'c' is not defined",
        "  in neuron, line 3: return y + c",
    ]


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ("def neuron(x, w, b):\n    raise NotImplementedError", "not written yet"),
        ("def neuron(x, w, b):\n    return np.asmatrix(x @ w + b)", "a matrix cannot be sent"),
        ("def neuron(x, w, b):\n    return (v for v in x @ w + b)", "of the submission"),
        ("def neuron(x, w, b):\n    import sys; sys.exit(0)", "raised SystemExit"),
        ("def neuron(x, w, b):\n    raise KeyboardInterrupt", "raised KeyboardInterrupt"),
        ("def neuron(x, w, b):\n    raise StopIteration", "raised StopIteration"),
        ("neuron = 5", "'int' object is not callable"),
        ("del neuron", "name 'neuron' is not defined."),
    ],
)
def test_what_fails_is_said_in_plain_words(shared, answer, part):
    shared.run("import numpy as np\n" + RIGHT, "before")
    verdict = verdict_on(shared, answer)
    assert verdict.fraction == 0 and part in verdict.message


def test_hidden_cases_show_neither_values_nor_the_answers_words(shared):
    for trick in (
        "raise ValueError(repr(x))",
        "return str(x)",
        "print(x, w, b); raise RuntimeError(x)",
        "raise type('E' + str(x.sum()).replace('.', '_'), (ValueError,), {})(x)",
        "return {'x': x}",
        "import sys; print(x, file=sys.stderr); return x",
    ):
        verdict = verdict_on(
            shared, f"def neuron(x, w, b):\n    if len(x) < 4: return x @ w + b\n    {trick}"
        )
        assert verdict.fraction == 0
        for secret in ("17.25", "8.125", "8.12", "43.6", "207"):
            assert secret not in verdict.message + verdict.printed


def test_an_error_of_the_hidden_part_itself_is_not_shown(shared):
    visible, _, _ = NEURON.partition('checks.agrees("neuron", neuron, checks.case(x=np.full')
    test = f"{visible}neuron(17.25)\n### END HIDDEN TESTS"
    verdict = verdict_on(shared, RIGHT, test)
    assert verdict.message == "The hidden part of the test raised TypeError."
    assert judge("neuron(17.25))", shared, ["neuron"]).message == "The test cell cannot be read."


def test_other_exercises_are_replaced_by_the_reference_on_a_second_try(shared):
    shared.lock(["linear_forward", "relu", "mlp_forward"])
    right = (
        "def mlp_forward(x, params):\n    out = [x]\n    for i, (W, b) in enumerate(params):\n"
        "        y, _ = linear_forward(out[-1], W, b)\n"
        "        out.append(y if i == len(params) - 1 else relu(y))\n    return out\n"
    )
    test = """\
import numpy as np
from dlutils import checks
checks.agrees("mlp_forward", mlp_forward, checks.random_case(0, x=(4, 3),
    params=[((3, 5), (5,)), ((5, 2), (2,))]))
"""
    wrong = "def relu(x):\n    return x\nfrom dlutils import linear_forward\n"
    verdict = verdict_on(shared, wrong + right, test, ["mlp_forward"])
    assert verdict.fraction == 1, verdict
    replaced = re.search(r"with the reference's (.*) in place of yours", verdict.printed)[1]
    assert "linear_forward" in replaced and "relu" in replaced
    assert shared.lookup("relu")(-3.0) == -3.0  # put back


FORGERIES = {
    "numpy.testing": "np.testing.assert_allclose = np.allclose = np.array_equal = lambda *a: True",
    "checks": "import dlutils.checks as c\nc.agrees = c.difference = lambda *a, **k: None",
    "compare": "import dlutils.checks.compare as c\nc.difference = c.as_numbers = lambda *a: None",
    "mistakes": "import dlutils\ndlutils.neuron = neuron",
    "builtins": "import builtins\nbuiltins.isinstance = builtins.all = lambda *a: True",
    "judge": "import dlcourse.judge.testcell as t\nt.judge = lambda *a: t.Verdict(1.0)",
    "equality": (
        "class Yes(np.ndarray):\n    def __eq__(self, o): return True\n"
        "    def __array_ufunc__(self, *a, **k): return True\n"
        "def neuron(x, w, b): return np.zeros(len(x)).view(Yes)"
    ),
    "object": (
        "class Yes:\n    __class__ = property(lambda self: np.ndarray)\n"
        "    def __eq__(self, o): return True\n    def __array__(self, *a, **k): return 1 / 0\n"
        "    __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __eq__\n"
        "def neuron(x, w, b): return Yes()"
    ),
    "transformer": "get_ipython().input_transformers_post.append(lambda lines: [])",
    "trace": "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    "failed": "import dlutils.checks as c\ndef neuron(x, w, b):\n    raise c.CheckFailed('fine')",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_the_students_process_replaces_decides_nothing(forgery):
    wrong = "import numpy as np\ndef neuron(x, w, b):\n    return x @ w\n"
    with student_process() as student:
        assert verdict_on(student, wrong + FORGERIES[forgery]).fraction == 0
        assert verdict_on(student, wrong).fraction == 0


def test_no_expected_value_ever_leaves_the_judge(shared, monkeypatch):
    sent = []
    channel = shared._link.channel
    send = type(channel).send
    monkeypatch.setattr(
        type(channel),
        "send",
        lambda self, header, arrays: (
            sent.append(bytes(header) + b"".join(a.tobytes() for a in arrays)),
            send(self, header, arrays),
        ),
    )
    x, w = np.array([[0.1234, 0.9876]]), np.array([3.3, -1.7])
    test = f"""\
import numpy as np
from dlutils import checks
checks.agrees("neuron", neuron, checks.case(x=np.array({x.tolist()}), w=np.array({w.tolist()}),
              b=0.77), hidden=True)
"""
    for answer in (RIGHT, "def neuron(x, w, b):\n    return x @ w", "def neuron(*a): return a"):
        verdict_on(shared, answer, test)
    traffic = b"".join(sent).replace(b"expected_calibration_error", b"")  # an exercise's name
    assert x.tobytes() in traffic  # the recorder works
    expected = dlutils.neuron(x, w, 0.77)
    assert expected.tobytes() not in traffic
    assert expected.astype(">f8").tobytes() not in traffic
    for word in (b"hidden", b"CheckFailed", b"expected", b"Verdict"):
        assert word not in traffic


def test_a_loop_is_a_timeout_whatever_it_catches():
    with student_process(seconds=0.5, grace=1.0) as student:
        student.run(RIGHT, "one", seconds=20)
        verdict = verdict_on(student, "def neuron(x, w, b):\n    while True: pass")
        assert (verdict.fraction, verdict.message) == (0, LATE)
        assert verdict_on(student, RIGHT).fraction == 1
        verdict = verdict_on(
            student,
            "import time\ndef neuron(x, w, b):\n    try:\n        while True: time.sleep(0.1)\n"
            "    except BaseException: return x @ w + b",
        )
        assert (verdict.fraction, verdict.message) == (0, LATE)
        verdict = verdict_on(
            student,
            "def neuron(x, w, b):\n    while True:\n        try:\n            time.sleep(0.1)\n"
            "        except BaseException: pass",
        )
        assert (verdict.fraction, verdict.message) == (0, LATE) and student.lost


def test_a_death_fails_the_cell_and_is_remembered():
    with student_process() as student:
        verdict = verdict_on(student, "def neuron(x, w, b):\n    import os; os._exit(0)")
        assert (verdict.fraction, verdict.message) == (0, LOST)
        assert "ended" in student.lost


def test_forged_messages_end_the_conversation_and_pass_nothing():
    socket_of_the_judge = """
import os, sys, struct, msgpack
def find():
    import gc
    from dlcourse.judge.channel import Channel
    return next(c for c in gc.get_objects() if isinstance(c, Channel))
channel = find()
"""
    for trick in (
        "channel.sock.sendall(b'nonsense' * 1000)",
        "channel.sock.sendall(struct.pack('<IQ', 2**31, 2**60))",
        "channel.sock.sendall(struct.pack('<IQ', 3, 0) + msgpack.packb([1, 2]))",
        "channel.send(msgpack.packb(((), (), (), (1, ((1, 99, 5))))), [])",
        "channel.sock.close()",
    ):
        with student_process() as student:
            student.run(socket_of_the_judge, "one")
            verdict = verdict_on(
                student, f"def neuron(x, w, b):\n    {trick}\n    return x @ w + b"
            )
            assert verdict.fraction == 0 and student.lost


def test_a_namespace_holds_no_more_than_the_exercise_asks_for(shared):
    shared.run("np = checks = helper = 5\n" + RIGHT, "names")
    assert judge(NEURON, shared, ["neuron"]).fraction == 1
    verdict = judge("helper(1)", shared, ["neuron"])
    assert verdict.message == "name 'helper' is not defined." and verdict.error == "NameError"
    shared.run("import numpy as np", "back")


def test_hidden_parts_can_wait_until_no_student_code_will_speak_any_more(shared):
    shared.run(RIGHT, "right")
    waiting = TestCell(NEURON, ["neuron"])
    assert waiting.visible(shared, label="right") is None and waiting.waits
    shared.run("def neuron(x, w, b): return 0", "later")
    failed = TestCell(NEURON, ["neuron"])
    assert failed.visible(shared).fraction == 0 and not failed.waits
    assert waiting.hidden(shared, label="right").fraction == 1  # on what the names meant
    assert waiting.verdict.printed.count("✓") == 2
    assert "case 1 of 1: x = " in failed.hidden(shared).message
