"""Names and files that nothing a learner wrote can turn into something else."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path


def visible(text: str) -> str:
    """``text`` on one line, with control and format characters escaped: nothing moves a cursor, hides or reorders."""
    text = re.sub(r"\s+", _on_one_line, text)  # one pass: learners' texts are long, and may be nothing but blanks
    return "".join(c if _printable(c) else c.encode("unicode_escape").decode() for c in text)


def told_apart(text: str) -> str:
    """``text`` with what hides made visible, one to one: what differs, if only in blanks, still does."""
    escaped = str.maketrans({c: c.encode("unicode_escape").decode() for c in {*text} if c == "\\" or not _printable(c)})
    return text.translate(escaped)


def _on_one_line(blanks: re.Match[str]) -> str:
    return " " if set("\r\n\t") & set(blanks[0]) else blanks[0]


def _printable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def file_name(text: str) -> str:
    """A name for a file or folder: plain characters, never a path. A changed name gets a hash, to stay apart."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._-")[:60] or "unnamed"
    hashed = re.search(r"-[0-9a-f]{8}$", plain)  # it might be made to look like another's
    if plain == text and not hashed:
        return plain
    return f"{plain}-{digest(text)}"


def digest(text: str) -> str:
    """A short hash of a text; of a name that is no text, of its bytes: two such names are two."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


PART = (".rnngrade-", ".part")  # how the name of a file begins and ends that is not yet whole


def write(path: Path, text: str, durable: bool = True, mode: int = 0o644) -> None:
    """Write ``text`` whole or not at all, through no link that is there; ``durable`` outlives a power cut."""
    write_bytes(path, text.encode(), durable, mode)


def write_bytes(path: Path, content: bytes, durable: bool = True, mode: int = 0o644) -> None:
    """Write ``content`` as ``write`` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=PART[0], suffix=PART[1])
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):  # it has got its name already
            os.unlink(temporary)
        raise


def remove_parts(folders: Iterable[Path]) -> None:
    """Remove what ``write`` had begun in these folders when it was killed, and nothing else."""
    for folder in folders:
        for path in folder.glob(f"{PART[0]}*{PART[1]}"):
            if path.is_file() and not path.is_symlink():
                path.unlink(missing_ok=True)
