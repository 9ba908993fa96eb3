"""``python -m rnngrade.authoring exercises``: bring notebooks and keys up to date with their sources."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

# One thread, set before numpy is imported below: the numbers must not depend on the author's number of cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from rnngrade import keys
from rnngrade.authoring.coverage import uncovered
from rnngrade.authoring.products import Exercises
from rnngrade.course import load_assignment


def main() -> int:
    """Make what is out of date and say so, one line a source."""
    parser = argparse.ArgumentParser(prog="python -m rnngrade.authoring", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder that holds source/, the text notebooks")
    parser.add_argument("--list", metavar="QUESTION", help="only say which mistakes this question's key knows")
    parser.add_argument("--uncovered", action="store_true", help="only say what the cases of questions do not cover")
    given = parser.parse_args()
    exercises = Exercises(given.folder.resolve())
    if given.list:
        return known_mistakes(exercises, given.list)
    if given.uncovered:
        return report(exercises)
    sources = exercises.sources()
    if not sources:
        print(f"no source/NN_name.md under {exercises.folder}", file=sys.stderr)
        return 1
    failed = False
    for source in sources:
        try:
            written = exercises.make(source)
        except ValueError as error:
            failed = True
            print(error, file=sys.stderr)
        else:
            print(f"{source.stem}: {'wrote ' + ', '.join(written) if written else 'up to date'}")
    return int(failed)


def known_mistakes(exercises: Exercises, id: str) -> int:
    """Print every mistake that the public key of a question knows, written and generated, with what it says."""
    for source in exercises.sources():
        question = load_assignment(source.with_suffix(".py")).questions.get(id)
        if question is not None:
            for name, message in keys.build(question, keys.public_rng(id)).info.messages.items():
                print(f"{name}: {message}")
            return 0
    print(f"no question {id!r}", file=sys.stderr)
    return 1


def report(exercises: Exercises) -> int:
    """Print what no case covers, question by question; 1 if there is anything."""
    problems = [f"{id}: {problem}" for source in exercises.sources()
                for id, question in load_assignment(source.with_suffix(".py")).questions.items()
                for problem in uncovered(question, keys.build(question, keys.public_rng(id)))]
    print("\n".join(problems) or "every question is covered")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
