"""What is written: tables and feedback that no name, message or path of a learner's can turn into something else."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnngrade.judge import files
from rnngrade.judge.results import tables
from tests.judge.conftest import FAIR, grade, hand_in, rows

HOSTILE = ["a;=cmd()", 'a;"=cmd()', "a\t@x", "＝1+1", "'=1", "；=1",
           "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "|cmd", "%x",
           "\x1b[2J\x1b]0;owned\x07",
           "a,b\n\"c\"", "<script>alert(1)</script>", "\u202egnp.exe", "\x00", "\u2028x"]  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


@given(st.text() | st.sampled_from(HOSTILE))
def test_csv_cell_is_never_a_formula(text: str) -> None:
    """Whether commas, semicolons or tabs part the cells."""
    for cell in (tables.cell(text), tables.name(text)):
        for part in re.split("[;\t]", cell):
            assert not part.lstrip(' "').startswith((*FORMULA, "＝", "＋", "－", "＠"))


@given(st.text() | st.sampled_from(HOSTILE), st.text() | st.sampled_from(HOSTILE))
def test_two_learners_are_two_in_a_table(one: str, other: str) -> None:
    assert one == other or tables.name(one) != tables.name(other)


@given(st.text() | st.sampled_from(HOSTILE))
def test_visible_text_cannot_move_a_cursor(text: str) -> None:
    shown = files.visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)
    shown.encode()


@given(st.text() | st.sampled_from([*HOSTILE, "..", "../../etc/passwd", "/etc", ".ssh", "a/b", "~", "-rf", "x" * 500]))
def test_file_name_is_a_plain_one(text: str) -> None:
    name = files.file_name(text)
    assert 0 < len(name.encode()) < 100
    assert name not in (".", "..")
    assert not name.startswith((".", "-"))
    assert Path("results", name).resolve().parent == Path("results").resolve()


@given(st.text(), st.text())
def test_different_learners_have_different_files(one: str, other: str) -> None:
    assert one == other or files.file_name(one) != files.file_name(other)


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.text()}), max_size=3))
def test_table_has_a_row_a_row(table: list[dict[str, str]]) -> None:
    assert len(list(csv.DictReader(io.StringIO(tables.table(("a", "b"), table))))) == len(table)


def test_a_name_made_to_look_like_anothers_file_is_told_apart() -> None:
    assert files.file_name(files.file_name("a/b")) != files.file_name("a/b")


def test_numbers_stay_numbers() -> None:
    assert tables.table(("a",), [{"a": -1}]) == "a\n-1\n"


def test_write_replaces_a_link_and_follows_none(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("mine")
    link.symlink_to(target)
    files.write(link, "new")
    assert (target.read_text(), link.read_text(), link.is_symlink()) == ("mine", "new", False)


def test_write_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "grades.csv"
    files.write(path, "old")

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        files.write(path, "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("grades.csv", "old")]


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
def test_hostile_class_is_reported_safely(tmp_path: Path) -> None:
    """Names, exceptions and messages that would be formulas, escapes, markup or paths, through the whole judge."""
    inside = "class E(Exception): pass\nE.__name__ = '=cmd()'\n"
    inside += "def total(x): raise E('\\x1b[2J<script>alert(1)</script>')"
    names = ["=1+1", "@x", "..evil", "-rf", "\x1b[31mred", "a\nb", "<img src=x>", "x" * 200]
    for name in names:
        hand_in(tmp_path / "in", name, *FAIR, inside)
    hand_in(tmp_path / "in", "fair", *FAIR)
    out = tmp_path / "out"
    grades = grade(tmp_path / "in", out)
    assert [grades[name].result.score for name in names] == [4] * len(names)
    assert grades["fair"].result.score == 7
    written = [path for path in out.rglob("*") if path.is_file()]
    assert len(written) == len(grades) + 2 + 7  # two notebooks, and seven files for the class
    assert all("\x1b" not in path.read_text() and "\x1b" not in path.name for path in written)
    cells = [cell for table in ("grades.csv", "questions.csv") for row in rows(out / table) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert json.loads((out / "run.json").read_text())["isolation"].startswith("bubblewrap: ")
