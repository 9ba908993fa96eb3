"""Turning gradients into better weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from rnnlib.trees import map_leaves

Tree = TypeVar("Tree")


class AdamState(NamedTuple):
    """What Adam remembers: the number of updates, and running means of the gradient and of its square."""

    updates: int
    mean: Any
    square: Any


@dataclass(frozen=True)
class Adam:
    r"""Adam: each entry moves by a running mean of its gradient over the root of a running mean of its square.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
              \theta \leftarrow \theta - \text{rate}\, \frac{m/(1 - \beta_1^s)}{\sqrt{v/(1 - \beta_2^s)} + \epsilon}

    at update :math:`s`. ``params`` may be any named tuple of arrays, or a tuple of those; nothing is changed in place.
    Source: Kingma and Ba, *Adam: a method for stochastic optimization*, 2015, algorithm 1.

    >>> adam = Adam(rate=0.1)
    >>> params = (np.array([1.0, -1.0]),)
    >>> params, state = adam.update(params, (np.array([5.0, -0.5]),), adam.init(params))
    >>> params[0].round(6)
    array([ 0.9, -0.9])
    """

    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8

    def init(self, params: Any) -> AdamState:
        """Return the state before the first update."""
        return AdamState(0, map_leaves(np.zeros_like, params), map_leaves(np.zeros_like, params))

    def update(self, params: Tree, grads: Tree, state: AdamState) -> tuple[Tree, AdamState]:
        """Return the updated parameters and state; ``ValueError`` if structures or shapes differ."""
        beta1, beta2 = self.betas
        updates = state.updates + 1
        mean = map_leaves(lambda m, g: beta1 * m + (1 - beta1) * g, state.mean, grads)
        square = map_leaves(lambda v, g: beta2 * v + (1 - beta2) * g * g, state.square, grads)
        rate, scale = self.rate / (1 - beta1**updates), 1 / (1 - beta2**updates)
        moved = map_leaves(lambda p, m, v: p - rate * m / (np.sqrt(v * scale) + self.eps), params, mean, square)
        return moved, AdamState(updates, mean, square)
