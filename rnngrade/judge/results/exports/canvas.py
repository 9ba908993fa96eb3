"""Grades for Canvas's gradebook, which imports only what it could have exported: export yours, and have it filled in.

What a file needs (the columns that tell who, the section, and a column for each assignment) is described at
https://teaching.resources.osu.edu/toolsets/carmencanvas/guides/calculating-final-grades/import-csv-file-carmen-grades
and, by Canvas itself, under "How do I import grades in the Gradebook?". A column that Canvas knows is headed
``name (number)``; a new heading makes a new assignment, worth what the row ``Points Possible`` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rnngrade.judge.handed_in import spreadsheet
from rnngrade.judge.handed_in.spreadsheet import Row
from rnngrade.judge.results.exports import rosters
from rnngrade.judge.results.exports.rosters import Filled, NoRoster
from rnngrade.judge.results.grades import Grade, number
from rnngrade.judge.results.tables import is_exact, table

IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
EXACT = ("ID", "SIS User ID", "SIS Login ID")  # by which Canvas knows a line again
BY = ("SIS Login ID", "SIS User ID", "ID")
KNOWN = re.compile(r"(.+) \(\d+\)", re.DOTALL)


def read_roster(path: Path) -> list[Row]:
    """The rows of a gradebook exported from Canvas.

    Raises:
        NoRoster: if it is none.
    """
    return rosters.read(path, ("Student", "ID", "Section"), "a gradebook from Canvas (Grades, Export)")


def gradebook(grades: Sequence[Grade], roster: Sequence[Row], titles: Mapping[str, str] | None = None) -> Filled:
    """The file to import. A line without a grade leaves Canvas's as it is.

    ``titles`` says which column is an assignment's.

    Raises:
        NoRoster: if several may be, or there is none of a name given.
    """
    scored = {(g.submission.learner, g.submission.assignment): g for g in grades if g.counts and g.result}
    filled = Filled("")
    headings = {name: _heading(name, roster[0], titles or {}, filled) for name in sorted({n for _, n in scored})}
    columns = (*(name for name in IDENTITY if name in roster[0]), *headings.values())
    learners = rosters.matched(scored.values(), roster, BY, _known_as)
    lines = []
    for at, row in enumerate(roster):
        line: dict[str, object] = {name: row[name] for name in columns if name in IDENTITY}
        for name, heading in headings.items():
            if _is_points(row):
                line[heading] = _worth(row, name, heading, scored, filled)
            elif (grade := scored.get((learners.get(at, ""), name))) and grade.result:
                line[heading] = number(grade.result.score)
        if all(is_exact(row.get(name, "")) for name in EXACT):
            lines.append(line)
        elif at in learners:
            filled.missing[learners.pop(at)] = "a spreadsheet would take what identifies them for a formula"
    absent = {learner for learner, _ in scored} - set(learners.values()) - set(filled.missing)
    filled.missing |= dict.fromkeys(sorted(absent), "nobody in the roster is known by this, or several are")
    filled.text = table(columns, lines, exact=EXACT)
    return filled


def _known_as(grade: Grade) -> tuple[str, ...]:
    return grade.submission.learner, grade.submission.number


def _heading(assignment: str, row: Row, titles: Mapping[str, str], filled: Filled) -> str:
    """The column Canvas has for an assignment, ``01_unrolling (123456)``, or a new one; what is not plain is said."""
    columns = [name for name in row if name and name not in IDENTITY]
    if assignment in titles:
        return _given(titles[assignment], columns)
    same = [name for name in columns if _title(name) == assignment]
    like = [name for name in columns if KNOWN.fullmatch(name) and _is_like(_title(name), assignment)]
    if not same and len(like) > 1:
        raise NoRoster(
            f"several columns may be that of {assignment}: {', '.join(map(repr, like))}; "
            f"say which with --column {assignment}='..'"
        )
    if same or like:
        if not same:
            filled.remarks.append(f"{assignment} goes into the column {like[0]!r}")
        return (same or like)[0]
    filled.remarks.append(
        f"no column of the roster is that of {assignment}: importing this file makes a new assignment; if Canvas has "
        f"one under another title, name it with --column {assignment}='..'"
    )
    return assignment


def _given(title: str, columns: Sequence[str]) -> str:
    found = [name for name in columns if title in (name, _title(name))]
    if len(found) != 1:
        raise NoRoster(f"the roster has no column {title!r}; it has {', '.join(map(repr, columns))}")
    return found[0]


def _title(heading: str) -> str:
    known = KNOWN.fullmatch(heading)
    return known[1] if known else heading


def _is_like(title: str, assignment: str) -> bool:
    """Whether all words of an assignment's name, but its number, are in a title."""
    words = [word for word in re.split(r"[\W_]+", rosters.folded(assignment)) if not word.isdigit()]
    return bool(words) and set(words) <= set(re.split(r"[\W_]+", rosters.folded(title)))


def _is_points(row: Row) -> bool:
    return row["Student"].strip() == "Points Possible"


def _worth(row: Row, assignment: str, heading: str, scored: Mapping[tuple[str, str], Grade], filled: Filled) -> object:
    """What the column is worth, as Canvas has it, with a decimal point; a new one, what the notebook is."""
    points = next(g.result.points for (_, name), g in scored.items() if name == assignment and g.result)
    there = spreadsheet.number(row.get(heading, ""))
    if there is not None and there != points:
        filled.remarks.append(f"{assignment} is worth {number(points)} points here and {number(there)} in Canvas")
    return number(points) if there is None else number(there)
