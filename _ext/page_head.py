"""What the head of every page says about it: description, preview card, colours, and the typefaces to fetch first."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import fonts
import preview_card
from docutils import nodes
from sphinx.application import Sphinx

from rnngrade.authoring.colab import published

CARDS = {"chapters/claims": ("claims.png", preview_card.CLAIMS_ALT)}  # every other page has the course's
VIEWPORT = re.compile(r'<meta [^>]*name="viewport"[^>]*>\s*')
LENGTH = 180  # characters of a description that search engines and previews show


def _first_words(doctree: nodes.document) -> str:
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document):
            text = re.sub(r"\s+", " ", paragraph.astext())
            return text if len(text) <= LENGTH else text[:LENGTH].rsplit(" ", 1)[0] + " …"
    return ""


def address_of(app: Sphinx) -> str:
    """Where the book is read: its base address, else where its repository's host publishes it."""
    if app.config.html_baseurl:
        return str(app.config.html_baseurl).rstrip("/")
    return published(app.config.html_theme_options["repository_url"])


def _describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    metas = doctree.findall(nodes.meta) if doctree else ()
    given = next((meta["content"] for meta in metas if meta.get("name") == "description"), None)
    first = _first_words(doctree) if doctree else ""
    description = given or context.get("description") or first or app.config.html_title
    title = re.sub("<[^>]+>", "", context.get("title") or app.config.project)
    pathto = context["pathto"]
    card, alt = CARDS.get(pagename, ("card.png", preview_card.ALT))
    properties = {
        "og:type": "article", "og:site_name": app.config.project, "og:title": title, "og:description": description,
        "og:image": f"{address_of(app)}/_static/{card}", "og:image:width": "1200", "og:image:height": "630",
        "og:image:alt": alt,
    }  # fmt: skip
    tags = [] if given else [f'<meta name="description" content="{escape(description)}">']
    tags += [f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()]
    tags += [
        '<meta name="twitter:card" content="summary_large_image">',
        '<meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff">',
        '<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#12161d">',
    ]
    for face in (*fonts.TEXT_FACES, *([fonts.MATH_FACE] if 'class="math' in context.get("body", "") else [])):
        url = pathto(f"_static/fonts/{face.name}.woff2", True)
        tags.append(f'<link rel="preload" as="font" type="font/woff2" crossorigin href="{url}">')
    # The frame says once how wide a page is; docutils says it again.
    others = VIEWPORT.sub("", context.get("metatags", ""))
    context["metatags"] = others + "\n".join(tags)


def _draw_card(app: Sphinx, exception: Exception | None) -> None:
    target = Path(app.outdir) / "_static" / "card.png"
    if not exception and app.builder.format == "html" and not target.exists():
        preview_card.draw(target)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("html-page-context", _describe)
    app.connect("build-finished", _draw_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
