"""Distant contacts and brackets: what is got right, by the distance of what must be remembered.

A chain has 60 residues. Two are marked, one of them the last; asked is whether their charges are opposite. Their
distance is drawn anew for each chain. The second task is :class:`rnnlib.tasks.BracketsTask`: which of three kinds each
closing bracket closes. Every batch is drawn afresh, so there is nothing to learn by heart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import log
from typing import Any

import numpy as np

from reproduce.cases.choosing import SEEDS, Record, chosen, few, kept, train
from rnnlib import GRUCell, PlainCell, bptt, unroll
from rnnlib.attention import Attention, AttentionParams
from rnnlib.losses import softmax_cross_entropy
from rnnlib.models import Batch
from rnnlib.readouts import LinearReadout
from rnnlib.tasks import BracketsTask, Task, asked_at_last

NAME = "contacts"
CELLS = {"plain": PlainCell, "GRU": GRUCell, "attention": PlainCell}
DISTANCES = (1, 2, 4, 8, 12, 16, 24, 32, 44, 58)
UNITS, BATCH, UPDATES, EVERY, SIZE = 32, 64, 1200, 100, 8
FAR, ALONE_RATES = 24, (0.01, 0.03, 0.09)
"""The control: GRUs that are taught far contacts alone, at three rates, the one of the mixed chains among them."""


@dataclass(frozen=True)
class ContactTask(Task):
    """Do the last residue and a marked one, ``distance`` steps before it, attract each other? See DistantContactTask.

    Without a distance each chain draws one of ``DISTANCES`` from ``nearest`` on, all equally likely.
    """

    steps: int = 60
    distance: int | None = None
    nearest: int = 1

    inputs, outputs, baseline = 5, 2, log(2)
    least = {"steps": 2}  # noqa: RUF012

    def _draw(self, rng: Any, B: int, dtype: Any) -> Batch:
        """Draw ``B`` chains."""
        ids = rng.integers(4, size=(self.steps, B))
        x = np.eye(5, dtype=dtype)[ids]
        far = [d for d in DISTANCES if d >= self.nearest]
        d = rng.choice(far, B) if self.distance is None else np.full(B, self.distance)
        places = np.array([self.steps - 1 - d, np.full(B, self.steps - 1)])
        x[places, np.arange(B), -1] = 1
        first, second = ids[places, np.arange(B)] < 2
        return asked_at_last(x, (first != second).astype(int))


TASKS: dict[str, Any] = {"contact": ContactTask(), "brackets": BracketsTask(pairs=16, kinds=3, shortest=8)}


class Reader:
    """A cell and a readout; with ``look`` the readout also has what an attention over the inputs so far brings."""

    def __init__(self, name: str, task: Any, units: int | None = None) -> None:
        self.units = units or UNITS
        self.cell, self.look = CELLS[name](task.inputs, self.units), name == "attention"
        self.attention = Attention(self.units, SIZE, task.inputs)
        self.readout = LinearReadout(self.units + SIZE * self.look, task.outputs)

    def init(self, rng: Any) -> Any:
        """Draw the parameters."""
        return tuple(part.init(rng, np.float32) for part in (self.cell, self.readout, self.attention))

    def forward(self, params: Any, batch: Batch) -> tuple[Any, Any]:
        """Return the logits at all steps, and what the way back needs."""
        tape = unroll(self.cell, params[0], batch.x, mask=batch.mask)
        seen, saved = tape.h[1:], None
        if self.look:
            m, saved = self.attention.forward(params[2], seen, batch.x)
            seen = np.concatenate([seen, m], axis=2)
        return self.readout.forward(params[1], seen), (tape, seen, saved)

    def loss_and_grads(self, params: Any, batch: Batch) -> tuple[float, Any]:
        """Return the loss at the steps that count, and its gradient."""
        y, (tape, seen, saved) = self.forward(params, batch)
        loss, dy = softmax_cross_entropy(y, batch.targets, batch.counted)
        dreadout, dseen = self.readout.backward(params[1], seen, dy)
        dh, dattention = dseen[..., : self.units], AttentionParams(*map(np.zeros_like, params[2]))
        if self.look:
            dattention, paths = self.attention.backward(params[2], saved, dseen[..., self.units :])
            dh = dh + paths.query
        return loss, (bptt(tape, dh).params, dreadout, dattention)


def choosing_part(task: Any) -> Batch:
    """Return the 512 sequences that choose."""
    return task.draw(np.random.default_rng(1), 512, np.float32)


def learn(
    task: Any, name: str, rate: float, seed: int, updates: int = UPDATES, units: int | None = None
) -> tuple[Reader, Any, list[float]]:
    """Train one net; what is looked at is its loss on the sequences that choose."""
    rng, net = np.random.default_rng(seed), Reader(name, task, units)
    held = choosing_part(task)

    def look(params: Any) -> float:
        return softmax_cross_entropy(net.forward(params, held)[0], held.targets, held.counted)[0]

    def step(params: Any) -> tuple[float, Any]:
        return net.loss_and_grads(params, task.draw(rng, BATCH, np.float32))

    params, seen = train(net.init(rng), step, rate, updates, EVERY, look)
    return net, params, seen


def pilot(task: str, name: str, rate: float, seed: int) -> Record:
    """Return the curve of one net."""
    return {"validation": few(learn(TASKS[task], name, rate, seed)[2])}


def report(task: str, name: str, rate: float, seed: int) -> Record:
    """Return what one net gets right, by distance, and how its gradient decays before training and after."""
    net, params, seen = learn(TASKS[task], name, rate, seed)
    by = contacts_right if task == "contact" else brackets_right
    start = net.init(np.random.default_rng(seed))
    return {"curve": few(seen), **by(net, params), "decay": [decay(net, start, task), decay(net, params, task)]}


def contacts_right(net: Reader, params: Any) -> Record:
    """Return the share of 1,000 chains that is right at each distance."""
    found = []
    for d in DISTANCES:
        batch = ContactTask(distance=d).draw(np.random.default_rng(2), 1000, np.float32)
        found.append(float((net.forward(params, batch)[0][-1].argmax(-1) == batch.targets[-1]).mean()))
    return {"right": few(found)}


def distances_of(batch: Batch) -> Any:
    """Return how many steps before each closing bracket the one stands that it closes, 0 at other steps."""
    found = np.zeros(batch.targets.shape, int)
    for b in range(found.shape[1]):
        opened: list[int] = []
        for t in range(len(found)):
            if batch.counted[t, b]:
                found[t, b] = t - opened.pop()
            elif batch.mask[t, b]:
                opened.append(t)
    return found


def brackets_right(net: Reader, params: Any) -> Record:
    """Return the share of closing brackets that is right at each odd distance, in 2,000 strings, and how many."""
    batch = TASKS["brackets"].draw(np.random.default_rng(2), 2000, np.float32)
    right, distances = net.forward(params, batch)[0].argmax(-1) == batch.targets, distances_of(batch)
    odd = range(1, 32, 2)
    return {
        "right": few([right[distances == d].mean() for d in odd]),
        "count": [int((distances == d).sum()) for d in odd],
        "whole": float(right[distances > 0].mean()),
    }


def decay(net: Reader, params: Any, task: str) -> float:
    r"""Return by what factor :math:`|\delta|` changes with each step back, on average over 24, on 200 sequences."""
    x = TASKS[task].draw(np.random.default_rng(3), 200, np.float32).x[:31]
    tape = unroll(net.cell, params[0], x)
    dh = np.zeros_like(tape.h[1:])
    dh[-1] = np.random.default_rng(4).standard_normal(dh[-1].shape)
    delta = np.concatenate(list(bptt(tape, dh).delta), axis=-1).astype(float)
    logs = np.log(np.linalg.norm(delta, axis=-1) + 1e-300).mean(axis=1)
    return float(np.exp((logs[-26] - logs[-2]) / 24))


def alone(rate: float, seed: int) -> Record:
    """Return what one GRU gets right, by distance, that has been taught contacts from ``FAR`` on and no nearer ones."""
    net, params, seen = learn(ContactTask(nearest=FAR), "GRU", rate, seed)
    return {"curve": few(seen), **contacts_right(net, params)}


def taught_alone() -> Record:
    """Return the control's curves and what they get right, by rate."""
    found = {}
    for rate in ALONE_RATES:
        runs = [kept(f"{NAME}-alone-GRU-{rate:g}-{seed}", partial(alone, rate, seed)) for seed in SEEDS]
        found[f"{rate:g}"] = {key: [run[key] for run in runs] for key in ("curve", "right")}
    return found


def gather() -> Record:
    """Train what is missing, and return what the chapter reads."""
    found: Record = {"distances": DISTANCES, "budget": {"updates": UPDATES, "batch": BATCH, "units": UNITS}}
    found["alone"] = {"from": FAR, **taught_alone()}
    for task in TASKS:
        found[task] = {}
        for name in CELLS if task == "contact" else ("plain", "GRU"):
            stem = f"{NAME}-{task}-{name}"
            rate, _, curves = chosen(stem, partial(pilot, task, name), EVERY)
            runs = [kept(f"{stem}-{seed}", partial(report, task, name, rate, seed)) for seed in SEEDS]
            keys = [key for key in runs[0] if key not in ("seconds", "commit", "environment")]
            found[task][name] = {"rate": rate, "pilots": curves} | {key: [run[key] for run in runs] for key in keys}
    return found
