"""Chapter 7: gates set step by step, what they let the cell state hold, and what they let the gradient pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.cells.lstm import LSTMCell, LSTMParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE
from rnnlib.through_time import bptt, unroll

STEPS = 30
_CHATTER = np.random.default_rng(7).uniform(-1, 1, STEPS - 1).round(2)


class GateBoard(InteractiveFigure):
    r"""One unit of an LSTM over 30 steps, its gates set by hand.

    .. math:: c_t = f_t c_{t-1} + i_t \tanh(u_t + w h_{t-1}), \qquad h_t = o_t \tanh(c_t)

    ``f``, ``i`` and ``o`` are the gates of all steps, ``w`` the feedback, through which a second path leads back;
    ``u`` are the inputs, the first one large. The loss is the last :math:`h`. The sliders set the gates of ``step``:
    of ``where`` "this" alone, of it and all later ones ("on"), or of "all".
    """

    f = traitlets.List(traitlets.Float(), [1.0] * STEPS).tag(sync=True)
    i = traitlets.List(traitlets.Float(), [1.0] + [0.0] * (STEPS - 1)).tag(sync=True)
    o = traitlets.List(traitlets.Float(), [0.0] * (STEPS - 1) + [1.0]).tag(sync=True)
    w = traitlets.Float(0.0, min=-2.0, max=2.0).tag(sync=True)
    u = traitlets.List(traitlets.Float(), [1.5, *_CHATTER.tolist()]).tag(sync=True)
    step = traitlets.Int(15, min=1, max=STEPS).tag(sync=True)
    where = traitlets.Enum(["this", "on", "all"], "this").tag(sync=True)
    alt = traitlets.Unicode(
        "Three rows of bars, a forget, an input and an output gate over thirty steps; below them what the cell state "
        "holds and shows, and the gradient on its way back from the last step, along the carousel and along all paths."
    ).tag(sync=True)

    def still(self, ax: Axes) -> None:
        """Print the gradient at the cell state for three settings of the forget gate."""
        steps = np.arange(1, STEPS + 1)
        one_closes = np.where(steps == 15, 0.05, 1.0)
        kinds = (("1", np.ones(STEPS), "1"), ("0.9", np.full(STEPS, 0.9), "3"), ("1, once 0.05", one_closes, "2"))
        for name, f, colour in kinds:
            left = gradient_at_memory(f, np.array(self.i), np.array(self.o), self.w, np.array(self.u))
            ax.semilogy(steps, left[1:], "o-", color=PALETTE[colour], markersize=4, label=f"$f$ = {name}")
        ax.set(xlabel="step t", ylabel="gradient at $c_t$")
        ax.legend(loc="lower right")
        ax.set_title("Every gate that the gradient passes multiplies it")


def gradient_at_memory(f: Any, i: Any, o: Any, w: float, u: Any) -> Any:
    """The gradient of the last ``h`` at each of ``c[0 .. T]``, every path counted."""
    T, zero, one = len(u), np.zeros((1, 1)), np.ones((1, 1))
    with np.errstate(divide="ignore"):
        logits = [np.clip(np.log(gate) - np.log1p(-gate), -800, 800) for gate in (f, i, o)]
    x = np.stack([*logits, u], axis=1)[:, np.newaxis]
    parts: Any = [part for k in range(3) for part in (zero, np.eye(4)[k : k + 1], zero[0])]
    tape = unroll(LSTMCell(4, 1), LSTMParams._make([*parts, w * one, np.eye(4)[3:], zero[0]]), x)
    delta = bptt(tape, np.eye(T)[-1][:, np.newaxis, np.newaxis]).delta
    shown = np.append(0.0, o)[:, np.newaxis, np.newaxis] * (1 - np.tanh(tape.states.c) ** 2)
    return (delta.c + delta.h * shown)[:, 0, 0]
