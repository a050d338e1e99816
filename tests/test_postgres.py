"""The gradebook on a real PostgreSQL server, which this test starts.

Runs by `make test-services`, or wherever Debian's postgresql and the driver are installed.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from dlcourse import gradebook
from dlcourse.grade import Batch
from tests.small_course import CHAPTER

pytest.importorskip("psycopg", reason="runs where the cluster extra is installed")
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
if not PROGRAMS:
    pytest.skip("runs where PostgreSQL's server is installed", allow_module_level=True)


@pytest.fixture(scope="module")
def server():
    """The address of an empty gradebook on a fresh server."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    folder.chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    user = user if os.geteuid() == 0 else {}

    def pg(*arguments):
        subprocess.run(
            [PROGRAMS[-1], "-D", folder / "data", *arguments],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip

    pg("initdb", "-o", "--auth=trust --username=grader --encoding=UTF8")
    pg("-w", "-l", folder / "log", "-o", f"-p {port} -k {folder} -h 127.0.0.1", "start")
    yield f"postgresql://grader@127.0.0.1:{port}/postgres"
    pg("-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def test_grades_go_to_the_server(small_course, tmp_path, server):
    course = small_course.copy(tmp_path / "course")
    (course.root / "gradebook.db").unlink()
    course.hand_in("ana", course.worked())
    course.hand_in("bo", course.worked("def neuron(x, w, b):\n    return x @ w\n"))
    course.hand_in("cy", "no notebook")
    batch = Batch(course.root, db=server)
    found = {one.student: one for one in batch.run()}
    assert [r.points for r in found["ana"].results] == [2, 1, 1, None]
    assert [r.points for r in found["bo"].results] == [0, 1, 1, None]
    assert not found["cy"].graded
    assert not (course.root / "gradebook.db").exists()
    with gradebook.open_gradebook(batch.config) as book:
        assert "postgresql" in str(book.engine.url)
        assert book.find_submission(CHAPTER, "ana").score == 4
        grade = book.find_grade("why", "small", CHAPTER, "ana")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    again = {one.student: one for one in Batch(course.root, db=server).run()}
    assert again["ana"].kept and [r.points for r in again["ana"].results] == [2, 1, 1, 1.5]
    batch.write_csv(tmp_path / "grades.csv")
    assert "ana" in (tmp_path / "grades.csv").read_text()
