"""What a reader is asked before a figure is uncovered, and where on its axes the answer lies.

A figure is drawn once, with its theory and its dots. What belongs to the answer is marked in the drawing, and the page
covers it until the reader has predicted (``_ext/predict.py``, ``assets/predict.js``). Beside the drawing the page needs
no more than where the axes lie and what the answer is, taken here from the arrays that were drawn.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from numpy.typing import ArrayLike, NDArray

COVERED = "covered-until-predicted"
"""The id of what a page covers, in the drawing: followed by a number."""
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Curve:
    """The reader draws the measured curve through handles on the axes ``ax``.

    ``measured`` and ``theory`` are ``(x, y)``, as plotted. ``handles`` says how many points are drawn, spread evenly
    over the measured range, or at which x; the first ``given`` of them are shown where they were measured. ``says`` is
    what the curves are compared by: ``"slope"``, by least squares on the axes (of ln y where y is logarithmic, of ln y
    against ln x where both are), ``"end"``, y at the last handle, ``"highest"``, ``"at"``, y where x is ``level``, or
    ``"crosses"``, the x at which y first passes ``level``. ``unit`` follows the number.
    """

    name: str
    ax: Axes
    measured: tuple[ArrayLike, ArrayLike]
    theory: tuple[ArrayLike, ArrayLike] | None = None
    handles: int | Sequence[float] = 6
    given: int = 0
    start: float | Sequence[float] | None = None
    says: str = "slope"
    level: float = 0.0
    unit: str = ""
    digits: int = 2
    shown: Iterable[Artist] = field(default=())
    kind: ClassVar[str] = "curve"

    def data(self) -> dict[str, Any]:
        """What the page is told."""
        x = self._places()
        y = self._read(self.measured, x, "measured")
        middle = _back(self.ax, sum(_along(self.ax, self.ax.get_ylim(), "y")) / 2, "y")
        start = np.broadcast_to(np.asarray(middle if self.start is None else self.start, float), x.shape).copy()
        start[: self.given] = y[: self.given]
        said = {"measured": self._say(self.measured)}
        if self.theory is not None:
            said["theory"] = self._say(self.theory)
        return {
            "at": x.tolist(), "measured": y.tolist(), "start": start.tolist(), "given": self.given,
            "says": self.says, "level": self.level, "unit": self.unit, "digits": self.digits,
            "said": {who: printed(value, self.digits) for who, value in said.items()},
        }  # fmt: skip

    def _places(self) -> NDArray[np.float64]:
        x = _along(self.ax, np.sort(np.asarray(self.measured[0], float)), "x")
        if isinstance(self.handles, int):
            if self.handles < 2:
                raise ValueError(f"prediction {self.name!r}: handles is {self.handles}, expected 2 or more")
            return np.array([_back(self.ax, place, "x") for place in np.linspace(x[0], x[-1], self.handles)])
        return np.asarray(self.handles, float)

    def _read(self, curve: tuple[ArrayLike, ArrayLike], at: NDArray[np.float64], what: str) -> NDArray[np.float64]:
        x, y = (np.asarray(values, float).ravel() for values in curve)
        if x.shape != y.shape or len(x) < 2:
            expected = "(x, y) of one length, 2 or more"
            raise ValueError(f"prediction {self.name!r}: {what} is {expected}, got {x.shape} and {y.shape}")
        order = np.argsort(x)
        places = np.interp(_along(self.ax, at, "x"), _along(self.ax, x[order], "x"), _along(self.ax, y[order], "y"))
        if not np.isfinite(places).all():
            raise ValueError(f"prediction {self.name!r}: {what} has values that these axes cannot show")
        return np.array([_back(self.ax, place, "y") for place in places])

    def _say(self, curve: tuple[ArrayLike, ArrayLike]) -> float:
        x, y = (np.asarray(values, float).ravel() for values in curve)
        if self.says == "slope":
            u, v = (np.log(values) if scale == "log" else values
                    for values, scale in ((x, self.ax.get_xscale()), (y, self.ax.get_yscale())))  # fmt: skip
            return float(np.polyfit(u, v, 1)[0])
        if self.says == "end":
            return float(self._read(curve, self._places()[-1:], self.says)[0])
        if self.says == "at":
            return float(self._read(curve, np.array([self.level]), self.says)[0])
        if self.says == "highest":
            return float(y.max())
        if self.says == "crosses":
            return self._crossing(x, y)
        known = "slope, end, highest, at or crosses"
        raise ValueError(f"prediction {self.name!r}: says is {self.says!r}, expected {known}")

    def _crossing(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
        order = np.argsort(x, kind="stable")
        u, v = _along(self.ax, x[order], "x"), _along(self.ax, y[order], "y") - _along(self.ax, self.level, "y")
        passed = np.flatnonzero(v[:-1] * v[1:] <= 0)
        if not len(passed):
            raise ValueError(f"prediction {self.name!r}: the curve does not cross {self.level:g}")
        i = passed[0]
        share = v[i] / (v[i] - v[i + 1]) if v[i] != v[i + 1] else 0.0
        return _back(self.ax, float(u[i] + share * (u[i + 1] - u[i])), "x")


@dataclass(frozen=True)
class Value:
    """The reader sets one number on an axis of ``ax``, ``along`` "x" or "y".

    ``step`` is the grid that the number keeps to; without it any place on the axis will do. ``low`` and ``high`` narrow
    the choice to a part of the axis.
    """

    name: str
    ax: Axes
    measured: float
    theory: float | None = None
    along: str = "x"
    step: float = 0.0
    start: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    digits: int = 2
    shown: Iterable[Artist] = field(default=())
    kind: ClassVar[str] = "value"

    def data(self) -> dict[str, Any]:
        """What the page is told."""
        if self.along not in ("x", "y"):
            raise ValueError(f"prediction {self.name!r}: along is {self.along!r}, expected 'x' or 'y'")
        low, high = self.ax.get_xlim() if self.along == "x" else self.ax.get_ylim()
        low, high = low if self.low is None else self.low, high if self.high is None else self.high
        if not low <= self.measured <= high:
            outside = f"measured {self.measured:g} is not between {low:g} and {high:g}"
            raise ValueError(f"prediction {self.name!r}: {outside}")
        ends = _along(self.ax, np.array([low, high]), self.along)
        said = {"measured": self.measured} | ({} if self.theory is None else {"theory": self.theory})
        return {
            "along": self.along, "step": self.step, "low": low, "high": high, "measured": float(self.measured),
            "start": _back(self.ax, float(ends.mean()), self.along) if self.start is None else self.start,
            "unit": self.unit, "digits": self.digits,
            "said": {who: printed(value, self.digits) for who, value in said.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class Label:
    """The reader picks one of the directive's options, by its key; the cell says which was measured."""

    name: str
    measured: str
    shown: Iterable[Artist] = field(default=())
    ax: Axes | None = None
    kind: ClassVar[str] = "label"

    def data(self) -> dict[str, Any]:
        """What the page is told."""
        return {"measured": self.measured}


Prediction = Curve | Value | Label


def cover(fig: Figure, prediction: Prediction) -> None:
    """Mark in the drawing all that is covered: everything but axes and what the prediction names as shown.

    Of what stands under ``shown`` an :class:`~matplotlib.axes.Axes` keeps all that it holds.
    """
    shown = set(prediction.shown)
    for number, artist in enumerate(_drawn(fig, shown)):
        if artist not in shown:
            artist.set_gid(f"{COVERED}-{number}")


def _drawn(fig: Figure, shown: set[Artist]) -> Iterator[Artist]:
    yield from fig.texts
    for ax in fig.axes:
        if ax in shown:
            continue
        titles: Any = (ax.title, ax._left_title, ax._right_title)  # type: ignore[attr-defined]
        yield from (*ax.lines, *ax.collections, *ax.patches, *ax.texts, *ax.images, *titles)
        noted = (text for text in ax.texts if isinstance(text, Annotation) and text not in shown)
        yield from (text.arrow_patch for text in noted if text.arrow_patch)
        if (legend := ax.get_legend()) is not None:
            yield legend


def marked(svg: str) -> str:
    """The drawing with a class in place of those ids. A heat map has no id of its own: all are covered together."""
    covered = re.sub(rf'(<g\b[^>]*?) id="{COVERED}-\d+"', r'\1 class="answer"', svg)
    return covered if covered == svg else re.sub(r"<image ", '<image class="answer" ', covered)


def described(fig: Figure, prediction: Prediction) -> str:
    """What the page is told, as JSON. Call it when the figure has been drawn: then its axes have their places."""
    data = {"name": prediction.name, "kind": prediction.kind} | prediction.data()
    ax = prediction.ax
    if ax is not None:
        width, height = (float(inches) * 72 for inches in fig.get_size_inches())
        place = ax.get_position()
        data["box"] = [place.x0 * width, (1 - place.y1) * height, place.width * width, place.height * height]
        for which in "xy":
            scale = getattr(ax, f"get_{which}scale")()
            if scale not in ("linear", "log"):
                raise ValueError(f"prediction {prediction.name!r}: the {which} axis is {scale}, expected linear or log")
            words = re.sub(r"[$\\{}]", "", getattr(ax, f"get_{which}label")())
            data[which] = {"ends": list(getattr(ax, f"get_{which}lim")()), "log": scale == "log", "label": words}
    return json.dumps(_short(data), ensure_ascii=False, separators=(",", ":"))


def printed(value: float, digits: int = 2) -> str:
    """A number of so many significant digits, as it stands in a sentence. ``assets/predict.js`` prints alike."""
    if value == 0:
        return "0"
    sign, size = "\N{MINUS SIGN}" if value < 0 else "", abs(value)
    exponent = math.floor(math.log10(size))
    if -4 <= exponent < 4:
        places = digits - 1 - exponent
        return f"{sign}{round(size, places):.{max(0, places)}f}"
    mantissa, exponent_text = f"{size:.{digits - 1}e}".split("e")
    return f"{sign}{mantissa}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10{str(int(exponent_text)).translate(_SUPERSCRIPT)}"


def _along(ax: Axes, values: ArrayLike, which: str) -> NDArray[np.float64]:
    """Values as places on an axis, in its scale."""
    values = np.asarray(values, float)
    if getattr(ax, f"get_{which}scale")() != "log":
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log10(values))


def _back(ax: Axes, place: float, which: str) -> float:
    return float(10.0**place if getattr(ax, f"get_{which}scale")() == "log" else place)


def _short(data: Any) -> Any:
    """Six digits are finer than any screen."""
    if isinstance(data, float):
        return float(f"{data:.6g}")
    if isinstance(data, dict):
        return {key: _short(value) for key, value in data.items()}
    return [_short(value) for value in data] if isinstance(data, list) else data
