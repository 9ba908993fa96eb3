"""A recurrent cell of complex numbers whose weights preserve lengths."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from rnnlib.cells.affine import AffineWeights
from rnnlib.cells.orthogonal import OrthogonalCell
from rnnlib.cells.protocol import Array, State


@dataclass(frozen=True)
class UnitaryCell(OrthogonalCell):
    r"""A recurrence of ``m`` complex numbers with unitary weights and a complex modReLU.

    .. math:: z_t = (P + i Q) (h_{t-1}^{re} + i h_{t-1}^{im}) + U x_t, \qquad
              h_t^{re} + i h_t^{im} = \max(|z_t| + b, 0)\, \frac{z_t}{|z_t|}.

    The state is real, ``h (B, n)`` with ``n = units = 2 m``: real parts, then imaginary ones, and so are the rows of
    ``U (n, d)``. Hence the unitary :math:`P + i Q` acts as the orthogonal :math:`W = [[P, -Q], [Q, P]]`; it is the
    exponential of a skew-Hermitian matrix made of the free ``A (n, m)``. The threshold ``b (m,)`` acts on moduli, and
    phases stay; at :math:`z = 0` value and slope are 0. ``init`` draws the eigenvalues of the unitary matrix uniformly
    from the unit circle. An odd number of units raises ``ValueError``.
    Source: Arjovsky, Shah and Bengio, *Unitary evolution recurrent neural networks*, 2016 (modReLU, and the idea).

    >>> cell = UnitaryCell(inputs=2, units=6)
    >>> params = cell.init(np.random.default_rng(0))
    >>> params.A.shape, params.U.shape, params.b.shape
    ((6, 3), (6, 2), (3,))
    """

    map: str = field(default="unitary", init=False)
    activation: str = field(default="modrelu", init=False)

    keeps: ClassVar[bool] = True

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        return super().shapes() | {"b": (self.units // 2,)}

    def _pairs(self, h: Array) -> Array:
        """View ``(B, n)`` as ``(B, 2, m)``, real and imaginary parts."""
        return h.reshape(len(h), 2, self.units // 2)

    def _direction(self, h: Array, size: Array) -> Array:
        """Return the pairs of ``h`` at length 1; zero has none and stays."""
        return np.divide(self._pairs(h), size, out=np.zeros_like(self._pairs(h)), where=size > 0)

    def step(self, w: AffineWeights, a: Array, before: State, after: State) -> None:
        r"""Write :math:`h_t` into ``after.h``; leave :math:`|h_t|/|z_t|` (or 0) and :math:`|h_t|` in ``a``."""
        h = before.h.dot(w.W_transposed, out=after.h)
        h += a
        z = self._pairs(h)
        # Unlike the root of a sum of squares, hypot is exact however small or large they are.
        radius = np.hypot(z[:, 0], z[:, 1])
        a.fill(0)
        stretch, size = self._pairs(a).swapaxes(0, 1)
        np.maximum(radius + w.b, 0, out=size)
        np.divide(size, radius, out=stretch, where=radius > 0)
        z *= stretch[:, np.newaxis]

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write the gradient of :math:`z_t` into ``g`` and the message :math:`W^\top g_t` into ``dbefore.h``.

        The slope is symmetric: 1 along the direction of :math:`h_t`, the stretch across it.
        """
        stretch, size = self._pairs(a)[:, :, np.newaxis].swapaxes(0, 1)
        direction, delta = self._direction(after.h, size), self._pairs(dafter.h)
        along = (direction * delta).sum(axis=1, keepdims=True)
        self._pairs(g)[...] = stretch * delta + (1 - stretch) * along * direction
        g.dot(w.W, out=dbefore.h)

    def gather_threshold(self, tape: Any, g: Array) -> Array:
        """Sum the gradient of the thresholds: what of :math:`z_t`'s lies along the direction of :math:`h_t`."""
        h, g, saved = (part.reshape(-1, self.units) for part in (tape.h[1:], g, tape.saved))
        return (self._direction(h, self._pairs(saved)[:, 1:]) * self._pairs(g)).sum(axis=(0, 1))
