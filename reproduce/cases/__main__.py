"""Train what the case studies lack, and gather everything in the data file that chapter 12 reads."""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from time import process_time
from typing import Any

from bench.environment import describe
from reproduce.cases import book, choosing, contacts, pixels, plant, room, sunspots, volatility, window
from reproduce.cases.choosing import Record
from reproduce.merging import path_of
from reproduce.runs import write

STUDIES = {study.NAME: study for study in (sunspots, volatility, contacts, window, room, plant, pixels, book)}
DATA = path_of("cases")
QUICK = {
    "book": lambda: book.learn("plain", 3e-3, 0, 200)[2],
    "sunspots": lambda: sunspots.Net("GRU", sunspots.spots[:189], 1e-2, 0, 100, look=sunspots.errors_of_choice).curve,
    "volatility": lambda: (
        volatility.Net(
            "GRU", volatility.before(2011), 1e-2, 0, 100, lambda net: -net.log_likelihood(3000, 3250).mean()
        ).curve
    ),
    "pixels": lambda: pixels.whole_pictures(0)["sum"],
    "contacts": lambda: contacts.learn(contacts.TASKS["contact"], "attention", 1e-2, 0, 100)[2],
    "window": lambda: window.learn(1e-2, 0)[1],
    "room": lambda: contacts.learn(contacts.TASKS["brackets"], "GRU", 1e-2, 0, 100, 64)[2],
    "plant": lambda: plant.learn("memoryless", False, 1e-2, 0, 100)[2],
}


def main() -> None:
    """Read the command line and do as it says; the data file is written when every study is complete, not before."""
    parser = argparse.ArgumentParser(prog="python -m reproduce.cases", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"studies, all if none is named: {', '.join(STUDIES)}")
    parser.add_argument("--quick", action="store_true", help="smaller versions, of which nothing is kept")
    arguments = parser.parse_args()
    names = arguments.name or list(STUDIES)
    if unknown := set(names) - set(STUDIES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for name in names:
        if arguments.quick:
            print(name, QUICK[name](), flush=True)
            continue
        began = process_time()
        found = STUDIES[name].gather()
        write(found, choosing.FOLDER / "gathered" / f"{name}.json")
        print(f"{name} is complete, {process_time() - began:.0f} s", flush=True)
    if not arguments.quick:
        put_together(DATA)


def put_together(data: Path) -> None:
    """Write the data file, once every study is complete: as gathered here, or else as the file has it."""
    earlier = json.loads(data.read_text(encoding="utf8")) if data.exists() else {}
    paths = {name: choosing.FOLDER / "gathered" / f"{name}.json" for name in STUDIES}
    here = {name: json.loads(path.read_text(encoding="utf8")) for name, path in paths.items() if path.exists()}
    studies = {name: here.get(name, earlier.get(name)) for name in STUDIES}
    if None not in studies.values():
        write(stamped(studies, made(here, earlier.get("made", []))), data)


def made(here: Iterable[str], earlier: Iterable[Record]) -> list[Record]:
    """Return for each study by which commits its runs were made, in what time on one thread, and how many they are.

    An earlier entry, which may be of several studies, is kept while one of them has not been gathered here.
    """
    return [entry for entry in earlier if not set(entry["studies"]) <= set(here)] + [stamps_of(name) for name in here]


def stamps_of(study: str) -> Record:
    """Return the entry of one study, from its runs."""
    runs = [json.loads(path.read_text(encoding="utf8")) for path in choosing.FOLDER.glob(f"{study}-*.json")]
    return {
        "studies": [study],
        "commits": sorted({run["commit"] for run in runs}),
        "seconds": round(sum(run["seconds"] for run in runs)),
        "runs": len(runs),
    }


def stamped(studies: dict[str, Any], entries: list[Record]) -> Record:
    """Return the studies with what they were made by, on what, and in what time."""
    return {
        "commits": sorted({commit for entry in entries for commit in entry["commits"]}),
        "environment": describe(),
        "seconds": sum(entry["seconds"] for entry in entries),
        "runs": sum(entry["runs"] for entry in entries),
        "made": entries,
        "rule": {"rates": choosing.RATES, "pilot seeds": choosing.PILOTS, "seeds": list(choosing.SEEDS)},
        **studies,
    }


if __name__ == "__main__":
    main()
