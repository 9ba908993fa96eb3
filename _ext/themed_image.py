"""The directive ``themed-image``: a picture that there is once for the light page and once for the dark one.

::

    ```{themed-image} pictures/class
    :alt: Four numbers, a distribution, ..
    What ``summary.html`` shows.
    ```

shows ``pictures/class_light.webp`` or ``pictures/class_dark.webp``, beside the page; only the one that is shown is
fetched. The content is its caption.
"""

from __future__ import annotations

import shutil
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

THEMES = ("light", "dark")


class ThemedImageDirective(SphinxDirective):
    """Both pictures, and the caption."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """A figure."""
        images = []
        for theme in THEMES:
            file = Path(self.env.doc2path(self.env.docname)).parent / f"{self.arguments[0]}_{theme}.webp"
            if not file.is_file() or "alt" not in self.options:
                raise self.error(f"{file.name}: there is no such picture beside the page, or it has no alt")
            self.env.note_dependency(str(file))
            themed = self.env.__dict__.setdefault("themed_images", set())
            themed.add(str(file))
            with Image.open(file) as picture:
                width, height = picture.size
            images.append(
                f'<img class="only-{theme}" loading="lazy" src="../_static/pictures/{file.name}" width="{width}" '
                f'height="{height}" alt="{escape(self.options["alt"])}">'
            )
        figure = nodes.container(classes=["themed-image"])
        figure += nodes.raw("", "".join(images), format="html")
        self.state.nested_parse(self.content, self.content_offset, figure)
        return [figure]


def _copy(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "pictures"
    for file in app.env.__dict__.get("themed_images", ()):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("themed-image", ThemedImageDirective)
    app.connect("build-finished", _copy)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
