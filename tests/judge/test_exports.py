"""Gradebooks in the formats that platforms document, safe against what learners may call themselves or write."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnngrade import cli
from rnngrade.diagnosis import Diagnosis
from rnngrade.judge.handed_in.submissions import SUPERSEDED, UNREADABLE, Submission
from rnngrade.judge.isolation.limits import NoIsolation
from rnngrade.judge.results.exports import canvas, gradescope, moodle, nbgrader
from rnngrade.judge.results.exports.rosters import NoRoster
from rnngrade.judge.results.grades import GRADED, Grade
from rnngrade.judge.results.result import CellProblem, GroupResult, Result
from rnngrade.judge.running import gradescope as container
from rnngrade.judge.running.run import Unusable
from tests.judge.conftest import COURSE, FAIR, grade, hand_in, notebook
from tests.judge.test_report import HOSTILE

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
    return [cell for cell in cells if MADE_A_FORMULA.search(cell) or not plain(cell)]


# In a cell, or what would be one where semicolons or tabs part them; also as full-width signs.
MADE_A_FORMULA = re.compile('(?:^|[;\\t])[\\s"]*[=+\\-@|%＝＋－＠]')


def plain(text: str) -> bool:
    """Nothing in it moves a cursor or reorders; joiners within a name are part of it."""
    bad = ("Cc", "Cs", "Zl", "Zp")
    return not any(
        unicodedata.category(c) in bad or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068" for c in text
    )


# ---- nbgrader


def test_nbgraders_columns_are_those_it_writes_itself(tmp_path: Path) -> None:
    from nbgrader.plugins import CsvExportPlugin

    CsvExportPlugin(to=str(tmp_path / "its.csv")).export(SimpleNamespace(assignments=[], students=[]))
    assert (tmp_path / "its.csv").read_text().strip() == ",".join(nbgrader.COLUMNS)


def test_nbgraders_rows() -> None:
    rows = parsed(nbgrader.gradebook(CLASS, {"": datetime(2026, 3, 2, tzinfo=UTC)}).text)
    assert [(row["student_id"], row["score"], row["max_score"]) for row in rows] == [
        ("ada", "2.0", "2.0"), ("bob", "0.5", "2.0"), ("cleo", "0.0", ""),
    ]  # fmt: skip
    assert rows[0]["timestamp"] == "2026-03-01 12:00:00"
    assert rows[0]["duedate"] == "2026-03-02 00:00:00"


# ---- Moodle


def test_moodle_has_a_line_a_learner_and_leaves_alone_what_was_not_graded() -> None:
    rows = parsed(moodle.gradebook(CLASS).text)
    assert rows == [
        {"Username": "ada", "01_sums": "2", "01_sums (feedback)": "total (typical): This is the mean."},
        {"Username": "bob", "01_sums": "0.5", "01_sums (feedback)": "total (typical): This is the mean."},
    ]
    assert parsed(moodle.gradebook(CLASS, "email").text)[0]["Email address"] == "ada"


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
    filled = canvas.gradebook([*CLASS, one("eve")], roster(tmp_path))
    text = filled.text
    assert (list(filled.missing), filled.remarks) == (["eve"], [])
    assert text.splitlines()[0] == "Student,ID,SIS User ID,SIS Login ID,Section,01_sums (4711)"
    assert [(row["ID"], row["01_sums (4711)"]) for row in parsed(text)] == [
        ("", "2"), ("101", "2"), ("102", "0.5"), ("103", ""),
    ]  # fmt: skip
    assert not unsafe(text)


def test_canvas_makes_a_new_assignment_where_it_has_none(tmp_path: Path) -> None:
    """It says so: a second column beside the right one would be worse than none."""
    filled = canvas.gradebook(CLASS, roster(tmp_path, ROSTER.replace("01_sums (4711)", "Homework (1)")))
    assert [row["01_sums"] for row in parsed(filled.text)] == ["2", "2", "0.5", ""]
    assert "makes a new assignment" in filled.remarks[0]


def test_a_column_of_another_title_is_found_and_said_or_named(tmp_path: Path) -> None:
    titled = ROSTER.replace("01_sums (4711)", "Exercises 1: Sums (4711)")
    filled = canvas.gradebook(CLASS, roster(tmp_path, titled))
    assert [row["Exercises 1: Sums (4711)"] for row in parsed(filled.text)] == ["2", "2", "0.5", ""]
    assert "goes into the column" in filled.remarks[0]
    two = titled.replace("Final Score", "Sums again (5)")
    with pytest.raises(NoRoster, match="--column"):
        canvas.gradebook(CLASS, roster(tmp_path, two))
    named = canvas.gradebook(CLASS, roster(tmp_path, two), {"01_sums": "Sums again"})
    assert (parsed(named.text)[1]["Sums again (5)"], named.remarks) == ("2", [])
    with pytest.raises(NoRoster, match="no column 'Nowhere'"):
        canvas.gradebook(CLASS, roster(tmp_path, two), {"01_sums": "Nowhere"})


ENCODINGS = [(",", "utf-8"), (";", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16")]


@pytest.mark.parametrize(("mark", "encoding"), ENCODINGS)
def test_rosters_as_spreadsheets_save_them(tmp_path: Path, mark: str, encoding: str) -> None:
    lines = [["Student", "ID", "SIS Login ID", "Section", "01_sums (4711)"],
             ["    Points Possible", "", "", "", "2,00"], ["Ödegård; Åsa", "101", "ada", "A", ""]]  # fmt: skip
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows(lines)
    path = tmp_path / "roster.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    filled = canvas.gradebook([one("ada")], canvas.read_roster(path))
    assert [(row["Student"], row["01_sums (4711)"]) for row in parsed(filled.text)] == [
        ("    Points Possible", "2"), ("Ödegård; Åsa", "2")]  # fmt: skip


@pytest.mark.parametrize(("learner", "login"), [("ada", "ADA"), ("Asa\u030a", "as\u00e5"), ("101", "x")])
def test_logins_differ_in_case_and_composition(learner: str, login: str) -> None:
    row = {"Student": "x", "ID": "101", "SIS Login ID": login, "Section": "A"}
    assert canvas.gradebook([one(learner)], [row]).missing == {}


def test_nobody_is_guessed_where_two_may_be_meant() -> None:
    rows = [
        {"Student": "x", "ID": str(i), "SIS Login ID": login, "Section": ""} for i, login in enumerate(["Ada", "ADA"])
    ]
    filled = canvas.gradebook([one("ada")], rows)
    assert list(filled.missing) == ["ada"]
    assert [row["01_sums"] for row in parsed(filled.text)] == ["", ""]


def test_canvas_download_is_found_by_its_number() -> None:
    grade = replace(one("lovelaceada_101"), submission=replace(one("lovelaceada_101").submission, number="101"))
    row = {"Student": "Lovelace, Ada", "ID": "101", "SIS Login ID": "al", "Section": ""}
    filled = canvas.gradebook([grade], [row])
    assert (filled.missing, parsed(filled.text)[0]["01_sums"]) == ({}, "2")


def test_other_points_than_canvas_has_are_said() -> None:
    rows = [{"Student": "Points Possible", "ID": "", "Section": "", "01_sums (1)": "10"},
            {"Student": "x", "ID": "ada", "Section": "", "01_sums (1)": ""}]  # fmt: skip
    assert "worth 2 points here and 10 in Canvas" in canvas.gradebook([one("ada")], rows).remarks[0]


# ---- Moodle's grading worksheet


def downloaded(name: str, number: str) -> Grade:
    grade = one(f"{name}_{number}")
    return replace(grade, submission=replace(grade.submission, name=name, number=number, reading="Moodle's name"))


def test_what_was_downloaded_from_moodle_goes_back_by_number(tmp_path: Path) -> None:
    class_ = [downloaded("Alan T", "123458"), downloaded("Alan T", "123459")]
    assert [(row["Identifier"], row["Full name"], row["Grade"]) for row in parsed(moodle.gradebook(class_).text)] == [
        ("Participant 123458", "Alan T", "2"), ("Participant 123459", "Alan T", "2")]  # fmt: skip
    sheet = tmp_path / "sheet.csv"
    sheet.write_text('Identifier,"Full name",Status,Grade,"Feedback comments"\n'
                     "Teilnehmer/in 123459,Alan T,,,\nTeilnehmer/in 5,Bob,,7,kept\n")  # fmt: skip
    filled = moodle.filled_in(class_, moodle.read_worksheet(sheet))
    assert [(row["Identifier"], row["Grade"]) for row in parsed(filled.text)] == [
        ("Teilnehmer/in 123459", "2"), ("Teilnehmer/in 5", "7")]  # fmt: skip
    assert list(filled.missing) == ["Alan T_123458"]
    sheet.write_text("a,b\n1,2\n")
    with pytest.raises(NoRoster, match="grading worksheet"):
        moodle.read_worksheet(sheet)


def test_a_worksheet_is_one_assignments() -> None:
    other = downloaded("Ada", "9")
    other = replace(other, submission=replace(other.submission, assignment="02_other"))
    with pytest.raises(NoRoster, match="--assignment"):
        moodle.gradebook([downloaded("Alan T", "1"), other])
    assert len(parsed(moodle.gradebook([downloaded("Alan T", "1"), other], assignment="02_other").text)) == 1


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Student,ID\nx,1\n"])
def test_what_canvas_did_not_export_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoRoster):
        roster(tmp_path, text)


@given(TEXT.filter(bool), TEXT)
def test_no_gradebook_holds_a_formula_or_an_escape(learner: str, message: str) -> None:
    class_ = [one(learner, message=message)]
    row = {"Student": learner, "ID": "1", "SIS Login ID": learner, "Section": message}
    for filled in (nbgrader.gradebook(class_, {}), moodle.gradebook(class_), canvas.gradebook(class_, [row])):
        assert not unsafe(filled.text)
        identities = [cell for line in parsed(filled.text) for cell in line.values()]
        assert learner in identities or learner in filled.missing or not learner.strip()


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
    assert document["output"].startswith("Not graded: ")


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
def test_autograder_grades_with_what_is_in_it(open_path: Path, notebook: str) -> None:
    """Unpack the zip and run the command of ``run_autograder`` on a submission, in the folders of a container."""
    with zipfile.ZipFile(io.BytesIO(container.autograder("01_sums", COURSE))) as archive:
        archive.extractall(open_path / "source")
        script = archive.read("run_autograder").decode()
    hand_in(open_path, "submission", *FAIR[:3]).rename(open_path / "submission" / notebook)
    words = script[script.index("gradescope ") :].replace("\\\n", "").replace("/autograder", str(open_path)).split()
    command = [sys.executable, "-m", "rnngrade.cli", *words]
    environment = {**os.environ, "PYTHONPATH": str(open_path / "source" / "packages")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=open_path)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads((open_path / "results" / "results.json").read_text())
    assert (document["score"], document["extra_data"]["isolation"]) == (5, "process")


ONE, ANOTHER = (json.dumps(notebook(*FAIR[:end], ids=("setup", "total"))) for end in (3, 2))
HANDED_IN = {
    "two": ({"a.ipynb": ONE, "b.ipynb": ANOTHER}, 0, "You handed in 2 notebooks of 01_sums: a.ipynb, b.ipynb"),
    "two-alike": ({"a.ipynb": ONE, "b.ipynb": ONE}, 5, ""),
    "two-of-which-one-is-named": ({"01_sums.ipynb": ONE, "draft.ipynb": ANOTHER}, 5, ""),
    "script": ({"01_sums.py": "x"}, 0, "01_sums.py is a Python script"),
    "upper-case": ({"01_SUMS.IPYNB": ONE}, 5, ""),
    "macs": ({"hw.ipynb": ONE, "__MACOSX/._hw.ipynb": "x", "._hw.ipynb": "x", ".DS_Store": "x"}, 5, ""),
    "checkpoint": ({"hw.ipynb": ONE, ".ipynb_checkpoints/hw-checkpoint.ipynb": ANOTHER,
                    "hw-checkpoint.ipynb": "x"}, 5, ""),
    "nothing": ({}, 0, "an empty folder"),
    "folder": ({"work/hw.ipynb": ONE}, 5, ""),
    "cut-off": ({"01_sums.ipynb": ONE[:-9]}, 0, "cut off"),
    "foreign": ({"01_sums.ipynb": json.dumps(notebook("def add(a, b): return a"))}, 0, "another course's notebook"),
    "of-another-assignment": ({"x.ipynb": json.dumps(notebook("third = 1 / 3", ids=("third",)))}, 0,
                              "a notebook of 02_other"),
    "with-a-module": ({"hw.ipynb": json.dumps(notebook("from mine import total", ids=("total",))),
                       "mine.py": "def total(x): return x.sum(0)"}, 3, ""),
}  # fmt: skip


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
@pytest.mark.parametrize("kind", HANDED_IN)
def test_there_is_always_a_results_json_that_a_learner_understands(tmp_path: Path, kind: str) -> None:
    files, score, words = HANDED_IN[kind]
    (tmp_path / "in").mkdir()
    for name, content in files.items():
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text(content)
    out = tmp_path / "results.json"
    assert cli.main(["gradescope", "01_sums", str(tmp_path / "in"), "-o", str(out), "--course", str(COURSE)]) == 0
    document = json.loads(out.read_text())
    assert (document["score"], words in document["output"]) == (score, True)


def test_a_broken_grader_says_that_it_is_nobodys_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise NoIsolation("no bubblewrap")

    monkeypatch.setattr(container, "grade_one", failing)
    out = tmp_path / "results.json"
    assert cli.main(["gradescope", "01_sums", str(tmp_path), "-o", str(out), "--course", str(COURSE)]) == 3
    assert "not your fault" in json.loads(out.read_text())["output"]


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
