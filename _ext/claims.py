"""The page *Claims, tested*: what lessons say, what a cell of the book measured, and a verdict computed from it.

::

    ```{claims} 03_explosion
    ```

writes the rows of a chapter, or of several, from ``chapters/data/claims.yaml`` (its head explains the fields), each at
the address ``claims.html#<id>``; ``{claims-picture}`` shows them all, a dot a claim, with a choice of verdicts. The
numbers are those that the chapter's cells have glued. A name in braces in the text of ``measured``, as in ``{actual}``,
stands for one of the row's values as the chapter prints it, and the same name in a test for the number. The build fails
if a value is missing, if a chapter glues a name ``claim-..`` that no row uses, if a verdict is not the one that is
stated, and if a row does not say where its statement is said.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import preview_card
import yaml
from claim_words import words
from docutils import nodes
from docutils.statemachine import StringList
from glued import cell_that_glues, glued, gluing_cells, section_of, shows_code
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

PAGE = "chapters/claims"
DATA = "chapters/data/claims.yaml"
VERDICTS = {"holds": "true", "condition": "true with a condition", "slip": "a slip of arithmetic", "wrong": "wrong"}
SHORT = {"holds": "true", "condition": "with a condition", "slip": "a slip", "wrong": "wrong"}
WHY = {"holds": ("For it", "Not for it"), "fails": ("Against it", "Not against it"), "slips": ("A slip", "No slip")}
COMMON = "common"  # in place of a source: no single text says it, many do
FUNCTIONS = {"__builtins__": {}, "abs": abs, "log": math.log, "round": round}  # what a test may use
MINUS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
PRINTED = re.compile(r"([+-]?[\d,]*\.?\d+)(?:\s*×\s*10(-?\d+))?(\s*%)?[\s°]*")

log = logging.getLogger(__name__)


def number(printed: str) -> float:
    """Return the number that ``printed`` shows: ``30,495``, ``2.95 × 10⁻⁵``, ``−0.8``, ``5 %``, ``37°``.

    Raises:
        ValueError: there is anything else in it.
    """
    match = PRINTED.fullmatch(printed.strip().translate(MINUS))
    if not match:
        raise ValueError(f"not a number: {printed!r}")
    digits, exponent, percent = match.groups()
    return float(f"{digits.replace(',', '')}e{exponent or 0}") / (100 if percent else 1)


@dataclass(frozen=True)
class Claim:
    """A row: a statement, where it is said, and the tests of a chapter's values that support and refute it."""

    id: str
    page: str
    says: str
    said: str  # a sentence with a citation, or ``common``
    measured: str
    values: Mapping[str, str]  # name -> the chapter's glue key
    verdict: str
    supports: str | None = None
    refutes: str | None = None
    slips: str | None = None
    given: str | None = None  # the condition in words
    called: Mapping[str, str] = field(default_factory=dict)  # name -> what the value is, in words

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"{self.id}: verdict is one of {', '.join(VERDICTS)}, not {self.verdict!r}")
        if self.said != COMMON and "{cite:" not in self.said:
            raise ValueError(f"{self.id}: said is a sentence that cites a source, or {COMMON!r}")
        if (self.given is None) == (self.verdict == "condition"):
            raise ValueError(f"{self.id}: a verdict 'condition', and no other, says on what in the field given")
        if not (self.supports or self.refutes):
            raise ValueError(f"{self.id}: no test")
        written = " ".join(filter(None, (self.measured, *self.tests.values())))
        if idle := [name for name in self.values if not re.search(rf"\b{name}\b", written)]:
            raise ValueError(f"{self.id}: {', '.join(idle)} not used")
        if strange := set(self.called) - set(self.values):
            raise ValueError(f"{self.id}: called names {', '.join(sorted(strange))}, which is no value")

    @property
    def tests(self) -> dict[str, str]:
        """The tests there are, by what they decide."""
        tests = {"holds": self.supports, "fails": self.refutes, "slips": self.slips}
        return {name: test for name, test in tests.items() if test}

    def judge(self, glued: Mapping[str, str]) -> str:
        """Return the verdict on the page's glued values; of support and refutation one alone stands for both.

        What is refuted and not supported is a slip of arithmetic if ``slips`` is true: the number is wrong, and the
        idea that it stands for is not.

        Raises:
            KeyError: a value that the page has not glued.
            ValueError: the tests say that it neither holds nor fails.
        """
        names = {name: number(glued[key]) for name, key in self.values.items()}
        found = {name: bool(eval(test, FUNCTIONS | names)) for name, test in self.tests.items()}
        holds = found.get("holds", not found.get("fails"))
        fails = found.get("fails", not holds)
        if not (holds or fails):
            raise ValueError(f"claim {self.id} is neither supported nor refuted by {names}")
        if holds:
            return "condition" if fails else "holds"
        return "slip" if found.get("slips") else "wrong"

    def says_why(self, test: str, glued: Mapping[str, str]) -> str:
        """Return in words, with the values printed, what ``test`` finds: For it: 20 is above 7."""
        printed = {name: glued[key] for name, key in self.values.items()}
        values = {name: number(text) for name, text in printed.items()}
        true = bool(eval(self.tests[test], FUNCTIONS | values))
        return f"{WHY[test][not true]}: {words(self.tests[test], printed, true, self.called)}."


def read(file: Path) -> dict[str, Claim]:
    """Return the claims of ``file`` by id, in its order."""
    claims = [Claim(**row) for row in yaml.safe_load(file.read_text(encoding="utf8"))]
    by_id = {claim.id: claim for claim in claims}
    if len(by_id) < len(claims):
        raise ValueError("two claims of the same id")
    return by_id


def problems(claims: Iterable[Claim], pages: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """What is wrong between the claims and the pages' glued values, a sentence each."""
    used = {(claim.page, key) for claim in claims for key in claim.values.values()}
    for claim in claims:
        try:
            verdict = claim.judge(pages[claim.page])
        except KeyError as missing:
            yield f"claim {claim.id}: page {claim.page} has no {missing}"
        except ValueError as problem:
            yield str(problem)
        else:
            if verdict != claim.verdict:
                yield f"claim {claim.id} is stated as {claim.verdict!r}, and the measurement says {verdict!r}"
    for page, values in pages.items():
        for key in values:
            if key.startswith("claim-") and (page, key) not in used:
                yield f"page {page} measures {key}, and no claim uses it"


def _pages(app: Sphinx) -> dict[str, dict[str, str]]:
    """What the cells of each page have glued."""
    return {Path(name).name: glued(app, name) for name in sorted(app.env.found_docs)}


class claim_part(nodes.Inline, nodes.Element):
    """A part of a row that is known only when all pages are read: a value, a verdict, a link, a count."""


class MeasuredRole(SphinxRole):
    """``{measured}`id:name` ``: the value of a claim, as its chapter prints it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave the place."""
        identifier, name = self.text.split(":")
        return [claim_part(kind="value", claim=identifier, name=name)], []


class CountRole(SphinxRole):
    """``{claims-count}`wrong` ``: how many claims have this verdict; ``all``: how many there are."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave the place."""
        return [claim_part(kind="count", verdict=self.text)], []


class ClaimsDirective(SphinxDirective):
    """The rows of the chapters that are named."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """A table whose measured parts are filled in at the end."""
        file = Path(self.env.srcdir, DATA)
        self.env.note_dependency(str(file))
        pages = self.arguments[0].split()
        claims = [claim for claim in read(file).values() if claim.page in pages]
        if missing := set(pages) - {claim.page for claim in claims}:
            raise self.error(f"no claims on {', '.join(sorted(missing))}")
        group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (29, 42, 29)), cols=3)
        heads = ("A widely read lesson says", "Measured", "Verdict")
        group += nodes.thead("", nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in heads)))
        group += nodes.tbody("", *map(self._row, claims))
        return [nodes.table("", group, classes=["claims", "colwidths-given"])]

    def _row(self, claim: Claim) -> nodes.row:
        measured = claim.measured
        for name in claim.values:
            measured = measured.replace(f"{{{name}}}", f"{{measured}}`{claim.id}:{name}`")
        source = "Common teaching, in our words." if claim.said == COMMON else claim.said
        said = nodes.entry("", *self._text(claim.says, "claim-says"), *self._text(source, "claim-said"))
        found = nodes.entry("", *self._text(measured, "claim-measured"))
        found += nodes.paragraph("", "", claim_part(kind="cell", claim=claim.id), classes=["claim-cell"])
        verdict = nodes.entry("", nodes.paragraph("", "", claim_part(kind="verdict", claim=claim.id)))
        if claim.given:
            verdict.extend(self._text(claim.given, "claim-given"))
        for test in claim.tests:
            found_out = claim_part(kind="test", claim=claim.id, test=test)
            verdict += nodes.paragraph("", "", found_out, classes=["claim-test"])
        said += nodes.paragraph("", "", nodes.reference("", "#", refuri=f"#{claim.id}", classes=["claim-link"]))
        return nodes.row("", said, found, verdict, ids=[claim.id], classes=["claim"])

    def _text(self, text: str, name: str) -> list[nodes.Node]:
        parsed = nodes.Element()
        self.state.nested_parse(StringList([text.strip()], DATA), self.content_offset, parsed)
        for paragraph in parsed.findall(nodes.paragraph):
            paragraph["classes"].append(name)
        return list(parsed.children)


class PictureDirective(SphinxDirective):
    """All claims, a dot each."""

    def run(self) -> list[nodes.Node]:
        """Leave the place."""
        self.env.note_dependency(str(Path(self.env.srcdir, DATA)))
        return [nodes.paragraph("", "", claim_part(kind="picture"))]


class FillIn(SphinxPostTransform):
    """Put in what the pages measured."""

    default_priority = 9

    def run(self, **kwargs: Any) -> None:
        """Replace every part by what it stands for."""
        parts = list(self.document.findall(claim_part))
        if not parts:
            return
        self.claims = read(Path(self.env.srcdir, DATA))
        self.pages = _pages(self.app)
        for part in parts:
            part.replace_self(getattr(self, f"_{part['kind']}")(part))

    def _picture(self, part: claim_part) -> nodes.Node:
        """The dots by chapter, each a link to its row, and radio buttons that the stylesheet obeys."""
        if self.app.builder.format != "html":
            return nodes.Text("")
        verdicts = {claim.id: self._verdict_of(claim) for claim in self.claims.values()}
        part.parent.replace_self(place := nodes.container())
        place += nodes.raw("", picture(self.claims, verdicts, self._title), format="html")
        return place[0]

    def _title(self, page: str) -> str:
        return self.env.titles[f"chapters/{page}"].astext()

    def _test(self, part: claim_part) -> nodes.Node:
        claim = self.claims[part["claim"]]
        try:
            return nodes.Text(claim.says_why(part["test"], self.pages[claim.page]))
        except (KeyError, ValueError):  # reported once, when all pages were read
            return nodes.Text(claim.tests[part["test"]])

    def _verdict_of(self, claim: Claim) -> str:
        try:
            return claim.judge(self.pages[claim.page])
        except (KeyError, ValueError):  # reported once, when all pages were read
            return claim.verdict

    def _value(self, part: claim_part) -> nodes.Node:
        claim = self.claims[part["claim"]]
        return nodes.inline("", self.pages[claim.page].get(claim.values[part["name"]], "?"), classes=["claim-value"])

    def _verdict(self, part: claim_part) -> nodes.Node:
        verdict = self._verdict_of(self.claims[part["claim"]])
        row = part
        while not isinstance(row, nodes.row):
            row = row.parent
        row["classes"].append(f"is-{verdict}")
        return nodes.inline("", VERDICTS[verdict], classes=["verdict", f"verdict-{verdict}"])

    def _cell(self, part: claim_part) -> nodes.Node:
        claim = self.claims[part["claim"]]
        page = f"chapters/{claim.page}"
        title = self.env.metadata[page].get("claim_cells", {}).get(claim.id, claim.page)
        return make_refnode(self.app.builder, self.env.docname, page, f"claim-{claim.id}", nodes.Text(title))

    def _count(self, part: claim_part) -> nodes.Node:
        verdicts = [self._verdict_of(claim) for claim in self.claims.values()]
        return nodes.Text(str(len(verdicts) if part["verdict"] == "all" else verdicts.count(part["verdict"])))


def picture(claims: Mapping[str, Claim], verdicts: Mapping[str, str], title: Callable[[str], str]) -> str:
    """Return the picture of all claims as HTML."""
    counts = {"all": len(claims)} | {name: list(verdicts.values()).count(name) for name in VERDICTS}
    names = {"all": "all"} | SHORT
    choices = "".join(
        f'<label class="{f"verdict-{name}" if name in VERDICTS else ""}"><input type="radio" name="claims-shown" '
        f'id="claims-{name}"{" checked" if name == "all" else ""}> {names[name]} <b>{count}</b></label>'
        for name, count in counts.items()
    )
    rows = []
    for page in dict.fromkeys(claim.page for claim in claims.values()):
        dots = "".join(
            f'<li class="is-{verdicts[claim.id]}"><a class="verdict-{verdicts[claim.id]}" href="#{claim.id}" '
            f'aria-label="{escape(f"{_plain(claim.says)} {VERDICTS[verdicts[claim.id]].capitalize()}.")}"></a></li>'
            for claim in claims.values() if claim.page == page
        )  # fmt: skip
        rows.append(f"<dt>{escape(title(page))}</dt><dd><ul>{dots}</ul></dd>")
    choice = f"<fieldset><legend>Show</legend>{choices}</fieldset>"
    return f'<div class="claims-picture">{choice}<dl>{"".join(rows)}</dl></div>\n'


def _plain(text: str) -> str:
    """A statement for a reader who hears it: formulas without their marks."""
    text = re.sub(r"\\operatorname\{(\w+)\}", r"\1", text).replace(r"^\top", " transposed").replace(r"\cdots", "..")
    return re.sub(r"\s+", " ", re.sub(r"\\[,;! ]|[$\\{}`*]", "", text)).strip()


def _draw_card(app: Sphinx, exception: Exception | None) -> None:
    """The picture of the claims for links that are shared."""
    if exception or app.builder.format != "html" or not Path(app.srcdir, DATA).exists():
        return
    claims, pages = read(Path(app.srcdir, DATA)), _pages(app)
    if list(problems(claims.values(), pages)):  # reported when all pages were read
        return
    groups: dict[str, list[str]] = {}
    for claim in claims.values():
        groups.setdefault(claim.page, []).append(claim.judge(pages[claim.page]))
    shown = {app.env.titles[f"chapters/{page}"].astext(): verdicts for page, verdicts in groups.items()}
    out = Path(app.outdir)
    drawn = out.parent / "cards" / f"claims-{preview_card.key(shown)}.png"
    if not drawn.exists():
        shutil.rmtree(drawn.parent, ignore_errors=True)
        preview_card.draw_claims(drawn, shown)
    shutil.copyfile(drawn, out / "_static" / "claims.png")


def _mark_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give the cell that measured a claim an id to link to: the last one shown up to where its first value is glued."""
    page = app.env.docname
    file = Path(app.srcdir, DATA)
    claims = [claim for claim in read(file).values() if f"chapters/{claim.page}" == page] if file.exists() else []
    if not claims:
        return
    app.env.note_dependency(str(file))
    cells = gluing_cells(app, page)
    shown = {node["cell_index"]: node for node in doctree.findall(shows_code)}
    titles = app.env.metadata[page].setdefault("claim_cells", {})
    for claim in claims:
        key = next(iter(claim.values.values()))
        glued_in = cell_that_glues(cells, key)
        if glued_in is None:
            log.warning("claim %s: no cell glues %r by that name", claim.id, key, location=page)
            continue
        cell = shown[max(index for index in shown if index <= glued_in)]
        cell["ids"].append(f"claim-{claim.id}")
        titles[claim.id] = section_of(cell)


def _check(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Compare when all pages are read; write the page again if what it quotes has changed."""
    if PAGE not in env.found_docs:
        return []
    pages = _pages(app)
    claims = read(Path(app.srcdir, DATA)).values()
    for problem in problems(claims, pages):
        log.warning(problem)
    quoted = {(claim.id, key): pages[claim.page].get(key) for claim in claims for key in claim.values.values()}
    changed = quoted != getattr(env, "claims_quoted", None)
    env.claims_quoted = quoted  # type: ignore[attr-defined]
    return [PAGE] if changed else []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_node(claim_part)
    app.add_directive("claims", ClaimsDirective)
    app.add_directive("claims-picture", PictureDirective)
    app.add_role("measured", MeasuredRole())
    app.add_role("claims-count", CountRole())
    app.add_post_transform(FillIn)
    app.connect("doctree-read", _mark_cells)
    app.connect("env-updated", _check)
    app.connect("build-finished", _draw_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
