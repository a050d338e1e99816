"""Attacks on the machine: starvation, escape, and what is left behind for the next student."""

import json
import os
import socket
import time

import pytest

from tests.red_team.target import RIGHT

LOOPS = {
    "spin": "while True: pass",
    "sleep": "import time; time.sleep(1000)",
    "catch_all": "while True:\n        try:\n            while True: pass\n"
    "        except BaseException: pass",
    "ignore_sigint": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "    while True: pass",
    "stop_itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "c_loop": "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')",
    "deadlock": "import threading; l = threading.Lock(); l.acquire(); l.acquire()",
    "infinite_iterator": "import itertools; return itertools.count()",
}
DEATHS = {
    "exit": "import os; os._exit(0)",
    "exit_1": "import os; os._exit(1)",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "kill_all": "import os, signal; os.kill(-1, signal.SIGKILL); os._exit(0)",
    "kill_group": "import os, signal; os.killpg(0, signal.SIGKILL)",
    "kill_parent": "import os, signal; os.kill(os.getppid() or 1, signal.SIGKILL); os._exit(0)",
    "memory": "a = []\n    while True: a.append(np.ones(10**7))",
    "small_objects": "a = []\n    while True: a.append([0] * 1000)",
    "recursion": "import sys; sys.setrecursionlimit(10**9)\n    f = lambda: f()\n    f()",
}
BOMBS = {
    "forks": "import os\nfor _ in range(2000):\n    try:\n        if os.fork() == 0:\n"
    "            import time; time.sleep(100); os._exit(0)\n    except OSError: break",
    "fork_bomb": "import os\nif os.fork() == 0:\n    try:\n        while True: os.fork()\n"
    "    except OSError: pass\n    os._exit(0)",
    "threads": "import threading, time\ntry:\n    for _ in range(5000):\n"
    "        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()\n"
    "except RuntimeError: pass",
    "disk": "try:\n    with open('/tmp/fill', 'wb') as f:\n"
    "        while True: f.write(bytes(1 << 24))\nexcept OSError: pass",
    "many_files": "try:\n    for i in range(10**6): open(f'/tmp/{i}', 'w').close()\n"
    "except OSError: pass",
    "shared_memory": "try:\n    with open('/dev/shm/fill', 'wb') as f:\n"
    "        while True: f.write(bytes(1 << 24))\nexcept OSError: pass",
    "output": "for _ in range(300): print('x' * 100_000)",
    "figures": "from IPython.display import display\nfor i in range(2000): display(i)",
    "descriptors": "import os\ntry:\n    while True: os.dup(0)\nexcept OSError: pass\n"
    "os.closerange(4, 4000)",
    "double_fork": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        time.sleep(1000)\n    os._exit(0)\nos.wait()",
}
# The first process of a namespace is deaf to these, so nothing happens.
HARMLESS = ("stop_itself", "kill_group")
DATA = {
    "endless_generator": "return (np.ones(10**6) for _ in iter(int, 1))",
    "endless_list": "a = []\n    a.append(a)\n    return a",
    "deep_list": "a = []\n    for _ in range(10**5): a = [a]\n    return a",
    "wide_list": "return [0] * 10**7",
    "shared_lists": "a = [0]\n    for _ in range(60): a = [a, a]\n    return a",
    "big_array": "return np.zeros(5 * 10**7)",
    "big_int": "return 10 ** 10**6",
    "zero_strides": "return np.broadcast_to(np.zeros(1), (10**5, 10**5))",
    "equal_hashes": "return {i * (2**61 - 1): 0 for i in range(20000)}",
    "long_text": "return 'x' * 10**9",
    "long_error": "raise ValueError('x' * 10**8)",
    "nested_errors": "e = ValueError()\n    for _ in range(10**4):\n        f = ValueError()\n"
    "        f.__context__ = e; e = f\n    raise e",
}


def answer(body):
    return f"def neuron(x, w, b):\n    {body}\n    return x @ w + b\n"


def check(target, work, **options):
    """Graded to its end; what it does not touch keeps its points, and so does the next student."""
    begin = time.monotonic()
    outcome = target.grade(work, **options)
    assert not outcome.failed, outcome.problems
    assert time.monotonic() - begin < 300  # a guard against hangs, on a busy machine
    found = {one.check: one.points for one in outcome.results}
    assert found["EarlyStopping-value"] == 2, outcome.results
    assert target.points(target.honest()) == RIGHT
    return outcome, found


@pytest.mark.parametrize("name", LOOPS)
def test_loops_end(target, name):
    outcome, found = check(target, target.attack(neuron=answer(LOOPS[name])), timeout=2)
    assert found["neuron-value"] == (2 if name in HARMLESS else 0)
    if name not in (*HARMLESS, "infinite_iterator"):
        assert "longer than 2 s" in outcome.results[0].message


@pytest.mark.parametrize("name", DEATHS)
def test_deaths_cost_one_exercise(target, name):
    outcome, found = check(target, target.attack(neuron=answer(DEATHS[name])), timeout=20)
    assert found["neuron-value"] == (2 if name in HARMLESS else 0)
    assert found["numerical_gradient-value"] == 2
    assert outcome.results[0].message or name in HARMLESS


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_go_off_in_the_sandbox(target, name):
    check(target, target.attack(before=BOMBS[name]), timeout=10)
    free = os.statvfs("/tmp")
    assert free.f_bavail * free.f_frsize > 1 << 28


@pytest.mark.parametrize("name", DATA)
def test_data_without_end(target, name):
    _, found = check(target, target.attack(neuron=answer(DATA[name])), timeout=10)
    assert found["neuron-value"] == 0


LEFT = """\
import builtins, os, dlutils, numpy, matplotlib
for folder in ('/tmp', '/dev/shm'): open(folder + '/left', 'w').write('from eve')
builtins.left = 1
numpy.left = matplotlib.left = 1
numpy.exp = numpy.zeros = None
dlutils.checks = None
os.environ['LEFT'] = '1'
get_ipython().input_transformers_post.append(lambda lines: ['raise SystemExit'])
"""
FOUND = """\
import builtins, os
print([hasattr(builtins, 'left'), hasattr(np, 'left'), os.path.exists('/tmp/left'),
       os.path.exists('/dev/shm/left'), 'LEFT' in os.environ, np.exp is None])
"""


def test_nothing_is_left_for_the_next_student(target):
    target.grade(target.attack(before=LEFT))
    outcome = target.grade(target.attack(after=FOUND))
    printed = [o for c in json.loads(outcome.notebook)["cells"] for o in c.get("outputs", [])
               if "".join(o.get("text", "")).startswith("[")]  # fmt: skip
    assert "".join(printed[-1]["text"]) == f"{[False] * 6}\n"
    assert {one.check: one.points for one in outcome.results} == RIGHT


def test_no_process_survives_its_submission(target):
    mark = "red-team-survivor"
    source = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execvp('sleep', ['{mark}', '1000'])\n    os._exit(0)\ntime.sleep(0.3)"
    )
    check(target, target.attack(before=source))
    alive = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                alive += [pid] * file.read().startswith(mark)
        except OSError:
            pass
    assert alive == []


def test_no_network_and_no_sockets_of_the_host(target):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        abstract.bind("\0red-team")
        abstract.listen()
        source = (
            "import socket\nfor family, address in [(socket.AF_INET, ('127.0.0.1', "
            f"{server.getsockname()[1]})), (socket.AF_INET, ('192.0.2.1', 80)), "
            "(socket.AF_UNIX, '\\0red-team')]:\n    s = socket.socket(family); s.settimeout(1)\n"
            "    try: s.connect(address); print('CONNECTED', address)\n    except OSError: pass\n"
        )
        outcome, _ = check(target, target.attack(before=source))
        assert "CONNECTED" not in outcome.notebook.replace("print('CONNECTED'", "")
        for one in (server, abstract):
            one.setblocking(False)
            with pytest.raises(BlockingIOError):  # nobody waits to be let in
                one.accept()


def test_writing_anywhere(target, tmp_path):
    places = [str(tmp_path), str(target.root), "/usr/lib", "/etc", "/", os.getcwd(), "/work"]
    import dlutils

    places.append(os.path.dirname(dlutils.__file__))
    source = (
        f"import os\nfor p in {places!r}:\n    try:\n        os.makedirs(p, exist_ok=True)\n"
        "        open(p + '/owned', 'w').write('x')\n    except OSError: pass\n"
    )
    check(target, target.attack(before=source))
    for place in places:
        assert not os.path.exists(f"{place}/owned")


def test_namespaces_and_tracing_are_refused(target):
    source = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print([libc.unshare(0x10000000), libc.ptrace(16, 1, 0, 0),"
        " libc.mount(b'x', b'/tmp', b'tmpfs', 0, None)])"
    )
    outcome, _ = check(target, target.attack(before=source))
    assert "[-1, -1, -1]" in outcome.notebook
