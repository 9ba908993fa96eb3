"""What a piece of Python names of the packages, and the links of these names in its highlighted form."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import escape

PACKAGES = ("rnnlib", "rnngrade")
BLOCK = re.compile(r"(?<=<pre>).*?(?=</pre>)", re.DOTALL)
TAG = re.compile(r"(<[^>]+>)")


def spelled(source: str, names: dict[str, str]) -> dict[str, str]:
    """Return what ``source`` names of the packages: as it is spelled there, and its dotted name.

    ``names`` are those that earlier cells have imported; those of this one are added.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # output, or magics
        return {}
    for node in ast.walk(tree):
        names |= dict(_imported(node))
    return {spelling: dotted for node in ast.walk(tree) if (spelling := _chain(node))
            for head, _, rest in [spelling.partition(".")] if head in names
            for dotted in [f"{names[head]}.{rest}".rstrip(".")]}  # fmt: skip


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.split(".")[0] in PACKAGES:
                yield alias.asname or alias.name.split(".")[0], alias.name if alias.asname else alias.name.split(".")[0]
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES:
        yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _chain(node: ast.AST) -> str:
    """``a.b.c`` of an attribute or a name, else nothing."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def linked(body: str, addresses: dict[str, str]) -> str:
    """Return the page's ``body`` with the first mention in code of each object as a link.

    Names stand bare in highlighted code (``highlighting``); what is in an element there is a string or a comment.
    """
    left = dict(sorted(addresses.items(), key=lambda one: -len(one[0])))

    def block(match: re.Match[str]) -> str:
        parts, depth = TAG.split(match[0]), 0
        for i, part in enumerate(parts):
            depth += part.startswith("<span") - part.startswith("</span")
            if not part.startswith("<") and not depth:
                parts[i] = _linked_names(part, left)
        return "".join(parts)

    return BLOCK.sub(block, body) if left else body


def _linked_names(text: str, left: dict[str, str]) -> str:
    """Link the first mention of each name that is ``left``; it is left no more, nor is another way to spell it."""
    names = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, left))})(?!\w)") if left else None

    def link(match: re.Match[str]) -> str:
        address = left.get(match[0])
        if address is None:
            return match[0]
        for spelling in [one for one, there in left.items() if there == address]:
            del left[spelling]
        return f'<a class="to-reference" href="{escape(address)}">{match[0]}</a>'

    return names.sub(link, text) if names else text
