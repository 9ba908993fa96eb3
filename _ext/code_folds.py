"""Code that a reader passes over, folded into ``code, 34 lines``: below the figure it draws, above what it prints.

Folded is what its author tagged ``hide-input``, and any cell that shows more than ``LONGEST`` lines; the tag
``reading`` keeps a long one open. The lines that only hand numbers to the prose (``glue``) are not shown: they are in
the chapter's source and its notebook, and whoever copies a cell can run it without them.
"""

from __future__ import annotations

import ast
from typing import Any

from docutils import nodes
from fold import fold
from sphinx.application import Sphinx

LONGEST = 20
FIGURES = {"text/html", "image/png", "image/svg+xml", "application/vnd.jupyter.widget-view+json"}


def shown(source: str) -> str:
    """Return the code without its calls of ``glue``, and without loops and imports that served these alone."""
    lines = source.split("\n")
    for first, last in sorted(_bookkeeping(_statements(source)), reverse=True):
        del lines[first - 1 : last]
    return "\n".join(lines).strip("\n")


def _statements(source: str) -> list[ast.stmt]:
    """Its statements; none of a cell with magics, which is shown as it stands."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def _bookkeeping(body: list[ast.stmt]) -> list[tuple[int, int]]:
    """First and last line of each statement that does nothing but glue."""
    found = []
    for statement in body:
        inner = getattr(statement, "body", None)
        if _glues(statement):
            found.append((statement.lineno, statement.end_lineno or statement.lineno))
        elif isinstance(inner, list):
            found += _bookkeeping(inner)
    return found


def _glues(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(ast.Name("glue"))):
            return True
        case ast.ImportFrom(module="myst_nb"):
            return True
        case ast.For(body=body, orelse=orelse) | ast.If(body=body, orelse=orelse):
            return all(_glues(inner) for inner in body + orelse)
    return False


def title(code: str) -> str:
    """Say how long it is and what it defines: these words stand for it."""
    names = [node.name for node in _statements(code) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    count = len(code.split("\n"))
    return f"code, {count} line{'s' if count > 1 else ''}" + (f": {', '.join(names)}" if names else "")


def _fold(app: Sphinx, document: nodes.document) -> None:
    cells = [one for one in document.findall(nodes.container) if one.get("nb_element") == "cell_code"]
    for cell in cells:
        source = next((one for one in cell if one.get("nb_element") == "cell_code_source"), None)
        block = source and next(source.findall(nodes.literal_block), None)
        if source is None or block is None or "python" not in block.get("language", ""):
            continue
        code = shown(block.astext())
        block.rawsource = code
        block[:] = [nodes.Text(code)]
        hidden = cell.attributes.pop("hide_mode", None) == "input"
        if not hidden and (len(code.split("\n")) <= LONGEST or "tag_reading" in cell["classes"]):
            continue
        folded = fold("", source.deepcopy(), title=title(code), classes=["code"])
        cell.remove(source)
        cell.insert(len(cell) if _draws(cell) else 0, folded)


def _draws(cell: nodes.container) -> bool:
    return any(one.get("mime_type") in FIGURES for one in cell.findall(nodes.container))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("doctree-read", _fold)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
