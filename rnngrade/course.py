"""An assignment's questions, read from its source: authors and judge have it, learners do not."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from rnngrade.questions import Question


@dataclass(frozen=True)
class Assignment:
    """The questions of one notebook, by id, in the order they are asked. ``name`` is the file's, ``01_unrolling``."""

    name: str
    questions: dict[str, Question]
    source: Path

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
    spec = importlib.util.spec_from_file_location(f"rnngrade_source_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None  # a .py file always has a loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    questions = getattr(module, "QUESTIONS", None)
    if not isinstance(questions, list) or not questions or not all(isinstance(q, Question) for q in questions):
        raise ValueError(f"{path.name}: expected a list QUESTIONS of Question, got {questions!r}")
    by_id = {question.id: question for question in questions}
    if len(by_id) < len(questions):
        raise ValueError(f"{path.name}: two questions share an id: {[question.id for question in questions]}")
    return Assignment(path.stem, by_id, path)


def assignments(exercises: str | Path) -> list[Assignment]:
    """Every assignment under ``exercises/source``, in order."""
    return [load_assignment(path) for path in sorted(Path(exercises, "source").glob("[0-9]*.py"))]
