"""Attacks on what a student must not see: hidden inputs, expected values, and the host's files."""

import base64
import json
import os
from pathlib import Path

import pytest

from dlcourse.judge.sandbox import installation
from tests.ordinary_user import run_as_ordinary_user
from tests.red_team.target import RIGHT, SECRET, WRONG, said

# A hidden input that was seen is put somewhere; a later cell fetches it from there and shows it.
STASHES = {
    "global": ("seen.append(repr(x))", "print(seen)"),
    "file": ("open('/tmp/seen', 'a').write(repr(x))", "print(open('/tmp/seen').read())"),
    "shared_memory": ("open('/dev/shm/s', 'a').write(repr(x))", "print(open('/dev/shm/s').read())"),
    "module": ("np.seen = getattr(np, 'seen', '') + repr(x)", "print(np.seen)"),
    "builtins": ("import builtins; builtins.seen = repr(x)", "print(builtins.seen)"),
    "history": ("get_ipython().history_manager.store_inputs(1, repr(x))", "print(In)"),
    "linecache": (
        "import linecache; linecache.cache['s'] = (1, None, [repr(x)], 's')",
        "import linecache; print(linecache.cache)",
    ),
    "print": ("print(x)", ""),
    "stderr": ("import sys; print(x, file=sys.stderr); sys.__stderr__.write(repr(x))", ""),
    "descriptor": ("import os; os.write(1, repr(x).encode()); os.write(2, repr(x).encode())", ""),
    "display": ("from IPython.display import display; display(repr(x))", ""),
    "error_text": ("raise ValueError(repr(x))", ""),
    "error_name": (
        "raise type('E' + repr(float(x.flat[0])).replace('.', '_'), (Exception,), {})()",
        "",
    ),
    "returned": ("return repr(x)", ""),
    "dict_keys": ("return {repr(x): 1}", ""),
    "warning": ("import warnings; warnings.warn(repr(x))", ""),
    "logging": ("import logging; logging.getLogger().error(repr(x))", ""),
    "figure": ("import matplotlib.pyplot as plt; plt.title(repr(x)); plt.show()", ""),
    "frames": ("import sys; seen.append(str(frames()))", "print(seen)"),
    "thread": (
        "import threading; threading.Timer(0.2, lambda: print(repr(x))).start()",
        "import time; time.sleep(0.5)",
    ),
    "child": (
        "import os\n    if os.fork() == 0:\n        import time; time.sleep(0.3)\n"
        "        os.write(1, repr(x).encode()); os._exit(0)",
        "import time; time.sleep(0.6)",
    ),
    "gc": ("", "import gc\nprint([o for o in gc.get_objects() if isinstance(o, np.ndarray)][:50])"),
    "atexit": ("import atexit; atexit.register(print, repr(x))", ""),
}
HELPERS = """\
import sys
seen = []
def frames():
    frame, found = sys._getframe(), []
    while frame:
        found.append({k: repr(v)[:200] for k, v in frame.f_locals.items()})
        frame = frame.f_back
    return found
"""
SEARCH = """\
import gc, sys
words = set()
for one in gc.get_objects():
    try: words.add(repr(one)[:2000])
    except BaseException: pass
text = ' '.join(words)
print('HIT' if any(a + b in text for a, b in (('271.8', '28125'), ('lines of ', 'lines'))) else 'no')
print('MODULE' if any(m.startswith(('nbgrader', 'dlcourse.grade', 'dlcourse.worker')) for m in
      sys.modules) else 'none')
"""


@pytest.mark.parametrize("name", STASHES)
def test_hidden_inputs_stay_hidden(target, name):
    stash, show = STASHES[name]
    answer = f"{HELPERS}def neuron(x, w, b):\n    {stash or 'pass'}\n    return x @ w + b\n"
    outcome = target.grade(target.attack(neuron=answer, after=show))
    text = said(outcome) + pictures(outcome)
    for secret in (SECRET, "271_828125", "271.83", "271.8", "8.125", "807.3"):
        assert secret not in text
    assert target.points(target.honest()) == RIGHT


def pictures(outcome):
    """Pictures may show what text may not: they must not come from a hidden part at all."""
    checks = [c for c in json.loads(outcome.notebook)["cells"] if "outputs" in c]
    checks = [c for c in checks if c["metadata"].get("nbgrader", {}).get("locked")]
    shown = [o for c in checks for o in c["outputs"] if "image/png" in o.get("data", {})]
    return SECRET if shown else ""


def test_the_shape_of_a_result_tells_nothing(target):
    answer = (
        "def neuron(x, w, b):\n    if len(x) == 1: return x @ w + b\n"
        "    return np.zeros((int(x.flat[0]), 3))\n"
    )
    assert "271" not in said(target.grade(target.attack(neuron=answer)))
    answer = answer.replace("np.zeros((int(x.flat[0]), 3))", "[0.0] * int(x.flat[0])")
    assert "271" not in said(target.grade(target.attack(neuron=answer)))


def test_no_test_and_no_answer_is_in_the_students_process(target):
    outcome = target.grade(target.attack(neuron=WRONG, after=SEARCH), timeout=30)
    printed = [o["text"] for c in json.loads(outcome.notebook)["cells"]
               for o in c.get("outputs", []) if o["output_type"] == "stream"]  # fmt: skip
    text = "".join("".join(one) for one in printed)
    assert "no\n" in text and "none\n" in text


def test_hidden_tests_are_in_nothing_that_a_student_gets(target):
    for work in (target.honest(), target.attack(neuron=WRONG)):
        text = said(target.grade(work))
        for secret in (SECRET, "8.125", "HIDDEN", "hidden=True", "lines of lines"):
            assert secret not in text


def paths(target):
    """What must not be there; parents of the installation exist as empty folders."""
    root = target.root
    secret = [
        root / "solutions", root / "course", root / "gradebook.db", root / "nbgrader_config.py",
        root / "submitted", root / "autograded", "/etc/passwd", "/etc/shadow", "/root", "/home",
        "/proc/self/environ", "/proc/1/cmdline", "/sys/class", "/var/lib", "/dev/mem", "/run/dbus",
    ]  # fmt: skip
    shown = installation()
    return [one for one in map(Path, secret) if not any(p.is_relative_to(one) for p in shown)]


def shown_by(target, source, **options):
    """What a cell of the attacker's printed."""
    outcome = target.grade(target.attack(before=source), **options)
    found = next(c for c in json.loads(outcome.notebook)["cells"] if "".join(c["source"]) == source)
    text = "".join("".join(o.get("text", "")) + o.get("evalue", "") for o in found["outputs"])
    assert {r.check: r.points for r in outcome.results} == RIGHT
    return text


def test_files_of_the_host_are_out_of_sight(target):
    names = [str(path) for path in paths(target)]
    source = (
        "import os\nfor p in " + repr(names) + ":\n    if os.path.lexists(p) and "
        "(not os.path.isdir(p) or os.listdir(p)): print('SEEN', p)\nprint('done')"
    )
    assert shown_by(target, source) == "done\n"


def test_the_environment_is_empty(target, monkeypatch):
    monkeypatch.setenv("CANVAS_TOKEN", "s3cret")
    text = shown_by(target, "import os; print(dict(os.environ))")
    assert "s3cret" not in text and "CANVAS" not in text


def test_no_descriptor_leads_out(target):
    source = (
        "import os\nopen_ = []\nfor fd in range(256):\n    try: os.fstat(fd); open_.append(fd)\n"
    )
    source += "    except OSError: pass\nprint(open_)"
    assert shown_by(target, source) == "[0, 1, 2, 3]\n"


def test_a_picture_is_a_picture_and_html_is_none(target):
    source = (
        "from IPython.display import HTML, Javascript, SVG, Image, display\n"
        "display(HTML('<script>alert(1)</script>'), Javascript('alert(2)'))\n"
        "display(SVG(\"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(3)'/>\"))\n"
        "display({'image/png': '<script>', 'text/html': '<img src=x onerror=alert(4)>'}, raw=True)\n"
        "print('<script>alert(5)</script>\\x1b]0;title\\x07')"
    )
    outcome = target.grade(target.attack(before=source))
    assert "<script>" not in outcome.page and "onerror" not in outcome.page.replace(
        "onerror=alert(4)&gt;", ""
    )
    assert "&lt;script&gt;alert(5)" in outcome.page and "\x1b" not in outcome.page
    data = [o.get("data", {}) for c in json.loads(outcome.notebook)["cells"]
            for o in c.get("outputs", [])]  # fmt: skip
    kinds = set().union(*data)
    assert kinds <= {"text/plain", "image/png"}
    for one in data:
        if "image/png" in one:
            assert base64.b64decode(one["image/png"]).startswith(b"\x89PNG")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="root can become another user")
def test_secrets_and_machine_as_an_ordinary_user():
    here = Path(__file__).parent
    slow = ("equal_hashes", "small_objects", "recursion", "many_files", "ordinary_user")
    chosen = " and ".join(f"not {name}" for name in slow)
    run_as_ordinary_user(here / "test_secrets.py", here / "test_starvation.py", "-k", chosen)
