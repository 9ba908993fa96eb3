"""What cells with gates share: every gate lies in one piece, and what is kept of a step are its derivatives."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from rnnlib.cells.affine import AffineCell, AffineWeights
from rnnlib.cells.protocol import Array, State
from rnnlib.trees import at

IN_CACHE = 2**15
"""Numbers in a block of the span of steps that is linearised at once: what is computed with then stays in the cache."""


class GateCell(AffineCell):
    r"""An affine cell some of whose gates are sigmoids: ``gates[sigmoids]``.

    A step's ``a`` is ``(B, blocks, n)``: first the pre-activations of its gates, then what else it keeps. In memory it
    is ``(blocks, B, n)``, so that one gate of all sequences is contiguous, and :math:`W h` is one product a gate. For
    sigmoids it is :math:`-a` that is computed, and kept as :math:`e^{-a}` (:mod:`rnnlib.cells.logistic`), so what acts
    forward has its sign changed: that part of ``W_transposed (gates, n, n)``, ``U_transposed (gates, d, n)`` and
    ``b (gates, 1, n)``.

    When all steps are taken, ``differentiate`` replaces the gates by the step's derivatives, which depend on the way
    forward alone. The way back then multiplies by them, and has little else to do.
    """

    blocks: ClassVar[int]
    differentiate: Callable[..., None]

    def prepare(self, params: Any) -> AffineWeights:
        """Stack the blocks, and lay them out for both directions."""
        n, gates = self.units, len(self.gates)
        W, U, b = (np.concatenate([getattr(params, kind + gate) for gate in self.gates]) for kind in "WUb")
        W_transposed, U_transposed = (part.reshape(gates, n, -1).swapaxes(1, 2).copy() for part in (W, U))
        b = b.reshape(gates, 1, n)
        for forward in (W_transposed, U_transposed, b):
            np.negative(forward[self.sigmoids], out=forward[self.sigmoids])
        return AffineWeights(W, W_transposed, U, U_transposed, b)

    def room(self, x: Array) -> Array:
        """Return an ``a`` for all steps, ``(T, B, blocks, n)``, with nothing in it."""
        T, B, _ = x.shape
        return np.empty((T, self.blocks, B, self.units), x.dtype).swapaxes(1, 2)

    def project(self, w: AffineWeights, x: Array) -> Array:
        """Project all inputs into the first blocks of ``a``."""
        a = self.room(x)
        affine = a[:, :, : len(self.gates)].swapaxes(1, 2)
        np.matmul(x[:, np.newaxis], w.U_transposed, out=affine)
        affine += w.b
        return a

    def linearise(self, a: Array, states: State) -> None:
        """Replace what the steps left in ``a (T, B, blocks, n)`` by their derivatives."""
        T, B = a.shape[:2]
        span = max(1, IN_CACHE // max(1, B * self.units))
        for t in range(0, T, span):
            end = min(t + span, T)
            before, after = at(states, slice(t, end)), at(states, slice(t + 1, end + 1))
            self.differentiate(np.moveaxis(a[t:end], 2, 0), before, after)

    def split(self, g: Array) -> Array:
        """Return ``g (B, width)`` gate by gate, ``(gates, B, n)``."""
        return g.reshape(len(g), g.shape[1] // self.units, self.units).swapaxes(0, 1)
