"""What nearly every figure of the book draws: a prediction, what was measured, and a level to read them against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike

from rnnlib.figures.palette import BLUE, MEASURED, MUTED, THEORY

Curve = tuple[ArrayLike, ArrayLike]


def compare(
    ax: Axes, theory: Curve | None, measured: Curve, *, colour: str = BLUE, marker: str = "o", label: str | None = None,
    size: float = 4.5,
) -> list[Line2D]:  # fmt: skip
    """A prediction as an ink line and, over it, what was measured as dots of ``colour``; the lines drawn.

    ``theory`` and ``measured`` are pairs ``(x, y)``. The y of a measurement may have a second axis, one column a run:
    each run is a dot at the same x. Axes keep their scales: ``ax.set(xscale="log")``.
    """
    lines = [] if theory is None else ax.plot(*theory, **THEORY)
    x, y = (np.asarray(values) for values in measured)
    if y.ndim == 2:
        x = np.repeat(x, y.shape[1])
    look = MEASURED | {"color": colour, "marker": marker, "markersize": size, "label": label}
    return lines + ax.plot(x, y.ravel(), **look)


def level(ax: Axes, y: float, words: str = "", *, at: float = 1.0) -> None:
    """A thin dotted line at height ``y``, named by ``words``.

    These stand above it, at its left end (``at=0``), its right end (1) or between; with ``at`` above 1 behind its end.
    """
    ax.axhline(y, color=MUTED, linewidth=0.9, linestyle=":", zorder=1)
    if not words:
        return
    behind = at > 1
    place: Any = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "annotation_clip": False}
    align: Any = {"ha": "left" if behind or at < 0.5 else "right", "va": "center" if behind else "bottom"}
    ax.annotate(words, (at, y), xytext=(0, 0 if behind else 2), color=MUTED, **align, **place)


def ticks(ax: Axes, *, x: Sequence[Any] | None = None, y: Sequence[Any] | None = None) -> None:
    """Ticks at these values alone, written as they are: for logarithmic axes, which else write powers of ten."""
    for axis, values in ((ax.xaxis, x), (ax.yaxis, y)):
        if values is not None:
            axis.set_ticks(list(values), [f"{value:g}" for value in values])
            axis.set_minor_locator(NullLocator())
