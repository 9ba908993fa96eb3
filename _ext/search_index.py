"""Index the finished pages with Pagefind: a static index, read in the browser a piece at a time.

``search_words.yaml`` lends sections the words that people use for what stands there under another name; they are
indexed with the section's heading and are not shown.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx
from sphinx.util import logging

WORDS = Path(__file__).with_suffix("").parent / "search_words.yaml"
logger = logging.getLogger(__name__)


def lend(page: str, anchor: str, words: str) -> str:
    """Return the page with ``words`` added, unseen, behind the heading of the section ``anchor``.

    Raises ValueError if there is no such section.
    """
    section = re.compile(rf'(<section[^>]* id="{re.escape(anchor)}">.*?<h\d>.*?)(</h\d>)', re.DOTALL)
    hidden = f'<p class="search-words" data-pagefind-weight="6" hidden>{escape(words)}</p>'
    text, found = section.subn(lambda match: match[0] + hidden, page, count=1)
    if not found:
        raise ValueError(f"no section {anchor!r}")
    return text


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    for address, words in yaml.safe_load(WORDS.read_text(encoding="utf8")).items():
        name, _, anchor = address.partition("#")
        page = out / name
        text = page.read_text(encoding="utf8") if page.is_file() else ""
        if f'hidden>{escape(words)}</p>' in text:
            continue
        try:
            page.write_text(lend(text, anchor, words), encoding="utf8") if text else None
        except ValueError as error:
            logger.warning("search_words.yaml: %s: %s", name, error)
    shutil.rmtree(out / "pagefind", ignore_errors=True)
    command = [sys.executable, "-m", "pagefind", "--site", str(out), "--glob", "{index,chapters/*}.html"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    for unused in ("pagefind-ui.js", "pagefind-ui.css", "pagefind-modular-ui.js", "pagefind-modular-ui.css",
                   "pagefind-component-ui.js", "pagefind-component-ui.css", "pagefind-highlight.js"):  # fmt: skip
        (out / "pagefind" / unused).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("build-finished", _finish, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
