"""The judge's processes: what student code can reach, what it can use up, and what it leaves.

As root, the last test runs this whole file once more as an ordinary user.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from dlcourse.judge import child as child_module
from dlcourse.judge import remedy, sandbox, seccomp, watch
from dlcourse.judge.limits import MIB, UNLIMITED, Limits
from dlcourse.judge.processes import Processes
from dlcourse.judge.sandbox import SandboxUnavailable, find_sandbox
from dlcourse.judge.zygote import PRELOAD, Zygote
from tests.ordinary_user import run_as_ordinary_user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="runs on Linux: looks into /proc")

ROOT = Path(__file__).resolve().parents[1]
ENTRIES = Path(__file__).resolve().parent / "judge_entries.py"
SMALL = Limits(
    memory=300 * MIB, cpu=2, processes=24, file_size=4 * MIB, open_files=128, temporary=8 * MIB
)
SECONDS = 20  # that an answer may take on a busy machine


def a_sandbox():
    try:
        return find_sandbox()
    except SandboxUnavailable as error:
        pytest.skip(f"runs where a sandbox can be had: {error}")


def started(function="run", limits=SMALL, room=True, preload=("numpy",)):
    where = a_sandbox().showing(ENTRIES) if room else None
    return Zygote(f"tests.judge_entries:{function}", list(preload), where, limits)


@pytest.fixture(scope="module")
def zygote():
    with started() as it:
        yield it


@pytest.fixture(scope="module")
def warm():
    with started(preload=PRELOAD, limits=Limits()) as it:
        yield it


@pytest.fixture(scope="module")
def plain():
    with started(room=False) as it:
        yield it


def send(child, source):
    child.sock.sendall(json.dumps(textwrap.dedent(source)).encode() + b"\n")


def ask(child, source):
    """Run `source` in the child; its `result`, or the name of the exception that it raised."""
    send(child, source)
    return answer(child)


def answer(child, seconds=SECONDS):
    child.sock.settimeout(seconds)
    received = b""
    while not received.endswith(b"\n"):
        data = child.sock.recv(65536)
        if not data:
            raise EOFError(f"the child ended: {child.wait(5)}")
        received += data
    message = json.loads(received)
    return message.get("error", message.get("result"))


def once(zygote, source):
    with zygote.spawn() as child:
        return ask(child, source)


def ended(child, source):
    """Send `source` and wait for the child's end."""
    send(child, source)
    end = child.wait(SECONDS)
    assert end is not None, "the child still runs"
    return end


# Isolation


@pytest.fixture(scope="module")
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1", "1.1.1.1"])
def test_no_network(zygote, listener, address):
    source = f"import socket; socket.create_connection(('{address}', {listener}), timeout=3)"
    assert once(zygote, source) in ("OSError", "ConnectionRefusedError")


def test_no_names_are_resolved(zygote):
    assert once(zygote, "import socket; socket.getaddrinfo('example.org', 80)") == "gaierror"


@pytest.mark.parametrize("family", ["AF_VSOCK", "AF_PACKET", "AF_NETLINK", "AF_ALG"])
def test_other_kinds_of_socket_are_refused(zygote, family):
    source = f"import socket; socket.socket(socket.{family}, socket.SOCK_DGRAM)"
    assert once(zygote, source) == "PermissionError"


HIDDEN = [
    ROOT / "solutions",
    ROOT / "course",
    ROOT / "tests/test_judge_sandbox.py",
    ROOT / "gradebook.db",
    ROOT / "submitted",
    ROOT / ".git",
    ROOT / "dlcourse/build.py",
    ROOT / "pyproject.toml",
    Path("/home"),
    Path("/etc/passwd"),
    Path("/etc/shadow"),
    Path("/var"),
    Path("/sys"),
    Path("/proc/self"),
    Path("/proc/1"),
    Path("/dev/mem"),
    Path("/dev/zero"),
    Path("/dev/vsock"),
    Path("/run/dbus"),
    Path("/run/docker.sock"),
]


# Parents of what is in sight exist, as empty folders.
HIDDEN = [
    path
    for path in HIDDEN
    if not any(shown.is_relative_to(path) for shown in [*sandbox.installation(), ENTRIES])
]


@pytest.mark.parametrize("path", HIDDEN, ids=str)
def test_paths_of_the_host_do_not_exist(zygote, path):
    assert once(zygote, f"import os; result = os.path.lexists({str(path)!r})") is False


def test_the_home_directory_is_out_of_sight(zygote, tmp_path):
    home = Path.home()
    source = f"import os; h = {str(home)!r}; result = os.listdir(h) if os.path.isdir(h) else []"
    visible = once(zygote, source)
    shown = [str(path) for path in sandbox.installation()]
    for name in visible:  # at most the way to the interpreter
        assert any(path.startswith(str(home / name)) for path in shown)
    assert once(zygote, f"import os; result = os.path.exists({str(tmp_path)!r})") is False


def test_all_that_is_in_sight_is_the_system_and_the_installation(zygote):
    source = """
    import os
    result = sorted(name for name in os.listdir("/"))
    """
    tops = {path.parts[1] for path in [*sandbox.installation(), ENTRIES]}
    system = {"bin", "sbin", "lib", "lib32", "lib64", "usr", "etc", "dev", "tmp", "proc", "run"}
    assert set(once(zygote, source)) <= system | tops | {"nix", "gnu"}
    source = f"import os; result = os.listdir({str(ROOT)!r})"
    inside = [path for path in sandbox.installation() if path.is_relative_to(ROOT)]
    expected = {path.relative_to(ROOT).parts[0] for path in [*inside, ENTRIES]}
    assert set(once(zygote, source)) == expected


def test_environment_is_cleared(monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "42")
    with started() as zygote:
        values = once(zygote, "import os; result = dict(os.environ)")
    assert "COURSE_SECRET" not in values
    assert values["HOME"] == "/tmp"


def test_only_its_socket_is_open(zygote):
    source = """
    import os, stat
    result = []
    for fd in range(256):
        try:
            result.append([fd, stat.S_IFMT(os.fstat(fd).st_mode)])
        except OSError:
            pass
    """
    import stat

    device, sock = stat.S_IFCHR, stat.S_IFSOCK
    assert once(zygote, source) == [[0, device], [1, device], [2, device], [3, sock]]


def test_processes_of_the_host_are_out_of_sight_and_reach(zygote):
    bystander = subprocess.Popen(["sleep", "30"])
    try:
        source = f"""
        import os, signal
        result = [os.getpid(), os.getppid()]
        for pid in ({bystander.pid}, {os.getpid()}):
            try:
                os.kill(pid, signal.SIGKILL)
                result.append("killed")
            except ProcessLookupError:
                pass
        """
        assert once(zygote, source) == [1, 0]
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("target", [0, -1])
def test_signals_to_groups_stay_inside(zygote, target):
    with zygote.spawn() as neighbour, zygote.spawn() as child:
        with contextlib.suppress(EOFError):
            ask(child, f"import os\ntry: os.kill({target}, 9)\nexcept ProcessLookupError: pass")
        assert ask(neighbour, "result = 1") == 1
    assert once(zygote, "result = 1") == 1


WRITES = ["/", "/usr", "/etc", "/dev", "/run", "/root", str(ROOT), str(ROOT / "dlutils")]
WRITES += [sys.prefix, sys.base_prefix, str(ROOT / "dlcourse/judge"), "/work", "/proc", "/var"]


@pytest.mark.parametrize("folder", WRITES)
def test_nothing_is_written_outside_its_folders(zygote, folder):
    name = f"{folder}/written-by-a-student"
    error = once(zygote, f"open({name!r}, 'w')")
    # Below /tmp, the way to the installation is the child's own.
    expected = ("OSError", "PermissionError", "FileNotFoundError")
    assert error in expected or folder.startswith("/tmp/")
    assert not os.path.exists(name)


def test_its_folders_can_be_written(zygote):
    source = """
    import os, tempfile
    for folder in ("/tmp", "/dev/shm", tempfile.gettempdir(), os.path.expanduser("~"), "."):
        open(os.path.join(folder, "a"), "w").write("a")
    os.chmod("/tmp/a", 0o700)
    result = os.getcwd()
    """
    assert once(zygote, source) == "/tmp"


def test_nothing_of_one_child_is_there_for_the_next(zygote):
    leave = """
    import os, socket, subprocess, sys, time
    open("/tmp/left", "w").write("x")
    open("/dev/shm/left", "w").write("x")
    os.environ["LEFT"] = "1"
    import numpy
    numpy.left = 1
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\\0left")
    listener.listen()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 10)
            time.sleep(1000)
        os._exit(0)
    result = 1
    """
    look = """
    import os, socket
    result = [os.path.exists("/tmp/left"), os.path.exists("/dev/shm/left"), "LEFT" in os.environ]
    import numpy
    result.append(hasattr(numpy, "left"))
    try:
        socket.socket(socket.AF_UNIX).connect("\\0left")
        result.append(True)
    except ConnectionRefusedError:
        result.append(False)
    others = 0
    for pid in range(2, 300):
        try:
            os.kill(pid, 0)
            others += 1
        except ProcessLookupError:
            pass
    result.append(others)
    """
    with zygote.spawn() as first:
        assert ask(first, leave) == 1
        family, _ = watch.tree(first.host_pid)
        assert len(family) >= 2  # the daemon lives
        with zygote.spawn() as beside:
            assert ask(beside, look) == [False] * 5 + [0]
    assert not any(_runs(pid) for pid in family)
    assert once(zygote, look) == [False] * 5 + [0]


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_children_draw_different_random_numbers(zygote):
    source = "import numpy, random; result = [numpy.random.rand(), random.random()]"
    first, second = once(zygote, source), once(zygote, source)
    assert first[0] != second[0]
    assert first[1] != second[1]


# System calls. Arguments are such that the call would get further than the filter without it.
CALLS = {
    "unshare(NEWUSER)": "libc.unshare(0x10000000)",
    "unshare(NEWNS)": "libc.unshare(0x00020000)",
    "clone(NEWUSER)": "libc.syscall(NR['clone'], 0x10000000 | 17, 0, 0, 0, 0)",
    "clone(NEWPID)": "libc.syscall(NR['clone'], 0x20000000 | 17, 0, 0, 0, 0)",
    "setns": "libc.setns(3, 0)",
    "mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
    "remount": "libc.mount(None, b'/', None, 32, None)",
    "umount": "libc.umount2(b'/tmp', 2)",
    "chroot": "libc.chroot(b'/tmp')",
    "pivot_root": "libc.syscall(NR['pivot_root'], b'/tmp', b'/tmp')",
    "ptrace": "libc.ptrace(0, 0, 0, 0)",
    "process_vm_readv": "libc.syscall(NR['process_vm_readv'], 1, 0, 0, 0, 0, 0)",
    "keyctl": "libc.syscall(NR['keyctl'], 0, -3, 1)",
    "add_key": "libc.syscall(NR['add_key'], b'user', b'x', b'y', 1, -4)",
    "bpf": "libc.syscall(NR['bpf'], 0, 0, 0)",
    "perf_event_open": "libc.syscall(NR['perf_event_open'], 0, 0, -1, -1, 0)",
    "userfaultfd": "libc.syscall(NR['userfaultfd'], 1)",
    "io_uring_setup": "libc.syscall(425, 1, 0)",
    "open_tree": "libc.syscall(428, -100, b'/', 1)",
    "fsopen": "libc.syscall(430, b'tmpfs', 0)",
    "pidfd_getfd": "libc.syscall(438, 3, 0, 0)",
    "memfd_create": "libc.memfd_create(b'x', 0)",
    "shmget": "libc.shmget(0, 4096, 0o1600)",
    "shared memory of no file": "libc.mmap(None, 4096, 3, 0x21, -1, 0)",
    "sethostname": "libc.sethostname(b'x', 1)",
    "init_module": "libc.syscall(NR['init_module'], 0, 0, b'')",
    "reboot": "libc.reboot(0)",
}


def _numbers():
    column = 0 if os.uname().machine == "x86_64" else 1
    numbers = {name: pair[column] for name, pair in seccomp._NUMBERS.items()}
    return numbers | {"clone": seccomp._MACHINES[os.uname().machine][2][0]}


@pytest.mark.parametrize("name", CALLS)
def test_dangerous_system_calls_are_refused(zygote, name):
    source = f"""
    import ctypes, errno
    NR = {_numbers()}
    libc = ctypes.CDLL(None, use_errno=True)
    value = {CALLS[name]}
    result = [value, errno.errorcode.get(ctypes.get_errno())]
    """
    assert once(zygote, source) == [-1, "EPERM"]


def test_no_privileges_are_left_or_can_be_gained(zygote):
    with zygote.spawn() as child:
        assert ask(child, "import os; result = os.getuid() != 0 and os.geteuid() != 0") is True
        with open(f"/proc/{child.host_pid}/status") as file:
            status = dict(line.split(":", 1) for line in file)
        for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
            assert int(status[name], 16) == 0, name
        assert int(status["NoNewPrivs"]) == 1
        assert int(status["Seccomp"]) == 2
        if os.geteuid() == 0:
            assert int(status["Uid"].split()[0]) >= 30000
            assert status["Groups"].strip() == ""


def test_setuid_programs_gain_nothing(zygote):
    source = """
    import subprocess, glob
    done = subprocess.run(["su", "-c", "id"], capture_output=True, input=b"")
    result = done.returncode
    """
    assert once(zygote, source) != 0


# Limits


def test_a_big_allocation_is_a_memory_error(zygote):
    with zygote.spawn() as child:
        assert ask(child, "import numpy; numpy.ones((1 << 30) // 8)") == "MemoryError"
        assert ask(child, "result = 1") == 1  # and nothing worse


def test_many_small_objects_end_within_the_limit(zygote):
    with zygote.spawn() as child:
        source = "a = []\nwhile True: a.append(bytearray(1000))"
        try:
            assert ask(child, source) == "MemoryError"
        except EOFError:
            assert child.reason in ("memory", "killed")


def test_memory_is_limited_over_the_whole_tree():
    many = Limits(memory=200 * MIB, cpu=20, processes=24)
    source = """
    import os, time
    for _ in range(6):
        if os.fork() == 0:
            a = bytearray(80 << 20)  # each alone would be allowed
            time.sleep(60)
    time.sleep(60)
    """
    with started(limits=many) as zygote, zygote.spawn() as child:
        assert ended(child, source).reason == "memory"


def test_fork_shares_do_not_count_twice():
    many = Limits(memory=200 * MIB, cpu=20, processes=24)
    source = """
    import os, time
    a = bytearray(b"x") * (100 << 20)
    pids = [os.fork() for _ in range(1)]
    pids = []
    for _ in range(6):
        pid = os.fork()
        if pid == 0:
            time.sleep(0.5)
            os._exit(0)
        pids.append(pid)
    result = sum(os.waitpid(pid, 0)[1] for pid in pids)
    """.replace("    pids = [os.fork() for _ in range(1)]\n", "")
    with started(limits=many) as zygote:
        assert once(zygote, source) == 0


def test_a_fork_bomb_is_contained(zygote):
    source = """
    import os
    while True:
        try:
            os.fork()
        except OSError:
            pass
    """
    with zygote.spawn() as child:
        end = ended(child, source)
        assert end.reason in ("processes", "cpu time")
    with zygote.spawn() as child:
        assert ask(child, "import os; pid = os.fork()\nif not pid: os._exit(0)\nresult = 1") == 1


def test_threads_are_limited(zygote):
    source = """
    import threading, time
    for _ in range(1000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    """
    try:
        with zygote.spawn() as child:
            assert ask(child, source) == "RuntimeError"
    except EOFError:
        assert child.reason == "processes"


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_the_disk_cannot_be_filled(zygote, folder):
    source = f"""
    for i in range(100):
        open(f"{folder}/{{i}}", "wb").write(bytes(1 << 20))
    """
    assert once(zygote, source) == "OSError"


def test_a_file_cannot_be_too_big(zygote):
    source = "file = open('/tmp/x', 'wb')\nfor i in range(6): file.write(bytes(1 << 20))"
    assert once(zygote, source) == "OSError"


def test_open_files_are_limited(zygote):
    assert once(zygote, "a = [open('/dev/null') for _ in range(1000)]") == "OSError"


def test_spinning_ends_with_the_cpu_limit(zygote):
    with zygote.spawn() as child:
        end = ended(child, "while True: pass")
        assert end.reason == "cpu time"
        assert 1.5 < end.cpu < 4


def test_spinning_in_children_counts(zygote):
    source = "import os\nfor _ in range(2): os.fork()\nwhile True: pass"
    with zygote.spawn() as child:
        assert ended(child, source).reason == "cpu time"


# Signals and deaths


def test_interrupt_is_a_keyboard_interrupt(zygote):
    with zygote.spawn() as child:
        send(child, "import time; time.sleep(60)")
        time.sleep(0.2)
        child.interrupt()
        assert answer(child) == "KeyboardInterrupt"
        assert ask(child, "result = 1") == 1


STUBBORN = {
    "ignores SIGINT": "import signal, time; signal.signal(2, signal.SIG_IGN); time.sleep(60)",
    "catches everything": """
        import time
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
        """,
    "stops itself": "import os; os.kill(os.getpid(), 19)\nwhile True: pass",
    "stops its child": """
        import os, time
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
        os.kill(pid, 19)
        time.sleep(60)
        """,
    "closes its socket": """
        import os, time
        os.close(3)
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            time.sleep(60)
        """,
}


@pytest.mark.parametrize("how", STUBBORN)
def test_whoever_does_not_listen_is_killed(zygote, how):
    with zygote.spawn() as child:
        send(child, STUBBORN[how])
        time.sleep(0.1)
        child.interrupt()
        assert child.wait(0.2) is None
        family, _ = watch.tree(child.host_pid)
        child.kill("timeout")
        assert child.wait(5).reason == "timeout"
        assert not any(_runs(pid) for pid in family)


def test_flooding_the_socket_blocks_the_flood(zygote):
    with zygote.spawn() as child:
        send(child, "while True: sock.sendall(bytes(1 << 20))")
        assert child.wait(0.5) is None
        with open(f"/proc/{child.host_pid}/status") as file:
            assert int(file.read().split("VmRSS:")[1].split()[0]) < 300 * 1024
        child.kill()
        assert child.wait(5).reason == "killed"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os; os._exit(3)", "exited with status 3"),
        ("raise SystemExit(4)", None),
        ("import ctypes; ctypes.string_at(0)", "killed by SIGSEGV"),
        ("import os; os.abort()", "killed by SIG"),
    ],
)
def test_deaths_are_told_in_words(zygote, source, words):
    with zygote.spawn() as child:
        if words is None:
            assert ask(child, source) == "SystemExit"
        else:
            assert words in str(ended(child, source))


# What must work


def test_plots_databases_and_programs_work(warm):
    source = """
    import io, sqlite3, subprocess, sys
    import matplotlib.pyplot as plt
    fig, ax = plt.subplots()
    ax.plot([1, 2], [3, 4])
    ax.set_title("a $x^2$ ü")
    file = io.BytesIO()
    fig.savefig(file, format="png")
    base = sqlite3.connect("/tmp/a.db")
    base.execute("create table a (b)")
    base.execute("insert into a values (7)")
    code = "import numpy, matplotlib.pyplot; print(numpy.arange(3).sum())"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    out2 = subprocess.run("echo hello | cat", shell=True, capture_output=True, text=True)
    result = [file.getvalue()[:4].hex(), base.execute("select b from a").fetchall(), out.stdout,
              out.stderr, out2.stdout]
    """
    assert once(warm, source) == ["89504e47", [[7]], "3\n", "", "hello\n"]


def test_threads_pools_and_shells_work(warm):
    source = """
    from concurrent.futures import ThreadPoolExecutor
    from multiprocessing import get_context
    from IPython.core.interactiveshell import InteractiveShell
    import numpy as np, dlutils
    with ThreadPoolExecutor(4) as pool:
        result = [sum(pool.map(abs, range(-10, 0)))]
    with get_context("fork").Pool(2) as pool:
        result.append(sum(pool.map(abs, range(-10, 0))))
    shell = InteractiveShell.instance()
    shell.run_cell("x = 2 + 3")
    result.append(shell.user_ns["x"])
    result.append(float((np.ones((300, 300)) @ np.ones((300, 300))).sum()))
    """
    assert once(warm, source) == [55, 55, 5, 27e6]


# The zygote


def test_children_are_ready_in_milliseconds(warm):
    warm.spawn().close()
    spawning, whole = [], []
    for _ in range(30):
        start = time.perf_counter()
        with warm.spawn() as child:
            spawning.append(time.perf_counter() - start)
            assert ask(child, "result = 1") == 1
        whole.append(time.perf_counter() - start)
    print(f"spawn {sorted(spawning)[15] * 1e3:.1f} ms, with reaping {sorted(whole)[15] * 1e3:.1f}")
    assert sorted(whole)[15] < 0.1  # 10 ms on an idle machine


@pytest.mark.parametrize("room", [True, False])
def test_two_hundred_children_leave_nothing(room, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with started("echo", limits=Limits(), room=room) as zygote:
        zygote.spawn().close()
        time.sleep(0.2)
        before = _held(zygote)
        for number in range(200):
            with zygote.spawn() as child:
                child.sock.sendall(b"x")
                assert child.sock.recv(1) == b"x"
                if number % 3 == 0:
                    child.sock.close()
                    assert child.wait(5).code == 0
        time.sleep(0.2)
        after = _held(zygote)
    assert after == before


def _held(zygote):
    """Descriptors here and in the zygote, processes below it, temporary folders."""
    server = child_module.process_number(zygote._pidfd)
    return (
        len(os.listdir("/proc/self/fd")),
        len(os.listdir(f"/proc/{server}/fd")) if os.geteuid() == 0 else 0,
        len(watch.tree(server)[0]),
        len(os.listdir(os.environ["TMPDIR"])),
    )


@pytest.mark.parametrize("room", [True, False])
def test_children_work_in_parallel_from_threads(room):
    with started(room=room) as zygote:
        answers = {}

        def work(number):
            for step in range(5):
                with zygote.spawn() as child:
                    answers[number, step] = ask(child, f"result = {number} * {step}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == {(n, s): n * s for n in range(6) for s in range(5)}


def test_a_zygote_outlives_the_thread_that_made_it():
    made = []
    thread = threading.Thread(target=lambda: made.append(started()))
    thread.start()
    thread.join()
    with made[0] as zygote:
        time.sleep(0.1)
        assert once(zygote, "result = 1") == 1


def test_it_works_inside_an_event_loop_and_leaves_signals_alone():
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGCHLD)]

    async def main():
        process = await asyncio.create_subprocess_exec("sleep", "0.3")
        with started() as zygote:
            answer = once(zygote, "result = 1")
            other = await asyncio.to_thread(once, zygote, "result = 2")
        assert await process.wait() == 0  # asyncio still reaps its own
        return answer, other

    assert asyncio.run(main()) == (1, 2)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGCHLD)] == handlers


def test_a_killed_zygote_is_replaced():
    with started() as zygote:
        with zygote.spawn() as child:
            server = child_module.process_number(zygote._pidfd)
            os.kill(server, signal.SIGKILL)
            assert child.wait(5).reason == "killed"  # nobody outlives it
        assert once(zygote, "result = 1") == 1


@pytest.mark.parametrize("room", [True, False])
def test_the_hosts_death_leaves_nothing_behind(room):
    if room:
        a_sandbox()
    program = f"""
    import sys, time
    sys.path.insert(0, {str(ROOT)!r})
    from tests.test_judge_sandbox import *
    zygote = started(room={room})
    child = zygote.spawn()
    send(child, "import os, time\\nfor i in range(3): os.fork() or os.setsid()\\ntime.sleep(1000)")
    time.sleep(0.3)
    server = child_module.process_number(zygote._pidfd)
    print(zygote._process.pid, *watch.tree(server)[0], flush=True)
    time.sleep(1000)
    """
    host = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    pids = [int(word) for word in host.stdout.readline().split()]
    assert len(pids) >= 10
    host.kill()
    host.wait()
    deadline = time.monotonic() + 5
    while any(map(_runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in pids if _runs(pid)]


def test_an_entry_that_cannot_be_imported_is_told():
    with (
        Zygote("no_such_module:x", [], a_sandbox(), Limits()) as zygote,
        pytest.raises(SandboxUnavailable, match="No module named 'no_such_module'"),
    ):
        zygote.spawn()


# Without a sandbox


def test_plain_children_are_limited_and_killed(plain):
    with plain.spawn() as child:
        assert ask(child, "import numpy; numpy.ones((1 << 30) // 8)") == "MemoryError"
        folder = ask(child, "import os; result = os.getcwd()")
        assert os.path.isdir(folder)
        family = [
            ask(child, "import subprocess; result = subprocess.Popen(['sleep', '100']).pid"),
            ask(
                child,
                "import subprocess; result = subprocess.Popen(['sleep', '99'],"
                "start_new_session=True).pid",
            ),
        ]
        child.kill("timeout")
        assert child.wait(5).reason == "timeout"
    time.sleep(0.2)
    assert not any(map(_runs, family))
    assert not os.path.exists(folder)
    with plain.spawn() as child:
        assert ended(child, "while True: pass").reason == "cpu time"


def test_a_zygote_without_limits_serves_the_judge():
    with started(room=False, limits=UNLIMITED) as zygote:
        assert once(zygote, "import numpy; result = numpy.ones(1 << 20).sum()") is not None


def test_children_of_systems_without_fork():
    with Processes("tests.judge_entries:run", ["numpy"], None, SMALL) as processes:
        with processes.spawn() as child:
            assert ask(child, "import os; result = os.listdir('.')") == []
            send(child, "import time; time.sleep(60)")
            time.sleep(0.2)
            child.interrupt()
            assert answer(child) == "KeyboardInterrupt"
            child.sock.shutdown(socket.SHUT_RDWR)
            assert child.wait(5).reason == "exited"
        with processes.spawn() as child:
            child.kill("timeout")
            assert child.wait(5).reason == "timeout"


# Finding a sandbox


@pytest.mark.parametrize("program", ["_debian_bwrap", "_packaged_bwrap"])
def test_both_bubblewraps_work(program):
    path = getattr(sandbox, program)()
    if path is None:
        pytest.skip("not installed here; runs where both bubblewraps are")
    where = sandbox.Sandbox(path, a_sandbox().user_namespace)
    assert sandbox._try_out(where) is None
    with Zygote("tests.judge_entries:run", [], where.showing(ENTRIES), SMALL) as zygote:
        assert once(zygote, "import os; result = os.getpid()") == 1


def test_a_root_without_privileges_uses_a_user_namespace():
    where = sandbox.Sandbox(a_sandbox().bwrap, True).showing(ENTRIES)
    with Zygote("tests.judge_entries:run", [], where, SMALL) as zygote:
        assert once(zygote, "import os; result = os.getuid()") == 1000


REMEDIES = {
    "max_user_namespaces": "0",
    "apparmor_restrict_unprivileged_userns": "1",
    "unprivileged_userns_clone": "0",
}


@pytest.mark.parametrize("name", REMEDIES)
def test_the_remedy_fits_the_cause(monkeypatch, name):
    monkeypatch.setattr(remedy, "_in_container", lambda: False)
    monkeypatch.setattr(
        remedy, "_setting", lambda path: REMEDIES[name] if path.endswith(name) else None
    )
    text = remedy.refused("Operation not permitted", "/usr/bin/bwrap")
    assert name in text
    assert "--no-sandbox" in text


def test_remedies_for_containers_and_other_systems(monkeypatch):
    monkeypatch.setattr(remedy, "_setting", lambda path: None)
    monkeypatch.setattr(remedy, "_in_container", lambda: True)
    assert "--security-opt" in remedy.refused("x", "bwrap")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert "seccompProfile" in remedy.refused("x", "bwrap")
    assert "macOS" in remedy.wrong_system("darwin")
    assert "Windows" in remedy.wrong_system("win32")
    for text in (remedy.wrong_system("darwin"), remedy.nothing_installed()):
        assert "--no-sandbox" in text
    assert "apt-get install bubblewrap" in remedy.nothing_installed()


def test_a_sandbox_that_does_not_work_is_refused(monkeypatch):
    monkeypatch.setattr(sandbox, "_debian_bwrap", lambda: "/bin/false")
    monkeypatch.setattr(sandbox, "_packaged_bwrap", lambda: None)
    sandbox._find_on_linux.cache_clear()
    with pytest.raises(SandboxUnavailable, match="bubblewrap does not work here"):
        find_sandbox()
    monkeypatch.setattr(sandbox, "_debian_bwrap", lambda: None)
    with pytest.raises(SandboxUnavailable, match="apt-get install"):
        find_sandbox()
    monkeypatch.undo()
    sandbox._find_on_linux.cache_clear()


def test_a_checkout_below_tmp_works(tmp_path):
    """The private /tmp of a child must not hide what it imports from there."""
    a_sandbox()
    copy = Path(shutil.copytree(ROOT / "dlcourse", tmp_path / "dlcourse")).parent
    shutil.copytree(ROOT / "dlutils", tmp_path / "dlutils")
    (tmp_path / "tests").mkdir()
    shutil.copy(ENTRIES, tmp_path / "tests")
    (tmp_path / "secret").write_text("x")
    program = f"""
    import os, sys
    sys.path.insert(0, {str(copy)!r})
    from pathlib import Path
    from dlcourse.judge import zygote, sandbox, limits
    entries = Path({str(copy / "tests" / "judge_entries.py")!r})
    room = sandbox.find_sandbox().showing(entries)
    with zygote.Zygote("tests.judge_entries:echo", ["dlutils"], room, limits.Limits()) as it:
        with it.spawn() as child:
            child.sock.sendall(b"hello")
            print(child.sock.recv(5), zygote.__file__)
    room = sandbox.find_sandbox().showing(entries)
    with zygote.Zygote("tests.judge_entries:run", ["dlutils"], room, limits.Limits()) as it:
        with it.spawn() as child:
            import json
            source = "import os, dlutils.datasets; result = sorted(os.listdir({str(copy)!r}))"
            child.sock.sendall(json.dumps(source).encode() + b"\\n")
            print(child.sock.recv(1000).decode())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    assert "b'hello'" in done.stdout
    assert str(copy) in done.stdout
    assert "secret" not in done.stdout


def test_the_filter_is_whole_on_every_machine():
    for machine in seccomp._MACHINES:
        code = seccomp.program(machine)
        assert len(code) % 8 == 0
        assert len(code) // 8 < 4096  # the kernel's limit
        count = len(code) // 8
        for place in range(count):
            kind, true, false = code[8 * place], code[8 * place + 2], code[8 * place + 3]
            if kind in (0x15, 0x35):
                assert place + 1 + max(true, false) < count


# As an ordinary user


@pytest.mark.skipif(os.geteuid() != 0, reason="runs where root can become another user")
def test_all_of_this_as_an_ordinary_user():
    # What has nothing to do with the user is not run again.
    chosen = "not plain and not remed and not without_fork and not filter and not False"
    run_as_ordinary_user(__file__, "-x", "-k", chosen)
