"""The one stylesheet and the one script of all pages, made from the files in ``assets/`` when the book is built.

Their names carry a hash of what is in them, so that a browser may keep them for good and never keeps one too long.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fonts
import rcssmin
import rjsmin
from pygments.formatters import HtmlFormatter

ASSETS = Path(__file__).resolve().parent.parent / "assets"
STYLES = ("tokens", "frame", "course", "predict", "memory", "code", "live", "asides", "reference", "mathematics",
          "print")  # fmt: skip
SCRIPTS = ("theme", "memory", "contents", "code", "search", "hints", "a11y", "selfcheck", "progress", "moved", "report")
NESTED = re.compile(r"\$\{[^{}`]*`")
HIGHLIGHT = {"light": "a11y-high-contrast-light", "dark": "a11y-high-contrast-dark"}


@dataclass(frozen=True)
class Asset:
    """A file of the site, and the text it has."""

    stem: str
    suffix: str
    text: str

    @property
    def name(self) -> str:
        """The file's name, which changes with its text."""
        return f"{self.stem}-{hashlib.sha256(self.text.encode()).hexdigest()[:10]}{self.suffix}"


@cache
def stylesheet() -> Asset:
    """Every rule of the site, in the order of ``STYLES``, the colours of code, and what formulas are set by."""
    text = "\n".join((ASSETS / f"{name}.css").read_text(encoding="utf8") for name in STYLES)
    return Asset("course", ".css", rcssmin.cssmin(text + code_colours() + fonts.rules_of_mathematics()))


@cache
def _script(stem: str, names: tuple[str, ...]) -> Asset:
    text = "\n".join((ASSETS / f"{name}.js").read_text(encoding="utf8") for name in names)
    if nested := NESTED.search(text):
        raise ValueError(f"a template in a template, whose spaces rjsmin would take away: {nested[0]!r} in {stem}")
    return Asset(stem, ".js", rjsmin.jsmin(text))


# Scripts of pages that need them, each with what a page that does so holds.
MORE = {"predict": 'class="predict ', "my_course": 'id="course-record"', "interview_room": 'id="interview-room"',
        "symptoms": 'id="symptom-search"', "claims": 'class="claims-picture"',
        "live": 'class="live-place"'}  # fmt: skip


def scripts(figures: bool, body: str) -> list[Asset]:
    """The scripts of a page: with what mounts interactive figures where it has any, and what else its body needs."""
    wanted = ["anyhost"] * figures + [name for name, mark in MORE.items() if mark in body]
    return [_script("course", SCRIPTS), *(_script(name, (name,)) for name in wanted)]


def code_colours() -> str:
    """One rule for each colour of highlighted code, in both themes at once."""
    styles = {theme: HtmlFormatter(style=name).style for theme, name in HIGHLIGHT.items()}
    light = HtmlFormatter(style=styles["light"])
    dark = dict(styles["dark"])
    selectors: dict[str, list[str]] = {}
    for token, style in styles["light"]:
        css, other = _colour(style), _colour(dark[token])
        name = light._get_css_class(token)
        if name and (css, other) != (None, None):
            selectors.setdefault(_declaration(css, other, style, dark[token]), []).append(f".highlight .{name}")
    return "".join(f"{', '.join(names)} {{ {declaration} }}\n" for declaration, names in selectors.items())


def _colour(style: dict) -> str | None:
    return f"#{style['color']}" if style["color"] else None


def _declaration(light: str | None, dark: str | None, style: dict, other: dict) -> str:
    text = f"color: light-dark({light or 'inherit'}, {dark or 'inherit'});" if light and dark else ""
    return text + (" font-weight: 600;" if style["bold"] or other["bold"] else "")


def write(folder: Path) -> Path:
    """Write every file into ``folder``, made anew."""
    folder.mkdir(parents=True, exist_ok=True)
    assets = [stylesheet(), *scripts(figures=True, body="".join(MORE.values()))]
    for old in folder.iterdir():
        if old.name not in {asset.name for asset in assets}:
            old.unlink()
    for asset in assets:
        (folder / asset.name).write_text(asset.text, encoding="utf8")
    return folder
