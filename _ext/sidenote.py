"""The directive ``sidenote``: a proof, a source or an aside in the room to the right of the text.

::

    ```{sidenote} Why a power law
    Near zero :math:`h` loses a third of its cube at each step ..
    ```

It stands ahead of the paragraph that it goes with. Where there is no room beside the text it is folded into its title,
in its place; scripts have no part in that. On paper and in other formats it is a paragraph under its title.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from fold import fold
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class SidenoteDirective(SphinxDirective):
    """Parse the content; the argument is the title."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """One fold, which the stylesheet opens where there is room for it."""
        node = fold(title=self.arguments[0], classes=["sidenote"])
        self.state.nested_parse(self.content, self.content_offset, node)
        self.set_source_info(node)
        return [node]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.setup_extension("fold")
    app.add_directive("sidenote", SidenoteDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
