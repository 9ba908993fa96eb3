"""Train what has not been trained yet, print it, and gather everything in the data files that chapters read."""

import argparse
from collections.abc import Iterator

from reproduce import merging
from reproduce.experiments import BY_FILE, QUICK
from reproduce.experiments.terms import Contender, Experiment
from reproduce.runs import Record, path_of, recorded, train, write


def main() -> None:
    """Read the command line and do as it says."""
    parser = argparse.ArgumentParser(prog="python -m reproduce", description=__doc__)
    everything = {name: each for experiments in BY_FILE.values() for name, each in experiments.items()}
    which = f"experiments, or files of them, all if none is named: {', '.join([*BY_FILE, *everything])}"
    parser.add_argument("name", nargs="*", help=which)
    parser.add_argument("--seeds", type=int, help="at most so many seeds each")
    parser.add_argument("--quick", action="store_true", help="smaller versions, of which nothing is kept")
    arguments = parser.parse_args()
    experiments = QUICK if arguments.quick else everything
    files = {} if arguments.quick else BY_FILE
    names = [each for name in arguments.name for each in files.get(name, [name])] or list(experiments)
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
        file = next(file for file, experiments in BY_FILE.items() if experiment.name in experiments)
        write(merging.gather(BY_FILE[file].values(), merging.gathered(file)), merging.path_of(file))
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
