"""Streams without an end, read in chunks: the state is carried from each to the next, the gradient is cut between."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import log
from typing import Any

import numpy as np

from rnnlib import PlainCell
from rnnlib.models import Batch
from rnnlib.tasks import Task


@dataclass(frozen=True)
class RecallTask(Task):
    """Name at each step of a stream of random bits the one of ``lag`` steps ago; read in chunks of ``k`` steps.

    The input is 1 or -1. Without memory both answers are equally likely.
    """

    lag: int
    k: int

    inputs, outputs, baseline = 1, 2, log(2)

    def stream(self, rng: np.random.Generator, B: int, dtype: Any = np.float64) -> Iterator[Batch]:
        """Yield the chunks of ``B`` streams, each beginning where the one before ended."""
        past = rng.integers(0, 2, (self.lag, B))
        while True:
            bits = np.concatenate([past, rng.integers(0, 2, (self.k, B))])
            yield Batch((2 * bits[self.lag :, :, None] - 1).astype(dtype), bits[: self.k])
            past = bits[self.k :]


@dataclass(frozen=True)
class NoisyCell(PlainCell):
    """A plain cell with normal ``noise`` on every pre-activation, of this standard deviation, while it is trained."""

    noise: float = field(default=0.01, kw_only=True)
    rng: Any = field(default=None, kw_only=True, repr=False, compare=False)

    def training(self, rng: np.random.Generator) -> "NoisyCell":
        """Return the cell with noise drawn from ``rng``."""
        return replace(self, rng=rng)

    def project(self, w: Any, x: Any) -> Any:
        """Return the inputs' part of all pre-activations, with the noise."""
        a = super().project(w, x)
        return a if self.rng is None else a + (self.noise * self.rng.standard_normal(a.shape)).astype(a.dtype)
