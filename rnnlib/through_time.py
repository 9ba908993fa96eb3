"""The two loops over time, forward and backward, that serve every cell; and forward mode, to measure its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnlib._door import check_array, check_fields, check_mask
from rnnlib.cells.protocol import Cell, State
from rnnlib.trees import leaves, map_leaves

Array = NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class Tape:
    """What the forward pass remembers, for one sequence of states.

    ``states`` is state-typed, each field ``(T+1, B, n)`` with the initial state at index 0; ``x (T, B, d)`` the inputs;
    ``mask (T, B)`` or ``None``; ``saved`` what each step left for its way back; ``w`` the cell's prepared weights.
    """

    cell: Cell
    params: Any
    w: Any
    x: Array
    mask: Array | None
    states: State
    saved: list[Any]

    @property
    def h(self) -> Array:
        """Hidden states ``(T+1, B, n)``; ``h[0]`` is the initial one."""
        return self.states.h

    @property
    def state(self) -> State:
        """The last state, each field ``(B, n)``: a copy, so that carrying it on does not keep the tape alive."""
        return map_leaves(lambda part: part[-1].copy(), self.states)

    def __repr__(self) -> str:
        T, B, _ = self.x.shape
        return f"Tape({self.cell!r}, T={T}, B={B}, dtype={self.x.dtype})"


class Gradients(NamedTuple):
    r"""Gradients of a loss :math:`L`.

    ``params``: of the weights, typed like them; ``x (T, B, d)``: of the inputs; ``state``: of the initial state;
    ``delta``: the adjoints :math:`\partial L/\partial h_t`, state-typed, ``delta.h (T+1, B, n)``.
    """

    params: Any
    x: Array
    state: State
    delta: State


def _steps(states: State) -> list[State]:
    """Split a state of ``(T+1, B, n)`` arrays into ``T+1`` states of views."""
    return list(map(type(states), *states))


def _padded_rows(mask: Array | None, T: int) -> list[Array | None]:
    """For each step the indices of the sequences that are padded there, ``None`` where there are none."""
    if mask is None or mask.all():
        return [None] * T
    return [None if valid.all() else np.flatnonzero(~valid) for valid in mask]


def _keep(rows: Array | slice, kept: State, written: State) -> None:
    """Undo a step for some sequences, those padded there: their rows of ``written`` become those of ``kept``."""
    for old, new in zip(kept, written):
        new[rows] = old[rows]


def _check_state(name: str, cell: Cell, state: State, shape: tuple[int, ...], dtype: Any) -> State:
    kind = cell.zeros((0,), dtype)
    shapes = {field: (*shape, part.shape[-1]) for field, part in kind._asdict().items()}
    return check_fields(name, state, type(kind), shapes, dtype)


def unroll(cell: Cell, params: Any, x: Array, state: State | None = None, mask: Array | None = None) -> Tape:
    r"""Run ``cell`` over the inputs ``x (T, B, d)`` from ``state`` (zeros if not given) and keep what BPTT needs.

    ``mask (T, B)``, boolean, is true where a step is valid. At a padded step the state is kept as it is,
    :math:`h_t = h_{t-1}`, so that the last state of a short sequence is that of its last valid step. Inputs at padded
    steps are ignored, but must be numbers. ``T`` and ``B`` may be zero.

    Raises ``ValueError``, saying what was expected and what came, if a shape does not fit the cell, if dtypes differ or
    are neither float32 nor float64, if ``x``, ``state`` or ``params`` hold NaN, or if the mask is not boolean.

    >>> from rnnlib import PlainCell
    >>> cell = PlainCell(inputs=2, units=3)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 2)))
    >>> tape.h.shape, tape.state.h.shape
    ((6, 4, 3), (4, 3))
    """
    dtype = cell.check(params)
    T, B, _ = check_array("x", x, ("T", "B", cell.inputs), dtype).shape
    check_mask(mask, (T, B))
    if state is not None:
        _check_state("state", cell, state, (B,), dtype)
    return _run(cell, params, x, state, mask)


def _run(cell: Cell, params: Any, x: Array, state: State | None, mask: Array | None) -> Tape:
    T, B, _ = x.shape
    w = cell.prepare(params)
    a = cell.project(w, x)
    states = cell.zeros((T + 1, B), x.dtype)
    steps = _steps(states)
    if state is not None:
        _keep(slice(None), state, steps[0])
    saved = []
    for a_t, rows, before, after in zip(a, _padded_rows(mask, T), steps, steps[1:]):
        saved.append(cell.step(w, a_t, before, after))
        if rows is not None:
            _keep(rows, before, after)
    return Tape(cell, params, w, x, mask, states, saved)


def _local_gradients(tape: Tape, dh: Array) -> Array:
    """Check ``dh (T, B, n)`` and zero it at padded steps, where it is ignored."""
    T, B, _ = tape.x.shape
    if tape.mask is not None and np.shape(dh) == (T, B, tape.cell.units):
        dh = np.where(tape.mask[..., np.newaxis], dh, np.zeros((), np.asarray(dh).dtype))
    return check_array("dh", dh, (T, B, tape.cell.units), tape.x.dtype)


def bptt(tape: Tape, dh: Array, dstate: State | None = None) -> Gradients:
    r"""Backpropagation through time: every gradient of a loss from one pass backward over ``tape``.

    ``dh (T, B, n)`` holds the local gradients :math:`\partial \ell_t/\partial h_t`, for the states ``tape.h[1:]``;
    ``dstate`` a gradient that arrives at the last state from elsewhere. The recursion adds to each local gradient the
    message from the future,

    .. math:: \delta_t = \frac{\partial \ell_t}{\partial h_t} + J_{t+1}^\top \delta_{t+1}, \qquad
              J_t = \frac{\partial h_t}{\partial h_{t-1}},

    and a shared weight adds up its uses, e.g. :math:`\partial L/\partial W = \sum_t \phi'(a_t) \delta_t h_{t-1}^\top`.
    At a padded step ``dh`` is ignored and the message passes unchanged. Raises ``ValueError`` as :func:`unroll` does.
    Source: Werbos, *Backpropagation through time: what it does and how to do it*, 1990.

    >>> from rnnlib import PlainCell
    >>> cell = PlainCell(inputs=2, units=3)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 2)))
    >>> grads = bptt(tape, np.ones((5, 4, 3)))
    >>> grads.params.W.shape, grads.x.shape, grads.state.h.shape, grads.delta.h.shape
    ((3, 3), (5, 4, 2), (4, 3), (6, 4, 3))
    """
    T, B, _ = tape.x.shape
    dh = _local_gradients(tape, dh)
    delta = tape.cell.zeros((T + 1, B), tape.x.dtype)
    deltas, steps = _steps(delta), _steps(tape.states)
    if dstate is not None:
        _keep(slice(None), _check_state("dstate", tape.cell, dstate, (B,), tape.x.dtype), deltas[T])
    g = np.empty((T, B, tape.cell.width), tape.x.dtype)
    padded = _padded_rows(tape.mask, T)
    for t in range(T, 0, -1):
        dafter, dbefore, g_t = deltas[t], deltas[t - 1], g[t - 1]
        np.add(dafter.h, dh[t - 1], out=dafter.h)
        tape.cell.step_back(tape.w, tape.saved[t - 1], steps[t - 1], steps[t], dafter, dbefore, g_t)
        if (rows := padded[t - 1]) is not None:
            g_t[rows] = 0
            _keep(rows, dafter, dbefore)
    dparams, dx = tape.cell.gather(tape, g)
    return Gradients(dparams, dx, map_leaves(lambda part: part[0].copy(), delta), delta)


def jacobian(tape: Tape, t: int) -> Array:
    r"""The step Jacobian :math:`J_t = \partial s_t/\partial s_{t-1}` of the whole state, ``(B, s, s)``, ``t = 1 .. T``.

    ``s`` counts all fields of the state, in their order: ``n`` for a plain cell, where
    :math:`J_t = \operatorname{diag}(\phi'(a_t)) W`. Row ``i`` is the ``i``-th unit vector pushed through the step
    backward. At a padded step it is the identity. Raises ``ValueError`` for a step that is not on the tape.

    >>> from rnnlib import PlainCell, PlainState
    >>> cell = PlainCell(inputs=1, units=1)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 2, 1)))
    >>> jacobian(tape, 5).shape
    (2, 1, 1)
    """
    T, B, _ = tape.x.shape
    if not 1 <= t <= T:
        raise ValueError(f"t: expected a step from 1 to {T}, got {t}")
    before, after = _steps(map_leaves(lambda part: part[t - 1 : t + 1], tape.states))
    unit, row = tape.cell.zeros((B,), tape.x.dtype), tape.cell.zeros((B,), tape.x.dtype)
    g = np.empty((B, tape.cell.width), tape.x.dtype)
    rows = _padded_rows(tape.mask, T)[t - 1]
    J = []
    for column in (part[:, i] for part in unit for i in range(part.shape[1])):
        column[...] = 1
        tape.cell.step_back(tape.w, tape.saved[t - 1], before, after, unit, row, g)
        if rows is not None:
            _keep(rows, unit, row)
        J.append(np.concatenate(row, axis=1))
        column[...] = 0
    return np.stack(J, axis=1)


def forward_mode(tape: Tape, direction: Any) -> Array:
    r"""Forward mode: how every state moves when the parameters move along ``direction``, ``(T+1, B, n)``.

    ``direction`` is typed like the parameters. One pass forward along the tape carries the tangent

    .. math:: \dot h_t = J_t \dot h_{t-1} + \frac{\partial h_t}{\partial \theta} \dot\theta, \qquad \dot h_0 = 0,

    so that :math:`\sum_t (\partial\ell_t/\partial h_t)^\top \dot h_t` is the loss's derivative along ``direction``.
    Raises ``ValueError`` if ``direction`` does not fit the cell or differs in dtype.
    Source: Williams and Zipser, *A learning algorithm for continually running fully recurrent networks*, 1989.

    >>> from rnnlib import PlainCell
    >>> cell = PlainCell(inputs=2, units=3)
    >>> params = cell.init(np.random.default_rng(0))
    >>> forward_mode(unroll(cell, params, np.ones((5, 4, 2))), params).shape
    (6, 4, 3)
    """
    cell, T, B = tape.cell, tape.x.shape[0], tape.x.shape[1]
    if (dtype := cell.check(direction)) != tape.x.dtype:
        raise ValueError(f"direction: expected dtype {tape.x.dtype}, got {dtype}")
    dw = cell.prepare(direction)
    da = cell.project(dw, tape.x)
    tangent = cell.zeros((T + 1, B), tape.x.dtype)
    tangents, steps = _steps(tangent), _steps(tape.states)
    for t, rows in enumerate(_padded_rows(tape.mask, T), start=1):
        saved = tape.saved[t - 1]
        cell.tangent(tape.w, dw, da[t - 1], saved, steps[t - 1], steps[t], tangents[t - 1], tangents[t])
        if rows is not None:
            _keep(rows, tangents[t - 1], tangents[t])
    return tangent.h


def forward_gradient(tape: Tape, dh: Array) -> Any:
    r"""The gradient of the weights by forward mode: one whole pass for every single parameter.

    ``dh (T, B, n)`` as in :func:`bptt`, whose ``grads.params`` this equals. It is here to have its price measured: that
    is of the order of ``n (n + d + 1)``, the number of parameters, times the price of one backward pass. Raises
    ``ValueError`` as :func:`bptt` does.

    >>> from rnnlib import PlainCell
    >>> cell = PlainCell(inputs=1, units=2)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 1)))
    >>> dh = np.ones((5, 4, 2))
    >>> np.allclose(forward_gradient(tape, dh).W, bptt(tape, dh).params.W)
    True
    """
    dh = _local_gradients(tape, dh)
    direction = map_leaves(np.zeros_like, tape.params)
    grads = map_leaves(np.zeros_like, tape.params)
    for moved, grad in zip(leaves(direction), leaves(grads)):
        for i in np.ndindex(moved.shape):
            moved[i] = 1
            grad[i] = np.vdot(dh, forward_mode(tape, direction)[1:])
            moved[i] = 0
    return grads
