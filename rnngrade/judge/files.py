"""Names and files that nothing a learner wrote can turn into something else."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
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


def write(path: Path, text: str, durable: bool = True) -> None:
    """Write ``text`` whole or not at all, through no link that is there; ``durable`` outlives a power cut."""
    write_bytes(path, text.encode(), durable)


def write_bytes(path: Path, content: bytes, durable: bool = True) -> None:
    """Write ``content`` as ``write`` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
