"""Grades for Moodle's gradebook, imported under Grades, Import, CSV file: https://docs.moodle.org/en/Grade_import.

One line a learner: who it is, then for each assignment the grade and a feedback. The import page asks which column
tells who (map ``Username`` to the user name, say) and which grade item each other column belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rnngrade.judge.results.grades import Grade, number
from rnngrade.judge.results.result import Result
from rnngrade.judge.results.tables import table
from rnngrade.questions import ONLY_GROUP

IDENTITIES = {"username": "Username", "email": "Email address", "idnumber": "ID number"}


def gradebook(grades: Sequence[Grade], identity: str = "username") -> str:
    """The file. What could not be graded has no grade, so that the import leaves that cell alone."""
    who = IDENTITIES[identity]
    counting = [grade for grade in grades if grade.counts and grade.result]
    assignments = sorted({grade.submission.assignment for grade in counting})
    columns = (who, *(column for name in assignments for column in (name, f"{name} (feedback)")))
    lines: dict[str, dict[str, object]] = {}
    for grade in counting:
        assert grade.result is not None  # see above
        line = lines.setdefault(grade.submission.learner, {who: grade.submission.learner})
        line[grade.submission.assignment] = number(grade.result.score)
        line[f"{grade.submission.assignment} (feedback)"] = "; ".join(_lost(grade.result)) or "Everything is right."
    return table(columns, lines.values())


def _lost(result: Result) -> Iterator[str]:
    """A clause for each group of cases that is not right."""
    for group in result.groups:
        if not group.diagnosis.passed:
            part = "" if group.group == ONLY_GROUP else f" ({group.group})"
            yield f"{group.question}{part}: {group.diagnosis.message}"
