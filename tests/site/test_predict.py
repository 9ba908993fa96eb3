"""Predict, then reveal: what a cell hands to the page, how a wrong directive fails the book, and the reader's side."""

import json
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest

from rnnlib import figures
from rnnlib.figures.prediction import printed
from tests.site.conftest import ROOT

sys.path.insert(0, str(ROOT / "_ext"))

import predict
from plain_markdown import Book, plain

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "_ext")!r})
extensions, html_theme, nb_execution_raise_on_error = ["myst_nb", "predict"], "basic", True
"""
HEAD = """---
file_format: mystnb
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# A page
"""
CELL = """
```{code-cell} ipython3
from myst_nb import glue
from rnnlib import figures
figures.use_style()
fig, ax = figures.subplots()
dots, = ax.plot([0, 1, 2], [1.0, 0.5, 0.25], "o", color=figures.PALETTE["1"])
ax.set(title="It halves")
glue("which", "halves", display=False)
figures.show(fig, alt="It halves.", predict=figures.Curve("fall", ax, ([0, 1, 2], [1.0, 0.5, 0.25]), handles=3))
```
"""
ASK = "```{predict} fall\nHow does it fall?\n- [near] :: Yes.\n- [why] :: It halves.\n```\n"


WRONG = {
    "nowhere": (ASK, "no cell of this page shows a figure that predicts it"),
    "unasked": (CELL, "shows the prediction 'fall', and no directive asks for it"),
    "late": (CELL + ASK, "it stands below its figure, where it asks too late"),
    "silent": (ASK.replace("- [why] :: It halves.\n", "") + CELL, "needs '- [why] :: ..'"),
    "strange": (ASK.replace("[near]", "[nearly]") + CELL, "[nearly] is none of near, above, below, why"),
    "labelled": (ASK.replace("[near]", "[near] A label") + CELL, "[near] has a label before its ' :: '"),
    "unanswered": (ASK.replace(" :: Yes.", ""), "every answer needs ' :: '"),
    "unquestioned": ("```{predict} fall\n- [why] :: It halves.\n```\n", "no question above the answers"),
    "unglued": (ASK.replace("How", ":answer: what\nHow", 1), "no cell of this page has glued 'what'"),
    "alone": (
        "```{predict} which\n:answer: which\nHow?\n- [halves] It halves :: Yes.\n```\n" + ASK + CELL,
        "a label needs two options or more, '- [key] what it says :: why', got 1",
    ),
    "changed": (
        "```{predict} which\n:answer: which\nHow?\n- [grows] Up :: No.\n- [stays] So :: No.\n```\n" + ASK + CELL,
        "the cell measured 'halves', which is none of the options grows, stays",
    ),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book in which one page is right, and what Sphinx said to the others."""
    folder = tmp_path_factory.mktemp("book")
    pages = {"index": f"{ASK}\n```{{code-cell}} ipython3\nprint(0.25)\n```\n{CELL}"}
    pages |= {name: page for name, (page, _) in WRONG.items()}
    folder.joinpath("conf.py").write_text(CONF)
    for name, page in pages.items():
        folder.joinpath(f"{name}.md").write_text(HEAD + page)
    html = folder / "_build" / "html"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", str(folder), str(html)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    return html, done.stderr


def test_a_question_moves_to_its_figure_and_covers_what_comes_between(built):
    html, complaints = built
    assert [line for line in complaints.splitlines() if "index.md" in line] == []
    text = (html / "index.html").read_text(encoding="utf8")
    asked, board = text.index("How does it fall?"), text.index("predict-board")
    assert asked < text.index("<svg") < board < text.index("It halves.</p>")
    assert len(re.findall(r'class="[^"]*\bcovered covered-fall\b', text)) == 1
    assert text.count("data-predict=") == 1
    assert 'class="predict-numbers">Measured −0.38.<' in text


@pytest.mark.parametrize("name", WRONG)
def test_a_directive_used_wrongly_fails_the_build_and_says_why(built, name):
    said = [line for line in built[1].splitlines() if f"{name}.md" in line]
    assert any(WRONG[name][1] in line for line in said), said


class TestCell:
    """What `figures.show` hands over."""

    @pytest.fixture(autouse=True)
    def style(self):
        with matplotlib.rc_context():
            figures.use_style()
            yield

    def axes(self, **scales):
        fig, ax = figures.subplots()
        ax.set(xlabel="steps $t$", ylabel="norm", title="The finding", **scales)
        return fig, ax

    def told(self, fig, prediction):
        still = figures.show(fig, alt="It falls.", predict=prediction)
        return still, json.loads(still.predict)

    def test_places_of_the_axes_are_those_of_the_drawing(self):
        fig, ax = self.axes(xscale="log", yscale="log")
        x, y = np.array([1.0, 10, 1000]), np.array([1e-3, 1.0, 1e-5])
        (line,) = ax.plot(x, y, color=figures.PALETTE["1"])
        still, told = self.told(fig, figures.Curve("n", ax, (x, y), shown=[line]))
        left, top, width, height = told["box"]
        expected = []
        for one, other in zip(x, y):
            (low, high), (bottom, ceiling) = told["x"]["ends"], told["y"]["ends"]
            across = np.log(one / low) / np.log(high / low)
            up = np.log(other / bottom) / np.log(ceiling / bottom)
            expected.append((left + across * width, top + (1 - up) * height))
        path = re.search(r'd="M([^"]+)" clip-path="[^"]+" style="fill: none; stroke: var\(--fig-1', still.svg)[1]
        drawn = [tuple(map(float, point.split())) for point in path.split("L")]
        np.testing.assert_allclose(drawn, expected, atol=0.11)

    def test_covers_the_answer_and_the_title_and_leaves_what_is_shown(self):
        fig, ax = self.axes()
        (bound,) = ax.plot([0, 1], [0, 1], color=figures.PALETTE["ink"], label="bound")
        ax.plot([0, 1], [1, 0], "o", color=figures.PALETTE["1"])
        arrow = {"arrowstyle": "->", "color": figures.PALETTE["ink"]}
        ax.annotate("vanishes", (0.5, 0.5), xytext=(0.1, 0.9), arrowprops=arrow)
        still, _ = self.told(fig, figures.Curve("n", ax, ([0, 1], [1, 0]), shown=[bound]))
        assert still.svg.count('class="answer"') == 4  # dots, words, arrow, title
        assert re.search(r'<g class="answer"><text[^>]*>The finding', still.svg)
        plain = figures.show(fig, alt="It falls.")
        assert plain.predict == ""

    def test_reads_a_curve_between_its_dots_on_the_axes(self):
        fig, ax = self.axes(yscale="log")
        x = np.array([0.0, 10, 20])
        ax.plot(x, 0.9**x, "o", color=figures.PALETTE["1"])
        _, told = self.told(fig, figures.Curve("n", ax, (x, 0.9**x), theory=(x, 0.8**x), handles=5, given=2))
        np.testing.assert_allclose(told["measured"], 0.9 ** np.array(told["at"]), rtol=1e-5)
        assert told["start"][:2] == told["measured"][:2]
        assert told["said"] == {"measured": printed(np.log(0.9)), "theory": printed(np.log(0.8))}

    @pytest.mark.parametrize(
        ("says", "more", "said"), [("end", {}, "4.0"), ("highest", {}, "9.0"), ("crosses", {"level": 6}, "1.5")]
    )
    def test_says_what_the_author_asks(self, says, more, said):
        fig, ax = self.axes()
        ax.plot([1, 2, 3], [3, 9, 4], "o", color=figures.PALETTE["1"])
        _, told = self.told(fig, figures.Curve("n", ax, ([1, 2, 3], [3, 9, 4]), says=says, **more))
        assert told["said"]["measured"] == said

    @pytest.mark.parametrize(
        ("make", "complaint"),
        [
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1])), "one length, 2 or more"),
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1, 2]), handles=1), "handles is 1, expected 2 or more"),
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1, np.nan])), "values that these axes cannot show"),
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1, 2]), says="peak"), "says is 'peak', expected slope, end"),
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1, 2]), says="crosses", level=7), "does not cross 7"),
            (lambda ax: figures.Value("n", ax, measured=7), "measured 7 is not between 0 and 1"),
            (lambda ax: figures.Value("n", ax, measured=0.5, along="z"), "expected 'x' or 'y'"),
        ],
    )
    def test_refuses_what_cannot_be_asked(self, make, complaint):
        fig, ax = self.axes()
        with pytest.raises(ValueError, match=complaint):
            figures.show(fig, alt="Nothing.", predict=make(ax))

    @pytest.mark.parametrize(
        ("value", "digits", "text"),
        [
            (0, 2, "0"),
            (-0.102, 2, "−0.10"),
            (29779, 1, "3\xa0×\xa010⁴"),
            (1234, 2, "1200"),
            (5e-6, 2, "5.0\xa0×\xa010⁻⁶"),
            (64, 2, "64"),
        ],
    )
    def test_prints_as_in_a_sentence(self, value, digits, text):
        assert printed(value, digits) == text


def test_a_downloaded_notebook_asks_too():
    asked = "```{predict} which\n:answer: which\nUp or down?\n- [up] Up :: No.\n- [down] Down :: Yes.\n```"
    text = plain(asked, Book(), {})
    shown, folded = text.split("<details>")
    assert "**Predict.** Up or down?" in shown
    assert "- Up" in shown
    assert "No." not in shown
    assert "- Down: Yes." in folded


def test_parse_joins_lines_and_keeps_keys():
    question, answers = predict.parse(["Which", "way?", "- [up] Up", "  there :: No,", "  never.", "- [why] :: So."])
    assert question == ["Which", "way?"]
    assert [(one.key, one.label, one.why) for one in answers] == [("up", "Up there", "No, never."), ("why", "", "So.")]
