"""What every interactive figure shares: one script of its own, the common helpers and stylesheet, a still for paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anywidget
import matplotlib
import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.palette import SEQUENTIAL
from rnnlib.figures.still import Still, show
from rnnlib.figures.style import subplots, use_style

HERE = Path(__file__).parent


class InteractiveFigure(anywidget.AnyWidget):
    """A widget whose script stands beside its module under the same name, after the ``_shared`` ones.

    A subclass gives ``alt``, a sentence for those who do not see the figure, and :meth:`still`.
    """

    alt = traitlets.Unicode().tag(sync=True)
    _shared: tuple[str, ...] = ("helpers.js",)
    _still_height = 0.55  # of the text width
    _css = (HERE / "figure.css").read_text(encoding="utf8")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "_esm"):  # anywidget subclasses once more, with _esm a trait
            own = f"{cls.__module__.rpartition('.')[2]}.js"
            scripts = ((HERE / name).read_text(encoding="utf8") for name in (*cls._shared, own))
            cls._esm = "\n".join((f"const SEQUENTIAL = {json.dumps(SEQUENTIAL)};", *scripts))

    def still(self, ax: Axes) -> None:
        """Draw what a reader of the printed page sees."""
        raise NotImplementedError

    def printed(self) -> Still:
        """What stands in the page until the script draws, where there are no scripts, and on paper."""
        with matplotlib.rc_context():
            use_style()
            fig, ax = subplots(height=self._still_height)
            self.still(ax)
            return show(fig, self.alt)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return data | self.printed()._repr_mimebundle_(), metadata
