"""Tests once more as a user without any privilege, for root who can become one."""

import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

ORDINARY = 23456
ROOT = Path(__file__).parents[1]
# An interpreter below /root is shown to that user in a mount namespace of this test's own.
SCRIPT = """
set -e
base=$1; shift
case $base in /root/*)
    mkdir "$HOME/base"
    mount --bind "$base" "$HOME/base"
    mount -t tmpfs -o mode=755 none /root
    mkdir -p -m 755 "$base"
    mount --bind "$HOME/base" "$base"
    umount "$HOME/base"
esac
exec setpriv --reuid UID --regid UID --clear-groups "$@"
"""


def run_as_ordinary_user(*arguments):
    """Run pytest with these arguments as that user; fails as the run does."""
    # Not pytest's tmp_path: it lies in a folder that each run of pytest closes to other users.
    with tempfile.TemporaryDirectory(prefix="ordinary-") as home:
        os.chown(home, ORDINARY, ORDINARY)
        done = _run(home, arguments)
    print(done.stdout[-3000:], done.stderr[-2000:])
    assert done.returncode == 0
    assert "passed" in done.stdout


def _run(home, arguments):
    script = textwrap.dedent(SCRIPT).replace("UID", str(ORDINARY))
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
    command += [sys.base_prefix, sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:xdist"]
    command += ["-p", "no:cacheprovider", f"--basetemp={home}/pytest", *map(str, arguments)]
    environment = {"PATH": os.environ["PATH"], "HOME": home, "PYTHONDONTWRITEBYTECODE": "1"}
    if "PYTHONPATH" in os.environ:
        environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
