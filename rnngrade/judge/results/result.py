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
    """A cell that raised, or that had to be stopped; or a line of it that was left out for want of something here.

    ``cause`` then says of what, in words that are the same in every notebook that lacked it.
    """

    number: int
    text: str
    stopped: bool = False
    cause: str = ""

    @property
    def sentence(self) -> str:
        """What happened to the cell."""
        return f"Cell {self.number} {'' if self.stopped else 'raised '}{self.text}" if not self.cause else (
            f"Cell {self.number}, {self.text} was left out: {self.cause}")  # fmt: skip


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
