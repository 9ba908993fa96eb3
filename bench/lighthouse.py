"""Score the built site with Lighthouse, as a phone on a slow network and as a desktop would see it.

Needs node, npm's Lighthouse (fetched by ``npx`` in the version below, unless ``lighthouse`` is on the PATH) and a
Chromium. The site is served compressed, as every host of static sites does. Phones are promised ``PHONE``, desktops
``DESKTOP``; a score is the median of ``RUNS``, since it is made of times.

``python -m bench.lighthouse [page ..]``
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.tables import Row, print_table
from tests.site.serve import QuietHandler

VERSION = "12"
SITE = Path("_build/html")
PAGES = (
    "index.html",
    "chapters/02_backpropagation_through_time.html",
    "chapters/05_clipping.html",
    "chapters/exercises_03.html",
)
PHONE, DESKTOP = 95, 100
RUNS = 3
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
COSTS = {"first-contentful-paint": "first paint (s)", "largest-contentful-paint": "largest paint (s)"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
COMPRESSED = (".html", ".css", ".js", ".svg", ".json")


class Compressed(QuietHandler):
    """Text is sent compressed, to those who take it."""

    def send_head(self) -> Any:
        """A file's head and what is sent of it."""
        path = Path(self.translate_path(self.path))
        if "gzip" not in self.headers.get("Accept-Encoding", "") or path.suffix not in COMPRESSED or not path.is_file():
            return super().send_head()
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address under which ``folder`` is served, compressed."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressed, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def command() -> list[str] | None:
    """How Lighthouse is run here, if it can be."""
    if found := shutil.which("lighthouse"):
        return [found]
    return ["npx", "--yes", f"lighthouse@{VERSION}"] if shutil.which("npx") else None


def report(lighthouse: list[str], address: str, desktop: bool, folder: Path) -> dict[str, Any]:
    """What Lighthouse finds on one visit."""
    file = folder / "report.json"
    flags = "--headless=new --no-sandbox --disable-dev-shm-usage"
    options = ["--quiet", "--output=json", f"--output-path={file}", f"--chrome-flags={flags}"]
    options += [f"--only-categories={','.join(CATEGORIES)}", *(["--preset=desktop"] if desktop else [])]
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    subprocess.run(
        [*lighthouse, address, *options], check=True, env=os.environ | {"CHROME_PATH": str(browser)},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf8"))
    return found


def rows(lighthouse: list[str], site: str, pages: list[str], runs: int) -> Iterator[Row]:
    """Yield a row for each page and screen."""
    with tempfile.TemporaryDirectory() as folder:
        for page in pages:
            for desktop in (False, True):
                found = [report(lighthouse, site + page, desktop, Path(folder)) for _ in range(runs)]
                score = {name: _median(found, "categories", name, "score", by=100) for name in CATEGORIES}
                costs = {says: _median(found, "audits", key, "numericValue", by=1e-3) for key, says in COSTS.items()}
                promised = DESKTOP if desktop else PHONE
                yield {
                    "page": Path(page).stem,
                    "screen": "desktop" if desktop else "phone",
                    **{name: round(value) for name, value in score.items()},
                    "promised": promised,
                    **{says: round(value, 1) for says, value in costs.items()},
                    "blocked (ms)": round(_median(found, "audits", "total-blocking-time", "numericValue", by=1)),
                    "shift": round(_median(found, "audits", "cumulative-layout-shift", "numericValue", by=1), 3),
                }


def _median(found: list[dict[str, Any]], *path: str, by: float) -> float:
    values = []
    for one in found:
        value: Any = one
        for key in path:
            value = value[key]
        values.append(by * value)
    return statistics.median(values)


def main() -> None:
    """Print the table, or say why there is none."""
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    parser.add_argument("page", nargs="*", default=list(PAGES), help="pages of the built site")
    parser.add_argument("--runs", type=int, default=RUNS, help="visits a score is the median of")
    given = parser.parse_args()
    lighthouse = command()
    lacks = [
        *([] if lighthouse else ["node's npx on the PATH"]),
        *([] if any(map(shutil.which, BROWSERS)) else ["a Chromium on the PATH"]),
        *([] if (SITE / "index.html").exists() else [f"a site in {SITE}: run make book"]),
    ]
    if lacks or not lighthouse:
        print(f"\nNo Lighthouse scores: there is not {', nor '.join(lacks)}.")
        return
    try:
        with served(SITE) as site:
            table = rows(lighthouse, site, given.page, given.runs)
            print_table(f"Lighthouse {VERSION}, medians of {given.runs}", table)
    except subprocess.CalledProcessError as failed:
        sys.exit(f"Lighthouse failed: {' '.join(map(str, failed.cmd[:3]))} .. ended with {failed.returncode}")


if __name__ == "__main__":
    main()
