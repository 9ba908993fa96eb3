"""Time the Playground's engine in node: updates a second on one core, as promised and as rnnlib does them."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator

import numpy as np

from bench.tables import Row, print_table
from rnnlib import GRUCell, LSTMCell, PlainCell
from rnnlib.gradients import clip_norm
from rnnlib.models import Model
from rnnlib.optimisers import Adam
from rnnlib.readouts import LinearReadout
from rnnlib.tasks import AddingTask
from rnnlib.training import fit

PROMISED = {"plain": 100, "lstm": 30, "gru": 30}
CELLS = {"plain": PlainCell, "lstm": LSTMCell, "gru": GRUCell}


def main() -> None:
    """Print the table, or say that it cannot be made."""
    if shutil.which("node") is None:
        print("\nNo node on the PATH: the Playground's engine is not timed.")
        return
    print_table("The Playground's engine: adding, T = 50, B = 16, n = 32, float64, a second of one core", rows())


def rows() -> Iterator[Row]:
    """Yield a row a cell."""
    for cell, promised in PROMISED.items():
        command = ["node", "bench/playground.mjs", cell]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout)
        rate = row["updates a second"]
        ours = of_rnnlib(cell)
        yield row | {"promised": promised, "rnnlib": round(ours), "to rnnlib": round(rate / ours, 2)}


def of_rnnlib(cell: str, updates: int = 60) -> float:
    """Updates a second of rnnlib's fit with the same sizes, the median of five."""
    task = AddingTask(50)
    model = Model(CELLS[cell](task.inputs, 32), LinearReadout(32, task.outputs), task.loss)
    rates = []
    for _ in range(5):
        began = time.process_time()
        fit(
            model, task, np.random.default_rng(0), Adam(3e-3), clip=lambda grads: clip_norm(grads, 1.0), batch=16,
            updates=updates, every=updates, dtype=np.float64,
        )  # fmt: skip
        rates.append(updates / (time.process_time() - began))
    return float(np.median(rates))


if __name__ == "__main__":
    main()
