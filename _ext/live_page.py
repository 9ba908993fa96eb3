"""Pages that can be worked on: the button, the files behind it, and where a chapter's blocks can be run.

They are made where ``live_pages`` is set. Where Pyodide's files or npm are missing, pages are built without the button,
and the log says why.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

import live_files
from docutils import nodes
from live_files import Live, NotOffered
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
OLD = "Needs scripts, and a browser of 2023 or later."


class live_place(nodes.General, nodes.Element):
    """Where the button stands. ``cells``, on a chapter's page, names the file that lists its ``count`` blocks."""


def _configure(app: Sphinx, config: Config) -> None:
    live: Live | None = None
    if config.live_pages:
        try:
            live = live_files.collect()
        except NotOffered as missing:
            logger.info("live pages: not offered, since %s", missing)
    app.live = live  # type: ignore[attr-defined]
    config.live_key = live.key if live else ""


def _open(self: HTML5Translator, node: live_place) -> None:
    live: Live | None = self.builder.app.live  # type: ignore[attr-defined]
    if live is not None:
        self.body.append(place(live, node.get("cells"), node.get("count", 0)))


def place(live: Live, cells: str | None = None, count: int = 0) -> str:
    """The button, disabled until its script has run, and what is said beside it.

    That stands there from the start: put in by the script, it moved what is below it on a slow machine.
    """
    data = escape(json.dumps(live.addresses), quote=True)
    listed = f' data-cells="{escape(cells, quote=True)}"' if cells else ""
    size = f"About {live.wire / 1e6:.0f} MB are loaded the first time."
    blocks = "One block of code here can" if count == 1 else f"{count} blocks of code here can"
    does = f"{blocks} be changed and run in the page." if cells else "Nothing to install: Python runs in this page."
    return (
        f'<div class="live-place" data-pagefind-ignore data-live="{data}"{listed}>'
        '<button type="button" class="live-begin" disabled>Work on this page</button> '
        f'<span role="status">{does} {size}</span><noscript>{OLD}</noscript></div>\n'
    )


def _copy(app: Sphinx, exception: Exception | None) -> None:
    live: Live | None = app.live  # type: ignore[attr-defined]
    if live and not exception and app.builder.format == "html":
        live.write(Path(app.outdir))


def _nothing(self: Any, node: nodes.Element) -> None:
    """Other formats have no button."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("live_pages", False, "html", [bool])
    app.add_config_value("live_key", "", "html", [str])
    app.add_node(live_place, html=(_open, _nothing), **dict.fromkeys(("latex", "epub", "text"), (_nothing, _nothing)))
    app.connect("config-inited", _configure, priority=850)
    app.connect("build-finished", _copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
