"""Honest notebooks, good and bad: points, findings, and what is done about everything else found in a folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from rnngrade.judge.handed_in import entries
from rnngrade.judge.handed_in.entries import Unreadable
from rnngrade.judge.handed_in.submissions import MISPLACED, SUPERSEDED, UNREADABLE
from rnngrade.judge.results import feedback
from rnngrade.judge.results.grades import FAILED, GRADED
from rnngrade.judge.running import work
from rnngrade.judge.running.run import Unusable, hidden_keys, load_course
from tests.judge.conftest import COURSE, FAIR, grade, hand_in, notebook, rows

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("isolation")]


def findings(grade) -> dict[str, str]:
    return {f"{g.question}/{g.group}": g.diagnosis.mistake or g.diagnosis.kind for g in grade.result.groups}


@pytest.fixture
def one(tmp_path: Path):
    """Grade a single notebook made of the given cells."""

    def graded(*cells: str, **more):
        hand_in(tmp_path / "in", "ada", *cells, **more)
        return grade(tmp_path / "in", tmp_path / "out")["ada"]

    return graded


def test_full_marks(one) -> None:
    assert one(*FAIR).result.score == one(*FAIR).result.points == 7


def test_empty_notebook_scores_nothing(one) -> None:
    result = one().result
    assert (result.score, {group.diagnosis.kind for group in result.groups}) == (0, {"wrong-name"})


def test_unsolved_notebook_is_told_so(one) -> None:
    grade = one("def total(x):\n    raise NotImplementedError", "product = ...", "half = ...\nailment = ...")
    assert set(findings(grade).values()) == {"not-written"}


def test_credit_by_question_and_by_group(one) -> None:
    """Adding pairs of rows is right for typical sizes alone if there is at least one row."""
    grade = one(
        "import numpy as np",
        "def total(x):\n    if len(x) < 2: raise ValueError('too short')\n    return x.sum(0)",
        "half = 1 / 2",
    )
    assert grade.result.score == 2
    assert findings(grade) == {
        "total/typical": "passed",
        "total/edge": "raises",
        "product/all": "wrong-name",
        "half/all": "passed",
        "ailment/all": "wrong-name",
    }


def test_known_mistakes_are_named(one) -> None:
    grade = one(
        "def total(x): return x.mean(0)",
        "def product(a, b): return a * b if a.shape == b.shape else a",
        "half = 2\nailment = 'exploding'",
    )
    assert findings(grade)["total/typical"] == "mean"
    assert findings(grade)["half/all"] == "inverse"
    assert findings(grade)["ailment/all"] == "exploding"
    assert "This is the mean, not the sum." in [group.diagnosis.message for group in grade.result.groups]


def test_a_misspelt_name_is_suggested(one) -> None:
    messages = [group.diagnosis.message for group in one("def totals(x): return x.sum(0)").result.groups]
    assert any("`totals`" in message for message in messages)


def test_changed_inputs_are_noticed(one) -> None:
    assert (
        findings(one("def total(x):\n    x += 0\n    x *= 2\n    return x.sum(0) / 2"))["total/typical"]
        == "changes-inputs"
    )


def test_a_late_hang_costs_only_its_own_question(one) -> None:
    grade = one(FAIR[0], FAIR[1], "while True: pass\ndef product(a, b): return a @ b", FAIR[3])
    assert grade.result.score == 5
    assert [problem.number for problem in grade.result.problems] == [3]


def test_ipython_syntax(one) -> None:
    grade = one(
        "%matplotlib inline\n%load_ext autoreload\n!ls\nfiles = !ls",
        "get_ipython().system('ls')\n%time import numpy as np",
        "%%time\ndef total(x):\n    return x.sum(0)",
        "total?",
        "%%bash\nls",
        "%%capture out\nhalf = 0.5",
        "display(half)",
    )
    assert (grade.result.score, grade.result.problems) == (4, ())


def test_checks_are_not_run(one) -> None:
    grade = one(
        "from rnngrade import check",
        *FAIR,
        "check('total', total)",
        "raise SystemError('run')",
        ids=("a", "b", "c", "d", "e", "f", "check-total-typical"),
    )
    assert (grade.result.score, grade.result.problems) == (7, ())


def shuffled(cells: tuple[str, ...]) -> dict:
    """Below what needs it stands the import; a definition comes twice, checks are edited, one is gone."""
    setup, total, product, rest = cells
    edited = "raise SystemError('an edited check')"
    whole = notebook(
        "shape = np.shape(np.ones(3))", product, rest, "x", edited, edited, total, total, setup,
        ids=("n", "c", "d", "x", "check-total-typical", "check-product", "b", "b", "a"),
    )  # fmt: skip
    whole["cells"].append(whole["cells"][2])
    return whole


def test_reordered_and_duplicated_cells_and_edited_checks(tmp_path: Path) -> None:
    """Graded for what they define; a cell that stands above what it needs is run again, and this is said."""
    hand_in(tmp_path / "in", "ada").write_text(json.dumps(shuffled(FAIR)))
    result = grade(tmp_path / "in", tmp_path / "out")["ada"].result
    assert result.score == 7
    assert [problem.text for problem in result.problems] == [
        "NameError: name 'np' is not defined; it ran once the cells below it had",
        "NameError: name 'x' is not defined",
    ]


def test_a_cell_that_hangs_when_run_again_costs_only_itself(one) -> None:
    grade = one("later\nwhile True: pass", *FAIR, "later = 1")
    assert grade.result.score == 7
    assert [(problem.number, problem.stopped) for problem in grade.result.problems] == [(1, True)]


def test_a_wrong_kernel_is_run_as_python(tmp_path: Path) -> None:
    written = notebook(*FAIR)
    written["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    hand_in(tmp_path / "in", "ada").write_text(json.dumps(written))
    found = grade(tmp_path / "in", tmp_path / "out")["ada"]
    assert found.result.score == 7
    assert "Its kernel is for r; its cells were run as Python." in (tmp_path / "out" / found.feedback).read_text()


def test_saved_outputs_are_not_looked_at(tmp_path: Path) -> None:
    """A hundred megabytes of them, such as a loop that prints leaves."""
    written = notebook(*FAIR)
    line = "x" * 99 + "\n"
    written["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [line] * 1_000_000}]
    path = hand_in(tmp_path / "in", "ada")
    path.write_text(json.dumps(written))
    assert path.stat().st_size > 100e6
    assert grade(tmp_path / "in", tmp_path / "out")["ada"].result.score == 7


def test_library_and_torch_can_be_used(one) -> None:
    grade = one(
        "import rnnlib, torch",
        "def total(x):\n    return torch.as_tensor(x).sum(0)",
        "half = torch.tensor(0.5)",
        "net = torch.nn.LSTM(2, 3)\nnet(torch.ones(2, 1, 2))[0].sum().backward()",
        "torch.optim.Adam(net.parameters()).step()",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('figure.png')",
        "def product(a, b): return a @ b",
    )
    assert grade.result.problems == ()
    assert grade.result.score == 6


def test_state_is_kept_between_cells_and_calls(one) -> None:
    assert one("count = 0", "count += 1", "half = count / 2").result.score == 1


def test_module_level_dataclasses_work(one) -> None:
    grade = one("from dataclasses import dataclass\n@dataclass\nclass Pair:\n    x: 'float'\nhalf = Pair(0.5).x")
    assert grade.result.score == 1


# ---- the folder


def test_three_layouts(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in" / "submitted", "bob/01_sums", *FAIR)
    (tmp_path / "in" / "01_sums__cleo.ipynb").write_text(json.dumps(notebook(*FAIR)))
    grades = grade(tmp_path / "in", tmp_path / "out")
    assert {name: one.result.score for name, one in grades.items()} == {"ada": 7, "bob": 7, "cleo": 7}
    assert {row["learner"]: row["score"] for row in rows(tmp_path / "out" / "grades.csv")} == {
        "ada": "7",
        "bob": "7",
        "cleo": "7",
    }


BROKEN = {
    "empty": b"",
    "cut": json.dumps(notebook(*FAIR)).encode()[:-9],
    "binary": bytes(range(256)),
    "a-list": b"[]",
    "nested": b"[" * 100_000,
    "brackets": b"[" + b"[]," * 4_000_001 + b"[]]",
    "worksheets-of-numbers": b'{"worksheets": 3}',
    "cells-of-numbers": b'{"cells": 3}',
    "source-of-numbers": b'{"cells": [{"cell_type": "code", "source": [1]}]}',
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict]:
    """A class in which much goes wrong, and one learner who did everything right."""
    root, out = tmp_path_factory.mktemp("in"), tmp_path_factory.mktemp("out")
    for name, content in BROKEN.items():
        hand_in(root, name).write_bytes(content)
    fair = hand_in(root, "zoe", *FAIR)
    hand_in(root, "lost", *FAIR, assignment="17_unknown")
    hand_in(root, "swapped", "third = 1 / 3", ids=("third",))
    hand_in(root, "odd-cells").write_text(
        json.dumps({"cells": [1, None, {"cell_type": "code"}, *notebook(*FAIR)["cells"]]})
    )
    (root / "linked").mkdir()
    (root / "linked" / "01_sums.ipynb").symlink_to(fair)
    (root / "linked-folder").symlink_to(fair.parent)
    (root / "pipe").mkdir()
    os.mkfifo(root / "pipe" / "01_sums.ipynb")
    (root / "nowhere.ipynb").write_text("{}")
    (root / "01_sums__zoe.ipynb").write_text(json.dumps(notebook()))
    (root / "zoe" / ".ipynb_checkpoints").mkdir()
    (root / "zoe" / ".ipynb_checkpoints" / "01_sums-checkpoint.ipynb").write_text("{}")
    return root, out, grade(root, out)


@pytest.mark.parametrize("name", [*BROKEN, "linked", "linked-folder", "pipe"])
def test_unreadable_has_a_row_and_no_score(mixed, name: str) -> None:
    _, out, grades = mixed
    assert (grades[name].status, grades[name].result) == (UNREADABLE, None)
    row = next(row for row in rows(out / "grades.csv") if row["learner"] == name)
    assert row["detail"]
    assert row["score"] == ""
    assert "Not graded" in (out / row["feedback"]).read_text()


@pytest.mark.parametrize("name", ["lost", "swapped", "nowhere"])
def test_misplaced_is_said_to_be(mixed, name: str) -> None:
    assert mixed[2][name].status == MISPLACED


def test_the_rest_of_the_class_goes_on(mixed) -> None:
    _, out, grades = mixed
    table = [(row["file"], row["status"], row["score"]) for row in rows(out / "grades.csv") if row["learner"] == "zoe"]
    assert sorted(table) == [("01_sums__zoe.ipynb", GRADED, "0"), ("zoe/01_sums.ipynb", SUPERSEDED, "")]
    assert grades["odd-cells"].result.score == 7
    assert len(rows(out / "grades.csv")) == len(BROKEN) + 9


def test_a_link_put_there_after_the_search_is_not_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text(json.dumps(notebook(*FAIR)))
    link.symlink_to(target)
    assert entries.on_disk(target).read() == target.read_bytes()
    with pytest.raises(Unreadable):
        entries.on_disk(link).read()


def test_nothing_is_written_among_the_submissions(mixed) -> None:
    root, *_ = mixed
    assert not [path for path in root.rglob("*") if path.suffix not in (".ipynb", "") and path.is_file()]


# ---- hidden cases


def test_seed_makes_the_cases(tmp_path: Path) -> None:
    assignment = load_course(COURSE)["01_sums"]

    def first(seed: int) -> np.ndarray:
        return hidden_keys(assignment, seed)["total"].groups[0].cases[0].args[0]

    np.testing.assert_array_equal(first(5), first(5))
    assert not np.array_equal(first(5), first(6))


def test_run_is_reproducible_from_its_record(tmp_path: Path) -> None:
    """An answer that is right for half of all draws gets the same score with the recorded seed."""
    hand_in(
        tmp_path / "in", "ada", "def total(x): return x.sum(0) if x.sum() > 0 else 0", "def product(a, b): return a @ b"
    )
    once = grade(tmp_path / "in", tmp_path / "one")["ada"].result
    seed = int(json.loads((tmp_path / "one" / "run.json").read_text())["seed"])
    again = grade(tmp_path / "in", tmp_path / "two", seed=seed)["ada"].result
    assert [g.diagnosis for g in once.groups] == [g.diagnosis for g in again.groups]


def test_public_cases_do_not_help(one) -> None:
    """Answers written down from the public cases are wrong on the hidden ones."""
    shapes = {(3, 4): 0, (5, 2): 0}
    assert one(f"table = {shapes}\ndef total(x): return table[x.shape]").result.score == 0


# ---- the judge's own failures


def test_a_failing_judge_costs_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(submission_cells, *rest):
        if "unlucky" in submission_cells.cells[0].source:
            raise ArithmeticError("of our own making")
        return score(submission_cells, *rest)

    score = work.score
    monkeypatch.setattr(work, "score", failing)
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in", "bob", "unlucky = 1", *FAIR)
    grades = grade(tmp_path / "in", tmp_path / "out")
    assert (grades["ada"].result.score, grades["bob"].status) == (7, FAILED)


def test_a_failing_page_costs_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(grade):
        if grade.result and grade.submission.learner == "bob":
            raise OverflowError("of our own making")
        return page(grade)

    page = feedback.page
    monkeypatch.setattr(feedback, "page", failing)
    for learner in ("ada", "bob"):
        hand_in(tmp_path / "in", learner, *FAIR)
    grades = grade(tmp_path / "in", tmp_path / "out")
    assert (grades["ada"].result.score, grades["bob"].status) == (7, FAILED)
    assert "OverflowError" in (tmp_path / "out" / grades["bob"].feedback).read_text()


def test_nothing_to_grade(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no notebook"):
        grade(tmp_path, tmp_path / "out")
    with pytest.raises(Unusable, match="no folder"):
        grade(tmp_path / "absent", tmp_path / "out")
