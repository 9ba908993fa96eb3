"""One submission's line in everything that is written: what became of it, and its result if it was graded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rnngrade.judge.files import digest, file_name
from rnngrade.judge.handed_in.submissions import SUPERSEDED, Submission
from rnngrade.judge.results.result import Result

GRADED, FAILED = "graded", "judge failed"


@dataclass(frozen=True)
class Grade:
    """``result`` is None if the submission was not graded, and then ``detail`` says why.

    ``late`` is by how many hours it came after the time it was due, 0 if it did not, ``isolation`` is what it ran in,
    ``digest`` the hash of the file that was read.
    """

    submission: Submission
    status: str
    detail: str = ""
    result: Result | None = None
    late: float = 0.0
    isolation: str = ""
    digest: str = ""

    @property
    def counts(self) -> bool:
        """Whether this is the line that a learner's mark comes from: there may be others, of earlier notebooks."""
        return self.status != SUPERSEDED

    @property
    def feedback(self) -> Path:
        """Where its feedback goes, relative to the results. A file with a problem takes no other's place."""
        folder = Path("feedback", file_name(self.submission.assignment or "unplaced"))
        name = file_name(self.submission.learner)
        if self.submission.problem:
            name += f"-{digest(self.submission.place)}"
        return folder / f"{name}.html"


def number(value: float) -> int | float:
    """Points without a needless decimal."""
    return int(value) if float(value).is_integer() else round(value, 6)


def moment(seconds: float) -> str:
    """A time as text, ``2026-03-01T12:00:00+00:00``; nothing for none."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
