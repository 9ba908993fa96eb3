"""The house style of still figures: sizes, type, axes, colour maps."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from rnnlib.figures.palette import COLOURS, DIVERGING, MEASURED, PALETTE, SEQUENTIAL, THEORY

TEXT_WIDTH = 7.0
"""Width of the text column in inches, 96 CSS pixels each."""
FONT = "Source Sans 3"
# The house's bold is the semibold: the file says 700, a weight every fallback font has too.
_WEIGHTS = {400: "Regular", 600: "Bold"}
_CHARACTERS = [*range(0x20, 0x250), *range(0x370, 0x400), *range(0x2000, 0x2300)]

# The numbers of a formula are those of the axes, its letters a mathematical italic.
_FORMULAS: Any = {
    "mathtext.fontset": "custom", "mathtext.rm": FONT, "mathtext.sf": FONT, "mathtext.it": "STIXGeneral:italic",
    "mathtext.bf": f"{FONT}:bold", "mathtext.bfit": f"{FONT}:bold", "mathtext.cal": "STIXGeneral:italic",
    "mathtext.tt": "DejaVu Sans Mono", "mathtext.fallback": "stix",
}  # fmt: skip
RC: Any = {
    "figure.dpi": 96,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "font.size": 10.5,
    "mathtext.fontset": "stix",
    "axes.facecolor": "none",
    "axes.edgecolor": PALETTE["muted"],
    "axes.linewidth": 0.8,
    "axes.labelcolor": PALETTE["ink"],
    "axes.labelsize": 10.5,
    "axes.labelpad": 5,
    "axes.titlecolor": PALETTE["ink"],
    "axes.titlelocation": "left",
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.formatter.useoffset": False,
    "grid.color": PALETTE["grid"],
    "grid.linewidth": 0.8,
    "xtick.color": PALETTE["muted"],
    "ytick.color": PALETTE["muted"],
    "xtick.labelcolor": PALETTE["muted"],
    "ytick.labelcolor": PALETTE["muted"],
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "xtick.major.pad": 5,
    "ytick.major.pad": 5,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "lines.markeredgewidth": 0,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": PALETTE["paper"],
    "text.color": PALETTE["ink"],
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "image.cmap": "house",
}


def use_style() -> None:
    """Make the house style matplotlib's default: once, in a chapter's first cell."""
    ours = _register_font()
    family = [FONT, "DejaVu Sans"] if ours else ["DejaVu Sans"]
    for name, colours in {"house": SEQUENTIAL, "house-diverging": DIVERGING}.items():
        if name not in matplotlib.colormaps:
            matplotlib.colormaps.register(LinearSegmentedColormap.from_list(name, colours))
    matplotlib.rcParams.update(RC | {"font.family": family} | (_FORMULAS if ours else {}))


def subplots(
    nrows: int = 1, ncols: int = 1, *, width: float = 1.0, height: float = 0.5, **kwargs: Any
) -> tuple[Figure, Any]:
    """A figure and its axes, as :func:`matplotlib.pyplot.subplots` gives them, in a house size.

    ``width`` and ``height`` are fractions of the text width. pyplot does not know the figure, so a notebook shows it
    once, through :func:`rnnlib.figures.show`.
    """
    fig = Figure(figsize=(TEXT_WIDTH * width, TEXT_WIDTH * height), layout="constrained")
    return fig, fig.subplots(nrows, ncols, **kwargs)


def number_line(
    low: float, high: float, *, label: str, measured: ArrayLike, theory: float | None = None,
    log: bool = False, width: float = 1.0,
) -> tuple[Figure, Axes]:  # fmt: skip
    """A figure of one axis on which a value is told: ``measured``, one or several, as dots, ``theory`` as a bar."""
    fig, ax = subplots(width=width, height=0.17)
    ax.set(xlim=(low, high), ylim=(-1, 1), xlabel=label, xscale="log" if log else "linear")
    ax.yaxis.set_visible(False)
    ax.spines["left"].set_visible(False)
    dots = np.atleast_1d(np.asarray(measured, float))
    middle = float(np.median(dots))
    if theory is not None:
        ax.plot([theory, theory], [-0.75, 0.75], **(THEORY | {"linewidth": 2.4}))
        _tell(ax, theory, "theory", -0.75, PALETTE["ink"], right=theory >= middle)
    ax.plot(dots, np.zeros_like(dots), color=PALETTE["1"], **(MEASURED | {"markersize": 8 if len(dots) == 1 else 5}))
    _tell(ax, middle, "measured", 0.35, PALETTE["1"], right=theory is not None and theory < middle)
    return fig, ax


def _tell(ax: Axes, x: float, words: str, y: float, colour: str, right: bool) -> None:
    """Words beside a place on a number line, to the right of it or to the left, unless there the line ends."""
    place = ax.transAxes.inverted().transform(ax.transData.transform((x, 0)))[0]
    right = place < 0.15 or (right and place < 0.85)
    ax.annotate(
        words, (x, y), xytext=(7 if right else -7, 0), textcoords="offset points",
        ha="left" if right else "right", va="center", color=colour, fontsize=9.5,
    )  # fmt: skip


def label_lines(ax: Axes, gap: float = 1.45) -> None:
    """Write each line's label at its right end, in its colour, instead of a legend.

    Labels that would touch are moved apart to ``gap`` times the font size. Call it last: it reads the final limits.
    """
    lines = [line for line in ax.lines if not str(line.get_label()).startswith("_")]
    cast(Figure, ax.figure).draw_without_rendering()
    size = float(matplotlib.rcParams["xtick.labelsize"])
    ends = {line: (line.get_xdata()[-1], line.get_ydata()[-1]) for line in cast(list[Any], lines)}
    height = {line: ax.transData.transform(end)[1] * 72 / ax.figure.dpi for line, end in ends.items()}
    lines.sort(key=height.__getitem__)
    for line, y in zip(lines, _spread([height[line] for line in lines], gap * size)):
        ax.annotate(
            str(line.get_label()),
            ends[line],
            (8, y - height[line]),
            textcoords="offset points",
            color=line.get_color(),
            fontsize=size,
            va="center",
            annotation_clip=False,
        )


def _spread(heights: list[float], gap: float) -> list[float]:
    """Move sorted heights apart to at least ``gap``, each group of touching ones kept centred on its mean."""
    groups: list[list[float]] = []
    for y in heights:
        groups.append([y])
        while len(groups) > 1 and _place(groups[-1], gap)[0] - _place(groups[-2], gap)[-1] < gap:
            groups[-2:] = [groups[-2] + groups[-1]]
    return [y for group in groups for y in _place(group, gap)]


def _place(group: list[float], gap: float) -> list[float]:
    start = sum(group) / len(group) - gap * (len(group) - 1) / 2
    return [start + gap * i for i in range(len(group))]


def _register_font() -> bool:
    """Give matplotlib the house font, if its package is installed; tell whether it was."""
    if find_spec("fontpkg_source_sans_3") is None:
        return False
    for weight, style in _WEIGHTS.items():
        font_manager.fontManager.addfont(_static_font(weight, style))
    return True


def _static_font(weight: int, style: str) -> Path:
    """One weight of the variable font as a file of its own, since matplotlib would draw its thinnest."""
    path = Path(matplotlib.get_cachedir()) / f"rnnlib-source-sans-3-{weight}.ttf"
    if not path.exists():
        import fontpkg
        from fontTools.subset import Subsetter
        from fontTools.ttLib import TTFont
        from fontTools.varLib.instancer import instantiateVariableFont

        font = TTFont(fontpkg.path(FONT))
        subset = Subsetter()
        subset.populate(unicodes=_CHARACTERS)
        subset.subset(font)
        font = instantiateVariableFont(font, {"wght": weight})
        names = {1: FONT, 2: style, 4: f"{FONT} {style}", 6: f"SourceSans3-{style}", 16: FONT, 17: style}
        for record in font["name"].names:
            record.string = names.get(record.nameID, record.string)
        font["OS/2"].usWeightClass = 400 if style == "Regular" else 700
        scratch = path.with_suffix(f".{os.getpid()}")
        font.save(scratch)
        scratch.replace(path)
    return path
