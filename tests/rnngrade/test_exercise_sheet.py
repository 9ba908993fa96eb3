"""The sheet as Sphinx renders it, warnings as errors."""

import re
import shutil
from pathlib import Path

import pytest

from tests.small_books import sphinx

SOURCE = Path(__file__).parent / "fixtures" / "source" / "90_fixture.md"
EXTENSIONS = Path(__file__).parents[2] / "_ext"
CONF = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_nb", "fold", "exercise_sheet"]
myst_enable_extensions = ["dollarmath", "attrs_block"]
exclude_patterns = ["exercises"]
nb_execution_mode = "off"
html_theme = "basic"
"""
PAGE = "# Exercises\n\nGo to {ref}`exercise-decay`.\n\n```{exercise-sheet} 90_fixture\n```\n"


def build(folder, page):
    shutil.copytree(SOURCE.parent, folder / "exercises" / "source")
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text(page)
    return sphinx("-W", "-n", "-q", folder, folder / "html")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sheet")
    built = build(folder, PAGE)
    assert built.returncode == 0, built.stderr
    return (folder / "html" / "index.html").read_text()


def test_sections_and_anchors(page):
    assert re.findall(r"<h2>(.*?)<a", page) == ["The weight gradient", "A decay", "Two ailments"]
    assert page.count("<h1>") == 1
    for id in ("weight-gradient", "decay", "ailments"):
        assert f'id="exercise-{id}"' in page
    assert 'href="#exercise-decay"><span class="std std-ref">A decay' in page


def test_hints_and_solutions_wait_for_a_click(page):
    folded = re.findall(r"<details.*?</details>", page, re.DOTALL)
    titles = [re.search(r"<summary>(.*?)<", fold)[1] for fold in folded]
    given, *titles = titles
    assert given.startswith("code, ")
    assert titles == ["Hint 1 of 2", "Hint 2 of 2", "Solution", "Hint 1 of 1", "Solution", "Hint 1 of 1", "Solution"]
    assert "einsum" in folded[3]
    outside = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
    assert "einsum" not in outside
    assert "99 factors" not in outside
    assert "SOLUTION" not in page


def test_statements_are_parsed_as_the_page_is(page):
    assert r"\operatorname{diag}" in page
    assert 'class="math' in page
    assert "<strong>3 points</strong> typical 2, edges 1. You start from:" in page
    assert "A small assignment" not in page


def test_what_it_holds_stands_at_its_question_and_nowhere_else(tmp_path):
    built = build(tmp_path, "# Exercises\n\n```{exercise-sheet} 90_fixture\n:before: decay\n\nGuess $x$ first.\n```\n")
    assert built.returncode == 0, built.stderr
    page = (tmp_path / "html" / "index.html").read_text()
    before, _, behind = page.partition("<p>Guess <span")
    assert before.rindex("<h2>A decay") > before.rindex("You start from")
    assert behind.index("You start from") < behind.index("<pre") < behind.index("<h2>")


@pytest.mark.parametrize("sheet", [":before: nothing\n\nGuess.", ":before: decay", "Guess."])
def test_what_it_holds_needs_a_question(tmp_path, sheet):
    built = build(tmp_path, f"# Exercises\n\n```{{exercise-sheet}} 90_fixture\n{sheet}\n```\n")
    assert built.returncode != 0
    assert "expected one of weight-gradient, decay, ailments" in built.stderr


def test_a_missing_notebook_fails_the_build(tmp_path):
    built = build(tmp_path, "# Exercises\n\n```{exercise-sheet} 99_nothing\n```\n")
    assert built.returncode != 0
    assert "no exercises/source/99_nothing.md" in built.stderr
