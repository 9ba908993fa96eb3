"""Keys: what an answer is compared with. Inputs, the oracle's values, and what each known mistake gives; data, no code.

A key is stored as JSON, with its arrays in an ``.npz`` beside it, and read without pickle. The public keys are package
data, so a check works in any folder. The judge builds fresh ones in memory from a secret seed.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rnngrade.axes import Axes, resolve
from rnngrade.course import Assignment
from rnngrade.generated import Asked, Generated, generate
from rnngrade.models import MEASURES, Made
from rnngrade.outcomes import Failure, answered
from rnngrade.questions import CALLED, Case, Mistake, Question, QuestionInfo
from rnngrade.storage import Reader, Writer
from rnngrade.values import NotPlain, Tolerance, as_array, part_at, parts, plain

FORMAT = 2
# The variable is for courses that keep their keys elsewhere.
FOLDER = Path(os.environ.get("RNNGRADE_KEYS") or Path(__file__).parent / "keys")
BESIDE = "keys"  # the folder that another course hands out beside its notebooks


@dataclass(frozen=True)
class CaseKey:
    """One case: its arguments, the oracle's plain value, each mistake's plain value, or how the mistake fails, and
    what its author says of it."""

    args: tuple[Any, ...]
    expected: Any
    mistakes: dict[str, Any]
    note: str = ""

    @cached_property
    def stacked(self) -> dict[tuple[str | int, ...], tuple[tuple[str, ...], np.ndarray]]:
        """What the mistakes give in each array of the answer, one row a mistake, where it has the right shape."""
        found = {}
        for path, expected in parts(self.expected):
            if isinstance(expected, np.ndarray) and expected.dtype.kind in "biuf":
                rows = {name: row for name, value in self.mistakes.items() for row in [_row(value, path, expected)]
                        if row is not None}
                table = np.array(list(rows.values()), float).reshape(len(rows), expected.size)
                found[path] = tuple(rows), table
        return found


def _row(value: Any, path: tuple[str | int, ...], expected: np.ndarray) -> np.ndarray | None:
    try:
        array = as_array(part_at(value, path))
    except KeyError:
        return None
    regular = array is not None and array.shape == expected.shape and array.dtype.kind in "biuf"
    return array.ravel() if regular and array is not None else None


@dataclass(frozen=True)
class KeyGroup:
    """The cases that earn ``points`` together; for a model, where their mean loss is ``within`` a bound.

    ``examples`` are the judge's: for each case, code that holds another one of its kind, to be shown in its place.
    """

    name: str
    points: float
    cases: tuple[CaseKey, ...]
    within: float | None = None
    examples: tuple[str, ...] = ()


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
        cases = tuple(_case(question, drawn, made) for drawn in group.draw(rng))
        if not cases:
            raise ValueError(f"question {question.id!r}: group {group.name!r} draws no case")
        groups.append(KeyGroup(group.name, group.points, cases, group.within))
    info = replace(question.info, axes=_axes(question, groups))
    if question.kind != "function" or question.maker:
        return Key(info, tuple(groups), made)
    more = _generated(question, groups, info.axes)
    messages = {**info.messages, **{name: mistake.message for name, mistake in more.items()}}
    return Key(replace(info, messages=messages), tuple(_with(g, k, more) for k, g in enumerate(groups)), made)


def _generated(question: Question, groups: Sequence[KeyGroup], axes: Axes) -> dict[str, Generated]:
    """The mistakes made from the reference, beside those the author wrote."""
    asked = [Asked([case.args for case in group.cases], [case.expected for case in group.cases]) for group in groups]
    written = {mistake.name: [[case.mistakes[mistake.name] for case in group.cases] for group in groups]
               for mistake in question.mistakes}
    return generate(question, asked, written, axes)


def _with(group: KeyGroup, k: int, more: Mapping[str, Generated]) -> KeyGroup:
    """The group with what the generated mistakes give in it, its place among the groups being ``k``."""
    cases = [replace(case, mistakes={**case.mistakes, **{name: mistake.values[k][i] for name, mistake in more.items()}})
             for i, case in enumerate(group.cases)]
    return replace(group, cases=tuple(cases))


def _axes(question: Question, groups: Sequence[KeyGroup]) -> Axes:
    """The axes of the arguments and of the answer's parts, as far as they are known in every case."""
    if question.kind not in CALLED:
        return {}
    info = question.info
    cases = [(case.args, _parts(info, case.expected)) for group in groups for case in group.cases]
    try:
        return resolve(question.axes, info.arguments, cases)
    except ValueError as error:
        raise ValueError(f"question {question.id!r}: {error}") from error


def _parts(info: QuestionInfo, expected: Any) -> dict[str, Any]:
    """The expected parts by name: those of a tuple, or the answer itself."""
    if isinstance(expected, tuple):
        return dict(zip(info.parts, expected))
    return expected if isinstance(expected, dict) else {info.answer: expected}


def public_rng(question_id: str) -> np.random.Generator:
    """The generator of the public cases: fixed by the question's id, so that adding a question moves no other's."""
    return np.random.default_rng(zlib.crc32(question_id.encode()))


def _case(question: Question, drawn: tuple[Any, ...] | Case, made: Made | None) -> CaseKey:
    args, note = (tuple(drawn.args), drawn.note) if isinstance(drawn, Case) else (tuple(drawn), "")
    given = args if made is None else (made.args, *args)
    try:
        plain(given)
    except NotPlain as error:
        raise ValueError(f"question {question.id!r}: arguments must be plain data, got {error}") from error
    expected = answered(question.oracle, given)
    if isinstance(expected, Failure):
        at = f" at {expected.source!r}" if expected.source else ""
        raise ValueError(f"question {question.id!r}: the oracle fails{at}: {expected.type}: {expected.message}")
    mistaken = {mistake.name: _mistaken(mistake, given) for mistake in question.mistakes}
    if question.measure:
        _measurable(question, expected, mistaken)
    return CaseKey(args, expected, mistaken, note)


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


# ---- storage


def source_hash(*paths: Path) -> str:
    """A short hash of files' names and contents, the same in any folder and with any line ends."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def build_assignment(assignment: Assignment) -> dict[str, Key]:
    """The public keys of all its questions, and of those that older notebooks ask."""
    return {id: build(question, public_rng(id)) for id, question in assignment.ever_asked.items()}


def save(name: str, keys: dict[str, Key], source: str, folder: Path = FOLDER) -> None:
    """Write the keys of assignment ``name`` made from sources with the hash ``source``."""
    writer = Writer()
    questions = {id: {"info": asdict(key.info), "groups": [_group_out(group, writer) for group in key.groups],
                      **({"made": [key.made.name, writer.out(key.made.args)]} if key.made else {})}
                 for id, key in keys.items()}
    folder.mkdir(parents=True, exist_ok=True)
    pools: dict[str, Any] = writer.pools  # allow_pickle is no argument in NumPy 2.0, and would be stored as an array
    np.savez_compressed(folder / f"{name}.npz", **pools)
    document = {"format": FORMAT, "assignment": name, "source": source, "questions": questions}
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def load(name: str, folder: Path = FOLDER) -> dict[str, Key]:
    """Read the keys of assignment ``name``.

    Raises:
        FileNotFoundError: if there are none.
        ValueError: if they were written by another version of this package.
    """
    path = folder / f"{name}.json"
    entries = _parsed(path, path.read_text(encoding="utf-8"))["questions"]
    reader = _reader(path)
    return {id: _key_in(entry, reader) for id, entry in entries.items()}


def _reader(path: Path) -> Reader:
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as archive:
        return Reader(dict(archive))


def _key_in(entry: dict[str, Any], reader: Reader) -> Key:
    groups = tuple(_group_in(group, reader) for group in entry["groups"])
    return Key(_info_in(entry["info"]), groups, _made_in(entry.get("made"), reader))


def stored_source(name: str, folder: Path = FOLDER) -> str:
    """The hash of the sources that the stored keys of ``name`` were made from; none if there are no keys of this
    format."""
    path = folder / f"{name}.json"
    document = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return str(document["source"]) if document.get("format") == FORMAT else ""


def folders() -> tuple[Path, ...]:
    """Where a check looks for its key: beside the notebook, if there are keys, then in the package (or where the
    variable RNNGRADE_KEYS says)."""
    beside = Path.cwd() / BESIDE
    return (*([beside] if any(_documents(beside)) else []), FOLDER)


@cache
def find(question_id: str, *folders: Path) -> Key:
    """The public key of a question, whichever assignment asks it, from the first of the ``folders`` that has it.

    Raises:
        ValueError: if no stored key has this id.
    """
    texts = dict(document for folder in folders for document in _documents(folder))
    for path, text in texts.items():
        if f'"{question_id}": {{' in text:  # so only one document has to be parsed
            entry = _parsed(path, text)["questions"].get(question_id)
            if entry is not None:
                return _key_in(entry, _reader(path))
    known = [id for path, text in texts.items() for id in _parsed(path, text)["questions"]]
    raise ValueError(f"no question {question_id!r} in this version of the course; it has {', '.join(known) or 'none'}")


def _documents(folder: Path) -> Iterator[tuple[Path, str]]:
    """The stored keys in a folder, unread; what else lies there is nobody's business."""
    for path in sorted(folder.glob("*.json")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if '"format"' in text[:40]:
            yield path, text


def _parsed(path: Path, text: str) -> dict[str, Any]:
    document = json.loads(text)
    if document.get("format") != FORMAT:
        raise ValueError(f"{path.name} has format {document.get('format')}, this rnngrade reads {FORMAT}: "
                         "install the version that came with the notebooks, or run make exercises")
    return document


def _info_in(info: dict[str, Any]) -> QuestionInfo:
    tuples = {name: tuple(info[name]) for name in ("forbid", "arguments", "parts")}
    axes = {name: tuple(symbols) for name, symbols in info["axes"].items()}
    return QuestionInfo(**{**info, **tuples, "axes": axes, "tolerance": Tolerance(**info["tolerance"])})


def _group_out(group: KeyGroup, writer: Writer) -> dict[str, Any]:
    bound = {} if group.within is None else {"within": group.within}
    cases = [_case_out(case, writer) for case in group.cases]
    return {"name": group.name, "points": group.points, **bound, "cases": cases}


def _case_out(case: CaseKey, writer: Writer) -> dict[str, Any]:
    mistakes = {name: writer.out(value, single=True) for name, value in case.mistakes.items()}
    note = {"note": case.note} if case.note else {}
    return {"args": writer.out(case.args), "expected": writer.out(case.expected), "mistakes": mistakes, **note}


def _group_in(group: dict[str, Any], reader: Reader) -> KeyGroup:
    cases = tuple(_case_in(case, reader) for case in group["cases"])
    return KeyGroup(group["name"], group["points"], cases, group.get("within"))


def _case_in(case: dict[str, Any], reader: Reader) -> CaseKey:
    mistakes = {name: reader.read(value) for name, value in case["mistakes"].items()}
    return CaseKey(reader.read(case["args"]), reader.read(case["expected"]), mistakes, case.get("note", ""))


def _made_in(made: list[Any] | None, reader: Reader) -> Made | None:
    return None if made is None else Made(made[0], reader.read(made[1]))
