"""Chapter 11: memorising by length, dropout by its place, layers, and a recurrent net beside a transformer."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.autograd_cells import PLACES, CausalTransformer, DroppedLSTM
from reproduce.experiments.terms import PLAIN, Contender, Experiment, by_name
from reproduce.few import FewSequences, on_fresh
from rnnlib import GRUCell, MinGRUCell, Stack
from rnnlib.data import Text, text
from rnnlib.models import Batch, Model
from rnnlib.scanned import ScannedLayers
from rnnlib.tasks import FlipFlopTask, SelectiveCopyTask, TemporalOrderTask
from rnnlib.trees import leaves

RATES = (3e-3, 1e-2, 3e-2)
"""Rates that enclose the best of each contender, unless an experiment says otherwise."""

LOWER = (1e-3, *RATES)
"""Where the best of a contender stood at the lower end."""

SEEDS = 8
"""Seeds where contenders are compared: with eight pairs a sign test can reach .01."""

ALICE = Path(__file__).resolve().parents[2] / "chapters" / "data" / "alice.txt"
HELD_OUT = 0.1
"""Share of the text, at its end, that is not trained on."""

FREE = replace(PLAIN, start=None)


def sizes(model: Any, params: Any) -> dict[str, Any]:
    """The number of parameters."""
    return {"parameters": sum(int(leaf.size) for leaf in leaves(params))}


# ------------------------------------------------------------------------------------------------------ memorising


def memorised(model: Any, params: Any, task: FewSequences, rng: np.random.Generator) -> dict[str, Any]:
    """The loss on fresh sequences."""
    return on_fresh(model, params, task, rng)


def memorising(steps: int, shuffled: bool, updates: int = 400, size: int = 64) -> Experiment:
    """Sixty-four sequences of a length learnt by heart, with their own answers or with those of others."""
    task = FewSequences(TemporalOrderTask(steps), size, shuffled)
    contenders = replace(FREE, name="GRU", cell=GRUCell, updates=updates).at(3e-4, *LOWER)
    name = f"memorising-{steps}{'-shuffled' if shuffled else ''}"
    return Experiment(name, task, 32, 0.0, contenders, batch=32, measure=memorised)


# --------------------------------------------------------------------------------------------------------- dropout


def dropping(steps: int, size: int, updates: int = 200) -> Experiment:
    """Two LSTM layers that drop a quarter of their units at one place or another, on a training set that ends."""
    places = (
        replace(FREE, name=place.replace(",", ""), cell=partial(DroppedLSTM, place=place), updates=updates)
        for place in PLACES
    )
    contenders = tuple(one for contender in places for one in contender.at(*LOWER))
    task = FewSequences(TemporalOrderTask(steps), size)
    return Experiment(f"dropout-{steps}", task, 24, 0.0, contenders, SEEDS, batch=32, measure=memorised)


# ----------------------------------------------------------------------------------------------------------- depth


def reading(steps: int) -> tuple[Text, Text]:
    """Return the text to train on and the part that is held out, in one alphabet."""
    whole = ALICE.read_text(encoding="utf-8")
    cut = round(len(whole) * (1 - HELD_OUT))
    alphabet = "".join(sorted(set(whole)))
    return text(whole[:cut], steps, alphabet), text(whole[cut:], steps, alphabet)


def held_out(model: Any, params: Any, task: Text, rng: np.random.Generator) -> dict[str, Any]:
    """The loss on windows of the held-out text, in nats a character, and the number of parameters."""
    rest = reading(task.steps)[1]
    return {"held_out": round(model.evaluate(params, rest.draw(rng, 256)), 4)} | sizes(model, params)


def stacked(depth: int, units: int) -> Any:
    """Return what makes ``depth`` GRU layers of ``units`` units."""

    def cell(inputs: int, _: int) -> Any:
        return Stack((GRUCell(inputs, units), *(GRUCell(units, units) for _ in range(depth - 1))))

    return cell


def embedded(size: int, cell: Any) -> Any:
    """Return what makes a cell with ``size`` inputs, which an embedding fills."""
    return lambda inputs, units: cell(size, units)


def deepening(updates: int = 400) -> Experiment:
    """One, two and four layers of about as many parameters, on a text."""
    layers = ((1, 64), (2, 42), (4, 29))
    arms = (
        replace(FREE, name=f"{depth} layers", cell=embedded(32, stacked(depth, units)), updates=updates, model=Model.of)
        for depth, units in layers
    )
    contenders = tuple(one for arm in arms for one in arm.at(*RATES))
    return Experiment("depth", reading(20)[0], 64, 0.0, contenders, SEEDS, batch=20, measure=held_out)


# ------------------------------------------------------------------------------------- recurrent net or transformer


def contenders(updates: int, worst: bool = True) -> tuple[Contender, ...]:
    """Return a GRU, two layers of minGRU and a transformer of two blocks, all with some ten thousand parameters.

    Without ``worst`` each lacks that end of its rates at which it recalled least of sequences of every length.
    """
    higher, lower = (*RATES, 1e-1), (3e-4, 1e-3, *RATES[:2])
    arms = (
        (replace(FREE, name="GRU", cell=lambda d, n: GRUCell(d, n + 4)), higher, higher[1:]),
        (
            replace(FREE, name="minGRU", cell=lambda d, n: ScannedLayers((MinGRUCell(d, n), MinGRUCell(n, n)))),
            higher,
            higher[:-1],
        ),
        (replace(FREE, name="transformer", cell=lambda d, n: CausalTransformer(d, n // 2)), lower, lower[1:]),
    )
    return tuple(
        one for arm, rates, without in arms for one in replace(arm, updates=updates).at(*(rates if worst else without))
    )


def recalled(model: Any, params: Any, task: SelectiveCopyTask, rng: np.random.Generator) -> dict[str, Any]:
    """The share of symbols recalled, at the length that was trained on and with the delay doubled; parameters."""
    shares = []
    for delay in (task.delay, 2 * task.delay):
        longer = replace(task, delay=delay)
        batch = longer.draw(rng, 512, np.float32)
        shares.append(round(longer.score(model.predict(params, batch), batch), 4))
    return {"recalled": shares} | sizes(model, params)


TOKENS = 1536
"""Tokens of an update where lengths are compared: 64, 32 or 16 sequences of 24, 48 or 96 steps."""


def recalling(steps: int, tokens: int = TOKENS, updates: int = 1000) -> Experiment:
    """Four symbols scattered over so many steps, of which an update sees so many tokens.

    At equal tokens longer sequences are fewer, so that two things change at once. The two controls tell them apart:
    sequences of 24 steps that are as few as those of 96, and sequences of 96 that are as many as those of 24. If the
    order of the contenders turns because sequences are few, it turns in the first and does not in the second; if
    because they are long, it is the other way round; if it takes both, it turns in neither. The second, four times as
    dear, has a rate less for each.
    """
    task, sequences = SelectiveCopyTask(steps - 8, 8, 4), tokens // steps
    name = f"choice-recall-{steps}" + (f"-of-{sequences}" if tokens != TOKENS else "")
    return Experiment(name, task, 48, 0.0, contenders(updates, worst=tokens <= TOKENS), SEEDS, sequences, recalled)


def tracked(model: Any, params: Any, task: FlipFlopTask, rng: np.random.Generator) -> dict[str, Any]:
    """The share of wrong signs in the last 32 steps of sequences 1, 2, 4 and 8 times as long; parameters."""
    wrong = []
    for times in (1, 2, 4, 8):
        batch = replace(task, steps=times * task.steps).draw(rng, 64, np.float32)
        last: Batch = batch._replace(targets=batch.targets[-32:])
        wrong.append(round(float((np.sign(model.predict(params, batch)[-32:]) != last.targets).mean()), 5))
    return {"wrong": wrong} | sizes(model, params)


def tracking(steps: int = 64, updates: int = 500) -> Experiment:
    """Two bits to be known at every step, each set now and then, in sequences of one length; longer ones are asked."""
    return Experiment("choice-track", FlipFlopTask(steps, 2, 0.1), 48, 0.0, contenders(updates), SEEDS, 16, tracked)


LENGTHS = (24, 48, 96)

EXPERIMENTS = by_name(
    *(recalling(steps) for steps in LENGTHS),
    recalling(24, tokens=TOKENS // 4),
    recalling(96, tokens=TOKENS * 4),
    tracking(),
    dropping(40, 64),
    *(memorising(steps, shuffled) for steps in (10, 20, 40) for shuffled in (False, True)),
    deepening(),
)

QUICK = by_name(
    replace(
        memorising(20, False, 150),
        name="quick-memorising",
        seeds=1,
        contenders=memorising(20, False, 150).contenders[3:4],
    ),
    replace(tracking(24, 150), name="quick-track", seeds=1, contenders=contenders(150)[1::4]),
)
