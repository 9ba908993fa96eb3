"""A linear recurrence solved along three trees, a round at a time."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE

STEPS = 16


def draw_steps() -> tuple[list[float], list[float]]:
    """Factors and inputs of sixteen steps, to two decimals."""
    rng = np.random.default_rng(7)
    return rng.uniform(0.3, 1.0, STEPS).round(2).tolist(), rng.uniform(-1, 1, STEPS).round(2).tolist()


class ScanTree(InteractiveFigure):
    r"""All states of :math:`h_t = f_t h_{t-1} + v_t` by the loop, by doubling and by halving: work and depth counted.

    ``steps`` is the length, ``scheme`` "loop", "doubling" or "halving".
    """

    steps = traitlets.Int(8).tag(sync=True)
    scheme = traitlets.Unicode("halving").tag(sync=True)
    f = traitlets.List(trait=traitlets.Float()).tag(sync=True)
    v = traitlets.List(trait=traitlets.Float()).tag(sync=True)
    alt = traitlets.Unicode(
        "Sixteen or fewer steps of a linear recurrence in a row, and below them, round by round, lines that join pairs "
        "of partial results until every state is known."
    ).tag(sync=True)

    @traitlets.default("f")
    def _factors(self) -> list[float]:
        return draw_steps()[0]

    @traitlets.default("v")
    def _inputs(self) -> list[float]:
        return draw_steps()[1]

    def still(self, ax: Axes) -> None:
        """Print the tree of halving for all sixteen steps."""
        for number, joins in enumerate(rounds(STEPS), 1):
            for early, late in joins:
                ax.plot([early, late], [1 - number, -number], color=PALETTE["muted"], linewidth=0.8)
                ax.plot([late, late], [1 - number, -number], color=PALETTE["1"], linewidth=1)
                ax.plot(late, -number, "o", color=PALETTE["1"])
        ax.plot(range(STEPS), np.zeros(STEPS), "o", color=PALETTE["muted"])
        ax.set(xlabel="step", ylabel="round", yticks=range(0, -7, -1), yticklabels=map(str, range(7)))
        ax.set_title("Sixteen states in six rounds")


def rounds(T: int) -> list[list[tuple[int, int]]]:
    """The joins ``(early, late)`` of halving, places counted from 0, each in the first round that has both."""
    reaches = [2**level for level in range((T - 1).bit_length())]
    up = [(late - reach, late) for reach in reaches for late in range(2 * reach - 1, T, 2 * reach)]
    down = [(late - reach, late) for reach in reversed(reaches) for late in range(3 * reach - 1, T, 2 * reach)]
    ready: list[int] = [0] * T
    made: dict[int, list[tuple[int, int]]] = {}
    for early, late in (*up, *down):
        ready[late] = number = 1 + max(ready[early], ready[late])
        made.setdefault(number, []).append((early, late))
    return [made[number] for number in sorted(made)]
