"""Whether a question's cases can catch what passes for want of a case: each problem is one an outsider got through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rnngrade.axes import sizes
from rnngrade.covers import Arguments, Covers
from rnngrade.keys import CaseKey, Key
from rnngrade.outcomes import Failure, answered
from rnngrade.questions import Question
from rnngrade.values import excess

SMALL, LARGE = 1e-150, 1e150
BEYOND, MODERATE = 500.0, 10.0
THRESHOLDS = ("theta", "threshold")
SIZED = ("T", "B", "n", "d")
DEFECTIVE = 1e6  # condition of the eigenvectors


def uncovered(question: Question, key: Key) -> Iterator[str]:
    """What no case of the key holds, and is neither waived; each with the name by which it can be."""
    if question.kind != "function":
        return
    cases = [case for group in key.groups for case in group.cases]
    named = [dict(zip(key.info.arguments, case.args)) for case in cases]
    strange = question.covers.arguments - set(key.info.arguments)
    if strange:
        yield f"covers speaks of {sorted(strange)[0]!r}, which is no argument"
        return
    found = [*_matters(question, key, cases), *_sizes(key, cases), *_undeclared(key, question.covers),
             *_declared(question.covers, named)]
    yield from (f"{problem} (waive with {rule!r})" for rule, problem in found if rule not in question.covers.waived)
    unused = question.covers.waived.keys() - {rule for rule, _ in found}
    yield from (f"{rule!r} is waived, but there is nothing to waive" for rule in sorted(unused))


# ---- every argument matters


def _matters(question: Question, key: Key, cases: list[CaseKey]) -> Iterator[tuple[str, str]]:
    """Changing an argument by a tenth changes some expected value."""
    if question.maker:
        return
    for k, name in enumerate(key.info.arguments):
        if not any(_moves(question, key, case, k) for case in cases):
            yield f"matters: {name}", f"no case shows that `{name}` matters: an answer that ignores it passes"


def _moves(question: Question, key: Key, case: CaseKey, k: int) -> bool:
    for changed in _changed(case.args[k]):
        value = answered(question.reference, (*case.args[:k], changed, *case.args[k + 1 :]))
        if not isinstance(value, Failure) and excess(value, case.expected, key.info.tolerance) > 10:
            return True
    return False


def _changed(arg: Any) -> Iterator[Any]:
    if isinstance(arg, np.ndarray):
        uneven = np.cos(1.7 * np.arange(arg.size)).reshape(arg.shape)
        yield ~arg if arg.dtype == bool else arg + 1 if arg.dtype.kind in "iu" else arg * (1 + 0.2 * uneven) + 0.05
    elif type(arg) is bool:
        yield not arg
    elif type(arg) is int:
        yield from (arg + 1, arg - 1)
    elif type(arg) is float:
        yield from (1.1 * arg + 0.01, 0.9 * arg)
    elif isinstance(arg, dict):
        yield from ({**arg, name: changed} for name, part in arg.items() for changed in _changed(part))
    elif isinstance(arg, tuple | list):
        for i, part in enumerate(arg):
            yield from (type(arg)((*arg[:i], changed, *arg[i + 1 :])) for changed in _changed(part))


# ---- sizes


def _sizes(key: Key, cases: list[CaseKey]) -> Iterator[tuple[str, str]]:
    """Sizes one, two and larger; and a case in which no two sizes are equal, so that a factor has one name."""
    each = [sizes(key.info.axes, key.info.arguments, case.args) for case in cases]
    for symbol in SIZED:
        seen = {found[symbol] for found in each if symbol in found}
        missing = [word for word, there in (("1", 1 in seen), ("2", 2 in seen), ("larger", any(s > 2 for s in seen)))
                   if seen and not there]
        if missing:
            yield f"sizes: {symbol}", f"no case has {symbol} {' or '.join(missing)}, only {sorted(seen)}"
    telling = [[found[s] for s in SIZED if s in found] + [found["T"] - 1] for found in each if "T" in found]
    if telling and not any(len(set(values)) == len(values) for values in telling):
        yield "sizes differ", f"in no case do {', '.join(s for s in SIZED if s in each[0])} and T - 1 all differ"


# ---- what is declared, and what has to be


def _undeclared(key: Key, covers: Covers) -> Iterator[tuple[str, str]]:
    for name in key.info.arguments:
        if name == "mask" and name not in covers.ignored.values():
            yield f"ignored: {name}", f"covers does not say which arguments are ignored where `{name}` is False"
        if name in THRESHOLDS and covers.meets is None:
            yield f"meets: {name}", f"covers does not say which value meets the threshold `{name}`"


def _declared(covers: Covers, cases: list[Arguments]) -> Iterator[tuple[str, str]]:
    for name, mask in covers.ignored.items():
        if not any(_poisoned(case[name], case[mask]) for case in cases):
            yield f"ignored: {name}", f"no case holds NaN or infinity in `{name}` where `{mask}` is False"
    for name in covers.scales:
        largest = [_largest(case[name]) for case in cases]
        if not any(0 < size <= SMALL for size in largest) or not any(size >= LARGE for size in largest):
            yield f"scales: {name}", f"no two cases have `{name}` as small as {SMALL:g} and as large as {LARGE:g}"
    for name in covers.defective:
        if not any(_defective(case[name]) for case in cases):
            yield f"defective: {name}", f"in no case has `{name}` too few eigenvectors"
    for name in covers.apart:
        if not any(_apart(case[name]) for case in cases):
            yield f"apart: {name}", f"no case of `{name}` has numbers beyond {BEYOND:g} beside moderate ones"
    if covers.meets is not None:
        pairs = [covers.meets(*case.values()) for case in cases]
        if not any(value == threshold for value, threshold in pairs):
            yield "meets", "in no case is the value equal to its threshold"


def _poisoned(array: np.ndarray, mask: np.ndarray) -> bool:
    return array.dtype.kind == "f" and not bool(np.isfinite(array[~mask]).all())


def _largest(value: Any) -> float:
    if isinstance(value, dict):
        return max(map(_largest, value.values()), default=0.0)
    if isinstance(value, tuple | list):
        return max(map(_largest, value), default=0.0)
    return float(np.max(np.abs(value), initial=0.0))


def _defective(matrix: np.ndarray) -> bool:
    stack = matrix if matrix.ndim > 2 else matrix[None]
    return any(len(W) > 1 and np.isfinite(W).all() and np.linalg.cond(np.linalg.eig(W)[1]) > DEFECTIVE for W in stack)


def _apart(array: np.ndarray) -> bool:
    rows = np.max(np.abs(array.reshape(len(array), -1)), axis=1, initial=0.0)
    return bool((rows > BEYOND).any() and (rows < MODERATE).any())
