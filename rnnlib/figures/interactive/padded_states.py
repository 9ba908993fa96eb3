"""Chapter 1: what padding does to the final states of a batch, and what a mask does about it."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import MEASURED, PALETTE, THEORY
from rnnlib.through_time import unroll

STEPS, SEQUENCES = 20, 6


class PaddedStates(InteractiveFigure):
    r"""Six sequences in one batch of twenty steps, the last ``pads`` of them padding, read by one unit.

    :math:`h_t = \tanh(w h_{t-1} + u x_t + b)`, :math:`h_0 = 0`, and a padded :math:`x_t` is 0; with a mask a padded
    step leaves the state as it is. Where all states run to one fixed point :math:`h^*`, what tells them apart shrinks
    by :math:`w(1 - h^{*2})` a pad. ``x`` holds the inputs, a list for each sequence.
    """

    pads = traitlets.Int(8, min=0, max=16).tag(sync=True)
    w = traitlets.Float(0.7, min=0.0, max=1.6).tag(sync=True)
    b = traitlets.Float(0.2, min=-0.5, max=0.5).tag(sync=True)
    u = traitlets.Float(0.8).tag(sync=True)
    masked = traitlets.Enum(["no", "yes"], "no").tag(sync=True)
    x = traitlets.List(traitlets.List(traitlets.Float(), minlen=STEPS, maxlen=STEPS)).tag(sync=True)
    alt = traitlets.Unicode(
        "The states of six sequences over twenty steps. In the padding at the end, shaded, they run together if "
        "there is no mask, and stand still with one."
    ).tag(sync=True)
    _shared = ("helpers.js", "panel.js")

    @traitlets.default("x")
    def _draw_inputs(self) -> list[list[float]]:
        return np.random.default_rng(3).standard_normal((SEQUENCES, STEPS)).round(2).tolist()

    def still(self, ax: Axes) -> None:
        """Print what is left of the spread of the final states, against the number of pads."""
        pads = np.arange(17)
        left = [self._states(p, False)[-1].std() / self._states(p, True)[-1].std() for p in range(17)]
        rest = 0.0
        for _ in range(1000):
            rest = float(np.tanh(self.w * rest + self.b))
        rate = self.w * (1 - rest**2)
        anchor = left[8] / rate**8
        ax.semilogy(pads, anchor * rate**pads, **THEORY)
        ax.text(16.2, anchor * rate**15, f"slope predicted,\n{rate:.2f} a pad", ha="right", va="bottom")
        ax.plot(pads, left, **MEASURED, color=PALETTE["2"], label="no mask")
        ax.plot(pads, np.ones(17), "s", color=PALETTE["1"], label="mask")
        ax.set(xlabel="pads after the last real step", ylabel="spread of six final states, as a share")
        ax.legend(loc="lower left")
        ax.set_title("Padding makes equal what the network has told apart")

    def _states(self, pads: int, masked: bool) -> NDArray[np.float64]:
        """States ``(T+1, 6)``."""
        real = np.arange(STEPS) < STEPS - pads
        x = np.array(self.x).T * real[:, None]
        mask = np.broadcast_to(real[:, None], x.shape) if masked else None
        params = PlainParams(np.array([[self.w]]), np.array([[self.u]]), np.array([self.b]))
        return unroll(PlainCell(1, 1), params, x[..., None], mask=mask).h[..., 0]
