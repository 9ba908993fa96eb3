"""Losses and their gradients, as means over the valid steps."""

from typing import Any

import numpy as np

from rnnlib._door import Array, check_array, check_floats, check_mask
from rnnlib.padding import hide
from rnnlib.readouts import check_ids


def softmax(logits: Array) -> Array:
    r"""Probabilities :math:`p_i = e^{y_i}/\sum_j e^{y_j}` along the last axis.

    The largest logit is subtracted first, which changes nothing and keeps the exponentials finite.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    check_floats("logits", logits, "m")
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    return p


def softmax_cross_entropy(logits: Array, targets: Array, mask: Array | None = None) -> tuple[float, Array]:
    r"""Mean cross-entropy in nats, :math:`-\frac{1}{N} \sum \log p_\text{target}`, and its gradient.

    ``logits (T, B, m)``, integer ``targets (T, B)``, ``mask (T, B)`` true at the :math:`N` valid steps (other leading
    axes work as well). The gradient of the logits is :math:`(p - \text{onehot})/N`, zero at padded steps, where logits
    and targets may hold anything. Raises ``ValueError`` for wrong shapes or dtypes, NaN, a target that is no class, no
    valid step.

    >>> loss, dlogits = softmax_cross_entropy(np.zeros((1, 1, 2)), np.array([[1]]))
    >>> round(loss, 6), dlogits
    (0.693147, array([[[ 0.5, -0.5]]]))
    """
    logits, valid, count = _valid_steps("logits", logits, mask)
    check_array("targets", targets, logits.shape[:-1], getattr(targets, "dtype", None))
    hits = check_ids("targets", np.where(valid, targets, 0), logits.shape[-1])[..., np.newaxis]
    shifted = logits - logits.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=-1, keepdims=True)
    losses = np.log(total) - np.take_along_axis(shifted, hits, axis=-1)
    dlogits = exponentials / total
    np.put_along_axis(dlogits, hits, np.take_along_axis(dlogits, hits, axis=-1) - 1, axis=-1)
    dlogits *= valid[..., np.newaxis] / logits.dtype.type(count)
    return float(losses[..., 0].sum(where=valid, dtype=np.float64)) / count, dlogits


def squared_error(y: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    r"""Mean of half the squared distance, :math:`\frac{1}{2N} \sum |y_t - y^*_t|^2`, and its gradient.

    ``y`` and ``target`` ``(T, B, m)``, ``mask (T, B)`` true at the :math:`N` valid steps (other leading axes work as
    well). The gradient is :math:`(y - y^*)/N`, zero at padded steps, where both may hold anything; the sum is taken in
    float64. Raises ``ValueError`` for wrong shapes or dtypes,
    NaN, or no valid step.

    >>> squared_error(np.array([[[3.0]]]), np.array([[[1.0]]]))
    (2.0, array([[[2.]]]))
    """
    y, _, count = _valid_steps("y", y, mask)
    error = y - check_array("target", hide(target, mask), y.shape, y.dtype)
    # In float32 a sum over a million steps would lose four digits.
    squares = np.square(error, dtype=np.float64)
    return float(squares.sum()) / (2 * count), error / y.dtype.type(count)


def _valid_steps(name: str, outputs: Any, mask: Array | None) -> tuple[Array, Array, int]:
    """Return ``outputs``, zeros where they do not count, the mask (all true if not given) and the number of steps."""
    outputs = check_floats(name, hide(outputs, mask), "m")
    valid = check_mask(mask, outputs.shape[:-1])
    valid = np.ones(outputs.shape[:-1], bool) if valid is None else valid
    if not valid.any():
        raise ValueError("mask: expected at least one valid step, got none, and the mean over none is undefined")
    return outputs, valid, int(valid.sum())
