"""The slips people make on the way back through time, for any question about a gradient to take by name.

A reference that is written with the operations below, taken from its last argument ``do``, can be asked for the answer
of whoever gets one of them wrong::

    def deltas(W, h, dh, *, do=RIGHT):
        delta = np.zeros_like(h)
        for t in range(len(dh), 0, -1):
            delta[t] = do.join(delta[t], do.local(dh, t))
            delta[t - 1] = do.back(W, delta[t], do.slope(h[t], h[t - 1]))
        return delta

Every operation is right unless its slip is made; ``Question(slips=...)`` names the slips, by default all. Slips that
change nothing in a question, or look like another mistake of it, are left out, and two slips at once are known too.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

MESSAGES = {
    # the slope of tanh
    "no_slope": "The slope of tanh is missing: between a state and what is inside its tanh lies the factor 1 - h^2.",
    "slope_before": "The slope is taken at the state before the step. The tanh of the step from h[t - 1] to h[t] has "
                    "the value h[t].",
    "slope_not_squared": "The slope of tanh in terms of its value h is not 1 - h. Check it at h = -0.5.",
    "slope_of_tanh": "h is already the value of tanh. Its slope is written with h, not with tanh(h).",
    "slope_squared": "The slope is there twice: 1 - h^2 is one factor a step.",
    # slope and weights
    "slope_outside": "Slope and weights act in the wrong order. Going forward, W comes first and tanh second; the way "
                     "back undoes the last thing first.",
    "W_turned": "The slope is in its place, but W is transposed. Going forward, entry W[i, j] leads from unit j to "
                "unit i; on the way back it leads from i to j.",
    "W_turned_slope_outside": "Slope and weights act as in the other direction: going forward acts the Jacobian, on "
                              "the way back its transpose. The matrix and the order both change.",
    # which state, which term
    "state_after": "A step's gradient is paired with the state that the step made. What did the weights multiply at "
                   "that step?",
    "first_missing": "The first step's term is missing.",
    "last_missing": "The last step's term is missing.",
    "last_only": "Only the last step's term is there. The same weights act at every step: add up.",
    "first_only": "Only the first step's term is there. The same weights act at every step: add up.",
    "mean_over_time": "This is a mean over the steps where a sum belongs: each use adds its gradient.",
    "mean_over_batch": "This is a mean over the sequences where a sum belongs.",
    "mean_over_all": "This is a mean over steps and sequences where a sum belongs.",
    # local gradients and messages
    "local_early": "The local gradients sit one step too early: each state gets that of the state after it.",
    "local_late": "The local gradients sit one step too late: each state gets that of the state before it.",
    "local_last_only": "Only the last step's loss is heard. Every earlier step has a local gradient too: add it.",
    "local_twice": "The local gradient is counted twice.",
    "message_twice": "The message from the other steps is counted twice.",
    "no_message": "Only each step's own term is there: nothing arrives from other steps.",
}  # fmt: skip
PAIRED = ("no_slope", "slope_before", "slope_outside", "W_turned", "state_after", "local_late", "local_early",
          "last_missing", "first_missing")  # fmt: skip
"""Slips of which two are known to be made at once. A mean in the place of a sum is seen on top of any."""
CUTS = {"first_missing": np.s_[1:], "last_missing": np.s_[:-1], "last_only": np.s_[-1:], "first_only": np.s_[:1]}
Slipped = tuple[str, str, Callable[..., Any]]


@dataclass(frozen=True)
class Doing:
    """The steps of a gradient, each right unless its slip is among ``made``.

    Rows are sequences: a state is ``(B, n)``, or ``(n,)``; W is ``(n, n)`` with ``h_t = tanh(W h_{t-1} + ...)``.
    """

    made: tuple[str, ...] = ()

    def slope(self, after: np.ndarray, before: np.ndarray) -> np.ndarray:
        """phi'(a_t) of tanh by the state after the step; ``before``, the state before it, is for the slip."""
        if "no_slope" in self.made:
            return np.ones_like(after)
        if "slope_before" in self.made:
            return 1 - before**2
        if "slope_not_squared" in self.made:
            return 1 - after
        if "slope_of_tanh" in self.made:
            return 1 - np.tanh(after) ** 2
        return (1 - after**2) ** (2 if "slope_squared" in self.made else 1)

    def back(self, W: np.ndarray, delta: np.ndarray, slope: np.ndarray | float = 1.0) -> np.ndarray:
        """W^T (slope * delta): a gradient sent one step back."""
        if "W_turned_slope_outside" in self.made:
            return slope * (delta @ W.T)
        used = W.T if "W_turned" in self.made else W
        return slope * (delta @ used) if "slope_outside" in self.made else (slope * delta) @ used

    def forth(self, W: np.ndarray, change: np.ndarray, slope: np.ndarray | float = 1.0) -> np.ndarray:
        """slope * (W change): a change of the state sent one step forward."""
        if "W_turned_slope_outside" in self.made:
            return (slope * change) @ W
        used = W if "W_turned" in self.made else W.T
        return (slope * change) @ used if "slope_outside" in self.made else slope * (change @ used)

    def before(self, h: np.ndarray) -> np.ndarray:
        """h[:-1]: the states that the weights multiplied."""
        return h[1:] if "state_after" in self.made else h[:-1]

    def outer(self, g: np.ndarray, v: np.ndarray) -> np.ndarray:
        """sum_t g_t v_t^T over steps and sequences, of arrays (T, B, n) and (T, B, d), or (T, n) and (T, d)."""
        g, v, share = self._terms(g), self._terms(v), self._share(g)
        return share * (g.reshape(-1, g.shape[-1]).T @ v.reshape(-1, v.shape[-1]))

    def total(self, g: np.ndarray) -> np.ndarray:
        """sum_t g_t over steps and sequences."""
        kept = self._terms(g)
        return np.asarray(kept.sum(tuple(range(kept.ndim - 1))) * self._share(g))

    def _terms(self, x: np.ndarray) -> np.ndarray:
        made = [cut for name, cut in CUTS.items() if name in self.made]
        return x[made[0]] if made else x

    def _share(self, g: np.ndarray) -> float:
        T, B = (g.shape[0], g.shape[1]) if g.ndim > 2 else (g.shape[0], 1)
        over_time = {"mean_over_time", "mean_over_all"} & set(self.made)
        over_batch = {"mean_over_batch", "mean_over_all"} & set(self.made)
        return 1.0 / ((max(T, 1) if over_time else 1) * (max(B, 1) if over_batch else 1))

    def local(self, dh: np.ndarray, t: int) -> np.ndarray:
        """dh[t - 1]: the local gradient of h[t], for t = 1 .. T."""
        at = t - 1 + ("local_early" in self.made) - ("local_late" in self.made)
        if not 0 <= at < len(dh) or ("local_last_only" in self.made and t < len(dh)):
            return np.zeros_like(dh[0])
        return dh[at] * (2 if "local_twice" in self.made else 1)

    def join(self, message: np.ndarray, local: np.ndarray) -> np.ndarray:
        """The message from other steps and the local gradient, added."""
        times = 2.0 if "message_twice" in self.made else 0.0 if "no_message" in self.made else 1.0
        return times * message + local


RIGHT = Doing()


def slipped(reference: Callable[..., Any], names: Sequence[str] | None) -> Iterator[Slipped]:
    """Name, message and answer of each slip, for a reference that takes ``do``."""
    for name in _chosen(reference, names):
        yield name, MESSAGES[name], partial(reference, do=Doing((name,)))


def slipped_twice(reference: Callable[..., Any], names: Sequence[str] | None) -> Iterator[Slipped]:
    """The same of two slips at once."""
    chosen = _chosen(reference, names)
    for first, second in itertools.combinations([name for name in PAIRED if name in chosen], 2):
        message = f"Two slips at once. {MESSAGES[first]} And: {MESSAGES[second]}"
        yield f"{first}_and_{second}", message, partial(reference, do=Doing((first, second)))


def _chosen(reference: Callable[..., Any], names: Sequence[str] | None) -> list[str]:
    if not takes(reference):
        return []
    return list(MESSAGES) if names is None else list(names)


def takes(reference: Callable[..., Any]) -> bool:
    """Whether a reference is written with the operations of this module."""
    return "do" in inspect.signature(reference).parameters
