"""What the cells of a page have named with ``glue``, where, and how it is printed: with a minus sign, not a hyphen."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

TEMPLATE = re.compile(r'f"([^"]+)"')
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


def gluing_cells(app: Sphinx, page: str) -> dict[int, str]:
    """Return the sources of the page's cells that glue something, by the number of the cell."""
    notebook = executed(app, page)
    return _gluing_cells(notebook, notebook.stat().st_mtime)


@lru_cache(maxsize=64)
def _gluing_cells(notebook: Path, changed: float) -> dict[int, str]:
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    sources = {index: "".join(cell["source"]) for index, cell in enumerate(cells) if cell["cell_type"] == "code"}
    return {index: source for index, source in sources.items() if "glue(" in source}


def cell_that_glues(cells: Mapping[int, str], name: str) -> int | None:
    """Return the first of the cells that holds ``name``, written out or, failing that, as an f-string that can be it.

    Of two such strings the one that has more of the name is meant.
    """
    written = [index for index, source in cells.items() if f'"{name}"' in source]
    if written:
        return written[0]
    fits = []
    for index, source in cells.items():
        for template in TEMPLATE.findall(source):
            parts = re.split(r"\{[^{}]*\}", template)
            if len(parts) > 1 and re.fullmatch(".+".join(map(re.escape, parts)), name):
                fits.append((-sum(map(len, parts)), index))
    return min(fits)[1] if fits else None


def shows_code(node: nodes.Node) -> bool:
    """Whether the node is a cell whose code a reader can see."""
    is_code = isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
    return is_code and "tag_remove-input" not in node["classes"]


def section_of(node: nodes.Node) -> str:
    """Return the title of the section in which the node stands."""
    while not isinstance(node, nodes.section):
        node = node.parent
    return node.next_node(nodes.title).astext()


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
