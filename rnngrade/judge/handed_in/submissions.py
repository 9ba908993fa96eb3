"""Finds a class's submissions in a folder and reads them as data. No link is followed, nothing in them is run."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MAX_BYTES = 128 << 20  # one rare character makes it four times as much in memory, twice over
MAX_CONTAINERS = 4_000_000  # a small file can hold brackets that become gigabytes of lists
LEFT_BY_TOOLS = (".ipynb_checkpoints", ".git")
MAX_CELLS = 2000
MAX_SOURCE = 1 << 20
READY, UNREADABLE, MISPLACED, SUPERSEDED = "", "unreadable", "not this course", "superseded"


class Unreadable(Exception):
    """The file cannot be graded; the message says why."""


@dataclass(frozen=True)
class Submission:
    """One file: whose it is, for which assignment, and when it was handed in (seconds since 1970).

    ``status`` is ``READY``, or says why it is not graded; then ``problem`` says more.
    """

    learner: str
    assignment: str
    path: Path
    handed_in: float = 0.0
    status: str = READY
    problem: str = ""


@dataclass(frozen=True)
class Cell:
    """A code cell: its place among all cells, counted from 1, its source and its id (nbgrader's or its own)."""

    number: int
    source: str
    id: str


@dataclass(frozen=True)
class Notebook:
    """What grading needs of a notebook: its code cells, the ids of all its cells, the language its kernel is for."""

    cells: tuple[Cell, ...]
    ids: frozenset[str] = field(default_factory=frozenset)
    digest: str = ""
    language: str = "python"

    def mentions(self, name: str) -> bool:
        """Whether ``name`` is written in any code cell."""
        return any(name in cell.source for cell in self.cells)


# ---- finding


def discover(root: Path, assignments: set[str]) -> list[Submission]:
    """Every notebook under ``root`` in one of the three layouts, in the order of their paths.

    The layouts are ``learner/NN_name.ipynb``; nbgrader's ``[submitted/]learner/assignment/file.ipynb``; and flat,
    ``NN_name__learner.ipynb``. Of several for one learner and assignment the one handed in last is graded; of those of
    one time, the last by path.
    """
    found = [_placed(root, path, assignments) for path in sorted(_notebooks(root))]
    latest: dict[tuple[str, str], Submission] = {}
    for one in sorted((one for one in found if one.status == READY), key=lambda one: (one.handed_in, one.path)):
        latest[one.learner, one.assignment] = one
    return [
        one
        if one.status != READY or one is latest[one.learner, one.assignment]
        else _superseded(one, latest[one.learner, one.assignment].path.relative_to(root))
        for one in found
    ]


def _superseded(one: Submission, by: Path) -> Submission:
    return replace(one, status=SUPERSEDED, problem=f"a later notebook for this assignment is graded: {by}")


def _placed(root: Path, path: Path, assignments: set[str]) -> Submission:
    parts = path.relative_to(root).parts
    parts = parts[1:] if len(parts) > 1 and parts[0] == "submitted" else parts
    stem, problem = path.stem, ""
    if len(parts) == 1:
        assignment, mark, learner = stem.partition("__")
        if not mark or not learner:
            assignment, learner = "", stem
            problem = "its place tells no learner: expected learner/NN_name.ipynb"
    elif len(parts) == 2:
        learner, assignment = parts[0], stem
    elif len(parts) == 3:
        learner, assignment = parts[0], stem if stem in assignments else parts[1]
    else:
        learner, assignment, problem = parts[0], stem, "nested too deeply: expected learner/NN_name.ipynb"
    if not problem and assignment not in assignments:
        problem = f"no assignment of this course is called {assignment!r}; it has {', '.join(sorted(assignments))}"
    if problem:
        return Submission(learner, assignment, path, _time(path), MISPLACED, problem)
    problem = _unopened(path)
    return Submission(learner, assignment, path, _time(path), UNREADABLE if problem else READY, problem)


def _unopened(path: Path) -> str:
    """Why ``path`` is not even opened, or nothing."""
    if path.is_symlink():
        return "a symbolic link, which is not followed"
    return "an archive, which is not opened: hand in the notebook that is in it" if path.suffix == ".zip" else ""


def _time(path: Path) -> float:
    """When ``path`` was handed in: what nbgrader's ``timestamp.txt`` beside it says, else when it was last changed."""
    try:
        noted = datetime.fromisoformat(_bytes(path.parent / "timestamp.txt").decode().strip().replace(" UTC", "+00:00"))
        return (noted if noted.tzinfo else noted.replace(tzinfo=UTC)).timestamp()
    except (Unreadable, ValueError):
        return path.lstat().st_mtime


def _notebooks(root: Path) -> Iterator[Path]:
    """Notebook files; and what must not go unnoticed although it is not opened: archives, and links to folders."""
    for parent, folders, files in os.walk(root, followlinks=False):
        folders[:] = [name for name in folders if name not in LEFT_BY_TOOLS]
        yield from (Path(parent, name) for name in folders if Path(parent, name).is_symlink())
        yield from (Path(parent, name) for name in files if name.endswith((".ipynb", ".zip")) and name[:2] != "._")


# ---- reading


def read(path: Path) -> Notebook:
    """Read a notebook file.

    Raises:
        Unreadable: if it is not a notebook of a size that can be read.
    """
    raw = _bytes(path)
    if raw.count(b"[") + raw.count(b"{") > MAX_CONTAINERS:
        raise Unreadable("holds more lists than any notebook: it is not opened")
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON: the file may be cut off; download it again") from error
    return _notebook(document, hashlib.sha256(raw).hexdigest())


def _bytes(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error.strerror}") from error
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if status.st_size > MAX_BYTES:
            raise Unreadable(f"{status.st_size / 1e6:.0f} MB, more than {MAX_BYTES / 1e6:.0f} MB: clear its outputs")
        return file.read(MAX_BYTES)


def _notebook(document: Any, digest: str) -> Notebook:
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise Unreadable("not a notebook: JSON without cells (if its format is older than 4, open and save it)")
    cells = document["cells"]
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"{len(cells)} cells, more than {MAX_CELLS}")
    code = [
        _cell(number, cell)
        for number, cell in enumerate(cells, 1)
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    return Notebook(tuple(code), frozenset(_ids(cells)), digest, _language(document.get("metadata")))


def _language(metadata: Any) -> str:
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language", "python") if isinstance(kernel, dict) else "python"
    return language[:40].lower().encode("utf-8", "replace").decode() if isinstance(language, str) else "python"


def _cell(number: int, cell: dict[str, Any]) -> Cell:
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(f"cell {number} has a source that is not text")
    if len(source) > MAX_SOURCE:
        raise Unreadable(f"cell {number} has {len(source)} characters of code, more than {MAX_SOURCE}")
    return Cell(number, source.encode("utf-8", "replace").decode(), next(_ids([cell]), ""))


def _ids(cells: list[Any]) -> Iterator[str]:
    """nbgrader's id of each cell, and the notebook's own."""
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        metadata = cell.get("metadata")
        graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        for holder, key in ((graded, "grade_id"), (cell, "id")):
            if isinstance(holder, dict) and isinstance(holder.get(key), str):
                yield holder[key]
