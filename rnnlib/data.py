"""Real data that ships in a package or is given as a string: a series, pictures read pixel by pixel, text.

The packages are optional: without them an ``ImportError`` names the extra, ``training-recurrent-networks[data]``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np

from rnnlib._door import Array, Rng, check_drawing, check_kind, check_number, check_size, optional
from rnnlib.models import Batch
from rnnlib.readouts import check_ids
from rnnlib.tasks import Task, asked_at_last


def sunspots() -> tuple[Array, Array]:
    """Return the years 1700 to 2008 and the mean number of sunspots in each, both ``(309,)``.

    Source: the yearly series of the National Geophysical Data Center, as statsmodels ships it.

    >>> years, spots = sunspots()
    >>> int(years[spots.argmax()]), float(spots.max())
    (1957, 190.2)
    """
    table = optional("statsmodels.datasets", "data").sunspots.load_pandas().data
    return table["YEAR"].to_numpy(int), table["SUNACTIVITY"].to_numpy(float)


@dataclass(frozen=True, eq=False)
class Digits(Task):
    """Handwritten digits read pixel by pixel, row by row: ``x (64, N, 1)``, from 0 to 1, and the ``labels (N,)``.

    The digit is asked for at the last pixel. It is a task as those in :mod:`rnnlib.tasks`; ``whole`` is all of it, to
    test with. The baseline takes the ten digits to be equally frequent, as they nearly are.
    """

    x: Array
    labels: Array

    inputs, outputs, steps, baseline = 1, 10, 64, log(10)

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` digits, with replacement."""
        return self.whole(dtype, rng.integers(len(self.labels), size=B))

    def whole(self, dtype: Any = np.float64, chosen: Any = slice(None)) -> Batch:
        """Return all digits in their order, or those ``chosen``."""
        return asked_at_last(self.x[:, chosen].astype(dtype), self.labels[chosen])


def digits(rng: Rng, test: float = 0.2) -> tuple[Digits, Digits]:
    """Return what to train on and what to test with, a fraction ``test`` of 1,797 digits, divided at random.

    ``ValueError`` unless it is between 0 and 1. Source: Alpaydin and Kaynak, 1998, 8 by 8 pixels, as scikit-learn ships
    them.

    >>> train, test = digits(np.random.default_rng(0))
    >>> train.x.shape, test.x.shape
    ((64, 1438, 1), (64, 359, 1))
    """
    check_drawing(rng)
    check_number("test", test, "a fraction between 0 and 1", lambda test: 0 < test < 1)
    loaded = optional("sklearn.datasets", "data").load_digits()
    order = rng.permutation(len(loaded.target))
    x, cut = loaded.data.T[..., np.newaxis] / 16, len(order) - round(test * len(order))
    return Digits(x[:, order[:cut]], loaded.target[order[:cut]]), Digits(x[:, order[cut:]], loaded.target[order[cut:]])


@dataclass(frozen=True, eq=False)
class Text(Task):
    """Characters as ``ids``, places in ``alphabet``: at each of ``steps`` steps the next one is asked for.

    Batches hold integers ``(T, B)``, for a model with an embedding. The baseline is what the best table of pairs
    reaches on this very text: the entropy of a character given the one before.
    """

    ids: Array
    alphabet: str
    steps: int

    inputs = outputs = tokens = property(lambda self: len(self.alphabet))

    @property
    def baseline(self) -> float:
        """The loss without memory, in nats."""
        before, after = self.ids[:-1], self.ids[1:]
        pairs, counts = np.unique(before * self.outputs + after, return_counts=True)
        given = counts / np.bincount(before)[pairs // self.outputs]
        return float(-(counts * np.log(given)).sum() / len(before))

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` windows that begin anywhere; ``dtype`` does not matter."""
        windows = self.ids[np.arange(self.steps + 1)[:, np.newaxis] + rng.integers(len(self.ids) - self.steps, size=B)]
        return Batch(windows[:-1], windows[1:])

    def streams(self, B: int) -> Iterator[Batch]:
        """Cut the text into ``B`` long pieces and yield them side by side, ``steps`` at a time, each once.

        Every batch continues the one before: carry the state from one to the next. Up to ``B`` characters at the end
        are left over, and the last batch may be shorter.
        """
        check_size("B", B)
        return self._streams(B)

    def _streams(self, B: int) -> Iterator[Batch]:
        length = (len(self.ids) - 1) // B
        x, targets = (self.ids[start : start + B * length].reshape(B, length).T for start in (0, 1))
        for start in range(0, length, self.steps):
            yield Batch(x[start : start + self.steps], targets[start : start + self.steps])

    def ids_of(self, string: str) -> Array:
        """Return the places of characters in the alphabet, ``(T,)``; ``ValueError`` for one that is not there."""
        check_kind("string", string, str)
        if unknown := sorted(set(string) - set(self.alphabet)):
            raise ValueError(f"string: expected characters of the alphabet, got {unknown}")
        return np.array([self.alphabet.index(character) for character in string], int)

    def string(self, ids: Array) -> str:
        """Return the characters of ``ids (T,)``; ``ValueError`` for a number that is none's."""
        check_ids("ids", np.asarray(ids, None if len(ids) else int), len(self.alphabet))
        return "".join(self.alphabet[i] for i in ids)


def text(string: str, steps: int = 50, alphabet: str | None = None) -> Text:
    """Return ``string`` as a task of ``steps`` steps, in its own ``alphabet``, sorted, if none is given.

    Give a held-out part the alphabet of the part to train on. Raises ``ValueError`` for a character outside of it, or
    if the string is not longer than a window.

    >>> task = text("hello world", steps=4)
    >>> task.alphabet, task.ids[:5]
    (' dehlorw', array([3, 2, 4, 4, 5]))
    >>> [task.string(batch.targets[:, 0]) for batch in task.streams(2)]
    ['ello', ' ']
    """
    for name, given in (("string", string), ("alphabet", "" if alphabet is None else alphabet)):
        check_kind(name, given, str)
    check_size("steps", steps, 1, len(string) - 1, f"1 or more and fewer than the {len(string)} characters")
    task = Text(np.empty(0, int), "".join(sorted(set(string))) if alphabet is None else alphabet, steps)
    return replace(task, ids=task.ids_of(string))
