"""Wrong answers that outsiders wrote from the statements alone: nine in ten get a place to look, none is accepted."""

import pytest

from tests.rnngrade.outsiders import sets, table, told

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=sets())
def answers(request):
    return told(request.param)


def test_right_answers_in_other_styles_are_accepted(answers):
    right = [each for each in answers if each.answer == "right"]
    assert right
    assert [(each.question, found.message) for each in right for found in each.diagnoses if not found.passed] == []


def test_no_wrong_answer_is_accepted_and_none_is_misled(answers):
    wrong = [each for each in answers if each.answer != "right"]
    assert [(each.question, each.answer) for each in wrong if each.grade in ("accepted", "misleading")] == []


def test_nine_in_ten_get_a_place_to_look(answers):
    print(table(answers))
    wrong = [each for each in answers if each.answer != "right"]
    assert sum(each.grade in ("named", "useful") for each in wrong) >= 0.9 * len(wrong)


def test_a_numeric_questions_key_is_never_given_away(answers):
    for each in answers:
        for found in each.diagnoses if each.kind == "value" else ():
            assert found.expected is None or "shape" in found.expected or found.kind == "wrong-type"  # keys, no numbers
            assert found.failing is None or found.kind != "differs" or "expected" not in found.message
