"""What a page that runs Python asks of the network, by file, as a host sends it: text compressed, archives as they are.

``python -m bench.live_sizes``, after ``make live-files``. The page and its editor weigh half a megabyte besides.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from bench.tables import Row, print_table
from live.files import PINS, lay
from live.files.course import CELLS, COURSE, KEYS
from live.files.laying import LAID, LOCK

PROMISED = 9.0
PAGE = 0.53
"""Megabytes: all that a page loads until its first check's panel; of these the page, its script and its editor."""
COMPRESSED = (".mjs", ".js", ".wasm", ".json")
ALWAYS = ("numpy", COURSE, CELLS)


def sent(path: Path) -> float:
    """Megabytes of a file on the wire."""
    data = path.read_bytes()
    return (len(gzip.compress(data, 6)) if path.suffix in COMPRESSED else len(data)) / 1e6


def first_load() -> Iterator[Row]:
    """What every page loads, and beside it the keys of each notebook."""
    packages = json.loads((LAID / LOCK).read_text(encoding="utf-8"))["packages"]
    always = {name: sent(LAID / name) for name in (*PINS.core, LOCK)}
    always |= {name: sent(LAID / packages[name]["file_name"]) for name in ALWAYS}
    for name, size in always.items():
        yield {"file": name, "MB": f"{size:.2f}", "all for a page": ""}
    for name, entry in packages.items():
        if name.startswith(KEYS):
            size = sent(LAID / entry["file_name"])
            total = sum(always.values()) + size + PAGE
            yield {"file": name, "MB": f"{size:.2f}", "all for a page": f"{total:.2f} of {PROMISED:g}"}
    plots = [entry for name, entry in packages.items() if name in PINS.packages and name not in always]
    size = sum(sent(LAID / entry["file_name"]) for entry in plots)
    yield {"file": "matplotlib and what it needs, when first used", "MB": f"{size:.2f}", "all for a page": ""}


def main() -> None:
    """Print the table."""
    lay(PINS)
    print_table(f"Python in a page, Pyodide {PINS.version}: megabytes on the wire", first_load())


if __name__ == "__main__":
    main()
