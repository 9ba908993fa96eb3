"""Questions on logs: which letter is which label, dealt at random, and the answers in which two are exchanged.

The notebook's cell deals with ``np.random.default_rng(seed).permutation(len(labels))`` and shows what each letter got.
The reference of such a question is what its author read from the page; its oracle, :func:`dealing`, is the deal itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from string import ascii_uppercase

import numpy as np

from rnngrade.questions import Mistake


def dealing(labels: Sequence[str], seed: int) -> Callable[[], dict[str, str]]:
    """Return an oracle: how the notebook's cell deals the letters.

    >>> dealing(("healthy", "vanishing", "exploding"), 1)()
    {'A': 'healthy', 'B': 'vanishing', 'C': 'exploding'}
    """

    def as_dealt() -> dict[str, str]:
        order = np.random.default_rng(seed).permutation(len(labels))
        return {letter: labels[k] for letter, k in zip(ascii_uppercase, order)}

    return as_dealt


def two_exchanged(right: Mapping[str, str], first: str, second: str, message: str, name: str | None = None) -> Mistake:
    """Return the mistake to exchange two labels, named after them unless it has a ``name``.

    >>> two_exchanged({"A": "healthy", "B": "rate too small"}, "healthy", "rate too small", "Which one moves?").name
    'healthy_and_rate_too_small'
    """
    other = {first: second, second: first}
    wrong = {letter: other.get(label, label) for letter, label in right.items()}
    return Mistake(wrong, f"Two are exchanged. {message}", name=name or re.sub(r"\W+", "_", f"{first}_and_{second}"))
