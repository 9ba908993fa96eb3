"""One module a cell: its equations, one step forward and the same step backward side by side."""

from rnnlib.cells.plain import PlainCell, PlainParams, PlainState
from rnnlib.cells.protocol import Cell, State

__all__ = ["Cell", "PlainCell", "PlainParams", "PlainState", "State"]
