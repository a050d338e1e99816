"""A student's process for the tests of the judge: plain, without a sandbox."""

import contextlib
import os
import signal
import socket
import subprocess
import sys

from dlcourse.judge.remote import Student


@contextlib.contextmanager
def student_process(cells=(), **options):
    """A remote.Student whose process has run these cells; `.process` is the process."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "dlcourse.judge.student", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=dict(os.environ))
    theirs.close()
    options = {"seconds": 20.0, "interrupt": lambda: process.send_signal(signal.SIGINT), **options}
    student = Student(ours, **options)
    student.process = process
    try:
        for number, cell in enumerate(cells):
            ran = student.run(cell, f"cell-{number}")
            assert not ran.error, ran
        yield student
    finally:
        ours.close()
        process.kill()
        process.wait()
