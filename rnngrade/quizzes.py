"""Quizzes of one right answer among several, each option with its reason, as text; and as files that platforms import.

A quiz is a Markdown file: its title as a heading, then a question a paragraph, its options below it::

    # 3. Explosion

    $W$ has spectral radius 0.8. What is certain of $\\lVert W^t \\rVert$?
    - [ ] It is below 1 at every step. :: At $t = 1$ it is the largest singular value.
    - [x] It goes to zero in the end. :: Gelfand's formula.

``python -m rnngrade.quizzes instructors/quizzes -o quizzes.xml`` writes every quiz of a folder as a category of one
Moodle XML file; with ``--as qti`` as the zip of QTI 1.2 assessments that Canvas and others import. Formulas are written
with the marks ``\\(`` and ``\\)`` that both typeset. What is chosen is answered with its reason.
"""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from xml.etree import ElementTree as xml

OPTION = re.compile(r"- \[(?P<mark>[ x])\] (?P<says>.*?) :: (?P<why>.*)")
MARKS = {"code": ("<code>", "</code>"), "formula": (r"\(", r"\)"), "strong": ("<strong>", "</strong>"),
         "emphasis": ("<em>", "</em>")}  # fmt: skip
INLINE = re.compile(r"(?P<code>`[^`]+`)|\$(?P<formula>[^$]+)\$|\*\*(?P<strong>[^*]+)\*\*|\*(?P<emphasis>[^*]+)\*")
QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"


@dataclass(frozen=True)
class Option:
    """An option: what it says, whether it is right, and why it is or is not."""

    says: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """What is asked, and its options, of which one is right."""

    asks: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        right = sum(option.right for option in self.options)
        if not self.asks or len(self.options) < 2 or right != 1:
            raise ValueError(f"a question needs a text, two options or more and one that is marked [x]; got "
                             f"{len(self.options)} options, {right} of them right: {self.asks[:60]!r}")
        if len({option.says for option in self.options}) < len(self.options):
            raise ValueError(f"an option stands twice: {self.asks[:60]!r}")


@dataclass(frozen=True)
class Quiz:
    """The questions of one chapter. ``name`` is the file's, ``03_explosion``."""

    name: str
    title: str
    questions: tuple[Question, ...]

    @property
    def ident(self) -> str:
        """Its name where one must not begin with a digit: as an identifier in XML."""
        return f"quiz_{self.name}"


def parse(text: str, name: str = "quiz") -> Quiz:
    """Read a quiz.

    Raises:
        ValueError: no title, no question, an option without ``::`` and its reason, or not one right option.
    """
    first, *blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    if not first.startswith("# ") or not blocks:
        raise ValueError(f"{name}: a quiz begins with a heading, '# Title', and has a question or more")
    return Quiz(name, first[2:].strip(), tuple(_question(block, name) for block in blocks))


def _question(block: str, name: str) -> Question:
    try:
        return parse_question(block)
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None


def parse_question(text: str) -> Question:
    """Read one question: what is asked, then an option a line, each of which may go on in indented lines.

    Raises:
        ValueError: nothing asked, fewer than two options, one without ``::`` and its reason, or not one right option.
    """
    asks, *options = f"\n{text}".split("\n- ")
    found = [OPTION.fullmatch(f"- {' '.join(option.split())}") for option in options]
    if None in found:
        broken = options[found.index(None)]
        raise ValueError(f"an option is '- [ ] what it says :: why', with [x] if it is right; got {broken!r}")
    parts = tuple(Option(one["says"], one["mark"] == "x", one["why"]) for one in found if one)
    return Question(" ".join(asks.split()), parts)


def read(path: str | Path) -> Quiz:
    """Read the quiz in a file."""
    path = Path(path)
    return parse(path.read_text(encoding="utf8"), path.stem)


def read_all(folder: str | Path) -> list[Quiz]:
    """Read every quiz of a folder, in the order of the files' names."""
    quizzes = [read(path) for path in sorted(Path(folder).glob("*.md"))]
    if not quizzes:
        raise ValueError(f"no quiz, that is no .md file, in {folder}")
    return quizzes


def as_html(text: str) -> str:
    """The Markdown of a question as HTML, formulas between ``\\(`` and ``\\)``."""
    pieces, done = [], 0
    for match in INLINE.finditer(text):
        pieces.append(escape(text[done : match.start()], quote=False))
        kind = str(match.lastgroup)
        before, after = MARKS[kind]
        pieces.append(f"{before}{escape(match[kind].strip('`'), quote=False)}{after}")
        done = match.end()
    return "".join([*pieces, escape(text[done:], quote=False)])


def moodle(quizzes: Iterable[Quiz], course: str = "Training recurrent networks") -> str:
    """The quizzes as Moodle XML, a category each; options are shuffled, every choice is answered."""
    root = xml.Element("quiz")
    for quiz in quizzes:
        category = xml.SubElement(root, "question", type="category")
        _text(xml.SubElement(category, "category"), f"$course$/top/{course}/{quiz.title.replace('/', '//')}")
        for number, question in enumerate(quiz.questions, 1):
            root.append(_moodle_question(question, f"{quiz.name} {number}"))
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _moodle_question(question: Question, name: str) -> xml.Element:
    node = xml.Element("question", type="multichoice")
    _text(xml.SubElement(node, "name"), name)
    _text(xml.SubElement(node, "questiontext", format="html"), f"<p>{as_html(question.asks)}</p>")
    settings = {"defaultgrade": "1", "single": "true", "shuffleanswers": "true", "answernumbering": "abc"}
    for tag, value in settings.items():
        xml.SubElement(node, tag).text = value
    for option in question.options:
        answer = xml.SubElement(node, "answer", fraction="100" if option.right else "0", format="html")
        _text(answer, f"<p>{as_html(option.says)}</p>")
        _text(xml.SubElement(answer, "feedback", format="html"), f"<p>{as_html(option.why)}</p>")
    return node


def _text(node: xml.Element, text: str) -> None:
    xml.SubElement(node, "text").text = text


def qti(quiz: Quiz) -> str:
    """One quiz as a QTI 1.2 assessment."""
    root = xml.Element("questestinterop", xmlns=QTI)
    assessment = xml.SubElement(root, "assessment", ident=quiz.ident, title=quiz.title)
    section = xml.SubElement(assessment, "section", ident="root_section")
    for number, question in enumerate(quiz.questions, 1):
        section.append(_qti_item(question, f"{quiz.ident}_{number}"))
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _qti_item(question: Question, ident: str) -> xml.Element:
    item = xml.Element("item", ident=ident, title=ident)
    fields = xml.SubElement(xml.SubElement(item, "itemmetadata"), "qtimetadata")
    for label, entry in (("question_type", "multiple_choice_question"), ("points_possible", "1")):
        field = xml.SubElement(fields, "qtimetadatafield")
        xml.SubElement(field, "fieldlabel").text = label
        xml.SubElement(field, "fieldentry").text = entry
    presentation = xml.SubElement(item, "presentation")
    _material(presentation, question.asks)
    response = xml.SubElement(presentation, "response_lid", ident="response1", rcardinality="Single")
    choices = xml.SubElement(response, "render_choice", shuffle="Yes")
    for i, option in enumerate(question.options):
        _material(xml.SubElement(choices, "response_label", ident=f"o{i}"), option.says)
    processing = xml.SubElement(item, "resprocessing")
    outcomes = xml.SubElement(processing, "outcomes")
    xml.SubElement(outcomes, "decvar", varname="SCORE", vartype="Decimal", minvalue="0", maxvalue="100")
    for i, option in enumerate(question.options):
        condition = xml.SubElement(processing, "respcondition", {"continue": "Yes"})
        xml.SubElement(xml.SubElement(condition, "conditionvar"), "varequal", respident="response1").text = f"o{i}"
        if option.right:
            xml.SubElement(condition, "setvar", action="Set", varname="SCORE").text = "100"
        xml.SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=f"o{i}_fb")
    for i, option in enumerate(question.options):
        feedback = xml.SubElement(item, "itemfeedback", ident=f"o{i}_fb")
        _material(xml.SubElement(feedback, "flow_mat"), option.why)
    return item


def _material(node: xml.Element, text: str) -> None:
    material = xml.SubElement(node, "material")
    xml.SubElement(material, "mattext", texttype="text/html").text = f"<p>{as_html(text)}</p>"


def write_qti(quizzes: Sequence[Quiz], file: str | Path) -> None:
    """The quizzes as a zip with a manifest and an assessment each."""
    manifest = xml.Element("manifest", identifier="quizzes", xmlns="http://www.imsglobal.org/xsd/imscp_v1p1")
    xml.SubElement(manifest, "organizations")
    resources = xml.SubElement(manifest, "resources")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for quiz in quizzes:
            name = f"{quiz.name}/{quiz.name}.xml"
            resource = xml.SubElement(resources, "resource", identifier=quiz.ident, type="imsqti_xmlv1p2", href=name)
            xml.SubElement(resource, "file", href=name)
            package.writestr(name, qti(quiz))
        xml.indent(manifest)
        package.writestr("imsmanifest.xml", xml.tostring(manifest, encoding="unicode", xml_declaration=True))


def as_text(quiz: Quiz) -> str:
    """A quiz with its answers, as Markdown for whoever marks it on paper."""
    lines = [f"# {quiz.title}"]
    for number, question in enumerate(quiz.questions, 1):
        lines.append(f"\n**{number}.** {question.asks}\n")
        for letter, option in zip("abcdefgh", question.options):
            mark = "**right**" if option.right else "no"
            lines.append(f"- ({letter}) {option.says}  \n  {mark}: {option.why}")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a folder's quizzes for a platform."""
    asked = argparse.ArgumentParser(prog="python -m rnngrade.quizzes", description=main.__doc__)
    asked.add_argument("folder", help="where the quizzes are, a Markdown file each")
    asked.add_argument("-o", "--output", required=True, help="the file to write, such as quizzes.xml or quizzes.zip")
    asked.add_argument("--as", dest="format", choices=("moodle", "qti"), default="moodle",
                       help="moodle (XML) or qti (a zip, for Canvas)")  # fmt: skip
    given = asked.parse_args(arguments)
    try:
        quizzes = read_all(given.folder)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    if given.format == "qti":
        write_qti(quizzes, given.output)
    else:
        Path(given.output).write_text(moodle(quizzes), encoding="utf8")
    print(f"{sum(len(quiz.questions) for quiz in quizzes)} questions in {len(quizzes)} quizzes: {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
