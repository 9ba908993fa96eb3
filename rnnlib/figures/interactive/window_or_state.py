"""Chapter 0: what a window can see of a distant event, and what a running summary can."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure


def _noise() -> list[float]:
    return np.random.default_rng(7).standard_normal(300).round(2).tolist()


class WindowOrState(InteractiveFigure):
    r"""A window of ``width`` steps and a recurrent summary look for an event ``age`` steps ago.

    First-layer parameters with ``units`` hidden units :math:`n` and ``inputs`` series :math:`d`: :math:`k d n + n` for
    a window of :math:`k` steps, :math:`n^2 + d n + n` for the recurrent layer.
    """

    width = traitlets.Int(120, min=1, max=300).tag(sync=True)
    age = traitlets.Int(200, min=1, max=300).tag(sync=True)
    units = traitlets.Int(64, min=1).tag(sync=True)
    inputs = traitlets.Int(2, min=1).tag(sync=True)
    noise = traitlets.List(traitlets.Float()).tag(sync=True)
    alt = traitlets.Unicode(
        "A series of 300 steps with an announcement that leaves no trace in it, a window over its most recent part, "
        "the running summary that stays high since the announcement, and the parameters each network needs."
    ).tag(sync=True)

    @traitlets.default("noise")
    def _default_noise(self) -> list[float]:
        return _noise()

    def still(self, ax: Axes) -> None:
        """Print the series, the announcement and the window."""
        ago = np.arange(300, 0, -1)
        ax.plot(-ago, self.noise, color="C5", linewidth=0.8)
        ax.axvspan(-self.width, 0, color="C0", alpha=0.15, linewidth=0)
        ax.axvline(-self.age, color="C1")
        ax.text(-self.age + 4, 4.6, "announcement", color="C1")
        ax.text(-self.width + 4, -4.8, f"window of {self.width}", color="C0")
        ax.set(ylim=(-5.4, 5.4), xlabel="step (0 is now)", ylabel="return")
        ax.set_title("A window forgets what lies beyond its edge")
