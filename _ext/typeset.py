"""Typeset the mathematics of every page when the book is built, with MathJax running in V8.

The reader's browser then has no megabyte of script to run, nothing moves while a page loads, and a page without
JavaScript still shows its formulas. Each formula carries its MathML for screen readers, and each page the few rules of
style its own formulas need.
"""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from html import unescape
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from py_mini_racer import MiniRacer
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

PARTS = (
    "loader.js", "core.js", "adaptors/liteDOM.js", "input/tex-full.js",
    "output/chtml.js", "output/chtml/fonts/tex.js", "a11y/assistive-mml.js",
)  # fmt: skip
FONTS = "output/chtml/fonts/woff-v2"
INLINE = re.compile(r'(?<=<span class="math notranslate nohighlight">)\\\((.*?)\\\)(?=</span>)', re.DOTALL)
DISPLAY = re.compile(r"(?<=[>\s])\\\[(.*?)\\\](?=\s*</div>)", re.DOTALL)
PUNCTUATED = re.compile(
    r"""([(]?)(<span class="math notranslate nohighlight">\\\((?:(?!</span>).)*\\\)</span>)([,.;:!?)]*)""", re.DOTALL
)
BOTH = re.compile(f"(?:{INLINE.pattern})|(?:{DISPLAY.pattern})", re.DOTALL)

logger = logging.getLogger(__name__)


@cache
def _mathjax() -> Path:
    files = distribution("sphinx-mathjax-offline").files or []
    return Path(str(next(file for file in files if file.name == "tex-chtml.js").locate())).parent


class Typesetter:
    """MathJax in a V8 of its own. A context manager: a V8 left open keeps Python from ending."""

    def __enter__(self) -> Typesetter:
        self._v8 = MiniRacer()
        self._v8.eval("var window = this, global = this, MathJax = {}; 0")
        for script in [*(_mathjax() / part for part in PARTS), Path(__file__).with_suffix(".js")]:
            self._v8.eval(script.read_text(encoding="utf8") + "\n;0")  # the value of a script is of no use here
        return self

    def __exit__(self, *failure: object) -> None:
        self._v8.close()

    def typeset(self, formulas: list[tuple[str, bool]], fonts: str) -> tuple[list[str], str, list[str]]:
        """Typeset pairs (TeX, is it a display?). Returns their HTML, the style sheet, and TeX's complaints."""
        answer = json.loads(str(self._v8.eval(f"typeset({json.dumps(formulas)}, {json.dumps(fonts)})")))
        return answer["html"], re.sub(r"\s+", " ", answer["css"]), answer["errors"]


def typeset_page(text: str, typesetter: Typesetter) -> tuple[str, list[str]]:
    """Return a page's HTML with every formula typeset, and TeX's complaints."""
    text = PUNCTUATED.sub(_together, text)
    found = [match.groups() for match in BOTH.finditer(text)]
    formulas = [(unescape(inline or display).strip(), inline is None) for inline, display in found]
    if not formulas:
        return text, []
    match = re.search(r'data-content_root="([^"]*)"', text)
    html, css, errors = typesetter.typeset(formulas, f"{match[1] if match else './'}_static/mathjax")
    ready = iter(html)
    text = BOTH.sub(lambda _: next(ready), text)
    return text.replace("</head>", f"<style>{css}</style>\n</head>", 1), errors


def _together(match: re.Match[str]) -> str:
    """Keep a formula on one line with its punctuation: to a browser it is a picture, beside which a line may break."""
    return f'<span class="kept">{match[0]}</span>' if match[1] or match[3] else match[0]


def _leave_mathjax_out(app: Sphinx, config: Config) -> None:
    listeners = app.events.listeners["html-page-context"]
    listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx.ext.mathjax"]


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    shutil.copytree(_mathjax() / FONTS, out / "_static" / "mathjax", dirs_exist_ok=True)
    pages = {page: text for page in out.rglob("*.html") if BOTH.search(text := page.read_text(encoding="utf8"))}
    if not pages:
        return
    with Typesetter() as typesetter:
        for page, text in pages.items():
            text, errors = typeset_page(text, typesetter)
            for error in errors:
                logger.warning("%s: TeX: %s", page.relative_to(out).with_suffix(""), error)
            if not errors:  # else left as it is, so that a warm build complains again
                page.write_text(text, encoding="utf8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("config-inited", _leave_mathjax_out, priority=950)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
