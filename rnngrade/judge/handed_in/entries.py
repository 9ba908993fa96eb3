"""What lies in a folder or a zip, as one tree. Looking at it never raises: what cannot be looked at says why.

Nothing is unpacked and no link is followed. A zip is a folder whose files are read from it, wherever it stands.
"""

from __future__ import annotations

import contextlib
import errno
import io
import lzma
import os
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MAX_BYTES = 128 << 20  # of one file that is read
MAX_DIRECTORY = 8 << 20  # bytes of a zip's table of contents: some hundred thousand names
MAX_NESTED = 256 << 20  # of a zip within a zip, which is held in memory
MAX_ZIPS = 3  # a zip in a zip in a zip
MAX_WALKED = 20_000  # entries of one learner's folder
FOLDER, FILE, LINK, SPECIAL, GONE = "folder", "file", "link", "special", "gone"
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, RuntimeError, ValueError,
              OverflowError, IndexError, KeyError, TypeError)  # fmt: skip
PLAIN = {
    errno.EACCES: "may not be opened by this user",
    errno.ENAMETOOLONG: "has a longer path than this system opens",
    errno.ENOENT: "went away while it was read",
    errno.ELOOP: "is a symbolic link, which is not followed",
}
WORDS_OF_A_ZIP = {True: "a zip that cannot be opened", False: "an archive within archives, too deep to be opened"}


class Unreadable(Exception):
    """The file cannot be graded; the message says why."""


@dataclass(eq=False)
class Entry:
    """A file or folder: its name, its place below the class's folder, when it was last changed (seconds since 1970).

    ``problem`` says why it cannot be looked into. ``read`` gives a file's bytes, or raises ``Unreadable``.
    """

    name: str
    place: str
    kind: str
    changed: float = 0.0
    problem: str = ""
    size: int = 0
    path: Path | None = None
    archived: int = 0
    _read: Callable[[int], bytes] | None = None
    _list: Callable[[], list[Entry]] | None = None
    _inside: list[Entry] | None = field(default=None, repr=False)

    @property
    def is_zip(self) -> bool:
        """Whether it is a file to be looked into."""
        return self.kind == FILE and self.name.lower().endswith(".zip")

    @property
    def is_container(self) -> bool:
        """Whether other entries may be in it."""
        return self.kind == FOLDER or self.is_zip

    @property
    def stem(self) -> str:
        """Its name; of a zip, without the suffix."""
        return self.name[:-4] if self.is_zip else self.name

    def inside(self) -> list[Entry]:
        """What is in it, in the order of names; looked at once. If it cannot be, ``problem`` says why."""
        if self._inside is None:
            self._inside = []
            try:
                found = self._list() if self._list else []
                self._inside = sorted(found, key=lambda entry: os.fsencode(entry.name.encode("utf-8", "surrogatepass")))
            except OSError as error:
                self.problem = PLAIN.get(error.errno or 0, f"cannot be opened: {error.strerror}")
            except Unreadable as error:
                self.problem = str(error)
        return self._inside

    def read(self, most: int = MAX_BYTES) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: if they cannot be had, or are more than ``most``.
        """
        if self.kind == LINK:
            raise Unreadable("a symbolic link, which is not followed")
        if self._read is None:
            raise Unreadable(self.problem or "not a regular file")
        return self._read(most)

    def walk(self, skip: Callable[[Entry], bool] = lambda entry: False) -> Iterator[tuple[Entry, tuple[Entry, ...]]]:
        """All that is below but what is skipped, each with the folders it is in; zips are looked into."""
        waiting, above, seen = [iter(self.inside())], [self], 0
        while waiting:
            entry = next(waiting[-1], None)
            if entry is None:
                waiting.pop()
                above.pop()
                continue
            seen += 1
            if seen > MAX_WALKED:
                self.problem = f"holds more than {MAX_WALKED} files: what comes after them was not looked at"
                return
            if skip(entry):
                continue
            yield entry, tuple(above)
            if entry.is_container:
                waiting.append(iter(entry.inside()))
                above.append(entry)


def on_disk(path: Path) -> Entry:
    """The tree below a folder, or that of a zip."""
    if path.is_dir():
        return Entry(path.name, "", FOLDER, path=path, _list=lambda: _scanned(path, ""))
    return Entry(path.name, "", FILE, path=path, _read=lambda most: _bytes(path, most), _list=_zip(path, "", 1))


def _scanned(folder: Path, place: str) -> list[Entry]:
    found = []
    with os.scandir(folder) as listing:
        for item in listing:
            found.append(_item(item, _below(place, item.name)))
    return found


def _below(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name


def _item(item: os.DirEntry[str], place: str) -> Entry:
    path = Path(item.path)
    try:
        status = item.stat(follow_symlinks=False)
    except OSError as error:
        return Entry(item.name, place, GONE, problem=PLAIN.get(error.errno or 0, f"cannot be opened: {error.strerror}"))
    changed = status.st_mtime
    if stat.S_ISLNK(status.st_mode):
        return Entry(item.name, place, LINK, changed, "a symbolic link, which is not followed", path=path)
    if stat.S_ISDIR(status.st_mode):
        return Entry(item.name, place, FOLDER, changed, path=path, _list=lambda: _scanned(path, place))
    if stat.S_ISREG(status.st_mode):
        return Entry(
            item.name, place, FILE, changed, size=status.st_size, path=path,
            _read=lambda most: _bytes(path, most), _list=_zip(path, place, 1),
        )  # fmt: skip
    return Entry(item.name, place, SPECIAL, changed, "not a regular file", path=path)


def _bytes(path: Path, most: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(PLAIN.get(error.errno or 0, f"cannot be opened: {error.strerror}")) from error
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if status.st_size > most:
            raise Unreadable(too_large(status.st_size, most))
        try:
            return file.read(most)
        except OSError as error:
            raise Unreadable(f"cannot be read: {error.strerror}") from error


def too_large(size: int, most: int) -> str:
    """A sentence."""
    return f"{size / 1e6:.0f} MB, more than {most / 1e6:.0f} MB: clear its outputs"


# ---- zips


def _zip(source: Path | bytes, place: str, depth: int) -> Callable[[], list[Entry]]:
    return lambda: _members(source, place, depth)


def _members(source: Path | bytes, place: str, depth: int) -> list[Entry]:
    if depth > MAX_ZIPS:
        raise Unreadable(WORDS_OF_A_ZIP[False])
    try:
        with _opened(source) as file:
            if _directory_bytes(file) > MAX_DIRECTORY:
                raise Unreadable("a zip of more files than are looked at")
            with zipfile.ZipFile(file) as archive:
                return _tree(archive.infolist(), source, place, depth)
    except ZIP_ERRORS as error:
        raise Unreadable(WORDS_OF_A_ZIP[True]) from error


def _opened(source: Path | bytes) -> IO[bytes]:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    return open(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def _directory_bytes(file: IO[bytes]) -> int:
    """The size of the table of contents, from the record at the end: what it lists has to fit into memory."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - (1 << 16) - 200))
    tail = file.read()
    file.seek(0)
    at, large = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    return int.from_bytes(tail[large + 40 : large + 48], "little") if size == 0xFFFFFFFF and large >= 0 else size


def _tree(members: list[zipfile.ZipInfo], source: Path | bytes, place: str, depth: int) -> list[Entry]:
    """The entries at the top; of several with one name, as when unpacking, the last."""
    top: dict[str, Entry] = {}
    folders: dict[str, dict[str, Entry]] = {"": top}
    for member in members:
        *above, name = _parts(member) or [""]
        if not name:
            continue
        at, where = "", place
        for part in [*above, *([name] if member.is_dir() else [])]:
            at, where = f"{at}/{part}", _below(where, part)
            _folder(folders, at, part, where, depth)
        if not member.is_dir():
            entry = _member(member, name, _below(where, name), source, depth)
            folders[at][name if name not in folders[at] or folders[at][name].kind != FOLDER else f"{name}\0"] = entry
    return list(top.values())


def _folder(folders: dict[str, dict[str, Entry]], at: str, name: str, place: str, depth: int) -> None:
    if at not in folders:
        inside = folders[at] = {}
        above = folders[at.rpartition("/")[0]]
        if name in above:
            above[f"{name}\0"] = above[name]  # a file of that name: both are kept
        above[name] = Entry(name, place, FOLDER, archived=depth, _list=lambda: list(inside.values()))


def _parts(member: zipfile.ZipInfo) -> list[str]:
    name = member.filename
    if not member.flag_bits & 0x800:  # not said to be UTF-8; a Mac's is, all the same
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    if "/" not in name:
        name = name.replace("\\", "/")
    return [part for part in name.split("/") if part not in ("", ".")]


def _member(member: zipfile.ZipInfo, name: str, place: str, source: Path | bytes, depth: int) -> Entry:
    try:
        changed = time.mktime((*member.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        changed = 0.0
    if stat.S_ISLNK(member.external_attr >> 16):
        return Entry(name, place, LINK, changed, "a symbolic link, which is not followed", archived=depth)

    def read(most: int) -> bytes:
        return _extracted(member, source, most)

    def listed() -> list[Entry]:
        return _members(read(MAX_NESTED), place, depth + 1)

    return Entry(name, place, FILE, changed, size=member.file_size, archived=depth, _read=read, _list=listed)


def _extracted(member: zipfile.ZipInfo, source: Path | bytes, most: int) -> bytes:
    if member.flag_bits & 1:
        raise Unreadable("in a zip with a password")
    try:
        with _opened(source) as file, zipfile.ZipFile(file) as archive, archive.open(member) as inner:
            content = inner.read(most + 1)
    except ZIP_ERRORS as error:
        raise Unreadable("in a zip that is damaged or packed in a way not known here") from error
    if len(content) > most:
        raise Unreadable(too_large(max(member.file_size, len(content)), most))
    return content
