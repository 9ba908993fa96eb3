"""The audit finds each defect it is there for, planted one at a time in a question that has none."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnngrade import Mistake, Tolerance
from rnngrade.authoring.audit import audit


@pytest.fixture(autouse=True)
def all_covered(monkeypatch):
    """What cases cover has tests of its own."""
    monkeypatch.setattr("rnngrade.authoring.audit.uncovered", lambda question, key: [])


@pytest.fixture
def sound(assignment):
    return assignment.questions["weight-gradient"]


def test_a_sound_question_has_no_problems(assignment):
    assert [audit(question) for question in assignment.questions.values()] == [[], [], []]


def cases(T, B, n):
    def draw(rng):
        yield rng.standard_normal((T + 1, B, n)), np.tanh(rng.standard_normal((T + 1, B, n)))
    return draw


def first_step_only(delta, h):
    return (delta[1] * (1 - h[1] ** 2)).T @ h[0]


@pytest.mark.parametrize(("plant", "words"), [
    (lambda q: {"mistakes": q.mistakes[:2]}, "2 mistakes, at least 3"),
    (lambda q: {"hints": ()}, "no hints"),
    (lambda q: {"reference": lambda delta, h: 1.001 * q.oracle(delta, h)}, "the reference does not pass"),
    (lambda q: {"reference": lambda delta, h: (1 + 5e-7) * q.oracle(delta, h)}, "of the tolerance: at most a tenth"),
    (lambda q: {"mistakes": [*q.mistakes, Mistake(lambda d, h: q.oracle(d, h), "?", name="none")]}, "none passes"),
    (lambda q: {"mistakes": [*q.mistakes, replace(q.mistakes[0], name="again")]}, "again is taken for last_step_only"),
    (lambda q: {"cases": cases(1, 3, 4), "mistakes": [*q.mistakes, Mistake(first_step_only, "Only the first.")]},
     "first_step_only passes|taken for"),
    (lambda q: {"tolerance": Tolerance(rtol=0.2)}, "tolerances off"),
    (lambda q: {"mistakes": [*q.mistakes, Mistake(lambda d, h: q.oracle(d, h) * (1 + 5e-6), "?", name="near")]},
     "near is only 5 tolerances off"),
    (lambda q: {"cases": cases(5, 1, 4)}, None),
    (lambda q: {"cases": cases(6, 4, 4)}, None),
    (lambda q: {"cases": cases(3, 4, 1)}, "square arrays|taken for|passes"),
    (lambda q: {"cases": cases(1, 2, 2)}, "square arrays"),
])
def test_a_planted_defect_is_found(sound, plant, words):
    planted = plant(sound)
    if callable(planted.get("cases")):
        planted["points"] = sound.points
    problems = audit(replace(sound, **planted))
    if words is None:
        assert problems == []
    else:
        assert any(re.search(words, problem) for problem in problems), problems
