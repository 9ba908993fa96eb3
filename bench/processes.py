"""What a process and all it has started hold and use: memory, pages that they share counted once; processor time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


def resident(process: int) -> tuple[int, int]:
    """Bytes of ``process``, and of it with all its descendants.

    A page that n of them share counts as an n-th of itself in each. Where the kernel does not tell of another's, its
    whole resident set counts: more than it should be.
    """
    own = _bytes(process)
    return own, own + sum(map(_bytes, descendants(process)))


def descendants(process: int) -> Iterator[int]:
    """The processes started, however indirectly, by ``process``."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may end while we look
            parents[int(folder.name)] = int(_stat(int(folder.name))[1])
    frontier = {process}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier}
        yield from frontier


def seconds(process: int) -> float:
    """Processor time of ``process`` and of the children that it has waited for."""
    with contextlib.suppress(OSError):
        return sum(map(int, _stat(process)[11:15])) / TICKS
    return 0.0


def _stat(process: int) -> list[str]:
    return Path("/proc", str(process), "stat").read_text().rpartition(")")[2].split()


def _bytes(process: int) -> int:
    folder = Path("/proc", str(process))
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (ProcessLookupError, FileNotFoundError, StopIteration):
        return 0  # it has ended
    except PermissionError:
        with contextlib.suppress(OSError):
            return PAGE * int((folder / "statm").read_text().split()[1])
        return 0
