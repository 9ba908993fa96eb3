"""The plain recurrent cell (Elman, 1990)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnlib._door import check_fields

if TYPE_CHECKING:
    from rnnlib.through_time import Tape

Array = NDArray[Any]


class PlainParams(NamedTuple):
    """Weights of a plain cell: recurrent ``W (n, n)``, input ``U (n, d)``, bias ``b (n,)``."""

    W: Array
    U: Array
    b: Array


class PlainState(NamedTuple):
    """State of a plain cell: ``h (B, n)``."""

    h: Array


class PreparedWeights(NamedTuple):
    """``PlainParams`` and a transposed copy of ``W``, so that both directions multiply by a contiguous matrix."""

    W: Array
    W_transposed: Array
    U: Array
    b: Array


def _tanh_slope(h: Array, out: Array) -> None:
    np.multiply(h, h, out=out)
    np.subtract(1, out, out=out)


class Activation(NamedTuple):
    """An activation in place, ``apply(a)``, and its slope ``slope(h, out)`` written through its value ``h``."""

    apply: Callable[[Array], Any]
    slope: Callable[[Array, Array], Any]


ACTIVATIONS = {
    "tanh": Activation(lambda a: np.tanh(a, out=a), _tanh_slope),
    # A rectified value is never negative, so its sign is the slope: 1 above the kink, 0 below and (by choice) at it.
    "relu": Activation(lambda a: np.maximum(a, 0, out=a), lambda h, out: np.sign(h, out=out)),
    "linear": Activation(lambda a: a, lambda h, out: out.fill(1)),
}


@dataclass(frozen=True)
class PlainCell:
    r"""The plain recurrent cell, :math:`h_t = \phi(W h_{t-1} + U x_t + b)`.

    ``activation`` names :math:`\phi`: ``"tanh"``, ``"relu"`` (slope 0 at 0) or ``"linear"``. Another name, or a size
    that is not a positive whole number, raises ``ValueError``. Source: Elman, *Finding structure in time*, 1990.

    >>> cell = PlainCell(inputs=2, units=3)
    >>> params = cell.init(np.random.default_rng(0))
    >>> params.W.shape, params.U.shape, params.b.shape
    ((3, 3), (3, 2), (3,))
    """

    inputs: int
    units: int
    activation: str = "tanh"

    def __post_init__(self) -> None:
        for name in ("inputs", "units"):
            size = getattr(self, name)
            if not isinstance(size, int | np.integer) or size < 1:
                raise ValueError(f"{name}: expected a positive whole number, got {size!r}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation: expected one of {', '.join(ACTIVATIONS)}; got {self.activation!r}")

    @property
    def width(self) -> int:
        """Columns of a step's ``g``: one pre-activation a unit."""
        return self.units

    def init(self, rng: np.random.Generator, dtype: Any = np.float64) -> PlainParams:
        r"""Draw normal weights of variance :math:`1/n` (``W``) and :math:`1/d` (``U``), and a zero bias."""
        n, d = self.units, self.inputs
        W = rng.standard_normal((n, n)) / np.sqrt(n)
        U = rng.standard_normal((n, d)) / np.sqrt(d)
        return PlainParams(W.astype(dtype), U.astype(dtype), np.zeros(n, dtype))

    def check(self, params: PlainParams) -> np.dtype[Any]:
        """Raise ``ValueError`` unless ``params`` fit this cell; return their dtype."""
        n, d = self.units, self.inputs
        check_fields("params", params, PlainParams, {"W": (n, n), "U": (n, d), "b": (n,)})
        return params.W.dtype

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> PlainState:
        """Return a state of zeros, ``h (*shape, n)``."""
        return PlainState(np.zeros((*shape, self.units), dtype))

    def prepare(self, params: PlainParams) -> PreparedWeights:
        """Lay out the weights for the loop."""
        W, U, b = params
        return PreparedWeights(np.ascontiguousarray(W), np.ascontiguousarray(W.T), U, b)

    def project(self, w: PreparedWeights, x: Array) -> Array:
        """Project all inputs in one product: ``x (T, B, d)`` to ``U x + b``, ``(T, B, n)``."""
        T, B, d = x.shape
        a = x.reshape(T * B, d) @ w.U.T
        a += w.b
        return a.reshape(T, B, self.units)

    def step(self, w: PreparedWeights, a: Array, before: PlainState, after: PlainState) -> None:
        r"""Write :math:`h_t = \phi(W h_{t-1} + a)` into ``after.h (B, n)``, where ``a (B, n)`` is :math:`U x_t + b`."""
        # The method dot, here and on the way back, costs half a microsecond less a call than matmul or @.
        h = before.h.dot(w.W_transposed, out=after.h)
        h += a
        ACTIVATIONS[self.activation].apply(h)

    def step_back(
        self,
        w: PreparedWeights,
        saved: None,
        before: PlainState,
        after: PlainState,
        dafter: PlainState,
        dbefore: PlainState,
        g: Array,
    ) -> None:
        r"""Write :math:`g_t = \phi'(a_t) \odot \delta_t` and the message :math:`J_t^\top \delta_t = W^\top g_t`.

        ``dafter.h`` is :math:`\delta_t`; they go into ``g`` and ``dbefore.h``. The slope is written through the state
        itself, for tanh :math:`1 - h_t^2`.
        """
        ACTIVATIONS[self.activation].slope(after.h, g)
        g *= dafter.h
        g.dot(w.W, out=dbefore.h)

    def gather(self, tape: Tape, g: Array) -> tuple[PlainParams, Array]:
        r"""Sum :math:`g_t h_{t-1}^\top`, :math:`g_t x_t^\top` and :math:`g_t` over steps and sequences.

        Returns these with the inputs' gradient :math:`U^\top g_t`, ``(T, B, d)``.
        """
        steps = g.shape[0] * g.shape[1]
        flat = g.reshape(steps, self.units)
        dW = flat.T @ tape.h[:-1].reshape(steps, self.units)
        dU = flat.T @ tape.x.reshape(steps, self.inputs)
        return PlainParams(dW, dU, flat.sum(axis=0)), (flat @ tape.params.U).reshape(tape.x.shape)

    def tangent(
        self,
        w: PreparedWeights,
        dw: PreparedWeights,
        da: Array,
        saved: None,
        before: PlainState,
        after: PlainState,
        tbefore: PlainState,
        tafter: PlainState,
    ) -> None:
        r"""Write :math:`\dot h_t = \phi'(a_t) \odot (W \dot h_{t-1} + \dot W h_{t-1} + \dot U x_t + \dot b)`.

        ``da`` is :math:`\dot U x_t + \dot b`; the result goes into ``tafter.h``.
        """
        ACTIVATIONS[self.activation].slope(after.h, tafter.h)
        tafter.h[...] *= tbefore.h @ w.W_transposed + before.h @ dw.W_transposed + da
