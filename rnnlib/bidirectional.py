"""Two cells that read the same sequence, one from its beginning and one from its end."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib._door import Array, Rng, check_array
from rnnlib.cells.protocol import Cell
from rnnlib.padding import hide
from rnnlib.through_time import Gradients, Tape, bptt, check_cell, check_run, unroll
from rnnlib.trees import map_leaves


class BidirectionalParams(namedtuple("BidirectionalParams", "forward backward")):
    """Parameters of the cell that reads ``forward`` and of the one that reads ``backward``."""


class BidirectionalState(namedtuple("BidirectionalState", "forward backward")):
    """State of the cell that reads ``forward`` and of the one that reads ``backward``."""

    @property
    def h(self) -> Array:
        """Hidden states side by side."""
        return np.concatenate([self.forward.h, self.backward.h], axis=-1)


def _in_time(states: Array) -> Array:
    """Put states ``(T+1, ..)`` of reversed time beside the inputs they have read last; the initial one stays first."""
    return np.concatenate([states[:1], states[:0:-1]])


@dataclass(frozen=True, eq=False)
class BidirectionalTape:
    """What both passes remember: the tape of the one ``forward``, and that of the one ``backward``, in its own time."""

    cell: "Bidirectional"
    forward: Tape
    backward: Tape

    @property
    def states(self) -> BidirectionalState:
        """The states in the time of the inputs, ``(T+1, B, ..)``: at ``t`` both cells have just read ``x_t``."""
        return BidirectionalState(self.forward.states, map_leaves(_in_time, self.backward.states))

    @property
    def h(self) -> Array:
        """Hidden states ``(T+1, B, n)``, side by side; ``h[0]`` are the initial ones."""
        return self.states.h

    @property
    def state(self) -> BidirectionalState:
        """The last state of each: after the last input, and after the first."""
        return BidirectionalState(self.forward.state, self.backward.state)

    def bptt(self, dh: Array, dstate: BidirectionalState | None = None) -> Gradients:
        """Return the gradients of :func:`rnnlib.bptt`, which calls this; ``delta`` is in the time of the inputs."""
        T, B, _ = self.forward.x.shape
        dh = check_array("dh", hide(dh, self.forward.mask), (T, B, self.cell.units), self.forward.x.dtype)
        split, (d_last, d_first) = self.cell.forward.units, dstate or (None, None)
        there = bptt(self.forward, dh[..., :split], d_last)
        back = bptt(self.backward, dh[::-1, :, split:], d_first)
        return Gradients(
            BidirectionalParams(there.params, back.params),
            there.x + back.x[::-1],
            BidirectionalState(there.state, back.state),
            BidirectionalState(there.delta, map_leaves(_in_time, back.delta)),
        )


@dataclass(frozen=True)
class Bidirectional:
    r"""Two cells over the same inputs, so that a step knows the future too:

    .. math:: h_t = (\overrightarrow h_t, \overleftarrow h_t), \qquad
              \overrightarrow h_t = \operatorname{forward}(\overrightarrow h_{t-1}, x_t), \qquad
              \overleftarrow h_t = \operatorname{backward}(\overleftarrow h_{t+1}, x_t).

    It goes where a cell goes in :func:`rnnlib.unroll`, :func:`rnnlib.bptt` and :class:`rnnlib.models.Model`; what takes
    one step at a time, or cuts a sequence, has no use for it. A padded sequence is read backward from its last valid
    step. For layers, give one's ``h[1:]`` to the next as inputs, and the next one's ``grads.x`` back as ``dh``. Raises
    ``ValueError`` if the cells differ in their number of inputs. Source: Schuster and Paliwal, *Bidirectional recurrent
    neural networks*, 1997.

    >>> from rnnlib import LSTMCell, unroll
    >>> both = Bidirectional(LSTMCell(inputs=2, units=3), LSTMCell(inputs=2, units=3))
    >>> unroll(both, both.init(np.random.default_rng(0)), np.ones((5, 4, 2))).h.shape
    (6, 4, 6)
    """

    forward: Cell
    backward: Cell

    def __post_init__(self) -> None:
        if check_cell(self.forward).inputs != check_cell(self.backward).inputs:
            raise ValueError(f"backward: expected inputs={self.forward.inputs}, got {self.backward}")

    inputs = property(lambda self: self.forward.inputs)
    """Number of inputs, ``d``."""
    units = property(lambda self: self.forward.units + self.backward.units)
    """Number of hidden units of both together, ``n``."""

    def init(self, rng: Rng, dtype: Any = np.float64) -> BidirectionalParams:
        """Draw the parameters of each as its cell does."""
        return BidirectionalParams(self.forward.init(rng, dtype), self.backward.init(rng, dtype))

    def check(self, params: Any) -> np.dtype[Any]:
        """Raise ``ValueError`` unless ``params`` fit both cells; return their dtype."""
        if not isinstance(params, BidirectionalParams):
            raise ValueError(f"params: expected BidirectionalParams, got {type(params).__name__}")
        self.backward.check(params.backward)
        return self.forward.check(params.forward)

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> BidirectionalState:
        """Return a state of zeros."""
        return BidirectionalState(self.forward.zeros(shape, dtype), self.backward.zeros(shape, dtype))

    def training(self, rng: Rng) -> "Bidirectional":
        """Return the pair of cells as they are in training, which may drop units."""
        cells = (getattr(cell, "training", lambda rng, cell=cell: cell)(rng) for cell in (self.forward, self.backward))
        return Bidirectional(*cells)

    def unroll(self, params: Any, x: Array, state: Any = None, mask: Array | None = None) -> BidirectionalTape:
        """Run both cells over ``x (T, B, d)``; :func:`rnnlib.unroll` calls this."""
        whole: Any = self
        x = check_run(whole, params, x, state, mask)
        first, last = state or (None, None)
        there = unroll(self.forward, params.forward, x, first, mask)
        # Reversed, padding comes first, and the state stays what it is until the last valid step.
        back = unroll(self.backward, params.backward, x[::-1], last, None if mask is None else mask[::-1])
        return BidirectionalTape(self, there, back)
