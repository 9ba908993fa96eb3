"""Chapter 7: gated cells on adding, by where their gates begin, and the time-scales that they end with."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from reproduce.experiments.terms import PLAIN, Contender, Experiment, by_name
from rnnlib import GRUCell, LSTMCell, bptt, unroll
from rnnlib.initialisers import chrono
from rnnlib.tasks import AddingTask

RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
"""Six rates, each about three times the last, so that the best of every gated cell has a slower one on either side."""


def chrono_for(steps: int) -> Callable[[np.random.Generator, Any], Any]:
    """Return the start that spreads the gates' time-scales over the ``steps`` of the task."""

    def start(rng: np.random.Generator, params: Any) -> Any:
        return chrono(rng, params, steps)

    start.__doc__ = f"Gate biases by chrono, for up to {steps} steps."
    return start


def writing_at(bias: float) -> Callable[[np.random.Generator, Any], Any]:
    """Return the start whose input gates begin at ``bias``: what chrono changes besides the forget gates."""

    def start(rng: np.random.Generator, params: Any) -> Any:
        return params._replace(b_i=np.full_like(params.b_i, bias))

    start.__doc__ = f"Input gates at a bias of {bias:g}."
    return start


def gates_at_the_end(model: Any, params: Any, task: Any, rng: np.random.Generator) -> dict[str, Any]:
    r"""What the keep factors of a cell with gates do on 256 fresh sequences: ``f``, or ``1 - z`` of a GRU.

    ``scales`` are :math:`1/(1 - \bar f)`, a unit, with the mean over the unmarked steps; ``keep`` and ``write`` are the
    means over units of both gates at unmarked and at marked steps; ``left`` says how much of the error in the
    memory of step T - 1 is left 0, T/4, T/2, 3T/4 and T - 1 steps further back, a geometric mean over sequences.
    """
    cell = model.cell
    if not isinstance(cell, LSTMCell | GRUCell):
        return {}
    batch = task.draw(rng, 256, np.float32)
    tape = unroll(cell, params.cell, batch.x)
    keep, write = gates(cell, params.cell, tape)
    marked = batch.x[..., 1] > 0
    rest = keep[~marked].mean(axis=0)
    return {
        "scales": rounded(np.sort(1 / np.maximum(1 - rest, 1e-7))),
        "keep": rounded([keep[~marked].mean(), keep[marked].mean()]),
        "write": rounded([write[~marked].mean(), write[marked].mean()]),
        "left": rounded(error_left(model, params, batch, tape)),
    }


def gates(cell: Any, params: Any, tape: Any) -> tuple[Any, Any]:
    """Return the keep factors and the write factors of all steps, ``(T, B, n)`` each, from the equations."""

    def gate(name: str) -> Any:
        W, U, b = (getattr(params, f"{kind}_{name}") for kind in "WUb")
        return 0.5 + 0.5 * np.tanh(0.5 * (tape.h[:-1] @ W.T + tape.x @ U.T + b))

    return (1 - gate("z"), gate("z")) if isinstance(cell, GRUCell) else (gate("f"), gate("i"))


def error_left(model: Any, params: Any, batch: Any, tape: Any) -> Any:
    """Return what is left of the error in the memory, ``c`` if there is one, at five lags."""
    y = model.readout.forward(params.readout, tape.h[-1:])
    dh = np.zeros_like(tape.h[1:])
    dh[-1:] = (y - batch.targets[-1:]) @ params.readout.V
    delta = bptt(tape, dh).delta
    lengths = np.linalg.norm(np.float64(getattr(delta, "c", delta.h)), axis=-1)
    # From one step before the last: the adjoint of c is a partial derivative, and zero where the loss is.
    T = len(dh)
    at = [T - 1 - lag for lag in (0, T // 4, T // 2, 3 * T // 4, T - 1)]
    logs = np.log(np.maximum(lengths[at], 1e-300))
    return np.exp((logs - logs[0]).mean(axis=1))


def rounded(values: Any, digits: int = 3) -> list[float]:
    """Return ``values`` to so many significant digits."""
    return [float(f"{value:.{digits}g}") for value in np.asarray(values, float)]


def contenders(steps: int, updates: int) -> tuple[Contender, ...]:
    """A plain cell, a GRU, and LSTMs by where their forget gates begin."""
    shared = replace(PLAIN, updates=updates)
    gated = replace(shared, start=None)
    return (
        shared,
        replace(gated, name="GRU", cell=GRUCell),
        *(
            replace(gated, name=f"LSTM, bias {bias:g}", cell=partial(LSTMCell, forget_bias=bias))
            for bias in (0.0, 1.0, 3.0, 5.0)
        ),
        replace(
            gated,
            name="LSTM, bias 5, writing -5",
            cell=partial(LSTMCell, forget_bias=5.0),
            start=writing_at(-5.0),
        ),
        replace(gated, name="LSTM, chrono", cell=LSTMCell, start=chrono_for(steps)),
    )


def adding(steps: int, updates: int, seeds: int = 5) -> Experiment:
    """Who learns to add over so many steps, all with the same updates, clip and rates."""
    task = AddingTask(steps)
    contending = tuple(one for contender in contenders(steps, updates) for one in contender.at(*RATES))
    return Experiment(f"gates-adding-{steps}", task, 32, task.baseline / 10, contending, seeds, 32, gates_at_the_end)


def small(rng: np.random.Generator, params: Any) -> Any:
    """W normal with standard deviation 0.01."""
    return params._replace(W=(0.01 * rng.standard_normal(params.W.shape)).astype(params.W.dtype))


def identity(rng: np.random.Generator, params: Any) -> Any:
    """W the identity."""
    return params._replace(W=np.eye(len(params.W), dtype=params.W.dtype))


def plain_starts(steps: int, updates: int, seeds: int = 5) -> Experiment:
    """What the start does to a plain cell, on the terms of ``adding``: the control for what it does to gates."""
    starts = {"normal": None, "small": small, "identity": identity}
    arms = (replace(PLAIN, name=f"plain, {name}", updates=updates, start=start) for name, start in starts.items())
    contending = tuple(one for arm in arms for one in arm.at(*RATES))
    return replace(adding(steps, updates, seeds), name=f"starts-adding-{steps}", contenders=contending, measure=None)


EXPERIMENTS = by_name(adding(50, 1500), adding(150, 1500), adding(10, 1500), plain_starts(10, 1500))
"""``adding(10)`` asks for lags of ten steps at most: what its gates end with no long lag has taught them."""

QUICK = by_name(
    replace(adding(20, 600, seeds=1), name="quick-gates-20", contenders=contenders(20, 600)[3].at(1e-2)),
)
