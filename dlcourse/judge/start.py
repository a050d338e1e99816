"""What a zygote is started with: its program, modules, environment and configuration."""

import os
import random
from dataclasses import asdict
from pathlib import Path

from dlcourse.judge.child import process_number
from dlcourse.judge.limits import Limits
from dlcourse.judge.sandbox import FONT_FOLDER, Sandbox, library_folders

PROGRAM = Path(__file__).resolve().parent / "boot.py"

# What every student child wants: imported once, in the zygote.
PRELOAD = [
    "numpy",
    "matplotlib",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "IPython",
    "IPython.core.interactiveshell",
    "IPython.lib.pretty",
    "pygments.lexers",
    "pygments.formatters",
    "dlutils",
]


def configuration(entry: str, preload: list[str], sandbox: Sandbox | None, limits: Limits) -> dict:
    """What `forkserver.py` must know."""
    return {
        "entry": entry,
        "preload": list(preload),
        "limits": asdict(limits),
        "sandboxed": sandbox is not None,
        "rebind": sandbox.rebind() if sandbox else [],
        "paths": [*map(str, library_folders()), str(PROGRAM.parents[2])],
    }


def environment(sandboxed: bool) -> dict[str, str]:
    """All the environment that a zygote has."""
    values = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "USER": "student",
        "PYTHONHASHSEED": "0",  # a set prints in the same order in every run
        "PYTHONDONTWRITEBYTECODE": "1",
        # Read when numpy is imported: a fork would lose further threads, and they would compete.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
    }
    if sandboxed:
        return values | {"HOME": "/tmp", "TMPDIR": "/tmp", "MPLCONFIGDIR": FONT_FOLDER}
    kept = ("HOME", "TMPDIR", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
    kept += ("MPLCONFIGDIR", "XDG_CACHE_HOME", "PATH", "LD_LIBRARY_PATH")
    return values | {name: os.environ[name] for name in kept if name in os.environ}


def mapped(pidfd: int | None) -> int | None:
    """Bytes of address space that a process has mapped, where that can be known."""
    pid = process_number(pidfd) if pidfd is not None else None
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def fresh_uid() -> int:
    """A user that owns nothing and that no other child is, from those that exist here."""
    for first, count in ((1_900_000_000, 1 << 24), (40_000, 20_000)):
        if _is_mapped(first + count):
            return random.SystemRandom().randrange(first, first + count)
    return 65534


def _is_mapped(uid: int) -> bool:
    with open("/proc/self/uid_map") as file:
        ranges = [tuple(map(int, line.split())) for line in file]
    return any(inside <= uid < inside + count for inside, _, count in ranges)


def kernel() -> tuple[int, int]:
    """The version of Linux."""
    major, minor = os.uname().release.split(".")[:2]
    return int(major), int("".join(filter(str.isdigit, minor)) or 0)
