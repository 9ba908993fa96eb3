"""The gradebook as nbgrader exports it: the columns of ``nbgrader export`` (``nbgrader.plugins.CsvExportPlugin``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rnngrade.judge.results.grades import Grade
from rnngrade.judge.results.tables import table

COLUMNS = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
           "late_submission_penalty", "score", "max_score")  # fmt: skip


def gradebook(grades: Sequence[Grade], due: Mapping[str, datetime]) -> str:
    """A line for each notebook that counts; as in nbgrader, what could not be graded has scored nothing."""
    rows = (_row(grade, due) for grade in grades if grade.counts and grade.submission.assignment)
    return table(COLUMNS, rows)


def _row(grade: Grade, due: Mapping[str, datetime]) -> dict[str, str | float]:
    submission = grade.submission
    when = due.get(submission.assignment, due.get(""))
    score = grade.result.score if grade.result else 0.0
    return {
        "assignment": submission.assignment,
        "duedate": str(when.astimezone(UTC).replace(tzinfo=None)) if when else "",
        "timestamp": str(datetime.fromtimestamp(submission.handed_in, UTC).replace(tzinfo=None)),
        "student_id": submission.learner,
        "last_name": "",
        "first_name": "",
        "email": "",
        "raw_score": score,
        "late_submission_penalty": 0.0,
        "score": score,
        "max_score": grade.result.points if grade.result else "",
    }
