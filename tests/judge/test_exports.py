"""Gradebooks in the formats that platforms document, safe against what learners may call themselves or write."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnngrade import cli
from rnngrade.diagnosis import Diagnosis
from rnngrade.judge.handed_in.submissions import SUPERSEDED, UNREADABLE, Submission
from rnngrade.judge.results.exports import canvas, gradescope, moodle, nbgrader
from rnngrade.judge.results.exports.canvas import NoRoster
from rnngrade.judge.results.grades import GRADED, Grade
from rnngrade.judge.results.result import CellProblem, GroupResult, Result
from rnngrade.judge.running import gradescope as container
from rnngrade.judge.running.run import Unusable
from tests.judge.conftest import COURSE, FAIR, grade, hand_in
from tests.judge.test_report import FORMULA, HOSTILE

TEXT = st.text() | st.sampled_from(HOSTILE)


def one(learner: str, earned: float = 2.0, message: str = "This is the mean.", status: str = GRADED) -> Grade:
    submission = Submission(learner, "01_sums", "x", datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
    groups = (
        GroupResult("total", "typical", 1.5, earned - 0.5, Diagnosis(False, "mistake", message, mistake="mean")),
        GroupResult("half", "all", 0.5, 0.5, Diagnosis(True, "passed", "Right.")),
    )
    result = Result(groups, (CellProblem(3, message),)) if status == GRADED else None
    return Grade(submission, status, "", result, isolation="process")


CLASS = [one("ada"), one("bob", 0.5), one("cleo", status=UNREADABLE), one("ada", 0.5, status=SUPERSEDED)]


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def unsafe(text: str) -> list[str]:
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    return [cell for cell in cells if cell.lstrip().startswith(FORMULA) or not plain(cell)]


def plain(text: str) -> bool:
    return not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text)


# ---- nbgrader


def test_nbgraders_columns_are_those_it_writes_itself(tmp_path: Path) -> None:
    from nbgrader.plugins import CsvExportPlugin

    CsvExportPlugin(to=str(tmp_path / "its.csv")).export(SimpleNamespace(assignments=[], students=[]))
    assert (tmp_path / "its.csv").read_text().strip() == ",".join(nbgrader.COLUMNS)


def test_nbgraders_rows() -> None:
    rows = parsed(nbgrader.gradebook(CLASS, {"": datetime(2026, 3, 2, tzinfo=UTC)}))
    assert [(row["student_id"], row["score"], row["max_score"]) for row in rows] == [
        ("ada", "2.0", "2.0"), ("bob", "0.5", "2.0"), ("cleo", "0.0", ""),
    ]  # fmt: skip
    assert rows[0]["timestamp"] == "2026-03-01 12:00:00"
    assert rows[0]["duedate"] == "2026-03-02 00:00:00"


# ---- Moodle


def test_moodle_has_a_line_a_learner_and_leaves_alone_what_was_not_graded() -> None:
    rows = parsed(moodle.gradebook(CLASS))
    assert rows == [
        {"Username": "ada", "01_sums": "2", "01_sums (feedback)": "total (typical): This is the mean."},
        {"Username": "bob", "01_sums": "0.5", "01_sums (feedback)": "total (typical): This is the mean."},
    ]
    assert parsed(moodle.gradebook(CLASS, "email"))[0]["Email address"] == "ada"


# ---- Canvas

ROSTER = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,01_sums (4711),Final Score
    Points Possible,,,,,2,(read only)
"Lovelace, Ada",101,S1,ada,A,,
"Bob",102,bob,b@x,A,7,
"=cmd()",103,S3,dora,B,,
"""


def roster(tmp_path: Path, text: str = ROSTER) -> list[canvas.Row]:
    (tmp_path / "roster.csv").write_text(text)
    return canvas.read_roster(tmp_path / "roster.csv")


def test_canvas_gradebook_is_filled_in(tmp_path: Path) -> None:
    text, missing = canvas.gradebook([*CLASS, one("eve")], roster(tmp_path))
    assert missing == ["eve"]
    assert text.splitlines()[0] == "Student,ID,SIS User ID,SIS Login ID,Section,01_sums (4711)"
    assert [(row["ID"], row["01_sums (4711)"]) for row in parsed(text)] == [
        ("", "2"), ("101", "2"), ("102", "0.5"), ("103", ""),
    ]  # fmt: skip
    assert not unsafe(text)


def test_canvas_makes_a_new_assignment_where_it_has_none(tmp_path: Path) -> None:
    text, _ = canvas.gradebook(CLASS, roster(tmp_path, ROSTER.replace("01_sums (4711)", "01_sums_old (1)")))
    assert [row["01_sums"] for row in parsed(text)] == ["2", "2", "0.5", ""]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Student,ID\nx,1\n"])
def test_what_canvas_did_not_export_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoRoster):
        roster(tmp_path, text)


@given(TEXT.filter(bool), TEXT)
def test_no_gradebook_holds_a_formula_or_an_escape(learner: str, message: str) -> None:
    class_ = [one(learner, message=message)]
    row = {"Student": learner, "ID": "1", "SIS Login ID": learner, "Section": message}
    for text in (nbgrader.gradebook(class_, {}), moodle.gradebook(class_), canvas.gradebook(class_, [row])[0]):
        assert not unsafe(text)
        assert len(parsed(text)) == 1


# ---- Gradescope

TOP = {"score", "execution_time", "output", "output_format", "test_output_format", "stdout_visibility", "extra_data",
       "tests"}  # fmt: skip
TEST = {"name", "score", "max_score", "status", "output", "visibility"}


def test_results_json_is_as_specified() -> None:
    document = json.loads(gradescope.results(one("ada")))
    assert set(document) <= TOP
    assert document["score"] == 2
    assert document["stdout_visibility"] == "hidden"
    assert [(test["name"], test["score"], test["max_score"], test["status"]) for test in document["tests"]] == [
        ("total, typical cases", 1.5, 1.5, "failed"), ("half", 0.5, 0.5, "passed"),
    ]  # fmt: skip
    assert all(set(test) <= TEST for test in document["tests"])
    assert document["extra_data"]["isolation"] == "process"


def test_what_could_not_be_graded_scores_nothing_and_says_why() -> None:
    document = json.loads(gradescope.results(one("ada", status=UNREADABLE)))
    assert (document["score"], document["tests"]) == (0, [])
    assert "unreadable" in document["output"]


@given(TEXT)
def test_results_are_plain_text(message: str) -> None:
    document = json.loads(gradescope.results(one("ada", message=message)))
    assert document["output_format"] == document["test_output_format"] == "text"
    assert plain(document["tests"][0]["output"])
    assert all(plain(line) for line in document["output"].split("\n"))


def test_autograder_has_its_scripts_at_the_root_and_no_key(tmp_path: Path) -> None:
    content = container.autograder("01_sums", COURSE)
    assert content == container.autograder("01_sums", COURSE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        assert {"setup.sh", "run_autograder", "course/01_sums.py", "packages/rnngrade/cli.py"} <= names
        assert not [name for name in names if name.startswith("packages/rnngrade/keys/") or "02_other" in name]
        for script in ("setup.sh", "run_autograder"):
            assert archive.getinfo(script).external_attr >> 16 & stat.S_IXUSR
            text = archive.read(script)
            assert text.startswith(b"#!/usr/bin/env bash\n")
            checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, check=False)
            assert (checked.returncode, checked.stderr) == (0, b"")
        assert b"--isolation process" in archive.read("run_autograder")


def test_autograder_of_nothing_is_refused() -> None:
    with pytest.raises(Unusable, match="no assignment"):
        container.autograder("99_none", COURSE)


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
@pytest.mark.parametrize("notebook", ["my answers.ipynb", "01_sums.ipynb"])
def test_autograder_grades_with_what_is_in_it(tmp_path: Path, notebook: str) -> None:
    """Unpack the zip and run the command of ``run_autograder`` on a submission, in the folders of a container."""
    with zipfile.ZipFile(io.BytesIO(container.autograder("01_sums", COURSE))) as archive:
        archive.extractall(tmp_path / "source")
        script = archive.read("run_autograder").decode()
    hand_in(tmp_path, "submission", *FAIR[:3]).rename(tmp_path / "submission" / notebook)
    words = script[script.index("gradescope ") :].replace("\\\n", "").replace("/autograder", str(tmp_path)).split()
    command = [sys.executable, "-m", "rnngrade.cli", *words]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "source" / "packages")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads((tmp_path / "results" / "results.json").read_text())
    assert (document["score"], document["extra_data"]["isolation"]) == (5, "process")


@pytest.mark.parametrize("count", [0, 2])
def test_a_container_without_one_notebook(tmp_path: Path, count: int) -> None:
    for i in range(count):
        (tmp_path / f"{i}.ipynb").write_text("{}")
    with pytest.raises(Unusable, match=f"there are {count}"):
        container.grade_one("01_sums", tmp_path, COURSE, "process")


# ---- the command


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
def test_export_from_a_graded_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in", "eve", *FAIR)
    grade(tmp_path / "in", tmp_path / "out", due={"": datetime(2026, 3, 1, tzinfo=UTC)})
    (tmp_path / "roster.csv").write_text(ROSTER)
    out = str(tmp_path / "book.csv")
    for format_, more, status in (("moodle", [], 0), ("nbgrader", [], 0), ("canvas", [], 2),
                                  ("canvas", ["--roster", str(tmp_path / "roster.csv")], 1)):  # fmt: skip
        assert cli.main(["export", format_, str(tmp_path / "out"), "-o", out, *more]) == status
    assert parsed(Path(out).read_text())[1]["01_sums (4711)"] == "7"
    assert "no line for eve" in capsys.readouterr().err
    assert cli.main(["export", "moodle", str(tmp_path), "-o", out]) == 2


def test_autograder_command(tmp_path: Path) -> None:
    out = tmp_path / "autograder.zip"
    assert cli.main(["autograder", "01_sums", "-o", str(out), "--course", str(COURSE)]) == 0
    assert zipfile.is_zipfile(out)
