"""What each kind of isolation stops and what it does not: the table the documentation shows and the tests check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Whether a submission is stopped from doing something: in bubblewrap, as a process with Landlock, and without."""

    what: str
    bubblewrap: bool
    process: bool
    without_landlock: bool


ROWS = (
    Row("reach the network, or another process through a socket", True, True, True),
    Row("start a process or a program", True, True, True),
    Row("signal, trace or read another process", True, True, True),
    Row("change modes and times of files that are not its own", True, True, True),
    Row("lock a file that others read, or see which of its pages are in memory", True, True, True),
    Row("use more memory, CPU time, threads or open files than it may", True, True, True),
    Row("read the questions, the results, another's notebook", True, True, False),
    Row("write outside its own folder: a note for a later submission", True, True, False),
    Row("load a module that the question forbids", True, True, False),
    Row("overfill its own folder, if only for a tenth of a second", True, False, False),
    Row("find out whether a file exists that it may not read, its size and its times", True, False, False),
    Row("find out which processes run beside it", True, False, False),
    Row("find out the kernel, the processor, the versions of packages", False, False, False),
    Row("find out how busy the machine is, and by being busy tell another", False, False, False),
)
HEADER = ("A submission is stopped from", "bubblewrap", "process", "process, no Landlock")


def table() -> str:
    """The rows as Markdown."""
    lines = [HEADER, ("---",) * len(HEADER)]
    words = {True: "yes", False: "**no**"}
    lines += [
        (row.what, *(words[stopped] for stopped in (row.bubblewrap, row.process, row.without_landlock))) for row in ROWS
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
