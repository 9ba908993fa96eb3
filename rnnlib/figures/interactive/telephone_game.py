"""Chapter 4: a message handed back from step to step, and the step at which it can no longer be told from nothing."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE
from rnnlib.through_time import bptt, unroll

STEPS = 120


class TelephoneGame(InteractiveFigure):
    r"""The error 1 of the last step, handed back by a unit as :math:`\delta_{t-1} = w \varphi' \delta_t`.

    After :math:`\ell` steps it is :math:`\alpha^\ell`, :math:`\alpha = w \varphi'`. It is lost below a floor:

    - ``floor`` "float32": the states are 1, so that the gradient of :math:`w` is the sum of all messages. They are
      added as they come, last step first, in single precision, until one is less than half the spacing of the numbers
      at the sum: at :math:`1 / (1 - \alpha)`, where :math:`2^e` is the power of two below it, :math:`2^{e - 24}`.
    - ``floor`` "noise": every step adds an error of its own, normal, a hundredth in size, which is handed on too. After
      :math:`\ell` steps it has the size :math:`0.01 \sqrt{(1 - \alpha^{2\ell}) / (1 - \alpha^2)}`. It is drawn in 64
      runs, the same ones at every setting: Box and Muller's cosine of two numbers of the generator
      :math:`x \leftarrow 48271\, x \bmod (2^{31} - 1)` (Park, Miller and Stockmeyer, 1993) from 2026 on, run after run.

    ``rate`` is the learning rate, which multiplies all; ``lag`` is the listener whose share is told.
    """

    w = traitlets.Float(1.0, min=0.0, max=1.5).tag(sync=True)
    slope = traitlets.Float(0.85, min=0.0, max=1.0).tag(sync=True)
    rate = traitlets.Float(1.0, min=1e-3, max=1e3).tag(sync=True)
    lag = traitlets.Int(40, min=0, max=STEPS).tag(sync=True)
    floor = traitlets.Enum(["float32", "noise"], "float32").tag(sync=True)
    alt = traitlets.Unicode(
        "A row of listeners, from the last step into the past, each of whom hears less than the one before; below it "
        "the size of the message against the steps back, on a logarithmic scale, a falling line, and a floor under "
        "which it is lost."
    ).tag(sync=True)

    def still(self, ax: Axes) -> None:
        """Print the message for three factors, until in single precision it adds nothing to the sum of those before."""
        lag = np.arange(STEPS + 1)
        for factor, colour in ((0.95, "3"), (0.85, "2"), (0.7, "1")):
            message = _message(factor)
            ax.semilogy(lag, factor**lag, color=PALETTE["ink"], linewidth=1.2)
            adds = np.append(True, np.diff(message.cumsum()) != 0)
            lost = len(lag) if adds.all() else adds.argmin()
            ax.semilogy(lag[:lost:3], message[:lost:3], "o", color=PALETTE[colour], label=rf"$w\varphi' = {factor}$")
        ax.set(xlabel="steps back", ylabel="message", ylim=(1e-8, 3))
        ax.legend(loc="lower left")
        ax.set_title("How far a message is heard is up to its factor")


def _message(factor: float) -> np.ndarray:
    """The error of the last step, 0 to 120 steps back, as backpropagation hands it back in single precision."""
    w, zeros = np.full((1, 1), factor, np.float32), np.zeros((STEPS, 1, 1), np.float32)
    tape = unroll(PlainCell(1, 1, activation="linear"), PlainParams(w, w, np.zeros(1, np.float32)), zeros)
    last = zeros.copy()
    last[-1] = 1
    return bptt(tape, last).delta.h[::-1, 0, 0]
