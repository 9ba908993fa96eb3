"""Still figures as inline SVG that follows the page's theme, with a PNG for print and EPUB."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from rnnlib.figures import prediction
from rnnlib.figures.palette import OVER_MAP, PALETTE, variable
from rnnlib.figures.style import FONT, TEXT_WIDTH

_NAMES = {colour: name for name, colour in (PALETTE | OVER_MAP).items()}
# On a narrow screen the figure keeps its text legible and scrolls in this box, by touch or by keyboard.
_BOX = '<div class="rnnstill-box" tabindex="0" role="group" aria-label="Figure" style="overflow: auto hidden">'
NARROWEST = 30
"""Width in rem below which a figure of the full text width scrolls: its smallest type is then 9 CSS pixels high."""
PHONE = 22
"""Width in rem that a phone has for a figure: wider ones say on the page that they scroll."""
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_ITALIC = {
    **{chr(ord("A") + i): chr(0x1D434 + i) for i in range(26)},
    **{chr(ord("a") + i): chr(0x1D44E + i) for i in range(26)},
    **{chr(ord("α") + i): chr(0x1D6FC + i) for i in range(25)},
    "h": "ℎ", "ϵ": "𝜖", "ϕ": "𝜙", "∂": "∂",
}  # fmt: skip
_IMAGE = re.compile(r"(data:image/png;base64,)([A-Za-z0-9+/=\s]+)")
_CHARACTER = re.compile(r'<tspan x="([^"]*)" y="([^"]*)" style="([^"]*)">([^<]*)</tspan>')
_PAINT = re.compile(r"\b(fill|stroke|stop-color): *([^;\"]+)")


class Still(NamedTuple):
    """A finished figure, as a notebook displays it."""

    svg: str
    png: bytes
    alt: str
    predict: str = ""

    def __repr__(self) -> str:
        """Return its words, which is what ``glue`` stores beside the picture."""
        return self.alt

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        box = f'{_BOX[:-1]} data-predict="{html.escape(self.predict)}">' if self.predict else _BOX
        return {
            "text/html": f"{box}{self.svg}</div>",
            "image/png": base64.b64encode(self.png).decode(),
            "text/plain": self.alt,
        }


def show(fig: Figure, alt: str, predict: prediction.Prediction | None = None) -> Still:
    """Finish a figure: inline SVG whose colours and typefaces are the site's, and a PNG for paper.

    On a narrow screen it scrolls sideways in a box of its own, so that its type stays legible.
    ``alt`` says in a sentence what the curve does, for those who do not see it. With ``predict`` the page asks for a
    prediction and covers the rest until it has one: see the directive ``predict``.

    Raises ValueError if ``alt`` is empty, or if anything is drawn in a colour outside :data:`rnnlib.figures.PALETTE`
    (it could vanish against the dark page). Shades are the same colours with ``alpha``; a heat map is an image
    (``imshow``, or ``pcolormesh(.., rasterized=True)``), whose colours stay as they are.
    """
    if not alt.strip():
        raise ValueError("alt is empty: say in one sentence what the figure shows")
    if predict:
        prediction.cover(fig, predict)
    svg = _inline(prediction.marked(render(fig, "svg").decode()), alt)
    return Still(svg, render(fig, "png"), alt, prediction.described(fig, predict) if predict else "")


def render(fig: Figure, kind: str) -> bytes:
    """The figure as a file of ``kind`` "svg" or "png", the same bytes at every build."""
    buffer = io.BytesIO()
    fixed: Any = {"svg.fonttype": "none", "svg.hashsalt": "rnnlib", "path.simplify_threshold": 0.25}
    with matplotlib.rc_context(fixed):
        if kind == "svg":
            fig.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        else:
            fig.savefig(buffer, format="png", dpi=192, facecolor=PALETTE["paper"])
    return buffer.getvalue()


def _inline(svg: str, alt: str) -> str:
    """matplotlib's SVG file made fit to stand inside a page: no preamble, own ids, theme colours."""
    mark = hashlib.sha256(svg.encode()).hexdigest()[:8]
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    body = _rounded(_worded(_theme(_own_ids(body, mark))))
    body = _IMAGE.sub(lambda m: f"{m[1]}{base64.b64encode(_indexed(base64.b64decode(m[2]))).decode()}", body)
    width, box = _size(body)
    share = width / 72 / TEXT_WIDTH
    kind = "rnnstill rnnstill-wide" if share * NARROWEST > PHONE else "rnnstill"
    root = (
        f'<svg class="{kind}" role="img" aria-label="{html.escape(alt)}" viewBox="{box}" '
        f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        # A figure of the full width ends where the page's wide things end; in a notebook, at its own 42rem.
        f'style="display: block; width: 100%; max-width: calc({share:.3g} * var(--wide, 42rem)); '
        f"min-width: {share * NARROWEST:.3g}rem; height: auto; "
        f"font-family: var(--sans, '{FONT}', sans-serif); "
        f'fill: {variable("ink")}; stroke-linejoin: round; stroke-linecap: butt">'
    )
    return re.sub(r">\s+<", "><", root + body[body.index(">") + 1 :].strip())


def _worded(svg: str) -> str:
    """Leave the typeface of plain text to the page, and set formulas in its mathematical one."""
    svg = re.sub(r"font: ([^;\"]*?px) [^;\"]+", _plain_type, svg)
    svg = re.sub(rf"font-family: ['\"]?{FONT}['\"]?[^;\"]*; ?", "", svg)
    return re.sub(r"<text([^>]*)>\s*(<tspan.*?)</text>", _formula, svg, flags=re.DOTALL)


def _plain_type(match: re.Match[str]) -> str:
    *weight, size = match[1].split()
    return f"font-size: {size}" + ("; font-weight: 650" if weight else "")


def _formula(match: re.Match[str]) -> str:
    """A formula's characters, each at its place: one element for all of a size, a height and a typeface."""
    runs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for x, y, style, character in _CHARACTER.findall(match[2]):
        style = re.sub(r"; fill: [^;\"]+", "", style)  # the group's
        if "STIX" in style:
            style = re.sub(r"font-family: [^;]+", "font-family: var(--math, math)", style)
        if style.startswith("font-style: italic; "):
            # Italic letters are characters of their own: a mathematical typeface has no slant.
            style, character = style.removeprefix("font-style: italic; "), _ITALIC.get(character, character)
        if character.strip():
            runs.setdefault((y, style), []).append((x, character))
    spans = (
        f'<tspan x="{" ".join(x for x, _ in run)}" y="{y}" style="{style}">{"".join(c for _, c in run)}</tspan>'
        for (y, style), run in runs.items()
    )
    return f"<text{match[1]}>{''.join(spans)}</text>"


def _rounded(svg: str) -> str:
    """Tenths of a point are finer than any screen: they halve a curve. A transform's factors keep their digits."""
    def numbers(match: re.Match[str]) -> str:
        return match[1] + _NUMBER.sub(lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), match[2]) + match[3]

    svg = re.sub(r'( (?:d|x|y|points)=")([^"]*)(")', numbers, svg)
    return re.sub(r'( d=")([^"]*)(")', lambda m: m[1] + re.sub(r"\s*([A-Za-z])\s*", r"\1", m[2]).strip() + m[3], svg)


def _indexed(png: bytes) -> bytes:
    """The same picture with a palette, if that is smaller: matplotlib writes RGBA, and a map has few colours."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    colours, index = np.unique(pixels.reshape(-1, 4), axis=0, return_inverse=True)
    if len(colours) > 256:
        return png
    picture = Image.fromarray(index.reshape(pixels.shape[:2]).astype(np.uint8), "P")
    picture.putpalette(colours[:, :3].tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "png", optimize=True, transparency=colours[:, 3].tobytes())
    return min(png, buffer.getvalue(), key=len)


def _size(svg: str) -> tuple[float, str]:
    found = re.search(r'viewBox="([^"]+)"', svg)
    assert found, "matplotlib always writes a viewBox"
    return float(found[1].split()[2]), found[1]


def _own_ids(svg: str, mark: str) -> str:
    """Keep only the ids that are used, and mark them, so that two figures on a page never share one."""
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))
    names = {name for pair in used for name in pair if name}
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{mark}-{m[1]}"' if m[1] in names else "", svg)
    return re.sub(r'(href="|url\()#', rf"\g<1>#{mark}-", svg)


def _theme(svg: str) -> str:
    """Every house colour becomes its CSS variable; any other is an error."""
    strange = sorted({c for _, c in _PAINT.findall(svg) if c not in _NAMES and c != "none" and not c.startswith("url")})
    if strange:
        raise ValueError(
            f"the figure is drawn in {', '.join(strange)}, expected house colours only: "
            "take them from rnnlib.figures.PALETTE, with alpha for shades, or draw a heat map as an image"
        )
    return _PAINT.sub(lambda m: f"{m[1]}: {variable(_NAMES[m[2]])}" if m[2] in _NAMES else m[0], svg)
