"""Finds a class's submissions in a folder and reads them as data. No link is followed, nothing in them is run."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

MAX_BYTES = 256 << 20
MAX_CONTAINERS = 4_000_000  # a small file can hold brackets that become gigabytes of lists
LEFT_BY_TOOLS = (".ipynb_checkpoints", ".git")
MAX_CELLS = 2000
MAX_SOURCE = 1 << 20


class Unreadable(Exception):
    """The file cannot be graded; the message says why."""


@dataclass(frozen=True)
class Submission:
    """One file: whose it is, and for which assignment. ``problem`` says why it cannot be read, if that is known."""

    learner: str
    assignment: str
    path: Path
    problem: str | None = None


@dataclass(frozen=True)
class Cell:
    """A code cell: its place among all cells, counted from 1, its source and its id (nbgrader's or its own)."""

    number: int
    source: str
    id: str


@dataclass(frozen=True)
class Notebook:
    """What grading needs of a notebook: its code cells, and the ids of all its cells."""

    cells: tuple[Cell, ...]
    ids: frozenset[str] = field(default_factory=frozenset)
    digest: str = ""

    def mentions(self, name: str) -> bool:
        """Whether ``name`` is written in any code cell."""
        return any(name in cell.source for cell in self.cells)


# ---- finding


def discover(root: Path, assignments: set[str]) -> Iterator[Submission]:
    """Every notebook under ``root`` in one of the three layouts, in the order of their paths.

    The layouts are ``learner/NN_name.ipynb``; nbgrader's ``[submitted/]learner/assignment/file.ipynb``; and flat,
    ``NN_name__learner.ipynb``. Of two for one learner and assignment the first is graded.
    """
    seen: dict[tuple[str, str], Path] = {}
    for path in sorted(_notebooks(root)):
        parts = path.relative_to(root).parts
        if len(parts) > 1 and parts[0] == "submitted":
            parts = parts[1:]
        found = _placed(parts, path.name.removesuffix(".ipynb"), path, assignments)
        first = seen.setdefault((found.learner, found.assignment), path)
        if first != path and found.problem is None:
            where = first.relative_to(root)
            found = replace(found, problem=f"a second notebook for this assignment; {where} is graded")
        yield found


def _placed(parts: tuple[str, ...], stem: str, path: Path, assignments: set[str]) -> Submission:
    problem = "a symbolic link, which is not followed" if path.is_symlink() else None
    if len(parts) == 1:
        assignment, mark, learner = stem.partition("__")
        if not mark or not learner:
            return Submission(stem, "", path, problem or "its place tells no learner: expected learner/NN_name.ipynb")
    elif len(parts) == 2:
        learner, assignment = parts[0], stem
    elif len(parts) == 3:
        learner, assignment = parts[0], stem if stem in assignments else parts[1]
    else:
        return Submission(parts[0], stem, path, problem or "nested too deeply: expected learner/NN_name.ipynb")
    if assignment not in assignments and problem is None:
        problem = f"no assignment of this course is called {assignment!r}; it has {', '.join(sorted(assignments))}"
    return Submission(learner, assignment, path, problem)


def _notebooks(root: Path) -> Iterator[Path]:
    """Notebook files, and links to folders: those are not entered, and must not go unnoticed."""
    for parent, folders, files in os.walk(root, followlinks=False):
        folders[:] = [name for name in folders if name not in LEFT_BY_TOOLS]
        yield from (Path(parent, name) for name in folders if Path(parent, name).is_symlink())
        yield from (Path(parent, name) for name in files if name.endswith(".ipynb") and not name.startswith("._"))


# ---- reading


def read(path: Path) -> Notebook:
    """Read a notebook file.

    Raises:
        Unreadable: if it is not a Python notebook of a size that can be read.
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
    language = _language(document.get("metadata"))
    if language != "python":
        raise Unreadable(f"a notebook for {language[:40]!r}, not Python")
    cells = document["cells"]
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"{len(cells)} cells, more than {MAX_CELLS}")
    code = [_cell(number, cell) for number, cell in enumerate(cells, 1)
            if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return Notebook(tuple(code), frozenset(_ids(cells)), digest)


def _language(metadata: Any) -> str:
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language", "python") if isinstance(kernel, dict) else "python"
    return language.lower() if isinstance(language, str) else "python"


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
