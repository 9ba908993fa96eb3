"""The plain recurrent cell (Elman, 1990)."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np

from rnnlib.cells.affine import AffineCell, AffineWeights, PlainState
from rnnlib.cells.layer_norm import LayerNorm
from rnnlib.cells.protocol import Array, State


class PlainParams(namedtuple("PlainParams", "W U b")):
    """Weights of a plain cell: recurrent ``W (n, n)``, input ``U (n, d)``, bias ``b (n,)``."""


class LayerNormPlainParams(namedtuple("LayerNormPlainParams", "W U b gain")):
    """Those of :class:`PlainParams`, and the ``gain (n,)`` of the normalised pre-activations."""


def _tanh_slope(h: Array, out: Array) -> None:
    np.multiply(h, h, out=out)
    np.subtract(1, out, out=out)


class Activation(NamedTuple):
    """An activation, ``apply(a, out)``, and its slope ``slope(h, out)`` written through its value ``h``."""

    apply: Callable[[Array, Array], Any]
    slope: Callable[[Array, Array], Any]


ACTIVATIONS = {
    "tanh": Activation(np.tanh, _tanh_slope),
    # A rectified value is never negative, so its sign is the slope: 1 above the kink, 0 below and (by choice) at it.
    "relu": Activation(lambda a, out: np.maximum(a, 0, out=out), np.sign),
    "linear": Activation(lambda a, out: np.copyto(out, a), lambda h, out: out.fill(1)),
}


@dataclass(frozen=True)
class PlainCell(AffineCell):
    r"""The plain recurrent cell, :math:`h_t = \phi(W h_{t-1} + U x_t + b)`.

    ``activation`` names :math:`\phi`: ``"tanh"``, ``"relu"`` (slope 0 at 0) or ``"linear"``. With ``layer_norm`` the
    pre-activation is normalised before the bias is added, see :class:`LayerNorm`, and the parameters are
    ``LayerNormPlainParams``. Another name, or a size that is not a positive whole number, raises ``ValueError``.
    Source: Elman, *Finding structure in time*, 1990.

    >>> cell = PlainCell(inputs=2, units=3)
    >>> params = cell.init(np.random.default_rng(0))
    >>> params.W.shape, params.U.shape, params.b.shape
    ((3, 3), (3, 2), (3,))
    """

    activation: str = "tanh"
    layer_norm: bool = field(default=False, kw_only=True)

    options: ClassVar[Any] = {"activation": ACTIVATIONS}
    Params: ClassVar[Any] = PlainParams
    keeps: ClassVar[bool] = False

    def __new__(cls, *args: Any, layer_norm: bool = False, **kwargs: Any) -> "PlainCell":
        """Choose the class by the option: the cell without it does not pay for it."""
        return super().__new__(LayerNormPlainCell if layer_norm else cls)

    def step(self, w: AffineWeights, a: Array, before: PlainState, after: PlainState) -> None:
        r"""Write :math:`h_t = \phi(W h_{t-1} + a)` into ``after.h (B, n)``, where ``a (B, n)`` is :math:`U x_t + b`."""
        # The method dot, here and on the way back, costs half a microsecond less a call than matmul or @.
        h = before.h.dot(w.W_transposed, out=after.h)
        h += a
        ACTIVATIONS[self.activation].apply(h, h)

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write :math:`g_t = \phi'(a_t) \odot \delta_t` and the message :math:`J_t^\top \delta_t = W^\top g_t`.

        ``dafter.h`` is :math:`\delta_t`; they go into ``g`` and ``dbefore.h``. The slope is written through the state
        itself, for tanh :math:`1 - h_t^2`.
        """
        ACTIVATIONS[self.activation].slope(after.h, g)
        g *= dafter.h
        g.dot(w.W, out=dbefore.h)


class LayerNormPlainCell(LayerNorm, PlainCell):
    """What ``PlainCell(.., layer_norm=True)`` is."""

    Params: ClassVar[Any] = LayerNormPlainParams
    keeps: ClassVar[bool] = True

    def room(self, x: Array) -> Array:
        """Return room for the normalised pre-activations, ``(T, B, 1, n)``."""
        return np.empty((*x.shape[:-1], 1, self.units), x.dtype)

    def activate(self, a: Array, before: PlainState, after: PlainState) -> None:
        r"""Write :math:`h_t` from the pre-activations in ``a (1, B, n)``."""
        ACTIVATIONS[self.activation].apply(a[0], after.h)

    def linearise(self, a: Any, states: PlainState) -> None:
        """Leave the slopes in the cell's own part."""
        ACTIVATIONS[self.activation].slope(states.h[1:], a[0][:, :, 0])
        super().linearise(a, states)

    def activate_back(self, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        """Write the slopes times what arrives into ``g (B, n)``."""
        np.multiply(a[:, 0], dafter.h, out=g)
