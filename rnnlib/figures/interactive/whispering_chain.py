"""Chapter 2: the gradient arriving step by step, local error and message from the future added."""

from __future__ import annotations

import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE


class WhisperingChain(InteractiveFigure):
    r"""The backward recursion of one unit, last step first.

    :math:`\delta_t = \partial l_t / \partial h_t + w \varphi' \delta_{t+1}`. ``local`` holds the first terms, the
    local gradients; the slope :math:`\varphi'` is the same at every step, so that one sees the factor and nothing else.
    """

    w = traitlets.Float(0.9, min=-1.5, max=1.5).tag(sync=True)
    slope = traitlets.Float(0.8, min=0.0, max=1.0).tag(sync=True)
    local = traitlets.List(traitlets.Float(), [0.2, 0.0, -0.4, 0.0, 0.3, 0.0, 0.0, 1.0], minlen=2).tag(sync=True)
    alt = traitlets.Unicode(
        "Bars over time: at each step the local error, the message from the step after it, and their sum, delta."
    ).tag(sync=True)

    def still(self, ax: Axes) -> None:
        """Print all bars, as they stand when the message has reached the first step."""
        delta, names = 0.0, ("local error", "message", r"their sum, $\delta_t$")
        for t in range(len(self.local), 0, -1):
            local, message = self.local[t - 1], self.w * self.slope * delta
            delta = local + message
            ax.bar(t - 0.16, local, 0.3, color=PALETTE["3"], label=names[0])
            ax.bar(t + 0.16, message, 0.3, local, color=PALETTE["2"], label=names[1])
            ax.hlines(delta, t - 0.36, t + 0.36, PALETTE["ink"], label=names[2])
            names = ("_", "_", "_")
        ax.axhline(0, color=PALETTE["muted"], linewidth=0.8)
        ax.use_sticky_edges = False  # a bar would hold the frame to its end
        ax.margins(y=0.1)
        ax.set(xlabel="step $t$", ylabel=r"$\delta_t$")
        ax.legend(loc="upper left")
        ax.set_title("Each step adds its own error to the message from the future")
