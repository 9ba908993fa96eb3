"""Cut the course's typefaces down to what its pages use, as woff2 files served by the site itself.

The typefaces come from the ``fontpkg-*`` packages as variable fonts of up to a megabyte. The axes are pinned or limited
to the weights the stylesheet names, and the characters to Latin, Greek and the symbols of the notation.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path

import fontpkg
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

TEXT = (
    *range(0x20, 0x7F),  # Basic Latin
    *range(0xA0, 0x100),  # Latin-1
    *(ord(c) for c in "ąćČčďęěğİıŁłńňőřśŞşŠšťůűźŻżŽž"),  # names of authors
    *range(0x391, 0x3CA),  # Greek
    *(ord(c) for c in "ϕϵ–—‘’“”•…′″‖†‡₀₁₂₃₄₅₆₇₈₉⁻⁰¹²³⁴⁵⁶⁷⁸⁹ₜₙₖ←↑→↓↔⇒∂∆∇∈∑−√∞∫≈≠≤≥⋅⊤⊙×÷ℓ✓✗"),
)
FEATURES = (
    "kern", "liga", "calt", "mark", "mkmk", "ccmp", "locl", "lnum", "onum", "tnum", "pnum", "sups", "subs", "zero",
)  # fmt: skip


@dataclass(frozen=True)
class Face:
    """One font file of the site: where it comes from, and which part of the design space it keeps."""

    name: str
    family: str
    style: str
    axes: dict[str, float | tuple[float, float]]


FACES = (
    Face("source-serif-4", "Source Serif 4", "normal", {"opsz": 16, "wght": (400, 700)}),
    Face("source-serif-4-italic", "Source Serif 4", "italic", {"opsz": 16, "wght": 400}),
    Face("source-sans-3", "Source Sans 3", "normal", {"wght": (400, 700)}),
    Face("source-code-pro", "Source Code Pro", "normal", {"wght": (400, 600)}),
)


def cut(source: Path, axes: dict[str, float | tuple[float, float]], characters: tuple[int, ...] = TEXT) -> TTFont:
    """Return the font at ``source`` limited to ``axes`` and ``characters``."""
    font = TTFont(source)
    options = subset.Options(
        layout_features=list(FEATURES), name_IDs=[0, 1, 2, 13, 14], hinting=False, notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    return instancer.instantiateVariableFont(font, axes)


def source_of(face: Face) -> Path:
    """Return the installed file a face is cut from."""
    return fontpkg.path(face.family, weight=400, style=face.style, nearest=True)


def key() -> str:
    """Return what the cut files depend on: this module and the installed files' sizes."""
    digest = hashlib.sha256(inspect.getsource(sys.modules[__name__]).encode())
    for face in FACES:
        digest.update(f"{face.name} {source_of(face).stat().st_size}".encode())
    return digest.hexdigest()[:12]


def write(folder: Path) -> None:
    """Write every face into ``folder`` as woff2."""
    folder.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        font = cut(source_of(face), face.axes)
        font.flavor = "woff2"
        font.save(folder / f"{face.name}.woff2")
