"""Layers of recurrences that have no loop over time, with a hidden layer across each."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib._door import Array, Rng, check_array, check_offers
from rnnlib.cells.protocol import Cell
from rnnlib.padding import hide
from rnnlib.readouts import LinearReadout
from rnnlib.scan import scan, scan_back
from rnnlib.through_time import Gradients, Tape, bptt, check_run, unroll


class ScannedParams(namedtuple("ScannedParams", "cells across")):
    """Parameters of each layer's recurrence, and of the hidden layer across that follows it, the lowest first."""


class ScannedState(namedtuple("ScannedState", "cells h")):
    """States of each layer's recurrence, and the outputs ``h`` of the top hidden layer, which are no state."""


@dataclass(frozen=True, eq=False)
class ScannedTape:
    """What the way forward remembers: each recurrence's own tape, and what its hidden layer made of its states."""

    cell: "ScannedLayers"
    params: ScannedParams
    tapes: tuple[Tape, ...]
    outputs: tuple[Array, ...]

    @property
    def h(self) -> Array:
        """Outputs of the top layer, ``(T+1, B, n)``; those before the first step are zero."""
        top = self.outputs[-1]
        return np.concatenate([np.zeros_like(top[:1]), top])

    @property
    def states(self) -> ScannedState:
        """The states of all recurrences, and the outputs."""
        return ScannedState(tuple(tape.states for tape in self.tapes), self.h)

    @property
    def state(self) -> ScannedState:
        """The last state of each recurrence, and the last outputs."""
        return ScannedState(tuple(tape.state for tape in self.tapes), self.h[-1])

    def bptt(self, dh: Array, dstate: None = None) -> Gradients:
        """Return the gradients of :func:`rnnlib.bptt`, which calls this; ``delta.h`` is that of the outputs."""
        mask = self.tapes[0].mask
        dh = arriving = check_array("dh", hide(dh, mask), self.outputs[-1].shape, self.outputs[-1].dtype)
        layers: list[Any] = []
        for tape, across, params, u in reversed([*zip(self.tapes, self.cell.across, self.params.across, self.outputs)]):
            dacross, dstates = across.backward(params, tape.h[1:], arriving * (u > 0))
            grads = (scan_back if hasattr(tape.cell, "diagonal") else bptt)(tape, dstates)
            layers.append((grads, dacross))
            arriving = grads.x
        below, across_grads = zip(*reversed(layers))
        delta = ScannedState(tuple(grads.delta for grads in below), np.concatenate([np.zeros_like(dh[:1]), dh]))
        first = ScannedState(tuple(grads.state for grads in below), np.zeros_like(dh[0]) if len(dh) else dh.sum(axis=0))
        return Gradients(ScannedParams(tuple(grads.params for grads in below), across_grads), arriving, first, delta)


@dataclass(frozen=True)
class ScannedLayers:
    r"""Recurrences whose states pass through a hidden layer at every step, and on to the next recurrence:

    .. math:: s^l_t = \operatorname{cell}_l(s^l_{t-1}, u^{l-1}_t), \qquad
              u^l_t = \max(0, V_l s^l_t + b_l), \qquad u^0_t = x_t .

    All that is not linear stands across a layer, none of it between two steps, so that each layer is one
    :func:`rnnlib.scan` over the whole sequence. A cell that has no scan, a GRU say, is unrolled in its place. The last
    :math:`u` is what a readout sees. It goes where a cell goes in :func:`rnnlib.unroll`, :func:`rnnlib.bptt` and
    :class:`rnnlib.models.Model`; what takes one step at a time has no use for it. Raises ``ValueError`` if there are no
    cells, or if one does not take as many inputs as the one below has units. Source: Orvieto et al., *Resurrecting
    recurrent neural networks for long sequences*, 2023, figure 1, without normalisation and skips.

    >>> from rnnlib import LRUCell, MinGRUCell, unroll
    >>> layers = ScannedLayers((LRUCell(inputs=2, units=4), MinGRUCell(inputs=4, units=3)))
    >>> unroll(layers, layers.init(np.random.default_rng(0)), np.ones((5, 1, 2))).h.shape
    (6, 1, 3)
    """

    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.cells, tuple) or not self.cells:
            raise ValueError(f"cells: expected a tuple of at least one cell, got {self.cells!r}")
        for cell in self.cells:
            check_offers("cells", cell, "cells, say MinGRUCell(inputs=2, units=3)", "step", "step_back")
        for below, above in zip(self.cells, self.cells[1:]):
            if above.inputs != below.units:
                raise ValueError(f"cells: expected inputs={below.units} on top of {below}, got {above}")

    inputs = property(lambda self: self.cells[0].inputs)
    """Number of inputs, those of the lowest layer."""
    units = property(lambda self: self.cells[-1].units)
    """Number of units, those of the top layer."""
    across = property(lambda self: tuple(LinearReadout(cell.units, cell.units) for cell in self.cells))
    """What is linear in each hidden layer."""

    def init(self, rng: Rng, dtype: Any = np.float64) -> ScannedParams:
        """Draw the parameters of each recurrence as its cell does, and of each hidden layer as a readout."""
        cells = tuple(cell.init(rng, dtype) for cell in self.cells)
        return ScannedParams(cells, tuple(across.init(rng, dtype) for across in self.across))

    def check(self, params: Any) -> np.dtype[Any]:
        """Raise ``ValueError`` unless ``params`` fit all layers; return their dtype."""
        if not isinstance(params, ScannedParams) or len(params.cells) != len(self.cells):
            raise ValueError(f"params: expected ScannedParams of {len(self.cells)} layers, as init draws them")
        dtypes = {cell.check(layer) for cell, layer in zip(self.cells, params.cells)}
        if len(dtypes) > 1:
            raise ValueError("params: expected layers of one dtype, got float32 and float64")
        return dtypes.pop()

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> ScannedState:
        """Return a state of zeros."""
        cells = tuple(cell.zeros(shape, dtype) for cell in self.cells)
        return ScannedState(cells, np.zeros((*shape, self.units), dtype))

    def unroll(self, params: Any, x: Array, state: Any = None, mask: Array | None = None) -> ScannedTape:
        """Run all layers over ``x (T, B, d)``, one after the other; :func:`rnnlib.unroll` calls this."""
        whole: Any = self
        u, tapes, outputs = check_run(whole, params, x, state, mask), [], []
        firsts = state.cells if state else [None] * len(self.cells)
        for cell, layer, across, weights, first in zip(self.cells, params.cells, self.across, params.across, firsts):
            run: Any = scan if hasattr(cell, "diagonal") else unroll
            tapes.append(run(cell, layer, u, first, mask))
            u = np.maximum(across.forward(weights, tapes[-1].h[1:]), 0)
            outputs.append(u)
        return ScannedTape(self, params, tuple(tapes), tuple(outputs))
