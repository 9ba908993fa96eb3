"""Grades for Moodle: its gradebook's import, or the grading worksheet of one assignment.

Under Grades, Import, CSV file (https://docs.moodle.org/en/Grade_import): one line a learner, who it is, then for each
assignment the grade and a feedback; the page asks which column tells who and where the others belong. An assignment's
own page imports its grading worksheet (https://docs.moodle.org/en/Assignment_settings, offline grading worksheet), in
which a learner is ``Participant`` and the number that the download of the submissions puts into each name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rnngrade.judge.handed_in.spreadsheet import Row
from rnngrade.judge.results.exports import rosters
from rnngrade.judge.results.exports.rosters import Filled, NoRoster
from rnngrade.judge.results.grades import Grade, number
from rnngrade.judge.results.result import Result
from rnngrade.judge.results.tables import is_exact, table
from rnngrade.questions import ONLY_GROUP

IDENTITIES = {"username": "Username", "email": "Email address", "idnumber": "ID number"}
PARTICIPANT = "participant"
IDENTIFIER, GRADE, COMMENTS = "Identifier", "Grade", "Feedback comments"
UNSAFE = "a spreadsheet would take the name for a formula: enter the grade by hand"


def gradebook(grades: Sequence[Grade], identity: str = "", assignment: str = "") -> Filled:
    """The file, for the gradebook or, where the learners' names are those of a download, the worksheet.

    What could not be graded has no grade, so that the import leaves that cell alone.

    Raises:
        NoRoster: if it would be a worksheet of several assignments.
    """
    counting = [grade for grade in grades if grade.counts and grade.result]
    downloaded = bool(counting) and all(_is_downloads(grade) for grade in counting)
    if identity == PARTICIPANT or (not identity and downloaded):
        return _worksheet(counting, assignment)
    return _gradebook(counting, IDENTITIES[identity or "username"])


def _is_downloads(grade: Grade) -> bool:
    return bool(grade.submission.number) and grade.submission.reading.startswith("Moodle")


def _gradebook(counting: Sequence[Grade], who: str) -> Filled:
    assignments = sorted({grade.submission.assignment for grade in counting})
    columns = (who, *(column for name in assignments for column in (name, f"{name} (feedback)")))
    lines: dict[str, dict[str, object]] = {}
    filled = Filled("")
    for grade in counting:
        learner = grade.submission.learner
        if not is_exact(learner):
            filled.missing[learner] = UNSAFE
            continue
        line = lines.setdefault(learner, {who: learner})
        line[grade.submission.assignment] = _score(grade)
        line[f"{grade.submission.assignment} (feedback)"] = _comments(grade)
    filled.text = table(columns, lines.values(), exact=(who,))
    return filled


def _worksheet(counting: Sequence[Grade], assignment: str) -> Filled:
    wanted = _of_one(counting, assignment)
    numbers = [grade.submission.number or _number(grade.submission.learner) for grade in wanted]
    lines = [
        {IDENTIFIER: f"Participant {id}", "Full name": grade.submission.name or grade.submission.learner,
         GRADE: _score(grade), COMMENTS: _comments(grade)}
        for grade, id in zip(wanted, numbers) if id
    ]  # fmt: skip
    told = "no number of Moodle's is in the name"
    missing = {grade.submission.learner: told for grade, id in zip(wanted, numbers) if not id}
    return Filled(table((IDENTIFIER, "Full name", GRADE, COMMENTS), lines), missing)


def _of_one(counting: Sequence[Grade], assignment: str) -> list[Grade]:
    names = sorted({grade.submission.assignment for grade in counting})
    if not assignment and len(names) > 1:
        raise NoRoster(f"a grading worksheet is one assignment's: say which with --assignment ({', '.join(names)})")
    return [grade for grade in counting if assignment in ("", grade.submission.assignment)]


def read_worksheet(path: Path) -> list[Row]:
    """The rows of an assignment's grading worksheet.

    Raises:
        NoRoster: if it is none.
    """
    return rosters.read(path, (IDENTIFIER, GRADE), "a grading worksheet from Moodle (Download grading worksheet)")


def filled_in(grades: Sequence[Grade], rows: Sequence[Row], assignment: str = "") -> Filled:
    """Moodle's own worksheet with the grades of those who are in it, found by number, login, address or name.

    Raises:
        NoRoster: if several assignments are graded and none is named.
    """
    counting = _of_one([grade for grade in grades if grade.counts and grade.result], assignment)
    plain = [{**row, "number": _number(row[IDENTIFIER])} for row in rows]
    by = ("number", "Username", "Email address", "ID number", "Full name")
    found = rosters.matched(counting, plain, by, lambda g: (g.submission.number, g.submission.learner))
    whose = {grade.submission.learner: grade for grade in counting}
    columns = [*rows[0], *([] if COMMENTS in rows[0] else [COMMENTS])]
    lines = [
        {**row, GRADE: _score(whose[found[at]]), COMMENTS: _comments(whose[found[at]])} if at in found else row
        for at, row in enumerate(rows)
    ]
    missing = dict.fromkeys(sorted(set(whose) - set(found.values())), "nobody in the worksheet is known by this")
    return Filled(table(columns, lines), missing)


def _number(text: str) -> str:
    found = re.search(r"(\d+)\s*$", text)
    return found[1] if found else ""


def _score(grade: Grade) -> int | float | str:
    return number(grade.result.score) if grade.result else ""


def _comments(grade: Grade) -> str:
    return ("; ".join(_lost(grade.result)) or "Everything is right.") if grade.result else ""


def _lost(result: Result) -> Iterator[str]:
    """A clause for each group of cases that is not right."""
    for group in result.groups:
        if not group.diagnosis.passed:
            part = "" if group.group == ONLY_GROUP else f" ({group.group})"
            yield f"{group.question}{part}: {group.diagnosis.message}"
