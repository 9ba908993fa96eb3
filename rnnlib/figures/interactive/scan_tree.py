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
        """Print the scheme's tree for all sixteen steps."""
        tree = rounds(STEPS, self.scheme)
        for number, joins in enumerate(tree, 1):
            for early, late in joins:
                ax.plot([early + 1, late + 1], [1 - number, -number], color=PALETTE["muted"], linewidth=0.8)
                ax.plot([late + 1, late + 1], [1 - number, -number], color=PALETTE["1"], linewidth=1)
                ax.plot(late + 1, -number, "o", color=PALETTE["1"])
        ax.plot(range(1, STEPS + 1), np.zeros(STEPS), "o", color=PALETTE["muted"])
        count = len(tree)
        ax.set(xlabel="step", ylabel="round", yticks=range(0, -count - 1, -1), yticklabels=map(str, range(count + 1)))
        ax.set_title(f"{self.scheme.capitalize()}: sixteen states in {count} rounds")


def rounds(T: int, scheme: str) -> list[list[tuple[int, int]]]:
    """The joins ``(early, late)`` of each round, places counted from 0; of halving each in the first that has both."""
    reaches = [2**level for level in range((T - 1).bit_length())]
    if scheme == "loop":
        return [[(t, t + 1)] for t in range(T - 1)]
    if scheme == "doubling":
        return [[(late - reach, late) for late in range(reach, T)] for reach in reaches]
    up = [(late - reach, late) for reach in reaches for late in range(2 * reach - 1, T, 2 * reach)]
    down = [(late - reach, late) for reach in reversed(reaches) for late in range(3 * reach - 1, T, 2 * reach)]
    ready: list[int] = [0] * T
    made: dict[int, list[tuple[int, int]]] = {}
    for early, late in (*up, *down):
        ready[late] = number = 1 + max(ready[early], ready[late])
        made.setdefault(number, []).append((early, late))
    return [made[number] for number in sorted(made)]
