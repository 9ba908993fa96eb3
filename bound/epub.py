"""The book as an EPUB 3: every page of the site as XHTML, with its formulas as MathML and its figures as SVG."""

from __future__ import annotations

import re
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from bound import site
from bound.site import NotBuilt, Page
from bound.validity import complaints

TOKENS = site.ROOT / "assets" / "tokens.css"
STYLE = Path(__file__).with_name("book.css")
IDENTIFIER = uuid.uuid5(uuid.NAMESPACE_URL, "training-recurrent-networks")
KINDS = {".xhtml": "application/xhtml+xml", ".css": "text/css", ".woff2": "font/woff2", ".png": "image/png",
         ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".webp": "image/webp"}  # fmt: skip
USE = re.compile(r"var\((--[\w-]+)(?:,\s*((?:[^()]|\([^()]*\))*))?\)")  # of a variable, perhaps with a fallback
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
COVER = """<body style="margin:0"><div style="width:1600px;height:2400px;display:grid;place-content:center;gap:120px;
background:#12161d;color:#e6e9ef;font:700 150px/1.15 'Source Sans 3',sans-serif;text-align:center;padding:120px;
box-sizing:border-box">{logo}<div>{title}</div></div></body>"""


@dataclass(frozen=True)
class File:
    """A file of the book, and what its entry in the manifest says of it."""

    name: str
    data: bytes
    properties: str = ""

    @property
    def id(self) -> str:
        """Its id in the manifest."""
        return "f-" + re.sub(r"\W", "-", self.name)

    @property
    def item(self) -> str:
        """Its entry in the manifest."""
        properties = f' properties="{self.properties}"' if self.properties else ""
        kind = KINDS[Path(self.name).suffix]
        return f'<item id="{self.id}" href="{self.name}" media-type="{kind}"{properties}/>'


def tokens() -> dict[str, str]:
    """The site's variables as on a light page: readers of EPUB know no ``light-dark``, and many no ``var``."""
    found = re.findall(r"^\s*(--[\w-]+):\s*([^;]+);", TOKENS.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: re.sub(r"light-dark\(([^,]+),[^)]*\)", r"\1", value).strip() for name, value in found}


def plain(text: str, variables: Mapping[str, str]) -> str:
    """Return XHTML with every variable in a style replaced by its value."""

    def value(match: re.Match[str]) -> str:
        return escape(variables.get(match[1], match[2] or "inherit").replace('"', "'"), quote=False)

    replaced = 1
    while replaced:  # a value may have variables in it
        text, replaced = USE.subn(value, text)
    return text


def xhtml(title: str, body: str) -> bytes:
    """One file of the book."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><meta charset="utf-8"/><title>{escape(title)}</title><link rel="stylesheet" href="book.css"/></head>
<body>{body}</body></html>
""".encode()


def chapter(page: Page, variables: Mapping[str, str]) -> Iterator[File]:
    """A page's file, and before it the pictures that it shows."""
    text = plain(page.xhtml, variables)
    for address in dict.fromkeys(re.findall(r'src="(file:[^"]+)"', text)):
        picture = Path(unquote(urlparse(address).path))
        name = f"pictures/{picture.parent.name}-{picture.name}"
        text = text.replace(f'"{address}"', f'"{name}"')
        yield File(name, picture.read_bytes())
    kinds = [kind for kind, mark in (("mathml", "<math"), ("svg", "<svg")) if mark in text]
    yield File(f"{page.key}.xhtml", xhtml(page.title, f"<article>{text}</article>"), " ".join(kinds))


def navigation(pages: Iterable[Page]) -> bytes:
    """The contents: parts, pages, sections."""
    parts = []
    for part, group in groupby(pages, key=lambda page: page.part):
        inner = "".join(_entry(page) for page in group)
        parts.append(f"<li><span>{escape(part)}</span><ol>{inner}</ol></li>" if part else inner)
    return xhtml("Contents", f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{"".join(parts)}</ol></nav>')


def _entry(page: Page) -> str:
    sections = "".join(f'<li><a href="{page.key}.xhtml#{escape(one.id)}">{escape(one.text)}</a></li>'
                       for one in page.headings if one.level == 2 and one.id)  # fmt: skip
    below = f"<ol>{sections}</ol>" if sections else ""
    return f'<li><a href="{page.key}.xhtml">{escape(page.title)}</a>{below}</li>'


def package(files: list[File], spine: list[File], title: str, author: str) -> str:
    """The book's package document."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    manifest = "\n".join(file.item for file in files)
    order = "\n".join(f'<itemref idref="{file.id}"/>' for file in spine)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{IDENTIFIER}</dc:identifier><dc:title>{escape(title)}</dc:title>
<dc:creator>{escape(author)}</dc:creator><dc:language>en</dc:language>
<dc:rights>CC BY 4.0</dc:rights><meta property="dcterms:modified">{now}</meta>
<meta property="schema:accessMode">textual</meta><meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityHazard">none</meta>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{order}
</spine>
</package>
"""


def bind(html: Path, target: Path, pages: list[tuple[str, str]], title: str, author: str) -> int:
    """Write the EPUB and have it validated; the number of its pages.

    Raises:
        NotBuilt: if there is no site, or EPUBCheck finds an error, saying which.
    """
    with site.browser() as chromium:
        read = site.read(chromium, html, pages, whole=False)
        cover = File("cover.png", _cover(chromium, title), "cover-image")
    contents = File("contents.xhtml", navigation(read), "nav")
    fonts = [File(f"fonts/{face.name}", face.read_bytes()) for face in sorted((html / "_static/fonts").glob("*.woff2"))]
    variables = tokens()
    chapters = {file.name: file for page in read for file in chapter(page, variables)}  # pages may share a picture
    spine = [contents, *(file for file in chapters.values() if file.name.endswith(".xhtml"))]
    files = [cover, contents, File("book.css", STYLE.read_bytes()), *fonts, *chapters.values()]
    draft = target.with_suffix(".draft.epub")
    _write(draft, files, package(files, spine, title, author))
    if problems := list(complaints(draft)):
        raise NotBuilt(f"{draft} is no valid EPUB:\n" + "\n".join(problems[:40]))
    draft.replace(target)
    return len(read)


def _write(target: Path, files: list[File], described: str) -> None:
    """Pack the book: the kind of file first and uncompressed, as the standard asks."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("book/book.opf", described)
        for file in files:
            archive.writestr(f"book/{file.name}", file.data)


def _cover(chromium: Any, title: str) -> bytes:
    tab = chromium.new_page(viewport={"width": 1600, "height": 2400})
    logo = (site.ROOT / "assets" / "logo.svg").read_text(encoding="utf-8")
    large = re.sub("<svg ", '<svg width="900" style="margin:auto" ', logo, count=1)
    tab.set_content(COVER.format(logo=large, title=escape(title)))
    return bytes(tab.screenshot())
