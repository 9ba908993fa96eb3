"""The LSTM cell (Hochreiter and Schmidhuber, 1997), with a forget gate (Gers, Schmidhuber and Cummins, 2000)."""

from collections import namedtuple
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from rnnlib._door import check_number
from rnnlib.cells.affine import AffineWeights
from rnnlib.cells.gates import GateCell
from rnnlib.cells.layer_norm import LayerNorm
from rnnlib.cells.logistic import complete_gates, open_gates
from rnnlib.cells.protocol import Array, Rng


class LSTMParams(namedtuple("LSTMParams", "W_f U_f b_f W_i U_i b_i W_o U_o b_o W_c U_c b_c")):
    """For each gate and for the candidate ``c``: recurrent ``W (n, n)``, input ``U (n, d)``, bias ``b (n,)``."""


class LayerNormLSTMParams(
    namedtuple("LayerNormLSTMParams", "W_f U_f b_f gain_f W_i U_i b_i gain_i W_o U_o b_o gain_o W_c U_c b_c gain_c")
):
    """Those of :class:`LSTMParams`, and the ``gain (n,)`` of each block of normalised pre-activations."""


class LSTMState(namedtuple("LSTMState", "h c")):
    """Hidden state ``h (B, n)`` and cell state ``c (B, n)``."""


@dataclass(frozen=True)
class LSTMCell(GateCell):
    r"""The LSTM cell: what the cell state holds is erased and written by gates, and shown through one.

    .. math:: f_t, i_t, o_t = \sigma(W_g h_{t-1} + U_g x_t + b_g), \quad g = f, i, o, \qquad
              \tilde c_t = \tanh(W_c h_{t-1} + U_c x_t + b_c),

    .. math:: c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t, \qquad h_t = o_t \odot \tanh(c_t).

    ``init`` sets :math:`b_f` to ``forget_bias``: at 1 a new cell keeps :math:`\sigma(1) = .73` of :math:`c` a step,
    at 0 half. Raises ``ValueError`` for a size that is not a positive whole number.

    With ``layer_norm`` each of the four pre-activations is normalised over its own ``n`` units before the bias is
    added, see :class:`LayerNorm`, and the parameters are ``LayerNormLSTMParams``. Ba, Kiros and Hinton (*Layer
    normalization*, 2016, supplement) normalise :math:`W h_{t-1}` and :math:`U x_t` one by one, each over the four gates
    together, and :math:`c_t` once more before it is shown. Here :math:`c` stays a sum that nothing rescales.

    Sources: Hochreiter and Schmidhuber, *Long short-term memory*, 1997; for the forget gate Gers, Schmidhuber and
    Cummins, *Learning to forget*, 2000.

    >>> cell = LSTMCell(inputs=2, units=3)
    >>> params = cell.init(np.random.default_rng(0))
    >>> params.W_f.shape, params.U_f.shape, params.b_f
    ((3, 3), (3, 2), array([1., 1., 1.]))
    """

    forget_bias: float = 1.0
    layer_norm: bool = field(default=False, kw_only=True)

    gates: ClassVar[tuple[str, ...]] = ("_o", "_f", "_i", "_c")
    sigmoids: ClassVar[slice] = slice(3)
    blocks: ClassVar[int] = 6
    Params: ClassVar[Any] = LSTMParams
    State: ClassVar[Any] = LSTMState

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("forget_bias", self.forget_bias, "a number", lambda bias: bias == bias)

    def __new__(cls, *args: Any, layer_norm: bool = False, **kwargs: Any) -> "LSTMCell":
        """Choose the class by the option: the cell without it does not pay for it."""
        return super().__new__(LayerNormLSTMCell if layer_norm else cls)

    def init(self, rng: Rng, dtype: Any = np.float64) -> LSTMParams:
        r"""Draw as :meth:`AffineCell.init`, with :math:`b_f` at ``forget_bias``."""
        params = super().init(rng, dtype)
        return params._replace(b_f=np.full_like(params.b_f, self.forget_bias))

    def step(self, w: AffineWeights, a: Array, before: LSTMState, after: LSTMState) -> None:
        r"""Write :math:`h_t` and :math:`c_t` into ``after``; leave what gates them and :math:`\tanh(c_t)` in ``a``.

        Of a gate it is :math:`e^{-a}`.
        """
        a = a.swapaxes(0, 1)
        pre = a[:4]
        pre += np.matmul(before.h, w.W_transposed)
        self.activate(a, before, after)

    def activate(self, a: Array, before: LSTMState, after: LSTMState) -> None:
        """Take the pointwise part of the step, from the pre-activations in the first four of ``a (6, B, n)``."""
        o, f, i = open_gates(a[:3])
        candidate, scratch, squashed = a[3:]
        np.tanh(candidate, out=candidate)
        c = np.multiply(f, before.c, out=after.c)
        c += np.multiply(i, candidate, out=scratch)
        np.multiply(o, np.tanh(c, out=squashed), out=after.h)

    def differentiate(self, a: Array, before: LSTMState, after: LSTMState) -> None:
        r"""Replace the gates and :math:`\tanh(c_t)` in ``a`` by the derivatives at the four pre-activations,

        .. math:: \frac{\partial h}{\partial a^o} = \tanh(c)\, o (1 - o) = h (1 - o), \quad
                  \frac{\partial c}{\partial a^f} = c_{t-1} f (1 - f), \quad
                  \frac{\partial c}{\partial a^i} = \tilde c\, i (1 - i), \quad
                  \frac{\partial c}{\partial a^c} = i (1 - \tilde c^2),

        and by :math:`\partial c_t/\partial c_{t-1} = f` and
        :math:`\partial h_t/\partial c_t = o (1 - \tanh^2(c)) = o - h \tanh(c)`.
        """
        (o, f, i), slopes = complete_gates(a[:3])
        candidate, keeps, shows = a[3:]
        shows[...] = o - after.h * shows
        keeps[...] = f
        slopes[0] *= after.h
        slopes[1] *= before.c * f
        slopes[2] *= candidate * i
        candidate[...] = i * (1 - candidate**2)

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write :math:`g_t`, the gradients at the four pre-activations, and the messages to ``before``.

        With :math:`\delta_t` in ``dafter.h`` and :math:`\partial L/\partial c_t`, :math:`h_t` held, in ``dafter.c``,
        all of the loss that passes through the cell state is

        .. math:: \delta^c_t = \frac{\partial L}{\partial c_t} + \delta_t \odot \frac{\partial h_t}{\partial c_t}.

        :math:`g^o` is :math:`\delta_t`, and :math:`g^f, g^i, g^c` are :math:`\delta^c_t`, times the derivatives of
        :meth:`differentiate`; ``dbefore.c`` gets :math:`f \odot \delta^c_t`, ``dbefore.h`` :math:`\sum_g W_g^\top g_t`.
        """
        self.activate_back(a, before, after, dafter, dbefore, g)
        g.dot(w.W, out=dbefore.h)

    def activate_back(self, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        """Take the pointwise part of the step back; ``dbefore.h`` is left undefined."""
        a, g = a.swapaxes(0, 1), self.split(g)
        np.multiply(a[0], dafter.h, out=g[0])
        dc = np.multiply(a[5], dafter.h, out=dbefore.c)
        dc += dafter.c
        np.multiply(a[1:4], dc, out=g[1:])
        dc *= a[4]


class LayerNormLSTMCell(LayerNorm, LSTMCell):
    """What ``LSTMCell(.., layer_norm=True)`` is."""

    Params: ClassVar[Any] = LayerNormLSTMParams
