"""Put every table into a box that scrolls sideways, and let code in it break where a path or a name has a joint.

On a phone three columns share 360 pixels: code that may break anywhere leaves a column as narrow as a letter, and code
that may not makes one as wide as its longest path. So a ``<wbr>`` follows each joint, and what is short stays whole.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

JOINT = re.compile(
    r"(?<=[/,(=])(?=\w)|(?<=[A-Za-z0-9]_)(?=[A-Za-z0-9])|(?<=\.)(?=\w{5})|(?<=[a-z])(?=[A-Z])"  # not before .html
)
SHORT = 10
"""Characters of code that are kept on one line."""


class Boxes(SphinxPostTransform):
    """Wrap the tables of web pages."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Wrap each table that is not in a box yet."""
        for table in list(self.document.findall(nodes.table)):
            box = nodes.container(classes=["table-box"])
            table.replace_self(box)
            box += table
            for code in list(table.findall(nodes.literal)):
                _joint(code)


def _joint(code: nodes.literal) -> None:
    if len(code.astext()) <= SHORT:
        code["classes"].append("kept")
        return
    for text in list(code.findall(nodes.Text)):
        first, *others = JOINT.split(text.astext())
        parts: list[nodes.Node] = [nodes.Text(first)]
        for part in others:
            parts += [nodes.raw("", "<wbr/>", format="html"), nodes.Text(part)]
        text.parent.replace(text, parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(Boxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
