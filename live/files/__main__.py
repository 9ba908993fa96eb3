"""``python -m live.files``: get Pyodide's files and lay the folder ``_build/pyodide`` that the exercise pages load.

The files come from Pyodide's own server; ``--from registries`` takes packages of npm and PyPI, ``--from PATH`` a folder
or an archive. Each is compared with ``live/files/pins.toml``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from live.files import PINS, fetch, lay
from live.files.fetching import KEPT
from live.files.laying import LAID
from live.files.pins import FilesError, Gone, Pins
from live.files.sources import Source, place, registries, server

GONE = KEPT.with_name("pyodide-gone.txt")
"""Says why there are no files, where they were asked for and the registries have them no more."""


def main(arguments: list[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m live.files", description=__doc__.split("\n")[0])
    parser.add_argument("--from", dest="place", default="server", metavar="PLACE",
                        help="server, registries, or a folder or archive that holds the files (default: %(default)s)")
    parser.add_argument("--server", default=PINS.server, metavar="URL", help="another address of the same files")
    parser.add_argument("--if-there", action="store_true", help="end well where the source says it has them no more")
    chosen = parser.parse_args(arguments)
    GONE.unlink(missing_ok=True)
    try:
        fetched = fetch(PINS, source(chosen.place, chosen.server, PINS))
        laid = lay(PINS)
    except FilesError as error:
        print(f"live-files: {error}", file=sys.stderr)
        if not (chosen.if_there and isinstance(error, Gone)):
            return 1
        GONE.parent.mkdir(parents=True, exist_ok=True)
        GONE.write_text(f"{error}\n", encoding="utf-8")
        return 0
    print(f"{len(fetched)} files of Pyodide {PINS.version} fetched, {LAID.name} {'laid' if laid else 'is as it was'}")
    return 0


def source(asked: str, address: str, pins: Pins) -> Source:
    """Where to get the files, by what was asked for."""
    if asked == "server":
        return server(address)
    return registries(pins) if asked == "registries" else place(Path(asked))


if __name__ == "__main__":
    sys.exit(main())
