"""What an answer is made of: the number of its parts, their shapes and types, and whether they are numbers at all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from rnngrade.diagnosis.answers import Answers, Leaf, Part
from rnngrade.diagnosis.verdict import Diagnosis, Finding
from rnngrade.diagnosis.words import index, number, outline, shown_case, subject
from rnngrade.outcomes import Failure
from rnngrade.values import Path, Tolerance, agree, as_array, error


def wrong_structure(a: Answers) -> Diagnosis | None:
    """Another number of parts, or words where numbers belong."""
    for i in a.wrong:
        misfit = next(_misfits(a.values[i], a.cases[i].expected), None)
        if misfit is not None:
            path, got, expected = misfit
            text = f"{subject(a, path)} is {outline(got)}; expected {outline(expected)}."
            return Diagnosis(False, "wrong-type", text[:1].upper() + text[1:], i, outline(got), outline(expected))
    return None


def _misfits(got: Any, expected: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Where the structure of ``got`` is not that of ``expected``: the way there, what is there, and what should be."""
    if isinstance(expected, tuple) and isinstance(got, np.ndarray) and got.ndim:
        got = tuple(map(np.asarray, got))
    if isinstance(expected, dict) and isinstance(got, dict) and got.keys() == expected.keys():
        for key in expected:
            yield from _misfits(got[key], expected[key], (*path, key))
    elif isinstance(expected, tuple) and isinstance(got, tuple) and len(got) == len(expected):
        for i, part in enumerate(expected):
            yield from _misfits(got[i], part, (*path, i))
    elif not _fits(got, expected):
        yield path, got, expected


def _fits(got: Any, expected: Any) -> bool:
    """Whether two leaves are of one kind; nested lists of numbers stand for an array."""
    if isinstance(expected, np.ndarray):
        return as_array(got) is not None
    return not isinstance(expected, tuple | dict | Failure) and type(got) is type(expected)


# ---- of one part


def transposed(a: Answers, part: Part) -> Finding | None:
    """Right but for the order of its axes."""
    first = part.wrong[0]
    for axes in itertools.permutations(range(first.expected.ndim)):
        if axes != tuple(sorted(axes)) and all(is_permuted(leaf, axes, a.tolerance) for leaf in part.wrong):
            how = "the transpose of the right one" if len(axes) == 2 else f"right with {{its}} axes in the order {axes}"
            return Finding("transpose", f"{{subject}} {{is}} {how}: check which index comes first.",
                           first.case, f"shape {first.got.shape}", f"shape {first.expected.shape}")
    return None


def turned_about(a: Answers, part: Part) -> Finding | None:
    """Transposed, and of the other sign."""
    for sign, words in ((-1.0, "has the other sign"), (0.5, "is twice too large"), (2.0, "is half too small")):
        if all(leaf.got.ndim == 2 and leaf.got.dtype.kind in "iuf" and
               is_permuted(Leaf(leaf.case, leaf.path, sign * leaf.got, leaf.expected), (1, 0), a.tolerance)
               for leaf in part.wrong) and any(min(leaf.got.shape) > 1 for leaf in part.wrong):
            text = f"Two slips at once: what {{subject}} holds is transposed, and {words}."
            return Finding("several", text, part.wrong[0].case)
    return None


def is_permuted(leaf: Leaf, axes: tuple[int, ...], tolerance: Tolerance) -> bool:
    """Whether the axes of what was got, in the order ``axes``, make it right."""
    if leaf.got.ndim != len(axes) or leaf.expected.ndim != len(axes):
        return False
    turned = leaf.got.transpose(axes)
    return turned.shape == leaf.expected.shape and agree(turned, leaf.expected, tolerance)


Pair = tuple[np.ndarray, np.ndarray]
Made = Callable[[Leaf], Pair | None]
REDUCED: tuple[tuple[str, Callable[[np.ndarray, int], np.ndarray]], ...] = (
    ("the right numbers added up", lambda x, axis: x.sum(axis)),
    ("the mean of the right numbers", lambda x, axis: x.mean(axis)),
    ("the last of the right entries", lambda x, axis: np.take(x, -1, axis)),
    ("the first of the right entries", lambda x, axis: np.take(x, 0, axis)),
)
CUT: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("the first entry along axis 0 is missing", lambda x: x[1:]),
    ("the last entry along axis 0 is missing", lambda x: x[:-1]),
    ("the first and the last entry along axis 0 are missing", lambda x: x[1:-1]),
)


def wrong_shape(a: Answers, part: Part) -> Finding | None:
    """Another shape, and what was done to the right numbers to get there, if that can be seen."""
    bad = [leaf for leaf in part.wrong if leaf.got.shape != leaf.expected.shape]
    if not bad:
        return None
    leaf = bad[0]
    how = next((text for text, made in _reshapings(a, leaf) if _all_made(a, bad, made)), "")
    about = f" {how[:1].upper()}{how[1:]}." if how else ""
    return Finding("wrong-shape", f"{{subject}} {{has}} shape {leaf.got.shape}, expected {leaf.expected.shape}."
                   f"{about}{_braced(shown_case(a, leaf.case))}", leaf.case, f"shape {leaf.got.shape}",
                   f"shape {leaf.expected.shape}")


def _all_made(a: Answers, leaves: list[Leaf], made: Made) -> bool:
    for leaf in leaves:
        pair = made(leaf)
        if pair is None or pair[0].shape != pair[1].shape or not agree(*pair, a.tolerance):
            return False
    return True


def _reshapings(a: Answers, leaf: Leaf) -> Iterator[tuple[str, Made]]:
    """Ways to another shape: what is said, and the two arrays that then agree."""
    yield "the numbers are right, only their arrangement is not", _rearranged
    for k, axis in enumerate(a.axes(leaf.path, leaf.expected.ndim)):
        along = f"along axis {k}" + (f", which is {axis}" if axis else "")
        for text, reduced in REDUCED:
            yield f"it holds {text} {along}", partial(_reduced, reduced, k)
    for k in range(leaf.got.ndim):
        yield f"its sum over axis {k} is right: add up what all steps or sequences give", partial(_summed, k)
    for text, cut in CUT:
        yield text, partial(_cut, cut)
    yield "the first entry along axis 0 is one too many", partial(_longer, slice(1, None))
    yield "the last entry along axis 0 is one too many", partial(_longer, slice(None, -1))
    yield "all of its entries are added up", lambda x: (x.got, np.asarray(x.expected.sum()))
    yield "these are the diagonal entries", lambda x: (x.got, np.diagonal(x.expected)) if x.expected.ndim == 2 else None


def _rearranged(x: Leaf) -> Pair | None:
    return (x.got.reshape(x.expected.shape), x.expected) if x.got.size == x.expected.size else None


def _reduced(made: Callable[[np.ndarray, int], np.ndarray], k: int, x: Leaf) -> Pair | None:
    return (x.got, np.asarray(made(x.expected, k))) if x.expected.ndim > k and x.expected.shape[k] else None


def _summed(k: int, x: Leaf) -> Pair | None:
    return (np.asarray(x.got.sum(k)), x.expected) if x.got.ndim > k else None


def _cut(cut: Callable[[np.ndarray], np.ndarray], x: Leaf) -> Pair | None:
    return (x.got, cut(x.expected)) if x.expected.ndim else None


def _longer(kept: slice, x: Leaf) -> Pair | None:
    return (x.got[kept], x.expected) if x.got.ndim else None


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def wrong_dtype(a: Answers, part: Part) -> Finding | None:
    """Digits lost to another type of number, or numbers that are complex."""
    for leaf in part.wrong:
        got, expected = leaf.got, leaf.expected
        if expected.dtype.kind != "f" or got.shape != expected.shape:
            continue
        single = got.dtype in (np.float32, np.float16) and error(got, expected) <= 1e-2 * np.max(
            np.abs(expected), initial=0.0)
        whole = got.dtype.kind in "iu"
        cut = whole and (error(got, np.trunc(expected)) == 0 or error(got, np.round(expected)) == 0)
        if not (single or cut or got.dtype.kind in "cb"):
            continue
        why = ": {its} digits are lost" if single else ": the numbers were cut to integers" if cut else ""
        return Finding("wrong-dtype", f"{{subject}} {{has}} dtype {got.dtype}, expected {expected.dtype}{why}.",
                       leaf.case, str(got.dtype), str(expected.dtype))
    return None


def not_finite(a: Answers, part: Part) -> Finding | None:
    """NaN or infinity where a number is expected."""
    for leaf in part.wrong:
        if leaf.got.shape != leaf.expected.shape or leaf.got.dtype.kind not in "fc":
            continue
        bad = ~np.isfinite(leaf.got) & np.isfinite(leaf.expected)
        if bad.any():
            return _said(a, leaf, bad, part)
    return None


def _said(a: Answers, leaf: Leaf, bad: np.ndarray, part: Part) -> Finding:
    first = tuple(int(k) for k in np.argwhere(bad)[0])
    name = subject(a, leaf.path)
    if first:
        count = f"all {leaf.got.size}" if bad.all() else f"{int(bad.sum())} of {leaf.got.size}"
        what = f": {count} entries are NaN or infinite, the first at {index(a, leaf.path, first)}."
    else:
        what = f" {{is}} {number(leaf.got[first])}, expected a finite number."
    elsewhere = _ignored(a, leaf)
    name = name if leaf.path != part.path else "{subject}"
    shown = _braced(shown_case(a, leaf.case))
    return Finding("nan", f"{_braced(name) if name != '{subject}' else name}{what}{elsewhere}{shown}", leaf.case,
                   number(leaf.got[first]))


def _ignored(a: Answers, leaf: Leaf) -> str:
    """NaN beside a mask is there to be ignored: a product with zero does not."""
    arrays = {name: arg for name, arg in a.argument(leaf.case).items() if isinstance(arg, np.ndarray)}
    holders = [name for name, arg in arrays.items() if arg.dtype.kind == "f" and not np.isfinite(arg).all()]
    if not holders or not any(arg.dtype == bool for arg in arrays.values()):
        return ""
    return f" `{holders[0]}` holds NaN or infinity where it does not count: it must not enter there, not even " \
           "multiplied by 0, which is NaN. Select with np.where or an index."
