"""Chapter 1: forward values, then gradients, through a network of one unit unrolled in time."""

from __future__ import annotations

import math

import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure


class UnrolledNetwork(InteractiveFigure):
    r"""One unit unrolled over ``T`` steps, walked forward and then back.

    :math:`h_t = \tanh(w h_{t-1} + u x_t)`, :math:`h_0 = 0`, :math:`l_t = (v h_t - y_t)^2 / 2`; ``target`` holds the
    :math:`y_t`, and ``loss`` says whether they count at the "last" step or at "every" one.
    """

    w = traitlets.Float(0.9, min=-1.5, max=1.5).tag(sync=True)
    u = traitlets.Float(0.8, min=-1.5, max=1.5).tag(sync=True)
    v = traitlets.Float(1.0, min=-1.5, max=1.5).tag(sync=True)
    T = traitlets.Int(4, min=2, max=6).tag(sync=True)
    loss = traitlets.Enum(["last", "every"], "last").tag(sync=True)
    x = traitlets.List(traitlets.Float(), [1.0, -0.5, 0.7, 0.3, -0.8, 0.6], minlen=6, maxlen=6).tag(sync=True)
    target = traitlets.List(traitlets.Float(), [0.2, 0.5, -0.3, -0.5, 0.4, -0.2], minlen=6, maxlen=6).tag(sync=True)
    alt = traitlets.Unicode(
        "A recurrent network of one unit unrolled over its steps: inputs below, states in a row, losses above, "
        "and the terms of the gradient of the shared weight w underneath."
    ).tag(sync=True)

    def still(self, ax: Axes) -> None:
        """Print the unrolled states with their forward values."""
        h = [0.0]
        for t in range(self.T):
            h.append(math.tanh(self.w * h[t] + self.u * self.x[t]))
        ax.set(xlim=(-0.5, self.T + 0.5), ylim=(-1.5, 1.5), title="One set of weights, used at every step")
        ax.set_axis_off()
        for t, state in enumerate(h):
            ax.text(t, 0, f"$h_{t}$\n{state:.2f}", ha="center", va="center", color="C0", fontweight="bold")
            if t:
                forward = {"arrowstyle": "->", "color": "C0", "linewidth": 1.5}
                ax.annotate("", (t - 0.25, 0), (t - 0.75, 0), arrowprops=forward)
                ax.text(t - 0.5, 0.12, f"w = {self.w:.2f}", ha="center", fontsize=9)
                ax.annotate("", (t, -0.3), (t, -0.85), arrowprops=forward)
                ax.text(t, -1.1, f"$x_{t}$ = {self.x[t - 1]:.1f}", ha="center")
