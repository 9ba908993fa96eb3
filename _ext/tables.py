"""Put every table into a box that scrolls sideways, so that on a phone it never widens the page."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


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


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(Boxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
