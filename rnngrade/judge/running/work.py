"""Marks one notebook, in this process or in a worker of a cluster: everything it needs is in its arguments."""

from __future__ import annotations

import atexit
import importlib.util
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rnngrade.judge.handed_in.notebook import Notebook
from rnngrade.judge.isolation import cgroups
from rnngrade.judge.isolation.limits import Limits, Recipe
from rnngrade.judge.isolation.sandbox import DEFAULT, Zygote
from rnngrade.judge.results.result import Marked
from rnngrade.judge.running.scoring import score
from rnngrade.keys import Key

# Slow to import: done once, in the zygote, for notebooks in which the word is written.
PRELOADED = {"torch": "torch", "matplotlib": "matplotlib.pyplot", "figures": "rnnlib.figures"}
log = logging.getLogger(__name__)
ZYGOTES_BYTES = 2 << 30  # what the imported modules may take, torch among them


@dataclass(frozen=True)
class Conditions:
    """What holds for a whole class: how it is isolated and limited, what it must not see, what any question forbids."""

    isolation: str = DEFAULT
    limits: Limits = field(default_factory=Limits)
    unseen: tuple[Path, ...] = ()
    forbidden: frozenset[str] = frozenset()


class Zygotes:
    """One zygote for each set of modules that notebooks use and questions forbid, started when first needed."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._lock = threading.Lock()
        self._running: dict[Recipe, Zygote] = {}
        self._closed = False

    def __call__(self, notebook: Notebook, key: Key) -> Zygote:
        """The zygote for one question of one notebook.

        What any question forbids is left out wherever the notebook does not mention it: then one run serves them all.
        """
        forbid = {name for name in self._conditions.forbidden if not notebook.mentions(name)} | set(key.info.forbid)
        words = {word for word in PRELOADED if notebook.mentions(word) and word not in forbid}
        wanted = {PRELOADED[word] for word in words} | {"rnnlib"}
        modules = {module for module in wanted if module.partition(".")[0] not in forbid}
        recipe = Recipe(frozenset(filter(importlib.util.find_spec, modules)), frozenset(forbid))
        with self._lock:
            if self._closed:
                raise RuntimeError("the run has been stopped")
            if recipe in self._running and not self._running[recipe].alive:  # the kernel was short of memory, say
                self._running.pop(recipe).close()
            if recipe not in self._running:
                conditions = self._conditions
                group = _group(conditions.limits.memory)
                self._running[recipe] = Zygote(recipe, conditions.unseen, conditions.isolation, group)
            return self._running[recipe]

    @property
    def stamp(self) -> str:
        """What their isolation is made of on this machine."""
        return next((zygote.stamp for zygote in self._running.values()), self._conditions.isolation)

    def close(self) -> None:
        """End them all, and with them what still runs in them."""
        with self._lock:
            self._closed = True
            for zygote in self._running.values():
                zygote.close()


@cache
def _group(memory: int) -> Path | None:
    """The control group of all sandboxes of this process, with room for one submission a processor; if we may."""
    group = cgroups.delegated()
    try:
        return cgroups.cap(group, ZYGOTES_BYTES + (os.cpu_count() or 1) * memory) if group else None
    except OSError as error:
        log.warning("no memory cap for all submissions together (each has its own limit): %s", error)
        return None


_lock = threading.Lock()
_zygotes: dict[Conditions, Zygotes] = {}
_stopped = threading.Event()  # what waits in a thread must not begin when the others have been ended


def mark(notebook: Notebook, keys: Mapping[str, Key], conditions: Conditions) -> Marked:
    """Grade ``notebook`` against ``keys``. Its sandboxes stay, for the next one, until ``close``.

    Raises:
        NoIsolation: if this machine cannot isolate a submission as the conditions ask.
    """
    with _lock:
        if _stopped.is_set():
            raise RuntimeError("the run has been stopped")
        zygotes = _zygotes.setdefault(conditions, Zygotes(conditions))
    return Marked(score(notebook, keys, zygotes, conditions.limits), zygotes.stamp)


def begin() -> None:
    """Let notebooks be marked, after ``stop``."""
    _stopped.clear()


def stop() -> None:
    """End all sandboxes of this process, and begin no other: what still waits in a thread of the run is not marked."""
    _stopped.set()
    close()


@atexit.register
def close() -> None:
    """End all sandboxes of this process."""
    with _lock:
        while _zygotes:
            _zygotes.popitem()[1].close()
