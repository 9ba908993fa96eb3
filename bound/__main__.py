"""``python -m bound pdf epub``: bind the built site into files, which its pages then offer."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import yaml

from bound import epub, pdf, site
from bound.offer import offer

NAME = "training-recurrent-networks"
BIND = {"pdf": pdf.bind, "epub": epub.bind}


def main() -> int:
    """Bind what is asked for into ``_build/bound`` and offer it; 1 if that cannot be done, saying why."""
    parser = argparse.ArgumentParser(prog="python -m bound", description=__doc__)
    parser.add_argument("formats", nargs="+", choices=list(BIND), metavar="FORMAT", help="pdf, epub")
    parser.add_argument("--site", type=Path, default=site.ROOT / "_build" / "html", help="the built site")
    parser.add_argument("--toc", type=Path, default=site.ROOT / "_toc.yml", help="the list of its pages")
    parser.add_argument("--into", type=Path, default=site.ROOT / "_build" / "bound", help="folder to write to")
    given = parser.parse_args()
    html, pages = given.site.resolve(), site.names(given.toc)
    config = yaml.safe_load((site.ROOT / "_config.yml").read_text(encoding="utf-8"))
    made = []
    for name in given.formats:
        started, target = time.monotonic(), given.into.resolve() / f"{NAME}.{name}"
        try:
            count = BIND[name](html, target, pages, config["title"], config["author"])
        except site.NotBuilt as error:
            print(error, file=sys.stderr)
            return 1
        made.append(target)
        size, seconds = target.stat().st_size / 1e6, time.monotonic() - started
        print(f"{target.name}: {count} pages, {size:.1f} MB, in {seconds:.0f} s")
    offer(html, made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
