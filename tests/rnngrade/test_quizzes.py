"""Quizzes: what a file says, what platforms are given, and that the course's own are sound."""

import itertools
import re
import zipfile
from collections import Counter
from difflib import SequenceMatcher
from xml.etree import ElementTree as xml

import pytest

from rnngrade import quizzes
from rnngrade.authoring import pack
from tests.site.conftest import ROOT

TEXT = """# 3. Explosion

$W$ has *radius* `0.8` & more. What is certain?
- [ ] $a < b$ :: No, since
  it goes on.
- [x] Nothing. :: Right.
"""
NS = {"q": quizzes.QTI}
OWN = quizzes.read_all(ROOT / "instructors" / "quizzes")


def test_reads_questions_options_and_reasons():
    quiz = quizzes.parse(TEXT, "03")
    assert (quiz.name, quiz.title) == ("03", "3. Explosion")
    (question,) = quiz.questions
    assert question.options == (
        quizzes.Option("$a < b$", False, "No, since it goes on."), quizzes.Option("Nothing.", True, "Right."),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Which?\n- [x] a :: b\n- [ ] c :: d", "begins with a heading"),
        ("# Title\n\nWhich?\n- [ ] a :: b\n- [ ] c :: d", "0 of them right"),
        ("# Title\n\nWhich?\n- [x] a :: b\n- [x] c :: d", "2 of them right"),
        ("# Title\n\nWhich?\n- [x] a :: b\n- [ ] c", "an option is"),
        ("# Title\n\nWhich?\n- [x] a :: b\n- [ ] a :: d", "stands twice"),
        ("# Title\n\nWhich?\n- [x] a :: b", "1 options"),
    ],
)
def test_says_what_is_wrong(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        quizzes.parse(text)


def test_options_without_a_question_are_no_question():
    with pytest.raises(ValueError, match="needs a text"):
        quizzes.parse_question("- [ ] a :: b\n- [x] c :: d\n- [ ] e :: f")


def test_formulas_code_and_marks_survive_as_html():
    shown = quizzes.as_html("$a < b$ & `x_t` *so* **it** is")
    assert shown == r"\(a &lt; b\) &amp; <code>x_t</code> <em>so</em> <strong>it</strong> is"


def test_moodle_gets_each_question_with_one_right_answer_and_a_reason_for_every_option():
    root = xml.fromstring(quizzes.moodle(OWN))
    categories = root.findall("question[@type='category']")
    assert len(categories) == len(OWN) == 13
    asked = root.findall("question[@type='multichoice']")
    assert len(asked) == sum(len(quiz.questions) for quiz in OWN)
    for question in asked:
        fractions = Counter(answer.get("fraction") for answer in question.findall("answer"))
        assert fractions["100"] == 1
        assert fractions["0"] == fractions.total() - 1
        assert all(answer.findtext("feedback/text") for answer in question.findall("answer"))
    assert len({question.findtext("name/text") for question in asked}) == len(asked)


def test_canvas_gets_a_zip_whose_manifest_names_every_assessment(tmp_path):
    quizzes.write_qti(OWN, tmp_path / "quizzes.zip")
    with zipfile.ZipFile(tmp_path / "quizzes.zip") as package:
        names = set(package.namelist())
        manifest = xml.fromstring(package.read("imsmanifest.xml"))
        named = {file.get("href") for file in manifest.iter() if file.tag.endswith("}file")}
        assert named == names - {"imsmanifest.xml"}
        assert all(one.get("identifier").isidentifier() for one in manifest.iter() if one.get("identifier"))
        for name in named:
            for item in xml.fromstring(package.read(name)).iterfind(".//q:item", NS):
                offered = [label.get("ident") for label in item.iterfind(".//q:response_label", NS)]
                right = [one for one in item.iterfind(".//q:respcondition", NS) if one.find("q:setvar", NS) is not None]
                answered = {one.get("linkrefid") for one in item.iterfind(".//q:displayfeedback", NS)}
                assert [one.findtext(".//q:varequal", namespaces=NS) in offered for one in right] == [True]
                assert answered == {one.get("ident") for one in item.iterfind("q:itemfeedback", NS)}
                assert len(answered) == len(offered)


@pytest.mark.parametrize("quiz", OWN, ids=lambda quiz: quiz.name)
def test_a_chapter_has_five_questions(quiz):
    assert len(quiz.questions) == 5
    assert all(3 <= len(question.options) <= 4 for question in quiz.questions)
    assert f"{{quiz}} {quiz.name}" in (ROOT / "chapters" / "quizzes.md").read_text(encoding="utf8")


@pytest.mark.parametrize("quiz", OWN, ids=lambda quiz: quiz.name)
def test_no_question_is_one_that_the_chapter_has_asked(quiz):
    """Who has read the page has seen the answers to its self-checks."""
    page = (ROOT / "chapters" / f"{quiz.name}.md").read_text(encoding="utf8")
    asked = re.findall(r"^`{3,}\{selfcheck\} (.*)$", page, re.MULTILINE)
    assert asked
    for question, known in itertools.product(quiz.questions, asked):
        alike = SequenceMatcher(None, question.asks.lower(), known.lower(), autojunk=False).ratio()
        assert alike < 0.8, f"{question.asks}\nis the self-check\n{known}"


def test_the_letter_does_not_give_the_answer_away():
    asked = [question.options for quiz in OWN for question in quiz.questions]
    places = Counter([one.right for one in options].index(True) for options in asked)
    assert max(places.values()) < len(asked) / 2
    longest = [max(options, key=lambda one: len(one.says)).right for options in asked]
    assert sum(longest) < 0.6 * len(asked)


def test_the_command_writes_a_file_and_says_what_is_missing(tmp_path, capsys):
    assert quizzes.main([str(ROOT / "instructors" / "quizzes"), "-o", str(tmp_path / "out.xml")]) == 0
    assert "65 questions in 13 quizzes" in capsys.readouterr().out
    assert quizzes.main([str(tmp_path / "nowhere"), "-o", str(tmp_path / "out.xml")]) == 2
    assert "no quiz" in capsys.readouterr().err


def test_the_solutions_pack_has_every_notebook_quiz_and_what_the_judge_recognises(tmp_path):
    exercises = ROOT / "exercises"
    names = pack.write(exercises, tmp_path / "pack.zip", ROOT / "instructors" / "quizzes")
    for source in (exercises / "source").glob("[0-9]*.py"):
        assert {f"solved/{source.stem}.ipynb", f"marking/{source.stem}.md"} <= set(names)
    assert {f"quizzes/{quiz.name}.md" for quiz in OWN} | {"quizzes/moodle.xml", "quizzes/qti.zip"} <= set(names)
    with zipfile.ZipFile(tmp_path / "pack.zip") as written:
        assert written.testzip() is None
        guide = written.read("marking/05_clipping.md").decode()
    assert "20 points in 7 questions" in guide
    assert "`by_value`: The norm is right. You cut entries" in guide
