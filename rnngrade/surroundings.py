"""Where a check runs, if that is neither Jupyter nor a terminal: how it shows panels, how fast it is, what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rnngrade.outcomes import Failure


@dataclass
class Surroundings:
    """What a host of notebooks other than Jupyter says of itself; ``HERE`` is where this process is.

    Attributes:
        display: shows a panel, given as HTML and as text; without it the panel finds Jupyter by itself, or prints.
        slower: how many times longer than where a question's seconds are meant for something takes here.
        advice: what to do here after a failure that has to do with where it happened, or nothing.

    Example:
        >>> shown = []
        >>> HERE.display = lambda html, text: shown.append(text)
        >>> HERE.display = None
    """

    display: Callable[[str, str], None] | None = None
    slower: Callable[[], float] = lambda: 1.0
    advice: Callable[[Failure], str] = lambda failure: ""


HERE = Surroundings()
