"""The axes of arguments and answers: their symbols, their sizes in a case, and how an entry's place is said.

An axis is written as in the statement. ``T`` holds the steps t = 1 .. T, ``T+1`` the states t = 0 .. T, ``T@0`` steps
counted from 0; any other symbol (``B``, ``n``, ``d``, ``K``) is counted from 0. What a question does not declare is
taken from the notation of the book, where that fits, and else from sizes that are equal in every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Axes = dict[str, tuple[str, ...]]
NOTATION = {
    "x": ("T B d", "T d"), "h": ("T+1 B n", "T+1 n"), "delta": ("T+1 B n", "B n"), "dh": ("T B n", "T n"),
    "mask": ("T B",), "h0": ("B n", "n"), "W": ("n n",), "U": ("n d",), "b": ("n",), "c": ("n",), "w": ("n",),
    "target": ("T B n", "n"), "targets": ("T B",), "logits": ("T B K",), "slopes": ("T B n", "T n"), "u": ("T",),
    "dW": ("n n",), "dU": ("n d",), "db": ("n",), "dx": ("T B d",), "dh0": ("B n",), "direction": ("n n",),
    "starts": ("T B",), "new": ("T B",), "dlogits": ("T B K",),
}  # fmt: skip
Case = tuple[tuple[Any, ...], Mapping[str, Any]]
"""A case's arguments, and the expected arrays of its parts by name."""


def symbol(axis: str) -> str:
    """The symbol whose size the axis has, up to one: ``T`` of ``T+1``."""
    return axis.removesuffix("+1").removesuffix("@0")


def length(axis: str, size: int) -> int:
    """What the symbol of an axis of this size stands for: T of an axis ``T+1`` is one less than its size."""
    return size - 1 if axis.endswith("+1") else size


def place(axis: str, index: int) -> str:
    """Where an entry is, in the axis's own words: ``t = 3``, ``unit 0``, ``sequence 1``."""
    if axis == "T":
        return f"t = {index + 1}"
    if axis in ("T+1", "T@0"):
        return f"t = {index}"
    words = {"B": "sequence", "n": "unit", "d": "input"}
    return f"{words[axis]} {index}" if axis in words else f"index {index}" + (f" of axis {axis}" if axis else "")


def resolve(declared: Mapping[str, str], arguments: Sequence[str], cases: Sequence[Case]) -> Axes:
    """The axes of every argument and answer that are known in all cases.

    Raises:
        ValueError: if a declared axis does not fit the arrays, or one symbol stands for two sizes in a case.
    """
    known: Axes = {}
    for name, text in declared.items():
        known[name] = tuple(text.split())
        if not _consistent(known, arguments, cases):
            raise ValueError(f"the axes {text!r} declared for {name} do not fit the arrays of every case")
    for name in (*arguments, *(part for part in cases[0][1] if part)):
        for usual in NOTATION.get(name, ()):
            axes = tuple(usual.split())
            if name not in known and _consistent({**known, name: axes}, arguments, cases):
                known[name] = axes
    for part in cases[0][1]:
        if part not in known:
            known |= _inferred(part, known, arguments, cases)
    return {name: axes for name, axes in known.items() if axes}


def sizes(axes: Axes, arguments: Sequence[str], args: Sequence[Any]) -> dict[str, int]:
    """What each symbol stands for in one case; whole numbers among the arguments stand for themselves."""
    found: dict[str, int] = {}
    for name, arg in zip(arguments, args):
        if isinstance(arg, np.ndarray) and len(axes.get(name, ())) == arg.ndim:
            found |= {symbol(axis): length(axis, size) for axis, size in zip(axes[name], arg.shape)}
    numbers = {name: arg for name, arg in zip(arguments, args) if type(arg) is int}
    return {**numbers, **found}


def _arrays(name: str, arguments: Sequence[str], case: Case) -> Any:
    return case[0][arguments.index(name)] if name in arguments else case[1].get(name)


def _consistent(known: Axes, arguments: Sequence[str], cases: Iterable[Case]) -> bool:
    for case in cases:
        found: dict[str, int] = {}
        for name, axes in known.items():
            array = _arrays(name, arguments, case)
            if not isinstance(array, np.ndarray) or array.ndim != len(axes):
                return False
            for axis, size in zip(axes, array.shape):
                if found.setdefault(symbol(axis), length(axis, size)) != length(axis, size):
                    return False
    return True


def _inferred(part: str, known: Axes, arguments: Sequence[str], cases: Sequence[Case]) -> Axes:
    """Each axis of an answer by the one symbol that has its size in every case; nothing where some axis has none."""
    arrays = [array for case in cases for array in [case[1].get(part)] if isinstance(array, np.ndarray)]
    if len(arrays) < len(cases) or len({array.ndim for array in arrays}) > 1:
        return {}
    each = [sizes(known, arguments, case[0]) for case in cases]
    symbols = set.intersection(*(set(found) for found in each))
    axes = []
    for k in range(arrays[0].ndim):
        fitting = [text for name in sorted(symbols) for text, more in ((name, 0), (f"{name}+1", 1))
                   if all(array.shape[k] == found[name] + more for array, found in zip(arrays, each))]
        axes.append(fitting[0] if len(fitting) == 1 else "")
    return {part: tuple(axes)} if any(axes) else {}
