"""The notebook that the Playground gives: it trains what the page trains, with rnnlib."""

import subprocess
import sys

import numpy as np
import pytest

from tests.playground.test_parity import CELLS, TASKS, Recorder, wanted

UPDATES = 3


@pytest.fixture(scope="module")
def notebooks(engine):
    """A setting of every cell and every task, with its notebook."""
    rng = np.random.default_rng(5)
    asked = [wanted(rng, 9 * i) for i in range(64)]
    return engine.evaluate(
        """async ({asked, updates}) => {
          const { possible } = await import("/playground/engine/settings.js");
          const { notebook } = await import("/playground/page/notebook.js");
          return asked.map(possible).map((setting) => [setting, notebook(setting, updates)]);
        }""",
        {"asked": asked, "updates": UPDATES},
    )


@pytest.fixture
def execute(monkeypatch):
    """Run a notebook's code; return what it defined and the numbers that were drawn."""

    def execute_(book):
        drawn = []

        def recorder(seed):
            drawn.append(Recorder(seed))
            return drawn[-1]

        monkeypatch.setattr(np.random, "default_rng", recorder)
        names = {"__name__": "notebook"}
        for cell in book["cells"]:
            if cell["cell_type"] == "code" and "reach_log" not in cell["source"]:
                exec(cell["source"], names)
        monkeypatch.undo()
        return names, drawn[0].drawn

    return execute_


def test_its_losses_are_those_of_the_page(engine, notebooks, execute, capsys):
    assert {(s["cell"]) for s, _ in notebooks} == set(CELLS)
    assert {(s["task"]) for s, _ in notebooks} == set(TASKS)
    assert {s["cut"] for s, _ in notebooks} == {"no", "yes"}
    for setting, book in notebooks:
        names, draws = execute(book)
        job = {"setting": setting, "draws": draws, "updates": UPDATES}
        page = engine.evaluate("async (job) => (await import('/tests/playground/parity.js')).train(job)", job)
        log = names["run"].log
        np.testing.assert_allclose(
            names["unit"] * log.loss, [step["loss"] for step in page["steps"]], rtol=1e-9, err_msg=str(setting)
        )
        np.testing.assert_allclose(log.before, [step["before"] for step in page["steps"]], rtol=1e-9)
        np.testing.assert_allclose(log.fraction, [step["fraction"] for step in page["steps"]])
        baseline = names["task"].baseline
        assert baseline == pytest.approx(page["baseline"], rel=1e-6)
    assert "of the memoryless baseline" in capsys.readouterr().out


def test_it_ends_with_the_map_of_its_own_run(notebooks, execute):
    setting, book = next((s, b) for s, b in notebooks if s["task"] == "adding")
    names, _ = execute(book)
    exec(book["cells"][-1]["source"].replace("ReachLog.of", "figure = ReachLog.of"), names)
    assert names["figure"].steps == setting["T"]
    assert book["cells"][0]["cell_type"] == "markdown"
    assert 'pip install "training-recurrent-networks[figures] @' in book["cells"][0]["source"]
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])


def test_the_map_of_a_cut_run_is_the_page_s(engine, execute):
    """It has all lags, and beyond the cut exact zeros; it says that a cut is why."""
    wanted = [
        {"cell": cell, "task": "order", "T": 20, "n": 5, "cut": "yes", "k": 6, "carry": carry}
        for cell, carry in (("plain", "yes"), ("gru", "no"))
    ]
    for setting in wanted:
        setting, book = engine.evaluate(
            """async (wanted) => {
              const setting = (await import("/playground/engine/settings.js")).possible(wanted);
              return [setting, (await import("/playground/page/notebook.js")).notebook(setting, 1)];
            }""",
            setting,
        )
        names, draws = execute(book)
        job = {"setting": setting, "draws": draws, "updates": 1}
        page = engine.evaluate("async (job) => (await import('/tests/playground/parity.js')).train(job)", job)
        exec(book["cells"][-1]["source"].replace("ReachLog.of", "figure = ReachLog.of"), names)
        figure, reach = names["figure"], np.array(page["steps"][0]["reach"])
        assert figure.steps == 20
        np.testing.assert_allclose(figure.relative()[0], reach / reach[0], rtol=1e-6)
        assert np.count_nonzero(reach) == 2, "the last of four windows has two steps"
        assert (figure.cut, figure.carried) == (True, setting["carry"] == "yes")


def test_ruff_finds_nothing_in_it(notebooks, tmp_path):
    """No import that is not used, no name that is not defined."""
    for i, (_, book) in enumerate(notebooks):
        code = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"]
        (tmp_path / f"{i}.py").write_text("\n\n\n".join(code[:-1]) + "\n", encoding="utf8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E4,E7,E9,F", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
