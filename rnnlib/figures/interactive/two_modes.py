"""Chapter 2: the gradient by forward mode, a sweep a parameter, and by reverse mode, one sweep for all."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import MEASURED, PALETTE, THEORY
from rnnlib.forward_mode import forward_mode
from rnnlib.through_time import bptt, unroll


class TwoModes(InteractiveFigure):
    r"""Two tanh units with eight parameters, :math:`L = \frac12 |h_T - y|^2`, differentiated in both directions.

    Forward mode sends :math:`\dot h_t = \phi'(a_t) \odot (W \dot h_{t-1} + \dot W h_{t-1} + \dot U x_t + \dot b)` along
    for one parameter a sweep; reverse mode sends :math:`\delta_{t-1} = W^\top(\phi'(a_t) \odot \delta_t)` back once.
    ``W`` is multiplied by ``gain``. ``units`` is the size of the network whose price is shown: :math:`N T (2n^2 + n)`
    multiplications for its :math:`N = n^2 + 2n` parameters against :math:`3T(n^2 + n)`.
    """

    mode = traitlets.Enum(["forward", "reverse"], "forward").tag(sync=True)
    gain = traitlets.Float(1.0, min=0.0, max=1.5).tag(sync=True)
    T = traitlets.Int(4, min=2, max=6).tag(sync=True)
    units = traitlets.Int(16, min=2, max=128).tag(sync=True)
    W = traitlets.List(traitlets.Float(), [0.8, -0.5, 0.4, 0.6]).tag(sync=True)
    U = traitlets.List(traitlets.Float(), [0.9, -0.7]).tag(sync=True)
    b = traitlets.List(traitlets.Float(), [0.1, -0.2]).tag(sync=True)
    x = traitlets.List(traitlets.Float(), [1.0, -0.5, 0.7, 0.3, -0.8, 0.6]).tag(sync=True)
    y = traitlets.List(traitlets.Float(), [-0.5, 0.8]).tag(sync=True)
    alt = traitlets.Unicode(
        "A network of two units unrolled in time, and its gradient of eight entries. Forward mode carries the change "
        "of the states to the right and fills one entry a sweep; reverse mode goes left once and fills them all."
    ).tag(sync=True)

    def still(self, ax: Axes) -> None:
        """Print the gradient's entries, by forward mode, a sweep each, and by the one sweep of reverse mode."""
        tape, dh = self._run()
        grads = bptt(tape, dh)
        names = [f"${name}$" for name in ("W_{11}", "W_{12}", "W_{21}", "W_{22}", "U_1", "U_2", "b_1", "b_2")]
        reverse = np.concatenate([np.ravel(part) for part in grads.params])
        forward = []
        for i in range(8):
            direction = np.eye(8)[i]
            moved = PlainParams(direction[:4].reshape(2, 2), direction[4:6, None], direction[6:])
            forward.append(np.vdot(dh, forward_mode(tape, moved)[1:]))
        ax.bar(np.arange(8), reverse, 0.5, color=PALETTE["2"], alpha=0.55, label="reverse mode: one sweep for all")
        ax.plot(np.arange(8), forward, **MEASURED, color=PALETTE["3"], label="forward mode: a sweep for each")
        ax.axhline(0, **(THEORY | {"linewidth": 0.8}))
        ax.set_xticks(range(8), names)
        ax.set(ylabel=r"$\mathrm{d}L/\mathrm{d}\theta$")
        ax.legend(loc="best")
        ax.set_title("The same gradient in eight sweeps forward or in one back")

    def _run(self) -> tuple[Any, Any]:
        params = PlainParams(self.gain * np.reshape(self.W, (2, 2)), np.array(self.U)[:, None], np.array(self.b))
        tape = unroll(PlainCell(1, 2), params, np.array(self.x[: self.T])[:, None, None])
        dh = np.zeros((self.T, 1, 2))
        dh[-1] = tape.h[-1] - self.y
        return tape, dh
