"""Labels: how many are right, and what keeps one from counting at all."""

from __future__ import annotations

from typing import Any

from rnngrade.diagnosis.answers import Answers
from rnngrade.diagnosis.verdict import Diagnosis
from rnngrade.diagnosis.words import outline, shortened
from rnngrade.values import Path, part_at, parts


def wrong_choice(a: Answers) -> Diagnosis | None:
    """How many labels are right; never which the right one is."""
    if a.info.kind != "choice":
        return None
    got, expected = a.values[0], a.cases[0].expected
    labels = list(parts(expected))
    right = sum(_right_label(got, path, label) for path, label in labels)
    count = f"{right} of {len(labels)} are right." if len(labels) > 1 else "Not this one."
    return Diagnosis(False, "differs", f"{count} {_misspelt(a, got, expected)}", 0)


def _misspelt(a: Answers, got: Any, expected: Any) -> str:
    """What keeps a choice from counting at all: other keys, or a word that is no label. Neither tells the answer."""
    if isinstance(expected, dict) and _inverted(got, expected):
        return f"`{a.info.answer}` has labels as its keys: the letters are the keys, the labels their values."
    if isinstance(expected, dict) and not (isinstance(got, dict) and got.keys() == expected.keys()):
        return f"`{a.info.answer}` should be {outline(expected)}; it is {outline(got)}."
    known = {label for value in (expected, *a.cases[0].mistakes.values()) for _, label in parts(value)}
    strange = [part if isinstance(part, str) else outline(part) for _, part in parts(got)
               if not (isinstance(part, str) and part in known)]
    if not strange:
        return _twice(got, expected) or "Go back to what tells the possibilities apart."
    return f"{shortened(strange[0])!r} is none of the labels."


def _inverted(got: Any, expected: dict[str, Any]) -> bool:
    labels = {label for label in expected.values() if isinstance(label, str)}
    return isinstance(got, dict) and bool(got) and set(got) <= labels and not set(got) & set(expected)


def _twice(got: Any, expected: Any) -> str:
    """A label that is given twice, where all are different; this tells no more than that they are."""
    given = [label for _, label in parts(got)]
    if len({label for _, label in parts(expected)}) < len(list(parts(expected))):
        return ""
    repeated = sorted({label for label in given if given.count(label) > 1})
    unused = sorted({label for _, label in parts(expected)} - set(given))
    if not repeated or not unused:
        return ""
    return f"You give {repeated[0]!r} {given.count(repeated[0])} times and {unused[0]!r} never, and each fits once."


def _right_label(got: Any, path: Path, label: Any) -> bool:
    try:
        part = part_at(got, path)
    except KeyError:
        return False
    return isinstance(part, str) and part == label  # an array would compare entry by entry
