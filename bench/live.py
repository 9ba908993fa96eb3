"""Seconds from the click on *Work on this page* to the first check's panel, and from Stop to a cell that has ended.

The site must be built with Python's files (``make live-files``, ``make book``). It is served from the loopback as a
host of static sites would, compressed. A visit is cold in a new profile of the browser, and second in the same one.
Promised are ``PROMISED``; each number is the median of ``RUNS``.

``python -m bench.live``
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.tables import Row, print_table
from tests.conftest import CHROMIUM
from tests.site.static_host import Host, hosted

SITE, PAGE = Path("_build/html"), "chapters/exercises_01.html"
RUNS = 5
PROMISED = {"cold (s)": 6.0, "second visit (s)": 3.5, "cold (MB)": 9.0, "Stop (s)": 1.0}


def first_panel(page: Any, address: str) -> float:
    """Seconds from the click to what the first check says."""
    page.goto(address + PAGE)
    page.locator(".live-begin:enabled").wait_for()
    page.wait_for_load_state("networkidle")
    began = time.perf_counter()
    page.locator(".live-begin").click()
    page.locator("[data-cell=unroll] .live-main").click(timeout=60_000)  # at once: it waits for Python by itself
    page.locator("[data-cell=unroll] .live-html").first.wait_for(timeout=60_000)
    return time.perf_counter() - began


def stop(page: Any) -> float:
    """Seconds from a press on Stop to the end of an endless loop."""
    page.locator("[data-cell=unroll] .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("while True: pass")
    page.keyboard.press("Control+Enter")
    page.locator("[data-cell=unroll].live-runs").wait_for()
    page.wait_for_timeout(500)
    began = time.perf_counter()
    page.locator(".live-stop").click()
    page.locator(".live-stop:disabled").wait_for(timeout=30_000)
    return time.perf_counter() - began


def visits(chromium: Any, address: str, host: Host) -> Row:
    """A cold visit, a second one and a Stop, in a profile of their own."""
    with tempfile.TemporaryDirectory() as profile:
        context = chromium.launch_persistent_context(profile, executable_path=shutil.which(_chromium()))
        page = context.pages[0]
        page.goto(address + PAGE)
        page.wait_for_load_state("networkidle")
        host.clear()
        cold = first_panel(page, address)
        sent = host.wire / 1e6
        page.locator("[data-kept=offline]").wait_for(state="attached", timeout=60_000)
        page.close()
        page = context.new_page()
        second = first_panel(page, address)
        stopped = stop(page)  # last: an answer is kept, and this one never ends
        context.close()
    return {"cold (s)": cold, "second visit (s)": second, "cold (MB)": sent, "Stop (s)": stopped}


def _chromium() -> str:
    return next(name for name in CHROMIUM if shutil.which(name))


def measured(runs: int) -> Iterator[Row]:
    """The medians, each beside what is promised."""
    from playwright.sync_api import sync_playwright

    with hosted(SITE) as (address, host), sync_playwright() as playwright:
        rows = [visits(playwright.chromium, address, host) for _ in range(runs)]
    for name, promised in PROMISED.items():
        values = [row[name] for row in rows]
        yield {"": name, "median": f"{statistics.median(values):.2f}", "all": " ".join(f"{one:.2f}" for one in values),
               "promised": promised}  # fmt: skip


def main() -> int:
    """Print the table; 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    if not (SITE / "_live").exists():
        print("The site has no live pages: make live-files, then make book.")
        return 1
    rows = print_table("From the click to the first panel, in Chromium", measured(parser.parse_args().runs))
    return int(any(float(row["median"]) > row["promised"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
