"""The right answer to another question: the reference with one argument changed, worded by the argument's name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from rnngrade.axes import Axes

Change = Callable[[Any], Any]
Args = tuple[Any, ...]
Candidate = tuple[str, str, Callable[..., Any]]


def perturbations(reference: Callable[..., Any], arguments: Sequence[str], groups: Sequence[Sequence[Args]],
                  axes: Axes) -> Iterator[Candidate]:  # fmt: skip
    """Name, message and answer of every change that makes sense for the arguments as they are drawn."""
    cases = [args for group in groups for args in group]
    for k, name in enumerate(arguments):
        drawn = [args[k] for args in cases]
        for suffix, words, change in _changes(name, drawn, axes.get(name, ())):
            yield f"{name}_{suffix}", f"This is what comes out {words}", partial(_changed, reference, k, change)
    for (i, first), (j, second) in itertools.combinations(enumerate(arguments), 2):
        if all(_alike(args[i], args[j]) for args in cases):
            message = f"This is what comes out with `{first}` and `{second}` exchanged."
            yield f"{first}_{second}_exchanged", message, partial(_exchanged, reference, i, j)


TWICE = ("transposed", "all_true", "inverted", "zero", "late", "early", "reversed", "one_more", "one_less")


def twice(reference: Callable[..., Any], arguments: Sequence[str], groups: Sequence[Sequence[Args]],
          axes: Axes) -> Iterator[Candidate]:  # fmt: skip
    """Two arguments changed at once: a transposed matrix or a mask beside another."""
    cases = [args for group in groups for args in group]
    each = [(k, f"{name}_{suffix}", words, change) for k, name in enumerate(arguments)
            for suffix, words, change in _changes(name, [args[k] for args in cases], axes.get(name, ()))
            if suffix in TWICE]
    for (i, first, words, change), (j, second, others, other) in itertools.combinations(each, 2):
        if i != j and first.endswith(TWICE[:3]) | second.endswith(TWICE[:3]):
            message = f"This is what comes out {_plain(words)}, and {_plain(others)}."
            yield f"{first}_and_{second}", message, partial(_both, reference, (i, change), (j, other))


def _plain(words: str) -> str:
    """What was changed, without the question that follows."""
    return words.partition(":")[0].rstrip(".")


def _both(reference: Callable[..., Any], first: tuple[int, Change], second: tuple[int, Change], *args: Any) -> Any:
    changed = list(args)
    for k, change in (first, second):
        changed[k] = change(args[k])
    return reference(*changed)


def beside(answer: Callable[..., Any], name: str, message: str, arguments: Sequence[str],
           groups: Sequence[Sequence[Args]]) -> Iterator[Candidate]:  # fmt: skip
    """A written mistake, made with a square matrix transposed besides."""
    cases = [args for group in groups for args in group]
    for k, argument in enumerate(arguments):
        if all(isinstance(args[k], np.ndarray) and args[k].ndim == 2 and args[k].shape[0] == args[k].shape[1]
               for args in cases):
            said = f"Two slips at once. {message} And `{argument}` is transposed."
            yield f"{name}_and_{argument}_transposed", said, partial(_changed, answer, k, np.transpose)


def _changed(reference: Callable[..., Any], k: int, change: Change, *args: Any) -> Any:
    return reference(*args[:k], change(args[k]), *args[k + 1 :])


def _exchanged(reference: Callable[..., Any], i: int, j: int, *args: Any) -> Any:
    swapped = list(args)
    swapped[i], swapped[j] = args[j], args[i]
    return reference(*swapped)


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype
    return type(a) is type(b) and isinstance(a, int | float)


def _changes(name: str, drawn: Sequence[Any], axes: tuple[str, ...]) -> Iterator[tuple[str, str, Change]]:
    """Suffix of the name, words, and the change itself."""
    if all(isinstance(arg, np.ndarray) for arg in drawn):
        if all(arg.dtype == bool for arg in drawn):
            yield from _of_masks(name)
        elif all(arg.dtype.kind == "f" for arg in drawn):
            yield from _of_arrays(name, drawn)
        if all(arg.ndim for arg in drawn) and (axes[:1] in (("T",), ("T+1",), ("T@0",)) or len(drawn[0].shape) == 1):
            yield from _in_time(name, drawn, bool(axes) and axes[0].startswith("T"))
    elif all(type(arg) is int for arg in drawn):
        ends = "where does the count begin, and where does it end?"
        yield "one_more", f"with `{name}` one larger: {ends}", lambda k: k + 1
        yield "one_less", f"with `{name}` one smaller: {ends}", lambda k: k - 1
    elif all(type(arg) is float for arg in drawn):
        yield from _of_numbers(name)


def _of_masks(name: str) -> Iterator[tuple[str, str, Change]]:
    yield "all_true", f"with `{name}` True everywhere: is it used?", np.ones_like
    yield "inverted", f"with True and False of `{name}` exchanged: which of the two does it mark?", np.logical_not


def _of_arrays(name: str, drawn: Sequence[np.ndarray]) -> Iterator[tuple[str, str, Change]]:
    if all(arg.ndim == 2 and arg.shape[0] == arg.shape[1] for arg in drawn):
        yield "transposed", f"with `{name}` transposed: which of its indices comes first?", lambda x: x.T.copy()
    yield "zero", f"with `{name}` all zero: does it enter?", np.zeros_like
    yield "negated", f"with the other sign of `{name}`.", np.negative
    yield "doubled", f"with `{name}` twice as large: is it added or multiplied in twice?", lambda x: 2.0 * x


def _in_time(name: str, drawn: Sequence[np.ndarray], time: bool) -> Iterator[tuple[str, str, Change]]:
    along = "in time" if time else "in order"
    yield "reversed", f"with `{name}` reversed {along}.", lambda x: x[::-1].copy()
    if time:
        yield "late", f"if every step uses the entry of `{name}` of the step before, and the first none.", _late
        yield "early", f"if every step uses the entry of `{name}` of the step after, and the last none.", _early


def _late(x: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros_like(x[:1]), x[:-1]])


def _early(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x[1:], np.zeros_like(x[:1])])


def _of_numbers(name: str) -> Iterator[tuple[str, str, Change]]:
    yield "halved", f"with half of `{name}`.", lambda x: x / 2
    yield "doubled", f"with twice `{name}`.", lambda x: 2 * x
    yield "negated", f"with the other sign of `{name}`.", lambda x: -x
    yield "squared", f"with the square of `{name}`.", lambda x: x * x
    yield "rooted", f"with the square root of `{name}`.", lambda x: float(np.sqrt(x))
    yield "one", f"with `{name}` = 1: does it enter?", lambda x: 1.0
    yield "inverse", f"with 1 / `{name}`.", lambda x: 1 / x
