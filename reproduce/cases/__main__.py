"""Train what the case studies lack, and gather everything in the data file that chapter 12 reads."""

import argparse
import json
from time import process_time

from bench.environment import describe
from reproduce.cases import book, choosing, contacts, pixels, plant, sunspots, volatility
from reproduce.merging import path_of
from reproduce.runs import write

STUDIES = {study.NAME: study for study in (sunspots, volatility, contacts, plant, pixels, book)}
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
    parts = {name: choosing.FOLDER / "gathered" / f"{name}.json" for name in STUDIES}
    if not arguments.quick and all(path.exists() for path in parts.values()):
        write(stamped({name: json.loads(path.read_text(encoding="utf8")) for name, path in parts.items()}), DATA)


def stamped(studies: dict[str, object]) -> dict[str, object]:
    """Return the studies with what they were made by, on what, and in what time: one thread's, of all runs together."""
    runs = [json.loads(path.read_text(encoding="utf8")) for path in sorted(choosing.FOLDER.glob("*.json"))]
    return {
        "commits": sorted({run["commit"] for run in runs}),
        "environment": describe(),
        "seconds": round(sum(run["seconds"] for run in runs)),
        "runs": len(runs),
        "rule": {"rates": choosing.RATES, "pilot seeds": choosing.PILOTS, "seeds": list(choosing.SEEDS)},
        **studies,
    }


if __name__ == "__main__":
    main()
