"""Chapter 3: the cliff in the loss of a single unit, and a gradient step thrown from its foot."""

from __future__ import annotations

import math

import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.interactive.one_unit import descend, draw_surface
from rnnlib.figures.palette import OVER_MAP


class LossCliff(InteractiveFigure):
    r"""One step of gradient descent from ``(w, b)`` on the loss of :math:`h_t = \tanh(w h_{t-1} + b)`, :math:`h_0 = 0`.

    The loss is :math:`\frac12 (h_T - \frac12)^2`. For :math:`w > 1` it has a cliff at :math:`b = 0`, as steep as
    :math:`(w^T - 1)/(w - 1)`. One map shows it as it is, the other with :math:`b` on a logarithmic scale, on which
    the cliff's foot and the place where the step lands are both to be seen.
    """

    w = traitlets.Float(1.6, min=0.6, max=1.8).tag(sync=True)
    b = traitlets.Float(1e-8, min=-0.3, max=0.3).tag(sync=True)
    rate = traitlets.Float(0.01, min=1e-4, max=1.0).tag(sync=True)
    T = traitlets.Int(40, min=5, max=60).tag(sync=True)
    alt = traitlets.Unicode(
        "Two maps of the loss over the weight w and the bias b, the second with b on a logarithmic scale. Along b = 0, "
        "for w above one, the loss falls from the high plateau below to the low one above; an arrow shows a step."
    ).tag(sync=True)
    _shared = ("helpers.js", "one_unit.js")

    def still(self, ax: Axes) -> None:
        """Print the map of the loss, and where the step starts and where it leads."""
        draw_surface(ax, self.T, 0.3)
        w, b = descend(self.w, self.b, self.rate, math.inf, 1, self.T)[1]
        arrow = {"arrowstyle": "->", "color": OVER_MAP["over"], "linewidth": 1.5}
        share = min(1.0, 0.3 / abs(b)) if b else 1.0
        ax.annotate("", (self.w + share * (w - self.w), share * b), (self.w, self.b), arrowprops=arrow)
        ax.plot(self.w, self.b, "o", color=OVER_MAP["over"], markeredgecolor=OVER_MAP["casing"], markeredgewidth=1)
        ax.set_title(f"A step from the foot of the cliff, loss after {self.T} steps")
