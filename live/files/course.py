"""The course's own packages for the pages: what learners import, what runs their cells, each notebook's keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from live.files.fetching import ROOT
from live.files.pins import Package, sha256
from live.files.wheels import wheel

COURSE, CELLS, KEYS = "training-recurrent-networks", "course-cells", "course-keys-"
# What needs a kernel, torch or the system's processes: nothing that a learner's notebook imports.
ELSEWHERE = ("rnngrade/judge/", "rnngrade/authoring/", "rnngrade/keys/", "rnngrade/cli.py", "rnngrade/commands.py",
             "rnngrade/stopping.py", "rnngrade/quizzes.py", "rnnlib/figures/interactive/", "rnnlib/torch_bridge.py")


@dataclass(frozen=True)
class Made:
    """A package of ours: its entry in the lock file, and its wheel."""

    package: Package
    data: bytes


def packages(root: Path = ROOT) -> list[Made]:
    """All of them. A wheel's name holds a hash of what is in it, so that no browser keeps an old one for a new one."""
    course = {path: data for path, data in _files(root, "rnnlib", "rnngrade").items()
              if path.endswith((".py", ".css")) and not path.startswith(ELSEWHERE)}
    cells = {path: data for path, data in _files(root, "live/python").items() if path.endswith(".py")}
    cells["live/__init__.py"] = (root / "live/__init__.py").read_bytes()
    made = [_made(COURSE, course, imports=("rnnlib", "rnngrade"), depends=("numpy",)),
            _made(CELLS, cells, imports=("live",))]
    return made + [_made(keys_of(key.stem), _keys(key)) for key in sorted((root / "rnngrade/keys").glob("*.json"))]


def keys_of(notebook: str) -> str:
    """The name of the package that holds the keys of ``01_unrolling``: ``course-keys-01-unrolling``."""
    return KEYS + notebook.replace("_", "-")


def _keys(document: Path) -> dict[str, bytes]:
    return {f"rnngrade/keys/{path.name}": path.read_bytes() for path in (document, document.with_suffix(".npz"))}


def _files(root: Path, *folders: str) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes()
            for folder in folders for path in (root / folder).rglob("*") if path.is_file()}


def _made(name: str, files: dict[str, bytes], imports: tuple[str, ...] = (), depends: tuple[str, ...] = ()) -> Made:
    digest = sha256(b"\0".join(path.encode() + b"\0" + data for path, data in sorted(files.items())))[:10]
    version = f"0.{int(digest, 16)}"
    data = wheel(name, version, files)
    file_name = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    return Made(Package(name, version, file_name, sha256(data), imports, depends), data)
