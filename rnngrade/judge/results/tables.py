"""Results as CSV, such that a spreadsheet shows every word a learner wrote and evaluates none."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from rnngrade.judge.files import told_apart, visible
from rnngrade.judge.handed_in.submissions import Submission
from rnngrade.judge.results.grades import Grade, moment, number

GRADES = ("learner", "assignment", "status", "score", "points", "late_hours", "handed_in", "time_from", "detail",
          "read_as", "file", "feedback", "isolation")  # fmt: skip
QUESTIONS = ("learner", "assignment", "question", "group", "earned", "points", "finding", "mistake", "message")
HANDED_IN = ("file", "learner", "assignment", "status", "handed_in", "time_from", "read_as", "detail")
# What a spreadsheet takes for a formula or a command, and what it reads as these: full-width, small and raised signs.
ACTIVE = "=+-@|%＝＋－＠｜％﹢﹣﹦﹪﹫⁺⁼₊₌"
REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
# At the start of a cell; and after what may part cells where commas do not, as it is where numbers have commas.
STARTS = re.compile(rf"""(^|[;\t])(?=[\s"']*[{re.escape(ACTIVE)}])""")


def cell(value: Any) -> Any:
    """``value`` as a spreadsheet shows it and never evaluates it: what would be a formula begins with an apostrophe."""
    return disarmed(visible(value)) if isinstance(value, str) else value


def disarmed(text: str) -> str:
    """``text`` with an apostrophe wherever a formula would begin; one to one."""
    return STARTS.sub(r"\1'", text)


def name(text: str) -> str:
    """A learner's name, of which two that differ still do."""
    return disarmed(told_apart(text))


def is_exact(text: str) -> bool:
    """Whether an identity can stand in a table as it is: whoever imports it compares it letter by letter."""
    hidden = (unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") or c in REORDERING for c in text)
    return STARTS.search(text) is None and not any(hidden)


def table(columns: Sequence[str], rows: Iterable[dict[str, Any]], exact: Collection[str] = ()) -> str:
    """Rows as CSV; what stands in the columns ``exact`` is an identity, and was found to be one."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writerow({name: cell(name) for name in columns})
    writer.writerows({name: value if name in exact else cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def grades(class_: Sequence[Grade]) -> str:
    """``grades.csv``: a line a notebook. What could not be graded has no score: an empty cell is not a zero."""
    return table(GRADES, (dict(zip(GRADES, _grade(grade))) for grade in class_), exact=("learner", "file"))


def _grade(grade: Grade) -> tuple[Any, ...]:
    submission = grade.submission
    marks = (number(grade.result.score), number(grade.result.points)) if grade.result else ("", "")
    return (
        name(submission.learner),
        submission.assignment,
        grade.status,
        *marks,
        number(round(grade.late, 2)),
        moment(submission.handed_in),
        submission.time_from,
        grade.detail,
        submission.reading,
        name(submission.place),
        str(grade.feedback),
        grade.isolation,
    )


def handed_in(lines: Sequence[Submission], grades: Sequence[Grade] = ()) -> str:
    """``handed_in.csv``: a line for everything in the class's folder, and what it was taken for."""
    known = {id(grade.submission): grade for grade in grades}
    rows = (dict(zip(HANDED_IN, _line(line, known.get(id(line))))) for line in lines)
    return table(HANDED_IN, rows, exact=("file", "learner"))


def _line(line: Submission, grade: Grade | None) -> tuple[Any, ...]:
    status = grade.status if grade else line.status or "to be graded"
    return (name(line.place), name(line.learner), line.assignment, status, moment(line.handed_in), line.time_from,
            line.reading, grade.detail if grade else line.problem)  # fmt: skip


def questions(class_: Sequence[Grade]) -> str:
    """``questions.csv``: a line for each case group of each graded notebook."""
    rows = (row for grade in class_ if grade.result for row in _questions(grade))
    return table(QUESTIONS, rows, exact=("learner",))


def _questions(grade: Grade) -> Iterable[dict[str, Any]]:
    whose = (name(grade.submission.learner), grade.submission.assignment)
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
