"""Isolation without namespaces, where these are forbidden: another user, Landlock, seccomp, resource limits.

Weaker, so chosen by name and stamped on every result. ``isolation.py`` lists what it does not stop.
"""

from __future__ import annotations

import itertools
import os
import pwd
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rnngrade.judge.inside import landlock
from rnngrade.judge.isolation import visible
from rnngrade.judge.isolation.limits import Launch, NoIsolation, Recipe
from rnngrade.judge.isolation.scratch import Scratch

USERS = range(55_000, 59_000)  # between people's accounts and those that distributions and systemd hand out


class Apart:
    """A zygote outside any namespace; each of its children is another user and sees only chosen folders.

    Raises:
        NoIsolation: if this is neither root nor a kernel with Landlock, or Python lies where the other user cannot go.
    """

    name = "process"

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise NoIsolation(f"isolation needs Linux, this is {sys.platform}: grade in a Linux machine or container")
        self.locked = landlock.version()
        self.private = visible.private() if os.getuid() == 0 else None
        if not self.locked and os.getuid() != 0:
            raise NoIsolation(
                "process isolation needs root, to make each submission another user, or Landlock, to "
                "shut the disk (Linux 5.13 with landlock in /sys/kernel/security/lsm; in a container, "
                "an engine whose filter allows landlock_create_ruleset)"
            )
        if os.getuid() != 0 and self.locked < landlock.TRUNCATES:
            raise NoIsolation(
                f"this kernel has Landlock {self.locked}, under which a submission could empty this user's files: "
                "grade as root, or on Linux 6.2 or newer"
            )
        if self.private:
            raise NoIsolation(
                f"only root may enter {self.private}, so no other user can run this Python: install it "
                "and the course where all may read, such as /opt"
            )
        self._held = Scratch()
        self._scratch = self._held.path
        self._scratch.chmod(0o711)

    @property
    def stamp(self) -> str:
        """What it is made of on this machine, in a few words."""
        user = "another user" if os.getuid() == 0 else "the judge's own user"
        lock = f"Landlock {self.locked}" if self.locked else "no Landlock: files that all may read can be read"
        return f"process: {user}, {lock}, seccomp, limits"

    def launch(self, recipe: Recipe, unseen: Sequence[Path]) -> Launch:
        """A zygote like any process; what is not listed as readable, Landlock will refuse to its children."""
        course, home = self._scratch / "course", self._scratch / "zygote"
        course.mkdir(mode=0o755)
        home.mkdir(mode=0o700)
        links = {"inside": visible.INSIDE, **({} if "rnnlib" in recipe.forbid else {"rnnlib": visible.library()})}
        for name, target in links.items():
            (course / name).symlink_to(target)
        devices = (Path("/dev", name) for name in visible.DEVICES)
        readable = [str(path) for path in (course, *links.values(), *devices, *visible.readable(recipe, unseen))]
        told = {
            "kind": "another user",
            "scratch": str(self._scratch),
            "readable": readable,
            "locked": self.locked > 0,
        }
        return Launch(visible.program(str(course)), visible.environment(str(home)), told)

    def close(self) -> None:
        """Remove what is left on the disk."""
        self._held.remove()


def users() -> Iterator[int]:
    """User numbers that belong to nobody, over and over; judges that run at once start at different ones."""
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    free = [user for user in USERS if user not in taken]
    start = os.getpid() % len(free)
    return itertools.cycle(free[start:] + free[:start])
