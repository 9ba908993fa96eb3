"""The linear recurrent unit: complex numbers that turn and shrink (Orvieto et al., 2023)."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib._door import check_drawing
from rnnlib.cells.affine import AffineCell
from rnnlib.cells.protocol import Array, Rng, State


class LRUParams(namedtuple("LRUParams", "nu theta U_re U_im")):
    r"""Of ``m = n/2`` modes, the logarithms of decay rate ``nu (m,)`` and of angle ``theta (m,)`` a step, and the input
    weights ``U_re, U_im (m, d)``.
    """


class LRUWeights(namedtuple("LRUWeights", "eigenvalues U")):
    r""":math:`\lambda`, ``(n,)``, and :math:`\gamma U`, ``(n, d)``, real and imaginary parts in turn."""


def _complex(pairs: Array) -> Array:
    """See ``pairs (.., 2 m)`` of real and imaginary parts as ``(.., m)`` complex numbers, without a copy."""
    return pairs.view(np.complex64 if pairs.dtype == np.float32 else np.complex128)


@dataclass(frozen=True)
class LRUCell(AffineCell):
    r"""The linear recurrent unit: ``m = n/2`` modes, each a complex number that turns and shrinks at every step.

    .. math:: s_t = \lambda \odot s_{t-1} + \gamma \odot (U_\text{re} + i\, U_\text{im}) x_t, \qquad
              \lambda = e^{-e^\nu + i e^\theta}, \qquad \gamma = \sqrt{1 - |\lambda|^2}.

    :math:`|\lambda| < 1` whatever :math:`\nu` is, so no gradient can explode; :math:`\gamma` gives every mode the same
    variance if the input is white. The state ``h (B, n)`` is real: the real and the imaginary part of each mode, side
    by side. So a linear readout of ``h`` sees both, and is the real part of a complex readout of :math:`s`; the
    Jacobian is a scaled rotation of two by two for each mode. ``init`` draws :math:`\lambda` uniformly from the ring
    between ``radii``. Raises ``ValueError`` for an odd number of units, or another impossible size or ring. Source:
    Orvieto et al., *Resurrecting recurrent neural networks for long sequences*, 2023, section 3 and lemma 3.2; there
    :math:`\gamma` is learnt, here it follows :math:`\lambda`.

    >>> cell = LRUCell(inputs=2, units=6)
    >>> cell.init(np.random.default_rng(0)).U_re.shape
    (3, 2)
    """

    radii: tuple[float, float] = (0.9, 0.999)

    Params: ClassVar[Any] = LRUParams
    keeps: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.units % 2:
            raise ValueError(f"units: expected an even number, two to a complex one, got {self.units}")
        numbers = isinstance(self.radii, tuple) and [isinstance(radius, float | int) for radius in self.radii]
        if numbers != [True, True] or not 0 <= self.radii[0] < self.radii[1] < 1:
            raise ValueError(f"radii: expected 0 <= inner < outer < 1, got {self.radii!r}")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        m = self.units // 2
        return {"nu": (m,), "theta": (m,), "U_re": (m, self.inputs), "U_im": (m, self.inputs)}

    def init(self, rng: Rng, dtype: Any = np.float64) -> LRUParams:
        r"""Draw :math:`\lambda` from the ring, and normal input weights of variance :math:`1/2d` a part."""
        check_drawing(rng, dtype)
        m, (inner, outer) = self.units // 2, self.radii
        rate, angle = -np.log(rng.uniform(inner**2, outer**2, m)) / 2, 2 * np.pi * (1 - rng.random(m))
        U = rng.standard_normal((2, m, self.inputs)) / np.sqrt(2 * self.inputs)
        return LRUParams(*(part.astype(dtype) for part in (np.log(rate), np.log(angle), *U)))

    def prepare(self, params: LRUParams) -> LRUWeights:
        r"""Compute :math:`\lambda` and :math:`\gamma U`, part by part: as real functions they are analytic."""
        rate, angle = np.exp(params.nu), np.exp(params.theta)
        gamma = np.sqrt(-np.expm1(-2 * rate))[:, np.newaxis]
        U = np.stack([gamma * params.U_re, gamma * params.U_im], axis=1).reshape(self.units, self.inputs)
        return LRUWeights((np.exp(-rate) * [np.cos(angle), np.sin(angle)]).T.ravel(), U)

    def project(self, w: LRUWeights, x: Array) -> Array:
        r"""Project all inputs in one product: ``x (T, B, d)`` to :math:`\gamma U x`, ``(T, B, n)``."""
        return (x.reshape(-1, self.inputs) @ w.U.T).reshape(*x.shape[:2], self.units)

    def step(self, w: Any, a: Any, before: State, after: State) -> None:
        r"""Write :math:`\lambda s_{t-1} + a` into ``after.h``."""
        np.multiply(_complex(w.eigenvalues), _complex(before.h), out=_complex(after.h))
        np.add(after.h, a, out=after.h)

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write :math:`g_t = \delta_t` and the message :math:`\bar\lambda \delta_t`: the transpose turns backward."""
        g[...] = dafter.h
        np.multiply(_complex(w.eigenvalues).conj(), _complex(dafter.h), out=_complex(dbefore.h))

    def gather(self, tape: Any, g: Array) -> LRUParams:
        r"""Sum :math:`g_t x_t^\top` and :math:`\bar s_{t-1} g_t`, and go back through ``prepare``."""
        flat = g.reshape(g.shape[0] * g.shape[1], self.units)
        dU = flat.T @ tape.x.reshape(len(flat), self.inputs)
        before = _complex(tape.h[:-1].reshape(flat.shape))
        turned = np.einsum("sm,sm->m", _complex(flat).conj(), before) * _complex(tape.w.eigenvalues)
        nu, theta, U_re, U_im = tape.params
        rate, gamma = np.exp(nu), np.sqrt(-np.expm1(-2 * np.exp(nu)))
        dgamma = (dU[::2] * U_re + dU[1::2] * U_im).sum(axis=1)
        dnu = rate * (np.exp(-2 * rate) / gamma * dgamma - turned.real)
        dU *= np.repeat(gamma, 2)[:, np.newaxis]
        return LRUParams(dnu, -np.exp(theta) * turned.imag, dU[::2], dU[1::2])

    def diagonal(self, w: LRUWeights, a: None) -> Array:
        r"""Return :math:`\lambda`, the complex factor of :math:`s_{t-1}`, the same at all steps: ``(1, 1, m)``."""
        return _complex(w.eigenvalues)[np.newaxis, np.newaxis]
