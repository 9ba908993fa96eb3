"""Lay the folder that the pages load: Pyodide without what no page uses, the course's packages, and their lock file."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from live.files.course import Made, packages
from live.files.fetching import KEPT, ROOT, missing
from live.files.pins import FilesError, Package, Pins, sha256
from live.files.slimming import slimmed

LAID = ROOT / "_build" / "pyodide"
LOCK = "pyodide-lock.json"
STAMP = "laid.json"


def lay(pins: Pins, kept: Path = KEPT, folder: Path = LAID, root: Path = ROOT) -> bool:
    """Bring ``folder`` up to date; whether anything was to be done. It is replaced whole, or stays as it was.

    Raises:
        FilesError: if files of Pyodide are missing, saying how to get them.
    """
    lacking = missing(pins, kept)
    if lacking:
        raise FilesError(f"{len(lacking)} of Pyodide's {len(pins.sha256)} files are not here ({lacking[0]} ..): "
                         "make live-files fetches them")
    ours = packages(root)
    stamp = _stamp(pins, ours)
    if (folder / STAMP).is_file() and (folder / STAMP).read_text(encoding="utf-8") == stamp:
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        _fill(fresh, pins, kept, ours)
        (fresh / STAMP).write_text(stamp, encoding="utf-8")
        fresh.chmod(0o755)
        _replace(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def _stamp(pins: Pins, ours: list[Made]) -> str:
    """What the folder is made from: the pins, the rules by which it is made, the course's packages."""
    rules = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.*")))
    course = [made.package.file_name for made in ours]
    return json.dumps({"pins": pins.sha256, "rules": sha256(rules), "course": course}, indent=1)


def _fill(folder: Path, pins: Pins, kept: Path, ours: list[Made]) -> None:
    for name in pins.core:
        (folder / name).write_bytes(slimmed(name, (kept / name).read_bytes()))
    entries = {}
    for package in pins.packages.values():
        data = slimmed(package.file_name, (kept / package.file_name).read_bytes())
        entries[package.name] = _place(folder, package, data)
    for made in ours:
        entries[made.package.name] = _place(folder, made.package, made.data)
    lock = {"info": pins.info, "packages": dict(sorted(entries.items()))}
    (folder / LOCK).write_text(json.dumps(lock, separators=(",", ":")), encoding="utf-8")


def _place(folder: Path, package: Package, data: bytes) -> dict[str, Any]:
    """Write a package's file; its entry in the lock file."""
    (folder / package.file_name).write_bytes(data)
    return {"name": package.name, "version": package.version, "file_name": package.file_name, "sha256": sha256(data),
            "imports": list(package.imports), "depends": list(package.depends), "install_dir": "site",
            "package_type": "package", "unvendored_tests": False}


def _replace(folder: Path, fresh: Path) -> None:
    """Put ``fresh`` in the place of ``folder``; what was there goes only when the new one stands."""
    old = fresh.with_name(fresh.name + "-old")
    if folder.exists():
        os.replace(folder, old)
    os.replace(fresh, folder)
    shutil.rmtree(old, ignore_errors=True)
