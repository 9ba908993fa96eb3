"""Self-check questions on the page: by keyboard, at once, and without a script."""

import pytest

from tests.site.conftest import CHAPTERS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", CHAPTERS)
def test_answers_the_moment_an_option_is_chosen_by_keyboard(open_page, name):
    page = open_page(name)
    questions = page.locator("fieldset.selfcheck")
    assert questions.count() >= 2
    for question in questions.all():
        feedback = question.locator(".selfcheck-feedback[role=status][aria-live=polite]")
        assert feedback.inner_text() == ""
        options = question.locator("input[type=radio]")
        options.first.focus()
        page.keyboard.press("Space")
        said = [feedback.inner_text()]
        for _ in range(options.count() - 1):
            page.keyboard.press("ArrowDown")
            said.append(feedback.inner_text())
        assert len(set(said)) == options.count()
        assert sum(text.startswith("Right.") for text in said) == 1


def test_answers_are_there_without_javascript(open_page):
    page = open_page(CHAPTERS[-1], wait=False, java_script_enabled=False)
    answers = page.locator(".selfcheck-answers").first
    assert not answers.locator("li").first.is_visible()
    answers.locator("summary").click()
    assert answers.locator("li").first.is_visible()


def test_on_paper_options_have_numbers_and_each_its_answer(open_page):
    page = open_page(CHAPTERS[-1])
    question = page.locator("fieldset.selfcheck").first
    question.locator("input").first.check()
    page.emulate_media(media="print")
    assert not question.locator("input").first.is_visible()
    answers = question.locator(".selfcheck-answers li")
    assert answers.count() == question.locator(".selfcheck-option").count()
    assert all(answer.is_visible() and answer.inner_text().strip() for answer in answers.all())
