"""The house colours, named as the site's CSS variables ``--fig-*``, and what each is used for.

A still figure is drawn in the light theme's colours; :func:`rnnlib.figures.show` turns them into variables, so that a
page in its dark theme recolours every plot without drawing it again.
"""

from __future__ import annotations

from typing import Any

PALETTE = {
    "ink": "#1c2430",
    "muted": "#5b6675",
    "grid": "#d9dee6",
    "paper": "#ffffff",
    "1": "#1763b6",  # blue: forward values
    "2": "#c2410c",  # vermilion: gradients, going back
    "3": "#0f7a5a",  # green
    "4": "#7a3fb0",  # purple
    "5": "#946200",  # ochre
    "6": "#4d6379",  # grey-blue
}
COLOURS = [PALETTE[name] for name in "123456"]
INK, MUTED = PALETTE["ink"], PALETTE["muted"]
BLUE, VERMILION, GREEN, PURPLE, OCHRE, GREY = COLOURS
OVER_MAP = {"over": "#fefefe", "casing": "#182446"}
"""Lines over a heat map, and their dark edge: a map has the same colours in both themes, and so have they."""

THEORY: dict[str, Any] = {"color": PALETTE["ink"], "linewidth": 1.6, "zorder": 2}
"""A prediction is an ink line: ``ax.plot(t, predicted, **THEORY)``."""
MEASURED: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 5, "markeredgewidth": 0, "zorder": 3}
"""A measurement is coloured dots: ``ax.plot(t, measured, **MEASURED)``."""

# Luminance rises (sequential) or peaks in the middle (diverging) without a break, so both survive a grey print and
# every colour blindness, and neither end is the paper of either theme.
SEQUENTIAL = ["#182446", "#1763b6", "#4f9bc4", "#9fc8b8", "#f0e2a4"]
DIVERGING = ["#123f78", "#1763b6", "#7fa9d6", "#dfe2e6", "#e9a080", "#c2410c", "#7d2a08"]


def variable(name: str) -> str:
    """CSS for a house colour: the site's variable, else the light theme's value; those over a map as they are."""
    return f"var(--fig-{name}, {PALETTE[name]})" if name in PALETTE else OVER_MAP[name]
