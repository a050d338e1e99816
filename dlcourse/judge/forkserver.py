"""The zygote's loop: fork a child per request, reap it, and say how it ended.

It runs nothing but the judge's own modules and the libraries: student code starts in
`entering.enter`, in a child that has given up its privileges and closed all but its own socket.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time

from dlcourse.judge import entering
from dlcourse.judge import limits as limits_module
from dlcourse.judge.entering import SOCKET, STATUS

SETUP_FAILED = 70  # exit status of a child that could not be set up


class ForkServer:
    """Answers the host's requests, one JSON line each, until its end of the socket closes."""

    def __init__(self, config: dict, control: socket.socket):
        self.config = config
        self.control = control
        self.limits = limits_module.Limits(**config["limits"])
        self.sandboxed = config["sandboxed"]
        self.linux = sys.platform == "linux"
        self.children: dict[int, tuple[int, str | None]] = {}  # pid: (status pipe, folder)
        if self.linux:
            from dlcourse.judge import lockdown

            self.lockdown = lockdown
            if self.sandboxed:
                self.pidfd = os.pidfd_open(os.getpid())
            else:
                lockdown.adopt_orphans()

    def serve(self) -> None:
        """Answer requests and reap children."""
        import select

        wake, wake_write = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write)
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(wake, select.POLLIN)
        self._ready()
        while True:
            ready = [fd for fd, _ in poll.poll()]
            if wake in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(wake, 4096)
                self._reap()
            if self.control.fileno() in ready and not self._answer():
                break
        self._end()

    def _ready(self) -> None:
        fds = []
        if self.linux:
            with contextlib.suppress(OSError):
                fds.append(os.pidfd_open(os.getpid()))
        socket.send_fds(self.control, [b'{"ready": true}\n'], fds)
        for fd in fds:
            os.close(fd)

    def _answer(self) -> bool:
        # A kill has no answer, so that a spawn may come right behind it.
        try:
            line, fds, _, _ = socket.recv_fds(self.control, 4096, 2)
        except ConnectionError:
            return False
        if not line:
            return False
        for request in map(json.loads, line.splitlines()):
            if "kill" not in request:
                self._spawn(request, fds)
            elif request["kill"] in self.children:
                self._kill(request["kill"], request["signal"])
        return True

    def _spawn(self, request: dict, fds: list[int]) -> None:
        pidfds = []
        try:
            pid = self._fork(request, *fds)
            reply = {"pid": pid}
            if self.linux:
                with contextlib.suppress(OSError):
                    pidfds.append(os.pidfd_open(pid))
        except OSError as error:
            reply = {"error": str(error)}
            os.close(fds[1])
        os.close(fds[0])
        socket.send_fds(self.control, [json.dumps(reply).encode() + b"\n"], pidfds)
        for fd in pidfds:
            os.close(fd)

    def _fork(self, request: dict, sock: int, status: int) -> int:
        folder = None if self.sandboxed else tempfile.mkdtemp(prefix="dlcourse-")
        if self.sandboxed:
            self.lockdown.unshare(self.lockdown.CLONE_NEWPID)
        parent = os.getpid()
        pid = -1
        try:
            pid = os.fork()
        finally:
            if pid != 0 and self.sandboxed:
                self.lockdown.return_to_namespace(self.pidfd)
        if pid == 0:
            self._become_child(request, sock, status, folder, parent)
        self.children[pid] = (status, folder)
        return pid

    def _become_child(self, request, sock, status, folder, parent) -> None:
        try:
            entering.only_these_descriptors(sock, status)
            entering.default_signals()
            os.setsid()  # kill(0, ...) reaches the whole group, across process namespaces
            if self.sandboxed:
                self.lockdown.private_filesystem(self.limits.temporary, self.config["rebind"])
            else:
                if self.linux:
                    self.lockdown.die_with_parent()
                    if os.getppid() != parent:
                        os._exit(SETUP_FAILED)
                os.environ.update(HOME=folder, TMPDIR=folder)
                tempfile.tempdir = None
            os.chdir(folder or "/tmp")
            limits_module.apply(self.limits, request["address_space"], request["count_processes"])
            if self.sandboxed:
                self.lockdown.drop_privileges(request["uid"])
            if request.get("probe"):
                entering.check_readable(self.config["preload"])
                os._exit(0)
        except BaseException as error:
            os.write(STATUS, json.dumps({"error": str(error)}).encode() + b"\n")
            os._exit(SETUP_FAILED)
        os.close(STATUS)
        entering.enter(self.config["entry"], socket.socket(fileno=SOCKET))

    def _kill(self, pid: int, number: int) -> None:
        os.kill(pid, number)  # not yet reaped, so the number is still its own
        if not self.sandboxed and number == signal.SIGKILL:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid not in self.children:
                continue  # an adopted orphan
            pipe, folder = self.children.pop(pid)
            end = {"status": status, "cpu": usage.ru_utime + usage.ru_stime}
            if not self.sandboxed:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.write(pipe, json.dumps(end).encode() + b"\n")
            os.close(pipe)
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
        if not self.sandboxed and not self.children:
            self._kill_orphans()

    def _kill_orphans(self) -> None:
        # Daemons left their group, but not their adoptive parent. Whose they were is not known,
        # so they are ended when no other child is at work.
        path = f"/proc/self/task/{os.getpid()}/children"
        with contextlib.suppress(OSError), open(path) as file:
            for pid in file.read().split():
                os.kill(int(pid), signal.SIGKILL)

    def _end(self) -> None:
        # In the sandbox this is process 1: everything in it ends with us.
        if self.sandboxed:
            os._exit(0)
        for pid in list(self.children):
            self._kill(pid, signal.SIGKILL)
        while self.children:
            time.sleep(0.005)
            self._reap()
        # Each that is ended may leave its own children to us.
        deadline = time.monotonic() + 2
        with contextlib.suppress(ChildProcessError):
            while time.monotonic() < deadline:
                self._kill_orphans()
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    time.sleep(0.005)
        os._exit(0)
