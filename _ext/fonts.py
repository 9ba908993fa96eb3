"""Cut the course's typefaces down to what its pages use, as woff2 files served by the site itself.

The typefaces come from packages, the text faces from ``fontpkg-*`` as variable fonts of up to a megabyte, the
mathematical one (STIX Two Math) from ``ziamath``. The axes are pinned or limited to the weights the stylesheet names;
of the characters those stay that stand on a page of the finished book or in one of its scripts.
"""

from __future__ import annotations

import base64
import hashlib
import inspect
import logging
import re
import shutil
import sys
from copy import copy
from dataclasses import dataclass, field
from html import unescape
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from typing import Any

import fontpkg
from fontTools import subset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from mathml_core import in_alphabet
from sphinx.application import Sphinx

logging.getLogger("fontTools").setLevel(logging.WARNING)

FEATURES = ("kern", "liga", "lnum", "tnum", "zero", "ssty")
PRIMES = "\N{PRIME}\N{DOUBLE PRIME}\N{TRIPLE PRIME}"
ROOTS = (110, 120, 132, 145, 160, 176, 194, 213, 234, 258, 284, 312)  # per cent of the smallest sign's height
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
    if face is MATH_FACE:
        _script_forms_of_primes_alone(font)
        _roots_of_one_width(font)
    options = subset.Options(
        layout_features=list(FEATURES), name_IDs=[0, 1, 2, 13, 14], hinting=False, notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, characters))
    cutter.subset(font)
    return instancer.instantiateVariableFont(font, face.axes) if face.axes else font


def rules_of_mathematics() -> str:
    """One rule with a face of a space and a root, which says where scripts and bars go: the table MATH of STIX Two.

    A browser takes these from the first face that is there. On a first visit over a slow line this is not STIX, and
    a phone's own faces have no such table: every index would stand on the line, every power half a line too high.
    """
    font = TTFont(MATH_FACE.source, recalcTimestamp=False)  # else the stylesheet's name would change with the hour
    _roots_of_one_width(font)  # a root is drawn in the first face, or not at all
    options = subset.Options(layout_features=[], name_IDs=[0, 1, 2, 13, 14], hinting=False, notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, " √()[]"))
    cutter.subset(font)
    font.flavor = "woff2"
    file = BytesIO()
    font.save(file)
    data = base64.b64encode(file.getvalue()).decode()
    source = f'url("data:font/woff2;base64,{data}") format("woff2")'
    return f'@font-face {{ font-family: "Rules of STIX"; src: {source}; }}\n'


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


def _roots_of_one_width(font: TTFont) -> None:
    """Draw the larger signs of a root as its smallest, stretched upwards in small steps.

    Chromium keeps room for the widest sign behind every root, half a letter too much, and lets a sign that is too high
    hang below the line.
    """
    sign, glyphs, rules = font.getBestCmap()[ord("√")], font["glyf"], font["MATH"].table.MathVariants
    sizes = rules.VertGlyphConstruction[rules.VertGlyphCoverage.glyphs.index(sign)]
    sizes.GlyphAssembly, smallest = None, sizes.MathGlyphVariantRecord[0]
    sizes.MathGlyphVariantRecord = [smallest]
    for percent in ROOTS:
        name, pen = f"{sign}.{percent}", TTGlyphPen(None)
        glyphs[sign].draw(TransformPen(pen, (1, 0, 0, percent / 100, 0, 0)), glyphs)
        glyphs[name], font["hmtx"][name] = pen.glyph(), font["hmtx"][sign]
        larger = copy(smallest)
        larger.VariantGlyph, larger.AdvanceMeasurement = name, round(smallest.AdvanceMeasurement * percent / 100)
        sizes.MathGlyphVariantRecord.append(larger)
    sizes.VariantCount = len(sizes.MathGlyphVariantRecord)
    font.setGlyphOrder(glyphs.glyphOrder)


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
