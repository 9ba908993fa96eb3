"""Train what has not been trained yet, print it, and gather everything in the data file that chapters read."""

import argparse
from collections.abc import Iterator

from reproduce.experiments import EXPERIMENTS, QUICK, Contender, Experiment
from reproduce.merging import DATA, gather, gathered
from reproduce.runs import Record, path_of, recorded, train, write


def main() -> None:
    """Read the command line and do as it says."""
    parser = argparse.ArgumentParser(prog="python -m reproduce", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"which, all if none is named: {', '.join(EXPERIMENTS)}")
    parser.add_argument("--seeds", type=int, help="at most so many seeds each")
    parser.add_argument("--quick", action="store_true", help="smaller versions, of which nothing is kept")
    arguments = parser.parse_args()
    experiments = QUICK if arguments.quick else EXPERIMENTS
    names = arguments.name or list(experiments)
    if unknown := set(names) - set(experiments):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for run in in_order([experiments[name] for name in names], arguments.seeds):
        print(in_words(*run[:2], train(*run) if arguments.quick else kept(*run)), flush=True)


def kept(experiment: Experiment, contender: Contender, seed: int) -> Record:
    """Return the record of a run, which is trained only if there is none."""
    record = recorded(experiment, contender, seed)
    if record is None:
        record = train(experiment, contender, seed)
        write(record, path_of(experiment, contender, seed))
        write(gather(EXPERIMENTS.values(), gathered()), DATA)
    return record


def in_order(experiments: list[Experiment], seeds: int | None) -> Iterator[tuple[Experiment, Contender, int]]:
    """Yield every run, a fifth of the seeds of all experiments before the next fifth of any."""
    for fifth in range(5):
        for experiment in experiments:
            for seed in range(min(experiment.seeds, seeds or experiment.seeds)):
                if seed * 5 // experiment.seeds == fifth:
                    yield from ((experiment, contender, seed) for contender in experiment.contenders)


def in_words(experiment: Experiment, contender: Contender, record: Record) -> str:
    """Return one run in words."""
    solved = f"solved at {record['solved_at']}" if record["solved_at"] else f"not solved in {record['updates']}"
    stopped = " (diverged)" if record["diverged"] else ""
    losses = f"loss {record['loss']:.3g}, baseline {record['baseline']:.3g}, {record['seconds']} s"
    return f"{experiment.name}, {contender.name}, seed {record['seed']}: {solved}{stopped}, {losses}"


if __name__ == "__main__":
    main()
