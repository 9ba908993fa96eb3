"""A gated cell whose two gates are free of each other: what is kept and what is written are decided apart."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib.cells.affine import AffineWeights, PlainState
from rnnlib.cells.gates import GateCell
from rnnlib.cells.logistic import complete_gates, open_gates
from rnnlib.cells.plain import ACTIVATIONS
from rnnlib.cells.protocol import Array, State


class GatedParams(namedtuple("GatedParams", "W_f U_f b_f W_i U_i b_i W U b")):
    """For gates ``f`` and ``i``, and for what is written: recurrent ``W (n, n)``, input ``U (n, d)``, bias ``b``."""


@dataclass(frozen=True)
class GatedCell(GateCell):
    r"""A cell with a free forget and a free input gate, and no cell state beside :math:`h`.

    .. math:: f_t, i_t = \sigma(W_g h_{t-1} + U_g x_t + b_g), \quad g = f, i, \qquad
              h_t = f_t \odot h_{t-1} + i_t \odot \phi(W h_{t-1} + U x_t + b).

    With :math:`f = 1 - i` it would be a GRU without reset; free, it can add without forgetting (:math:`f = i = 1`) and
    forget without writing. ``activation`` and what raises ``ValueError`` are as for :class:`PlainCell`.

    >>> cell = GatedCell(inputs=2, units=3)
    >>> cell.init(np.random.default_rng(0)).W_f.shape
    (3, 3)
    """

    activation: str = "tanh"

    gates: ClassVar[tuple[str, ...]] = ("_f", "_i", "")
    sigmoids: ClassVar[slice] = slice(2)
    blocks: ClassVar[int] = 4
    options: ClassVar[Any] = {"activation": ACTIVATIONS}
    Params: ClassVar[Any] = GatedParams

    def step(self, w: AffineWeights, a: Array, before: PlainState, after: PlainState) -> None:
        r"""Write :math:`h_t` into ``after.h (B, n)``; leave :math:`e^{-a}` of :math:`f_t, i_t`, and :math:`\phi_t`, in
        ``a (B, 4, n)``.
        """
        a = a.swapaxes(0, 1)
        pre, (phi, scratch) = a[:3], a[2:]
        pre += np.matmul(before.h, w.W_transposed)
        f, i = open_gates(a[:2])
        ACTIVATIONS[self.activation].apply(phi, phi)
        h = np.multiply(f, before.h, out=after.h)
        h += np.multiply(i, phi, out=scratch)

    def differentiate(self, a: Array, before: PlainState, after: PlainState) -> None:
        r"""Replace :math:`f, i, \phi` in ``a`` by the derivatives of :math:`h_t` at the three pre-activations,
        :math:`h_{t-1} f (1 - f)`, :math:`\phi\, i (1 - i)` and :math:`i\, \phi'`, and by :math:`f`, that at
        :math:`h_{t-1}`.
        """
        (f, i), slopes = complete_gates(a[:2])
        phi, keeps = a[2:]
        ACTIVATIONS[self.activation].slope(phi, keeps)
        slopes[0] *= before.h * f
        slopes[1] *= phi * i
        np.multiply(i, keeps, out=phi)
        keeps[...] = f

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write :math:`g_t`, which is :math:`\delta_t` times the derivatives of :meth:`differentiate`, and the message
        :math:`f \odot \delta_t + \sum_g W_g^\top g_t`.
        """
        a = a.swapaxes(0, 1)
        np.multiply(a[:3], dafter.h, out=self.split(g))
        dh = np.multiply(a[3], dafter.h, out=dbefore.h)
        dh += g.dot(w.W)
