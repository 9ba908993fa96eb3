"""Chapter 6: which dependencies a truncated gradient sees, which it cuts, and what the carried state still holds."""

from __future__ import annotations

from functools import cache

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE, THEORY
from rnnlib.initialisers import orthogonal
from rnnlib.through_time import unroll
from rnnlib.truncation import truncated_bptt

LONGEST, UNITS, STEPS = 40, 64, 100
FITTED, FRESH = slice(0, 64), slice(64, 128)
ECHOES = np.arange(10, 21) / 20


class ChunkReach(InteractiveFigure):
    r"""Losses that depend on the input ``lag`` steps before, under backpropagation truncated at ``k`` steps.

    ``cut`` says after how many new steps :math:`k_1` a window of ``k`` steps is gone back through: "chunks",
    :math:`k_1 = k`; "half", :math:`\lceil k/2 \rceil`; "step", 1. Of the losses a share
    :math:`\min(1, \max(0, (k - j)/k_1))` sees an input ``j`` steps back, and the others do not see it at all.

    What the state holds is told by a readout: ``recalled`` has, for each ``echo`` from 0.5 to 1 and each lag from 0 to
    40, the share of random bits that a linear readout of the state names, on bits it was not fitted to. The network is
    that of the chapter, 64 tanh units, recurrent weights ``echo`` times an orthogonal matrix, and not trained at all.
    """

    k = traitlets.Int(20, min=1, max=LONGEST).tag(sync=True)
    lag = traitlets.Int(12, min=1, max=LONGEST).tag(sync=True)
    cut = traitlets.Enum(["chunks", "half", "step"], "chunks").tag(sync=True)
    echo = traitlets.Float(0.9, min=ECHOES[0], max=ECHOES[-1]).tag(sync=True)
    recalled = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    alt = traitlets.Unicode(
        "Sixty steps cut into windows, an arc from each loss back to the input it depends on, whole if the gradient "
        "goes that way and dashed if the cut is between; and, against the lag, the share of losses whose gradient "
        "reaches so far, beside the share of bits that the carried state still holds."
    ).tag(sync=True)

    @traitlets.default("recalled")
    def _all_echoes(self) -> list[list[float]]:
        return _recalled()

    def still(self, ax: Axes) -> None:
        """Print both shares against the lag."""
        lag, every = np.arange(LONGEST + 1), {"chunks": self.k, "half": -(-self.k // 2), "step": 1}[self.cut]
        ax.plot(lag, 100 * np.clip((self.k - lag) / every, 0, 1), **THEORY)
        ax.plot(lag, 100 * _seen(self.k, every), "o", color=PALETTE["2"], label="the gradient sees")
        held = self.recalled[int(np.abs(ECHOES - self.echo).argmin())]
        ax.plot(lag, 100 * np.array(held), "s", color=PALETTE["1"], label="the carried state holds")
        ax.axhline(50, color=PALETTE["muted"], linestyle="--", linewidth=1)
        ax.set(xlabel="steps back", ylabel="share (%)", ylim=(-3, 103))
        ax.legend(loc="upper right")
        ax.set_title("What the gradient cannot see the state may still hold")


def _seen(k: int, every: int) -> np.ndarray:
    """The share of losses whose truncated gradient arrives 0 to 40 steps back, as backpropagation gives it.

    A sequence for each loss of the last window, and one unit that hands everything on: ``W = U = 1``.
    """
    T = every * (-(-(k + LONGEST) // every) + 1)
    losses = np.arange(T - every, T)
    dh = np.zeros((T, every, 1))
    dh[losses, np.arange(every)] = 1
    cell = PlainCell(1, 1, activation="linear")
    arrived = np.zeros((T, every))
    ones = PlainParams(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
    for chunk in truncated_bptt(cell, ones, np.zeros((T, every, 1)), lambda h, span: dh[span], k, every):
        arrived[chunk.span.stop - len(chunk.tape.x) : chunk.span.stop] += chunk.grads.x[..., 0]
    return np.array([(arrived[losses - lag, np.arange(every)] != 0).mean() for lag in range(LONGEST + 1)])


@cache
def _recalled() -> list[list[float]]:
    rng = np.random.default_rng(0)
    Q = orthogonal(rng, (UNITS, UNITS))
    U = 0.3 * rng.standard_normal((UNITS, 1))
    bits = 2.0 * rng.integers(0, 2, (STEPS, FRESH.stop, 1)) - 1
    # The bits of 0 .. 40 steps back, at every step that has so many before it.
    then = np.stack([bits[LONGEST - lag : STEPS - lag, :, 0] for lag in range(LONGEST + 1)], axis=-1)
    shares = []
    for echo in ECHOES:
        h = unroll(PlainCell(1, UNITS), PlainParams(echo * Q, U, np.zeros(UNITS)), bits).h[LONGEST + 1 :]
        readout = np.linalg.lstsq(h[:, FITTED].reshape(-1, UNITS), then[:, FITTED].reshape(-1, LONGEST + 1), rcond=None)
        right = (h[:, FRESH] @ readout[0] > 0) == (then[:, FRESH] > 0)
        shares.append(right.mean(axis=(0, 1)).round(3).tolist())
    return shares
