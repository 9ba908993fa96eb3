"""What `make exercises` generates is current, complete, and kind to whoever has not started yet."""

import ast
import json
import re

import nbformat
import pytest
from nbclient import NotebookClient

from rnngrade import keys
from rnngrade.authoring.products import hash_of, learner_notebook, same_keys
from rnngrade.authoring.source import BEGIN, END, check_id, read

STALE = "is not what its source makes: run make exercises"


@pytest.fixture(scope="module")
def made(source, exercises):
    """The assignment, the notebook its source makes, the learner's and the solved file."""
    assignment, notebook = read(source)
    learner = nbformat.read(exercises / f"{source.stem}.ipynb", 4)
    solved = nbformat.read(exercises / "solved" / f"{source.stem}.ipynb", 4)
    return assignment, notebook, learner, solved


def test_notebooks_and_keys_carry_the_hash_of_their_source(made, source):
    assignment, _, learner, solved = made
    stored = {learner.metadata.rnngrade.source, solved.metadata.rnngrade.source, keys.stored_source(assignment.name)}
    assert stored == {hash_of(source)}, f"{source.stem} {STALE}"


def test_keys_are_what_the_oracles_give(made):
    assignment = made[0]
    assert same_keys(keys.load(assignment.name), keys.build_assignment(assignment)), f"{assignment.name} {STALE}"


def test_the_learners_notebook_is_what_the_source_makes(made):
    assignment, notebook, learner, _ = made
    expected = learner_notebook(assignment, notebook)
    assert learner.cells == expected.cells, f"{assignment.name} {STALE}"
    assert learner.metadata.kernelspec == expected.metadata.kernelspec


def test_the_solved_notebook_is_what_the_source_makes(made):
    assignment, notebook, _, solved = made
    assert [(cell.id, cell.source, cell.metadata) for cell in solved.cells] == \
        [(cell.id, cell.source, cell.metadata) for cell in notebook.cells], f"{assignment.name} {STALE}"


def test_the_learners_notebook_holds_no_solution_and_no_output(made):
    _, notebook, learner, _ = made
    text = json.dumps(learner, ensure_ascii=False)
    assert "SOLUTION" not in text
    code = [cell for cell in learner.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    shown = {cell.id: cell.source for cell in learner.cells}
    for cell in notebook.cells:
        if BEGIN in cell.source:
            solution = cell.source.split(BEGIN)[1].split(END)[0]
            told = [line for line in map(str.strip, solution.splitlines()) if len(line) > 8 and line in shown[cell.id]]
            assert told == [], f"{cell.id} shows its solution"


def test_every_code_cell_of_the_solved_notebook_was_executed(made):
    """nbval compares nothing, and passes, where there is no saved output."""
    code = [cell for cell in made[3].cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [output for cell in code for output in cell.outputs
                if output.output_type == "error" or output.get("name") == "stderr"]
    streams = [sum(output.output_type == "stream" for output in cell.outputs) for cell in code]
    assert max(streams) == 1, "how a kernel cuts its prints into messages differs from run to run: join them"


def acts(source):
    """Whether a cell does more than import, define and assign."""
    quiet = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    return any(not isinstance(node, quiet) for node in ast.parse(source).body)


def test_every_experiment_prints_what_nbval_can_compare(made):
    """It skips pictures: beside each plot stands a number."""
    experiments = [cell for cell in made[3].cells
                   if cell.cell_type == "code" and "nbgrader" not in cell.metadata and acts(cell.source)]
    assert experiments
    for cell in experiments:
        printed = "".join(output.get("text", "") for output in cell.outputs)
        plots = any("image/png" in output.get("data", {}) for output in cell.outputs)
        assert re.search(r"\d" if plots else r"\S", printed), f"prints nothing to compare: {cell.source[:80]}"


def test_the_checks_panels_say_right(made):
    assignment, _, _, solved = made
    panels = {cell.id: cell.outputs[0].data["text/plain"] for cell in solved.cells if cell.id.startswith("check-")}
    wanted = {check_id(id, group.name) for id, question in assignment.questions.items() for group in question.groups}
    assert panels.keys() == wanted
    assert all(re.match(r"[\w-]+(, [\w-]+)?: right, [\d.]+ points?\n", panel) for panel in panels.values())


@pytest.mark.slow
def test_unsolved_every_check_says_so_kindly_and_scores_nothing(made, exercises):
    assignment, _, learner, _ = made
    run = nbformat.from_dict(learner)
    NotebookClient(run, kernel_name="python3", timeout=120, allow_errors=True,
                   resources={"metadata": {"path": str(exercises)}}).execute()
    code = [cell for cell in run.cells if cell.cell_type == "code"]
    errors = {cell.id: [output for output in cell.outputs if output.output_type == "error"] for cell in code}
    first = next(i for i, cell in enumerate(code) if cell.id.startswith("check-"))
    assert not any(errors[cell.id] for cell in code[:first])
    checks = [cell for cell in code if cell.id.startswith("check-")]
    assert all(len(errors[cell.id]) == 1 for cell in checks)
    for cell in checks:
        [error] = errors[cell.id]
        assert error.ename == "CheckFailed"
        assert "is not written yet" in error.evalue, cell.id
        assert len(error.traceback) == 1
        assert "Traceback" not in error.traceback[0]
    assert not [output for cell in checks for output in cell.outputs if output.get("name") == "stderr"]
    assert len(checks) == sum(len(question.groups) for question in assignment.questions.values())
