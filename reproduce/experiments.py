"""What is trained: the tasks that tell memories apart, and the cells, starts and rates that contend for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from rnnlib import GRUCell, LSTMCell, OrthogonalCell, OrthogonalParams, PlainCell
from rnnlib.initialisers import chrono, identity, orthogonal, small
from rnnlib.tasks import AddingTask, CopyTask, TemporalOrderTask
from rnnlib.training import SGD, Adam, ModelParams, RMSprop


@dataclass(frozen=True)
class Contender:
    """A cell with all that belongs to its training.

    ``cell(inputs, units)`` makes it, ``start(rng, params)`` changes where its parameters start, ``clip`` is the norm to
    which gradients are clipped, ``updates`` the most that are made.
    """

    name: str
    cell: Callable[[int, int], Any]
    optimiser: Any
    updates: int
    start: Callable[[np.random.Generator, Any], Any] | None = None
    clip: float | None = None


@dataclass(frozen=True)
class Experiment:
    """A task and its contenders, solved when the mean loss of ``WINDOW`` fresh batches is below ``solved``.

    ``solved`` is in the unit of the task's baseline.
    """

    name: str
    task: Any
    units: int
    solved: float
    contenders: tuple[Contender, ...]
    seeds: int = 5
    batch: int = 64


WINDOW = 50


def as_irnn(rng: np.random.Generator, params: Any) -> Any:
    """W the identity, U normal with standard deviation 0.001 (Le, Jaitly and Hinton, 2015)."""
    W, U = identity(rng, params.W.shape, params.W.dtype), small(rng, params.U.shape, 0.001, params.U.dtype)
    return params._replace(W=W, U=U)


def with_orthogonal_weights(rng: np.random.Generator, params: Any) -> Any:
    """W orthogonal at the start, free from then on."""
    return params._replace(W=orthogonal(rng, params.W.shape, params.W.dtype))


def chrono_for(longest: int) -> Callable[[np.random.Generator, Any], Any]:
    """Return the chrono start for memories of up to ``longest`` steps."""

    def start(rng: np.random.Generator, params: Any) -> Any:
        return chrono(rng, params, longest)

    start.__doc__ = f"chrono biases for memories of up to {longest} steps (Tallec and Ollivier, 2018)"
    return start


forgetful = partial(LSTMCell, forget_bias=0.0)
irnn = partial(PlainCell, activation="relu")


def copy(delay: int, updates: int, units: int = 128) -> Experiment:
    """Copy memory. The orthogonal matrix moves at a tenth of the rate of all else."""
    slowly = RMSprop(1e-3, rates=ModelParams((), OrthogonalParams(0.1, 1.0, 1.0), 1.0))
    task = CopyTask(delay)
    return Experiment(
        f"copy-{delay}",
        task,
        units,
        solved=task.baseline / 50,
        contenders=(
            Contender("orthogonal", OrthogonalCell, slowly, 2000),
            Contender("LSTM", LSTMCell, RMSprop(1e-3), updates),
            Contender("plain", PlainCell, RMSprop(1e-3), updates),
        ),
    )


def adding(steps: int, units: int, updates: int, plain: int) -> Experiment:
    """Adding. The plain cells get ``plain`` updates: they are cut off once the gated ones have long solved it."""
    adam = Adam(1e-3)
    return Experiment(
        f"adding-{steps}",
        AddingTask(steps),
        units,
        solved=0.01,
        contenders=(
            Contender("GRU", GRUCell, adam, updates),
            Contender("chrono LSTM", LSTMCell, adam, updates, chrono_for(steps)),
            Contender("LSTM, forget bias 1", LSTMCell, adam, updates),
            Contender("LSTM, forget bias 0", forgetful, adam, updates),
            Contender("IRNN", irnn, adam, updates, as_irnn),
            Contender("plain", PlainCell, adam, plain),
            Contender("plain, orthogonal start", PlainCell, adam, plain, with_orthogonal_weights),
        ),
    )


def temporal_order(steps: int, rate: float, updates: int, seeds: int) -> Experiment:
    """Temporal order, by gradient descent, with clipping and without: pairs that share their seeds."""
    return Experiment(
        f"temporal-order-{steps}-rate-{rate}",
        TemporalOrderTask(steps),
        units=50,
        solved=0.1,
        seeds=seeds,
        contenders=(
            Contender("clipped", PlainCell, SGD(rate), updates, clip=1.0),
            Contender("not clipped", PlainCell, SGD(rate), updates),
        ),
    )


def order_rates(steps: int, rates: tuple[float, ...], seeds: int) -> Experiment:
    """Temporal order at every rate, without clipping and clipped at two thresholds: each may choose its own rate."""
    kinds = {"not clipped": None, "clipped at 1": 1.0, "clipped at 3": 3.0}
    contenders = tuple(
        Contender(f"{name}, rate {rate:g}", PlainCell, SGD(rate), 1000, clip=clip)
        for name, clip in kinds.items()
        for rate in rates
    )
    return Experiment(
        f"temporal-order-{steps}",
        TemporalOrderTask(steps),
        50,
        solved=0.1,
        contenders=contenders,
        seeds=seeds,
        batch=32,
    )


EXPERIMENTS = {
    experiment.name: experiment
    for experiment in (
        copy(100, updates=2000),
        adding(50, 64, updates=6000, plain=4000),
        temporal_order(50, 0.1, updates=10_000, seeds=20),
        adding(150, 100, updates=5000, plain=3000),
        copy(300, updates=1000),
        temporal_order(50, 0.01, updates=10_000, seeds=5),
        order_rates(20, (0.02, 0.03, 0.04, 0.06, 0.1, 0.2, 0.4, 0.8), seeds=20),
        temporal_order(50, 0.03, updates=10_000, seeds=12),
    )
}
"""By name, the most telling first."""

QUICK = {
    experiment.name: experiment
    for experiment in (
        replace(copy(30, updates=600, units=64), seeds=1),
        replace(adding(30, 32, updates=1500, plain=300), seeds=1),
        temporal_order(20, 0.1, updates=3000, seeds=4),
    )
}
"""Smaller versions of each kind, less than two minutes in all."""
