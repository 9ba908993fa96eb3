"""Two gradings of a class side by side: whose score changed, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rnngrade.judge.files import visible
from rnngrade.judge.results import classes
from rnngrade.judge.results.grades import Grade, number
from rnngrade.judge.results.result import GroupResult
from rnngrade.questions import ONLY_GROUP

CIRCUMSTANCES = {
    "seed": "the hidden cases were drawn from another seed",
    "isolation": "the isolation is another",
    "limits": "the limits are others",
    "python": "Python is another",
    "numpy": "numpy is another",
}


def compare(old: Path, new: Path) -> Iterator[str]:
    """Lines that say what differs between the results in two folders; none if nothing does.

    Raises:
        NoClass: if one of them holds no graded class.
    """
    before, after = _by_learner(old), _by_learner(new)
    learners = sorted(before.keys() | after.keys())
    changed = [line for key in learners for line in _changed(before.get(key), after.get(key))]
    if changed:
        yield from (f"Note: {line}." for line in _circumstances(old, new))
        yield from changed


def _by_learner(folder: Path) -> dict[tuple[str, str], Grade]:
    grades = (grade for grade in classes.load(folder) if grade.counts)
    return {(grade.submission.learner, grade.submission.assignment): grade for grade in grades}


def _circumstances(old: Path, new: Path) -> Iterator[str]:
    a, b = (json.loads((folder / "run.json").read_text(encoding="utf-8")) for folder in (old, new))
    yield from (words for name, words in CIRCUMSTANCES.items() if a[name] != b[name])
    for name in sorted(a["assignments"].keys() & b["assignments"].keys()):
        if a["assignments"][name] != b["assignments"][name]:
            yield f"the questions of {name} were changed"


def _changed(old: Grade | None, new: Grade | None) -> Iterator[str]:
    if _mark(old) == _mark(new):
        return
    known = new or old
    assert known is not None  # one of them has the learner
    who = f"{visible(known.submission.learner)}, {visible(known.submission.assignment)}"
    other = " (another notebook)" if old and new and old.digest != new.digest else ""
    yield f"{who}: {_mark(old)} -> {_mark(new)}{other}"
    for grade in (old, new):
        if grade is not None and grade.result is None:
            yield f"    {visible(grade.detail)}"
    yield from _groups(old, new)


def _mark(grade: Grade | None) -> str:
    if grade is None:
        return "nothing"
    return f"{number(grade.result.score)} of {number(grade.result.points)}" if grade.result else grade.status


def _groups(old: Grade | None, new: Grade | None) -> Iterator[str]:
    """The case groups that earn another number of points."""
    before, after = _earned(old), _earned(new)
    for key in [*before, *(key for key in after if key not in before)] if before and after else ():
        a, b = before.get(key), after.get(key)
        if a is None or b is None or a.earned != b.earned or a.points != b.points:
            name = key[0] if key[1] == ONLY_GROUP else ", ".join(key)
            yield f"    {name}: {_found(a)} -> {_found(b)}"


def _earned(grade: Grade | None) -> dict[tuple[str, str], GroupResult]:
    return {(g.question, g.group): g for g in grade.result.groups} if grade and grade.result else {}


def _found(group: GroupResult | None) -> str:
    if group is None:
        return "not asked"
    found = group.diagnosis
    return f"{number(group.earned)} of {number(group.points)}, {visible(found.mistake or found.kind)}"
