"""The residual cell: what the network computes is added to the state instead of replacing it."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib.cells.affine import AffineCell, AffineWeights
from rnnlib.cells.plain import ACTIVATIONS, PlainParams
from rnnlib.cells.protocol import Array, State


@dataclass(frozen=True)
class ResidualCell(AffineCell):
    r"""The residual cell, :math:`h_t = h_{t-1} + \phi(W h_{t-1} + U x_t + b)`.

    Its Jacobian is :math:`J_t = I + \operatorname{diag}(\phi'(a_t)) W`: the gradient has a path on which nothing is
    multiplied, so that it need not vanish. It may explode instead. Shapes and activations are those of
    :class:`PlainCell`, and so is what raises ``ValueError``. Source: the residual connection of He et al., *Deep
    residual learning for image recognition*, 2016, eq. 1, between steps instead of layers.

    >>> from rnnlib import jacobian, unroll
    >>> cell = ResidualCell(inputs=2, units=3, activation="linear")
    >>> params = cell.init(np.random.default_rng(0))
    >>> J = jacobian(unroll(cell, params, np.ones((5, 1, 2))), t=5)
    >>> np.allclose(J, np.eye(3) + params.W)
    True
    """

    activation: str = "tanh"

    options: ClassVar[Any] = {"activation": ACTIVATIONS}
    Params: ClassVar[Any] = PlainParams

    def step(self, w: AffineWeights, a: Array, before: State, after: State) -> None:
        r"""Write :math:`h_t` into ``after.h (B, n)`` and :math:`\phi(a_t)` over ``a (B, n)``.

        It is kept since the difference of two states, from which the slope could be had too, loses digits.
        """
        a += before.h.dot(w.W_transposed, out=after.h)
        ACTIVATIONS[self.activation].apply(a, a)
        np.add(before.h, a, out=after.h)

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write :math:`g_t = \phi'(a_t) \odot \delta_t` and the message :math:`\delta_t + W^\top g_t`."""
        ACTIVATIONS[self.activation].slope(a, g)
        g *= dafter.h
        message = g.dot(w.W, out=dbefore.h)
        message += dafter.h
