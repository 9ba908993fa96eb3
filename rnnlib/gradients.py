"""Gradients looked at from outside: numerical checks, norms and clipping, for any named tuple of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnnlib.trees import leaves, map_leaves

Tree = TypeVar("Tree")


def central_differences(loss: Callable[[Any], float], params: Tree, step: float = 1e-5) -> Tree:
    r"""Numerical gradient of ``loss(params)``, one entry at a time, typed like ``params``.

    :math:`(L(\theta + \epsilon e_i) - L(\theta - \epsilon e_i)) / 2\epsilon`, of error :math:`O(\epsilon^2)` from the
    expansion and :math:`O(u/\epsilon)` from rounding; ``step`` suits losses of order one in float64 (:math:`u` near
    1e-16), other dtypes raise ``ValueError``. It costs two evaluations an entry.

    >>> central_differences(lambda p: float((p[0] ** 3).sum()), (np.array([1.0, 2.0]),))[0].round(6)
    array([ 3., 12.])
    """

    def difference(moved: NDArray[Any], i: tuple[int, ...], inputs: Any) -> float:
        middle = moved[i]
        moved[i] = middle + step
        above = loss(inputs)
        moved[i] = middle - step
        below = loss(inputs)
        moved[i] = middle
        return (above - below) / (2 * step)

    return _entry_by_entry(difference, params, np.float64)


def complex_step(loss: Callable[[Any], Any], params: Tree, step: float = 1e-30) -> Tree:
    r"""Numerical gradient without cancellation, :math:`\operatorname{Im} L(\theta + i \epsilon e_i)/\epsilon`.

    ``loss`` must be analytic and accept complex parameters: written with ``+``, ``*``, ``@``, ``tanh`` and the like,
    without ``abs``, conjugates or comparisons. Exact to rounding, for there is no difference in which digits are lost.
    ``params`` must be float64, or ``ValueError`` is raised. Source: Squire and Trapp, *Using complex variables to
    estimate derivatives of real functions*, 1998.

    >>> complex_step(lambda p: (p[0] ** 3).sum(), (np.array([1.0, 2.0]),))
    (array([ 3., 12.]),)
    """

    def derivative(moved: NDArray[Any], i: tuple[int, ...], inputs: Any) -> float:
        moved[i] += 1j * step
        value = loss(inputs)
        moved[i] = moved[i].real
        return np.imag(value) / step

    return _entry_by_entry(derivative, params, np.complex128)


def _entry_by_entry(derivative: Callable[..., float], params: Tree, dtype: Any) -> Tree:
    """Fill a tree like ``params`` with ``derivative(array, index, tree)`` of a copy of it in ``dtype``."""
    if any(leaf.dtype != np.float64 for leaf in leaves(params)):
        raise ValueError("params: expected dtype float64 for a numerical gradient; smaller types drown it in rounding")
    inputs = map_leaves(lambda leaf: leaf.astype(dtype), params)
    grads = map_leaves(np.zeros_like, params)
    for moved, grad in zip(leaves(inputs), leaves(grads)):
        for i in np.ndindex(moved.shape):
            grad[i] = derivative(moved, i, inputs)
    return grads


def global_norm(grads: Any) -> float:
    """Euclidean norm of all arrays of ``grads`` taken as one vector, summed in float64.

    >>> global_norm((np.array([3.0]), np.array([[4.0]])))
    5.0
    """
    largest = [np.linalg.norm(np.asarray(leaf, np.float64)) for leaf in leaves(grads)]
    return float(np.linalg.norm(largest))


def relative_error(a: Any, b: Any) -> float:
    r"""Distance of two gradients relative to the larger, :math:`|a - b|/\max(|a|, |b|)`; 0 if both are zero.

    Raises ``ValueError`` if their structures or shapes differ.

    >>> relative_error((np.array([1.0]),), (np.array([1.25]),))
    0.2
    """
    distance = global_norm(map_leaves(np.subtract, a, b))
    return distance and distance / max(global_norm(a), global_norm(b))


def clip_norm(grads: Tree, theta: float) -> tuple[Tree, float]:
    r"""Shorten ``grads`` to global norm ``theta``, direction kept: :math:`g \min(1, \theta/|g|)`.

    Returns the clipped gradients and the norm *before* clipping, which is the number to log. Raises ``ValueError`` if
    ``theta`` is not positive or the gradients hold NaN or infinity, which no scaling repairs.
    Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*, 2013, algorithm 1.

    >>> clip_norm((np.array([3.0, 4.0]),), theta=1.0)
    ((array([0.6, 0.8]),), 5.0)
    """
    if not theta > 0:
        raise ValueError(f"theta: expected a positive threshold, got {theta}")
    norm = global_norm(grads)
    if not np.isfinite(norm):
        raise ValueError(f"grads: expected finite numbers, got a norm of {norm}; skip this update instead of clipping")
    if norm <= theta:
        return grads, norm
    return map_leaves(lambda grad: grad * (theta / norm), grads), norm
