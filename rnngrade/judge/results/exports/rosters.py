"""Finds learners in the rows of a table that a platform exported, by whatever tells who they are."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rnngrade.judge.handed_in import spreadsheet
from rnngrade.judge.handed_in.spreadsheet import NoTable, Row
from rnngrade.judge.results.grades import Grade


class NoRoster(ValueError):
    """The file is not what a platform exports, or not enough is known to fill it in; the message says what is."""


@dataclass
class Filled:
    """A file to import; whom it has no line for, and why; and what else its user should know."""

    text: str
    missing: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def read(path: Path, needed: Sequence[str], what: str) -> list[Row]:
    """The rows of a table with the columns ``needed``.

    Raises:
        NoRoster: if it is none.
    """
    try:
        rows = spreadsheet.read(path)
    except NoTable as error:
        raise NoRoster(str(error)) from error
    missing = [name for name in needed if not rows or name not in rows[0]]
    if missing:
        found = f"; its columns are {', '.join(map(repr, rows[0]))}" if rows else ""
        raise NoRoster(f"{path} is not {what}: no column {', '.join(map(repr, missing))}{found}")
    return rows


def folded(text: str) -> str:
    """What an identity is compared by where letter by letter nothing is found: accents composed, and without case."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def matched(
    grades: Iterable[Grade], rows: Sequence[Row], columns: Sequence[str], known_as: Callable[[Grade], Iterable[str]]
) -> dict[int, str]:
    """The learner of each row, by its number: first letter by letter, then without case and composition.

    ``known_as`` are the identities of a learner. Where several are meant by one, nobody is.
    """
    found: dict[int, str] = {}
    graded = list(grades)
    for same in (str.strip, folded):
        owners: dict[str, set[str]] = defaultdict(set)
        for grade in graded:
            for identity in filter(None, known_as(grade)):
                owners[same(identity)].add(grade.submission.learner)
        for column in columns:
            lines: dict[str, list[int]] = defaultdict(list)
            for number, row in enumerate(rows):
                lines[same(row.get(column, ""))].append(number)
            for identity, numbers in lines.items():
                whose = owners.get(identity, set()) - set(found.values())
                if identity and len(whose) == len(numbers) == 1 and numbers[0] not in found:
                    found[numbers[0]] = whose.pop()
    return found
