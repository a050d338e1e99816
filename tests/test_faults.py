"""Faults in the middle of a class: nothing is lost, graded twice, or left standing."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import nbformat
import pytest

from dlcourse import gradebook, worker
from dlcourse.grade import Batch
from dlcourse.pool import Pool, WorkerDied
from tests.small_course import CHAPTER, NEURON

WRONG = "def neuron(x, w, b):\n    return x @ w\n"
POINTS = [2, 1, 1, None]


def a_class(small_course, folder, size):
    course = small_course.copy(folder)
    for number in range(size):
        course.hand_in(f"student{number:02}", course.worked(NEURON if number % 2 else WRONG))
    return course


def expected(student):
    return POINTS if int(student[-2:]) % 2 else [0, 1, 1, None]


def check_all(course, found):
    """Every grade is right, in memory and in the gradebook."""
    with gradebook.open_gradebook(gradebook.course_config(course.root)) as book:
        for one in found:
            assert [r.points for r in one.results] == expected(one.student), one.problems
            kept = gradebook.results(book, course.chapter, one.student, [])
            assert [r.points for r in kept] == expected(one.student)


def die(once):
    """A task that kills its worker, the first time only if `once` names a file to remember by."""
    if once and os.path.exists(once):
        return "done"
    if once:
        open(once, "w").close()
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_replaced(tmp_path):
    with Pool(2) as pool:
        pool.submit("twice", die, str(tmp_path / "mark"))
        pool.submit("never", die, "")
        pool.submit("fine", abs, -3)
        found = {}
        while pool.running:
            found |= dict(pool.results())
    assert found["twice"] == "done" and found["fine"] == 3
    assert isinstance(found["never"], WorkerDied)


def test_workers_killed_during_a_class(small_course, tmp_path):
    course = a_class(small_course, tmp_path / "class", 6)
    batch = Batch(course.root, jobs=2)
    seen = []
    for one in batch.run():
        seen.append(one)
        if len(seen) in (1, 3):
            victims = subprocess.run(
                ["pgrep", "-P", str(os.getpid()), "-f", "spawn_main"],
                capture_output=True,
                text=True,
            ).stdout.split()
            for pid in victims[-1:]:
                os.kill(int(pid), signal.SIGKILL)
    assert len(seen) == 6
    check_all(course, seen)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_run_goes_on(small_course, tmp_path, how):
    course = a_class(small_course, tmp_path / "class", 6)
    command = [sys.executable, "-m", "dlcourse", "grade", "--root", str(course.root), "--jobs", "1"]
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        done = course.root / "autograded"
        deadline = time.monotonic() + 300
        while len(list(done.glob("*/*/*.ipynb"))) < 2 and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, how)
        code = process.wait(60)
    assert code == (130 if how == signal.SIGINT else -signal.SIGKILL)
    finished = {p.parts[-3]: p.stat().st_mtime_ns for p in done.glob("*/*/*.ipynb")}
    assert 2 <= len(finished) < 6
    batch = Batch(course.root)
    found = list(batch.run())
    check_all(course, found)
    assert {one.student for one in found if one.kept} == set(finished)
    for student, written in finished.items():  # not graded twice
        path = done / student / CHAPTER / "small.ipynb"
        assert path.stat().st_mtime_ns == written
    assert not list(course.root.rglob("*.part"))


def test_a_changed_submission_or_test_is_graded_again(small_course, tmp_path):
    course = a_class(small_course, tmp_path / "class", 2)
    list(Batch(course.root).run())
    course.hand_in("student00", course.worked())
    found = {one.student: one for one in Batch(course.root).run()}
    assert not found["student00"].kept and found["student01"].kept
    assert [r.points for r in found["student00"].results] == POINTS
    nb = nbformat.read(course.chapter.notebook, as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "relu-value":
            cell.source += "\nchecks.agrees('relu', relu, checks.case(x=np.array([7.0])))"
    nbformat.write(nb, course.chapter.notebook)
    assert not any(one.kept for one in Batch(course.root).run())
    assert all(one.kept for one in Batch(course.root).run())
    assert not any(one.kept for one in Batch(course.root, force=True).run())


def test_a_locked_gradebook_is_waited_for(small_course, tmp_path):
    course = a_class(small_course, tmp_path / "class", 2)
    other = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # as formgrader does while it saves
    timer = threading.Timer(8, other.rollback)  # longer than SQLite's usual patience
    timer.start()
    found = list(Batch(course.root).run())
    check_all(course, found)
    timer.join()
    other.close()


def test_a_failed_run_leaves_no_old_grade(small_course, tmp_path, monkeypatch):
    course = a_class(small_course, tmp_path / "class", 1)
    list(Batch(course.root, jobs=1).run())
    course.hand_in("student00", course.worked())

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dlcourse.grade.write_bytes", full)
    (one,) = Batch(course.root, jobs=1).run()
    assert "No space left on device" in one.problems[0]
    monkeypatch.undo()
    (one,) = Batch(course.root, jobs=1).run()
    assert not one.kept and [r.points for r in one.results] == POINTS


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="root can mount a small disk")
def test_a_full_disk(small_course, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)])
    if mounted.returncode:
        pytest.skip("runs where tmpfs can be mounted")
    try:
        course = a_class(small_course, disk / "class", 4)
        (disk / "ballast").write_bytes(bytes(os.statvfs(disk).f_bavail * 4096 - 60_000))
        found = list(Batch(course.root).run())
        assert len(found) == 4 and any(one.problems for one in found)
        assert all(one.problems or one.graded for one in found)
        (disk / "ballast").unlink()
        check_all(course, list(Batch(course.root).run()))
    finally:
        subprocess.run(["umount", str(disk)])


def test_a_soak_leaves_nothing_behind(small_course, tmp_path):
    """A class of SOAK submissions (24 here, 1,000 by `make soak`): no growth of anything."""
    size = int(os.environ.get("SOAK", "24"))
    course = a_class(small_course, tmp_path / "class", 1)
    facts = gradebook.facts(gradebook.course_config(course.root), course.chapter)
    data = nbformat.writes(course.worked()).encode()
    task = worker_task(facts, data)
    measured = []
    for number in range(size):
        outcome = worker.grade(task, facts, {})
        assert [r.points for r in outcome.results] == [2, 1, 1]
        if number >= size // 4:
            measured.append(usage())
    first, last = measured[0], measured[-1]
    assert last["descriptors"] <= first["descriptors"] + 2
    assert last["processes"] <= first["processes"]
    assert last["temporary"] <= first["temporary"]
    assert last["memory"] <= first["memory"] + max(20_000, 0.02 * first["memory"]), measured[::50]


def worker_task(facts, data):
    from dlcourse.task import Task
    from dlcourse.verdict import Mark

    marks = tuple(Mark(n, s.points) for n, s in facts.sources.items() if s.points is not None)
    return Task("eve", CHAPTER, "small.ipynb", data, marks)


def usage():
    """What this process and its children hold: KiB, descriptors, processes, temporary files."""
    with open("/proc/self/status") as file:
        memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    tree = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True).stdout
    here = [name for name in os.listdir("/tmp") if name.startswith("dlcourse-")]
    return {
        "memory": memory,
        "descriptors": len(os.listdir("/proc/self/fd")),
        "processes": len(tree.split()),
        "temporary": len(here),
    }
