"""Questions, the checks a learner runs, and the judge that grades a class.

A question is a reference answer, an independent oracle, and the mistakes people make. ``rnngrade`` itself needs numpy
alone.
"""

from rnngrade.cells import failing_case
from rnngrade.check import CheckFailed, check
from rnngrade.covers import Covers
from rnngrade.questions import Case, Group, Maker, Mistake, Question, QuestionInfo
from rnngrade.values import Tolerance

__all__ = [
    "Case",
    "CheckFailed",
    "Covers",
    "Group",
    "Maker",
    "Mistake",
    "Question",
    "QuestionInfo",
    "Tolerance",
    "check",
    "failing_case",
]
