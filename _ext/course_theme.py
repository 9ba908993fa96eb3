"""The site's own theme: a frame of one header, one list of contents and the article, in place of Jupyter Book's.

The theme that Jupyter Book brings puts eleven stylesheets, fourteen scripts and some eight hundred elements around an
article. Its listeners are disconnected here, its assets are not copied, and ``theme/layout.html`` stands in its place.
The stylesheet and the script of all pages are each one file, made by ``bundle``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlparse

import bundle
import page_head
from docutils import nodes
from shared_scripts import share
from sphinx.application import Sphinx
from sphinx.config import Config

FOLDER = Path(__file__).resolve().parent / "theme"
REPLACED = ("sphinx_book_theme", "pydata_sphinx_theme", "sphinx_thebe", "sphinx_comments", "sphinx_copybutton",
            "sphinx_togglebutton")  # fmt: skip
# Pages that Sphinx makes of a template alone, and gives no title: what each is called, and what it is for.
UNWRITTEN = {
    "404": ("Nothing is at this address", "The page may have moved. The map of the course leads to every chapter."),
    "search": ("Search", "Search the course by section, with the words people use."),
    "genindex": ("Index", "What the course defines, by name."),
}
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def _configure(app: Sphinx, config: Config) -> None:
    config.html_theme = "course"
    config.html_permalinks_icon = "#"
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [one for one in listeners if not _replaced(one.handler.__module__)]
    app.registry.post_transforms[:] = [one for one in app.registry.post_transforms if not _replaced(one.__module__)]
    app.registry.css_files.clear()
    app.registry.js_files.clear()
    config.html_additional_pages["404"] = "404.html"


def _replaced(module: str) -> bool:
    return module.partition(".")[0] in REPLACED


def _name(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if pagename in UNWRITTEN:
        context["title"], context["description"] = UNWRITTEN[pagename]


def _frame(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    title = re.sub("<[^>]+>", "", context.get("title") or app.config.project)
    context["author"] = app.config.author
    context["page_title"] = title if pagename == app.config.root_doc else f"{title} - {app.config.project}"
    context["course_css"] = bundle.stylesheet().name
    states = [one for one in context["script_files"] if getattr(one, "attributes", {}).get("type") == WIDGET_STATE]
    bodies = (share(state.attributes["body"]) for state in states)
    context["page_state"] = "".join(f'<script type="{WIDGET_STATE}">{body}</script>' for body in bodies)
    body = context.get("body", "")
    scripts = bundle.scripts(figures=bool(states) or WIDGET_STATE in body, body=body)
    context["page_scripts"] = [script.name for script in scripts]
    context["prev"], context["next"] = _neighbours(app, pagename, context)
    contents = context["toctree"](collapse=True, maxdepth=1, includehidden=True, titles_only=True)
    context["course_contents"] = with_sections(contents, context.get("toc") or "")
    address = urlparse(page_head.address_of(app))
    context["published_host"], context["published_path"] = address.hostname, f"{address.path}/"
    context["report_url"] = report_url(app, pagename, title)


def report_url(app: Sphinx, pagename: str, title: str) -> str:
    """Return where an error on this page is reported: an issue that names it; ``assets/report.js`` adds the section."""
    repository = app.config.html_theme_options["repository_url"].rstrip("/")
    body = f"Page: {title} ({pagename})\n\nWhat is wrong, and what should stand there:\n\n"
    return f"{repository}/issues/new?{urlencode({'title': f'Error in {title}', 'body': body})}"


def _neighbours(app: Sphinx, pagename: str, context: dict[str, Any]) -> tuple[Any, Any]:
    """The pages before and after this one on the reader's way."""
    relations = app.env.collect_relations()
    page: str | None = app.config.root_doc
    pages: list[str] = []
    while page:
        pages.append(page)
        page = relations[page][2]
    way = reading_order(pages)
    if pagename not in way:
        return None, None
    place = way.index(pagename)
    beside = [way[i] if 0 <= i < len(way) else None for i in (place - 1, place + 1)]
    return tuple(
        one and {"link": context["pathto"](one), "title": app.env.titles[one].astext()} for one in beside
    )  # type: ignore[return-value]


def reading_order(pages: list[str]) -> list[str]:
    """Return the pages with each chapter's exercises behind it: ``NN_name``, then ``exercises_NN``."""
    exercises = {page.rpartition("_")[2]: page for page in pages if re.search(r"/exercises_\d+$", page)}
    way = []
    for page in pages:
        number = re.search(r"/(\d\d)_[^/]*$", page)
        if page in exercises.values():
            continue
        way += [page, exercises[number[1]]] if number and number[1] in exercises else [page]
    return way


def with_sections(contents: str, toc: str) -> str:
    """Return the list of the pages with the sections of the page that is open below its own entry."""
    contents = contents.replace(' role="heading"', "")  # of no level, and the list says as much
    inner = re.search(r"<ul>\s*<li>.*?</a>\s*(<ul>.*</ul>)\s*</li>\s*</ul>", toc, re.DOTALL)
    if inner is None:
        return contents
    return re.sub(r'(<li class="[^"]*\bcurrent\b[^"]*"><a[^>]*>.*?</a>)', lambda m: m[1] + inner[1], contents, count=1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the theme."""
    app.add_html_theme("course", str(FOLDER))
    app.connect("config-inited", _configure, priority=950)
    app.connect("html-page-context", _name, priority=100)
    app.connect("html-page-context", _frame, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
