"""Still figures as inline SVG that follows the page's theme, with a PNG for print and EPUB."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from typing import Any, NamedTuple

import matplotlib
from matplotlib.figure import Figure

from rnnlib.figures.palette import PALETTE, variable
from rnnlib.figures.style import TEXT_WIDTH

_NAMES = {colour: name for name, colour in PALETTE.items()}
# On a narrow screen the figure keeps its text legible and scrolls in this box, by touch or by keyboard.
_BOX = '<div class="rnnstill-box" tabindex="0" role="group" aria-label="Figure" style="overflow: auto hidden">'
NARROWEST = 30
"""Width in rem below which a figure of the full text width scrolls: its smallest type is then 9 CSS pixels high."""
_PAINT = re.compile(r"\b(fill|stroke|stop-color): *([^;\"]+)")


class Still(NamedTuple):
    """A finished figure, as a notebook displays it."""

    svg: str
    png: bytes
    alt: str

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {
            "text/html": f"{_BOX}{self.svg}</div>",
            "image/png": base64.b64encode(self.png).decode(),
            "text/plain": self.alt,
        }


def show(fig: Figure, alt: str) -> Still:
    """Finish a figure: inline SVG whose colours are the site's variables, and a PNG for paper.

    On a narrow screen it scrolls sideways in a box of its own, so that its type stays legible.
    ``alt`` says in a sentence what the curve does, for those who do not see it.

    Raises ValueError if ``alt`` is empty, or if anything is drawn in a colour outside :data:`rnnlib.figures.PALETTE`
    (it could vanish against the dark page). Shades are the same colours with ``alpha``; a heat map is an image
    (``imshow``, or ``pcolormesh(.., rasterized=True)``), whose colours stay as they are.
    """
    if not alt.strip():
        raise ValueError("alt is empty: say in one sentence what the figure shows")
    return Still(_inline(render(fig, "svg").decode(), alt), render(fig, "png"), alt)


def render(fig: Figure, kind: str) -> bytes:
    """The figure as a file of ``kind`` "svg" or "png", the same bytes at every build."""
    buffer = io.BytesIO()
    fixed: Any = {"svg.fonttype": "path", "svg.hashsalt": "rnnlib"}
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
    body = _theme(_own_ids(body, mark))
    width, box = _size(body)
    root = (
        f'<svg class="rnnstill" role="img" aria-label="{html.escape(alt)}" viewBox="{box}" '
        f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'style="display: block; width: 100%; max-width: {width / 72 * 96:.0f}px; '
        f"min-width: {width / 72 / TEXT_WIDTH * NARROWEST:.1f}rem; height: auto; "
        f'fill: {variable("ink")}; stroke-linejoin: round; stroke-linecap: butt">'
    )
    return re.sub(r">\s+<", "><", root + body[body.index(">") + 1 :].strip())


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
