"""Folders for the length of a run. One that is left, its run having been killed, goes at the next start."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path

from rnngrade.judge.inside import box

PREFIX = "rnngrade-"
SETTLED = 60.0  # seconds after which a folder whose run lives is locked


class Scratch:
    """A fresh folder, locked by this process: the kernel lets go of the lock when it ends, however it does."""

    def __init__(self) -> None:
        sweep()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove it and all that is in it."""
        box.remove(self.path)
        with contextlib.suppress(OSError):
            os.close(self._lock)


def sweep() -> None:
    """Remove what runs of this user have left that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            status = path.lstat()
            if path.is_symlink() or not path.is_dir() or status.st_uid != os.getuid():
                continue
            if time.time() - status.st_mtime > SETTLED and _is_free(path):
                box.remove(path)


def _is_free(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
