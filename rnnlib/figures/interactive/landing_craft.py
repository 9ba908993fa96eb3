"""The recursion at work: a craft that lands on the thrust its costate asks for."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rnnlib.cells.plain import PlainCell, PlainParams, PlainState
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE, THEORY
from rnnlib.through_time import bptt, unroll

FLIGHT, STEPS, GRAVITY, HARDNESS = 10.0, 20, 9.81, 100.0


class LandingCraft(InteractiveFigure):
    r"""A point mass to be landed in ten seconds with least thrust; its thrust after some steps of conjugate gradients.

    The plant is :math:`h_t = W h_{t-1} + U x_t + b` with height and speed for a state, the cost
    :math:`\frac{\Delta t}2 \sum x_t^2 + \frac\beta2 |h_T|^2`, its gradient :math:`\Delta t\, x_t + U^\top \delta_t`. At
    the optimum the thrust is the costate, :math:`-U^\top \delta_t/\Delta t`. ``guess`` is the thrust to begin with.
    """

    height = traitlets.Float(100.0, min=40.0, max=160.0).tag(sync=True)
    speed = traitlets.Float(-10.0, min=-25.0, max=10.0).tag(sync=True)
    time = traitlets.Float(4.0, min=0.0, max=FLIGHT).tag(sync=True)
    guess = traitlets.List(traitlets.Float(), minlen=STEPS, maxlen=STEPS).tag(sync=True)
    alt = traitlets.Unicode(
        "Two panels over ten seconds: the height of a landing craft, and its thrust beside the thrust that its costate "
        "asks for. After three steps of conjugate gradients the two coincide, on a straight line, and it lands."
    ).tag(sync=True)
    _shared = ("helpers.js", "panel.js")

    @traitlets.default("guess")
    def _random_guess(self) -> list[float]:
        return np.random.default_rng(6).uniform(4, 16, STEPS).round(1).tolist()

    def still(self, ax: Axes) -> None:
        """Print thrust and costate after three steps, on the line known in closed form."""
        dt, F = FLIGHT / STEPS, FLIGHT
        thrust, costate = self._optimum()
        time = np.linspace(0, F, 50)
        first = (6 * self.height + 4 * self.speed * F) / F**2
        ax.plot(time, GRAVITY - first + (12 * self.height + 6 * self.speed * F) / F**3 * time, **THEORY)
        middles = (np.arange(STEPS) + 0.5) * dt
        ax.plot(middles[::2], thrust[::2], "o", color=PALETTE["1"], label="thrust")
        label = r"costate, $-U^{\top}\delta_t/\Delta t$"
        ax.plot(middles[1::2], costate[1::2], "s", color=PALETTE["2"], label=label)
        ax.axhline(GRAVITY, color=PALETTE["muted"], linewidth=1, linestyle=":")
        ax.text(F, GRAVITY - 0.2, "gravity", ha="right", va="top", color=PALETTE["muted"])
        ax.set(xlabel="time (s)", ylabel="thrust (m/s²)")
        ax.legend(loc="upper left")
        ax.set_title("The best thrust is the costate, a straight line in time")

    def _optimum(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Thrust, and the costate seen through ``U``, of the least cost."""
        dt = FLIGHT / STEPS
        W, U = np.array([[1, dt], [0, 1.0]]), np.array([[dt**2 / 2], [dt]])
        reach = np.column_stack([np.linalg.matrix_power(W, STEPS - t) @ U for t in range(1, STEPS + 1)])
        fall = np.linalg.matrix_power(W, STEPS) @ (self.height, self.speed) - GRAVITY * reach.sum(1)
        thrust = np.linalg.solve(dt * np.eye(STEPS) + HARDNESS * reach.T @ reach, -HARDNESS * reach.T @ fall)
        start = PlainState(np.array([[self.height, self.speed]]))
        params = PlainParams(W, U, -GRAVITY * U[:, 0])
        tape = unroll(PlainCell(1, 2, activation="linear"), params, thrust[:, None, None], start)
        dh = np.zeros((STEPS, 1, 2))
        dh[-1] = HARDNESS * tape.h[-1]
        return thrust, -bptt(tape, dh).x[:, 0, 0] / dt
