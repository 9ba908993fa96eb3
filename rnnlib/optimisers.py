"""Turning gradients into better weights: gradient descent, plain, with momentum, and scaled entry by entry.

An optimiser is a frozen set of numbers. ``init(params)`` returns what it has to remember, ``update(params, grads,
memory)`` the new parameters and memory; neither changes what it was given. Parameters are any named tuple of arrays, or
a tuple of those. They are moved as one vector, for one operation on a long array is faster than the same on many short
ones. ``ValueError`` is raised if gradients and parameters differ in structure, in the shape of an array or in dtype,
and for a rate below 0 or a decay that is no share.

``rate`` is a number, or a function of the number of updates made (:mod:`rnnlib.schedules`). ``rates`` gives some
parameters a rate of their own: a tree like the parameters that holds factors of ``rate``, in which one number may stand
for a whole branch. ``Adam(1e-3, rates=(0.1, 1.0))`` trains the first of two groups at 1e-4.
"""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from rnnlib._door import Array, check_kind, check_number
from rnnlib.gradients import check_gradients
from rnnlib.schedules import check_rate, rate_after
from rnnlib.trees import Tree, join, leaves, map_leaves


class Memory(namedtuple("Memory", "updates means")):
    """What an optimiser remembers: how many ``updates`` it made, and running ``means``, each over all parameters."""


@dataclass(frozen=True)
class SGD:
    r"""Stochastic gradient descent, :math:`\theta \leftarrow \theta - \text{rate}\, g`.

    Source: Robbins and Monro, *A stochastic approximation method*, 1951.

    >>> sgd, params = SGD(rate=0.1), (np.array([1.0, -1.0]),)
    >>> sgd.update(params, (np.array([5.0, 0.0]),), sgd.init(params))[0]
    (array([ 0.5, -1. ]),)
    """

    rate: float | Callable[[int], float] = 1e-2
    rates: Any = field(default=None, kw_only=True)

    means: ClassVar[int] = 0
    shares: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check_rate(self.rate)
        for name in self.shares:
            for share in np.ravel(getattr(self, name)).tolist():
                check_number(name, share, "a number from 0 to below 1", lambda share: 0 <= share < 1)

    def init(self, params: Any) -> Memory:
        """Return the memory before the first update."""
        return Memory(0, tuple(np.zeros_like(_vector(params, params)) for _ in range(self.means)))

    def update(self, params: Tree, grads: Tree, memory: Memory) -> tuple[Tree, Memory]:
        """Return the updated parameters and memory."""
        check_kind("memory", memory, Memory, "as init returns it")
        step, *means = self._step(_vector(params, grads), memory.updates + 1, *memory.means)
        sizes: list[int] = [leaf.size for leaf in leaves(params)]
        rate: Any = rate_after(self.rate, memory.updates)
        if self.rates is not None:
            rate = rate * np.repeat(np.array(_factors(self.rates, params), step.dtype), sizes)
        moved = iter(np.split(_vector(params, params) - rate * step, np.cumsum(sizes)))
        memory = Memory(memory.updates + 1, tuple(means))
        return map_leaves(lambda leaf: next(moved).reshape(leaf.shape), params), memory

    def _step(self, g: Array, s: int, *means: Array) -> tuple[Array, ...]:
        """Return the step of update ``s``, which the rate multiplies, and the new means."""
        return (g,)


@dataclass(frozen=True)
class Momentum(SGD):
    r"""Heavy-ball momentum, :math:`v \leftarrow \mu v + g`, then :math:`\theta \leftarrow \theta - \text{rate}\, v`.

    ``momentum`` is :math:`\mu`. A constant gradient moves the weights by :math:`\text{rate}\, g/(1 - \mu)` in the end.
    Source: Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964.

    >>> momentum, params = Momentum(rate=0.1, momentum=0.5), (np.array([1.0]),)
    >>> memory = momentum.init(params)
    >>> for _ in range(2):
    ...     params, memory = momentum.update(params, (np.array([1.0]),), memory)
    >>> params[0].round(6)  # moved by .1 and .15
    array([0.75])
    """

    momentum: float = 0.9

    means: ClassVar[int] = 1
    shares: ClassVar[tuple[str, ...]] = ("momentum",)

    def _step(self, g: Array, s: int, *means: Array) -> tuple[Array, ...]:
        v = self.momentum * means[0] + g
        return v, v


@dataclass(frozen=True)
class RMSprop(SGD):
    r"""RMSprop: each entry moves by its gradient over the root of a running mean of its square.

    .. math:: v \leftarrow \alpha v + (1 - \alpha) g^2, \quad
              \theta \leftarrow \theta - \text{rate}\, \frac{g}{\sqrt{v} + \epsilon}

    ``decay`` is :math:`\alpha`. Source: Tieleman and Hinton, *Lecture 6.5, Coursera: Neural networks for machine
    learning*, 2012.

    >>> rmsprop, params = RMSprop(rate=0.1, decay=0.75), (np.array([1.0]),)
    >>> rmsprop.update(params, (np.array([4.0]),), rmsprop.init(params))[0][0].round(6)  # 4 over the root of 4
    array([0.8])
    """

    rate: float | Callable[[int], float] = 1e-3
    decay: float = 0.99
    eps: float = 1e-8

    means: ClassVar[int] = 1
    shares: ClassVar[tuple[str, ...]] = ("decay",)

    def _step(self, g: Array, s: int, *means: Array) -> tuple[Array, ...]:
        v = self.decay * means[0] + (1 - self.decay) * g * g
        return g / (np.sqrt(v) + self.eps), v


@dataclass(frozen=True)
class Adam(SGD):
    r"""Adam: each entry moves by a running mean of its gradient over the root of a running mean of its square.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
              \theta \leftarrow \theta - \text{rate}\, \frac{m/(1 - \beta_1^s)}{\sqrt{v/(1 - \beta_2^s)} + \epsilon}

    at update :math:`s`. Source: Kingma and Ba, *Adam: a method for stochastic optimization*, 2015, algorithm 1.

    >>> adam = Adam(rate=0.1)
    >>> params = (np.array([1.0, -1.0]),)
    >>> params, memory = adam.update(params, (np.array([5.0, -0.5]),), adam.init(params))
    >>> params[0].round(6)
    array([ 0.9, -0.9])
    """

    rate: float | Callable[[int], float] = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8

    means: ClassVar[int] = 2
    shares: ClassVar[tuple[str, ...]] = ("betas",)

    def _step(self, g: Array, s: int, *means: Array) -> tuple[Array, ...]:
        (beta1, beta2), (m, v) = self.betas, means
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        return m / (np.sqrt(v / (1 - beta2**s)) + self.eps) / (1 - beta1**s), m, v


def _vector(params: Any, tree: Any) -> Array:
    """Copy all arrays of ``tree``, which must be like ``params``, one after the other into one vector."""
    check_gradients("params", params)
    flat = map_leaves(lambda _, leaf: leaf.reshape(-1), params, check_gradients("grads", tree))
    dtypes = {leaf.dtype for leaf in leaves((params, tree))}
    if len(dtypes) != 1:
        raise ValueError(f"expected arrays of one dtype, got {', '.join(sorted(map(str, dtypes))) or 'no arrays'}")
    return join(flat)


def _factors(rates: Any, params: Any) -> list[float]:
    """Return the factor of every array of ``params``; a number in ``rates`` stands for the whole branch."""
    if not isinstance(rates, tuple):
        return [rates for _ in leaves(params)]
    if not isinstance(params, tuple) or len(rates) != len(params):
        raise ValueError(f"rates: expected a tree like the parameters, got {rates}")
    return [factor for branch in zip(rates, params) for factor in _factors(*branch)]
