"""The directive ``selfcheck``: a question with options, and an answer to each, shown the moment it is chosen.

::

    ```{selfcheck} Which matrix acts on the gradient?
    - [ ] $J_t$ :: That is the way forward.
    - [x] $J_t^\\top$ :: The chain rule transposes it.
    ```

It is written as a question of a quiz is, and read by its parser. On the page it is a group of native radio buttons,
driven by ``assets/selfcheck.js``. Without JavaScript the answers stand in a ``details`` element; in EPUB and LaTeX they
are a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from rnngrade.quizzes import parse_question

RIGHT, WRONG = "Right.", "Not this one."


class selfcheck(nodes.container):
    """A question (its first child, a paragraph) and its options."""


class selfcheck_option(nodes.container):
    """One option: a paragraph with the label, a paragraph with the answer to it."""


class SelfCheckDirective(SphinxDirective):
    """Parse the question and its options into nodes."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return one ``selfcheck`` node."""
        try:
            question = parse_question("\n".join([*self.arguments, *self.content]))
        except ValueError as problem:
            raise self.error(f"selfcheck: {problem}") from None
        node = selfcheck(ids=[f"selfcheck-{self.env.new_serialno('selfcheck') + 1}"])
        node += self._inline(question.asks, "selfcheck-question")
        for option in question.options:
            part = selfcheck_option(right=option.right)
            part += [self._inline(option.says, "selfcheck-label"), self._inline(option.why, "selfcheck-why")]
            node += part
        self.set_source_info(node)
        return [node]

    def _inline(self, text: str, name: str) -> nodes.paragraph:
        holder = nodes.Element()
        self.state.nested_parse(StringList([text], source=self.get_source_info()[0]), self.content_offset, holder)
        content = holder.children[0].children if holder.children else []
        return nodes.paragraph("", "", *content, classes=[name])


class ListFallback(SphinxPostTransform):
    """Where there is no script to run, show the question as a list of options and the answer below it."""

    default_priority = 10

    def run(self, **kwargs: Any) -> None:
        """Replace the nodes unless the builder writes web pages."""
        if self.app.builder.format == "html" and self.app.builder.name != "epub":
            return
        for node in list(self.document.findall(selfcheck)):
            node.replace_self(list(_as_list(node)))


def _as_list(node: selfcheck) -> Iterator[nodes.Node]:
    question, *options = node.children
    yield question
    items = nodes.bullet_list(bullet="-")
    for option in options:
        label, why = option.children
        verdict = nodes.strong("", RIGHT if option["right"] else WRONG)
        items += nodes.list_item("", label, nodes.paragraph("", "", verdict, nodes.Text(" "), *why.children))
    yield items


def visit_selfcheck(self: HTML5Translator, node: selfcheck) -> None:
    """Write the question: a fieldset of radio buttons, a live region, and the answers for a page without script."""
    question, *options = node.children
    name = node["ids"][0]
    self.body.append(f'<fieldset class="selfcheck" id="{name}"><legend>')
    _write_inline(self, question)
    self.body.append("</legend>\n")
    for index, option in enumerate(options):
        label = option.children[0]
        self.body.append('<div class="selfcheck-option">')
        self.body.append(f'<input type="radio" name="{name}" id="{name}-{index}" value="{index}">')
        self.body.append(f'<label for="{name}-{index}">')
        _write_inline(self, label)
        self.body.append("</label></div>\n")
    self.body.append('<div class="selfcheck-feedback" role="status" aria-live="polite"></div>\n')
    self.body.append('<details class="selfcheck-answers"><summary>Answers</summary><ol>\n')
    for option in options:
        verdict, css = (RIGHT, "right") if option["right"] else (WRONG, "wrong")
        self.body.append(f'<li><p class="selfcheck-answer selfcheck-{css}"><strong>{verdict}</strong> ')
        _write_inline(self, option.children[1])
        self.body.append("</p></li>\n")
    self.body.append("</ol></details></fieldset>\n")
    raise nodes.SkipNode


def _write_inline(self: HTML5Translator, paragraph: nodes.Node) -> None:
    for child in paragraph.children:
        child.walkabout(self)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_node(selfcheck, html=(visit_selfcheck, None))
    app.add_node(selfcheck_option)
    app.add_directive("selfcheck", SelfCheckDirective)
    app.add_post_transform(ListFallback)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
