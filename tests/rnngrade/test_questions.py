import re
from dataclasses import replace

import numpy as np
import pytest

from rnngrade import Group, Mistake, Question, Tolerance
from rnngrade.course import load_assignment


def double(x):
    return 2 * x


def by_adding(x):
    return x + x


def square(x):
    return x**2


def draw(rng):
    yield (rng.standard_normal(3),)


def question(**changes):
    given = {"id": "double", "points": 1, "answer": "double", "cases": draw, "reference": double, "oracle": by_adding,
             "mistakes": [Mistake(square, "That is the square.")]}
    return Question(**{**given, **changes})


def test_a_question_and_its_data():
    info = question(forbid=("torch",), tolerance=Tolerance(rtol=1e-3)).info
    assert (info.arguments, info.forbid, info.messages) == (("x",), ("torch",), {"square": "That is the square."})
    assert [group.name for group in question().groups] == ["all"]


@pytest.mark.parametrize(("changes", "words"), [
    ({"id": "Double It"}, "lower case words"), ({"answer": "not a name"}, "the name the learner defines"),
    ({"kind": "essay"}, "kind is one of"), ({"points": 0}, "points must be positive"),
    ({"oracle": double}, "must not be the reference"), ({"oracle": None}, "both needed"),
    ({"cases": None}, "cases is a"),
    ({"cases": [draw]}, "cases is a function"), ({"cases": []}, "different names"),
    ({"cases": [Group("a", 1, draw), Group("a", 1, draw)], "points": 2}, "different names"),
    ({"cases": [Group("a", 1, draw), Group("b", 1, draw)], "points": 3}, "add up to 2, not to 3"),
    ({"mistakes": [square]}, "a list of Mistake"), ({"mistakes": [Mistake(3, "no", name="three")]}, "are functions"),
    ({"mistakes": [Mistake(square, "a"), Mistake(square, "b")]}, "different names"),
    ({"hints": "one"}, "tuple or list"),
    ({"kind": "value"}, "cases are for functions|takes no arguments"),
    ({"kind": "value", "cases": None}, "takes no arguments"),
])
def test_what_does_not_fit_is_refused_in_words(changes, words):
    with pytest.raises(ValueError, match=words) as raised:
        question(**changes)
    assert "double" in str(raised.value) or "Double" in str(raised.value)


@pytest.mark.parametrize("build", [
    lambda: Mistake(3.0, "No name."), lambda: Mistake(square, " "), lambda: Group("Two Words", 1, draw),
    lambda: Group("a", -1, draw),
])
def test_parts_of_a_question_are_checked_too(build):
    with pytest.raises(ValueError, match=r"name|message|points"):
        build()


def test_a_question_does_not_change():
    with pytest.raises(AttributeError):
        question().points = 100
    assert replace(question(), points=5).points == 5


def test_an_assignment_is_read_from_its_source(assignment):
    assert assignment.name == "90_fixture"
    assert list(assignment.questions) == ["weight-gradient", "decay", "ailments"]
    assert assignment.points == 6


@pytest.mark.parametrize(("text", "words"), [
    ("", "expected a list QUESTIONS"), ("QUESTIONS = [3]", "expected a list QUESTIONS"),
    ("from rnngrade import Question\nq = Question('a', 1, 'a', None, lambda: 1, lambda: 1.0, kind='value')\n"
     "QUESTIONS = [q, q]", "share an id"),
])
def test_a_source_without_questions_is_refused(tmp_path, text, words):
    path = tmp_path / "91_broken.py"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        load_assignment(path)
    with pytest.raises(FileNotFoundError, match=re.escape("92_none.py")):
        load_assignment(tmp_path / "92_none.py")


def test_a_value_has_one_case_without_arguments(assignment):
    [group] = assignment.questions["decay"].groups
    assert list(group.draw(np.random.default_rng(0))) == [()]
