"""What one submission may use. Limits of one process are rlimits, set in the child itself; limits
over the whole process tree are watched from outside (`watch.py`)."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one child; None means no limit."""

    memory: int | None = 1024 * MIB  # bytes, over the process tree; also address space per process
    cpu: float | None = 120  # seconds, over the process tree
    processes: int | None = 64  # processes and threads
    file_size: int | None = 64 * MIB  # bytes, of one file
    open_files: int | None = 256
    temporary: int | None = 128 * MIB  # bytes in /tmp, and as much in /dev/shm; sandbox only


UNLIMITED = Limits(None, None, None, None, None, None)


def apply(limits: Limits, address_space: int | None, count_processes: bool) -> None:
    """Set the rlimits of this process: for good, since the hard limits fall too.

    `address_space` is what the warm zygote has mapped already; the memory limit comes on top.
    `count_processes` is False where the kernel would count the user's other processes as well.
    """
    import resource  # not on Windows

    # Never needed, and counted over all processes of a user, the host's included.
    wanted = {"CORE": 0, "MSGQUEUE": 0, "RTPRIO": 0, "SIGPENDING": 1024, "MEMLOCK": 65536}
    if limits.memory is not None and address_space is not None:
        wanted["AS"] = address_space + limits.memory
    if limits.processes is not None and count_processes:
        wanted["NPROC"] = limits.processes
    if limits.file_size is not None:
        wanted["FSIZE"] = limits.file_size
    if limits.open_files is not None:
        wanted["NOFILE"] = limits.open_files
    if limits.cpu is not None:
        wanted["CPU"] = max(1, round(limits.cpu))
    for name, value in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            # macOS refuses RLIMIT_AS below what is mapped; everywhere else this must hold.
            if name != "AS" or not _is_macos():
                raise


def _is_macos() -> bool:
    import sys

    return sys.platform == "darwin"
