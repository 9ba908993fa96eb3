"""The leaky cell: a running average of what a plain cell computes."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib.cells.affine import AffineCell, AffineWeights
from rnnlib.cells.plain import ACTIVATIONS, PlainParams
from rnnlib.cells.protocol import Array, Rng, State


class LeakyParams(namedtuple("LeakyParams", "W U b s")):
    """Weights of a leaky cell that learns what it keeps: ``W (n, n)``, ``U (n, d)``, ``b (n,)`` and ``s (n,)``, of
    which the keep factor ``kappa`` is the sigmoid.
    """


@dataclass(frozen=True)
class LeakyCell(AffineCell):
    r"""The leaky cell, :math:`h_t = \kappa h_{t-1} + (1 - \kappa)\, \phi(W h_{t-1} + U x_t + b)`.

    Its Jacobian is :math:`J_t = \kappa I + (1 - \kappa) \operatorname{diag}(\phi'(a_t)) W`: the past fades by
    :math:`\kappa` a step, with a time constant of :math:`-1/\ln \kappa` steps. ``kappa`` is a number between 0 and 1,
    fixed, and the parameters are ``PlainParams``; or ``"learnt"``, one a unit, :math:`\kappa = 1/(1 + e^{-s})` with
    :math:`s` in ``LeakyParams``, where ``init`` draws the :math:`\kappa` uniformly between 0 and 1. Any other ``kappa``
    raises ``ValueError``, as does what raises it in a :class:`PlainCell`. Source: Jaeger, Lukoševičius, Popovici and
    Siewert, *Optimization and applications of echo state networks with leaky-integrator neurons*, 2007.

    >>> LeakyCell(inputs=2, units=3, kappa=0.99).init(np.random.default_rng(0))._fields
    ('W', 'U', 'b')
    >>> LeakyCell(inputs=2, units=3, kappa="learnt").init(np.random.default_rng(0)).s.shape
    (3,)
    """

    kappa: float | str = 0.9
    activation: str = "tanh"

    options: ClassVar[Any] = {"activation": ACTIVATIONS}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kappa != "learnt" and not (isinstance(self.kappa, float) and 0 < self.kappa < 1):
            raise ValueError(f'kappa: expected a number between 0 and 1, or "learnt", got {self.kappa!r}')

    learns = property(lambda self: self.kappa == "learnt")
    Params = property(lambda self: LeakyParams if self.learns else PlainParams)
    width = property(lambda self: self.units * (1 + self.learns))
    """Columns of ``g``: ``n``, and if it is learnt ``n`` more for the gradient of ``kappa``."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        return super().shapes() | ({"s": (self.units,)} if self.learns else {})

    def init(self, rng: Rng, dtype: Any = np.float64) -> Any:
        r"""Draw weights as any affine cell does, and :math:`s` so that :math:`\kappa` is uniform."""
        params = super().init(rng, dtype)
        return params._replace(s=rng.logistic(size=self.units).astype(dtype)) if self.learns else params

    def prepare(self, params: Any) -> AffineWeights:
        """Stack the weights, and fill in ``kappa``."""
        kappa = 0.5 + 0.5 * np.tanh(0.5 * params.s) if self.learns else np.full_like(params.b, self.kappa)
        return super().prepare(params)._replace(factors=kappa)

    def step(self, w: AffineWeights, a: Array, before: State, after: State) -> None:
        r"""Write :math:`h_t = \phi_t + \kappa (h_{t-1} - \phi_t)` into ``after.h (B, n)``.

        :math:`\phi_t = \phi(W h_{t-1} + a)` is left in ``a (B, n)``.
        """
        a += before.h.dot(w.W_transposed, out=after.h)
        ACTIVATIONS[self.activation].apply(a, a)
        h = np.subtract(before.h, a, out=after.h)
        h *= w.factors
        h += a

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write :math:`g_t = (1 - \kappa)\phi'(a_t)\odot\delta_t` and the message :math:`W^\top g_t + \kappa\delta_t`.

        If :math:`\kappa` is learnt, its gradient :math:`\delta_t \odot (h_{t-1} - \phi_t)` stands beside :math:`g_t`.
        """
        n, kept = self.units, w.factors * dafter.h
        ACTIVATIONS[self.activation].slope(a, g[:, :n])
        g[:, :n] *= dafter.h - kept
        np.add(g[:, :n].dot(w.W), kept, out=dbefore.h)
        if self.learns:
            np.multiply(before.h - a, dafter.h, out=g[:, n:])

    def gather(self, tape: Any, g: Array) -> Any:
        r"""Sum as any affine cell does, and :math:`dL/ds = \kappa (1 - \kappa)\, dL/d\kappa`."""
        grads = self.gather_affine(tape, g)
        if self.learns:
            kappa = tape.w.factors
            grads["s"] = kappa * (1 - kappa) * g[..., self.units :].sum(axis=(0, 1))
        return self.Params(**grads)
