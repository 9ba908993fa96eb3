"""Tables as spreadsheets and platforms save them: parted by commas, semicolons or tabs, in the encodings they use."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

MAX_BYTES = 64 << 20
Row = dict[str, str]


class NoTable(ValueError):
    """The file is no table; the message says why."""


def read(path: Path) -> list[Row]:
    """The rows of a table with headings, blank ones left out. Every row has every heading.

    Raises:
        NoTable: if the file cannot be read as one.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NoTable(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise NoTable(f"{path} is too large for a table: {len(raw) / 1e6:.0f} MB")
    if raw.startswith(b"PK\x03\x04"):
        raise NoTable(f"{path} is an Excel workbook: save it as CSV (UTF-8), and give that")
    text = decoded(raw)
    lines = text.splitlines()
    if lines and re.fullmatch(r"sep=.", lines[0], re.IGNORECASE):  # Excel's own hint
        text = text.partition("\n")[2]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_mark(text), strict=False))
    except csv.Error as error:
        raise NoTable(f"{path} is no table: {error}") from error
    return _with_headings([row for row in rows if any(cell.strip() for cell in row)])


def decoded(raw: bytes) -> str:
    """Text in UTF-8, with or without a mark, UTF-16 with one (Excel's Unicode text), or else Windows' Latin-1."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _mark(text: str) -> str:
    """What parts the cells of the first line, outside quotes: the commonest of the three."""
    first = re.sub(r'"(?:[^"]|"")*"', "", text[: 1 << 16]).lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _with_headings(rows: Sequence[list[str]]) -> list[Row]:
    if not rows:
        return []
    headings = [name.strip() for name in rows[0]]
    return [{**dict.fromkeys(headings, ""), **dict(zip(headings, row))} for row in rows[1:]]


def number(text: str) -> float | None:
    """The number in a cell, with a point or a comma; None if there is none."""
    found = re.fullmatch(r"\s*([+-]?\d+)(?:[.,](\d+))?\s*%?\s*", text)
    return float(f"{found[1]}.{found[2] or 0}") if found else None
