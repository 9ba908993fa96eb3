"""Chapters' blocks of code that can be changed and run in the page: those that need NumPy and rnnlib alone.

Which these are is read from the code (``runnable``). They get an id and the mark by which the button's script finds
them; what runs before each is written to a file of its own, which is loaded with the first press.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import code_folds
import nbformat
from docutils import nodes
from glued import executed
from live_files import BLOCKS, FOLDER
from live_page import live_place
from runnable import Block, runnable, without_imports
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def models(sources: list[str], blocks: list[Block]) -> list[dict[str, Any]]:
    """What ``live/page/workbench.js`` runs: imports, one by one, and cells, each with what it needs before it."""
    own = {block.place for block in blocks}
    imports = dict.fromkeys(text for block in blocks for text in block.imports)
    places = sorted(own.union(*(block.before for block in blocks)))
    needs = {block.place: (block.imports, block.before) for block in blocks}
    found: list[dict[str, Any]] = [{"id": text, "source": text, "kind": "given", "needs": []} for text in imports]
    for place in places:
        source = sources[place] if place in own else without_imports(sources[place])
        texts, before = needs.get(place, ((), ()))
        found.append({"id": name(place), "source": source, "kind": "code", "needs": [*texts, *map(name, before)]})
    return found


def name(place: int) -> str:
    """The id of a block: the cell's place among the page's cells of code."""
    return f"block-{place}"


def _mark(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark the blocks of a page, set the button before the first, write the file."""
    live = getattr(app, "live", None)
    if app.builder.format != "html" or live is None or "kernelspec" not in app.env.metadata[docname]:
        return
    notebook = nbformat.read(executed(app, docname), as_version=4)
    sources = [code_folds.shown(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    shown = _shown(doctree, sources)
    blocks = [block for block in runnable(sources) if block.place in shown]
    if not blocks:
        return
    for block in blocks:
        literal = shown[block.place]
        literal["ids"].append(f"cell-{name(block.place)}")
        literal["classes"].append("live-block")
    address = f"{FOLDER}/{BLOCKS}/{docname}.json"
    file = Path(app.outdir) / address
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(models(sources, blocks)), encoding="utf8")
    cell = _cell(shown[blocks[0].place])
    cell.parent.insert(cell.parent.index(cell), live_place(cells=address, count=len(blocks)))
    logger.info("live pages: %d blocks of %s can be run", len(blocks), docname)


def _shown(doctree: nodes.document, sources: list[str]) -> dict[int, nodes.literal_block]:
    """The page's blocks by their cell's place; cells that the page does not show are passed over."""
    found: dict[int, nodes.literal_block] = {}
    place = 0
    cells = (one for one in doctree.findall(nodes.container) if one.get("nb_element") == "cell_code_source")
    for source in cells:
        block = next(source.findall(nodes.literal_block), None)
        text = block.astext().strip() if block is not None else None
        at = next((i for i in range(place, len(sources)) if sources[i].strip() == text), None)
        if block is not None and at is not None:
            found[at], place = block, at + 1
    return found


def _cell(block: nodes.Node) -> nodes.Element:
    """The cell a block stands in."""
    while block.parent is not None and block.get("nb_element") != "cell_code":  # type: ignore[attr-defined]
        block = block.parent
    return block  # type: ignore[return-value]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.setup_extension("live_page")
    app.connect("doctree-resolved", _mark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
