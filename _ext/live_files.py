"""What the live pages load, collected and named by content: Python, its packages, their list, and the page's scripts.

Three folders below ``_live/`` of the built site, each with a mark in its name: a browser may keep them for good.
``pyodide-..`` is marked by what comes from Pyodide, and the course's wheels in it have names that change with them;
``course-..`` holds the lock file, which lists the wheels of this release; ``page-..`` the scripts. These are joined by
esbuild, which npm installs from ``live/page/package-lock.json`` into ``_build/npm``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from live.files import PINS, FilesError, lay  # noqa: E402
from live.files.course import CELLS, COURSE, KEYS  # noqa: E402
from live.files.laying import LAID  # noqa: E402

SOURCE, BUILD = ROOT / "live" / "page", ROOT / "_build"
FOLDER, BLOCKS = "_live", "blocks"
SERVICE = "live-service.js"
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK, LISTED = "pyodide-lock.json", "files.json"
FIRST = ("numpy", COURSE, CELLS)
ENTRIES = ("workbench.js", "worker.js", "service.js", "workbench.css")
OPTIONS = ("--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning")
IMPORTED = ("pyodide.mjs", "pyodide.asm.js")  # not fetched, so that the worker cannot count them as they arrive
PACKED = {".whl", ".zip"}  # hosts compress the rest


class NotOffered(Exception):
    """Why the pages have no button: what is missing, and how it is to be had."""


@dataclass(frozen=True)
class Live:
    """The folders, each with its files, and the sizes that a reader is told."""

    folders: dict[str, dict[str, bytes]]
    names: dict[str, str]
    service: str
    wire: int
    raw: int

    @property
    def key(self) -> str:
        """A mark of all of it."""
        return _mark([*self.names.values(), self.service])

    @property
    def addresses(self) -> dict[str, object]:
        """What the button's script is told; names are the site's."""
        folders = {name: f"{FOLDER}/{folder}/" for name, folder in self.names.items()}
        return folders | {"service": SERVICE, "wire": self.wire, "raw": self.raw}

    def write(self, site: Path) -> None:
        """Lay the files into the built site; folders of another content go."""
        target = site / FOLDER
        for old in target.glob("*") if target.exists() else ():
            if old.name not in {*self.names.values(), BLOCKS}:
                shutil.rmtree(old)
        for name, folder in self.names.items():
            (target / folder).mkdir(parents=True, exist_ok=True)
            for old in (target / folder).iterdir():
                if old.name not in self.folders[name]:
                    old.unlink()
            for file, data in self.folders[name].items():
                if not (target / folder / file).exists():
                    (target / folder / file).write_bytes(data)
        (site / SERVICE).write_text(self.service, encoding="utf8")


def collect() -> Live:
    """Everything, from ``_build/pyodide``, which is brought up to date, and from ``live/page``.

    Raises:
        NotOffered: if Pyodide's files, or the programs that join the scripts, are not here.
    """
    try:
        lay(PINS)
    except FilesError as error:
        raise NotOffered(str(error)) from None
    page = scripts()
    service = page.pop("service.js").decode()
    text = (LAID / LOCK).read_bytes()
    packages = json.loads(text)["packages"]
    keys = {name: sorted(_closure(packages, [name])) for name in packages if name.startswith(KEYS)}
    first = _closure(packages, FIRST)
    plots = _closure(packages, ["matplotlib"]) - first
    wanted = {*CORE, *first, *plots, *chain.from_iterable(keys.values())}
    python = {name: (LAID / name).read_bytes() for name in wanted}
    listed = {"first": [*CORE, *sorted(first)], "plots": sorted(plots), "keys": keys}
    course = {LOCK: text, LISTED: json.dumps(listed).encode()}
    folders = {"pyodide": python, "course": course, "page": page}
    made = {packages[name]["file_name"] for name in packages if name in (COURSE, CELLS) or name.startswith(KEYS)}
    lasting = [data for name, data in sorted(python.items()) if name not in made]
    marked = {"pyodide": lasting, "course": course.values(), "page": [*page, *page.values()]}
    names = {name: f"{name}-{_mark(parts)}" for name, parts in marked.items()}
    loaded = {name: python[name] for name in listed["first"]} | {LOCK: text}
    wire = sum(_wire(name, data) for name, data in (loaded | page).items())
    raw = sum(len(data) for name, data in loaded.items() if name not in IMPORTED)
    return Live(folders, names, service, wire, raw)


def _closure(packages: dict[str, Any], names: Iterable[str]) -> set[str]:
    """Files of packages and of all that they need."""
    found: set[str] = set()
    for name in names:
        found |= {packages[name]["file_name"]} | _closure(packages, packages[name]["depends"])
    return found


@cache
def _packed(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def _wire(name: str, data: bytes) -> int:
    return len(data) if Path(name).suffix in PACKED else _packed(data)


def _mark(parts: Iterable[bytes | str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()[:10]


def scripts() -> dict[str, bytes]:
    """The page's scripts and stylesheet, joined and made small."""
    modules, target = packages(), BUILD / "live"
    shutil.rmtree(target, ignore_errors=True)
    entries = [str(SOURCE / name) for name in ENTRIES]
    command = ["node", str(modules / "esbuild" / "bin" / "esbuild"), *entries, *OPTIONS, f"--outdir={target}"]
    run = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"NODE_PATH": str(modules)})
    if run.returncode:
        raise RuntimeError(f"esbuild could not join live/page:\n{run.stderr}")
    return {file.name: file.read_bytes() for file in sorted(target.iterdir())}


def packages() -> Path:
    """The folder of the npm packages that ``package-lock.json`` pins, installed when it has changed."""
    if not (shutil.which("node") and shutil.which("npm")):
        raise NotOffered("node and npm, which join the page's scripts, are not installed")
    folder, pins = BUILD / "npm", [SOURCE / name for name in ("package.json", "package-lock.json", ".npmrc")]
    stamp, wanted = folder / "node_modules" / ".installed", _mark(file.read_bytes() for file in pins)
    if not stamp.is_file() or stamp.read_text() != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        for file in pins:
            shutil.copyfile(file, folder / file.name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if run.returncode:
            raise NotOffered(f"npm could not install the editor: {run.stderr.strip().splitlines()[-1:]}")
        stamp.write_text(wanted)
    return folder / "node_modules"
