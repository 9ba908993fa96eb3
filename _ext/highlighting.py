"""Highlighted code without the elements that change nothing: names, punctuation and blanks have the colour of code.

Two elements in three of a chapter's code were of these. What stays is what ``bundle.code_colours`` gives a colour.
"""

from __future__ import annotations

from typing import Any

from pygments.formatters import HtmlFormatter
from pygments.token import Name, Operator, Punctuation, Token, Whitespace
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

PLAIN = {Token, Name, Name.Other, Punctuation, Whitespace, Token.Text, Operator}


class Formatter(HtmlFormatter):  # type: ignore[type-arg]
    """Pygments' formatter; a token of the plain colour gets no element of its own."""

    def _get_css_class(self, ttype: Any) -> str:
        return "" if ttype in PLAIN else super()._get_css_class(ttype)


def setup(app: Sphinx) -> dict[str, Any]:
    """Have Sphinx highlight with it."""
    PygmentsBridge.html_formatter = Formatter
    return {"parallel_read_safe": True, "parallel_write_safe": True}
