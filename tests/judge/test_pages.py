"""Pages for learners and instructors: what they say, and that nothing a learner wrote is more than text in them."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnngrade.diagnosis import Diagnosis, diagnose
from rnngrade.judge.handed_in.submissions import SUPERSEDED, UNREADABLE, Submission
from rnngrade.judge.results import drawing, feedback, summary
from rnngrade.judge.results.grades import GRADED, Grade
from rnngrade.judge.results.page import prose
from rnngrade.judge.results.pictures import Picture, _drawn, picture
from rnngrade.judge.results.result import CellProblem, GroupResult, Result
from rnngrade.judge.running.run import hidden_keys, load_course
from rnngrade.outcomes import Outcome
from tests.judge.conftest import COURSE
from tests.judge.test_report import HOSTILE

TEXT = st.text() | st.sampled_from([*HOSTILE, "</code><b>", "`<i>`", '"><svg onload=x>', "&lt;", "]]>", "-->", "'"])
TAGS = set(
    re.findall(
        r"\w+",
        """html head meta title style body main h1 h2 h3 p div span section header details summary ul li code strong b
        small figure figcaption svg rect line text circle polyline table thead tbody tr th td a footer""",
    )
)


class Reader(HTMLParser):
    """Fails at any tag or attribute that we do not write, and collects the text."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.links, self.open = "", [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "style", "action")]
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words += data


def parsed(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def graded(text: str, kind: str = "raises", **more) -> Grade:
    shown = Picture([[1.0, None]], [[1.0, 2.0]], part=text)
    groups = (
        GroupResult("q", text, 1, 0, Diagnosis(False, kind, text), shown, (text,)),
        GroupResult("q", "edge", 2, 2, Diagnosis(True, "passed", "Right.")),
    )
    result = Result(groups, (CellProblem(3, text), CellProblem(4, text, stopped=True)))
    return Grade(Submission(text, "01_sums", "x"), GRADED, text, result, **more)


def failed(text: str) -> Grade:
    return Grade(Submission(text, text, "x", status=UNREADABLE, problem=text), UNREADABLE, text)


@given(TEXT)
def test_learners_text_is_only_text(text: str) -> None:
    for page in (
        feedback.page(graded(text)),
        feedback.page(failed(text)),
        summary.page([graded(text), failed(text)], "x"),
    ):
        reader = parsed(page)
        assert all(re.fullmatch(r"feedback/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+\.html", link) for link in reader.links)
        assert not any(ord(c) < 32 and c != "\n" for c in page)
        page.encode()


def test_page_allows_its_own_style_and_nothing_else() -> None:
    page = feedback.page(graded("x"))
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style
    assert "@import" not in style


def test_feedback_says_what_was_checked_what_went_wrong_and_where() -> None:
    words = parsed(feedback.page(graded("wrong `here`", late=26, isolation="process"))).words
    for expected in ("2 of 3 points", "wrong here", "Stops with an error", "Right", "Cell 3 raised", "Cell 4 wrong",
                     "what was checked", "1 d 2 h after it was due", "process isolation"):  # fmt: skip
        assert expected in words


def test_backquotes_are_code_only_in_pairs() -> None:
    assert prose("a `b` c") == "a <code>b</code> c"
    assert prose("a ` b") == "a ` b"


def test_summary_counts_what_counts() -> None:
    two = [graded("a", "mistake"), graded("b", "mistake")]
    old = Grade(Submission("b", "01_sums", "y", status=SUPERSEDED, problem="later"), SUPERSEDED, "later")
    words = parsed(summary.page([*two, failed("c"), old], "bubblewrap: all")).words
    stopped = "Of these notebooks 2 had a cell that raised, and 2 a cell that had to be stopped"
    for expected in ("3learners", "3notebooks", "2graded", "67%median", "Not graded: 1", "A known mistake",
                     "4 notebooks", stopped, "bubblewrap: all"):  # fmt: skip
        assert expected in words


def test_summary_of_nothing_graded() -> None:
    assert "Not graded: 1" in parsed(summary.page([failed("a")], "x")).words


# ---- pictures


@pytest.fixture(scope="module")
def total():
    return hidden_keys(load_course(COURSE)["01_sums"], 1)["total"]


def drawn(key, value) -> Picture | None:
    group = key.groups[0]
    outcomes = [Outcome(value(case.expected)) for case in group.cases]
    return picture(key, group, outcomes, diagnose(key.info, group, outcomes))


def test_picture_shows_what_differs(total) -> None:
    expected = total.groups[0].cases[0].expected
    shown = drawn(total, lambda right: -right)
    assert shown == Picture([[float(f"{-x:.4g}") for x in expected]], [[float(f"{x:.4g}") for x in expected]])
    assert 'role="img"' in drawing.compared(shown)


@pytest.mark.parametrize("value", [lambda right: right, lambda right: None, lambda right: "text"])
def test_no_picture_where_none_helps(total, value) -> None:
    assert drawn(total, value) is None


def test_values_and_choices_are_not_given_away() -> None:
    for id in ("half", "ailment"):
        assert drawn(hidden_keys(load_course(COURSE)["01_sums"], 1)[id], lambda right: np.ones(3)) is None


NUMBERS = st.lists(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3),
                   min_size=1, max_size=4)  # fmt: skip


@given(NUMBERS, NUMBERS)
def test_any_numbers_can_be_drawn(got: list, expected: list) -> None:
    image = drawing.compared(Picture(got, expected))
    parsed(image)
    assert "nan" not in image
    assert "inf" not in image


def test_a_map_says_how_many_of_its_squares_are_no_numbers() -> None:
    image = drawing.compared(Picture([[None, 1.0], [None, 2.0]], [[3.0, 1.0], [4.0, 2.0]]))
    assert "2 × 2, 2 are NaN" in image
    assert "2 × 2, up to 4" in image


@given(hnp.arrays(float, st.sampled_from([(4,), (2, 3)])))
def test_what_is_drawn_is_finite(got: np.ndarray) -> None:
    """The largest number rounds to one that is none."""
    rows = [number for row in _drawn(got, np.zeros(got.shape), "").got for number in row if number is not None]
    assert np.isfinite(rows).all()
