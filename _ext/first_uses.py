"""Link the first use of each term of the glossary, on every chapter, to its definition.

A term is what ``{glossary}`` lists. Its first use on a page is the first time that it stands in running text, also in
the plural and at the beginning of a sentence. Headings, code, formulas, links, captions, objectives, self-checks,
predictions and folds are passed over, so a chapter's prose is written without a thought of this. Of two terms that
begin at one place the longer is meant: *truncated backpropagation through time* is no use of *backpropagation*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

LINKED = re.compile(r"chapters/(\d\d_.*|what_a_state_can_hold|the_recursion_at_work|the_framework_and_its_traps"
                    r"|recurrent_net_or_transformer|reading_a_trained_state)")
PASSED_OVER = (
    nodes.title, nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.reference, nodes.caption,
    nodes.raw, nodes.thead, nodes.term, addnodes.pending_xref,
)  # fmt: skip
PASSED_BY_NAME = {"fold", "selfcheck", "predict", "claim_part", "moved"}
PASSED_BY_CLASS = {"objectives", "cell", "cell_output", "moved", "points"}
APOSTROPHE = "['’]"  # the page's is the printer's
Terms = Mapping[str, tuple[str, str]]  # term -> page and anchor


def terms_of(env: BuildEnvironment) -> dict[str, tuple[str, str]]:
    """Return where each term of the glossary is defined; terms of one definition have one address, the first one's."""
    objects = env.get_domain("std").objects  # type: ignore[attr-defined]
    places = {name: place for (kind, name), place in objects.items() if kind == "term"}
    first = {}
    for page in {page for page, _ in places.values()}:
        for item in env.get_doctree(page).findall(nodes.definition_list_item):
            anchors = [anchor for term in item.findall(nodes.term) for anchor in term["ids"]]
            first |= {(page, anchor): anchors[0] for anchor in anchors}
    return {name: (page, first.get((page, anchor), anchor)) for name, (page, anchor) in places.items()}


def pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """Match any of the terms, the longest first, with a capital or not, in the singular or the plural."""
    return re.compile("|".join(map(_of_one, sorted(terms, key=len, reverse=True))))


def _of_one(term: str) -> str:
    words = r"[\s\N{NO-BREAK SPACE}-]+".join(map(re.escape, term.split())).replace("'", APOSTROPHE)
    first = re.escape(term[0]) if term[:2].isupper() else f"[{term[0].lower()}{term[0].upper()}]"
    return rf"(?<![\w-])(?P<t{term.encode().hex()}>{first}{words[1:]}(?:e?s)?)(?![\w-])"


def meant(match: re.Match[str]) -> str:
    """Return the term that a match of ``pattern`` is a use of."""
    return bytes.fromhex((match.lastgroup or "t")[1:]).decode()


class FirstUses(SphinxPostTransform):
    """Make the first uses links."""

    default_priority = 950
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Go through the page's text in its order."""
        page = self.env.docname
        terms = terms_of(self.env)
        if not LINKED.fullmatch(page) or not terms:
            return
        left, uses = dict(terms), pattern(terms)
        _join_texts(self.document)
        for text in [text for text in self.document.findall(nodes.Text) if _is_running(text)]:
            pieces = list(self._linked(str(text), uses, left))
            if len(pieces) > 1 or not isinstance(pieces[0], nodes.Text):
                text.parent.replace(text, pieces)

    def _linked(self, text: str, uses: re.Pattern[str], left: dict[str, tuple[str, str]]) -> Iterator[nodes.Node]:
        """Split a text at its first uses; an address is linked once, whatever it is called by."""
        done = 0
        for match in uses.finditer(text):
            place = left.pop(meant(match), None)
            if place is None:
                continue
            for name in [name for name, other in left.items() if other == place]:
                del left[name]
            if match.start() > done:
                yield nodes.Text(text[done : match.start()])
            target = self.app.builder.get_relative_uri(self.env.docname, place[0])
            yield nodes.reference("", match[0], internal=True, refuri=f"{target}#{place[1]}", classes=["term"])
            done = match.end()
        if done < len(text) or not text:
            yield nodes.Text(text[done:])


def _join_texts(document: nodes.document) -> None:
    """Make one text of neighbours: the parser begins a new one at every line."""
    for parent in {id(text.parent): text.parent for text in document.findall(nodes.Text)}.values():
        for i in range(len(parent) - 1, 0, -1):
            if isinstance(parent[i], nodes.Text) and isinstance(parent[i - 1], nodes.Text):
                parent[i - 1 : i + 1] = [nodes.Text(str(parent[i - 1]) + str(parent[i]))]


def _is_running(text: nodes.Node) -> bool:
    node = text.parent
    if not isinstance(node, nodes.TextElement):
        return False
    while node is not None:
        by_class = PASSED_BY_CLASS.intersection(node.get("classes", ())) if isinstance(node, nodes.Element) else ()
        if isinstance(node, PASSED_OVER) or type(node).__name__ in PASSED_BY_NAME or by_class:
            return False
        node = node.parent
    return True


def _write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name every chapter if terms have come, gone or moved since they were written."""
    terms = terms_of(env)
    changed = terms != getattr(env, "glossary_terms", None)
    env.glossary_terms = terms  # type: ignore[attr-defined]
    return [page for page in sorted(env.found_docs) if LINKED.fullmatch(page)] if changed else []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(FirstUses)
    app.connect("env-updated", _write_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
