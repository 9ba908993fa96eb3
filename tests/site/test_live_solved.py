"""All notebooks, solved on their pages as a reader would, downloaded and handed in."""

import csv
import subprocess
import sys

import nbformat
import pytest

from tests.site.conftest import ROOT
from tests.site.reader import Reader
from tests.site.static_host import hosted

pytestmark = [pytest.mark.browser, pytest.mark.sandbox, pytest.mark.thorough]
SOLVED = sorted((ROOT / "exercises" / "solved").glob("[0-9]*.ipynb"))


def solved_on_its_page(reader, path):
    """Paste every solution, run all, and download; the notebook's text."""
    reader.begin(f"chapters/exercises_{path.stem[:2]}.html")
    cells = nbformat.read(path, as_version=4).cells
    answers = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    for cell in answers:
        reader.write(cell.id, cell.source)
    reader.page.get_by_role("button", name="Run all").click()
    reader.hears("All cells have run", timeout=300_000)
    right = reader.page.locator(".live-answer.live-right").evaluate_all("cells => cells.map((one) => one.dataset.cell)")
    assert right == [cell.id for cell in answers]
    assert reader.page.locator(".live-pane .live-err").all_inner_texts() == []
    return reader.download()


def test_every_notebook_solved_on_its_page_earns_all_points(offered, browser, tmp_path):
    handed_in, results = tmp_path / "class" / "ada", tmp_path / "results"
    handed_in.mkdir(parents=True)
    with hosted(offered) as (address, host):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        reader = Reader(context, address, host)
        for path in SOLVED:
            (handed_in / path.name).write_text(solved_on_its_page(reader, path), encoding="utf8")
        context.close()
    judge = [sys.executable, "-m", "rnngrade.cli", "grade", "--course", "exercises/source"]
    command = [*judge, handed_in.parent, "-o", results]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with (results / "grades.csv").open(encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    assert [row["assignment"] for row in rows] == [path.stem for path in SOLVED]
    assert all(row["score"] == row["points"] for row in rows), rows
