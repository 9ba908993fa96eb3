"""Which assignment a notebook is of, by what is in it: the ids of its cells, and the names its code writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rnngrade.judge.handed_in.notebook import Notebook

CHECK = "check-"


@dataclass(frozen=True)
class Asked:
    """What tells an assignment's notebook: the ids of its questions and the names of its answers."""

    questions: frozenset[str]
    answers: frozenset[str]


def by_cells(notebook: Notebook, assignments: Mapping[str, Asked]) -> str:
    """The assignment of which most cells are in the notebook; nothing if none is."""
    counts = {name: cells(notebook, asked) for name, asked in assignments.items()}
    best = max(counts, key=lambda name: counts[name], default="")
    return best if best and counts[best] else ""


def cells(notebook: Notebook, asked: Asked) -> int:
    """How many of the assignment's questions have a cell in the notebook: its own, or one that checks it."""
    checks = {known for known in notebook.ids if known.startswith(CHECK)}
    return sum(id in notebook.ids or any(one.startswith(f"{CHECK}{id}") for one in checks) for id in asked.questions)


def is_foreign(notebook: Notebook, asked: Asked) -> bool:
    """Whether nothing of the assignment is in it: no cell, no answer's name in its code, though it has code.

    A name within a longer one counts: it may be a misspelt answer.
    """
    if cells(notebook, asked) or not any(cell.source.strip() for cell in notebook.cells):
        return False
    return not any(answer in cell.source for answer in asked.answers for cell in notebook.cells)
