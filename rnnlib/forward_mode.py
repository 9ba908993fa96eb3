"""Forward mode, for small networks: gradients without a way back, at the price of carrying every derivative along."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from rnnlib.cells.protocol import Array
from rnnlib.jacobians import push_units_back
from rnnlib.through_time import Tape, check_tape, local_gradients
from rnnlib.trees import at, join, leaves, map_leaves


def influences(tape: Tape) -> Iterator[Any]:
    r"""Yield for each step how the whole state depends on all parameters, :math:`P_t = \partial s_t/\partial\theta`.

    .. math:: P_t = J_t P_{t-1} + \frac{\partial s_t}{\partial\theta}\Big|_{s_{t-1}}, \qquad P_0 = 0.

    Each is a tree typed like the parameters, of arrays ``(B, s, *param.shape)``. With ``p`` parameters the product
    takes ``s s p`` multiplications a step and sequence, :math:`O(n^4)`, and :math:`P` takes :math:`O(n^3)` numbers.

    >>> from rnnlib import PlainCell, unroll
    >>> cell = PlainCell(inputs=1, units=2)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 1)))
    >>> [P.W.shape for P in influences(tape)][:2]
    [(4, 2, 2, 2), (4, 2, 2, 2)]
    """
    return _influences(check_tape(tape))


def _influences(tape: Tape) -> Iterator[Any]:
    sizes = join(tape.state).shape
    P = map_leaves(lambda param: np.zeros(sizes + param.shape, param.dtype), tape.params)
    for t in range(1, len(tape.x) + 1):
        J, immediate = _one_step(tape, t)
        P = map_leaves(lambda old, new, J=J: np.einsum("bij,bj...->bi...", J, old) + new, P, immediate)
        yield P


def forward_mode(tape: Tape, direction: Any) -> Array:
    r"""Forward mode: how every state moves when the parameters move along ``direction``, ``(T+1, B, n)``.

    ``direction`` is typed like the parameters. The tangents are :math:`\dot s_t = P_t \dot\theta`, so that
    :math:`\sum_t (\partial\ell_t/\partial h_t)^\top \dot h_t` is the loss's derivative along ``direction``.
    Raises ``ValueError`` if ``direction`` does not fit the cell or differs in dtype.

    >>> from rnnlib import PlainCell, unroll
    >>> cell = PlainCell(inputs=2, units=3)
    >>> params = cell.init(np.random.default_rng(0))
    >>> forward_mode(unroll(cell, params, np.ones((5, 4, 2))), params).shape
    (6, 4, 3)
    """
    T, B, _ = check_tape(tape).x.shape
    if (dtype := tape.cell.check(direction)) != tape.x.dtype:
        raise ValueError(f"direction: expected dtype {tape.x.dtype}, got {dtype}")
    tangents = tape.cell.zeros((T + 1, B), dtype)
    ends = np.cumsum([part.shape[-1] for part in leaves(tangents)])
    for t, P in enumerate(_influences(tape), start=1):
        moved = sum(np.tensordot(part, rate, rate.ndim) for part, rate in zip(leaves(P), leaves(direction)))
        for part, columns in zip(leaves(tangents), np.split(moved, ends[:-1], axis=1)):
            part[t] = columns
    return tangents.h


def rtrl(tape: Tape, dh: Array) -> Iterator[Any]:
    r"""Real-time recurrent learning: the weights' gradient of each :math:`\ell_t` as soon as step ``t`` is done.

    The influence :math:`P_t` of :func:`influences` is carried forward, so that
    :math:`\partial \ell_t/\partial\theta = P_t^\top \, \partial \ell_t/\partial s_t` needs no past. Yields ``T`` trees
    typed like the parameters; they add up to ``bptt(tape, dh).params``. Raises ``ValueError`` as :func:`bptt` does.
    Source: Williams and Zipser, *A learning algorithm for continually running fully recurrent networks*, 1989, eq. 10.

    >>> from rnnlib import PlainCell, bptt, unroll
    >>> cell = PlainCell(inputs=1, units=2)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 1)))
    >>> dh = np.ones((5, 4, 2))
    >>> np.allclose(sum(grad.W for grad in rtrl(tape, dh)), bptt(tape, dh).params.W)
    True
    """
    return _instant_gradients(tape, local_gradients(tape, dh))


def _instant_gradients(tape: Tape, dh: Array) -> Iterator[Any]:
    for P, dh_t in zip(_influences(tape), dh):
        arriving = tape.cell.zeros(dh_t.shape[:1], dh_t.dtype)
        arriving.h[...] = dh_t
        dstate = join(arriving)
        yield map_leaves(lambda part, dstate=dstate: np.tensordot(dstate, part, 2), P)


def _one_step(tape: Tape, t: int) -> tuple[Array, Any]:
    """How the state after step ``t`` depends on the one before, and on the parameters if that is held."""
    J, g = push_units_back(tape, t)
    B, s, _ = J.shape
    immediate = map_leaves(lambda param: np.empty((B, s, *param.shape), param.dtype), tape.params)
    for b in range(B):
        one = tape.span(t - 1, t)
        x, states, saved = (at(part, np.s_[:, b : b + 1]) for part in (one.x, one.states, one.saved))
        sequence = replace(one, x=x, states=states, saved=saved, mask=None)
        for i in range(s):
            grads = tape.cell.gather(sequence, g[np.newaxis, b : b + 1, i])
            for entries, grad in zip(leaves(immediate), leaves(grads)):
                entries[b, i] = grad
    return J, immediate
