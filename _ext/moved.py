"""The directive ``moved``: old addresses of a section that now stands on another page lead to where it is.

::

    ```{moved} chapters/what_a_state_can_hold
    :anchors: memory-capacity, single-units=what-single-units-come-to-encode
    What a state can hold is {doc}`an interlude <what_a_state_can_hold>` now.
    ```

A fragment never reaches a server, so no rule of a host can redirect it. Each old anchor therefore stays on the old
page, on an empty element that says where it leads; ``assets/moved.js`` follows it. Without JavaScript the reader
arrives at the directive's text. ``old=new`` gives an anchor another name on the new page. The build fails if a new
anchor is not there.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

log = logging.getLogger(__name__)


class moved(nodes.container):
    """A signpost: ``page`` and ``anchors``, pairs of an old and a new name."""


def pairs(anchors: str) -> list[tuple[str, str]]:
    """Return the old and the new name of each anchor in ``a, b=c``: ``[("a", "a"), ("b", "c")]``."""
    named = [anchor.strip().partition("=") for anchor in anchors.split(",")]
    return [(old.strip(), new.strip() or old.strip()) for old, _, new in named if old.strip()]


class MovedDirective(SphinxDirective):
    """``{moved} page`` with ``:anchors:``, and the text that a reader without JavaScript arrives at."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"anchors": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the signpost."""
        if "anchors" not in self.options:
            raise self.error("moved needs :anchors:, the old anchors that lead on")
        sign = moved("", page=self.arguments[0], anchors=pairs(self.options["anchors"]), classes=["moved"])
        self.state.nested_parse(self.content, self.content_offset, sign)
        return [sign]


def _visit_html(self: HTML5Translator, node: moved) -> None:
    self.body.append(self.starttag(node, "div", CLASS="moved"))
    page = self.builder.get_relative_uri(self.builder.current_docname, node["page"])
    for old, new in node["anchors"]:
        self.body.append(f'<span id="{old}" data-moved="{page}#{new}"></span>')


def _depart_html(self: HTML5Translator, node: moved) -> None:
    self.body.append("</div>\n")


def _pass(self: Any, node: moved) -> None:
    """Other formats show the text alone."""


def _note(app: Sphinx, document: nodes.document) -> None:
    """Keep a page's signposts and anchors: to read every page for them again takes seconds."""
    signs = [(sign["page"], sign["anchors"]) for sign in document.findall(moved)]
    anchors = {name for node in document.findall(nodes.Element) for name in node["ids"]}
    app.env.metadata[app.env.docname] |= {"signs": signs, "anchors": anchors}


def _check(app: Sphinx, env: BuildEnvironment) -> None:
    for page in sorted(env.found_docs):
        for there, anchors in env.metadata[page]["signs"]:
            if there not in env.found_docs:
                log.warning("moved leads to %r, which is no page", there, location=page)
                continue
            for old, new in anchors:
                if new not in env.metadata[there]["anchors"]:
                    log.warning("moved: %r leads to %s#%s, which is not there", old, there, new, location=page)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_node(moved, html=(_visit_html, _depart_html), latex=(_pass, _pass), text=(_pass, _pass))
    app.add_directive("moved", MovedDirective)
    app.connect("doctree-read", _note, priority=900)  # when others have named what they name
    app.connect("env-check-consistency", _check)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
