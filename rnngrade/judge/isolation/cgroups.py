"""A cap on the memory of all submissions together, where the kernel's control groups (version 2) are ours to divide.

Resource limits bound each process. They do not see a disk in memory or a shared map, of which many submissions at once
could fill the machine. See https://docs.kernel.org/admin-guide/cgroup-v2.html.
"""

from __future__ import annotations

import os
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
ADVICE = "start the command under systemd-run --user --scope -p Delegate=yes"


def delegated(own: Path = OWN, mount: Path = MOUNT) -> Path | None:
    """This process's control group, if it may be divided: version 2, with memory, writable, nobody else in it."""
    try:
        lines = [line for line in own.read_text().splitlines() if line.startswith("0::")]
        group = mount / lines[0].removeprefix("0::").lstrip("/")
        controllers = (group / "cgroup.controllers").read_text().split()
        members = {int(line) for line in (group / "cgroup.procs").read_text().split()}
    except (OSError, IndexError):
        return None
    ours = os.access(group / "cgroup.subtree_control", os.W_OK) and os.access(group, os.W_OK)
    return group if "memory" in controllers and members == {os.getpid()} and ours else None


def cap(group: Path, size: int) -> Path:
    """A part of ``group`` that may hold ``size`` bytes; this process moves to another: only leaves hold any."""
    judge, submissions = group / "judge", group / "submissions"
    judge.mkdir(exist_ok=True)
    (judge / "cgroup.procs").write_text(str(os.getpid()))
    (group / "cgroup.subtree_control").write_text("+memory")
    submissions.mkdir(exist_ok=True)
    (submissions / "memory.max").write_text(str(size))
    if (submissions / "memory.swap.max").exists():
        (submissions / "memory.swap.max").write_text("0")
    return submissions


def within(group: Path, command: list[str]) -> list[str]:
    """``command`` started in ``group``: it enters before it becomes the command, so nothing it starts is left out."""
    return ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(group), *command]
