"""Cut the course's typefaces down to what its pages use, as woff2 files served by the site itself.

The typefaces come from packages, the text faces from ``fontpkg-*`` as variable fonts of up to a megabyte, the
mathematical one (STIX Two Math) from ``ziamath``. The axes are pinned or limited to the weights the stylesheet names;
of the characters those stay that stand on a page of the finished book or in one of its scripts.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
import re
import shutil
import sys
from dataclasses import dataclass, field
from html import unescape
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import fontpkg
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from mathml_core import in_alphabet
from sphinx.application import Sphinx

FEATURES = ("kern", "liga", "lnum", "tnum", "zero", "ssty")
PRIMES = "\N{PRIME}\N{DOUBLE PRIME}\N{TRIPLE PRIME}"
# What a reader may type and a script may say.
ALWAYS = {*map(chr, range(0x20, 0x7F)), *"\N{NO-BREAK SPACE}–—‘’“”…−×·←→↑↓"}
TAG, ESCAPE = re.compile(r"<(?!/?script)[^>]*>"), re.compile(r"\\u([0-9a-fA-F]{4})")
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
LETTER = re.compile(r"<mi>(.)</mi>")
DRAWN = re.compile(r'<tspan [^>]*var\(--math[^>]*>([^<]*)')  # the formulas of a still figure


@dataclass(frozen=True)
class Face:
    """One font file of the site: where it comes from, and which part of the design space it keeps."""

    name: str
    family: str
    style: str = "normal"
    axes: dict[str, float | tuple[float, float]] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        """The installed file it is cut from."""
        if not self.axes:
            files = distribution("ziamath").files or []
            return Path(str(next(file for file in files if file.name == "STIXTwoMath-Regular.ttf").locate()))
        return fontpkg.path(self.family, weight=400, style=self.style, nearest=True)


TEXT_FACES = (
    Face("source-serif-4", "Source Serif 4", axes={"opsz": 16, "wght": (400, 700)}),
    Face("source-serif-4-italic", "Source Serif 4", "italic", {"opsz": 16, "wght": 400}),
    Face("source-sans-3", "Source Sans 3", axes={"wght": (400, 700)}),
    Face("source-code-pro", "Source Code Pro", axes={"wght": (400, 600)}),
)
MATH_FACE = Face("stix-two-math", "STIX Two Math")


def cut(face: Face, characters: set[str]) -> TTFont:
    """Return the face limited to its axes and to these characters (of a formula: with all sizes of its brackets)."""
    font = TTFont(face.source)
    _script_forms_of_primes_alone(font)
    options = subset.Options(
        layout_features=list(FEATURES), name_IDs=[0, 1, 2, 13, 14], hinting=False, notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, characters))
    cutter.subset(font)
    return instancer.instantiateVariableFont(font, face.axes) if face.axes else font


def _script_forms_of_primes_alone(font: TTFont) -> None:
    """Drop the letters' own forms for scripts, half of the mathematical font; a prime without its own lies too low."""
    kept, table = {font.getBestCmap().get(ord(prime)) for prime in PRIMES}, font["GSUB"].table
    features = [one.Feature for one in table.FeatureList.FeatureRecord if one.FeatureTag == "ssty"]
    for lookup in {index for feature in features for index in feature.LookupListIndex}:
        for rule in table.LookupList.Lookup[lookup].SubTable:
            rule = getattr(rule, "ExtSubTable", rule)
            forms = getattr(rule, "alternates", None) or getattr(rule, "mapping", {})
            for glyph in set(forms) - kept:
                del forms[glyph]


def characters(pages: list[str], scripts: list[str]) -> tuple[set[str], set[str]]:
    """Return the characters of the texts and those of the formulas. A letter alone in a formula is drawn italic."""
    text, formulas = set(ALWAYS), set()
    for page in pages:
        for formula in FORMULA.findall(page):
            formulas |= set(unescape(TAG.sub("", formula)))
            formulas |= {_italic(letter) for letter in LETTER.findall(formula)}
        formulas |= {c for run in DRAWN.findall(page) for c in unescape(run)}
        text |= set(unescape(TAG.sub("", FORMULA.sub("", page))))
        text |= {chr(int(code, 16)) for code in ESCAPE.findall(page)}
    for script in scripts:
        text |= set(script) | {chr(int(code, 16)) for code in ESCAPE.findall(script)}
    formulas |= set("0123456789()[]{}|+−=,.√")  # the sign of a root is drawn by its element, and stands in no text
    return {c for c in text if c.isprintable()}, {c for c in formulas if c.isprintable()}


def _italic(letter: str) -> str:
    """Return the mathematical italic that a browser draws for a letter alone in ``<mi>``."""
    return in_alphabet(letter, "italic")


def write(folder: Path, text: set[str], formulas: set[str]) -> None:
    """Write every face into ``folder`` as woff2."""
    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    for face in (*TEXT_FACES, MATH_FACE):
        font = cut(face, formulas if face is MATH_FACE else text)
        font.flavor = "woff2"
        font.save(folder / f"{face.name}.woff2")


def _key(text: set[str], formulas: set[str]) -> str:
    """Hash what the files depend on: this module, the characters and the installed files' sizes."""
    digest = hashlib.sha256(inspect.getsource(sys.modules[__name__]).encode())
    digest.update("".join([*sorted(text), "|", *sorted(formulas)]).encode())
    for face in (*TEXT_FACES, MATH_FACE):
        digest.update(f"{face.name} {face.source.stat().st_size}".encode())
    return digest.hexdigest()[:12]


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = [file.read_text(encoding="utf8") for file in out.rglob("*.html")]
    scripts = [file.read_text(encoding="utf8") for file in (out / "_static").rglob("*.js")]
    used = characters(pages, scripts)
    folder = out.parent / "fonts" / _key(*used)
    if not folder.exists():
        shutil.rmtree(folder.parent, ignore_errors=True)
        write(folder, *used)
    shutil.copytree(folder, out / "_static" / "fonts", dirs_exist_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("build-finished", _finish, priority=800)  # when the formulas are there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
