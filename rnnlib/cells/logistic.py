r"""The logistic function of gates, :math:`\sigma(a) = 1/(1 + e^{-a})`, exact to rounding in both of its tails.

A gate is kept as :math:`e = e^{-a}`, of which both :math:`\sigma = 1/(1 + e)` and :math:`1 - \sigma = e/(1 + e)` can be
had without a difference of near numbers. Kept as :math:`\sigma`, an open gate would lose its slope
:math:`\sigma (1 - \sigma)` to rounding; had by :math:`(1 + \tanh(a/2))/2`, a closed one would lose its value.
"""

import numpy as np

from rnnlib._door import Array


def open_gates(negative: Array) -> Array:
    r"""Turn :math:`-a` into :math:`e^{-a}`, in place, and return :math:`\sigma(a)`.

    A gate that is shut tight overflows: to infinity, and right, so the loops ignore it.

    >>> open_gates(np.array([-40.0, 0.0, 40.0])) - [1, 0.5, 0]
    array([0.00000000e+00, 0.00000000e+00, 4.24835426e-18])
    """
    sigma = np.exp(negative, out=negative) + 1
    return np.reciprocal(sigma, out=sigma)


def complete_gates(e: Array) -> tuple[Array, Array]:
    r"""Return :math:`\sigma` and :math:`1 - \sigma` of :math:`e = e^{-a}`; the latter takes the place of ``e``.

    >>> complete_gates(np.exp([-40.0, 0.0]))[1]
    array([4.24835426e-18, 5.00000000e-01])
    """
    # Infinity over infinity would be no number. A quotient, unlike a product, is exactly 1 where the gate is shut.
    np.minimum(e, np.finfo(e.dtype).max, out=e)
    sigma = e + 1
    e /= sigma
    return np.reciprocal(sigma, out=sigma), e
