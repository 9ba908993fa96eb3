"""Folded code and sidenotes: what is folded, what it is called, and that a reader without scripts gets to it."""

import sys

import pytest

from tests.site.conftest import CHAPTERS, ROOT

sys.path.insert(0, str(ROOT / "_ext"))

import code_folds
from plain_markdown import Book, plain

CELL = """import numpy as np
from myst_nb import glue

rates = np.exp([0.1, 0.2])
glue("first", f"{rates[0]:.2f}", display=False)
for name, rate in zip("ab", rates):
    glue(
        f"rate-{name}",
        f"{rate:.2f}",
        display=False,
    )
for name, rate in zip("ab", rates):
    glue(name, rate, display=False)
    if rate > 1.2:
        glue(f"{name}-high", rate, display=False)
    print(name)


def draw(ax):
    ax.plot(rates)"""


def test_code_is_shown_without_what_only_hands_numbers_to_the_prose():
    assert (
        code_folds.shown(CELL)
        == """import numpy as np

rates = np.exp([0.1, 0.2])
for name, rate in zip("ab", rates):
    print(name)


def draw(ax):
    ax.plot(rates)"""
    )


def test_shown_code_with_magics_stays_as_it_is():
    assert code_folds.shown("%matplotlib inline\nglue(1)") == "%matplotlib inline\nglue(1)"


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("x = 1", "code, 1 line"),
        ("x = 1\ny = 2", "code, 2 lines"),
        ("class A: ...\ndef f(): ...", "code, 2 lines: A, f"),
    ],
)
def test_a_fold_says_how_long_the_code_is_and_what_it_defines(code, title):
    assert code_folds.title(code) == title


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_long_code_stands_open_and_every_fold_counts_right(open_page, name):
    page = open_page(name, java_script_enabled=False, wait=False)
    folds = page.locator("details.code").evaluate_all(
        "all => all.map(one => [one.querySelector('summary').textContent, one.querySelector('pre').textContent])"
    )
    assert folds
    for title, code in folds:
        assert title == code_folds.title(code.strip("\n")), title
        assert "glue(" not in code
    open_code = page.locator(".cell:not(.tag_reading) > .cell_input pre").all_text_contents()
    assert all(len(code.strip("\n").split("\n")) <= code_folds.LONGEST for code in open_code)


NOTE_WORDS = """button => {
    window.said = [];
    new MutationObserver(() => said.push(button.textContent)).observe(button, {childList: true});
}"""


def test_folded_code_opens_without_scripts_and_is_copied_with_them(open_page):
    page = open_page("chapters/03_explosion.html", java_script_enabled=False, wait=False)
    fold = page.locator("details.code").first
    fold.locator("summary").press("Enter")
    assert fold.locator("pre").is_visible()

    page = open_page("chapters/03_explosion.html")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fold = page.locator("details.code").first
    fold.locator("summary").click()
    fold.locator(".highlight").hover()
    fold.locator(".copy").evaluate(NOTE_WORDS)  # it says so for a moment only
    fold.locator(".copy").click()
    page.wait_for_function("said[0] === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()").startswith("import numpy as np")


@pytest.mark.parametrize(("width", "open_"), [(1440, True), (390, False)])
def test_a_sidenote_stands_beside_the_text_where_there_is_room(open_page, width, open_):
    screen = {"viewport": {"width": width, "height": 900}}
    page = open_page("chapters/00_why_time_is_hard.html", java_script_enabled=False, wait=False, **screen)
    note = page.locator("details.sidenote").first
    words = note.locator("p").first
    assert words.is_visible() == open_
    if open_:
        text = page.locator("article > section > p").first.bounding_box()
        assert note.bounding_box()["x"] >= text["x"] + text["width"]
    else:
        note.locator("summary").click()
        assert words.is_visible()


def test_a_sidenote_is_a_quotation_in_the_notebook_one_downloads():
    text = "```{sidenote} What a nat is\nA *nat* is a unit.\n```"
    assert plain(text, Book({}, {}), {}).strip() == "> **What a nat is.**\n>\n> A *nat* is a unit."


def test_a_sidenote_is_printed(open_page):
    page = open_page("chapters/00_why_time_is_hard.html", viewport={"width": 800, "height": 900})
    page.emulate_media(media="print")
    assert page.locator("details.sidenote p").first.is_visible()
