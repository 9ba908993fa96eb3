"""Get the pinned files and keep them: each is compared with its sha256 before it has a name under which it is used."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from live.files.pins import FilesError, Gone, Pins, sha256
from live.files.sources import Source

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "_build" / "pyodide-files"


def missing(pins: Pins, folder: Path = KEPT) -> list[str]:
    """The pinned files that ``folder`` lacks, or holds with other bytes."""
    return [name for name, expected in pins.sha256.items()
            if not (folder / name).is_file() or sha256((folder / name).read_bytes()) != expected]


def fetch(pins: Pins, source: Source, folder: Path = KEPT) -> list[str]:
    """Bring the files that ``folder`` lacks into it; their names.

    What is there and right stays; what is written is written whole, so an interrupted run has only to be repeated.

    Raises:
        FilesError: if a file has another hash than its pin, or the source cannot be reached.
        Gone: if the source answers, and lacks a file.
    """
    wanted = missing(pins, folder)
    folder.mkdir(parents=True, exist_ok=True)
    if wanted:
        for name, data in _right(pins, source, wanted):
            _write(folder / name, data)
    lacking = missing(pins, folder)
    if lacking:
        raise Gone(f"the source lacks {', '.join(lacking)} of Pyodide {pins.version}")
    return wanted


def _right(pins: Pins, source: Source, wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """What the source has; a name that it has several times is right if one of them is."""
    wrong: dict[str, str] = {}
    right: set[str] = set()
    for name, data in source(wanted):
        found = sha256(data)
        if found == pins.sha256[name]:
            right.add(name)
            yield name, data
        else:
            wrong[name] = found
    left = {name: found for name, found in wrong.items() if name not in right}
    if left:
        name, found = next(iter(left.items()))
        others = f" ({len(left) - 1} more files are wrong)" if len(left) > 1 else ""
        raise FilesError(f"{name} is not the file that live/files/pins.toml names: its sha256 is {found}, expected "
                         f"{pins.sha256[name]}{others}. Nothing of it was kept; is it of Pyodide {pins.version}?")


def _write(path: Path, data: bytes) -> None:
    """A file that is there whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
