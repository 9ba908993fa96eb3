"""The judge's rooms: imports run one way, and what a learner's code can reach stands in the first room alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnngrade.judge

JUDGE = Path(rnngrade.judge.__file__).parent
ROOMS = ("inside", "isolation", "handed_in", "results", "running")  # each may import from those before it
OPEN_TO_ALL = ("files",)
MODULES = {str(path.relative_to(JUDGE)): path for room in ROOMS for path in sorted((JUDGE / room).rglob("*.py"))}


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it, from this package or relative to itself."""
    package = ("rnngrade", "judge", *path.relative_to(JUDGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            origin = ".".join((*base, *filter(None, [node.module])))
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def rooms(path: Path) -> set[str]:
    """The parts of the judge that a module imports from."""
    found = (re.match(r"rnngrade\.judge\.(\w+)", name) for name in imported(path))
    return {match[1] for match in found if match}


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    room = module.split("/")[0]
    allowed = {*OPEN_TO_ALL, *ROOMS[: ROOMS.index(room) + 1]}
    assert rooms(MODULES[module]) <= allowed


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("inside/")])
def test_what_a_learner_reaches_imports_nothing_of_ours(module: str) -> None:
    assert not [name for name in imported(MODULES[module]) if re.match(r"rnn(grade(?!\.judge\.inside)|lib)\b", name)]


def test_every_module_has_a_room_and_the_package_says_which() -> None:
    assert {path.name for path in JUDGE.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(ROOMS)
    assert {path.stem for path in JUDGE.glob("*.py")} == {"__init__", *OPEN_TO_ALL}
    named = re.findall(r"^(\w+) +\S", rnngrade.judge.__doc__ or "", re.MULTILINE)
    assert [name for name in named if name in ROOMS] == list(ROOMS)


def test_the_direction_can_be_violated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of imports sees those of every form."""
    monkeypatch.setattr("tests.judge.test_rooms.JUDGE", tmp_path)
    path = tmp_path / "isolation" / "module.py"
    path.parent.mkdir()
    path.write_text(
        "import rnngrade.judge.running.run\ndef f():\n    from ..results import page\n    from . import x\n"
    )
    assert rooms(path) == {"running", "results", "isolation"}
