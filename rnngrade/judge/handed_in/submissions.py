"""One thing that was handed in: whose it is, for which assignment, when it came, and how all this was found out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rnngrade.judge.handed_in import kinds, notebook
from rnngrade.judge.handed_in.entries import Entry, Unreadable
from rnngrade.judge.handed_in.notebook import Beside, Notebook

READY, UNREADABLE, MISPLACED, SUPERSEDED = "", "unreadable", "not this course", "superseded"
NOTHING, LEFT_OUT = "no notebook", "left out"
MAX_BESIDE, MAX_BESIDE_BYTES = 200, 4 << 20


@dataclass(frozen=True)
class Submission:
    """A line: what lies at ``place`` in the class's folder, and what it was taken for.

    ``handed_in`` is in seconds since 1970, ``time_from`` says who says so. ``status`` is ``READY``, or why it is not
    graded; then ``problem`` says more. ``reading`` says how learner and assignment were found where that was no matter
    of course; ``name`` and ``number`` are the learner's as the platform gave them.
    """

    learner: str
    assignment: str
    place: str
    handed_in: float = 0.0
    time_from: str = ""
    status: str = READY
    problem: str = ""
    reading: str = ""
    name: str = ""
    number: str = ""
    entry: Entry | None = field(default=None, compare=False, repr=False)
    beside: tuple[tuple[str, Entry], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Handed:
    """The bytes of a submission: known by their hash before anything in them is looked at."""

    raw: bytes
    beside: tuple[Beside, ...]
    remarks: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What its result is recorded under."""
        return notebook.digest(self.raw, self.beside)

    def parsed(self) -> Notebook:
        """The notebook.

        Raises:
            Unreadable: if there is none.
        """
        found = notebook.parse(self.raw)
        return replace(found, digest=self.digest, beside=self.beside, remarks=(*self.remarks, *found.remarks))


def fetch(submission: Submission) -> Handed:
    """The bytes of a submission and of what lies beside it.

    Raises:
        Unreadable: if they cannot be had.
    """
    if submission.entry is None:
        raise Unreadable(submission.problem or "not there")
    raw = submission.entry.read()
    beside, remarks = _taken_along(submission.beside)
    return Handed(raw, beside, remarks)


def _taken_along(found: tuple[tuple[str, Entry], ...]) -> tuple[tuple[Beside, ...], tuple[str, ...]]:
    """The smallest files beside a notebook, as many as there is room for; and a sentence on the others."""
    taken: list[Beside] = []
    left: list[str] = []
    room = MAX_BESIDE_BYTES
    for name, entry in sorted(found, key=lambda one: (one[1].size, one[0])):
        try:
            if len(taken) >= MAX_BESIDE or entry.size > room:
                raise Unreadable("no room")
            content = entry.read(room)
        except Unreadable:
            left.append(name)
            continue
        room -= len(content)
        taken.append(Beside(name, content))
    taken.sort(key=lambda file: file.name)
    if not left:
        return tuple(taken), ()
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    size = f"{MAX_BESIDE} files, {MAX_BESIDE_BYTES >> 20} MB"
    return tuple(taken), (f"Not taken along from beside it (at most {size}): {', '.join(left[:3])}{more}.",)


def along(above: tuple[Entry, ...]) -> tuple[tuple[str, Entry], ...]:
    """The files in a notebook's own folder and below, but notebooks and what tools left, by their paths from there."""
    found = []
    for entry, between in above[-1].walk(kinds.is_litter):
        path = "/".join([*(folder.name for folder in between[1:]), entry.name])
        file = entry.kind == "file" and not entry.is_zip and not kinds.is_notebook(entry)
        reachable = ".." not in path.split("/") and not any(folder.is_zip for folder in between[1:])
        if file and reachable and entry.name not in kinds.NOTES:
            found.append((path, entry))
    return tuple(found)
