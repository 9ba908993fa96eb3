"""Keys: what an answer is compared with. Inputs, the oracle's values, and what each known mistake gives; data, no code.

A key is stored as JSON, with its arrays in an ``.npz`` beside it, and read without pickle. The public keys are package
data, so a check works in any folder. The judge builds fresh ones in memory from a secret seed.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from rnngrade.course import Assignment
from rnngrade.models import MEASURES, Made
from rnngrade.outcomes import Failure, call
from rnngrade.questions import Mistake, Question, QuestionInfo
from rnngrade.values import NotPlain, Tolerance, plain

FORMAT = 1
# The variable is for courses that keep their keys elsewhere.
FOLDER = Path(os.environ.get("RNNGRADE_KEYS") or Path(__file__).parent / "keys")


@dataclass(frozen=True)
class CaseKey:
    """One case: its arguments, the oracle's plain value, and each mistake's plain value, or how the mistake fails."""

    args: tuple[Any, ...]
    expected: Any
    mistakes: dict[str, Any]


@dataclass(frozen=True)
class KeyGroup:
    """The cases that earn ``points`` together; for a model, where their mean loss is ``within`` a bound."""

    name: str
    points: float
    cases: tuple[CaseKey, ...]
    within: float | None = None


@dataclass(frozen=True)
class Key:
    """All that is needed to check one question; ``made`` comes before the arguments of every case."""

    info: QuestionInfo
    groups: tuple[KeyGroup, ...]
    made: Made | None = None

    def group(self, name: str | None = None) -> KeyGroup:
        """The group called ``name``; without a name, the only one there is.

        Raises:
            ValueError: if there is no such group, or several and no name.
        """
        names = [group.name for group in self.groups]
        if name is None and len(names) > 1:
            raise ValueError(f"question {self.info.id!r} has the groups {names}: say which, group=..")
        wanted = names[0] if name is None else name
        if wanted not in names:
            raise ValueError(f"question {self.info.id!r} has no group {name!r}, but {names}")
        return self.groups[names.index(wanted)]


def build(question: Question, rng: np.random.Generator) -> Key:
    """Draw the cases and answer them by the oracle and by every mistake.

    Raises:
        ValueError: if a group draws no case, arguments are not plain data, or the oracle fails.
    """
    made = Made(question.maker.name, tuple(question.maker.draw(rng))) if question.maker else None
    groups = []
    for group in question.groups:
        cases = tuple(_case(question, tuple(args), made) for args in group.draw(rng))
        if not cases:
            raise ValueError(f"question {question.id!r}: group {group.name!r} draws no case")
        groups.append(KeyGroup(group.name, group.points, cases, group.within))
    return Key(question.info, tuple(groups), made)


def public_rng(question_id: str) -> np.random.Generator:
    """The generator of the public cases: fixed by the question's id, so that adding a question moves no other's."""
    return np.random.default_rng(zlib.crc32(question_id.encode()))


def _case(question: Question, args: tuple[Any, ...], made: Made | None) -> CaseKey:
    given = args if made is None else (made.args, *args)
    try:
        plain(given)
    except NotPlain as error:
        raise ValueError(f"question {question.id!r}: arguments must be plain data, got {error}") from error
    expected = answered(question.oracle, given)
    if isinstance(expected, Failure):
        raise ValueError(f"question {question.id!r}: the oracle fails: {expected.type}: {expected.message}")
    mistaken = {mistake.name: _mistaken(mistake, given) for mistake in question.mistakes}
    if question.measure:
        _measurable(question, expected, mistaken)
    return CaseKey(args, expected, mistaken)


def _measurable(question: Question, expected: Any, mistaken: dict[str, Any]) -> None:
    """A model's targets are one array in which something counts; its mistakes predict arrays of the same shape."""
    if not isinstance(expected, np.ndarray) or not MEASURES[question.measure].counts(expected).any():
        raise ValueError(f"question {question.id!r}: the oracle of a model gives one array of targets, some that count")
    for name, value in mistaken.items():
        if not isinstance(value, np.ndarray) or value.shape != expected.shape:
            what = value if isinstance(value, Failure) else getattr(value, "shape", type(value).__name__)
            raise ValueError(f"question {question.id!r}: mistake {name} should predict {expected.shape}, got {what}")


def _mistaken(mistake: Mistake, args: tuple[Any, ...]) -> Any:
    return answered(mistake.answer, args) if callable(mistake.answer) else plain(mistake.answer)


def answered(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """What an author's function gives on ``args``, as a plain value, or the ``Failure`` it ends in."""
    outcome = call(function, args)
    return outcome.error if outcome.error is not None else plain(outcome.value)


# ---- storage


def source_hash(*paths: Path) -> str:
    """A short hash of files' names and contents, the same in any folder and with any line ends."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def build_assignment(assignment: Assignment) -> dict[str, Key]:
    """The public keys of all its questions."""
    return {id: build(question, public_rng(id)) for id, question in assignment.questions.items()}


def save(name: str, keys: dict[str, Key], source: str, folder: Path = FOLDER) -> None:
    """Write the keys of assignment ``name`` made from sources with the hash ``source``."""
    arrays: dict[str, np.ndarray] = {}
    questions = {id: {"info": asdict(key.info), "groups": [_group_out(group, arrays) for group in key.groups],
                      **({"made": [key.made.name, _out(key.made.args, arrays)]} if key.made else {})}
                 for id, key in keys.items()}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / f"{name}.npz", allow_pickle=False, **arrays)
    document = {"format": FORMAT, "assignment": name, "source": source, "questions": questions}
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def load(name: str, folder: Path = FOLDER) -> dict[str, Key]:
    """Read the keys of assignment ``name``.

    Raises:
        FileNotFoundError: if there are none.
        ValueError: if they were written by another version of this package.
    """
    document = _document(folder / f"{name}.json")
    with np.load(folder / f"{name}.npz", allow_pickle=False) as archive:
        arrays = dict(archive)
    return {id: Key(_info_in(entry["info"]), tuple(_group_in(group, arrays) for group in entry["groups"]),
                    _made_in(entry.get("made"), arrays))
            for id, entry in document["questions"].items()}


def stored_source(name: str, folder: Path = FOLDER) -> str:
    """The hash of the sources that the stored keys of ``name`` were made from."""
    return str(_document(folder / f"{name}.json")["source"])


@cache
def find(question_id: str, folder: Path) -> Key:
    """The public key of a question, whichever assignment asks it.

    Raises:
        ValueError: if no stored key has this id.
    """
    known: list[str] = []
    for path in sorted(folder.glob("*.json")):
        ids = list(_document(path)["questions"])
        if question_id in ids:
            return load(path.stem, folder)[question_id]
        known += ids
    raise ValueError(f"no question {question_id!r} in this version of the course; it has {', '.join(known) or 'none'}")


def _document(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text(encoding="utf-8"))
    if document.get("format") != FORMAT:
        raise ValueError(f"{path.name} has format {document.get('format')}, this rnngrade reads {FORMAT}: "
                         "install the version that came with the notebooks, or run make exercises")
    return document


def _info_in(info: dict[str, Any]) -> QuestionInfo:
    tuples = {name: tuple(info[name]) for name in ("forbid", "arguments", "parts")}
    return QuestionInfo(**{**info, **tuples, "tolerance": Tolerance(**info["tolerance"])})


def _group_out(group: KeyGroup, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    cases = [{"args": _out(case.args, arrays), "expected": _out(case.expected, arrays),
              "mistakes": {name: _out(value, arrays) for name, value in case.mistakes.items()}} for case in group.cases]
    bound = {} if group.within is None else {"within": group.within}
    return {"name": group.name, "points": group.points, **bound, "cases": cases}


def _group_in(group: dict[str, Any], arrays: dict[str, np.ndarray]) -> KeyGroup:
    cases = tuple(CaseKey(_in(case["args"], arrays), _in(case["expected"], arrays),
                          {name: _in(value, arrays) for name, value in case["mistakes"].items()})
                  for case in group["cases"])
    return KeyGroup(group["name"], group["points"], cases, group.get("within"))


def _made_in(made: list[Any] | None, arrays: dict[str, np.ndarray]) -> Made | None:
    return None if made is None else Made(made[0], _in(made[1], arrays))


def _out(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """One value as JSON; an array goes to ``arrays`` and leaves its name."""
    if isinstance(value, Failure):
        return {"failure": [value.type, value.message]}
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, tuple | list) and type(value) in (tuple, list):
        return {type(value).__name__: _each_out(value, arrays)}
    if isinstance(value, dict):
        return {"dict": {key: _out(part, arrays) for key, part in value.items()}}
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise ValueError(f"an argument of type {type(value).__name__}: give arrays, plain numbers, strings, tuples, lists")


def _each_out(parts: Iterable[Any], arrays: dict[str, np.ndarray]) -> list[Any]:
    return [_out(part, arrays) for part in parts]


def _in(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if not isinstance(value, dict):
        return value
    [(kind, content)] = value.items()
    if kind == "failure":
        return Failure(*content)
    if kind == "array":
        return arrays[content]
    if kind == "dict":
        return {key: _in(part, arrays) for key, part in content.items()}
    return {"tuple": tuple, "list": list}[kind](_in(part, arrays) for part in content)
