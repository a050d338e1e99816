"""The host's end of one child of a zygote."""

import contextlib
import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exit:
    """How a child ended."""

    reason: str  # memory, cpu time, processes, timeout, killed, exited; or "failed: ..."
    code: int | None = None  # its exit status, if it exited
    signal: int | None = None  # the signal that ended it, if one did
    cpu: float = 0.0  # seconds of processor time that it used

    def __str__(self) -> str:
        if self.reason == "exited":
            return f"exited with status {self.code}"
        if self.reason == "killed" and self.signal not in (None, signal.SIGKILL):
            return f"killed by {signal.Signals(self.signal).name}"
        return self.reason


class Child:
    """A running child. `sock` is connected to its entry function.

    `ask` sends a signal by way of the zygote, for systems without process descriptors and for
    children without a process namespace.
    """

    def __init__(self, sock, status: int, pid: int, pidfd: int | None, cpu_limit, ask, sandboxed):
        self.sock: socket.socket = sock
        self.pid = pid  # as the zygote sees it
        self.pidfd = pidfd
        self.host_pid = process_number(pidfd) if pidfd is not None else None
        self.exit: Exit | None = None
        self._status = status
        self._received = b""
        self._cpu_limit = cpu_limit
        self._ask: Callable[[int, int], None] = ask
        self._sandboxed = sandboxed
        self._verdict: str | None = None
        self._lock = threading.Lock()

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in it."""
        self._signal(signal.SIGINT)

    def kill(self, reason: str = "killed") -> None:
        """End it and all that it started; `reason` will be the reason of its exit."""
        with self._lock:
            if self.exit is None and self._verdict is None:
                self._verdict = reason
        self._signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> Exit | None:
        """Wait until it has ended; None if it has not after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.exit is None:
            remaining = None if deadline is None else max(0, deadline - time.monotonic())
            if not self._readable(remaining):
                return self.exit
            with self._lock:
                if self.exit is None and self._readable(0):
                    self._read()
        return self.exit

    @property
    def reason(self) -> str | None:
        """Why it ended, in words; None while it runs."""
        return None if self.exit is None else str(self.exit)

    def close(self) -> None:
        """End it if it still runs, and give back every descriptor."""
        self.sock.close()
        if self.exit is None:
            self.kill()
            self.wait(10)
        with self._lock:
            if self._status >= 0:
                os.close(self._status)
                self._status = -1
            if self.pidfd is not None:
                os.close(self.pidfd)
                self.pidfd = None

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _signal(self, number: int) -> None:
        with self._lock:
            if self.exit is not None:
                return
            if self.pidfd is not None and (self._sandboxed or number != signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.pidfd, number)
                return
        self._ask(self.pid, number)

    def _readable(self, timeout: float | None) -> bool:
        poll = select.poll()
        if self._status < 0:
            return False
        poll.register(self._status, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))

    def _read(self) -> None:
        data = os.read(self._status, 4096)
        self._received += data
        lines = [json.loads(line) for line in self._received.split(b"\n")[:-1]]
        if not data or any("status" in line for line in lines):
            self.exit = self._interpret(
                {key: value for line in lines for key, value in line.items()}
            )

    def _interpret(self, end: dict) -> Exit:
        cpu = end.get("cpu", 0.0)
        status = end.get("status")
        if status is None:  # the pipe closed without a word: the zygote is gone
            return Exit(self._verdict or "killed", cpu=cpu)
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        if "error" in end:
            return Exit(f"failed: {end['error']}", code, number, cpu)
        if self._verdict and number == signal.SIGKILL:
            return Exit(self._verdict, code, number, cpu)
        # The kernel's limit counts whole ticks, so on a busy machine it comes early.
        spent = self._cpu_limit is not None and cpu >= 0.7 * self._cpu_limit
        if spent and number in (signal.SIGKILL, signal.SIGXCPU):
            return Exit("cpu time", code, number, cpu)
        return Exit("killed" if number is not None else "exited", code, number, cpu)


def process_number(pidfd: int) -> int | None:
    """The process's number as this process sees it."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}") as file:
            for line in file:
                if line.startswith("Pid:"):
                    return int(line.split()[1]) if int(line.split()[1]) > 0 else None
    except OSError:
        pass
    return None
