"""Values as JSON beside an ``.npz``: arrays of one type lie end to end in one pool, so that few have to be opened."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnngrade.outcomes import Failure


class Writer:
    """Turns values into JSON; their arrays go to pools."""

    def __init__(self) -> None:
        self._pools: dict[str, list[np.ndarray]] = {}
        self._lengths: dict[str, int] = {}

    def out(self, value: Any, single: bool = False) -> Any:
        """One value as JSON; an array leaves its type, the place where it begins in the pool, and its shape.

        ``single`` keeps seven digits, which are enough to know a mistake by, in half the room.

        Raises:
            ValueError: if the value is no plain data.
        """
        if isinstance(value, Failure):
            return {"failure": [value.type, value.message]}
        if isinstance(value, np.ndarray):
            return {"array": self._pooled(_single(value) if single else value)}
        if isinstance(value, tuple | list) and type(value) in (tuple, list):
            return {type(value).__name__: [self.out(part, single) for part in value]}
        if isinstance(value, dict):
            return {"dict": {key: self.out(part, single) for key, part in value.items()}}
        if value is None or type(value) in (bool, int, float, str):
            return value
        kind = type(value).__name__
        raise ValueError(f"an argument of type {kind}: give arrays, plain numbers, strings, tuples, lists")

    def _pooled(self, array: np.ndarray) -> str:
        name = array.dtype.str.lstrip("<|=")
        start = self._lengths.get(name, 0)
        self._pools.setdefault(name, []).append(array.ravel())
        self._lengths[name] = start + array.size
        return " ".join(map(str, (name, start, *array.shape)))

    @property
    def pools(self) -> dict[str, np.ndarray]:
        """The pools, by type."""
        return {name: np.concatenate(arrays) for name, arrays in self._pools.items()}


def _single(array: np.ndarray) -> np.ndarray:
    """The array with seven digits, unless its numbers are too large or too small for that."""
    if array.dtype != np.float64 or not array.size:
        return array
    sizes = np.abs(array[np.isfinite(array) & (array != 0)])
    fits = not sizes.size or (sizes.min() > 1e-30 and sizes.max() < 1e30)
    return array.astype(np.float32) if fits else array


class Reader:
    """Turns JSON back into values; every array is a copy of its own."""

    def __init__(self, pools: dict[str, np.ndarray]) -> None:
        self._pools = pools

    def read(self, value: Any) -> Any:
        """One value."""
        if not isinstance(value, dict):
            return value
        [(kind, content)] = value.items()
        if kind == "failure":
            return Failure(*content)
        if kind == "array":
            name, *where = content.split()
            start, *shape = map(int, where)
            return self._pools[name][start : start + math.prod(shape)].reshape(shape).copy()
        if kind == "dict":
            return {key: self.read(part) for key, part in content.items()}
        return {"tuple": tuple, "list": list}[kind](self.read(part) for part in content)
