"""How wrong numbers relate to the right ones: sign, factor, a simple function, a few digits.

A relation is claimed where it holds in every case that is wrong, and where chance cannot have made it: a factor is
that of a size only if it follows that size through two values, a function only if no other fits as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from rnngrade.diagnosis.answers import Answers, Leaf, Part
from rnngrade.diagnosis.structure import is_permuted
from rnngrade.diagnosis.verdict import Finding
from rnngrade.diagnosis.words import number
from rnngrade.values import Tolerance, agree, error

ENOUGH = 4  # numbers, before a coincidence is out of the question for a relation with a free constant
NEAR = 2e-2  # of the largest entry: nearer than this is an approximation
Function = Callable[[np.ndarray], np.ndarray]


def alike(part: Part) -> bool:
    """Whether the numbers can be compared entry by entry."""
    return all(leaf.got.shape == leaf.expected.shape and leaf.got.dtype.kind in "iuf" and leaf.expected.size
               and leaf.expected.dtype.kind in "iuf" and np.isfinite(leaf.expected).any() for leaf in part.wrong)


def vanishes(leaf: Leaf) -> bool:
    """Whether nothing is got where something is expected: zero, or what rounding leaves of it, has no relation."""
    if leaf.got.dtype.kind not in "biufc" or leaf.expected.dtype.kind not in "biufc" or not leaf.expected.size:
        return False
    return bool(np.max(np.abs(leaf.got), initial=0.0) <= 1e-6 * np.max(np.abs(leaf.expected)))


# ---- a constant factor


def scaled(a: Answers, part: Part) -> Finding | None:
    """Right up to the sign, or a factor that is a size of the arguments."""
    factors = _factors(a, part)
    if not factors:
        return None
    case = part.wrong[0].case
    if _all_near(factors, -1.0):
        return Finding("sign", "{subject} {is} right but for {its} sign.", case)
    by_size = sized(a, part, factors)
    if by_size:
        return Finding("factor", "{subject} {is} " + by_size + ": is it a sum where a mean is meant, or the reverse?",
                       case)
    opposite = sized(a, part, [-c for c in factors])
    if opposite:
        return Finding("factor", "{subject} {has} the other sign, and {is} " + opposite + ".", case)
    return None


def constant_factor(a: Answers, part: Part) -> Finding | None:
    """Right up to a factor that is the same in all cases, or one in each."""
    factors = _factors(a, part)
    if not factors:
        return None
    case = part.wrong[0].case
    if _distinct(part) < 2 or max(abs(c - 1) for c in factors) < NEAR:
        return None
    if _all_near(factors, factors[0]):
        return Finding("scale", "{subject} {is} right but for a constant factor: " + f"{factors[0]:.7g} times what "
                       "{its} numbers should be.", case)
    if len({leaf.case for leaf in part.wrong}) > 1 and min(leaf.got.size for leaf in part.wrong) >= ENOUGH:
        each = ", ".join(f"{c:.4g}" for c in factors[:6])
        return Finding("scale", "{subject} {is} right but for one factor in each case: " + f"{each}. What differs "
                       "between the cases that could make it?", case)
    return None


def _factors(a: Answers, part: Part) -> list[float]:
    """The factor of each array, if every one has one."""
    if not alike(part):
        return []
    factors = [factor(leaf.got, leaf.expected, a.tolerance) for leaf in part.wrong]
    known = [c for c in factors if c is not None]
    return known if len(known) == len(factors) else []


def factor(got: np.ndarray, expected: np.ndarray, tolerance: Tolerance) -> float | None:
    """The number c for which ``got`` is c times ``expected``, if there is one."""
    at = np.unravel_index(np.argmax(np.abs(expected)), expected.shape)
    if expected[at] == 0 or not np.isfinite(got).all() or not np.isfinite(expected[at]):
        return None
    c = float(got[at] / expected[at])
    return c if c != 0 and math.isfinite(c) and agree(np.asarray(got / c), expected, tolerance) else None


def _all_near(factors: list[float], wanted: float) -> bool:
    return bool(np.allclose(factors, wanted, rtol=1e-4, atol=0))


def _distinct(part: Part) -> int:
    """How many different numbers the relation is seen on."""
    return len({float(x) for leaf in part.wrong for x in np.unique(leaf.expected)[:5]})


def sized(a: Answers, part: Part, factors: list[float]) -> str:
    """``too large by the factor B``, where the factors follow one size, and only that, through two values."""
    symbols = [expressions(a.sizes(leaf.case)) for leaf in part.wrong]
    fitting = []
    for name in set.intersection(*map(set, symbols)):
        sizes = [float(known[name]) for known in symbols]
        for wanted, relation in ((sizes, "large"), ([1 / s if s else np.nan for s in sizes], "small")):
            if len(set(sizes)) > 1 and np.allclose(factors, wanted, rtol=1e-4, atol=0):
                fitting.append((name, relation))
    shortest = sorted(fitting, key=lambda found: (len(found[0]), found[0]))
    if not shortest or len({name for name, _ in shortest}) > 2:
        return ""
    names = " or ".join(f"{name}, here {_sizes_said(symbols, name)}" if len(shortest) == 1 else name
                        for name, _ in shortest)
    return f"too {shortest[0][1]} by the factor {names}"


def _sizes_said(symbols: list[dict[str, float]], name: str) -> str:
    values = list(dict.fromkeys(f"{known[name]:g}" for known in symbols))
    return f"{', '.join(values[:-1])} and {values[-1]}"


def expressions(sizes: dict[str, int]) -> dict[str, float]:
    """Sizes that a sum or a mean may bring in: each symbol, T - 1, T + 1, and products of two."""
    found: dict[str, float] = {name: size for name, size in sizes.items() if size > 0}
    steps = sizes.get("T", 0)
    if steps > 1:
        found |= {"T - 1": steps - 1, "T + 1": steps + 1}
    steps_like = [name for name in ("T", "T - 1", "T + 1") if name in found]
    others = sorted(found.keys() & sizes.keys() - {"T"})
    products = {f"{s} times {t}": found[s] * found[t] for i, s in enumerate(others) for t in others[i + 1 :]}
    bracketed = {f"({s}) times {t}" if " " in s else f"{s} times {t}": found[s] * found[t]
                 for s in steps_like for t in others}
    return found | products | bracketed


def second_slip(a: Answers, part: Part) -> str:
    """The slip that comes on top of a known mistake, ``part`` being held against what that mistake gives."""
    factors = _factors(a, part)
    if factors and _all_near(factors, -1.0):
        return "the sign is the other one."
    by_size = sized(a, part, factors) if factors else ""
    if by_size:
        return f"what is left is {by_size}."
    square = [leaf for leaf in part.wrong if leaf.got.ndim == 2]
    if len(square) == len(part.wrong) and all(is_permuted(leaf, (1, 0), a.tolerance) for leaf in square):
        return "the result is transposed."
    if all(leaf.got.ndim and leaf.got.shape == leaf.expected.shape and len(leaf.got) > 2 and
           agree(leaf.got[::-1], leaf.expected, a.tolerance) for leaf in part.wrong):
        return "the order along the first axis is the reverse."
    return ""


# ---- no relation at all


def vanishing(a: Answers, part: Part) -> Finding | None:
    """Next to nothing where something is expected, by no factor that is the same everywhere."""
    if not alike(part) or _distinct(part) < 2 or not all(map(vanishes, part.wrong)):
        return None
    return Finding("constant", "{subject} {is} next to nothing where {its} case is wrong.", part.wrong[0].case)


def constant(a: Answers, part: Part) -> Finding | None:
    """Zero everywhere, or one number in all places, where different ones are expected."""
    if not alike(part) or _distinct(part) < 2 or not all(np.isfinite(leaf.got).all() for leaf in part.wrong):
        return None
    case = part.wrong[0].case
    if not any(leaf.got.any() for leaf in part.wrong):
        given = [leaf.got for leaf in a.leaves if leaf.path[:1] == part.path]
        all_of_it = len(part.cases) == len(a.cases) and not any(got.any() for got in given)
        words = "0 everywhere. Is what you compute ever stored?" if all_of_it else "0 wherever {its} case is wrong."
        return Finding("constant", "{subject} {is} " + words, case)
    if len(part.cases) < len(a.cases):
        return None
    if all(leaf.got.size > 1 and np.ptp(leaf.got.astype(float)) == 0 for leaf in part.wrong):
        return Finding("constant", "all entries of {subject} are equal. Does an index depend on the loop?", case)
    if len(part.wrong) > 2 and len({float(leaf.got) for leaf in part.wrong if leaf.got.ndim == 0}) == 1 and all(
        leaf.got.ndim == 0 for leaf in part.wrong
    ):
        return Finding("constant", "{subject} {is} the same number in every case. Do the arguments enter?", case)
    return None


# ---- a simple function


FUNCTIONS: tuple[tuple[str, Function], ...] = (
    ("the square of the right value", lambda v: v * v),
    ("the square root of the right value", np.sqrt),
    ("the reciprocal of the right value", lambda v: 1.0 / v),
    ("1 minus the right value", lambda v: 1.0 - v),
    ("the right value minus 1", lambda v: v - 1.0),
    ("the right value plus 1", lambda v: v + 1.0),
    ("the absolute value of the right one", np.abs),
    ("the right value in per cent", lambda v: 100.0 * v),
    ("the right value divided by 100", lambda v: v / 100.0),
    ("in degrees, and radians are asked", np.degrees),
    ("in radians, and degrees are asked", np.radians),
    ("the exponential of the right value", np.exp),
    ("the logarithm of the right value", np.log),
    ("a logarithm to base 2, and the natural one is asked", lambda v: v / np.log(2)),
    ("a logarithm to base 10, and the natural one is asked", lambda v: v / np.log(10)),
    ("the natural logarithm, and the one to base 2 is asked", lambda v: v * np.log(2)),
    ("the natural logarithm, and the one to base 10 is asked", lambda v: v * np.log(10)),
    ("the cosine of the right value", np.cos),
    ("the right value without its negative part", lambda v: np.maximum(v, 0.0)),
    ("the right value scaled to length 1", lambda v: v / np.linalg.norm(v)),
    ("the right value scaled to sum 1", lambda v: v / v.sum()),
    ("the tanh of the right value", np.tanh),
    ("the right value rounded to a whole number", np.round),
    ("the right value rounded down", np.floor),
    ("the right value rounded up", np.ceil),
    ("the logical opposite of the right value", lambda v: 1.0 - v),
)  # fmt: skip


def function_of(a: Answers, part: Part) -> Finding | None:
    """What was got is a simple function of what is expected, in every case."""
    if not alike(part) or not all(np.isfinite(leaf.got).all() for leaf in part.wrong):
        return None
    if all(map(vanishes, part.wrong)):
        return None
    fitting = [text for text, function in FUNCTIONS if holds(a, part, function)]
    if _distinct(part) < 2 and all(float(x) == round(float(x), 2) for leaf in part.wrong for x in leaf.expected.flat):
        return None  # of a round number too much is a function
    if fitting and (len(fitting) == 1 or _distinct(part) >= 3):
        return Finding("function", "{subject} {is} " + f"{fitting[0]}.", part.wrong[0].case)
    return None


def holds(a: Answers, part: Part, function: Function) -> bool:
    """Whether the function of the right value is what was got, in all cases where the part is wrong, and not where
    it would leave most numbers as they are."""
    for leaf in part.wrong:
        made = np.asarray(function(leaf.expected.astype(float)))
        if not np.isfinite(made).all() or not agree(leaf.got, made, _strict(a.tolerance)):
            return False
    return True


def _strict(tolerance: Tolerance) -> Tolerance:
    """A loose question must not make everything a function of everything."""
    return Tolerance(min(tolerance.rtol, 1e-4), min(tolerance.atol, 1e-9))


def offset(a: Answers, part: Part) -> Finding | None:
    """Every entry is off by one and the same number."""
    if not alike(part) or sum(leaf.got.size for leaf in part.wrong) < ENOUGH:
        return None
    by = []
    for leaf in part.wrong:
        differences = np.asarray(leaf.got - leaf.expected, float)
        if leaf.got.size < 2 or not np.isfinite(differences).all():
            return None
        scale = max(np.max(np.abs(leaf.expected)), np.max(np.abs(leaf.got)))
        spread, least = np.ptp(differences), np.min(np.abs(differences))
        if spread > min(4 * (a.tolerance.atol + a.tolerance.rtol * scale), least / 4):
            return None  # a difference no larger than the tolerance is equal to any other
        by.append(float(differences.flat[0]))
    if np.allclose(by, by[0], rtol=1e-4):
        how = f"{number(abs(by[0]))} too {'large' if by[0] > 0 else 'small'}"
        return Finding("function", f"Every entry of {{subject}} is {how}.", part.wrong[0].case)
    return Finding("function", "In each case all entries of {subject} are off by one number: "
                   f"{', '.join(number(x) for x in by[:6])}.", part.wrong[0].case)


# ---- a few digits


def digits(a: Answers, part: Part) -> Finding | None:
    """Nearly right everywhere: an approximation, rounding, a finite difference, an iteration that ends too early."""
    if not alike(part) or any(leaf.expected.dtype.kind != "f" for leaf in part.wrong):
        return None
    worst = max(relative_error(leaf.got, leaf.expected) for leaf in part.wrong)
    if not worst < NEAR or a.tolerance.rtol >= NEAR:
        return None
    decimals = next((k for k in range(1, 9) if _rounded(part, k)), None)
    if decimals is not None:
        return Finding("digits", f"{{subject}} {{is}} right, but rounded to {decimals} decimals: keep all digits.",
                       part.wrong[0].case)
    text = f"{{subject}} {{is}} right to about {counted(worst)}; {counted(a.tolerance.rtol)} are asked."
    return Finding("digits", f"{text} {_suspect(worst)}", part.wrong[0].case)


def _suspect(worst: float) -> str:
    if worst < 3e-6:
        return ("Is a small number added to avoid a division by zero, or something computed in single precision or by "
                "a difference?")
    return ("Something is an approximation: rounding, a finite difference, a series or an iteration that stops early, "
            "a term so small that it was left out.")


def relative_error(got: np.ndarray, expected: np.ndarray) -> float:
    """The largest error, of the largest expected number."""
    scale = float(np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected)))
    return error(got, expected) / scale if scale else np.inf


def _rounded(part: Part, decimals: int) -> bool:
    return all(error(leaf.got, np.round(leaf.expected, decimals)) <= 1e-9 for leaf in part.wrong)


def counted(relative: float) -> str:
    """How many digits are right at a relative error, in words."""
    count = max(1, math.floor(0.3 - math.log10(max(relative, 1e-15))))
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return f"{words[count - 1] if count <= 9 else count} digit{'s' if count > 1 else ''}"
