"""Turn the TeX of every page into MathML when the book is built, with MathJax running in V8.

The reader's browser then has no script to run and no markup but the formula's own, which screen readers know too;
nothing moves while a page loads, and a page without JavaScript still shows its formulas.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from mathml_core import core
from py_mini_racer import MiniRacer
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

PARTS = ("loader.js", "core.js", "adaptors/liteDOM.js", "input/tex-full.js")
INLINE = re.compile(r'(?<=<span class="math notranslate nohighlight">)\\\((.*?)\\\)(?=</span>)', re.DOTALL)
DISPLAY = re.compile(r"(?<=[>\s])\\\[(.*?)\\\](?=\s*</div>)", re.DOTALL)
PUNCTUATED = re.compile(
    r"""([(]?)(<span class="math notranslate nohighlight">\\\((?:(?!</span>).)*\\\)</span>)([,.;:!?)]*)""", re.DOTALL
)
BOTH = re.compile(f"(?:{INLINE.pattern})|(?:{DISPLAY.pattern})", re.DOTALL)

LONG = 16  # characters
QUAD = re.compile(r"([1-9][\d.]*)em")

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

    def typeset(self, formulas: list[tuple[str, bool]]) -> tuple[list[str], list[str]]:
        """Typeset pairs (TeX, is it a display?). Returns their MathML, and TeX's complaints."""
        answer = json.loads(str(self._v8.eval(f"typeset({json.dumps(formulas)})")))
        return [core(mathml) for mathml in answer["mathml"]], answer["errors"]


def typeset_page(text: str, typesetter: Typesetter) -> tuple[str, list[str]]:
    """Return a page's HTML with every formula typeset, and TeX's complaints."""
    text = PUNCTUATED.sub(_together, text)
    found = [match.groups() for match in BOTH.finditer(text)]
    formulas = [(unescape(inline or display).strip(), inline is None) for inline, display in found]
    if not formulas:
        return text, []
    mathml, errors = typesetter.typeset(formulas)
    ready = (in_parts(one) if display else in_line(one) for one, (_, display) in zip(mathml, formulas))
    return BOTH.sub(lambda _: next(ready), text), errors


def in_parts(mathml: str) -> str:
    """Part a display at its quads: on a phone its formulas stand below one another, as no browser breaks a formula."""
    whole = ElementTree.fromstring(mathml)
    parts: list[list[ElementTree.Element]] = [[]]
    quads: list[str] = []
    for child in whole:
        if child.tag == "mspace" and QUAD.fullmatch(child.get("width", "")) and parts[-1] and child is not whole[-1]:
            quads.append(child.get("width", ""))
            parts.append([])
        else:
            parts[-1].append(child)
    if not quads:
        return mathml
    formulas = []
    for part, quad in zip(parts, [*quads, "0em"], strict=True):
        formula = ElementTree.Element("math", whole.attrib | {"style": f"--quad: {quad}"})
        formula.extend(part)
        formulas.append(ElementTree.tostring(formula, encoding="unicode", short_empty_elements=False))
    return f'<div class="parts">{"".join(formulas)}</div>'


def in_line(mathml: str) -> str:
    """Give a formula in a line that may be wider than a phone a box of its own, in which it scrolls there."""
    return f'<span class="long">{mathml}</span>' if len(re.sub("<[^>]+>", "", mathml)) > LONG else mathml


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
