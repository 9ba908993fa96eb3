"""Numbers that a learner computes and hands in: what may be said of them without giving the number away.

Only the sign, per cent, degrees and the base of a logarithm are named, and a band: whoever is told how far off a
number is, or a factor, can work the right one out.
"""

from __future__ import annotations

import numpy as np

from rnngrade.diagnosis import known
from rnngrade.diagnosis.answers import Answers, Part
from rnngrade.diagnosis.relations import Function, counted, holds, relative_error
from rnngrade.diagnosis.structure import not_finite, wrong_shape
from rnngrade.diagnosis.verdict import Finding

NAMED: tuple[tuple[str, Function], ...] = (
    ("{subject} {is} right but for {its} sign.", lambda v: -v),
    ("{subject} {is} a hundred times too large: is it in per cent?", lambda v: 100.0 * v),
    ("{subject} {is} a hundred times too small: are per cent asked?", lambda v: v / 100.0),
    ("{subject} {is} in degrees, and radians are asked.", np.degrees),
    ("{subject} {is} in radians, and degrees are asked.", np.radians),
    ("{subject} {is} a logarithm to base 2, and the natural one is asked.", lambda v: v / np.log(2)),
    ("{subject} {is} a logarithm to base 10, and the natural one is asked.", lambda v: v / np.log(10)),
    ("{subject} {is} a natural logarithm, and base 2 is asked.", lambda v: v * np.log(2)),
    ("{subject} {is} a natural logarithm, and base 10 is asked.", lambda v: v * np.log(10)),
)
NEAR = 2e-2


def finding(a: Answers, part: Part) -> Finding:
    """What is said of one part."""
    leaf = part.wrong[0]
    for rule in (known.by_part, wrong_shape, not_finite):
        found = rule(a, part)
        if found is not None:
            return found
    if leaf.got.dtype.kind in "iuf" and np.isfinite(leaf.expected).all() and leaf.expected.any():
        for text, function in NAMED:
            if holds(a, part, function):
                return Finding("sign" if "sign" in text else "function", text, 0)
        if leaf.expected.size == 1 or leaf.got.size == leaf.expected.size:
            relative = relative_error(leaf.got, leaf.expected)
            if a.tolerance.rtol < relative < NEAR and leaf.expected.dtype.kind == "f":
                asked = counted(a.tolerance.rtol / 5)  # what is rounded to k digits is off by up to 5e-k
                return Finding("digits", f"{{subject}} {{is}} right to about {counted(relative)}; {asked} are asked. "
                               "Is something rounded or approximated on the way?", 0)
    some = _some_right(a, part)
    return Finding("differs", some or "{subject} {is} not what an independent computation gives.", 0)


def _some_right(a: Answers, part: Part) -> str:
    """Which entries of a list of numbers are right."""
    leaf = part.wrong[0]
    if leaf.got.ndim != 1 or leaf.got.shape != leaf.expected.shape or leaf.got.size < 2:
        return ""
    allowed = a.tolerance.allowed(leaf.expected)
    right = [str(k + 1) for k in range(leaf.got.size) if abs(leaf.got[k] - leaf.expected[k]) <= allowed]
    if not right:
        return ""
    which = f"Entry {right[0]} of {{subject}} is right" if len(right) == 1 else \
        f"Entries {', '.join(right)} of {{subject}} are right"
    return f"{which}, the other{'s are' if leaf.got.size - len(right) > 1 else ' is'} not."
