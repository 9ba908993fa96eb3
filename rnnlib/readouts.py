"""From symbols to inputs and from states to outputs: an embedding and a linear readout, each with its way back."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib._door import Array, Rng, check_array, check_drawing, check_fields, check_floats, check_size, described
from rnnlib.initialisers import by_columns


class LinearParams(namedtuple("LinearParams", "V b")):
    """Weights of a linear readout: ``V (m, n)`` and bias ``b (m,)``."""


class EmbeddingParams(namedtuple("EmbeddingParams", "E")):
    """Weights of an embedding: one row of ``E (tokens, size)`` a token."""


@dataclass(frozen=True)
class LinearReadout:
    """The readout ``y = V h + b`` from ``units`` states to ``outputs``, for any leading axes.

    >>> readout = LinearReadout(units=3, outputs=2)
    >>> params = readout.init(np.random.default_rng(0))
    >>> readout.forward(params, np.ones((5, 4, 3))).shape
    (5, 4, 2)
    """

    units: int
    outputs: int

    def __post_init__(self) -> None:
        check_size("units", self.units)
        check_size("outputs", self.outputs)

    def init(self, rng: Rng, dtype: Any = np.float64) -> LinearParams:
        r"""Draw ``V`` normal with variance :math:`1/n`, and a zero bias."""
        return LinearParams(by_columns(rng, (self.outputs, self.units), dtype), np.zeros(self.outputs, dtype))

    def forward(self, params: LinearParams, h: Array) -> Array:
        """Return ``y (..., m)`` for ``h (..., n)``; ``ValueError`` if a shape or dtype does not fit."""
        self._check(params, h)
        return h @ params.V.T + params.b

    def backward(self, params: LinearParams, h: Array, dy: Array) -> tuple[LinearParams, Array]:
        r"""Return the weights' gradients, :math:`\sum dy\, h^\top` and :math:`\sum dy`, and :math:`dh = V^\top dy`.

        ``h (..., n)`` is what ``forward`` was given, ``dy (..., m)`` the gradient of its result.
        """
        self._check(params, h)
        check_array("dy", dy, (*h.shape[:-1], self.outputs), params.V.dtype)
        flat = dy.reshape(-1, self.outputs)
        return LinearParams(flat.T @ h.reshape(-1, self.units), flat.sum(axis=0)), dy @ params.V

    def _check(self, params: LinearParams, h: Array) -> None:
        check_fields("params", params, LinearParams, {"V": (self.outputs, self.units), "b": (self.outputs,)})
        check_floats("h", h, self.units, dtype=params.V.dtype)


@dataclass(frozen=True)
class Embedding:
    """One learnt vector of ``size`` numbers for each of ``tokens`` symbols: ``x = E[ids]``.

    >>> embedding = Embedding(tokens=4, size=2)
    >>> params = embedding.init(np.random.default_rng(0))
    >>> embedding.forward(params, np.array([[0, 1, 3]])).shape
    (1, 3, 2)
    """

    tokens: int
    size: int

    def __post_init__(self) -> None:
        check_size("tokens", self.tokens)
        check_size("size", self.size)

    def init(self, rng: Rng, dtype: Any = np.float64) -> EmbeddingParams:
        """Draw ``E`` from the standard normal distribution."""
        check_drawing(rng, dtype)
        return EmbeddingParams(rng.standard_normal((self.tokens, self.size)).astype(dtype))

    def forward(self, params: EmbeddingParams, ids: Array) -> Array:
        """Return ``x (T, B, size)`` for integer ``ids (T, B)``; ``ValueError`` if one is not a token's."""
        self._check(params, ids)
        return params.E[ids]

    def backward(self, params: EmbeddingParams, ids: Array, dx: Array) -> EmbeddingParams:
        """Return the gradient of ``E``: to each row the sum of ``dx (T, B, size)`` over the token's occurrences."""
        self._check(params, ids)
        check_array("dx", dx, (*ids.shape, self.size), params.E.dtype)
        dE = np.zeros_like(params.E)
        np.add.at(dE, ids, dx)
        return EmbeddingParams(dE)

    def _check(self, params: EmbeddingParams, ids: Array) -> None:
        check_fields("params", params, EmbeddingParams, {"E": (self.tokens, self.size)})
        check_ids("ids", ids, self.tokens)


def check_ids(name: str, ids: Array, tokens: int) -> Array:
    """Return ``ids`` if they are integers from 0 to ``tokens - 1``; raise ``ValueError`` if not."""
    if type(ids) is not np.ndarray or not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"{name}: expected an array of integers, got {getattr(ids, 'dtype', described(ids))}")
    if ids.size and (ids.min() < 0 or ids.max() >= tokens):
        raise ValueError(f"{name}: expected integers from 0 to {tokens - 1}, got {ids.min()} to {ids.max()}")
    return ids
