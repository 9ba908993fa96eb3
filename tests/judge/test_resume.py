"""A run that was stopped goes on; a class that changed is graded where it changed; of several notebooks one counts."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rnngrade.judge import grade_class
from rnngrade.judge.handed_in.reading import discover
from rnngrade.judge.handed_in.submissions import SUPERSEDED
from rnngrade.judge.results import records
from rnngrade.judge.results.classes import NoClass
from rnngrade.judge.results.compare import compare
from rnngrade.judge.results.records import Busy
from rnngrade.judge.running import work
from rnngrade.judge.running.marking import asked
from rnngrade.judge.running.run import Unusable, load_course
from tests.judge.conftest import COURSE, FAIR, QUICK, grade, hand_in, rows

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("isolation")]
ASSIGNMENTS = asked(load_course(COURSE))


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first cells of the notebooks that are run, in the order in which they are."""
    seen: list[str] = []
    mark = work.mark

    def noted(notebook, *rest):
        seen.append(notebook.cells[0].source)
        return mark(notebook, *rest)

    monkeypatch.setattr(work, "mark", noted)
    return seen


def test_a_second_run_runs_nothing_and_gives_the_same(tmp_path: Path, marked: list[str]) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in", "bob", "b = 1", "def total(x): return x.mean(0) * np.nan", "1 / 0")
    first = grade(tmp_path / "in", tmp_path / "out")
    pages = {path.name: path.read_bytes() for path in (tmp_path / "out" / "feedback").rglob("*.html")}
    assert len(marked) == 2
    second = grade(tmp_path / "in", tmp_path / "out")
    assert len(marked) == 2
    assert first == second
    assert pages == {path.name: path.read_bytes() for path in (tmp_path / "out" / "feedback").rglob("*.html")}


def test_what_is_new_or_replaced_is_run(tmp_path: Path, marked: list[str]) -> None:
    for name in ("ada", "bob"):
        hand_in(tmp_path / "in", name, f"{name} = 1", *FAIR)
    grade(tmp_path / "in", tmp_path / "out")
    hand_in(tmp_path / "in", "bob", "again = 1", FAIR[0], ids=("total",))
    hand_in(tmp_path / "in", "cleo", "cleo = 1", *FAIR)
    grades = grade(tmp_path / "in", tmp_path / "out")
    assert sorted(marked[2:]) == ["again = 1", "cleo = 1"]
    assert {name: one.result.score for name, one in grades.items()} == {"ada": 7, "bob": 0, "cleo": 7}


def test_changed_questions_limits_or_seed_grade_everything_again(tmp_path: Path, marked: list[str]) -> None:
    course = tmp_path / "course"
    shutil.copytree(COURSE, course)
    hand_in(tmp_path / "in", "ada", *FAIR)

    def seed_after(**more) -> str:
        grade_class(tmp_path / "in", tmp_path / "out", course, **{"limits": QUICK, **more})
        return json.loads((tmp_path / "out" / "run.json").read_text())["seed"]

    first = seed_after()
    with (course / "01_sums.py").open("a") as file:
        file.write("# a change")
    assert (seed_after(), len(marked)) == (first, 2)
    assert (seed_after(limits=replace(QUICK, cell=0.75)), len(marked)) == (first, 3)
    assert (seed_after(seed=3), len(marked)) == ("3", 4)


def test_killed_at_any_moment_it_goes_on(tmp_path: Path) -> None:
    """Kill the run at random moments until one ends; no record is ever written twice, no learner left out."""
    learners = [f"learner{i:02}" for i in range(24)]
    for i, name in enumerate(learners):
        hand_in(tmp_path / "in", name, f"number = {i}", *FAIR, "import time\ntime.sleep(0.05)")
    command = [sys.executable, "-m", "rnngrade.cli", "grade", tmp_path / "in", "-o", tmp_path / "out",
               "--course", COURSE, "--jobs", "2"]  # fmt: skip
    records, seen = tmp_path / "out" / "records", dict[str, int]()
    kills, draw = 0, random.Random(4)
    while True:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if kills < 6:
            # A moment is counted in records, not seconds: a fast machine is killed in the midst of it like a slow one.
            goal = len(seen) + draw.randint(0, 3)
            while process.poll() is None and len(list(records.glob("*.json"))) < goal:
                time.sleep(0.002)
            time.sleep(draw.uniform(0, 0.3))
        else:
            process.wait(timeout=120)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        now = {path.name: path.stat().st_mtime_ns for path in records.glob("*.json")}
        assert {name: now.get(name) for name in seen} == seen, "a record was lost, or written again"
        seen = now
    assert process.returncode == 0
    assert kills > 0
    assert seen, "no record was there yet at any kill: this has tested nothing"
    table = rows(tmp_path / "out" / "grades.csv")
    assert [(row["learner"], row["score"]) for row in table] == [(name, "7") for name in learners]
    assert len(list((tmp_path / "out" / "records").glob("*.json"))) == len(learners)
    assert len(list((tmp_path / "out" / "feedback").rglob("*.html"))) == len(learners)
    assert not list((tmp_path / "out").rglob("*.part"))


def test_stopped_by_hand_it_leaves_nothing_running_and_goes_on(tmp_path: Path) -> None:
    """What was graded is kept; what was running is ended, not waited for: its endless cell has a day."""
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in", "bob", *FAIR, "while True: pass")
    day = replace(QUICK, cell=86400.0, total=86400.0)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(tmp_path / "in", tmp_path / "out", limits=day, progress=stop)
    assert len(list((tmp_path / "out" / "records").glob("*.json"))) == 1
    assert grade(tmp_path / "in", tmp_path / "out")["bob"].result.score == 7


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"result": null}', b"\xff"])
def test_a_damaged_record_is_graded_again(tmp_path: Path, marked: list[str], damage: bytes) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    grade(tmp_path / "in", tmp_path / "out")
    [record] = (tmp_path / "out" / "records").glob("*.json")
    record.write_bytes(damage)
    assert grade(tmp_path / "in", tmp_path / "out")["ada"].result.score == 7
    assert len(marked) == 2


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    with records.alone(tmp_path / "out"), pytest.raises(Busy, match="another rnngrade"):
        grade(tmp_path / "in", tmp_path / "out")


@pytest.mark.parametrize("text", ["", "{}", '{"seed": "x"}', "[]"])
def test_a_folder_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text(text)
    with pytest.raises(Unusable, match="choose another folder"):
        grade(tmp_path / "in", tmp_path / "out")


# ---- several notebooks of one learner, and late ones


def at(path: Path, hour: int) -> Path:
    moment = datetime(2026, 3, 1, hour, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return path


def chosen(root: Path) -> list[str]:
    return [one.place for one in discover(root, ASSIGNMENTS) if one.status != SUPERSEDED]


def test_the_latest_is_graded(tmp_path: Path) -> None:
    at(hand_in(tmp_path, "ada", *FAIR), 9)
    later = tmp_path / "01_sums__ada.ipynb"
    shutil.copy(tmp_path / "ada" / "01_sums.ipynb", later)
    at(later, 10)
    assert chosen(tmp_path) == ["01_sums__ada.ipynb"]
    at(later, 8)
    assert chosen(tmp_path) == ["ada/01_sums.ipynb"]


def test_of_one_time_the_last_by_path(tmp_path: Path) -> None:
    for folder in ("submitted/ada", "ada"):
        at(hand_in(tmp_path, folder, *FAIR), 9)
    assert chosen(tmp_path) == ["submitted/ada/01_sums.ipynb"]


@pytest.mark.parametrize("stamp", ["2026-03-01 11:00:00.000000 UTC", "2026-03-01T11:00:00+00:00", "2026-03-01 11:00"])
def test_nbgraders_timestamp_counts_before_the_files(tmp_path: Path, stamp: str) -> None:
    inner = at(hand_in(tmp_path, "submitted/ada/01_sums", *FAIR), 7)
    (inner.parent / "timestamp.txt").write_text(stamp)
    at(hand_in(tmp_path, "ada", *FAIR), 9)
    assert chosen(tmp_path) == ["submitted/ada/01_sums/01_sums.ipynb"]


@pytest.mark.parametrize("stamp", [b"yesterday", b"", b"\xff", b"9" * 5000])
def test_a_strange_timestamp_is_ignored(tmp_path: Path, stamp: bytes) -> None:
    path = at(hand_in(tmp_path, "submitted/ada/01_sums", *FAIR), 7)
    (path.parent / "timestamp.txt").write_bytes(stamp)
    [one] = discover(tmp_path, ASSIGNMENTS)
    assert one.handed_in == path.stat().st_mtime


def test_late_work_is_graded_and_marked(tmp_path: Path) -> None:
    at(hand_in(tmp_path / "in", "ada", *FAIR), 9)
    at(hand_in(tmp_path / "in", "bob", *FAIR), 15)
    grades = grade(tmp_path / "in", tmp_path / "out", due={"01_sums": datetime(2026, 3, 1, 12, tzinfo=UTC)})
    assert {name: (one.late, one.result.score) for name, one in grades.items()} == {"ada": (0, 7), "bob": (3, 7)}
    assert [row["late_hours"] for row in rows(tmp_path / "out" / "grades.csv")] == ["0", "3"]
    assert "after it was due" in (tmp_path / "out" / "feedback" / "01_sums" / "bob.html").read_text()


def test_a_broken_archive_is_noticed(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    (tmp_path / "in" / "bob").mkdir()
    (tmp_path / "in" / "bob" / "01_sums.zip").write_bytes(b"PK\x03\x04")
    assert "a zip that cannot be opened" in grade(tmp_path / "in", tmp_path / "out")["bob"].detail


# ---- comparing


def test_compare_says_whose_score_changed_and_why(tmp_path: Path) -> None:
    course = tmp_path / "course"
    shutil.copytree(COURSE, course)
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in", "bob", FAIR[0], "def total(x): return x.mean(0)", *FAIR[2:])
    hand_in(tmp_path / "in", "cleo", *FAIR)
    grade(tmp_path / "in", tmp_path / "old", seed=1)
    assert list(compare(tmp_path / "old", tmp_path / "old")) == []
    hand_in(tmp_path / "in", "bob", *FAIR)
    (tmp_path / "in" / "cleo" / "01_sums.ipynb").write_text("nothing")
    hand_in(tmp_path / "in", "\x1b[2Jdora", *FAIR)
    grade(tmp_path / "in", tmp_path / "new", seed=2)
    told = list(compare(tmp_path / "old", tmp_path / "new"))
    assert told[0] == "Note: the hidden cases were drawn from another seed."
    assert "bob, 01_sums: 4 of 7 -> 7 of 7 (another notebook)" in told
    assert "    total, typical: 0 of 1, mean -> 1 of 1, passed" in told
    assert any(line.startswith("cleo, 01_sums: 7 of 7 -> unreadable") for line in told)
    assert "\\x1b[2Jdora, 01_sums: nothing -> 7 of 7" in told
    assert not [line for line in told if line.startswith("ada")]


def test_compare_tells_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(NoClass, match="grade -o"):
        list(compare(tmp_path, tmp_path))
    (tmp_path / "class.json").write_text("{}")
    with pytest.raises(NoClass, match="another version"):
        list(compare(tmp_path, tmp_path))
