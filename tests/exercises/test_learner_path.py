"""A learner's path through a real JupyterLab: open, check too early, solve, check, restart and run all."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from rnngrade.authoring.source import read, solution_code
from tests.exercises.conftest import EXERCISES, SOURCES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
START_SECONDS, RUN_SECONDS = 60, 120
PANEL = ".jp-OutputArea-output [role=status]"

# The notebook's own model, for what a learner would do by typing the same five times more.
CELLS = "const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];"
FILL = f"""solutions => {{ {CELLS} for (const c of cells)
    if (c.id in solutions) c.sharedModel.setSource(solutions[c.id]); }}"""
CHECKS = f"""() => {{ {CELLS} return cells.filter(c => c.id.startsWith('check-')).map(
    c => [c.id, c.executionCount, c.outputs.toJSON().map(o => o.data ? o.data['text/plain'] : o.ename)]); }}"""


@pytest.fixture
def lab(tmp_path):
    """A JupyterLab server on this machine over a folder that holds the learner's notebook and nothing else."""
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(EXERCISES / f"{SOURCES[0].stem}.ipynb", work)
    folders = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0",
               "--IdentityProvider.token=learner", "--expose-app-in-browser", f"--ServerApp.root_dir={work}",
               "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with open(tmp_path / "log", "w") as log, subprocess.Popen(
            command, env={**os.environ, **folders, "OMP_NUM_THREADS": "1"}, stdout=log, stderr=log) as server:
        try:
            yield address(tmp_path / "runtime", server, tmp_path / "log"), work / f"{SOURCES[0].stem}.ipynb"
        finally:
            server.terminate()


def address(runtime, server, log):
    """Where the server listens: it writes that to a file once it does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            text = path.read_text()
            if text.strip().endswith("}"):
                return json.loads(text)["url"]
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start: {log.read_text()[-2000:]}")


def cell(page, source):
    """The cell of the open notebook whose source contains ``source``."""
    return page.locator(".jp-Notebook .jp-CodeCell").filter(has_text=source).first


def run(page, at):
    """Click into a cell and run it, as the toolbar's hint says: Shift+Enter; wait until the kernel is idle again."""
    at.scroll_into_view_if_needed()
    at.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"""() => {{ {CELLS}
        return cells.every(c => c.type !== 'code' || c.executionState !== 'running'); }}""")


def test_open_solve_check_restart_and_run_all(browser, lab):
    url, path = lab
    assignment, notebook = read(SOURCES[0])
    solutions = {c.id: solution_code(c) for c in notebook.cells if c.id in assignment.questions}
    first, question = next(iter(assignment.questions.items()))
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.set_default_timeout(RUN_SECONDS * 1000)
    page.goto(f"{url}lab/tree/{path.name}?token=learner")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.content?.model?.cells?.length > 3")
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'")

    run(page, cell(page, "from rnngrade import check"))
    run(page, cell(page, f"def {question.answer}("))
    check = cell(page, f'check("{first}"')
    run(page, check)
    check.locator(PANEL).wait_for()
    assert "is not written yet" in check.locator(PANEL).inner_text()
    assert "Traceback" not in check.inner_text()

    answer = cell(page, f"def {question.answer}(")
    answer.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(solutions[first])
    run(page, answer)
    run(page, check)
    page.wait_for_function(f"() => {{ {CELLS} const c = cells.find(c => c.id.startsWith('check-{first}'));"
                           " return JSON.stringify(c.outputs.toJSON()).includes('right'); }")
    assert ": right, " in check.locator(PANEL).inner_text()

    page.evaluate(FILL, solutions)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel and Run All Cells").click()
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    last = sum(c.cell_type == "code" for c in notebook.cells)
    page.wait_for_function(f"() => {{ {CELLS} return cells.some(c => c.type === 'code' && c.executionCount === {last}"
                           " && c.executionState !== 'running'); }")
    panels = {id: outputs for id, _, outputs in page.evaluate(CHECKS)}
    assert len(panels) == sum(len(q.groups) for q in assignment.questions.values())
    assert {id: outputs for id, outputs in panels.items() if len(outputs) != 1 or ": right, " not in outputs[0]} == {}

    page.keyboard.press("Control+S")
    deadline = time.monotonic() + 20
    while ": right, " not in path.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    saved = json.loads(path.read_text())
    assert sum(c["id"].startswith("check-") and bool(c["outputs"]) for c in saved["cells"]) == len(panels)
