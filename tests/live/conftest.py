"""The Pyodide that the pages load, under node; where it cannot be had, what needs it is skipped and says why."""

import importlib.metadata
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from live.files import PINS, FilesError, lay
from live.files.__main__ import GONE

ROOT = Path(__file__).resolve().parents[2]
TESTERS = ("pytest", "pluggy", "iniconfig", "packaging", "pygments", "mpmath")


def absent() -> str:
    """Why Pyodide cannot be run, if it cannot."""
    if shutil.which("node") is None:
        return "node is not installed"
    try:
        lay(PINS)
    except FilesError as error:
        return GONE.read_text() if GONE.exists() else str(error)
    return ""


@pytest.fixture(scope="session")
def in_pyodide() -> Callable[..., list[str]]:
    """Run a file of ``inside/`` there; the lines it prints. CI has what this needs, as long as it is to be had."""
    reason = absent()
    if reason and os.environ.get("CI") == "true" and not GONE.exists():
        pytest.fail(f"Pyodide cannot be run: {reason}")
    if reason:
        pytest.skip(f"Pyodide cannot be run: {reason}")

    def run(file: str, *arguments: str, site: Path | None = None) -> list[str]:
        command = ["node", "tests/live/run.mjs", f"tests/live/inside/{file}", *arguments]
        environment = {**os.environ, **({"SITE": str(site)} if site else {})}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout.splitlines()

    return run


@pytest.fixture(scope="session")
def testers(tmp_path_factory) -> Path:
    """A folder of the packages that tests need, of this environment: all pure Python."""
    folder = tmp_path_factory.mktemp("site")
    for name in TESTERS:
        for file in importlib.metadata.files(name) or ():
            if file.suffix == ".py" or file.name in ("METADATA", "entry_points.txt"):
                target = folder / file
                if folder in target.resolve().parents:  # not the commands in bin
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(str(file.locate()), target)
    return folder
