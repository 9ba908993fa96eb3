"""Known mistakes: the whole answer, one part at a time, and up to a sign, a transpose or a size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from rnngrade.diagnosis import relations
from rnngrade.diagnosis.answers import Answers, Leaf, Part, same
from rnngrade.diagnosis.verdict import Diagnosis, Finding
from rnngrade.diagnosis.words import joined, subject
from rnngrade.outcomes import Failure
from rnngrade.values import Tolerance, agree, as_array, part_at

CLAIM = re.compile(r"^(?:[\w, `()|*-]+ (?:is|are) right(?: here)?|All right but [\w\[\]` -]+?)(?:[.:;]) +", re.ASCII)


def known_mistake(a: Answers) -> Diagnosis | None:
    """The mistake that gives this answer in all cases."""
    wrong, tolerance = a.wrong, matching(a.tolerance)
    for name, message in a.info.messages.items() if wrong else ():
        if all(same(value, case.mistakes[name], tolerance) for value, case in zip(a.values, a.cases)):
            return Diagnosis(False, "mistake", f"{rights(a)}{without_claims(a, message)}", wrong[0], mistake=name)
    return None


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
    return CLAIM.sub("", message) if a.info.parts or a.right else message


def by_part(a: Answers, part: Part) -> Finding | None:
    """The mistake that gives this part in all cases, whatever the other parts are."""
    if not part.path:
        return None
    for name, message in a.info.messages.items():
        if all(agree(leaf.got, wrong, matching(a.tolerance)) if wrong is not None else False
               for leaf, wrong in _beside(a, part, name)) and _complete(a, part, name):
            return Finding("mistake", _quoted(a, message), part.wrong[0].case, mistake=name)
    return None


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


def _right_there(a: Answers, against: Part) -> bool:
    """A mistake that gives the right value in these cases explains nothing."""
    expected = {(leaf.case, leaf.path): leaf.expected for leaf in a.leaves}
    return any(agree(leaf.expected, expected[leaf.case, leaf.path], a.tolerance) for leaf in against.wrong)
