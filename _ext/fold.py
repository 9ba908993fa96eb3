"""The directive ``fold``: something behind a click, with a title, as ``<details>``.

::

    ```{fold} Hint 1 of 2
    :class: hint
    Start at the last step.
    ```

Other formats show it unfolded, under its title.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator


class fold(nodes.General, nodes.Element):
    """A title and what it hides."""


class FoldDirective(SphinxDirective):
    """Parse the content; the argument is the title."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"class": directives.class_option}

    def run(self) -> list[nodes.Node]:
        """One fold."""
        node = fold(title=self.arguments[0], classes=self.options.get("class", []))
        self.state.nested_parse(self.content, self.content_offset, node)
        self.set_source_info(node)
        return [node]


def _open(self: HTML5Translator, node: fold) -> None:
    classes = " ".join(["fold", *node["classes"]])
    self.body.append(f'<details class="{classes}"><summary>{self.encode(node["title"])}</summary>\n')


def _close(self: HTML5Translator, node: fold) -> None:
    self.body.append("</details>\n")


def _unfolded(self: Any, node: fold) -> None:
    node.insert(0, nodes.paragraph("", "", nodes.strong("", node["title"])))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    unfolded = (_unfolded, lambda self, node: None)
    app.add_node(fold, html=(_open, _close), latex=unfolded, epub=unfolded, text=unfolded)
    app.add_directive("fold", FoldDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
