"""Attention over past states or over inputs, with its gradient path by path."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib import _door
from rnnlib._door import Array, Rng
from rnnlib.initialisers import by_columns
from rnnlib.padding import hide

# What a step may look at, as the largest k - t that is allowed.
KEYS = {"k < t": -1, "k <= t": 0, "all": np.inf}


class AttentionParams(namedtuple("AttentionParams", "W_q W_k W_v")):
    """Projections onto queries ``W_q (s, n)``, keys ``W_k (s, e)`` and values ``W_v (s, e)``."""


class Attended(namedtuple("Attended", "h source q k v alpha")):
    """What ``forward`` leaves for the way back.

    Queries come from ``h (T, B, n)``, keys and values from ``source (K, B, e)``; sequence by sequence, ``q (B, T, s)``,
    ``k`` and ``v (B, K, s)``, and the weights ``alpha (B, T, K)``.
    """


class AttentionPaths(namedtuple("AttentionPaths", "value key query")):
    """The gradient split by the path it took: ``value`` and ``key`` are of the source ``(K, B, e)``, ``query`` is of
    ``h (T, B, n)``.
    """


@dataclass(frozen=True)
class Attention:
    r"""A readout that looks back: at each step a mean of values, weighted by how well their keys match the query.

    .. math:: m_t = \sum_k \alpha_{t,k} v_k, \qquad \alpha_t = \operatorname{softmax}_k(q_t^\top k_k/\sqrt{s}), \qquad
              q_t = W_q h_t, \; k_k = W_k h_k, \; v_k = W_v h_k.

    ``size`` is :math:`s`, the length of queries, keys, values and ``m``. Without one nothing is projected: query, key
    and value are the state itself, the score is the bare product, and the parameters are ``()``. Keys and values may
    come from another sequence instead of ``h``, of ``sources`` numbers a step: inputs, or an encoder's states. ``keys``
    says what step ``t`` may look at: ``"k <= t"``, ``"k < t"`` or ``"all"``. A step that sees no key gets ``m = 0``.

    It takes :math:`O(T^2)` time and, for :math:`\alpha`, memory. One query at a time, with ``h[t : t + 1]`` for ``h``,
    ``h[: t + 1]`` for the source and ``keys="all"``, it streams, but what must be kept grows with ``t``. Raises
    ``ValueError`` for unknown ``keys``, or ``sources`` unlike ``units`` without a projection. Sources: Vaswani et al.,
    *Attention is all you need*, 2017, equation 1; without projection Luong, Pham and Manning, *Effective approaches to
    attention-based neural machine translation*, 2015, section 3.1, "dot".

    >>> attention = Attention(units=3, size=2)
    >>> m, saved = attention.forward(attention.init(np.random.default_rng(0)), np.ones((5, 4, 3)))
    >>> m.shape, saved.alpha[0, 1]
    ((5, 4, 2), array([0.5, 0.5, 0. , 0. , 0. ]))
    """

    units: int
    size: int | None = None
    sources: int | None = None
    keys: str = "k <= t"

    def __post_init__(self) -> None:
        _door.check_choice("keys", self.keys, KEYS)
        for name in ("units", "size", "sources"):
            if name == "units" or getattr(self, name) is not None:
                _door.check_size(name, getattr(self, name))
        if self.size is None and self.sources not in (None, self.units):
            raise ValueError(f"sources: expected {self.units}, for nothing is projected; got {self.sources}")

    # What scores are multiplied by, one over the root of s, or 1 where nothing is projected.
    scale = property(lambda self: (self.size or 1) ** -0.5)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        widths = zip(AttentionParams._fields, (self.units, self.sources or self.units, self.sources or self.units))
        return {} if self.size is None else {name: (self.size, width) for name, width in widths}

    def init(self, rng: Rng, dtype: Any = np.float64) -> Any:
        r"""Draw normal projections, of variance one over the number of their inputs."""
        _door.check_drawing(rng, dtype)
        drawn = [by_columns(rng, shape, dtype) for shape in self.shapes().values()]
        return AttentionParams(*drawn) if drawn else ()

    def forward(
        self, params: Any, h: Array, source: Array | None = None, mask: Array | None = None
    ) -> tuple[Array, Attended]:
        """Return ``m (T, B, s)`` for ``h (T, B, n)``, and what ``backward`` needs.

        ``source (K, B, e)`` gives keys and values, by default ``h``; ``mask (K, B)`` is true where it is valid; what
        stands elsewhere does not matter. Raises ``ValueError`` if a shape or dtype does not fit, or for NaN.
        """
        self._check(params)
        h = hide(h, mask) if source is None else h
        T, B, _ = _door.check_array("h", h, ("T", "B", self.units), params[0].dtype if params else None).shape
        source = h if source is None else hide(source, mask)
        K = len(_door.check_array("source", source, ("K", B, self.sources or self.units), h.dtype))
        _door.check_mask(mask, (K, B))
        sides = zip(params or [None] * 3, (h, source, source))
        q, k, v = ((side if W is None else side @ W.T).swapaxes(0, 1) for W, side in sides)
        seen = np.arange(K) - np.arange(T)[:, np.newaxis] <= KEYS[self.keys]
        seen = seen if mask is None else seen & mask.T[:, np.newaxis]
        alpha = _softmax_over(q @ k.swapaxes(1, 2) * self.scale, seen)
        return (alpha @ v).swapaxes(0, 1), Attended(h, source, q, k, v, alpha)

    def _check(self, params: Any) -> None:
        if self.size is not None:
            _door.check_fields("params", params, AttentionParams, self.shapes())
        elif not isinstance(params, tuple) or params:
            raise ValueError(f"params: expected (), for nothing is projected; got {type(params).__name__}")

    def backward(self, params: Any, saved: Attended, dm: Array) -> tuple[Any, AttentionPaths]:
        r"""Return the parameters' gradients and, path by path, those of the source and of ``h``, for ``dm (T, B, s)``.

        .. math:: dv_k = \sum_t \alpha_{t,k}\, dm_t, \qquad
                  de_{t,k} = \alpha_{t,k} (v_k - m_t)^\top dm_t, \qquad
                  dk_k = \sum_t de_{t,k}\, q_t/\sqrt{s}, \qquad dq_t = \sum_k de_{t,k}\, k_k/\sqrt{s}

        and each goes back through its projection. Where the source is ``h``, the gradient of ``h`` is the sum of the
        three paths; given as ``dh`` to :func:`rnnlib.bptt`, it goes on along a fourth, the recurrence. Without
        projection, key and value path of a single query are :math:`\alpha_k (dm + (dm^\top (h_k - m)) q)` together.
        Raises ``ValueError`` if ``dm`` does not fit.
        """
        self._check(params)
        h, source, q, k, v, alpha = _door.check_kind("saved", saved, Attended, "as forward returns it")
        dm = _door.check_array("dm", dm, (*h.shape[:2], v.shape[2]), h.dtype).swapaxes(0, 1)
        de = alpha * (dm @ v.swapaxes(1, 2))
        de -= alpha * de.sum(axis=-1, keepdims=True)
        de *= self.scale
        parts = [part.swapaxes(0, 1) for part in (de @ k, de.swapaxes(1, 2) @ q, alpha.swapaxes(1, 2) @ dm)]
        if not params:
            return (), AttentionPaths(*reversed(parts))
        dparams = (np.tensordot(part, side, ((0, 1), (0, 1))) for part, side in zip(parts, (h, source, source)))
        return AttentionParams(*dparams), AttentionPaths(*(part @ W for part, W in zip(parts[::-1], params[::-1])))


def _softmax_over(scores: Array, seen: Array) -> Array:
    """Return the softmax over what is seen, without overflow; zeros where nothing is."""
    scores = np.where(seen, scores, -np.inf)
    scores -= scores.max(axis=-1, keepdims=True, initial=np.finfo(scores.dtype).min)
    alpha = np.exp(scores, out=scores)
    # The largest exponential is 1, so only an empty sum is below.
    alpha /= np.maximum(alpha.sum(axis=-1, keepdims=True), 1)
    return alpha


def softmax_jacobian(alpha: Array) -> Array:
    r"""The softmax's own Jacobian, :math:`\operatorname{diag}(\alpha) - \alpha \alpha^\top`, ``(.., K, K)``.

    ``alpha (.., K)`` are its values. Its norm is at most 1/2: a softmax saturates where one weight nears 1.

    >>> softmax_jacobian(np.array([0.5, 0.5]))
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    """
    _door.check_floats("alpha", alpha, "K")
    return alpha[..., np.newaxis] * (np.eye(alpha.shape[-1], dtype=alpha.dtype) - alpha[..., np.newaxis, :])
