"""Limits over a child's whole process tree, watched from outside by one thread per zygote.

Every process of a sandboxed child descends from process 1 of its namespace, orphans included, so
the tree that /proc shows is complete.
"""

import contextlib
import os
import threading

from dlcourse.judge.child import Child
from dlcourse.judge.limits import Limits

_INTERVAL = 0.05  # seconds; memory can grow by some hundred MB in this time
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_KIB = 1024


class Watch:
    """Kills each child that it is told of when its tree exceeds the limits."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self._children: set[Child] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, child: Child) -> None:
        """Watch `child` until it ends."""
        if child.host_pid is None:
            return
        with self._changed:
            self._children.add(child)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="judge-watch", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Stop watching."""
        with self._changed:
            self._closed = True
            self._children.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._children or self._closed)
                if self._closed:
                    return
                children = list(self._children)
            for child in children:
                if child.wait(0) is not None or not self._within_limits(child):
                    with self._changed:
                        self._children.discard(child)
            with self._changed:
                self._changed.wait_for(lambda: self._closed, timeout=_INTERVAL)

    def _within_limits(self, child: Child) -> bool:
        reason = excess(child.host_pid, self.limits)
        if reason:
            child.kill(reason)
        return reason is None


def excess(root: int, limits: Limits) -> str | None:
    """Which limit the tree below process `root` exceeds, if any."""
    processes, tasks = tree(root)
    if limits.processes is not None and tasks > limits.processes:
        return "processes"
    if limits.cpu is not None and sum(map(_cpu, processes)) > limits.cpu:
        return "cpu time"
    # Private memory counts what a fork shares with its parent once for each, so it is only a
    # reason to look closer: at the proportional size, which costs more to read.
    if limits.memory is not None and sum(map(_private, processes)) > limits.memory:
        proportional = [_proportional(pid) for pid in processes]
        if sum(proportional) > limits.memory:
            return "memory"
    return None


def tree(root: int) -> tuple[list[int], int]:
    """The processes that descend from `root`, itself first, and how many threads they have."""
    found, tasks = [root], 0
    for pid in found:  # grows as it goes
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        tasks += len(threads)
        for thread in threads:
            with contextlib.suppress(OSError):
                found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
        if len(found) > 10_000:
            break
    return found, tasks


def _cpu(pid: int) -> float:
    """Seconds of processor time of a process and of the children it has waited for."""
    try:
        fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICK
    except (OSError, ValueError):
        return 0.0


def _private(pid: int) -> int:
    return _sum(f"/proc/{pid}/status", ("RssAnon:", "RssShmem:", "VmSwap:"))


def _proportional(pid: int) -> int:
    return _sum(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:", "SwapPss:"), _private, pid)


def _sum(path: str, names: tuple[str, ...], otherwise=lambda pid: 0, pid: int = 0) -> int:
    try:
        lines = [line.split() for line in _read(path).splitlines()]
    except OSError:
        return otherwise(pid)
    return sum(int(line[1]) * _KIB for line in lines if line and line[0] in names)


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()
