"""The pages as they are seen: nothing stands in the way of a reader, in light and dark, on a phone as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from rnngrade.diagnosis import diagnose
from rnngrade.judge.handed_in.submissions import UNREADABLE, Submission
from rnngrade.judge.results import feedback, summary
from rnngrade.judge.results.grades import GRADED, Grade
from rnngrade.judge.results.pictures import picture
from rnngrade.judge.results.result import CellProblem, GroupResult, Result
from rnngrade.judge.running.run import hidden_keys, load_course
from rnngrade.keys import Key, KeyGroup
from rnngrade.outcomes import Failure, Outcome
from tests.judge.conftest import COURSE

pytestmark = pytest.mark.browser
MODELS = COURSE.parents[2] / "rnngrade" / "fixtures" / "models"
LONG = "a-learner-whose-name-is-longer-than-a-telephone-is-wide-" * 3
# Short words in a table that stand on more than one line: their column is too narrow for them.
BROKEN = """[...document.querySelectorAll("td, th")].filter((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return /^\\S{1,12}$/.test(cell.textContent) && range.getBoundingClientRect().height > 40;
}).map((cell) => cell.textContent)"""
SEEN = [
    {"color_scheme": "light", "viewport": {"width": 1100, "height": 900}},
    {"color_scheme": "dark", "viewport": {"width": 1100, "height": 900}},
    {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
    {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
]


def answers(group: KeyGroup) -> Iterator[list[Outcome]]:
    """Right; wrong in numbers; of another shape; raising."""
    yield [Outcome(case.expected) for case in group.cases]
    numbers = [isinstance(case.expected, np.ndarray) for case in group.cases]
    yield [Outcome(case.expected * 3 + 1 if number else "?") for case, number in zip(group.cases, numbers)]
    yield [Outcome(np.ones((9, 40)))] * len(group.cases)
    yield [Outcome(error=Failure("ValueError", "not so " * 40, 3, "x = " + "y" * 90))] * len(group.cases)


def results(key: Key) -> Iterator[GroupResult]:
    for group in key.groups:
        for outcomes in answers(group):
            with np.errstate(all="ignore"):
                found = diagnose(key.info, group, outcomes)
                drawn = picture(key, group, outcomes, found)
            earned = group.points if found.passed else 0.0
            yield GroupResult(key.info.id, group.name, group.points, earned, found, drawn, ("x (3, 4)", "`y`"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    grades = []
    for course, name in ((COURSE, "01_sums"), (MODELS, "92_models")):
        groups = tuple(one for key in hidden_keys(load_course(course)[name], 1).values() for one in results(key))
        problems = (CellProblem(3, "NameError: name 'np' is not defined"), CellProblem(4, "was left out", stopped=True))
        for learner in ("ada", LONG):
            submission = Submission(learner, name, f"{name}.ipynb")
            grades.append(
                Grade(submission, GRADED, "A remark.", Result(groups, problems), late=30.0, isolation="process")
            )
    grades.append(Grade(Submission("bob", "01_sums", "x.ipynb", 0.0, UNREADABLE, "cut"), UNREADABLE, "cut off " * 9))
    written = {"summary": summary.page(grades, "bubblewrap: namespaces, seccomp, limits")}
    written |= {f"feedback-{i}": feedback.page(grade) for i, grade in enumerate(grades)}
    for name, page in written.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in written}


@pytest.mark.parametrize("seen", SEEN, ids=["light", "dark", "phone", "dark phone"])
@pytest.mark.parametrize("name", ["summary", "feedback-0", "feedback-3", "feedback-4"])
def test_nothing_stands_in_a_readers_way(browser, pages: dict[str, Path], name: str, seen: dict) -> None:
    context = browser.new_context(**seen)
    try:
        page, said = context.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"file://{pages[name]}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert said == []  # the policy refuses nothing that the page holds
        assert page.evaluate("document.documentElement.scrollWidth") <= seen["viewport"]["width"]
        assert page.evaluate(BROKEN) == []
        found = [(one["id"], one["nodes"][0]["html"][:160]) for one in Axe().run(page).response["violations"]]
        assert found == []
    finally:
        context.close()
