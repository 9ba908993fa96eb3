"""The numbers behind a picture of got against expected: small, rounded, and only where looking at them helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnngrade.diagnosis import Diagnosis
from rnngrade.keys import Key, KeyGroup
from rnngrade.outcomes import Outcome
from rnngrade.values import NotPlain, agree, as_array, part_at, parts, plain

LONGEST = 60
WIDEST = 16
SHOWN = (
    "mistake", "differs", "sign", "scale", "factor", "transpose", "wrong-shape", "nan", "same-for-all", "not-enough",
    "function", "order", "constant", "digits", "place", "several",
)  # fmt: skip
Rows = list[list[float | None]]


@dataclass(frozen=True)
class Picture:
    """One array that is not as expected: both as rows of numbers (None for NaN and infinities), and what was cut off.

    ``part`` is the index or key of the array in an answer of several.
    """

    got: Rows
    expected: Rows
    part: str = ""
    cut: str = ""


def picture(key: Key, group: KeyGroup, outcomes: Sequence[Outcome], diagnosis: Diagnosis) -> Picture | None:
    """The first array that differs in the case that the diagnosis shows, or nothing.

    Only for functions: what a value or a choice should be is the answer itself.
    """
    if diagnosis.case is None or diagnosis.kind not in SHOWN or not key.info.called:
        return None
    try:
        value = plain(outcomes[diagnosis.case].value)
    except NotPlain:
        return None
    for path, expected in parts(group.cases[diagnosis.case].expected):
        got = _array_at(value, path)
        if got is not None and isinstance(expected, np.ndarray) and not agree(got, expected, key.info.tolerance):
            return _drawn(got, expected, _named(path, key.info.parts))
    return None


def _array_at(value: Any, path: tuple[str | int, ...]) -> np.ndarray | None:
    try:
        return as_array(part_at(value, path))
    except KeyError:
        return None


def _named(path: tuple[str | int, ...], names: Sequence[str]) -> str:
    if not path:
        return ""
    first = path[0]
    return names[first] if isinstance(first, int) and first < len(names) else str(first)


def _drawn(got: np.ndarray, expected: np.ndarray, part: str) -> Picture | None:
    if min(got.size, expected.size) < 1 or max(got.size, expected.size) < 2 or max(got.ndim, expected.ndim) > 3:
        return None
    sequence = _worst(got, expected)
    cut = f"sequence {sequence} of the batch" if expected.ndim == 3 and expected.shape[1] > 1 else ""
    (a, short), (b, shorter) = _rows(got, sequence), _rows(expected, sequence)
    return Picture(a, b, part, ", ".join(filter(None, (cut, "the beginning" if short or shorter else ""))))


def _worst(got: np.ndarray, expected: np.ndarray) -> int:
    """Of arrays (T, B, .), the sequence of the batch that is furthest off."""
    if expected.ndim < 3 or got.shape != expected.shape:
        return 0
    return int(np.argmax(np.abs(got - expected).max(axis=(0, 2))))


def _rows(array: np.ndarray, sequence: int) -> tuple[Rows, bool]:
    """At most a few rows and columns of ``array``, and whether there were more. Of axes (T, B, .) one ``sequence``."""
    if array.ndim == 3:
        array = array[:, min(sequence, array.shape[1] - 1)]
    if array.ndim < 2:
        array = array.reshape(1, -1)
    height, width = (WIDEST, WIDEST) if array.shape[0] > 1 else (1, LONGEST)
    real = np.abs(array) if array.dtype.kind == "c" else array.astype(float)
    rows = [[_rounded(x) for x in row] for row in real[:height, :width]]
    return rows, array.shape[0] > height or array.shape[1] > width


def _rounded(x: float) -> float | None:
    if not np.isfinite(x):
        return None
    rounded = float(f"{x:.4g}")
    return rounded if np.isfinite(rounded) else float(x)  # the largest numbers there are round up to infinity
