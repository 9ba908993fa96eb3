"""What is added to a loss so that its errors keep their length on the way back."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib._door import Array, Rng, check_array, check_number
from rnnlib.cells.plain import ACTIVATIONS, PlainCell
from rnnlib.cells.protocol import State
from rnnlib.models import Batch, Model, ModelGradients, ModelParams
from rnnlib.norms import norm, unit_and_log
from rnnlib.through_time import Tape, check_tape


def flow_penalty(tape: Tape, delta: Array) -> tuple[float, Array]:
    r"""How far errors are from keeping their length in a plain cell, and the gradient of that in ``W (n, n)``.

    .. math:: \Omega = \frac1B \sum_{b,\,t} \left( \frac{|J_t^\top \delta_t|}{|\delta_t|} - 1 \right)^2, \quad
              J_t^\top \delta_t = W^\top \big(\phi'(a_t) \odot \delta_t\big)

    ``delta (T+1, B, n)`` are the adjoints of ``tape``. The gradient is the *immediate* one: states and adjoints are
    held fixed, only the ``W`` that is written out is moved. Padded steps are left out, and those at which the error is
    zero or becomes so. Another cell raises ``ValueError``. Source: Pascanu, Mikolov and Bengio, *On the difficulty of
    training recurrent neural networks*, 2013, eq. 9 and 10.

    >>> from rnnlib import PlainCell, PlainParams, bptt, unroll
    >>> cell, W = PlainCell(inputs=1, units=2, activation="linear"), 0.5 * np.eye(2)
    >>> tape = unroll(cell, PlainParams(W, np.ones((2, 1)), np.zeros(2)), np.ones((4, 3, 1)))
    >>> flow_penalty(tape, bptt(tape, np.ones((4, 3, 2))).delta.h)[0]  # four steps that halve every error
    1.0
    """
    check_tape(tape)
    if type(tape.cell) is not PlainCell:
        raise ValueError(f"tape: expected one of a PlainCell without layer norm, got one of {tape.cell}")
    W, h = tape.params.W, tape.h[1:]
    g = np.empty_like(h)
    ACTIVATIONS[tape.cell.activation].slope(h, g)
    # Of length 1, however short the errors are.
    g *= unit_and_log(check_array("delta", delta, tape.h.shape)[1:], -1)[0].astype(g.dtype)
    back = g @ W
    ratio = norm(back, axis=-1)[..., np.newaxis].astype(g.dtype)
    lives = ratio > 0 if tape.mask is None else (ratio > 0) & tape.mask[..., np.newaxis]
    off = np.where(lives, ratio - 1, 0)
    # d|W^T g| / dW = g (W^T g)^T / |W^T g|
    weight = 2 * off / np.where(lives, ratio, 1) / h.shape[1]
    n = h.shape[-1]
    return float((off**2).sum() / h.shape[1]), (weight * g).reshape(-1, n).T @ back.reshape(-1, n)


@dataclass(frozen=True)
class FlowModel(Model):
    r"""A model with a plain cell whose gradient is that of :math:`L + \text{strength} \cdot \Omega`; its loss is L.

    :math:`\Omega` is :func:`flow_penalty`. A ``strength`` of 0 makes it the model without.

    >>> from rnnlib import PlainCell, readouts, tasks
    >>> task, rng = tasks.AddingTask(steps=10), np.random.default_rng(0)
    >>> plain, kept = (
    ...     FlowModel(PlainCell(2, 4), readouts.LinearReadout(4, 1), task.loss, strength=s) for s in (0.0, 0.1)
    ... )
    >>> params, batch = plain.init(rng), task.draw(rng, 8)
    >>> (loss, grads), (same, pushed) = plain.loss_and_grads(params, batch), kept.loss_and_grads(params, batch)
    >>> loss == same, (grads.params.cell.W == pushed.params.cell.W).any()
    (True, np.False_)
    """

    strength: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("strength", self.strength, "a number, 0 or more", lambda strength: strength >= 0)

    def loss_and_grads(
        self, params: ModelParams, batch: Batch, state: State | None = None, rng: "Rng | None" = None
    ) -> tuple[float, ModelGradients]:
        """Return the loss of ``batch`` without the penalty, and the gradients of both together."""
        loss, grads = super().loss_and_grads(params, batch, state, rng)
        if self.strength == 0:
            return loss, grads
        tape = self._unrolled(self.cell, params, batch, state)
        cell: Any = grads.params.cell
        dW = self.strength * flow_penalty(tape, grads.delta.h)[1]
        cell = cell._replace(W=cell.W + dW.astype(cell.W.dtype))
        return loss, grads._replace(params=grads.params._replace(cell=cell))
