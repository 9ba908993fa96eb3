"""A group's outcomes reduced to plain values, beside what is expected, part by part and array by array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnngrade import models
from rnngrade.axes import sizes
from rnngrade.keys import CaseKey
from rnngrade.outcomes import NOT_WRITTEN, Failure, Outcome
from rnngrade.questions import QuestionInfo
from rnngrade.values import NotPlain, Path, Tolerance, agree, as_array, part_at, parts, plain


@dataclass(frozen=True)
class Leaf:
    """One array of one case: where it stands in the answer, what was got, what is expected."""

    case: int
    path: Path
    got: np.ndarray
    expected: np.ndarray


@dataclass(frozen=True)
class Part:
    """One part of the answer, which may be the whole, with its arrays in the cases where it is wrong."""

    path: Path
    wrong: tuple[Leaf, ...]
    cases: tuple[int, ...]  # where it is wrong


@dataclass(frozen=True)
class Answers:
    """What the rules ask of a group's answers."""

    info: QuestionInfo
    cases: Sequence[CaseKey]
    outcomes: Sequence[Outcome]
    values: Sequence[Any]  # plain value, or the Failure there is instead
    within: float | None = None

    @property
    def tolerance(self) -> Tolerance:
        """How far a number may be off."""
        return self.info.tolerance

    @cached_property
    def wrong(self) -> list[int]:
        """The cases whose value is not the expected one; of a model whose loss is too large, the first."""
        if self.within is not None:
            malformed = [i for i, pair in enumerate(self.pairs) if pair is None or not np.isfinite(pair[0]).all()]
            return [] if self.loss <= self.within else malformed or [0]
        return [i for i, case in enumerate(self.cases) if not same(self.values[i], case.expected, self.info.tolerance)]

    @cached_property
    def smallest(self) -> int | None:
        """The wrong case with the fewest numbers in its arguments, the first of several."""
        return min(self.wrong, key=lambda i: _size(self.cases[i].args)) if self.wrong else None

    @cached_property
    def leaves(self) -> list[Leaf]:
        """Every array of every case, where the structures agree."""
        return [leaf for i in range(len(self.cases)) for leaf in self._leaves(i)]

    def _leaves(self, i: int) -> Iterator[Leaf]:
        if isinstance(self.values[i], Failure):
            return
        for path, expected in parts(self.cases[i].expected):
            try:
                got = as_array(part_at(self.values[i], path))
            except KeyError:
                continue
            if got is None or not isinstance(expected, np.ndarray):
                continue
            if not path and self.entries(expected) and got.shape == expected.shape:
                yield from (Leaf(i, (k,), np.asarray(got[k]), np.asarray(expected[k])) for k in range(len(expected)))
            else:
                yield Leaf(i, path, got, expected)

    def entries(self, expected: Any) -> bool:
        """Whether an answer that is one array is made of the parts that the question names, entry by entry."""
        named = len(self.info.parts)
        return bool(named) and isinstance(expected, np.ndarray) and expected.ndim > 0 and len(expected) == named

    def maybe(self, leaf: Leaf, tolerance: Tolerance) -> set[str]:
        """The mistakes that may give this array: those that do within tolerance, and all of which it has no numbers."""
        case = self.cases[leaf.case]
        names, table = case.stacked.get(leaf.path, ((), np.zeros((0, 0))))
        others = case.mistakes.keys() - set(names)
        if leaf.got.shape != leaf.expected.shape or leaf.got.dtype.kind not in "biuf" or not names:
            return set(case.mistakes)
        got = leaf.got.ravel().astype(float)
        allowed = tolerance.atol + tolerance.rtol * np.max(np.abs(table), axis=1, initial=0.0, where=np.isfinite(table))
        near = np.abs(table - got) <= 1.01 * allowed[:, None]
        near |= (table == got) | (np.isnan(table) & np.isnan(got))
        return others | {name for name, fits in zip(names, near.all(1)) if fits}

    @cached_property
    def parts(self) -> list[Part]:
        """The parts that are wrong somewhere, in order, if arrays are all that is wrong; else none."""
        found: dict[Path, list[Leaf]] = {}
        for leaf in self.leaves:
            if not agree(leaf.got, leaf.expected, self.tolerance):
                found.setdefault(leaf.path[:1], []).append(leaf)
        if {leaf.case for leaves in found.values() for leaf in leaves} != set(self.wrong):
            return []
        return [Part(path, tuple(leaves), tuple(dict.fromkeys(leaf.case for leaf in leaves)))
                for path, leaves in sorted(found.items(), key=lambda item: str(item[0]))]

    @cached_property
    def right(self) -> list[Path]:
        """The parts that are right in all cases; none where the whole answer is one part."""
        bad = {part.path for part in self.parts}
        return [path for path in dict.fromkeys(leaf.path[:1] for leaf in self.leaves) if path and path not in bad]

    def sizes(self, case: int) -> dict[str, int]:
        """What the question's symbols stand for in a case."""
        return sizes(self.info.axes, self.info.arguments, self.cases[case].args)

    def argument(self, case: int) -> dict[str, Any]:
        """A case's arguments by name."""
        return dict(zip(self.info.arguments, self.cases[case].args))

    def axes(self, path: Path, ndim: int) -> tuple[str, ...]:
        """The names of the axes of an array of the answer, empty where they are not known."""
        known = self.info.axes.get(self.name(path), ())
        return known if len(known) == ndim else ("",) * ndim

    def name(self, path: Path) -> str:
        """What a part is called: its declared name, its key, or the answer's own name."""
        if not path:
            return self.info.answer
        if isinstance(path[0], int):
            return self.info.parts[path[0]] if path[0] < len(self.info.parts) else ""
        return path[0] if len(path) == 1 else ""

    @cached_property
    def pairs(self) -> list[tuple[np.ndarray, np.ndarray] | None]:
        """A model's predictions with their targets, case by case; None where the predictions cannot be measured."""
        return [_pair(value, case.expected) for value, case in zip(self.values, self.cases)]

    @cached_property
    def predictions(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """The pairs, if all can be measured; else none."""
        return [] if None in self.pairs else [pair for pair in self.pairs if pair is not None]

    @cached_property
    def loss(self) -> float:
        """A model's mean loss over all cases."""
        return models.loss(self.info.measure, self.predictions) if self.predictions else np.inf


def value_of(outcome: Outcome) -> Any:
    """An outcome as a plain value, or the failure there is instead."""
    if outcome.error is not None:
        return outcome.error
    if outcome.value is Ellipsis:
        return Failure(NOT_WRITTEN)
    try:
        return plain(outcome.value)
    except NotPlain as error:
        return Failure("NotPlain", str(error))


def same(value: Any, expected: Any, tolerance: Tolerance) -> bool:
    """Whether a value is the expected one, or fails as that does."""
    if isinstance(value, Failure) or isinstance(expected, Failure):
        return isinstance(value, Failure) and isinstance(expected, Failure) and value.type == expected.type
    return agree(value, expected, tolerance)


def _pair(value: Any, target: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    got = as_array(value)
    if got is None or got.shape != target.shape or got.dtype.kind == "c":
        return None
    return got, target


def _size(args: Any) -> int:
    if isinstance(args, dict):
        args = tuple(args.values())
    if isinstance(args, tuple | list):
        return sum(map(_size, args))
    return int(args.size) if isinstance(args, np.ndarray) else 1
