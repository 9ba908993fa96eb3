"""Known mistakes: the whole answer, one part at a time, and up to a sign, a transpose or a size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from rnngrade.diagnosis import facts, relations
from rnngrade.diagnosis.answers import Answers, Leaf, Part, same
from rnngrade.diagnosis.verdict import Diagnosis, Finding
from rnngrade.diagnosis.words import joined, subject
from rnngrade.outcomes import Failure
from rnngrade.values import Tolerance, agree, as_array, part_at, parts

CLAIM = re.compile(
    r"^(?:[\w, `()|*-]+ (?:is|are) right(?: here)?|All right but [\w\[\]` -]+?)(?:[.:;]|, but) +", re.ASCII)
MOST_PAIRED = 80


def known_mistake(a: Answers) -> Diagnosis | None:
    """The mistake that gives this answer in all cases."""
    wrong, tolerance = a.wrong, matching(a.tolerance)
    for name, message in a.info.messages.items() if wrong else ():
        if all(same(value, case.mistakes[name], tolerance) for value, case in zip(a.values, a.cases)):
            return Diagnosis(False, "mistake", f"{rights(a)}{without_claims(a, message)}", wrong[0], mistake=name)
    return None


def known_where_wrong(a: Answers) -> Diagnosis | None:
    """The one mistake that gives this answer in the cases that are wrong, though not in those that are right.

    So it is where a special case is taken care of, or where the mistake itself ends in NaN and the answer does not.
    """
    names = [name for name in a.info.messages if a.info.called and _where_wrong(a, name)]
    if len(names) != 1:
        return None
    message = without_claims(a, a.info.messages[names[0]])
    about = facts.which(a, a.wrong)
    return Diagnosis(False, "mistake", f"{rights(a)}{message} {about}".strip(), a.wrong[0], mistake=names[0])


def _where_wrong(a: Answers, name: str) -> bool:
    seen = 0
    for i in a.wrong:
        wrong = a.cases[i].mistakes[name]
        if isinstance(wrong, Failure) or isinstance(a.values[i], Failure):
            return False
        if same(a.values[i], wrong, matching(a.tolerance)):
            seen += sum(array.size for _, array in parts(wrong) if isinstance(array, np.ndarray))
        elif all(np.isfinite(array).all() for _, array in parts(wrong) if isinstance(array, np.ndarray)):
            return False
    return seen >= relations.ENOUGH


def matching(tolerance: Tolerance) -> Tolerance:
    """How near a known mistake has to be: what a key holds of it has seven digits."""
    return Tolerance(max(tolerance.rtol, 1e-6), tolerance.atol)


def rights(a: Answers) -> str:
    """The parts that are right in all cases, as a sentence; nothing where there is one part or none is right."""
    if not a.right or not a.parts:
        return ""
    names = [subject(a, path) for path in a.right]
    if len(names) > 6:
        return f"{len(names)} of the {len(names) + len(a.parts)} parts are right. "
    text = f"{joined(names)} {'is' if len(names) == 1 else 'are'} right. "
    return text[:1].upper() + text[1:]


def without_claims(a: Answers, message: str) -> str:
    """The message without a first sentence about parts that are right: that is seen here, and may not hold."""
    if not isinstance(a.cases[0].expected, tuple | dict):
        return message
    rest = CLAIM.sub("", message)
    return rest[:1].upper() + rest[1:] if rest != message else message


def by_part(a: Answers, part: Part) -> Finding | None:
    """The mistake that gives this part in all cases, whatever the other parts are.

    None is named where the part is one number, the same in every case, or where several mistakes give it.
    """
    if not part.path:
        return None
    names = [name for name in a.info.messages if _gives(a, part, name)]
    if a.info.called and len({x for leaf in part.wrong for x in leaf.got.ravel().tolist()}) < 2:
        return None
    if len(names) != 1 and not (names and not a.info.called):
        return None
    text = _quoted(a, a.info.messages[names[0]])
    bare = len(a.parts) == 1 or text.startswith("`")
    return Finding("mistake", text if bare else f"{{subject}}: {text}", part.wrong[0].case, mistake=names[0])


def _gives(a: Answers, part: Part, name: str) -> bool:
    tolerance = matching(a.tolerance)
    return all(wrong is not None and agree(leaf.got, wrong, tolerance) for leaf, wrong in _beside(a, part, name)) \
        and _complete(a, part, name)


def _quoted(a: Answers, message: str) -> str:
    return without_claims(a, message).replace("{", "{{").replace("}", "}}")


def _beside(a: Answers, part: Part, name: str) -> Iterator[tuple[Leaf, np.ndarray | None]]:
    """Each array that is wrong in this part, with what the mistake gives there."""
    for leaf in part.wrong:
        yield leaf, _mistaken(a, leaf, name)


def _mistaken(a: Answers, leaf: Leaf, name: str) -> np.ndarray | None:
    value: Any = a.cases[leaf.case].mistakes[name]
    if isinstance(value, Failure):
        return None
    try:
        return as_array(part_at(value, leaf.path))
    except KeyError:
        return None


def _complete(a: Answers, part: Part, name: str) -> bool:
    """Where the part is right, the mistake gives the right value there too."""
    for leaf in a.leaves:
        if leaf.path[:1] == part.path and leaf not in part.wrong:
            wrong = _mistaken(a, leaf, name)
            if wrong is None or not agree(leaf.got, wrong, matching(a.tolerance)):
                return False
    return True


def nearly(a: Answers, part: Part) -> Finding | None:
    """A known mistake and one slip more: its sign, its transpose, or a factor that is a size."""
    if sum(leaf.got.size for leaf in part.wrong) < relations.ENOUGH:
        return None
    for name, message in a.info.messages.items():
        pairs = list(_beside(a, part, name))
        if any(wrong is None or wrong.dtype.kind not in "iuf" for _, wrong in pairs):
            continue
        against = Part(part.path, tuple(Leaf(leaf.case, leaf.path, leaf.got, wrong) for leaf, wrong in pairs
                                        if wrong is not None), part.cases)
        more = relations.second_slip(a, against)
        if more and not _right_there(a, against):
            text = f"Two slips at once in {{subject}}. {_quoted(a, message)} And {more}"
            return Finding("several", text, part.wrong[0].case, mistake=name)
    return None


def two_at_once(a: Answers, part: Part) -> Finding | None:
    """Two known mistakes whose effects add up, or multiply, to what was got.

    So it is where they change different terms of a sum, or different factors of a product.
    """
    if not relations.alike(part) or sum(leaf.got.size for leaf in part.wrong) < relations.ENOUGH:
        return None
    names, changes = _changes(a, part)
    if len(names) < 2:
        return None
    got, right, allowed = (np.concatenate(arrays) for arrays in zip(*(_scaled(a, leaf) for leaf in part.wrong)))
    for target, each, join in ((got - right, changes, np.add), (got * right, changes + right, np.multiply)):
        for i, j in _pairs(target, each, join, allowed):
            text = " And: ".join(_quoted(a, a.info.messages[names[k]]) for k in (i, j))
            return Finding("several", f"Two slips at once in {{subject}}. {text}", part.wrong[0].case, mistake=names[i])
    return None


def _scaled(a: Answers, leaf: Leaf) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Got, expected and the error allowed, entry by entry, in units of the largest expected entry."""
    scale = float(np.max(np.abs(leaf.expected))) or 1.0
    allowed = 4 * max(matching(a.tolerance).allowed(leaf.expected), a.tolerance.atol) / scale
    return leaf.got.ravel() / scale, leaf.expected.ravel() / scale, np.full(leaf.got.size, allowed)


def _changes(a: Answers, part: Part) -> tuple[list[str], np.ndarray]:
    """What each mistake changes, scaled, over all arrays of the part; those that change nothing are left out."""
    names, rows = [], []
    for name in list(a.info.messages)[:MOST_PAIRED]:
        row = [_change(leaf, wrong) for leaf, wrong in _beside(a, part, name)]
        whole = None if any(piece is None for piece in row) else np.concatenate([p for p in row if p is not None])
        if whole is not None and np.max(np.abs(whole)) > 1e-3 and np.isfinite(whole).all():
            names.append(name)
            rows.append(whole)
    return names, np.array(rows)


def _change(leaf: Leaf, wrong: np.ndarray | None) -> np.ndarray | None:
    if wrong is None or wrong.shape != leaf.expected.shape or wrong.dtype.kind not in "iuf":
        return None
    return (wrong - leaf.expected).ravel() / (float(np.max(np.abs(leaf.expected))) or 1.0)


def _pairs(target: np.ndarray, each: np.ndarray, join: Any, allowed: np.ndarray) -> Iterator[tuple[int, int]]:
    """The pairs of rows that join to the target: first seen on a few entries, then on all."""
    some = np.unique(np.linspace(0, target.size - 1, 12).astype(int))
    few, slack = each[:, some], 3 * allowed[some]
    for i in range(len(each)):
        for j in i + np.flatnonzero((np.abs(join(few[i:], few[i]) - target[some]) <= slack).all(1)):
            if j != i and (np.abs(join(each[i], each[j]) - target) <= 3 * allowed).all():
                yield i, int(j)


def _right_there(a: Answers, against: Part) -> bool:
    """A mistake that gives the right value in these cases explains nothing."""
    expected = {(leaf.case, leaf.path): leaf.expected for leaf in a.leaves}
    return any(agree(leaf.expected, expected[leaf.case, leaf.path], a.tolerance) for leaf in against.wrong)
