"""The landing page: a message that fades, survives or explodes on its way back."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import THEORY


class MessageInTime(InteractiveFigure):
    r"""A unit message sent back through thirty units, of strength :math:`\rho^k` after ``k`` steps.

    It moves by itself, can be paused, and stands still for readers who ask their system for less motion.
    """

    rho = traitlets.Float(0.9, min=0.7, max=1.3).tag(sync=True)
    alt = traitlets.Unicode(
        "A chain of thirty units. A message starts at the right, now, and travels left into the past; below it, its "
        "strength on a logarithmic scale."
    ).tag(sync=True)

    def still(self, ax: Axes) -> None:
        """Print the strength against steps back for a vanishing, a surviving and an exploding message."""
        k = np.arange(30)
        for rho in (0.8, 1.0, 1.25):
            ax.plot(-k, rho**k, **THEORY)
            ax.text(-29.4, rho**29, rf"$\rho$ = {rho}", ha="right", va="center")
        ax.set(yscale="log", xlim=(-35, 0.5), xlabel="step (0 is now)", ylabel="strength of the message")
        ax.set_title("A message into the past vanishes, survives or explodes")
