"""Euclidean norms and their ratios, of numbers of any size: what is squared is first scaled to order one.

Squares leave the range of floats at half its exponents, so that a gradient of 1e-170 would have length 0 and one of
1e200 an infinite one. Whatever the package measures or divides by a norm goes through here. Scales are powers of two,
which multiply without rounding: where nothing is lost anyway, the result is that of the plain formula, bit for bit.
"""

from typing import Any

import numpy as np

from rnnlib._door import Array
from rnnlib.trees import leaves

LOG_2 = float(np.log(2))


def rescaled(array: Any, axis: Any = None) -> tuple[Array, Array]:
    r"""Split ``array`` into ``(mantissa, exponent)``, :math:`\text{mantissa} \cdot 2^\text{exponent}`, in float64.

    The largest entry of the mantissa along ``axis`` is in [1/2, 1), in modulus; the exponent keeps those axes, of
    length 1. Zeros, infinities and NaNs stay as they are.

    >>> rescaled(np.array([3e200, 4e200]))[0].round(3), rescaled(np.array([0.0, 4.0]))[1]
    (array([0.49 , 0.653]), array([3], dtype=int32))
    """
    array = np.asarray(array, np.float64)
    exponent = np.frexp(np.abs(array).max(axis=axis, keepdims=True, initial=0))[1]
    return np.ldexp(array, -exponent), exponent


def norm(array: Any, axis: Any = None) -> Array:
    r"""The Euclidean norm :math:`\sqrt{\sum_i |a_i|^2}` along ``axis``, or of all entries, in float64.

    Of two axes it is Frobenius'. It is infinite only if it, or an entry, exceeds the largest float.

    >>> norm([3e-200, 4e-200]), norm(np.array([[3e30, 4e30]], np.float32), axis=-1).round(-25)
    (np.float64(5e-200), array([5.e+30]))
    """
    mantissa, exponent = rescaled(array, axis)
    return compose(np.linalg.norm(mantissa, axis=axis), np.squeeze(exponent, axis))


def compose(mantissa: Any, exponent: Any) -> Array:
    r""":math:`\text{mantissa} \cdot 2^\text{exponent}`, infinity where no float is as large."""
    with np.errstate(over="ignore"):
        return np.ldexp(mantissa, exponent)


def unit_and_log(array: Any, axis: Any) -> tuple[Array, Array]:
    """Split ``array`` along ``axis`` into parts of norm 1 and the logarithms of their norms; zero stays zero.

    >>> unit_and_log([3e-200, 4e-200], axis=-1)[1].round(6)
    np.float64(-458.907581)
    """
    mantissa, exponent = rescaled(array, axis)
    length = np.linalg.norm(mantissa, axis=axis, keepdims=True)
    return mantissa / np.where(length > 0, length, 1), np.squeeze(log(length) + exponent * LOG_2, axis)


def log(x: Any) -> Array:
    """The natural logarithm, ``-inf`` of zero."""
    with np.errstate(divide="ignore"):
        return np.log(x)


def split_norm(tree: Any) -> tuple[float, int]:
    r"""The norm of all arrays of ``tree`` as one vector, as ``(m, e)`` for :math:`m \cdot 2^e`, which has no range.

    >>> split_norm((np.array([3e300]), np.array([[4e300]])))[0] * 2.0**-1 < 1
    True
    """
    arrays = [np.asarray(leaf, np.float64) for leaf in leaves(tree)]
    exponent = int(np.frexp(np.max([np.abs(array).max(initial=0) for array in arrays], initial=0))[1])
    return float(np.linalg.norm([np.linalg.norm(np.ldexp(array, -exponent)) for array in arrays])), exponent


def times_ratio(array: Array, numerator: float, denominator: float, exponent: int = 0) -> Array:
    r"""``array`` times :math:`\text{numerator}/(\text{denominator} \cdot 2^\text{exponent})`, in its dtype.

    The ratio itself may be out of range of the dtype, the result is not rounded twice.

    >>> times_ratio(np.array([3e200, 4e200]), 1e-200, 5e200)
    array([6.e-201, 8.e-201])
    """
    (top, up), (bottom, down) = np.frexp(numerator), np.frexp(denominator)
    ratio, shift = np.frexp(top / bottom)
    return np.ldexp(array * float(ratio), int(shift + up - down) - exponent)
