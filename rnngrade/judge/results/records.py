"""What has been graded, kept so that a run that was stopped goes on: one file a notebook, written whole or not at all.

A record is found by what decides a result: the notebook's bytes, and a fingerprint of seed, questions, limits,
isolation and program. Nothing else is asked, so nothing out of date is ever taken for a result.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rnngrade.diagnosis import Diagnosis
from rnngrade.judge.files import remove_parts, write
from rnngrade.judge.results.pictures import Picture
from rnngrade.judge.results.result import CellProblem, GroupResult, Marked, Result

log = logging.getLogger(__name__)


class Busy(RuntimeError):
    """Another run is writing to the same folder."""


@cache
def programs() -> str:
    """A hash of what marks and of what notebooks import: this package, rnnlib, numpy and Python."""
    digest = hashlib.sha256(f"{platform.python_version()} {np.__version__}".encode())
    for name in ("rnngrade", "rnnlib"):
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None  # both are installed
        folder = Path(spec.origin).parent
        for path in sorted(folder.rglob("*.py")):
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def fingerprint(**facts: Any) -> str:
    """A short hash of all that decides a result beside the notebook."""
    text = json.dumps({"programs": programs(), **facts}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Records:
    """The results in one folder. ``fingerprints`` gives each assignment's."""

    def __init__(self, folder: Path, fingerprints: Mapping[str, str]) -> None:
        self.folder, self.fingerprints = folder, fingerprints

    def _path(self, assignment: str, digest: str) -> Path:
        return self.folder / f"{self.fingerprints[assignment]}-{digest[:32]}.json"

    def get(self, assignment: str, digest: str) -> Marked | None:
        """What the notebook with this hash got, if it has been graded."""
        path = self._path(assignment, digest)
        try:
            return from_json(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:  # cut short by a full disk or a power cut: graded again
            log.warning("the record %s cannot be read (%s); its notebook is graded again", path.name, error)
            return None

    def put(self, assignment: str, digest: str, marked: Marked) -> None:
        """Keep what it got."""
        write(self._path(assignment, digest), json.dumps(asdict(marked)), durable=False)


def from_json(record: dict[str, Any]) -> Marked:
    """What a record holds."""
    result = record["result"]
    groups = [
        GroupResult(
            **{
                **group,
                "diagnosis": Diagnosis(**group["diagnosis"]),
                "checked": tuple(group["checked"]),
                "picture": group["picture"] and Picture(**group["picture"]),
            }
        )
        for group in result["groups"]
    ]
    problems = tuple(CellProblem(**problem) for problem in result["problems"])
    return Marked(Result(tuple(groups), problems, result["seconds"]), record["stamp"], record["remark"])


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep every other run out of ``folder``; the kernel lets go when this process ends, however it does.

    Raises:
        Busy: if another run is in it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _locked(descriptor, folder)
        remove_parts([folder, folder / "records", *folder.glob("feedback/*/")])  # of a run that was killed
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Busy(f"another rnngrade is writing to {folder}: wait for it, or choose another folder") from error
