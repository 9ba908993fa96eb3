"""All runs gathered in small files of data, which the chapters read and quote."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scipy.stats import fisher_exact

from reproduce.experiments.terms import Contender, Experiment
from reproduce.runs import Record, recorded, settings
from rnnlib.significance import SignTest

DATA = Path("chapters/data")


def gather(experiments: Iterable[Experiment], earlier: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the finished runs of ``experiments`` say, contender by contender.

    Of a contender with fewer finished runs here than ``earlier``, the data gathered before, has of the same settings,
    the earlier ones are kept: on a machine that has trained one experiment the others do not get lost. Listed are the
    commits and environments of the rows that are there; of an earlier row that does not name its own, all earlier ones.
    """
    earlier = earlier or {"commits": [], "environments": [], "results": []}
    before = {(row["experiment"], row["contender"]): row for row in earlier["results"]}
    results = []
    for experiment in experiments:
        for contender in experiment.contenders:
            runs = [recorded(experiment, contender, seed) for seed in range(experiment.seeds)]
            finished = [run for run in runs if run is not None]
            kept = before.get((experiment.name, contender.name))
            if kept and len(kept["seed"]) > len(finished) and settings(experiment, contender).items() <= kept.items():
                results.append({"commits": earlier["commits"], "environments": earlier["environments"]} | kept)
            elif finished:
                results.append(summarise(experiment, contender, finished))
    clipping = compare_clipping(results)
    return {
        "commits": distinct(commit for row in results for commit in row["commits"]),
        "environments": distinct(environment for row in results for environment in row["environments"]),
        "seconds": "of the processor, on one thread",
        "results": results,
        **({"clipping": clipping} if clipping else {}),
    }


def summarise(experiment: Experiment, contender: Contender, runs: list[Record]) -> dict[str, Any]:
    """Return one contender's runs, a list each over its seeds, and the learning curve of the first."""
    lists = ["seed", "solved_at", "updates", "diverged", "loss", "best_loss", "score", "largest_norm", "seconds"]
    lists += ["measured"] if "measured" in runs[0] else []
    return {
        "experiment": experiment.name,
        "contender": contender.name,
        **runs[0]["settings"],
        "baseline": runs[0]["baseline"],
        **{name: [run[name] for run in runs] for name in lists},
        "curve": runs[0]["curve"],
        "commits": distinct(run["commit"] for run in runs),
        "environments": distinct(run["environment"] for run in runs),
    }


def distinct(stamps: Iterable[Any]) -> list[Any]:
    """Return each stamp once, in order."""
    return [json.loads(text) for text in sorted({json.dumps(stamp) for stamp in stamps})]


def path_of(file: str) -> Path:
    """Return where the data of this name lie."""
    return DATA / f"{file}.json"


def gathered(file: str) -> dict[str, Any] | None:
    """Return what was gathered before in this file, ``None`` if nothing was."""
    path = path_of(file)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def compare_clipping(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compare, for each rate, how many seeds solve temporal order with clipping and how many without."""
    solved = {
        (row["experiment"], row["contender"]): {seed: at is not None for seed, at in zip(row["seed"], row["solved_at"])}
        for row in results
    }
    rows = []
    for name in (name for name, contender in solved if contender == "clipped"):
        clipped, free = solved[name, "clipped"], solved.get((name, "not clipped"), {})
        seeds = clipped.keys() & free.keys()
        a, b = ({seed for seed in seeds if each[seed]} for each in (clipped, free))
        rows.append(
            {
                "experiment": name,
                "runs": len(seeds),
                "solved with": len(a),
                "solved without": len(b),
                "p, Fisher": round(float(fisher_exact([[len(each), len(seeds - each)] for each in (a, b)]).pvalue), 5),
                "p, sign test": round(SignTest(len(a - b), len(b - a)).p, 5),
            }
        )
    return rows
