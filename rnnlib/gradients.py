"""Gradients looked at from outside: numerical checks, norms and clipping, for any named tuple of arrays."""

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib._door import check_number, check_offers, described
from rnnlib.norms import compose, split_norm, times_ratio
from rnnlib.trees import Tree, leaves, map_leaves


def central_differences(loss: Callable[[Any], float], params: Tree, step: float = 1e-5) -> Tree:
    r"""Numerical gradient of ``loss(params)``, one entry at a time, typed like ``params``.

    :math:`(L(\theta + \epsilon e_i) - L(\theta - \epsilon e_i)) / 2\epsilon`, of error :math:`O(\epsilon^2)` from the
    expansion and :math:`O(u/\epsilon)` from rounding; ``step`` suits losses of order one in float64 (:math:`u` near
    1e-16), other dtypes raise ``ValueError``. It costs two evaluations an entry.

    >>> central_differences(lambda p: float((p[0] ** 3).sum()), (np.array([1.0, 2.0]),))[0].round(6)
    array([ 3., 12.])
    """
    check_number("step", step, "a positive number", lambda step: step > 0)
    above, below = (_loss_moved(loss, params, by) for by in (step, -step))
    return map_leaves(lambda higher, lower: (higher - lower) / (2 * step), above, below)


def complex_step(loss: Callable[[Any], Any], params: Tree, step: float = 1e-30) -> Tree:
    r"""Numerical gradient without cancellation, :math:`\operatorname{Im} L(\theta + i \epsilon e_i)/\epsilon`.

    ``loss`` must be analytic and accept complex parameters: written with ``+``, ``*``, ``@``, ``tanh`` and the like,
    without ``abs``, conjugates or comparisons. Exact to rounding, for there is no difference in which digits are lost.
    ``params`` must be float64, or ``ValueError`` is raised. Source: Squire and Trapp, *Using complex variables to
    estimate derivatives of real functions*, 1998.

    >>> complex_step(lambda p: (p[0] ** 3).sum(), (np.array([1.0, 2.0]),))
    (array([ 3., 12.]),)
    """
    check_number("step", step, "a positive number", lambda step: step > 0)
    return map_leaves(lambda value: value.imag / step, _loss_moved(loss, params, 1j * step))


def _loss_moved(loss: Callable[[Any], Any], params: Tree, by: complex) -> Tree:
    """Return, in a tree like ``params``, the loss with that entry alone moved ``by`` so much."""
    check_offers("loss", loss, "a function of the parameters", "__call__")
    if any(leaf.dtype != np.float64 for leaf in leaves(check_gradients("params", params))):
        raise ValueError("params: expected dtype float64 for a numerical gradient; smaller types drown it in rounding")
    inputs = map_leaves(lambda leaf: leaf.astype(np.result_type(leaf, by)), params)
    losses = map_leaves(np.zeros_like, inputs)
    for array, moved in zip(leaves(inputs), leaves(losses)):
        for i in np.ndindex(array.shape):
            kept = array[i]
            array[i] += by
            moved[i] = loss(inputs)
            array[i] = kept
    return losses


def global_norm(grads: Any) -> float:
    """Euclidean norm of all arrays of ``grads`` taken as one vector, in float64; nothing is lost by squaring.

    >>> global_norm((np.array([3.0]), np.array([[4.0]]))), global_norm((np.array([3e-200, 4e-200]),))
    (5.0, 5e-200)
    """
    return float(compose(*split_norm(check_gradients("grads", grads))))


def check_gradients(name: str, grads: Any) -> Any:
    """Return ``grads`` if all its leaves are plain arrays of numbers, NaN included; ``ValueError`` if one is not."""
    for leaf in leaves(grads):
        if not isinstance(leaf, np.ndarray | np.generic) or leaf.dtype.kind not in "iuf" or np.ma.isMaskedArray(leaf):
            raise ValueError(f"{name}: expected arrays of numbers, or named tuples of such, got {described(leaf)}")
    return grads


def relative_error(a: Any, b: Any) -> float:
    r"""Distance of two gradients relative to the larger, :math:`|a - b|/\max(|a|, |b|)`; 0 if both are zero.

    Raises ``ValueError`` if their structures or shapes differ.

    >>> relative_error((np.array([1.0]),), (np.array([1.25]),))
    0.2
    >>> relative_error((np.array([1e-200]),), (np.array([2e-200]),))
    0.5
    """
    check_gradients("a", a), check_gradients("b", b)
    _, exponent = split_norm((a, b))
    a, b = (map_leaves(lambda leaf: np.ldexp(np.asarray(leaf, np.float64), -exponent), tree) for tree in (a, b))
    distance = global_norm(map_leaves(np.subtract, a, b))
    return distance and distance / max(global_norm(a), global_norm(b))


class Clipping(namedtuple("Clipping", "before after fraction")):
    """What clipping did: the global norm ``before`` and ``after``, and the ``fraction`` of what was shortened.

    It counts the whole gradient (0 or 1) for ``clip_norm``, entries for ``clip_values``, arrays for ``clip_each``.
    """


def clip_norm(grads: Tree, theta: float) -> tuple[Tree, Clipping]:
    r"""Shorten ``grads`` to global norm ``theta``, direction kept: :math:`g \min(1, \theta/|g|)`.

    Returns the clipped gradients and what was done; the norm to log is the one *before*. Raises ``ValueError`` if
    ``theta`` is not positive or the gradients hold NaN or infinity, which no scaling repairs.
    Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*, 2013, algorithm 1.

    >>> clip_norm((np.array([3.0, 4.0]),), theta=1.0)
    ((array([0.6, 0.8]),), Clipping(before=5.0, after=1.0, fraction=1.0))
    """
    norm = _norm_to_clip(grads, theta)
    if norm <= theta:
        return grads, Clipping(norm, norm, 0.0)
    mantissa, exponent = split_norm(grads)
    clipped = map_leaves(lambda grad: times_ratio(grad, theta, mantissa, exponent), grads)
    return clipped, Clipping(norm, float(theta), 1.0)


def clip_values(grads: Tree, theta: float) -> tuple[Tree, Clipping]:
    r"""Cut every entry of ``grads`` to :math:`[-\theta, \theta]`, which turns the direction.

    Returns and raises what :func:`clip_norm` does. Source: Mikolov, *Statistical language models based on neural
    networks*, 2012.

    >>> clip_values((np.array([3.0, 0.5]),), theta=1.0)[0]
    (array([1. , 0.5]),)
    """
    norm = _norm_to_clip(grads, theta)
    cut = sum(int((abs(grad) > theta).sum()) for grad in leaves(grads))
    clipped = map_leaves(lambda grad: grad.clip(-theta, theta), grads)
    return clipped, Clipping(norm, global_norm(clipped), cut / sum(grad.size for grad in leaves(grads)))


def clip_each(grads: Tree, theta: float) -> tuple[Tree, Clipping]:
    r"""Shorten every array of ``grads`` to norm ``theta`` by itself, which turns the direction of the whole.

    Returns and raises what :func:`clip_norm` does.

    >>> clip_each((np.array([3.0, 4.0]), np.array([0.5])), theta=1.0)
    ((array([0.6, 0.8]), array([0.5])), Clipping(before=5.024937810560445, after=1.118033988749895, fraction=0.5))
    """
    norm = _norm_to_clip(grads, theta)
    clipped = map_leaves(lambda grad: clip_norm(grad, theta)[0], grads)
    shortened = [global_norm(grad) > theta for grad in leaves(grads)]
    return clipped, Clipping(norm, global_norm(clipped), sum(shortened) / len(shortened))


def _norm_to_clip(grads: Any, theta: float) -> float:
    """Return the global norm; ``ValueError`` if ``theta`` is no threshold, or an entry of ``grads`` is not finite."""
    check_number("theta", theta, "a positive threshold", lambda theta: theta > 0)
    mantissa, exponent = split_norm(check_gradients("grads", grads))
    if not np.isfinite(mantissa):
        raise ValueError(f"grads: expected finite numbers, got {mantissa}; skip this update instead of clipping")
    return float(compose(mantissa, exponent))
