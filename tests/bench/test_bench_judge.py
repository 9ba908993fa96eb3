"""The judge's tables, small: what is measured is a class that got full marks, and what cannot be is said."""

import json
import os
import subprocess
import sys
import time

import pytest

from bench import engines, judge, processes
from rnngrade.judge import NoIsolation

SMALL = judge.Sizes(largest=10, timed=3, alone=2, engine=2, course=0)


def refuse(*_):
    raise NoIsolation("no walls")


def test_without_isolation_it_is_skipped_and_said(monkeypatch, capsys):
    monkeypatch.setattr(judge, "Zygote", refuse)
    assert judge.tables(SMALL) == {}
    assert "skipped, nothing can be isolated here: no walls" in capsys.readouterr().out


@pytest.mark.sandbox
@pytest.mark.slow
def test_the_tables(tmp_path, monkeypatch, capsys):
    def absent(kind, submissions, folder):
        raise engines.Absent("install it")

    try:
        judge.Zygote(judge.Recipe(frozenset(), frozenset())).close()
    except NoIsolation as error:
        pytest.skip(f"no isolation here: {error}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engines, "ENGINES", {"nbgrader": engines.nbgrader, "another": absent})
    monkeypatch.setattr(engines, "ANSWERS", {"numpy": engines.ANSWERS["numpy"]})
    judge.tables(SMALL)
    capsys.readouterr()
    tables = json.loads((tmp_path / "_build" / "bench-judge.json").read_text())
    rows = tables["Two questions"]
    assert [(row["engine"], row["submissions"]) for row in rows] == [
        ("rnngrade", 2), ("rnngrade", 3), ("nbgrader", 2), ("another: skipped, install it", "-")]
    assert rows[2]["times slower"] > 1
    assert all(0 < row["median (ms)"] <= row["p95 (ms)"] for row in rows[:3])
    assert rows[1]["processor (ms)"] > 1
    memory = tables["Memory of the judge with all its processes"]
    assert [row["notebooks"] for row in memory] == [1, 1, 2, 5, 10]
    assert all(row["all"] > row["judge"] for row in memory[1:])


def test_a_class_without_full_marks_is_not_timed(tmp_path, monkeypatch):
    class Half:
        score, points, seconds = 1, 2, 0.1

    grade = type("Grade", (), {"result": Half})
    monkeypatch.setattr(judge, "grade_class", lambda *_, **__: [grade])
    with pytest.raises(RuntimeError, match="full marks"):
        judge.marked(tmp_path, tmp_path)


def test_processes_are_found_with_what_they_use():
    code = "import os, time\nos.fork()\nwhile os.times().user < 0.1: sum(range(10**5))\ntime.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        found = [parent.pid]
        try:
            while len(found) < 2:
                found = [parent.pid, *processes.descendants(parent.pid)]
            assert {*found} <= {*processes.descendants(os.getpid())}
            while min(map(processes.seconds, found)) < 0.05:
                time.sleep(0.01)
            own, everything = processes.resident(parent.pid)
            assert everything - own > 1 << 20
        finally:
            for process in found:
                os.kill(process, 9)
    assert processes.resident(parent.pid) == (0, 0)
    assert processes.seconds(parent.pid) == 0
