"""Chapter 9: one gradient, and the four ways it takes from the last step to an earlier one."""

from __future__ import annotations

from functools import cache

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.attention import Attended, Attention
from rnnlib.cells.plain import PlainCell, PlainParams, PlainState
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE, THEORY
from rnnlib.through_time import bptt, unroll

STEPS = 60


class FourPaths(InteractiveFigure):
    r"""A unit :math:`h_t = w h_{t-1} + x_t`, and one look back at its last step, :math:`L = m = \sum_k \alpha_k h_k`.

    The step ``lag`` back has the weight ``alpha``, the 59 others share the rest. The scores are :math:`h_T h_k + e_k`,
    with constants :math:`e_k` that give these weights. So :math:`\mathrm dL/\mathrm dh_k` is the sum of the value path
    :math:`\alpha_k`, the key path :math:`\alpha_k (h_k - m) h_T`, the query path :math:`w^{T-k} \sum_j \alpha_j
    (h_j - m) h_j`, and what later states hand back of their own value and key paths. ``inputs`` are drawn once.
    """

    alpha = traitlets.Float(0.2, min=1e-3, max=1.0).tag(sync=True)
    w = traitlets.Float(0.9, min=0.5, max=1.1).tag(sync=True)
    lag = traitlets.Int(40, min=0, max=STEPS - 1).tag(sync=True)
    inputs = traitlets.List(traitlets.Float()).tag(sync=True)
    alt = traitlets.Unicode(
        "A chain of sixty steps with an arc from the last one straight to an earlier one; below, on a logarithmic "
        "scale against the steps back, the size of the gradient along four paths: the value path level, the key path "
        "scattered about it, the query path and the recurrence falling."
    ).tag(sync=True)

    @traitlets.default("inputs")
    def _drawn_once(self) -> list[float]:
        return _inputs()

    def still(self, ax: Axes) -> None:
        """Print the paths against the steps back."""
        found = np.array([_paths(self.alpha, self.w, lag) for lag in range(STEPS)])
        lag = np.arange(STEPS)
        ax.semilogy(lag, np.full(STEPS, self.alpha), **THEORY)
        ax.semilogy(lag, self.w**lag, **THEORY)
        for column, colour, marker, name in ((0, "3", "o", "value"), (1, "1", "s", "key"), (2, "4", "^", "query")):
            ax.semilogy(lag, np.abs(found[:, column]), marker, color=PALETTE[colour], label=name, markersize=4)
        ax.semilogy(lag[1:], np.abs(found[1:, 3]), "D", color=PALETTE["2"], label="recurrence", markersize=4)
        ax.set(xlabel="steps back", ylabel="part of the gradient", ylim=(1e-5, 10))
        ax.legend(loc="lower left", ncols=2)
        ax.set_title("The shortcut does not know how far it goes")


@cache
def _inputs() -> list[float]:
    drawn: list[float] = (0.5 * np.random.default_rng(9).standard_normal(STEPS)).round(2).tolist()
    return drawn


def _paths(alpha: float, w: float, lag: int) -> tuple[float, float, float, float]:
    """Value, key and query path to the step ``lag`` back, and the recurrence's share, as rnnlib has them."""
    x = np.array(_inputs())[:, None, None]
    params = PlainParams(np.full((1, 1), w), np.ones((1, 1)), np.zeros(1))
    tape = unroll(PlainCell(1, 1, activation="linear"), params, x, PlainState(np.zeros((1, 1))))
    h, k = tape.h[1:], STEPS - 1 - lag
    weights = np.full((1, 1, STEPS), (1 - alpha) / (STEPS - 1))
    weights[..., k] = alpha
    # The bare product of (h_T, 1) with (h_k, e_k) is the score; the constants do not enter the gradient of h.
    source = np.concatenate([h, np.zeros_like(h)], axis=2)
    query = np.concatenate([h[-1:], np.ones((1, 1, 1))], axis=2)
    q, kv = query.swapaxes(0, 1), source.swapaxes(0, 1)
    saved = Attended(query, source, q, kv, kv, weights)
    found = Attention(units=2, keys="all").backward((), saved, np.array([[[1.0, 0.0]]]))[1]
    value, key, query_part = (path[..., :1] for path in found)
    last = np.zeros_like(h)
    last[-1] = query_part
    by_query = bptt(tape, last).delta.h[k + 1].item()
    whole = bptt(tape, value + key + last).delta.h[k + 1].item()
    parts = value[k].item(), key[k].item(), by_query
    return (*parts, whole - sum(parts))
