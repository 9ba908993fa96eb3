"""Chapter 8: orthogonal cells where they win, at copying, and where they lose for want of forgetting."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from reproduce.echoes import EchoTask, KeptCell, LatchTask, StartedCell
from reproduce.experiments.gates import chrono_for
from reproduce.experiments.terms import PLAIN, Contender, Experiment, by_name
from rnnlib import LSTMCell, OrthogonalCell, OrthogonalParams, PlainCell
from rnnlib.models import ModelParams
from rnnlib.optimisers import Adam
from rnnlib.tasks import CopyTask

RATES = (1e-3, 3e-3, 1e-2)
"""Rates that enclose the best of most contenders here; all have the same."""

SLOW = Adam(rates=ModelParams(1.0, OrthogonalParams(0.1, 1.0, 1.0), 1.0))
"""Adam, with a tenth of the rate for what makes the recurrent matrix: the angles of many steps add up."""


def identity_and_small_inputs(rng: np.random.Generator, params: Any) -> Any:
    """W the identity, b zero, U normal with standard deviation 0.01 (Le, Jaitly and Hinton, 2015: 0.001)."""
    U = 0.01 * rng.standard_normal(params.U.shape)
    return params._replace(W=np.eye(len(params.W), dtype=params.W.dtype), U=U.astype(params.U.dtype), b=0 * params.b)


def never_forgetting(rng: np.random.Generator, params: Any) -> Any:
    """Forget gates at a bias of 800: f is 1 to the last digit and has no gradient, as in the cell of 1997."""
    return params._replace(b_f=np.full_like(params.b_f, 800))


def drift(model: Any, params: Any, task: Any, rng: np.random.Generator) -> dict[str, Any]:
    """How far the recurrent matrix is from orthogonal: the largest and the smallest singular value."""
    if isinstance(model.cell, LSTMCell):
        return {}
    sigma = np.linalg.svd(np.float64(model.cell.prepare(params.cell).W), compute_uv=False)
    return {"largest": float(f"{sigma.max():.7g}"), "smallest": float(f"{sigma.min():.7g}")}


ORTHOGONAL = replace(PLAIN, name="orthogonal, modReLU", cell=OrthogonalCell, optimiser=SLOW, start=None)
STARTED = replace(ORTHOGONAL, name="started orthogonal, modReLU", cell=StartedCell)
TANH = replace(ORTHOGONAL, name="orthogonal, tanh", cell=partial(OrthogonalCell, activation="tanh"))
LINEAR = replace(ORTHOGONAL, name="orthogonal, linear", cell=partial(OrthogonalCell, activation="linear"))
KEPT = replace(ORTHOGONAL, name="0.9 orthogonal, linear", cell=partial(KeptCell, activation="linear", keep=0.9))
IRNN = replace(PLAIN, name="IRNN", cell=partial(PlainCell, activation="relu"), start=identity_and_small_inputs)
LSTM = replace(PLAIN, name="LSTM", cell=LSTMCell, start=None)
NEVER = replace(LSTM, name="LSTM, never forgetting", start=never_forgetting)


def chrono_lstm(steps: int) -> Contender:
    """An LSTM whose gates begin with the time-scales of the task."""
    return replace(LSTM, name="LSTM, chrono", start=chrono_for(steps))


def compare(
    name: str, task: Any, units: int, updates: int, *arms: Contender, rates: tuple[float, ...] = RATES, seeds: int = 5
) -> Experiment:
    """Who solves the task, all with the same updates, batches, clip, rates and seeds."""
    contending = tuple(one for arm in arms for one in replace(arm, updates=updates).at(*rates))
    return Experiment(name, task, units, task.baseline / 10, contending, seeds, 16, drift)


ECHO = (LINEAR, ORTHOGONAL, KEPT, LSTM)
LATCH, LATCH_RATES = (ORTHOGONAL, LSTM, NEVER), (3e-3, 1e-2, 3e-2, 1e-1)

EXPERIMENTS = by_name(
    compare("copy-10-100", CopyTask(100), 64, 1000, ORTHOGONAL, STARTED, chrono_lstm(120), LSTM, TANH, IRNN),
    compare("echo-5-20", EchoTask(20, 5), 32, 600, *ECHO),
    compare("echo-5-300", EchoTask(300, 5), 32, 600, *ECHO),
    compare("latch-many-200", LatchTask(200, 0.025), 32, 600, *LATCH, rates=LATCH_RATES),
    compare("latch-one-200", LatchTask(200, 0.0), 32, 600, *LATCH, rates=LATCH_RATES),
    compare("copy-10-300", CopyTask(300), 64, 1500, ORTHOGONAL, STARTED, chrono_lstm(320)),
)
"""By name, the most telling first; about twenty minutes of one core."""

QUICK = by_name(
    replace(compare("quick-copy-10-30", CopyTask(30), 64, 600, ORTHOGONAL, LSTM, rates=RATES[-1:]), seeds=1, batch=32),
    replace(compare("quick-echo-5-100", EchoTask(100, 5), 16, 300, LINEAR, KEPT, rates=RATES[-1:]), seeds=1),
)
