"""A bounded run of the fuzzer over folders, and whether it would notice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnngrade.judge.handed_in import reading
from tests.judge import fuzz_folders


def test_no_class_is_lost_misread_or_left_unexplained() -> None:
    report = fuzz_folders.run(first=0, classes=60)
    assert report.wrong == []
    assert report.planted > 100
    assert {0, 1} == set(report.exits)


def test_the_fuzzer_notices_merged_learners(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = reading._apart
    monkeypatch.setattr(reading, "_apart", lambda lines: [_short(line) for line in apart(lines)])
    assert any("merged" in words for words in fuzz_folders.run(first=0, classes=15).wrong)


def _short(line):
    return replace(line, learner=line.learner[:1])


def test_the_fuzzer_notices_lost_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    found = reading.discover
    monkeypatch.setattr("rnngrade.judge.running.run.discover", lambda *more: found(*more)[1:])
    assert any("no line for" in words for words in fuzz_folders.run(first=0, classes=15).wrong)
