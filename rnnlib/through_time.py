"""The two loops over time, forward and backward, that serve every cell."""

from collections import namedtuple
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnnlib._door import Array, check_array, check_kind, check_mask, check_offers, check_size
from rnnlib.cells.protocol import Cell, State
from rnnlib.padding import hide
from rnnlib.trees import at, leaves, map_leaves, steps_of


@dataclass(frozen=True, eq=False, repr=False)
class Tape:
    """What the forward pass remembers, for one sequence of states.

    ``states`` is state-typed, each field ``(T+1, B, n)`` with the initial state at index 0; ``x (T, B, d)`` the inputs;
    ``mask (T, B)`` or ``None``; ``w`` the cell's prepared weights; ``saved`` what the steps left for their way back,
    arrays ``(T, B, ..)``, or ``None`` if the states are enough.
    """

    cell: Cell
    params: Any
    w: Any
    x: Array
    mask: Array | None
    states: State
    saved: Any

    @property
    def h(self) -> Array:
        """Hidden states ``(T+1, B, n)``; ``h[0]`` is the initial one."""
        return self.states.h

    @property
    def state(self) -> State:
        """The last state, each field ``(B, n)``: a copy, so that carrying it on does not keep the tape alive."""
        return map_leaves(np.copy, at(self.states, -1))

    def span(self, start: int, stop: int) -> "Tape":
        """Return the tape of the steps ``start + 1 .. stop`` alone, as views: ``tape.span(0, T)`` is the whole."""
        check_size("start", start, 0, len(self.x), f"a step from 0 to {len(self.x)}")
        check_size("stop", stop, start, len(self.x), f"a step from {start} to {len(self.x)}")
        cut, states = slice(start, stop), at(self.states, slice(start, stop + 1))
        return replace(self, x=self.x[cut], mask=at(self.mask, cut), states=states, saved=at(self.saved, cut))

    def __repr__(self) -> str:
        T, B, _ = self.x.shape
        return f"Tape({self.cell!r}, T={T}, B={B}, dtype={self.x.dtype})"


class Gradients(namedtuple("Gradients", "params x state delta")):
    r"""Gradients of a loss :math:`L`.

    ``params``: of the weights, typed like them; ``x (T, B, d)``: of the inputs; ``state``: of the initial state;
    ``delta``: the adjoints :math:`\partial L/\partial h_t`, state-typed, ``delta.h (T+1, B, n)``.
    """


def padded_rows(mask: Array | None, T: int) -> list[Array | None]:
    """For each step the indices of the sequences that are padded there, ``None`` where there are none."""
    return [None if mask is None or mask[t].all() else np.flatnonzero(~mask[t]) for t in range(T)]


def keep(rows: Array | slice, kept: State, written: State) -> None:
    """Undo a step for some sequences, those padded there: their rows of ``written`` become those of ``kept``."""
    for old, new in zip(leaves(kept), leaves(written)):
        new[rows] = old[rows]


def check_like(name: str, given: Any, expected: Any) -> Any:
    """Return the tree ``given`` if its types, shapes and dtypes are those of ``expected``; ``ValueError`` if not."""
    if isinstance(expected, np.ndarray):
        return check_array(name, given, expected.shape, expected.dtype)
    if not isinstance(given, type(expected)) or len(given) != len(expected):
        raise ValueError(f"{name}: expected {type(expected).__name__}, got {type(given).__name__}")
    fields = getattr(expected, "_fields", range(len(expected)))
    for field, part, like in zip(fields, given, expected):
        check_like(f"{name}.{field}", part, like)
    return given


def unroll(cell: Cell, params: Any, x: Array, state: State | None = None, mask: Array | None = None) -> Tape:
    r"""Run ``cell`` over the inputs ``x (T, B, d)`` from ``state`` (zeros if not given) and keep what BPTT needs.

    ``mask (T, B)``, boolean, is true where a step is valid. At a padded step the state is kept as it is,
    :math:`h_t = h_{t-1}`, so that the last state of a short sequence is that of its last valid step. What the inputs
    are at padded steps does not matter, be it infinity or NaN: the tape has zeros there. ``T`` and ``B`` may be zero.

    The tape refers to ``params`` and ``x``, it does not copy them. Do not change them in place before :func:`bptt`: its
    gradient would be that of no loss at all. (The optimisers here return new arrays.) ``cell`` may also be a
    :class:`rnnlib.bidirectional.Bidirectional`, whose tape has as much to offer, but for what goes step by step.

    Raises ``ValueError``, saying what was expected and what came, if a shape does not fit the cell, if dtypes differ or
    are neither float32 nor float64, if ``x``, ``state`` or ``params`` hold NaN, or if the mask is not boolean.

    >>> from rnnlib import PlainCell
    >>> cell = PlainCell(inputs=2, units=3)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 2)))
    >>> tape.h.shape, tape.state.h.shape
    ((6, 4, 3), (4, 3))
    """
    if hasattr(cell, "unroll") and not isinstance(cell, type):
        return cell.unroll(params, x, state, mask)
    x = check_run(cell, params, x, state, mask)
    T, B, _ = x.shape
    w = cell.prepare(params)
    a = cell.project(w, x)
    states = cell.zeros((T + 1, B), x.dtype)
    steps = steps_of(states)
    if state is not None:
        keep(slice(None), state, steps[0])
    # The exponential in a gate may overflow and the gate be right: asked once, for asking takes as long as computing.
    with np.errstate(over="ignore"):
        for a_t, rows, before, after in zip(steps_of(a), padded_rows(mask, T), steps, steps[1:]):
            cell.step(w, a_t, before, after)
            if rows is not None:
                keep(rows, before, after)
    cell.linearise(a, states)
    return Tape(cell, params, w, x, mask, states, a if cell.keeps else None)


def check_cell(cell: Any) -> Any:
    """Return ``cell`` if it is one; ``ValueError`` if it is a class, or anything else."""
    return check_offers("cell", cell, "a cell that takes steps, say PlainCell(inputs=2, units=3)", "step", "step_back")


def check_run(cell: Cell, params: Any, x: Array, state: State | None, mask: Array | None) -> Array:
    """Raise ``ValueError`` unless :func:`unroll` can run on these; return ``x`` with zeros where it is padded."""
    dtype = check_offers("cell", cell, "a cell, say PlainCell(inputs=2, units=3)", "check", "zeros").check(params)
    x = check_array("x", hide(x, mask), ("T", "B", cell.inputs), dtype)
    check_mask(mask, x.shape[:2])
    if state is not None:
        check_like("state", state, cell.zeros(x.shape[1:2], dtype))
    return x


def check_tape(tape: Any) -> "Tape":
    """Return ``tape`` if it is one; ``ValueError`` if not."""
    return check_kind("tape", tape, Tape, "as unroll returns it")


def local_gradients(tape: Tape, dh: Array) -> Array:
    """Check ``dh (T, B, n)`` and zero it at padded steps, where it is ignored."""
    T, B, _ = check_tape(tape).x.shape
    return check_array("dh", hide(dh, tape.mask), (T, B, tape.cell.units), tape.x.dtype)


def bptt(tape: Tape, dh: Array, dstate: State | None = None) -> Gradients:
    r"""Backpropagation through time: every gradient of a loss from one pass backward over ``tape``.

    ``dh (T, B, n)`` holds the local gradients :math:`\partial \ell_t/\partial h_t`, for the states ``tape.h[1:]``;
    ``dstate`` a gradient that arrives at the last state from elsewhere. The recursion adds to each local gradient the
    message from the future,

    .. math:: \delta_t = \frac{\partial \ell_t}{\partial h_t} + J_{t+1}^\top \delta_{t+1}, \qquad
              J_t = \frac{\partial h_t}{\partial h_{t-1}},

    and a shared weight adds up its uses, e.g. :math:`\partial L/\partial W = \sum_t \phi'(a_t) \delta_t h_{t-1}^\top`.
    At a padded step ``dh`` is ignored and the message passes unchanged. What ``tape`` was made of must still be what it
    was. Raises ``ValueError`` as :func:`unroll` does.
    Source: Werbos, *Backpropagation through time: what it does and how to do it*, 1990.

    >>> from rnnlib import PlainCell
    >>> cell = PlainCell(inputs=2, units=3)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 2)))
    >>> grads = bptt(tape, np.ones((5, 4, 3)))
    >>> grads.params.W.shape, grads.x.shape, grads.state.h.shape, grads.delta.h.shape
    ((3, 3), (5, 4, 2), (4, 3), (6, 4, 3))
    """
    if hasattr(tape, "bptt"):
        return tape.bptt(dh, dstate)
    dh = local_gradients(tape, dh)
    T, B, _ = tape.x.shape
    delta = tape.cell.zeros((T + 1, B), tape.x.dtype)
    deltas, steps, saved = steps_of(delta), steps_of(tape.states), steps_of(tape.saved) or [None] * T
    if dstate is not None:
        keep(slice(None), check_like("dstate", dstate, tape.cell.zeros((B,), tape.x.dtype)), deltas[T])
    g = np.empty((T, B, tape.cell.width), tape.x.dtype)
    padded = padded_rows(tape.mask, T)
    for t in range(T, 0, -1):
        dafter, dbefore, g_t = deltas[t], deltas[t - 1], g[t - 1]
        np.add(dafter.h, dh[t - 1], out=dafter.h)
        tape.cell.step_back(tape.w, saved[t - 1], steps[t - 1], steps[t], dafter, dbefore, g_t)
        if (rows := padded[t - 1]) is not None:
            g_t[rows] = 0
            keep(rows, dafter, dbefore)
    initial = map_leaves(np.copy, at(delta, 0))
    return Gradients(tape.cell.gather(tape, g), tape.cell.back_project(tape.w, g), initial, delta)
