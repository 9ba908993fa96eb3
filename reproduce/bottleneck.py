"""How long a sequence the encoder-decoder can say again, by what its decoder may look at.

A rate is chosen for every arm at every length: the one of four at which a pilot run, of a seed of its own, ends with
the highest accuracy; where that is at the edge of the grid, the grid goes on. Five other seeds are then trained at that
rate, and these are reported.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.environment import describe
from reproduce.encoder_decoder import ORDERS, SYMBOLS, EncoderDecoder, Params
from reproduce.runs import commit, write
from rnnlib.gradients import clip_norm
from rnnlib.optimisers import Adam

LENGTHS, RATES, PILOT, SEEDS = (4, 8, 16, 32), (0.001, 0.003, 0.01, 0.03), 100, range(5)
BATCH, FRESH, FITTED, WINDOW, SOLVED, CLIP = 32, 1000, 4000, 50, 0.01, 1.0
FOLDER, DATA = Path("_build/reproduction/bottleneck"), Path("chapters/data/bottleneck.json")


@dataclass(frozen=True)
class Arm:
    """One network and task: what the decoder looks at, its units, the order it must say the symbols in, its budget."""

    look: str
    units: int
    order: str
    updates: int = 1500


ARMS = (
    Arm("none", 32, "repeat"),
    Arm("learnt", 32, "repeat"),
    Arm("none", 32, "reverse"),
    Arm("learnt", 32, "reverse"),
    Arm("uniform", 32, "repeat"),
    Arm("none", 96, "repeat"),
)
PATIENT = replace(ARMS[0], updates=6000)
"""The fixed state with four times the updates, at length 16 alone and at the rate chosen for the others."""


def train(arm: Arm, T: int, rate: float, seed: int) -> dict[str, Any]:
    """Train one network; it stops early only where the mean loss of the last 50 batches is below 0.01 nats."""
    rng, began = np.random.default_rng([T, seed]), process_time()
    net, adam = EncoderDecoder(arm.units, arm.look), Adam(rate=rate)
    params = net.init(rng)
    state, losses = adam.init(params), []
    for _ in range(arm.updates):
        ids = rng.integers(0, SYMBOLS, (T, BATCH))
        loss, grads = net.loss_and_grads(params, ids, ids[ORDERS[arm.order]])
        losses.append(loss)
        params, state = adam.update(params, clip_norm(grads, CLIP)[0], state)
        if len(losses) >= WINDOW and np.mean(losses[-WINDOW:]) < SOLVED:
            break
    return {
        "arm": asdict(arm),
        "length": T,
        "rate": rate,
        "seed": seed,
        "updates": len(losses),
        "loss": float(f"{np.mean(losses[-WINDOW:]):.3g}"),
        **judged(net, params, arm.order, T, np.random.default_rng([T, seed, 1])),
        "seconds": round(process_time() - began, 1),
        "commit": commit(),
        "environment": describe(),
    }


def judged(net: EncoderDecoder, params: Params, order: str, T: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return, position by position, how much of fresh sequences the decoder says, and where it looks."""
    ids = rng.integers(0, SYMBOLS, (T, FRESH))
    logits, (read, _, _, saved) = net.forward(params, ids)
    right = (logits.argmax(-1) == ids[ORDERS[order]]).mean(axis=1)
    found = {"accuracy": round(float(right.mean()), 4), "by_position": right.round(3).tolist()}
    if net.look == "none":
        held = probed(net, params, ids, read.h[-1], rng)
        return {**found, "held": round(float(held.mean()), 4), "held_by_position": held.round(3).tolist()}
    wanted = np.arange(T)[ORDERS[order]]
    at_it = saved.alpha[:, np.arange(T), wanted]
    return {
        **found,
        "weight": round(float(at_it.mean()), 4),
        "largest": round(float((saved.alpha.argmax(-1) == wanted).mean()), 4),
    }


def probed(net: EncoderDecoder, params: Params, ids: np.ndarray, last: np.ndarray, rng: np.random.Generator) -> Any:
    """Share of the symbols, by place in the input, that a least-squares readout names from the encoder's last state."""
    others = rng.integers(0, SYMBOLS, (len(ids), FITTED))
    states = net.forward(params, others)[1][0].h[-1]

    def with_one(h: np.ndarray) -> np.ndarray:
        return np.column_stack([h, np.ones(len(h))]).astype(np.float64)

    weights = np.linalg.lstsq(with_one(states), np.eye(SYMBOLS)[others.T].reshape(FITTED, -1), rcond=None)[0]
    named = (with_one(last) @ weights).reshape(len(last), len(ids), SYMBOLS).argmax(-1)
    return (named == ids.T).mean(axis=0)


def kept(arm: Arm, T: int, rate: float, seed: int) -> dict[str, Any]:
    """Return the record of a run, which is trained only if there is none."""
    path = FOLDER / f"{arm.look}-{arm.units}-{arm.order}-{arm.updates}-{T}-{rate:g}-{seed}.json"
    if not path.exists():
        record = train(arm, T, rate, seed)
        write(record, path)
        print(
            path.stem,
            record["accuracy"],
            record.get("held", record.get("weight")),
            record["updates"],
            record["seconds"],
            flush=True,
        )
    return json.loads(path.read_text(encoding="utf-8"))


def chosen(arm: Arm, T: int) -> tuple[float, dict[float, float]]:
    """Return the rate of the best pilot run, and what all of them reached, by rate."""
    reached = {rate: kept(arm, T, rate, PILOT)["accuracy"] for rate in RATES}
    while len(rates := sorted(reached)) < 8:
        best = max(rates, key=lambda rate: reached[rate])
        # An edge of the grid is the best only if it is better than all that is inside: then the grid goes on.
        beyond = {rates[0]: rates[0] / 3, rates[-1]: rates[-1] * 3}.get(best)
        if beyond is None or sorted(reached.values())[-2] == reached[best]:
            return best, reached
        beyond = float(f"{beyond:.1g}")
        reached[beyond] = kept(arm, T, beyond, PILOT)["accuracy"]
    return best, reached


def main() -> None:
    """Train what is missing, and gather it once all is there."""
    rows = []
    for arm in ARMS:
        for T in LENGTHS:
            rate, pilot = chosen(arm, T)
            rows.append((arm, T, rate, pilot, [kept(arm, T, rate, seed) for seed in SEEDS]))
    rate = chosen(ARMS[0], 16)[0]
    rows.append((PATIENT, 16, rate, {}, [kept(PATIENT, 16, rate, seed) for seed in SEEDS]))
    records = [run for *_, runs in rows for run in runs]
    write(
        {
            "commits": sorted({run["commit"] for run in records}),
            "environments": [json.loads(text) for text in sorted({json.dumps(run["environment"]) for run in records})],
            "seconds": round(sum(json.loads(path.read_text())["seconds"] for path in sorted(FOLDER.glob("*.json")))),
            "settings": {
                "sequences an update": BATCH,
                "optimiser": "Adam",
                "clipping": f"to norm {CLIP:g}",
                "rates": RATES,
                "solved": f"mean loss of {WINDOW} fresh batches below {SOLVED} nats",
            },
            "results": [summarised(*row) for row in rows],
        },
        DATA,
    )


def summarised(arm: Arm, T: int, rate: float, pilot: dict[float, float], runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one arm at one length: lists over its seeds."""
    once = {"arm", "length", "rate", "commit", "environment", "seconds"}
    settings = {"look": arm.look, "units": arm.units, "order": arm.order, "updates_at_most": arm.updates}
    return {
        **settings,
        "length": T,
        "rate": rate,
        "pilot": {f"{reached:g}": pilot[reached] for reached in sorted(pilot)},
        **{name: [run[name] for run in runs] for name in runs[0] if name not in once},
    }


if __name__ == "__main__":
    main()
