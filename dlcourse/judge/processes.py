"""A zygote's interface where the system cannot fork (Windows): a cold process per child.

Without a sandbox, so only by `--no-sandbox`. A child takes a second to import what a zygote's
child finds imported.
"""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile

from dlcourse.judge import entering, limits
from dlcourse.judge.child import Exit
from dlcourse.judge.limits import Limits
from dlcourse.judge.start import PROGRAM, configuration, environment

_WINDOWS = sys.platform == "win32"


class Processes:
    """Like `Zygote`, with nothing kept warm."""

    def __init__(self, entry: str, preload: list[str], sandbox: None, limits: Limits):
        if sandbox is not None:
            raise ValueError("a cold process cannot be sandboxed; expected sandbox=None")
        self._config = configuration(entry, preload, None, limits) | {"single": True}
        self._children: list[ProcessChild] = []

    def spawn(self) -> "ProcessChild":
        """A new child, which is still importing."""
        ours, theirs = socket.socketpair()
        folder = tempfile.TemporaryDirectory(prefix="dlcourse-", ignore_cleanup_errors=True)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-B", str(PROGRAM), json.dumps(self._config)],
                stdin=subprocess.PIPE if _WINDOWS else theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder.name,
                env=environment(False) | {"TMPDIR": folder.name, "TEMP": folder.name},
                **_own_group(),
            )
            if _WINDOWS:
                with process.stdin as pipe:
                    pipe.write(theirs.share(process.pid))
        child = ProcessChild(ours, process, folder)
        self._children = [other for other in self._children if other.wait(0) is None] + [child]
        return child

    def close(self) -> None:
        """End all children."""
        for child in self._children:
            child.close()

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_) -> None:
        self.close()


class ProcessChild:
    """Like `Child`."""

    def __init__(self, sock, process: subprocess.Popen, folder: tempfile.TemporaryDirectory):
        self.sock: socket.socket = sock
        self.pid = self.host_pid = process.pid
        self.pidfd = None
        self.exit: Exit | None = None
        self._process = process
        self._folder = folder
        self._verdict: str | None = None

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in it."""
        with contextlib.suppress(OSError):
            self._process.send_signal(signal.CTRL_BREAK_EVENT if _WINDOWS else signal.SIGINT)

    def kill(self, reason: str = "killed") -> None:
        """End it; what it started itself may live on."""
        if self._process.poll() is None:
            self._verdict = self._verdict or reason
            self._process.kill()

    def wait(self, timeout: float | None = None) -> Exit | None:
        """Wait until it has ended; None if it has not after `timeout` seconds."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        if self.exit is None:
            if code < 0 or self._verdict:
                self.exit = Exit(self._verdict or "killed", signal=-code if code < 0 else None)
            else:
                self.exit = Exit("exited", code=code)
        return self.exit

    @property
    def reason(self) -> str | None:
        """Why it ended, in words; None while it runs."""
        return None if self.exit is None else str(self.exit)

    def close(self) -> None:
        """End it if it still runs, and give back all that it held."""
        self.sock.close()
        self.kill()
        self.wait(10)
        self._folder.cleanup()

    def __enter__(self) -> "ProcessChild":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def _own_group() -> dict:
    if _WINDOWS:
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def serve_one(config: dict) -> None:
    """The child's side: take the socket, then run the entry. Called by `boot.py`."""
    if _WINDOWS:
        connection = socket.fromshare(sys.stdin.buffer.read())
        signal.signal(signal.SIGBREAK, signal.default_int_handler)
    else:
        connection = entering.socket_from_stdin()
        limits.apply(Limits(**config["limits"]), None, count_processes=False)
    entering.warm(config)
    entering.enter(config["entry"], connection)
