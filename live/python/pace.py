"""How much longer training takes here than where the seconds of a question are meant for."""

from __future__ import annotations

import time
from functools import cache

import numpy as np

MEANT = 0.0012
STEPS, SEQUENCES, UNITS = 200, 16, 16


@cache
def slower() -> float:
    """The time of a short piece of training over ``MEANT``, what it takes on a desktop's processor; at least one."""
    return max(1.0, min(timed() for _ in range(3)) / MEANT)


def timed() -> float:
    """Seconds for one walk of a plain network forward and backward, the work that makers of models do."""
    rng = np.random.default_rng(0)
    W, a = rng.standard_normal((UNITS, UNITS)) / UNITS, rng.standard_normal((STEPS, SEQUENCES, UNITS))
    started = time.perf_counter()
    h = [np.zeros((SEQUENCES, UNITS))]
    for t in range(STEPS):
        h.append(np.tanh(h[-1] @ W.T + a[t]))
    delta, gradient = np.ones((SEQUENCES, UNITS)), np.zeros_like(W)
    for t in reversed(range(STEPS)):
        g = delta * (1 - h[t + 1] ** 2)
        gradient += g.T @ h[t]
        delta = g @ W
    return time.perf_counter() - started
