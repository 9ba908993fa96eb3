"""All steps of a diagonal linear recurrence at once, by an associative scan."""

from typing import Any, Protocol

import numpy as np

from rnnlib.cells.protocol import Array, Cell, State
from rnnlib.through_time import Gradients, Tape, check_cell, check_like, check_run, check_tape, local_gradients


class DiagonalCell(Cell, Protocol):
    r"""A cell whose step is :math:`h_t = f_t \odot h_{t-1} + v_t`, with :math:`f_t` and :math:`v_t` of the input alone.

    Its state has no part but ``h``, and ``step`` and ``step_back`` work entry by entry, on ``(T, B, ..)`` as well.
    """

    def diagonal(self, w: Any, a: Any) -> Array:
        """Return ``f (T, B, n)`` from what the steps left in ``a``; an axis along which it is constant may be 1.

        If it is complex, ``(T, B, n/2)``, the state's columns are real and imaginary parts in turn.
        """


def accumulate(f: Array, h: Array) -> None:
    r"""Turn :math:`v_t` into :math:`h_t = f_t h_{t-1} + v_t`, in place, in :math:`O(\log T)` vectorised sweeps.

    ``h (T+1, ..)`` holds the initial state, then :math:`v_1, .., v_T`; ``f (T, ..)`` the factors, broadcast along other
    axes. Two steps in a row are one of the same kind,

    .. math:: f_2 (f_1 h + v_1) + v_2 = (f_2 f_1) h + (f_2 v_1 + v_2), \qquad\text{so}\qquad
              (f_1, v_1) * (f_2, v_2) = (f_1 f_2,\; f_2 v_1 + v_2),

    which is associative, as composing functions is. Joining neighbours leaves a recurrence of half the length; once it
    is solved, so is every other step, and one sweep fills in those between. That is :math:`T + T/2 + T/4 + \dots < 2T`
    joins in all. Nothing is divided by, so :math:`f_t = 0` is a factor like any other, unlike in
    :math:`h_t = \prod_{k \le t} f_k \sum_k v_k / \prod_{j \le k} f_j`. Source: Blelloch, *Prefix sums and their
    applications*, 1990, sections 1.2 and 1.4.

    >>> h = np.array([8.0, 1.0, 1.0, 1.0])
    >>> accumulate(np.array([0.5, 0.5, 0.0]), h)
    >>> h
    array([8. , 5. , 3.5, 1. ])
    """
    if len(h) < 2:
        return
    odd, between = h[1::2], h[2::2]
    odd += f[::2] * h[:-1:2]
    accumulate(f[1::2][: len(odd) - 1] * f[2::2], odd)
    between += f[1::2] * odd[: len(between)]


def scan(cell: DiagonalCell, params: Any, x: Array, state: State | None = None, mask: Array | None = None) -> Tape:
    r"""The tape of :func:`rnnlib.unroll`, for a cell that is linear in its state with a diagonal Jacobian, by a scan.

    Arguments and result are those of ``unroll``, equal to rounding. :math:`v_t` is the step taken from a state of
    zeros, at all steps in one call; a padded step has :math:`f_t = 1, v_t = 0`. Raises ``ValueError`` as ``unroll``
    does, and for a cell that offers no ``diagonal``. Where a step's calls cost more than its arithmetic, for
    ``B n`` below about a thousand, it beats the loop, the more the longer the sequence; beyond some thousands, in one
    thread, its extra sweeps cost what the calls save.

    >>> from rnnlib import MinGRUCell, unroll
    >>> cell, x = MinGRUCell(inputs=2, units=3), np.ones((5, 4, 2))
    >>> params = cell.init(np.random.default_rng(0))
    >>> np.allclose(scan(cell, params, x).h, unroll(cell, params, x).h)
    True
    """
    _check_diagonal(cell)
    x = check_run(cell, params, x, state, mask)
    T, B, _ = x.shape
    w = cell.prepare(params)
    a = cell.project(w, x)
    states = cell.zeros((T + 1, B), x.dtype)
    with np.errstate(over="ignore"):
        cell.step(w, a, cell.zeros((1, 1), x.dtype), states._replace(h=states.h[1:]))
    if mask is not None:
        states.h[1:][~mask] = 0
    if state is not None:
        states.h[0] = state.h
    tape = Tape(cell, params, w, x, mask, states, a if cell.keeps else None)
    f = _factors(tape)
    accumulate(f, states.h.view(f.dtype))
    cell.linearise(a, states)
    return tape


def scan_back(tape: Tape, dh: Array, dstate: State | None = None) -> Gradients:
    r"""The gradients of :func:`rnnlib.bptt`, by the same scan in reverse.

    The adjoint recursion, :math:`\delta_t = \partial \ell_t/\partial h_t + \bar f_{t+1} \odot \delta_{t+1}`, is of the
    same kind, so ``accumulate`` runs it from the end; then all local gradients are computed in one call.
    Arguments, result and errors are those of ``bptt``, and ``ValueError`` for a tape of a cell without ``diagonal``.

    >>> from rnnlib import MinGRUCell, bptt
    >>> cell = MinGRUCell(inputs=2, units=3)
    >>> tape = scan(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 2)))
    >>> np.allclose(scan_back(tape, np.ones((5, 4, 3))).x, bptt(tape, np.ones((5, 4, 3))).x)
    True
    """
    cell, states, (T, B, _) = check_tape(tape).cell, tape.states, tape.x.shape
    _check_diagonal(cell)
    delta = cell.zeros((T + 1, B), tape.x.dtype)
    delta.h[1:] = local_gradients(tape, dh)
    if dstate is not None:
        delta.h[T] += check_like("dstate", dstate, cell.zeros((B,), tape.x.dtype)).h
    f = _factors(tape)
    accumulate(f.conj()[::-1], delta.h.view(f.dtype)[::-1])
    g = np.empty((T, B, cell.width), tape.x.dtype)
    before, after = states._replace(h=states.h[:-1]), states._replace(h=states.h[1:])
    message = cell.zeros((T, B), tape.x.dtype)
    cell.step_back(tape.w, tape.saved, before, after, delta._replace(h=delta.h[1:]), message, g)
    if tape.mask is not None:
        g[~tape.mask] = 0
    initial = delta._replace(h=delta.h[0].copy())
    return Gradients(cell.gather(tape, g), cell.back_project(tape.w, g), initial, delta)


def _factors(tape: Tape) -> Array:
    """Return the factors of all steps; those of padded steps are 1."""
    cell: Any = tape.cell
    f = cell.diagonal(tape.w, tape.saved)
    f = np.broadcast_to(f, (len(tape.x), *f.shape[1:]))
    return f if tape.mask is None else np.where(tape.mask[..., np.newaxis], f, f.dtype.type(1))


def _check_diagonal(cell: Cell) -> None:
    if not hasattr(check_cell(cell), "diagonal"):
        raise ValueError(f"cell: expected one that is linear in its state with a diagonal Jacobian, got {cell!r}")
