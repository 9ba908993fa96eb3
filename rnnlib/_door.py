"""Validation at the door: what comes in from a user is checked once, here, and trusted afterwards."""

import importlib
from collections.abc import Iterable
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# As a string, for a Generator that is evaluated loads numpy.random, which takes a sixth of the time of the import.
Rng: TypeAlias = "np.random.Generator"

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


class NotANumberError(ValueError):
    """An array holds a NaN."""


def optional(module: str, extra: str) -> ModuleType:
    """Import ``module``, which the extra ``extra`` installs; ``ImportError`` names the extra if it is not there."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"{module} is needed here: pip install 'training-recurrent-networks[{extra}]'") from error


def check_size(name: str, size: Any, least: int = 1) -> None:
    """Raise ``ValueError`` unless ``size`` is a whole number and ``least`` or more."""
    if not isinstance(size, int | np.integer) or size < least:
        raise ValueError(f"{name}: expected a whole number, {least} or more, got {size!r}")


def check_choice(name: str, chosen: Any, known: Iterable[str]) -> None:
    """Raise ``ValueError`` unless ``chosen`` is one of those ``known``."""
    if chosen not in known:
        raise ValueError(f"{name}: expected one of {', '.join(known)}; got {chosen!r}")


def check_array(name: str, array: Any, shape: tuple[int | str, ...], dtype: np.dtype[Any] | None = None) -> Array:
    """Return ``array`` if it is a NumPy array of this shape and dtype, without NaN.

    A string in ``shape`` names an axis of any length. Without ``dtype``, float32 and float64 are both accepted.
    Raises ``ValueError`` saying what was expected and what came.
    """
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name}: expected a NumPy array, got {type(array).__name__}")
    fits = array.ndim == len(shape) and all(isinstance(s, str) or s == got for s, got in zip(shape, array.shape))
    if not fits:
        expected = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
        raise ValueError(f"{name}: expected shape {expected}, got {array.shape}")
    if dtype is not None and array.dtype != dtype:
        raise ValueError(f"{name}: expected dtype {dtype}, got {array.dtype}; convert it, types are not mixed silently")
    if array.dtype in FLOATS:
        check_no_nan(name, array)
    elif dtype is None:
        raise ValueError(f"{name}: expected dtype float32 or float64, got {array.dtype}")
    return array


def check_no_nan(name: str, array: Array) -> None:
    """Raise ``NotANumberError``, a ``ValueError``, if ``array`` holds a NaN, with the place of the first one."""
    # min() passes a NaN on and, unlike isnan(), needs no second array of this size.
    if array.size and np.isnan(array.min()):
        at = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
        raise NotANumberError(f"{name}: expected numbers, got NaN, first at index {at}")


def check_fields(name: str, given: Any, kind: type, shapes: dict[str, tuple[int, ...]], dtype: Any = None) -> Any:
    """Return ``given`` if it is a ``kind`` whose fields have these shapes and share one float dtype."""
    if not isinstance(given, kind):
        raise ValueError(f"{name}: expected {kind.__name__}, got {type(given).__name__}")
    for field, shape in shapes.items():
        array = check_array(f"{name}.{field}", getattr(given, field), shape, dtype)
        dtype = array.dtype
    return given


def check_mask(mask: Any, shape: tuple[int, ...]) -> Array | None:
    """Return ``mask`` if it is ``None`` or a boolean array of this shape (``True`` marks a valid step)."""
    return None if mask is None else check_array("mask", mask, shape, np.dtype(bool))
