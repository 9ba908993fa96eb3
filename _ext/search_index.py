"""Index the finished pages with Pagefind: a static index, read in the browser a piece at a time.

Pagefind finds a section by the id of its heading, where Sphinx gives it to the section. So a copy of the pages is
indexed, in which ids stand at the headings. In the copy ``search_words.yaml`` also lends sections the words that
people use for what stands there under another name, between two marks by which ``assets/search.js`` knows what is
searched and not shown. Code is not shown either, and what lies in a fold of it is left out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx
from sphinx.util import logging

WORDS = Path(__file__).resolve().parent / "search_words.yaml"
SECTION = re.compile(r'<section([^>]*?) id="([^"]+)"([^>]*)>(\s*(?:<span id="[^"]*"></span>)*)<h(\d)>', re.DOTALL)
LINK = re.compile(r'<a class="headerlink"[^>]*>[^<]*</a>')
FOLDED = re.compile(r'<details class="fold code"')
CODE = re.compile(r"(<pre[^>]*>)(.*?)(</pre>)", re.DOTALL)
BEHIND = "⟦", "⟧"  # around what is lent, and code; search.js has the same
INTERFACES = ("pagefind-*ui*", "pagefind-highlight.js")  # the site has its own
logger = logging.getLogger(__name__)


def indexed(page: str, words: dict[str, str]) -> str:
    """Return the page as it is indexed: ids at the headings, and ``words`` (by section) behind them.

    Raises ValueError for words of a section that the page does not have.
    """
    page = SECTION.sub(r'<section\1\3>\4<h\5 id="\2">', LINK.sub("", page))
    page = FOLDED.sub(r"\g<0> data-pagefind-ignore", page)
    page = CODE.sub(rf"\1{BEHIND[0]} \2 {BEHIND[1]}\3", page)
    for section, lent in words.items():
        heading = re.compile(rf'(<h(\d) id="{re.escape(section)}">.*?</h\2>)', re.DOTALL)
        text = f'\\1<p data-pagefind-weight="8">{BEHIND[0]} {escape(lent)} {BEHIND[1]}</p>'
        page, found = heading.subn(text, page, count=1)
        if not found:
            raise ValueError(f"no section {section!r}")
    return page


def _copy(pages: Iterable[Path], site: Path, copy: Path) -> None:
    """Write the pages of ``site`` as they are indexed into ``copy``."""
    lent: dict[str, dict[str, str]] = {}
    for address, words in yaml.safe_load(WORDS.read_text(encoding="utf8")).items():
        name, _, section = address.partition("#")
        lent.setdefault(name, {})[section] = words
    for page in pages:
        name = page.relative_to(site).as_posix()
        try:
            text = indexed(page.read_text(encoding="utf8"), lent.pop(name, {}))
        except ValueError as error:
            logger.warning("search_words.yaml: %s: %s", name, error)
            continue
        if re.match(r"chapters/reference(_\w+)?\.html", name):  # a chapter explains, and is found first
            text = text.replace("data-pagefind-body", 'data-pagefind-body data-pagefind-weight="0.3"', 1)
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf8")
    for name in lent:
        logger.warning("search_words.yaml: no page %s", name)


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    copy, index = site.parent / "indexed", site / "pagefind"
    for folder in (copy, index):
        shutil.rmtree(folder, ignore_errors=True)
    _copy([site / "index.html", *sorted(site.glob("chapters/*.html"))], site, copy)
    command = [sys.executable, "-m", "pagefind", "--site", str(copy), "--output-path", str(index)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        logger.warning("pagefind failed: %s", done.stderr.strip() or done.stdout.strip())
    for unused in (file for pattern in INTERFACES for file in index.glob(pattern)):
        unused.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("build-finished", _finish, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
