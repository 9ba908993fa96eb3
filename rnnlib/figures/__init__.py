"""The book's figures: a house style for stills, and interactive ones in :mod:`rnnlib.figures.interactive`.

Imported only by those who draw: ``import rnnlib`` needs numpy alone.
"""

from rnnlib.figures.palette import MEASURED, PALETTE, THEORY
from rnnlib.figures.prediction import Curve, Label, Value
from rnnlib.figures.still import Still, show
from rnnlib.figures.style import label_lines, number_line, subplots, use_style

__all__ = ["MEASURED", "PALETTE", "THEORY", "Curve", "Label", "Still", "Value",
           "label_lines", "number_line", "show", "subplots", "use_style"]  # fmt: skip
