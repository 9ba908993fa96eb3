"""A chapter's notebook as it is downloaded: it runs in an empty folder, and asks for nothing that is not there."""

import ast
import json
import re
import subprocess
import sys

import nbformat
import pytest

from tests.site.conftest import CHAPTERS, ROOT

sys.path.insert(0, str(ROOT / "_ext"))

from carried_notebook import EXTRAS, carried

from rnngrade.authoring.colab import REPOSITORY, install_line, requirement

GLUED = """from myst_nb import glue
import json
from pathlib import Path
runs = json.loads(Path("data/runs.json").read_text())
for run in runs:
    if run > 1:
        glue(f"run-{run}", run)
glue("sum", sum(runs), display=False)
print(sum(runs))"""


def notebook(*code):
    title = nbformat.v4.new_markdown_cell("# Title")
    return nbformat.v4.new_notebook(cells=[title, *map(nbformat.v4.new_code_cell, code)])


def run(cells, folder):
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)


def test_runs_in_an_empty_folder_with_the_data_it_reads(tmp_path):
    (tmp_path / "book" / "data").mkdir(parents=True)
    (tmp_path / "book" / "data" / "runs.json").write_text(json.dumps(list(range(2000))))
    (tmp_path / "empty").mkdir()
    read = notebook(GLUED, 'glue("alone", 1)')
    handed_on = nbformat.v4.new_output("display_data", {"application/papermill.record/text/plain": "1"})
    read.cells[1].outputs = [handed_on, nbformat.v4.new_output("display_data", {"text/plain": "shown"})]
    read.cells[2].outputs = [handed_on]
    made = carried(read, tmp_path / "book", "https://example.org/course")
    assert [output.data for output in made.cells[-1].outputs] == [{"text/plain": "shown"}]
    ran = run(made.cells, tmp_path / "empty")
    assert (ran.stdout, ran.stderr) == ("1999000\n", "")
    said = "\n".join(cell.source for cell in made.cells)
    assert "glue" not in said
    assert "https://example.org/course" in said
    assert len(made.cells) == 5  # title, two of the installation, the data, and one of the two


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ('open("data/none.json")', "reads none.json"),
        ('found = list(Path("../tests").glob("*"))', "needs ../tests"),
        ("from tests.site import served", "needs tests"),
        ('x = [glue("a", 1)]', "needs glue"),
    ],
)
def test_says_what_a_notebook_would_not_find(tmp_path, code, complaint):
    with pytest.raises(ValueError, match=complaint):
        carried(notebook(code), tmp_path, REPOSITORY)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapters_notebook_stands_alone(html, name):
    cells = nbformat.read(html / "notebooks" / f"{name[len('chapters/'):-len('.html')]}.ipynb", 4).cells
    assert requirement(EXTRAS) in cells[1].source
    assert cells[2].source == install_line(requirement(EXTRAS))
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert all(map(ast.parse, code))
    assert not [source for source in code if "myst_nb" in source or "glue(" in source or "../" in source]
    showing = [cell for cell in cells if re.search(r"^(print|figures\.show)\(", cell.source, re.MULTILINE)]
    assert len(showing) > 1
    assert not [cell.source for cell in showing if not cell.outputs]  # also where the build took them from the cache
