"""What the cells of a page have named with ``glue``, and how the page prints it: with a minus sign, not a hyphen."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

HYPHEN = re.compile(r"^-(?=\d)")


def executed(app: Sphinx, page: str) -> Path:
    """Return where the page's executed notebook lies."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"


def glued(app: Sphinx, page: str) -> dict[str, str]:
    """Return the page's glued texts and numbers by name; empty if it has glued nothing."""
    file = executed(app, page).with_suffix(".glue.json")
    if not file.exists():
        return {}
    outputs = json.loads(file.read_text(encoding="utf8"))
    return {name: printed(output["data"]["text/plain"]) for name, output in outputs.items()}


def printed(representation: str) -> str:
    """Return the text of which a notebook has stored the ``repr``."""
    try:
        text = str(ast.literal_eval(representation))
    except (SyntaxError, ValueError):  # of an object that has none of its own, as a figure
        return representation
    return HYPHEN.sub("−", text)


class Minus(SphinxTransform):
    """Pasted numbers are part of a sentence: a hyphen is too short, and a line may break after it."""

    default_priority = 500

    def apply(self, **kwargs: Any) -> None:
        """Replace the hyphen at the beginning of a pasted number."""
        for pasted in self.document.findall(nodes.inline):
            if "pasted-text" in pasted["classes"]:
                pasted[0] = nodes.Text(HYPHEN.sub("−", pasted.astext()))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_transform(Minus)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
