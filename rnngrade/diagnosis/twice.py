"""Two slips at once: a known mistake with a sign, a size or a transpose on top, or two that add or multiply up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rnngrade.diagnosis import relations
from rnngrade.diagnosis.answers import Answers, Leaf, Part
from rnngrade.diagnosis.known import beside, matching, quoted
from rnngrade.diagnosis.verdict import Finding
from rnngrade.values import agree

MOST = 80
Named = tuple[list[str], np.ndarray]
"""Mistakes by name, and what each changes in the arrays of a part, one row a mistake, in units of the right ones."""


def two_slips(a: Answers, part: Part) -> Finding | None:
    """Whichever of the two is seen."""
    if not relations.alike(part) or sum(leaf.got.size for leaf in part.wrong) < relations.ENOUGH:
        return None
    known = _changes(a, part)
    if not known[0] or not all(np.isfinite(leaf.got).all() for leaf in part.wrong):
        return None
    return _one_more(a, part, known) or _two_known(a, part, known)


def _one_more(a: Answers, part: Part, known: Named) -> Finding | None:
    """A known mistake and one slip more: its sign, its transpose, or a factor that is a size."""
    names, changes = known
    for k in _proportional(part.wrong[0], changes):
        pairs = [(leaf, wrong) for leaf, wrong in beside(a, part, names[k]) if wrong is not None]
        against = Part(part.path, tuple(Leaf(x.case, x.path, x.got, wrong) for x, wrong in pairs), part.cases)
        more = relations.second_slip(a, against)
        if more and not any(agree(wrong, x.expected, a.tolerance) for x, wrong in pairs):
            text = f"Two slips at once in {{subject}}. {quoted(a, a.info.messages[names[k]])} And {more}"
            return Finding("several", text, part.wrong[0].case, mistake=names[k])
    return None


def _proportional(leaf: Leaf, changes: np.ndarray) -> Iterator[int]:
    """The mistakes of which the first array is a multiple, as it is, transposed or reversed: few are left."""
    wrong = changes[:, : leaf.got.size] + _scaled_by(leaf, leaf.expected)
    forms = [leaf.got, *([leaf.got.T] if leaf.got.ndim == 2 else []), *([leaf.got[::-1]] if leaf.got.ndim else [])]
    squares = (wrong * wrong).sum(1)
    for got in (_scaled_by(leaf, form) for form in forms if form.shape == leaf.expected.shape):
        times = np.divide(wrong @ got, squares, out=np.zeros_like(squares), where=squares > 0)
        off = np.abs(got - times[:, None] * wrong).max(1)
        yield from np.flatnonzero((off <= 1e-3 * np.abs(got).max()) & (times != 0)).tolist()


def _scaled_by(leaf: Leaf, array: np.ndarray) -> np.ndarray:
    return array.ravel() / (float(np.max(np.abs(leaf.expected))) or 1.0)


def _two_known(a: Answers, part: Part, known: Named) -> Finding | None:
    """Two known mistakes whose effects add up, or multiply, to what was got.

    So it is where they change different terms of a sum, or different factors of a product.
    """
    names, changes = known
    got, right, allowed = (np.concatenate(arrays) for arrays in zip(*(_scaled(a, leaf) for leaf in part.wrong)))
    for target, each, join in ((got - right, changes, np.add), (got * right, changes + right, np.multiply)):
        for i, j in _pairs(target, each, join, allowed):
            text = " And: ".join(quoted(a, a.info.messages[names[k]]) for k in (i, j))
            return Finding("several", f"Two slips at once in {{subject}}. {text}", part.wrong[0].case, mistake=names[i])
    return None


def _scaled(a: Answers, leaf: Leaf) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Got, expected and the error allowed, entry by entry, in units of the largest expected entry."""
    scale = float(np.max(np.abs(leaf.expected))) or 1.0
    allowed = 4 * max(matching(a.tolerance).allowed(leaf.expected), a.tolerance.atol) / scale
    return _scaled_by(leaf, leaf.got), _scaled_by(leaf, leaf.expected), np.full(leaf.got.size, allowed)


def _changes(a: Answers, part: Part) -> Named:
    """What each mistake changes, scaled, over all arrays of the part; those that change nothing are left out."""
    names, rows = [], []
    for name in list(a.info.messages)[:MOST]:
        row = [_change(leaf, wrong) for leaf, wrong in beside(a, part, name)]
        whole = None if any(piece is None for piece in row) else np.concatenate([p for p in row if p is not None])
        if whole is not None and np.max(np.abs(whole)) > 1e-3 and np.isfinite(whole).all():
            names.append(name)
            rows.append(whole)
    return names, np.array(rows)


def _change(leaf: Leaf, wrong: np.ndarray | None) -> np.ndarray | None:
    if wrong is None or wrong.shape != leaf.expected.shape or wrong.dtype.kind not in "iuf":
        return None
    return _scaled_by(leaf, wrong - leaf.expected)


def _pairs(target: np.ndarray, each: np.ndarray, join: Any, allowed: np.ndarray) -> Iterator[tuple[int, int]]:
    """The pairs of rows that join to the target: first seen on a few entries, then on all."""
    some = np.unique(np.linspace(0, target.size - 1, 12).astype(int))
    few, slack = each[:, some], 3 * allowed[some]
    for i in range(len(each)):
        for j in i + np.flatnonzero((np.abs(join(few[i:], few[i]) - target[some]) <= slack).all(1)):
            if j != i and (np.abs(join(each[i], each[j]) - target) <= 3 * allowed).all():
                yield i, int(j)
