"""Figures become pictures: at ``plt.show()``, where one is displayed, or when its cell ends.

A picture has the figure's background, or white where it has none: drawn for paper, it is legible on a dark page too.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Callable
from typing import Any

DPI, LARGEST = 144, 4000
"""Pixels an inch, for screens of which one pixel is two; and the most of them along a side."""

send: Callable[[str, str], None] = lambda data, words: None  # noqa: E731  # until a session sets it


def flush() -> None:
    """Draw the figures that pyplot still holds, and let go of them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    try:
        for number in pyplot.get_fignums():
            draw(pyplot.figure(number))
    finally:
        pyplot.close("all")


def is_figure(value: Any) -> bool:
    """Whether ``value`` is a figure, without importing what would know."""
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(value, module.Figure)


def show(figure: Any) -> None:
    """Draw one figure now, and not once more when the cell ends."""
    draw(figure)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)


def draw(figure: Any) -> None:
    """Send one figure as a picture."""
    file = io.BytesIO()
    background = figure.get_facecolor()
    figure.savefig(file, format="png", dpi=min(DPI, LARGEST / max(figure.get_size_inches())), bbox_inches="tight",
                   facecolor=background if background[3] == 1 else "white")
    send(base64.b64encode(file.getvalue()).decode(), words(figure))


def words(figure: Any) -> str:
    """A figure's titles and labels, for those who do not see it."""
    parts = [figure.get_suptitle(), *map(_of_axes, figure.axes)]
    said = "; ".join(dict.fromkeys(part for part in parts if part))
    return f"Plot: {said}" if said else "A plot without title or labels"


def _of_axes(axes: Any) -> str:
    title = axes.get_title() or axes.get_title(loc="left")
    labels = " against ".join(filter(None, [axes.get_ylabel(), axes.get_xlabel()]))
    return ", ".join(filter(None, [title, labels]))
