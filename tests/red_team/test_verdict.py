"""Attacks on the verdict: wrong code that wants points. Each gets 0 where it lies, and an honest
submission before and after it keeps every point."""

import pytest

from tests.red_team.target import RIGHT, WRONG

FORGERIES = {
    "numpy_testing": "import numpy.testing as t\nfor n in dir(t):\n"
    "    if n.startswith('assert'): setattr(t, n, lambda *a, **k: None)",
    "np_allclose": "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True",
    "np_all": "np.all = np.any = lambda *a, **k: True\nnp.abs = np.max = lambda *a, **k: 0.0",
    "builtins": "import builtins\nbuiltins.isinstance = lambda *a: True\n"
    "builtins.all = builtins.any = lambda *a: True\nbuiltins.len = lambda a: 0",
    "checks": "from dlutils import checks\nfor n in dir(checks):\n"
    "    if not n.startswith('_'): setattr(checks, n, lambda *a, **k: None)",
    "compare": "import dlutils.checks.compare as c\nc.difference = lambda *a, **k: None",
    "report": "import dlutils.checks.report as r\nr.CheckFailed = type('X', (Exception,), {})",
    "reference": "import dlutils\ndlutils.neuron = neuron",
    "library_module": "import sys, dlutils.perceptron as p\np.neuron = neuron\n"
    "p.neuron.__wrapped__ = neuron",
    "judge_modules": "import dlcourse.judge.testcell as t\n"
    "t.judge = t.TestCell = lambda *a: t.Verdict(1.0)",
    "sys_modules": "import sys, types\nfake = types.ModuleType('dlutils.checks')\n"
    "fake.agrees = fake.unchanged = fake.case = lambda *a, **k: None\n"
    "sys.modules['dlutils.checks'] = fake",
    "meta_path": "import sys\nclass Finder:\n    def find_spec(self, name, *a):\n"
    "        return None\nsys.meta_path.insert(0, Finder())\nsys.modules.pop('dlutils.checks', 0)",
    "input_transformer": "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
    "ast_transformer": "import ast\nclass Gut(ast.NodeTransformer):\n"
    "    def visit_Expr(self, node): return ast.Pass()\n"
    "get_ipython().ast_transformers.append(Gut())",
    "run_cell": "get_ipython().run_cell = lambda *a, **k: type('R', (), dict(\n"
    "    error_before_exec=None, error_in_exec=None))()",
    "settrace": "import sys, threading\nsys.settrace(lambda *a: None)\n"
    "threading.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    "atexit": "import atexit, os\natexit.register(lambda: os.write(3, b'\\0' * 100))",
    "gc_callback": "import gc\ngc.callbacks.append(lambda phase, info: gc.get_objects())",
    "excepthook": "import sys\nsys.excepthook = lambda *a: None\n"
    "get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)",
    "displayhook": "get_ipython().displayhook = lambda *a: None\nprint('2.0'); 2.0",
    "setattr_mistakes": "import dlutils.mistakes as m\nm.of = lambda name: []",
    "threads": "import threading, time\ndef spam():\n    while True:\n        time.sleep(0.01)\n"
    "        import dlutils.checks as c\n        c.agrees = lambda *a, **k: None\n"
    "threading.Thread(target=spam, daemon=True).start()",
}

LIARS = {
    "equality": "class Yes(np.ndarray):\n    def __eq__(self, o): return True\n"
    "    __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __eq__\n"
    "def neuron(x, w, b): return np.zeros(len(x)).view(Yes)",
    "array_ufunc": "class Yes(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return True\n"
    "    def __array_function__(self, *a, **k): return True\n"
    "def neuron(x, w, b): return np.zeros(len(x)).view(Yes)",
    "array_protocol": "class Yes:\n    def __array__(self, *a, **k): return np.zeros(1)\n"
    "    shape, ndim, dtype = (1,), 1, np.dtype(float)\ndef neuron(x, w, b): return Yes()",
    "class_property": "class Yes:\n    __class__ = property(lambda self: np.ndarray)\n"
    "    def __eq__(self, o): return True\ndef neuron(x, w, b): return Yes()",
    "lying_float": "class Yes(float):\n    def __sub__(self, o): return 0.0\n"
    "    def __rsub__(self, o): return 0.0\n    def __eq__(self, o): return True\n"
    "def neuron(x, w, b): return [Yes(0)] * len(x)",
    "masked": "def neuron(x, w, b): return np.ma.masked_all(len(x))",
    "object_array": "class Yes:\n    def __eq__(self, o): return True\n"
    "    def __sub__(self, o): return 0\n"
    "def neuron(x, w, b): return np.array([Yes()] * len(x), dtype=object)",
    "nan": "def neuron(x, w, b): return np.full(len(x), np.nan)",
    "infinite": "def neuron(x, w, b): return np.full(len(x), np.inf)",
    "empty": "def neuron(x, w, b): return np.zeros((0,))",
    "broadcastable": "def neuron(x, w, b): return (x @ w + b)[:, None]",
    "scalar": "def neuron(x, w, b): return float(np.mean(x @ w + b))",
    "mutated_input": "def neuron(x, w, b):\n    x[...] = 0\n    return x",
    "check_failed": "from dlutils.checks import CheckFailed\n"
    "def neuron(x, w, b): raise CheckFailed('✓ neuron: 1 case agrees with the reference')",
    "stop_iteration": "def neuron(x, w, b): raise StopIteration",
    "system_exit": "def neuron(x, w, b): raise SystemExit(0)",
    "keyboard_interrupt": "def neuron(x, w, b): raise KeyboardInterrupt",
    "generator_exit": "def neuron(x, w, b): raise GeneratorExit",
    "skip": "import unittest\ndef neuron(x, w, b): raise unittest.SkipTest('fine')",
    "warning": "def neuron(x, w, b): raise UserWarning('fine')",
    "exception_class": "class E(Exception):\n    def __str__(self): raise SystemExit(0)\n"
    "    def __class_getitem__(c, i): return c\ndef neuron(x, w, b): raise E()",
    "reduce": "class R:\n    def __reduce__(self): return (print, ('owned',))\n"
    "def neuron(x, w, b): return R()",
    "function": "def neuron(x, w, b): return neuron",
    "generator": "def neuron(x, w, b): yield from (x @ w + b)",
    "locked_reference": "import dlutils\nneuron = dlutils.neuron",
    "locked_in_its_module": "from dlutils.perceptron import neuron",
    "locked_by_vars": "import dlutils\nneuron = vars(dlutils)['neuron']",
    "standing": "class Yes:\n    def __call__(self, x, w, b): return 0 * (x @ w)\n"
    "    def _standing_on_reference_(self, *a): return 1 / 0\nneuron = Yes()",
}

WIRE = {
    "forged_answer": "os.write(3, prefix(b'\\x93\\x01\\x01\\x90'))",
    "every_kind": "for k in range(6): os.write(3, prefix(msgpack.packb(((), (), (), "
    "(1, 0, (1, k, ())))) ))",
    "nonsense": "os.write(3, b'nonsense' * 4096)",
    "huge": "os.write(3, struct.pack('<IQ', 2**31, 2**60))",
    "deep": "os.write(3, prefix(b'\\x91' * 200_000))",
    "closed": "os.close(3)",
    "silence": "import time; time.sleep(1000)",
    "other_thread": "import threading\n    threading.Thread(target=lambda: [os.write(3, b'x' * 99) "
    "for _ in range(999)]).start()",
}


def lost(points, *checks):
    """The named checks get nothing, all others everything."""
    return points == {name: 0 if name in checks else most for name, most in RIGHT.items()}


def test_an_honest_submission_has_all_points(target):
    assert target.points(target.honest()) == RIGHT


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_replaced_decides_nothing(target, name):
    before = FORGERIES[name].replace("= neuron", "= lambda x, w, b: 0 * (x @ w)")
    for work in (target.attack(before=before, neuron=WRONG),
                 target.attack(neuron=WRONG + FORGERIES[name])):  # fmt: skip
        assert target.points(work)["neuron-value"] == 0
    assert target.points(target.honest()) == RIGHT


@pytest.mark.parametrize("name", LIARS)
def test_what_is_returned_or_raised_does_not_lie(target, name):
    found = target.points(target.attack(neuron=LIARS[name]))
    assert found["neuron-value"] == 0
    others = {check: most for check, most in RIGHT.items() if not check.startswith("neuron")}
    assert {check: found[check] for check in others} == others
    assert target.points(target.honest()) == RIGHT


@pytest.mark.parametrize("name", WIRE)
def test_forged_messages_pass_nothing(target, name):
    answer = (
        "import os, struct, msgpack\n"
        "def prefix(body): return struct.pack('<IQ', len(body), 0) + body\n"
        f"def neuron(x, w, b):\n    {WIRE[name]}\n    return x @ w + b\n"
    )
    found = target.points(target.attack(neuron=answer), timeout=2)
    assert found["neuron-value"] == 0
    assert found["EarlyStopping-value"] == 2  # nothing else is lost
    assert target.points(target.honest()) == RIGHT


def test_a_class_cannot_decide_for_itself(target):
    liar = (
        "class Yes(int):\n    def __eq__(self, o): return True\n"
        "class EarlyStopping:\n    def __init__(self, patience): pass\n"
        "    def update(self, loss, params): return Yes(0)\n"
        "    def __getattr__(self, name): return True\n    def __eq__(self, o): return True\n"
    )
    assert lost(target.points(target.attack(EarlyStopping=liar)), "EarlyStopping-value")
    meta = (
        "class Meta(type):\n    def __call__(c, *a): return EarlyStopping\n"
        "    def __eq__(c, o): return True\n    def __instancecheck__(c, o): return True\n"
        "    def update(c, *a): return c\nclass EarlyStopping(metaclass=Meta): pass\n"
    )
    assert lost(target.points(target.attack(EarlyStopping=meta)), "EarlyStopping-value")
    assert target.points(target.honest()) == RIGHT


def test_callbacks_lead_to_no_object_of_the_judge(target):
    walk = (
        "found = []\ndef numerical_gradient(f, x, h=1e-5):\n"
        "    seen, todo = set(), [f]\n    while todo and len(seen) < 5000:\n"
        "        one = todo.pop()\n        if id(one) in seen: continue\n        seen.add(id(one))\n"
        "        found.append(type(one).__name__)\n"
        "        for name in dir(one):\n            try: todo.append(getattr(one, name))\n"
        "            except Exception: pass\n"
        "    return np.zeros(x.shape)\n"
    )
    work = target.attack(numerical_gradient=walk, after="print(sorted(set(found)))")
    outcome = target.grade(work, timeout=10)
    assert {r.check: r.points for r in outcome.results}["numerical_gradient-value"] == 0
    for name in ("TestCell", "Verdict", "Student'", "Proxy", "CheckFailed", "Case"):
        assert f"'{name}" not in outcome.notebook


def test_callbacks_take_only_data(target):
    spies = (
        "class Spy:\n    def __getitem__(self, i): return Spy()\n"
        "    def __pow__(self, o): print('JUDGE', o); return self\n    __mul__ = __pow__\n"
        "def numerical_gradient(f, x, h=1e-5):\n    f(Spy())\n    return np.zeros(x.shape)\n"
    )
    outcome = target.grade(target.attack(numerical_gradient=spies))
    assert {r.check: r.points for r in outcome.results}["numerical_gradient-value"] == 0
    assert "271" not in outcome.page
