"""The minimal gated unit whose gates do not see the state (Feng et al., 2024)."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib.cells.affine import AffineCell
from rnnlib.cells.logistic import complete_gates, open_gates
from rnnlib.cells.protocol import Array, State


class MinGRUParams(namedtuple("MinGRUParams", "U_z b_z U_h b_h")):
    """Weights of the update gate ``z`` and of the candidate ``h``: input ``U (n, d)`` and bias ``b (n,)`` each."""


class MinGRUWeights(namedtuple("MinGRUWeights", "U z h")):
    """Both blocks ``U``, one under the other; what acts forward, matrix and bias, of the gate ``z``, its sign changed
    as in ``GateCell``, and of the candidate ``h``.
    """


@dataclass(frozen=True)
class MinGRUCell(AffineCell):
    r"""The minimal gated recurrent unit: a running average whose rate is set by the input alone.

    .. math:: z_t = \sigma(U_z x_t + b_z), \qquad \tilde h_t = U_h x_t + b_h, \qquad
              h_t = (1 - z_t) \odot h_{t-1} + z_t \odot \tilde h_t.

    Neither gate nor candidate sees :math:`h_{t-1}`, so the Jacobian is :math:`J_t = \operatorname{diag}(1 - z_t)` and
    :func:`rnnlib.scan` can run all steps at once. Raises ``ValueError`` for a size that is not a positive whole number.
    Source: Feng, Tung, Ahmed, Bengio and Hajimirsadeghi, *Were RNNs all we needed?*, 2024, section 3.1; without the
    positive candidate that their computation in logarithms asks for.

    >>> cell = MinGRUCell(inputs=2, units=3)
    >>> cell.init(np.random.default_rng(0)).U_z.shape
    (3, 2)
    """

    gates: ClassVar[tuple[str, ...]] = ("_z", "_h")
    kinds: ClassVar[str] = "Ub"
    Params: ClassVar[Any] = MinGRUParams

    def prepare(self, params: MinGRUParams) -> MinGRUWeights:
        """Stack both blocks; change the sign of the gate's."""
        U = np.concatenate([params.U_z, params.U_h])
        return MinGRUWeights(U, (-params.U_z.T, -params.b_z), (params.U_h.T, params.b_h))

    def project(self, w: MinGRUWeights, x: Array) -> Any:
        """Project all inputs onto the gate's pre-activation, negative, and onto the candidate, ``(T, B, n)`` each."""
        flat = x.reshape(-1, self.inputs)
        return tuple((flat @ U + b).reshape(*x.shape[:2], self.units) for U, b in (w.z, w.h))

    def step(self, w: Any, a: Any, before: State, after: State) -> None:
        r"""Write :math:`h_t = h_{t-1} + z_t \odot (\tilde h_t - h_{t-1})` into ``after.h``; leave :math:`e^{-a}` of the
        gate and the candidate in ``a``.

        Written so, a closed gate keeps the state to the last digit.
        """
        e, candidate = a
        z = open_gates(e)
        h = np.subtract(candidate, before.h, out=after.h)
        h *= z
        h += before.h

    def linearise(self, a: Any, states: State) -> None:
        """Leave no infinity in the gates."""
        np.minimum(a[0], np.finfo(a[0].dtype).max, out=a[0])

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write the gradients of both pre-activations and the message, :math:`(1 - z_t) \odot \delta_t`.

        .. math:: g^h_t = z_t \odot \delta_t, \qquad
                  g^z_t = z_t (1 - z_t) \odot (\tilde h_t - h_{t-1}) \odot \delta_t.
        """
        e, candidate = a
        g_z, g_h = g[..., : self.units], g[..., self.units :]
        # z = 1/(1 + e) and 1 - z = e/(1 + e).
        divisor = e + 1
        np.divide(dafter.h, divisor, out=g_h)
        message = np.divide(e, divisor, out=dbefore.h)
        message *= dafter.h
        np.subtract(candidate, before.h, out=g_z)
        g_z *= message
        g_z /= divisor

    def diagonal(self, w: MinGRUWeights, a: tuple[Array, Array]) -> Array:
        r"""Return :math:`1 - z_t`, the factor of :math:`h_{t-1}`, from what steps left in ``a``: ``(T, B, n)``."""
        return complete_gates(a[0].copy())[1]
