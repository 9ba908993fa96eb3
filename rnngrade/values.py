"""Plain data: what an answer is reduced to before it is compared, and how two such values are compared.

A plain value is a numpy array of numbers, a string, None, or a tuple or dict (with string keys) of plain values.
Numbers become arrays of no dimension. Nothing else is compared, so no object with its own idea of equality is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 8
NUMBERS = "biufc"
Path = tuple[str | int, ...]
"""The way to a part of a plain value: indices and keys."""


class NotPlain(TypeError):
    """The value holds something that is not a number, a string, None, or a tuple, list or dict of these."""


@dataclass(frozen=True)
class Tolerance:
    r"""How far an array may be from the expected one: :math:`\max|y - \hat y| \le atol + rtol \max|\hat y|`.

    The scale is that of the whole array, not of each entry, so an entry that happens to be near zero asks for no more
    digits than its neighbours. ``atol`` decides where everything expected is zero.
    """

    rtol: float = 1e-6
    atol: float = 1e-12

    def __post_init__(self) -> None:
        if not (0 <= self.rtol < 1 and self.atol >= 0 and self.rtol + self.atol > 0):
            raise ValueError(f"expected 0 <= rtol < 1 and atol >= 0, not both zero, got {self}")

    def allowed(self, expected: np.ndarray) -> float:
        """The largest error allowed in any entry of ``expected``."""
        scale = float(np.abs(expected).max(initial=0.0)) if expected.dtype.kind == "f" else np.nan
        if not math.isfinite(scale):
            scale = float(np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected)))
        return self.atol + self.rtol * scale


def plain(value: Any, depth: int = 0) -> Any:
    """Reduce ``value`` to plain data, copying every array.

    Raises:
        NotPlain: if something in it is not data, or it is nested more than eight deep.
    """
    if depth > MAX_DEPTH:
        raise NotPlain(f"a value nested more than {MAX_DEPTH} deep")
    if value is None or type(value) is str:
        return value
    if isinstance(value, np.ndarray | np.generic) or type(value) in (bool, int, float, complex):
        return _plain_array(value)
    if isinstance(value, tuple):
        return tuple(plain(part, depth + 1) for part in tuple.__iter__(value))
    if isinstance(value, list):
        return tuple(plain(part, depth + 1) for part in list.__iter__(value))
    if isinstance(value, dict):
        return {_plain_key(key): plain(part, depth + 1) for key, part in dict.items(value)}
    raise NotPlain(_a_type(value))


def _plain_array(value: Any) -> Any:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        value = float(value) if abs(value) < 2**1000 else np.inf
    array = np.array(value, subok=False)
    if array.dtype.kind == "U" and array.ndim == 0:
        return str(array)
    if array.dtype.kind == "U":
        return tuple(plain(part, MAX_DEPTH - array.ndim) for part in array.tolist())
    if array.dtype.kind not in NUMBERS:
        raise NotPlain(f"an array of dtype {array.dtype}")
    return array


def _plain_key(key: Any) -> str:
    if type(key) is not str:
        raise NotPlain(f"a dict with a key that is {_a_type(key)}, not a string")
    return key


def _a_type(value: Any) -> str:
    kind = type(value)
    module = "" if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}."
    return f"a value of type {module}{kind.__qualname__}"


def as_array(value: Any) -> np.ndarray | None:
    """A plain value as one array of numbers: rectangular nested tuples of numbers count as an array; else None."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    if isinstance(value, tuple) and value:
        parts = [as_array(part) for part in value]
        first = parts[0]
        if first is not None and all(part is not None and part.shape == first.shape for part in parts):
            return np.array(parts)
    return None


def parts(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The leaves of a plain value with the way to each: ``(("W", 0), leaf)``."""
    if isinstance(value, tuple):
        for i, part in enumerate(value):
            yield from parts(part, (*path, i))
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from parts(value[key], (*path, key))
    else:
        yield path, value


def part_at(value: Any, path: Path) -> Any:
    """The leaf of ``value`` at ``path``; KeyError if there is none."""
    for step in path:
        if isinstance(step, int) and isinstance(value, tuple) and step < len(value):
            value = value[step]
        elif isinstance(step, int) and isinstance(value, np.ndarray) and value.ndim and step < len(value):
            value = np.asarray(value[step])
        elif isinstance(step, str) and isinstance(value, dict) and step in value:
            value = value[step]
        else:
            raise KeyError(step)
    return value


def error(got: np.ndarray, expected: np.ndarray) -> float:
    """The largest absolute error over all entries of two arrays of one shape; inf where only one is finite."""
    if expected.size == 0:
        return 0.0
    if got.dtype.kind == expected.dtype.kind == "f":
        with np.errstate(invalid="ignore", over="ignore"):
            largest = float(np.abs(np.subtract(got, expected, dtype=np.float64)).max())
        if math.isfinite(largest):  # so both are, everywhere
            return largest
    wide = complex if "c" in (got.dtype.kind, expected.dtype.kind) else float
    a, b = got.astype(wide), expected.astype(wide)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(a - b)
    return float(np.max(np.where(same, 0.0, np.where(np.isfinite(distance), distance, np.inf))))


def excess(got: Any, expected: Any, tolerance: Tolerance) -> float:
    """How many times the tolerance the worst part of ``got`` is off; at most 1 is right, inf is another structure."""
    worst = 0.0
    if isinstance(expected, np.ndarray):
        array = as_array(got)
        if array is None or array.shape != expected.shape:
            return np.inf
        return error(array, expected) / tolerance.allowed(expected)
    if isinstance(expected, tuple):
        if not isinstance(got, tuple) or len(got) != len(expected):
            array = got if isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected) else None
            if array is None:
                return np.inf
            got = tuple(array)
        for g, e in zip(got, expected):
            worst = max(worst, excess(np.asarray(g) if isinstance(g, np.generic) else g, e, tolerance))
        return worst
    if isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            return np.inf
        return max((excess(got[key], expected[key], tolerance) for key in expected), default=0.0)
    return 0.0 if type(got) is type(expected) and got == expected else np.inf


def agree(got: Any, expected: Any, tolerance: Tolerance) -> bool:
    """Whether the plain value ``got`` is ``expected`` within ``tolerance``."""
    return excess(got, expected, tolerance) <= 1.0


def identical(a: Any, b: Any) -> bool:
    """Whether two arguments hold exactly the same data, NaN equal to NaN: did a call change what it was given?"""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(identical(x, y) for x, y in zip(a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(identical(a[key], b[key]) for key in a)
    return type(a) is type(b) and repr(a) == repr(b)


def copied(value: Any) -> Any:
    """A copy of an argument that shares no array, list or dict with it."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple | list):
        return type(value)(copied(part) for part in value)
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    return value
