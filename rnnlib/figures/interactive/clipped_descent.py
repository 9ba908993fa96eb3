"""Chapter 5: descent over the cliff of a single unit, each gradient clipped or not."""

from __future__ import annotations

import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.interactive.one_unit import descend, draw_surface
from rnnlib.figures.palette import OVER_MAP, PALETTE


class ClippedDescent(InteractiveFigure):
    r"""Updates from ``(w, b)`` on the loss of :math:`h_t = \tanh(w h_{t-1} + b)` after 40 steps, target one half.

    ``clip`` is "norm", every gradient :math:`g` replaced by :math:`g \min(1, \theta/|g|)`, or "off"; ``theta`` is
    :math:`\theta`. The path is shown up to ``updates`` of the three hundred that are computed.
    """

    clip = traitlets.Enum(["norm", "off"], "norm").tag(sync=True)
    theta = traitlets.Float(1.0, min=0.01, max=100.0).tag(sync=True)
    rate = traitlets.Float(0.01, min=1e-4, max=1.0).tag(sync=True)
    w = traitlets.Float(1.6, min=0.6, max=1.8).tag(sync=True)
    b = traitlets.Float(1e-8, min=-0.12, max=0.12).tag(sync=True)
    updates = traitlets.Int(300, min=0, max=300).tag(sync=True)
    alt = traitlets.Unicode(
        "A map of the loss over the weight w and the bias b, with a cliff along b = 0 for w above one; the path of "
        "gradient descent over it; and, over the updates, the loss and the length of the gradient before clipping."
    ).tag(sync=True)
    _shared = ("helpers.js", "one_unit.js")

    def still(self, ax: Axes) -> None:
        """Print the path over the map, clipped."""
        draw_surface(ax, 40, 0.03)
        w, b = descend(self.w, self.b, self.rate, self.theta, self.updates).T
        ax.plot(w, b, color=OVER_MAP["over"], linewidth=2.4)
        ax.plot(w, b, color=PALETTE["2"], linewidth=1.2)
        ax.set_title("Clipped descent crosses the cliff again and again, and gets on")
