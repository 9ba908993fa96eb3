"""How parts, places, shapes and numbers are said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnngrade.axes import place
from rnngrade.diagnosis.answers import Answers
from rnngrade.values import Path


def subject(a: Answers, path: Path) -> str:
    """A part by its name: `` `dU` ``, `` `clipped["cell"]["W"]` ``, or the answer itself."""
    if not path:
        return f"`{a.info.answer}`"
    name = a.name(path[:1])
    if not name:
        return f"part {_counted(path[0])} of `{a.info.answer}`"
    return f"`{name}{''.join(f'[{step!r}]' for step in path[1:])}`".replace("'", '"')


def _counted(step: str | int) -> int:
    return step + 1 if isinstance(step, int) else 0


def joined(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def sentence(text: str, subjects: Sequence[str]) -> str:
    """A finding's sentence about one part or several."""
    one = len(subjects) == 1
    filled = text.format(subject=joined(subjects), **{"is": "is" if one else "are", "its": "its" if one else "their",
                                                      "has": "has" if one else "have", "s": "s" if one else ""})
    return filled[:1].upper() + filled[1:]


def numbered(cases: Sequence[int]) -> str:
    """Cases as they are counted for people: ``case 2``, ``cases 1 and 3``."""
    return f"case{'s' if len(cases) > 1 else ''} {joined([str(i + 1) for i in cases])}"


def shown_case(a: Answers, i: int) -> str:
    """A case's arguments in a few words, with what its author says of it."""
    if not a.info.called or a.info.messages is None:
        return ""
    names = a.info.arguments or tuple(f"argument {k + 1}" for k in range(len(a.cases[i].args)))
    shown = ", ".join(map(describe, names, a.cases[i].args))
    note = f" ({a.cases[i].note})" if a.cases[i].note else ""
    return f" Case {i + 1} of {len(a.cases)}{note}: {shown}."


def describe(name: str, value: Any) -> str:
    """An argument in a few words: ``h (7, 3, 4)`` or ``k = 5``."""
    if isinstance(value, np.ndarray):
        return f"{name} {value.shape}"
    text = f"{value:.6g}" if type(value) is float else repr(value)
    return f"{name} = {text}" if len(text) <= 30 else f"{name}, a {type(value).__name__}"


def outline(value: Any) -> str:
    """What kind of thing a plain value is, without its numbers."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, tuple):
        return f"{len(value)} parts"
    if isinstance(value, dict):
        return f"a dict with the keys {shortened(', '.join(sorted(value)))}" if value else "an empty dict"
    return f"an array of shape {value.shape}" if value.ndim else "a number"


def shortened(text: str) -> str:
    """An exception may quote a whole array, a label be a book: the beginning is enough."""
    return text if len(text) <= 300 else f"{text[:300]} .."


def number(value: Any, digits: int = 6) -> str:
    """A number to so many digits."""
    return f"{value:.{digits}g}" if np.asarray(value).dtype.kind in "fc" else str(value)


def index(a: Answers, path: Path, at: tuple[int, ...]) -> str:
    """An entry by its index, and the step it is where the statement counts from 1: ``[2, 0] (t = 3)``."""
    text = f"[{', '.join(map(str, at))}]"
    axes = a.axes(path, len(at))
    return f"{text} ({place('T', at[axes.index('T')])})" if "T" in axes else text
