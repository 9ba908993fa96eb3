"""A page of HTML that runs nothing and asks nobody: what is put in is escaped, and the browser allows no more."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rnngrade.judge.files import visible


def text(value: object) -> str:
    """``value`` as text in HTML, with what could not be seen escaped."""
    return html.escape(visible(str(value)))


def prose(message: str) -> str:
    """A message as HTML; what stands between backquotes is code."""
    pieces = text(message).split("`")
    if len(pieces) % 2 == 0:
        return text(message)
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


@cache
def _style() -> str:
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


@cache
def _policy() -> str:
    """The content-security policy: the one style below, known by its hash, and nothing else whatsoever."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def document(title: str, parts: Iterable[str], footer: str) -> str:
    """A whole page. ``title`` and ``footer`` are text; ``parts`` are HTML, their text escaped already."""
    return "\n".join([
        "<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{text(title)}</title>", f"<style>{_style()}</style>", "</head>", "<body>", "<main>",
        *parts, f"<footer>{text(footer)}</footer>", "</main>", "</body>", "</html>", "",
    ])  # fmt: skip


def table(columns: dict[str, str], rows: Iterable[Iterable[str]]) -> str:
    """Rows of HTML under headings; the value of each column is the class of its cells."""
    head = "".join(f'<th scope="col" class="{kind}">{text(name)}</th>' for name, kind in columns.items())
    body = "".join(
        "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for kind, cell in zip(columns.values(), row)) + "</tr>\n"
        for row in rows
    )
    content = f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>"
    return f'<div class="scroll" tabindex="0"><table>{content}</table></div>'
