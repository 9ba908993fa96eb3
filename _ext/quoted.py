"""The role ``quoted``: a number of another page, as its cell printed it, and a link to that cell.

``{quoted}`05_clipping:claim-clip-mean` `` is what the cell of ``chapters/05_clipping`` has glued under that name. Pages
that gather what chapters have shown (*Interview room*, *Symptom, cause, page*) quote it so and type no number. The
build fails if the page has glued no such name. Every cell that is shown gets an id to link to, ``cell-<its number>``; a
cell that is not shown is represented by the last one before it that is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from glued import cell_that_glues, glued, gluing_cells, section_of, shows_code
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import make_refnode

QUOTE = re.compile(r"\{quoted\}`([\w-]+):([^`\s]+)`")
log = logging.getLogger(__name__)


class quoted_number(nodes.Inline, nodes.Element):
    """A number that is known when all pages are read."""


class QuotedRole(SphinxRole):
    """``{quoted}`page:name` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave the place."""
        page, _, name = self.text.partition(":")
        return [quoted_number(page=f"chapters/{page}", name=name)], []


def _name_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give every cell that is shown an id, and note it with the title of its section."""
    shown = {}
    for cell in doctree.findall(shows_code):
        if not cell["ids"]:
            cell["ids"].append(f"cell-{cell['cell_index']}")
        shown[cell["cell_index"]] = (cell["ids"][0], section_of(cell))
    app.env.metadata[app.env.docname]["shown_cells"] = shown


def found(app: Sphinx, page: str, name: str) -> tuple[str, str, str] | None:
    """Return the number as printed, the id to link to and the section's title; None if the page has no such name."""
    values = glued(app, page)
    if name not in values:
        return None
    cell = cell_that_glues(gluing_cells(app, page), name)
    shown: dict[int, tuple[str, str]] = app.env.metadata[page].get("shown_cells", {})
    before = [index for index in shown if cell is not None and index <= cell]
    return (values[name], *shown[max(before)]) if before else None


class FillIn(SphinxPostTransform):
    """Put in what the pages measured."""

    default_priority = 9

    def run(self, **kwargs: Any) -> None:
        """Replace every place by its number."""
        for place in list(self.document.findall(quoted_number)):
            place.replace_self(self._number(place["page"], place["name"], place))

    def _number(self, page: str, name: str, place: nodes.Node) -> nodes.Node:
        number = found(self.app, page, name)
        if number is None:
            log.warning("quoted: page %s has glued no %r in a cell that holds the name", page, name, location=place)
            return nodes.Text("?")
        value, anchor, section = number
        title = f"{self.env.titles[page].astext()}: {section}"
        text = nodes.inline("", value, classes=["quoted"])
        return make_refnode(self.app.builder, self.env.docname, page, anchor, text, title)


def _write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages whose quotations have changed, in number or in address, since they were written."""
    before: dict[str, Any] = getattr(env, "quoted", {})
    now = {}
    for page in env.found_docs:
        names = QUOTE.findall(Path(env.doc2path(page)).read_text(encoding="utf8"))
        if names:
            now[page] = {(where, name): found(app, f"chapters/{where}", name) for where, name in names}
    env.quoted = now  # type: ignore[attr-defined]
    return [page for page in now if now[page] != before.get(page)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role."""
    app.add_node(quoted_number)
    app.add_role("quoted", QuotedRole())
    app.add_post_transform(FillIn)
    app.connect("doctree-read", _name_cells, priority=600)  # after claims, which has names of its own
    app.connect("env-updated", _write_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
