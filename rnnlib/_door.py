"""Validation at the door: what comes in from a user is checked once, here, and trusted afterwards."""

import importlib
from collections.abc import Callable, Iterable
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


def described(given: Any) -> str:
    """Say what ``given`` is: the class itself, where an instance may have been meant, or the name of its type."""
    return f"the class {given.__name__} itself" if isinstance(given, type) else type(given).__name__


def check_kind(name: str, given: Any, kind: type, source: str = "") -> Any:
    """Return ``given`` if it is a ``kind``; ``ValueError`` if not, with the ``source`` of one, if that is told."""
    if not isinstance(given, kind):
        raise ValueError(f"{name}: expected {kind.__name__}{source and ', ' + source}, got {described(given)}")
    return given


def check_offers(name: str, given: Any, expected: str, *methods: str) -> Any:
    """Return ``given`` if it is an object with these ``methods``, as is what is ``expected``."""
    if isinstance(given, type) or not all(hasattr(given, method) for method in methods):
        raise ValueError(f"{name}: expected {expected}, got {described(given)}")
    return given


def check_size(name: str, size: Any, least: int = 1, most: float = np.inf, expected: str = "") -> None:
    """Raise ``ValueError``, saying what was ``expected``, unless ``size`` is a whole number, ``least`` to ``most``."""
    if not isinstance(size, int | np.integer) or isinstance(size, bool) or not least <= size <= most:
        raise ValueError(f"{name}: expected {expected or f'a whole number, {least} or more'}, got {size!r}")


def check_number(name: str, number: Any, expected: str, holds: Callable[[Any], Any]) -> None:
    """Raise ``ValueError``, saying what was ``expected``, unless ``number`` is a real one of which that ``holds``."""
    real = isinstance(number, int | float | np.integer | np.floating) and not isinstance(number, bool)
    if not real or not holds(number):
        raise ValueError(f"{name}: expected {expected}, got {number!r}")


def check_drawing(rng: Any, dtype: Any = np.float64) -> None:
    """Raise ``ValueError`` unless ``rng`` draws random numbers and ``dtype`` is float32 or float64."""
    check_kind("rng", rng, np.random.Generator, "as numpy.random.default_rng(0) makes one")
    if dtype not in FLOATS:
        raise ValueError(f"dtype: expected float32 or float64, got {dtype!r}")


def check_choice(name: str, chosen: Any, known: Iterable[str]) -> None:
    """Raise ``ValueError`` unless ``chosen`` is one of those ``known``."""
    if chosen not in known:
        raise ValueError(f"{name}: expected one of {', '.join(known)}; got {chosen!r}")


def check_array(name: str, array: Any, shape: tuple[int | str, ...], dtype: np.dtype[Any] | None = None) -> Array:
    """Return ``array`` if it is a NumPy array of this shape and dtype, without NaN.

    A string in ``shape`` names an axis of any length. Without ``dtype``, float32 and float64 are both accepted.
    Raises ``ValueError`` saying what was expected and what came.
    """
    if isinstance(array, np.ma.MaskedArray):
        raise ValueError(f"{name}: expected a plain array, got a masked one: fill it, and say what is valid by a mask")
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name}: expected a NumPy array, got {described(array)}")
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


def check_floats(name: str, array: Any, *last: int | str, dtype: np.dtype[Any] | None = None) -> Array:
    """Return ``array`` as :func:`check_array` does, whatever stands in its shape before the axes ``last``."""
    axes = array.ndim if isinstance(array, np.ndarray) else 0
    return check_array(name, array, ("...",) * (axes - len(last)) + last, dtype)


def check_matrices(name: str, given: Any, least: int = 2) -> Array:
    """Return ``given``, an array or nested lists, as finite square matrices in float64, of ``least`` axes or more."""
    expected = f"{name}: expected square matrices of finite numbers, ({'T, ' * (least > 2)}.., s, s)"
    try:
        array = np.asarray(given)
        fits = array.dtype.kind in "iuf" and array.ndim >= least and array.shape[-1] == array.shape[-2] > 0
    except ValueError as error:
        raise ValueError(f"{expected}, got {described(given)} of unequal parts") from error
    if not fits or isinstance(given, np.ma.MaskedArray):
        raise ValueError(f"{expected}, got {described(given)} of shape {array.shape} and dtype {array.dtype}")
    if not np.isfinite(array).all():
        raise ValueError(f"{expected}, got NaN or infinity")
    return array.astype(np.float64)


def check_no_nan(name: str, array: Array) -> None:
    """Raise ``NotANumberError``, a ``ValueError``, if ``array`` holds a NaN, with the place of the first one."""
    # min() passes a NaN on and, unlike isnan(), needs no second array of this size.
    if array.size and np.isnan(array.min()):
        at = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
        raise NotANumberError(f"{name}: expected numbers, got NaN, first at index {at}")


def check_fields(name: str, given: Any, kind: type, shapes: dict[str, tuple[int, ...]], dtype: Any = None) -> Any:
    """Return ``given`` if it is a ``kind`` whose fields have these shapes and share one float dtype."""
    check_kind(name, given, kind)
    for field, shape in shapes.items():
        array = check_array(f"{name}.{field}", getattr(given, field), shape, dtype)
        dtype = array.dtype
    return given


def check_mask(mask: Any, shape: tuple[int, ...]) -> Array | None:
    """Return ``mask`` if it is ``None`` or a boolean array of this shape (``True`` marks a valid step)."""
    return None if mask is None else check_array("mask", mask, shape, np.dtype(bool))
