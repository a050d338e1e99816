"""What a child does between its fork and the first line of student code, on Linux.

It runs inside the zygote's bubblewrap, as process 1 of a new process namespace, with the one or
three capabilities that this needs, and gives up everything at the end.
"""

import ctypes
import os
import struct

from dlcourse.judge import seccomp

CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
_MS_NOSUID, _MS_NODEV = 2, 4
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38
_SIGKILL = 9

# The private folders of a child; bubblewrap makes their mount points.
PRIVATE = ("/tmp", "/dev/shm")

libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    _check(libc.unshare(flags), "unshare")


def return_to_namespace(pidfd: int) -> None:
    """Fork into the process namespace of `pidfd` again (undoes `unshare(CLONE_NEWPID)`)."""
    _check(libc.setns(pidfd, CLONE_NEWPID), "setns")


def die_with_parent() -> None:
    """Be killed when the parent dies."""
    _check(libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0), "prctl(PDEATHSIG)")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent died, daemons included."""
    _check(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl(SUBREAPER)")


def private_filesystem(size: int | None, rebind: list[tuple[str, str]]) -> None:
    """Namespaces of files, shared memory and network for this process alone.

    `rebind` names what must be seen at a path below /tmp: (where it lies now, that path).
    """
    # The network namespace has no device up: what it adds to the zygote's, which has none either,
    # is that abstract unix sockets do not reach from one child to another.
    unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET)
    mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    options = "mode=1777,nr_inodes=65536" + (f",size={size}" if size is not None else "")
    for folder in PRIVATE:
        mount("tmpfs", folder, "tmpfs", _MS_NOSUID | _MS_NODEV, options)
    umask = os.umask(0)
    for source, target in rebind:
        _mount_point(source, target)
        mount(source, target, None, _MS_BIND | _MS_REC)
    os.umask(umask)


def drop_privileges(uid: int | None) -> None:
    """No capability, no way to gain one, and the system-call filter; `uid` None keeps the user."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = struct.pack("Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _check(libc.capset(header, bytes(24)), "capset")
    _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(NO_NEW_PRIVS)")
    seccomp.install(libc)
    die_with_parent()  # last: a change of user clears it


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """mount(2)."""
    status = libc.mount(
        source.encode(),
        os.fsencode(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    _check(status, f"mount {target}")


def _mount_point(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.makedirs(target, mode=0o777, exist_ok=True)
        return
    os.makedirs(os.path.dirname(target), mode=0o777, exist_ok=True)
    with open(target, "x"):
        pass


def _check(status: int, what: str) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
