"""What the cells of a page have named with ``glue``, as the page prints it."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from sphinx.application import Sphinx


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
        return str(ast.literal_eval(representation))
    except (SyntaxError, ValueError):  # of an object that has none of its own, as a figure
        return representation
