"""An assignment's questions, read from its source: authors and judge have it, learners do not.

Questions that were replaced stay in ``retired/NN_name.py`` beside the source: notebooks handed out before still check
and still grade. Such a file defines ``QUESTIONS`` as they were, and ``STANDS_FOR``, the id of the one that came in the
place of each.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rnngrade.questions import Question


@dataclass(frozen=True)
class Assignment:
    """The questions of one notebook, by id, in the order they are asked. ``name`` is the file's, ``01_unrolling``."""

    name: str
    questions: dict[str, Question]
    source: Path
    retired: dict[str, Question] = field(default_factory=dict)

    @property
    def ever_asked(self) -> dict[str, Question]:
        """The questions of today, and after them those that older notebooks ask in their place."""
        return {**self.questions, **self.retired}

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that its questions are read from."""
        return (self.source, *([retired_file(self.source)] if self.retired else ()))

    @property
    def points(self) -> float:
        """What the whole notebook is worth."""
        return sum(question.points for question in self.questions.values())


def load_assignment(path: str | Path) -> Assignment:
    """Load the questions of ``exercises/source/NN_name.py``, the list ``QUESTIONS`` it defines.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it defines no list of questions, or two with one id.
    """
    path = Path(path).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"no question file {path}")
    by_id = _questions(_run(path), path)
    return Assignment(path.stem, by_id, path, _retired(retired_file(path), by_id))


def retired_file(source: Path) -> Path:
    """Where the replaced questions of an assignment lie."""
    return source.parent / "retired" / source.name


def _retired(path: Path, current: dict[str, Question]) -> dict[str, Question]:
    """The replaced questions, each with the id of the one it stands for."""
    if not path.is_file():
        return {}
    module = _run(path)
    stands_for = getattr(module, "STANDS_FOR", {})
    found = {}
    for id, question in _questions(module, path).items():
        now = stands_for.get(id)
        if id in current or now not in current or current[now].points != question.points:
            raise ValueError(f"{path.parent.name}/{path.name}: STANDS_FOR gives each of its questions the id of one of "
                             f"today with as many points, got {now!r} for {id!r}")
        found[id] = replace(question, stands_for=now)
    return found


def _run(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"rnngrade_{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None  # a .py file always has a loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _questions(module: Any, path: Path) -> dict[str, Question]:
    questions = getattr(module, "QUESTIONS", None)
    if not isinstance(questions, list) or not questions or not all(isinstance(q, Question) for q in questions):
        raise ValueError(f"{path.name}: expected a list QUESTIONS of Question, got {questions!r}")
    by_id = {question.id: question for question in questions}
    if len(by_id) < len(questions):
        raise ValueError(f"{path.name}: two questions share an id: {[question.id for question in questions]}")
    return by_id


def assignments(exercises: str | Path) -> list[Assignment]:
    """Every assignment under ``exercises/source``, in order."""
    return [load_assignment(path) for path in sorted(Path(exercises, "source").glob("[0-9]*.py"))]
