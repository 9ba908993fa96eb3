"""Numbers as print writes them, for sentences that quote what a cell has computed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPACE = "\N{NO-BREAK SPACE}"


def power_of_ten(value: float, digits: int | None = 1) -> str:
    """A small or large number with its power of ten: 2.3 × 10⁻⁵.

    ``digits`` are those after the mantissa's point. ``None`` leaves the mantissa out and gives the nearest power, 10⁻⁵:
    for orders of magnitude, which a second digit would make look measured.
    """
    if digits is None:
        return f"10{f'{np.log10(value):.0f}'.translate(_RAISED)}"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}{_SPACE}×{_SPACE}10{str(int(exponent)).translate(_RAISED)}"


def percent(share: float, digits: int = 0) -> str:
    """A share of one as a percentage: 0.052 is 5 %."""
    return f"{100 * share:.{digits}f}{_SPACE}%"


def span(values: Iterable[float], digits: int = 2) -> str:
    """From the least of several runs to the largest: 0.31 to 0.47; one number where both read the same."""
    values = [float(value) for value in values]
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return low if low == high else f"{low} to {high}"
