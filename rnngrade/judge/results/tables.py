"""Results as CSV, such that a spreadsheet shows every word a learner wrote and evaluates none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rnngrade.judge.files import visible
from rnngrade.judge.results.grades import Grade, moment, number

GRADES = ("learner", "assignment", "status", "score", "points", "late_hours", "handed_in", "detail", "file", "feedback",
          "isolation")  # fmt: skip
QUESTIONS = ("learner", "assignment", "question", "group", "earned", "points", "finding", "mistake", "message")
ACTIVE = ("=", "+", "-", "@", "|", "%")  # what a spreadsheet takes for a formula or a command


def cell(value: Any) -> Any:
    """``value`` as a spreadsheet shows it and never evaluates it: a leading = + - @ is disarmed by an apostrophe."""
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text.lstrip()[:1] in ACTIVE and text.strip() else text


def table(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def grades(class_: Sequence[Grade], root: Path) -> str:
    """``grades.csv``: a line a notebook. What could not be graded has no score: an empty cell is not a zero."""
    return table(GRADES, (dict(zip(GRADES, _grade(grade, root))) for grade in class_))


def _grade(grade: Grade, root: Path) -> tuple[Any, ...]:
    submission = grade.submission
    marks = (number(grade.result.score), number(grade.result.points)) if grade.result else ("", "")
    return (
        submission.learner,
        submission.assignment,
        grade.status,
        *marks,
        number(round(grade.late, 2)),
        moment(submission.handed_in),
        grade.detail,
        str(submission.path.relative_to(root)),
        str(grade.feedback),
        grade.isolation,
    )


def questions(class_: Sequence[Grade]) -> str:
    """``questions.csv``: a line for each case group of each graded notebook."""
    return table(QUESTIONS, (row for grade in class_ if grade.result for row in _questions(grade)))


def _questions(grade: Grade) -> Iterable[dict[str, Any]]:
    whose = (grade.submission.learner, grade.submission.assignment)
    for group in grade.result.groups if grade.result else ():
        found = group.diagnosis
        yield dict(
            zip(
                QUESTIONS,
                (
                    *whose,
                    group.question,
                    group.group,
                    number(group.earned),
                    number(group.points),
                    found.kind,
                    found.mistake or "",
                    found.message,
                ),
            )
        )
