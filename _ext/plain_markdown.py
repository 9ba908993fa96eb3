"""Turn a chapter's notebook into one that any Jupyter shows as it should be read.

Chapters are written in MyST; Jupyter knows plain Markdown. Directives become quotations, lists or formulas; references,
citations and glued numbers become the text they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import predict
import selfcheck
from nbformat import NotebookNode

from rnngrade.quizzes import parse_question

OPENING = re.compile(r"^\s*(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\})?(?P<argument>.*)$")
OPTION = re.compile(r"^:(?P<key>[\w-]+):\s*(?P<value>.*)$")
ROLE = re.compile(r"\{(?P<name>[a-z:]+)\}`(?P<text>[^`]+)`")
TITLED = re.compile(r"^(?P<title>.*?)\s*<(?P<target>[^<>]+)>$", re.DOTALL)
NUMBERED = re.compile(r"\$\$(?P<tex>(?:(?!\$\$).)+)\$\$[ ]*\((?P<label>[\w:-]+)\)", re.DOTALL)
LABEL = re.compile(r"^\([\w:-]+\)=\n", re.MULTILINE)
ATTRIBUTES = re.compile(r"^\{[.#][^}]*\}\n", re.MULTILINE)
SPAN = re.compile(r"\[(?P<text>[^\[\]]*)\]\{[.#][^}]*\}")
PAGE_LINK = re.compile(r"\[(?P<text>[^\[\]]+)\]\((?:[^()\s]+\.md(?:#[^()\s]*)?|#[^()\s]+)\)")


@dataclass(frozen=True)
class Book:
    """How the rest of the book is named in a page's text: a title, a number or a work for each label."""

    titles: Mapping[str, str] = field(default_factory=dict)
    equations: Mapping[str, str] = field(default_factory=dict)
    citations: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # key -> (authors, year)


def plain_notebook(notebook: NotebookNode, book: Book, glued: Mapping[str, str]) -> NotebookNode:
    """Return ``notebook`` with its Markdown cells in plain Markdown; ``glued`` holds what its cells have named."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, book, glued)
    return notebook


def plain(text: str, book: Book, glued: Mapping[str, str]) -> str:
    """Return MyST ``text`` as plain Markdown.

    Raises:
        KeyError: a reference to a label, a citation or a glued name that the book does not have.
    """
    pieces: list[str] = []
    prose: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        opening = OPENING.match(line)
        if not opening:
            prose.append(line)
            continue
        pieces.append(_prose("\n".join(prose), book, glued))
        prose = []
        body = _until(lines, opening["fence"])
        if opening["name"]:
            pieces.append(_directive(opening["name"], opening["argument"].strip(), body, book, glued))
        else:
            pieces.append("\n".join([line, *body, opening["fence"]]))
    pieces.append(_prose("\n".join(prose), book, glued))
    return "\n".join(pieces).strip("\n")


def _until(lines: Iterator[str], fence: str) -> list[str]:
    body: list[str] = []
    for line in lines:
        if set(line.strip()) == {fence[0]} and len(line.strip()) >= len(fence):
            break
        body.append(line)
    return body


def _directive(name: str, argument: str, body: list[str], book: Book, glued: Mapping[str, str]) -> str:
    def convert(part: str) -> str:
        return plain(part, book, glued)

    options: dict[str, str] = {}
    while body and (option := OPTION.match(body[0])):
        options[option["key"]] = option["value"]
        body = body[1:]
    if name == "math":
        return _formula("\n".join(body), options.get("label"), book)
    if name == "selfcheck":
        return _question(argument, body, convert)
    if name == "predict":
        return _prediction(body, convert)
    if name == "glue":  # a figure of another cell: its words
        return f"*{glued[argument]}*"
    content = convert("\n".join(body))
    return content if name in ("div", "moved", "themed-image") else _quotation(name, convert(argument), content)


def _quotation(name: str, argument: str, content: str) -> str:
    kind = name.removeprefix("prf:").capitalize()
    title = argument if name in ("admonition", "sidenote") else f"{kind} ({argument})" if argument else kind
    lines = f"**{title}.**\n\n{content}".splitlines()
    return "\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n"


def _formula(tex: str, label: str | None, book: Book) -> str:
    tag = rf" \tag{{{book.equations[label]}}}" if label else ""
    return f"$$\n{tex.strip()}{tag}\n$$"


def _question(argument: str, body: list[str], convert: Callable[[str], str]) -> str:
    question = parse_question("\n".join([argument, *body]))
    labels = [f"- {convert(option.says)}" for option in question.options]
    answers = [
        f"- {convert(option.says)} **{selfcheck.RIGHT if option.right else selfcheck.WRONG}** {convert(option.why)}"
        for option in question.options
    ]
    folded = ["<details><summary>Answers</summary>", "", *answers, "", "</details>"]
    return "\n".join([f"**Check yourself.** {convert(question.asks)}", "", *labels, "", *folded, ""])


def _prediction(body: list[str], convert: Callable[[str], str]) -> str:
    asked, answers = predict.parse(body)
    labels = [f"- {convert(answer.label)}" for answer in answers if answer.label]
    said = [answer for answer in answers if answer.label or answer.key == "why"]
    told = [f"- {convert(one.label)}: {convert(one.why)}" if one.label else convert(one.why) for one in said]
    folded = ["<details><summary>After the figure below</summary>", "", *told, "", "</details>"]
    return "\n".join([f"**Predict.** {convert(chr(10).join(asked)).strip()}", "", *labels, "", *folded, ""])


def _prose(text: str, book: Book, glued: Mapping[str, str]) -> str:
    text = LABEL.sub("", text + "\n").removesuffix("\n")
    text = NUMBERED.sub(lambda match: _formula(match["tex"], match["label"], book), text)
    text = ROLE.sub(lambda match: _role(match["name"], match["text"], book, glued), text)
    text = ATTRIBUTES.sub("", SPAN.sub(lambda match: match["text"], text))
    text = PAGE_LINK.sub(lambda match: match["text"], text)  # the page is not beside the downloaded notebook
    return re.sub(r"\n: +", "  \n", text)


def _role(name: str, text: str, book: Book, glued: Mapping[str, str]) -> str:
    if name.startswith("glue"):
        return glued[text.split(":")[0]]
    if name.startswith("cite"):
        works = [book.citations[key.strip()] for key in text.split(",")]
        if name == "cite:t":
            return ", ".join(f"{authors} ({year})" for authors, year in works)
        return f"({'; '.join(f'{authors}, {year}' for authors, year in works)})"
    if name == "eq":
        return f"({book.equations[text]})"
    titled = TITLED.match(text)
    return titled["title"] if titled else book.titles[text.split("/")[-1]]
