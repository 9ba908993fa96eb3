"""Grades for Canvas's gradebook, which imports only what it could have exported: export yours, and have it filled in.

What a file needs (the columns that tell who, the section, and a column for each assignment) is described at
https://teaching.resources.osu.edu/toolsets/carmencanvas/guides/calculating-final-grades/import-csv-file-carmen-grades
and, by Canvas itself, under "How do I import grades in the Gradebook?". A column that Canvas knows is headed
``name (number)``; a new heading makes a new assignment, worth what the row ``Points Possible`` says.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from rnngrade.judge.results.grades import Grade, number
from rnngrade.judge.results.tables import table

IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
BY = ("SIS Login ID", "SIS User ID", "ID")
Row = dict[str, str]


class NoRoster(ValueError):
    """The file is not a gradebook that Canvas exported."""


def read_roster(path: Path) -> list[Row]:
    """The rows of a gradebook exported from Canvas.

    Raises:
        NoRoster: if it is none.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NoRoster(f"{path} cannot be read: {error}") from error
    missing = [name for name in ("Student", "ID", "Section") if rows and name not in rows[0]]
    if not rows or missing:
        raise NoRoster(f"{path} is not a gradebook from Canvas (Grades, Export): no column {missing or 'at all'}")
    return rows


def gradebook(grades: Sequence[Grade], roster: Sequence[Row]) -> tuple[str, list[str]]:
    """The file to import, and the learners it has no line for. A line without a grade leaves Canvas's as it is."""
    scored = {(g.submission.learner, g.submission.assignment): g for g in grades if g.counts and g.result}
    headings = {name: _heading(name, roster[0]) for name in sorted({name for _, name in scored})}
    columns = (*(name for name in IDENTITY if name in roster[0]), *headings.values())
    lines, found = [], set()
    for row in roster:
        line: dict[str, object] = {name: row[name] for name in columns if name in IDENTITY}
        learner = _learner(row, (learner for learner, _ in scored))
        for name, heading in headings.items():
            if _is_points(row):
                line[heading] = row.get(heading) or _points(scored, name)
            elif (learner, name) in scored:
                result = scored[learner, name].result
                line[heading] = number(result.score) if result else ""
        found.add(learner)
        lines.append(line)
    return table(columns, lines), sorted({learner for learner, _ in scored} - found)


def _heading(assignment: str, row: Row) -> str:
    """The column Canvas has for an assignment, ``01_unrolling (123456)``, or a new one."""
    return next(
        (name for name in row if name and re.fullmatch(re.escape(assignment) + r"( \(\d+\))?", name)), assignment
    )


def _learner(row: Row, learners: Iterable[str]) -> str:
    """Whose row it is, among ``learners``; an empty string if none's."""
    known = set(learners)
    return next((row[name] for name in BY if row.get(name) in known), "")


def _is_points(row: Row) -> bool:
    return row["Student"].strip() == "Points Possible"


def _points(scored: dict[tuple[str, str], Grade], assignment: str) -> float:
    results = (grade.result for (_, name), grade in scored.items() if name == assignment)
    return number(next(result.points for result in results if result))
