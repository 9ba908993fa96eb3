"""What ends a command before its time, as a sentence and a status: a signal, a full disk, a closed pipe."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED, TERMINATED, IN_THE_WAY = 130, 143, 4
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else (signal.SIGINT,)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ADVICE = {
    **dict.fromkeys(FULL, "the disk is full: make room"),
    errno.EACCES: "this user may not write there: change the permissions, or choose another place",
    errno.EPERM: "this user may not write there: change the permissions, or choose another place",
    errno.EROFS: "nothing can be written there: choose another place",
    errno.EEXIST: "there is a file where a folder is needed: choose another place",
    errno.ENOTDIR: "there is a file where a folder is needed: choose another place",
    errno.EISDIR: "there is a folder where a file is to be written: choose another place",
    errno.ENAMETOOLONG: "its path is too long for this system: choose a shorter one",
    errno.EMFILE: "this process may not open so many files: raise the limit (ulimit -n), or give fewer --jobs",
}


class Terminated(KeyboardInterrupt):
    """A signal other than Ctrl-C asked the command to end."""


@contextmanager
def stoppable() -> Iterator[None]:
    """The first signal ends the command in order, as Ctrl-C does; another one ends it at once.

    What it has started ends with it in either case: the sandboxes listen to their judge's end.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def at_once(number: int, frame: FrameType | None) -> None:
        os._exit(128 + number)

    stopped = False

    def in_order(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        if stopped:  # it came before the lines below had changed who answers
            at_once(number, frame)
        stopped = True
        for one in SIGNALS:
            signal.signal(one, at_once)
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, in_order)
    try:
        yield
    finally:
        for number, handler in before.items() if not stopped else ():  # Python's end may take its time too
            signal.signal(number, handler)


def sentence(error: OSError) -> str:
    """What an error of the system means for who gave the command."""
    if isinstance(error, BrokenPipeError):
        return "what reads this output has ended before all was said"
    where = f"{error.filename}: " if error.filename else ""
    known = ADVICE.get(error.errno or 0)
    return f"{where}{known}" if known else f"{where}{error.strerror or error}"


def silence() -> None:
    """Write no more to a pipe that nobody reads: Python would complain of it at its end."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(null, stream.fileno())
