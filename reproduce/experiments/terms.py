"""The terms of a comparison: a task, the cells that contend for it, and what each of them is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnnlib import PlainCell
from rnnlib.initialisers import orthogonal
from rnnlib.optimisers import Adam

WINDOW = 50


@dataclass(frozen=True)
class Contender:
    """A cell with all that belongs to its training.

    ``cell(inputs, units)`` makes it, ``start(rng, params)`` changes where its parameters start, ``clip`` is the norm to
    which gradients are clipped, ``updates`` the most that are made, ``keep`` the strength of the penalty on errors that
    change their length on the way back (:mod:`rnnlib.regularisers`). What is not a cell between an embedding and a
    readout is made by ``model(task, cell)``.
    """

    name: str
    cell: Callable[[int, int], Any]
    optimiser: Any
    updates: int
    start: Callable[[np.random.Generator, Any], Any] | None = None
    clip: float | None = None
    keep: float = 0.0
    model: Callable[[Any, Any], Any] | None = None

    def at(self, *rates: float) -> tuple[Contender, ...]:
        """Return this contender once for each learning rate."""
        return tuple(
            replace(self, name=f"{self.name}, rate {rate:g}", optimiser=replace(self.optimiser, rate=rate))
            for rate in rates
        )


@dataclass(frozen=True)
class Experiment:
    """A task and its contenders, solved when the mean loss of ``WINDOW`` fresh batches is below ``solved``.

    ``solved`` is in the unit of the task's baseline; at 0 nothing stops before the end. ``measure(model, params, task,
    rng)`` returns what else is to be kept of a trained network, a dictionary of numbers and lists of them; ``rng`` is
    of its own, so that looking changes nothing, and the same for all contenders.
    """

    name: str
    task: Any
    units: int
    solved: float
    contenders: tuple[Contender, ...]
    seeds: int = 5
    batch: int = 64
    measure: Callable[[Any, Any, Any, np.random.Generator], dict[str, Any]] | None = None


def with_orthogonal_weights(rng: np.random.Generator, params: Any) -> Any:
    """W orthogonal at the start, free from then on."""
    return params._replace(W=orthogonal(rng, params.W.shape, params.W.dtype))


PLAIN = Contender("plain", PlainCell, Adam(), 2000, with_orthogonal_weights, clip=1.0)
"""Orthogonal weights at the start, Adam, gradients clipped to norm 1, at most 2,000 updates."""


def by_name(*experiments: Experiment) -> dict[str, Experiment]:
    """Return the experiments under their names."""
    return {experiment.name: experiment for experiment in experiments}
