"""Chapters 4 to 6: how far back plain cells learn, what optimisers, clipping and truncation change of it."""

from dataclasses import replace
from typing import Any

import numpy as np

from reproduce.experiments.terms import PLAIN, Contender, Experiment, by_name
from reproduce.streams import NoisyCell, RecallTask
from rnnlib import GRUCell, PlainCell
from rnnlib.initialisers import orthogonal
from rnnlib.tasks import AddingTask, CopyTask, TemporalOrderTask
from rnnlib.training import SGD, Adam

FOR_ADDING, FOR_COPYING = (3e-4, 1e-3, 3e-3), (1e-3, 3e-3, 1e-2, 3e-2)
"""Rates that enclose the best of the plain cell on each task."""


def reach(
    name: str, task: Any, rates: tuple[float, ...], also: tuple[Contender, ...] = (), seeds: int = 5
) -> Experiment:
    """How far back the plain cell learns, and others on the same terms: updates, clip and rates are equal for all."""
    contenders = tuple(one for contender in (PLAIN, *also) for one in contender.at(*rates))
    return Experiment(name, task, 64, task.baseline / 10, contenders, seeds, batch=32)


OTHERS = (
    replace(PLAIN, name="plain, normal start", start=None),
    replace(PLAIN, name="GRU", cell=GRUCell, start=None),
)
KEPT = tuple(replace(PLAIN, name=f"plain, penalty {keep:g}", keep=keep) for keep in (0.001, 0.01))


def optimisers(steps: int, updates: int, seeds: int) -> Experiment:
    """Adding by gradient descent and by Adam, at five rates each; nothing stops before the end."""
    shorter = replace(PLAIN, updates=updates)
    contenders = (
        *replace(shorter, name="SGD", optimiser=SGD()).at(0.01, 0.03, 0.1, 0.3, 1.0),
        *replace(shorter, name="Adam").at(1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
    )
    return Experiment(f"optimisers-adding-{steps}", AddingTask(steps), 64, 0.0, contenders, seeds, batch=32)


def temporal_order(
    steps: int, rate: float, updates: int, seeds: int, clips: tuple[float | None, ...] = (1.0, None)
) -> Experiment:
    """Temporal order, by gradient descent, with clipping and without: pairs that share their seeds."""
    return Experiment(
        f"temporal-order-{steps}-rate-{rate}",
        TemporalOrderTask(steps),
        units=50,
        solved=0.1,
        seeds=seeds,
        contenders=tuple(
            Contender("clipped" if clip else "not clipped", PlainCell, SGD(rate), updates, clip=clip) for clip in clips
        ),
    )


def fading_start(rng: np.random.Generator, params: Any) -> Any:
    """W half an orthogonal matrix, U normal with standard deviation 0.3: what came in has faded after ten steps."""
    U = 0.3 * rng.standard_normal(params.U.shape).astype(params.U.dtype)
    return params._replace(W=(0.5 * orthogonal(rng, params.W.shape)).astype(params.W.dtype), U=U)


def recall(lag: int, k: int, rates: tuple[float, ...], steps: int = 16_000, seeds: int = 5) -> Experiment:
    """Recall in chunks of ``k``, by a cell with noise and a memory that fades: the same stream for every ``k``."""
    contenders = tuple(
        Contender(f"plain, noisy, rate {rate:g}", NoisyCell, Adam(rate), steps // k, fading_start) for rate in rates
    )
    return Experiment(f"recall-{lag}-chunks-{k}", RecallTask(lag, k), 64, 0.0, contenders, seeds, batch=32)


EXPERIMENTS = by_name(
    reach("copy-3-10", CopyTask(10, 4, 3), FOR_COPYING, seeds=8),
    reach("copy-1-20", CopyTask(20, 4, 1), FOR_COPYING, seeds=8),
    optimisers(30, updates=800, seeds=5),
    temporal_order(50, 0.1, updates=10_000, seeds=20),
    reach("adding-20", AddingTask(20), FOR_ADDING),
    reach("adding-40", AddingTask(40), FOR_ADDING),
    reach("adding-60", AddingTask(60), FOR_ADDING, KEPT),
    reach("adding-80", AddingTask(80), FOR_ADDING, OTHERS),
    reach("copy-1-40", CopyTask(40, 4, 1), FOR_COPYING),
    reach("copy-3-20", CopyTask(20, 4, 3), FOR_COPYING),
    reach("copy-3-40", CopyTask(40, 4, 3), FOR_COPYING, OTHERS),
    temporal_order(50, 0.01, updates=10_000, seeds=5),
    temporal_order(50, 0.03, updates=10_000, seeds=12, clips=(None,)),
    *(recall(10, k, (1e-3, 3e-3, 1e-2)) for k in (1, 5, 20)),
)
"""By name, the most telling first."""

QUICK = by_name(
    reach("quick-copy-20", CopyTask(20, 4, 3), (1e-2,), OTHERS[1:], seeds=1),
    reach("quick-adding-20", AddingTask(20), (1e-3,), OTHERS[1:] + KEPT[:1], seeds=1),
    replace(optimisers(15, updates=300, seeds=1), contenders=optimisers(15, 300, 1).contenders[2::5]),
    temporal_order(20, 0.1, updates=3000, seeds=4),
)
"""Smaller versions of each kind, less than two minutes in all."""
