"""The gradebook as nbgrader exports it: the columns of ``nbgrader export`` (``nbgrader.plugins.CsvExportPlugin``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rnngrade.judge.results.exports.moodle import UNSAFE
from rnngrade.judge.results.exports.rosters import Filled
from rnngrade.judge.results.grades import Grade
from rnngrade.judge.results.tables import is_exact, table

COLUMNS = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
           "late_submission_penalty", "score", "max_score")  # fmt: skip


def gradebook(grades: Sequence[Grade], due: Mapping[str, datetime]) -> Filled:
    """A line for each notebook that counts; as in nbgrader, what could not be graded has scored nothing."""
    counting = [grade for grade in grades if grade.counts and grade.submission.assignment]
    rows = (_row(grade, due) for grade in counting if is_exact(grade.submission.learner))
    unsafe = (grade.submission.learner for grade in counting if not is_exact(grade.submission.learner))
    return Filled(table(COLUMNS, rows, exact=("student_id",)), dict.fromkeys(unsafe, UNSAFE))


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
