"""Layers of cells, one on the other, with dropout between them (Zaremba, Sutskever and Vinyals, 2014)."""

from collections import namedtuple
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any, ClassVar

import numpy as np

from rnnlib._door import check_drawing, check_number, check_offers
from rnnlib.cells.protocol import Array, Cell, Rng
from rnnlib.trees import at, map_leaves


class StackParams(namedtuple("StackParams", "layers")):
    """Parameters of a stack: a tuple of those of each layer, the lowest first."""


class StackState(namedtuple("StackState", "layers")):
    """State of a stack: a tuple of that of each layer, the lowest first."""

    @property
    def h(self) -> Array:
        """Hidden state of the top layer."""
        return self.layers[-1].h


class StackProjection(namedtuple("StackProjection", "a mask")):
    """For each layer its projection ``a``, and the ``mask (T, B, d)`` that its inputs are multiplied by.

    A step fills in the ``a`` of all layers but the lowest. What is not needed, the ``a`` of a layer that keeps nothing
    and the mask where nothing is dropped, is zero columns wide.
    """


def _dropped(h: Array, mask: Array) -> Array:
    return h * mask if mask.shape[-1] else h


@dataclass(frozen=True)
class Stack:
    r"""A cell made of layers: the state of each is the input of the next, at the same step.

    .. math:: h^1_t = \operatorname{cell}_1(h^1_{t-1}, x_t), \qquad
              h^l_t = \operatorname{cell}_l(h^l_{t-1}, m^l_t \odot h^{l-1}_t).

    The layers may differ in kind and in size. The mask :math:`m^l_t` is there in :meth:`training` only: an entry is 0
    with probability ``dropout`` and :math:`1/(1 - \text{dropout})` otherwise, drawn anew for each step, sequence and
    unit. It acts between layers alone, never from step to step, or what is to be remembered would be erased bit by bit;
    the inputs and the top layer's output are not dropped either. Raises ``ValueError`` if there are no cells, if one
    does not take as many inputs as the one below has units, or if ``dropout`` is not in :math:`[0, 1)`.
    Source: Zaremba, Sutskever and Vinyals, *Recurrent neural network regularization*, 2014, sec. 3.2.

    >>> from rnnlib import PlainCell, unroll
    >>> stack = Stack((PlainCell(inputs=2, units=4), PlainCell(inputs=4, units=3)), dropout=0.5)
    >>> params = stack.init(np.random.default_rng(0))
    >>> tape = unroll(stack.training(np.random.default_rng(1)), params, np.ones((5, 1, 2)))
    >>> tape.h.shape, tape.states.layers[0].h.shape
    ((6, 1, 3), (6, 1, 4))
    """

    cells: tuple[Cell, ...]
    dropout: float = 0.0
    rng: "Rng | None" = field(default=None, repr=False, compare=False)

    keeps: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.cells, tuple) or not self.cells:
            raise ValueError(f"cells: expected a tuple of at least one cell, got {self.cells!r}")
        for cell in self.cells:
            check_offers("cells", cell, "cells, say PlainCell(inputs=2, units=3)", "step", "step_back")
        for below, above in zip(self.cells, self.cells[1:]):
            if above.inputs != below.units:
                raise ValueError(f"cells: expected inputs={below.units} on top of {below}, got {above}")
        check_number("dropout", self.dropout, "a probability in [0, 1)", lambda dropout: 0 <= dropout < 1)

    def training(self, rng: Rng) -> "Stack":
        """Return the stack that draws masks from ``rng``, new ones whenever it projects inputs.

        They stay on the tape, so that the way back is exact.
        """
        check_drawing(rng)
        return replace(self, rng=rng)

    inputs = property(lambda self: self.cells[0].inputs)
    """Number of inputs, those of the lowest layer."""
    units = property(lambda self: self.cells[-1].units)
    """Number of units, those of the top layer."""
    width = property(lambda self: sum(cell.width for cell in self.cells))
    """Columns of ``g``: those of all layers, side by side."""

    def init(self, rng: Rng, dtype: Any = np.float64) -> StackParams:
        """Draw the parameters of each layer as its cell does."""
        return StackParams(tuple(cell.init(rng, dtype) for cell in self.cells))

    def check(self, params: Any) -> np.dtype[Any]:
        """Raise ``ValueError`` unless ``params`` fit the layers; return their dtype."""
        given = len(params.layers) if isinstance(params, StackParams) else type(params).__name__
        if given != len(self.cells):
            raise ValueError(f"params: expected StackParams of {len(self.cells)} layers, got {given}")
        dtypes = {cell.check(layer) for cell, layer in zip(self.cells, params.layers)}
        if len(dtypes) > 1:
            raise ValueError("params: expected layers of one dtype, got float32 and float64")
        return dtypes.pop()

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> StackState:
        """Return a state of zeros."""
        return StackState(tuple(cell.zeros(shape, dtype) for cell in self.cells))

    def prepare(self, params: StackParams) -> tuple[Any, ...]:
        """Prepare the weights of each layer."""
        return tuple(cell.prepare(layer) for cell, layer in zip(self.cells, params.layers))

    def project(self, w: Any, x: Array) -> StackProjection:
        """Project the inputs of the lowest layer, make room for the projections of the others, and draw the masks."""
        T, B, _ = x.shape
        nothing = np.empty((T, B, 0), x.dtype)
        a, masks = [self.cells[0].project(w[0], x)], [nothing]
        for cell, w_l in zip(self.cells[1:], w[1:]):
            one = cell.project(w_l, np.zeros((1, B, cell.inputs), x.dtype)) if cell.keeps else nothing
            a.append(map_leaves(lambda part: np.empty((T, *part.shape[1:]), part.dtype), one))
            masks.append(self._draw(self.rng, (T, B, cell.inputs), x.dtype) if self.rng and self.dropout else nothing)
        return StackProjection(tuple(a), tuple(masks))

    def _draw(self, rng: Rng, shape: tuple[int, ...], dtype: Any) -> Array:
        return ((rng.random(shape) >= self.dropout) / (1 - self.dropout)).astype(dtype)

    def _columns(self, g: Array) -> list[Array]:
        ends = accumulate(cell.width for cell in self.cells)
        return [g[..., end - cell.width : end] for cell, end in zip(self.cells, ends)]

    def step(self, w: Any, a: Any, before: StackState, after: StackState) -> None:
        """Take the step layer by layer, from the lowest up."""
        a_l = a.a[0]
        for l, cell in enumerate(self.cells):
            if l:
                x = _dropped(after.layers[l - 1].h, a.mask[l])
                a_l = at(cell.project(w[l], x[np.newaxis]), 0)
            cell.step(w[l], a_l, before.layers[l], after.layers[l])
            if l and cell.keeps:
                map_leaves(np.copyto, a.a[l], a_l)

    def linearise(self, a: Any, states: Any) -> None:
        """Hand each layer its own."""
        for cell, a_l, states_l in zip(self.cells, a.a, states.layers):
            cell.linearise(a_l, states_l)

    def step_back(self, w: Any, a: Any, before: Any, after: Any, dafter: Any, dbefore: Any, g: Array) -> None:
        """Take the step back layer by layer, from the top down; each hands the gradient of its input to the next."""
        columns, arriving = self._columns(g), dafter.layers[-1]
        for l in range(len(self.cells) - 1, -1, -1):
            cell, states = self.cells[l], (before.layers[l], after.layers[l])
            cell.step_back(w[l], a.a[l], *states, arriving, dbefore.layers[l], columns[l])
            if l:
                # Into a copy: the delta of a state is a partial derivative, those of the layers above held.
                arriving = map_leaves(np.copy, dafter.layers[l - 1])
                arriving.h[...] += _dropped(cell.back_project(w[l], columns[l]), a.mask[l])

    def gather(self, tape: Any, g: Array) -> StackParams:
        """Sum the weight gradients of each layer over its own part of the tape."""
        grads, x = [], tape.x
        parts = zip(self.cells, tape.params.layers, tape.w, tape.states.layers, *tape.saved, self._columns(g))
        for cell, params, w, states, a, mask, g_l in parts:
            own = replace(tape, cell=cell, params=params, w=w, x=_dropped(x, mask), states=states, saved=a)
            grads.append(cell.gather(own, g_l))
            x = states.h[1:]
        return StackParams(tuple(grads))

    def back_project(self, w: Any, g: Array) -> Array:
        """Return the inputs' gradients, those of the lowest layer."""
        return self.cells[0].back_project(w[0], self._columns(g)[0])
