"""``--learners FILE``: whose things are, told by the instructor where names do not tell."""

from __future__ import annotations

from pathlib import Path

from rnngrade.judge.handed_in.spreadsheet import NoTable, read


def read_learners(path: Path) -> dict[str, str]:
    """Who is meant, by what was handed in: a file's place, an entry of the class's folder, or a name as it was read.

    The table has two columns, under any headings: what was handed in, and whose it is.

    Raises:
        NoTable: if it has not, or says two things of one.
    """
    rows = read(path)
    columns = [name for name in rows[0] if name][:2] if rows else []
    if len(columns) < 2:
        raise NoTable(f"{path}: expected a table with headings and two columns: what was handed in, and whose it is")
    told: dict[str, str] = {}
    for row in rows:
        handed_in, learner = (row[column].strip() for column in columns)
        if told.setdefault(handed_in.rstrip("/"), learner) != learner:
            raise NoTable(f"{path} names two learners for {handed_in!r}")
    return {handed_in: learner for handed_in, learner in told.items() if handed_in and learner}
