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

TWO = "Two slips at once. "


def known_mistake(a: Answers) -> Diagnosis | None:
    """The mistake that gives this answer in all cases."""
    wrong, tolerance = a.wrong, matching(a.tolerance)
    may = _may_be(a, wrong[0], tolerance) if wrong else set()
    for name, message in a.info.messages.items():
        if name in may and all(same(value, case.mistakes[name], tolerance) for value, case in zip(a.values, a.cases)):
            return Diagnosis(False, "mistake", f"{rights(a)}{without_claims(a, message)}", wrong[0], mistake=name)
    return None


def _may_be(a: Answers, case: int, tolerance: Tolerance) -> set[str]:
    """The mistakes that are worth comparing with the value of a case."""
    found = set(a.cases[case].mistakes)
    for leaf in a.leaves:
        if leaf.case == case and found:
            found &= a.maybe(leaf, tolerance)
    return found


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
        if isinstance(wrong, Failure) or isinstance(a.values[i], Failure) or _all_vanish(a, i):
            return False
        if same(a.values[i], wrong, matching(a.tolerance)):
            seen += sum(array.size for _, array in parts(wrong) if isinstance(array, np.ndarray))
        elif all(np.isfinite(array).all() for _, array in parts(wrong) if isinstance(array, np.ndarray)):
            return False
    return seen >= relations.ENOUGH


def _all_vanish(a: Answers, case: int) -> bool:
    wrong = [leaf for part in a.parts for leaf in part.wrong if leaf.case == case]
    return bool(wrong) and all(map(relations.vanishes, wrong))


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
    two = TWO if message.startswith(TWO) else ""
    rest = CLAIM.sub("", message.removeprefix(two))
    return two + rest[:1].upper() + rest[1:] if two + rest != message else message


def by_part(a: Answers, part: Part) -> Finding | None:
    """The mistake that gives this part in all cases, whatever the other parts are.

    None is named where the part is one number, the same in every case, or where several mistakes give it. Two slips at
    once do not count beside one of the two: the other is in another part.
    """
    if not part.path:
        return None
    may = a.maybe(part.wrong[0], matching(a.tolerance))
    names = [name for name in a.info.messages if name in may and _gives(a, part, name)]
    names = [name for name in names if not any(name != one and one in name.split("_and_") for one in names)]
    if a.info.called and len({x for leaf in part.wrong for x in leaf.got.ravel().tolist()}) < 2:
        return None
    if all(map(relations.vanishes, part.wrong)):
        return None
    if len(names) != 1 and not (names and not a.info.called):
        return None
    text = quoted(a, a.info.messages[names[0]])
    bare = len(a.parts) == 1 or text.startswith("`")
    return Finding("mistake", text if bare else f"{{subject}}: {text}", part.wrong[0].case, mistake=names[0])


def _gives(a: Answers, part: Part, name: str) -> bool:
    tolerance = matching(a.tolerance)
    return all(wrong is not None and agree(leaf.got, wrong, tolerance) for leaf, wrong in beside(a, part, name)) \
        and _complete(a, part, name)


def quoted(a: Answers, message: str) -> str:
    """A mistake's message as the text of a finding."""
    return without_claims(a, message).replace("{", "{{").replace("}", "}}")


def beside(a: Answers, part: Part, name: str) -> Iterator[tuple[Leaf, np.ndarray | None]]:
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
