"""The two kinds of walls a zygote can put around its children: namespaces, or another user and Landlock."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from . import box, hardening, landlock

LOOK_SECONDS = 0.1
THREADS = 64


class Walls:
    """What a zygote does, step by step, around each child; ``look_seconds`` is how often it asks ``overfull``.

    ``supervised``: each child has a supervisor, for what would keep the zygote from the others.
    """

    look_seconds: float | None = None
    supervised = False

    def before_preload(self) -> None:
        """In the zygote, before it imports anything."""

    def fork(self, request: dict[str, Any]) -> int:
        """Fork the child."""
        raise NotImplementedError

    def around_child(self, request: dict[str, Any]) -> None:
        """In the child: limit it and shut it in. What follows is giving up all privileges."""

    def overfull(self) -> bool:
        """Whether the child has put more on its disk than it may."""
        return False

    def after_child(self) -> None:
        """In the supervisor, when the child has ended."""


class Namespaces(Walls):
    """Fresh namespaces: their disk is bounded and they are taken down by the kernel.

    The zygote itself is in such already, and stands in an empty room. To make a namespace of processes for each child
    it has to own the one it is in, and so is process 1 of that.
    """

    def before_preload(self) -> None:
        """A judge started by root must not run a submission as root."""
        hardening.drop_root()
        hardening.enter_namespaces(hardening.CLONE_NEWPID)
        zygote = os.fork()
        if zygote:
            os._exit(os.waitstatus_to_exitcode(os.waitpid(zygote, 0)[1]) & 0xFF)
        self.own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self, request: dict[str, Any]) -> int:
        """The child is process 1 of its namespace."""
        hardening.unshare(hardening.CLONE_NEWPID)
        child = -1
        try:
            child = os.fork()
        finally:
            if child:
                hardening.join(self.own, hardening.CLONE_NEWPID)
        return child

    def around_child(self, request: dict[str, Any]) -> None:
        """Namespaces of its own for the rest, and a disk."""
        hardening.enter_namespaces(hardening.ALL_BUT_PROCESSES)
        hardening.limit_resources(request, THREADS)
        hardening.private_files(request["disk"])


class AnotherUser(Walls):
    """Where namespaces are forbidden: a user of its own if the judge is root, and Landlock if the kernel has it.

    Without namespaces the kernel does not bound the private disk as a whole: the supervisor looks, and ends a child
    that exceeds it.
    """

    look_seconds = LOOK_SECONDS
    supervised = True

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.root = os.getuid() == 0
        # The kernel counts the processes of a user, not of a child: without a user of its own, memory bounds threads.
        self.threads = THREADS if self.root else None
        self.locked: bool = settings["locked"]
        self.box = Path()
        self.disk = 0

    def before_preload(self) -> None:
        """The zygote stays who it is; it runs nothing of a submission."""
        hardening.undumpable()

    def fork(self, request: dict[str, Any]) -> int:
        """Make the child's folder first."""
        self.box = Path(tempfile.mkdtemp(dir=self.settings["scratch"]))
        self.disk = request["disk"]
        if self.root:
            os.chown(self.box, request["user"], request["user"])
        return os.fork()

    def around_child(self, request: dict[str, Any]) -> None:
        """Go into the folder, become the user, shut the disk."""
        hardening.limit_resources(request, self.threads)
        os.chdir(self.box)
        for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR"):
            os.environ[name] = str(self.box)
        tempfile.tempdir = None
        rules = self._rules() if self.locked else None
        if self.root:
            hardening.become(request["user"])
        hardening.die_with_parent()
        hardening.no_new_privileges()
        if rules is not None:
            landlock.restrict(rules)
            os.close(rules)
        Path(os.__file__).read_bytes()  # fails where Python lies in a folder that only root may enter

    def _rules(self) -> int:
        return landlock.ruleset(self.settings["readable"], [str(self.box), "/dev/null"])

    def overfull(self) -> bool:
        """Whether the folder holds more than it may."""
        return box.overfull(self.box, self.disk)

    def after_child(self) -> None:
        """Remove the folder."""
        box.remove(self.box)


def build(settings: dict[str, Any]) -> Walls:
    """The walls that ``settings`` describe."""
    return Namespaces() if settings["kind"] == "namespaces" else AnotherUser(settings)
