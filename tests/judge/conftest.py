"""A class of made-up learners, graded for real: every test here needs the sandbox, and CI must have one."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnngrade.judge import Limits, NoIsolation, grade_class
from rnngrade.judge.inside import hardening
from rnngrade.judge.isolation import visible
from rnngrade.judge.isolation.limits import Recipe
from rnngrade.judge.isolation.sandbox import Zygote

COURSE = Path(__file__).parent / "fixtures" / "course"
QUICK = Limits(cell=0.5, call=0.5, total=6.0, patience=4.0, memory=256 << 20, disk=8 << 20, restarts=4)
FAIR = (
    "import numpy as np",
    "def total(x):\n    return x.sum(0)",
    "def product(a, b):\n    return a @ b",
    "half = 0.5\nailment = 'vanishing'",
)


@pytest.fixture(scope="session", autouse=True)
def passable() -> None:
    """Let other users pass through the folders above this Python, as process isolation needs, for these tests alone.

    Where only root may enter one of them it is covered, in a mount namespace of this process, by one that all may pass
    and in which everything else lies as before.
    """
    closed = visible.private() if os.getuid() == 0 else None
    if closed is not None and closed != Path("/"):
        if hardening.libc.unshare(hardening.CLONE_NEWNS) != 0:
            return  # it stays closed, and process isolation refuses
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        place = tempfile.mkdtemp(prefix="passable-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", place], check=True)
        for inner in closed.iterdir():
            cover = Path(place, inner.name)
            if inner.is_symlink():
                cover.symlink_to(inner.readlink())
            elif inner.is_dir() or inner.is_file():
                cover.mkdir() if inner.is_dir() else cover.touch()
                subprocess.run(["mount", "--rbind", str(inner), str(cover)], check=True)
        subprocess.run(["mount", "--move", place, str(closed)], check=True)
        os.rmdir(place)  # its own: another's may be about to be mounted, and would be torn from it
        # Nothing below it is ever removed: that would be the folders themselves.


@pytest.fixture(scope="session")
def isolation(passable: None) -> None:
    """Skip where nothing can be isolated, but not in CI: there it is a failure."""
    try:
        Zygote(Recipe(frozenset(), frozenset())).close()
    except NoIsolation as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no isolation here: {error}")


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that other users may pass through, as those of ``tmp_path`` are not."""
    with tempfile.TemporaryDirectory(prefix="open-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def notebook(*cells: str, ids: tuple[str, ...] = ()) -> dict:
    code = [
        {
            "cell_type": "code",
            "id": ids[i] if i < len(ids) else f"cell-{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(cells)
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code}


def hand_in(root: Path, learner: str, *cells: str, assignment: str = "01_sums", **more) -> Path:
    path = root / learner / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(*cells, **more)))
    return path


def grade(root: Path, results: Path, **more) -> dict:
    """Grade a folder; the grades by learner."""
    graded = grade_class(root, results, COURSE, **{"jobs": 2, "limits": QUICK, **more})
    return {grade.submission.learner: grade for grade in graded if grade.counts}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
