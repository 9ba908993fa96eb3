"""Draw the card shown where a link to the course is shared: 1200 by 630 pixels, the same bytes at every build."""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from fonts import ALWAYS, Face, cut
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

ALT = (
    "An unrolled network: the state passes from step to step, the gradient comes back and fades. "
    "Training recurrent networks, a course."
)
SUBTITLE = "from unrolling to attention"
PROMISE = "Read it, work it, grade it: every claim has a cell that shows it."
INK, PAPER, MUTED, FORWARD, BACKWARD = "#1c2430", "#ffffff", "#5b6675", "#1763b6", "#c2410c"
ARROW = {"arrowstyle": "-|>,head_width=.22,head_length=.4", "shrinkA": 24, "shrinkB": 24}
STEPS = 9
DECAY = 0.74  # what is left of the gradient after each step back, in the drawing


CLAIMS_ALT = "Claims, tested: a dot for each claim of the course, coloured by the verdict that a measurement gave it."
VERDICTS = {  # as on the page: a full disc, half a disc, a struck one, an empty one
    "holds": ("#0f7a5a", "true"),
    "condition": ("#946200", "with a condition"),
    "slip": ("#7a3fb0", "a slip"),
    "wrong": ("#c2410c", "wrong"),
}


def _font(folder: Path, family: str, weight: int, **axes: float) -> FontProperties:
    file = folder / f"{family}-{weight}.ttf"
    # Cut first: to fix the axes of all its characters takes half a minute.
    cut(Face(file.stem, family, axes={"wght": weight, **axes}), ALWAYS).save(file)
    return FontProperties(fname=str(file))


def draw(target: Path) -> None:
    """Write the card to ``target`` as PNG."""
    figure = Figure(figsize=(12, 6.3), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 12), ylim=(0, 6.3))
    axes.axis("off")
    _draw_chain(axes)
    with tempfile.TemporaryDirectory() as folder:
        serif = _font(Path(folder), "Source Serif 4", 600, opsz=60)
        sans = _font(Path(folder), "Source Sans 3", 400)
        axes.text(0.86, 4.62, "Training recurrent networks", fontproperties=serif, fontsize=54, color=INK)
        axes.text(0.9, 3.88, SUBTITLE, fontproperties=sans, fontsize=30, color=MUTED)
        axes.text(0.9, 0.62, PROMISE, fontproperties=sans, fontsize=22, color=MUTED)
        target.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(target, dpi=100, metadata={"Software": None})


def key(groups: Mapping[str, Sequence[str]]) -> str:
    """Hash what the card of all claims depends on: the verdicts and this module."""
    drawn = inspect.getsource(sys.modules[__name__]) + json.dumps(groups)
    return hashlib.sha256(drawn.encode()).hexdigest()[:12]


def draw_claims(target: Path, groups: Mapping[str, Sequence[str]]) -> None:
    """Write a card of all claims to ``target``: under the title of each chapter the verdicts of its claims as dots."""
    figure = Figure(figsize=(12, 6.3), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 12), ylim=(0, 6.3))
    axes.axis("off")
    every = [verdict for verdicts in groups.values() for verdict in verdicts]
    with tempfile.TemporaryDirectory() as folder:
        serif = _font(Path(folder), "Source Serif 4", 600, opsz=60)
        sans = _font(Path(folder), "Source Sans 3", 400)
        axes.text(0.86, 5.3, f"{len(every)} claims, tested", fontproperties=serif, fontsize=48, color=INK)
        x = 0.9
        for verdict, (colour, name) in VERDICTS.items():
            said = axes.text(x, 4.72, f"{every.count(verdict)} {name}", fontproperties=sans, fontsize=24, color=colour)
            x = axes.transData.inverted().transform(said.get_window_extent().max)[0] + 0.45
        for row, (title, verdicts) in enumerate(groups.items()):
            y = 4.05 - 0.42 * row
            axes.text(5.1, y, title, fontproperties=sans, fontsize=17, color=MUTED, ha="right", va="center")
            for column, verdict in enumerate(verdicts):
                _draw_verdict(axes, 5.5 + 0.42 * column, y, verdict)
        axes.text(0.9, 0.32, "Training recurrent networks", fontproperties=sans, fontsize=20, color=MUTED)
        target.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(target, dpi=100, metadata={"Software": None})


def _draw_verdict(axes, x: float, y: float, verdict: str) -> None:  # type: ignore[no-untyped-def]
    colour, _ = VERDICTS[verdict]
    style: Any = {"marker": "o", "markersize": 19, "color": colour, "markeredgecolor": colour, "markeredgewidth": 2}
    fill: Any = {"holds": "full", "condition": "left"}.get(verdict, "none")
    axes.plot(x, y, fillstyle=fill, markerfacecoloralt="none", **style)
    if verdict == "slip":
        axes.plot([x, x], [y - 0.09, y + 0.09], color=colour, linewidth=5)


def _draw_chain(axes) -> None:  # type: ignore[no-untyped-def]
    x = np.linspace(1.15, 10.85, STEPS)
    y = 2.4
    for step, (left, right) in enumerate(pairwise(x)):
        fade = DECAY ** (STEPS - 2 - step)
        forward = ARROW | {"color": FORWARD, "lw": 2.5}
        faded = {"lw": 0.6 + 6 * fade, "alpha": 0.25 + 0.75 * fade}
        backward = ARROW | {"color": BACKWARD, "connectionstyle": "arc3,rad=-.55"} | faded
        axes.annotate("", xy=(right, y), xytext=(left, y), arrowprops=forward)
        axes.annotate("", xy=(left, y - 0.08), xytext=(right, y - 0.08), arrowprops=backward)
    axes.scatter(x, np.full(STEPS, y), s=1150, color=PAPER, edgecolor=INK, linewidth=2.5, zorder=3)
    axes.scatter(x, np.full(STEPS, y), s=190, color=FORWARD, zorder=4)
