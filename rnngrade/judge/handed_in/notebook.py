"""Reads a notebook as data: bounded in size, of any format that Jupyter wrote, and in a sentence why if it is none."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rnngrade.judge.handed_in.entries import Unreadable

MAX_TEXT = 16 << 20  # bytes, without the outputs: what is left is code and words
MAX_CONTAINERS = 200_000  # a small file can hold brackets that become gigabytes of lists
MAX_STRINGS = 1_000_000  # .. or keys
MAX_CELLS = 2000
PIECE = 1 << 20
MAX_SOURCE = 1 << 20
# Arrays and objects that are not needed: outputs, pictures in markdown, the state of widgets.
UNNEEDED = re.compile(rb'(?<!\\)"(?:outputs|attachments|widgets)"\s*+:\s*+(?=[\[{])')
STEP = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)  # up to a bracket that is in no string
TO_PYTHON = ("python", "python2", "python3", "ipython", "ipython3")
CONFLICT = re.compile(rb"^(?:<{7} |={7}\r?$|>{7} )", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A code cell: its place among all cells, counted from 1, its source and its id (nbgrader's or its own)."""

    number: int
    source: str
    id: str


@dataclass(frozen=True)
class Beside:
    """A file that was handed in beside a notebook, by its path from there."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Notebook:
    """What grading needs of a notebook: its code cells, the ids of all its cells, the language its kernel is for.

    ``digest`` is the hash of the file, ``beside`` what was handed in with it, ``remarks`` what its reader had to do.
    """

    cells: tuple[Cell, ...]
    ids: frozenset[str] = field(default_factory=frozenset)
    digest: str = ""
    language: str = "python"
    remarks: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()

    def mentions(self, name: str) -> bool:
        """Whether ``name`` is written in any code cell, or in code beside the notebook."""
        files = (file.content for file in self.beside if file.name.endswith((".py", ".ipynb")))
        return any(name in cell.source for cell in self.cells) or any(name.encode() in content for content in files)


def digest(raw: bytes, beside: tuple[Beside, ...] = ()) -> str:
    """What a result is found by: a hash of the notebook, and of what is beside it."""
    whole = hashlib.sha256(raw)
    for file in beside:
        name = file.name.encode("utf-8", "surrogatepass")
        whole.update(b"\0%d %d " % (len(name), len(file.content)) + name + file.content)
    return whole.hexdigest()


def parse(raw: bytes) -> Notebook:
    """The notebook in a file's bytes.

    Raises:
        Unreadable: if there is none, or not of a size that can be read; the message says what is there instead.
    """
    text, encoding = _text(raw)
    slim = without_outputs(text)
    if len(slim) > MAX_TEXT:
        size = f"{len(slim) / 1e6:.0f} MB without its outputs, more than {MAX_TEXT / 1e6:.0f} MB"
        raise Unreadable(f"{size}: is data pasted into a cell?")
    if slim.count(b"[") + slim.count(b"{") > MAX_CONTAINERS or slim.count(b'"') > 2 * MAX_STRINGS:
        raise Unreadable("holds more lists than any notebook: it is not opened")
    try:
        document = json.loads(slim.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(_no_json(raw, slim)) from error
    notebook = _notebook(document)
    remarks = notebook.remarks if encoding == "UTF-8" else (*notebook.remarks, f"It was read as {encoding}, not UTF-8.")
    return replace(notebook, digest=digest(raw), remarks=remarks)


def _text(raw: bytes) -> tuple[bytes, str]:
    """The bytes as UTF-8, and what they were."""
    if not raw.strip(b"\0 \t\r\n"):
        raise Unreadable("an empty file: it was saved or uploaded before anything was in it" if not raw.strip()
                         else "nothing but zero bytes, as a disk leaves that was full")  # fmt: skip
    marks = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
    name = next((name for mark, name in marks.items() if raw.startswith(mark)), "")
    if not name and raw[:1] in b"{[\0" and b"\0" in raw[:4]:
        name = "UTF-16-LE" if raw[1:2] == b"\0" else "UTF-16-BE"
    if name:
        return _decoded(raw, name)
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    return (raw, "UTF-8") if _is_utf8(raw) else _decoded(raw, "cp1252")


def _is_utf8(raw: bytes) -> bool:
    """Looked at in pieces: one rare character makes the whole four times as much in memory."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(raw), PIECE):
            decoder.decode(raw[at : at + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, encoding: str) -> tuple[bytes, str]:
    if len(raw) > MAX_TEXT:
        raise Unreadable(f"{len(raw) / 1e6:.0f} MB of text that is not UTF-8: save it as UTF-8, or clear its outputs")
    try:
        return raw.decode(encoding).encode("utf-8", "replace"), {"cp1252": "Latin-1"}.get(encoding, encoding[:6])
    except UnicodeDecodeError as error:
        raise Unreadable("not text: neither UTF-8 nor any other encoding that a notebook has") from error


def without_outputs(text: bytes) -> bytes:
    """``text`` with what stands under ``outputs`` and the like left out: megabytes that are not looked at."""
    pieces, at = [], 0
    while found := UNNEEDED.search(text, at):
        end = _end_of(text, found.end())
        pieces += [text[at : found.end()], b"null"]
        at = end
    return b"".join([*pieces, text[at:]])


def _end_of(text: bytes, at: int) -> int:
    """Where the array or object that begins at ``at`` ends; the end of the text if it does not."""
    depth, steps = 0, 0
    while at < len(text):
        step = STEP.match(text, at)
        assert step is not None  # it matches the empty string
        at = step.end()
        if at >= len(text) or text[at : at + 1] == b'"':  # a string that does not end
            return len(text)
        depth += 1 if text[at : at + 1] in b"[{" else -1
        at, steps = at + 1, steps + 1
        if depth == 0:
            return at
        if steps > 10 * MAX_CONTAINERS:
            raise Unreadable("holds more lists than any notebook: it is not opened")
    return len(text)


def _no_json(raw: bytes, slim: bytes) -> str:
    """What a file is that is not JSON."""
    start = slim[:2000].lstrip().lower()
    if raw.startswith(b"version https://git-lfs.github.com/spec/"):
        return "a pointer of large-file storage (git lfs): the notebook itself was not uploaded; ask for `git lfs pull`"
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return "a web page, such as a sign-in page saved in place of the notebook: download it again, or ask for it"
    if CONFLICT.search(slim):
        return "a merge conflict stands in it (lines of <<<<<<<): ask for the notebook with the conflict resolved"
    kinds = {b"PK\x03\x04": "a zip", b"%PDF": "a PDF", b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive",
             b"\x1f\x8b": "a gzip archive", b"\x89PNG": "a picture"}  # fmt: skip
    found = next((words for mark, words in kinds.items() if raw.startswith(mark)), "")
    if found:
        return f"{found} under a notebook's name: ask for the notebook itself"
    if not start.startswith(b"{"):
        return "not JSON: it does not begin as a notebook does; ask for the .ipynb file (in Jupyter: File, Download)"
    return "not JSON: the file may be cut off; download it again, or ask for it again"


def _notebook(document: Any) -> Notebook:
    if not isinstance(document, dict):
        raise Unreadable("not a notebook: JSON of another kind")
    cells: Any = document.get("cells")
    remarks: tuple[str, ...] = ()
    if not isinstance(cells, list) and isinstance(document.get("worksheets"), list):
        cells, remarks = _upgraded(document["worksheets"]), (_format(document),)
    if not isinstance(cells, list):
        raise Unreadable("not a notebook: JSON without cells")
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"{len(cells)} cells, more than {MAX_CELLS}")
    code = [
        _cell(number, cell)
        for number, cell in enumerate(cells, 1)
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    odd = sum(not isinstance(cell, dict) for cell in cells)
    remarks = (*remarks, f"{odd} of its cells are none and were left out.") if odd else remarks
    return Notebook(tuple(code), frozenset(_ids(cells)), "", _language(document.get("metadata")), remarks)


def _format(document: dict[str, Any]) -> str:
    number = document.get("nbformat")
    return f"Its format is an old one ({number}); it was upgraded." if isinstance(number, int) else "Its format is old."


def _upgraded(worksheets: list[Any]) -> list[Any]:
    """The cells of the formats 2 and 3, which kept them in worksheets and a code cell's source under ``input``."""
    cells = [cell for sheet in worksheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
             for cell in sheet["cells"]]  # fmt: skip
    return [{**cell, "source": cell.get("source", cell.get("input", ""))} if isinstance(cell, dict) else cell
            for cell in cells]  # fmt: skip


def _language(metadata: Any) -> str:
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language", "python") if isinstance(kernel, dict) else "python"
    language = language[:40].lower().encode("utf-8", "replace").decode() if isinstance(language, str) else "python"
    return "python" if language in TO_PYTHON else language


def _cell(number: int, cell: dict[str, Any]) -> Cell:
    source = cell.get("source", "")
    if source is None:
        source = ""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(f"cell {number} has a source that is not text")
    if len(source) > MAX_SOURCE:
        raise Unreadable(f"cell {number} has {len(source)} characters of code, more than {MAX_SOURCE}")
    return Cell(number, source.encode("utf-8", "replace").decode(), next(_ids([cell]), ""))


def _ids(cells: list[Any]) -> Iterator[str]:
    """nbgrader's id of each cell, and the notebook's own."""
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        metadata = cell.get("metadata")
        graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        for holder, key in ((graded, "grade_id"), (cell, "id")):
            if isinstance(holder, dict) and isinstance(holder.get(key), str):
                yield holder[key]
