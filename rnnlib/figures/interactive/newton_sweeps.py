"""A small nonlinear network evaluated at all its steps at once, sweep by sweep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE
from rnnlib.jacobians import lyapunov_exponents, step_jacobians
from rnnlib.through_time import Tape, unroll

STEPS, UNITS, SEED, TOLERANCE = 120, 3, 216, 1e-8


def draw_network() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights ``(3, 3)`` of gain 1 and inputs ``(T, 3)`` of standard deviation 1.

    Of 400 draws this one goes farthest from decay to chaos as its gain grows.
    """
    rng = np.random.default_rng(SEED)
    return rng.standard_normal((UNITS, UNITS)).round(2), rng.standard_normal((STEPS, UNITS)).round(2)


def tape_of(gain: float, spread: float) -> Tape:
    """The network stepped through."""
    W, x = draw_network()
    params = PlainParams(gain * W / np.sqrt(UNITS), spread * np.eye(UNITS), np.zeros(UNITS))
    return unroll(PlainCell(UNITS, UNITS), params, x[:, np.newaxis])


def residuals(gain: float, spread: float, method: str) -> NDArray[np.float64]:
    """The largest entry of ``|h_t - f(h_{t-1})|`` in every guess ``(sweeps + 1, T)``, until all are below 1e-8."""
    W, x = draw_network()
    W, a, h = gain * W / np.sqrt(UNITS), spread * x, np.zeros((STEPS, UNITS))
    rows = []
    while True:
        f = np.tanh(np.vstack([np.zeros(UNITS), h[:-1]]) @ W.T + a)
        r = f - h
        rows.append(np.abs(r).max(axis=1))
        if rows[-1].max() < TOLERANCE:
            return np.array(rows)
        d = np.zeros(UNITS)
        for t in range(STEPS):
            d = (1 - f[t] ** 2) * (W @ d) + r[t]
            h[t] = h[t] + d if method == "newton" else f[t]


class NewtonSweeps(InteractiveFigure):
    r"""Newton's sweeps, or Picard's, over the 120 states of three tanh units, from zeros; the exponent beside them.

    ``gain`` scales the recurrent weights, ``spread`` the input; ``method`` is "newton" or "picard".
    """

    gain = traitlets.Float(1.0).tag(sync=True)
    spread = traitlets.Float(0.5).tag(sync=True)
    method = traitlets.Unicode("newton").tag(sync=True)
    weights: Any = traitlets.List().tag(sync=True)
    inputs: Any = traitlets.List().tag(sync=True)
    alt = traitlets.Unicode(
        "A map of residuals, a row a sweep and a column a step: dark where a state fits the one before. For stable "
        "networks all columns turn dark together, for chaotic ones a front moves from left to right."
    ).tag(sync=True)

    @traitlets.default("weights")
    def _weights(self) -> list[list[float]]:
        return draw_network()[0].tolist()

    @traitlets.default("inputs")
    def _inputs(self) -> list[list[float]]:
        return draw_network()[1].tolist()

    def still(self, ax: Axes) -> None:
        """Print how far the front has come after each sweep, for three gains."""
        front: Callable[[Any], Any] = lambda row: np.append(row >= TOLERANCE, True).argmax()  # noqa: E731
        for gain, colour in ((1.0, "1"), (2.0, "3"), (3.0, "2")):
            mu = lyapunov_exponents(step_jacobians(tape_of(gain, self.spread))[:, 0])[0]
            reached = [front(row) for row in residuals(gain, self.spread, "newton")]
            label = f"gain {gain:g}, exponent {mu:+.2f}".replace("-", "\N{MINUS SIGN}")
            ax.plot(reached, color=PALETTE[colour], label=label)
        ax.set(xlabel="sweep", ylabel="states that are right")
        ax.legend(loc="lower right")
        ax.set_title("The larger the exponent, the slower the front")
