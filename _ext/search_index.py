"""Index the finished pages with Pagefind: a static index, read in the browser a piece at a time.

Pagefind finds a section by the id of its heading, where Sphinx gives it to the section. So a copy of the pages is
indexed, in which ids stand at the headings. In the copy ``search_words.yaml`` also lends sections the words that
people use for what stands there under another name, between two marks by which ``assets/search.js`` knows what is
searched and not shown. Code is not shown either, nor a formula on a line of its own, and what lies in a fold of code
is left out. A formula in a sentence is a line of text, with ``_{t}`` and ``^{2}`` for what is set low and high.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml
from sphinx.application import Sphinx
from sphinx.util import logging

WORDS = Path(__file__).resolve().parent / "search_words.yaml"
SECTION = re.compile(r'<section([^>]*?) id="([^"]+)"([^>]*)>(\s*(?:<span id="[^"]*"></span>)*)<h(\d)>', re.DOTALL)
LINK = re.compile(r'<a class="headerlink"[^>]*>[^<]*</a>')
FOLDED = re.compile(r'<details class="fold code"')
CODE = re.compile(r"(<pre[^>]*>)(.*?)(</pre>)", re.DOTALL)
BEHIND = "⟦", "⟧"  # around what is lent, and code; search.js has the same
NUMBERED = re.compile(r'<span class="eqno">[^<]*</span>')
FORMULA = re.compile(r"<math([^>]*)>.*?</math>", re.DOTALL)
RELATIONS, SUMS = tuple("=<>≤≥≈≠≡∼∝≪≫→←↦∈⊂"), tuple("+−±∓⊙⊗⊕×∘")  # a space on both sides, of sums between two things
ACCENTS = {"~": "\u0303", "^": "\u0302", "ˆ": "\u0302", "¯": "\u0304", "˙": "\u0307", "⃗": "\u20d7", "→": "\u20d7"}
INTERFACES = ("pagefind-*ui*", "pagefind-highlight.js")  # the site has its own
logger = logging.getLogger(__name__)


SCRIPTS = {"msub": "_", "msup": "^", "msubsup": "_^", "munder": "_", "mover": "^", "munderover": "_^"}
ATOM = re.compile(r"√\(.*\)|[∂d]?(\d+(\.\d+)?|\w)([_^]\{[^{}]*\})*")  # it needs no brackets below a fraction's line


def line(formula: ElementTree.Element, low: bool = False) -> str:
    """Return a formula as a line of text; within a script (``low``) without blanks, and without further scripts."""
    parts = [line(part, low or (i > 0 and formula.tag in SCRIPTS)) for i, part in enumerate(formula)]
    match formula.tag:
        case "mspace":
            return " "
        case "mo":
            sign = formula.text or ""
            return f" {sign} " if sign in RELATIONS or sign in SUMS else ", " if sign == "," else sign
        case "mfrac":
            over, under = (part.strip() for part in parts)
            return f"{f'({over})' if ' ' in over else over}/{under if ATOM.fullmatch(under) else f'({under})'}"
        case "msqrt":
            inside = "".join(parts).strip()
            return f"√{inside}" if len(inside) == 1 else f"√({inside})"
        case "mtable":
            return "; ".join(part.strip() for part in parts)
        case "mtr":
            return " ".join(part.strip() for part in parts)
        case "mover" if parts[1].strip() in ACCENTS:
            return parts[0] + ACCENTS[parts[1].strip()]
        case tag if tag in SCRIPTS:
            scripts = ["".join(part.split()) for part in parts[1:]]
            marks = ["" if low or set(part) <= set("′") else mark for mark, part in zip(SCRIPTS[tag], scripts)]
            primes_first = sorted(zip(marks, scripts), key=lambda pair: bool(pair[0]))
            return parts[0] + "".join(f"{mark}{{{part}}}" if mark else part for mark, part in primes_first)
    text = formula.text or ""
    for part in parts:
        text += _after(text.rstrip(), part)
    return text


def _after(before: str, part: str) -> str:
    """A sign that nothing stands in front of belongs to what follows; a function's name is a word of its own."""
    if part.strip() in SUMS and (not before or before[-1] in (*RELATIONS, *SUMS, *"([{|,;/")):
        return part.strip()
    return f" {part}" if len(part) > 1 and part[:2].isalpha() and before[-1:].isalnum() | before.endswith("}") else part


def _searched(formula: re.Match[str]) -> str:
    """A formula in a sentence as a line of text; one on lines of its own is searched and not shown."""
    text = escape(" ".join(line(ElementTree.fromstring(formula[0])).split()), quote=False)
    return f"… {BEHIND[0]} {text} {BEHIND[1]} " if 'display="block"' in formula[1] else text


def indexed(page: str, words: dict[str, str]) -> str:
    """Return the page as it is indexed: ids at the headings, and ``words`` (by section) behind them.

    Raises ValueError for words of a section that the page does not have.
    """
    page = SECTION.sub(r'<section\1\3>\4<h\5 id="\2">', LINK.sub("", page))
    page = FOLDED.sub(r"\g<0> data-pagefind-ignore", page)
    page = FORMULA.sub(_searched, NUMBERED.sub("", page))
    page = CODE.sub(rf"\1{BEHIND[0]} \2 {BEHIND[1]}\3", page)
    for section, lent in words.items():
        heading = re.compile(rf'(<h(\d) id="{re.escape(section)}">.*?</h\2>)', re.DOTALL)
        text = f'\\1<p data-pagefind-weight="8">{BEHIND[0]} {escape(lent)} {BEHIND[1]}</p>'
        page, found = heading.subn(text, page, count=1)
        if not found:
            raise ValueError(f"no section {section!r}")
    return page


def _copy(pages: Iterable[Path], site: Path, copy: Path) -> None:
    """Write the pages of ``site`` as they are indexed into ``copy``."""
    lent: dict[str, dict[str, str]] = {}
    for address, words in yaml.safe_load(WORDS.read_text(encoding="utf8")).items():
        name, _, section = address.partition("#")
        lent.setdefault(name, {})[section] = words
    for page in pages:
        name = page.relative_to(site).as_posix()
        try:
            text = indexed(page.read_text(encoding="utf8"), lent.pop(name, {}))
        except ValueError as error:
            logger.warning("search_words.yaml: %s: %s", name, error)
            continue
        if re.match(r"chapters/reference(_\w+)?\.html", name):  # a chapter explains, and is found first
            text = text.replace("data-pagefind-body", 'data-pagefind-body data-pagefind-weight="0.3"', 1)
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf8")
    for name in lent:
        logger.warning("search_words.yaml: no page %s", name)


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    copy, index = site.parent / "indexed", site / "pagefind"
    for folder in (copy, index):
        shutil.rmtree(folder, ignore_errors=True)
    _copy([site / "index.html", *sorted(site.glob("chapters/*.html"))], site, copy)
    command = [sys.executable, "-m", "pagefind", "--site", str(copy), "--output-path", str(index)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        logger.warning("pagefind failed: %s", done.stderr.strip() or done.stdout.strip())
    for unused in (file for pattern in INTERFACES for file in index.glob(pattern)):
        unused.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("build-finished", _finish, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
