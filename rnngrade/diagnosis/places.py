"""Where in an array the answer is right: along an axis, under a mask, on a diagonal, where the right value is zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from rnngrade.axes import place
from rnngrade.diagnosis.answers import Answers, Leaf, Part


@dataclass(frozen=True)
class _Seen:
    """One array with the entries that are wrong."""

    leaf: Leaf
    bad: np.ndarray


def where(a: Answers, part: Part) -> str:
    """A sentence on where the part is wrong and where it is right, true in all cases; empty if there is none."""
    if not all(leaf.got.shape == leaf.expected.shape for leaf in part.wrong):
        return ""
    seen = [_Seen(leaf, _bad(a, leaf)) for leaf in part.wrong]
    if not any(one.bad.size > 1 and not one.bad.all() for one in seen):
        return ""
    rules = (_one_end, partial(_masked, value=False), _along, _square, partial(_masked, value=True), _kinds)
    return next((text for rule in rules for text in rule(a, seen)), "")


def _bad(a: Answers, leaf: Leaf) -> np.ndarray:
    allowed = a.tolerance.allowed(leaf.expected)
    got, expected = leaf.got.astype(complex), leaf.expected.astype(complex)
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return ~same & ~(np.abs(got - expected) <= allowed)


def _partly(seen: Sequence[_Seen]) -> bool:
    return any(not one.bad.all() for one in seen)


def _masked(a: Answers, seen: Sequence[_Seen], value: bool) -> Iterator[str]:
    """Only entries where a boolean argument is False, or True, differ."""
    names = [name for name, arg in a.argument(seen[0].leaf.case).items()
             if isinstance(arg, np.ndarray) and arg.dtype == bool and arg.ndim]
    for name in names:
        masks = [_beside(a.argument(one.leaf.case).get(name), one.bad) for one in seen]
        if any(mask is None for mask in masks):
            continue
        pairs = [(one.bad, mask) for one, mask in zip(seen, masks) if mask is not None]
        inside = all(not bad[mask != value].any() for bad, mask in pairs)
        if inside and any((mask != value).any() for _, mask in pairs):
            yield f"It differs only where `{name}` is {value}; where it is {not value}, all is right."


def _beside(mask: object, bad: np.ndarray) -> np.ndarray | None:
    """The mask spread over the entries of an array whose first axes are its own, or have a state more in front."""
    if not isinstance(mask, np.ndarray) or mask.ndim > bad.ndim:
        return None
    if bad.shape[0] == mask.shape[0] + 1 and bad.shape[1 : mask.ndim] == mask.shape[1:]:
        mask = np.concatenate([np.ones_like(mask[:1]), mask])
    if mask.shape != bad.shape[: mask.ndim]:
        return None
    return np.broadcast_to(mask.reshape(mask.shape + (1,) * (bad.ndim - mask.ndim)), bad.shape)


def _along(a: Answers, seen: Sequence[_Seen]) -> Iterator[str]:
    """A side of one axis, at an index that is the same in all cases, counted from the start, from the end, or by an
    argument."""
    for axis, k, telling in _lines(a, seen):
        yield from _sides(axis, k, [line for _, line in telling])
        yield from _by_argument(a, axis, k, telling)


def _one_end(a: Answers, seen: Sequence[_Seen]) -> Iterator[str]:
    """Only the first or the last entry along an axis."""
    for axis, k, telling in _lines(a, seen):
        if all(not line[1:].any() for _, line in telling):
            yield f"It differs only at {_entry(axis, k, 0)}."
        if all(not line[:-1].any() for _, line in telling):
            yield f"It differs only at {_last(axis, k)}."


Lines = Sequence[tuple[_Seen, np.ndarray]]


def _lines(a: Answers, seen: Sequence[_Seen]) -> Iterator[tuple[str, int, Lines]]:
    """Each axis that tells something, with the entries along it at which anything is wrong."""
    for k in range(min(one.bad.ndim for one in seen)):
        lines = [(one, np.asarray(one.bad.any(tuple(j for j in range(one.bad.ndim) if j != k)))) for one in seen]
        telling = [(one, line) for one, line in lines if len(line) > 1]
        if telling and not all(line.all() for _, line in telling) and max(len(line) for _, line in telling) > 2:
            yield a.axes(seen[0].leaf.path, seen[0].bad.ndim)[k], k, telling


def _sides(axis: str, k: int, lines: Sequence[np.ndarray]) -> Iterator[str]:
    first, last = _entry(axis, k, 0), _last(axis, k)
    if all(not line[0] and line[1:].all() for line in lines):
        yield f"It is right at {first}, and wrong from {_entry(axis, k, 1)} on."
    if all(not line[-1] and line[:-1].all() for line in lines):
        yield f"It is right at {last}, and wrong at all before."
    starts = {int(np.argmax(line)) for line in lines}
    if len(starts) == 1 and min(starts) > 0 and all(line[min(starts):].all() for line in lines):
        yield f"It is right up to {_entry(axis, k, min(starts) - 1)}, and wrong from {_entry(axis, k, min(starts))} on."
    ends = {int(np.argmax(line[::-1])) for line in lines}
    if len(ends) == 1 and min(ends) > 0 and all(line[: len(line) - min(ends)].all() for line in lines):
        yield f"Its last {min(ends)} entries along {_name(axis, k)} are right, and all before are wrong."
    if len(starts) == 1 and min(starts) > 0:
        yield f"It is right up to {_entry(axis, k, min(starts) - 1)}."
    if len(ends) == 1 and min(ends) > 0:
        plural = f"last {min(ends)} entries" if min(ends) > 1 else "last entry"
        yield f"Its {plural} along {_name(axis, k)} {'are' if min(ends) > 1 else 'is'} right."


def _by_argument(a: Answers, axis: str, k: int, telling: Lines) -> Iterator[str]:
    """Right before a step that an argument names, or from it on; or wrong at every so many steps."""
    offset = 0 if axis == "T+1" else 1 if axis == "T" else 0
    for name in a.argument(telling[0][0].leaf.case):
        given = [a.argument(one.leaf.case).get(name) for one, _ in telling]
        values = [value for value in given if type(value) is int and value > 0]
        if len(values) < len(given):
            continue
        marks = [(line, value - offset) for (_, line), value in zip(telling, values)]
        if not any(0 < mark < len(line) for line, mark in marks):
            continue
        yield from _split(name, marks, offset)


def _split(name: str, marks: Sequence[tuple[np.ndarray, int]], offset: int) -> Iterator[str]:
    for shift, word in ((0, ""), (1, " + 1"), (-1, " - 1")):
        cut = [(line, min(max(mark + shift, 0), len(line))) for line, mark in marks]
        inside = any(0 < mark < len(line) for line, mark in cut)
        if inside and all(not line[:mark].any() and line[mark:].all() for line, mark in cut):
            yield f"It is right before t = {name}{word}, and wrong from there on."
        if inside and all(line[:mark].all() and not line[mark:].any() for line, mark in cut):
            yield f"It is wrong before t = {name}{word}, and right from there on."
    periods = [(line, mark + offset) for line, mark in marks]
    if all(period > 1 and not np.delete(line, np.s_[::period]).any() for line, period in periods):
        yield f"It differs only at the steps 0, {name}, 2 {name} .. of the array: the first of every {name}."
    if all(period > 1 and not np.delete(line, np.s_[period - 1 :: period]).any() for line, period in periods):
        yield f"It differs only at the last of every {name} steps."


def _entry(axis: str, k: int, index: int) -> str:
    said = place(axis, index)
    if axis == "T":
        return f"{said} (index {index})"
    return said if axis else f"index {index} of axis {k}"


def _last(axis: str, k: int) -> str:
    return "the last step" if axis.startswith("T") else f"the last entry along {_name(axis, k)}"


def _name(axis: str, k: int) -> str:
    return "time" if axis.startswith("T") else f"axis {k}" + (f" ({axis})" if axis else "")


def _square(a: Answers, seen: Sequence[_Seen]) -> Iterator[str]:
    """The diagonal, or what lies on one side of it."""
    if not all(one.bad.ndim == 2 and one.bad.shape[0] == one.bad.shape[1] for one in seen):
        return
    large = [one.bad for one in seen if len(one.bad) > 1]
    if not large:
        return
    diagonal = [np.eye(len(bad), dtype=bool) for bad in large]
    if all(not bad[~eye].any() for bad, eye in zip(large, diagonal)):
        yield "It differs only on the diagonal."
    if all(not bad[eye].any() for bad, eye in zip(large, diagonal)):
        above = all(not np.tril(bad).any() for bad in large)
        below = all(not np.triu(bad).any() for bad in large)
        yield "It differs only above the diagonal." if above else "It differs only below the diagonal." if below \
            else "Its diagonal is right; what differs is beside it."


def _kinds(a: Answers, seen: Sequence[_Seen]) -> Iterator[str]:
    """Only where the right value is zero, negative, positive, or not finite."""
    values = [one.leaf.expected for one in seen]
    if any(value.dtype.kind not in "iufb" for value in values):
        return
    kinds = (
        ("0", [value == 0 for value in values]),
        ("negative", [value < 0 for value in values]),
        ("positive", [value > 0 for value in values]),
    )
    for word, holds in kinds:
        if all(not one.bad[~inside].any() for one, inside in zip(seen, holds)) and any(
            (~inside).any() for inside in holds
        ):
            yield f"It differs only where the right value is {word}."
