"""Recurrent cells whose weights preserve lengths, whatever the training does."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib._door import check_drawing
from rnnlib.cells.affine import AffineCell, AffineWeights
from rnnlib.cells.orthogonal_maps import MAPS
from rnnlib.cells.plain import ACTIVATIONS
from rnnlib.cells.protocol import Array, Rng, State


class OrthogonalParams(namedtuple("OrthogonalParams", "A U b")):
    """``A``, unconstrained, of which the cell's map makes ``W (n, n)``; input weights ``U (n, d)``; bias ``b (n,)``."""


SLOPES = {name: activation.slope for name, activation in ACTIVATIONS.items()}
# Where modReLU lets anything through its slope is 1.
SLOPES["modrelu"] = lambda h, out: np.not_equal(h, 0, out=out)


@dataclass(frozen=True)
class OrthogonalCell(AffineCell):
    r"""A plain cell with orthogonal recurrent weights, :math:`h_t = \phi(W h_{t-1} + U x_t + b)`, :math:`W^\top W = I`.

    ``map`` names how :math:`W` is made, once a sequence, of an ``A`` that any optimiser may move freely:

    - ``"exponential"``: :math:`W = \exp(A - A^\top)`; every rotation;
    - ``"cayley"``: :math:`W = (I - S/2)^{-1}(I + S/2)`, :math:`S = A - A^\top`; every rotation without eigenvalue -1;
    - ``"householder"``: the product of the reflections in the rows of ``A (m, n)``, ``m`` the largest even number up to
      ``n``; every rotation;
    - ``"unitary"``, for even ``n``: of ``A (n, n/2)`` the exponential of a skew-Hermitian matrix in real form.

    ``activation`` is one of a plain cell's or ``"modrelu"``, which moves sizes and leaves signs. There :math:`b` is not
    added to the pre-activation :math:`a`, but is the threshold:

    .. math:: h_t = \operatorname{sign}(a) \max(|a| + b, 0), \qquad a = W h_{t-1} + U x_t.

    At its initial :math:`b = 0` it is the identity. Another name raises ``ValueError``. ``init`` draws the angles of
    2 by 2 rotations uniformly from :math:`(-\pi, \pi)`, the same distribution for every map.
    Sources: Arjovsky, Shah and Bengio, *Unitary evolution recurrent neural networks*, 2016 (modReLU); Helfrich,
    Willmott and Ye, *Orthogonal recurrent neural networks with scaled Cayley transform*, 2018; Lezcano-Casado and
    Martínez-Rubio, *Cheap orthogonal constraints in neural networks*, 2019 (exponential; the angles are those of
    Henaff, Szlam and LeCun, 2016).

    >>> cell = OrthogonalCell(inputs=2, units=4)
    >>> params = cell.init(np.random.default_rng(0))
    >>> W = cell.prepare(params).W
    >>> np.allclose(W.T @ W, np.eye(4), atol=1e-14)
    True
    """

    map: str = "exponential"
    activation: str = "modrelu"

    options: ClassVar[Any] = {"map": MAPS, "activation": SLOPES}
    Params: ClassVar[Any] = OrthogonalParams
    keeps: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.map == "unitary" and self.units % 2:
            raise ValueError(f"units: expected an even number, for real and imaginary parts, got {self.units}")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        n, d = self.units, self.inputs
        return {"A": MAPS[self.map].of_angles(np.zeros(n // 2), n).shape, "U": (n, d), "b": (n,)}

    def init(self, rng: Rng, dtype: Any = np.float64) -> OrthogonalParams:
        r"""Draw angles of rotations, input weights of variance :math:`1/d`, and zero biases."""
        check_drawing(rng, dtype)
        angles = rng.uniform(-np.pi, np.pi, self.units // 2)
        return super().init(rng, dtype)._replace(A=MAPS[self.map].of_angles(angles, self.units).astype(dtype))

    def prepare(self, params: OrthogonalParams) -> AffineWeights:
        """Make the orthogonal matrix, in double precision, and round it."""
        A, U, b = params
        W = MAPS[self.map].forward(A.astype(np.float64)).astype(A.dtype)
        return AffineWeights(W, np.array(W.T, order="C"), U, np.array(U.T, order="C"), b)

    def project(self, w: Any, x: Array) -> Array:
        """Project all inputs, ``x (.., d)``, to ``U x + b``, or to ``U x`` where ``b`` is modReLU's threshold."""
        return super().project(w._replace(b=0) if self.activation == "modrelu" else w, x)

    def step(self, w: AffineWeights, a: Array, before: State, after: State) -> None:
        r"""Write :math:`h_t` into ``after.h (B, n)``; modReLU spends ``a`` on sizes."""
        h = before.h.dot(w.W_transposed, out=after.h)
        h += a
        if self.activation != "modrelu":
            ACTIVATIONS[self.activation].apply(h, h)
            return
        size = np.abs(h, out=a)
        size += w.b
        np.maximum(size, 0, out=size)
        np.sign(h, out=h)
        h *= size

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write :math:`g_t = \phi'(a_t) \odot \delta_t` and the message :math:`W^\top g_t`, as the plain cell does."""
        SLOPES[self.activation](after.h, g)
        g *= dafter.h
        g.dot(w.W, out=dbefore.h)

    def gather(self, tape: Any, g: Array) -> OrthogonalParams:
        r"""Sum over steps and sequences, and pull :math:`\partial L/\partial W` back through the map."""
        dW, dU, db = self.gather_affine(tape, g).values()
        if self.activation == "modrelu":
            db = self.gather_threshold(tape, g)
        return OrthogonalParams(MAPS[self.map].back(tape.params.A, dW), dU, db)

    def gather_threshold(self, tape: Any, g: Array) -> Array:
        r"""Sum the gradient of modReLU's threshold, whose slope is :math:`\operatorname{sign}(h_t)`."""
        return np.einsum("tbi,tbi->i", np.sign(tape.h[1:]), g)
