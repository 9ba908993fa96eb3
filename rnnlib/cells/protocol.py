"""What a cell must offer to be unrolled and differentiated through time."""

from typing import Any, Protocol

import numpy as np

from rnnlib._door import Array, Rng

State = Any
"""A named tuple of arrays ``(B, n)`` with a part ``h``: ``(h,)``, or ``(h, c)`` for an LSTM; a tuple of those nests."""


class Cell(Protocol):
    r"""One step in time, both ways. A cell never loops over time; the loops never know which cell they drive.

    Every array a step writes is allocated by the loop, or once by ``project``, so that no step need allocate:

    ====================================================== =============================================================
    ``init(rng, dtype)``                                   parameters, a named tuple of arrays named as in the equations
    ``check(params)``                                      ``ValueError`` unless the parameters fit; returns their dtype
    ``zeros(shape, dtype)``                                a state-typed tuple of zeros, ``(*shape, n)`` a field
    ``prepare(params)``                                    ``w``, the weights as the loop wants them; once a sequence
    ``project(w, x)``                                      ``a (T, B, ..)``, all that inputs contribute, in one product
    ``step(w, a, before, after)``                          writes the state ``after``; if ``keeps``, leaves in ``a``
                                                           what ``step_back`` needs besides the two states
    ``linearise(a, states)``                               when all steps are taken: makes of what they left in ``a``
                                                           what ``step_back`` wants, for all steps at once
    ``step_back(w, a, before, after, dafter, dbefore, g)`` from :math:`\partial L/\partial` ``after`` writes that of
                                                           ``before``, and the gradients of what it computed with,
                                                           ``g (B, width)``
    ``gather(tape, g)``                                    weight gradients from ``g (T, B, width)``, a product each
    ``back_project(w, g)``                                 the transpose of ``project``: input gradients from
                                                           ``g (.., width)``
    ====================================================== =============================================================

    The step's signature differs from a textbook's ``step(w, a, state) -> state`` for speed alone.
    """

    @property
    def inputs(self) -> int:
        """Number of inputs, ``d``."""

    @property
    def units(self) -> int:
        """Number of hidden units, ``n``."""

    @property
    def width(self) -> int:
        """Columns of a step's ``g``: ``n`` for a plain cell, ``4 n`` for an LSTM."""

    @property
    def keeps(self) -> bool:
        """Whether a step leaves in its projection ``a`` what the way back needs, so that the tape must keep it."""

    def init(self, rng: Rng, dtype: Any = np.float64) -> Any:
        """Draw parameters."""

    def check(self, params: Any) -> np.dtype[Any]:
        """Raise ``ValueError`` unless ``params`` fit this cell; return their dtype."""

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> State:
        """Return a state of zeros, each field ``(*shape, n)``."""

    def prepare(self, params: Any) -> Any:
        """Lay out the weights for the loop."""

    def project(self, w: Any, x: Array) -> Any:
        """Project the inputs ``x (T, B, d)`` of all steps."""

    def step(self, w: Any, a: Any, before: State, after: State) -> None:
        """Take one step forward."""

    def linearise(self, a: Any, states: State) -> None:
        """Turn what all steps saved into what the way back wants, in place."""

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        """Take the same step backward."""

    def gather(self, tape: Any, g: Array) -> Any:
        """Sum the weight gradients over all steps."""

    def back_project(self, w: Any, g: Array) -> Array:
        """Return the inputs' gradients."""
