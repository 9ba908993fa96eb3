"""Chapter 10: selective copying by layers that are scanned, and what of them it takes."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reproduce.experiments.terms import PLAIN, Experiment, by_name
from rnnlib import LRUCell, MinGRUCell
from rnnlib.scanned import ScannedLayers
from rnnlib.tasks import CopyTask, SelectiveCopyTask

RATES = (3e-3, 1e-2, 3e-2)
"""Rates that enclose the best of each contender."""


@dataclass(frozen=True)
class BlindMinGRUCell(MinGRUCell):
    """A minGRU whose gate does not see the input: ``U_z`` stays what it is, zero at the start; ``b_z`` is learnt."""

    def gather(self, tape: Any, g: Any) -> Any:
        """Return the gradients, that of ``U_z`` zero."""
        grads = super().gather(tape, g)
        return grads._replace(U_z=np.zeros_like(grads.U_z))


def slow_start(rng: np.random.Generator, params: Any) -> Any:
    """Gate biases for time-scales from 1.5 to 64 steps, spread evenly in their logarithms."""

    def layer(weights: Any) -> Any:
        scales = np.exp(rng.uniform(np.log(1.5), np.log(64), weights.b_z.shape))
        return weights._replace(b_z=-np.log(scales - 1).astype(weights.b_z.dtype))

    return params._replace(cells=tuple(map(layer, params.cells)))


def slow_blind_gates(rng: np.random.Generator, params: Any) -> Any:
    """Gates that do not see the input, biases for time-scales from 1.5 to 64 steps."""
    return slow_start(rng, blind_gates(rng, params))


def blind_gates(rng: np.random.Generator, params: Any) -> Any:
    """Gates that do not see the input, their biases as the others' are on average at the start."""
    return params._replace(cells=tuple(layer._replace(U_z=np.zeros_like(layer.U_z)) for layer in params.cells))


def recalled(model: Any, params: Any, task: Any, rng: np.random.Generator) -> dict[str, Any]:
    """The share of symbols that are right, at each place of the answer, in 512 fresh sequences."""
    batch = task.draw(rng, 512, np.float32)
    asked = slice(-task.length, None)
    right = model.predict(params, batch)[asked].argmax(axis=-1) == batch.targets[asked]
    return {"recalled": right.mean(axis=1).round(4).tolist()}


def two_layers(cell: Any) -> Any:
    """Return what makes two layers of ``cell``, each followed by a hidden layer across."""
    return lambda inputs, units: ScannedLayers((cell(inputs, units), cell(units, units)))


SCANNED = replace(PLAIN, start=None)
CONTENDERS = tuple(
    one
    for contender in (
        replace(SCANNED, name="minGRU", cell=two_layers(MinGRUCell)),
        replace(SCANNED, name="minGRU, blind gates", cell=two_layers(BlindMinGRUCell), start=blind_gates),
        replace(SCANNED, name="minGRU, slow start", cell=two_layers(MinGRUCell), start=slow_start),
        replace(
            SCANNED, name="minGRU, slow start, blind gates", cell=two_layers(BlindMinGRUCell), start=slow_blind_gates
        ),
        replace(SCANNED, name="LRU", cell=two_layers(LRUCell)),
    )
    for one in contender.at(*RATES)
)


def copying(name: str, task: Any) -> Experiment:
    """Two layers of 32 units, 2,000 updates at each rate for all."""
    return Experiment(name, task, 32, task.baseline / 10, CONTENDERS, 5, batch=32, measure=recalled)


EXPERIMENTS = by_name(
    copying("selective-copy-30", SelectiveCopyTask(30, 8, 4)),
    copying("fixed-copy-30", CopyTask(30, 8, 4)),
)

QUICK = by_name(
    replace(
        copying("quick-selective-copy", SelectiveCopyTask(10, 4, 2)),
        contenders=tuple(replace(c, updates=500) for c in CONTENDERS if c.name.endswith("rate 0.01")),
        seeds=1,
    )
)
