"""From text to notebooks: the fixture assignment, made for real in a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from rnngrade.authoring.products import Exercises, learner_notebook, same_keys
from rnngrade.authoring.source import read
from rnngrade.keys import load

SOURCE = Path(__file__).parent / "fixtures" / "source" / "90_fixture.md"


def make(folder):
    environment = {**os.environ, "RNNGRADE_KEYS": str(folder / "keys"), "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-m", "rnngrade.authoring", str(folder)], env=environment,
                          capture_output=True, text=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exercises")
    shutil.copytree(SOURCE.parent, folder / "source")
    first = make(folder)
    assert first.returncode == 0, first.stderr
    return folder, first.stdout


def test_all_three_products_are_made(made, built):
    folder, said = made
    assert said == "90_fixture: wrote 90_fixture.json, 90_fixture.ipynb, solved/90_fixture.ipynb\n"
    assert same_keys(load("90_fixture", folder / "keys"), built)


def test_nothing_is_made_twice(made):
    folder, _ = made
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".ipynb", ".json", ".npz"))
    before = [(path, path.stat().st_mtime_ns) for path in files]
    assert make(folder).stdout == "90_fixture: up to date\n"
    assert [(path, path.stat().st_mtime_ns) for path in files] == before


def test_a_changed_source_is_made_again_and_the_cells_keep_their_ids(made, tmp_path):
    folder = tmp_path / "exercises"
    shutil.copytree(made[0], folder)
    source = folder / "source" / SOURCE.name
    source.write_text(source.read_text().replace("An experiment.", "Another experiment."))
    said = make(folder).stdout
    assert said == "90_fixture: wrote 90_fixture.json, 90_fixture.ipynb, solved/90_fixture.ipynb\n"
    old, new = (nbformat.read(root / "90_fixture.ipynb", 4) for root in (made[0], folder))
    changed = [a.id for a, b in zip(old.cells, new.cells) if a.id != b.id]
    assert len(changed) == 1


def test_the_learners_notebook(made):
    notebook = nbformat.read(made[0] / "90_fixture.ipynb", 4)
    cells = {cell.id: cell for cell in notebook.cells}
    text = json.dumps(notebook)
    assert "SOLUTION" not in text
    assert "einsum" not in text
    assert notebook.metadata.kernelspec.name == "python3"
    assert cells["weight-gradient"].source.endswith("    # Your code here.\n    raise NotImplementedError")
    assert cells["decay"].source == "decay = ...  # Your answer here."
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    solution, graded = cells["weight-gradient"].metadata, cells["check-weight-gradient-typical"].metadata
    assert (solution.nbgrader.solution, solution.nbgrader.locked, solution.nbgrader.grade) == (True, False, False)
    assert (graded.nbgrader.grade, graded.nbgrader.locked, graded.nbgrader.points) == (True, True, 2)
    assert (graded.editable, graded.deletable, solution.deletable) == (False, False, False)
    assert {metadata.nbgrader.schema_version for metadata in (solution, graded)} == {3}
    assert all(len(metadata.nbgrader.checksum) == 32 for metadata in (solution, graded))
    assert "tags" not in graded


def test_the_solved_notebook(made):
    notebook = nbformat.read(made[0] / "solved" / "90_fixture.ipynb", 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert sum(cell.source.count("### BEGIN SOLUTION") for cell in code) == 3
    panels = [cell.outputs[0].data["text/plain"] for cell in code if cell.id.startswith("check-")]
    assert [panel.split("\n")[0] for panel in panels] == [
        "weight-gradient, typical: right, 2 points", "weight-gradient, edges: right, 1 point",
        "decay: right, 1 point", "ailments: right, 2 points"]
    assert not any(output.get("name") == "stderr" for cell in code for output in cell.outputs)


def broken(tmp_path, old, new, suffix=".md"):
    shutil.copytree(SOURCE.parent, tmp_path / "source")
    path = (tmp_path / "source" / SOURCE.name).with_suffix(suffix)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path.with_suffix(".md")


@pytest.mark.parametrize(("old", "new", "words"), [
    ("question:decay", "question:decline", "tagged for 'decline', but QUESTIONS has"),
    ("check:weight-gradient/edges", "check:weight-gradient/corners", "no group 'corners'"),
    ("check:weight-gradient/edges", "check:weight-gradient/typical", "should read|once each"),
    ('check("decay")', 'check("decay", decay)', r'should read check\("decay"\)'),
    (':tags: ["question:decay"]\n', "", "without the tag"),
    ("    ### END SOLUTION\n", "", "needs one '### BEGIN SOLUTION' and as many"),
    ("def weight_gradient(delta, h):", "def gradient(delta, h):", r"should hold def weight_gradient\(\.\.\)"),
    ('check("ailments")\n', "", "should read"),
    (':tags: ["check:ailments"]\n', "", "expected the cells"),
])
def test_a_source_that_does_not_fit_is_refused_in_words(tmp_path, old, new, words):
    with pytest.raises(ValueError, match=words):
        read(broken(tmp_path, old, new))


def test_a_question_that_fails_its_audit_is_not_made(tmp_path):
    path = broken(tmp_path, 'hints=("99 factors.",),', "", suffix=".py")
    with pytest.raises(ValueError, match="decay: no hints"):
        Exercises(tmp_path, tmp_path / "keys").make(path)
    assert make(tmp_path).returncode == 1


def test_an_empty_folder_is_an_error(tmp_path):
    made = make(tmp_path)
    assert made.returncode == 1
    assert "no source/NN_name.md" in made.stderr


def test_the_stub_is_what_nbgrader_leaves(tmp_path):
    """The sheet shows, and `read` checks, what ClearSolutions will write."""
    from rnngrade.authoring.source import stubbed

    assignment, notebook = read(SOURCE)
    learner = {cell.id: cell.source for cell in learner_notebook(assignment, notebook).cells}
    solved = {cell.id: cell.source for cell in notebook.cells}
    for id, question in assignment.questions.items():
        assert learner[id] == stubbed(solved[id], question)
