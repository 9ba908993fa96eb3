"""One network trained from one seed, and what came of it kept in a file of its own: a finished run is not repeated."""

from __future__ import annotations

import json
import os
import subprocess
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.environment import describe
from reproduce.experiments.terms import WINDOW, Contender, Experiment
from rnnlib.gradients import clip_norm
from rnnlib.readouts import LinearReadout
from rnnlib.regularisers import FlowModel
from rnnlib.training import DivergedError, Fit, fit, loss_below

FOLDER = Path("_build/reproduction")
POINTS = 40
"""Points that are kept of a learning curve."""

Record = dict[str, Any]


def settings(experiment: Experiment, contender: Contender) -> dict[str, str]:
    """Return in words all that a run depends on besides its seed and the code."""
    start = contender.start.__doc__ if contender.start else None
    # Named only where it is used, so that what was trained before there was one keeps its settings.
    penalty = {"penalty": f"{contender.keep:g} on errors that change their length"} if contender.keep else {}
    cell = contender.cell(experiment.task.inputs, experiment.units)
    made = {"model": repr(contender.model(experiment.task, cell))} if contender.model else {}
    return {
        "task": repr(experiment.task),
        "cell": repr(cell),
        **made,
        "start": start.rstrip(".") if start else "the cell's own",
        "optimiser": repr(contender.optimiser),
        "clipping": f"to norm {contender.clip:g}" if contender.clip else "none",
        "sequences an update": str(experiment.batch),
        "updates at most": str(contender.updates),
        **penalty,
        "solved": f"mean loss of {WINDOW} fresh batches below {experiment.solved:.3g}",
    }


def train(experiment: Experiment, contender: Contender, seed: int) -> Record:
    """Train one network. Its seconds are those of the processor, on one thread; losses are in the baseline's unit."""
    task, rng = experiment.task, np.random.default_rng(seed)
    model = model_of(experiment, contender)
    params = model.init(rng, np.float32)
    if contender.start:
        params = params._replace(cell=contender.start(rng, params.cell))
    # squared_error is half of what baselines of squared errors are given in, for one output.
    unit = 2 if task.loss == "squared_error" else 1
    began, diverged = process_time(), False
    try:
        stream = hasattr(task, "stream")
        run = fit(
            model,
            task.stream(rng, experiment.batch, np.float32) if stream else task,
            rng,
            contender.optimiser,
            clip=partial(clip_norm, theta=contender.clip) if contender.clip else None,
            batch=experiment.batch,
            updates=contender.updates,
            solved=loss_below(experiment.solved / unit, WINDOW),
            every=WINDOW,
            params=params,
            carry=stream,
        )
    except DivergedError as error:
        run, diverged = error.fit, True
    return {
        "settings": settings(experiment, contender),
        "seed": seed,
        "diverged": diverged,
        "seconds": round(process_time() - began, 1),
        "baseline": round(task.baseline, 4),
        **outcome(run, unit),
        **measured(experiment, model, run.params),
        "commit": commit(),
        "environment": describe(),
    }


def model_of(experiment: Experiment, contender: Contender) -> Any:
    """Return what is trained."""
    task, cell = experiment.task, contender.cell(experiment.task.inputs, experiment.units)
    if contender.model:
        return contender.model(task, cell)
    return FlowModel(cell, LinearReadout(cell.units, task.outputs), task.loss, strength=contender.keep)


def measured(experiment: Experiment, model: Any, params: Any) -> Record:
    """Return what the experiment measures of a trained network, if it does, on draws that are the same for all."""
    if experiment.measure is None:
        return {}
    return {"measured": experiment.measure(model, params, experiment.task, np.random.default_rng(0))}


def outcome(run: Fit, unit: float) -> Record:
    """Return what a run reached: updates, last and best mean loss of a window, score, norms, learning curve."""
    loss = unit * run.log.loss
    blocks = np.array_split(loss, min(POINTS, len(loss)))
    ends = np.cumsum([len(block) for block in blocks])
    means = np.convolve(loss, np.ones(WINDOW) / WINDOW, "valid") if len(loss) >= WINDOW else loss
    return {
        "solved_at": run.solved_at,
        "updates": len(loss),
        "loss": float(f"{means[-1]:.3g}"),
        "best_loss": float(f"{means.min():.3g}"),
        "score": round(run.log.snapshots[-1].score, 3),
        "largest_norm": float(f"{run.log.before.max():.3g}"),
        "curve": [[int(end), float(f"{block.mean():.3g}")] for end, block in zip(ends, blocks)],
    }


def commit() -> str:
    """Return the commit that is checked out, and whether the code differs from it."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()

    changes = git("status", "--porcelain", "--", "rnnlib", "reproduce")
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changes else "")


def path_of(experiment: Experiment, contender: Contender, seed: int) -> Path:
    """Return the file that keeps this run."""
    return FOLDER / experiment.name / f"{contender.name.replace(', ', '-').replace(' ', '-')}-{seed}.json"


def recorded(experiment: Experiment, contender: Contender, seed: int) -> Record | None:
    """Return what is kept of this run; ``None`` if it has not run, or ran with other settings."""
    path = path_of(experiment, contender, seed)
    if not path.exists():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    return record if record["settings"] == settings(experiment, contender) else None


def write(data: dict[str, Any], path: Path) -> None:
    """Write ``data`` to ``path`` as JSON, an entry of a list a line; as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("{\n" + ",\n".join(f"{json.dumps(key)}: {_lines(value)}" for key, value in data.items()) + "\n}\n")
    os.replace(part, path)


def _lines(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n " + ",\n ".join(map(json.dumps, value)) + "\n]"
