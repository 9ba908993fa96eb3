"""The book's figures: a house style for stills, and interactive ones in :mod:`rnnlib.figures.interactive`.

Imported only by those who draw: ``import rnnlib`` needs numpy alone.
"""

from rnnlib.figures.comparing import compare, level, ticks
from rnnlib.figures.numbers import percent, power_of_ten, span
from rnnlib.figures.palette import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    INK,
    MEASURED,
    MUTED,
    OCHRE,
    PALETTE,
    PURPLE,
    THEORY,
    VERMILION,
)
from rnnlib.figures.prediction import Curve, Label, Value
from rnnlib.figures.still import Still, show
from rnnlib.figures.style import label_lines, number_line, subplots, use_style

__all__ = [
    "BLUE",
    "COLOURS",
    "GREEN",
    "GREY",
    "INK",
    "MEASURED",
    "MUTED",
    "OCHRE",
    "PALETTE",
    "PURPLE",
    "THEORY",
    "VERMILION",
    "Curve",
    "Label",
    "Still",
    "Value",
    "compare",
    "label_lines",
    "level",
    "number_line",
    "percent",
    "power_of_ten",
    "show",
    "span",
    "subplots",
    "ticks",
    "use_style",
]
