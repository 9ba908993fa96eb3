"""Whether the difference of two ways to train, each run from the same seeds, may be chance."""

from collections import namedtuple
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from rnnlib._door import Array, check_no_nan


class SignTest(namedtuple("SignTest", "above below")):
    """In how many pairs the first of the two was ``above`` the other, and in how many ``below``."""

    @property
    def p(self) -> float:
        r"""Return the two-sided p: how often fair coins, one a pair, fall at least as unevenly, exactly.

        .. math:: p = \min\Big(1,\; 2^{1-N} \sum_{k=0}^{\min(a, b)} \binom{N}{k}\Big), \qquad N = a + b,

        with :math:`a` pairs above and :math:`b` below. Source: Dixon and Mood, *The statistical sign test*, 1946; if
        success and failure are compared it is McNemar's test, 1947, in its exact form.

        >>> SignTest(above=5, below=0).p
        0.0625
        """
        pairs = int(self.above) + int(self.below)
        tail = sum(comb(pairs, k) for k in range(min(self) + 1))
        return min(1.0, 2 * tail / 2**pairs)


def sign_test(a: ArrayLike, b: ArrayLike) -> SignTest:
    """Compare ``a (N,)`` and ``b (N,)`` pair by pair: losses, updates, or success as ``True`` and ``False``.

    Pairs that are equal do not count: they say nothing of which is larger. Raises ``ValueError`` unless there are as
    many of both, and if one is NaN.

    >>> test = sign_test([3.0, 5.0, 4.0, 9.0], [1.0, 2.0, 4.0, 8.0])
    >>> test, test.p
    (SignTest(above=3, below=0), 0.25)
    """
    first, second = _numbers("a", a), _numbers("b", b)
    if len(first) != len(second):
        raise ValueError(f"b: expected {len(first)} numbers, as many as a has, got {len(second)}")
    return SignTest(int((first > second).sum()), int((first < second).sum()))


def _numbers(name: str, given: ArrayLike) -> Array:
    """Return one number a pair; ``ValueError`` if that is not what was given, or if one is NaN."""
    numbers = np.asarray(given)
    if isinstance(given, np.ma.MaskedArray) or numbers.ndim != 1 or numbers.dtype.kind not in "biuf":
        raise ValueError(f"{name}: expected one number for each pair, got {given!r}")
    check_no_nan(name, numbers)
    return numbers
