"""Time the Playground: its engine in node, in updates a second on one core, as promised and as rnnlib does them; and in
a browser, how soon the built page shows the first gradient."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from bench.tables import Row, print_table
from rnnlib import GRUCell, LSTMCell, PlainCell
from rnnlib.gradients import clip_norm
from rnnlib.models import Model
from rnnlib.optimisers import Adam
from rnnlib.readouts import LinearReadout
from rnnlib.tasks import AddingTask
from rnnlib.training import fit
from tests.site.serve import served

PROMISED = {"plain": 100, "lstm": 30, "gru": 30}
CELLS = {"plain": PlainCell, "lstm": LSTMCell, "gru": GRUCell}


def main() -> None:
    """Print the table, or say that it cannot be made."""
    if shutil.which("node") is None:
        print("\nNo node on the PATH: the Playground's engine is not timed.")
    else:
        print_table("The Playground's engine: adding, T = 50, B = 16, n = 32, float64, a second of one core", rows())
    chromium = shutil.which("chromium")
    if chromium is None or not (HTML / PAGE).exists():
        print("\nNo chromium on the PATH, or no site (run make book): when the Playground is ready is not timed.")
    else:
        print_table("The Playground's page, nothing in the cache, median of seven", opened(chromium))


def rows() -> Iterator[Row]:
    """Yield a row a cell."""
    for cell, promised in PROMISED.items():
        command = ["node", "bench/playground.mjs", cell]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout)
        rate = row["updates a second"]
        ours = of_rnnlib(cell)
        yield row | {"promised": promised, "rnnlib": round(ours), "to rnnlib": round(rate / ours, 2)}


HTML = Path("_build/html")
PAGE = "chapters/playground.html"
READY = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".pg-panel svg > *")) return;
  window.ready = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
"""
"""Notes when the first panel is drawn: the form stands, the worker has answered with the gradient of a first batch."""


def opened(chromium: str, times: int = 7) -> Iterator[Row]:
    """Yield when the page is ready, in milliseconds since it was asked for, here and slowed down as on a phone."""
    with served(HTML) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for name, slower in (("this machine", 1), ("four times slower", 4)):
            seen = np.median([ready(browser, address, slower) for _ in range(times)], axis=0)
            row = {"on": name, "text there": round(seen[0]), "ready": round(seen[1]), "promised": 500}
            yield row | {"ready to text": round(seen[1] / seen[0], 2), "load": round(os.getloadavg()[0], 1)}
        browser.close()


def ready(browser: Browser, address: str, slower: int) -> tuple[float, float]:
    """Open the page afresh; when its text was there, and when its first panel."""
    context = browser.new_context()
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.add_init_script(READY)
    page.goto(f"{address}{PAGE}")
    page.wait_for_function("window.ready")
    text = "performance.getEntriesByType('navigation')[0].domInteractive"
    times: tuple[float, float] = (page.evaluate(text), page.evaluate("window.ready"))
    context.close()
    return times


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
