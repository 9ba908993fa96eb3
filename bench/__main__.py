"""Measure, print the tables as Markdown, and keep the numbers in ``_build/bench.json``."""

import json
import statistics
from pathlib import Path

import torch

from bench import plain
from bench.environment import describe

TABLES = [plain]


def main() -> None:
    torch.set_num_threads(1)
    environment = describe()
    for name, value in environment.items():
        print(f"- {name}: {value}")
    results = {table.__name__: print_table(table) for table in TABLES}
    path = Path("_build/bench.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"environment": environment, "tables": results}, indent=2) + "\n")


def print_table(table) -> list[dict[str, float]]:
    """Print the rows of ``table`` as they are measured, then the geometric mean of each ratio; return the rows."""
    print(f"\n{table.TITLE}\n")
    measured = []
    for row in table.rows():
        if not measured:
            print(f"| {' | '.join(row)} |\n|{'---:|' * len(row)}")
        print(f"| {' | '.join(map(str, row.values()))} |", flush=True)
        measured.append(row)
    print()
    for name in (name for name in measured[0] if " / " in name):
        print(f"Geometric mean of {name}: {statistics.geometric_mean(row[name] for row in measured):.2f}")
    return measured


if __name__ == "__main__":
    main()
