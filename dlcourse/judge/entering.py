"""A child's first steps, on every system: what it keeps open, what it may use, its entry."""

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import traceback

SOCKET, STATUS = 3, 4  # a child's descriptors, besides the three standard ones


def only_these_descriptors(sock: int, status: int) -> None:
    """Move the two where they are expected and close everything else."""
    high = [os.dup(fd) for fd in (sock, status)]
    while min(high) <= STATUS:
        high = [os.dup(fd) for fd in high]
    os.dup2(high[0], SOCKET, inheritable=False)
    os.dup2(high[1], STATUS, inheritable=False)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd, inheritable=True)
    os.closerange(STATUS + 1, os.sysconf("SC_OPEN_MAX"))


def default_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def check_readable(modules: list[str]) -> None:
    """Raise where the user of the sandbox cannot read what will be imported later."""
    files = [getattr(sys.modules.get(name), "__file__", None) for name in modules]
    for path in [os.__file__, *filter(None, files)]:
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            raise PermissionError(
                f"the sandbox's unprivileged user cannot read {path} ({error.strerror}):"
                " make the installation readable with `chmod -R a+rX`"
            ) from None


def warm(config: dict) -> None:
    """Import the entry and all that a child will want, once."""
    for name in config["preload"]:
        importlib.import_module(name)
    module, function = config["entry"].split(":")
    getattr(importlib.import_module(module), function)


def new_seed() -> None:
    """numpy's global generator anew; else every child would draw the same numbers."""
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def enter(entry: str, connection: socket.socket) -> None:
    """Run the entry function with the socket; never returns."""
    code = 1
    try:
        new_seed()
        sys.argv[:] = [""]
        module, function = entry.split(":")
        gc.enable()
        with connection:
            getattr(importlib.import_module(module), function)(connection)
        code = 0
    except SystemExit as exit:
        code = exit.code if isinstance(exit.code, int) else int(exit.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
        os._exit(code & 0xFF)


def socket_from_stdin() -> socket.socket:
    """The socket that descriptor 0 is, moved away so that nothing reads it by accident."""
    connection = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    return connection
