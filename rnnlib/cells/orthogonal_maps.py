r"""Maps from unconstrained parameters onto the orthogonal matrices, each beside its pull-back of a gradient.

All make rotations, :math:`\det W = 1`. The cells take them in float64 whatever they train in, for a matrix that
multiplies itself over a thousand steps must be orthogonal to the last digit of its own type: after rounding to float32
no entry of :math:`W^\top W - I` exceeds 1e-6 at up to 512 units.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from rnnlib.cells.protocol import Array


def expm(S: Array) -> Array:
    r"""Matrix exponential of ``S (n, n)``, by the diagonal Padé approximant of degree 7 with scaling and squaring.

    Its error is of the order of rounding times the norm of ``S``, 1e-14 for a skew matrix of 128 rows; of a skew ``S``
    even the approximant is orthogonal. ``S`` may be complex.
    Source: Higham, *The scaling and squaring method for the matrix exponential revisited*, 2005.

    >>> expm(np.array([[0.0, -np.pi / 2], [np.pi / 2, 0.0]])).round(12) + 0.0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    # Below a 1-norm of 0.95 the approximant is exact to rounding.
    squarings = int(np.ceil(np.log2(max(float(np.linalg.norm(S, 1)), 0.95) / 0.95)))
    X = S / 2**squarings
    eye, X2 = np.eye(len(S), dtype=S.dtype), X @ X
    X4 = X2 @ X2
    X6 = X4 @ X2
    even = 17297280 * eye + 1995840 * X2 + 25200 * X4 + 56 * X6
    odd = X @ (8648640 * eye + 277200 * X2 + 1512 * X4 + X6)
    W = np.linalg.solve(even - odd, even + odd)
    for _ in range(squarings):
        W = W @ W
    return W


def cayley(S: Array) -> Array:
    r""":math:`(I - S/2)^{-1} (I + S/2)`, the Padé approximant of degree 1: without eigenvalue -1 for a skew ``S``."""
    half, eye = S / 2, np.eye(len(S), dtype=S.dtype)
    return np.linalg.solve(eye - half, eye + half)


def pull_back(function: Callable[[Array], Array], S: Array, dW: Array) -> Array:
    r"""Gradient of a loss with respect to a real ``S`` from ``dW``, that with respect to a matrix function of ``S``.

    The adjoint of the derivative at :math:`S` is the derivative at :math:`S^\top`, which a complex step takes exactly:
    :math:`\operatorname{Im} f(S^\top + i \epsilon\, \partial L/\partial W)/\epsilon`, up to :math:`\epsilon^2` if the
    gradient is of order one, to which it is scaled.
    Source: Al-Mohy and Higham, *The complex step approximation to the Fréchet derivative of a matrix function*, 2010.
    """
    step, exponent = 1e-10, _exponents(dW)
    return np.ldexp(function(S.T + 1j * step * np.ldexp(dW, -exponent)).imag / step, exponent)


def _exponents(array: Array, axis: Any = None) -> Array:
    """Return the powers of two that bring the largest entry along ``axis`` to order one."""
    return np.frexp(np.abs(array).max(axis=axis, keepdims=True, initial=0))[1]


def skew(A: Array) -> Array:
    r""":math:`A - A^\top`: a linear map, and its own adjoint."""
    return A - A.T


def skew_hermitian(A: Array) -> Array:
    r"""Complex :math:`A - A^*` in real form, :math:`[[X, -Y], [Y, X]]`; of ``A (2 m, m)``, real over imaginary."""
    re, im = np.split(A, 2)
    X, Y = re - re.T, im + im.T
    return np.block([[X, -Y], [Y, X]])


def skew_hermitian_back(dK: Array) -> Array:
    """The adjoint of :func:`skew_hermitian`."""
    (a, b), (c, d) = (np.split(rows, 2, axis=1) for rows in np.split(dK, 2))
    return np.concatenate([skew(a + d), c - b + (c - b).T])


def _accumulate(V: Array) -> Array:
    """Return the triangle by which the reflections in the rows of ``V`` act together."""
    R = np.triu(V @ V.T)
    R[np.diag_indices_from(R)] /= 2
    return R


def householder(V: Array) -> Array:
    r"""Product of the reflections :math:`I - 2 v_i v_i^\top/|v_i|^2` in the rows of ``V (m, n)``, the first leftmost.

    All at once: :math:`W = I - V^\top R^{-1} V`, where :math:`R` is the upper triangle of :math:`V V^\top` with half
    its diagonal. Only directions matter: rows are scaled first. None may be zero (``LinAlgError``, a ``ValueError``).
    Sources: Mhammedi, Hellicar, Rahman and Bailey, *Efficient orthogonal parametrisation of recurrent neural networks
    using Householder reflections*, 2017; for the triangle Joffrain, Low, Quintana-Ortí, van de Geijn and Van Zee,
    *Accumulating Householder transformations, revisited*, 2006.
    """
    V = np.ldexp(V, -_exponents(V, 1))
    return np.eye(V.shape[1]) - V.T @ np.linalg.solve(_accumulate(V), V)


def householder_back(V: Array, dW: Array) -> Array:
    r"""Pull ``dW`` back to ``V``, by the product rule for the three factors of :math:`V^\top R^{-1} V`."""
    exponents = _exponents(V, 1)
    V = np.ldexp(V, -exponents)
    R = _accumulate(V)
    right, left = np.linalg.solve(R, V), np.linalg.solve(R.T, V)
    dR = np.triu(left @ dW @ right.T)
    dR[np.diag_indices_from(dR)] /= 2
    return np.ldexp((dR + dR.T) @ V - right @ dW.T - left @ dW, -exponents)


def skew_of_angles(angles: Array, units: int) -> Array:
    r"""``A`` such that :math:`A - A^\top` has blocks :math:`[[0, -\theta], [\theta, 0]]`, logarithms of rotations."""
    below = np.zeros(units - 1)
    below[::2] = angles / 2
    return np.diag(below, -1) - np.diag(below, 1)


def phases_of_angles(angles: Array, units: int) -> Array:
    """``A`` for :func:`skew_hermitian`: these angles as the phases of ``units // 2`` complex numbers."""
    return np.diag(angles / 2, -(units // 2))[:, : units // 2]


def reflections_of_angles(angles: Array, units: int) -> Array:
    """Two unit vectors a plane, at half the angle to one another: the two reflections rotate by the whole."""
    V, i = np.eye(units - units % 2, units), 2 * np.arange(units // 2)
    V[i + 1, i], V[i + 1, i + 1] = np.cos(angles / 2), -np.sin(angles / 2)
    return V


class OrthogonalMap(NamedTuple):
    """``forward(A) -> W``, its pull-back ``back(A, dW) -> dA``, and the ``A`` of given rotations."""

    forward: Callable[[Array], Array]
    back: Callable[[Array, Array], Array]
    of_angles: Callable[[Array, int], Array]


def _matrix_function(f: Any, skewed: Any, adjoint: Any, of_angles: Any) -> OrthogonalMap:
    """``f`` of the skew matrix that the linear map ``skewed`` makes of ``A``, with that map's adjoint."""
    return OrthogonalMap(lambda A: f(skewed(A)), lambda A, dW: adjoint(pull_back(f, skewed(A), dW)), of_angles)


MAPS = {
    "exponential": _matrix_function(expm, skew, skew, skew_of_angles),
    "cayley": _matrix_function(cayley, skew, skew, lambda angles, n: skew_of_angles(2 * np.tan(angles / 2), n)),
    "householder": OrthogonalMap(householder, householder_back, reflections_of_angles),
    "unitary": _matrix_function(expm, skew_hermitian, skew_hermitian_back, phases_of_angles),
}
