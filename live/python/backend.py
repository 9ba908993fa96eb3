"""matplotlib's backend for a page: pixels by Agg, and ``plt.show()`` shows what was drawn."""

from __future__ import annotations

from typing import Any

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from live.python import plots


class FigureManager(FigureManagerBase):
    """A figure's window, which is the page."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Show all figures and close them, as the inline backend of Jupyter does."""
        plots.flush()

    def show(self) -> None:
        """Show this one, for ``fig.show()``."""
        plots.show(self.canvas.figure)


class FigureCanvas(FigureCanvasAgg):
    """Agg's, with the manager above."""

    manager_class: Any = FigureManager
