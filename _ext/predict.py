"""The directive ``predict``: the reader says what a figure will show before it is uncovered.

::

    ```{predict} norm-of-product
    Draw how the norm of the product runs over 80 steps.
    - [near] :: You saw that ..
    - [above] :: You drew the bound's fate ..
    - [below] :: ..
    - [why] :: The slopes multiply as well, and ..
    ```

The argument names a prediction that a cell below has given to ``rnnlib.figures.show``: a ``Curve``, a ``Value`` or a
``Label``. The cell holds all numbers; here stand the question and what is said afterwards: to everyone (``why``), and
to those who were near, above or below. For a label, each option is ``- [key] what it says :: the answer to it``, and
which is right the cell has measured. A label without a figure names a glued text, the key of the right option::

    ```{predict} which-survives
    :answer: survivor
    ..

The directive is moved to its figure. What the cells right above print and draw stays covered as long as it does, and
without a figure that of the cells that follow at once; a figure that moves is there to try things out on, and stays. A
reader meets the question at its figure, so no text may stand between it and what it covers. On the page
``assets/predict.js`` drives it; without scripts, in print and in other formats the figure stands there as ever, with
the question and what was measured.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from glued import glued
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

ANSWER = re.compile(r"^[-*]\s+\[(?P<key>[\w-]+)\](?P<text>.*)$")
DATA = re.compile(r'data-predict="([^"]*)"')
PLACES = ("near", "above", "below")
KINDS = ("curve", "value", "label")
RIGHT, WRONG = "Right.", "Not so."
CONTROLS = {
    "curve": '<p class="predict-how">Drag the points. <span>With the keyboard: <kbd>←</kbd> <kbd>→</kbd> choose one, '
    "<kbd>↑</kbd> <kbd>↓</kbd> move it.</span></p>\n",
    "value": '<label class="predict-slider"><span>Your prediction</span> <input type="range"> '
    "<output></output></label>\n",
}
WIDGET = "jupyter.widget-view"
COMMIT = (
    '<p class="predict-do"><button type="button" class="predict-commit">That is my prediction</button> '
    '<button type="button" class="predict-show">Show me</button></p>'
)
AGAIN = '<p class="predict-do"><button type="button" class="predict-again">Predict again</button></p>'
logger = logging.getLogger(__name__)


class predict(nodes.General, nodes.Element):
    """A question, its figure where it has one, and the answers."""


class predict_question(nodes.General, nodes.Element):
    """What is asked."""


class predict_answer(nodes.General, nodes.Element):
    """What is said to an answer; ``key`` says to which, ``label`` is its first paragraph where it is an option."""


@dataclass(frozen=True)
class Answer:
    """An answer as it is written: ``- [key] label :: why``."""

    key: str
    label: str
    why: str


def parse(lines: list[str]) -> tuple[list[str], list[Answer]]:
    """Split the directive's lines into the question's and the answers.

    Raises:
        ValueError: no question, no answers, one key twice, or an answer that has no text after ``::``.
    """
    question: list[str] = []
    raw: list[tuple[str, str]] = []
    for line in lines:
        if match := ANSWER.match(line):
            raw.append((match["key"], match["text"].strip()))
        elif raw:
            raw[-1] = (raw[-1][0], f"{raw[-1][1]} {line.strip()}".strip())
        else:
            question.append(line)
    answers = []
    for key, text in raw:
        label, separator, why = f" {text} ".partition(" :: ")
        if not separator or not why.strip():
            raise ValueError(f"every answer needs ' :: ' and what is said to it, got: [{key}] {text!r}")
        answers.append(Answer(key, label.strip(), why.strip()))
    if not "".join(question).strip():
        raise ValueError("there is no question above the answers")
    if len({answer.key for answer in answers}) < len(answers):
        raise ValueError(f"a key stands twice in {', '.join(answer.key for answer in answers)}")
    if not answers:
        raise ValueError("there are no answers: lines that begin with '- [key]'")
    return question, answers


def complaint(kind: str, measured: Any, answers: list[tuple[str, bool]]) -> str | None:
    """What is wrong with answers, each a key and whether it is an option, to a prediction of this kind."""
    options = [key for key, labelled in answers if labelled]
    if kind == "label":
        if len(options) < 2:
            return f"a label needs two options or more, '- [key] what it says :: why', got {len(options)}"
        if measured not in options:
            return f"the cell measured {measured!r}, which is none of the options {', '.join(options)}"
        strange = [key for key, labelled in answers if not labelled and key != "why"]
        return f"[{strange[0]}] has nothing before its ' :: '" if strange else None
    if options:
        return f"[{options[0]}] has a label before its ' :: ', which belongs to options; this is a {kind}"
    keys = [key for key, _ in answers]
    if strange := [key for key in keys if key not in (*PLACES, "why")]:
        return f"[{strange[0]}] is none of {', '.join(PLACES)}, why"
    return None if "why" in keys else "a curve or a value needs '- [why] :: ..', what is said to everyone"


class PredictDirective(SphinxDirective):
    """Parse the question and its answers."""

    has_content = True
    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"answer": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """One node, which waits for its figure."""
        name = self.arguments[0]
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise self.error(f"predict: the name {name!r} must be small letters, digits and hyphens")
        try:
            question, answers = parse(list(self.content))
        except ValueError as problem:
            raise self.error(f"predict {name}: {problem}") from None
        node = predict(name=name, answer=self.options.get("answer"), ids=[f"predict-{name}"], data="", figure=False)
        asked = predict_question()
        self.state.nested_parse(StringList(question, source=self.get_source_info()[0]), self.content_offset, asked)
        node += asked
        for answer in answers:
            part = predict_answer(key=answer.key, label=bool(answer.label))
            part += [self._inline(text) for text in (answer.label, answer.why) if text]
            node += part
        self.set_source_info(node)
        return [node]

    def _inline(self, text: str) -> nodes.paragraph:
        holder = nodes.Element()
        self.state.nested_parse(StringList([text], source=self.get_source_info()[0]), self.content_offset, holder)
        return nodes.paragraph("", "", *(holder.children[0].children if holder.children else []))


class Meet(SphinxTransform):
    """Bring each question to its figure, and hold what it says against what the cell has measured."""

    default_priority = 800

    def apply(self, **kwargs: Any) -> None:
        """Go through the page's questions; a question that stands wrong is a warning, which fails the book."""
        figures = _figures(self.document)
        for node in list(self.document.findall(predict)):
            problem = self._meet(node, figures)
            if problem:
                logger.warning("predict %s: %s", node["name"], problem, location=node)
        for name, (bundle, _) in figures.items():
            logger.warning("a cell shows the prediction %r, and no directive asks for it", name, location=bundle)

    def _meet(self, node: predict, figures: dict[str, tuple[nodes.Element, dict[str, Any]]]) -> str | None:
        name = node["name"]
        if node["answer"]:
            told = glued(self.app, self.env.docname)
            if node["answer"] not in told:
                return f"no cell of this page has glued {node['answer']!r}"
            data = {"name": name, "kind": "label", "measured": told[node["answer"]]}
            _cover_after(node)
        elif name in figures:
            bundle, data = figures.pop(name)
            if problem := _cover_between(node, bundle):
                return problem
            _move(node, bundle)
        else:
            known = ", ".join(sorted(figures)) or "none"
            return f"no cell of this page shows a figure that predicts it (waiting for a directive: {known})"
        node["data"] = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        answers = [(part["key"], part["label"]) for part in node.findall(predict_answer)]
        return complaint(data["kind"], data["measured"], answers)


def _figures(document: nodes.document) -> dict[str, tuple[nodes.Element, dict[str, Any]]]:
    """The page's figures that ask for a prediction: what shows each, and what its cell says of it."""
    found = {}
    for raw in document.findall(nodes.raw):
        if match := DATA.search(str(raw.rawsource or raw.astext())[:6000]):
            data = json.loads(unescape(match[1]))
            bundle = raw.parent.parent if raw.parent.get("mime_type") else raw
            found[data["name"]] = (bundle, data)
    return found


def _cover_between(node: predict, bundle: nodes.Element) -> str | None:
    """Mark the outputs of the cells between a question and its figure; say what is wrong with where it stands."""
    everything = list(node.document.findall())
    after, covered = everything[everything.index(node) + 1 :], False
    if not any(one is bundle for one in after):
        return "it stands below its figure, where it asks too late"
    for one in after:
        if one is bundle:
            break
        if _is_output(one) and bundle not in one.children and not _moves(one):
            _cover(one, node)
            one["classes"].append("asked-below")
            covered = True
        elif covered and isinstance(one, nodes.paragraph | nodes.section):
            return "text stands between its figure and what it covers: set it below that text"
    return None


def _cover_after(node: predict) -> None:
    """Mark what the cells after a question without a figure print and draw, as far as the next line of text."""
    for one in node.parent[node.parent.index(node) + 1 :]:
        if not isinstance(one, nodes.container | nodes.comment | nodes.target):
            return
        for output in one.findall(_is_output):
            if not _moves(output):
                _cover(output, node)


def _moves(output: nodes.Element) -> bool:
    return any(WIDGET in part.get("mime_type", "") for part in output.findall(nodes.Element))


def _cover(output: nodes.Element, node: predict) -> None:
    output["classes"] += ["covered", f"covered-{node['name']}"]


def _is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_output"


def _move(node: predict, bundle: nodes.Element) -> None:
    node.parent.remove(node)
    bundle.replace_self(node)
    node.insert(1, bundle)
    node["figure"] = True


class Elsewhere(SphinxPostTransform):
    """In a file that is not a page: the question, the figure, and what is said to everyone."""

    default_priority = 10

    def run(self, **kwargs: Any) -> None:
        """Replace the nodes unless the builder writes web pages."""
        if self.app.builder.format == "html" and self.app.builder.name != "epub":
            return
        for node in list(self.document.findall(predict)):
            parts: list[nodes.Node] = []
            for child in list(node.children):
                if isinstance(child, predict_answer):
                    parts += child.children if child["key"] == "why" or child["label"] else []
                else:
                    parts += child.children if isinstance(child, predict_question) else [child]
            node.replace_self(parts)


def visit_predict(self: HTML5Translator, node: predict) -> None:
    """Write the question, the figure, the controls, and in their place what is said afterwards."""
    data = json.loads(node["data"] or "{}")
    name, kind = node["ids"][0], data.get("kind", "label")
    told = "" if node["figure"] else f' data-predict="{escape(node["data"])}"'
    self.body.append(
        f'<div class="predict predict-{kind}" id="{name}" role="group" aria-labelledby="{name}-asks"{told}>\n'
        f'<div class="predict-question" id="{name}-asks"><p class="predict-mark">Predict first</p>\n'
    )
    for child in node.children:
        if not isinstance(child, predict_answer):
            child.walkabout(self)
            if isinstance(child, predict_question):
                self.body.append("</div>\n")
    answers = [child for child in node.children if isinstance(child, predict_answer)]
    self.body.append('<div class="predict-board">\n<div class="predict-controls">')
    self.body.append(CONTROLS.get(kind, ""))
    for option in answers:
        if option["label"]:
            _write_option(self, name, option)
    self.body.append(f'{COMMIT}</div>\n<div class="predict-said" tabindex="-1">')
    sentence = numbers(data["said"], data["unit"]) if "said" in data else ""
    self.body.append(f'<p class="predict-numbers">{escape(sentence)}</p>')
    self.body.append('<div class="predict-to">')
    for answer in answers:
        if answer["key"] != "why":
            _write_answer(self, answer, data.get("measured"))
    self.body.append("</div>\n")
    for answer in answers:
        if answer["key"] == "why":
            _write_answer(self, answer, None)
    self.body.append(f'{AGAIN}</div></div>\n<p class="predict-live" role="status"></p></div>\n')
    raise nodes.SkipNode


def numbers(said: dict[str, str], unit: str) -> str:
    """The sentence for a page without scripts: ``Measured -0.102, theory -0.105 nats a step.``"""
    theory = f", theory {said['theory']}" if "theory" in said else ""
    return f"Measured {said['measured']}{theory} {unit}".rstrip() + "."


def _write_option(self: HTML5Translator, name: str, option: predict_answer) -> None:
    key = option["key"]
    self.body.append(f'<div class="predict-option"><input type="radio" name="{name}" id="{name}-{key}" value="{key}">')
    self.body.append(f'<label for="{name}-{key}">')
    for child in option.children[0].children:
        child.walkabout(self)
    self.body.append("</label></div>\n")


def _write_answer(self: HTML5Translator, answer: predict_answer, measured: Any) -> None:
    self.body.append(f'<p class="predict-answer" data-to="{answer["key"]}">')
    if answer["label"]:
        verdict, css = (RIGHT, "right") if answer["key"] == measured else (WRONG, "wrong")
        self.body.append(f'<strong class="predict-{css}">{verdict}</strong> ')
    for child in answer.children[-1].children:
        child.walkabout(self)
    self.body.append("</p>\n")


def _nothing(self: Any, node: nodes.Node) -> None:
    pass


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    plain = (_nothing, _nothing)
    app.add_node(predict, html=(visit_predict, None), latex=plain, epub=plain, text=plain)
    app.add_node(predict_question, html=plain, latex=plain, epub=plain, text=plain)
    app.add_node(predict_answer, html=plain, latex=plain, epub=plain, text=plain)
    app.add_directive("predict", PredictDirective)
    app.add_transform(Meet)
    app.add_post_transform(Elsewhere)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
