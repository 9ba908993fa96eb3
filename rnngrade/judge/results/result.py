"""What grading one notebook gives."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rnngrade.diagnosis import Diagnosis
from rnngrade.judge.results.pictures import Picture


@dataclass(frozen=True)
class GroupResult:
    """What one case group of a question earned, and why."""

    question: str
    group: str
    points: float
    earned: float
    diagnosis: Diagnosis
    picture: Picture | None = None
    checked: tuple[str, ...] = ()
    example: str = ""


@dataclass(frozen=True)
class CellProblem:
    """A cell that raised, or that had to be stopped."""

    number: int
    text: str
    stopped: bool = False


@dataclass(frozen=True)
class Result:
    """A graded notebook."""

    groups: tuple[GroupResult, ...]
    problems: tuple[CellProblem, ...] = ()
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """The points earned."""
        return math.fsum(group.earned for group in self.groups)

    @property
    def points(self) -> float:
        """The points that could be earned."""
        return math.fsum(group.points for group in self.groups)


@dataclass(frozen=True)
class Marked:
    """A notebook's result, the isolation it was got under in a few words, and a remark for its learner."""

    result: Result
    stamp: str
    remark: str = ""
