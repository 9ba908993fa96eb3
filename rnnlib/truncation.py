"""Backpropagation through time with less memory: cut short, which is biased, or run twice, which is exact."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from math import isqrt
from typing import Any, NamedTuple

import numpy as np

from rnnlib._door import Array, check_offers, check_size
from rnnlib.cells.protocol import Cell, State
from rnnlib.through_time import Gradients, Tape, bptt, check_cell, check_run, unroll
from rnnlib.trees import at, map_leaves


class Chunk(NamedTuple):
    """What one window gave: ``span``, the slice of the steps whose loss was counted; the window's ``tape``, whose last
    steps those are; and ``grads``, of which ``grads.state`` is what the cut throws away.
    """

    span: slice
    tape: Tape
    grads: Gradients


def truncated_bptt(
    cell: Cell,
    params: Any,
    x: Array,
    local: Callable[[Array, slice], Array],
    k: int,
    every: int | None = None,
    state: State | None = None,
    mask: Array | None = None,
) -> Iterator[Chunk]:
    r"""Truncated backpropagation through time: the state is carried on, the gradient is cut.

    After every ``every`` steps the loss of those steps is sent back through a window of the last ``k`` and no further:
    what lies ``k`` or more steps before a loss has no influence on the gradient at all. (The last span may be shorter;
    its window begins where that of a full one would.) By default ``every = k``: chunks, in which the first step's loss
    reaches no step but its own. With ``every = 1`` every loss reaches ``k`` steps, its own included. Memory is bounded
    by the window, whatever ``T``.

    ``local(h, span)`` returns :math:`\partial \ell_t/\partial h_t` for the new states ``h``, those of ``x[span]``, in
    their shape. ``params`` are the cell's parameters, or a function that returns the current ones, asked at each
    window, and once at the call: an optimiser may move them in between. A window is run with them from its first state,
    also where it overlaps the one before. The other arguments are those of :func:`rnnlib.unroll`. Raises ``ValueError``
    as it and :func:`rnnlib.bptt` do, and unless ``1 <= every <= k``, at the call.
    Source: Williams and Peng, *An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories*, 1990: their BPTT(h; h') has ``h = k``, ``h' = every``.

    >>> from rnnlib import PlainCell
    >>> cell, x = PlainCell(inputs=2, units=3), np.ones((7, 4, 2))
    >>> params = cell.init(np.random.default_rng(0))
    >>> for chunk in truncated_bptt(cell, params, x, lambda h, span: h, k=5, every=3):
    ...     print(chunk.span, len(chunk.tape.x))
    slice(0, 3, None) 3
    slice(3, 6, None) 5
    slice(6, 7, None) 3
    """
    every = k if every is None else every
    check_size("k", k)
    check_size("every", every, 1, k, f"1 <= every <= k, for k={k}")
    check_offers("local", local, "a function of new states and their span", "__call__")
    check_cell(cell)
    # Asked once more here, so that what does not fit is said at the call and not when the first window is wanted.
    current = params if callable(params) and not isinstance(params, type) else lambda: params
    x = check_run(cell, current(), x, state, mask)

    def windows(state: State | None, first: int = 0) -> Iterator[Chunk]:
        for span in _spans(len(x), every):
            window = slice(first, span.stop)
            tape = unroll(cell, current(), x[window], state, at(mask, window))
            old, new = np.split(tape.h[1:], [span.start - first])
            yield Chunk(span, tape, bptt(tape, np.concatenate([np.zeros_like(old), local(new, span)])))
            following = max(0, span.stop + every - k)
            state, first = tape.span(0, following - first).state, following

    return windows(state)


def _spans(T: int, every: int) -> Iterator[slice]:
    return (slice(start, min(start + every, T)) for start in range(0, T, every))


def checkpointed_bptt(
    cell: Cell,
    params: Any,
    x: Array,
    local: Callable[[Array, slice], tuple[float, Array]],
    every: int | None = None,
    state: State | None = None,
    mask: Array | None = None,
) -> tuple[float, Gradients]:
    r"""The exact gradient in memory that grows as :math:`\sqrt T`, for one more pass forward.

    Only the state before each segment of ``every`` steps is stored, by default :math:`\lfloor\sqrt T\rfloor + 1`; on
    the way back each segment is run once more. ``local(h, span)`` returns the loss of the states ``h`` of ``x[span]``
    and its gradient :math:`\partial \ell_t/\partial h_t`, in their shape: a ``dh`` for all steps would take the memory
    that is saved here. It is called once a segment, from the last to the first. Returns the sum of the losses and the
    gradients of :func:`rnnlib.bptt`, without ``delta``; that of ``x`` is as long as ``x``. Raises ``ValueError`` as
    :func:`rnnlib.unroll` and :func:`rnnlib.bptt` do, and for an ``every`` below 1.
    Source: Chen, Xu, Zhang and Guestrin, *Training deep nets with sublinear memory cost*, 2016; Gruslys et al.,
    *Memory-efficient backpropagation through time*, 2016.

    >>> from rnnlib import PlainCell, bptt, unroll
    >>> cell, x = PlainCell(inputs=2, units=3), np.ones((90, 4, 2))
    >>> params = cell.init(np.random.default_rng(0))
    >>> loss, grads = checkpointed_bptt(cell, params, x, lambda h, span: ((h**2).sum() / 2, h))
    >>> tape = unroll(cell, params, x)
    >>> np.allclose(grads.params.W, bptt(tape, tape.h[1:]).params.W)
    True
    """
    check_cell(cell)
    x = check_run(cell, params, x, state, mask)
    T, B, _ = x.shape
    every = isqrt(T) + 1 if every is None else every
    check_size("every", every, expected="at least 1 step")
    check_offers("local", local, "a function of states and their span", "__call__")
    state = cell.zeros((B,), x.dtype) if state is None else state
    before = []
    for span in _spans(T, every):
        # What draws dropout masks is copied as it is, to draw the same ones again.
        before.append((span, state, deepcopy(cell)))
        state = unroll(cell, params, x[span], state, at(mask, span)).state
    loss, dx = 0.0, np.empty_like(x)
    dparams, dstate = map_leaves(np.zeros_like, (params, state))
    for span, state, same in reversed(before):
        tape = unroll(same, params, x[span], state, at(mask, span))
        segment_loss, dh = local(tape.h[1:], span)
        segment = bptt(tape, dh, dstate)
        dx[span], dstate = segment.x, segment.state
        loss, dparams = loss + segment_loss, map_leaves(np.add, dparams, segment.params)
    return loss, Gradients(dparams, dx, dstate, None)
