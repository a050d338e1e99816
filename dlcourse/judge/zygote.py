"""Warm processes: children that are ready in milliseconds, because a zygote has imported all.

A zygote is a program of its own (`boot.py`, then `forkserver.py`), never a fork of this process,
which may be a notebook server with threads and an event loop. Nothing here installs a signal
handler or forks.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from dlcourse.judge.child import Child
from dlcourse.judge.limits import UNLIMITED, Limits
from dlcourse.judge.sandbox import Sandbox, SandboxUnavailable
from dlcourse.judge.start import (
    PRELOAD,
    PROGRAM,
    configuration,
    environment,
    fresh_uid,
    kernel,
    mapped,
)
from dlcourse.judge.watch import Watch

_START = 120  # seconds that a zygote may take for its imports
_REPLY = 30  # seconds that a warm one may take to fork


def start_zygote(
    entry: str, preload: list[str], sandbox: Sandbox | None, limits: Limits
) -> "Zygote | Processes":  # noqa: F821 (imported where it is needed)
    """A zygote, or on Windows its slow likeness."""
    if hasattr(os, "fork"):
        return Zygote(entry, preload, sandbox, limits)
    from dlcourse.judge.processes import Processes

    return Processes(entry, preload, sandbox, limits)


class Zygote:
    """Children that run `entry` ("module:function"), each with a socket of its own.

    Starts at once, without waiting; the first `spawn` waits. May be used from several threads. A
    process that forks (multiprocessing) makes its zygotes after the fork.
    """

    def __init__(
        self, entry: str, preload: list[str], sandbox: Sandbox | None, limits: Limits
    ) -> None:
        if not hasattr(os, "fork"):
            raise OSError("this system has no fork: use start_zygote")
        self.entry = entry
        self.preload = list(preload)
        self.sandbox = sandbox
        self.limits = limits
        self._lock = threading.RLock()
        self._watch = Watch(limits)
        self._closed = False
        self._start()

    def spawn(self) -> Child:
        """A new child, in its first line of set-up; raises SandboxUnavailable if there is none."""
        with self._lock:
            try:
                self._await_ready()
                child = self._spawn({})
            except (ConnectionError, EOFError):
                # It died (someone killed it, memory ran out): a new one does as well.
                self._stop()
                self._start()
                self._await_ready()
                child = self._spawn({})
        if self.limits != UNLIMITED and sys.platform == "linux":
            self._watch.add(child)
        return child

    def close(self) -> None:
        """End the zygote and all its children."""
        with self._lock:
            self._closed = True
            self._watch.close()
            self._stop()

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _start(self) -> None:
        if self._closed:
            raise RuntimeError("this zygote is closed")
        config = configuration(self.entry, self.preload, self.sandbox, self.limits)
        # Not -I: it would ignore PYTHONHASHSEED. The environment is ours anyhow.
        command = [sys.executable, "-P", "-s", "-B", str(PROGRAM), json.dumps(config)]
        if self.sandbox:
            command = self.sandbox.command(command)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by _stop)
        self._control, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env=environment(self.sandbox is not None),
                start_new_session=True,
            )
        except OSError as error:
            self._control.close()
            raise SandboxUnavailable(f"The judge's process could not start: {error}.") from None
        finally:
            theirs.close()
        self._pidfd: int | None = None
        self._ready = False

    def _await_ready(self) -> None:
        if self._closed:
            raise RuntimeError("this zygote is closed")
        if self._ready:
            return
        try:
            _, fds = self._reply(_START)
        except (EOFError, TimeoutError):
            raise SandboxUnavailable(
                f"The judge's process did not start: {self._last_error()}."
            ) from None
        self._pidfd = fds[0] if fds else None
        # What the children's address space starts from; no /proc inside the sandbox tells it.
        self._mapped = mapped(self._pidfd)
        self._ready = True
        with self._spawn({"probe": True}) as probe:
            end = probe.wait(_REPLY)
        if end is None or end.reason != "exited" or end.code != 0:
            text = f"The judge's process cannot make children: {end or 'no answer'}."
            self._stop()
            self._start()
            raise SandboxUnavailable(text)

    def _spawn(self, request: dict) -> Child:
        ours, theirs = socket.socketpair()
        status, status_write = os.pipe()
        request |= {
            "uid": fresh_uid() if self.sandbox and not self.sandbox.user_namespace else None,
            "address_space": self._mapped,
            "count_processes": self._counts_processes(),
        }
        try:
            message = [json.dumps(request).encode() + b"\n"]
            socket.send_fds(self._control, message, [theirs.fileno(), status_write])
            reply, fds = self._reply(_REPLY)
        except BaseException as error:
            ours.close()
            os.close(status)
            if isinstance(error, TimeoutError):
                raise EOFError("the zygote does not answer") from None
            raise
        finally:
            theirs.close()
            os.close(status_write)
        if "error" in reply:
            ours.close()
            os.close(status)
            raise SandboxUnavailable(f"No child could be made: {reply['error']}.")
        pidfd = fds[0] if fds else None
        return Child(
            ours, status, reply["pid"], pidfd, self.limits.cpu, self._ask, self.sandbox is not None
        )

    def _ask(self, pid: int, number: int) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._control.sendall(json.dumps({"kill": pid, "signal": number}).encode() + b"\n")

    def _reply(self, timeout: float) -> tuple[dict, list[int]]:
        self._control.settimeout(timeout)
        received, descriptors = b"", []
        while not received.endswith(b"\n"):
            data, fds, _, _ = socket.recv_fds(self._control, 4096, 1)
            descriptors += fds
            if not data:
                raise EOFError("the zygote has ended")
            received += data
        for fd in descriptors:
            os.set_inheritable(fd, False)
        return json.loads(received), descriptors

    def _counts_processes(self) -> bool:
        # A sandboxed root's child has a user of its own. In a user namespace, the kernel counts
        # apart since 5.14; before, the user's desktop would count as well. `watch.py` counts too.
        if self.sandbox is None:
            return False
        return not self.sandbox.user_namespace or kernel() >= (5, 14)

    def _stop(self) -> None:
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            if self._pidfd is not None:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        self._errors.close()

    def _last_error(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1].rstrip(".") if lines else f"exit status {self._process.poll()}"


__all__ = ["PRELOAD", "Zygote", "start_zygote"]
