"""What the studies share: runs that are kept, training with a validation curve, and how rate and stop are chosen.

A rate is chosen for each contender by pilot runs, at each of ``RATES``: of two pilot seeds where data are few and runs
short, of one elsewhere. Rate and number of updates are those with the lowest mean loss on the validation part. Where
the lowest lies at an end of the grid, the grid goes on. Five other seeds are then trained so, and these are reported.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.environment import describe
from reproduce.runs import commit, write
from rnnlib.gradients import clip_norm
from rnnlib.optimisers import Adam

FOLDER = Path("_build/reproduction/cases")
RATES, PILOTS, SEEDS, CLIP = (1e-3, 3e-3, 1e-2), (100, 101), range(5), 1.0
STAMPS = ("settings", "seconds", "commit", "environment")
"""What a record holds besides what its run has found."""

Record = dict[str, Any]


def train(
    params: Any,
    step: Callable[[Any], tuple[float, Any]],
    rate: float,
    updates: int,
    every: int,
    look: Callable[[Any], float],
) -> tuple[Any, list[float]]:
    """Make so many ``updates`` of Adam, gradients clipped to norm 1, and ``look`` at the parameters now and then.

    ``step(params)`` returns a loss and its gradient on a batch of its own drawing. Returned are the last parameters and
    what was seen after each ``every`` updates; infinity once the loss is no longer a number.
    """
    adam, seen = Adam(rate=rate), []
    memory = adam.init(params)
    for update in range(1, updates + 1):
        loss, grads = step(params)
        if not np.isfinite(loss):
            return params, seen + [np.inf] * (updates // every - len(seen))
        params, memory = adam.update(params, clip_norm(grads, CLIP)[0], memory)
        if update % every == 0:
            seen.append(float(look(params)))
    return params, seen


def settings(run: partial[Record]) -> dict[str, str]:
    """Return in words what a run depends on besides the code: its arguments, and the constants of its module."""
    beside = {
        name: repr(value)
        for name, value in vars(sys.modules[run.func.__module__]).items()
        if name.isupper() and not isinstance(value, type | Path) and value is not globals().get(name)
    }
    return {"run": f"{run.func.__name__}({', '.join(map(repr, run.args))})", "CLIP": repr(CLIP), **beside}


def kept(name: str, run: partial[Record]) -> Record:
    """Return the record of this name, made by ``run`` if there is none of its settings. Seconds are the processor's."""
    path, wanted = FOLDER / f"{name}.json", settings(run)
    record: Record = json.loads(path.read_text(encoding="utf8")) if path.exists() else {}
    if record.get("settings") != wanted:
        began = process_time()
        record = {"settings": wanted, **run()}
        record |= {"seconds": round(process_time() - began, 1), "commit": commit(), "environment": describe()}
        write(record, path)
        print(f"{name}: {record['seconds']} s", *_in_short(record), flush=True)
    return json.loads(path.read_text(encoding="utf8"))


def _in_short(record: Record) -> Iterator[str]:
    for key, value in record.items():
        if isinstance(value, float):
            yield f"{key} {value:.4g}"


def chosen(
    name: str, pilot: Callable[[float, int], Record], every: int, pilots: tuple[int, ...] = PILOTS[:1]
) -> tuple[float, int, dict[str, list[float]]]:
    """Return rate and number of updates of the lowest mean validation loss, and all curves by rate.

    ``pilot(rate, seed)`` trains one network and returns a record with its ``validation``, one number each ``every``.
    """
    curves: dict[float, np.ndarray] = {}

    def try_at(rate: float) -> None:
        runs = [kept(f"{name}-pilot-{rate:g}-{seed}", partial(pilot, rate, seed)) for seed in pilots]
        curves[rate] = np.mean([run["validation"] for run in runs], axis=0)

    for rate in RATES:
        try_at(rate)
    while True:
        best = min(curves, key=lambda rate: curves[rate].min())
        beyond = {min(curves): min(curves) / 3, max(curves): max(curves) * 3}.get(best)
        if beyond is None or len(curves) == 5:
            break
        try_at(float(f"{beyond:.1g}"))
    found = {f"{rate:g}": [float(f"{value:.4g}") for value in curves[rate]] for rate in sorted(curves)}
    return best, every * (1 + int(curves[best].argmin())), found


def few(values: Any, digits: int = 4) -> Any:
    """Return numbers to so many significant digits, as lists."""
    if isinstance(values, dict):
        return {key: few(value, digits) for key, value in values.items()}
    if isinstance(values, list | tuple | np.ndarray):
        return [few(value, digits) for value in values]
    return float(f"{float(values):.{digits}g}")
