"""What a submission may use, what its sandbox is prepared with, and the two ways it can come to nothing."""

from __future__ import annotations

from dataclasses import dataclass


class NoIsolation(RuntimeError):
    """This machine cannot isolate a submission; the message says what is missing and how to get it."""


class Ended(Exception):
    """The submission's process is of no more use: it ended, hung, or sent what is not data."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Args:
        cell: CPU seconds for one cell.
        call: CPU seconds for one call of an answer.
        total: CPU seconds for everything, restarts included.
        patience: how many times a CPU limit may pass on the clock, for a busy machine or one that sleeps.
        memory: bytes beyond what Python and the preloaded modules take.
        disk: bytes of its private disk, which is in memory.
        restarts: how often the notebook is run again without a cell, or after a call, that ended it.
    """

    cell: float = 30.0
    call: float = 10.0
    total: float = 120.0
    patience: float = 3.0
    memory: int = 1 << 30
    disk: int = 64 << 20
    restarts: int = 8


@dataclass(frozen=True)
class Recipe:
    """What a zygote has imported, and the modules that are not there for its children."""

    preload: frozenset[str]
    forbid: frozenset[str]


@dataclass(frozen=True)
class Launch:
    """How a zygote is started: its command and environment, and what it is told of how to confine its children."""

    command: list[str]
    environment: dict[str, str]
    walls: dict[str, object]
