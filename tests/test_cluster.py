"""Grading on a Dask scheduler: a real one, with two worker processes of which one is killed.

Runs by `make test-services`, or wherever dask.distributed is installed.
"""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from dlcourse.course import CourseError
from dlcourse.grade import Batch

pytest.importorskip("distributed", reason="runs where the cluster extra is installed")
SLOW = "import time\ntime.sleep(2)\ndef neuron(x, w, b):\n    return x @ w + b\n"


@pytest.fixture
def scheduler(tmp_path):
    """(address, [worker processes]) of a scheduler with two workers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", str(port),
               "--host", "127.0.0.1", "--no-dashboard"]  # fmt: skip
    started = [_start(command, tmp_path)]
    address = f"tcp://127.0.0.1:{port}"
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1",
              "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)]  # fmt: skip
    started += [_start(worker, tmp_path), _start(worker, tmp_path)]
    yield address, started[1:]
    for process in reversed(started):
        process.kill()
        process.wait()


def _start(command, folder):
    with open(folder / "log", "ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ))


def test_a_killed_worker_loses_nothing_and_repeats_nothing(small_course, tmp_path, scheduler):
    address, workers = scheduler
    course = small_course.copy(tmp_path / "course")
    names = [f"student{number}" for number in range(8)]
    for name in names:
        course.hand_in(name, course.worked(SLOW))
    batch = Batch(course.root, scheduler=address)
    seen = []
    for one in batch.run():
        seen.append(one.student)
        if len(seen) == 2:
            os.kill(workers[0].pid, signal.SIGKILL)
    assert sorted(seen) == names
    for one in batch.submissions:
        assert one.graded, one.problems
        assert [r.points for r in one.results] == [2, 1, 1, None]
    again = Batch(course.root, scheduler=address)
    begin = time.monotonic()
    assert all(one.kept for one in again.run())
    assert time.monotonic() - begin < 60


def test_no_scheduler_is_one_sentence(small_course, tmp_path, monkeypatch):
    from dlcourse import cluster

    monkeypatch.setattr(cluster, "PATIENCE", 1)
    course = small_course.copy(tmp_path / "course")
    course.hand_in("ana", course.worked())
    with pytest.raises(CourseError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(Batch(course.root, scheduler="tcp://127.0.0.1:9").run())
