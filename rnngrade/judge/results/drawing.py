"""Small pictures as SVG: what was got beside what was expected, bars, a histogram. Colours are classes of the page."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rnngrade.judge.results.page import text
from rnngrade.judge.results.pictures import Picture, Rows

WIDTH, HEIGHT = 520, 150
LEFT, BOTTOM = 46, 22
CELL = 22
STEPS = 4
BAR, EDGE = 29, 12  # ten bars fit a telephone


def svg(width: float, height: float, label: str, content: str, more: str = "") -> str:
    """An image of ``width`` by ``height`` with a text for those who do not see it."""
    return (
        f'<svg role="img" aria-label="{text(label)}" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}"{more}>{content}</svg>'
    )


def compared(picture: Picture) -> str:
    """What was got and what was expected: two curves, or two maps of one colour scale."""
    if len(picture.got) == len(picture.expected) == 1:
        return _curves(picture.got[0], picture.expected[0])
    return _maps(picture)


def _curves(got: Sequence[float | None], expected: Sequence[float | None]) -> str:
    known = [x for x in (*got, *expected) if x is not None] or [0.0]
    low, high = min(known), max(known)
    unit = max(abs(low), abs(high)) or 1.0
    bottom, top = (low / unit, high / unit) if low < high else (low / unit - 1, high / unit + 1)
    longest = max(len(got), len(expected), 2)

    def at(i: int, x: float) -> tuple[float, float]:
        across = LEFT + 8 + i * (WIDTH - LEFT - 24) / (longest - 1)
        return round(across, 1), round(10 + (top - x / unit) / (top - bottom) * (HEIGHT - BOTTOM - 18), 1)

    axis = f'<line class="axis" x1="{LEFT}" y1="4" x2="{LEFT}" y2="{HEIGHT - BOTTOM}"/>'
    axis += f'<line class="axis" x1="{LEFT}" y1="{HEIGHT - BOTTOM}" x2="{WIDTH - 8}" y2="{HEIGHT - BOTTOM}"/>'
    labels = "".join(
        f'<text x="{LEFT - 6}" y="{y + 4:g}" text-anchor="end">{value:.3g}</text>'
        for value, y in ((_finite(top * unit), 10), (_finite(bottom * unit), HEIGHT - BOTTOM - 8))
    )
    ends = "".join(
        f'<text x="{at(i, low)[0]}" y="{HEIGHT - 6}" text-anchor="middle">{i}</text>'
        for i in dict.fromkeys((0, longest - 1))
    )
    curves = "".join(_curve(values, name, at) for values, name in ((expected, "expected"), (got, "got")))
    label = f"The first entries: got {_spoken(got)}; expected {_spoken(expected)}"
    return svg(WIDTH, HEIGHT, label, axis + labels + ends + curves)


def _curve(values: Sequence[float | None], name: str, at) -> str:  # type: ignore[no-untyped-def]
    points = [at(i, x) for i, x in enumerate(values) if x is not None]
    line = " ".join(f"{x},{y}" for x, y in points)
    dots = "".join(f'<circle class="{name}-dot" cx="{x}" cy="{y}" r="{3 if name == "got" else 4.5}"/>'
                   for x, y in points) if len(values) <= 30 else ""  # fmt: skip
    return f'<polyline class="{name}" points="{line}"/>{dots}'


def _spoken(values: Sequence[float | None]) -> str:
    shown = ", ".join("not a number" if x is None else f"{x:.3g}" for x in values[:6])
    return f"{shown}, and so on" if len(values) > 6 else shown


def _maps(picture: Picture) -> str:
    """Got, expected and, if they are of one shape, their difference; each row of numbers is a row of squares."""
    scale = _largest(picture.expected) or 1.0
    panels = [("got", picture.got, scale), ("expected", picture.expected, scale)]
    difference = _difference(picture)
    if difference:
        panels.append(("difference", difference, _largest(difference) or 1.0))
    pieces, x = [], 0.0
    for name, rows, largest in panels:
        pieces.append(f'<text x="{x:g}" y="12">{name}</text>')
        pieces += _cells(rows, largest, x)
        below = 36 + CELL * len(rows)
        pieces.append(f'<text x="{x:g}" y="{below}">{_said(rows)}</text>')
        x += max(CELL * max(map(len, rows)), 105) + 28
    tallest = max(len(rows) for _, rows, _ in panels)
    label = "Maps. " + "; ".join(f"{name}: {_said(rows)}" for name, rows, _ in panels)
    return svg(x + 130, max(46 + CELL * tallest, 60), label, "".join(pieces) + _legend(x))


def _largest(rows: Rows) -> float:
    return max((abs(x) for row in rows for x in row if x is not None), default=0.0)


def _difference(picture: Picture) -> Rows:
    if [len(row) for row in picture.got] != [len(row) for row in picture.expected]:
        return []
    both = zip(picture.got, picture.expected)
    return [[None if a is None or b is None else _finite(a - b) for a, b in zip(*rows)] for rows in both]


def _finite(x: float) -> float:
    return min(max(x, -sys.float_info.max), sys.float_info.max)


def _said(rows: Rows) -> str:
    """The size of a map, and its largest entry or how many are no numbers."""
    missing = sum(x is None for row in rows for x in row)
    return f"{len(rows)} × {len(rows[0])}, " + (f"{missing} are NaN" if missing else f"up to {_largest(rows):.3g}")


def _cells(rows: Rows, scale: float, left: float) -> list[str]:
    return [
        f'<rect class="{_colour(value, scale)}" x="{left + CELL * j:g}" y="{20 + CELL * i}" width="{CELL - 1}" '
        f'height="{CELL - 1}"><title>{"not a number" if value is None else f"{value:.4g}"}</title></rect>'
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
    ]


def _legend(left: float) -> str:
    classes = [f"l{k}" for k in range(STEPS, 0, -1)] + ["z"] + [f"h{k}" for k in range(1, STEPS + 1)]
    bars = (
        f'<rect class="{name}" x="{left + 13 * k:g}" y="20" width="13" height="12"/>' for k, name in enumerate(classes)
    )
    ends = f'<text x="{left:g}" y="46">−</text><text x="{left + 117:g}" y="46" text-anchor="end">+</text>'
    return "".join(bars) + ends


def _colour(value: float | None, scale: float) -> str:
    if value is None:
        return "n"
    step = round(min(STEPS, STEPS * (abs(value) / scale)))  # numbers of any size come here: no sum may overflow
    return "z" if step == 0 else f"{'h' if value > 0 else 'l'}{step}"


def fraction(part: float, label: str) -> str:
    """A bar of which ``part``, between 0 and 1, is filled."""
    part = min(1.0, max(0.0, part))
    return svg(
        110,
        9,
        label,
        '<rect class="rest" width="110" height="9" rx="3"/>'
        f'<rect class="bar" width="{110 * part:.1f}" height="9" rx="3"/>',
    )


def segments(parts: Sequence[tuple[float, bool]], label: str) -> str:
    """One bar for a whole notebook: a segment a case group, as wide as its points, filled where they were earned."""
    whole = sum(points for points, _ in parts) or 1.0
    pieces, x = [], 0.0
    for points, earned in parts:
        wide = 640 * points / whole
        kind = "earned" if earned else "rest"
        pieces.append(f'<rect class="{kind}" x="{x:.1f}" width="{max(1.0, wide - 3):.1f}" height="10"/>')
        x += wide
    return svg(637, 10, label, "".join(pieces), ' class="whole" preserveAspectRatio="none"')


def histogram(counts: Sequence[int], edges: Sequence[str], label: str) -> str:
    """Bars with their counts above, and below them where each begins and ends."""
    end, most = EDGE + BAR * len(counts), max(*counts, 1)
    pieces = [f'<line class="axis" x1="{EDGE}" y1="140" x2="{end}" y2="140"/>']
    for i, count in enumerate(counts):
        left, high = EDGE + BAR * i, 110 * count / most
        pieces.append(
            f'<rect class="bar" x="{left + 2}" y="{140 - high:.1f}" width="{BAR - 4}" height="{high:.1f}" rx="3"/>'
        )
        if count:
            pieces.append(f'<text x="{left + BAR / 2:g}" y="{133 - high:.1f}" text-anchor="middle">{count}</text>')
    pieces += [
        f'<text x="{EDGE + BAR * i}" y="157" text-anchor="middle">{text(edge)}</text>' for i, edge in enumerate(edges)
    ]
    return svg(end + EDGE, 164, label, "".join(pieces))
