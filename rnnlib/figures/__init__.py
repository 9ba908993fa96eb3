"""The book's figures: a house style for stills, and interactive ones in :mod:`rnnlib.figures.interactive`.

Imported only by those who draw: ``import rnnlib`` needs numpy alone.
"""

from rnnlib.figures.palette import MEASURED, PALETTE, THEORY
from rnnlib.figures.still import Still, show
from rnnlib.figures.style import label_lines, subplots, use_style

__all__ = ["MEASURED", "PALETTE", "THEORY", "Still", "label_lines", "show", "subplots", "use_style"]
