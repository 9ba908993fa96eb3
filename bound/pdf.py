"""The book as a PDF: one document, printed twice, for the contents name pages that the first printing has counted."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pikepdf

from bound import site
from bound.site import NotBuilt, Page

STYLE = Path(__file__).with_name("paper.css")
WIDTH = 658  # CSS pixels between the margins of A4 that paper.css sets
FOOT = '<div style="width:100%;font:9px sans-serif;text-align:center;color:#555"><span class="pageNumber"></span></div>'
PAPER = {
    "prefer_css_page_size": True, "print_background": True, "outline": True, "tagged": True,
    "display_header_footer": True, "header_template": "<span></span>", "footer_template": FOOT,
}  # fmt: skip
# What is wider than its place is set smaller until it fits; the answer is what still does not. A formula in a line has
# the place of its paragraph or its table's column.
FIT = """() => {
  const inline = (node) => getComputedStyle(node).display.startsWith("inline");
  const block = (node) => inline(node) ? block(node.parentElement) : node;
  const right = (node) => node.getBoundingClientRect().right;
  const cut = [];
  for (const node of document.querySelectorAll("article :is(.math, table, .rnnstill-box, img)")) {
    const place = block(node);
    const wide = () => (place === node ? node.scrollWidth - node.clientWidth : right(node) - right(place)) > 1;
    for (let size = 1; wide() && size > 0.4; size -= 0.04) node.style.fontSize = `${size}em`;
    if (wide()) cut.push(node.textContent.trim().slice(0, 60));
  }
  return cut;
}"""


def contents(pages: Iterable[Page], numbers: Mapping[str, int]) -> str:
    """The list of pages by part, with their sections, each with the number of its page once that is known."""
    lines = []
    for part, group in groupby(pages, key=lambda page: page.part):
        lines.append(f"<h2>{escape(part)}</h2>" if part else "")
        for page in group:
            lines.append(_line("contents-page", page.key, page.title, numbers))
            sections = (one for one in page.headings if one.level == 2 and one.id)
            lines += [_line("contents-section", one.id, one.text, numbers) for one in sections]
    return "\n".join(lines)


def _line(kind: str, anchor: str, text: str, numbers: Mapping[str, int]) -> str:
    number = numbers.get(anchor, "")
    return f'<p class="{kind}"><a href="#{escape(anchor)}"><span>{escape(text)}</span><b>{number}</b></a></p>'


def document(pages: list[Page], title: str, author: str, css: Path, numbers: Mapping[str, int]) -> str:
    """The whole book as one page of HTML."""
    articles = "\n".join(f'<article class="bd-article" id="{page.key}">{page.html}</article>' for page in pages)
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{escape(title)}</title>
<style>{_screen(css)}</style><style>{STYLE.read_text(encoding="utf-8")}</style></head><body>
<header class="title-page"><h1>{escape(title)}</h1><p>By {escape(author)}</p></header>
<nav class="contents"><h1>Contents</h1><div>{contents(pages, numbers)}</div></nav>
{articles}</body></html>"""


def _screen(css: Path) -> str:
    """The site's stylesheet, with typefaces that are waited for: on the screen one that is late is done without."""
    text = re.sub(r"font-display:\s*optional", "font-display:block", css.read_text(encoding="utf-8"))
    return re.sub(r"""url\((["']?)fonts/""", rf"url(\g<1>{css.parent.as_uri()}/fonts/", text)


def bind(html: Path, target: Path, pages: list[tuple[str, str]], title: str, author: str) -> int:
    """Write the PDF; the number of its pages.

    Raises:
        NotBuilt: if there is no site, or something would be cut at the paper's edge, saying what.
    """
    first = html / f"{pages[0][0]}.html"
    if not first.is_file():
        raise NotBuilt(f"no page {first}: run make book first")
    used = first.read_text(encoding="utf-8")
    css = next(file for file in (html / "_static").glob("course-*.css") if file.name in used)
    with site.browser() as chromium:
        read = site.read(chromium, html, pages, whole=True)
        draft = target.with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        tab = chromium.new_page(viewport={"width": WIDTH, "height": 1000}, color_scheme="light")
        tab.set_default_timeout(300_000)
        numbers: Mapping[str, int] = {}
        for _ in range(2):
            draft.write_text(document(read, title, author, css, numbers), encoding="utf-8")
            printed = _printed(tab, draft)
            numbers = _numbers(printed)
        draft.unlink()
    with pikepdf.open(io.BytesIO(printed)) as book:
        # Its structure, for who has it read aloud, is a hundred thousand small objects: packed, the file is halved.
        with book.open_metadata() as metadata:
            metadata["dc:title"], metadata["dc:creator"] = title, [author]
        book.docinfo["/Author"] = author
        book.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(book.pages)


def _printed(tab: Any, draft: Path) -> bytes:
    tab.goto(draft.as_uri())
    tab.emulate_media(media="print")
    tab.evaluate("Promise.all([...document.fonts].map((face) => face.load().catch(() => null)))")
    if cut := tab.evaluate(FIT):
        raise NotBuilt("wider than the paper: " + "; ".join(cut))
    return bytes(tab.pdf(**PAPER))


def _numbers(printed: bytes) -> dict[str, int]:
    """The page of every place that a link leads to."""
    with pikepdf.open(io.BytesIO(printed)) as book:
        return {unquote(name.lstrip("/")): pikepdf.Page(place[0]).index + 1 for name, place in book.Root.Dests.items()}
