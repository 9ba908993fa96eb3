"""The right numbers in the wrong order, at the wrong step, or added up along the way."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from rnngrade.diagnosis.answers import Answers, Leaf, Part
from rnngrade.diagnosis.relations import alike
from rnngrade.diagnosis.verdict import Diagnosis, Finding
from rnngrade.diagnosis.words import joined, subject
from rnngrade.values import Path, agree

MOST_PARTS = 6
Moved = Callable[[np.ndarray, int], np.ndarray]


def permuted_parts(a: Answers) -> Diagnosis | None:
    """All parts are right, each in the place of another."""
    first = a.cases[0].expected
    if not a.wrong or not isinstance(first, tuple) or not 2 <= len(first) <= MOST_PARTS:
        return None
    if not all(isinstance(value, tuple) and len(value) == len(first) for value in a.values):
        return None
    for order in itertools.permutations(range(len(first))):
        if order != tuple(range(len(first))) and all(
            agree(value[k], case.expected[j], a.tolerance)
            for value, case in zip(a.values, a.cases) for k, j in enumerate(order)
        ):
            names = [subject(a, (j,)) for j in order]
            text = f"All parts are right, but you return them in the order {joined(names)}."
            return Diagnosis(False, "order", text, a.wrong[0])
    return None


def other_part(a: Answers, part: Part) -> Finding | None:
    """One part holds what belongs to another."""
    for path in dict.fromkeys(leaf.path for leaf in a.leaves):
        if path == part.path or len(path) != 1 or part.path == ():
            continue
        expected = {leaf.case: leaf.expected for leaf in a.leaves if leaf.path == path}
        if all(leaf.case in expected and leaf.got.size > 1 and agree(leaf.got, expected[leaf.case], a.tolerance)
               for leaf in part.wrong):
            return Finding("order", "{subject} {has} the numbers that belong to " + f"{subject(a, path)}.",
                           part.wrong[0].case)
    return None


def _late(x: np.ndarray, axis: int) -> np.ndarray:
    return np.delete(x, -1, axis)


def _early(x: np.ndarray, axis: int) -> np.ndarray:
    return np.delete(x, 0, axis)


WHOLE: tuple[tuple[str, Moved], ...] = (
    ("{subject} {is} right, but in the reverse order along {axis}", lambda x, axis: np.flip(x, axis)),
    ("{subject} {has} running sums along {axis} where single values are asked", lambda x, axis: x.cumsum(axis)),
    ("{subject} {has} running sums along {axis}, added up from the end, where single values are asked",
     lambda x, axis: np.flip(np.flip(x, axis).cumsum(axis), axis)),
    ("{subject} {has} running products along {axis} where single values are asked", lambda x, axis: x.cumprod(axis)),
    ("{subject} {has} single values where sums over all so far along {axis} are asked",
     lambda x, axis: np.diff(x, axis=axis, prepend=0)),
    ("{subject} {has} single values where sums from there to the end of {axis} are asked",
     lambda x, axis: np.flip(np.diff(np.flip(x, axis), axis=axis, prepend=0), axis)),
    ("{subject} {has} running means along {axis} where single values are asked",
     lambda x, axis: x.cumsum(axis) / _counts(x, axis)),
    ("every entry of {subject} along {axis} holds the last right one", lambda x, axis: _all(x, axis, -1)),
    ("every entry of {subject} along {axis} holds the first right one", lambda x, axis: _all(x, axis, 0)),
    ("every entry of {subject} along {axis} holds the sum of the right ones",
     lambda x, axis: np.broadcast_to(x.sum(axis, keepdims=True), x.shape)),
    ("every entry of {subject} along {axis} holds the mean of the right ones",
     lambda x, axis: np.broadcast_to(x.mean(axis, keepdims=True), x.shape)),
    ("{subject} {is} right, but turned round by one place along {axis}", lambda x, axis: np.roll(x, 1, axis)),
    ("{subject} {is} right, but turned round by one place along {axis}", lambda x, axis: np.roll(x, -1, axis)),
    ("{subject} {has} the right numbers, but sorted along {axis}", lambda x, axis: np.sort(x, axis)),
)  # fmt: skip


def _counts(x: np.ndarray, axis: int) -> np.ndarray:
    shape = [1] * x.ndim
    shape[axis] = -1
    return np.arange(1, x.shape[axis] + 1).reshape(shape)


def _all(x: np.ndarray, axis: int, index: int) -> np.ndarray:
    return np.broadcast_to(np.take(x, [index], axis), x.shape)


def moved(a: Answers, part: Part) -> Finding | None:
    """Reversed, cumulated, repeated, sorted or shifted along one axis."""
    if not alike(part):
        return None
    for axis in range(part.wrong[0].expected.ndim):
        if not all(leaf.expected.ndim > axis for leaf in part.wrong) or _long(part.wrong, axis) < 3:
            continue
        name = _axis_name(a, part.wrong[0].path, axis, part.wrong[0].expected.ndim)
        for text, made in WHOLE:
            if all(agree(leaf.got, np.asarray(made(leaf.expected, axis)), a.tolerance) for leaf in part.wrong):
                return Finding("order", f"{text.replace('{axis}', name)}.", part.wrong[0].case)
        late = _shifted(a, part, axis)
        if late:
            return Finding("order", f"{{subject}} {{is}} right, but one place too {late} along {name}.",
                           part.wrong[0].case)
    return _sorted(a, part)


def _long(leaves: tuple[Leaf, ...], axis: int) -> int:
    return max(leaf.expected.shape[axis] for leaf in leaves)


def _axis_name(a: Answers, path: Path, axis: int, ndim: int) -> str:
    symbol = a.axes(path, ndim)[axis]
    if symbol.startswith("T"):
        return "time"
    return f"axis {axis}" + (f", which is {symbol}" if symbol else "") if ndim > 1 else "its entries"


def _shifted(a: Answers, part: Part, axis: int) -> str:
    """``late`` or ``early``, if every array but its end is right one place further."""
    for word, got_side, expected_side in (("late", _early, _late), ("early", _late, _early)):
        pairs = [(got_side(leaf.got, axis), expected_side(leaf.expected, axis)) for leaf in part.wrong
                 if leaf.expected.shape[axis] > 1]
        if pairs and sum(e.size for _, e in pairs) >= 3 and all(
            e.any() and _varied(e) and agree(g, e, a.tolerance) for g, e in pairs
        ):
            return word
    return ""


def _varied(x: np.ndarray) -> bool:
    return x.size < 2 or bool(np.ptp(x) > 1e-3 * np.max(np.abs(x)))


def _sorted(a: Answers, part: Part) -> Finding | None:
    """The right numbers, in an order that no rule above explains."""
    if all(leaf.got.size > 3 and agree(np.sort(leaf.got, axis=None), np.sort(leaf.expected, axis=None), a.tolerance)
           for leaf in part.wrong):
        return Finding("order", "{subject} {has} the right numbers in other places.", part.wrong[0].case)
    return None

