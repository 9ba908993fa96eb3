"""Mistakes that no author writes: made from a question's own reference when its key is built.

``perturbed`` answers with one argument changed; ``slips`` with a step of a gradient gone wrong. Kept is what fails
clearly and looks like no other mistake, so that whatever is said of it holds. Keys stay data, and small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnngrade.axes import Axes
from rnngrade.generated.perturbed import beside, perturbations, twice
from rnngrade.outcomes import Failure, answered
from rnngrade.questions import Question
from rnngrade.slips import slipped, slipped_twice
from rnngrade.values import Tolerance, agree, excess, parts

MOST = 60
MOST_NUMBERS = 12_000  # of a question's generated mistakes together: some fifty kilobytes as they are stored
CLEARLY = 10.0  # times the tolerance
Args = tuple[Any, ...]
Candidate = tuple[str, str, Callable[..., Any]]
Known = dict[str, list[list[Any]]]
"""What each mistake gives, group by group and case by case."""


@dataclass(frozen=True)
class Asked:
    """A group's cases, as far as they matter here."""

    args: Sequence[Args]
    expected: Sequence[Any]


@dataclass(frozen=True)
class Generated:
    """A mistake that was kept: what to say, and what it gives, group by group and case by case."""

    message: str
    values: list[list[Any]]


def generate(question: Question, groups: Sequence[Asked], written: Known, axes: Axes) -> dict[str, Generated]:
    """The mistakes that are worth knowing beside the ``written`` ones, by name, slips first."""
    kept: dict[str, Generated] = {}
    known = dict(written)
    numbers = 0
    for name, message, answer in candidates(question, groups, axes):
        if name in question.struck or name in known or len(kept) == MOST:
            continue
        values = [[answered(answer, args) for args in group.args] for group in groups]
        numbers += _size(values)
        if numbers > MOST_NUMBERS:
            break
        if not _telling(values, groups, question.tolerance) or any(_alike(values, o, groups, question.tolerance)
                                                                   for o in known.values()):
            numbers -= _size(values)
            continue
        if _steady(answer, groups, values, question.tolerance):
            known[name] = values
            kept[name] = Generated(message, values)
    return kept


def candidates(question: Question, groups: Sequence[Asked], axes: Axes) -> Iterator[Candidate]:
    """Every mistake that can be made of the question: name, message, and an answer of the reference's signature."""
    yield from slipped(question.reference, question.slips)
    yield from perturbations(question.reference, question.info.arguments, [group.args for group in groups], axes)
    yield from slipped_twice(question.reference, question.slips)
    drawn = [group.args for group in groups]
    for mistake in question.mistakes:
        yield from beside(mistake.answer, mistake.name, mistake.message, question.info.arguments, drawn)
    yield from twice(question.reference, question.info.arguments, drawn, axes)


def _telling(values: list[list[Any]], groups: Sequence[Asked], tolerance: Tolerance) -> bool:
    """Whether it fails somewhere, and in every case passes or fails clearly, with numbers of the right shape."""
    ratios = []
    for given, group in zip(values, groups):
        for value, expected in zip(given, group.expected):
            if isinstance(value, Failure) or not _like(value, expected):
                return False
            ratios.append(excess(value, expected, tolerance))
    clear = all(ratio < 0.01 or ratio > CLEARLY for ratio in ratios) and max(ratios) > CLEARLY
    return clear and not _multiple(values, groups, tolerance)


MULTIPLES = (1.0, -1.0, 0.0, 2.0)


def _multiple(values: list[list[Any]], groups: Sequence[Asked], tolerance: Tolerance) -> bool:
    """Whether each part is right, or in all cases the same simple multiple of it: that is seen without a name."""
    left: dict[Any, set[float]] = {}
    for given, group in zip(values, groups):
        for value, expected in zip(given, group.expected):
            right = dict(parts(expected))
            for path, array in parts(value):
                if isinstance(array, np.ndarray):
                    with np.errstate(invalid="ignore"):  # nothing times infinity
                        fits = {c for c in MULTIPLES if agree(array, np.asarray(c * right[path]), tolerance)}
                    left[path[:1]] = left.get(path[:1], set(MULTIPLES)) & fits
    return all(left.values())


def _like(value: Any, expected: Any) -> bool:
    """Whether two plain values have the same parts and shapes, and are finite in the same places."""
    a, b = dict(parts(value)), dict(parts(expected))
    if a.keys() != b.keys():
        return False
    for path, right in b.items():
        if not isinstance(right, np.ndarray) or not isinstance(a[path], np.ndarray) or a[path].shape != right.shape:
            return False
        if right.dtype.kind == "f" and (~np.isfinite(a[path]) & np.isfinite(right)).any():
            return False
    return True


def _alike(values: list[list[Any]], other: list[list[Any]], groups: Sequence[Asked], tolerance: Tolerance) -> bool:
    """Whether there is a group in which the two cannot be told apart, though they fail."""
    loose = Tolerance(min(max(CLEARLY * tolerance.rtol, 1e-5), 0.5), tolerance.atol)
    for mine, theirs, group in zip(values, other, groups):
        if all(not isinstance(b, Failure) and agree(a, b, loose) for a, b in zip(mine, theirs)) and not all(
            agree(a, right, tolerance) for a, right in zip(mine, group.expected)
        ):
            return True
    return False


def _steady(answer: Callable[..., Any], groups: Sequence[Asked], values: list[list[Any]], tolerance: Tolerance) -> bool:
    """Whether the numbers do not hang on the last digits of the arguments, which kernels round in their own way."""
    for group, given in zip(groups, values):
        for args, value in zip(group.args, given):
            moved = answered(answer, tuple(map(_jittered, args)))
            if isinstance(moved, Failure) or excess(moved, value, tolerance) > 0.01:
                return False
    return True


def _jittered(arg: Any) -> Any:
    if isinstance(arg, np.ndarray) and arg.dtype.kind == "f":
        signs = np.where(np.arange(arg.size).reshape(arg.shape) % 2, 1.0, -1.0)
        return arg * (1 + 2e-16 * signs)
    return arg


def _size(values: Any) -> int:
    if isinstance(values, list | tuple):
        return sum(map(_size, values))
    if isinstance(values, dict):
        return sum(map(_size, values.values()))
    return int(values.size) if isinstance(values, np.ndarray) else 0
