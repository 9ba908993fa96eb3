"""The solved notebooks in Pyodide: every check passes, every printed line is the committed one, every plot is drawn."""

import json
from pathlib import Path

import nbformat
import pytest

SOLVED = sorted((Path(__file__).resolve().parents[2] / "exercises" / "solved").glob("[0-9]*.ipynb"))


@pytest.fixture(scope="module")
def worked(in_pyodide):
    """What the cells of each notebook gave, by the notebook's name."""
    lines = in_pyodide("notebooks.py", *(f"/repo/exercises/solved/{path.name}" for path in SOLVED))
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return {notebook["name"]: notebook["cells"] for notebook in found}


@pytest.mark.slow
@pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
def test_a_solved_notebook_is_the_same_in_a_page(worked, path):
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"}
    assert [cell["id"] for cell in worked[path.stem]] == list(cells)
    assert [(cell["id"], cell["sent"]) for cell in worked[path.stem] if not cell["fine"]] == []
    checks = 0
    for ran in worked[path.stem]:
        outputs, sent = cells[ran["id"]].outputs, ran["sent"]
        printed = "".join(data for kind, data in sent if kind == "out")
        assert printed == "".join(o.text for o in outputs if o.get("name") == "stdout"), ran["id"]
        assert sum(kind == "png" for kind, _ in sent) == sum("image/png" in o.get("data", {}) for o in outputs)
        if cells[ran["id"]].source.startswith("check("):
            assert [(kind, "✓" in data) for kind, data in sent] == [("html", True)]
            checks += 1
    assert checks >= 5
