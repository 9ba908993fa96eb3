"""Offer the bound files on the pages of the site: a link to what is there, and none to what is not."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

FOLDER = "book"
PLACE = re.compile(r'(<p class="as-file">).*?(</p>)', re.DOTALL)  # in the frame of every page: _ext/theme/layout.html


def offer(html: Path, files: Iterable[Path]) -> None:
    """Copy ``files`` into the site and link whatever is there on every page."""
    folder = html / FOLDER
    folder.mkdir(exist_ok=True)
    for file in files:
        shutil.copy(file, folder / file.name)
    there = sorted(folder.iterdir(), reverse=True)
    for page in [*html.glob("*.html"), *html.glob("chapters/*.html")]:
        text = page.read_text(encoding="utf-8")
        new = PLACE.sub(rf"\g<1>{_links(page, there)}\g<2>", text)
        if new != text:
            page.write_text(new, encoding="utf-8")


def _links(page: Path, files: list[Path]) -> str:
    links = []
    for file in files:
        address = Path(os.path.relpath(file, page.parent)).as_posix()
        size = f"{file.stat().st_size / 1e6:.1f} MB"
        links.append(f'<a href="{address}" download>The book as {file.suffix[1:].upper()} ({size})</a>')
    return " ".join(links)
