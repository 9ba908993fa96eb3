"""What the cases that are wrong have in common, and those that are right have not: facts of the arguments."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from rnngrade.diagnosis.answers import Answers
from rnngrade.diagnosis.words import numbered, shown_case

LARGE, TINY = 1e2, 1e-6


def which(a: Answers, wrong: list[int], shown: bool = False) -> str:
    """Which cases are right, and a fact that tells them from those that are wrong; empty if all are wrong."""
    right = [i for i in range(len(a.cases)) if i not in wrong]
    if not right or not wrong or not a.info.called:
        return ""
    known = [dict(facts(a, i)) for i in range(len(a.cases))]
    telling = _different(_telling(known, right, wrong))
    start = f"{_verbed(right)} right, {_verbed(wrong)} not"
    start = start[:1].upper() + start[1:]
    notes = [a.cases[i].note for i in wrong]
    if len(wrong) == 1 and notes[0]:
        return f"{start}: {notes[0]}.{'' if shown else shown_case(a, wrong[0])}"
    if telling:
        there = "there" if len(wrong) <= len(right) else "in each of these"
        case = "" if shown or len(wrong) > 1 else shown_case(a, wrong[0])
        return f"{start}: {there}, and only there, {' and '.join(telling)}.{case}"
    return f"{start}.{'' if shown else shown_case(a, a.smallest or wrong[0])}"


def _different(found: Iterator[str]) -> list[str]:
    """The first two facts that speak of different things."""
    kept: dict[frozenset[str], str] = {}
    for words in found:
        kept.setdefault(frozenset(re.findall(r"`\w+`|\b[A-Za-z]\w*(?= =| is| and)", words)), words)
    return list(kept.values())[:2]


def _verbed(cases: list[int]) -> str:
    return f"{numbered(cases)} {'is' if len(cases) == 1 else 'are'}"


def _telling(known: list[dict[str, bool]], right: list[int], wrong: list[int]) -> Iterator[str]:
    for fact in known[0]:
        values = [case.get(fact) for case in known]
        if None in values:
            continue
        inside, outside = {values[i] for i in wrong}, {values[i] for i in right}
        if inside == {True} and outside == {False}:
            yield fact.partition("|")[0]
        if inside == {False} and outside == {True} and fact.partition("|")[2]:
            yield fact.partition("|")[2]


def facts(a: Answers, i: int) -> Iterator[tuple[str, bool]]:
    """Facts of one case in words, with the words of their opposite after a bar, and whether they hold."""
    args = a.argument(i)
    yield from _of_masks(args)
    for name, arg in args.items():
        for array in _arrays(arg):
            yield from _of_array(name, array)
    sizes = a.sizes(i)
    for name, size in sizes.items():
        yield f"{name} = 1|{name} is larger than 1", size == 1
        yield f"{name} = 0|{name} is larger than 0", size == 0
    counts = [name for name, arg in args.items() if type(arg) is int]
    for name, other in itertools.combinations(sizes, 2):
        if name in counts or other in counts:  # two sizes compare by chance, a count is held against a size on purpose
            yield from _compared(name, other, sizes[name], sizes[other])
    for name, arg in args.items():
        yield from _of_number(name, arg)


def _compared(name: str, other: str, first: int, second: int) -> Iterator[tuple[str, bool]]:
    yield f"{name} and {other} are equal|{name} and {other} differ", first == second
    yield f"{name} is larger than {other}|{name} is at most {other}", first > second
    yield f"{name} is smaller than {other}|{name} is at least {other}", first < second
    if second > 1 and first > 1:
        larger, smaller = (name, other) if first > second else (other, name)
        rest = max(first, second) % min(first, second)
        yield f"{smaller} divides {larger}|{smaller} does not divide {larger}", not rest


def _arrays(arg: Any) -> Iterator[np.ndarray]:
    """The numbers of an argument as one array; a tree of arrays is one vector."""
    if isinstance(arg, np.ndarray):
        yield arg
    else:
        flat = [array.ravel() for array in _flat(arg)]
        if flat:
            yield np.concatenate(flat)


def _flat(arg: Any) -> Iterator[np.ndarray]:
    if isinstance(arg, np.ndarray) and arg.dtype.kind in "iuf":
        yield arg
    elif isinstance(arg, dict | tuple | list):
        for part in arg.values() if isinstance(arg, dict) else arg:
            yield from _flat(part)


def _of_masks(args: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    for name, arg in args.items():
        if isinstance(arg, np.ndarray) and arg.dtype == bool and arg.ndim and arg.size:
            yield f"`{name}` is True everywhere|`{name}` is False somewhere", bool(arg.all())
            yield f"`{name}` is False everywhere|`{name}` is True somewhere", not arg.any()
            if arg.ndim == 2:
                comes_back = bool((~arg[:-1] & arg[1:]).any())
                yield f"`{name}` has False before True in time|in `{name}` no True comes after a False", comes_back
                yield f"some sequence of `{name}` is False throughout|no sequence of `{name}` is False throughout", \
                    bool((~arg.any(0)).any())


def _of_number(name: str, arg: Any) -> Iterator[tuple[str, bool]]:
    if type(arg) is float:
        yield f"`{name}` is negative|`{name}` is not negative", arg < 0
        yield f"`{name}` is larger than 1|`{name}` is at most 1", arg > 1


def _of_array(name: str, array: np.ndarray) -> Iterator[tuple[str, bool]]:
    if array.dtype.kind not in "iuf" or not array.size:
        return
    finite = np.isfinite(array)
    yield f"`{name}` holds NaN or infinity|`{name}` is finite", not finite.all()
    largest = float(np.max(np.abs(array), initial=0.0, where=finite))
    yield f"`{name}` is zero|`{name}` is not zero", largest == 0
    yield f"`{name}` has entries beyond {LARGE:g}|the entries of `{name}` are of ordinary size", largest > LARGE
    yield f"`{name}` has no entry beyond {TINY:g}|the entries of `{name}` are of ordinary size", largest < TINY
    yield f"`{name}` has negative entries|`{name}` has no negative entry", bool((array < 0).any())
    yield f"`{name}` has entries that are 0|`{name}` has no entry that is 0", bool((array == 0).any())
    if array.ndim > 1 and len(array) > 1:
        yield f"`{name}` is zero but for its last entry along axis 0", not array[:-1].any() and bool(array[-1].any())
    if array.ndim == 2 and array.shape[0] == array.shape[1] > 1 and finite.all():
        yield f"`{name}` is symmetric|`{name}` is not symmetric", bool(np.allclose(array, array.T, rtol=1e-9))
        off = array - np.diag(np.diagonal(array))
        yield f"`{name}` is diagonal|`{name}` is not diagonal", not off.any()
        yield f"`{name}` is triangular|`{name}` is not triangular", not np.tril(off).any() or not np.triu(off).any()
