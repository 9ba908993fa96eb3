"""A figure that moves stands in the page as its still, until its script draws it.

A notebook holds both, and of the kinds of an output one is chosen. Here the still follows the script element that
``assets/anyhost.js`` mounts, so it is what is read without scripts and what is printed.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

VIEW, STILL = "application/vnd.jupyter.widget-view+json", "text/html"


class StillBesideFigure(SphinxPostTransform):
    """Put the still of an output behind its view, before MyST-NB chooses one kind (its priority is 4)."""

    default_priority = 3
    formats: ClassVar[tuple[str, ...]] = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Join the two in every output that has both."""
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            kinds = {child["mime_type"]: child for child in bundle.children}
            if VIEW in kinds and STILL in kinds:
                still = [child.deepcopy() for child in kinds[STILL].children]
                kinds[VIEW] += [_raw('<div class="figure-still">'), *still, _raw("</div>")]


def _raw(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(StillBesideFigure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
