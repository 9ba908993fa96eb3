"""A function's numbers, part by part: what is wrong with each, which parts and cases are right, and where."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnngrade.diagnosis import facts, figures, known, order, places, relations, structure, twice
from rnngrade.diagnosis.answers import Answers, Leaf, Part
from rnngrade.diagnosis.known import rights
from rnngrade.diagnosis.verdict import Diagnosis, Finding
from rnngrade.diagnosis.words import index, joined, number, sentence, shown_case, subject

MOST_SENTENCES = 3
PART_RULES: tuple[Callable[[Answers, Part], Finding | None], ...] = (
    known.by_part, structure.transposed, structure.turned_about, structure.wrong_shape, structure.wrong_dtype,
    structure.not_finite, relations.constant, relations.scaled, order.other_part, relations.function_of,
    relations.constant_factor, relations.vanishing, order.moved, twice.two_slips, relations.offset, relations.digits,
)  # fmt: skip


def each_part(a: Answers) -> Diagnosis:
    """The verdict on an answer that is wrong in its numbers."""
    if not a.parts:
        i = a.wrong[0]
        return Diagnosis(False, "differs", f"`{a.info.answer}` is not what is expected.{shown_case(a, i)}", i)
    found = [(part, _finding(a, part)) for part in a.parts]
    first = found[0][1]
    kinds = {finding.text for _, finding in found}
    kind = first.kind if len(kinds) == 1 or first.kind == "differs" else "several"
    if all(finding.kind == "differs" for _, finding in found):
        kind = "differs"
    return Diagnosis(False, kind, _message(a, found), first.case, first.got, first.expected, first.mistake)


def wrong_arrays(a: Answers) -> Diagnosis | None:
    """Of a model: predictions of another shape, or no numbers at all."""
    leaves = [leaf for leaf in a.leaves if leaf.case in a.wrong]
    for rule in (structure.wrong_shape, structure.not_finite):
        finding = rule(a, Part((), tuple(leaves), tuple(a.wrong))) if leaves else None
        if finding is not None:
            text = sentence(finding.text, [subject(a, ())])
            return Diagnosis(False, finding.kind, text, finding.case, finding.got, finding.expected)
    return None


def _finding(a: Answers, part: Part) -> Finding:
    if not a.info.called:
        return figures.finding(a, part)
    found = next(filter(None, (rule(a, part) for rule in PART_RULES)), None)
    return found if found is not None else _differs(a, part)


def _message(a: Answers, found: list[tuple[Part, Finding]]) -> str:
    """Which parts are right, what is wrong with each of the others, and which cases show it."""
    texts: dict[str, list[Part]] = {}
    for part, finding in found:
        texts.setdefault(finding.text, []).append(part)
    said = [sentence(text, [subject(a, part.path) for part in parts]) for text, parts in texts.items()]
    left = [subject(a, part.path) for parts in list(texts.values())[MOST_SENTENCES:] for part in parts]
    more = [f"{joined(left)} differ{'s' if len(left) == 1 else ''} too."] if left else []
    return " ".join([rights(a).strip(), *said[:MOST_SENTENCES], *more, _cases(a, found)]).strip()


def _cases(a: Answers, found: list[tuple[Part, Finding]]) -> str:
    """Which cases are right and what sets the others apart; where all are wrong and unexplained, the first."""
    wrong = sorted({i for part, _ in found for i in part.cases})
    if len(wrong) < len(a.cases):
        return facts.which(a, wrong, shown="Case " in " ".join(finding.text for _, finding in found))
    bare = [finding.case for _, finding in found if finding.kind in ("differs", "place")]
    if not bare or not a.info.called:
        return ""
    return (f"All {len(a.cases)} cases differ." if len(a.cases) > 1 else "") + shown_case(a, bare[0])


def _differs(a: Answers, part: Part) -> Finding:
    """Where the part is right, and the largest error in the first case that differs."""
    smallest = [leaf for leaf in part.wrong if leaf.case == a.smallest]
    leaf = (smallest or part.wrong)[0]
    name = "{subject}" if leaf.path == part.path else subject(a, leaf.path).replace("{", "{{").replace("}", "}}")
    where = places.where(a, part)
    text = f"{name} {_largest(a, leaf)}{' ' + where if where else ''}"
    return Finding("place" if where else "differs", text, leaf.case, *_pair(a, leaf))


def _at(leaf: Leaf) -> tuple[int, ...]:
    distance = np.abs(leaf.got.astype(complex) - leaf.expected)
    distance = np.where(np.isnan(distance), np.inf, distance)
    return tuple(int(k) for k in np.unravel_index(np.argmax(distance), distance.shape))


def _pair(a: Answers, leaf: Leaf) -> tuple[str, str]:
    at = _at(leaf)
    got, expected = leaf.got[at], leaf.expected[at]
    return next((pair for pair in ((number(got, n), number(expected, n)) for n in (6, 9, 12)) if pair[0] != pair[1]),
                (number(got, 17), number(expected, 17)))


def _largest(a: Answers, leaf: Leaf) -> str:
    at = _at(leaf)
    got, expected = _pair(a, leaf)
    if leaf.expected.dtype.kind == "b" or (leaf.got.dtype.kind == "b" and leaf.expected.dtype.kind in "iu"):
        bad = int(np.sum(leaf.got.astype(float) != leaf.expected.astype(float)))
        count = f"differ{{s}} in {bad} of {leaf.got.size} entries, the first" if at else "{is} wrong"
        first = tuple(int(k) for k in np.argwhere(leaf.got.astype(float) != leaf.expected)[0]) if at else ()
        got, expected = str(leaf.got[first]), str(leaf.expected[first])
        if leaf.expected.dtype.kind == "b" and got in "01":
            got = str(bool(leaf.got[first]))
        return f"{count}{f' at {index(a, leaf.path, first)}' if first else ''}: {got}, expected {expected}."
    place = f" most at {index(a, leaf.path, at)}" if at else ""
    return f"differ{{s}}{place}: {got}, expected {expected}.".replace("differ{s}:", "{is} wrong:")
