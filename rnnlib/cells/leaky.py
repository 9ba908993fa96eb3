"""The leaky cell: a running average of what a plain cell computes."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib.cells.affine import AffineCell, AffineWeights
from rnnlib.cells.logistic import complete_gates, open_gates
from rnnlib.cells.plain import ACTIVATIONS, PlainParams
from rnnlib.cells.protocol import Array, Rng, State


class LeakyParams(namedtuple("LeakyParams", "W U b s")):
    """Weights of a leaky cell that learns what it keeps: ``W (n, n)``, ``U (n, d)``, ``b (n,)`` and ``s (n,)``, of
    which the keep factor ``kappa`` is the sigmoid.
    """


class InputLeakyParams(namedtuple("InputLeakyParams", "W U b U_s s")):
    """Those of :class:`LeakyParams`, and ``U_s (n, d)``, by which the input moves the keep factor."""


class StateLeakyParams(namedtuple("StateLeakyParams", "W U b W_s U_s s")):
    """Those of :class:`InputLeakyParams`, and ``W_s (n, n)``, by which the state moves the keep factor."""


PARAMS = {"learnt": LeakyParams, "input": InputLeakyParams, "state": StateLeakyParams}


@dataclass(frozen=True)
class LeakyCell(AffineCell):
    r"""The leaky cell, :math:`h_t = \kappa_t h_{t-1} + (1 - \kappa_t)\, \phi_t` with
    :math:`\phi_t = \phi(W h_{t-1} + U x_t + b)`.

    ``kappa`` says where the keep factor comes from:

    ======================== ========================================= ====================
    ``kappa``                keep factor                               parameters
    ======================== ========================================= ====================
    a number between 0 and 1 itself                                    ``PlainParams``
    ``"learnt"``, one a unit :math:`\sigma(s)`                         ``LeakyParams``
    ``"input"``              :math:`\sigma(U_s x_t + s)`               ``InputLeakyParams``
    ``"state"``              :math:`\sigma(W_s h_{t-1} + U_s x_t + s)` ``StateLeakyParams``
    ======================== ========================================= ====================

    In the first three the Jacobian is :math:`\operatorname{diag}(\kappa_t) + \operatorname{diag}((1 - \kappa_t)
    \phi'(a_t)) W`: what :math:`\kappa_t` adds to the loss, :math:`\delta_t \odot (h_{t-1} - \phi_t)`, goes to
    parameters and input. Only a factor that reads the state adds a term,
    :math:`\operatorname{diag}((h_{t-1} - \phi_t)\, \kappa_t (1 - \kappa_t)) W_s`. A factor that stays at ``kappa`` lets
    the past fade with a time constant of :math:`-1/\ln \kappa` steps; ``init`` draws :math:`s` so that
    :math:`\sigma(s)` is uniform between 0 and 1. Any other ``kappa`` raises ``ValueError``, as does what raises it in a
    :class:`PlainCell`. Source: for the fixed and the learnt factor Jaeger, Lukoševičius, Popovici and Siewert,
    *Optimization and applications of echo state networks with leaky-integrator neurons*, 2007.

    >>> LeakyCell(inputs=2, units=3, kappa=0.99).init(np.random.default_rng(0))._fields
    ('W', 'U', 'b')
    >>> LeakyCell(inputs=2, units=3, kappa="state").init(np.random.default_rng(0))._fields
    ('W', 'U', 'b', 'W_s', 'U_s', 's')
    """

    kappa: float | str = 0.9
    activation: str = "tanh"

    options: ClassVar[Any] = {"activation": ACTIVATIONS}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kappa not in [*PARAMS] and not (isinstance(self.kappa, float) and 0 < self.kappa < 1):
            kinds = ", ".join(f'"{kind}"' for kind in PARAMS)
            raise ValueError(f"kappa: expected a number between 0 and 1, or {kinds}, got {self.kappa!r}")

    Params = property(lambda self: PARAMS.get(self.kappa, PlainParams))
    driven = property(lambda self: self.kappa in ("input", "state"))
    gates = property(lambda self: ("", "_s") if self.driven else ("",))
    recurrent = property(lambda self: 1 + (self.kappa == "state"))
    width = property(lambda self: self.units * (1 + (self.kappa in PARAMS)))
    r"""Columns of ``g``: ``n``, and unless :math:`\kappa` is fixed ``n`` more, for the gradient at its sigmoid."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        n = self.units
        return {name: {"W": (n, n), "U": (n, self.inputs)}.get(name[0], (n,)) for name in self.Params._fields}

    def init(self, rng: Rng, dtype: Any = np.float64) -> Any:
        r"""Draw weights as any affine cell does, and :math:`s` so that its sigmoid is uniform."""
        params = super().init(rng, dtype)
        if self.kappa not in PARAMS:
            return params
        return params._replace(s=rng.logistic(size=self.units).astype(dtype))

    def prepare(self, params: Any) -> AffineWeights:
        r"""Stack the weights of what is read; fill in :math:`\kappa` and :math:`1 - \kappa` if they are constant."""
        stacked = params if self.driven else params[:3]
        W, U, b = (
            np.concatenate([part for name, part in zip(params._fields, stacked) if name[0] in kinds])
            for kinds in ("W", "U", "bs")
        )
        factors: Any = ()
        if not self.driven:
            with np.errstate(over="ignore"):
                odds = np.exp(-params.s) if self.kappa in PARAMS else 1 / np.full_like(b, self.kappa) - 1
            factors = complete_gates(odds)
        return AffineWeights(W, np.ascontiguousarray(W.T), U, np.ascontiguousarray(U.T), b, factors)

    def step(self, w: AffineWeights, a: Array, before: State, after: State) -> None:
        r"""Write :math:`h_t = \phi_t + \kappa_t (h_{t-1} - \phi_t)` into ``after.h (B, n)``.

        :math:`\phi_t` is left in the first ``n`` columns of ``a``; in the next ``n``, if it is not constant,
        :math:`\kappa_t` as :math:`(1 - \kappa_t)/\kappa_t`.
        """
        a[:, : len(w.W)] += before.h.dot(w.W_transposed)
        phi, odds = a[:, : self.units], a[:, self.units :]
        ACTIVATIONS[self.activation].apply(phi, phi)
        kappa = open_gates(np.negative(odds, out=odds)) if self.driven else w.factors[0]
        h = np.subtract(before.h, phi, out=after.h)
        h *= kappa
        h += phi

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write :math:`g_t = (1 - \kappa_t)\phi'(a_t) \odot \delta_t` and the message
        :math:`\kappa_t \delta_t + W^\top g_t`.

        Beside :math:`g_t` stands the gradient at the sigmoid's argument, :math:`\kappa_t (1 - \kappa_t)
        (h_{t-1} - \phi_t) \odot \delta_t`, which a factor that reads the state sends back as well, by ``W_s``.
        """
        n, phi = self.units, a[:, : self.units]
        kappa, lost = complete_gates(a[:, n:].copy()) if self.driven else w.factors
        kept, new = kappa * dafter.h, lost * dafter.h
        ACTIVATIONS[self.activation].slope(phi, g[:, :n])
        g[:, :n] *= new
        if self.kappa in PARAMS:
            np.multiply((before.h - phi) * lost, kept, out=g[:, n:])
        np.add(g[:, : len(w.W)].dot(w.W), kept, out=dbefore.h)

    def gather(self, tape: Any, g: Array) -> Any:
        """Sum as any affine cell does, and for ``s`` what stands beside."""
        grads = self.gather_affine(tape, g) | {"s": g[..., self.units :].sum(axis=(0, 1))}
        return self.Params(**{name: grads[name] for name in self.Params._fields})
