"""The GRU cell (Cho et al., 2014), with the reset before or after the recurrent product."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib.cells.affine import AffineWeights, PlainState
from rnnlib.cells.gates import GateCell
from rnnlib.cells.logistic import complete_gates, open_gates
from rnnlib.cells.protocol import Array, State


class GRUParams(namedtuple("GRUParams", "W_r U_r b_r W_z U_z b_z W_h U_h b_h")):
    """Of the gates ``r`` (reset), ``z`` (update) and the candidate ``h``: ``W (n, n)``, ``U (n, d)``, ``b (n,)``."""


class ResetAfterParams(namedtuple("ResetAfterParams", "W_r U_r b_r W_z U_z b_z W_h U_h b_h b_hh")):
    """Those of :class:`GRUParams`, and ``b_hh (n,)``, the bias that stands beside ``W_h`` and is reset with it."""


@dataclass(frozen=True)
class GRUCell(GateCell):
    r"""The GRU cell: its state moves towards a candidate, by as much as the update gate says.

    .. math:: r_t, z_t = \sigma(W_g h_{t-1} + U_g x_t + b_g), \quad g = r, z, \qquad
              h_t = (1 - z_t) \odot h_{t-1} + z_t \odot \tilde h_t,

    where the reset gate decides what of the past the candidate sees, ``reset="before"`` the product or ``"after"`` it:

    .. math:: \tilde h_t = \tanh(W_h (r_t \odot h_{t-1}) + U_h x_t + b_h) \quad\text{or}\quad
              \tilde h_t = \tanh(r_t \odot (W_h h_{t-1} + b_{hh}) + U_h x_t + b_h).

    After is what ``torch.nn.GRU`` does, in one product a step; its update gate is the complement, :math:`1 - z_t`, so
    that its weights are those of ``z`` here with the sign changed. Raises ``ValueError`` for another ``reset`` or a
    size that is not a positive whole number. Source: Cho et al., *Learning phrase representations using RNN
    encoder-decoder for statistical machine translation*, 2014, equations 5 to 8 (whose update gate is the complement).

    >>> cell = GRUCell(inputs=2, units=3, reset="before")
    >>> params = cell.init(np.random.default_rng(0))
    >>> params.W_z.shape, params.U_z.shape, params.b_z.shape
    ((3, 3), (3, 2), (3,))
    """

    reset: str = "after"

    gates: ClassVar[tuple[str, ...]] = ("_h", "_r", "_z")
    sigmoids: ClassVar[slice] = slice(1, 3)
    blocks: ClassVar[int] = 5
    options: ClassVar[Any] = {"reset": ("before", "after")}

    after = property(lambda self: self.reset == "after")
    Params = property(lambda self: ResetAfterParams if self.after else GRUParams)
    width = property(lambda self: self.affine_width + self.after * self.units)
    r"""Columns of ``g``: one a pre-activation, and after the product one more block, for :math:`W_h h + b_{hh}`."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        return super().shapes() | ({"b_hh": (self.units,)} if self.after else {})

    def prepare(self, params: Any) -> AffineWeights:
        """Stack the blocks, those of ``W`` in the order r, z, h; ``factors`` is ``b_hh``.

        A step has five: h, r, z; then :math:`W_h h_{t-1} + b_{hh}`, so that all products with the state are neighbours
        as well as all with the inputs; then a spare one.
        """
        w: AffineWeights = super().prepare(params)
        rolled = {"W": np.roll(w.W, -self.units, axis=0), "W_transposed": np.roll(w.W_transposed, -1, axis=0)}
        return w._replace(**rolled, factors=params.b_hh if self.after else ())

    def project(self, w: AffineWeights, x: Array) -> Array:
        r"""Project all inputs into the first blocks of ``a``, and put :math:`b_{hh}` into the fourth."""
        a = super().project(w, x)
        if self.after:
            a[:, :, 3] = w.factors
        return a

    def step(self, w: AffineWeights, a: Array, before: PlainState, after: PlainState) -> None:
        r"""Write :math:`h_t` into ``after.h (B, n)``; leave :math:`\tilde h_t`, :math:`e^{-a}` of :math:`r_t, z_t` and
        :math:`W_h h_{t-1} + b_{hh}` in ``a (B, 5, n)``.
        """
        a = a.swapaxes(0, 1)
        candidate, inner, scratch = a[0], a[3], a[4]
        seen = a[1:4] if self.after else a[1:3]
        seen += np.matmul(before.h, w.W_transposed[: len(seen)])
        r, z = open_gates(a[1:3])
        if self.after:
            candidate += np.multiply(r, inner, out=scratch)
        else:
            candidate += np.multiply(r, before.h, out=scratch).dot(w.W_transposed[2])
        np.tanh(candidate, out=candidate)
        h = np.subtract(candidate, before.h, out=after.h)
        h *= z
        h += before.h

    def differentiate(self, a: Array, before: PlainState, after: PlainState) -> None:
        r"""Replace what the step left in ``a`` by derivatives at the pre-activations,

        .. math:: \frac{\partial h}{\partial a^h} = z (1 - \tilde h^2), \quad
                  \frac{\partial (r \odot q)}{\partial a^r} = q\, r (1 - r), \quad
                  \frac{\partial h}{\partial a^z} = (\tilde h - h_{t-1})\, z (1 - z),

        where :math:`q` is what :math:`r` multiplies, :math:`W_h h_{t-1} + b_{hh}` or :math:`h_{t-1}`; and by
        :math:`\partial (r \odot q)/\partial q = r` and :math:`\partial h_t/\partial h_{t-1} = 1 - z`.
        """
        (r, z), slopes = complete_gates(a[1:3])
        candidate, inner, keeps = a[0], a[3], a[4]
        keeps[...] = slopes[1]
        slopes[1] *= z * (candidate - before.h)
        slopes[0] *= r * (inner if self.after else before.h)
        inner[...], candidate[...] = r, z * (1 - candidate**2)

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write the gradients at the pre-activations into ``g`` and the message into ``dbefore.h``.

        :math:`g^h` and :math:`g^z` are :math:`\delta_t` times the derivatives of :meth:`differentiate`. What arrives at
        :math:`r \odot q` is :math:`g^h` itself after the product, and :math:`W_h^\top g^h` before it.
        """
        n, a, gates = self.units, a.swapaxes(0, 1), self.split(g)
        np.multiply(a[:3:2], dafter.h, out=gates[:3:2])
        dh = np.multiply(a[4], dafter.h, out=dbefore.h)
        if self.after:
            np.multiply(a[1::2], gates[0], out=gates[1::2])
            dh += g[:, n:].dot(w.W)
        else:
            reset = g[:, :n].dot(w.W[2 * n :])
            np.multiply(a[1], reset, out=gates[1])
            dh += np.multiply(a[3], reset, out=reset)
            dh += g[:, n:].dot(w.W[: 2 * n])

    def gather(self, tape: Any, g: Array) -> Any:
        r"""Sum :math:`g_t x_t^\top`, :math:`g_t`, and for ``W_h`` :math:`(g^h \odot r) h_{t-1}^\top` or
        :math:`g^h (r \odot h_{t-1})^\top`.
        """
        n, steps, count = self.units, g.shape[0] * g.shape[1], self.width // self.units
        flat, h = g.reshape(steps, self.width), tape.h[:-1].reshape(steps, n)
        dW_r, dW_z, *dW_h = np.split(flat[:, n:].T @ h, count - 1)
        if not self.after:
            dW_h = [flat[:, :n].T @ (tape.saved[:, :, 3].reshape(steps, n) * h)]
        dU_h, dU_r, dU_z = np.split(flat[:, : 3 * n].T @ tape.x.reshape(steps, self.inputs), 3)
        db_h, db_r, db_z, *db_hh = np.split(np.ones(steps, g.dtype) @ flat, count)
        return self.Params(dW_r, dU_r, db_r, dW_z, dU_z, db_z, *dW_h, dU_h, db_h, *db_hh)
