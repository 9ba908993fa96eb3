"""Sequences of several lengths in one batch: the mask that says which steps are valid, and what it must hide."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnlib._door import Array, check_array, check_size, described


def lengths_to_mask(lengths: Any, steps: int | None = None) -> Array:
    """Return the mask ``(T, B)`` of sequences of these ``lengths (B,)``, true at each one's first steps.

    ``T`` is ``steps``, or the greatest length. Raises ``ValueError`` for lengths that are no whole numbers from 0 to
    ``T``.

    >>> lengths_to_mask([3, 1]).astype(int)
    array([[1, 1],
           [1, 0],
           [1, 0]])
    """
    given = np.asarray(lengths)
    if given.ndim != 1 or given.dtype.kind not in "iu" or (given < 0).any():
        raise ValueError(f"lengths: expected a whole number, 0 or more, for each sequence, got {lengths!r}")
    longest = int(given.max(initial=0))
    steps = longest if steps is None else steps
    check_size("steps", steps, longest, expected=f"{longest} or more, the greatest length")
    return np.arange(steps)[:, np.newaxis] < given


def pad(sequences: Sequence[Array]) -> tuple[Array, Array]:
    """Put sequences ``(T_b, ..)``, or ids ``(T_b,)``, side by side: ``x (T, B, ..)``, zero at the end, and its mask.

    Raises ``ValueError`` unless they are arrays alike in all but their lengths.

    >>> x, mask = pad([np.ones((3, 2)), np.ones((1, 2))])
    >>> x.shape, mask.sum(axis=0)
    ((3, 2, 2), array([3, 1]))
    """
    if not isinstance(sequences, list | tuple) or not sequences:
        raise ValueError(f"sequences: expected a list of arrays, one a sequence, got {described(sequences)}")
    first = sequences[0]
    for b, one in enumerate(sequences):
        check_array(f"sequences[{b}]", one, ("T", *np.shape(first)[1:]), getattr(first, "dtype", None))
    mask = lengths_to_mask([len(one) for one in sequences])
    x = np.zeros((*mask.shape, *first.shape[1:]), first.dtype)
    for b, one in enumerate(sequences):
        x[: len(one), b] = one
    return x, mask


def hide(array: Any, mask: Any) -> Any:
    """Return ``array (T, B, ..)`` with zeros where ``mask (T, B)`` says that nothing is valid.

    What stands there must not matter, and zero times infinity would. Without padding, or if the two do not fit, which
    is for others to say, it is ``array`` itself.
    """
    arrays = type(array) is np.ndarray and type(mask) is np.ndarray and mask.dtype == bool
    if not arrays or array.shape[: mask.ndim] != mask.shape or mask.all():
        return array
    return np.where(mask.reshape(mask.shape + (1,) * (array.ndim - mask.ndim)), array, np.zeros((), array.dtype))
