"""Rates that change as training goes on: each is a function of the number of updates made, given as ``rate``.

``Adam(rate=Cosine(1e-3, updates=5000))``; so is any function of your own, ``SGD(rate=lambda made: 0.1 / (1 + made))``.
The number is in the optimiser's memory, so that a run that is resumed goes on with the rate it had reached.
"""

from dataclasses import dataclass
from math import cos, pi
from typing import Any

from rnnlib._door import check_number, check_size


def check_rate(rate: Any) -> None:
    """Raise ``ValueError`` unless ``rate`` is a number, 0 or more, or a function of the number of updates."""
    if not callable(rate) or isinstance(rate, type):
        check_number("rate", rate, "a number, 0 or more, or a schedule", lambda rate: rate >= 0)


@dataclass(frozen=True)
class Exponential:
    r"""The rate :math:`\text{rate} \cdot \text{factor}^{\lfloor s/\text{every} \rfloor}` after :math:`s` updates.

    By default it falls at each; in steps, if ``every`` is larger. Raises ``ValueError`` unless ``factor`` is above 0,
    1 at most, and ``every`` a whole number.

    >>> [Exponential(0.8, factor=0.5)(made) for made in (0, 1, 3)]
    [0.8, 0.4, 0.1]
    >>> [Exponential(0.8, factor=0.5, every=10)(made) for made in (0, 9, 10, 20)]
    [0.8, 0.8, 0.4, 0.2]
    """

    rate: float
    factor: float
    every: int = 1

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_number("factor", self.factor, "a number above 0, 1 at most", lambda factor: 0 < factor <= 1)
        check_size("every", self.every)

    def __call__(self, made: int) -> float:
        """Return the rate after so many updates were ``made``."""
        return self.rate * self.factor ** (made // self.every)


@dataclass(frozen=True)
class Cosine:
    r"""Half a cosine from ``rate`` down to ``least``, which is reached after so many ``updates`` and kept.

    .. math:: \text{least} + (\text{rate} - \text{least})\, \tfrac12 (1 + \cos(\pi s/\text{updates})).

    Raises ``ValueError`` unless ``least`` is between 0 and ``rate``. Source: Loshchilov and Hutter, *SGDR: stochastic
    gradient descent with warm restarts*, 2017, eq. 5.

    >>> [round(Cosine(0.8, updates=10)(made), 6) for made in (0, 5, 10, 99)]
    [0.8, 0.4, 0.0, 0.0]
    """

    rate: float
    updates: int
    least: float = 0.0

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_size("updates", self.updates)
        check_number("least", self.least, f"a number from 0 to {self.rate}", lambda least: 0 <= least <= self.rate)

    def __call__(self, made: int) -> float:
        """Return the rate after so many updates were ``made``."""
        share = (1 + cos(pi * min(made / self.updates, 1))) / 2
        return self.least + (self.rate - self.least) * share


@dataclass(frozen=True)
class Warmup:
    r"""The rate of ``then``, a number or a schedule, reached in ``updates`` equal steps from zero.

    After :math:`s <` ``updates`` it is :math:`(s + 1)/\text{updates}` of what ``then`` begins with; ``then`` counts
    from there. Raises ``ValueError`` for an impossible number.

    >>> [round(Warmup(Cosine(0.8, updates=10), updates=4)(made), 6) for made in (0, 1, 3, 4, 9, 14)]
    [0.2, 0.4, 0.8, 0.8, 0.4, 0.0]
    """

    then: Any
    updates: int

    def __post_init__(self) -> None:
        check_rate(self.then)
        check_size("updates", self.updates)

    def __call__(self, made: int) -> float:
        """Return the rate after so many updates were ``made``."""
        return rate_after(self.then, max(0, made - self.updates)) * min(1, (made + 1) / self.updates)


def rate_after(rate: Any, made: int) -> float:
    """Return the rate after so many updates were ``made``; a number is the rate itself."""
    return rate(made) if callable(rate) else rate
