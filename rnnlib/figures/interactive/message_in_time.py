"""The landing page: the unrolled network, and a gradient that dies, survives or bursts on its way back through it."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import MEASURED, PALETTE, THEORY
from rnnlib.through_time import bptt, unroll


class MessageInTime(InteractiveFigure):
    r"""A unit message sent back through thirty units, of strength :math:`\rho^k` after ``k`` steps.

    Its strength after the last step is dragged up or down, and :math:`\rho` with it. Three messages are sent when the
    page has time, and three more after every change; they can be paused, wait while nobody sees them, and are not sent
    unasked to readers who ask their system for less motion.
    """

    rho = traitlets.Float(0.9, min=0.7, max=1.3).tag(sync=True)
    alt = traitlets.Unicode(
        "The unrolled network, thirty units in a row. Pulses of gradient start at the loss, on the right, and travel "
        "left into the past; above each unit stands what is left of the gradient there, on a logarithmic scale."
    ).tag(sync=True)
    _still_height = 0.5

    def still(self, ax: Axes) -> None:
        """Print the strength against steps back for a vanishing, a surviving and an exploding message."""
        k = np.arange(30)
        for rho, fate in ((0.85, "vanishes"), (1.0, "survives"), (1.2, "explodes")):
            ax.plot(-k, rho**k, **THEORY)
            ax.plot(-k, _sent_back(rho), **MEASURED, color=PALETTE["2"])
            ax.text(-29.6, rho**29, f"$\\rho$ = {rho}\n{fate}", ha="right", va="center")
        ax.set(yscale="log", xlim=(-35, 0.7), xlabel="step (0 is now, where the loss is)", ylabel="what is left of it")
        ax.set_title("One error, sent back through thirty steps")


def _sent_back(rho: float) -> NDArray[np.float64]:
    """The gradient of the last state by each one before it, newest first, as backpropagation gives it."""
    T, one = 30, np.ones((1, 1))
    tape = unroll(PlainCell(1, 1, activation="linear"), PlainParams(rho * one, one, np.zeros(1)), np.zeros((T, 1, 1)))
    dh = np.zeros((T, 1, 1))
    dh[-1] = 1
    return bptt(tape, dh).delta.h[:0:-1, 0, 0]
