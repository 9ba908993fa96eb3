"""Make a chapter's notebook run where it is carried to: an empty folder in which the course's packages are installed.

The calls that hand numbers to the page's prose are left out, for the numbers stand in the prose already; what the
chapter reads from ``data/`` is packed into a cell on top, which unpacks it; and the first cells say what to install.
"""

from __future__ import annotations

import ast
import base64
import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from code_folds import shown
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from rnngrade.authoring.colab import requirement, with_install_cells

EXTRAS = "torch,figures,train,data"
DATA = re.compile(r"data/[\w./-]+\.\w+")
WIDTH = 120
UNPACK = '''# What this chapter reads, packed: {names}.
import base64, lzma
from pathlib import Path

for name, packed in {{
{files}}}.items():
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(lzma.decompress(base64.b85decode("".join(packed.split()))))'''


def carried(notebook: NotebookNode, folder: Path, repository: str) -> NotebookNode:
    """Return ``notebook``, a chapter in ``folder``, as it runs anywhere.

    Raises:
        ValueError: if a cell would still ask for something that is only in the repository.
    """
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = shown(cell.source)
            cell.outputs = [output for output in cell.outputs if not _handed_on(output)]
            if not cell.source.strip() and not cell.outputs:
                continue
            _stands_alone(cell.source)
        cells.append(cell)
    files = sorted(set(_read(cells)))
    packed = [unpacking(files, folder)] if files else []
    cells = with_install_cells(cells, requirement(EXTRAS, repository))
    notebook.cells = cells[:3] + packed + cells[3:]
    return notebook


def _handed_on(output: NotebookNode) -> bool:
    """Whether an output is what ``glue`` hands to the page's prose, which no notebook shows."""
    data = output.get("data", ())
    return bool(data) and all(kind.startswith("application/papermill.record/") for kind in data)


def _stands_alone(source: str) -> None:
    tree = ast.parse(source)  # also: nothing but its body has been taken out of a statement
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    modules = {part.split(".")[0] for node in ast.walk(tree) for part in _imported(node)}
    paths = {text for text in _texts(tree) if text.startswith("../")}
    if bound := sorted({"glue"} & names | {"myst_nb", "tests", "reproduce", "bench"} & modules | paths):
        raise ValueError(f"a cell needs {', '.join(bound)}, which a downloaded notebook has not: {source[:80]!r}")


def _texts(tree: ast.AST) -> Iterator[str]:
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return (value for value in constants if isinstance(value, str))


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom):
        yield node.module or ""
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)


def _read(cells: Iterable[NotebookNode]) -> Iterator[str]:
    """Names of the files in ``data/`` that the code names."""
    for cell in cells:
        if cell.cell_type == "code":
            for text in _texts(ast.parse(cell.source)):
                yield from DATA.findall(text)


def unpacking(files: Iterable[str], folder: Path) -> NotebookNode:
    """Return a cell, closed in Jupyter, that writes ``files`` as they are below ``folder``."""
    text = "".join(f'    "{name}": """\n{_packed(folder / name)}""",\n' for name in files)
    names = ", ".join(files)
    cell = new_code_cell(UNPACK.format(names=names, files=text), id="unpack-data")
    cell.metadata = NotebookNode(jupyter={"source_hidden": True}, tags=["data"])
    return cell


def _packed(file: Path) -> str:
    if not file.is_file():
        raise ValueError(f"a chapter reads {file.name}, which is not in {file.parent}")
    code = base64.b85encode(lzma.compress(file.read_bytes(), preset=9 | lzma.PRESET_EXTREME)).decode()
    return "".join(f"{code[i : i + WIDTH]}\n" for i in range(0, len(code), WIDTH))
