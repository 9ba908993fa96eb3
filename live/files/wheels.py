"""Wheels that the pages load beside Pyodide's: made of the repository's files, the same bytes from the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of a zip's calendar


def wheel(name: str, version: str, files: Mapping[str, bytes]) -> bytes:
    """A wheel of pure Python and data; ``files`` by their path below site-packages."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    said = {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: live\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    return packed({**files, **{path: text.encode() for path, text in said.items()}})


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of ``files``, compressed as well as it goes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(path, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)
    return buffer.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
