"""Reading a trained state: what a chosen unit does over a text."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE

LEVELS = 12
"""Activations from -1 to 1 are kept in so many steps to each side, a letter each: ``A`` is -1, ``M`` 0, ``Y`` 1."""


class UnitsOverText(InteractiveFigure):
    """The units of a character model over a text: one chosen unit, each character shaded by what it is after it.

    :meth:`of` makes it. ``units`` has a string a unit, a letter a character; ``followers`` for each property its unit
    and two correlations: on the half of a text that chose the unit, and on the other half.
    """

    unit = traitlets.Int(0, min=0).tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    units = traitlets.List(traitlets.Unicode()).tag(sync=True)
    followers = traitlets.Dict().tag(sync=True)
    follows = traitlets.Unicode("").tag(sync=True)
    alt = traitlets.Unicode(
        "A text, each character shaded by a unit's state after it: vermilion above zero, blue below."
    ).tag(sync=True)

    @classmethod
    def of(cls, text: str, h: Any, followers: dict[str, tuple[int, float, float]], **traits: Any) -> UnitsOverText:
        """The figure of states ``h (len(text), n)`` between -1 and 1, after each character of ``text``."""
        steps = np.rint(LEVELS * np.clip(h, -1, 1)).astype(int) + LEVELS
        units = ["".join(chr(ord("A") + step) for step in column) for column in steps.T]
        told = {name: [int(unit), *(round(float(r), 2) for r in both)] for name, (unit, *both) in followers.items()}
        first = next(iter(told))
        return cls(text=text, units=units, followers=told, follows=first, unit=told[first][0], **traits)

    @traitlets.validate("unit")
    def _within(self, proposal: Any) -> int:
        return min(int(proposal["value"]), max(0, len(self.units) - 1))

    def still(self, ax: Axes) -> None:
        """Print the chosen unit over the beginning of the text."""
        shown, columns = self.text[:240], 60
        for i, character in enumerate(shown):
            value = (ord(self.units[self.unit][i]) - ord("A") - LEVELS) / LEVELS
            x, y = i % columns, -(i // columns)
            colour = PALETTE["2" if value > 0 else "1"]
            ax.fill_between([x - 0.5, x + 0.5], y - 0.45, y + 0.45, color=colour, alpha=0.55 * abs(value), lw=0)
            ax.text(x, y, character, ha="center", va="center", family="monospace", fontsize=8)
        ax.set(xlim=(-1, columns), ylim=(-((len(shown) - 1) // columns) - 0.8, 0.8), title=f"Unit {self.unit}")
        ax.axis("off")
